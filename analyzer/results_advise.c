/*
 * Which messages to judge by hand: two-phase sampling. Where the log's own sources say what is wanted,
 * their word is checked where it matters, on the mail that the candidate stops: the largest senders
 * for certain, then others by lot. Where they say nothing, stopped mail alone would tell no rate: then
 * senders of all mail that came in are drawn by lot, each with the same chance.
 */
#include <stdlib.h>

#include "analyzer/results_advice.h"
#include "analyzer/results_internal.h"
#include "base/splitmix.h"
#include "base/xalloc.h"

enum { AUDIT_CERTAIN = 20 }; /* senders that are taken for sure, largest first */

/* ---- judging by hand ---- */

struct audit_candidate {
    uint64_t messages;
    uint64_t lot;   /* for the order among the smaller ones */
    uint32_t index; /* in the order of time, of the row to judge */
    uint32_t seen;  /* number + 1 of the message counted last */
    sym cluster;
};

static uint64_t draw_lot(uint64_t seed, uint64_t number)
{
    return splitmix(seed * UINT64_C(0x9e3779b97f4a7c15) + number * UINT64_C(0xd1342543de82ef95));
}

static int compare_sizes(const void *left, const void *right)
{
    const struct audit_candidate *a = left, *b = right;
    if (a->messages != b->messages)
        return a->messages > b->messages ? -1 : 1;
    return (a->cluster > b->cluster) - (a->cluster < b->cluster);
}

static int compare_lots(const void *left, const void *right)
{
    const struct audit_candidate *a = left, *b = right;
    if (a->lot != b->lot)
        return a->lot < b->lot ? -1 : 1;
    return (a->cluster > b->cluster) - (a->cluster < b->cluster);
}

/* True when some mail that counts is wanted by the log's own word. */
static bool has_guesses(const struct results *results)
{
    uint32_t rows = results->population.ham.messages ? results->parts.evidence->row_count : 0;
    for (uint32_t row = 0; row < rows; row++) {
        const struct label *label = label_of_row(&results->labels, row);
        if (!label->given && label_kind_of(label->ham) == LABEL_HAM &&
            results->reasons[results->row_message[row]] == POPULATION_COUNTED)
            return true;
    }
    return false;
}

/* Wanted for all we know, or not known: a guess may be wrong, what was said is not asked again. */
static bool is_worth_judging(const struct results *results, uint32_t row, bool stopped_only)
{
    const struct label *label = label_of_row(&results->labels, row);
    return !label->given && label_kind_of(label->ham) != LABEL_SPAM &&
           results->reasons[results->row_message[row]] == POPULATION_COUNTED &&
           (stopped_only ? results_row_is_stopped(results, row)
                         : tally_baseline_accepts(results->tally, row));
}

size_t results_audit_count(const struct results *results, size_t limit)
{
    bool guessed = has_guesses(results);
    uint8_t *counted = xcalloc(results_key_limit(results, BY_ORGANISATION) + (size_t)1, 1);
    size_t count = 0;
    for (uint32_t row = 0; row < results->parts.evidence->row_count && count < limit; row++) {
        uint8_t *of = &counted[results_row_key(results, row, BY_ORGANISATION)];
        if (*of || !is_worth_judging(results, row, guessed))
            continue;
        *of = 1;
        count++;
    }
    free(counted);
    return count;
}

/* True when the `number`-th row of a sender takes the place of the one drawn before: each with the
 * same chance. */
static bool is_drawn(const struct results *results, uint32_t row, uint64_t number)
{
    return draw_lot(results->parts.seed, row) % number == 0;
}

struct results_audit *results_audit(const struct results *results, size_t limit,
                                    struct arena *arena, size_t *count)
{
    uint32_t keys = results_key_limit(results, BY_ORGANISATION);
    struct audit_candidate *found = xcalloc(keys + (size_t)1, sizeof *found);
    bool guessed = has_guesses(results);
    size_t certain = guessed ? AUDIT_CERTAIN : 0;
    for (uint32_t i = 0; i < results->parts.evidence->row_count; i++) {
        uint32_t row = results->order[i], message = results->row_message[row];
        struct audit_candidate *of = &found[results_row_key(results, row, BY_ORGANISATION)];
        if (of->seen == message + 1 || !is_worth_judging(results, row, guessed))
            continue;
        if (is_drawn(results, row, ++of->messages))
            of->index = i;
        of->seen = message + 1;
    }
    size_t used = 0;
    for (sym key = 0; key < keys; key++)
        if (found[key].messages) {
            found[key].cluster = key;
            found[key].lot = draw_lot(results->parts.seed, key);
            found[used++] = found[key];
        }
    qsort(found, used, sizeof *found, compare_sizes);
    if (used > certain)
        qsort(found + certain, used - certain, sizeof *found, compare_lots);
    *count = used < limit ? used : limit;
    struct results_audit *list = ARENA_ARRAY(arena, struct results_audit, *count + 1);
    for (size_t i = 0; i < *count; i++)
        list[i] = (struct results_audit){
            .row = found[i].index,
            .organisation = intern_text(&results->clusters.keys, found[i].cluster),
            .messages = found[i].messages,
        };
    free(found);
    return list;
}
