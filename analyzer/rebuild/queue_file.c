#include "analyzer/rebuild/queue_file.h"

#include <stddef.h>
#include <stdlib.h>

#include "analyzer/rebuild/recipient_row.h"
#include "analyzer/rebuild/session.h"
#include "base/rare.h"
#include "base/text_hash.h"
#include "base/xalloc.h"

/* How long, and how many, dead queue ids are still found. */
enum { DEAD_MAX = 8192, ALIVE_MAX = 1 << 18 };
#define DEAD_US ((int64_t)5 * 1000 * 1000)

/* The key of a queue id in the realm of the line. */
static inline uint64_t queue_key(const struct rebuild *r, struct slice queue_id)
{
    return text_hash(queue_id, r->seed + r->realm);
}

/* Makes the pool larger by MAIL_CHUNK. */
static RARE void pool_grow(struct rebuild *r)
{
    char *memory = arena_alloc(&r->arena, (MAIL_CHUNK + 1) * sizeof(struct mail));
    memory += -(uintptr_t)memory % alignof(struct mail);
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
    GROW(r->mail_chunks, r->chunk_count, r->chunk_capacity);
    r->mail_chunks[r->chunk_count++] = (struct mail *)(void *)memory;
}

/* A free slot of the pool. */
static struct mail *mail_slot(struct rebuild *r)
{
    uint32_t index = r->mail_count;
    struct mail *mail;
    if (r->mail_free) {
        index = r->mail_free - 1;
        mail = mail_at(r, index);
        r->mail_free = mail->next_free;
        if (r->mail_free) /* for the next birth */
            __builtin_prefetch(mail_at(r, r->mail_free - 1), 1);
    } else {
        if (index == r->chunk_count * MAIL_CHUNK)
            pool_grow(r);
        mail = mail_at(r, index);
        r->mail_count++;
    }
    memset(mail, 0, offsetof(struct mail, rare));
    mail->index = index;
    mail->alive = true;
    r->mails_alive++;
    return mail;
}

/* Closes the half that was silent for longest: lines that name them later begin anew. */
static RARE void mail_evict(struct rebuild *r)
{
    int64_t oldest = r->now_us, newest = INT64_MIN;
    for (uint32_t i = 0; i < r->mail_count; i++) {
        const struct mail *mail = mail_at(r, i);
        if (!mail->alive)
            continue;
        oldest = mail->touched_us < oldest ? mail->touched_us : oldest;
        newest = mail->touched_us > newest ? mail->touched_us : newest;
    }
    int64_t middle = oldest + (newest - oldest) / 2;
    for (uint32_t i = 0; i < r->mail_count; i++)
        if (mail_at(r, i)->alive && !mail_at(r, i)->waits_for_owner &&
            mail_at(r, i)->touched_us <= middle)
            mail_close(r, mail_at(r, i));
}

struct mail *mail_new(struct rebuild *r, const struct event *event, struct session_state *state)
{
    if (r->mails_alive >= ALIVE_MAX)
        mail_evict(r);
    struct mail *mail = mail_slot(r);
    mail->message = rebuild_add_message(r, event);
    mail->touched_us = r->now_us;
    mail->last = rebuild_position(event);
    if (state) {
        mail->session = state->index + 1;
        mail->birth = BIRTH_SMTPD;
        r->evidence->messages[mail->message].session = state->session;
        session_next_mail(state);
    }
    r->notes[mail->message].birth = (uint8_t)mail->birth;
    return mail;
}

void mail_name(struct rebuild *r, struct mail *mail, struct slice queue_id)
{
    mail->key = queue_key(r, queue_id);
    mail_detail(r, mail)->queue_id = arena_copy(&r->evidence->arena, queue_id).at;
    hash_map_set(&r->queue_ids, mail->key, mail->index);
}

