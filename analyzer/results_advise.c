/*
 * What to do next: which messages to judge by hand, and which clients to allow. Both look at the mail
 * that the candidate stops and the baseline lets in.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/results_advice.h"
#include "analyzer/results_internal.h"
#include "base/xalloc.h"

enum { AUDIT_CERTAIN = 20 }; /* senders that are taken for sure, largest first */
#define DAY_US ((int64_t)24 * 3600 * 1000000)

/* ---- judging by hand ---- */

struct audit_candidate {
    uint64_t messages;
    uint64_t lot;   /* for the order among the smaller ones */
    uint32_t index; /* in the order of time, of the first stopped row */
    uint32_t seen;  /* number + 1 of the message counted last */
    sym cluster;
};

static uint64_t draw_lot(uint64_t seed, uint64_t number)
{
    uint64_t z = seed * UINT64_C(0x9e3779b97f4a7c15) + number * UINT64_C(0xd1342543de82ef95);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
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

/* Wanted for all we know, or not known: a guess may be wrong, what was said is not asked again. */
static bool is_worth_judging(const struct results *results, uint32_t row)
{
    const struct label *label = &results->labels.of_row[row];
    return !label->given && label_kind_of(label->ham) != LABEL_SPAM &&
           results->reasons[results->row_message[row]] == POPULATION_COUNTED &&
           results_row_is_stopped(results, row);
}

struct results_audit *results_audit(const struct results *results, size_t limit,
                                    struct arena *arena, size_t *count)
{
    uint32_t keys = results_key_limit(results, BY_ORGANISATION);
    struct audit_candidate *found = xcalloc(keys + (size_t)1, sizeof *found);
    for (uint32_t i = 0; i < results->parts.evidence->row_count; i++) {
        uint32_t row = results->order[i], message = results->row_message[row];
        struct audit_candidate *of = &found[results_row_key(results, row, BY_ORGANISATION)];
        if (of->seen == message + 1 || !is_worth_judging(results, row))
            continue;
        if (of->messages++ == 0)
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
    if (used > AUDIT_CERTAIN)
        qsort(found + AUDIT_CERTAIN, used - AUDIT_CERTAIN, sizeof *found, compare_lots);
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

/* ---- allowing ---- */

struct client_loss {
    uint64_t ham, spam, days;
    int64_t last_day;
    sym address;
    uint32_t client, seen; /* a client of that address; number + 1 of the message counted last */
};

/* The list whose checks stop most wanted mail, NULL when none does. */
static const char *worst_list(const struct results_set *set)
{
    const char *worst = NULL;
    uint64_t most = 0;
    for (size_t i = 0; i < set->restriction_count; i++) {
        uint64_t lost = 0;
        const char *list = set->restrictions[i].list;
        for (size_t j = 0; list && j < set->restriction_count; j++)
            if (set->restrictions[j].list && strcmp(set->restrictions[j].list, list) == 0)
                lost += set->restrictions[j].ham_lost.count;
        if (lost > most) {
            most = lost;
            worst = list;
        }
    }
    return worst;
}

/* What a list stops, by client address (several clients may share one: its name changed). */
static struct client_loss *count_clients(const struct results *results, const uint8_t *checks)
{
    const struct evidence *evidence = results->parts.evidence;
    struct client_loss *losses = xcalloc(evidence->text.count, sizeof *losses);
    for (uint32_t i = 0; i < evidence->row_count; i++) {
        uint32_t row = results->order[i], message = results->row_message[row];
        const struct verdict *verdict = tally_verdict(&results->candidate.view, row);
        uint32_t client = results->message_client[message];
        struct client_loss *loss = &losses[evidence->clients[client].address];
        if (loss->seen == message + 1 || results->reasons[message] != POPULATION_COUNTED ||
            verdict->check == CHECK_NONE || !checks[verdict->check] ||
            !results_row_is_stopped(results, row))
            continue;
        loss->seen = message + 1;
        loss->client = client;
        enum label_kind kind = label_kind_of(results->labels.of_message[message]);
        loss->spam += kind == LABEL_SPAM;
        if (kind != LABEL_HAM)
            continue;
        int64_t day = evidence->rows[row].time_us / DAY_US;
        loss->days += loss->ham++ == 0 || day != loss->last_day;
        loss->last_day = day;
    }
    return losses;
}

static int compare_losses(const void *left, const void *right)
{
    const struct client_loss *a = left, *b = right;
    if (a->ham != b->ham)
        return a->ham > b->ham ? -1 : 1;
    return (a->address > b->address) - (a->address < b->address);
}

/* Moves the clients worth allowing to the front, most wanted mail first; gives their number. */
static size_t choose_clients(const struct results *results, struct client_loss *losses)
{
    const struct evidence *evidence = results->parts.evidence;
    size_t used = 0;
    for (sym address = SYM_EMPTY + 1; address < evidence->text.count; address++)
        if (losses[address].ham > losses[address].spam) {
            losses[address].address = address;
            losses[used++] = losses[address];
        }
    memset(&losses[used], 0, (evidence->text.count - used) * sizeof *losses);
    qsort(losses, used, sizeof *losses, compare_losses);
    return used;
}

struct results_rescue results_rescue(const struct results *results, size_t limit,
                                     struct arena *arena)
{
    const struct evidence *evidence = results->parts.evidence;
    const struct results_side *side = &results->candidate;
    struct results_rescue rescue = { .list = worst_list(&side->set) };
    if (!rescue.list)
        return rescue;
    uint8_t *checks = xcalloc(side->set.restriction_count + 1, 1);
    uint8_t *clients = xcalloc(evidence->client_count + (size_t)1, 1);
    for (size_t i = 0; i < side->set.restriction_count; i++)
        checks[i] =
            side->restrictions[i].list && strcmp(side->restrictions[i].list, rescue.list) == 0;
    struct client_loss *losses = count_clients(results, checks);
    size_t used = choose_clients(results, losses);
    rescue.client_count = used < limit ? used : limit;
    struct results_allow *list = ARENA_ARRAY(arena, struct results_allow, rescue.client_count + 1);
    for (size_t i = 0; i < rescue.client_count; i++) {
        for (uint32_t c = 0; c < evidence->client_count; c++)
            clients[c] |= evidence->clients[c].address == losses[i].address;
        list[i] = (struct results_allow){
            .address = intern_text(&evidence->text, losses[i].address),
            .organisation =
                intern_text(&results->clusters.keys, results->clusters.of_client[losses[i].client]),
            .messages = losses[i].ham,
            .spam = losses[i].spam,
            .days = losses[i].days,
        };
    }
    rescue.clients = list;
    tally_spare(results->tally, &side->view, &side->set, &(struct tally_spared){ clients, checks },
                &rescue.ham_lost, &rescue.spam_stopped);
    free(losses);
    free(checks);
    free(clients);
    return rescue;
}
