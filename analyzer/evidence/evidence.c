#include "analyzer/evidence/evidence.h"

#include <stdlib.h>

#include "base/rare.h"
#include "base/text_hash.h"
#include "base/xalloc.h"

/* Finds a value of fixed size in an array of them: open addressing over numbers, the values
 * themselves stay in the array. Number 0 is the "all unknown" value and never looked up, so that 0
 * can stand for a free slot. `size` is that of a value, known where these are called. */
struct value_index {
    uint32_t *slots;
    uint32_t mask;
    uint64_t seed;
};

struct evidence_index {
    struct value_index clients, facts, replies, entrances;
    uint32_t last_facts, last_entrance; /* most sessions have those of the one before */
};

static void value_index_init(struct value_index *index)
{
    index->mask = 255;
    index->seed = text_hash_seed();
    index->slots = xcalloc(index->mask + 1, sizeof *index->slots);
}

/* The slot of a value among `values`, or the free slot where it belongs. */
static inline uint32_t *value_slot(const struct value_index *index, const void *values,
                                   const void *value, size_t size)
{
    uint32_t hash = (uint32_t)text_hash(slice_make(value, size), index->seed);
    for (uint32_t i = hash & index->mask;; i = (i + 1) & index->mask) {
        uint32_t number = index->slots[i];
        if (!number || bytes_equal((const char *)values + number * size, value, size))
            return &index->slots[i];
    }
}

/* Doubles an index of `count` values. */
static RARE void value_index_grow(struct value_index *index, const void *values, uint32_t count,
                                  size_t size)
{
    index->mask = index->mask * 2 + 1;
    free(index->slots);
    index->slots = xcalloc((size_t)index->mask + 1, sizeof *index->slots);
    for (uint32_t i = 1; i < count; i++)
        *value_slot(index, values, (const char *)values + i * size, size) = i;
}

/* Makes room for a value more when `count` values are in. */
static inline void value_index_room(struct value_index *index, const void *values, uint32_t count,
                                    size_t size)
{
    if ((uint64_t)count * 4 >= (uint64_t)index->mask * 3)
        value_index_grow(index, values, count, size);
}

void evidence_init(struct evidence *evidence)
{
    *evidence = (struct evidence){ 0 };
    arena_init(&evidence->arena);
    intern_init(&evidence->text);
    intern_init(&evidence->helos);
    intern_init(&evidence->senders);
    intern_init(&evidence->recipients);
    GROW(evidence->clients, evidence->client_count, evidence->client_capacity);
    evidence->clients[evidence->client_count++] = (struct client){ 0 };
    GROW(evidence->facts, evidence->facts_count, evidence->facts_capacity);
    evidence->facts[evidence->facts_count++] =
        (struct session_facts){ .tls = TRI_UNKNOWN, .pipelining = TRI_UNKNOWN };
    GROW(evidence->replies, evidence->reply_count, evidence->reply_capacity);
    evidence->replies[evidence->reply_count++] = (struct logged_reply){ 0 };
    GROW(evidence->entrances, evidence->entrance_count, evidence->entrance_capacity);
    evidence->entrances[evidence->entrance_count++] = (struct entrance){ 0 };
    GROW(evidence->extras, evidence->extra_count, evidence->extra_capacity);
    evidence->extras[evidence->extra_count++] = (struct message_extra){ 0 };
    evidence->index = xcalloc(1, sizeof *evidence->index);
    value_index_init(&evidence->index->clients);
    value_index_init(&evidence->index->facts);
    value_index_init(&evidence->index->replies);
    value_index_init(&evidence->index->entrances);
}

void evidence_release(struct evidence *evidence)
{
    arena_release(&evidence->arena);
    intern_release(&evidence->text);
    intern_release(&evidence->helos);
    intern_release(&evidence->senders);
    intern_release(&evidence->recipients);
    free(evidence->clients);
    free(evidence->facts);
    free(evidence->replies);
    free(evidence->filters);
    free(evidence->hops);
    free(evidence->entrances);
    free(evidence->sessions);
    free(evidence->session_details);
    free(evidence->screened);
    free(evidence->messages);
    free(evidence->message_details);
    free(evidence->extras);
    free(evidence->rows);
    free(evidence->row_ends);
    free(evidence->restarts);
    if (evidence->index) {
        free(evidence->index->clients.slots);
        free(evidence->index->facts.slots);
        free(evidence->index->replies.slots);
        free(evidence->index->entrances.slots);
        free(evidence->index);
    }
    *evidence = (struct evidence){ 0 };
}

uint32_t evidence_client(struct evidence *evidence, const struct client *client)
{
    struct value_index *index = &evidence->index->clients;
    _Static_assert(sizeof(struct client) == 3 * sizeof(sym) + 4, "no padding: compared bytewise");
    if (memcmp(client, &evidence->clients[0], sizeof *client) == 0)
        return 0;
    uint32_t *slot = value_slot(index, evidence->clients, client, sizeof *client);
    uint32_t number = *slot;
    if (number)
        return number;
    GROW(evidence->clients, evidence->client_count, evidence->client_capacity);
    evidence->clients[evidence->client_count] = *client;
    number = *slot = evidence->client_count++;
    value_index_room(index, evidence->clients, evidence->client_count, sizeof *client);
    return number;
}

