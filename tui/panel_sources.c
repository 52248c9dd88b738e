/* Who sends the mail that a restriction acts on, counted by organisation, network and so on. */
#include <math.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/number_text.h"
#include "base/xalloc.h"
#include "tui/figures.h"
#include "tui/panel.h"
#include "tui/panel_text.h"

enum { SHARES_MAX = 10000, BAR_WIDTH = 20, TITLE_MAX = 4096 };

enum column {
    COLUMN_KEY,
    COLUMN_MESSAGES,
    COLUMN_HAM,
    COLUMN_SPAM,
    COLUMN_OTHER,
    COLUMN_BAR,
    COLUMNS
};

/* clang-format off */
static const struct list_column columns[COLUMNS] = {
    [COLUMN_KEY]      = { .title = NULL, .flexible = true, .min = 24, .max = 90 },
    [COLUMN_MESSAGES] = { .title = "Messages", .right = true },
    [COLUMN_HAM]      = { .title = "Ham", .right = true, .min = 6 },
    [COLUMN_SPAM]     = { .title = "Spam", .right = true, .min = 6 },
    [COLUMN_OTHER]    = { .title = "Unlabelled", .right = true },
    [COLUMN_BAR]      = { .title = "Share of them", .min = BAR_WIDTH, .max = BAR_WIDTH },
};

/* Dimensions in the order in which the key goes through them. */
static const struct { enum results_dimension dimension; const char *title, *plural; } ways[] = {
    { BY_ORGANISATION,  "Organisation",   "organisations" },
    { BY_NETWORK,       "Network",        "networks" },
    { BY_SENDER,        "Sender",         "senders" },
    { BY_RECIPIENT,     "Recipient",      "recipients" },
    { BY_SENDER_DOMAIN, "Sender domain",  "sender domains" },
    { BY_CLIENT,        "Client",         "clients" },
    { BY_COUNTRY,       "Country",        "countries" },
    { BY_ASN,           "AS",             "autonomous systems" },
};
/* clang-format on */

struct sources {
    struct panel panel;
    struct list_view list;
    struct list_model model;
    struct list_column columns[COLUMNS]; /* the first title follows the dimension */
    struct arena arena;                  /* of the shares */
    struct results_share *shares;
    size_t share_count;
    uint64_t messages; /* of all shares */
    size_t restriction;
    size_t way;
};

static size_t count(void *owner)
{
    return ((struct sources *)owner)->share_count;
}

static uint64_t unlabelled(const struct results_share *share)
{
    uint64_t labelled = share->ham + share->spam;
    return share->messages > labelled ? share->messages - labelled : 0;
}

static double number(void *owner, size_t row, size_t column)
{
    const struct results_share *share = &((struct sources *)owner)->shares[row];
    const double numbers[COLUMNS] = {
        [COLUMN_MESSAGES] = (double)share->messages,
        [COLUMN_HAM] = (double)share->ham,
        [COLUMN_SPAM] = (double)share->spam,
        [COLUMN_OTHER] = (double)unlabelled(share),
    };
    return numbers[column];
}

static unsigned cell(void *owner, size_t row, size_t column, struct buffer *out)
{
    struct sources *self = owner;
    const struct results_share *share = &self->shares[row];
    bool ascii = self->panel.dashboard->ascii;
    if (column == COLUMN_KEY) {
        if (share->key.len)
            escape_terminal(out, share->key, ascii);
        else
            buffer_add_text(out, share->key.at ? "<>" : "(not known)");
        return STYLE_PLAIN;
    }
    if (column == COLUMN_BAR) {
        double share_of = self->messages ? (double)share->messages / (double)self->messages : 0;
        figures_bar(out, share_of, BAR_WIDTH, ascii);
        return STYLE_PLAIN;
    }
    double value = number(owner, row, column);
    number_add_count(out, (uint64_t)value);
    if (!(value > 0))
        return STYLE_DIM;
    return column == COLUMN_HAM ? STYLE_HAM : column == COLUMN_SPAM ? STYLE_SPAM : STYLE_PLAIN;
}

