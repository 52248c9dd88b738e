#include "tui/text_view.h"

#include <stdlib.h>

#include "base/number_text.h"
#include "base/xalloc.h"
#include "tui/figures.h"
#include "tui/text_columns.h"

enum { STEP = 20 }; /* columns that LEFT and RIGHT scroll */

void text_view_init(struct text_view *text, size_t limit, int indent)
{
    *text = (struct text_view){ .wraps = true, .indent = indent };
    buffer_init(&text->text, limit);
}

void text_view_release(struct text_view *text)
{
    buffer_release(&text->text);
    free(text->lines);
    text->lines = NULL;
    text->count = text->capacity = 0;
}

void text_view_clear(struct text_view *text)
{
    buffer_clear(&text->text);
    text->count = 0;
}

void text_view_add(struct text_view *text, struct slice line, unsigned style)
{
    size_t at = text->text.len;
    buffer_add_slice(&text->text, line);
    GROW(text->lines, text->count, text->capacity);
    text->lines[text->count++] = (struct text_line){ at, text->text.len - at, style };
}

static struct slice line_text(const struct text_view *text, size_t line)
{
    return slice_skip(
        slice_head(buffer_slice(&text->text), text->lines[line].at + text->lines[line].len),
        text->lines[line].at);
}

static bool line_matches(const struct text_view *text, size_t line)
{
    struct slice have = line_text(text, line);
    return text->needle.len && have.len >= text->needle.len &&
           text_find_fold(have, text->needle) < have.len;
}

/* Takes the next row of a line off *rest; the first row has the full width, the others are
 * indented. */
static bool next_row(const struct text_view *text, struct slice *rest, bool first, int columns,
                     struct slice *row)
{
    if (!text->wraps) {
        *row = text_skip(*rest, text->scroll);
        *rest = slice_skip(*rest, rest->len);
        return first;
    }
    size_t width = (size_t)(first ? columns : columns - text->indent);
    if (text_next_row(rest, width, row))
        return true;
    *row = slice_make("", 0);
    return first; /* an empty line takes a row, too */
}

static size_t line_rows(const struct text_view *text, size_t line, int columns)
{
    size_t rows = 0;
    struct slice rest = line_text(text, line), row;
    while (next_row(text, &rest, rows == 0, columns, &row))
        rows++;
    return rows;
}

/* The furthest top with which the text still fills the body. */
static size_t last_top(const struct text_view *text)
{
    size_t rows = 0, page = text->body.rows > 0 ? (size_t)text->body.rows : 1;
    size_t top = text->count;
    while (top > 0) {
        rows += line_rows(text, top - 1, text->body.columns);
        if (rows > page)
            break;
        top--;
    }
    return top < text->count || top == 0 ? top : top - 1;
}

static void draw_match(const struct text_view *text, struct screen *screen, int row, int column,
                       struct slice shown)
{
    size_t at = 0;
    while (text->needle.len && shown.len - at >= text->needle.len) {
        size_t found = text_find_fold(slice_skip(shown, at), text->needle);
        if (at + found >= shown.len)
            break;
        at += found;
        screen_mark(screen, row, column + (int)text_columns(slice_head(shown, at)),
                    (int)text_columns(slice_make(shown.at + at, text->needle.len)),
                    STYLE_MATCH | STYLE_SELECTED);
        at += text->needle.len;
    }
}

void text_view_draw(struct text_view *text, struct screen *screen, struct area area)
{
    text->body = (struct area){ area.row, area.column + 1, area.rows, area.columns - 2 };
    size_t furthest = last_top(text);
    text->top = text->top > furthest ? furthest : text->top;
    int drawn = 0;
    for (size_t line = text->top; line < text->count && drawn < area.rows; line++) {
        struct slice rest = line_text(text, line), row;
        for (bool first = true; drawn < area.rows; first = false, drawn++) {
            if (!next_row(text, &rest, first, text->body.columns, &row))
                break;
            int at = text->body.column + (first ? 0 : text->indent);
            int width = text->body.columns - (first ? 0 : text->indent);
            screen_text(screen, area.row + drawn, at, width, row, text->lines[line].style);
            draw_match(text, screen, area.row + drawn, at, text_head(row, (size_t)width));
        }
    }
}