/* True when the facts of a number are these. */
static inline bool facts_are(const struct evidence *evidence, uint32_t number,
                             const struct session_facts *facts)
{
    return bytes_equal((const char *)&evidence->facts[number], (const char *)facts, sizeof *facts);
}

uint32_t evidence_facts(struct evidence *evidence, const struct session_facts *facts)
{
    struct value_index *index = &evidence->index->facts;
    uint32_t *last = &evidence->index->last_facts;
    _Static_assert(sizeof(struct session_facts) == 7 * sizeof(sym) + 4,
                   "no padding: compared bytewise");
    if (facts_are(evidence, *last, facts))
        return *last;
    if (facts_are(evidence, 0, facts))
        return 0;
    uint32_t *slot = value_slot(index, evidence->facts, facts, sizeof *facts);
    if (*slot)
        return *last = *slot;
    GROW(evidence->facts, evidence->facts_count, evidence->facts_capacity);
    evidence->facts[evidence->facts_count] = *facts;
    uint32_t number = *slot = evidence->facts_count++;
    value_index_room(index, evidence->facts, evidence->facts_count, sizeof *facts);
    return number;
}

uint32_t evidence_reply(struct evidence *evidence, const struct logged_reply *reply)
{
    struct value_index *index = &evidence->index->replies;
    _Static_assert(sizeof(struct logged_reply) == 4 + 4 * sizeof(sym),
                   "no padding: compared bytewise");
    if (memcmp(reply, &evidence->replies[0], sizeof *reply) == 0)
        return 0;
    uint32_t *slot = value_slot(index, evidence->replies, reply, sizeof *reply);
    uint32_t number = *slot;
    if (number)
        return number;
    GROW(evidence->replies, evidence->reply_count, evidence->reply_capacity);
    evidence->replies[evidence->reply_count] = *reply;
    number = *slot = evidence->reply_count++;
    value_index_room(index, evidence->replies, evidence->reply_count, sizeof *reply);
    return number;
}

uint32_t evidence_entrance(struct evidence *evidence, const struct entrance *entrance)
{
    struct value_index *index = &evidence->index->entrances;
    _Static_assert(sizeof(struct entrance) == 4 * sizeof(sym), "no padding: compared bytewise");
    uint32_t *last = &evidence->index->last_entrance;
    if (memcmp(entrance, &evidence->entrances[*last], sizeof *entrance) == 0)
        return *last;
    if (memcmp(entrance, &evidence->entrances[0], sizeof *entrance) == 0)
        return 0;
    uint32_t *slot = value_slot(index, evidence->entrances, entrance, sizeof *entrance);
    if (*slot)
        return *last = *slot;
    GROW(evidence->entrances, evidence->entrance_count, evidence->entrance_capacity);
    evidence->entrances[evidence->entrance_count] = *entrance;
    *last = *slot = evidence->entrance_count++;
    value_index_room(index, evidence->entrances, evidence->entrance_count, sizeof *entrance);
    return *last;
}

static RARE void sessions_grow(struct evidence *evidence)
{
    GROW(evidence->sessions, evidence->session_count, evidence->session_capacity);
    evidence->session_details = xrealloc_array(
        evidence->session_details, evidence->session_capacity, sizeof *evidence->session_details);
}

uint32_t evidence_add_session(struct evidence *evidence)
{
    uint32_t number = evidence->session_count;
    if (number == evidence->session_capacity)
        sessions_grow(evidence);
    evidence->sessions[number] = (struct session){ 0 };
    evidence->session_details[number] = (struct session_detail){ { 0 }, { 0 } };
    evidence->session_count++;
    return number;
}

static RARE void messages_grow(struct evidence *evidence)
{
    GROW(evidence->messages, evidence->message_count, evidence->message_capacity);
    evidence->message_details = xrealloc_array(
        evidence->message_details, evidence->message_capacity, sizeof *evidence->message_details);
}

uint32_t evidence_add_message(struct evidence *evidence)
{
    uint32_t number = evidence->message_count;
    if (number == evidence->message_capacity)
        messages_grow(evidence);
    evidence->messages[number] = (struct message){ 0 };
    evidence->message_details[number] = (struct message_detail){ 0 };
    evidence->message_count++;
    return number;
}

static RARE void rows_grow(struct evidence *evidence)
{
    GROW(evidence->rows, evidence->row_count, evidence->row_capacity);
    evidence->row_ends =
        xrealloc_array(evidence->row_ends, evidence->row_capacity, sizeof *evidence->row_ends);
}

uint32_t evidence_add_row(struct evidence *evidence)
{
    uint32_t number = evidence->row_count;
    if (number == evidence->row_capacity)
        rows_grow(evidence);
    evidence->rows[number] = (struct row){ 0 };
    evidence->row_ends[number] = (struct row_end){ .time_us = TIME_NONE };
    evidence->row_count++;
    return number;
}

