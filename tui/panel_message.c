/* One message to one recipient: what is known of it and from where, what was said, what the baseline
 * and the candidate would have said, how it ended, and its log lines. */
#include <math.h>
#include <stdlib.h>

#include "base/civil_time.h"
#include "base/escape.h"
#include "base/xalloc.h"
#include "tui/figures.h"
#include "tui/panel.h"
#include "tui/panel_text.h"
#include "tui/text_columns.h"

enum { TEXT_MAX = 8 << 20, NAME_WIDTH = 20, VALUE_WIDTH = 34, VALUE_AT = NAME_WIDTH + 2 };

struct message {
    struct panel panel;
    struct text_view text;
    struct panel *list; /* borrowed; NULL: none */
    size_t index;
    struct buffer line; /* the line that is being made */
};

/* Ends the line and starts the next one. */
static void end_line(struct message *self, unsigned style)
{
    text_view_add(&self->text, buffer_slice(&self->line), style);
    buffer_clear(&self->line);
}

static void add_heading(struct message *self, const char *heading)
{
    if (self->text.count)
        end_line(self, STYLE_PLAIN);
    buffer_add_text(&self->line, heading);
    end_line(self, STYLE_HEADING);
}

/* "  name                value" without ending the line. */
static void add_name(struct message *self, const char *name)
{
    buffer_format(&self->line, "  %-*s", NAME_WIDTH, name);
}

/* A cell of the evidence with where it came from. */
static void add_evidence(struct message *self, const char *name, struct slice value,
                         const char *absent, const char *origin)
{
    add_name(self, name);
    size_t before = self->line.len;
    if (value.at)
        panel_text_or_dash(&self->line, value, self->panel.dashboard->ascii);
    else
        buffer_add_text(&self->line, absent);
    if (origin) {
        struct slice shown = slice_skip(buffer_slice(&self->line), before);
        for (size_t width = text_columns(shown); width < VALUE_WIDTH; width++)
            buffer_add_byte(&self->line, ' ');
        buffer_add_text(&self->line, "  ");
        escape_terminal(&self->line, slice_of(origin), self->panel.dashboard->ascii);
    }
    end_line(self, STYLE_PLAIN);
}

static void add_label(struct message *self, const struct results_row *row)
{
    add_name(self, "label");
    panel_text_label(&self->line, row->ham);
    if (isnan(row->ham))
        buffer_add_text(&self->line, " (nothing tells whether it was wanted)");
    else
        buffer_format(&self->line, ", probability of ham %.2f", row->ham);
    for (size_t i = 0; i < row->label_source_count; i++) {
        buffer_add_text(&self->line, i ? ", " : " by ");
        escape_terminal(&self->line, slice_of(row->label_sources[i]), self->panel.dashboard->ascii);
    }
    end_line(self, row->ham >= 0.9 ? STYLE_HAM : row->ham <= 0.1 ? STYLE_SPAM : STYLE_PLAIN);
}

static void add_needs(struct message *self, const struct results_decision *decision)
{
    if (!decision->need_count)
        return;
    add_name(self, "");
    for (size_t i = 0; i < decision->need_count; i++) {
        buffer_add_text(&self->line, i ? ", " : "not known: ");
        escape_terminal(&self->line, decision->needs[i], self->panel.dashboard->ascii);
    }
    end_line(self, STYLE_WARNING);
}

static unsigned decision_style(const struct results_decision *decision)
{
    return decision->verdict == RESULT_ACCEPT    ? STYLE_PLAIN
           : decision->verdict == RESULT_UNKNOWN ? STYLE_WARNING
                                                 : STYLE_STRONG;
}

/* "by reject_x in smtpd_client_restrictions, at RCPT" */
static void add_decider(struct message *self, const struct results_decision *decision)
{
    const char *const words[][2] = {
        { "by ", decision->restriction },     { " ", decision->argument },
        { ", class ", decision->class_name }, { ", in ", decision->list },
        { ", at ", decision->stage },
    };
    if (!decision->restriction)
        return;
    add_name(self, "");
    for (size_t i = 0; i < COUNT(words); i++)
        if (words[i][1]) {
            buffer_add_text(&self->line, words[i][0]);
            escape_terminal(&self->line, slice_of(words[i][1]), self->panel.dashboard->ascii);
        }
    end_line(self, decision_style(decision));
}

/* "candidate   defer 450 4.7.25; the cause lasts: lost" and what it rests on. */
static void add_decision(struct message *self, const char *name,
                         const struct results_decision *decision)
{
    bool ascii = self->panel.dashboard->ascii;
    struct buffer *line = &self->line;
    add_name(self, name);
    panel_text_verdict(line, decision);
    if (decision->dsn) {
        buffer_add_byte(line, ' ');
        escape_terminal(line, slice_of(decision->dsn), ascii);
    }
    if (decision->verdict == RESULT_DEFER)
        buffer_add_text(line, decision->lasting ? "; the cause lasts: lost"
                                                : "; the cause passes: delayed");
    end_line(self, decision_style(decision));
    add_decider(self, decision);
    if (decision->text.len) {
        add_name(self, "");
        escape_terminal(line, decision->text, ascii);
        end_line(self, STYLE_PLAIN);
    }
    add_needs(self, decision);
}

