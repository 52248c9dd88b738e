#include "parsers/lines/shape_set.h"

#include <string.h>

#include "base/xalloc.h"

enum { WORD = SHAPE_WORD, LEADS = 2 * SEVERITIES, KEY_MIN = 4 };

/* --- building ---------------------------------------------------------------------------------- */

static void set_key(struct shape_probe *probe, const char *key, size_t len)
{
    static const char ones[WORD] = "\xff\xff\xff\xff\xff\xff\xff\xff";
    probe->key_len = (uint8_t)len;
    memcpy(&probe->head, key, len < WORD ? len : WORD);
    memcpy(&probe->head_mask, ones, len < WORD ? len : WORD);
    if (len > WORD) {
        probe->tail_at = (uint8_t)(len - WORD);
        memcpy(&probe->tail, key + len - WORD, WORD);
        memcpy(&probe->tail_mask, ones, WORD);
    }
}

static const char *walk_never(const char *at, const char *end, struct event *event)
{
    (void)at, (void)end, (void)event;
    return NULL;
}

static struct shape_probe probe_of(const struct compiled_shape *shape, size_t index)
{
    _Static_assert(EVENT_KIND_COUNT <= UINT8_MAX, "a kind fits into its byte");
    struct shape_probe probe = { .walk = shape->walk ? shape->walk : walk_never,
                                 .shape = shape,
                                 .row = shape->row,
                                 .index = (uint16_t)index,
                                 .constant_count = shape->constant_count,
                                 .kind = (uint8_t)shape->row->kind };
    set_key(&probe, shape->key, shape->key_len);
    return probe;
}

/* Counts (list NULL) or files (list set) all shapes under every (lead, bucket) they may match. */
static void file_shapes(const struct shape_set *set, uint32_t *next, uint16_t *list)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct compiled_shape *shape = set->shapes[i];
        unsigned leads = set->raw ? 1 : shape->leads;
        bool keyed = shape->key_len >= KEY_MIN;
        unsigned first = keyed ? shape_bucket(shape->key) : 0;
        unsigned last = keyed ? first : SHAPE_BUCKETS - 1;
        for (unsigned lead = 0; lead < LEADS; lead++)
            for (unsigned b = first; leads >> lead & 1 && b <= last; b++) {
                uint32_t *place = &next[lead * SHAPE_BUCKETS + b];
                if (list)
                    list[*place] = (uint16_t)i;
                ++*place;
            }
    }
}

/* Makes the probes; where a severity is to be taken off before, the one that takes nothing is first. */
static void make_probes(struct arena *arena, struct shape_set *set)
{
    struct shape_probe *probes = ARENA_ARRAY(arena, struct shape_probe, set->count + 1);
    for (size_t i = 0; i < set->count; i++)
        probes[i] = probe_of(set->shapes[i], i);
    probes[set->count].walk = walk_never;
    set->probes = probes;
    for (size_t i = 0; i < COUNT(set->first); i++) {
        bool any = set->start[i] < set->start[i + 1];
        set->first[i] = &probes[any ? set->list[set->start[i]] : set->count];
    }
    for (unsigned i = 1; i < SEVERITIES; i++)
        set->first[shape_bucket(severity_word((enum severity)i).at)] = &probes[set->count];
}

struct shape_set *shape_set_new(struct arena *arena, const struct compiled_shape *const *shapes,
                                size_t count, bool raw)
{
    struct shape_set *set = ARENA_NEW(arena, struct shape_set);
    uint32_t next[LEADS * SHAPE_BUCKETS] = { 0 };
    set->shapes = shapes;
    set->count = count;
    set->raw = raw;
    file_shapes(set, next, NULL);
    uint32_t used = 0;
    for (unsigned i = 0; i < COUNT(next); i++) {
        set->start[i] = used;
        used += next[i];
        next[i] = set->start[i];
    }
    set->start[COUNT(next)] = used;
    uint16_t *list = ARENA_ARRAY(arena, uint16_t, used + 1);
    file_shapes(set, next, list);
    set->list = list;
    make_probes(arena, set);
    return set;
}

const struct shape_probe *shape_set_next(const struct shape_set *set, size_t place,
                                         struct shape_head head)
{
    for (uint32_t i = set->start[place] + 1; i < set->start[place + 1]; i++)
        if (shape_probe_fits(&set->probes[set->list[i]], &head))
            return &set->probes[set->list[i]];
    return &set->probes[set->count];
}

/* --- looking up -------------------------------------------------------------------------------- */

/* The severity that a text begins with. */
static enum severity severity_of(struct slice text)
{
    for (unsigned i = 1; i < SEVERITIES && text.len >= WORD; i++)
        if (slice_starts(text, severity_word((enum severity)i).at))
            return (enum severity)i;
    return SEVERITY_NONE;
}

/* Takes severity and queue id off; sets the queue id. Returns where the rest is filed. */
static unsigned take_lead(struct slice *text, enum shape_effort effort, struct event *event)
{
    char head[KEY_MIN] = { 0 };
    enum severity severity = severity_of(*text);
    *text = slice_skip(*text, severity_word(severity).len);
    size_t lead =
        queue_id_lead(*text, effort == SHAPE_ANY_ID ? QUEUE_ID_ANY_WORD : QUEUE_ID_PROPER);
    if (lead)
        event_set(event, FIELD_QUEUE_ID, queue_id_of(*text, lead));
    *text = slice_skip(*text, lead);
    if (text->len)
        memcpy(head, text->at, text->len < KEY_MIN ? text->len : KEY_MIN);
    return (severity * 2 + (lead != 0)) * SHAPE_BUCKETS + shape_bucket(head);
}

unsigned shape_set_match(const struct shape_set *set, struct slice text, enum shape_effort effort,
                         struct event *event)
{
    /* a raw set's shapes have no key, so that any bucket is theirs */
    unsigned place = set->raw ? 0 : take_lead(&text, effort, event);
    uint64_t has[EVENT_MASK_WORDS];
    memcpy(has, event->has, sizeof has);
    for (uint32_t i = set->start[place]; i < set->start[place + 1]; i++) {
        const struct compiled_shape *shape = set->shapes[set->list[i]];
        if (text.len < shape->key_len || !bytes_equal(text.at, shape->key, shape->key_len) ||
            (effort == SHAPE_ANY_ID && !(shape->row->flags & SHAPE_STRONG)))
            continue;
        if (compiled_shape_match(shape, text.at + shape->key_len, text.at + text.len, event)) {
            compiled_shape_set_constants(shape, event);
            event->kind = shape->row->kind;
            event->shape = shape->row;
            return set->list[i];
        }
        memcpy(event->has, has, sizeof has);
    }
    return SHAPE_NO_MATCH;
}
