#ifndef TUI_KEYS_H
#define TUI_KEYS_H
/*
 * The one table of keys: what a key does, where, and how the help says it. The help screen, the
 * line of hints at the bottom and the table in docs/dashboard.md are all made from it.
 */
#include <stddef.h>

#include "base/buffer.h"

enum action {
    ACTION_NONE, /* the key means nothing here */
    ACTION_UP,
    ACTION_DOWN,
    ACTION_PAGE_UP,
    ACTION_PAGE_DOWN,
    ACTION_HOME,
    ACTION_END,
    ACTION_LEFT,
    ACTION_RIGHT,
    ACTION_OPEN,
    ACTION_BACK,
    ACTION_TOGGLE,
    ACTION_DIMENSION,
    ACTION_LABEL,
    ACTION_STOPPED,
    ACTION_FILTER,
    ACTION_NEXT_MATCH,
    ACTION_PREVIOUS_MATCH,
    ACTION_SORT_NEXT,
    ACTION_SORT_PREVIOUS,
    ACTION_SORT_INVERT,
    ACTION_NEXT_MESSAGE,
    ACTION_PREVIOUS_MESSAGE,
    ACTION_WRAP,
    ACTION_RESTRICTIONS,
    ACTION_SOURCES,
    ACTION_MESSAGES,
    ACTION_REMARKS,
    ACTION_HISTORY,
    ACTION_MOUSE,
    ACTION_CLICK,
    ACTION_REDRAW,
    ACTION_HELP,
    ACTION_QUIT
};

/* Where a key counts; a panel names all that hold for it. */
enum keys_context {
    KEYS_EVERYWHERE = 1,
    KEYS_LIST = 2,
    KEYS_TEXT = 4,
    KEYS_RESTRICTIONS = 8,
    KEYS_SOURCES = 16,
    KEYS_MESSAGES = 32,
    KEYS_MESSAGE = 64
};

/* Codes of keys as screen_key gives them: a character's code point, or one of these. */
enum key_code {
    KEY_CODE_TAB = 9,
    KEY_CODE_ENTER = 13,
    KEY_CODE_ESCAPE = 27,
    KEY_CODE_NOT_A_CHARACTER = 0x200000, /* all behind it */
    KEY_CODE_BACKSPACE,
    KEY_CODE_UP,
    KEY_CODE_DOWN,
    KEY_CODE_LEFT,
    KEY_CODE_RIGHT,
    KEY_CODE_SHIFT_UP,
    KEY_CODE_SHIFT_DOWN,
    KEY_CODE_PAGE_UP,
    KEY_CODE_PAGE_DOWN,
    KEY_CODE_HOME,
    KEY_CODE_END,
    KEY_CODE_INSERT,
    KEY_CODE_F1,
    KEY_CODE_F4,
    KEY_CODE_F10,
    KEY_CODE_CLICK, /* screen_click tells where */
    KEY_CODE_RESIZE /* the screen has another size now */
};
enum { KEYS_MAX = 4 };

struct key_row {
    enum action action;
    unsigned contexts;
    int codes[KEYS_MAX]; /* 0: no more */
    const char *hint;    /* word in the line at the bottom; NULL: not there */
    const char *help;
};

/* All rows, in the order of the help. */
const struct key_row *keys_table(size_t *count);
/* What a key does where `contexts` hold. */
enum action keys_action(int code, unsigned contexts);
/* The names of a row's keys, "Up k"; with `first`, only the first one. */
void keys_names(struct buffer *out, const struct key_row *row, bool first);
/* Heading of the rows of one context ("Lists"); NULL when there is none. */
const char *keys_context_title(unsigned context);
/* The table as it stands in docs/dashboard.md (Markdown). */
void keys_markdown(struct buffer *out);

#endif
