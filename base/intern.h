#ifndef BASE_INTERN_H
#define BASE_INTERN_H
/*
 * Text <-> small number. Equal texts get the same number (`sym`), so that later stages compare and
 * store four bytes. Numbers count from 1 in order of first appearance: SYM_NONE (0) is "no text",
 * SYM_EMPTY (1) the empty text. The hash is seeded per table against chosen collisions; order of
 * output never depends on it. Bytes are copied once and live as long as the table.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"

typedef uint32_t sym;
enum { SYM_NONE = 0, SYM_EMPTY = 1 };

struct intern {
    struct arena bytes;
    const struct intern_entry **entries; /* by sym */
    uint32_t count, capacity;
    struct intern_slot *slots; /* open addressing */
    uint32_t slot_mask;
    uint64_t seed;
};

/* A text with its hash in one table. */
struct intern_key {
    struct slice text;
    uint64_t hash;
};

/* An empty table that knows SYM_NONE and SYM_EMPTY. */
void intern_init(struct intern *table);
/* Gives all memory back. */
void intern_release(struct intern *table);
/* The number of text, added when new; "no text" (NULL) gives SYM_NONE. Copies. */
sym intern_add(struct intern *table, struct slice text);
/* A text that will soon be added, or asked for: until then its slot comes into the cache. Borrows. */
struct intern_key intern_ahead(const struct intern *table, struct slice text);
/* intern_add of such a text. */
sym intern_add_key(struct intern *table, const struct intern_key *key);
/* The number of text or SYM_NONE when it was never added. */
sym intern_find(const struct intern *table, struct slice text);
/* The text of a number; borrowed, lives in the table, NUL-terminated. SYM_NONE gives "no text". */
struct slice intern_text(const struct intern *table, sym number);

#endif
