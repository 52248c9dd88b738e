#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rare.h"
#include "base/xalloc.h"

enum { BLOCK_MIN = 4096, BLOCK_MAX = 1 << 20, LARGE = 1 << 15 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *arena)
{
    *arena = (struct arena){ 0 };
}

void arena_release(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->next;
        free(block);
    }
    arena_init(arena);
}

/* What is left of the newest block; nothing in an arena without any. */
static inline size_t arena_room(const struct arena *arena)
{
    return arena->next ? (size_t)(arena->end - arena->next) : 0;
}

/* A fresh block with room for at least `need` bytes; sizes double up to a limit. */
static RARE void arena_grow(struct arena *arena, size_t need)
{
    size_t size = arena->blocks ? arena->blocks->size * 2 : BLOCK_MIN;
    size = size > BLOCK_MAX ? BLOCK_MAX : size;
    size = size < need ? need : size;
    struct arena_block *block = xmalloc(sizeof *block + size);
    block->next = arena->blocks;
    block->size = size;
    arena->blocks = block;
    arena->next = block->bytes;
    arena->end = block->bytes + size;
    arena->total += size;
}

static inline char *arena_take(struct arena *arena, size_t size, size_t align)
{
    size_t pad = -(uintptr_t)arena->next & (align - 1);
    if (arena_room(arena) < pad + size) {
        arena_grow(arena, size);
        pad = 0;
    }
    char *got = arena->next + pad;
    arena->next = got + size;
    return got;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return arena_take(arena, size ? size : 1, alignof(max_align_t));
}

uint32_t *arena_words(struct arena *arena, size_t size)
{
    return (void *)arena_take(arena, size ? size : 1, alignof(uint32_t));
}

/* A large piece has a block of its own, behind the one that is in use. Fresh from the system it is zero
 * already, and what is not written to takes no memory. */
static void *large_calloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        bug("piece too large");
    struct arena_block *block = xcalloc(1, sizeof *block + size);
    block->size = size;
    struct arena_block **behind = arena->blocks ? &arena->blocks->next : &arena->blocks;
    block->next = *behind;
    *behind = block;
    arena->total += size;
    return block->bytes;
}

void *arena_calloc(struct arena *arena, size_t size)
{
    if (size >= LARGE)
        return large_calloc(arena, size);
    return memset(arena_alloc(arena, size), 0, size ? size : 1);
}

struct slice arena_pack(struct arena *arena, struct slice text)
{
    if (!text.at)
        return text;
    char *copy = arena_take(arena, text.len ? text.len : 1, 1);
    if (text.len)
        memcpy(copy, text.at, text.len);
    return slice_make(copy, text.len);
}

struct slice arena_copy(struct arena *arena, struct slice text)
{
    if (!text.at)
        return text;
    char *copy = arena_take(arena, text.len + 1, alignof(uint32_t));
    if (text.len)
        memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    return slice_make(copy, text.len);
}

struct slice arena_format(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (need < 0)
        bug("format error");
    char *text = arena_take(arena, (size_t)need + 1, 1);
    vsnprintf(text, (size_t)need + 1, format, again);
    va_end(again);
    return slice_make(text, (size_t)need);
}
