#ifndef CLI_UNPARSED_H
#define CLI_UNPARSED_H
/*
 * --unparsed FILE: the lines that were not understood, by shape, most frequent first, so that a row
 * of the shape tables or a user-given shape can be written from it.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "parsers/lines/program_table.h"

/* Writes the account of unknown, malformed and foreign lines to path ("-" is standard output); files
 * are the names by file number. Does nothing when path is NULL. False with a fault when it cannot be
 * written. */
bool unparsed_write(const char *path, const struct shape_count *rows, size_t count,
                    const char *const *files, size_t file_count, struct fault *fault);

#endif
