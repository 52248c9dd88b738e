#ifndef BASE_LINE_FILE_H
#define BASE_LINE_FILE_H
/*
 * The lines of a small file that is given beside the log: labels, addresses, settings. Takes a path
 * ("-" is standard input) or a stream, gives one line after the other. A line is never longer than
 * the limit: the rest of a longer one is passed over, and `is_cut` says so. So memory is bounded
 * whatever the file holds.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/fault.h"
#include "base/slice.h"

struct line_file {
    FILE *from;
    const char *path, *what; /* borrowed; for faults */
    uint64_t number;         /* of the line given last, from 1 */
    bool is_cut;             /* the line given last was longer than the limit */
    bool is_owned;           /* the stream is closed at the end */
    int error;               /* errno of the read that failed, 0 none */
    char *block;
    size_t at, len; /* what is left of the block */
    struct buffer line;
};

/* Opens path ("-": standard input) for lines of at most limit bytes; `what` names its contents in
 * faults ("the labels"). Borrows path. False with fault when it cannot be opened. */
bool line_file_open(struct line_file *file, const char *path, const char *what, size_t limit,
                    struct fault *fault);
/* The same over a stream, which stays the caller's. */
void line_file_begin(struct line_file *file, FILE *from, size_t limit);
/* The next line without its newline, or false at the end and after an error. Lives in the file until
 * the next call. */
bool line_file_next(struct line_file *file, struct slice *line);
/* True when what comes next begins with this text (shorter than the limit). */
bool line_file_begins(struct line_file *file, const char *text);
/* Gives all back. False with fault when reading failed on the way, as in a folder. */
bool line_file_close(struct line_file *file, struct fault *fault);

#endif
