#include "analyzer/rebuild/hop_fold.h"

#include <stdlib.h>

#include "analyzer/rebuild/recipient_row.h"
#include "base/xalloc.h"

enum { FLAG_MOVED = 1 };

bool relay_is_local(struct slice relay, bool by_pipe)
{
    static const struct slice loopback[] = { SLICE("[127."), SLICE("[::1]"), SLICE("[private/") };
    static const struct slice ends[] = { SLICE("none"), SLICE("local"), SLICE("virtual"),
                                         SLICE("") };
    if (slice_index(relay, '[') < relay.len) {
        for (size_t i = 0; i < COUNT(loopback); i++)
            if (!by_pipe && slice_find(relay, loopback[i]) < relay.len)
                return true;
        return false;
    }
    for (size_t i = 0; i < COUNT(ends); i++)
        if (slice_equal(relay, ends[i]))
            return false;
    return by_pipe; /* a service of pipe(8) */
}

void hop_fold_init(struct hop_fold *fold, struct rebuild *r)
{
    const struct evidence *e = r->evidence;
    *fold = (struct hop_fold){ .r = r };
    fold->flags = xcalloc((size_t)e->message_count + 1, 1);
    fold->taken = xcalloc((size_t)e->row_count + 1, 1);
    hash_map_init(&fold->relays);
}

void hop_fold_release(struct hop_fold *fold)
{
    hash_map_release(&fold->relays);
    free(fold->parts);
    free(fold->flags);
    free(fold->taken);
    free(fold->first_child);
    free(fold->next_child);
    free(fold->first_part);
    free(fold->last_row);
    free(fold->last_hop);
    free(fold->next_part);
    *fold = (struct hop_fold){ .r = NULL };
}

void hop_fold_part(struct hop_fold *fold, uint32_t row, uint32_t child, sym to)
{
    GROW(fold->parts, fold->part_count, fold->part_capacity);
    fold->parts[fold->part_count++] = (struct hop_part){ row, child, to };
}

void hop_fold_relay(struct hop_fold *fold, uint32_t row)
{
    const struct evidence *e = fold->r->evidence;
    sym relay = e->row_ends[row].relay;
    if (e->rows[row].end_status == END_SENT && relay &&
        hash_map_find(&fold->relays, relay) == HASH_MAP_NONE &&
        relay_is_local(intern_text(&e->text, relay), false))
        hash_map_set(&fold->relays, relay, 1);
}

void hop_fold_moved(struct hop_fold *fold, uint32_t child)
{
    fold->flags[child] |= FLAG_MOVED;
}

static bool same_recipient(const struct rebuild *r, sym a, sym b)
{
    const struct intern *recipients = &r->evidence->recipients;
    return a == b ||
           (a && b && address_equal(intern_text(recipients, a), intern_text(recipients, b)));
}

/* The row of `parent` that handed this recipient to `child`. *from remembers the part, for the next
 * one asked for is mostly the next one. NONE when no line says. */
static uint32_t row_by_part(const struct hop_fold *fold, uint32_t child, sym recipient,
                            uint32_t *from)
{
    const struct evidence *e = fold->r->evidence;
    uint32_t first = fold->first_part[child], begin = *from ? *from : first;
    if (!first)
        return NONE;
    uint32_t at = begin;
    do {
        const struct hop_part *part = &fold->parts[at - 1];
        uint32_t next = fold->next_part[at - 1] ? fold->next_part[at - 1] : first;
        if (part->row != NONE &&
            (!part->to || same_recipient(fold->r, part->to, recipient) ||
             same_recipient(fold->r, e->rows[part->row].recipient, recipient))) {
            *from = next;
            return part->row;
        }
        at = next;
    } while (at != begin);
    return NONE;
}

/* The row of `parent` for a recipient. *from as above. */
static uint32_t row_by_recipient(const struct hop_fold *fold, uint32_t parent, sym recipient,
                                 uint32_t *from)
{
    const struct evidence *e = fold->r->evidence;
    uint32_t first = e->messages[parent].first_row, begin = *from ? *from : first;
    if (!first)
        return NONE;
    uint32_t at = begin;
    do {
        uint32_t next = fold->r->row_next[at - 1] ? fold->r->row_next[at - 1] : first;
        if (same_recipient(fold->r, e->rows[at - 1].recipient, recipient)) {
            *from = next;
            return at - 1;
        }
        at = next;
    } while (at != begin);
    return NONE;
}

