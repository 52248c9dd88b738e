/*
 * Who would lose wanted mail: the messages that the candidate never lets in or lets in late, by the
 * keys of one dimension, with how steadily each of them writes. A message to several recipients
 * stands once with each of its keys.
 */
#include <stdlib.h>

#include "analyzer/results_advice.h"
#include "analyzer/results_internal.h"
#include "base/xalloc.h"

struct loser {
    struct results_loser sums;
    int64_t last_day;
    uint32_t seen;           /* number + 1 of the message counted last */
    enum tally_effect worst; /* of that message's rows here, booked already */
    sym key;
};

static bool is_lost(unsigned effect)
{
    return effect >= EFFECT_DEFERRED;
}

/* Books one row of a wanted message with its key. */
static void book_ham(const struct results *results, struct loser *loser, uint32_t message,
                     int64_t time_us, enum tally_effect effect)
{
    struct results_loser *sums = &loser->sums;
    if (loser->seen != message + 1) {
        loser->seen = message + 1;
        loser->worst = EFFECT_NONE;
        int64_t day = civil_day(time_us, results->parts.input.first_offset);
        sums->days += sums->came++ == 0 || day != loser->last_day;
        sums->last_us = time_us;
        loser->last_day = day;
    }
    if (effect <= loser->worst)
        return;
    sums->lost += is_lost(effect) && !is_lost(loser->worst);
    sums->delayed += effect == EFFECT_DELAYED;
    sums->delayed -= loser->worst == EFFECT_DELAYED;
    loser->worst = effect;
}

static void book_spam(struct loser *loser, uint32_t message, enum tally_effect effect)
{
    if (!is_lost(effect) || loser->seen == message + 1)
        return;
    loser->seen = message + 1;
    loser->sums.spam++;
}

/* Books a labelled message that counts. All its recipients share its key, but for the key that is the
 * recipient: elsewhere its worst effect stands for them, at the time of the first. */
static void book_message(const struct results *results, enum results_dimension dimension,
                         uint32_t number, struct loser *losers)
{
    const struct evidence *evidence = results->parts.evidence;
    const struct message *message = &evidence->messages[number];
    const uint8_t *effects = results_effects(results), *worst = results_worst_effects(results);
    bool each = dimension == BY_RECIPIENT, booked = false;
    for (uint32_t i = 0; i < message->row_count && (each || !booked); i++) {
        uint32_t row = message->first_row + i;
        if (!tally_baseline_accepts(results->tally, row))
            continue;
        struct loser *loser = &losers[results_row_key(results, row, dimension)];
        enum tally_effect effect = (enum tally_effect)(each ? effects[row] : worst[number]);
        if (results->facts[number] & FACT_HAM)
            book_ham(results, loser, number, evidence->rows[row].time_us, effect);
        else
            book_spam(loser, number, effect);
        booked = true;
    }
}

/* True when some wanted mail fares worse than before: what nobody loses, nobody has to look for. */
static bool has_losses(const struct results *results)
{
    const struct results_set *set = &results->candidate.set;
    return set->ham_lost.count + set->ham_delayed.count > 0;
}

static struct loser *count_losers(const struct results *results, enum results_dimension dimension)
{
    const uint8_t *worst = results_worst_effects(results);
    struct loser *losers =
        xcalloc(results_key_limit(results, dimension) + (size_t)1, sizeof *losers);
    for (uint32_t m = 0; m < results->parts.evidence->message_count; m++) {
        unsigned facts = results->facts[m];
        bool counts = facts & FACT_COUNTS && facts & FACT_LET_IN;
        if (counts && (facts & FACT_HAM || (facts & FACT_SPAM && is_lost(worst[m]))))
            book_message(results, dimension, m, losers);
    }
    return losers;
}

static int compare_losers(const void *left, const void *right)
{
    const struct loser *a = left, *b = right;
    if (a->sums.lost != b->sums.lost)
        return a->sums.lost > b->sums.lost ? -1 : 1;
    if (a->sums.delayed != b->sums.delayed)
        return a->sums.delayed > b->sums.delayed ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

struct results_loser *results_losers(const struct results *results,
                                     enum results_dimension dimension, size_t limit,
                                     struct arena *arena, size_t *count, size_t *all)
{
    if (!has_losses(results)) {
        *count = 0;
        if (all)
            *all = 0;
        return ARENA_ARRAY(arena, struct results_loser, 1);
    }
    struct loser *losers = count_losers(results, dimension);
    uint32_t keys = results_key_limit(results, dimension);
    size_t used = 0;
    for (sym key = 0; key < keys; key++)
        if (losers[key].sums.lost + losers[key].sums.delayed) {
            losers[key].key = key;
            losers[used++] = losers[key];
        }
    qsort(losers, used, sizeof *losers, compare_losers);
    *count = used < limit ? used : limit;
    if (all)
        *all = used;
    struct results_loser *list = ARENA_ARRAY(arena, struct results_loser, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        list[i] = losers[i].sums;
        list[i].key = results_key_text(results, dimension, losers[i].key);
    }
    free(losers);
    return list;
}
