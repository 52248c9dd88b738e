#ifndef TUI_TEXT_COLUMNS_H
#define TUI_TEXT_COLUMNS_H
/*
 * Texts measured in terminal columns. Takes text that has passed escape_terminal (valid UTF-8, no
 * controls); wide characters count two. What a terminal would join to its neighbour or what has no
 * agreed width is drawn as `?` and counts one, so that rows always line up.
 */
#include <stddef.h>

#include "base/slice.h"

/* Columns of the character at text.at[0] and its bytes in *len; 0 columns never happens. *plain is
 * false when it is to be drawn as `?`. Text must not be empty. */
size_t text_character(struct slice text, size_t *len, bool *plain);
/* Columns that the whole text takes. */
size_t text_columns(struct slice text);
/* The longest head of text that fits into `columns`. */
struct slice text_head(struct slice text, size_t columns);
/* Text without its first characters that fill `columns` columns. */
struct slice text_skip(struct slice text, size_t columns);
/* Takes the next row of at most `columns` columns off *rest, broken at a blank when one is near its
 * end; false when nothing is left. */
bool text_next_row(struct slice *rest, size_t columns, struct slice *row);
/* Index of needle in text without ASCII case, text.len when there is none; an empty needle is at
 * the start. */
size_t text_find_fold(struct slice text, struct slice needle);

#endif
