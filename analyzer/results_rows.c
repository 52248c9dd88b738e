#include "analyzer/results_internal.h"

#include <math.h>
#include <stdlib.h>

#include "base/xalloc.h"

static struct slice text_of(const struct intern *table, sym number)
{
    return intern_text(table, number); /* SYM_NONE is "no text" */
}

static const char *c_text_of(const struct intern *table, sym number)
{
    struct slice text = intern_text(table, number);
    return slice_is_empty(text) ? NULL : text.at;
}

/* ---- verdicts ---- */

/* The text of a logged reply; "no text" for accepted mail. Lives in arena. */
static struct slice logged_text(const struct evidence *evidence, uint32_t row, struct arena *arena)
{
    struct slice text = { NULL, 0 };
    struct buffer out;
    if (!evidence->replies[evidence->rows[row].logged].text)
        return text;
    buffer_init(&out, 1 << 16);
    evidence_reply_text(evidence, row, &out);
    text = arena_copy(arena, buffer_slice(&out));
    buffer_release(&out);
    return text;
}

static struct results_decision logged_decision(const struct evidence *evidence, uint32_t row,
                                               struct arena *arena)
{
    const struct logged_reply *reply = &evidence->replies[evidence->rows[row].logged];
    enum verdict_kind kind = (enum verdict_kind)reply->verdict;
    return (struct results_decision){
        .verdict = (enum results_verdict)kind,
        .verdict_name = verdict_kind_name(kind),
        .code = reply->code,
        .dsn = c_text_of(&evidence->text, reply->dsn),
        .restriction = c_text_of(&evidence->text, reply->restriction),
        .argument = c_text_of(&evidence->text, reply->argument),
        .stage = smtp_stage_name((enum smtp_stage)reply->stage),
        .text = logged_text(evidence, row, arena),
        .lasting = kind == VERDICT_REJECT,
    };
}

static struct results_decision simulated_decision(const struct tally_view *view, uint32_t row,
                                                  struct arena *arena)
{
    const struct verdict *verdict = replay_verdict(view->replay, row);
    struct results_decision decision = {
        .verdict = (enum results_verdict)verdict->kind,
        .verdict_name = verdict_kind_name(verdict->kind),
        .code = verdict->code,
        .dsn = verdict->dsn,
        .restriction = verdict->restriction,
        .argument = verdict->argument,
        .list = verdict->list,
        .class_name = verdict->class_name,
        .stage = smtp_stage_name(verdict->stage),
        .lasting = verdict->kind == VERDICT_REJECT ||
                   (verdict->kind == VERDICT_DEFER && verdict->cause == CAUSE_LASTING),
    };
    if (verdict->kind == VERDICT_UNKNOWN)
        decision.needs = replay_needs(view->replay, row, arena, &decision.need_count);
    return decision;
}

static struct results_decision view_decision(const struct results *results,
                                             const struct results_side *side, bool is_log,
                                             uint32_t row, struct arena *arena)
{
    if (is_log || (side->from_log && side->from_log[row]))
        return logged_decision(results->parts.evidence, row, arena);
    return simulated_decision(&side->view, row, arena);
}

/* ---- one row ---- */

static void fill_filters(const struct evidence *evidence, const struct message *message,
                         struct arena *arena, struct results_row *out)
{
    size_t count = 0;
    for (uint32_t i = evidence_extra(evidence, message)->filters; i;
         i = evidence->filters[i - 1].next)
        count++;
    struct results_filter_verdict *list = ARENA_ARRAY(arena, struct results_filter_verdict, count);
    for (uint32_t i = evidence_extra(evidence, message)->filters; i;
         i = evidence->filters[i - 1].next) {
        const struct filter_verdict *verdict = &evidence->filters[i - 1];
        list[out->filter_count++] = (struct results_filter_verdict){
            text_of(&evidence->text, verdict->program),
            filter_answer_name((enum filter_answer)verdict->answer),
            verdict->has_score ? (double)verdict->score : (double)NAN,
        };
    }
    out->filters = list;
}

static void fill_hops(const struct evidence *evidence, const struct message *message,
                      struct arena *arena, struct results_row *out)
{
    const char *own = evidence_detail(evidence, message)->queue_id;
    uint32_t first = evidence_extra(evidence, message)->hops;
    size_t count = own != NULL;
    for (uint32_t i = first; i; i = evidence->hops[i - 1].next)
        count++;
    struct slice *list = ARENA_ARRAY(arena, struct slice, count);
    if (own)
        list[out->hop_count++] = slice_of(own);
    for (uint32_t i = first; i; i = evidence->hops[i - 1].next)
        list[out->hop_count++] = slice_of(evidence->hops[i - 1].queue_id);
    out->hops = list;
}