struct mail *queue_find(const struct rebuild *r, struct slice queue_id)
{
    uint32_t found = hash_map_find(&r->queue_ids, queue_key(r, queue_id));
    return found == HASH_MAP_NONE ? NULL : mail_at(r, found);
}

struct mail *queue_line(struct rebuild *r, const struct event *event, struct slice queue_id)
{
    struct mail *mail = queue_find(r, queue_id);
    if (!mail) {
        mail = mail_new(r, event, NULL);
        mail_name(r, mail, queue_id);
    }
    mail_touch(r, mail, event);
    return mail;
}

/* True when the living mail is the one that is being born: its lines ran ahead of the birth line,
 * or the birth line stands twice. */
static bool birth_is_late(const struct rebuild *r, const struct mail *mail, enum birth birth,
                          const struct session_state *state)
{
    int64_t apart = r->now_us - mail_message(r, mail)->time_us;
    if (apart > DISORDER_US || apart < -DISORDER_US)
        return false;
    if (mail->birth == BIRTH_NONE || mail->birth == BIRTH_CLEANUP)
        return birth != BIRTH_CLEANUP || !mail->has_message_id;
    if (mail->birth == BIRTH_SMTPD && birth == BIRTH_SMTPD && !mail->client_seen)
        return true;
    return mail->birth == birth && state && mail_session(r, mail) == state;
}

struct mail *queue_birth(struct rebuild *r, const struct event *event, struct slice queue_id,
                         struct mail *known, enum birth birth, struct session_state *state)
{
    struct mail *mail = known;
    if (mail && birth_is_late(r, mail, birth, state)) {
        mail_touch(r, mail, event);
        if (state && mail_message(r, mail)->session == SESSION_NONE) {
            mail->session = state->index + 1;
            mail_message(r, mail)->session = state->session;
        }
    } else {
        if (mail)
            mail_close(r, mail);
        mail = mail_new(r, event, state);
        mail_name(r, mail, queue_id);
    }
    mail->birth = (uint8_t)(birth & 3);
    r->notes[mail->message].birth = (uint8_t)birth;
    return mail;
}

/* Mails that are forgotten together lie apart from each other: the next ones are fetched ahead. */
static inline void dead_ahead(const struct rebuild *r)
{
    enum { MAIL_AHEAD = 8, MESSAGE_AHEAD = 4 };
    if (r->dead_count <= MAIL_AHEAD)
        return;
    __builtin_prefetch(mail_at(r, r->dead[(r->dead_head + MAIL_AHEAD) % DEAD_MAX].mail), 1);
    uint32_t message = r->dead[(r->dead_head + MESSAGE_AHEAD) % DEAD_MAX].message;
    __builtin_prefetch(&r->evidence->messages[message], 1);
    __builtin_prefetch(&r->evidence->message_details[message], 1);
}

/* Forgets the mail that died first. */
static void dead_forget(struct rebuild *r)
{
    dead_ahead(r);
    struct dead_mail oldest = r->dead[r->dead_head];
    r->dead_head = (r->dead_head + 1) % DEAD_MAX;
    r->dead_count--;
    if (mail_at(r, oldest.mail)->alive && mail_at(r, oldest.mail)->message == oldest.message)
        mail_close(r, mail_at(r, oldest.mail));
}

void queue_die(struct rebuild *r, struct mail *mail)
{
    if (mail->dead)
        return;
    mail->dead = true;
    if (!r->dead)
        r->dead = xcalloc(DEAD_MAX, sizeof *r->dead);
    if (r->dead_count == DEAD_MAX)
        dead_forget(r);
    if (r->dead_count == 0)
        r->dead_until_us = r->now_us + DEAD_US;
    r->dead[(r->dead_head + r->dead_count++) % DEAD_MAX] =
        (struct dead_mail){ mail->index, mail->message, r->now_us };
}

