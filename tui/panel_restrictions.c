/* The table of the candidate's checks in the order in which Postfix asks them. Below it, where the
 * screen has room, who sends the mail that the chosen one acts on. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/number_text.h"
#include "base/xalloc.h"
#include "tui/figures.h"
#include "tui/panel.h"
#include "tui/panel_text.h"

enum {
    NARROW = 120, /* screens narrower than this get short estimates */
    BAR_WIDTH = 24,
    PREVIEWS = 2,
    PREVIEW_MIN = 6, /* rows */
    PREVIEW_MOST = 100,
    PREVIEW_WIDTH = 100,
    TWO_TABLES = 160, /* columns from which on both previews stand side by side */
    NUMBER_WIDTH = 11,
    TEXT_MAX = 4096,
};

enum column {
    COLUMN_ON,
    COLUMN_NAME,
    COLUMN_HITS,
    COLUMN_HAM,
    COLUMN_SPAM,
    COLUMN_SO,
    COLUMN_DECIDES,
    COLUMN_UNIQUE,
    COLUMN_UNKNOWN,
    COLUMN_PLACE,
    COLUMN_BAR,
    COLUMNS
};

/* clang-format off */
static const struct list_column columns[COLUMNS] = {
    [COLUMN_ON]      = { .title = "On", .min = 3 },
    [COLUMN_NAME]    = { .title = "Restriction", .flexible = true, .min = 34, .max = 70 },
    [COLUMN_HITS]    = { .title = "Hits", .right = true },
    [COLUMN_HAM]     = { .title = "Ham lost", .right = true },
    [COLUMN_SPAM]    = { .title = "Spam stopped", .right = true },
    [COLUMN_SO]      = { .title = "S/O", .right = true, .min = 4 },
    [COLUMN_DECIDES] = { .title = "Decides", .right = true },
    [COLUMN_UNIQUE]  = { .title = "Unique", .right = true },
    [COLUMN_UNKNOWN] = { .title = "Unknown", .right = true },
    [COLUMN_PLACE]   = { .title = "List:pos", .min = 9 },
    [COLUMN_BAR]     = { .title = "Ham lost, 0 to 100%", .min = BAR_WIDTH },
};
/* clang-format on */

/* Who sends what a restriction acts on, counted in one dimension. */
struct preview {
    const struct results_share *shares;
    size_t count;
};

struct restrictions {
    struct panel panel;
    struct list_view list;
    /* So that the parts of estimates stand below each other; [1] for narrow screens. */
    struct figures_widths ham[2], spam[2];
    struct preview previews[PREVIEWS];
    struct arena arena; /* of the previews */
    size_t previewed;   /* whose they are, from 1; 0: nobody's */
    bool wants_preview; /* there was room for it in the last frame */
};

static const struct results_restriction *restriction_at(const struct panel *panel, size_t row)
{
    return &results_candidate(panel->dashboard->results)->restrictions[row];
}

static size_t count(void *owner)
{
    struct restrictions *self = owner;
    return results_candidate(self->panel.dashboard->results)->restriction_count;
}

/* True when the baseline does not ask this: what the what-if is about. Without a baseline that is
 * known (it has no restriction at all) nothing is told apart. */
static bool is_added(const struct panel *panel, const struct results_restriction *r)
{
    const struct results_set *baseline = results_baseline(panel->dashboard->results);
    for (size_t i = 0; i < baseline->restriction_count; i++) {
        const struct results_restriction *other = &baseline->restrictions[i];
        if (other->enabled && text_equal(r->name, other->name) &&
            text_equal(r->argument, other->argument) && text_equal(r->list, other->list))
            return false;
    }
    return baseline->restriction_count > 0;
}

/* "client:3" for position 3 of smtpd_client_restrictions; "-" outside the lists. */
static void add_place(struct buffer *out, const struct results_restriction *r, bool ascii)
{
    struct slice list = slice_of(r->list);
    if (!r->list) {
        buffer_add_byte(out, '-');
        return;
    }
    if (slice_starts(list, "smtpd_"))
        list = slice_skip(list, strlen("smtpd_"));
    if (slice_ends(list, "_restrictions"))
        list.len -= strlen("_restrictions");
    escape_terminal(out, list, ascii);
    buffer_format(out, ":%u", r->position);
}

static double number(void *owner, size_t row, size_t column)
{
    struct restrictions *self = owner;
    const struct results_restriction *r = restriction_at(&self->panel, row);
    const double numbers[COLUMNS] = {
        [COLUMN_HITS] = (double)r->hits,
        [COLUMN_HAM] = r->permits ? (double)NAN : (double)r->ham_lost.count,
        [COLUMN_SPAM] = r->permits ? (double)NAN : (double)r->spam_stopped.count,
        [COLUMN_SO] = r->so_ratio,
        [COLUMN_DECIDES] = (double)r->decides,
        [COLUMN_UNIQUE] = (double)r->unique,
        [COLUMN_UNKNOWN] = (double)r->unknown,
    };
    return numbers[column];
}

