#ifndef PARSERS_CONFIG_SETTINGS_H
#define PARSERS_CONFIG_SETTINGS_H
/*
 * One layer of name = value: what a file or the command line sets. Insertion order is kept; a name
 * set again takes its new value (and origin) at its old place.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/intern.h"
#include "base/slice.h"

struct setting {
    struct slice name, value; /* value unexpanded */
    const char *file;         /* origin for messages: a path, "-o" */
    uint64_t line;            /* 0: none */
};

struct settings {
    struct arena text;
    struct intern names, files;
    struct setting *items; /* by sym - SYM_EMPTY, since names' syms count from there */
    uint32_t count, capacity;
};

/* An empty layer. */
void settings_init(struct settings *layer);
/* Gives all memory back. */
void settings_release(struct settings *layer);
/* Sets name; copies name, value and file. Returns the setting that was replaced by a different value
 * (its texts still live in the layer), with `name` "no text" when there was none. */
struct setting settings_set(struct settings *layer, struct slice name, struct slice value,
                            const char *file, uint64_t line);
/* The setting of a name or NULL; lives in the layer until it changes. */
const struct setting *settings_find(const struct settings *layer, struct slice name);
/* Copies all settings of `from` over those of `to`. */
void settings_merge(struct settings *to, const struct settings *from);

#endif
