#ifndef REPORTS_EXPLAIN_JSON_H
#define REPORTS_EXPLAIN_JSON_H
/*
 * `explain --json`: the same as explain_text.h as one document (reports/schema/explain.schema.json).
 */
#include "reports/explain_text.h"

/* Writes the document. False when the stream refuses. */
bool explain_json_write(const struct results *results, const struct report_context *context,
                        const struct explain_subject *subject, FILE *to);

#endif
