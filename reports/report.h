#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H
/*
 * The documents that `replay` writes from finished results: one table of formats, one function each.
 * Every rate in every format stands with its counts, interval, clusters and coverage.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analyzer/results.h"

/* What a document says of its own making; all borrowed. */
struct report_context {
    const char *program;        /* "mailwhatif 0.1.0" */
    const char *const *command; /* the arguments, from the command's name on */
    size_t command_count;
    uint64_t seed;
    int64_t generated_us;
    int generated_offset; /* minutes east of UTC */
    bool color, ascii;
    unsigned width; /* columns for text; 0: 80 */
};

/* One format: writes a whole document. False when the stream refuses. */
struct report_format {
    const char *name; /* "json", "text", "csv" */
    const char *help;
    bool (*write)(const struct results *results, const struct report_context *context, FILE *to);
};

/* All formats. */
const struct report_format *report_formats(size_t *count);
/* The format of that name, or NULL. */
const struct report_format *report_format_find(const char *name);

#endif
