#include "analyzer/policy/unit_table.h"

#include <stdlib.h>

#include "base/rare.h"
#include "base/xalloc.h"

enum { SEEN_BITS = 12 };

/* A key with one recipient. */
struct unit_seen {
    uint64_t code;
    uint32_t unit; /* + 1; 0: none yet */
};

void unit_table_init(struct unit_table *table, const uint32_t limits[KEY_SHORT])
{
    uint64_t step = 1;

    *table = (struct unit_table){ .has_codes = true };
    intern_init(&table->keys, 0);
    table->seen = xcalloc((size_t)1 << SEEN_BITS, sizeof *table->seen);
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

void unit_table_set_mail(struct unit_table *table, const uint32_t *key)
{
    uint64_t code = 0;

    for (unsigned i = 0; i < KEY_WORDS; i++)
        code += key[i] * table->steps[i];
    table->mail_code = code;
}

static APART uint32_t add_key(struct unit_table *table, const uint32_t *key, uint32_t recipients)
{
    size_t words = KEY_WORDS + 2 * (size_t)recipients;
    sym number = intern_add(&table->keys, slice_make((const char *)key, words * sizeof *key));
    uint32_t unit = number - SYM_EMPTY - 1;

    if (unit >= table->count)
        table->count = unit + 1;
    return unit;
}

uint32_t unit_table_add(struct unit_table *table, const uint32_t *key, uint32_t recipients)
{
    if (recipients != 1 || !table->has_codes)
        return add_key(table, key, recipients);
    uint64_t code = table->mail_code + key[KEY_RECIPIENT] * table->steps[KEY_RECIPIENT] +
                    key[KEY_ROW] * table->steps[KEY_ROW];
    struct unit_seen *seen = &table->seen[(code * 0x9e3779b97f4a7c15u) >> (64 - SEEN_BITS)];
    if (!seen->unit || seen->code != code)
        *seen = (struct unit_seen){ code, add_key(table, key, 1) + 1 };
    return seen->unit - 1;
}

struct slice unit_table_key(const struct unit_table *table, uint32_t unit)
{
    return intern_text(&table->keys, unit + SYM_EMPTY + 1);
}
