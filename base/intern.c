#include "base/intern.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/rare.h"
#include "base/xalloc.h"

struct intern_entry {
    const char *at;
    uint32_t len;
};

void intern_init(struct intern *table, uint64_t seed)
{
    *table = (struct intern){ .seed = seed };
    arena_init(&table->bytes);
    table->slot_mask = 1023;
    table->slots = xcalloc(table->slot_mask + 1, sizeof *table->slots);
    GROW(table->entries, table->count, table->capacity);
    table->entries[table->count++] = (struct intern_entry){ NULL, 0 };
    intern_add(table, slice_of(""));
}

void intern_release(struct intern *table)
{
    arena_release(&table->bytes);
    free(table->entries);
    free(table->slots);
    *table = (struct intern){ 0 };
}

/* The slot of text, or the empty slot where it belongs. */
static inline uint32_t intern_slot(const struct intern *table, struct slice text, uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    for (uint32_t i = (uint32_t)hash & table->slot_mask;; i = (i + 1) & table->slot_mask) {
        uint64_t slot = table->slots[i];
        if (!slot)
            return i;
        if ((uint32_t)(slot >> 32) == tag) {
            const struct intern_entry *entry = &table->entries[(uint32_t)slot];
            if (entry->len == text.len && bytes_equal(entry->at, text.at, text.len))
                return i;
        }
    }
}

static inline uint64_t intern_hash(const struct intern *table, const char *at, size_t len)
{
    return XXH3_64bits_withSeed(at, len, table->seed);
}

static void intern_rehash(struct intern *table)
{
    table->slot_mask = table->slot_mask * 2 + 1;
    free(table->slots);
    table->slots = xcalloc((size_t)table->slot_mask + 1, sizeof *table->slots);
    for (uint32_t i = 1; i < table->count; i++) {
        uint64_t hash = intern_hash(table, table->entries[i].at, table->entries[i].len);
        uint32_t at = (uint32_t)hash & table->slot_mask;
        while (table->slots[at])
            at = (at + 1) & table->slot_mask;
        table->slots[at] = (hash & 0xffffffff00000000u) | i;
    }
}

/* Adds a text that the table lacks. */
static APART sym intern_new(struct intern *table, struct slice text, uint64_t hash, uint32_t slot)
{
    if (text.len > UINT32_MAX || table->count == UINT32_MAX)
        bug("intern table full");
    struct slice copy = arena_copy(&table->bytes, text);
    GROW(table->entries, table->count, table->capacity);
    table->entries[table->count] = (struct intern_entry){ copy.at, (uint32_t)copy.len };
    sym number = table->count++;
    table->slots[slot] = (hash & 0xffffffff00000000u) | number;
    if ((uint64_t)table->count * 4 > (uint64_t)table->slot_mask * 3)
        intern_rehash(table);
    return number;
}

sym intern_add(struct intern *table, struct slice text)
{
    if (!text.at)
        return SYM_NONE;
    uint64_t hash = intern_hash(table, text.at, text.len);
    uint32_t slot = intern_slot(table, text, hash);
    sym number = (sym)table->slots[slot];
    return number ? number : intern_new(table, text, hash, slot);
}

sym intern_find(const struct intern *table, struct slice text)
{
    if (!text.at)
        return SYM_NONE;
    return (sym)table->slots[intern_slot(table, text, intern_hash(table, text.at, text.len))];
}

struct slice intern_text(const struct intern *table, sym number)
{
    if (number >= table->count)
        bug("sym of another table");
    return slice_make(table->entries[number].at, table->entries[number].len);
}
