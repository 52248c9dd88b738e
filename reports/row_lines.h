#ifndef REPORTS_ROW_LINES_H
#define REPORTS_ROW_LINES_H
/*
 * Rows as JSON Lines, in order of time: `--verdicts FILE` (what the log, the baseline and the
 * candidate say of each recipient) and `transactions --jsonl` (what is known of it, where from, and
 * how it ended). Key order and words: DESIGN.md section 4, spec/examples.md; schemas:
 * reports/schema/verdict.schema.json, transaction.schema.json. An own writer: ten million lines are
 * seconds, not minutes. Whatever the log holds, every line is valid UTF-8 and valid JSON.
 */
#include <stdbool.h>
#include <stdio.h>

#include "analyzer/results.h"
#include "base/buffer.h"

enum row_line_kind { ROW_LINE_VERDICT, ROW_LINE_TRANSACTION };

/* Appends one line with its newline. */
void row_line_format(struct buffer *out, const struct results_row *row, enum row_line_kind kind);
/* Writes the messages whose judgement by hand tells most, at most `limit`, one JSON line each: with
 * "ham":null, to be filled in (1 wanted, 0 not) and given back with --labels. False when the stream
 * refuses. */
bool audit_lines_write(const struct results *results, size_t limit, FILE *to);
/* Writes all rows in order of time. False when the stream refuses (errno says why). */
bool row_lines_write(const struct results *results, enum row_line_kind kind, FILE *to);

#endif
