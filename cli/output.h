#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H
/*
 * Where results are written: standard output, or a file that appears complete or not at all
 * (written under a temporary name beside it, then renamed). What is no regular file - a pipe,
 * /dev/null - is written to directly.
 */
#include <stdbool.h>
#include <stdio.h>

#include "base/fault.h"

struct output {
    FILE *stream;
    const char *path; /* as given, for messages; NULL for standard output */
    char *temporary;  /* NULL: written to directly */
};

/* Opens path; NULL or "-" is standard output. Borrows path. False with an input fault (status 3). */
bool output_open(struct output *output, const char *path, struct fault *fault);
/* Writes out what is buffered, gives the file its name and closes it (standard output stays open).
 * False with a fault when anything could not be written; the old file is then untouched. */
bool output_commit(struct output *output, struct fault *fault);
/* Closes without a result and removes the temporary file. */
void output_discard(struct output *output);

#endif
