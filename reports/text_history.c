#include "reports/text_history.h"

#include <inttypes.h>
#include <math.h>

#include "analyzer/results_history.h"
#include "base/number_text.h"
#include "base/xalloc.h"

enum { WEEKS_SHOWN = 8, CHANGES_SHOWN = 6 };

static int zone(const struct page *page)
{
    return results_input(page->results)->first_offset;
}

/* ---- weeks ---- */

/* One line: "    ham lost       80 of 441 = 18 %, 95 %: 4.0 % .. 45 %; 9/50 senders (21.3)". */
static void add_point(struct page *page, const char *name, const struct results_point *point)
{
    const struct estimate *e = &point->estimate;
    if (e->of == 0)
        return;
    buffer_format(&page->out, "    %-12s", name);
    page_count(page, e->count, 6);
    page_add(page, " of ");
    page_count(page, e->of, 0);
    if (!e->reason) {
        page_add(page, " = ");
        page_rate(page, e->rate, 0);
        buffer_format(&page->out, ", %.0f %%: ", 100 * e->confidence);
        page_rate(page, e->low, 0);
        page_add(page, " .. ");
        page_rate(page, e->high, 0);
    }
    buffer_format(&page->out, "; %" PRIu64 "/%" PRIu64 " senders (%.1f)\n", e->clusters,
                  e->of_clusters, e->effective_n);
    if (e->reason || isnan(point->band.low))
        return;
    buffer_format(&page->out, "%*s%s", 17, "", "the weeks before it forecast ");
    page_rate(page, point->band.low, 0);
    page_add(page, " .. ");
    page_rate(page, point->band.high, 0);
    page_add(page, point->side > 0 ? ": above\n" : point->side < 0 ? ": below\n" : "\n");
}

static void add_weeks(struct page *page, const struct results_drift *drift)
{
    static const char *const names[] = { "ham lost", "spam stopped", "refused now" };
    size_t first = drift->week_count > WEEKS_SHOWN ? drift->week_count - WEEKS_SHOWN : 0;
    page_heading(page,
                 "Week by week, Monday to Sunday (senders hit/all, and what these are worth)");
    page_wrapped(page, drift->sentence, 2);
    if (first) {
        page_add(page, "  The last ");
        page_count(page, WEEKS_SHOWN, 0);
        page_add(page, " of ");
        page_count(page, drift->week_count, 0);
        page_add(page, " weeks (--json has all):\n");
    }
    for (size_t w = first; w < drift->week_count; w++) {
        page_add(page, "  ");
        page_day(page, drift->weeks[w].start_us, zone(page));
        page_count(page, drift->weeks[w].messages, 8);
        page_add(page, drift->weeks[w].messages == 1 ? " message, " : " messages, ");
        page_add(page, "coverage ");
        page_rate(page, drift->weeks[w].coverage, 0);
        page_add(page, drift->weeks[w].whole ? "\n" : ", not a whole week\n");
        for (size_t s = 0; s < COUNT(names); s++)
            add_point(page, names[s], &drift->series[s].points[w]);
    }
}

static void add_change(struct page *page, const struct results_change *change)
{
    static const struct {
        const char *kind, *words;
    } kinds[] = {
        { "start", "the server started" },
        { "reload", "the configuration was read again" },
        { "rejects_begin", "first seen: " },
        { "rejects_end", "last seen: " },
    };
    page_add(page, "  ");
    page_day(page, change->time_us, zone(page));
    page_add(page, "  ");
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (slice_is(slice_of(change->kind), kinds[i].kind))
            page_add(page, kinds[i].words);
    if (change->what.at)
        page_foreign(page, change->what);
    page_add(page, change->differs ? ": the server refuses more or less than before\n" : "\n");
    page_estimate(page, 4, "refused until", &change->before);
    page_estimate(page, 4, "from then on", &change->after);
}

