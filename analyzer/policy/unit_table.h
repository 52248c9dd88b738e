#ifndef ANALYZER_POLICY_UNIT_TABLE_H
#define ANALYZER_POLICY_UNIT_TABLE_H
/*
 * Numbers the units of a replay: mails, or recipients, that no check can tell apart. Takes their keys
 * (classes of columns, see columns.h) one after the other; gives each a number, in order of first
 * appearance. A key with one recipient, as most are, is one number made of all its words; a small table
 * remembers the units of the last ones.
 */
#include "base/intern.h"

/* A key: these words, then two per recipient, the classes of COLUMN_RECIPIENT and COLUMN_ROW. */
enum { KEY_CLIENT, KEY_HELO, KEY_SENDER, KEY_FACTS, KEY_MAIL, KEY_FLAGS, KEY_WORDS };
enum { KEY_RECIPIENT = KEY_WORDS, KEY_ROW, KEY_SHORT };

/* A key with one recipient that was met. */
struct unit_seen {
    uint64_t code;
    uint32_t unit; /* + 1; 0: none yet */
};
enum { UNIT_SEEN_BITS = 12 };

struct unit_table {
    struct intern keys;
    struct unit_seen *seen;    /* by the hash of a code */
    uint64_t steps[KEY_SHORT]; /* what one more in a word adds to the code */
    bool has_codes;            /* they fit into 64 bits */
    uint64_t mail_code;        /* of the key at hand, without its recipients */
    uint32_t count;            /* of units */
};

/* An empty table. limits: what the words of a key with one recipient stay below. */
void unit_table_init(struct unit_table *table, const uint32_t limits[KEY_SHORT]);
/* Gives all memory back. */
void unit_table_release(struct unit_table *table);
/* Says that the first KEY_WORDS words of the keys that follow are these. */
static inline void unit_table_set_mail(struct unit_table *table, const uint32_t *key)
{
    const uint64_t *steps = table->steps;
    table->mail_code = key[KEY_CLIENT] * steps[KEY_CLIENT] + key[KEY_HELO] * steps[KEY_HELO] +
                       key[KEY_SENDER] * steps[KEY_SENDER] + key[KEY_FACTS] * steps[KEY_FACTS] +
                       key[KEY_MAIL] * steps[KEY_MAIL] + key[KEY_FLAGS] * steps[KEY_FLAGS];
}
/* The unit of a key with so many recipients, added when new. Copies the key. */
uint32_t unit_table_add(struct unit_table *table, const uint32_t *key, uint32_t recipients);
/* The same for one recipient, whose mail was set. */
static inline uint32_t unit_table_add_one(struct unit_table *table, const uint32_t *key)
{
    uint64_t code = table->mail_code + key[KEY_RECIPIENT] * table->steps[KEY_RECIPIENT] +
                    key[KEY_ROW] * table->steps[KEY_ROW];
    struct unit_seen *seen = &table->seen[(code * 0x9e3779b97f4a7c15u) >> (64 - UNIT_SEEN_BITS)];
    if (!seen->unit || seen->code != code || !table->has_codes)
        *seen = (struct unit_seen){ code, unit_table_add(table, key, 1) + 1 };
    return seen->unit - 1;
}
/* The words of a unit's key; borrowed until the table is released. */
struct slice unit_table_key(const struct unit_table *table, uint32_t unit);

#endif