/* Puts the match on the screen. */
static void go_to_match(struct text_view *text, size_t line)
{
    text->match = line;
    size_t page = text->body.rows > 0 ? (size_t)text->body.rows : 1;
    if (line < text->top || line >= text->top + page)
        text->top = line > page / 3 ? line - page / 3 : 0;
    if (text->wraps && line > text->top) { /* wrapped lines take more rows: rather too far down */
        size_t rows = 0;
        for (size_t i = text->top; i <= line; i++)
            rows += line_rows(text, i, text->body.columns);
        if (rows > page)
            text->top = line;
    }
}

static void next_match(struct text_view *text, size_t from, bool forward)
{
    for (size_t i = 0; i < text->count; i++) {
        size_t line = forward ? (from + i) % text->count : (from + text->count - i) % text->count;
        if (line_matches(text, line)) {
            go_to_match(text, line);
            return;
        }
    }
}

void text_view_search(struct text_view *text, struct slice needle)
{
    text->needle = needle;
    text->match = text->count;
    text->matches = 0;
    for (size_t line = 0; line < text->count; line++)
        text->matches += line_matches(text, line);
    if (text->matches)
        next_match(text, text->top, true);
}

static bool act_sideways(struct text_view *text, enum action action)
{
    if (action == ACTION_LEFT && (text->wraps || text->scroll == 0))
        return false;
    if (action == ACTION_LEFT)
        text->scroll = text->scroll > STEP ? text->scroll - STEP : 0;
    else if (!text->wraps) {
        size_t widest = 0;
        for (size_t line = 0; line < text->count; line++) {
            size_t columns = text_columns(line_text(text, line));
            widest = columns > widest ? columns : widest;
        }
        if (widest > text->scroll + (size_t)text->body.columns)
            text->scroll += STEP;
    }
    return true;
}

static size_t moved(const struct text_view *text, enum action action)
{
    size_t page = text->body.rows > 1 ? (size_t)text->body.rows - 1 : 1, top = text->top;
    if (action == ACTION_UP)
        return top ? top - 1 : 0;
    if (action == ACTION_DOWN)
        return top + 1;
    if (action == ACTION_PAGE_UP)
        return top > page ? top - page : 0;
    if (action == ACTION_PAGE_DOWN)
        return top + page;
    return action == ACTION_END ? text->count : 0;
}

bool text_view_act(struct text_view *text, enum action action)
{
    if (action == ACTION_LEFT || action == ACTION_RIGHT)
        return act_sideways(text, action);
    if (action == ACTION_WRAP) {
        text->wraps = !text->wraps;
        text->scroll = 0;
        return true;
    }
    if (action == ACTION_NEXT_MATCH || action == ACTION_PREVIOUS_MATCH) {
        bool forward = action == ACTION_NEXT_MATCH;
        size_t from = text->match < text->count ? text->match : text->top;
        if (text->matches)
            next_match(text, forward ? from + 1 : from + text->count - 1, forward);
        return true;
    }
    if (action < ACTION_UP || action > ACTION_END)
        return false;
    size_t top = moved(text, action), furthest = last_top(text);
    text->top = top < furthest ? top : furthest;
    return true;
}

void text_view_status(const struct text_view *text, struct buffer *out)
{
    number_add_count(out, text->count ? text->top + 1 : 0);
    buffer_add_text(out, " of ");
    number_add_count(out, text->count);
    buffer_add_text(out, text->count == 1 ? " line" : " lines");
    if (text->needle.len) {
        buffer_add_text(out, ", ");
        number_add_count(out, text->matches);
        buffer_add_text(out, text->matches == 1 ? " match" : " matches");
    }
}
