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
/* The number of a key, HASH_MAP_NONE when it has none. */
uint32_t hash_map_find(const struct hash_map *map, uint64_t key);
/* Gives the key a number (below HASH_MAP_NONE), new or in place of its old one. */
void hash_map_set(struct hash_map *map, uint64_t key, uint32_t value);
/* Forgets the key; nothing happens when it is not there. */
void hash_map_remove(struct hash_map *map, uint64_t key);

#endif
