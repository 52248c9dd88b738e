#include "analyzer/rebuild/rebuild.h"

#include <stdlib.h>

#include "analyzer/rebuild/books.h"
#include "analyzer/rebuild/filter_note.h"
#include "analyzer/rebuild/gateway.h"
#include "analyzer/rebuild/policy_note.h"
#include "analyzer/rebuild/postscreen.h"
#include "analyzer/rebuild/queue_file.h"
#include "analyzer/rebuild/queue_lines.h"
#include "analyzer/rebuild/rebuild_internal.h"
#include "analyzer/rebuild/rejoin.h"
#include "analyzer/rebuild/screened_client.h"
#include "analyzer/rebuild/session.h"
#include "analyzer/rebuild/settle.h"
#include "analyzer/rebuild/smtpd_dialog.h"
#include "base/rare.h"
#include "base/text_hash.h"
#include "base/xalloc.h"

enum { REALMS_MAX = UINT16_MAX };

struct rebuild *rebuild_new(struct evidence *evidence, const struct rebuild_options *options,
                            struct diagnostics *remarks)
{
    struct rebuild *r = xcalloc(1, sizeof *r);
    r->evidence = evidence;
    r->remarks = remarks;
    if (options)
        r->options = *options;
    arena_init(&r->arena);
    r->seed = text_hash_seed();
    hash_map_init(&r->realm_map);
    hash_map_init(&r->queue_ids);
    hash_map_init(&r->sessions);
    hash_map_init(&r->recipients);
    buffer_init(&r->scratch, 1 << 16);
    r->last_us = INT64_MIN;
    r->dead_until_us = INT64_MAX;
    struct logged_reply unknown = { .verdict = VERDICT_UNKNOWN };
    r->unknown_reply = evidence_reply(evidence, &unknown);
    return r;
}

void rebuild_free(struct rebuild *r)
{
    if (!r)
        return;
    rejoin_free(r);
    filter_notes_free(r);
    policy_notes_free(r);
    postscreen_free(r);
    screened_free(r);
    hash_map_release(&r->realm_map);
    hash_map_release(&r->queue_ids);
    hash_map_release(&r->sessions);
    hash_map_release(&r->recipients);
    buffer_release(&r->scratch);
    arena_release(&r->arena);
    free(r->realms);
    free(r->mail_chunks);
    free(r->states);
    free(r->notes);
    free(r->session_notes);
    free(r->row_next);
    free(r->dead);
    free(r);
}

unsigned origin_rank(enum evidence_origin origin)
{
    static const unsigned char ranks[ORIGIN_COUNT] = {
        [ORIGIN_CLIENT] = 3, [ORIGIN_REJECT] = 3,     [ORIGIN_REJECT_WARNING] = 3,
        [ORIGIN_INFO] = 3,   [ORIGIN_ACTION] = 3,     [ORIGIN_POLICY] = 3,
        [ORIGIN_PROXY] = 3,  [ORIGIN_POSTSCREEN] = 3, [ORIGIN_CLEANUP] = 2,
        [ORIGIN_QMGR] = 1,   [ORIGIN_DELIVERY] = 1,
    };
    return ranks[origin];
}

sym rebuild_text(struct rebuild *r, struct text_cache *cache, struct slice text)
{
    if (cache->text.at && text.at && slice_equal(cache->text, text))
        return cache->number;
    cache->number = intern_add(&r->evidence->text, text);
    cache->text = intern_text(&r->evidence->text, cache->number);
    return cache->number;
}

uint32_t rebuild_add_message(struct rebuild *r, const struct event *event)
{
    struct evidence *e = r->evidence;
    uint32_t number = evidence_add_message(e);
    if (r->note_capacity < e->message_capacity) {
        r->note_capacity = e->message_capacity;
        r->notes = xrealloc_array(r->notes, r->note_capacity, sizeof *r->notes);
    }
    e->messages[number].time_us = r->now_us;
    e->messages[number].session = SESSION_NONE;
    e->message_details[number].first = rebuild_position(event);
    r->notes[number] = (struct message_note){ .realm = (uint16_t)r->realm };
    e->books.born++;
    return number;
}

/* A new realm; past a bound that no honest log reaches, the last one stands for the rest. */
static uint32_t realm_add(struct rebuild *r, struct slice host, struct slice instance)
{
    struct intern *text = &r->evidence->text;
    if (r->realm_count == REALMS_MAX)
        return REALMS_MAX - 1;
    GROW(r->realms, r->realm_count, r->realm_capacity);
    r->realms[r->realm_count] =
        (struct realm){ intern_add(text, host), intern_add(text, instance) };
    return r->realm_count++;
}

