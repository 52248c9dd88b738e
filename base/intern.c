#include "base/intern.h"

#include <stdlib.h>

#include "base/rare.h"
#include "base/text_hash.h"
#include "base/xalloc.h"

/* A text with its length; a NUL stands behind it. */
struct intern_entry {
    uint32_t len;
    char bytes[];
};

/* Leads to a text by way of as few lines of the cache as can be. */
struct intern_slot {
    uint32_t tag; /* high half of the hash */
    sym number;   /* SYM_NONE: free */
    const struct intern_entry *entry;
};

void intern_init(struct intern *table)
{
    *table = (struct intern){ .seed = text_hash_seed() };
    arena_init(&table->bytes);
    table->slot_mask = 1023;
    table->slots = xcalloc(table->slot_mask + 1, sizeof *table->slots);
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
    GROW(table->entries, table->count, table->capacity);
    table->entries[table->count++] = NULL;
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
static inline struct intern_slot *intern_slot(const struct intern *table, struct slice text,
                                              uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    for (uint32_t i = (uint32_t)hash & table->slot_mask;; i = (i + 1) & table->slot_mask) {
        struct intern_slot *slot = &table->slots[i];
        if (!slot->number || (slot->tag == tag && slot->entry->len == text.len &&
                              bytes_equal(slot->entry->bytes, text.at, text.len)))
            return slot;
    }
}

static void intern_rehash(struct intern *table)
{
    struct intern_slot *old = table->slots;
    uint32_t old_count = table->slot_mask + 1;
    table->slot_mask = table->slot_mask * 2 + 1;
    table->slots = xcalloc((size_t)table->slot_mask + 1, sizeof *table->slots);
    for (uint32_t i = 0; i < old_count; i++) {
        if (!old[i].number)
            continue;
        struct slice text = slice_make(old[i].entry->bytes, old[i].entry->len);
        uint32_t at = (uint32_t)text_hash(text, table->seed) & table->slot_mask;
        while (table->slots[at].number)
            at = (at + 1) & table->slot_mask;
        table->slots[at] = old[i];
    }
    free(old);
}

/* Adds a text that the table lacks. */
static sym intern_new(struct intern *table, struct slice text, uint64_t hash,
                      struct intern_slot *slot)
{
    if (text.len >= UINT32_MAX || table->count == UINT32_MAX)
        bug("intern table full");
    struct intern_entry *entry = (void *)arena_words(&table->bytes, sizeof *entry + text.len + 1);
    entry->len = (uint32_t)text.len;
    memcpy(entry->bytes, text.at, text.len);
    entry->bytes[text.len] = '\0';
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
    GROW(table->entries, table->count, table->capacity);
    sym number = table->count++;
    table->entries[number] = entry;
    *slot = (struct intern_slot){ (uint32_t)(hash >> 32), number, entry };
    if (table->count > table->slot_mask / 2) /* sparse: most texts stand in their first slot */
        intern_rehash(table);
    return number;
}

/* Adds a text that does not stand in its first slot, or is long. */
static APART sym intern_add_apart(struct intern *table, struct slice text, uint64_t hash)
{
    struct intern_slot *slot = intern_slot(table, text, hash);
    return slot->number ? slot->number : intern_new(table, text, hash, slot);
}

/* Without any call but the last one, so that nothing has to be saved for it. */
static inline sym add_hashed(struct intern *table, struct slice text, uint64_t hash)
{
    if (!text.at)
        return SYM_NONE;
    const struct intern_slot *slot = &table->slots[(uint32_t)hash & table->slot_mask];
    if (text.len <= 32 && slot->number && slot->tag == (uint32_t)(hash >> 32) &&
        slot->entry->len == text.len && bytes_equal_short(slot->entry->bytes, text.at, text.len))
        return slot->number;
    return intern_add_apart(table, text, hash);
}

sym intern_add(struct intern *table, struct slice text)
{
    return add_hashed(table, text, text_hash(text, table->seed));
}

struct intern_key intern_ahead(const struct intern *table, struct slice text)
{
    uint64_t hash = text_hash(text, table->seed);
    __builtin_prefetch(&table->slots[(uint32_t)hash & table->slot_mask]);
    return (struct intern_key){ text, hash };
}

sym intern_add_key(struct intern *table, const struct intern_key *key)
{
    return add_hashed(table, key->text, key->hash);
}

sym intern_find(const struct intern *table, struct slice text)
{
    if (!text.at)
        return SYM_NONE;
    return intern_slot(table, text, text_hash(text, table->seed))->number;
}

struct slice intern_text(const struct intern *table, sym number)
{
    if (number >= table->count)
        bug("sym of another table");
    const struct intern_entry *entry = table->entries[number];
    return entry ? slice_make(entry->bytes, entry->len) : slice_make(NULL, 0);
}
