#include "analyzer/rebuild/settle.h"

#include <stdlib.h>

#include "analyzer/rebuild/recipient_row.h"
#include "base/key_order.h"
#include "base/rare.h"
#include "base/xalloc.h"

/* No question whether such a mail was finished. */
enum { MARK_CERTAIN = MARK_QUEUED | MARK_REFUSED | MARK_ABORTED | MARK_NOQUEUE };
/* A mail without further lines for so long, while the log goes on, was never finished. */
#define ABORT_US ((int64_t)5 * 60 * 1000 * 1000)

/* True for services that speak TLS from the first byte: no STARTTLS proves nothing there. */
static bool service_is_wrapped(const struct evidence *e, sym service)
{
    static const struct slice names[] = { SLICE("smtps"), SLICE("submissions"), SLICE("465") };
    struct slice text = intern_text(&e->text, service);
    for (size_t i = 0; i < COUNT(names); i++)
        if (slice_find(text, names[i]) < text.len)
            return true;
    return false;
}

/* What most messages ask again: whether a service is wrapped, and the names of the protocols. */
struct settle_memo {
    sym service; /* asked about last; SYM_NONE: none yet */
    bool wrapped;
    sym smtp, esmtp; /* SYM_NONE: not asked yet */
};

static bool is_wrapped(struct settle_memo *memo, const struct evidence *e, sym service)
{
    if (memo->service != service) {
        memo->service = service;
        memo->wrapped = service_is_wrapped(e, service);
    }
    return memo->wrapped;
}

static sym protocol(struct settle_memo *memo, struct evidence *e, bool smtp_only)
{
    sym *known = smtp_only ? &memo->smtp : &memo->esmtp;
    if (!*known)
        *known = intern_add(&e->text, slice_of(smtp_only ? "SMTP" : "ESMTP"));
    return *known;
}

/* Adds to a message's facts what the counters at disconnect prove. */
static void facts_from_session(struct evidence *e, struct message *message,
                               const struct session_note *note, const struct session *session,
                               struct settle_memo *memo)
{
    const struct session_facts *known = &e->facts[message->facts];
    bool no_tls = known->tls == TRI_UNKNOWN && note->no_tls;
    bool no_auth = !known->sasl_username && note->no_auth;
    bool proto = !known->proto && (note->smtp_only || note->esmtp_only);
    if (!no_tls && !no_auth && !proto)
        return;
    struct session_facts facts = *known;
    if (no_tls && !is_wrapped(memo, e, e->entrances[session->entrance].service)) {
        facts.tls = TRI_NO;
        facts.ccert_fingerprint = facts.ccert_subject = SYM_EMPTY;
    }
    if (no_auth)
        facts.sasl_method = facts.sasl_username = facts.sasl_sender = SYM_EMPTY;
    if (proto)
        facts.proto = protocol(memo, e, note->smtp_only);
    message->facts = evidence_facts(e, &facts);
}

static void helo_from_session(struct message *message, const struct session_note *note)
{
    if (message->helo)
        return;
    if (note->helo && !note->several_helos) {
        message->helo = note->helo;
        message->helo_origin = note->helo_origin;
    } else if (!note->helo && note->no_helo) {
        message->helo = SYM_EMPTY;
        message->helo_origin = ORIGIN_DISCONNECT;
    }
}

void settle_sessions(struct rebuild *r)
{
    struct evidence *e = r->evidence;
    struct settle_memo memo = { .service = SYM_NONE };
    for (uint32_t i = 0; i < e->message_count; i++) {
        struct message *message = &e->messages[i];
        if (message->session == SESSION_NONE || r->notes[i].marks & MARK_GONE)
            continue;
        const struct session *session = &e->sessions[message->session];
        struct session_note *note = &r->session_notes[message->session];
        if (!message->client)
            message->client = session->client;
        if (session->internal) {
            r->notes[i].marks |= MARK_LOOPBACK;
            r->has_local_mail = true;
        }
        if (r->notes[i].marks & MARK_QUEUED && note->queued < UINT16_MAX)
            note->queued++;
        helo_from_session(message, note);
        facts_from_session(e, message, note, session, &memo);
    }
}

