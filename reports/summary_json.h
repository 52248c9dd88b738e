#ifndef REPORTS_SUMMARY_JSON_H
#define REPORTS_SUMMARY_JSON_H
/*
 * The replay summary as one JSON document: DESIGN.md section 4, spec/examples.md; schema in
 * reports/schema/replay.schema.json. Numbers that are not known are null; text from the log is made
 * valid UTF-8.
 */
#include "reports/report.h"

/* Writes the document. False when the stream refuses. */
bool summary_json_write(const struct results *results, const struct report_context *context,
                        FILE *to);

#endif