static void fill_client(const struct results *results, const struct message *message,
                        struct results_row *out)
{
    const struct evidence *evidence = results->parts.evidence;
    const struct client *client = &evidence->clients[message->client];
    out->client_address = text_of(&evidence->text, client->address);
    out->client_name = text_of(&evidence->text, client->name);
    out->reverse_client_name = text_of(&evidence->text, client->reverse_name);
    out->client_name_origin = evidence_origin_name((enum evidence_origin)client->name_origin);
    out->reverse_client_name_origin =
        evidence_origin_name((enum evidence_origin)client->reverse_origin);
    out->organisation =
        text_of(&results->clusters.keys, results->clusters.of_client[message->client]);
}

static void fill_true_client(const struct evidence *evidence, const struct message *message,
                             struct results_row *out)
{
    const struct message_extra *extra = evidence_extra(evidence, message);
    const struct client *client = &evidence->clients[extra->true_client];
    out->source = message_source_name((enum message_source)message->source);
    if (message->source != MESSAGE_GATEWAY || !extra->true_client)
        return;
    out->true_client_address = text_of(&evidence->text, client->address);
    out->true_client_name = text_of(&evidence->text, client->name);
    out->true_helo = text_of(&evidence->helos, extra->true_helo);
}

static void fill_session(const struct evidence *evidence, const struct message *message,
                         struct results_row *out)
{
    if (message->session == SESSION_NONE)
        return;
    const struct entrance *entrance =
        &evidence->entrances[evidence->sessions[message->session].entrance];
    out->host = text_of(&evidence->text, entrance->host);
    out->service = text_of(&evidence->text, entrance->service);
    out->session = (uint64_t)message->session + 1;
    out->offset_minutes = entrance->offset_minutes;
}

struct results_row results_row_at(const struct results *results, size_t index, struct arena *arena)
{
    const struct evidence *evidence = results->parts.evidence;
    uint32_t number = results->order[index];
    const struct row *row = &evidence->rows[number];
    const struct row_end *end = &evidence->row_ends[number];
    const struct message *message = &evidence->messages[row->message];
    const struct message_detail *detail = &evidence->message_details[row->message];
    const struct label *label = label_of_row(&results->labels, number);
    struct results_row out = {
        .row = number,
        .message = row->message,
        .time_us = row->time_us,
        .offset_minutes = results->parts.input.first_offset,
        .queue_id = slice_of(detail->queue_id),
        .message_id = slice_of(detail->message_id),
        .helo =
            message->helo > SYM_EMPTY ? text_of(&evidence->helos, message->helo) : slice_of(NULL),
        .sender = text_of(&evidence->senders, message->sender),
        .recipient = text_of(&evidence->recipients, row->recipient),
        .size = detail->size,
        .ham = label->ham,
        .end_status = end_status_name((enum end_status)row->end_status),
        .end_relay = text_of(&evidence->text, end->relay),
        .end_dsn = text_of(&evidence->text, end->dsn),
        .end_us = end->time_us,
        .helo_origin = evidence_origin_name((enum evidence_origin)message->helo_origin),
        .sender_origin = evidence_origin_name((enum evidence_origin)message->sender_origin),
        .recipient_origin = evidence_origin_name((enum evidence_origin)row->recipient_origin),
    };
    out.label_sources = label_sources(&results->labels, label->sources, &out.label_source_count);
    out.logged = logged_decision(evidence, number, arena);
    out.baseline =
        view_decision(results, &results->baseline, results->baseline_is_log, number, arena);
    out.candidate =
        view_decision(results, &results->candidate, results->candidate_is_log, number, arena);
    fill_client(results, message, &out);
    fill_true_client(evidence, message, &out);
    fill_session(evidence, message, &out);
    fill_filters(evidence, message, arena, &out);
    fill_hops(evidence, message, arena, &out);
    return out;
}

/* ---- keys ---- */

