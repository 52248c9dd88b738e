/*
 * Who would lose wanted mail: the messages that the candidate never lets in or lets in late, by the
 * keys of one dimension, with how steadily each of them writes. A message to several recipients
 * stands once with each of its keys. What fares worse is looked for once per toggle, and who is known
 * to lose something is followed through all wanted mail.
 */
#include <stdlib.h>

#include "analyzer/results_advice.h"
#include "analyzer/results_internal.h"
#include "base/xalloc.h"

/* What the candidate does to a labelled message. */
enum loss { LOSS_LOST, LOSS_DELAYED, LOSS_PERHAPS, LOSS_SPAM };

struct affected {
    uint32_t message;
    enum loss loss;
};

/* A wanted message that counts and that the baseline let in. */
struct wanted {
    uint32_t row; /* the first that was let in */
    int32_t day;  /* of that row */
};

struct results_losses {
    struct wanted *wanted; /* NULL: not asked yet */
    size_t wanted_count, wanted_capacity;
    int zone;      /* of its days, as input.first_offset */
    bool is_known; /* the rest, until the next toggle */
    struct affected *affected;
    size_t affected_count, affected_capacity;
};

void results_losses_init(struct results *results)
{
    results->losses = xcalloc(1, sizeof *results->losses);
}

void results_losses_release(struct results *results)
{
    free(results->losses->wanted);
    free(results->losses->affected);
    free(results->losses);
}

void results_losses_forget(const struct results *results)
{
    results->losses->is_known = false;
    results->losses->affected_count = 0;
}

/* ---- messages ---- */

static bool is_lost(unsigned effect)
{
    return effect >= EFFECT_DEFERRED;
}

static int32_t day_of(const struct results *results, uint32_t row)
{
    return (int32_t)civil_day(results->parts.evidence->rows[row].time_us,
                              results->parts.input.first_offset);
}

static uint32_t first_let_in(const struct results *results, uint32_t number)
{
    uint32_t row = results->parts.evidence->messages[number].first_row;
    while (!tally_baseline_accepts(results->tally, row))
        row++;
    return row;
}

static void find_wanted(const struct results *results)
{
    const unsigned asked = FACT_COUNTS | FACT_LET_IN | FACT_HAM;
    struct results_losses *losses = results->losses;
    if (losses->wanted && losses->zone == results->parts.input.first_offset)
        return;
    losses->zone = results->parts.input.first_offset;
    losses->wanted_count = 0;
    for (uint32_t m = 0; m < results->parts.evidence->message_count; m++) {
        if ((results->facts[m] & asked) != asked)
            continue;
        uint32_t row = first_let_in(results, m);
        GROW(losses->wanted, losses->wanted_count, losses->wanted_capacity);
        losses->wanted[losses->wanted_count++] = (struct wanted){ row, day_of(results, row) };
    }
}

static void find_affected(const struct results *results)
{
    const unsigned asked = FACT_COUNTS | FACT_LET_IN;
    struct results_losses *losses = results->losses;
    const uint8_t *worst = results_worst_effects(results);
    for (uint32_t m = 0; !losses->is_known && m < results->parts.evidence->message_count; m++) {
        unsigned facts = results->facts[m];
        if (worst[m] == EFFECT_NONE || (facts & asked) != asked ||
            !(facts & FACT_HAM || (facts & FACT_SPAM && is_lost(worst[m]))))
            continue;
        GROW(losses->affected, losses->affected_count, losses->affected_capacity);
        losses->affected[losses->affected_count++] =
            (struct affected){ m, !(facts & FACT_HAM)          ? LOSS_SPAM
                                  : is_lost(worst[m])          ? LOSS_LOST
                                  : worst[m] == EFFECT_DELAYED ? LOSS_DELAYED
                                                               : LOSS_PERHAPS };
    }
    losses->is_known = true;
}

/* ---- losses by key ---- */

struct loser {
    uint32_t counts[LOSS_SPAM + 1]; /* messages by enum loss */
    uint32_t seen;                  /* number + 1 of the message counted last */
    enum tally_effect worst;        /* of that message's rows here, booked already */
    sym key;
};

/* Books one row of a wanted message with its recipient. */
static void book_ham_row(struct loser *loser, uint32_t message, enum tally_effect effect)
{
    if (loser->seen != message + 1) {
        loser->seen = message + 1;
        loser->worst = EFFECT_NONE;
    }
    if (effect <= loser->worst)
        return;
    loser->counts[LOSS_LOST] += is_lost(effect) && !is_lost(loser->worst);
    loser->counts[LOSS_DELAYED] += effect == EFFECT_DELAYED;
    loser->counts[LOSS_DELAYED] -= loser->worst == EFFECT_DELAYED;
    loser->worst = effect;
}

static void book_spam_row(struct loser *loser, uint32_t message, enum tally_effect effect)
{
    if (!is_lost(effect) || loser->seen == message + 1)
        return;
    loser->seen = message + 1;
    loser->counts[LOSS_SPAM]++;
}

/* Each recipient has a fate of its own. */
static void book_recipients(const struct results *results, const struct affected *affected,
                            struct loser *losers)
{
    const struct evidence *evidence = results->parts.evidence;
    const struct message *message = &evidence->messages[affected->message];
    const uint8_t *effects = results_effects(results);
    uint32_t end = message->first_row + message->row_count;
    for (uint32_t row = message->first_row; row < end; row++) {
        struct loser *loser = &losers[evidence->rows[row].recipient];
        if (!tally_baseline_accepts(results->tally, row))
            continue;
        if (affected->loss == LOSS_SPAM)
            book_spam_row(loser, affected->message, (enum tally_effect)effects[row]);
        else
            book_ham_row(loser, affected->message, (enum tally_effect)effects[row]);
    }
}

