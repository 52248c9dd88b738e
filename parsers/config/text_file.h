#ifndef PARSERS_CONFIG_TEXT_FILE_H
#define PARSERS_CONFIG_TEXT_FILE_H
/*
 * Whole small files: configuration, tables, lists. Read with read(2), bounded, never mapped.
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/slice.h"

/* Largest file taken; a bigger one is a fault. */
#define TEXT_FILE_MAX ((size_t)1 << 30)

/* All bytes of a regular file, or of standard input for "-". Lives in arena. False with fault set
 * (which may be NULL) when it cannot be read. */
bool text_file_read(struct arena *arena, const char *path, struct slice *text, struct fault *fault);

/* Where to look for a file that a configuration names. */
struct file_places {
    struct slice map_root;         /* --map-root; empty: none */
    struct slice config_directory; /* stands for /etc/postfix; empty: none */
    struct slice queue_directory;  /* relative paths stand on it; empty: none */
};

/* The place of a readable file "path" + suffix: its own, else under map_root with the whole path,
 * else map_root with the last part, else under config_directory when path begins with
 * /etc/postfix/. Lives in arena; "no text" when it is nowhere. */
struct slice text_file_find(struct arena *arena, struct slice path, const char *suffix,
                            const struct file_places *places);

#endif
