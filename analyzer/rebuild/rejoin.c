#include "analyzer/rebuild/rejoin.h"

#include <stdlib.h>

#include "analyzer/rebuild/hop_fold.h"
#include "analyzer/rebuild/id_index.h"
#include "analyzer/rebuild/recipient_row.h"
#include "base/xalloc.h"

/* A message goes through few filters; longer chains are a contradiction in the log. */
enum { CHAIN_MAX = 16, NAMESAKES_MAX = 1000 };
/* A hop whose hand-over line is lost is still one when it is born this soon. */
#define HOP_US ((int64_t)5 * 60 * 1000 * 1000)

/* What a line says of two queue ids of one message. */
struct edge {
    uint64_t other; /* hash of the queue id that is not `message` */
    int64_t time_us;
    union {
        struct {
            uint32_t message; /* whose line it is */
            uint32_t row;     /* of it; NONE: the whole message */
        } at;
        uint64_t next; /* EDGE_FILTER: hash of the queue id behind the filter */
    } from;
    sym to;         /* in evidence->recipients: the address handed on; 0 none */
    uint16_t realm; /* of the line */
    uint8_t kind;
};

enum edge_kind {
    EDGE_ORIGINAL,  /* at.message was `other` before */
    EDGE_REQUEUED,  /* the same, by postsuper: all of it moved */
    EDGE_QUEUED_AS, /* at.row of at.message went on as `other` */
    EDGE_FORWARDED, /* the same, to addresses of the user's own choice */
    EDGE_FILTER,    /* `other` went on as `next` */
    EDGE_MOVED,     /* the same, the queue file itself: MailScanner */
    EDGE_NOTICE,    /* `other` is a notice of Postfix */
};

struct edge_list {
    struct edge *items;
    uint32_t count, capacity;
    struct id_index queue_ids;
    bool indexed;
    uint32_t *parent; /* message -> message + 1 that it is a hop of; NULL: there are none */
};

static struct edge *edge_add(struct rebuild *r, enum edge_kind kind, struct slice other)
{
    if (!r->edges)
        r->edges = xcalloc(1, sizeof *r->edges);
    struct edge_list *list = r->edges;
    GROW(list->items, list->count, list->capacity);
    struct edge *edge = &list->items[list->count++];
    *edge = (struct edge){ .other = id_hash(r, other),
                           .time_us = r->now_us,
                           .from.at = { NONE, NONE },
                           .realm = (uint16_t)r->realm,
                           .kind = (uint8_t)kind };
    return edge;
}

void rejoin_original(struct rebuild *r, const struct mail *mail, struct slice original)
{
    edge_add(r, EDGE_ORIGINAL, original)->from.at.message = mail->message;
}

void rejoin_requeued(struct rebuild *r, const struct mail *mail, struct slice original)
{
    edge_add(r, EDGE_REQUEUED, original)->from.at.message = mail->message;
}

void rejoin_queued_as(struct rebuild *r, const struct mail *mail, uint32_t row, struct slice next,
                      struct slice to)
{
    struct edge *edge = edge_add(r, EDGE_QUEUED_AS, next);
    edge->from.at.message = mail->message;
    edge->from.at.row = row;
    edge->to = intern_add(&r->evidence->recipients, to);
}

void rejoin_forwarded(struct rebuild *r, const struct mail *mail, uint32_t row, struct slice next)
{
    struct edge *edge = edge_add(r, EDGE_FORWARDED, next);
    edge->from.at.message = mail->message;
    edge->from.at.row = row;
}

void rejoin_filter_line(struct rebuild *r, const struct event *event)
{
    struct slice first = event_get(event, FIELD_QUEUE_ID);
    bool moved = event->kind == EVENT_MS_REQUEUE;
    struct slice next = event_get(event, moved ? FIELD_NEW_QUEUE_ID : FIELD_QUEUED_AS);
    if (first.len && next.len && !slice_equal(first, next))
        edge_add(r, moved ? EDGE_MOVED : EDGE_FILTER, first)->from.next = id_hash(r, next);
}

void rejoin_notice(struct rebuild *r, struct slice notice)
{
    edge_add(r, EDGE_NOTICE, notice);
}

static const struct id_index *queue_index(struct rebuild *r)
{
    if (!r->edges)
        r->edges = xcalloc(1, sizeof *r->edges);
    if (!r->edges->indexed)
        id_index_build(&r->edges->queue_ids, r, ID_QUEUE);
    r->edges->indexed = true;
    return &r->edges->queue_ids;
}

uint32_t rejoin_root(const struct rebuild *r, uint32_t message)
{
    if (!r->edges || !r->edges->parent)
        return message;
    while (r->edges->parent[message])
        message = r->edges->parent[message] - 1;
    return message;
}

