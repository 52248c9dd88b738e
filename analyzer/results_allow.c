/*
 * Whom to allow, and what that leaves. The allow list stands first in the list of restrictions that
 * loses most wanted mail; for a client on it, nothing behind it in that list is asked. That is what
 * is replayed here: the checks of the list are switched off, and the verdicts so found count for the
 * clients on the list, the others keep theirs.
 *
 * What is printed becomes configuration, and its keys were written by strangers: only addresses in
 * their canonical form and names of host name syntax are ever proposed.
 */
#include <stdlib.h>
#include <string.h>

#include "analyzer/results_advice.h"
#include "analyzer/results_internal.h"
#include "base/domain_name.h"
#include "base/ip_address.h"
#include "base/xalloc.h"

/* What a list of restrictions stops, by key. */
struct key_loss {
    uint64_t ham, spam, days;
    int64_t last_day, last_us;
    sym key, cluster, network; /* of a message of that key */
    uint32_t seen;             /* number + 1 of the message counted last */
    bool several;              /* networks */
};

/* What is being worked out: a kind of key, and the rows that the list stops. */
struct allowing {
    const struct results *results;
    enum results_dimension dimension;
    const uint8_t *effects;  /* by row, without an allow list */
    const uint8_t *checks;   /* by check: stands in the list */
    const uint8_t *released; /* effects by row, when the list is not asked */
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

/* A permit in the list that guards against relaying must not open the relay. */
static const char *safe_action(const char *list)
{
    bool guards = strcmp(list, "smtpd_recipient_restrictions") == 0 ||
                  strcmp(list, "smtpd_relay_restrictions") == 0;
    return guards ? "permit_auth_destination" : "OK";
}

/* The effects when no check of the list is asked. The switches are put back: the replay is the same
 * afterwards as before. */
static uint8_t *release_list(const struct results *results, const uint8_t *checks)
{
    const struct results_side *side = &results->candidate;
    for (size_t i = 0; i < side->set.restriction_count; i++)
        if (checks[i] && side->restrictions[i].enabled)
            replay_set_enabled(side->replay, (uint32_t)i, false);
    uint8_t *released = tally_effects(results->tally, &side->view);
    for (size_t i = 0; i < side->set.restriction_count; i++)
        if (checks[i] && side->restrictions[i].enabled)
            replay_set_enabled(side->replay, (uint32_t)i, true);
    return released;
}

static void count_loss(const struct allowing *work, uint32_t row, struct key_loss *loss)
{
    const struct results *results = work->results;
    uint32_t message = results->row_message[row], client = results->message_client[message];
    enum label_kind kind = label_kind_of(label_of_message(&results->labels, message)->ham);
    int64_t time_us = results->parts.evidence->rows[row].time_us;
    int64_t day = civil_day(time_us, results->parts.input.first_offset);
    loss->seen = message + 1;
    loss->spam += kind == LABEL_SPAM;
    if (kind != LABEL_HAM)
        return;
    loss->several |= loss->ham && loss->network != results->clusters.network[client];
    loss->cluster = results->clusters.of_client[client];
    loss->network = results->clusters.network[client];
    loss->days += loss->ham++ == 0 || day != loss->last_day;
    loss->last_day = day;
    loss->last_us = time_us;
}

/* True when a check of the list stops the row for good. */
static bool is_stopped_here(const struct allowing *work, uint32_t row)
{
    const struct verdict *verdict = tally_verdict(&work->results->candidate.view, row);
    return work->effects[row] >= EFFECT_DEFERRED && verdict->check != CHECK_NONE &&
           work->checks[verdict->check];
}

/* What the list stops for good, by key. */
static struct key_loss *count_keys(const struct allowing *work)
{
    const struct results *results = work->results;
    const struct evidence *evidence = results->parts.evidence;
    uint32_t limit = results_key_limit(results, work->dimension);
    struct key_loss *losses = xcalloc(limit + (size_t)1, sizeof *losses);
    const uint8_t *worst = results_worst_effects(results);
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        if (worst[m] < EFFECT_DEFERRED || !(results->facts[m] & FACT_COUNTS))
            continue;
        const struct message *message = &evidence->messages[m];
        for (uint32_t i = 0; i < message->row_count; i++) {
            uint32_t row = message->first_row + i;
            struct key_loss *loss = &losses[results_row_key(results, row, work->dimension)];
            if (loss->seen != m + 1 && is_stopped_here(work, row))
                count_loss(work, row, loss);
        }
    }
    return losses;
}

/* The text of a key as configuration; false when it must not become one. */
static bool key_is_safe(const struct results *results, enum results_dimension dimension, sym key,
                        struct arena *arena, struct slice *text)
{
    struct slice raw = results_key_text(results, dimension, key);
    struct ip_address address;
    char plain[IP_TEXT_MAX], folded[DOMAIN_MAX + 1];
    if (dimension == BY_CLIENT) {
        if (!raw.at || !ip_address_parse(raw, &address))
            return false;
        *text = arena_copy(arena, ip_address_format(&address, plain));
        return true;
    }
    if (!raw.at || !domain_is_valid_hostname(raw) || slice_index(raw, '.') == raw.len)
        return false;
    *text = arena_copy(arena, domain_fold(raw, folded, sizeof folded));
    return text->len > 0;
}

