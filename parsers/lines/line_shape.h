#ifndef PARSERS_LINES_LINE_SHAPE_H
#define PARSERS_LINES_LINE_SHAPE_H
/*
 * Line shapes: one row says what a line looks like, which event it is, and shows a sample. Rows are
 * compiled once into a few steps (compare a literal, take the text up to the next one, call a slot);
 * sets of rows are dispatched by severity, queue id and the first four bytes of what follows, so
 * that a common line meets its row at the first or second try. No allocation, no copy, no regular
 * expression at match time; text goes into the event as slices of the line.
 *
 * A pattern is literal text with slots:
 *   {field}          text up to the next literal, or the rest of the line when it stands last
 *   {field:type}     int float word addr ip qid list text, and more of line_slots.h
 *   {slot}           a slot that sets several fields: client, reply, delivery ... (line_slots.h)
 *   {*}              text that is skipped
 * It may begin with "{severity}: " (any of warning, error, fatal, panic) or one of these words, and
 * then with "{queue_id}: " (a valid queue id or NOQUEUE) or "{queue_id?}: " (with or without one).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "parsers/lines/event.h"

enum {
    SHAPE_STRONG = 1, /* a strong form: it may be believed from a program of unknown name */
    SHAPE_RAW = 2     /* nothing is taken off the line before the pattern begins (user-given) */
};

/* One row. All strings static (built-in tables) or living in the parser (user-given shapes). */
struct line_shape {
    enum event_kind kind;
    const char *pattern;
    const char
        *samples;     /* lines of this shape, '\n' between them; never empty in built-in tables */
    const char *sets; /* constant fields "what=milter,ok=1"; "null" is no text; NULL for none */
    unsigned flags;
};

/* The rows of one subject, in the order in which they are tried. */
struct shape_table {
    const char *name;
    enum service service; /* whose lines they are; SERVICE_NONE: of any service */
    const struct line_shape *rows;
    size_t count;
};

struct compiled_shape;
struct shape_set;

/* Compiles a row; lives in arena. NULL and *error (static text) when the pattern or `sets` is
 * wrong. Borrows the row. */
const struct compiled_shape *shape_compile(struct arena *arena, const struct line_shape *row,
                                           const char **error);
/* The row it was made from. */
const struct line_shape *compiled_shape_row(const struct compiled_shape *shape);

/* A set that tries `count` shapes in the given order; lives in arena, borrows the shapes. With
 * `raw` all shapes are SHAPE_RAW, and see the text from its first byte. */
struct shape_set *shape_set_new(struct arena *arena, const struct compiled_shape *const *shapes,
                                size_t count, bool raw);
/* How many shapes the set has. */
size_t shape_set_count(const struct shape_set *set);
/* The shape at index; borrowed. */
const struct compiled_shape *shape_set_get(const struct shape_set *set, size_t index);
enum { SHAPE_NO_MATCH = 0xffff };
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
/* The same with SHAPE_USUAL for most of the common lines, and quickly: looks only at the row that is
 * likely. SHAPE_NO_MATCH says nothing but that the event is to be cleared and shape_set_match asked.
 * Not for raw sets. */
unsigned shape_set_try(const struct shape_set *set, struct slice text, struct event *event);

#endif
