#include "analyzer/rebuild/postscreen.h"

#include <stdlib.h>

#include "analyzer/rebuild/queue_file.h"
#include "analyzer/rebuild/recipient_row.h"
#include "analyzer/rebuild/screened_client.h"
#include "analyzer/rebuild/session.h"
#include "analyzer/rebuild/smtpd_dialog.h"
#include "base/text_hash.h"
#include "base/xalloc.h"

enum { CONNECTIONS_MAX = 1 << 16 };

struct connection {
    uint64_t key;
    uint32_t session; /* in the store; NONE: not yet of interest */
    uint32_t mail;    /* + 1; 0 none */
    struct screened screened;
    bool passed;
};

struct postscreen {
    struct hash_map map;
    struct connection *items;
    uint32_t count, capacity;
    uint32_t *free_items; /* stack of indexes */
    uint32_t free_count, free_capacity;
};

static uint64_t connection_key(const struct rebuild *r, const struct event *event)
{
    struct slice address = event_get(event, FIELD_CLIENT_ADDRESS);
    uint64_t port = 0;
    slice_to_u64(event_get(event, FIELD_CLIENT_PORT), &port);
    return text_hash(address, r->seed + (port << 16 | r->realm));
}

static void connection_close(struct rebuild *r, uint32_t index, bool complete)
{
    struct postscreen *ps = r->postscreen;
    struct connection *connection = &ps->items[index];
    if (connection->mail)
        mail_close(r, mail_at(r, connection->mail - 1));
    if (connection->session != NONE)
        r->evidence->sessions[connection->session].complete = complete;
    screened_close(r, &connection->screened);
    hash_map_remove(&ps->map, connection->key);
    GROW(ps->free_items, ps->free_count, ps->free_capacity);
    ps->free_items[ps->free_count++] = index;
}

void postscreen_close_all(struct rebuild *r)
{
    struct postscreen *ps = r->postscreen;
    if (!ps)
        return;
    for (uint32_t i = 0; i < ps->count; i++)
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what is counted is there */
        if (hash_map_find(&ps->map, ps->items[i].key) == i)
            connection_close(r, i, false);
}

void postscreen_free(struct rebuild *r)
{
    if (!r->postscreen)
        return;
    hash_map_release(&r->postscreen->map);
    free(r->postscreen->items);
    free(r->postscreen->free_items);
    free(r->postscreen);
    r->postscreen = NULL;
}

static struct connection *connection_find(struct rebuild *r, const struct event *event)
{
    if (!r->postscreen)
        return NULL;
    uint32_t found = hash_map_find(&r->postscreen->map, connection_key(r, event));
    return found == HASH_MAP_NONE ? NULL : &r->postscreen->items[found];
}

static struct connection *connection_open(struct rebuild *r, const struct event *event)
{
    if (!r->postscreen) {
        r->postscreen = xcalloc(1, sizeof *r->postscreen);
        hash_map_init(&r->postscreen->map);
    }
    struct postscreen *ps = r->postscreen;
    if (ps->count - ps->free_count >= CONNECTIONS_MAX)
        postscreen_close_all(r);
    uint32_t index;
    if (ps->free_count) {
        index = ps->free_items[--ps->free_count];
    } else {
        GROW(ps->items, ps->count, ps->capacity);
        index = ps->count++;
    }
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a free item is an item */
    ps->items[index] = (struct connection){ .key = connection_key(r, event), .session = NONE };
    hash_map_set(&ps->map, ps->items[index].key, index);
    return &ps->items[index];
}

/* The connection becomes a session of the store. */
static void connection_note(struct rebuild *r, struct connection *connection,
                            const struct event *event)
{
    struct evidence *e = r->evidence;
    if (connection->session != NONE) {
        e->session_details[connection->session].last = rebuild_position(event);
        return;
    }
    struct client client = {
        .address = intern_add(&e->text, event_get(event, FIELD_CLIENT_ADDRESS)),
        .name_status = NAME_OK | NAME_TEMPORARY | NAME_MISSING | NAME_FORGED,
        .reverse_status = NAME_OK | NAME_TEMPORARY | NAME_MISSING,
    };
    connection->session = session_add(r, event, intern_add(&e->text, slice_of("postscreen")));
    e->sessions[connection->session].client = evidence_client(e, &client);
    if (connection->screened.client)
        e->session_details[connection->session].first = connection->screened.begin;
}