/* Those that made a difference, and of the others the last. */
static void add_changes(struct page *page, const struct results_drift *drift)
{
    size_t different = 0, shown = 0;
    if (drift->change_count == 0)
        return;
    for (size_t i = 0; i < drift->change_count; i++)
        different += drift->changes[i].differs;
    page_heading(page, "Changes of configuration that the log shows");
    for (size_t i = 0; i < drift->change_count && shown < CHANGES_SHOWN; i++) {
        const struct results_change *change = &drift->changes[i];
        bool by_log = change->what.at != NULL;
        if (!change->differs && !by_log)
            continue;
        add_change(page, change);
        shown++;
    }
    uint64_t others = drift->change_count - shown + drift->changes_left_out;
    if (others) {
        page_add(page, "  ");
        page_count(page, others, 0);
        page_add(page, shown ? " other" : "");
        page_add(page, others == 1 ? " start or reload" : " starts and reloads");
        page_add(page, different > shown ? " (--json has them)\n"
                                         : ", without a visible change of what is refused\n");
    }
}

/* ---- stages ---- */

static void add_stage(struct page *page, const struct results_stage *stage)
{
    page_add(page, "  ");
    page_add(page, stage->kind);
    if (stage->name.at) {
        page_add(page, " ");
        page_foreign(page, stage->name);
    }
    page_add(page, ": ");
    page_count(page, stage->reached, 0);
    page_add(page, " messages came to it, ");
    page_count(page, stage->caught, 0);
    page_add(page, " caught");
    if (stage->circular) {
        page_add(page, "; ");
        page_count(page, stage->circular, 0);
        page_add(page, " labels rest on it");
    }
    page_add(page, "\n");
    page_estimate(page, 4, "spam passed", &stage->spam_passed);
    page_estimate(page, 4, "ham caught", &stage->ham_caught);
    if (stage->unlabelled + stage->circular) {
        page_add(page, "    mail without a label of its own allows spam passed of ");
        page_rate(page, stage->spam_passed_bounds.low, 0);
        page_add(page, " .. ");
        page_rate(page, stage->spam_passed_bounds.high, 0);
        page_add(page, "\n");
    }
}

static void add_recapture(struct page *page, const struct results_recapture *r)
{
    if (!r->first.at || isnan(r->missed_middle))
        return;
    page_add(page, "  Scenario: if ");
    page_foreign(page, r->first);
    page_add(page, " and ");
    page_foreign(page, r->second);
    page_add(page, " erred independently (they do not), both would miss\n  ");
    page_rate(page, r->missed_middle, 0);
    page_add(page, " of the spam (");
    page_rate(page, r->missed.low, 0);
    page_add(page, " .. ");
    page_rate(page, r->missed.high, 0);
    page_add(page, "), from what each of them misses of the other's catch:\n");
    page_estimate(page, 4, "the first", &r->first_misses);
    page_estimate(page, 4, "the second", &r->second_misses);
}

static void add_stages(struct page *page)
{
    struct results_stages stages = results_stages(page->results, &page->arena);
    page_heading(page, "What leaks: spam that each stage lets through, in this log");
    for (size_t i = 0; i < stages.count; i++)
        add_stage(page, &stages.stages[i]);
    add_recapture(page, &stages.recapture);
    page_wrapped(page,
                 slice_of("Spam that no stage caught is known by labels given by hand alone "
                          "(--labels); a stage is never judged by labels that it made itself."),
                 2);
}

/* ---- late mail ---- */

/* "9.5 min", "2.1 h", "1.3 days"; "?" for what is beyond all that was seen. */
static void add_duration(struct page *page, double seconds)
{
    if (isnan(seconds))
        page_add(page, "?");
    else if (seconds < 90)
        buffer_format(&page->out, "%.0f s", seconds);
    else if (seconds < 90 * 60)
        buffer_format(&page->out, "%.1f min", seconds / 60);
    else if (seconds < 48 * 3600)
        buffer_format(&page->out, "%.1f h", seconds / 3600);
    else
        buffer_format(&page->out, "%.1f days", seconds / 86400);
}