/* Whether a mail whose queue file no line of qmgr names was finished: the session's counters tell,
 * else silence. */
static void finish_or_abort(struct rebuild *r, uint32_t number, const struct session_note *note)
{
    const struct message *message = &r->evidence->messages[number];
    uint16_t *marks = &r->notes[number].marks;
    bool counted = note && note->data_good != UINT16_MAX;
    bool finished = counted && note->queued < note->data_good && note->data_good >= note->mails;
    bool aborted = counted && note->queued >= note->data_good;
    if (finished)
        *marks |= MARK_QUEUED;
    else if (aborted || r->last_us - message->time_us > ABORT_US)
        *marks |= MARK_ABORTED;
}

/* Settles whether each mail was finished, and which sessions have one that was not. */
static void finish_all(struct rebuild *r)
{
    const struct evidence *e = r->evidence;
    for (uint32_t i = 0; i < e->message_count; i++) {
        if ((r->notes[i].marks & (MARK_QUEUED | MARK_ABORTED)) == MARK_QUEUED)
            continue; /* most are */
        uint32_t session = e->messages[i].session;
        struct session_note *note = session == SESSION_NONE ? NULL : &r->session_notes[session];
        if (!(r->notes[i].marks & (MARK_GONE | MARK_CERTAIN)))
            finish_or_abort(r, i, note);
        if (note && r->notes[i].marks & MARK_ABORTED)
            note->broken = true;
    }
}

/* True when smtpd named every recipient that it accepted in the session, so that whoever else got
 * the mail was put there by Postfix (always_bcc and the like). */
static bool recipients_are_named(const struct rebuild *r, const struct message *message)
{
    if (message->session == SESSION_NONE)
        return false;
    const struct session_note *note = &r->session_notes[message->session];
    return !note->torn && note->rcpt_good != UINT16_MAX && note->rcpt_good &&
           note->rcpt_lines == note->rcpt_good;
}

/* Marks the messages of which smtpd named recipients that it accepted. Every message has one, and
 * every one is served: where none is named, or one was not seen again, nobody knows who else is not
 * the client's. */
static void mark_named(struct rebuild *r)
{
    const struct evidence *e = r->evidence;
    for (uint32_t i = 0; i < e->row_count; i++) {
        const struct row *row = &e->rows[i];
        if (row->message == NONE || row->recipient_origin == ORIGIN_DELIVERY ||
            row_is_refused(r, i))
            continue;
        uint16_t *marks = &r->notes[row->message].marks;
        uint32_t session = e->messages[row->message].session;
        *marks |= row->end_status == END_UNKNOWN ? MARK_UNSERVED : MARK_NAMED;
        if (*marks & MARK_NOQUEUE && !(*marks & MARK_QUEUED) && session != SESSION_NONE)
            r->session_notes[session].torn = true;
    }
}

/* True when the row is none: its message is gone, or Postfix put the recipient there itself. */
static bool row_is_dropped(const struct rebuild *r, const struct row *row, uint16_t marks)
{
    struct books *books = &r->evidence->books;
    if (marks & MARK_GONE) {
        books->merged_rows++;
        return true;
    }
    if (row->recipient_origin == ORIGIN_DELIVERY && row->recipient &&
        (marks & (MARK_NAMED | MARK_UNSERVED)) == MARK_NAMED &&
        recipients_are_named(r, &r->evidence->messages[row->message])) {
        books->bcc_rows++;
        return true;
    }
    return false;
}

/* Counts the row for its session. */
static void count_for_session(struct rebuild *r, const struct row *row)
{
    const struct evidence *e = r->evidence;
    uint32_t session = e->messages[row->message].session;
    if (session == SESSION_NONE || !row->recipient)
        return;
    const struct logged_reply *reply = &e->replies[row->logged];
    bool refused = reply_refuses(reply) && reply->stage == STAGE_RCPT;
    struct session_note *note = &r->session_notes[session];
    uint16_t *count = refused ? &note->refused : &note->accepted;
    if (*count < UINT16_MAX)
        ++*count;
}

