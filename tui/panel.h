#ifndef TUI_PANEL_H
#define TUI_PANEL_H
/*
 * What a screen of the dashboard is: a const class of functions over a list or a text. The app
 * (app.c) keeps a stack of panels, draws what all share (title, overview, hints) and does what all
 * keys do alike; a panel only says what stands in it and what Enter leads to. Panels read
 * analyzer/results.h and change nothing but, for the restrictions, what is switched on.
 */
#include <stdbool.h>
#include <stddef.h>

#include "analyzer/results.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "tui/filter_bar.h"
#include "tui/keys.h"
#include "tui/list_view.h"
#include "tui/screen.h"
#include "tui/text_view.h"

/* What all panels share. */
struct dashboard {
    struct results *results;
    struct screen *screen;
    bool ascii;           /* for escape_terminal and bars */
    struct buffer answer; /* in words, escaped; asked for again only when the numbers change */
};

/* What the app is to do after a key. */
enum panel_event {
    PANEL_IGNORED, /* the key means nothing here */
    PANEL_HANDLED,
    PANEL_OPEN,    /* *next was made: show it on top */
    PANEL_CHANGED, /* a restriction was switched: every panel reads its numbers again */
};

struct panel;

/* A kind of panel. Functions that are NULL have nothing to do. */
struct panel_class {
    unsigned contexts;  /* which keys count (enum keys_context) */
    bool full_overview; /* the whole table of figures above it, not one line */
    const char *empty;  /* said when the list has no row */
    void (*free)(struct panel *panel);
    void (*title)(struct panel *panel, struct buffer *out);  /* its part of the path, escaped */
    void (*reload)(struct panel *panel);                     /* numbers or the filter changed */
    void (*detail)(struct panel *panel, struct buffer *out); /* of the chosen row, escaped */
    enum panel_event (*act)(struct panel *panel, enum action action, struct panel **next);
    /* Draws below the list into the room that it leaves; returns the rows that it wants there. */
    int (*below)(struct panel *panel, struct area area, bool draw);
    /* Does what would hold keys up, once no key has come for a moment; true: draw again. */
    bool (*idle)(struct panel *panel);
};

/* The head of every panel. */
struct panel {
    const struct panel_class *class;
    struct dashboard *dashboard; /* borrowed */
    struct list_view *list;      /* one of the two is there; they are part of the panel */
    struct text_view *text;
    struct filter_bar filter;
};

/* The restrictions of the candidate: the start. All panel_*_new make an object that the app frees. */
struct panel *panel_restrictions_new(struct dashboard *dashboard);
/* Who sends what a restriction acts on; SIZE_MAX: what the candidate stops and the baseline does
 * not. */
struct panel *panel_sources_new(struct dashboard *dashboard, size_t restriction);
/* The messages that pass a filter, under a title. Copies the key of the filter and the title. */
struct panel *panel_messages_new(struct dashboard *dashboard, const struct results_filter *filter,
                                 const char *title_text);
/* One message: evidence, verdicts, end. index as in results_row_at; list: the messages it was chosen
 * from, below it on the stack (borrows), NULL: none. */
struct panel *panel_message_new(struct dashboard *dashboard, size_t index, struct panel *list);
/* Moves the cursor of a panel of messages by one; false at its ends. */
bool panel_messages_step(struct panel *messages, bool forward, size_t *index);
/* The log lines of one message. */
struct panel *panel_lines_new(struct dashboard *dashboard, size_t index);
/* Adds the log lines of one message to a text, each behind `margin` blanks. */
void panel_lines_add(const struct dashboard *dashboard, size_t index, int margin,
                     struct text_view *text);
/* What the numbers rest on: assumptions and faults. */
struct panel *panel_remarks_new(struct dashboard *dashboard);
/* Who would lose mail and whom to allow, week by week, what leaks, late mail. */
struct panel *panel_history_new(struct dashboard *dashboard);
/* Keys and words. */
struct panel *panel_help_new(struct dashboard *dashboard);

#endif
