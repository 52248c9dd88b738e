#include "tui/list_view.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/number_text.h"
#include "base/xalloc.h"
#include "tui/figures.h"
#include "tui/text_columns.h"

enum {
    CELL_MAX = 4096,    /* bytes of a cell's text */
    MEASURE_ALL = 2000, /* lists up to this long are measured whole, longer ones as they are seen */
    CLIPPED_MIN = 8,    /* the last column may be cut down to this width */
    FLEXIBLE_MIN = 12,  /* narrower than this the flexible column never gets */
    AIRY = 100          /* screens of this width have two blanks between columns */
};

void list_view_init(struct list_view *list, const struct list_model *model, void *owner)
{
    *list = (struct list_view){ .model = model, .owner = owner };
}

void list_view_release(struct list_view *list)
{
    free(list->order);
    list->order = NULL;
    list->count = list->capacity = 0;
}

/* True when a cell of the row contains the text that is looked for. */
static bool row_matches(const struct list_view *list, size_t row, struct buffer *cell)
{
    for (size_t column = 0; column < list->model->column_count; column++) {
        buffer_clear(cell);
        list->model->cell(list->owner, row, column, cell);
        struct slice text = buffer_slice(cell);
        if (text.len >= list->needle.len && text_find_fold(text, list->needle) < text.len)
            return true;
    }
    return false;
}

static void collect(struct list_view *list)
{
    struct buffer cell;
    buffer_init(&cell, CELL_MAX);
    bool filter = list->needle.len && !list->model->filters_itself;
    list->total = list->model->count(list->owner);
    list->count = 0;
    for (size_t row = 0; row < list->total; row++)
        if (!filter || row_matches(list, row, &cell)) {
            GROW(list->order, list->count, list->capacity);
            list->order[list->count++] = row;
        }
    buffer_release(&cell);
}

/* What a row is sorted by, taken from the model once. */
struct sort_entry {
    size_t row;
    double number;
    struct slice text;
};

/* The row's own order decides between equals; what is not known comes last. */
static int compare_entries(const void *left, const void *right, void *context)
{
    const struct sort_entry *a = left, *b = right;
    const struct list_view *list = context;
    int order;
    if (!list->model->columns[list->sort - 1].right) {
        order = slice_compare(a->text, b->text);
    } else if (isnan(a->number) || isnan(b->number)) {
        return isnan(a->number) && isnan(b->number) ? (a->row > b->row) - (a->row < b->row)
                                                    : isnan(a->number) - isnan(b->number);
    } else {
        order = (a->number < b->number) - (a->number > b->number);
    }
    if (order == 0)
        return (a->row > b->row) - (a->row < b->row);
    return list->inverted ? -order : order;
}

static void invert_own_order(struct list_view *list)
{
    for (size_t i = 0; i < list->count / 2; i++) {
        size_t row = list->order[i];
        list->order[i] = list->order[list->count - 1 - i];
        list->order[list->count - 1 - i] = row;
    }
}

static void sort(struct list_view *list)
{
    if (list->sort == 0) {
        if (list->inverted)
            invert_own_order(list);
        return;
    }
    struct arena arena;
    struct buffer cell;
    size_t column = list->sort - 1;
    arena_init(&arena);
    buffer_init(&cell, CELL_MAX);
    struct sort_entry *entries = ARENA_ARRAY(&arena, struct sort_entry, list->count);
    for (size_t i = 0; i < list->count; i++) {
        entries[i].row = list->order[i];
        if (list->model->columns[column].right) {
            entries[i].number = list->model->number(list->owner, list->order[i], column);
            continue;
        }
        buffer_clear(&cell);
        list->model->cell(list->owner, list->order[i], column, &cell);
        entries[i].text = arena_pack(&arena, buffer_slice(&cell));
    }
    qsort_r(entries, list->count, sizeof *entries, compare_entries, list);
    for (size_t i = 0; i < list->count; i++)
        list->order[i] = entries[i].row;
    buffer_release(&cell);
    arena_release(&arena);
}