struct message_extra *evidence_extra_of(struct evidence *evidence, struct message *message)
{
    if (!message->extra) {
        GROW(evidence->extras, evidence->extra_count, evidence->extra_capacity);
        evidence->extras[evidence->extra_count] = (struct message_extra){ 0 };
        message->extra = evidence->extra_count++;
    }
    return &evidence->extras[message->extra];
}

struct line_position evidence_screened(const struct evidence *evidence, uint32_t session)
{
    uint32_t low = 0, high = evidence->screened_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (evidence->screened[middle].session < session)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == evidence->screened_count || evidence->screened[low].session != session)
        return (struct line_position){ 0 };
    return evidence->screened[low].first;
}

/* What stands in a slot of a row's reply text. */
static struct slice reply_slot_text(const struct evidence *evidence, const struct row *row,
                                    char slot)
{
    const struct message *message = &evidence->messages[row->message];
    const struct client *client = &evidence->clients[message->client];
    switch (slot) {
    case REPLY_SLOT_ADDRESS:
        return intern_text(&evidence->text, client->address);
    case REPLY_SLOT_NAME:
        return intern_text(&evidence->text, client->name);
    case REPLY_SLOT_HELO:
        return intern_text(&evidence->helos, message->helo);
    case REPLY_SLOT_SENDER:
        return intern_text(&evidence->senders, message->sender);
    case REPLY_SLOT_RECIPIENT:
        return intern_text(&evidence->recipients, row->recipient);
    default:
        return slice_make("?", 1);
    }
}

void evidence_reply_text(const struct evidence *evidence, uint32_t row, struct buffer *out)
{
    const struct row *of = &evidence->rows[row];
    struct slice text = intern_text(&evidence->text, evidence->replies[of->logged].text);
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] > 0 && text.at[i] < REPLY_SLOTS)
            buffer_add_slice(out, reply_slot_text(evidence, of, text.at[i]));
        else
            buffer_add_byte(out, text.at[i]);
    }
}

const char *evidence_origin_name(enum evidence_origin origin)
{
#define NAME(constant, text) [ORIGIN_##constant] = (text),
    static const char *const names[] = { EVIDENCE_ORIGINS(NAME) };
#undef NAME
    return (unsigned)origin < ORIGIN_COUNT ? names[origin] : "unknown";
}

/* The words of a command in a log line; the first of a stage is its own name. */
static const struct stage_word {
    struct slice word;
    enum smtp_stage stage;
} stage_words[] = {
    { SLICE("RCPT"), STAGE_RCPT },
    { SLICE("CONNECT"), STAGE_CONNECT },
    { SLICE("HELO"), STAGE_HELO },
    { SLICE("EHLO"), STAGE_HELO },
    { SLICE("MAIL"), STAGE_MAIL },
    { SLICE("DATA"), STAGE_DATA },
    { SLICE("BDAT"), STAGE_DATA },
    { SLICE("END-OF-MESSAGE"), STAGE_END_OF_MESSAGE },
    { SLICE("END-OF-DATA"), STAGE_END_OF_MESSAGE },
    { SLICE("VRFY"), STAGE_VRFY },
    { SLICE("ETRN"), STAGE_ETRN },
    { SLICE("STARTTLS"), STAGE_STARTTLS },
    { SLICE("AUTH"), STAGE_AUTH },
};

const char *smtp_stage_name(enum smtp_stage stage)
{
    for (size_t i = 0; i < COUNT(stage_words); i++)
        if (stage_words[i].stage == stage)
            return stage_words[i].word.at;
    return NULL;
}

enum smtp_stage smtp_stage_parse(struct slice word)
{
    for (size_t i = 0; i < COUNT(stage_words); i++)
        if (slice_equal(stage_words[i].word, word))
            return stage_words[i].stage;
    return STAGE_NONE;
}

const char *message_source_name(enum message_source source)
{
    static const char *const names[] = {
        [MESSAGE_SMTP] = "smtp",
        [MESSAGE_LOCAL] = "local",
        [MESSAGE_INTERNAL] = "internal",
        [MESSAGE_GATEWAY] = "gateway",
    };
    return (unsigned)source < MESSAGE_SOURCE_COUNT ? names[source] : "smtp";
}

const char *end_status_name(enum end_status status)
{
    static const char *const names[] = {
        [END_UNKNOWN] = "unknown",   [END_SENT] = "sent",         [END_BOUNCED] = "bounced",
        [END_DEFERRED] = "deferred", [END_REJECTED] = "rejected", [END_DISCARDED] = "discarded",
        [END_HELD] = "held",         [END_EXPIRED] = "expired",
    };
    return (unsigned)status < END_STATUS_COUNT ? names[status] : "unknown";
}

const char *filter_answer_name(enum filter_answer answer)
{
    static const char *const names[] = {
        [FILTER_NONE] = "none",   [FILTER_HAM] = "ham",         [FILTER_SPAM] = "spam",
        [FILTER_VIRUS] = "virus", [FILTER_SKIPPED] = "skipped", [FILTER_ERROR] = "error",
    };
    return (unsigned)answer < FILTER_ANSWERS ? names[answer] : "none";
}