/* The parent's row takes over what the recipient came to behind the filter. */
static void take_end(struct hop_fold *fold, uint32_t into, uint32_t from)
{
    struct row *row = &fold->r->evidence->rows[into];
    const struct row *end = &fold->r->evidence->rows[from];
    bool better = !fold->taken[into] || end->end_status == END_SENT ||
                  (row->end_status != END_SENT && end->end_status != END_UNKNOWN);
    if (row_is_refused(fold->r, into) || !better)
        return;
    if (!fold->taken[into])
        hop_fold_relay(fold, into);
    fold->taken[into] = 1;
    row->end_status = end->end_status;
    fold->r->evidence->row_ends[into] = fold->r->evidence->row_ends[from];
}

/* The parent's log names no recipients, or not all. */
static bool parent_adopts(const struct hop_fold *fold, uint32_t parent, uint32_t child)
{
    const struct evidence *e = fold->r->evidence;
    const struct message *message = &e->messages[parent];
    if (fold->flags[child] & FLAG_MOVED || fold->r->notes[parent].marks & MARK_NOQUEUE)
        return true;
    for (uint32_t row = message->first_row; row; row = fold->r->row_next[row - 1])
        if (e->rows[row - 1].recipient)
            return false;
    return true;
}

/* Puts a row at the end of the parent's. */
static void adopt(struct hop_fold *fold, uint32_t parent, uint32_t number)
{
    struct evidence *e = fold->r->evidence;
    struct row *row = &e->rows[number];
    uint32_t *last = &fold->last_row[parent];
    if (!*last)
        *last = e->messages[parent].first_row;
    while (*last && fold->r->row_next[*last - 1])
        *last = fold->r->row_next[*last - 1];
    *(*last ? &fold->r->row_next[*last - 1] : &e->messages[parent].first_row) = number + 1;
    *last = number + 1;
    fold->r->row_next[number] = 0;
    row->message = parent;
    row->time_us = e->messages[parent].time_us;
    fold->taken[number] = 1;
}

static void drop_row(struct hop_fold *fold, uint32_t row)
{
    fold->r->evidence->rows[row].message = NONE;
    fold->r->evidence->books.hop_rows++;
}

/* Folds the child's rows; those that the parent lacks are adopted or are no client's recipients
 * (BCC, addresses that an alias behind the filter stands for). */
static void fold_rows(struct hop_fold *fold, uint32_t parent, uint32_t child)
{
    struct evidence *e = fold->r->evidence;
    bool adopts = parent_adopts(fold, parent, child);
    uint32_t part = 0, at = 0, next;
    for (uint32_t row = e->messages[child].first_row; row; row = next) {
        next = fold->r->row_next[row - 1];
        sym recipient = e->rows[row - 1].recipient;
        uint32_t into = row_by_part(fold, child, recipient, &part);
        if (into == NONE)
            into = row_by_recipient(fold, parent, recipient, &at);
        if (into == NONE && adopts && recipient) {
            adopt(fold, parent, row - 1);
            continue;
        }
        if (into != NONE)
            take_end(fold, into, row - 1);
        drop_row(fold, row - 1);
    }
}

/* What went to the child and did not come out of it by name: the child's one row is it, or its end
 * is not known. */
static void fold_rest(struct hop_fold *fold, uint32_t parent, uint32_t child, uint32_t only)
{
    struct evidence *e = fold->r->evidence;
    bool moved = fold->flags[child] & FLAG_MOVED;
    bool lost = !(fold->r->notes[child].marks & MARK_DONE) || !e->messages[child].first_row;
    for (uint32_t at = fold->first_part[child]; at; at = fold->next_part[at - 1]) {
        uint32_t row = fold->parts[at - 1].row;
        if (row == NONE || fold->taken[row] || row_is_refused(fold->r, row))
            continue;
        if (only != NONE) {
            take_end(fold, row, only);
        } else if (lost) {
            row_forget_end(fold->r, row);
        }
    }
    for (uint32_t row = e->messages[parent].first_row; moved && row;
         row = fold->r->row_next[row - 1]) {
        struct row *of = &e->rows[row - 1];
        if (e->replies[of->logged].verdict == VERDICT_HOLD)
            of->logged = 0; /* on its way through the filter, no verdict */
        if (fold->taken[row - 1] || of->end_status != END_HELD)
            continue;
        row_forget_end(fold->r, row - 1);
    }
}

static void fold_facts(struct hop_fold *fold, uint32_t parent, uint32_t child)
{
    struct evidence *e = fold->r->evidence;
    struct message *into = &e->messages[parent];
    const struct message *from = &e->messages[child];
    bool moved = fold->flags[child] & FLAG_MOVED;
    bool done = fold->r->notes[child].marks & MARK_DONE;
    into->open = moved ? !done : into->open || from->open;
    into->recipients_complete |= moved && from->recipients_complete;
    struct message_detail *detail = &e->message_details[parent];
    const struct message_detail *behind = &e->message_details[child];
    detail->last = behind->last;
    detail->size = detail->size ? detail->size : behind->size;
    detail->message_id = detail->message_id ? detail->message_id : behind->message_id;
    if (!into->sender) {
        into->sender = from->sender;
        into->sender_origin = from->sender_origin;
    }
}

