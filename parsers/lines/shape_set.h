#ifndef PARSERS_LINES_SHAPE_SET_H
#define PARSERS_LINES_SHAPE_SET_H
/*
 * Which row takes a line: the rows a program may write, filed under severity, queue id and the first
 * four bytes of what follows. The likely row of a common line is looked at first and alone, in code
 * that has no branch on which line it is: what depends on the text is reckoned, and whatever is
 * compared is the same for nearly all. What that does not take goes through all rows in order.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parsers/lines/line_shape.h"
#include "parsers/lines/queue_id.h"
#include "parsers/lines/scan_bytes.h"

enum { SHAPE_BUCKETS = 128, SHAPE_WORD = sizeof(uint64_t), SHAPE_NO_MATCH = 0xffff };

/* What shape_set_try asks of a row, in one cache line: its key in words, compared under masks. */
struct shape_probe {
    uint64_t head, head_mask; /* the first eight bytes; both 0 for a row that begins with a slot */
    uint64_t tail, tail_mask; /* the last eight; both 0 where the head is all of the key */
    slot_fn walk;             /* of the shape; one that takes nothing when it has none */
    const struct compiled_shape *shape;
    const struct line_shape *row;
    uint16_t index;
    uint8_t key_len, tail_at, constant_count, kind;
};

struct shape_set {
    const struct compiled_shape *const *shapes;
    size_t count;
    bool raw;
    /* those that (severity * 2 + with queue id, bucket) has, by index: list[start[i]..start[i + 1]) */
    uint32_t start[2 * SEVERITIES * SHAPE_BUCKETS + 1];
    const uint16_t *list;
    /* the first of them, for lines without severity; by index, and behind them one that fits all and
     * takes nothing */
    const struct shape_probe *first[2 * SHAPE_BUCKETS], *probes;
};

/* A set that tries `count` shapes in the given order; lives in arena, borrows the shapes. With
 * `raw` all shapes are SHAPE_RAW, and see the text from its first byte. */
struct shape_set *shape_set_new(struct arena *arena, const struct compiled_shape *const *shapes,
                                size_t count, bool raw);
enum shape_effort {
    SHAPE_USUAL,
    SHAPE_ANY_ID /* the first word is taken for a queue id though it has not the form of one (written
                  * by hand, or by something that is not quite Postfix); only of rows that are
                  * SHAPE_STRONG */
};
/* Index of the first shape that takes the whole text, SHAPE_NO_MATCH when none does. Sets kind,
 * shape and fields of an event that was cleared before. */
unsigned shape_set_match(const struct shape_set *set, struct slice text, enum shape_effort effort,
                         struct event *event);

/* Under which bucket the four bytes at `at` are filed. */
static inline unsigned shape_bucket(const char *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return (word * 2654435761u) >> 25;
}

/* The beginning of a text behind its lead. */
struct shape_head {
    uint64_t word;    /* its first eight bytes, filled up with zeros */
    size_t left;      /* bytes */
    const char *last; /* where a word begins that ends with the first eight bytes, or the text */
};

/* The head of what stands behind `lead` bytes of at least QUICK_ID_TEXT. */
static inline struct shape_head shape_head_of(struct slice text, size_t lead)
{
    size_t left = text.len - lead, near = left < SHAPE_WORD ? left : SHAPE_WORD;
    const char *last = text.at + lead + near - SHAPE_WORD;
    return (struct shape_head){ load_word(last) >> (8 * (SHAPE_WORD - near) & 63), left, last };
}

/* True when the text begins with the row's key. */
static inline bool shape_probe_fits(const struct shape_probe *probe, const struct shape_head *head)
{
    return ((head->word ^ probe->head) & probe->head_mask) == 0 && head->left >= probe->key_len &&
           ((load_word(head->last + probe->tail_at) ^ probe->tail) & probe->tail_mask) == 0;
}

/* The first row behind the first of that place whose key fits; one that takes nothing for none. */
const struct shape_probe *shape_set_next(const struct shape_set *set, size_t place,
                                         struct shape_head head);

/* shape_set_match with SHAPE_USUAL for most of the common lines. SHAPE_NO_MATCH says nothing but that
 * the event is to be cleared and shape_set_match asked. Not for raw sets. */
static inline unsigned shape_set_try(const struct shape_set *set, struct slice text,
                                     struct event *event)
{
    if (text.len < QUICK_ID_TEXT)
        return SHAPE_NO_MATCH;
    size_t lead = quick_id_lead(text.at);
    struct slice id = slice_make(text.at, lead - 2);
    if (lead == QUICK_ID_UNSURE) {
        lead = queue_id_lead(text, QUEUE_ID_PROPER);
        id = queue_id_of(text, lead);
    }
    uint64_t with_id =
        (lead + 56) / 64; /* 1 for 8 to 34 bytes: of `lead != 0` gcc makes a branch */
    struct shape_head head = shape_head_of(text, lead);
    size_t place = with_id * SHAPE_BUCKETS + shape_bucket((const char *)&head.word);
    const struct shape_probe *probe = set->first[place];
    event->has[FIELD_QUEUE_ID / 64] |= with_id << FIELD_QUEUE_ID % 64;
    event->field[FIELD_QUEUE_ID] = id;
    if (!shape_probe_fits(probe, &head))
        probe = shape_set_next(set, place, head);
    const char *end = text.at + text.len;
    if (probe->walk(text.at + lead + probe->key_len, end, event) != end)
        return SHAPE_NO_MATCH;
    if (probe->constant_count)
        compiled_shape_set_constants(probe->shape, event);
    event->kind = (enum event_kind)probe->kind;
    event->shape = probe->row;
    return probe->index;
}

#endif
