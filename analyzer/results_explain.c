/*
 * One message behind results.h: which messages a key names, what is known about them and from where,
 * and how each set answers, check by check.
 */
#include <stdlib.h>

#include "analyzer/policy/explain.h"
#include "analyzer/results_explain.h"
#include "analyzer/results_internal.h"
#include "base/ip_address.h"
#include "base/xalloc.h"

enum { CELLS_MAX = 16 };

/* ---- which messages ---- */

struct wanted {
    struct slice key, bare; /* as given; without <> */
    struct ip_address ip;
    bool is_ip;
};

static struct slice without_brackets(struct slice text)
{
    if (text.len >= 2 && text.at[0] == '<' && text.at[text.len - 1] == '>')
        return slice_make(text.at + 1, text.len - 2);
    return text;
}

static bool is_client(const struct wanted *wanted, struct slice address)
{
    struct ip_address ip;

    if (!address.at)
        return false;
    if (slice_equal_fold(address, wanted->key))
        return true;
    return wanted->is_ip && ip_address_parse(address, &ip) && ip.family == wanted->ip.family &&
           memcmp(ip.bytes, wanted->ip.bytes, ip.family == 4 ? 4 : 16) == 0;
}

static bool is_address(const struct wanted *wanted, struct slice address)
{
    return address.at && slice_equal_fold(address, wanted->bare);
}

static bool is_queue_id(const struct evidence *evidence, const struct message *message,
                        struct slice key)
{
    const char *own = evidence_detail(evidence, message)->queue_id;
    if (own && slice_is(key, own))
        return true;
    for (uint32_t i = evidence_extra(evidence, message)->hops; i; i = evidence->hops[i - 1].next)
        if (slice_is(key, evidence->hops[i - 1].queue_id))
            return true;
    return false;
}

static bool is_wanted(const struct results *results, const struct wanted *wanted,
                      const struct message *message)
{
    const struct evidence *evidence = results->parts.evidence;
    const char *message_id = evidence_detail(evidence, message)->message_id;

    if (is_queue_id(evidence, message, wanted->key))
        return true;
    if (message_id && wanted->bare.len && slice_is(wanted->bare, message_id))
        return true;
    if (is_client(wanted, intern_text(&evidence->text, evidence->clients[message->client].address)))
        return true;
    if (message->sender && is_address(wanted, intern_text(&evidence->senders, message->sender)))
        return true;
    for (uint32_t i = 0; i < message->row_count; i++) {
        sym recipient = evidence->rows[message->first_row + i].recipient;
        if (recipient > SYM_EMPTY &&
            is_address(wanted, intern_text(&evidence->recipients, recipient)))
            return true;
    }
    return false;
}

/* A message that was found, while its rows are gathered. */
struct gathering {
    uint32_t *rows;
    uint32_t count;
};

struct results_match *results_find(const struct results *results, struct slice key, size_t limit,
                                   struct arena *arena, size_t *count, size_t *all)
{
    const struct evidence *evidence = results->parts.evidence;
    struct wanted wanted = { .key = key, .bare = without_brackets(key) };
    uint32_t *numbers = xcalloc(evidence->message_count + (size_t)1, sizeof *numbers);
    struct results_match *matches = ARENA_ARRAY(arena, struct results_match, limit + 1);
    struct gathering *gathered = xcalloc(limit + 1, sizeof *gathered);

