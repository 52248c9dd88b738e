/* The log lines of one message and its session, as they stand in the log but for the escaping. */
#include <stdlib.h>

#include "base/escape.h"
#include "base/xalloc.h"
#include "tui/panel.h"

enum { LINES_MAX = 4 << 20 };

struct lines {
    struct panel panel;
    struct text_view text;
    size_t index;
};

void panel_lines_add(const struct dashboard *dashboard, size_t index, int margin,
                     struct text_view *text)
{
    static const struct slice lost =
        SLICE("The log cannot be read again: it was moved, changed or removed since.");
    static const struct slice cut = SLICE("(there are more lines than are shown)");
    struct buffer raw, line;
    buffer_init(&raw, LINES_MAX);
    buffer_init(&line, LINES_MAX);
    bool could = results_raw_lines(dashboard->results, index, &raw);
    struct slice rest = buffer_slice(&raw);
    while (rest.len) {
        size_t end = slice_index(rest, '\n');
        buffer_clear(&line);
        buffer_format(&line, "%*s", margin, "");
        escape_terminal(&line, slice_head(rest, end), dashboard->ascii);
        text_view_add(text, buffer_slice(&line), STYLE_PLAIN);
        rest = slice_skip(rest, end + 1);
    }
    if (!could)
        text_view_add(text, lost, STYLE_WARNING);
    if (raw.overflow)
        text_view_add(text, cut, STYLE_WARNING);
    buffer_release(&raw);
    buffer_release(&line);
}

static void reload(struct panel *panel)
{
    struct lines *self = (struct lines *)panel;
    text_view_clear(&self->text);
    panel_lines_add(panel->dashboard, self->index, 0, &self->text);
    text_view_search(&self->text, buffer_slice(&panel->filter.text));
}

static void title(struct panel *panel, struct buffer *out)
{
    (void)panel;
    buffer_add_text(out, "log lines");
}

static void free_lines(struct panel *panel)
{
    struct lines *self = (struct lines *)panel;
    text_view_release(&self->text);
    free(self);
}

static const struct panel_class class = {
    .contexts = KEYS_EVERYWHERE | KEYS_TEXT,
    .free = free_lines,
    .title = title,
    .reload = reload,
};

struct panel *panel_lines_new(struct dashboard *dashboard, size_t index)
{
    struct lines *self = xcalloc(1, sizeof *self);
    self->panel = (struct panel){ .class = &class, .dashboard = dashboard, .text = &self->text };
    self->index = index;
    filter_bar_init(&self->panel.filter);
    text_view_init(&self->text, 2 * LINES_MAX, 4);
    reload(&self->panel);
    return &self->panel;
}