static int compare_losses(const void *left, const void *right)
{
    const struct key_loss *a = left, *b = right;
    if (a->ham != b->ham)
        return a->ham > b->ham ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

/* Keys worth allowing to the front, most wanted mail first; gives their number. A client must lose
 * more wanted mail than spam; a sender, which anybody can write, must come from several networks
 * (one is better allowed by its addresses) and have no spam in its name. */
static size_t choose_keys(const struct allowing *work, struct key_loss *losses, struct arena *arena)
{
    uint32_t limit = results_key_limit(work->results, work->dimension);
    struct slice text;
    size_t used = 0;
    for (sym key = SYM_EMPTY + 1; key < limit; key++) {
        bool worth = work->dimension == BY_CLIENT ? losses[key].ham > losses[key].spam
                                                  : losses[key].several && losses[key].spam == 0;
        if (!worth || !key_is_safe(work->results, work->dimension, key, arena, &text))
            continue;
        losses[key].key = key;
        losses[used++] = losses[key];
    }
    qsort(losses, used, sizeof *losses, compare_losses);
    return used;
}

/* By key, one byte each: it passes. A domain in an access table stands for those below it, too
 * (parent_domain_matches_subdomains). */
static uint8_t *find_allowed(const struct allowing *work, const struct key_loss *chosen,
                             size_t count)
{
    const struct results *results = work->results;
    uint32_t limit = results_key_limit(results, work->dimension);
    uint8_t *chosen_keys = xcalloc(limit + (size_t)1, 1);
    for (size_t i = 0; i < count; i++)
        chosen_keys[chosen[i].key] = 1;
    if (work->dimension != BY_SENDER_DOMAIN)
        return chosen_keys;
    uint8_t *allowed = xcalloc(limit + (size_t)1, 1);
    for (sym key = SYM_EMPTY + 1; key < limit; key++) {
        struct slice name = results_key_text(results, work->dimension, key);
        for (bool more = true; more && !allowed[key]; more = domain_parent(name, &name))
            allowed[key] = chosen_keys[intern_find(&results->domains, name)];
    }
    free(chosen_keys);
    return allowed;
}

/* The estimates when the chosen keys pass the list. */
static void estimate_allowed(const struct allowing *work, const struct key_loss *chosen,
                             struct results_allow_list *list)
{
    const struct results *results = work->results;
    uint32_t rows = results->parts.evidence->row_count;
    uint8_t *allowed = find_allowed(work, chosen, list->count);
    uint8_t *effects = xcalloc(rows + (size_t)1, 1);
    memcpy(effects, work->effects, rows);
    for (uint32_t row = 0; row < rows; row++)
        if (effects[row] != work->released[row] &&
            allowed[results_row_key(results, row, work->dimension)])
            effects[row] = work->released[row];
    tally_estimates(results->tally, effects, &list->ham_lost, &list->spam_stopped);
    free(effects);
    free(allowed);
}

static struct results_allow_list make_list(const struct allowing *work, size_t limit,
                                           struct arena *arena)
{
    const struct results *results = work->results;
    struct key_loss *losses = count_keys(work);
    size_t used = choose_keys(work, losses, arena);
    struct results_allow_list list = { .count = used < limit ? used : limit, .of = used };
    struct results_allow *entries = ARENA_ARRAY(arena, struct results_allow, list.count + 1);
    for (size_t i = 0; i < list.count; i++) {
        entries[i] = (struct results_allow){
            .organisation = intern_text(&results->clusters.keys, losses[i].cluster),
            .messages = losses[i].ham,
            .spam = losses[i].spam,
            .days = losses[i].days,
            .last_us = losses[i].last_us,
        };
        key_is_safe(results, work->dimension, losses[i].key, arena, &entries[i].key);
    }
    list.entries = entries;
    estimate_allowed(work, losses, &list);
    free(losses);
    return list;
}

struct results_rescue results_rescue(const struct results *results, struct arena *arena)
{
    const struct results_side *side = &results->candidate;
    struct results_rescue rescue = { .list = worst_list(&side->set) };
    if (!rescue.list)
        return rescue;
    rescue.action = safe_action(rescue.list);
    uint8_t *checks = xcalloc(side->set.restriction_count + 1, 1);
    for (size_t i = 0; i < side->set.restriction_count; i++)
        checks[i] =
            side->restrictions[i].list && strcmp(side->restrictions[i].list, rescue.list) == 0;
    uint8_t *released = release_list(results, checks);
    struct allowing work = { results, BY_CLIENT, results_effects(results), checks, released };
    rescue.clients = make_list(&work, ALLOW_CLIENTS_MAX, arena);
    work.dimension = BY_SENDER_DOMAIN;
    rescue.senders = make_list(&work, ALLOW_SENDERS_MAX, arena);
    free(released);
    free(checks);
    return rescue;
}
