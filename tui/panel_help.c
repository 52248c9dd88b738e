/* Help: the keys from the one table of keys, and what the words on the screen mean. */
#include <stdlib.h>

#include "base/xalloc.h"
#include "tui/panel.h"

enum { TEXT_MAX = 1 << 16, KEYS_WIDTH = 22, VALUE_AT = KEYS_WIDTH + 3 };

struct help {
    struct panel panel;
    struct text_view text;
    struct buffer line;
};

/* clang-format off */
static const struct { const char *word, *meaning; } words[] = {
    { "12/300 4.0% [0.2..21]", "12 of 300 messages are 4.0 %; with 95 % confidence the true rate "
                               "lies between 0.2 and 21 %" },
    { "Ham lost", "wanted messages that the baseline accepts and the candidate would never let in: "
                  "rejected, or deferred for a reason that lasts" },
    { "Ham delayed", "wanted messages deferred for a reason that passes" },
    { "Spam stopped", "spam that the baseline accepts and the candidate would not" },
    { "Coverage", "share of the recipients for which the log holds enough to be sure of the answer" },
    { "Clusters", "sending organisations: mail of one is not independent, so they, not messages, "
                  "make the interval narrow" },
    { "If unknown", "worst and best case, should all that is unknown go one way or the other" },
    { "Hits", "recipients on which the restriction would act if it were asked" },
    { "Decides", "recipients for which it ends the evaluation, in this order" },
    { "Unique", "recipients that nothing else in the set would have stopped" },
    { "Unknown", "recipients for which the log does not tell what it would say" },
    { "S/O", "spam share of what it stops: 1.00 is nothing but spam" },
};
/* clang-format on */

static void end_line(struct help *self, unsigned style)
{
    text_view_add(&self->text, buffer_slice(&self->line), style);
    buffer_clear(&self->line);
}

/* "  name                  what". */
static void add_entry(struct help *self, const char *name, const char *what)
{
    buffer_format(&self->line, "  %-*s %s", KEYS_WIDTH, name, what);
    end_line(self, STYLE_PLAIN);
}

/* The rows whose first context, in the order of the titles, is this one. */
static void add_keys(struct help *self, unsigned context)
{
    size_t count;
    const struct key_row *rows = keys_table(&count);
    struct buffer name;
    buffer_init(&name, 128);
    buffer_add_text(&self->line, keys_context_title(context));
    end_line(self, STYLE_HEADING);
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].help || !(rows[i].contexts & context))
            continue;
        buffer_clear(&name);
        keys_names(&name, &rows[i], false);
        add_entry(self, buffer_text(&name), rows[i].help);
    }
    end_line(self, STYLE_PLAIN);
    buffer_release(&name);
}

static void fill(struct help *self)
{
    static const unsigned contexts[] = { KEYS_RESTRICTIONS, KEYS_SOURCES, KEYS_MESSAGES,
                                         KEYS_MESSAGE,      KEYS_LIST,    KEYS_TEXT,
                                         KEYS_EVERYWHERE };
    for (size_t i = 0; i < COUNT(contexts); i++)
        add_keys(self, contexts[i]);
    buffer_add_text(&self->line, "Words");
    end_line(self, STYLE_HEADING);
    for (size_t i = 0; i < COUNT(words); i++)
        add_entry(self, words[i].word, words[i].meaning);
}

static void title(struct panel *panel, struct buffer *out)
{
    (void)panel;
    buffer_add_text(out, "Help");
}

static void free_help(struct panel *panel)
{
    struct help *self = (struct help *)panel;
    text_view_release(&self->text);
    buffer_release(&self->line);
    free(self);
}

static const struct panel_class class = {
    .contexts = KEYS_EVERYWHERE | KEYS_TEXT,
    .free = free_help,
    .title = title,
};

struct panel *panel_help_new(struct dashboard *dashboard)
{
    struct help *self = xcalloc(1, sizeof *self);
    self->panel = (struct panel){ .class = &class, .dashboard = dashboard, .text = &self->text };
    filter_bar_init(&self->panel.filter);
    text_view_init(&self->text, TEXT_MAX, VALUE_AT);
    buffer_init(&self->line, TEXT_MAX);
    fill(self);
    return &self->panel;
}
