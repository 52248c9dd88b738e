#ifndef TESTS_SUPPORT_LOG_FILES_H
#define TESTS_SUPPORT_LOG_FILES_H
/*
 * Files for tests of reading: a folder that is empty at first, files of any packing and age in it,
 * and what input_next makes of them, as one text.
 */
#include <stdint.h>

#include "base/buffer.h"
#include "parsers/input/input.h"

enum packing_kind { PACK_PLAIN, PACK_GZIP, PACK_BZIP2, PACK_XZ, PACK_ZSTD, PACK_KINDS };

/* Makes an empty folder and goes there. */
void log_files_start(void);
/* Removes the folder with all in it. */
void log_files_end(void);
/* Appends text, packed as a stream of its own, to a file. */
void log_files_add(const char *path, enum packing_kind packing, struct slice text);
/* Sets when a file was last written: an RFC 3339 time. */
void log_files_written(const char *path, const char *time);
/* The bytes of a file, as they stand there. Lives until free(). */
char *log_files_bytes(const char *path, size_t *len);
/* Writes a file of these bytes. */
void log_files_write(const char *path, const char *bytes, size_t len);

/* Reads logs (a list ended by NULL) to their end. Lines go to out as "program: text\n", with
 * "*N" in front when they are repeated, "!" when malformed, "-" when a marker, "~" when truncated.
 * With `times` the time stands before the line. */
void log_files_read(const char *const *paths, const struct input_options *options, bool times,
                    struct diagnostics *remarks, struct fault *fault, struct buffer *out);

#endif