void list_view_reload(struct list_view *list)
{
    size_t selected = 0;
    bool had = list_view_selected(list, &selected);
    collect(list);
    sort(list);
    if (list->cursor >= list->count)
        list->cursor = list->count ? list->count - 1 : 0;
    for (size_t i = 0; had && i < list->count; i++)
        if (list->order[i] == selected) {
            list->cursor = i;
            break;
        }
    list->measured = false;
}

void list_view_restart(struct list_view *list)
{
    list->cursor = list->top = list->scroll = list->count = 0;
    memset(list->widths, 0, sizeof list->widths);
    list_view_reload(list);
}

void list_view_filter(struct list_view *list, struct slice needle)
{
    list->needle = needle;
    list_view_reload(list);
}

bool list_view_selected(const struct list_view *list, size_t *row)
{
    if (list->cursor >= list->count)
        return false;
    *row = list->order[list->cursor];
    return true;
}

/* Natural widths of the columns; they grow with what is seen and do not shrink while the list shows
 * the same thing, so that a switched restriction moves numbers and not columns. */
static void measure(struct list_view *list)
{
    struct buffer cell;
    buffer_init(&cell, CELL_MAX);
    bool all = list->count <= MEASURE_ALL && !list->measured;
    list->measured = true;
    size_t from = all ? 0 : list->top;
    size_t to = all ? list->count : list->top + (size_t)list->body.rows;
    for (size_t column = 0; column < list->model->column_count; column++) {
        const struct list_column *c = &list->model->columns[column];
        int title = (int)strlen(c->title);
        int width = list->widths[column] > title ? list->widths[column] : title;
        for (size_t i = from; i < to && i < list->count; i++) {
            buffer_clear(&cell);
            list->model->cell(list->owner, list->order[i], column, &cell);
            int need = (int)text_columns(buffer_slice(&cell));
            width = need > width ? need : width;
        }
        width = width < c->min ? c->min : width;
        list->widths[column] = c->max && width > c->max ? c->max : width;
    }
    buffer_release(&cell);
}

/* Where each column stands in this frame; width 0: not on the screen. */
struct layout {
    int at[LIST_COLUMNS_MAX], width[LIST_COLUMNS_MAX];
    int start, gap; /* blanks before the first column, and between columns */
};

/* Hands the columns their places, without those scrolled away; returns the columns used. */
static int place_columns(struct list_view *list, struct layout *layout, int width)
{
    int at = layout->start;
    const struct list_model *model = list->model;
    list->more_right = false;
    for (size_t column = 0; column < model->column_count; column++) {
        if (column >= model->fixed && column < model->fixed + list->scroll)
            continue;
        int want = list->widths[column];
        bool fits = at + want <= width;
        if (!fits && (model->columns[column].right || width - at < CLIPPED_MIN)) {
            list->more_right = true;
            break;
        }
        layout->at[column] = at;
        layout->width[column] = fits ? want : width - at;
        at += layout->width[column] + layout->gap;
        list->more_right = !fits;
        if (!fits)
            break;
    }
    return at - layout->gap;
}

/* The width at which the flexible column starts: its minimum, or less where columns that must be
 * seen would not fit beside it. */
static int flexible_start(const struct list_view *list, const struct layout *layout,
                          size_t flexible, int width)
{
    const struct list_model *model = list->model;
    int natural = list->widths[flexible], start = model->columns[flexible].min;
    int room = width - layout->start;
    for (size_t column = 0; column < model->essential; column++)
        if (column != flexible)
            room -= list->widths[column] + layout->gap;
    start = start < natural ? start : natural;
    start = start < room ? start : room;
    return start > FLEXIBLE_MIN ? start : FLEXIBLE_MIN;
}

