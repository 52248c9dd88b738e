#include "tui/panel_text.h"

#include <math.h>

#include "base/escape.h"

void panel_text_or_dash(struct buffer *out, struct slice text, bool ascii)
{
    if (text.len)
        escape_terminal(out, text, ascii);
    else
        buffer_add_text(out, text.at ? "<>" : "-");
}

void panel_text_restriction(struct buffer *out, const struct results_restriction *restriction,
                            bool ascii)
{
    if (restriction->warn_only)
        buffer_add_text(out, "warn_if_reject ");
    escape_terminal(out, slice_of(restriction->name), ascii);
    if (restriction->argument) {
        buffer_add_byte(out, ' ');
        escape_terminal(out, slice_of(restriction->argument), ascii);
    }
    if (restriction->class_name) {
        buffer_add_text(out, " (in ");
        escape_terminal(out, slice_of(restriction->class_name), ascii);
        buffer_add_byte(out, ')');
    }
}

void panel_text_client(struct buffer *out, const struct results_row *row, bool ascii)
{
    if (row->client_name.len)
        escape_terminal(out, row->client_name, ascii);
    else
        buffer_add_text(out, "unknown");
    buffer_add_byte(out, '[');
    if (row->client_address.len)
        escape_terminal(out, row->client_address, ascii);
    else
        buffer_add_text(out, "unknown");
    buffer_add_byte(out, ']');
}

void panel_text_verdict(struct buffer *out, const struct results_decision *decision)
{
    buffer_add_text(out, decision->verdict_name);
    if (decision->code)
        buffer_format(out, " %u", decision->code);
}

void panel_text_label(struct buffer *out, double ham)
{
    if (isnan(ham))
        buffer_add_byte(out, '-');
    else if (ham >= 0.9 || ham <= 0.1)
        buffer_add_text(out, ham >= 0.9 ? "ham" : "spam");
    else
        buffer_format(out, "%.0f%%", ham * 100);
}
