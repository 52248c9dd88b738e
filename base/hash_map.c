#include "base/hash_map.h"

#include <stdlib.h>

#include "base/rare.h"
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

static RARE void grow(struct hash_map *map)
{
    struct hash_map old = *map;
    map->mask = old.mask * 2 + 1;
    map->shift = old.shift - 1;
    map->slots = xcalloc((size_t)map->mask + 1, sizeof *map->slots);
    for (uint32_t i = 0; i <= old.mask; i++)
        if (old.slots[i].value)
            *hash_map_slot(map, old.slots[i].key) = old.slots[i];
    free(old.slots);
}

void hash_map_set(struct hash_map *map, uint64_t key, uint32_t value)
{
    if (value == HASH_MAP_NONE)
        bug("number out of range");
    struct hash_map_slot *slot = hash_map_slot(map, key);
    if (!slot->value) {
        if ((uint64_t)(map->count + 1) * 3 > (uint64_t)map->mask * 2) {
            grow(map);
            slot = hash_map_slot(map, key);
        }
        map->count++;
    }
    *slot = (struct hash_map_slot){ key, value + 1 };
}

/* Frees a slot. */
static inline void empty_slot(struct hash_map *map, uint32_t hole)
{
    map->count--;
    /* Close the gap: whoever behind it may not be further from home than the gap moves into it. */
    for (uint32_t at = (hole + 1) & map->mask; map->slots[at].value; at = (at + 1) & map->mask) {
        uint32_t way = (at - hash_map_home(map, map->slots[at].key)) & map->mask;
        if (way < ((at - hole) & map->mask))
            continue;
        map->slots[hole] = map->slots[at];
        hole = at;
    }
    map->slots[hole].value = 0;
}

void hash_map_remove(struct hash_map *map, uint64_t key)
{
    struct hash_map_slot *slot = hash_map_slot(map, key);
    if (slot->value)
        empty_slot(map, (uint32_t)(slot - map->slots));
}

void hash_map_remove_pair(struct hash_map *map, uint64_t key, uint32_t value)
{
    struct hash_map_slot *slot = hash_map_slot(map, key);
    if (slot->value == value + 1)
        empty_slot(map, (uint32_t)(slot - map->slots));
}