static void add_end(struct message *self, const struct results_row *row)
{
    bool ascii = self->panel.dashboard->ascii;
    add_heading(self, "How it ended");
    add_name(self, "end");
    buffer_add_text(&self->line, row->end_status ? row->end_status : "not in this log");
    if (row->end_dsn.len) {
        buffer_add_byte(&self->line, ' ');
        escape_terminal(&self->line, row->end_dsn, ascii);
    }
    if (row->end_us != TIME_NONE && row->end_us != 0) {
        buffer_add_text(&self->line, " at ");
        figures_time(&self->line, row->end_us, row->offset_minutes);
    }
    end_line(self, STYLE_PLAIN);
    if (row->end_relay.len)
        add_evidence(self, "relay", row->end_relay, "", NULL);
    for (size_t i = 0; i < row->filter_count; i++) {
        add_name(self, i ? "" : "content filters");
        escape_terminal(&self->line, row->filters[i].program, ascii);
        buffer_format(&self->line, ": %s", row->filters[i].verdict);
        if (!isnan(row->filters[i].score))
            buffer_format(&self->line, ", score %.1f", row->filters[i].score);
        end_line(self, STYLE_PLAIN);
    }
    for (size_t i = 0; i < row->hop_count; i++) {
        if (i == 0)
            add_name(self, "queue ids");
        buffer_add_text(&self->line, i ? ", then " : "");
        escape_terminal(&self->line, row->hops[i], ascii);
    }
    if (row->hop_count)
        end_line(self, STYLE_PLAIN);
}

static void add_facts(struct message *self, const struct results_row *row)
{
    add_heading(self, "What is known, and from where");
    add_evidence(self, "client address", row->client_address, "not known", NULL);
    add_evidence(self, "client name", row->client_name, "unknown to Postfix",
                 row->client_name_origin);
    add_evidence(self, "reverse client name", row->reverse_client_name, "none or not known",
                 row->reverse_client_name_origin);
    add_evidence(self, "HELO", row->helo, "not known", row->helo_origin);
    add_evidence(self, "sender", row->sender, "not known", row->sender_origin);
    add_evidence(self, "recipient", row->recipient, "none was named", row->recipient_origin);
    add_evidence(self, "message id", row->message_id, "not known", NULL);
    add_evidence(self, "organisation", row->organisation, "not known", NULL);
    if (row->size) {
        add_name(self, "size");
        figures_bytes(&self->line, row->size);
        end_line(self, STYLE_PLAIN);
    }
}

static void reload(struct panel *panel)
{
    struct message *self = (struct message *)panel;
    struct arena arena;
    arena_init(&arena);
    struct results_row row = results_row_at(panel->dashboard->results, self->index, &arena);
    text_view_clear(&self->text);
    add_heading(self, "What would have been said");
    add_decision(self, "logged", &row.logged);
    add_decision(self, "baseline", &row.baseline);
    add_decision(self, "candidate", &row.candidate);
    add_label(self, &row);
    add_facts(self, &row);
    add_end(self, &row);
    add_heading(self, "Log lines");
    panel_lines_add(panel->dashboard, self->index, 2, &self->text);
    text_view_search(&self->text, buffer_slice(&panel->filter.text));
    arena_release(&arena);
}

static void title(struct panel *panel, struct buffer *out)
{
    struct message *self = (struct message *)panel;
    struct arena arena;
    arena_init(&arena);
    struct results_row row = results_row_at(panel->dashboard->results, self->index, &arena);
    if (row.queue_id.len)
        escape_terminal(out, row.queue_id, panel->dashboard->ascii);
    else
        buffer_format(out, "session %llu", (unsigned long long)row.session);
    arena_release(&arena);
}

static void detail(struct panel *panel, struct buffer *out)
{
    struct message *self = (struct message *)panel;
    struct arena arena;
    arena_init(&arena);
    struct results_row row = results_row_at(panel->dashboard->results, self->index, &arena);
    figures_time(out, row.time_us, row.offset_minutes);
    buffer_add_text(out, " on ");
    panel_text_or_dash(out, row.host, panel->dashboard->ascii);
    buffer_add_text(out, ", service ");
    panel_text_or_dash(out, row.service, panel->dashboard->ascii);
    buffer_format(out, ", session %llu", (unsigned long long)row.session);
    arena_release(&arena);
}

static enum panel_event act(struct panel *panel, enum action action, struct panel **next)
{
    struct message *self = (struct message *)panel;
    if (action == ACTION_OPEN) {
        *next = panel_lines_new(panel->dashboard, self->index);
        return PANEL_OPEN;
    }
    if (action != ACTION_NEXT_MESSAGE && action != ACTION_PREVIOUS_MESSAGE)
        return PANEL_IGNORED;
    if (self->list && panel_messages_step(self->list, action == ACTION_NEXT_MESSAGE, &self->index))
        reload(panel);
    return PANEL_HANDLED;
}

static void free_message(struct panel *panel)
{
    struct message *self = (struct message *)panel;
    text_view_release(&self->text);
    buffer_release(&self->line);
    free(self);
}

static const struct panel_class class = {
    .contexts = KEYS_EVERYWHERE | KEYS_TEXT | KEYS_MESSAGE,
    .free = free_message,
    .title = title,
    .reload = reload,
    .detail = detail,
    .act = act,
};

struct panel *panel_message_new(struct dashboard *dashboard, size_t index, struct panel *list)
{
    struct message *self = xcalloc(1, sizeof *self);
    self->panel = (struct panel){ .class = &class, .dashboard = dashboard, .text = &self->text };
    self->index = index;
    self->list = list;
    filter_bar_init(&self->panel.filter);
    text_view_init(&self->text, TEXT_MAX, VALUE_AT);
    buffer_init(&self->line, TEXT_MAX);
    reload(&self->panel);
    return &self->panel;
}
