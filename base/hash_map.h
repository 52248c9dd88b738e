#ifndef BASE_HASH_MAP_H
#define BASE_HASH_MAP_H
/*
 * 64-bit keys to 32-bit numbers, open addressing with linear probing, removal without tombstones.
 * Keys may be hashes or packed numbers: they are mixed once more. Order is never exposed.
 */
#include <stdint.h>

struct hash_map_slot {
    uint64_t key;
    uint32_t value; /* number + 1; 0: free */
};

struct hash_map {
    struct hash_map_slot *slots;
    uint32_t mask, count;
    uint32_t shift; /* a product of 64 bits down to a number of a slot */
};

#define HASH_MAP_NONE UINT32_MAX

/* An empty map. */
void hash_map_init(struct hash_map *map);
/* Gives the memory back. */
void hash_map_release(struct hash_map *map);
/* Where the search for a key begins: the highest bits of a product, for only they depend on all bits
 * of the key. */
static inline uint32_t hash_map_home(const struct hash_map *map, uint64_t key)
{
    return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> map->shift);
}

/* The slot of the key, or the free slot where it belongs. */
static inline struct hash_map_slot *hash_map_slot(const struct hash_map *map, uint64_t key)
{
    uint32_t at = hash_map_home(map, key);
    while (map->slots[at].value && map->slots[at].key != key)
        at = (at + 1) & map->mask;
    return &map->slots[at];
}

/* The number of a key, HASH_MAP_NONE when it has none. */
static inline uint32_t hash_map_find(const struct hash_map *map, uint64_t key)
{
    return hash_map_slot(map, key)->value - 1; /* free: 0 - 1 = HASH_MAP_NONE */
}

/* Gives the key a number (below HASH_MAP_NONE), new or in place of its old one. */
void hash_map_set(struct hash_map *map, uint64_t key, uint32_t value);
/* Forgets the key; nothing happens when it is not there. */
void hash_map_remove(struct hash_map *map, uint64_t key);
/* The same unless the key has another number by now. */
void hash_map_remove_pair(struct hash_map *map, uint64_t key, uint32_t value);

#endif
