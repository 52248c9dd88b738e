/* What an administrator decides on beside the rates: who would lose wanted mail and which lines would
 * save it, whether the rates drift, what leaks through the chain, how late mail comes. One line for
 * each estimate, never without its senders. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "analyzer/results_advice.h"
#include "analyzer/results_history.h"
#include "base/civil_time.h"
#include "base/escape.h"
#include "base/number_text.h"
#include "base/xalloc.h"
#include "tui/figures.h"
#include "tui/panel.h"
#include "tui/panel_text.h"

enum { TEXT_MAX = 1 << 20, LOSERS_SHOWN = 10, INDENT = 4 };

struct history {
    struct panel panel;
    struct text_view text;
    struct buffer line;
    struct arena arena; /* of one reading of the results */
};

/* ---- lines ---- */

static void end_line(struct history *self, unsigned style)
{
    text_view_add(&self->text, buffer_slice(&self->line), style);
    buffer_clear(&self->line);
}

static void add_line(struct history *self, const char *words, unsigned style)
{
    buffer_add_text(&self->line, words);
    end_line(self, style);
}

static void add_heading(struct history *self, const char *heading)
{
    if (self->text.count)
        end_line(self, STYLE_PLAIN);
    add_line(self, heading, STYLE_HEADING);
}

static void add_foreign(struct history *self, struct slice text)
{
    panel_text_or_dash(&self->line, text, self->panel.dashboard->ascii);
}

static void add_day(struct history *self, int64_t time_us)
{
    char text[TIME_TEXT_MAX];
    int zone = results_input(self->panel.dashboard->results)->first_offset;
    buffer_format(&self->line, "%10s", civil_format_day(time_us, zone, text).at);
}

static void add_number(struct history *self, uint64_t count, const char *what)
{
    number_add_count(&self->line, count);
    buffer_add_text(&self->line, what);
}

/* "    ham lost      12/300 4.0% [0.2..21]  3/41 senders, worth 9.6". */
static void add_estimate(struct history *self, const char *name, const struct estimate *e,
                         unsigned style)
{
    const struct figures_widths widths = { .count = 11, .rate = 6 };
    buffer_format(&self->line, "    %-13s", name);
    if (e->of == 0) {
        add_line(self, "  no such mail", STYLE_DIM);
        return;
    }
    figures_estimate(&self->line, e, &widths);
    buffer_format(&self->line, "  %" PRIu64 "/%" PRIu64 " senders, worth %.1f", e->clusters,
                  e->of_clusters, e->effective_n);
    end_line(self, style);
}

static void add_pair(struct history *self, const struct estimate *ham, const struct estimate *spam)
{
    add_estimate(self, "ham lost", ham, STYLE_HAM);
    add_estimate(self, "spam stopped", spam, STYLE_SPAM);
}

/* ---- who ---- */

static void add_losers(struct history *self)
{
    size_t count, all;
    const struct results_loser *losers = results_losers(
        self->panel.dashboard->results, BY_ORGANISATION, LOSERS_SHOWN, &self->arena, &count, &all);
    add_heading(self, "Who would lose wanted mail, and how steadily they write");
    if (count == 0) {
        add_line(self, "  Nobody, as far as the labels go.", STYLE_PLAIN);
        return;
    }
    add_line(self, "      lost   late   of all  days  last seen  and spam", STYLE_DIM);
    for (size_t i = 0; i < count; i++) {
        buffer_format(&self->line, "%10" PRIu64 "%7" PRIu64 "%9" PRIu64 "%6" PRIu64 "  ",
                      losers[i].lost, losers[i].delayed, losers[i].came, losers[i].days);
        add_day(self, losers[i].last_us);
        buffer_format(&self->line, "%9" PRIu64 "  ", losers[i].spam);
        add_foreign(self, losers[i].key);
        end_line(self, STYLE_PLAIN);
    }
    if (count < all) {
        buffer_format(&self->line, "  and %zu more", all - count);
        end_line(self, STYLE_DIM);
    }
}