/* Lays the columns out: the flexible one is first as narrow as it may be, then takes what is left. */
static void lay_out(struct list_view *list, struct layout *layout, int width)
{
    const struct list_model *model = list->model;
    size_t flexible = 0;
    while (flexible < model->column_count && !model->columns[flexible].flexible)
        flexible++;
    if (flexible == model->column_count) {
        place_columns(list, layout, width);
        return;
    }
    int natural = list->widths[flexible];
    list->widths[flexible] = flexible_start(list, layout, flexible, width);
    int slack = width - place_columns(list, layout, width);
    int widest = list->widths[flexible] + (slack > 0 ? slack : 0);
    list->widths[flexible] = widest < natural ? widest : natural;
    *layout = (struct layout){ .start = layout->start, .gap = layout->gap };
    place_columns(list, layout, width);
    list->widths[flexible] = natural;
}

static void draw_titles(const struct list_view *list, struct screen *screen, struct area area,
                        const struct layout *layout)
{
    const char *mark = screen_is_ascii(screen) ? (list->inverted ? "^" : "v")
                                               : (list->inverted ? "\u25b4" : "\u25be");
    for (size_t i = 0; i < list->model->column_count; i++) {
        if (!layout->width[i])
            continue;
        const struct list_column *c = &list->model->columns[i];
        int len = (int)strlen(c->title), at = area.column + layout->at[i];
        if (c->right && len < layout->width[i])
            at += layout->width[i] - len;
        screen_text(screen, area.row, at, layout->width[i], slice_of(c->title), STYLE_HEADING);
        if (list->sort == i + 1)
            screen_text(screen, area.row, at + (len < layout->width[i] || c->right ? len : len - 1),
                        1, slice_of(mark), STYLE_HEADING);
    }
}

/* Underlines what the filter found in a cell. */
static void mark_match(const struct list_view *list, struct screen *screen, int row, int column,
                       struct slice shown, unsigned style)
{
    if (!list->needle.len || shown.len < list->needle.len)
        return;
    size_t at = text_find_fold(shown, list->needle);
    if (at < shown.len)
        screen_mark(screen, row, column + (int)text_columns(slice_head(shown, at)),
                    (int)text_columns(slice_make(shown.at + at, list->needle.len)),
                    STYLE_MATCH | (style & STYLE_SELECTED));
}

static void draw_row(const struct list_view *list, struct screen *screen, struct area line,
                     size_t index, const struct layout *layout)
{
    struct buffer cell;
    buffer_init(&cell, CELL_MAX);
    unsigned selected = index == list->cursor ? STYLE_SELECTED : 0;
    if (selected)
        screen_fill(screen, line.row, line.column, line.columns, STYLE_SELECTED);
    for (size_t i = 0; i < list->model->column_count; i++) {
        if (!layout->width[i])
            continue;
        buffer_clear(&cell);
        unsigned style = list->model->cell(list->owner, list->order[index], i, &cell) | selected;
        struct slice text = buffer_slice(&cell);
        int columns = (int)text_columns(text), at = line.column + layout->at[i];
        if (list->model->columns[i].right && columns < layout->width[i])
            at += layout->width[i] - columns;
        screen_text(screen, line.row, at, layout->width[i], text, style);
        mark_match(list, screen, line.row, at, text_head(text, (size_t)layout->width[i]), style);
    }
    buffer_release(&cell);
}

void list_view_draw(struct list_view *list, struct screen *screen, struct area area,
                    const char *empty)
{
    bool airy = area.columns >= AIRY;
    struct layout layout = { .start = airy, .gap = airy ? 2 : 1 };
    if (list->body.columns != area.columns) { /* cells may be shorter on a narrow screen */
        memset(list->widths, 0, sizeof list->widths);
        list->measured = false;
    }
    list->body = (struct area){ area.row + 1, area.column, area.rows - 1, area.columns };
    size_t page = list->body.rows > 0 ? (size_t)list->body.rows : 1;
    if (list->cursor < list->top)
        list->top = list->cursor;
    if (list->cursor >= list->top + page)
        list->top = list->cursor - page + 1;
    if (list->top + page > list->count)
        list->top = list->count > page ? list->count - page : 0;
    measure(list);
    lay_out(list, &layout, area.columns - airy);
    draw_titles(list, screen, area, &layout);
    for (size_t i = 0; i < page && list->top + i < list->count; i++) {
        struct area line = { list->body.row + (int)i, area.column, 1, area.columns };
        draw_row(list, screen, line, list->top + i, &layout);
    }
    if (list->count == 0)
        screen_text(screen, list->body.row, area.column + 1, area.columns - 1,
                    slice_of(list->needle.len ? "Nothing here contains the filter's text." : empty),
                    STYLE_DIM);
}