/* Adds the child's queue id, and those that it went on as, behind the parent's hops. */
static void fold_hops(struct hop_fold *fold, uint32_t parent, uint32_t child)
{
    struct evidence *e = fold->r->evidence;
    const char *own = e->message_details[parent].queue_id;
    uint32_t rest = evidence_extra(e, &e->messages[child])->hops;
    uint32_t last = fold->last_hop[parent];
    if (!last)
        last = evidence_extra(e, &e->messages[parent])->hops;
    while (last && e->hops[last - 1].next)
        last = e->hops[last - 1].next;
    const char *id = e->message_details[child].queue_id;
    if (id && (!own || strcmp(own, id) != 0)) {
        GROW(e->hops, e->hop_count, e->hop_capacity);
        e->hops[e->hop_count++] = (struct hop){ .queue_id = id, .next = rest };
        rest = e->hop_count;
    }
    if (last)
        e->hops[last - 1].next = rest;
    else if (rest)
        evidence_extra_of(e, &e->messages[parent])->hops = rest;
    fold->last_hop[parent] = last ? last : rest;
}

/* Folds a message, below which all is folded, into its parent. */
static void fold_child(struct hop_fold *fold, uint32_t parent, uint32_t child)
{
    struct evidence *e = fold->r->evidence;
    uint32_t first = e->messages[child].first_row;
    bool one = first && !fold->r->row_next[first - 1] && e->messages[child].recipients_complete;
    uint32_t only = one ? first - 1 : NONE;
    fold_rows(fold, parent, child);
    fold_rest(fold, parent, child, only);
    fold_facts(fold, parent, child);
    fold_hops(fold, parent, child);
    fold->r->notes[child].marks |= MARK_GONE;
    e->messages[child].first_row = 0;
    e->books.hops++;
}

/* Folds everything below a message into it, the lowest first. Without recursion: a log may chain
 * any number of messages. */
static void fold_message(struct hop_fold *fold, uint32_t root, const uint32_t *parent)
{
    uint32_t at = root;
    do {
        while (fold->first_child[at])
            at = fold->first_child[at] - 1;
        while (at != root) {
            uint32_t above = parent[at] - 1, beside = fold->next_child[at];
            fold_child(fold, above, at);
            at = beside ? beside - 1 : above;
            if (beside)
                break;
        }
    } while (at != root);
}

/* Mail that a program took which hands mail back, but this one did not come back: what became of it
 * is not known, unless the program says (filter_note.c). */
static void fold_lost(struct hop_fold *fold)
{
    struct evidence *e = fold->r->evidence;
    for (uint32_t i = 0; i < e->row_count && fold->relays.count; i++) {
        const struct row *row = &e->rows[i];
        if (row->end_status == END_SENT && !fold->taken[i] && row->message != NONE &&
            hash_map_find(&fold->relays, e->row_ends[i].relay) != HASH_MAP_NONE)
            row_forget_end(fold->r, i);
    }
}

void hop_fold_run(struct hop_fold *fold, const uint32_t *parent)
{
    const struct evidence *e = fold->r->evidence;
    size_t messages = (size_t)e->message_count + 1;
    fold->first_child = xcalloc(messages, sizeof(uint32_t));
    fold->next_child = xcalloc(messages, sizeof(uint32_t));
    fold->first_part = xcalloc(messages, sizeof(uint32_t));
    fold->last_row = xcalloc(messages, sizeof(uint32_t));
    fold->last_hop = xcalloc(messages, sizeof(uint32_t));
    fold->next_part = xcalloc((size_t)fold->part_count + 1, sizeof(uint32_t));
    for (uint32_t child = e->message_count; child-- > 0;) {
        if (!parent[child])
            continue;
        fold->next_child[child] = fold->first_child[parent[child] - 1];
        fold->first_child[parent[child] - 1] = child + 1;
    }
    for (uint32_t part = fold->part_count; part-- > 0;) {
        fold->next_part[part] = fold->first_part[fold->parts[part].child];
        fold->first_part[fold->parts[part].child] = part + 1;
    }
    for (uint32_t root = 0; root < e->message_count; root++)
        if (!parent[root] && fold->first_child[root])
            fold_message(fold, root, parent);
    fold_lost(fold);
}
