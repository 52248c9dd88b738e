#include "base/key_order.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* Merges the sorted runs order[begin..middle) and order[middle..end). What stands right stays; the
 * rest of the first run is laid aside. */
static void merge(uint32_t *order, uint32_t begin, uint32_t middle, uint32_t end,
                  const int64_t *keys, uint32_t *aside)
{
    uint32_t to = middle, from = middle, taken = 0;
    while (to > begin && keys[order[to - 1]] > keys[order[middle]])
        to--;
    uint32_t left = middle - to;
    memcpy(aside, order + to, left * sizeof *aside);
    while (taken < left) {
        bool first = from == end || keys[aside[taken]] <= keys[order[from]];
        order[to++] = first ? aside[taken++] : order[from++];
    }
}

void key_order(uint32_t *order, uint32_t count, const int64_t *keys)
{
    uint32_t *aside = xcalloc((size_t)count + 1, sizeof *aside);
    for (uint64_t width = 1; width < count; width *= 2)
        for (uint64_t begin = 0; begin + width < count; begin += 2 * width) {
            uint64_t middle = begin + width;
            uint64_t end = middle + width < count ? middle + width : count;
            if (keys[order[middle - 1]] > keys[order[middle]])
                merge(order, (uint32_t)begin, (uint32_t)middle, (uint32_t)end, keys, aside);
        }
    free(aside);
}

/* Exchanges two items of `size` bytes. */
static inline void swap_items(char *a, char *b, size_t size)
{
    for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
        uint64_t x, y;
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        memcpy(a + i, &y, sizeof y);
        memcpy(b + i, &x, sizeof x);
    }
}

void key_permute(const struct key_column *columns, size_t column_count, uint32_t *goes_to,
                 uint32_t count)
{
    for (size_t c = 0; c < column_count; c++)
        if (columns[c].size % sizeof(uint64_t))
            bug("items of no whole words");
    for (uint32_t i = 0; i < count; i++) {
        while (goes_to[i] != i) {
            uint32_t at = goes_to[i];
            for (size_t c = 0; c < column_count; c++) {
                char *base = columns[c].items;
                swap_items(base + i * columns[c].size, base + at * columns[c].size,
                           columns[c].size);
            }
            goes_to[i] = goes_to[at];
            goes_to[at] = at;
        }
    }
}