static void reload(struct panel *panel)
{
    struct sources *self = (struct sources *)panel;
    arena_release(&self->arena);
    self->shares =
        results_top(panel->dashboard->results, self->restriction, ways[self->way].dimension,
                    SHARES_MAX, &self->arena, &self->share_count);
    self->messages = 0;
    for (size_t i = 0; i < self->share_count; i++)
        self->messages += self->shares[i].messages;
    self->columns[COLUMN_KEY].title = ways[self->way].title;
    list_view_reload(&self->list);
}

static void title(struct panel *panel, struct buffer *out)
{
    struct sources *self = (struct sources *)panel;
    if (self->restriction == SIZE_MAX) {
        buffer_add_text(out, "Newly stopped, by ");
    } else {
        const struct results_restriction *r =
            &results_candidate(panel->dashboard->results)->restrictions[self->restriction];
        panel_text_restriction(out, r, panel->dashboard->ascii);
        buffer_add_text(out, ", by ");
    }
    buffer_add_byte(out, ascii_lower(ways[self->way].title[0]));
    buffer_add_text(out, ways[self->way].title + 1);
}

static void detail(struct panel *panel, struct buffer *out)
{
    struct sources *self = (struct sources *)panel;
    number_add_count(out, self->messages);
    buffer_format(out, self->messages == 1 ? " message from " : " messages from ");
    number_add_count(out, self->share_count);
    buffer_format(out, " %s", ways[self->way].plural);
    if (self->share_count == SHARES_MAX)
        buffer_add_text(out, " (there are more)");
}

static struct panel *open_messages(struct sources *self, size_t row)
{
    struct dashboard *dashboard = self->panel.dashboard;
    struct results_filter filter = {
        .restriction = self->restriction,
        .key = self->shares[row].key,
        .keyless = self->shares[row].key.at == NULL,
        .dimension = ways[self->way].dimension,
        .ham = -1,
        .stopped = self->restriction == SIZE_MAX,
    };
    struct buffer name;
    buffer_init(&name, TITLE_MAX);
    cell(self, row, COLUMN_KEY, &name);
    struct panel *next = panel_messages_new(dashboard, &filter, buffer_text(&name));
    buffer_release(&name);
    return next;
}

static enum panel_event act(struct panel *panel, enum action action, struct panel **next)
{
    struct sources *self = (struct sources *)panel;
    size_t row;
    if (action == ACTION_DIMENSION) {
        self->way = (self->way + 1) % COUNT(ways);
        filter_bar_clear(&panel->filter);
        self->list.needle = slice_of(NULL);
        reload(panel);
        list_view_restart(&self->list);
        return PANEL_HANDLED;
    }
    if (action != ACTION_OPEN || !list_view_selected(&self->list, &row))
        return PANEL_IGNORED;
    *next = open_messages(self, row);
    return PANEL_OPEN;
}

static void free_sources(struct panel *panel)
{
    struct sources *self = (struct sources *)panel;
    list_view_release(&self->list);
    arena_release(&self->arena);
    free(self);
}

static const struct panel_class class = {
    .contexts = KEYS_EVERYWHERE | KEYS_LIST | KEYS_SOURCES,
    .empty = "Nobody: it acts on no mail.",
    .free = free_sources,
    .title = title,
    .reload = reload,
    .detail = detail,
    .act = act,
};

struct panel *panel_sources_new(struct dashboard *dashboard, size_t restriction)
{
    struct sources *self = xcalloc(1, sizeof *self);
    self->panel = (struct panel){ .class = &class, .dashboard = dashboard, .list = &self->list };
    self->restriction = restriction;
    memcpy(self->columns, columns, sizeof columns);
    self->model = (struct list_model){ .columns = self->columns,
                                       .column_count = COLUMNS,
                                       .fixed = 1,
                                       .count = count,
                                       .cell = cell,
                                       .number = number };
    filter_bar_init(&self->panel.filter);
    arena_init(&self->arena);
    list_view_init(&self->list, &self->model, self);
    reload(&self->panel);
    return &self->panel;
}
