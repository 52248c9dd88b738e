#include "analyzer/estimate/retry.h"

#include <stdlib.h>
#include <string.h>

#include "base/text_hash.h"
#include "base/xalloc.h"

struct triplet {
    sym client, sender, recipient;
};

/* What a sender's retry has in common with its first attempt; false when a part is not known. */
static bool triplet_of(const struct evidence *evidence, const sym *same_client,
                       const struct message *message, uint32_t row, struct triplet *triplet)
{
    *triplet = (struct triplet){ same_client ? same_client[message->client]
                                             : evidence->clients[message->client].address,
                                 message->sender, evidence->rows[row].recipient };
    return triplet->client && triplet->sender && triplet->recipient &&
           evidence->rows[row].time_us != TIME_NONE;
}

struct triplet_slot {
    struct triplet key; /* client 0: empty */
    uint32_t number;
};

struct triplet_table {
    struct triplet_slot *slots;
    uint32_t mask, count;
    uint64_t seed;
    uint8_t *senders, *recipients; /* one byte each: stands in some triplet */
};

static struct triplet_slot *find_slot(const struct triplet_table *table, const struct triplet *key)
{
    uint32_t i =
        (uint32_t)text_hash(slice_make((const char *)key, sizeof *key), table->seed) & table->mask;
    while (table->slots[i].key.client && memcmp(&table->slots[i].key, key, sizeof *key) != 0)
        i = (i + 1) & table->mask;
    return &table->slots[i];
}

static void grow_table(struct triplet_table *table)
{
    struct triplet_table old = *table;
    table->mask = old.mask ? old.mask * 2 + 1 : 1023;
    table->slots = xcalloc((size_t)table->mask + 1, sizeof *table->slots);
    for (size_t i = 0; old.slots && i <= old.mask; i++)
        if (old.slots[i].key.client)
            *find_slot(table, &old.slots[i].key) = old.slots[i];
    free(old.slots);
}

static void add_triplet(struct triplet_table *table, const struct triplet *key)
{
    if (table->count * 2 >= table->mask)
        grow_table(table);
    struct triplet_slot *slot = find_slot(table, key);
    if (!slot->key.client)
        *slot = (struct triplet_slot){ *key, table->count++ };
    table->senders[key->sender] = 1;
    table->recipients[key->recipient] = 1;
}

struct member {
    int64_t time_us;
    uint32_t row, triplet;
};

static int compare_members(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    if (a->triplet != b->triplet)
        return a->triplet < b->triplet ? -1 : 1;
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* All rows of the triplets in the table. Most have a sender who is in none of them. */
static struct member *collect(const struct evidence *evidence, const sym *same_client,
                              const struct triplet_table *table, size_t *count)
{
    struct member *members = NULL;
    size_t capacity = 0;
    *count = 0;
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        const struct message *message = &evidence->messages[m];
        for (uint32_t i = 0; table->senders[message->sender] && i < message->row_count; i++) {
            uint32_t row = message->first_row + i;
            struct triplet key;
            if (!table->recipients[evidence->rows[row].recipient] ||
                !triplet_of(evidence, same_client, message, row, &key))
                continue;
            const struct triplet_slot *slot = find_slot(table, &key);
            if (!slot->key.client)
                continue;
            GROW(members, *count, capacity);
            members[(*count)++] = (struct member){ evidence->rows[row].time_us, row, slot->number };
        }
    }
    return members;
}

/* Sorts by triplet in one pass, and within a triplet by time, which the rows mostly are in already. */
static struct member *sort_members(struct member *members, size_t count, uint32_t triplets)
{
    struct member *sorted = xcalloc(count + 1, sizeof *sorted);
    size_t *starts = xcalloc((size_t)triplets + 1, sizeof *starts);
    for (size_t i = 0; i < count; i++)
        starts[members[i].triplet + 1]++;
    for (uint32_t t = 0; t < triplets; t++)
        starts[t + 1] += starts[t];
    for (size_t i = 0; i < count; i++)
        sorted[starts[members[i].triplet]++] = members[i];
    for (size_t begin = 0, end; begin < count; begin = end) {
        bool in_order = true;
        for (end = begin + 1; end < count && sorted[end].triplet == sorted[begin].triplet; end++)
            in_order = in_order && compare_members(&sorted[end - 1], &sorted[end]) <= 0;
        if (!in_order)
            qsort(sorted + begin, end - begin, sizeof *sorted, compare_members);
    }
    free(starts);
    free(members);
    return sorted;
}