void queue_flush(struct rebuild *r)
{
    while (r->dead_count && r->now_us - r->dead[r->dead_head].time_us > DEAD_US)
        dead_forget(r);
    r->dead_until_us = r->dead_count ? r->dead[r->dead_head].time_us + DEAD_US : INT64_MAX;
}

/* The message is no message of its own any more: its rows went to another. */
static void message_merged(struct rebuild *r, uint32_t message)
{
    r->notes[message].marks |= MARK_GONE;
    r->evidence->books.merged++;
}

static void mail_free(struct rebuild *r, struct mail *mail)
{
    if (mail->key)
        hash_map_remove_pair(&r->queue_ids, mail->key, mail->index);
    if (mail->session && r->states[mail->session - 1]->mail == mail->index + 1)
        r->states[mail->session - 1]->mail = 0;
    mail->alive = false;
    mail->next_free = r->mail_free;
    r->mail_free = mail->index + 1;
    r->mails_alive--;
}

/* Decides whether the refused recipients before client= belong to this mail: the sender tells, or
 * that the session had one mail only. */
static APART void prefix_settle(struct rebuild *r, struct mail *mail)
{
    struct mail *prefix = mail_at(r, mail->rare.prefix - 1);
    struct message *message = mail_message(r, mail), *before = mail_message(r, prefix);
    struct intern *senders = &r->evidence->senders;
    bool same = mail->prefix_certain;
    if (message->sender && before->sender)
        same |= address_equal(intern_text(senders, message->sender),
                              intern_text(senders, before->sender));
    mail->rare.prefix = 0;
    prefix->waits_for_owner = false;
    if (!same || rows_contradict(r, mail, prefix)) {
        mail_close(r, prefix);
        return;
    }
    message->time_us = before->time_us;
    mail_detail(r, mail)->first = mail_detail(r, prefix)->first;
    mail_sender(r, mail, intern_text(senders, before->sender),
                (enum evidence_origin)before->sender_origin);
    if (!message->helo) {
        message->helo = before->helo;
        message->helo_origin = before->helo_origin;
    }
    rows_prepend(r, mail, prefix);
    message_merged(r, prefix->message);
    mail_free(r, prefix);
}

/* What binds the whole message (hold, discard, redirect) is the answer to each accepted row. */
static void binding_settle(struct rebuild *r, struct mail *mail)
{
    struct evidence *e = r->evidence;
    bool discard = e->replies[mail->rare.binding].verdict == VERDICT_DISCARD;
    if (discard)
        *mail_marks(r, mail) |= MARK_REFUSED;
    if (!mail->first_row)
        row_add(r, mail, NULL, ORIGIN_UNKNOWN, mail_message(r, mail)->time_us);
    for (uint32_t row = mail->first_row; row; row = r->row_next[row - 1]) {
        struct row *at = &e->rows[row - 1];
        if (at->logged == 0)
            at->logged = mail->rare.binding;
        if (discard && !row_is_refused(r, row - 1) && at->end_status == END_UNKNOWN)
            row_set_end(r, row - 1, END_DISCARDED, mail->touched_us);
    }
}

/* REDIRECT sends the message to one other address: its end is that of every recipient. */
static void redirect_settle(struct rebuild *r, struct mail *mail)
{
    struct evidence *e = r->evidence;
    uint32_t served = 0;
    for (uint32_t row = mail->first_row; row; row = r->row_next[row - 1])
        if (e->rows[row - 1].end_status != END_UNKNOWN && !row_is_refused(r, row - 1))
            served = row;
    for (uint32_t row = mail->first_row; row && served; row = r->row_next[row - 1]) {
        if (e->rows[row - 1].end_status != END_UNKNOWN)
            continue;
        e->rows[row - 1].end_status = e->rows[served - 1].end_status;
        e->row_ends[row - 1] = e->row_ends[served - 1];
    }
}

