#ifndef REPORTS_SUMMARY_CSV_H
#define REPORTS_SUMMARY_CSV_H
/*
 * The replay summary as CSV (RFC 4180): one line per set (restriction empty) and one per restriction,
 * each with both estimates complete. The columns are one table; rates are fractions of 1, what is
 * not known is empty.
 */
#include "reports/report.h"

/* Writes the document. False when the stream refuses. */
bool summary_csv_write(const struct results *results, const struct report_context *context,
                       FILE *to);

#endif