    wanted.is_ip = ip_address_parse(key, &wanted.ip);
    *all = *count = 0;
    for (uint32_t m = 0; m < evidence->message_count; m++)
        if (evidence->messages[m].row_count && is_wanted(results, &wanted, &evidence->messages[m]))
            numbers[m] = UINT32_MAX; /* wanted; below: its number + 1 */
    for (uint32_t i = 0; i < evidence->row_count; i++) {
        uint32_t m = evidence->rows[results->order[i]].message;
        if (numbers[m] == UINT32_MAX) {
            numbers[m] = 0;
            if ((*all)++ >= limit)
                continue;
            gathered[*count].rows = ARENA_ARRAY(arena, uint32_t, evidence->messages[m].row_count);
            numbers[m] = (uint32_t)++ * count;
        }
        if (numbers[m]) {
            struct gathering *one = &gathered[numbers[m] - 1];
            one->rows[one->count++] = i;
        }
    }
    for (size_t i = 0; i < *count; i++)
        matches[i] = (struct results_match){ gathered[i].rows, gathered[i].count };
    free(gathered);
    free(numbers);
    return matches;
}

/* ---- what is known ---- */

struct cell_list {
    struct results_cell *cells;
    size_t count;
};

static void add_cell(struct cell_list *list, const char *name, struct slice value,
                     const char *origin)
{
    list->cells[list->count++] =
        (struct results_cell){ name, value, value.at ? origin : "unknown", { NULL, 0 } };
}

static void add_sym(struct cell_list *list, const char *name, const struct intern *table,
                    sym number, const char *origin)
{
    add_cell(list, name, number == SYM_EMPTY ? slice_of("") : intern_text(table, number), origin);
}

/* A name from the log; else, when a set was replayed, what the snapshot makes of it. `status`: what
 * the log leaves possible, with the bit of "there is a name". */
static void add_name(struct cell_list *list, const char *name, struct slice logged, uint8_t status,
                     uint8_t origin, struct slice replayed)
{
    bool has_none = status && !(status & NAME_OK);

    if (logged.at)
        add_cell(list, name, logged, evidence_origin_name((enum evidence_origin)origin));
    else if (has_none)
        add_cell(list, name, slice_of("unknown"),
                 evidence_origin_name((enum evidence_origin)origin));
    else
        add_cell(list, name, replayed, "snapshot");
}

static void add_client(const struct results *results, uint32_t row, struct arena *arena,
                       struct cell_list *list)
{
    const struct evidence *evidence = results->parts.evidence;
    const struct client *client =
        &evidence->clients[evidence->messages[evidence->rows[row].message].client];
    struct explained_client told;

    add_sym(list, "client_address", &evidence->text, client->address, "log:connect");
    if (!explain_client(results->candidate.view.replay, row, arena, &told))
        explain_client(results->baseline.view.replay, row, arena, &told);
    add_name(list, "client_name", intern_text(&evidence->text, client->name), client->name_status,
             client->name_origin, told.name);
    add_name(list, "reverse_client_name", intern_text(&evidence->text, client->reverse_name),
             client->reverse_status, client->reverse_origin, told.reverse_name);
    if (told.why.len)
        list->cells[list->count - 1].why = told.why;
}

static void add_facts(const struct evidence *evidence, const struct message *message,
                      struct cell_list *list)
{
    static const char *const words[] = { "no", "yes" };
    const struct session_facts *facts = &evidence->facts[message->facts];

    add_sym(list, "proto", &evidence->text, facts->proto, "log");
    add_sym(list, "sasl_username", &evidence->text, facts->sasl_username, "log");
    add_sym(list, "ccert_fingerprint", &evidence->text, facts->ccert_fingerprint, "log");
    add_cell(list, "tls", slice_of(facts->tls <= TRI_YES ? words[facts->tls] : NULL), "log");
    add_cell(list, "pipelining",
             slice_of(facts->pipelining <= TRI_YES ? words[facts->pipelining] : NULL), "log");
    if (facts->screening)
        add_sym(list, "postscreen", &evidence->text, facts->screening, "log:postscreen");
}

