#ifndef PARSERS_INPUT_INPUT_ORDER_H
#define PARSERS_INPUT_INPUT_ORDER_H
/*
 * Puts files into the order of their first stamps, and gives each the year that its stamps lack. What
 * settles a year, best first: --year; the clock in a long queue id; a date in the file's name; the
 * time the file was last written, when its last line is near it. Files that nothing settles are laid
 * beside those that are, or side by side so that together they span the least time.
 */
#include <stddef.h>

#include "parsers/input/probe.h"

struct order_item {
    struct probe probe;
    const char *path;
    size_t given;              /* position on the command line */
    int year;                  /* of the first stamp, when it has none */
    int64_t limit_us;          /* no later stamp is to be expected */
    int64_t first_us, last_us; /* TIME_NONE: no stamp */
};

/* Sets year, limit_us, first_us and last_us of every item and sorts them. year: that of the first
 * year-less file (--year), or 0. Equal stamps are ordered by the last one, then by path. */
void input_order(struct order_item *items, size_t count, int year);

#endif