/* Whoever waits in the hold queue got nothing yet. */
static void held_settle(struct rebuild *r, struct mail *mail)
{
    if (!mail->first_row)
        row_add(r, mail, NULL, ORIGIN_UNKNOWN, mail_message(r, mail)->time_us);
    for (uint32_t row = mail->first_row; row; row = r->row_next[row - 1])
        if (r->evidence->rows[row - 1].end_status == END_UNKNOWN)
            row_set_end(r, row - 1, END_HELD, mail->touched_us);
}

/* The reply that binds all of the mail; 0: none. */
static inline uint32_t mail_binding(const struct mail *mail)
{
    return mail->has_rare ? mail->rare.binding : 0;
}

/* Settles the rows of a held or bound mail whose queue file came to be. */
static APART void rows_settle(struct rebuild *r, struct mail *mail)
{
    bool bound = mail_binding(mail) != 0;
    if (mail->key && mail->has_message_id)
        *mail_marks(r, mail) |= MARK_QUEUED; /* no word of qmgr will come */
    if (bound)
        binding_settle(r, mail);
    if (bound && r->evidence->replies[mail->rare.binding].verdict == VERDICT_REDIRECT)
        redirect_settle(r, mail);
    if (mail->held)
        held_settle(r, mail);
}

void mail_close(struct rebuild *r, struct mail *mail)
{
    if (mail->has_rare && mail->rare.prefix)
        prefix_settle(r, mail);
    uint16_t *marks = mail_marks(r, mail);
    if ((mail->held || mail_binding(mail)) && !(*marks & MARK_ABORTED))
        rows_settle(r, mail);
    if (!mail->key)
        *marks |= MARK_NOQUEUE;
    if (mail->dead)
        *marks |= MARK_DONE;
    bool in_queue = mail->key && !(*marks & (MARK_DONE | MARK_REFUSED | MARK_ABORTED));
    struct message *message = mail_message(r, mail);
    message->open = mail->birth == BIRTH_NONE || in_queue;
    message->recipients_complete = mail->nrcpt && mail->parts >= mail->nrcpt;
    mail_detail(r, mail)->last = mail->last;
    message->first_row = mail->first_row; /* + 1, chained; until the rows are put in order */
    mail_free(r, mail);
}

void queue_close_all(struct rebuild *r)
{
    for (uint32_t i = 0; i < r->mail_count; i++)
        if (mail_at(r, i)->alive && !mail_at(r, i)->waits_for_owner)
            mail_close(r, mail_at(r, i));
}

/* True when the mail has no sender yet, or from a lesser source. */
static inline bool wants_sender(const struct rebuild *r, const struct mail *mail,
                                enum evidence_origin origin)
{
    const struct message *message = mail_message(r, mail);
    return !message->sender ||
           origin_rank(origin) > origin_rank((enum evidence_origin)message->sender_origin);
}

void mail_sender(struct rebuild *r, struct mail *mail, struct slice from,
                 enum evidence_origin origin)
{
    if (!from.at || !wants_sender(r, mail, origin))
        return;
    struct intern_key key = intern_ahead(&r->evidence->senders, from);
    mail_sender_key(r, mail, &key, origin);
}

void mail_sender_key(struct rebuild *r, struct mail *mail, const struct intern_key *from,
                     enum evidence_origin origin)
{
    struct message *message = mail_message(r, mail);
    if (!from->text.at || !wants_sender(r, mail, origin))
        return;
    message->sender = intern_add_key(&r->evidence->senders, from);
    message->sender_origin = (uint8_t)origin;
}

void mail_helo(struct rebuild *r, struct mail *mail, const struct event *event,
               enum evidence_origin origin)
{
    struct message *message = mail_message(r, mail);
    if (message->helo || !event_has(event, FIELD_HELO_NAME))
        return;
    message->helo = intern_add(&r->evidence->helos, event_get(event, FIELD_HELO_NAME));
    message->helo_origin = message->helo ? (uint8_t)origin : ORIGIN_UNKNOWN;
}