static void add_quantile(struct page *page, const char *name,
                         const struct results_quantile *quantile)
{
    buffer_format(&page->out, "    %-13s", name);
    add_duration(page, quantile->value);
    page_add(page, ", 95 % interval ");
    add_duration(page, quantile->low);
    page_add(page, " .. ");
    add_duration(page, quantile->high);
    page_add(page, "\n");
}

static void add_delays(struct page *page, const struct results_delays *d, const char *heading)
{
    const struct {
        uint64_t count;
        const char *what;
    } ends[] = {
        { d->same_address, "from the same address" },
        { d->same_network, "from another address of the same network" },
        { d->other_network, "from another network only" },
        { d->never, "never, within five days" },
        { d->open, "not yet when the log ends" },
    };
    if (d->cases == 0)
        return;
    page_heading(page, heading);
    page_add(page, "  ");
    page_count(page, d->attempts, 0);
    page_add(page, " attempts of ");
    page_count(page, d->cases, 0);
    page_add(page, " cases (a sender, a recipient); they came back\n");
    for (size_t i = 0; i < COUNT(ends); i++) {
        page_count(page, ends[i].count, 10);
        buffer_format(&page->out, "  %s\n", ends[i].what);
    }
    if (d->never_back.of)
        page_estimate(page, 4, "never back", &d->never_back);
    else
        page_add(page, "    never back: the log is too short to tell, it takes five days more\n");
    page_add(page, d->wanted_only ? "  wanted mail that came back: "
                                  : "  mail that came back (nothing is labelled): ");
    page_count(page, d->delayed, 0);
    buffer_format(&page->out, " of %" PRIu64 " senders, worth %.1f\n", d->clusters, d->effective_n);
    if (d->delayed == 0)
        return;
    if (!d->over_hour.reason) {
        add_quantile(page, "median", &d->median);
        add_quantile(page, "90 % below", &d->p90);
        add_quantile(page, "99 % below", &d->p99);
    }
    page_estimate(page, 4, "over 1 hour", &d->over_hour);
    page_estimate(page, 4, "over 24 hours", &d->over_day);
    page_estimate(page, 4, "other network", &d->other_pool);
}

static void add_lateness(struct page *page)
{
    struct results_lateness late = results_lateness(page->results);
    add_delays(page, &late.greylisting, "Mail that greylisting put off, by the log");
    add_delays(page, &late.other, "Mail put off by other 4xx answers, by the log");
    if (late.candidate.asked && late.candidate.delayed.count) {
        page_heading(page, "Mail that the candidate's policy services would put off");
        page_estimate(page, 2, "ham delayed", &late.candidate.delayed);
        page_add(page, "  ");
        page_count(page, late.candidate.pool_clusters, 0);
        page_add(page, " of ");
        page_count(page, late.candidate.of_clusters, 0);
        page_add(page, " senders put off write from several networks: a retry from\n"
                       "  another one is put off anew.\n");
        page_wrapped(page,
                     slice_of("Mail that was let in at once has no retry in the log: how late it "
                              "would come is up to the senders' queues, and a greylist that never "
                              "sees a retry learns no client, so that this is an upper limit."),
                     2);
    }
    if (late.greylisting.cases || late.candidate.delayed.count)
        page_wrapped(page,
                     slice_of("Which of it somebody was waiting for (a code, a new password) no "
                              "log says; such mail is mostly a first contact, which greylisting "
                              "puts off. What never came back has no label."),
                     2);
    if (late.candidate.asked && late.candidate.once) {
        page_add(page, "  ");
        page_count(page, late.candidate.once, 0);
        page_add(page, " of the delayed were the only message of their sender in this log.\n");
    }
}

void text_history_add(struct page *page)
{
    struct results_drift drift = results_drift(page->results, &page->arena);
    if (drift.week_count)
        add_weeks(page, &drift);
    add_changes(page, &drift);
    add_stages(page);
    add_lateness(page);
}