/* Elsewhere all recipients share the key: the worst that happens to one of them stands for all. */
static struct loser *count_losers(const struct results *results, enum results_dimension dimension)
{
    const struct results_losses *losses = results->losses;
    struct loser *losers =
        xcalloc(results_key_limit(results, dimension) + (size_t)1, sizeof *losers);
    for (size_t i = 0; i < losses->affected_count; i++) {
        const struct affected *affected = &losses->affected[i];
        if (dimension == BY_RECIPIENT)
            book_recipients(results, affected, losers);
        else
            losers[results_message_key(results, affected->message, dimension)]
                .counts[affected->loss]++;
    }
    return losers;
}

static int compare_losers(const void *left, const void *right)
{
    const struct loser *a = left, *b = right;
    if (a->counts[LOSS_LOST] != b->counts[LOSS_LOST])
        return a->counts[LOSS_LOST] > b->counts[LOSS_LOST] ? -1 : 1;
    if (a->counts[LOSS_DELAYED] != b->counts[LOSS_DELAYED])
        return a->counts[LOSS_DELAYED] > b->counts[LOSS_DELAYED] ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

/* Those who lose something to the front, the largest loss first; gives their number. */
static size_t sort_losers(const struct results *results, enum results_dimension dimension,
                          struct loser *losers)
{
    uint32_t keys = results_key_limit(results, dimension);
    size_t used = 0;
    for (sym key = 0; key < keys; key++)
        if (losers[key].counts[LOSS_LOST] + losers[key].counts[LOSS_DELAYED]) {
            losers[key].key = key;
            losers[used++] = losers[key];
        }
    qsort(losers, used, sizeof *losers, compare_losers);
    return used;
}

/* ---- how steadily they write ---- */

/* Somebody whose wanted mail is followed. */
struct habit {
    uint64_t came, days;
    uint32_t last_row, seen; /* number + 1 of the message counted last */
    int32_t last_day;
};

/* Of the rows of one message the first of a key counts. */
static void follow_row(struct habit *habit, uint32_t message, uint32_t row, int32_t day)
{
    if (habit->seen == message + 1)
        return;
    habit->seen = message + 1;
    habit->days += habit->came++ == 0 || day != habit->last_day;
    habit->last_day = day;
    habit->last_row = row;
}

/* place: by key, where its habit stands; 0 stands for all that are not followed. */
static void follow_recipients(const struct results *results, const struct wanted *wanted,
                              const uint32_t *place, struct habit *habits)
{
    const struct evidence *evidence = results->parts.evidence;
    uint32_t number = results->row_message[wanted->row];
    uint32_t end = evidence->messages[number].first_row + evidence->messages[number].row_count;
    for (uint32_t row = wanted->row; row < end; row++) {
        uint32_t at = place[evidence->rows[row].recipient];
        if (at && tally_baseline_accepts(results->tally, row))
            follow_row(&habits[at], number, row,
                       row == wanted->row ? wanted->day : day_of(results, row));
    }
}

/* The habits of these losers: that of losers[i] is number i + 1. The caller frees them. */
static struct habit *follow(const struct results *results, enum results_dimension dimension,
                            const struct loser *losers, size_t count)
{
    const struct results_losses *losses = results->losses;
    struct habit *habits = xcalloc(count + 1, sizeof *habits);
    uint32_t *place = xcalloc(results_key_limit(results, dimension) + (size_t)1, sizeof *place);
    for (size_t i = 0; i < count; i++)
        place[losers[i].key] = (uint32_t)i + 1;
    for (size_t i = 0; count && i < losses->wanted_count; i++) {
        const struct wanted *wanted = &losses->wanted[i];
        if (dimension == BY_RECIPIENT) {
            follow_recipients(results, wanted, place, habits);
            continue;
        }
        uint32_t number = results->row_message[wanted->row];
        uint32_t at = place[results_message_key(results, number, dimension)];
        if (at)
            follow_row(&habits[at], number, wanted->row, wanted->day);
    }
    free(place);
    return habits;
}

/* ---- all of it ---- */

/* True when some wanted mail fares worse than before: what nobody loses, nobody has to look for. */
static bool has_losses(const struct results *results)
{
    const struct results_set *set = &results->candidate.set;
    return set->ham_lost.count + set->ham_delayed.count > 0;
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
    find_wanted(results);
    find_affected(results);
    struct loser *losers = count_losers(results, dimension);
    size_t used = sort_losers(results, dimension, losers);
    *count = used < limit ? used : limit;
    if (all)
        *all = used;
    struct habit *habits = follow(results, dimension, losers, *count);
    struct results_loser *list = ARENA_ARRAY(arena, struct results_loser, *count + 1);
    for (size_t i = 0; i < *count; i++)
        list[i] = (struct results_loser){
            .key = results_key_text(results, dimension, losers[i].key),
            .lost = losers[i].counts[LOSS_LOST],
            .delayed = losers[i].counts[LOSS_DELAYED],
            .spam = losers[i].counts[LOSS_SPAM],
            .came = habits[i + 1].came,
            .days = habits[i + 1].days,
            .last_us = results->parts.evidence->rows[habits[i + 1].last_row].time_us,
        };
    free(habits);
    free(losers);
    return list;
}
