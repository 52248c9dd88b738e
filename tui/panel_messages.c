/* The messages (rows: one per recipient) that pass a filter, in order of time. */
#include <math.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "tui/figures.h"
#include "tui/panel.h"
#include "tui/panel_text.h"

enum { MESSAGES_MAX = 100000 };

enum column {
    COLUMN_TIME,
    COLUMN_LABEL,
    COLUMN_CANDIDATE,
    COLUMN_SENDER,
    COLUMN_RECIPIENT,
    COLUMN_CLIENT,
    COLUMN_HELO,
    COLUMN_DECIDER,
    COLUMN_BASELINE,
    COLUMN_END,
    COLUMN_QUEUE_ID,
    COLUMNS
};

/* clang-format off */
static const struct list_column columns[COLUMNS] = {
    [COLUMN_TIME]      = { .title = "Time", .min = 19 },
    [COLUMN_LABEL]     = { .title = "Label", .min = 5 },
    [COLUMN_CANDIDATE] = { .title = "Candidate", .min = 9 },
    [COLUMN_SENDER]    = { .title = "Sender", .min = 8, .max = 32 },
    [COLUMN_RECIPIENT] = { .title = "Recipient", .min = 8, .max = 28 },
    [COLUMN_CLIENT]    = { .title = "Client", .min = 10, .max = 44 },
    [COLUMN_HELO]      = { .title = "HELO", .min = 10, .max = 28 },
    [COLUMN_DECIDER]   = { .title = "Decided by", .max = 40 },
    [COLUMN_BASELINE]  = { .title = "Baseline", .min = 9 },
    [COLUMN_END]       = { .title = "End", .min = 6 },
    [COLUMN_QUEUE_ID]  = { .title = "Queue id", .max = 20 },
};
/* clang-format on */

struct messages {
    struct panel panel;
    struct list_view list;
    struct arena arena; /* of the selection */
    uint32_t *indexes;
    size_t index_count;
    struct results_filter filter;
    char *key; /* behind filter.key */
    char *title;
    struct arena frame; /* of the row that was read last */
    struct results_row row;
    size_t row_index; /* which one that is; SIZE_MAX: none */
};

/* A row is asked for cell by cell: the last one is kept. */
static const struct results_row *row_at(struct messages *self, size_t row)
{
    size_t index = self->indexes[row];
    if (self->row_index != index) {
        arena_release(&self->frame);
        self->row = results_row_at(self->panel.dashboard->results, index, &self->frame);
        self->row_index = index;
    }
    return &self->row;
}

static size_t count(void *owner)
{
    return ((struct messages *)owner)->index_count;
}

static double number(void *owner, size_t row, size_t column)
{
    (void)owner, (void)row, (void)column;
    return (double)NAN; /* no column is a number */
}

static unsigned verdict_style(const struct results_row *row)
{
    if (row->candidate.verdict == RESULT_UNKNOWN)
        return STYLE_WARNING;
    if (row->candidate.verdict == RESULT_ACCEPT)
        return STYLE_PLAIN;
    return row->ham >= 0.9 ? STYLE_HAM : STYLE_SPAM;
}

static unsigned cell(void *owner, size_t row_number, size_t column, struct buffer *out)
{
    struct messages *self = owner;
    const struct results_row *row = row_at(self, row_number);
    bool ascii = self->panel.dashboard->ascii;
    const struct slice texts[COLUMNS] = {
        [COLUMN_SENDER] = row->sender,
        [COLUMN_RECIPIENT] = row->recipient,
        [COLUMN_HELO] = row->helo,
        [COLUMN_QUEUE_ID] = row->queue_id,
        [COLUMN_END] = slice_of(row->end_status),
        [COLUMN_DECIDER] = slice_of(row->candidate.restriction),
    };
    if (column == COLUMN_TIME)
        figures_time(out, row->time_us, row->offset_minutes);
    else if (column == COLUMN_LABEL)
        panel_text_label(out, row->ham);
    else if (column == COLUMN_CANDIDATE)
        panel_text_verdict(out, &row->candidate);
    else if (column == COLUMN_BASELINE)
        panel_text_verdict(out, &row->baseline);
    else if (column == COLUMN_CLIENT && row->client_name.len)
        panel_text_client(out, row, ascii);
    else if (column == COLUMN_CLIENT) /* room is short: the address alone says "unknown", too */
        panel_text_or_dash(out, row->client_address, ascii);
    else
        panel_text_or_dash(out, texts[column], ascii);
    if (column == COLUMN_LABEL && !isnan(row->ham))
        return row->ham >= 0.9 ? STYLE_HAM : row->ham <= 0.1 ? STYLE_SPAM : STYLE_PLAIN;
    return column == COLUMN_CANDIDATE ? verdict_style(row) : STYLE_PLAIN;
}