static void add_wanted(struct triplet_table *table, const struct evidence *evidence,
                       const uint8_t *wanted, const sym *same_client)
{
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        const struct message *message = &evidence->messages[m];
        for (uint32_t i = 0; wanted[m] && i < message->row_count; i++) {
            struct triplet key;
            if (triplet_of(evidence, same_client, message, message->first_row + i, &key))
                add_triplet(table, &key);
        }
    }
}

void retries_init(struct retries *retries, const struct evidence *evidence, const uint8_t *wanted,
                  const sym *same_client)
{
    struct triplet_table table = { .seed = text_hash_seed(),
                                   .senders = xcalloc(evidence->senders.count, 1),
                                   .recipients = xcalloc(evidence->recipients.count, 1) };
    struct member *members = NULL;
    size_t count = 0;
    *retries = (struct retries){ 0 };
    add_wanted(&table, evidence, wanted, same_client);
    if (table.count) {
        members = collect(evidence, same_client, &table, &count);
        members = sort_members(members, count, table.count);
    }
    free(table.slots);
    free(table.senders);
    free(table.recipients);
    retries->items = xcalloc(count, sizeof *retries->items);
    for (size_t i = 0; i < count; i++) {
        bool is_last = i + 1 == count || members[i + 1].triplet != members[i].triplet;
        bool is_first = i == 0 || members[i - 1].triplet != members[i].triplet;
        if (!is_first || !is_last)
            retries->items[retries->count++] =
                (struct retry){ members[i].time_us, members[i].row, is_last };
    }
    free(members);
}

void retries_pick(const struct retries *retries, const uint32_t *classes, struct retries *picked)
{
    size_t capacity = 0, first = 0;
    bool several = false;
    *picked = (struct retries){ 0 };
    for (size_t i = 0; i < retries->count; i++) {
        const struct retry *retry = &retries->items[i];
        several |= classes[retry->row] != classes[retries->items[first].row];
        if (!retry->is_last)
            continue;
        for (; several && first <= i; first++) {
            GROW(picked->items, picked->count, capacity);
            picked->items[picked->count++] = retries->items[first];
        }
        first = i + 1;
        several = false;
    }
}

void retries_release(struct retries *retries)
{
    free(retries->items);
    *retries = (struct retries){ 0 };
}

void retries_heal(const struct retries *retries, bool (*is_accepted)(void *context, uint32_t row),
                  void (*heal)(void *context, uint32_t row), void *context)
{
    int64_t accepted_us = 0;
    bool accepted = false;
    for (size_t i = retries->count; i-- > 0;) {
        const struct retry *retry = &retries->items[i];
        if (retry->is_last)
            accepted = false;
        if (is_accepted(context, retry->row)) {
            accepted = true;
            accepted_us = retry->time_us;
        } else if (accepted && accepted_us - retry->time_us <= RETRY_WINDOW_US) {
            heal(context, retry->row);
        }
    }
}

void retries_fold(const struct retries *retries, bool (*is_accepted)(void *context, uint32_t row),
                  void (*fold)(void *context, uint32_t row), void *context)
{
    int64_t first_us = 0;
    bool is_first = true;
    retries_heal(retries, is_accepted, fold, context);
    for (size_t i = 0; i < retries->count; i++) {
        const struct retry *retry = &retries->items[i];
        if (!is_accepted(context, retry->row)) {
            if (!is_first && retry->time_us - first_us <= RETRY_WINDOW_US) {
                fold(context, retry->row);
            } else {
                first_us = retry->time_us;
                is_first = false;
            }
        }
        is_first = is_first || retry->is_last;
    }
}