void postscreen_connect(struct rebuild *r, const struct event *event)
{
    struct connection *connection = connection_find(r, event);
    if (connection)
        connection_close(r, (uint32_t)(connection - r->postscreen->items), false);
    connection = connection_open(r, event);
    screened_open(r, &connection->screened, event);
}

void postscreen_caught(struct rebuild *r, const struct event *event)
{
    static const struct {
        const char *words;
        enum screened_mark mark;
    } violations[] = { { "COMMAND PIPELINING", SCREENED_PIPELINING },
                       { "NON-SMTP COMMAND", SCREENED_NON_SMTP },
                       { "BARE NEWLINE", SCREENED_BARE_NEWLINE } };
    struct slice violation = event_get(event, FIELD_VIOLATION);
    struct connection *connection = connection_find(r, event);
    if (!connection)
        return;
    if (connection->session != NONE)
        connection_note(r, connection, event);
    if (event->kind == EVENT_PS_PREGREET)
        screened_caught(r, &connection->screened, SCREENED_PREGREET);
    else if (event->kind == EVENT_PS_DENY)
        screened_caught(r, &connection->screened, SCREENED_DENIED);
    else if (event->kind == EVENT_PS_DNSBL_RANK)
        screened_caught(r, &connection->screened, SCREENED_RANKED);
    for (size_t i = 0; i < COUNT(violations); i++)
        if (event->kind == EVENT_PS_VIOLATION && slice_is(violation, violations[i].words))
            screened_caught(r, &connection->screened, violations[i].mark);
}

void postscreen_hangup(struct rebuild *r, const struct event *event)
{
    struct connection *connection = connection_find(r, event);
    if (connection)
        connection->screened.marks |= SCREENED_HUNG_UP;
}

void postscreen_pass(struct rebuild *r, const struct event *event)
{
    struct connection *connection = connection_find(r, event);
    if (!connection)
        return;
    connection->passed = true;
    screened_pass(r, &connection->screened, event->kind);
    /* handed to an smtpd, unless the deeper tests already talked to it */
    if (event->kind != EVENT_PS_PASS_NEW && connection->session == NONE)
        connection_close(r, (uint32_t)(connection - r->postscreen->items), true);
}

static void note_facts(struct rebuild *r, const struct connection *connection,
                       const struct mail *mail, struct slice proto)
{
    struct session_facts facts = {
        .proto = intern_add(&r->evidence->text, proto),
        .sasl_method = SYM_EMPTY, /* postscreen has no AUTH */
        .sasl_username = SYM_EMPTY,
        .sasl_sender = SYM_EMPTY,
        .screening = screened_record(r, &connection->screened, EVENT_KIND_COUNT),
        .tls = TRI_UNKNOWN,
        .pipelining = TRI_UNKNOWN,
    };
    mail_message(r, mail)->facts = evidence_facts(r->evidence, &facts);
}

static struct mail *begin_mail(struct rebuild *r, struct connection *connection,
                               const struct event *event)
{
    struct mail *mail = mail_new(r, event, NULL);
    mail->birth = BIRTH_SMTPD;
    r->notes[mail->message].birth = BIRTH_SMTPD;
    mail_message(r, mail)->session = connection->session;
    mail->waits_for_owner = true;
    connection->mail = mail->index + 1;
    note_facts(r, connection, mail, slice_make(NULL, 0));
    return mail;
}