/* The key of a client; false when the dimension is not about clients. */
static bool client_key(const struct results *results, uint32_t client,
                       enum results_dimension dimension, sym *key)
{
    switch (dimension) {
    case BY_ORGANISATION:
        *key = results->clusters.of_client[client];
        return true;
    case BY_NETWORK:
        *key = results->clusters.network[client];
        return true;
    case BY_COUNTRY:
        *key = results->clusters.country[client];
        return true;
    case BY_ASN:
        *key = results->clusters.asn[client];
        return true;
    case BY_CLIENT:
        *key = results->parts.evidence->clients[client].address;
        return true;
    case BY_SENDER:
    case BY_SENDER_DOMAIN:
    case BY_RECIPIENT:
    case RESULTS_DIMENSIONS:
        break;
    }
    return false;
}

sym results_message_key(const struct results *results, uint32_t message,
                        enum results_dimension dimension)
{
    sym key = SYM_NONE;
    if (client_key(results, results->message_client[message], dimension, &key))
        return key;
    sym sender = results->parts.evidence->messages[message].sender;
    return dimension == BY_SENDER ? sender : results->sender_domain[sender];
}

sym results_row_key(const struct results *results, uint32_t row, enum results_dimension dimension)
{
    return dimension == BY_RECIPIENT
               ? results->parts.evidence->rows[row].recipient
               : results_message_key(results, results->row_message[row], dimension);
}

static const struct intern *key_table(const struct results *results,
                                      enum results_dimension dimension)
{
    switch (dimension) {
    case BY_ORGANISATION:
    case BY_NETWORK:
    case BY_COUNTRY:
    case BY_ASN:
        return &results->clusters.keys;
    case BY_SENDER:
        return &results->parts.evidence->senders;
    case BY_SENDER_DOMAIN:
        return &results->domains;
    case BY_RECIPIENT:
        return &results->parts.evidence->recipients;
    case BY_CLIENT:
    case RESULTS_DIMENSIONS:
        break;
    }
    return &results->parts.evidence->text;
}

uint32_t results_key_limit(const struct results *results, enum results_dimension dimension)
{
    return key_table(results, dimension)->count;
}

struct slice results_key_text(const struct results *results, enum results_dimension dimension,
                              sym key)
{
    return text_of(key_table(results, dimension), key);
}

/* ---- top lists ---- */

struct key_count {
    struct mail_count mail;
    uint32_t seen; /* number + 1 of the message counted last */
    sym key;
};