static void settle_rows(struct rebuild *r, uint32_t *counts)
{
    struct evidence *e = r->evidence;
    mark_named(r);
    for (uint32_t i = 0; i < e->row_count; i++) {
        struct row *row = &e->rows[i];
        if (row->message == NONE)
            continue;
        uint16_t marks = r->notes[row->message].marks;
        if (row_is_dropped(r, row, marks)) {
            row->message = NONE;
            continue;
        }
        if (row->logged == 0 && !(marks & MARK_QUEUED))
            row->logged = r->unknown_reply;
        counts[row->message]++;
        count_for_session(r, row);
    }
}

/* Counts the recipients that smtpd counted and no line names: of mail that a scanner took out of the
 * queue and dropped, or that was refused by trouble that has no line of its own. */
static void count_unnamed(struct rebuild *r)
{
    struct evidence *e = r->evidence;
    for (uint32_t i = 0; i < e->session_count; i++) {
        const struct session_note *note = &r->session_notes[i];
        if (note->rcpt_good == UINT16_MAX || !e->sessions[i].complete || e->sessions[i].internal)
            continue;
        uint32_t refused = note->rcpt_all > note->rcpt_good ? note->rcpt_all - note->rcpt_good : 0;
        if (refused > note->refused)
            e->books.unnamed_refused += refused - note->refused;
        if (!note->broken && note->data_good >= note->mails && note->rcpt_good > note->accepted)
            e->books.unnamed_accepted += note->rcpt_good - note->accepted;
    }
}

static enum message_source source_of(const struct rebuild *r, uint32_t number)
{
    const struct message_note *note = &r->notes[number];
    if (note->marks & MARK_NOTICE || note->birth == BIRTH_CLEANUP)
        return MESSAGE_INTERNAL;
    if (note->birth == BIRTH_PICKUP)
        return MESSAGE_LOCAL;
    return (note->marks & (MARK_LOOPBACK | MARK_GATEWAY)) ? MESSAGE_GATEWAY : MESSAGE_SMTP;
}

/* A row for a recipient that no line names. */
static void row_of_nobody(struct rebuild *r, uint32_t number)
{
    struct evidence *e = r->evidence;
    uint32_t row = evidence_add_row(e);
    e->rows[row] = (struct row){
        .time_us = e->messages[number].time_us,
        .message = number,
        .logged = r->notes[number].marks & MARK_QUEUED ? 0 : r->unknown_reply,
    };
    e->books.named++;
}

/* A message for which no recipient is known: no mail at all, or one whose log is not whole. */
static APART void settle_empty(struct rebuild *r, uint32_t number, uint32_t *rows)
{
    uint16_t *marks = &r->notes[number].marks;
    if (*marks & MARK_PROBE) {
        *marks |= MARK_GONE;
        r->evidence->books.probes++;
    } else if (*marks & (MARK_ABORTED | MARK_NOQUEUE)) {
        *marks |= MARK_GONE;
        r->evidence->books.aborted++;
    } else {
        row_of_nobody(r, number);
        *rows = 1;
    }
}

/* Where messages and rows go. */
struct arrangement {
    uint32_t *counts; /* by message: its rows, then where the next of them goes */
    uint32_t *place;  /* by message: where it goes */
    uint32_t kept;    /* messages that stay */
    bool sorted;      /* they are in order of time as they stand */
};

/* Settles a message that stays. */
static void settle_message(struct rebuild *r, uint32_t number, uint32_t rows)
{
    struct message *message = &r->evidence->messages[number];
    message->source = (uint8_t)source_of(r, number);
    message->recipients_complete |= recipients_are_named(r, message);
    if (r->notes[number].marks & MARK_ABORTED)
        message->open = false;
    message->row_count = rows;
}

