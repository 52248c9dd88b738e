/*
 * From numbers to a decision: the candidate's loss of wanted mail against a budget. Within or over is
 * said only when the whole widened interval is; otherwise these logs do not tell, and the cheapest
 * evidence that would is named (docs/method.md).
 */
#include <math.h>
#include <stdlib.h>

#include "analyzer/estimate/estimate.h"
#include "analyzer/estimate/forecast.h"
#include "analyzer/results_advice.h"
#include "analyzer/results_internal.h"
#include "base/number_text.h"
#include "base/xalloc.h"

enum { ADVICE_LIMIT = 8192, NEEDS_LOOKED_AT = 2000 };
#define WEEK_US       ((int64_t)7 * 24 * 3600 * 1000000)
#define CARRIER_SHARE 0.5

/* ---- what is missing ---- */

/* What to do about a kind of missing evidence: a row per word of `needs` (spec/examples.md), the part
 * before the colon. */
static const struct {
    const char *need, *advice;
} remedies[] = {
    { "helo_name",
      "the HELO names are not in the log; put `check_client_access static:{INFO facts}` "
      "first in smtpd_client_restrictions (it refuses nothing, and logs every fact of "
      "every recipient), and come back after a week" },
    { "client_name_status",
      "whether the clients without a verified name have none or only failed for the moment is not "
      "in the log; add `warn_if_reject reject_unknown_client_hostname` with "
      "unknown_client_reject_code = 550, or record the names with `mailwhatif dns record`" },
    { "dns", "DNS answers are missing; `mailwhatif dns record` asks for what this log needs, then "
             "give the snapshot with --dns" },
    { "map", "lookup tables are missing; give their folder with --map-root" },
    { "policy", "what policy services answer is not known; say it with --policy" },
    { "sasl_username", "who was logged in is not in the log" },
    { "restriction", "a restriction of the candidate is not simulated" },
};

/* The need that most undecided wanted messages have in common; *count gets how many of those looked
 * at. Number of `remedies`, COUNT(remedies) for any other. */
static size_t commonest_need(const struct results *results, struct arena *arena, uint64_t *count)
{
    const struct evidence *evidence = results->parts.evidence;
    const struct tally_view *view = &results->candidate.view;
    uint64_t counts[COUNT(remedies) + 1] = { 0 };
    unsigned seen = 0;
    for (uint32_t row = 0; row < evidence->row_count && seen < NEEDS_LOOKED_AT; row++) {
        if (label_kind_of(results->labels.of_row[row].ham) != LABEL_HAM ||
            tally_verdict(view, row)->kind != VERDICT_UNKNOWN)
            continue;
        seen++;
        size_t need_count, which = COUNT(remedies);
        const struct slice *needs = replay_needs(view->replay, row, arena, &need_count);
        for (size_t i = 0; i < COUNT(remedies) && need_count; i++)
            if (slice_is(slice_head(needs[0], slice_index(needs[0], ':')), remedies[i].need))
                which = i;
        counts[which]++;
    }
    size_t best = 0;
    for (size_t i = 1; i <= COUNT(remedies); i++)
        if (counts[i] > counts[best])
            best = i;
    *count = counts[best];
    return best;
}

/* ---- words ---- */

static void add_range(struct buffer *out, struct results_range range)
{
    number_add_percent(out, range.low);
    buffer_add_text(out, " .. ");
    number_add_percent(out, range.high);
}

/* The cheapest evidence that would decide an open question. */
static void add_remedy(const struct results *results, const struct results_assessment *a,
                       struct buffer *out, struct arena *arena)
{
    const struct estimate *lost = &results->candidate.set.ham_lost;
    double if_decided = interval_clopper_pearson(lost->rate, lost->effective_n, 0.95).high;
    size_t count;
    const struct results_loser *top =
        results_losers(results, BY_ORGANISATION, 1, arena, &count, NULL);
    double needed = budget_senders_needed(lost->rate, a->budget, lost->confidence);
    if (lost->of == 0) {
        buffer_add_text(out, " No message that came in is labelled as wanted: judge some by hand "
                             "(--audit-list), or give labels with --labels.");
        return;
    }
    if (lost->bound_high > lost->bound_low && if_decided <= a->budget) {
        uint64_t rows;
        size_t which = commonest_need(results, arena, &rows);
        buffer_add_text(out, " What stands in the way is evidence that is missing: ");
        buffer_add_text(out, which < COUNT(remedies) ? remedies[which].advice
                                                     : "see the undecided rows");
        buffer_add_byte(out, '.');
    } else if (count && (double)top[0].lost > CARRIER_SHARE * (double)lost->count) {
        buffer_add_text(out, " One sender, ");
        buffer_add_slice(out, top[0].key.at ? top[0].key : slice_of("unknown"));
        buffer_add_text(out, ", carries ");
        number_add_count(out, top[0].lost);
        buffer_add_text(out, " of the loss of ");
        number_add_count(out, lost->count);
        buffer_add_text(out, ": whether its mail may be lost is a decision, not an estimate. "
                             "Allow it, and ask again.");
    } else if (needed > lost->effective_n) {
        buffer_format(out,
                      " Senders worth %.0f would be needed, these logs have %.1f: take logs of "
                      "a longer time.",
                      ceil(needed), lost->effective_n);
    } else {
        buffer_add_text(out, " Judge the messages that would be lost by hand (--audit-list), the "
                             "largest senders first.");
    }
}