/* The test that refused, where its reply is no other's. */
static void name_test(struct event *event)
{
    static const struct {
        const char *begin, *restriction;
        char code;
    } replies[] = {
        { "Service unavailable; client [", "postscreen_dnsbl_action", '\0' },
        /* 450 is said to clients that are new, too */
        { "Service currently unavailable", "postscreen_denylist_action", '5' },
    };
    struct slice text = event_get(event, FIELD_TEXT), code = event_get(event, FIELD_CODE);
    for (size_t i = 0; i < COUNT(replies); i++)
        if (slice_starts(text, replies[i].begin) &&
            (!replies[i].code || (code.len && code.at[0] == replies[i].code)))
            event_set(event, FIELD_RESTRICTION, slice_of(replies[i].restriction));
}

void postscreen_reject(struct rebuild *r, const struct event *event)
{
    struct slice sender = event_get(event, FIELD_SENDER);
    struct slice recipient = event_get(event, FIELD_RECIPIENT);
    struct connection *connection = connection_find(r, event);
    if (!connection)
        connection = connection_open(r, event);
    connection_note(r, connection, event);
    if (!recipient.at)
        return;
    struct mail *mail = connection->mail ? mail_at(r, connection->mail - 1) : NULL;
    if (mail && sender.at &&
        !slice_equal(intern_text(&r->evidence->senders, mail_message(r, mail)->sender), sender)) {
        mail_close(r, mail);
        mail = NULL;
    }
    if (!mail)
        mail = begin_mail(r, connection, event);
    mail_touch(r, mail, event);
    mail_sender(r, mail, sender, ORIGIN_POSTSCREEN);
    mail_helo(r, mail, event, ORIGIN_POSTSCREEN);
    note_facts(r, connection, mail, event_get(event, FIELD_PROTO));
    struct intern_key key = row_ahead(r, recipient);
    uint32_t row = row_named(r, mail, &key, ORIGIN_POSTSCREEN, r->now_us);
    struct event named = *event;
    name_test(&named);
    r->evidence->rows[row].logged = reply_of_line(r, &named, mail, row, reply_verdict(event));
    row_set_end(r, row, END_REJECTED, r->now_us);
}

/* Who is dropped names nobody, and leaves no reject line: what the server does with such a client says
 * what the reply was. NULL: it was not dropped. */
static const char *dropped_by(const struct rebuild *r, const struct connection *connection,
                              const char **dsn)
{
    const struct rebuild_options *options = &r->options;
    const struct {
        uint8_t mark;
        bool drops;
        const char *restriction, *dsn;
    } tests[] = {
        { SCREENED_DENIED, options->drops_denied, "postscreen_denylist_action", "5.3.2" },
        { SCREENED_PREGREET, options->drops_early, "postscreen_greet_action", "5.5.1" },
        { SCREENED_RANKED, options->drops_listed, "postscreen_dnsbl_action", "5.7.1" },
    };
    if (connection->passed || connection->mail || connection->screened.marks & SCREENED_HUNG_UP)
        return NULL;
    for (size_t i = 0; i < COUNT(tests); i++)
        if (tests[i].drops && connection->screened.marks & tests[i].mark) {
            *dsn = tests[i].dsn;
            return tests[i].restriction;
        }
    return NULL;
}

/* One row for a connection that was dropped before it named a recipient. */
static void add_dropped(struct rebuild *r, struct connection *connection, const struct event *event)
{
    const char *dsn, *restriction = dropped_by(r, connection, &dsn);
    if (!restriction)
        return;
    struct logged_reply reply = {
        .verdict = VERDICT_REJECT,
        .stage = STAGE_CONNECT,
        .code = 521,
        .dsn = intern_add(&r->evidence->text, slice_of(dsn)),
        .restriction = intern_add(&r->evidence->text, slice_of(restriction)),
    };
    struct mail *mail = begin_mail(r, connection, event);
    rows_refuse(r, mail, evidence_reply(r->evidence, &reply));
}

void postscreen_disconnect(struct rebuild *r, const struct event *event)
{
    struct connection *connection = connection_find(r, event);
    if (!connection)
        return;
    if (!connection->passed || connection->session != NONE)
        connection_note(r, connection, event);
    add_dropped(r, connection, event);
    connection_close(r, (uint32_t)(connection - r->postscreen->items), true);
}
