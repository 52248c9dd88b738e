#ifndef PARSERS_INPUT_SOURCE_H
#define PARSERS_INPUT_SOURCE_H
/*
 * The bytes of one log: a file, a pipe or stdin, decompressed when its first bytes say so (gzip by
 * ISA-L; bzip2, xz and zstd by libarchive, which is never allowed to guess). Damage is no error
 * here: all that can be read is given, then source_trouble tells what was wrong.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct source;

/* Opens path ("-": stdin) and looks at its first bytes. NULL and a FAULT_INPUT for what cannot be
 * opened, directories and formats that are no log. Close with source_close. */
struct source *source_open(const char *path, struct fault *fault);
/* Up to size bytes of the log into out; 0 at the end, be it the right one or not. Never short but
 * at the end or on a pipe. */
size_t source_read(struct source *source, char *out, size_t size);
/* After the end: what was wrong with the bytes and how to mend it, or NULL. Lives in source. */
const char *source_trouble(const struct source *source);
/* Compressed bytes taken so far, and in all (0: not known, a pipe). */
void source_progress(const struct source *source, uint64_t *done, uint64_t *all);
/* True when the bytes are not compressed. */
bool source_is_plain(const struct source *source);
/* True for a regular file: it can be opened again, or read at any position when it is plain. */
bool source_is_file(const struct source *source);
/* When the log was last written: the time in a gzip header, else the file's, else now. */
int64_t source_written_us(const struct source *source);
/* Identity of the file, to notice that a path names another one by now. */
void source_identity(const struct source *source, uint64_t *device, uint64_t *inode);
/* Reads at a position of a plain file without moving the stream; the bytes read, 0 past the end. */
size_t source_read_at(const struct source *source, uint64_t offset, char *out, size_t size);
/* Closes the file; NULL is nothing. */
void source_close(struct source *source);

#endif
