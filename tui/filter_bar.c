#include "tui/filter_bar.h"

#include "tui/keys.h"

enum { FILTER_MAX = 200, CTRL_U = 21, CTRL_W = 23 };

void filter_bar_init(struct filter_bar *bar)
{
    *bar = (struct filter_bar){ 0 };
    buffer_init(&bar->text, FILTER_MAX);
    buffer_init(&bar->former, FILTER_MAX);
}

void filter_bar_release(struct filter_bar *bar)
{
    buffer_release(&bar->text);
    buffer_release(&bar->former);
}

void filter_bar_start(struct filter_bar *bar)
{
    buffer_clear(&bar->former);
    buffer_add_slice(&bar->former, buffer_slice(&bar->text));
    bar->editing = true;
}

bool filter_bar_clear(struct filter_bar *bar)
{
    bool had = bar->text.len > 0;
    buffer_clear(&bar->text);
    return had;
}

/* Takes the last character off, with all its bytes. */
static void remove_last(struct buffer *text)
{
    while (text->len > 0 && ((unsigned char)text->at[text->len - 1] & 0xc0) == 0x80)
        text->len--;
    if (text->len > 0)
        text->len--;
}

static void remove_word(struct buffer *text)
{
    while (text->len > 0 && text->at[text->len - 1] == ' ')
        text->len--;
    while (text->len > 0 && text->at[text->len - 1] != ' ')
        text->len--;
}

/* Adds a code point as UTF-8, wholly or not at all. */
static void add_character(struct buffer *text, unsigned code)
{
    char bytes[4];
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (len == 1) {
        bytes[0] = (char)code;
    } else {
        for (size_t i = len - 1; i > 0; i--, code >>= 6)
            bytes[i] = (char)(0x80 | (code & 0x3f));
        bytes[0] = (char)(code | (0xf00u >> len & 0xf0u));
    }
    if (text->len + len <= FILTER_MAX)
        buffer_add(text, bytes, len);
}

enum filter_event filter_bar_key(struct filter_bar *bar, int code)
{
    if (code == KEY_CODE_ENTER) {
        bar->editing = false;
        return FILTER_DONE;
    }
    if (code == KEY_CODE_ESCAPE) {
        bar->editing = false;
        buffer_clear(&bar->text);
        buffer_add_slice(&bar->text, buffer_slice(&bar->former));
        return FILTER_CHANGED;
    }
    if (code == KEY_CODE_BACKSPACE) {
        bar->editing = bar->text.len > 0; /* at the start Backspace leaves, as in less and vi */
        remove_last(&bar->text);
        return FILTER_CHANGED;
    }
    if (code == CTRL_U || code == CTRL_W) {
        if (code == CTRL_U)
            buffer_clear(&bar->text);
        else
            remove_word(&bar->text);
        return FILTER_CHANGED;
    }
    if (code < ' ' || code >= KEY_CODE_NOT_A_CHARACTER)
        return FILTER_NOTHING;
    add_character(&bar->text, (unsigned)code);
    return FILTER_CHANGED;
}