static void add_allow_list(struct history *self, const struct results_allow_list *list,
                           const struct results_rescue *rescue, const char *heading)
{
    if (list->count == 0)
        return;
    add_heading(self, heading);
    buffer_format(&self->line, "  first in %s:", rescue->list);
    end_line(self, STYLE_PLAIN);
    for (size_t i = 0; i < list->count; i++) {
        buffer_format(&self->line, "%*s", INDENT, "");
        add_foreign(self, list->entries[i].key);
        buffer_format(&self->line, " %s", rescue->action);
        end_line(self, STYLE_STRONG);
    }
    add_line(self, "  with these lines:", STYLE_PLAIN);
    add_pair(self, &list->ham_lost, &list->spam_stopped);
}

/* ---- weeks ---- */

static void add_point(struct history *self, const char *name, const struct results_point *point,
                      unsigned style)
{
    if (point->estimate.of == 0)
        return;
    add_estimate(self, name, &point->estimate, style);
    if (point->estimate.reason || isnan(point->band.low))
        return;
    buffer_format(&self->line, "%17s the weeks before forecast ", "");
    figures_percent(&self->line, point->band.low);
    buffer_add_text(&self->line, "..");
    figures_percent(&self->line, point->band.high);
    buffer_add_text(&self->line, point->side > 0 ? "%: above" : point->side < 0 ? "%: below" : "%");
    end_line(self, point->side ? STYLE_WARNING : STYLE_DIM);
}

static void add_weeks(struct history *self, const struct results_drift *drift)
{
    static const struct {
        const char *name;
        unsigned style;
    } shown[] = { { "ham lost", STYLE_HAM },
                  { "spam stopped", STYLE_SPAM },
                  { "refused now", STYLE_PLAIN } };
    add_heading(self, "Week by week, Monday to Sunday");
    buffer_add_text(&self->line, "  ");
    escape_terminal(&self->line, drift->sentence, self->panel.dashboard->ascii);
    end_line(self, STYLE_PLAIN);
    for (size_t w = drift->week_count; w-- > 0;) { /* the last one first */
        const struct results_week *week = &drift->weeks[w];
        buffer_add_text(&self->line, "  ");
        add_day(self, week->start_us);
        buffer_add_text(&self->line, "  ");
        add_number(self, week->messages, " messages, coverage ");
        figures_percent(&self->line, week->coverage);
        add_line(self, week->whole ? "%" : "%, not a whole week", STYLE_PLAIN);
        for (size_t s = 0; s < COUNT(shown); s++)
            add_point(self, shown[s].name, &drift->series[s].points[w], shown[s].style);
    }
}

static void add_changes(struct history *self, const struct results_drift *drift)
{
    if (drift->change_count == 0)
        return;
    add_heading(self, "Changes that the log shows, and what the server refuses");
    for (size_t i = 0; i < drift->change_count; i++) {
        const struct results_change *change = &drift->changes[i];
        buffer_add_text(&self->line, "  ");
        add_day(self, change->time_us);
        buffer_format(&self->line, "  %s ", change->kind);
        if (change->what.at)
            add_foreign(self, change->what);
        end_line(self, change->differs ? STYLE_WARNING : STYLE_PLAIN);
        add_estimate(self, "before", &change->before, STYLE_PLAIN);
        add_estimate(self, "from then on", &change->after, STYLE_PLAIN);
    }
}

/* ---- stages and delays ---- */

static void add_stages(struct history *self)
{
    struct results_stages stages = results_stages(self->panel.dashboard->results, &self->arena);
    add_heading(self, "What leaks: spam that each stage lets through");
    for (size_t i = 0; i < stages.count; i++) {
        const struct results_stage *stage = &stages.stages[i];
        buffer_format(&self->line, "  %s", stage->kind);
        if (stage->name.at) {
            buffer_add_byte(&self->line, ' ');
            add_foreign(self, stage->name);
        }
        buffer_add_text(&self->line, ": ");
        add_number(self, stage->reached, " messages came to it, ");
        add_number(self, stage->caught, " caught");
        end_line(self, STYLE_PLAIN);
        add_estimate(self, "spam passed", &stage->spam_passed, STYLE_SPAM);
        add_estimate(self, "ham caught", &stage->ham_caught, STYLE_HAM);
        if (stage->unlabelled + stage->circular == 0)
            continue;
        buffer_add_text(&self->line, "    unlabelled mail allows spam passed of ");
        figures_percent(&self->line, stage->spam_passed_bounds.low);
        buffer_add_text(&self->line, "..");
        figures_percent(&self->line, stage->spam_passed_bounds.high);
        add_line(self, "%", STYLE_DIM);
    }
}

