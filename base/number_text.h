#ifndef BASE_NUMBER_TEXT_H
#define BASE_NUMBER_TEXT_H
/*
 * Numbers for people: rates in per cent with as many digits as they deserve, counts in groups of
 * three. One place, so that a figure reads the same in every view.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

/* A fraction of 1 as "4.0 %", "0.037 %", "21 %", "99.97 %"; "unknown" for NAN. A rate that is not 0
 * or 1 is never printed as 0 or 100. */
void number_add_percent(struct buffer *out, double rate);
/* "1,174"; below 10,000 without the comma. */
void number_add_count(struct buffer *out, uint64_t count);
/* A rate as people write it, "0.1%" or "0.001", as a fraction of 1; false, *rate untouched, when text
 * is no number. */
bool number_parse_rate(struct slice text, double *rate);

#endif
