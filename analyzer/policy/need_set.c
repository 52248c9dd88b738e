#include "analyzer/policy/need_set.h"

#include <stdlib.h>

#include "base/xalloc.h"

/* A row that needs more than this is not going to be decided by any of it. */
enum { NEEDS_MAX = 200 };

void need_set_init(struct need_set *set, struct arena *arena)
{
    *set = (struct need_set){ .arena = arena };
}

void need_set_release(struct need_set *set)
{
    free(set->items);
    set->items = NULL;
    set->count = set->capacity = 0;
}

bool need_set_has(const struct need_set *set, struct slice word)
{
    for (size_t i = 0; i < set->count; i++)
        if (slice_equal(set->items[i], word))
            return true;
    return false;
}

void need_set_add(struct need_set *set, struct slice word)
{
    if (!set || set->count == NEEDS_MAX || need_set_has(set, word))
        return;
    GROW(set->items, set->count, set->capacity);
    set->items[set->count++] = arena_copy(set->arena, word);
}

void need_set_add_pair(struct need_set *set, const char *prefix, struct slice text)
{
    if (set)
        need_set_add(set, arena_format(set->arena, "%s:%.*s", prefix, SLICE_FMT(text)));
}

static int compare_words(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

void need_set_sort(struct need_set *set)
{
    if (set->count > 1)
        qsort(set->items, set->count, sizeof *set->items, compare_words);
}