static int compare_counts(const void *left, const void *right)
{
    const struct key_count *a = left, *b = right;
    if (a->mail.ham != b->mail.ham)
        return a->mail.ham > b->mail.ham ? -1 : 1;
    if (a->mail.messages != b->mail.messages)
        return a->mail.messages > b->mail.messages ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

static void count_rows(const struct results *results, const struct results_side *side,
                       size_t restriction, enum results_dimension dimension,
                       struct key_count *counts)
{
    size_t row_count;
    const uint32_t *rows = results_hit_rows(results, side, restriction, &row_count);
    for (size_t i = 0; i < row_count; i++) {
        uint32_t m = results->row_message[rows[i]];
        struct key_count *count = &counts[results_row_key(results, rows[i], dimension)];
        if (count->seen == m + 1)
            continue;
        count->seen = m + 1;
        mail_count_add(&count->mail, results->facts[m]);
    }
}

/* A message has one client: what clients share adds up. */
static void count_clients(const struct results *results, const struct mail_count *by_client,
                          enum results_dimension dimension, struct key_count *counts)
{
    for (uint32_t client = 0; client < results->parts.evidence->client_count; client++) {
        sym key;
        if (by_client[client].messages == 0 || !client_key(results, client, dimension, &key))
            continue;
        counts[key].mail.messages += by_client[client].messages;
        counts[key].mail.ham += by_client[client].ham;
        counts[key].mail.spam += by_client[client].spam;
    }
}

/* The messages of the rows hit, by key. */
static struct key_count *count_keys(const struct results *results, const struct results_side *side,
                                    size_t restriction, enum results_dimension dimension)
{
    sym key;
    struct key_count *counts =
        xcalloc(results_key_limit(results, dimension) + (size_t)1, sizeof *counts);
    if (client_key(results, 0, dimension, &key))
        count_clients(results, results_hit_clients(results, side, restriction), dimension, counts);
    else
        count_rows(results, side, restriction, dimension, counts);
    return counts;
}

struct results_share *results_top_in(const struct results *results, const struct results_set *set,
                                     size_t restriction, enum results_dimension dimension,
                                     struct arena *arena, size_t *count)
{
    size_t limit = *count;
    const struct results_side *side =
        set == &results->baseline.set ? &results->baseline : &results->candidate;
    *count = 0;
    if (restriction != SIZE_MAX &&
        (restriction >= set->restriction_count || set->restrictions[restriction].hits == 0))
        return ARENA_ARRAY(arena, struct results_share, 1);
    struct key_count *counts = count_keys(results, side, restriction, dimension);
    uint32_t keys = results_key_limit(results, dimension);
    size_t used = 0;
    for (sym key = 0; key < keys; key++)
        if (counts[key].mail.messages) {
            counts[key].key = key;
            counts[used++] = counts[key];
        }
    qsort(counts, used, sizeof *counts, compare_counts);
    *count = used < limit ? used : limit;
    struct results_share *shares = ARENA_ARRAY(arena, struct results_share, *count + 1);
    for (size_t i = 0; i < *count; i++)
        shares[i] = (struct results_share){
            results_key_text(results, dimension, counts[i].key),
            counts[i].mail.messages,
            counts[i].mail.ham,
            counts[i].mail.spam,
        };
    free(counts);
    return shares;
}

struct results_share *results_top(const struct results *results, size_t restriction,
                                  enum results_dimension dimension, size_t limit,
                                  struct arena *arena, size_t *count)
{
    *count = limit;
    return results_top_in(results, &results->candidate.set, restriction, dimension, arena, count);
}

/* ---- selections ---- */

static bool contains_fold(struct slice text, struct slice needle)
{
    if (needle.len == 0)
        return true;
    for (size_t i = 0; i + needle.len <= text.len; i++)
        if (ascii_lower(text.at[i]) == ascii_lower(needle.at[0]) &&
            slice_equal_fold(slice_make(text.at + i, needle.len), needle))
            return true;
    return false;
}

static bool row_contains(const struct results *results, uint32_t row, struct slice needle)
{
    const struct evidence *evidence = results->parts.evidence;
    const struct message *message = &evidence->messages[evidence->rows[row].message];
    const struct message_detail *detail = evidence_detail(evidence, message);
    const struct client *client = &evidence->clients[message->client];
    const struct slice texts[] = {
        text_of(&evidence->text, client->address),
        text_of(&evidence->text, client->name),
        text_of(&evidence->text, client->reverse_name),
        text_of(&evidence->helos, message->helo),
        text_of(&evidence->senders, message->sender),
        text_of(&evidence->recipients, evidence->rows[row].recipient),
        slice_of(detail->queue_id),
        slice_of(detail->message_id),
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        if (contains_fold(texts[i], needle))
            return true;
    return false;
}

static bool row_passes(const struct results *results, const struct results_filter *filter,
                       const uint8_t *acting, uint32_t row)
{
    enum label_kind kind = label_kind_of(label_of_row(&results->labels, row)->ham);
    if (filter->ham >= 0 && kind != (filter->ham ? LABEL_HAM : LABEL_SPAM))
        return false;
    if (acting && !results_row_is_hit(&results->candidate, acting, row))
        return false;
    if (filter->stopped && !results_row_is_stopped(results, row))
        return false;
    if (filter->key.at) {
        sym key = results_row_key(results, row, filter->dimension);
        if (!slice_equal(results_key_text(results, filter->dimension, key), filter->key))
            return false;
    }
    if (filter->keyless && results_key_text(results, filter->dimension,
                                            results_row_key(results, row, filter->dimension))
                               .at)
        return false;
    return slice_is_empty(filter->text) || row_contains(results, row, filter->text);
}

uint32_t *results_select(const struct results *results, const struct results_filter *filter,
                         size_t limit, struct arena *arena, size_t *count)
{
    uint32_t row_count = results->parts.evidence->row_count;
    uint32_t *found = NULL;
    size_t used = 0, capacity = 0;
    uint8_t *acting = filter->restriction == SIZE_MAX
                          ? NULL
                          : results_acting_classes(&results->candidate, filter->restriction);
    for (uint32_t i = 0; i < row_count && used < limit; i++)
        if (row_passes(results, filter, acting, results->order[i])) {
            GROW(found, used, capacity);
            found[used++] = i;
        }
    uint32_t *kept = ARENA_ARRAY(arena, uint32_t, used + 1);
    for (size_t i = 0; i < used; i++)
        kept[i] = found[i];
    free(found);
    free(acting);
    *count = used;
    return kept;
}