/* Messages of one mail have one message-id; those whose line lacks may be of any. */
static bool may_be_one_mail(const struct rebuild *r, uint32_t a, uint32_t b)
{
    const struct message_detail *details = r->evidence->message_details;
    const char *x = details[a].message_id, *y = details[b].message_id;
    return !x || !y || strcmp(x, y) == 0;
}

/* Makes child a further hop of parent, unless it is one already or parent is behind it. */
static bool join(struct rebuild *r, uint32_t parent, uint32_t child)
{
    uint32_t *parents = r->edges->parent;
    if (parent == NONE || child == NONE || parent == child || !may_be_one_mail(r, parent, child))
        return false;
    if (parents[child])
        return parents[child] == parent + 1;
    uint32_t up = parent;
    for (int i = 0; parents[up]; i++) {
        up = parents[up] - 1;
        if (up == child || i == CHAIN_MAX)
            return false;
    }
    parents[child] = parent + 1;
    r->notes[parent].marks |= MARK_JOINED;
    return true;
}

/* Both ends of an edge, NONE where one is not known. */
static void edge_resolve(struct rebuild *r, const struct edge *edge, uint32_t *parent,
                         uint32_t *child)
{
    const struct evidence *e = r->evidence;
    const struct id_index *ids = queue_index(r);
    uint32_t own = edge->from.at.message;
    *parent = *child = NONE;
    switch ((enum edge_kind)edge->kind) {
    case EDGE_ORIGINAL:
    case EDGE_REQUEUED:
        *child = own;
        *parent =
            id_index_born_before(ids, r, edge->other, e->messages[own].time_us, edge->realm, own);
        break;
    case EDGE_QUEUED_AS:
        *parent = own;
        *child = id_index_born_before(ids, r, edge->other, edge->time_us, edge->realm, own);
        if (*child != NONE && edge->from.at.row != NONE &&
            !relay_is_local(intern_text(&e->text, e->row_ends[edge->from.at.row].relay), false) &&
            (!e->message_details[own].message_id || !e->message_details[*child].message_id))
            *child = NONE; /* another machine's queue id: only the message-id proves it */
        break;
    case EDGE_FORWARDED:
        *parent = own;
        *child = id_index_born_before(ids, r, edge->other, edge->time_us, edge->realm, own);
        break;
    case EDGE_FILTER:
        *parent = id_index_born_before(ids, r, edge->other, edge->time_us, edge->realm, NONE);
        *child = id_index_born_before(ids, r, edge->from.next, edge->time_us, edge->realm, NONE);
        break;
    case EDGE_MOVED:
        *parent = id_index_born_before(ids, r, edge->other, edge->time_us, edge->realm, NONE);
        *child = id_index_born_after(ids, r, edge->from.next, edge->time_us, edge->realm);
        break;
    case EDGE_NOTICE:
        *child = id_index_born_before(ids, r, edge->other, edge->time_us, edge->realm, NONE);
        break;
    }
}

/* What an edge says about its two ends, whether they are joined or not. */
static void edge_note(struct rebuild *r, struct hop_fold *fold, const struct edge *edge,
                      uint32_t child)
{
    if (edge->kind == EDGE_QUEUED_AS && edge->from.at.row != NONE)
        hop_fold_relay(fold, edge->from.at.row);
    if (edge->kind == EDGE_FORWARDED && child == NONE)
        row_forget_end(r, edge->from.at.row);
    if (edge->kind == EDGE_NOTICE && child != NONE)
        r->notes[child].marks |= MARK_NOTICE;
}

/* Resolves what the lines say outright, in order of strength; tells the folder which row went
 * where. */
static void edges_resolve(struct rebuild *r, struct hop_fold *fold)
{
    static const enum edge_kind order[] = { EDGE_ORIGINAL,  EDGE_REQUEUED,  EDGE_MOVED,
                                            EDGE_QUEUED_AS, EDGE_FORWARDED, EDGE_FILTER,
                                            EDGE_NOTICE };
    for (size_t k = 0; k < COUNT(order); k++) {
        for (uint32_t i = 0; i < r->edges->count; i++) {
            const struct edge *edge = &r->edges->items[i];
            uint32_t parent, child;
            if (edge->kind != order[k])
                continue;
            edge_resolve(r, edge, &parent, &child);
            edge_note(r, fold, edge, child);
            if (edge->kind == EDGE_NOTICE || !join(r, parent, child))
                continue;
            if (edge->kind == EDGE_QUEUED_AS || edge->kind == EDGE_FORWARDED)
                hop_fold_part(fold, edge->from.at.row, child, edge->to);
            if (edge->kind == EDGE_MOVED || edge->kind == EDGE_REQUEUED)
                hop_fold_moved(fold, child);
        }
    }
}

