#include "analyzer/results_crowds.h"

#include <stdlib.h>

#include "base/splitmix.h"
#include "base/xalloc.h"

/* ---- what acts ---- */

/* By class of the candidate's replay. */
static uint64_t *find_class_acts(const struct results_side *side, const size_t *restrictions,
                                 size_t count)
{
    uint32_t classes = replay_class_count(side->view.replay);
    uint64_t *acts = xcalloc(classes + (size_t)1, sizeof *acts);
    for (uint32_t k = 0; k < classes; k++)
        for (size_t i = 0; i < count; i++) {
            enum tri act = replay_class_acts(side->view.replay, k, (uint32_t)restrictions[i]);
            if (act != TRI_NO)
                acts[k] |= (uint64_t)1 << (act == TRI_YES ? i : CROWD_ACTS + i);
        }
    return acts;
}

uint64_t *crowd_acts(const struct results *results, const size_t *restrictions, size_t count)
{
    const struct results_side *side = &results->candidate;
    const uint32_t *classes = replay_row_classes(side->view.replay);
    uint64_t *acts = xcalloc(results->parts.evidence->message_count + (size_t)1, sizeof *acts);
    if (count == 0 || !classes)
        return acts;
    uint64_t *class_acts = find_class_acts(side, restrictions, count);
    for (uint32_t row = 0; row < results->parts.evidence->row_count; row++)
        acts[results->row_message[row]] |= class_acts[classes[row]];
    free(class_acts);
    return acts;
}

enum tri crowd_is_hit(const struct crowd *crowd, size_t number)
{
    if (crowd->acts >> number & 1)
        return TRI_YES;
    return crowd->acts >> (CROWD_ACTS + number) & 1 ? TRI_UNKNOWN : TRI_NO;
}

/* ---- crowds ---- */

struct crowd_table {
    struct crowd *items;
    size_t count, capacity;
    uint32_t *slots; /* index + 1; 0: free */
    size_t mask;
};

static bool is_alike(const struct crowd *a, const struct crowd *b)
{
    return a->acts == b->acts && a->cluster == b->cluster && a->facts == b->facts &&
           a->effect == b->effect;
}

static size_t find_slot(const struct crowd_table *table, const struct crowd *crowd)
{
    uint64_t key = (uint64_t)crowd->cluster << 16 | (unsigned)crowd->facts << 8 | crowd->effect;
    size_t slot = splitmix(key + crowd->acts * UINT64_C(0x9e3779b97f4a7c15)) & table->mask;
    while (table->slots[slot] && !is_alike(&table->items[table->slots[slot] - 1], crowd))
        slot = (slot + 1) & table->mask;
    return slot;
}

static void make_slots(struct crowd_table *table, size_t slots)
{
    free(table->slots);
    table->slots = xcalloc(slots, sizeof *table->slots);
    table->mask = slots - 1;
    for (size_t i = 0; i < table->count; i++)
        table->slots[find_slot(table, &table->items[i])] = (uint32_t)i + 1;
}

static void add_crowd(struct crowd_table *table, const struct crowd *crowd, size_t slot)
{
    GROW(table->items, table->count, table->capacity);
    table->items[table->count++] = *crowd;
    table->slots[slot] = (uint32_t)table->count;
    if (table->count * 2 > table->mask)
        make_slots(table, 4 * table->mask + 4);
}

static int compare_crowds(const void *left, const void *right)
{
    const struct crowd *a = left, *b = right;
    return (a->cluster > b->cluster) - (a->cluster < b->cluster);
}

struct crowd *crowds_of(const struct results *results, uint32_t first, uint32_t end,
                        const uint64_t *acts, const uint8_t *effects, size_t *count)
{
    enum { SLOTS_AT_FIRST = 256 };
    const unsigned told = FACT_LET_IN | FACT_REFUSED | FACT_HAM | FACT_SPAM;
    struct crowd_table table = { 0 };
    make_slots(&table, SLOTS_AT_FIRST);
    for (uint32_t m = first; m < end; m++) {
        unsigned facts = results->facts[m];
        if (!(facts & FACT_COUNTS))
            continue;
        struct crowd crowd = {
            .acts = acts[m] & ~(acts[m] << CROWD_ACTS), /* what acts need not perhaps act */
            .cluster = results->clusters.of_client[results->message_client[m]],
            .messages = 1,
            .facts = (uint8_t)(facts & told),
            .effect = (facts & (FACT_HAM | FACT_SPAM)) ? effects[m] : EFFECT_NONE,
        };
        size_t slot = find_slot(&table, &crowd);
        if (table.slots[slot])
            table.items[table.slots[slot] - 1].messages++;
        else
            add_crowd(&table, &crowd, slot);
    }
    free(table.slots);
    if (table.count)
        qsort(table.items, table.count, sizeof *table.items, compare_crowds);
    *count = table.count;
    return table.items;
}
