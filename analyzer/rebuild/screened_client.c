#include "analyzer/rebuild/screened_client.h"

#include <stdlib.h>

#include "analyzer/evidence/screening.h"
#include "base/ip_address.h"
#include "base/text_hash.h"
#include "base/xalloc.h"

/* Answers kept of one test; bytes of a record; and how long smtpd may take to say `connect`. */
enum { ANSWERS_MAX = 24, RECORD_MAX = 4000 };
#define TAKE_OVER_US ((int64_t)60 * 1000 * 1000)

struct memory {
    sym answers[ANSWERS_MAX]; /* "ZONE=ADDRESS", in evidence->text */
    uint8_t answer_count;
    uint32_t undecided; /* connections that wait for answers */
    sym tested;         /* the record of the last test; 0 none */
    sym handed;         /* the record that smtpd gets; 0 none */
    int64_t handed_us;
    struct line_position begin; /* of the connection that was handed over */
    bool is_handed;
    struct screened caught; /* has marks while a connection may be handed over without a line */
};

struct screened_clients {
    struct hash_map map;
    struct memory *items;
    uint32_t count, capacity;
};

static uint64_t memory_key(const struct rebuild *r, struct slice address)
{
    return text_hash(address, r->seed + r->realm);
}

static struct memory *memory_find(struct rebuild *r, struct slice address)
{
    uint32_t found =
        r->screened ? hash_map_find(&r->screened->map, memory_key(r, address)) : HASH_MAP_NONE;
    return found == HASH_MAP_NONE ? NULL : &r->screened->items[found];
}

static uint32_t memory_add(struct rebuild *r, struct slice address)
{
    if (!r->screened) {
        r->screened = xcalloc(1, sizeof *r->screened);
        hash_map_init(&r->screened->map);
    }
    struct screened_clients *clients = r->screened;
    GROW(clients->items, clients->count, clients->capacity);
    clients->items[clients->count] = (struct memory){ .undecided = 0 };
    hash_map_set(&clients->map, memory_key(r, address), clients->count);
    return clients->count++;
}

void screened_free(struct rebuild *r)
{
    if (!r->screened)
        return;
    hash_map_release(&r->screened->map);
    free(r->screened->items);
    free(r->screened);
    r->screened = NULL;
}

static struct memory *memory_of(struct rebuild *r, const struct screened *connection)
{
    return connection->client ? &r->screened->items[connection->client - 1] : NULL;
}

/* Anything else would be words of its own in a record. */
static bool is_address(struct slice text)
{
    struct ip_address address;

    return text.len && ip_address_parse(text, &address);
}

void screened_open(struct rebuild *r, struct screened *connection, const struct event *event)
{
    struct slice address = event_get(event, FIELD_CLIENT_ADDRESS);
    struct slice server = event_get(event, FIELD_SERVER_ADDRESS);
    struct memory *memory = memory_find(r, address);
    bool first = !memory;

    if (first) {
        uint32_t added = memory_add(r, address);
        memory = &r->screened->items[added];
    }
    if (memory->undecided++ == 0)
        memory->answer_count = 0;
    *connection = (struct screened){
        .client = (uint32_t)(memory - r->screened->items) + 1,
        .marks = first ? SCREENED_FIRST : 0,
        .server = is_address(server) ? intern_add(&r->evidence->text, server) : SYM_NONE,
        .begin = rebuild_position(event),
    };
}

void screened_listed(struct rebuild *r, const struct event *event)
{
    struct memory *memory = memory_find(r, event_get(event, FIELD_CLIENT_ADDRESS));
    struct slice zone = event_get(event, FIELD_DNSBL), answer = event_get(event, FIELD_ANSWER);

    if (!memory || !memory->undecided || memory->answer_count == ANSWERS_MAX || !zone.len ||
        !is_address(answer))
        return;
    buffer_clear(&r->scratch);
    buffer_add_slice(&r->scratch, zone);
    buffer_add_byte(&r->scratch, '=');
    buffer_add_slice(&r->scratch, answer);
    sym word = intern_add(&r->evidence->text, buffer_slice(&r->scratch));
    for (unsigned i = 0; i < memory->answer_count; i++)
        if (memory->answers[i] == word)
            return;
    memory->answers[memory->answer_count++] = word;
}

static void decide(struct rebuild *r, struct screened *connection)
{
    struct memory *memory = memory_of(r, connection);

    if (memory && memory->undecided && !connection->decided)
        memory->undecided--;
    connection->decided = true;
}

static void add_word(struct buffer *record, struct slice word)
{
    if (record->len)
        buffer_add_text(record, SCREENING_BLANK);
    buffer_add_slice(record, word);
}

/* The lists that were asked, and answered nothing that dnsblog would log. */
static void add_silent_lists(const struct rebuild *r, const struct memory *memory,
                             struct buffer *record)
{
    struct slice rest = r->options.dnsbl_sites, zone;

