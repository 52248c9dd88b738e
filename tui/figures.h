#ifndef TUI_FIGURES_H
#define TUI_FIGURES_H
/*
 * How the dashboard writes numbers where room is short: rates as base/number_text.h rounds them but
 * without blanks, estimates never without their interval (`12/300 4.0% [0.2..21]`), and bars that
 * need no colour.
 */
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/results.h"
#include "base/buffer.h"

/* A fraction as a percentage without the sign: `0`, `0.023`, `4.0`, `21`, `99.70`, `100`; `?` when
 * not known. */
void figures_percent(struct buffer *out, double fraction);
/* Bytes with one decimal and a binary unit: `1.5 MiB`. */
void figures_bytes(struct buffer *out, uint64_t bytes);
/* `2026-11-22 10:15:01` in the zone of the log; nothing for TIME_NONE. */
void figures_time(struct buffer *out, int64_t time_us, int offset_minutes);

/* Widths of the three parts of estimates that stand below each other; start with zeroes. */
struct figures_widths {
    size_t count, rate, interval;
    bool short_count; /* `12` instead of `12/300`, where the 300 stands above for all */
};
/* Widens the widths to what an estimate needs, if there is anything to count. */
void figures_measure(struct figures_widths *widths, const struct estimate *estimate);
/* `12/300 4.0% [0.2..21]`, count and rate right-aligned to the widths (NULL: not aligned); `?` where
 * there is nothing to count: no message is labelled. */
void figures_estimate(struct buffer *out, const struct estimate *estimate,
                      const struct figures_widths *widths);

/* A scale from 0 to 1 of `width` columns: the interval low..high as a thick line, the rate as a
 * point on it; only the scale when the rate is not known. */
void figures_interval_bar(struct buffer *out, const struct estimate *estimate, size_t width,
                          bool ascii);
/* A bar of at most `width` columns for a share of 0..1; anything above nothing gives one cell. */
void figures_bar(struct buffer *out, double share, size_t width, bool ascii);

#endif