/* Settles each message and closes the ranks of those that stay. */
static void settle_each(struct rebuild *r, struct arrangement *to)
{
    struct evidence *e = r->evidence;
    int64_t before = INT64_MIN;
    for (uint32_t i = 0; i < e->message_count; i++) {
        if (!(r->notes[i].marks & MARK_GONE) && !to->counts[i])
            settle_empty(r, i, &to->counts[i]);
        if (r->notes[i].marks & MARK_GONE)
            continue;
        settle_message(r, i, to->counts[i]);
        to->sorted &= e->messages[i].time_us >= before;
        before = e->messages[i].time_us;
        if (to->kept != i) {
            e->messages[to->kept] = e->messages[i];
            e->message_details[to->kept] = e->message_details[i];
        }
        to->place[i] = to->kept++;
    }
}

/* The new places of the messages that were kept, by number: in order of time. Caller frees. */
static uint32_t *places_by_time(const struct evidence *e, uint32_t count)
{
    uint32_t *order = xcalloc((size_t)count + 1, sizeof *order);
    uint32_t *place = xcalloc((size_t)count + 1, sizeof *place);
    int64_t *times = xcalloc((size_t)count + 1, sizeof *times);
    for (uint32_t i = 0; i < count; i++) {
        order[i] = i;
        times[i] = e->messages[i].time_us;
    }
    key_order(order, count, times);
    for (uint32_t i = 0; i < count; i++)
        place[order[i]] = i;
    free(order);
    free(times);
    return place;
}

/* Puts the messages that were kept in order of time. */
static void messages_sort(struct rebuild *r, struct arrangement *to)
{
    struct evidence *e = r->evidence;
    uint32_t *place = places_by_time(e, to->kept);
    for (uint32_t i = 0; i < e->message_count; i++)
        if (!(r->notes[i].marks & MARK_GONE))
            to->place[i] = place[to->place[i]];
    const struct key_column columns[] = {
        { e->messages, sizeof *e->messages },
        { e->message_details, sizeof *e->message_details },
    };
    key_permute(columns, COUNT(columns), place, to->kept);
    free(place);
}

/* Moves each row to its message's place; rows without message are dropped. */
static void rows_arrange(struct evidence *e, struct arrangement *to, uint32_t *goes_to)
{
    uint32_t first = 0, kept = 0;
    bool moves = false;
    for (uint32_t i = 0; i < e->message_count; i++) {
        e->messages[i].first_row = to->counts[i] = first;
        first += e->messages[i].row_count;
    }
    for (uint32_t i = 0; i < e->row_count; i++) {
        struct row *row = &e->rows[i];
        if (row->message == NONE)
            continue;
        row->message = to->place[row->message];
        goes_to[kept] = to->counts[row->message]++;
        moves |= goes_to[kept] != kept;
        if (kept != i) {
            e->rows[kept] = *row;
            e->row_ends[kept] = e->row_ends[i];
        }
        kept++;
    }
    e->row_count = kept;
    const struct key_column columns[] = {
        { e->rows, sizeof *e->rows },
        { e->row_ends, sizeof *e->row_ends },
    };
    if (moves)
        key_permute(columns, COUNT(columns), goes_to, kept);
}

void settle_messages(struct rebuild *r)
{
    struct evidence *e = r->evidence;
    size_t messages = (size_t)e->message_count + 1;
    struct arrangement to = { .sorted = true };
    to.counts = xcalloc(messages, sizeof *to.counts);
    to.place = xcalloc(messages, sizeof *to.place);
    finish_all(r);
    settle_rows(r, to.counts);
    count_unnamed(r);
    settle_each(r, &to);
    if (!to.sorted)
        messages_sort(r, &to);
    e->message_count = to.kept;
    uint32_t *goes_to = xrealloc_array(r->row_next, (size_t)e->row_count + 1, sizeof *goes_to);
    r->row_next = NULL; /* the chains are of no more use */
    rows_arrange(e, &to, goes_to);
    free(goes_to);
    free(to.counts);
    free(to.place);
}
