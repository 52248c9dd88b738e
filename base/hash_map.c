#include "base/hash_map.h"

#include <stdlib.h>

#include "base/xalloc.h"

void hash_map_init(struct hash_map *map)
{
    *map = (struct hash_map){ .mask = 255, .shift = 64 - 8 };
    map->slots = xcalloc(map->mask + 1, sizeof *map->slots);
}

void hash_map_release(struct hash_map *map)
{
    free(map->slots);
    *map = (struct hash_map){ 0 };
}

/* Where the search for a key begins: the highest bits of a product, for only they depend on all bits
 * of the key. */
static inline uint32_t home(const struct hash_map *map, uint64_t key)
{
    return (uint32_t)((key * 0x9e3779b97f4a7c15u) >> map->shift);
}

/* The slot of the key, or the free slot where it belongs. */
static struct hash_map_slot *slot_of(const struct hash_map *map, uint64_t key)
{
    uint32_t at = home(map, key);
    while (map->slots[at].value && map->slots[at].key != key)
        at = (at + 1) & map->mask;
    return &map->slots[at];
}

uint32_t hash_map_find(const struct hash_map *map, uint64_t key)
{
    return slot_of(map, key)->value - 1; /* free: 0 - 1 = HASH_MAP_NONE */
}

static void grow(struct hash_map *map)
{
    struct hash_map old = *map;
    map->mask = old.mask * 2 + 1;
    map->shift = old.shift - 1;
    map->slots = xcalloc((size_t)map->mask + 1, sizeof *map->slots);
    for (uint32_t i = 0; i <= old.mask; i++)
        if (old.slots[i].value)
            *slot_of(map, old.slots[i].key) = old.slots[i];
    free(old.slots);
}

void hash_map_set(struct hash_map *map, uint64_t key, uint32_t value)
{
    if (value == HASH_MAP_NONE)
        bug("number out of range");
    struct hash_map_slot *slot = slot_of(map, key);
    if (!slot->value) {
        if ((uint64_t)(map->count + 1) * 3 > (uint64_t)map->mask * 2) {
            grow(map);
            slot = slot_of(map, key);
        }
        map->count++;
    }
    *slot = (struct hash_map_slot){ key, value + 1 };
}

void hash_map_remove(struct hash_map *map, uint64_t key)
{
    uint32_t hole = (uint32_t)(slot_of(map, key) - map->slots);
    if (!map->slots[hole].value)
        return;
    map->count--;
    /* Close the gap: whoever behind it may not be further from home than the gap moves into it. */
    for (uint32_t at = (hole + 1) & map->mask; map->slots[at].value; at = (at + 1) & map->mask) {
        uint32_t way = (at - home(map, map->slots[at].key)) & map->mask;
        if (way < ((at - hole) & map->mask))
            continue;
        map->slots[hole] = map->slots[at];
        hole = at;
    }
    map->slots[hole].value = 0;
}
