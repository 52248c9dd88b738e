#include "tui/text_columns.h"

#include <wchar.h>

#include "base/escape.h"

size_t text_character(struct slice text, size_t *len, bool *plain)
{
    uint32_t code;
    *len = utf8_sequence(text, &code);
    *plain = false;
    if (*len == 0) {
        *len = 1;
        return 1;
    }
    int width = *len == 1 ? (code >= 0x20 && code < 0x7f ? 1 : -1) : wcwidth((wchar_t)code);
    *plain = width > 0;
    return width > 0 ? (size_t)width : 1;
}

/* Walks over characters while they fit; *used gets their columns, the bytes are returned. */
static size_t walk(struct slice text, size_t columns, size_t *used)
{
    size_t at = 0;
    *used = 0;
    while (at < text.len) {
        size_t len;
        bool plain;
        size_t width = text_character(slice_skip(text, at), &len, &plain);
        if (width > columns - *used)
            break;
        *used += width;
        at += len;
    }
    return at;
}

size_t text_columns(struct slice text)
{
    size_t used;
    walk(text, SIZE_MAX, &used);
    return used;
}

struct slice text_head(struct slice text, size_t columns)
{
    size_t used;
    return slice_head(text, walk(text, columns, &used));
}

struct slice text_skip(struct slice text, size_t columns)
{
    size_t used;
    return slice_skip(text, walk(text, columns, &used));
}

bool text_next_row(struct slice *rest, size_t columns, struct slice *row)
{
    if (slice_is_empty(*rest) || columns == 0)
        return false;
    *row = text_head(*rest, columns);
    if (row->len == 0) { /* a wide character in a screen of one column */
        size_t len;
        bool plain;
        text_character(*rest, &len, &plain);
        row->len = len;
    }
    /* A per cent sign stays with its number. */
    bool cuts = row->len < rest->len && rest->at[row->len] != ' ';
    cuts |= slice_starts(slice_skip(*rest, row->len), " %");
    if (cuts) {
        size_t blank = slice_last_index(*row, ' ');
        if (slice_starts(slice_skip(*rest, blank), " %"))
            blank = slice_last_index(slice_head(*row, blank), ' ');
        if (blank < row->len && blank > row->len / 2)
            row->len = blank + 1;
    }
    *rest = slice_skip(*rest, row->len);
    while (rest->len && rest->at[0] == ' ' && row->len) /* the break stands for the blanks */
        *rest = slice_skip(*rest, 1);
    return true;
}

size_t text_find_fold(struct slice text, struct slice needle)
{
    for (size_t i = 0; needle.len <= text.len && i <= text.len - needle.len; i++)
        if (slice_equal_fold(slice_make(text.at + i, needle.len), needle))
            return i;
    return text.len;
}
