#include "base/number_text.h"

#include <math.h>

void number_add_percent(struct buffer *out, double rate)
{
    double percent = 100 * rate;
    if (isnan(rate))
        buffer_add_text(out, "unknown");
    else if (percent <= 0 || percent == 100)
        buffer_format(out, "%.0f %%", fmax(percent, 0));
    else if (percent < 0.0005)
        buffer_add_text(out, "< 0.001 %");
    else if (percent > 99.995)
        buffer_add_text(out, "> 99.99 %");
    else if (percent < 0.95)
        buffer_format(out, "%.2g %%", percent);
    else if (percent > 99)
        buffer_format(out, "%.2f %%", percent);
    else
        buffer_format(out, percent < 9.95 || percent > 90 ? "%.1f %%" : "%.0f %%", percent);
}

void number_add_count(struct buffer *out, uint64_t count)
{
    if (count < 10000) {
        buffer_add_u64(out, count);
        return;
    }
    uint64_t scale = 1;
    while (count / scale >= 1000)
        scale *= 1000;
    buffer_add_u64(out, count / scale);
    for (scale /= 1000; scale; scale /= 1000)
        buffer_format(out, ",%03u", (unsigned)(count / scale % 1000));
}

bool number_parse_rate(struct slice text, double *rate)
{
    bool percent = slice_ends(text, "%");
    double number;
    if (percent)
        text = slice_trim(slice_head(text, text.len - 1));
    if (!slice_to_double(text, &number))
        return false;
    *rate = percent ? number / 100 : number;
    return true;
}