static void add_delays(struct history *self, const struct results_delays *d, const char *heading)
{
    const struct {
        const char *name;
        const struct results_quantile *quantile;
    } quantiles[] = { { "median", &d->median },
                      { "90% below", &d->p90 },
                      { "99% below", &d->p99 } };
    if (d->cases == 0)
        return;
    add_heading(self, heading);
    buffer_add_text(&self->line, "  ");
    add_number(self, d->cases, " cases; back from the same address ");
    add_number(self, d->same_address, ", its network ");
    add_number(self, d->same_network, ", another ");
    add_number(self, d->other_network, ", never ");
    add_number(self, d->never, ", still open ");
    add_number(self, d->open, "");
    end_line(self, STYLE_PLAIN);
    add_estimate(self, "never back", &d->never_back, STYLE_PLAIN);
    for (size_t i = 0; i < COUNT(quantiles) && !isnan(quantiles[i].quantile->value); i++) {
        const struct results_quantile *q = quantiles[i].quantile;
        buffer_format(&self->line, "    %-13s%.0f s [%.0f..", quantiles[i].name, q->value, q->low);
        buffer_format(&self->line, isnan(q->high) ? "?]" : "%.0f]", q->high);
        buffer_format(&self->line, "  %" PRIu64 " messages, %" PRIu64 " senders, worth %.1f",
                      d->delayed, d->clusters, d->effective_n);
        end_line(self, STYLE_PLAIN);
    }
    add_estimate(self, "over 1 hour", &d->over_hour, STYLE_PLAIN);
    add_estimate(self, "over 24 hours", &d->over_day, STYLE_PLAIN);
}

static void add_lateness(struct history *self)
{
    struct results_lateness late = results_lateness(self->panel.dashboard->results);
    add_delays(self, &late.greylisting, "Mail that greylisting put off, by the log");
    add_delays(self, &late.other, "Mail put off by other 4xx answers, by the log");
    if (!late.candidate.asked || late.candidate.delayed.count == 0)
        return;
    add_heading(self, "Mail that the candidate's policy services would put off");
    add_estimate(self, "ham delayed", &late.candidate.delayed, STYLE_HAM);
    buffer_add_text(&self->line, "    ");
    add_number(self, late.candidate.pool_clusters, " of ");
    add_number(self, late.candidate.of_clusters, " senders put off write from several networks");
    end_line(self, STYLE_PLAIN);
}

/* ---- the panel ---- */

static void reload(struct panel *panel)
{
    struct history *self = (struct history *)panel;
    arena_release(&self->arena);
    text_view_clear(&self->text);
    add_losers(self);
    struct results_rescue rescue = results_rescue(panel->dashboard->results, &self->arena);
    add_allow_list(self, &rescue.clients, &rescue,
                   "An allow list that would save the most of it: check_client_access cidr:FILE,");
    add_allow_list(self, &rescue.senders, &rescue,
                   "By sender (FORGEABLE by anybody): check_sender_access texthash:FILE,");
    struct results_drift drift = results_drift(panel->dashboard->results, &self->arena);
    add_weeks(self, &drift);
    add_changes(self, &drift);
    add_stages(self);
    add_lateness(self);
    text_view_search(&self->text, buffer_slice(&panel->filter.text));
}

static void title(struct panel *panel, struct buffer *out)
{
    (void)panel;
    buffer_add_text(out, "Who, when, what leaks");
}

static void free_history(struct panel *panel)
{
    struct history *self = (struct history *)panel;
    text_view_release(&self->text);
    buffer_release(&self->line);
    arena_release(&self->arena);
    free(self);
}

static const struct panel_class class = {
    .contexts = KEYS_EVERYWHERE | KEYS_TEXT,
    .free = free_history,
    .title = title,
    .reload = reload,
};

struct panel *panel_history_new(struct dashboard *dashboard)
{
    struct history *self = xcalloc(1, sizeof *self);
    self->panel = (struct panel){ .class = &class, .dashboard = dashboard, .text = &self->text };
    filter_bar_init(&self->panel.filter);
    text_view_init(&self->text, TEXT_MAX, INDENT);
    buffer_init(&self->line, TEXT_MAX);
    arena_init(&self->arena);
    reload(&self->panel);
    return &self->panel;
}
