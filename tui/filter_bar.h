#ifndef TUI_FILTER_BAR_H
#define TUI_FILTER_BAR_H
/*
 * The line in which a filter is typed: bytes of UTF-8 up to a bound, with the few editing keys that
 * everybody's fingers know. The text counts while it is typed; Esc gives the former one back.
 */
#include <stdbool.h>

#include "base/buffer.h"

struct filter_bar {
    struct buffer text;
    struct buffer former; /* what Esc gives back */
    bool editing;
};

enum filter_event { FILTER_NOTHING, FILTER_CHANGED, FILTER_DONE };

/* An empty filter. */
void filter_bar_init(struct filter_bar *bar);
/* Gives its memory back. */
void filter_bar_release(struct filter_bar *bar);
/* Starts typing. */
void filter_bar_start(struct filter_bar *bar);
/* One key (codes as in keys.h) while typing. */
enum filter_event filter_bar_key(struct filter_bar *bar, int code);
/* Takes the filter away; true when there was one. */
bool filter_bar_clear(struct filter_bar *bar);

#endif
