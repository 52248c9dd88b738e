#include "tui/keys.h"

#include "base/xalloc.h"

#define F(code)      (KEYS_FUNCTION + (code))
#define CTRL(letter) ((letter)&0x1f)
#define ANY_LIST     (KEYS_LIST | KEYS_TEXT)

/* clang-format off */
static const struct key_row rows[] = {
    { ACTION_TOGGLE, KEYS_RESTRICTIONS, { ' ', KEY_CODE_INSERT }, "on/off",
      "switch the restriction on or off in the candidate; every number follows at once" },
    { ACTION_DIMENSION, KEYS_SOURCES, { 'd', KEY_CODE_TAB }, "by...",
      "count by organisation, network, sender, recipient, sender domain, client, country or AS" },
    { ACTION_LABEL, KEYS_MESSAGES, { 'm' }, "ham/spam",
      "show wanted mail only, spam only, or all" },
    { ACTION_STOPPED, KEYS_MESSAGES, { 'c' }, "stopped/all",
      "show only what the candidate stops, or all" },
    { ACTION_NEXT_MESSAGE, KEYS_MESSAGE, { 'J', KEY_CODE_SHIFT_DOWN }, "next",
      "the next message of the list" },
    { ACTION_PREVIOUS_MESSAGE, KEYS_MESSAGE, { 'K', KEY_CODE_SHIFT_UP }, NULL,
      "the previous message of the list" },
    { ACTION_WRAP, KEYS_TEXT, { 'w' }, "wrap",
      "wrap long lines, or scroll them" },

    { ACTION_OPEN, KEYS_LIST | KEYS_MESSAGE, { KEY_CODE_ENTER, 'o' }, "open",
      "go deeper: restriction, who sent it, messages, one message, its log lines" },
    { ACTION_FILTER, ANY_LIST, { '/', KEY_CODE_F4 }, "filter",
      "lists: keep the rows that contain a text; texts: find it" },
    { ACTION_NEXT_MATCH, ANY_LIST, { 'n' }, NULL,
      "the next row or line that matches" },
    { ACTION_PREVIOUS_MATCH, ANY_LIST, { 'N' }, NULL,
      "the one before" },
    { ACTION_SORT_NEXT, KEYS_LIST, { 's', '>' }, "sort",
      "sort by the next column; after the last one the own order again" },
    { ACTION_SORT_PREVIOUS, KEYS_LIST, { '<' }, NULL,
      "sort by the column before" },
    { ACTION_SORT_INVERT, KEYS_LIST, { 'I' }, NULL,
      "turn the order of sorting round" },

    { ACTION_UP, ANY_LIST, { KEY_CODE_UP, 'k' }, NULL, "one up" },
    { ACTION_DOWN, ANY_LIST, { KEY_CODE_DOWN, 'j' }, NULL, "one down" },
    { ACTION_PAGE_UP, ANY_LIST, { KEY_CODE_PAGE_UP, CTRL('b'), 'b' }, NULL, "one page up" },
    { ACTION_PAGE_DOWN, ANY_LIST, { KEY_CODE_PAGE_DOWN, CTRL('f'), 'f' }, NULL, "one page down" },
    { ACTION_HOME, ANY_LIST, { KEY_CODE_HOME, 'g' }, NULL, "to the top" },
    { ACTION_END, ANY_LIST, { KEY_CODE_END, 'G' }, NULL, "to the end" },
    { ACTION_RIGHT, ANY_LIST, { KEY_CODE_RIGHT, 'l' }, NULL,
      "the columns or the text further right" },
    { ACTION_LEFT, ANY_LIST, { KEY_CODE_LEFT, 'h' }, NULL,
      "back to the left; at the left edge one screen back" },

    { ACTION_RESTRICTIONS, KEYS_EVERYWHERE, { '1' }, NULL, "the restrictions" },
    { ACTION_SOURCES, KEYS_EVERYWHERE, { '2' }, NULL,
      "who sends what the candidate stops and the baseline accepts" },
    { ACTION_MESSAGES, KEYS_EVERYWHERE, { '3' }, NULL, "all messages that the candidate stops" },
    { ACTION_REMARKS, KEYS_EVERYWHERE, { '4' }, NULL,
      "remarks: what the numbers rest on" },
    { ACTION_HISTORY, KEYS_EVERYWHERE, { '5' }, NULL,
      "who would lose mail and whom to allow, week by week, what leaks, late mail" },
    { ACTION_BACK, KEYS_EVERYWHERE, { 'q', KEY_CODE_ESCAPE, KEY_CODE_BACKSPACE }, "back",
      "one screen back; q at the first one leaves" },
    { ACTION_HELP, KEYS_EVERYWHERE, { '?', KEY_CODE_F1 }, "help", "this help" },
    { ACTION_MOUSE, KEYS_EVERYWHERE, { 'M' }, NULL,
      "mouse on or off: click to choose and open, wheel to scroll" },
    { ACTION_CLICK, KEYS_EVERYWHERE, { KEY_CODE_CLICK }, NULL, NULL },
    { ACTION_REDRAW, KEYS_EVERYWHERE, { CTRL('l'), KEY_CODE_RESIZE }, NULL, "draw the screen anew" },
    { ACTION_QUIT, KEYS_EVERYWHERE, { 'Q', KEY_CODE_F10 }, NULL, "leave, wherever you are" },
};