/* How an action moves the cursor: so many rows, or so many pages, or to an end. */
static const struct {
    enum action action;
    int rows, pages;
    bool to_end, round; /* round: from the last row to the first and back */
} moves[] = {
    { ACTION_UP, -1, 0, false, false },       { ACTION_DOWN, 1, 0, false, false },
    { ACTION_PAGE_UP, 0, -1, false, false },  { ACTION_PAGE_DOWN, 0, 1, false, false },
    { ACTION_HOME, -1, 0, true, false },      { ACTION_END, 1, 0, true, false },
    { ACTION_NEXT_MATCH, 1, 0, false, true }, { ACTION_PREVIOUS_MATCH, -1, 0, false, true },
};

static bool act_move(struct list_view *list, enum action action)
{
    int64_t page = list->body.rows > 1 ? list->body.rows - 1 : 1;
    int64_t last = list->count ? (int64_t)list->count - 1 : 0;
    for (size_t i = 0; i < COUNT(moves); i++) {
        if (moves[i].action != action)
            continue;
        int64_t step =
            moves[i].to_end ? moves[i].rows * last : moves[i].rows + moves[i].pages * page;
        int64_t to = (int64_t)list->cursor + step;
        if (to < 0)
            to = moves[i].round ? last : 0;
        if (to > last)
            to = moves[i].round ? 0 : last;
        list->cursor = (size_t)to;
        return true;
    }
    return false;
}

static bool act_sideways(struct list_view *list, enum action action)
{
    if (action == ACTION_RIGHT && list->more_right)
        list->scroll++;
    if (action == ACTION_LEFT && list->scroll == 0)
        return false;
    if (action == ACTION_LEFT)
        list->scroll--;
    return true;
}

static void act_sort(struct list_view *list, enum action action)
{
    size_t columns = list->model->column_count;
    if (action == ACTION_SORT_INVERT)
        list->inverted = !list->inverted;
    else if (action == ACTION_SORT_NEXT)
        list->sort = (list->sort + 1) % (columns + 1);
    else
        list->sort = (list->sort + columns) % (columns + 1);
    if (action != ACTION_SORT_INVERT)
        list->inverted = false;
    list->count = 0; /* the cursor goes to the top, not with its row */
    list->cursor = list->top = 0;
    list_view_reload(list);
}

bool list_view_act(struct list_view *list, enum action action)
{
    if (action >= ACTION_SORT_NEXT && action <= ACTION_SORT_INVERT) {
        act_sort(list, action);
        return true;
    }
    if (action == ACTION_LEFT || action == ACTION_RIGHT)
        return act_sideways(list, action);
    return act_move(list, action);
}

bool list_view_click(struct list_view *list, int row)
{
    if (row < list->body.row || row >= list->body.row + list->body.rows)
        return false;
    size_t index = list->top + (size_t)(row - list->body.row);
    if (index >= list->count)
        return false;
    bool again = index == list->cursor;
    list->cursor = index;
    return again;
}

void list_view_status(const struct list_view *list, struct buffer *out)
{
    if (list->count) {
        number_add_count(out, list->cursor + 1);
        buffer_add_text(out, " of ");
    }
    number_add_count(out, list->count);
    if (list->count < list->total) {
        buffer_add_text(out, " (");
        number_add_count(out, list->total);
        buffer_add_text(out, " in all)");
    }
    if (list->sort) {
        buffer_add_text(out, ", by ");
        buffer_add_text(out, list->model->columns[list->sort - 1].title);
    }
    if (list->inverted)
        buffer_add_text(out, ", inverted");
    if (list->scroll)
        buffer_add_text(out, "  < more");
    if (list->more_right)
        buffer_add_text(out, "  more >");
}