/* Whose mail a gateway brought: its own name says nothing of the sender. */
static void add_true_client(const struct evidence *evidence, const struct message *message,
                            struct cell_list *list)
{
    const struct message_extra *extra = evidence_extra(evidence, message);
    const struct client *client = &evidence->clients[extra->true_client];
    const char *origin = evidence_origin_name(ORIGIN_HEADER);
    if (message->source != MESSAGE_GATEWAY)
        return;
    add_sym(list, "true_client_address", &evidence->text, client->address, origin);
    list->cells[list->count - 1].why =
        slice_of("the client is a gateway: rules on it are not applicable to the sender");
    add_sym(list, "true_client_name", &evidence->text, client->name, origin);
    add_sym(list, "true_helo", &evidence->helos, extra->true_helo, origin);
}

struct results_cell *results_cells(const struct results *results, size_t index, struct arena *arena,
                                   size_t *count)
{
    const struct evidence *evidence = results->parts.evidence;
    uint32_t number = results->order[index];
    const struct row *row = &evidence->rows[number];
    const struct message *message = &evidence->messages[row->message];
    struct cell_list list = { ARENA_ARRAY(arena, struct results_cell, CELLS_MAX), 0 };
    struct slice size = { NULL, 0 };

    add_client(results, number, arena, &list);
    add_true_client(evidence, message, &list);
    add_sym(&list, "helo", &evidence->helos, message->helo,
            evidence_origin_name((enum evidence_origin)message->helo_origin));
    add_sym(&list, "sender", &evidence->senders, message->sender,
            evidence_origin_name((enum evidence_origin)message->sender_origin));
    add_sym(&list, "recipient", &evidence->recipients, row->recipient,
            evidence_origin_name((enum evidence_origin)row->recipient_origin));
    add_facts(evidence, message, &list);
    uint64_t bytes = evidence_detail(evidence, message)->size;
    if (bytes)
        size = arena_format(arena, "%llu", (unsigned long long)bytes);
    add_cell(&list, "size", size, "log:qmgr");
    *count = list.count;
    return list.cells;
}

/* ---- how a set answers ---- */

static struct results_reply reply_of(const struct explained_reply *reply)
{
    return (struct results_reply){ explained_answer_name(reply->answer), reply->code, reply->dsn };
}

static struct results_step step_of(const struct explained_step *from, struct arena *arena)
{
    struct results_reply *possible =
        ARENA_ARRAY(arena, struct results_reply, from->possible_count + 1);
    for (size_t i = 0; i < from->possible_count; i++)
        possible[i] = reply_of(&from->possible[i]);
    return (struct results_step){
        .restriction = from->check == CHECK_NONE ? SIZE_MAX : from->check,
        .name = from->name,
        .argument = from->argument,
        .list = from->list,
        .class_name = from->class_name,
        .position = from->position,
        .depth = from->depth,
        .enabled = from->enabled,
        .warn_only = from->warn_only,
        .permits = from->permits,
        .stage = from->stage,
        .asked = from->asked,
        .decides = from->decides,
        .reply = reply_of(&from->reply),
        .possible = possible,
        .possible_count = from->possible_count,
        .why = from->why,
        .needs = from->needs,
        .need_count = from->need_count,
    };
}

struct results_steps results_explain(const struct results *results, const struct results_set *set,
                                     size_t index, struct arena *arena)
{
    bool is_baseline = set == &results->baseline.set;
    const struct results_side *side = is_baseline ? &results->baseline : &results->candidate;
    bool is_log = is_baseline ? results->baseline_is_log : results->candidate_is_log;
    uint32_t row = results->order[index];
    struct results_steps steps = {
        .complete = true,
        .from_log = is_log || (side->from_log && side->from_log[row]),
    };

    if (is_log || (side->from_log && side->from_log[row] == FROM_LOG_NO_SMTPD))
        return steps;
    struct explanation explanation = explain_row(side->replay, row, arena);
    struct results_step *list = ARENA_ARRAY(arena, struct results_step, explanation.count + 1);
    for (size_t i = 0; i < explanation.count; i++)
        list[i] = step_of(&explanation.steps[i], arena);
    steps.steps = list;
    steps.count = explanation.count;
    steps.complete = explanation.complete;
    return steps;
}
