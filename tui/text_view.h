#ifndef TUI_TEXT_VIEW_H
#define TUI_TEXT_VIEW_H
/*
 * A text on the screen: lines with a style each, wrapped or scrolled sideways, searched by a
 * substring. Takes escaped lines (escape_terminal); keeps copies.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "tui/keys.h"
#include "tui/screen.h"

struct text_line {
    size_t at, len; /* in text */
    unsigned style;
};

struct text_view {
    struct buffer text;
    struct text_line *lines;
    size_t count, capacity;
    size_t top;    /* first line on the screen */
    size_t scroll; /* columns scrolled away */
    bool wraps;
    int indent;          /* of the rows behind the first of a wrapped line */
    struct slice needle; /* borrowed from the filter bar */
    size_t match;        /* line found last; count: none */
    size_t matches;      /* lines that contain the needle */
    struct area body;
};

/* An empty text of at most limit bytes; it wraps, continued lines indented so much. */
void text_view_init(struct text_view *text, size_t limit, int indent);
/* Gives its memory back. */
void text_view_release(struct text_view *text);
/* Forgets the lines; position and search stay. */
void text_view_clear(struct text_view *text);
/* Adds a line; copies it. */
void text_view_add(struct text_view *text, struct slice line, unsigned style);
/* Finds needle (borrowed until the next call) from the top of the screen on. */
void text_view_search(struct text_view *text, struct slice needle);
/* Draws the part that fits. */
void text_view_draw(struct text_view *text, struct screen *screen, struct area area);
/* Scrolls, wraps, goes to matches; false when the action is none of a text's (or LEFT at the left
 * edge). */
bool text_view_act(struct text_view *text, enum action action);
/* "lines 3-20 of 40, 2 matches" for the line above. */
void text_view_status(const struct text_view *text, struct buffer *out);

#endif