/* Finds another realm than that of the line before. */
static APART void realm_change(struct rebuild *r, struct slice host, struct slice instance)
{
    uint64_t key = text_hash(instance, text_hash(host, r->seed));
    uint32_t found = hash_map_find(&r->realm_map, key);
    if (found == HASH_MAP_NONE) {
        found = realm_add(r, host, instance);
        hash_map_set(&r->realm_map, key, found);
    }
    r->realm = found;
    r->realm_host = intern_text(&r->evidence->text, r->realms[found].host);
    r->realm_instance = intern_text(&r->evidence->text, r->realms[found].instance);
}

/* Finds the realm of a line by its texts: mostly that of the line before. */
static void realm_enter_by_text(struct rebuild *r, const struct event *event)
{
    uint16_t speaker = event->line->speaker;
    struct slice host = event->line->host, instance = event->instance;
    if (!r->realm_count || !slice_equal(r->realm_host, host) ||
        !slice_equal(r->realm_instance, instance))
        realm_change(r, host, instance);
    if (speaker)
        r->speaker_realms[speaker] = r->realm + 1;
}

/* True when who speaks is known to be of the realm of the line before. */
static inline bool realm_stays(const struct rebuild *r, const struct event *event)
{
    return r->speaker_realms[event->line->speaker] == r->realm + 1;
}

/* From here on another configuration may hold. */
static void on_reload(struct rebuild *r, const struct event *event)
{
    struct evidence *e = r->evidence;
    if (event->line->time_us == TIME_NONE)
        return;
    GROW(e->restarts, e->restart_count, e->restart_capacity);
    e->restarts[e->restart_count++] =
        (struct restart){ event->line->time_us, event->kind == EVENT_MASTER_RELOAD };
}

/* master(8) begins or ends: no process of the instance lives on. Lines of the same second may have
 * changed places with it. */
static void on_master(struct rebuild *r, const struct event *event)
{
    struct evidence *e = r->evidence;
    if (event->kind == EVENT_MASTER_START)
        on_reload(r, event);
    struct slice version = event_get(event, FIELD_VERSION), part;
    uint64_t major, minor;
    if (slice_next_word(&version, ".-", &part) && slice_to_u64(part, &major) && major < 100 &&
        slice_next_word(&version, ".-", &part) && slice_to_u64(part, &minor) && minor < 1000) {
        e->postfix_major = (int)major;
        e->postfix_minor = (int)minor;
    }
    for (uint32_t i = 0; i < r->state_count; i++)
        if (r->states[i]->alive && r->states[i]->key >> 48 == r->realm &&
            r->now_us - r->states[i]->touched_us > DISORDER_US)
            session_close(r, r->states[i]);
}

/* A process died: its pid is free for another. */
static void on_process_death(struct rebuild *r, const struct event *event)
{
    uint64_t pid = 0;
    if (!slice_to_u64(event_get(event, FIELD_CHILD_PID), &pid))
        return;
    for (uint32_t i = 0; i < r->state_count; i++)
        if (r->states[i]->alive && r->states[i]->key >> 48 == r->realm &&
            (r->states[i]->key & 0xffffff) == pid)
            session_close(r, r->states[i]);
}

static void on_cleanup_milter(struct rebuild *r, const struct event *event)
{
    cleanup_milter(r, event);
    filter_label_line(r, event);
}

static void on_delivery(struct rebuild *r, const struct event *event)
{
    delivery(r, event);
    if (event_get(event, FIELD_LABEL).len)
        filter_label_line(r, event);
}

typedef void (*event_handler_fn)(struct rebuild *r, const struct event *event);

