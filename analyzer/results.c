#include "analyzer/results_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/estimate/label_score.h"
#include "analyzer/estimate/population.h"
#include "base/domain_name.h"
#include "base/key_order.h"
#include "base/xalloc.h"

/* ---- making ---- */

/* Which rows keep the verdict of the log: those that no smtpd saw, and, when the candidate only adds
 * to a set that nobody knows, those that the log refused. NULL: none. */
static uint8_t *find_from_log(const struct results *results, bool keep_refused)
{
    const struct evidence *evidence = results->parts.evidence;
    const uint8_t *reasons = results->reasons;
    uint8_t *from_log = NULL;
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        bool no_smtpd = reasons[m] == POPULATION_LOCAL;
        if (!no_smtpd && !keep_refused)
            continue;
        const struct message *message = &evidence->messages[m];
        for (uint32_t i = 0; i < message->row_count; i++) {
            uint32_t row = message->first_row + i;
            if (!no_smtpd && tally_is_accepted(replay_verdict(results->logged, row)->kind))
                continue;
            if (!from_log)
                from_log = xcalloc(evidence->row_count + (size_t)1, 1);
            from_log[row] = no_smtpd ? FROM_LOG_NO_SMTPD : FROM_LOG_REFUSED;
        }
    }
    return from_log;
}

static void make_side(struct results *results, struct results_side *side,
                      const struct policy *policy, bool keep_refused, const bool *disabled)
{
    side->view.logged = results->logged;
    if (!policy) {
        side->view.replay = results->logged;
        return;
    }
    side->replay = replay_new(policy, results->parts.evidence, results->parts.remarks);
    side->from_log = find_from_log(results, keep_refused);
    side->view.replay = side->replay;
    side->view.from_log = side->from_log;
    size_t count;
    const struct policy_check *checks = policy_checks(policy, &count);
    side->restrictions = ARENA_ARRAY(&results->arena, struct results_restriction, count + 1);
    for (size_t i = 0; disabled && i < count; i++)
        if (disabled[i])
            replay_set_enabled(side->replay, (uint32_t)i, false);
    for (size_t i = 0; i < count; i++)
        side->restrictions[i] = (struct results_restriction){
            .name = checks[i].name,
            .argument = checks[i].argument,
            .list = checks[i].list,
            .class_name = checks[i].class_name,
            .position = checks[i].position,
            .enabled = replay_is_enabled(side->replay, (uint32_t)i),
            .warn_only = checks[i].warn_only,
            .permits = checks[i].permits,
        };
    side->set.restriction_count = count;
}

static void count_side(struct results *results, struct results_side *side)
{
    tally_count(results->tally, &side->view, side->restrictions, &side->set, &results->changes);
}

/* Rows by time, stable; whoever has none stands where it stood, at the log's beginning. */
static uint32_t *sort_rows(const struct evidence *evidence)
{
    uint32_t count = evidence->row_count;
    uint32_t *order = xcalloc(count + (size_t)1, sizeof *order);
    int64_t *times = xcalloc(count + (size_t)1, sizeof *times);
    int64_t first = INT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        int64_t at = evidence->rows[i].time_us;
        order[i] = i;
        times[i] = at;
        if (at != TIME_NONE && at < first)
            first = at;
    }
    for (uint32_t i = 0; i < count; i++)
        if (times[i] == TIME_NONE)
            times[i] = first;
    key_order(order, count, times);
    free(times);
    return order;
}

static void pack_rows(struct results *results)
{
    const struct evidence *evidence = results->parts.evidence;
    results->row_message = xcalloc(evidence->row_count + (size_t)1, sizeof(uint32_t));
    results->message_client = xcalloc(evidence->message_count + (size_t)1, sizeof(uint32_t));
    for (uint32_t row = 0; row < evidence->row_count; row++)
        results->row_message[row] = evidence->rows[row].message;
    for (uint32_t m = 0; m < evidence->message_count; m++)
        results->message_client[m] = evidence->messages[m].client;
}

static void find_domains(struct results *results)
{
    const struct intern *senders = &results->parts.evidence->senders;
    intern_init(&results->domains);
    results->sender_domain = xcalloc(senders->count, sizeof(sym));
    for (sym i = SYM_EMPTY; i < senders->count; i++) {
        struct slice sender = intern_text(senders, i);
        size_t at = slice_last_index(sender, '@');
        char folded[DOMAIN_MAX + 1];
        struct slice domain = { NULL, 0 };
        if (at < sender.len)
            domain = domain_fold(slice_skip(sender, at + 1), folded, sizeof folded);
        results->sender_domain[i] =
            slice_is_empty(domain) ? SYM_EMPTY : intern_add(&results->domains, domain);
    }
}