static void add_number(struct buffer *out, double value, size_t column)
{
    if (column != COLUMN_SO)
        number_add_count(out, (uint64_t)value);
    else if (isnan(value))
        buffer_add_byte(out, '-');
    else
        buffer_format(out, "%u.%02u", (unsigned)value, (unsigned)lround(value * 100) % 100);
}

/* A permit stops nothing by itself: it has no estimates. */
static unsigned estimate_cell(struct restrictions *self, const struct results_restriction *r,
                              size_t column, struct buffer *out)
{
    size_t narrow = screen_area(self->panel.dashboard->screen).columns < NARROW;
    const struct estimate *estimate = column == COLUMN_SPAM ? &r->spam_stopped : &r->ham_lost;
    if (r->permits)
        buffer_add_byte(out, '-');
    else if (column == COLUMN_BAR)
        figures_interval_bar(out, estimate, BAR_WIDTH, self->panel.dashboard->ascii);
    else
        figures_estimate(out, estimate,
                         column == COLUMN_HAM ? &self->ham[narrow] : &self->spam[narrow]);
    if (estimate->count == 0)
        return STYLE_DIM;
    return column == COLUMN_SPAM ? STYLE_SPAM : STYLE_HAM;
}

static unsigned cell(void *owner, size_t row, size_t column, struct buffer *out)
{
    struct restrictions *self = owner;
    const struct results_restriction *r = restriction_at(&self->panel, row);
    bool ascii = self->panel.dashboard->ascii;
    unsigned style = !r->enabled || r->permits ? STYLE_DIM : STYLE_PLAIN;
    if (column == COLUMN_ON)
        buffer_add_text(out, r->enabled ? "[x]" : "[ ]");
    else if (column == COLUMN_NAME)
        panel_text_restriction(out, r, ascii);
    else if (column == COLUMN_PLACE)
        add_place(out, r, ascii);
    else if (column == COLUMN_BAR || column == COLUMN_HAM || column == COLUMN_SPAM)
        return estimate_cell(self, r, column, out);
    else
        add_number(out, number(owner, row, column), column);
    if (column == COLUMN_NAME && is_added(&self->panel, r))
        return STYLE_STRONG;
    return column == COLUMN_UNKNOWN && r->unknown ? STYLE_WARNING : style;
}

static const struct list_model model = {
    .columns = columns,
    .column_count = COLUMNS,
    .fixed = 2,
    .essential = COLUMN_SPAM + 1,
    .count = count,
    .cell = cell,
    .number = number,
};

static void reload(struct panel *panel)
{
    struct restrictions *self = (struct restrictions *)panel;
    for (size_t i = 0; i < 2; i++) {
        self->ham[i].short_count = self->spam[i].short_count = i == 1;
        for (size_t row = 0; row < count(self); row++) {
            if (restriction_at(panel, row)->permits)
                continue;
            figures_measure(&self->ham[i], &restriction_at(panel, row)->ham_lost);
            figures_measure(&self->spam[i], &restriction_at(panel, row)->spam_stopped);
        }
    }
    self->previewed = 0;
    list_view_reload(&self->list);
}

static void title(struct panel *panel, struct buffer *out)
{
    (void)panel;
    buffer_add_text(out, "Restrictions");
}

static void detail(struct panel *panel, struct buffer *out)
{
    size_t row;
    if (!list_view_selected(panel->list, &row))
        return;
    const struct results_restriction *r = restriction_at(panel, row);
    panel_text_restriction(out, r, panel->dashboard->ascii);
    if (r->list) {
        buffer_add_text(out, ": ");
        add_place(out, r, panel->dashboard->ascii);
    }
    buffer_add_text(out, r->enabled ? "" : ", off");
    buffer_add_text(out, r->permits ? ", a permit" : "");
    buffer_add_text(out, is_added(panel, r) ? ", new" : "");
    if (!r->permits)
        buffer_format(out, "; senders: ham %" PRIu64 "/%" PRIu64 ", spam %" PRIu64 "/%" PRIu64,
                      r->ham_lost.clusters, r->ham_lost.of_clusters, r->spam_stopped.clusters,
                      r->spam_stopped.of_clusters);
}

static enum panel_event act(struct panel *panel, enum action action, struct panel **next)
{
    size_t row;
    if (!list_view_selected(panel->list, &row))
        return PANEL_IGNORED;
    if (action == ACTION_TOGGLE) {
        results_toggle(panel->dashboard->results, row);
        return PANEL_CHANGED;
    }
    if (action != ACTION_OPEN)
        return PANEL_IGNORED;
    *next = panel_sources_new(panel->dashboard, row);
    return PANEL_OPEN;
}

