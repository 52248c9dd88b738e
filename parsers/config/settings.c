#include "parsers/config/settings.h"

#include <stdlib.h>

#include "base/xalloc.h"

void settings_init(struct settings *layer)
{
    *layer = (struct settings){ 0 };
    arena_init(&layer->text);
    /* The names of a configuration: nobody gains by colliding with himself. */
    intern_init(&layer->names);
    intern_init(&layer->files);
}

void settings_release(struct settings *layer)
{
    arena_release(&layer->text);
    intern_release(&layer->names);
    intern_release(&layer->files);
    free(layer->items);
    *layer = (struct settings){ 0 };
}

/* Index of an interned name: the empty name is number SYM_EMPTY in every table. */
static uint32_t index_of(sym name)
{
    return name - SYM_EMPTY;
}

const struct setting *settings_find(const struct settings *layer, struct slice name)
{
    sym number = intern_find(&layer->names, name);
    if (number == SYM_NONE || index_of(number) >= layer->count)
        return NULL;
    const struct setting *item = &layer->items[index_of(number)];
    return item->value.at ? item : NULL;
}

struct setting settings_set(struct settings *layer, struct slice name, struct slice value,
                            const char *file, uint64_t line)
{
    struct setting old = { 0 };
    sym number = intern_add(&layer->names, name);
    while (layer->count <= index_of(number)) {
        GROW(layer->items, layer->count, layer->capacity);
        layer->items[layer->count++] = (struct setting){ 0 };
    }
    struct setting *item = &layer->items[index_of(number)];
    if (item->value.at && !slice_equal(item->value, value))
        old = *item;
    item->name = intern_text(&layer->names, number);
    item->value = arena_copy(&layer->text, value.at ? value : slice_make("", 0));
    item->file = intern_text(&layer->files, intern_add(&layer->files, slice_of(file))).at;
    item->line = line;
    return old;
}

void settings_merge(struct settings *to, const struct settings *from)
{
    for (uint32_t i = 0; i < from->count; i++)
        if (from->items[i].value.at)
            settings_set(to, from->items[i].name, from->items[i].value, from->items[i].file,
                         from->items[i].line);
}