static void count_excluded(struct results *results)
{
    for (int i = 0; i < POPULATION_REASON_COUNT; i++)
        results->excluded[i].reason = population_reason_name((enum population_reason)i);
    for (uint32_t m = 0; m < results->parts.evidence->message_count; m++)
        results->excluded[results->reasons[m]].messages++;
}

/* Mail that hides its client: what is asked of clients is no question there. */
static void add_gateway_remark(struct results *results)
{
    const struct evidence *evidence = results->parts.evidence;
    uint64_t told = 0;
    for (uint32_t m = 0; m < evidence->message_count; m++)
        told += results->reasons[m] == POPULATION_GATEWAY &&
                evidence_extra(evidence, &evidence->messages[m])->true_client;
    diagnostics_add(
        results->parts.remarks, results->excluded[POPULATION_GATEWAY].messages, "not_applicable",
        "messages left out of all rates: they came by a gateway (fetchmail or a program "
        "on this machine, --gateways), so rules on the client's address, name and HELO "
        "are not applicable; of %" PRIu64 " the log's Received headers name the true "
        "client",
        told);
}

/* What the reader must know beside the remarks of the earlier stages. */
static void add_remarks(struct results *results)
{
    struct diagnostics *remarks = results->parts.remarks;
    count_excluded(results);
    for (int i = POPULATION_COUNTED + 1; i < POPULATION_REASON_COUNT; i++)
        if (results->excluded[i].messages && i != POPULATION_GATEWAY)
            diagnostics_add(remarks, results->excluded[i].messages, "excluded",
                            "messages left out of all rates: %s", results->excluded[i].reason);
    if (results->excluded[POPULATION_GATEWAY].messages)
        add_gateway_remark(results);
    uint64_t disagreements = tally_disagreements(results->tally);
    if (disagreements)
        diagnostics_add(remarks, disagreements, "baseline_disagrees",
                        "rows whose logged answer is not what the baseline configuration gives: "
                        "limits, milters, header checks, or another configuration at the time");
    uint64_t unnamed = results->parts.evidence->books.unnamed_accepted;
    if (unnamed)
        diagnostics_add(remarks, unnamed, "recipients_unnamed",
                        "recipients, at most, that the server accepted and no line of the log "
                        "names: they have no row; check_client_access static:{INFO seen} in "
                        "smtpd_client_restrictions would name them");
    uint64_t open = results->parts.input.open;
    if (open)
        diagnostics_add(remarks, open, "open",
                        "messages that the log begins or ends in the "
                        "middle of");
    if (results->population.ham.messages + results->population.spam.messages == 0)
        diagnostics_add(remarks, results->population.unlabelled.messages, "unlabelled",
                        "no message is labelled ham or spam: no rate can be given; --labels or "
                        "--mailbox would tell, or two sources in the log that agree");
}

static void make_warnings(struct results *results)
{
    const struct diagnostics *remarks = results->parts.remarks;
    results->warnings = ARENA_ARRAY(&results->arena, struct results_warning, remarks->count + 1);
    results->warning_count = remarks->count;
    for (uint32_t i = 0; i < remarks->count; i++)
        results->warnings[i] =
            (struct results_warning){ remarks->items[i].code, remarks->items[i].text,
                                      remarks->items[i].count };
}

/* True when the policy asks the same check, and acts on it. */
static bool asks(const struct policy *policy, const struct policy_check *check)
{
    size_t count;
    const struct policy_check *checks = policy_checks(policy, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(checks[i].name, check->name) == 0 && checks[i].warn_only == check->warn_only &&
            (checks[i].argument == check->argument ||
             (checks[i].argument && check->argument &&
              strcmp(checks[i].argument, check->argument) == 0)))
            return true;
    return false;
}

/* The kinds of evidence that the candidate looks at and the baseline does not: labels must not rest
 * on them. */