/* One line of the preview: "example.org   1,234 messages   12 ham   1,200 spam". */
static void draw_share(struct panel *panel, struct area line, const struct results_share *share,
                       int key_width)
{
    struct screen *screen = panel->dashboard->screen;
    struct buffer text;
    buffer_init(&text, TEXT_MAX);
    escape_terminal(&text, share->key, panel->dashboard->ascii);
    screen_text(screen, line.row, line.column, key_width, buffer_slice(&text), STYLE_PLAIN);
    const uint64_t numbers[] = { share->messages, share->ham, share->spam };
    static const unsigned styles[] = { STYLE_PLAIN, STYLE_HAM, STYLE_SPAM };
    for (int i = 0; i < 3; i++) {
        buffer_clear(&text);
        number_add_count(&text, numbers[i]);
        int end = line.column + key_width + NUMBER_WIDTH * (i + 1);
        screen_text(screen, line.row, end - (int)text.len, (int)text.len, buffer_slice(&text),
                    numbers[i] ? styles[i] : STYLE_DIM);
    }
    buffer_release(&text);
}

/* Asks for the shares of the chosen restriction, once no key has come for a moment: over a long log
 * that takes longer than a key that is held down should wait. */
static bool idle(struct panel *panel)
{
    static const enum results_dimension dimensions[PREVIEWS] = { BY_ORGANISATION, BY_SENDER };
    struct restrictions *self = (struct restrictions *)panel;
    size_t row;
    if (!self->wants_preview || !list_view_selected(panel->list, &row) ||
        self->previewed == row + 1)
        return false;
    arena_release(&self->arena);
    self->previewed = row + 1;
    for (size_t i = 0; i < PREVIEWS; i++)
        self->previews[i].shares =
            results_top(panel->dashboard->results, row, dimensions[i], PREVIEW_MOST, &self->arena,
                        &self->previews[i].count);
    return true;
}

static void draw_preview(struct panel *panel, struct area area, const struct preview *preview,
                         const char *title)
{
    bool known = preview->shares != NULL;
    struct screen *screen = panel->dashboard->screen;
    struct buffer heading;
    int key_width = area.columns - 3 * NUMBER_WIDTH - 1;
    buffer_init(&heading, TEXT_MAX);
    buffer_format(&heading, "%-*s%*s%*s%*s", key_width, title, NUMBER_WIDTH, "Messages",
                  NUMBER_WIDTH, "Ham", NUMBER_WIDTH, "Spam");
    screen_text(screen, area.row, area.column + 1, area.columns - 1, buffer_slice(&heading),
                STYLE_HEADING);
    for (size_t i = 0; known && i < preview->count && (int)i + 1 < area.rows; i++) {
        struct area line = { area.row + 1 + (int)i, area.column + 1, 1, area.columns - 1 };
        draw_share(panel, line, &preview->shares[i], key_width);
    }
    if (known && preview->count == 0)
        screen_text(screen, area.row + 1, area.column + 1, area.columns - 1,
                    slice_of("Nobody: it acts on no mail."), STYLE_DIM);
    buffer_release(&heading);
}

static int below(struct panel *panel, struct area area, bool draw)
{
    static const struct preview nothing_yet[PREVIEWS];
    struct restrictions *self = (struct restrictions *)panel;
    size_t row;
    int spare = area.rows - (int)panel->list->total - 2;
    if (!draw) {
        self->wants_preview = spare >= PREVIEW_MIN && list_view_selected(panel->list, &row);
        return self->wants_preview ? spare : 0;
    }
    struct area left = area, right = area;
    if (area.columns >= TWO_TABLES)
        left.columns = right.columns = (right.column = area.columns / 2) - 2;
    else
        left.columns = area.columns < PREVIEW_WIDTH ? area.columns : PREVIEW_WIDTH;
    bool known = list_view_selected(panel->list, &row) && self->previewed == row + 1;
    const struct preview *previews = known ? self->previews : nothing_yet;
    draw_preview(panel, left, &previews[0], "Whose mail the chosen one acts on");
    if (area.columns >= TWO_TABLES)
        draw_preview(panel, right, &previews[1], "By sender");
    return 0;
}

static void free_restrictions(struct panel *panel)
{
    struct restrictions *self = (struct restrictions *)panel;
    list_view_release(&self->list);
    arena_release(&self->arena);
    free(self);
}

static const struct panel_class class = {
    .contexts = KEYS_EVERYWHERE | KEYS_LIST | KEYS_RESTRICTIONS,
    .full_overview = true,
    .empty = "No restriction is known: -c DIR gives those of the server, --enable adds one.",
    .free = free_restrictions,
    .title = title,
    .reload = reload,
    .detail = detail,
    .act = act,
    .below = below,
    .idle = idle,
};

struct panel *panel_restrictions_new(struct dashboard *dashboard)
{
    struct restrictions *self = xcalloc(1, sizeof *self);
    self->panel = (struct panel){ .class = &class, .dashboard = dashboard, .list = &self->list };
    filter_bar_init(&self->panel.filter);
    list_view_init(&self->list, &model, self);
    reload(&self->panel);
    for (size_t row = 0; row < self->list.count; row++) /* the question is about the new ones */
        if (is_added(&self->panel, restriction_at(&self->panel, row))) {
            self->list.cursor = row;
            break;
        }
    return &self->panel;
}