static const struct { int code; const char *name; } names[] = {
    { ' ', "Space" }, { KEY_CODE_TAB, "Tab" }, { KEY_CODE_ENTER, "Enter" },
    { KEY_CODE_ESCAPE, "Esc" }, { KEY_CODE_BACKSPACE, "Backspace" }, { KEY_CODE_INSERT, "Ins" },
    { KEY_CODE_UP, "Up" }, { KEY_CODE_DOWN, "Down" }, { KEY_CODE_LEFT, "Left" },
    { KEY_CODE_RIGHT, "Right" }, { KEY_CODE_SHIFT_UP, "Shift-Up" },
    { KEY_CODE_SHIFT_DOWN, "Shift-Down" }, { KEY_CODE_PAGE_UP, "PgUp" },
    { KEY_CODE_PAGE_DOWN, "PgDn" }, { KEY_CODE_HOME, "Home" }, { KEY_CODE_END, "End" },
    { KEY_CODE_F1, "F1" }, { KEY_CODE_F4, "F4" }, { KEY_CODE_F10, "F10" },
};

static const struct { unsigned context; const char *title; } titles[] = {
    { KEYS_RESTRICTIONS, "Restrictions" }, { KEYS_SOURCES, "Who sends it" },
    { KEYS_MESSAGES, "Messages" }, { KEYS_MESSAGE, "One message" },
    { KEYS_LIST, "Lists" }, { KEYS_TEXT, "Texts" }, { KEYS_EVERYWHERE, "Everywhere" },
};
/* clang-format on */

const struct key_row *keys_table(size_t *count)
{
    *count = COUNT(rows);
    return rows;
}

enum action keys_action(int code, unsigned contexts)
{
    for (size_t i = 0; code && i < COUNT(rows); i++)
        for (size_t j = 0; (rows[i].contexts & contexts) && j < KEYS_MAX; j++)
            if (rows[i].codes[j] == code)
                return rows[i].action;
    return ACTION_NONE;
}

static void add_key_name(struct buffer *out, int code)
{
    for (size_t i = 0; i < COUNT(names); i++)
        if (names[i].code == code) {
            buffer_add_text(out, names[i].name);
            return;
        }
    if (code < ' ')
        buffer_format(out, "Ctrl-%c", code + '@');
    else if (code < KEY_CODE_NOT_A_CHARACTER)
        buffer_add_byte(out, (char)code);
}

void keys_names(struct buffer *out, const struct key_row *row, bool first)
{
    for (size_t i = 0; i < (first ? 1 : KEYS_MAX) && row->codes[i]; i++) {
        if (row->codes[i] > KEY_CODE_F10)
            continue; /* not pressed but reported */
        buffer_add_text(out, i ? " " : "");
        add_key_name(out, row->codes[i]);
    }
}

const char *keys_context_title(unsigned context)
{
    for (size_t i = 0; i < COUNT(titles); i++)
        if (titles[i].context == context)
            return titles[i].title;
    return NULL;
}

/* "Lists, texts" for a row that counts in both. */
static void add_context_titles(struct buffer *out, unsigned contexts)
{
    bool any = false;
    for (size_t i = 0; i < COUNT(titles); i++)
        if (titles[i].context & contexts) {
            buffer_add_text(out, any ? ", " : "");
            buffer_add_text(out, titles[i].title);
            any = true;
        }
}

void keys_markdown(struct buffer *out)
{
    buffer_add_text(out, "| Keys | Where | What it does |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!rows[i].help)
            continue;
        buffer_add_text(out, "| `");
        keys_names(out, &rows[i], false);
        buffer_add_text(out, "` | ");
        add_context_titles(out, rows[i].contexts);
        buffer_format(out, " | %s |\n", rows[i].help);
    }
}
