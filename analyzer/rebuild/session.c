#include "analyzer/rebuild/session.h"

#include "analyzer/rebuild/client_identity.h"
#include "analyzer/rebuild/queue_file.h"
#include "analyzer/rebuild/screened_client.h"
#include "base/ip_address.h"
#include "base/rare.h"
#include "base/xalloc.h"

enum { SESSIONS_MAX = 1 << 16 }; /* open at one time; more are closed as broken off */

static uint64_t session_key(struct rebuild *r, const struct event *event)
{
    uint64_t label = event->label.len ? rebuild_text(r, &r->label, event->label) : 0;
    return (uint64_t)r->realm << 48 | (label & 0xffffff) << 24 | (event->line->pid & 0xffffff);
}

static RARE void session_evict(struct rebuild *r)
{
    for (uint32_t i = 0; i < r->state_count; i += 2)
        if (r->states[i]->alive)
            session_close(r, r->states[i]);
}

static struct session_state *state_new(struct rebuild *r, uint64_t key)
{
    if (r->states_alive >= SESSIONS_MAX)
        session_evict(r);
    struct session_state *state;
    if (r->state_free) {
        state = r->states[r->state_free - 1];
        r->state_free = state->next_free;
    } else {
        /* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
        GROW(r->states, r->state_count, r->state_capacity);
        state = arena_alloc(&r->arena, sizeof *state);
        state->index = r->state_count;
        r->states[r->state_count++] = state;
    }
    uint32_t index = state->index;
    memset(state, 0, sizeof *state);
    state->key = key;
    state->index = index;
    state->session = NONE;
    state->touched_us = r->now_us;
    state->facts.tls = TRI_UNKNOWN;
    state->facts.pipelining = TRI_UNKNOWN;
    state->note.data_good = state->note.rcpt_good = UINT16_MAX;
    state->alive = true;
    r->states_alive++;
    hash_map_set(&r->sessions, key, index);
    return state;
}

/* "smtpd", "submission/smtpd": the program's name behind syslog_name. */
static APART sym service_name_new(struct rebuild *r, const struct event *event)
{
    struct slice program = event->line->program;
    size_t slash = slice_last_index(program, '/');
    struct slice service = slash < program.len ? slice_skip(program, slash + 1) : program;
    buffer_clear(&r->scratch);
    if (event->label.len) {
        buffer_add_slice(&r->scratch, event->label);
        buffer_add_byte(&r->scratch, '/');
    }
    buffer_add_slice(&r->scratch, service);
    return intern_add(&r->evidence->text, buffer_slice(&r->scratch));
}

/* The same by way of the last program's: most sessions are of one. */
static sym service_name(struct rebuild *r, const struct event *event)
{
    struct service_cache *cache = &r->service;
    struct slice program = event->line->program;
    if (cache->len && slice_equal(slice_make(cache->program, cache->len), program) &&
        cache->label_len == event->label.len)
        return cache->service;
    cache->service = service_name_new(r, event);
    cache->label_len = event->label.len;
    cache->len = program.len <= sizeof cache->program ? program.len : 0;
    if (cache->len)
        memcpy(cache->program, program.at, program.len);
    return cache->service;
}

uint32_t session_add(struct rebuild *r, const struct event *event, sym service)
{
    struct evidence *e = r->evidence;
    uint32_t number = evidence_add_session(e);
    if (r->session_note_capacity < e->session_capacity) {
        r->session_note_capacity = e->session_capacity;
        r->session_notes =
            xrealloc_array(r->session_notes, e->session_capacity, sizeof *r->session_notes);
    }
    const struct realm *realm = &r->realms[r->realm];
    struct entrance entrance = { .host = realm->host,
                                 .instance = realm->instance,
                                 .service = service,
                                 .offset_minutes = event->line->offset_minutes };
    struct line_position place = rebuild_position(event);
    e->sessions[number].time_us = r->now_us;
    e->sessions[number].entrance = evidence_entrance(e, &entrance);
    e->session_details[number] = (struct session_detail){ place, place };
    r->session_notes[number] =
        (struct session_note){ .data_good = UINT16_MAX, .rcpt_good = UINT16_MAX };
    return number;
}

/* By the syslog_name that master.cf gives such services; what else it may say proves nothing. */
static bool is_submission(struct slice label)
{
    return slice_starts(label, "submission") || slice_starts(label, "smtps");
}

static APART void note_screened(struct evidence *e, uint32_t session, struct line_position first)
{
    e->sessions[session].was_screened = true;
    GROW(e->screened, e->screened_count, e->screened_capacity);
    e->screened[e->screened_count++] = (struct screened_at){ first, session };
}

/* Turns a state into an open session of the line's client. */
static void session_open(struct rebuild *r, struct session_state *state, const struct event *event)
{
    struct client client = client_of_connect(r->evidence, event_get(event, FIELD_CLIENT_NAME),
                                             event_get(event, FIELD_CLIENT_ADDRESS));
    bool announced = state->client.reverse_name && state->client.address == client.address;
    if (!announced || client.name)
        state->client = client;
    struct line_position screened = { 0 };
    bool was_screened = screened_taken_over(r, event_get(event, FIELD_CLIENT_ADDRESS),
                                            &state->facts.screening, &screened);
    if (event->label.len && is_submission(event->label))
        state->facts.screening = intern_add(&r->evidence->text, slice_of("other_port"));
    state->facts_known = false;
    state->session = session_add(r, event, service_name(r, event));
    state->last = rebuild_position(event);
    if (was_screened)
        note_screened(r->evidence, state->session, screened);
}

struct session_state *session_find(struct rebuild *r, const struct event *event)
{
    uint32_t found = hash_map_find(&r->sessions, session_key(r, event));
    if (found == HASH_MAP_NONE || r->states[found]->session == NONE)
        return NULL;
    struct session_state *state = r->states[found];
    state->touched_us = r->now_us;
    state->last = rebuild_position(event);
    return state;
}

/* Another address in the middle of a session: behind a proxy of our own (XCLIENT, which comes ahead
 * of any mail), else lines of a later session whose `connect` lacks. */
static struct session_state *session_of_other(struct rebuild *r, struct session_state *state,
                                              const struct event *event)
{
    struct ip_address was;
    if (!state->rows && !state->note.mails &&
        ip_address_parse(intern_text(&r->evidence->text, state->client.address), &was) &&
        (ip_is_loopback(&was) || ip_is_private(&was))) {
        state->client = client_of_proxy(r->evidence, event_get(event, FIELD_CLIENT_NAME),
                                        event_get(event, FIELD_CLIENT_ADDRESS));
        return state;
    }
    uint64_t key = state->key;
    session_close(r, state);
    state = state_new(r, key);
    session_open(r, state, event);
    return state;
}

struct session_state *session_of_line(struct rebuild *r, const struct event *event)
{
    struct session_state *state = session_find(r, event);
    if (!state) {
        uint64_t key = session_key(r, event);
        uint32_t found = hash_map_find(&r->sessions, key);
        state = found == HASH_MAP_NONE ? state_new(r, key) : r->states[found];
        session_open(r, state, event);
        return state;
    }
    struct slice address = event_get(event, FIELD_CLIENT_ADDRESS);
    if (address.at && !slice_equal(intern_text(&r->evidence->text, state->client.address), address))
        return session_of_other(r, state, event);
    return state;
}

void session_connect(struct rebuild *r, const struct event *event)
{
    uint64_t key = session_key(r, event);
    uint32_t found = hash_map_find(&r->sessions, key);
    struct session_state *state = found == HASH_MAP_NONE ? NULL : r->states[found];
    if (state && state->session != NONE) {
        const struct session *open = &r->evidence->sessions[state->session];
        struct slice address = intern_text(&r->evidence->text, state->client.address);
        bool early = !state->connect_seen && r->now_us - open->time_us <= DISORDER_US &&
                     slice_equal(address, event_get(event, FIELD_CLIENT_ADDRESS));
        if (!early) { /* its disconnect lacks */
            session_close(r, state);
            state = NULL;
        }
    }
    if (!state)
        state = state_new(r, key);
    if (state->session == NONE)
        session_open(r, state, event);
    state->connect_seen = true;
    if (state->facts.pipelining == TRI_UNKNOWN)
        state->facts.pipelining = TRI_NO;
}

void session_name_warning(struct rebuild *r, const struct event *event)
{
    if (event->service != SERVICE_SMTPD)
        return;
    struct slice address = event_get(event, FIELD_CLIENT_ADDRESS);
    uint64_t key = session_key(r, event);
    uint32_t found = hash_map_find(&r->sessions, key);
    struct session_state *state = found == HASH_MAP_NONE ? NULL : r->states[found];
    if (state && state->session != NONE) {
        bool late = r->now_us - r->evidence->sessions[state->session].time_us <= DISORDER_US &&
                    state->client.name_origin == ORIGIN_CONNECT && !state->client.name &&
                    slice_equal(intern_text(&r->evidence->text, state->client.address), address);
        if (!late) {
            session_close(r, state);
            state = NULL;
        }
    }
    if (!state)
        state = state_new(r, key);
    state->client.address = intern_add(&r->evidence->text, address);
    client_name_warned(r->evidence, &state->client, event_get(event, FIELD_REVERSE_CLIENT_NAME),
                       event_get(event, FIELD_REASON));
}

static APART uint16_t long_counter_good(struct slice value)
{
    uint64_t count = 0;
    if (!slice_to_u64(slice_head(value, slice_index(value, '/')), &count) || count >= UINT16_MAX)
        return UINT16_MAX - 1;
    return (uint16_t)count;
}

static APART uint16_t long_counter_all(struct slice value)
{
    size_t slash = slice_last_index(value, '/');
    uint64_t count = 0;
    slice_to_u64(slash == value.len ? value : slice_skip(value, slash + 1), &count);
    return count < UINT16_MAX ? (uint16_t)count : UINT16_MAX - 1;
}

/* The good ones of "3" or "2/3"; 0 for a command that was not given. Most are one digit. */
static inline uint16_t counter_good(const struct event *event, enum event_field field)
{
    if (!event_has(event, field) || !event->field[field].at)
        return 0;
    struct slice value = event->field[field];
    if (value.len == 1 && ascii_is_digit(value.at[0]))
        return (uint16_t)(value.at[0] - '0');
    return long_counter_good(value);
}

/* All of "3" or "2/3". */
static inline uint16_t counter_all(const struct event *event, enum event_field field)
{
    struct slice value = event_get(event, field);
    if (value.len == 1 && ascii_is_digit(value.at[0]))
        return (uint16_t)(value.at[0] - '0');
    return long_counter_all(value);
}

/* The counters of `disconnect from N[A] ehlo=1 mail=1 rcpt=0/1 ... commands=3/4` (3.0 and later). */
static void session_counters(struct session_state *state, const struct event *event)
{
    struct session_note *note = &state->note;
    if (!event_get(event, FIELD_COMMANDS).at)
        return;
    bool ehlo = counter_good(event, FIELD_EHLO) > 0, helo = counter_good(event, FIELD_HELO) > 0;
    note->no_helo = !ehlo && !helo;
    note->smtp_only = helo && !ehlo;
    note->esmtp_only = ehlo && !helo;
    note->no_auth = !counter_good(event, FIELD_AUTH);
    note->no_tls = !counter_good(event, FIELD_STARTTLS);
    note->rcpt_good = counter_good(event, FIELD_RCPT);
    note->rcpt_all = counter_all(event, FIELD_RCPT);
    note->data_good = (uint16_t)(counter_good(event, FIELD_DATA) + counter_good(event, FIELD_BDAT));
}

void session_disconnect(struct rebuild *r, const struct event *event)
{
    struct session_state *state = session_find(r, event);
    if (!state)
        return;
    session_counters(state, event);
    struct mail *mail = state->mail ? mail_at(r, state->mail - 1) : NULL;
    if (mail && slice_is(event_get(event, FIELD_MAIL), "1"))
        mail->prefix_certain = true;
    r->evidence->sessions[state->session].complete = state->connect_seen;
    session_close(r, state);
}

void session_tls(struct rebuild *r, const struct event *event)
{
    struct session_state *state;
    if (event->service != SERVICE_SMTPD || !(state = session_find(r, event)))
        return;
    state->facts.tls = TRI_YES;
    if (slice_is(event_get(event, FIELD_TRUST), "Anonymous"))
        state->facts.ccert_fingerprint = state->facts.ccert_subject = SYM_EMPTY;
    state->facts_known = false;
}

void session_pipelining(struct rebuild *r, const struct event *event)
{
    struct session_state *state = session_of_line(r, event);
    struct slice after = event_get(event, FIELD_AFTER);
    bool at_data = slice_is(after, "DATA") || slice_is(after, "BDAT");
    bool within = slice_is(after, "RCPT") || slice_is(after, "NOOP");
    if (state->talked_early)
        return; /* smtpd sets its flag once */
    state->talked_early = true;
    state->talked_at_data = at_data;
    state->facts_known = false;
    if (!state->mail || (!at_data && !within)) {
        state->facts.pipelining = TRI_YES;
        return;
    }
    /* Some recipients of the mail at hand came before, or it is over and the next one begins. */
    if (within)
        state->facts.pipelining = TRI_UNKNOWN;
    state->facts.late_pipelining = at_data ? TRI_YES : TRI_UNKNOWN;
    mail_message(r, mail_at(r, state->mail - 1))->facts = session_facts_number(r, state);
}

void session_next_mail(struct session_state *state)
{
    if (!state->talked_early)
        return;
    state->facts.pipelining = state->talked_at_data ? TRI_UNKNOWN : TRI_YES;
    state->facts.late_pipelining = state->facts.pipelining;
    state->facts_known = false;
}

void session_learn(struct rebuild *r, struct session_state *state, const struct event *event,
                   enum evidence_origin origin)
{
    struct evidence *e = r->evidence;
    struct slice helo = event_get(event, FIELD_HELO_NAME), proto = event_get(event, FIELD_PROTO);
    struct session_note *note = &state->note;
    if (helo.at && (!note->helo || !slice_equal(intern_text(&e->helos, note->helo), helo))) {
        note->several_helos |= note->helo != 0;
        note->helo = intern_add(&e->helos, helo);
        note->helo_origin = (uint8_t)origin;
    }
    if (proto.at &&
        (!state->facts.proto || !slice_equal(intern_text(&e->text, state->facts.proto), proto))) {
        state->facts.proto = intern_add(&e->text, proto);
        state->facts_known = false;
    }
}

uint32_t session_facts_number(struct rebuild *r, struct session_state *state)
{
    if (!state->facts_known)
        state->facts_number = evidence_facts(r->evidence, &state->facts);
    state->facts_known = true;
    return state->facts_number;
}

/* The one row of a refused connection counts only when no other came of it. */
static void refused_settle(struct rebuild *r, struct session_state *state)
{
    struct mail *mail = mail_at(r, state->refused - 1);
    mail->waits_for_owner = false;
    if (state->rows > 1) {
        *mail_marks(r, mail) |= MARK_GONE;
        r->evidence->books.merged++;
    }
    mail_close(r, mail);
}

void session_close(struct rebuild *r, struct session_state *state)
{
    if (state->session != NONE) {
        struct mail *mail = state->mail ? mail_at(r, state->mail - 1) : NULL;
        if (mail && !mail->key && !mail->waits_for_owner)
            mail_close(r, mail);
        if (state->refused)
            refused_settle(r, state);
        struct session *session = &r->evidence->sessions[state->session];
        struct slice address = intern_text(&r->evidence->text, state->client.address);
        session->client = evidence_client(r->evidence, &state->client);
        session->facts = session_facts_number(r, state);
        r->evidence->session_details[state->session].last = state->last;
        session->internal = slice_starts(address, "127.") || slice_is(address, "::1");
        r->session_notes[state->session] = state->note;
    }
    hash_map_remove(&r->sessions, state->key);
    state->alive = false;
    state->next_free = r->state_free;
    r->state_free = state->index + 1;
    r->states_alive--;
}

void session_close_all(struct rebuild *r)
{
    for (uint32_t i = 0; i < r->state_count; i++)
        if (r->states[i]->alive)
            session_close(r, r->states[i]);
}
