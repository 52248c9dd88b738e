#ifndef BASE_ARENA_H
#define BASE_ARENA_H
/*
 * Scope memory: many small pieces that live and die together. Nothing is freed singly; reset gives
 * all back at once and poisons it under AddressSanitizer. A scope is a read block, a run
 * (configuration, tables, results) or a frame (one screen, one document).
 */
#include <stddef.h>

#include "base/slice.h"

struct arena_block;
struct arena {
    struct arena_block *blocks; /* newest first */
    char *next, *end;
    size_t total; /* bytes handed to blocks, for accounting */
};

/* An empty arena; allocates nothing yet. */
void arena_init(struct arena *arena);
/* Gives all memory back; the arena may be used again. */
void arena_release(struct arena *arena);
/* size bytes aligned for any type, undefined contents, never NULL. Lives in the arena. */
void *arena_alloc(struct arena *arena, size_t size);
/* As arena_alloc, aligned for words of 32 bits only. */
uint32_t *arena_words(struct arena *arena, size_t size);
/* As arena_alloc, zeroed. */
void *arena_calloc(struct arena *arena, size_t size);
/* A copy of text in the arena, with a NUL behind it that is not counted; it begins at a multiple of
 * four, so that a key made of 32-bit words can be read in place. Keeps "no text" as it is. */
struct slice arena_copy(struct arena *arena, struct slice text);
/* As arena_copy, without alignment and without NUL: the tightest packing. */
struct slice arena_pack(struct arena *arena, struct slice text);
/* printf into the arena. */
struct slice arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, type)      ((type *)arena_calloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_calloc((arena), sizeof(type) * (n)))

#endif
