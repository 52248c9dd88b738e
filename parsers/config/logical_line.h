#ifndef PARSERS_CONFIG_LOGICAL_LINE_H
#define PARSERS_CONFIG_LOGICAL_LINE_H
/*
 * Logical lines of main.cf, master.cf and text tables, as Postfix's readllines(3): a line that
 * begins with white space continues the one before; empty lines and lines whose first text is # are
 * skipped, also between a line and its continuation. Takes the whole file's bytes.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/slice.h"

struct logical_reader {
    struct slice rest;
    uint64_t line;       /* of the last physical line read, from 1 */
    uint64_t first_line; /* of the logical line last given */
    uint64_t orphans;    /* continuation lines with nothing to continue, skipped */
    uint64_t orphan_line;
};

/* A reader over text; borrows. */
void logical_reader_init(struct logical_reader *reader, struct slice text);
/* The next logical line, newlines removed, cut at the first NUL as C programs do; lives in the
 * reader's text or in joined until the next call. False at the end. */
bool logical_reader_next(struct logical_reader *reader, struct buffer *joined, struct slice *line);

#endif