/* True when `parent` gave mail to a program on this machine at about the time that `child` came
 * from one, for one recipient at least. */
static bool handed_on(const struct rebuild *r, uint32_t parent, uint32_t child)
{
    const struct evidence *e = r->evidence;
    const struct message *from = &e->messages[parent], *to = &e->messages[child];
    bool by_pipe = r->notes[child].birth == BIRTH_PICKUP;
    bool any = !from->first_row || !to->first_row;
    if (any)
        return to->time_us - from->time_us <= HOP_US;
    for (uint32_t a = from->first_row; a; a = r->row_next[a - 1]) {
        const struct row *row = &e->rows[a - 1];
        const struct row_end *end = &e->row_ends[a - 1];
        struct slice relay = intern_text(&e->text, end->relay);
        bool in_time = row->end_status == END_UNKNOWN
                           ? to->time_us - from->time_us <= HOP_US
                           : row->end_status == END_SENT && relay_is_local(relay, by_pipe) &&
                                 to->time_us <= end->time_us + HOST_CLOCKS_US;
        for (uint32_t b = in_time ? to->first_row : 0; b; b = r->row_next[b - 1])
            if (e->rows[b - 1].recipient == row->recipient ||
                address_equal(intern_text(&e->recipients, e->rows[b - 1].recipient),
                              intern_text(&e->recipients, row->recipient)))
                return true;
    }
    return false;
}

/* True when `parent` may be what a hop without word of its origin was before: a mail with its
 * message-id and sender that was handed to a filter in time. */
static bool went_on_as(const struct rebuild *r, uint32_t parent, uint32_t child)
{
    const struct evidence *e = r->evidence;
    const struct message *hop = &e->messages[child], *before = &e->messages[parent];
    return before->time_us <= hop->time_us &&
           strcmp(e->message_details[parent].message_id, e->message_details[child].message_id) ==
               0 &&
           (!before->sender || !hop->sender ||
            address_equal(intern_text(&e->senders, before->sender),
                          intern_text(&e->senders, hop->sender))) &&
           handed_on(r, parent, child);
}

/* The last mail before the hop in reading order that went on as it, or the first behind it: of the
 * same second's lines the order is not told. NAMESAKES_MAX in each direction are looked at, for
 * senders can give all their mail one message-id. next and before: the mails with one id (+ 1). */
static uint32_t parent_by_message_id(const struct rebuild *r, const uint32_t *next,
                                     const uint32_t *before, uint32_t child)
{
    const uint32_t *const ways[] = { before, next };
    for (size_t way = 0; way < COUNT(ways); way++) {
        uint32_t left = NAMESAKES_MAX;
        for (uint32_t i = ways[way][child]; i && left--; i = ways[way][i - 1])
            if (went_on_as(r, i - 1, child))
                return i - 1;
    }
    return NONE;
}

/* Hops that nothing names: mail from this machine with the message-id of one that went to it. */
static void hops_guess(struct rebuild *r)
{
    const struct evidence *e = r->evidence;
    struct id_index ids = { .next = NULL };
    uint32_t *before = NULL;
    for (uint32_t i = 0; i < e->message_count; i++) {
        const struct message_note *note = &r->notes[i];
        bool local = note->marks & MARK_LOOPBACK || note->birth == BIRTH_PICKUP;
        if (!local || note->marks & MARK_GONE || !e->message_details[i].message_id ||
            r->edges->parent[i])
            continue;
        if (!before) {
            id_index_build(&ids, r, ID_MESSAGE);
            before = xcalloc((size_t)e->message_count + 1, sizeof *before);
            for (uint32_t k = 0; k < e->message_count; k++)
                if (ids.next[k])
                    before[ids.next[k] - 1] = k + 1;
        }
        join(r, parent_by_message_id(r, ids.next, before, i), i);
    }
    if (before)
        id_index_release(&ids);
    free(before);
}

void rejoin_finish(struct rebuild *r)
{
    if (!r->edges && !r->has_local_mail)
        return;
    queue_index(r);
    r->edges->parent = xcalloc((size_t)r->evidence->message_count + 1, sizeof(uint32_t));
    struct hop_fold fold;
    hop_fold_init(&fold, r);
    edges_resolve(r, &fold);
    free(r->edges->items);
    r->edges->items = NULL;
    r->edges->count = r->edges->capacity = 0;
    hops_guess(r);
    hop_fold_run(&fold, r->edges->parent);
    hop_fold_release(&fold);
}

void rejoin_free(struct rebuild *r)
{
    if (!r->edges)
        return;
    if (r->edges->indexed)
        id_index_release(&r->edges->queue_ids);
    free(r->edges->items);
    free(r->edges->parent);
    free(r->edges);
    r->edges = NULL;
}