static struct slice make_advice(const struct results *results, const struct results_assessment *a,
                                enum budget_decision decision, struct arena *arena)
{
    struct buffer out;
    buffer_init(&out, ADVICE_LIMIT);
    if (decision == BUDGET_WITHIN)
        buffer_add_text(&out, "Within the budget of ");
    else if (decision == BUDGET_OVER)
        buffer_add_text(&out, "Over the budget of ");
    else if (decision == BUDGET_OPEN)
        buffer_add_text(&out, "Not decidable from these logs, for a budget of ");
    if (decision != BUDGET_NOT_ASKED) {
        number_add_percent(&out, a->budget);
        buffer_add_text(&out, ": of the wanted mail to come ");
        if (isnan(a->forecast.high)) {
            buffer_add_text(&out, "nothing is known.");
        } else {
            add_range(&out, a->forecast);
            buffer_add_text(&out, " would be lost.");
        }
    }
    if (decision == BUDGET_OPEN)
        add_remedy(results, a, &out, arena);
    struct slice advice = arena_copy(arena, slice_make(out.at ? out.at : "", out.len));
    buffer_release(&out);
    return advice;
}

/* ---- numbers ---- */

static double log_weeks(const struct results_input *input)
{
    if (input->first_us == TIME_NONE || input->last_us == TIME_NONE)
        return 0;
    return (double)(input->last_us - input->first_us) / (double)WEEK_US;
}

static struct results_range range_of(struct interval interval)
{
    return (struct results_range){ interval.low, interval.high };
}

static void assess_senders(const struct results *results, struct results_assessment *a)
{
    size_t count;
    struct cluster_rate *rates =
        tally_by_cluster(results->tally, &results->candidate.view, &results->candidate.set, &count);
    a->typical = range_of(forecast_typical(rates, count, a->weeks, a->seed));
    struct without_one without = forecast_without_one(rates, count);
    a->without = (struct results_range){ without.low, without.high };
    a->without_low = intern_text(&results->clusters.keys, without.low_cluster);
    a->without_high = intern_text(&results->clusters.keys, without.high_cluster);
    free(rates);
}

/* All but what needs the senders one by one. */
static struct results_assessment assess_rates(const struct results *results, struct arena *arena)
{
    const struct estimate *lost = &results->candidate.set.ham_lost;
    struct results_assessment a = {
        .budget = results->parts.budget,
        .spam_share = tally_spam_share(results->tally),
        .seed = results->parts.seed,
        .replicates = FORECAST_REPLICATES,
        .weeks = log_weeks(&results->parts.input),
        .refused = tally_refused(results->tally),
        .refused_high = (double)NAN,
    };
    struct interval bounds = { lost->bound_low, lost->bound_high };
    struct interval forecast = { lost->low, lost->high };
    a.census = range_of(contamination_bounds(bounds, a.spam_share));
    forecast = contamination_widen(forecast, a.spam_share);
    a.forecast = range_of(forecast);
    double all = (double)(lost->of + a.refused.messages);
    if (lost->of > 0)
        a.refused_high = (lost->bound_high * (double)lost->of + (double)a.refused.messages) / all;
    enum budget_decision decision = budget_decide(forecast, a.budget);
    a.decision = budget_decision_name(decision);
    a.advice = make_advice(results, &a, decision, arena);
    return a;
}

struct slice results_advice(const struct results *results, struct arena *arena)
{
    return assess_rates(results, arena).advice;
}

struct results_assessment results_assess(const struct results *results, struct arena *arena)
{
    struct results_assessment a = assess_rates(results, arena);
    assess_senders(results, &a);
    return a;
}