/* What each kind of event does to the account; kinds that are not here tell nothing of mail. */
static const event_handler_fn handlers[EVENT_KIND_COUNT] = {
    [EVENT_SMTPD_CONNECT] = session_connect,
    [EVENT_CLIENT_NAME_MISMATCH] = session_name_warning,
    [EVENT_SMTPD_DISCONNECT] = session_disconnect,
    [EVENT_TLS_SESSION] = session_tls,
    [EVENT_SMTPD_PIPELINING] = session_pipelining,
    [EVENT_SMTPD_CLIENT] = smtpd_client,
    [EVENT_SMTPD_REJECT] = smtpd_reject,
    [EVENT_SMTPD_REJECT_WARNING] = smtpd_reject_warning,
    [EVENT_SMTPD_ACTION] = smtpd_action,
    [EVENT_SMTPD_MILTER] = smtpd_milter,
    [EVENT_SMTPD_PROXY] = smtpd_proxy,
    [EVENT_SMTPD_LOST] = smtpd_lost,
    [EVENT_CLEANUP_MESSAGE_ID] = cleanup_message_id,
    [EVENT_CLEANUP_ACTION] = cleanup_action,
    [EVENT_CLEANUP_MIME_ERROR] = cleanup_action,
    [EVENT_CLEANUP_MILTER] = on_cleanup_milter,
    [EVENT_CLEANUP_CANCELED] = cleanup_canceled,
    [EVENT_CLEANUP_TROUBLE] = cleanup_trouble,
    [EVENT_PICKUP] = pickup_birth,
    [EVENT_QMGR_ACTIVE] = qmgr_active,
    [EVENT_QMGR_REMOVED] = qmgr_removed,
    [EVENT_QMGR_EXPIRED] = qmgr_expired,
    [EVENT_DELIVERY] = on_delivery,
    [EVENT_BOUNCE_NOTIFY] = bounce_notify,
    [EVENT_POSTSUPER_ACTION] = postsuper_action,
    [EVENT_PS_CONNECT] = postscreen_connect,
    [EVENT_PS_PASS_NEW] = postscreen_pass,
    [EVENT_PS_PASS_OLD] = postscreen_pass,
    [EVENT_PS_ALLOW] = postscreen_pass,
    [EVENT_PS_REJECT] = postscreen_reject,
    [EVENT_PS_DISCONNECT] = postscreen_disconnect,
    [EVENT_PS_PREGREET] = postscreen_caught,
    [EVENT_PS_DNSBL_RANK] = postscreen_caught,
    [EVENT_PS_DENY] = postscreen_caught,
    [EVENT_PS_HANGUP] = postscreen_hangup,
    [EVENT_PS_VIOLATION] = postscreen_caught,
    [EVENT_DNSBL_HIT] = screened_listed,
    [EVENT_MASTER_START] = on_master,
    [EVENT_MASTER_EXIT] = on_master,
    [EVENT_MASTER_RELOAD] = on_reload,
    [EVENT_MASTER_TROUBLE] = on_process_death,
    [EVENT_MS_REQUEUE] = rejoin_filter_line,
    [EVENT_MS_ACTION] = filter_action_line,
    [EVENT_SPAM_VERDICT] = filter_verdict_line,
    [EVENT_VIRUS_VERDICT] = filter_verdict_line,
    [EVENT_AMAVIS_VERDICT] = filter_verdict_line,
    [EVENT_MIMEDEFANG] = filter_verdict_line,
    [EVENT_SPF_ANSWER] = policy_line,
    [EVENT_WEIGHT_ANSWER] = policy_line,
    [EVENT_MAILBOX_SAVE] = filter_mailbox_line,
};

/* An event of another realm than the one before, or for which queue ids have to be forgotten. */
static APART void event_apart(struct rebuild *r, const struct event *event,
                              event_handler_fn handler)
{
    if (!realm_stays(r, event))
        realm_enter_by_text(r, event);
    if (r->now_us > r->dead_until_us)
        queue_flush(r);
    handler(r, event);
}

/* Without any call but the last one, so that nothing has to be saved for it. */
void rebuild_event(struct rebuild *r, const struct event *event)
{
    event_handler_fn handler = handlers[event->kind];
    if (event->line->time_us != TIME_NONE) {
        r->now_us = event->line->time_us;
        if (r->now_us > r->last_us)
            r->last_us = r->now_us;
    }
    if (!handler || event->line_class != LINE_UNDERSTOOD)
        return;
    if (r->now_us > r->dead_until_us || !realm_stays(r, event))
        event_apart(r, event, handler);
    else
        handler(r, event);
}

void rebuild_finish(struct rebuild *r)
{
    if (r->finished)
        return;
    r->finished = true;
    session_close_all(r);
    postscreen_close_all(r);
    queue_close_all(r);
    settle_sessions(r);
    gateway_mark(r);
    policy_notes_finish(r);
    rejoin_finish(r);
    filter_notes_finish(r);
    settle_messages(r);
    struct fault fault = { .kind = FAULT_NONE };
    if (!books_fill(r->evidence) || !books_balance(r->evidence, &fault))
        bug(fault.what[0] ? fault.what : "books: a row stands with another message than its own");
}