    while (slice_next_word(&rest, " ", &zone)) {
        bool answered = false;
        for (unsigned i = 0; i < memory->answer_count && !answered; i++) {
            struct slice word = intern_text(&r->evidence->text, memory->answers[i]);
            answered = slice_equal_fold(slice_head(word, slice_index(word, '=')), zone);
        }
        if (answered)
            continue;
        add_word(record, zone);
        buffer_add_text(record, "=-");
    }
}

/* Remembers what a test of this connection found, when it is certain that it was made. */
static void test(struct rebuild *r, const struct screened *connection, bool passed_new)
{
    struct memory *memory = memory_of(r, connection);
    bool own_answers = !connection->decided || passed_new;
    struct buffer record;

    if (!(connection->marks & SCREENED_RANKED) && !(own_answers && memory->answer_count > 0) &&
        !(passed_new && (connection->marks & SCREENED_FIRST)))
        return;
    buffer_init(&record, RECORD_MAX / 2);
    add_word(&record, slice_of("tested"));
    for (unsigned i = 0; i < memory->answer_count; i++)
        add_word(&record, intern_text(&r->evidence->text, memory->answers[i]));
    add_silent_lists(r, memory, &record);
    memory->tested = intern_add(&r->evidence->text, buffer_slice(&record));
    buffer_release(&record);
}

sym screened_record(struct rebuild *r, const struct screened *connection, enum event_kind passed)
{
    static const struct {
        uint8_t mark;
        const char *word;
    } words[] = { { SCREENED_PREGREET, "pregreet" },
                  { SCREENED_PIPELINING, "pipelining" },
                  { SCREENED_NON_SMTP, "non_smtp" },
                  { SCREENED_BARE_NEWLINE, "bare_newline" } };
    struct memory *memory = memory_of(r, connection);
    struct buffer record;

    if (!memory || passed == EVENT_PS_ALLOW)
        return SYM_NONE;
    buffer_init(&record, RECORD_MAX);
    for (size_t i = 0; i < COUNT(words); i++)
        if (connection->marks & words[i].mark)
            add_word(&record, slice_of(words[i].word));
    if (passed == EVENT_PS_PASS_OLD) {
        add_word(&record, slice_of("cached"));
        if (r->options.deep_tests)
            add_word(&record, slice_of("deep"));
    }
    if (passed != EVENT_PS_PASS_OLD)
        test(r, connection, passed == EVENT_PS_PASS_NEW);
    if (memory->tested)
        add_word(&record, intern_text(&r->evidence->text, memory->tested));
    if (connection->server) {
        struct slice server = intern_text(&r->evidence->text, connection->server);
        add_word(&record, slice_of("server="));
        buffer_add_slice(&record, server);
    }
    sym number = record.len ? intern_add(&r->evidence->text, buffer_slice(&record)) : SYM_NONE;
    buffer_release(&record);
    return number;
}

static void hand_over(const struct rebuild *r, struct memory *memory,
                      const struct screened *connection)
{
    memory->is_handed = true;
    memory->handed_us = r->now_us;
    memory->begin = connection->begin;
}

void screened_caught(struct rebuild *r, struct screened *connection, enum screened_mark mark)
{
    struct memory *memory = memory_of(r, connection);

    connection->marks |= (uint8_t)mark;
    if (!memory)
        return;
    memory->caught = *connection;
    hand_over(r, memory, connection);
}

void screened_pass(struct rebuild *r, struct screened *connection, enum event_kind passed)
{
    struct memory *memory = memory_of(r, connection);

    if (!memory)
        return;
    memory->handed = screened_record(r, connection, passed);
    hand_over(r, memory, connection);
    memory->caught.marks = 0;
    decide(r, connection);
}

void screened_close(struct rebuild *r, struct screened *connection)
{
    struct memory *memory = memory_of(r, connection);

    if (!connection->decided)
        screened_record(r, connection, EVENT_KIND_COUNT); /* what was tested is remembered */
    if (memory && memory->caught.begin.offset == connection->begin.offset &&
        memory->caught.begin.file == connection->begin.file)
        memory->caught.marks = 0; /* postscreen kept it to the end */
    decide(r, connection);
}

bool screened_taken_over(struct rebuild *r, struct slice address, sym *record,
                         struct line_position *begin)
{
    struct memory *memory = memory_find(r, address);

    *record = SYM_NONE;
    if (!memory || !memory->is_handed || r->now_us - memory->handed_us > TAKE_OVER_US)
        return false;
    if (memory->caught.marks) {
        memory->handed = screened_record(r, &memory->caught, EVENT_KIND_COUNT);
        decide(r, &memory->caught);
        memory->caught.marks = 0;
    }
    *record = memory->handed;
    *begin = memory->begin;
    return true;
}
