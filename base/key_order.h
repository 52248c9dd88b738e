#ifndef BASE_KEY_ORDER_H
#define BASE_KEY_ORDER_H
/*
 * Sorting what is nearly in order: the rows and messages of a log, of which few stand some places
 * away from their time.
 */
#include <stddef.h>
#include <stdint.h>

/* Sorts the numbers order[0..count) by keys[number]; stable. In order already: two looks each. */
void key_order(uint32_t *order, uint32_t count, const int64_t *keys);

/* An array of items of `size` bytes, a multiple of eight. */
struct key_column {
    void *items;
    size_t size;
};

/* Moves the items of all columns so that item i stands at goes_to[i], a permutation of 0..count. Uses
 * goes_to up: afterwards goes_to[i] is i. */
void key_permute(const struct key_column *columns, size_t column_count, uint32_t *goes_to,
                 uint32_t count);

#endif
