#ifndef REPORTS_EXPLAIN_TEXT_H
#define REPORTS_EXPLAIN_TEXT_H
/*
 * `explain` for people: the messages that a key names, each with its log lines, its evidence and,
 * per recipient, every check of baseline and candidate side by side, in the order in which Postfix
 * asks. Takes finished results; every text out of the log passes base/escape.h.
 */
#include "reports/report.h"

/* What is explained; all borrowed. */
struct explain_subject {
    struct slice key;
    const struct results_match *matches;
    size_t count, all; /* shown, and found */
};

/* Bounds of a document: log lines and recipients of one message; what is left out is counted. */
enum { EXPLAIN_LINES_MAX = 1000, EXPLAIN_ROWS_MAX = 100, EXPLAIN_RAW_MAX = 1 << 22 };

/* Writes the document. False when the stream refuses, or a document grows beyond 64 MB. */
bool explain_text_write(const struct results *results, const struct report_context *context,
                        const struct explain_subject *subject, FILE *to);

#endif