static const struct list_model model = {
    .columns = columns,
    .column_count = COLUMNS,
    .fixed = 3,
    .filters_itself = true,
    .count = count,
    .cell = cell,
    .number = number,
};

static void reload(struct panel *panel)
{
    struct messages *self = (struct messages *)panel;
    size_t selected;
    bool had = list_view_selected(&self->list, &selected);
    uint32_t was = had ? self->indexes[selected] : 0;
    struct slice needle = buffer_slice(&panel->filter.text);
    self->filter.text = needle.len ? needle : slice_of(NULL);
    self->list.needle = needle;
    arena_release(&self->arena);
    self->indexes = results_select(panel->dashboard->results, &self->filter, MESSAGES_MAX,
                                   &self->arena, &self->index_count);
    self->row_index = SIZE_MAX;
    list_view_restart(&self->list);
    for (size_t i = 0; had && i < self->list.count; i++)
        if (self->indexes[self->list.order[i]] == was)
            self->list.cursor = i;
}

static void title(struct panel *panel, struct buffer *out)
{
    struct messages *self = (struct messages *)panel;
    buffer_add_text(out, self->title);
    if (self->filter.ham >= 0)
        buffer_add_text(out, self->filter.ham ? ", ham only" : ", spam only");
    if (self->filter.stopped)
        buffer_add_text(out, ", stopped");
}

static void detail(struct panel *panel, struct buffer *out)
{
    struct messages *self = (struct messages *)panel;
    size_t row;
    if (!list_view_selected(&self->list, &row))
        return;
    const struct results_row *shown = row_at(self, row);
    bool ascii = panel->dashboard->ascii;
    panel_text_or_dash(out, shown->sender, ascii);
    buffer_add_text(out, " to ");
    panel_text_or_dash(out, shown->recipient, ascii);
    buffer_add_text(out, " from ");
    panel_text_client(out, shown, ascii);
    if (self->index_count == MESSAGES_MAX)
        buffer_add_text(out, " (only the first are listed: filter)");
}

static void switch_label(struct messages *self)
{
    self->filter.ham = self->filter.ham < 0 ? 1 : self->filter.ham - 1;
}

static enum panel_event act(struct panel *panel, enum action action, struct panel **next)
{
    struct messages *self = (struct messages *)panel;
    size_t row;
    if (action == ACTION_LABEL || action == ACTION_STOPPED) {
        if (action == ACTION_LABEL)
            switch_label(self);
        else
            self->filter.stopped = !self->filter.stopped;
        reload(panel);
        return PANEL_HANDLED;
    }
    if (action != ACTION_OPEN || !list_view_selected(&self->list, &row))
        return PANEL_IGNORED;
    *next = panel_message_new(panel->dashboard, self->indexes[row], panel);
    return PANEL_OPEN;
}

bool panel_messages_step(struct panel *messages, bool forward, size_t *index)
{
    struct messages *self = (struct messages *)messages;
    size_t before = self->list.cursor, row;
    list_view_act(&self->list, forward ? ACTION_DOWN : ACTION_UP);
    if (self->list.cursor == before || !list_view_selected(&self->list, &row))
        return false;
    *index = self->indexes[row];
    return true;
}

static void free_messages(struct panel *panel)
{
    struct messages *self = (struct messages *)panel;
    list_view_release(&self->list);
    arena_release(&self->arena);
    arena_release(&self->frame);
    free(self->key);
    free(self->title);
    free(self);
}

static const struct panel_class class = {
    .contexts = KEYS_EVERYWHERE | KEYS_LIST | KEYS_MESSAGES,
    .empty = "No message passes this selection.",
    .free = free_messages,
    .title = title,
    .reload = reload,
    .detail = detail,
    .act = act,
};

struct panel *panel_messages_new(struct dashboard *dashboard, const struct results_filter *filter,
                                 const char *title_text)
{
    struct messages *self = xcalloc(1, sizeof *self);
    self->panel = (struct panel){ .class = &class, .dashboard = dashboard, .list = &self->list };
    self->filter = *filter;
    if (filter->key.at) {
        self->key = xstrndup(filter->key.at, filter->key.len);
        self->filter.key.at = self->key;
    }
    self->title = xstrndup(title_text, strlen(title_text));
    filter_bar_init(&self->panel.filter);
    arena_init(&self->arena);
    arena_init(&self->frame);
    list_view_init(&self->list, &model, self);
    reload(&self->panel);
    return &self->panel;
}
