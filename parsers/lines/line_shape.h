#ifndef PARSERS_LINES_LINE_SHAPE_H
#define PARSERS_LINES_LINE_SHAPE_H
/*
 * Line shapes: one row says what a line looks like, which event it is, and shows a sample. Rows are
 * compiled once into a key, the literal bytes by which shape_set.h finds them, and a few steps
 * (compare a literal, take the text up to the next one, call a slot). No allocation, no copy, no
 * regular expression at match time; text goes into the event as slices of the line.
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
#include "parsers/lines/line_slots.h"

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

/* What Postfix writes in front of a queue id. */
enum severity { SEVERITY_NONE, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_FATAL, SEVERITY_PANIC };
enum { SEVERITIES = SEVERITY_PANIC + 1, SHAPE_KEY_MAX = 16 };

/* A row made ready to match. */
struct compiled_shape {
    const struct line_shape *row;
    const struct step *steps;         /* what stands behind the key */
    slot_fn walk;                     /* does all steps in one call; NULL: there is no such walk */
    const struct constant *constants; /* constant_count of them */
    uint8_t constant_count;
    uint16_t leads;  /* bit per severity * 2 + with queue id in which it may stand */
    uint8_t key_len; /* literal bytes at the start of what follows the lead */
    char key[SHAPE_KEY_MAX];
};

/* Compiles a row; lives in arena. NULL and *error (static text) when the pattern or `sets` is
 * wrong. Borrows the row. */
const struct compiled_shape *shape_compile(struct arena *arena, const struct line_shape *row,
                                           const char **error);
/* "warning: " and the like, "" for SEVERITY_NONE; static storage. */
struct slice severity_word(enum severity severity);
/* True when at[0..end), what stands behind the key, is all of it; sets the fields of the pattern. When
 * it is not, some of them may be set, too. */
bool compiled_shape_match(const struct compiled_shape *shape, const char *at, const char *end,
                          struct event *event);
/* Sets the constant fields. */
void compiled_shape_set_constants(const struct compiled_shape *shape, struct event *event);

#endif
