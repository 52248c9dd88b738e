#ifndef TUI_LIST_VIEW_H
#define TUI_LIST_VIEW_H
/*
 * A table on the screen, written once for all lists: columns that adapt to their contents, some of
 * them fixed while the others scroll sideways, a cursor, sorting by any column, rows filtered by a
 * substring. What stands in the cells comes from a model; the list keeps an order of the model's
 * rows. After a change of the numbers the cursor stays on the row that it was on.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/slice.h"
#include "tui/keys.h"
#include "tui/screen.h"

enum { LIST_COLUMNS_MAX = 16 };

struct list_column {
    const char *title;
    bool right;    /* right-aligned, sorted by number, largest first; else by text */
    bool flexible; /* gets the room that is left, and gives way first; at most one, fixed */
    int min, max;  /* width */
};

/* What a list shows. owner is the list's own. */
struct list_model {
    const struct list_column *columns;
    size_t column_count;
    size_t fixed;        /* the first columns never scroll away */
    size_t essential;    /* for these first ones the flexible column gives way below its minimum */
    bool filters_itself; /* rows are filtered by whoever counts them */
    size_t (*count)(void *owner);
    /* Adds a cell's escaped text; returns its style. */
    unsigned (*cell)(void *owner, size_t row, size_t column, struct buffer *out);
    /* The number that a right-aligned column sorts by. NAN comes last. */
    double (*number)(void *owner, size_t row, size_t column);
};

struct list_view {
    const struct list_model *model;
    void *owner;
    size_t *order; /* the model's rows as they stand on the screen */
    size_t count, capacity, total;
    size_t cursor, top;
    size_t scroll; /* columns scrolled away behind the fixed ones */
    bool more_right;
    size_t sort; /* column + 1; 0: the model's own order */
    bool inverted;
    struct slice needle; /* borrowed from the filter bar */
    int widths[LIST_COLUMNS_MAX];
    bool measured;    /* the widths hold for all rows of a short list */
    struct area body; /* where rows were drawn last */
};

/* An empty list; call list_view_reload before it is drawn. Borrows both. */
void list_view_init(struct list_view *list, const struct list_model *model, void *owner);
/* Gives its memory back. */
void list_view_release(struct list_view *list);
/* Reads the model again: filters, sorts, keeps the cursor on its row. */
void list_view_reload(struct list_view *list);
/* The model shows something else now: to the top, widths from scratch. */
void list_view_restart(struct list_view *list);
/* Shows only rows that contain needle (borrowed until the next call). */
void list_view_filter(struct list_view *list, struct slice needle);
/* Draws titles and rows. `empty` is said when there is no row. */
void list_view_draw(struct list_view *list, struct screen *screen, struct area area,
                    const char *empty);
/* Moves, scrolls, sorts; false when the action is none of a list's (or LEFT at the left edge). */
bool list_view_act(struct list_view *list, enum action action);
/* Puts the cursor where the mouse clicked. True when it was there already: open it. */
bool list_view_click(struct list_view *list, int row);
/* The model's row under the cursor; false when the list is empty. */
bool list_view_selected(const struct list_view *list, size_t *row);
/* "3 of 12, by Hits  more >" for the line above the list, once it is drawn. */
void list_view_status(const struct list_view *list, struct buffer *out);

#endif
