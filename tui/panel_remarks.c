/* What the numbers rest on: the books of what was read, assumptions and faults with their counts. */
#include <stdlib.h>

#include "base/escape.h"
#include "base/number_text.h"
#include "base/xalloc.h"
#include "tui/figures.h"
#include "tui/panel.h"

enum { TEXT_MAX = 1 << 20 };

struct remarks {
    struct panel panel;
    struct text_view text;
    struct buffer line;
};

static void end_line(struct remarks *self, unsigned style)
{
    text_view_add(&self->text, buffer_slice(&self->line), style);
    buffer_clear(&self->line);
}

static void add_heading(struct remarks *self, const char *heading)
{
    if (self->text.count)
        end_line(self, STYLE_PLAIN);
    buffer_add_text(&self->line, heading);
    end_line(self, STYLE_HEADING);
}

/* "  1,234  lines understood". */
static void add_count(struct remarks *self, uint64_t count, const char *what)
{
    struct buffer number;
    buffer_init(&number, 64);
    number_add_count(&number, count);
    buffer_format(&self->line, "%15s  %s", buffer_text(&number), what);
    buffer_release(&number);
}

static void add_input(struct remarks *self)
{
    const struct results_input *in = results_input(self->panel.dashboard->results);
    add_heading(self, "What was read");
    for (size_t i = 0; i < in->file_count; i++) {
        buffer_add_text(&self->line, "  ");
        escape_terminal(&self->line, slice_of(in->files[i]), self->panel.dashboard->ascii);
        end_line(self, STYLE_PLAIN);
    }
    const struct {
        uint64_t count;
        const char *what;
    } rows[] = {
        { in->lines, "lines" },
        { in->understood, "of them understood" },
        { in->foreign, "of other programs" },
        { in->unknown, "of Postfix, of an unknown shape" },
        { in->malformed, "malformed" },
        { in->sessions, "sessions" },
        { in->messages, "messages" },
        { in->rows, "recipients" },
        { in->open, "messages still open at the end" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        add_count(self, rows[i].count, rows[i].what);
        end_line(self, STYLE_PLAIN);
    }
}

static void add_group(struct remarks *self, const char *name, const struct results_group *group)
{
    add_count(self, group->messages, name);
    buffer_add_text(&self->line, ", to ");
    number_add_count(&self->line, group->rows);
    buffer_add_text(&self->line, " recipients, from ");
    number_add_count(&self->line, group->clusters);
    buffer_add_text(&self->line, " organisations");
    end_line(self, STYLE_PLAIN);
}

static void add_warnings(struct remarks *self)
{
    size_t count;
    const struct results_warning *warnings =
        results_warnings(self->panel.dashboard->results, &count);
    add_heading(self, count ? "Remarks: what the numbers rest on" : "No remarks.");
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(&self->line, "  ");
        escape_terminal(&self->line, warnings[i].text, self->panel.dashboard->ascii);
        buffer_add_text(&self->line, " (");
        number_add_count(&self->line, warnings[i].count);
        buffer_format(&self->line, "x, %s)", warnings[i].code);
        end_line(self, STYLE_PLAIN);
    }
}

/* The overview may have cut it. */
static void add_answer(struct remarks *self)
{
    add_heading(self, "The answer");
    buffer_add_text(&self->line, "  ");
    buffer_add_slice(&self->line, buffer_slice(&self->panel.dashboard->answer));
    end_line(self, STYLE_PLAIN);
}

static void reload(struct panel *panel)
{
    struct remarks *self = (struct remarks *)panel;
    const struct results_population *who = results_population(panel->dashboard->results);
    text_view_clear(&self->text);
    add_answer(self);
    add_warnings(self);
    add_heading(self, "What the mail was");
    add_group(self, "wanted messages (ham)", &who->ham);
    add_group(self, "spam messages", &who->spam);
    add_group(self, "unlabelled messages", &who->unlabelled);
    add_group(self, "messages not asked about: own networks, users, gateways", &who->excluded);
    add_input(self);
    text_view_search(&self->text, buffer_slice(&panel->filter.text));
}

static void title(struct panel *panel, struct buffer *out)
{
    (void)panel;
    buffer_add_text(out, "Remarks");
}

static void free_remarks(struct panel *panel)
{
    struct remarks *self = (struct remarks *)panel;
    text_view_release(&self->text);
    buffer_release(&self->line);
    free(self);
}

static const struct panel_class class = {
    .contexts = KEYS_EVERYWHERE | KEYS_TEXT,
    .free = free_remarks,
    .title = title,
    .reload = reload,
};

struct panel *panel_remarks_new(struct dashboard *dashboard)
{
    struct remarks *self = xcalloc(1, sizeof *self);
    self->panel = (struct panel){ .class = &class, .dashboard = dashboard, .text = &self->text };
    filter_bar_init(&self->panel.filter);
    text_view_init(&self->text, TEXT_MAX, 2);
    buffer_init(&self->line, TEXT_MAX);
    reload(&self->panel);
    return &self->panel;
}
