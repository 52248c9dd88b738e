#include "tui/figures.h"

#include <math.h>

#include "base/civil_time.h"
#include "base/number_text.h"

enum { PART_MAX = 64 }; /* bytes of one part of an estimate */

void figures_percent(struct buffer *out, double fraction)
{
    struct buffer text;
    if (!isfinite(fraction)) {
        buffer_add_byte(out, '?');
        return;
    }
    buffer_init(&text, PART_MAX);
    number_add_percent(&text, fraction);
    for (size_t i = 0; i < text.len; i++) /* "< 0.001 %" without its blanks and its sign */
        if (text.at[i] != ' ' && text.at[i] != '%')
            buffer_add_byte(out, text.at[i]);
    buffer_release(&text);
}

void figures_bytes(struct buffer *out, uint64_t bytes)
{
    static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
    size_t unit = 0;
    double value = (double)bytes;
    while (value >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1024;
        unit++;
    }
    buffer_format(out, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

void figures_time(struct buffer *out, int64_t time_us, int offset_minutes)
{
    if (time_us == TIME_NONE)
        return;
    struct civil_time civil = civil_from_us(time_us, offset_minutes);
    buffer_format(out, "%04d-%02d-%02d %02d:%02d:%02d", civil.year, civil.month, civil.day,
                  civil.hour, civil.minute, civil.second);
}

/* The parts of an estimate, each in its own small buffer. */
struct parts {
    struct buffer count, rate, interval;
};

static void parts_init(struct parts *parts, const struct estimate *estimate, bool short_count)
{
    buffer_init(&parts->count, PART_MAX);
    buffer_init(&parts->rate, PART_MAX);
    buffer_init(&parts->interval, PART_MAX);
    number_add_count(&parts->count, estimate->count);
    if (!short_count) {
        buffer_add_byte(&parts->count, '/');
        number_add_count(&parts->count, estimate->of);
    }
    figures_percent(&parts->rate, estimate->rate);
    if (estimate->reason) {
        bool few = slice_is(slice_of(estimate->reason), "too_few_senders");
        buffer_add_text(&parts->interval, few ? "[few]" : "[caught mail is unlabelled]");
        return;
    }
    buffer_add_byte(&parts->rate, '%');
    buffer_add_byte(&parts->interval, '[');
    figures_percent(&parts->interval, estimate->low);
    buffer_add_text(&parts->interval, "..");
    figures_percent(&parts->interval, estimate->high);
    buffer_add_byte(&parts->interval, ']');
}

static void parts_release(struct parts *parts)
{
    buffer_release(&parts->count);
    buffer_release(&parts->rate);
    buffer_release(&parts->interval);
}

static void widen(size_t *width, size_t need)
{
    if (*width < need)
        *width = need;
}

void figures_measure(struct figures_widths *widths, const struct estimate *estimate)
{
    struct parts parts;
    if (estimate->of == 0)
        return;
    parts_init(&parts, estimate, widths->short_count);
    widen(&widths->count, parts.count.len);
    widen(&widths->rate, parts.rate.len);
    widen(&widths->interval, parts.interval.len);
    parts_release(&parts);
}

static void add_spaces(struct buffer *out, size_t have, size_t want)
{
    for (; have < want; have++)
        buffer_add_byte(out, ' ');
}

void figures_estimate(struct buffer *out, const struct estimate *estimate,
                      const struct figures_widths *widths)
{
    static const struct figures_widths none;
    const struct figures_widths *want = widths ? widths : &none;
    struct parts parts;
    if (estimate->of == 0) {
        size_t gaps = want->rate ? 2 : 0;
        add_spaces(out, 1, want->count);
        buffer_add_byte(out, '?');
        add_spaces(out, 0, want->rate + want->interval + gaps);
        return;
    }
    parts_init(&parts, estimate, want->short_count);
    add_spaces(out, parts.count.len, want->count);
    buffer_add_slice(out, buffer_slice(&parts.count));
    add_spaces(out, parts.rate.len, want->rate + 1);
    if (parts.rate.len >= want->rate + 1)
        buffer_add_byte(out, ' ');
    buffer_add_slice(out, buffer_slice(&parts.rate));
    buffer_add_byte(out, ' ');
    buffer_add_slice(out, buffer_slice(&parts.interval));
    add_spaces(out, parts.interval.len, want->interval);
    parts_release(&parts);
}

/* The cell of a scale of `width` cells in which a fraction of 0..1 falls. */
static size_t scale_cell(double fraction, size_t width)
{
    double cell = fraction * (double)width;
    if (!(cell > 0))
        return 0;
    return cell >= (double)width ? width - 1 : (size_t)cell;
}

void figures_interval_bar(struct buffer *out, const struct estimate *estimate, size_t width,
                          bool ascii)
{
    bool known = isfinite(estimate->rate) && isfinite(estimate->low) && isfinite(estimate->high);
    size_t low = scale_cell(estimate->low, width), high = scale_cell(estimate->high, width);
    size_t point = scale_cell(estimate->rate, width);
    for (size_t i = 0; i < width; i++) {
        if (known && i == point)
            buffer_add_text(out, ascii ? "|" : "\u2503"); /* heavy vertical line */
        else if (known && i >= low && i <= high)
            buffer_add_text(out, ascii ? "=" : "\u2501"); /* heavy horizontal line */
        else
            buffer_add_text(out, ascii ? "." : "\u2508"); /* light quadruple dash */
    }
}

void figures_bar(struct buffer *out, double share, size_t width, bool ascii)
{
    if (!(share > 0))
        return;
    size_t full = share >= 1 ? width : (size_t)(share * (double)width + 0.5);
    for (size_t i = 0; i < (full ? full : 1); i++)
        buffer_add_text(out, ascii ? "#" : "\u2588"); /* full block */
}
