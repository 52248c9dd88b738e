#ifndef REPORTS_SUMMARY_TEXT_H
#define REPORTS_SUMMARY_TEXT_H
/*
 * The replay summary for a terminal: the answer sentence first, then what was read, the sets side by
 * side, every restriction with its estimates, who would be lost, and the remarks. Everything that
 * comes from the log passes base/escape.h.
 */
#include "reports/report.h"

/* Writes the document. False when the stream refuses. */
bool summary_text_write(const struct results *results, const struct report_context *context,
                        FILE *to);

#endif