static unsigned evidence_tested(const struct results_parts *parts)
{
    unsigned evidence = 0;
    size_t count = 0;
    const struct policy_check *checks =
        parts->candidate ? policy_checks(parts->candidate, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        if (!checks[i].warn_only && !checks[i].permits &&
            !(parts->baseline && asks(parts->baseline, &checks[i])))
            evidence |= label_evidence_of(checks[i].name);
    return evidence;
}

struct results *results_new(const struct results_parts *parts)
{
    struct results *results = xcalloc(1, sizeof *results);
    const struct evidence *evidence = parts->evidence;
    arena_init(&results->arena);
    results->parts = *parts;
    results->baseline_is_log = !parts->baseline;
    results->candidate_is_log = !parts->candidate;
    results->logged_policy = policy_as_logged();
    results->logged = replay_new(results->logged_policy, evidence, parts->remarks);
    clusters_init(&results->clusters, evidence, parts->geoip);
    results->reasons = population_sort(evidence, parts->own_networks, parts->own_network_count);
    labels_init(&results->labels,
                &(struct label_inputs){ .evidence = evidence,
                                        .given = parts->given,
                                        .mailbox = parts->mailbox,
                                        .clusters = &results->clusters,
                                        .reasons = results->reasons,
                                        .replies = replay_row_classes(results->logged),
                                        .evidence_tested = evidence_tested(parts),
                                        .offset_minutes = parts->input.first_offset,
                                        .rules = parts->label_rules,
                                        .traps = parts->traps },
                parts->remarks);
    make_side(results, &results->baseline, parts->baseline, false, NULL);
    make_side(results, &results->candidate, parts->candidate, parts->candidate_adds,
              parts->disabled);
    results->tally = tally_new(&(struct tally_inputs){
        evidence, &results->labels, &results->clusters, results->reasons, results->baseline.view });
    results->population = tally_population(results->tally);
    count_side(results, &results->baseline);
    count_side(results, &results->candidate);
    results->order = sort_rows(evidence);
    pack_rows(results);
    results_facts_init(results);
    find_domains(results);
    add_remarks(results);
    make_warnings(results);
    return results;
}

static void free_side(struct results_side *side)
{
    replay_free(side->replay);
    free(side->from_log);
}

void results_free(struct results *results)
{
    if (!results)
        return;
    results_facts_release(results);
    tally_free(results->tally);
    free_side(&results->baseline);
    free_side(&results->candidate);
    replay_free(results->logged);
    policy_free(results->logged_policy);
    labels_release(&results->labels);
    clusters_release(&results->clusters);
    free(results->reasons);
    free(results->order);
    free(results->row_message);
    free(results->message_client);
    free(results->sender_domain);
    intern_release(&results->domains);
    arena_release(&results->arena);
    struct results_parts parts = results->parts;
    free(results);
    if (parts.release)
        parts.release(parts.owner);
}

/* ---- asking ---- */

const struct results_input *results_input(const struct results *results)
{
    return &results->parts.input;
}

const struct results_excluded *results_excluded(const struct results *results, size_t *count)
{
    *count = POPULATION_REASON_COUNT - 1;
    return results->excluded + 1;
}

const struct results_population *results_population(const struct results *results)
{
    return &results->population;
}

const struct results_set *results_baseline(const struct results *results)
{
    return &results->baseline.set;
}

const struct results_set *results_candidate(const struct results *results)
{
    return &results->candidate.set;
}

const struct results_changes *results_changes(const struct results *results)
{
    return &results->changes;
}

const struct results_warning *results_warnings(const struct results *results, size_t *count)
{
    *count = results->warning_count;
    return results->warnings;
}

size_t results_row_count(const struct results *results)
{
    return results->parts.evidence->row_count;
}

void results_toggle(struct results *results, size_t restriction)
{
    struct results_side *side = &results->candidate;
    if (restriction >= side->set.restriction_count)
        return;
    bool enabled = !replay_is_enabled(side->replay, (uint32_t)restriction);
    replay_set_enabled(side->replay, (uint32_t)restriction, enabled);
    side->restrictions[restriction].enabled = enabled;
    results_facts_forget(results);
    count_side(results, side);
}

bool results_row_is_stopped(const struct results *results, uint32_t row)
{
    if (!tally_baseline_accepts(results->tally, row))
        return false;
    enum verdict_kind kind = tally_verdict(&results->candidate.view, row)->kind;
    return kind != VERDICT_UNKNOWN && !tally_is_accepted(kind);
}

uint8_t *results_acting_classes(const struct results_side *side, size_t restriction)
{
    uint32_t count = replay_class_count(side->view.replay);
    uint8_t *acting = xcalloc(count + (size_t)1, 1);
    for (uint32_t k = 0; k < count && restriction < side->set.restriction_count; k++)
        acting[k] = replay_class_acts(side->view.replay, k, (uint32_t)restriction) == TRI_YES;
    return acting;
}

bool results_row_is_hit(const struct results_side *side, const uint8_t *acting, uint32_t row)
{
    return acting[replay_class(side->view.replay, row)] &&
           !(side->from_log && side->from_log[row] == FROM_LOG_NO_SMTPD);
}
