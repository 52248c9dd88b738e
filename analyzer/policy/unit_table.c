#include "analyzer/policy/unit_table.h"

#include <stdlib.h>

#include "base/xalloc.h"

void unit_table_init(struct unit_table *table, const uint32_t limits[KEY_SHORT])
{
    uint64_t step = 1;

    *table = (struct unit_table){ .has_codes = true };
    intern_init(&table->keys);
    table->seen = xcalloc((size_t)1 << UNIT_SEEN_BITS, sizeof *table->seen);
    for (unsigned i = 0; i < KEY_SHORT; i++) {
        table->steps[i] = step;
        if (__builtin_mul_overflow(step, limits[i], &step))
            table->has_codes = false;
    }
}

void unit_table_release(struct unit_table *table)
{
    intern_release(&table->keys);
    free(table->seen);
}

uint32_t unit_table_add(struct unit_table *table, const uint32_t *key, uint32_t recipients)
{
    size_t words = KEY_WORDS + 2 * (size_t)recipients;
    sym number = intern_add(&table->keys, slice_make((const char *)key, words * sizeof *key));
    uint32_t unit = number - SYM_EMPTY - 1;

    if (unit >= table->count)
        table->count = unit + 1;
    return unit;
}

struct slice unit_table_key(const struct unit_table *table, uint32_t unit)
{
    return intern_text(&table->keys, unit + SYM_EMPTY + 1);
}
