/*
 * From numbers to a decision: the candidate's loss of wanted mail against a budget. Within or over is
 * said only when the whole widened interval is; otherwise these logs do not tell, and the cheapest
 * evidence that would is named (results_remedy.c). Without a budget the question is whether the rate
 * can be quoted at all (docs/method.md).
 */
#include <math.h>
#include <stdlib.h>

#include "analyzer/estimate/estimate.h"
#include "analyzer/estimate/forecast.h"
#include "analyzer/results_advice.h"
#include "analyzer/results_internal.h"
#include "base/number_text.h"
#include "base/xalloc.h"

enum { ADVICE_LIMIT = 8192 };

/* ---- words ---- */

static void add_range(struct buffer *out, struct results_range range)
{
    number_add_percent(out, range.low);
    buffer_add_text(out, " .. ");
    number_add_percent(out, range.high);
}

/* The decision against the budget; without one, whether the rate can be told at all. */
static void add_decision(struct buffer *out, const struct results_assessment *a,
                         enum budget_decision decision)
{
    static const char *const words[] = { [BUDGET_NOT_ASKED] = "Not decidable from these logs",
                                         [BUDGET_WITHIN] = "Within the budget of ",
                                         [BUDGET_OVER] = "Over the budget of ",
                                         [BUDGET_OPEN] =
                                             "Not decidable from these logs, for a budget of " };
    buffer_add_text(out, words[decision]);
    if (decision != BUDGET_NOT_ASKED)
        number_add_percent(out, a->budget);
    if (isnan(a->forecast.high)) {
        buffer_add_text(out, ": the senders are too few to tell what share of the wanted mail to "
                             "come would be lost.");
    } else {
        buffer_add_text(out, decision == BUDGET_NOT_ASKED
                                 ? " what share of the wanted mail to come would be lost: anything "
                                   "in "
                                 : ": of the wanted mail to come ");
        add_range(out, a->forecast);
        buffer_add_text(out, decision == BUDGET_NOT_ASKED ? "." : " would be lost.");
    }
}

static void advise(const struct results *results, const struct results_loser *top,
                   struct results_assessment *a, enum budget_decision decision, struct arena *arena)
{
    struct buffer out;
    buffer_init(&out, ADVICE_LIMIT);
    bool open = decision == BUDGET_OPEN || (decision == BUDGET_NOT_ASKED && !a->rate_decided);
    if (decision != BUDGET_NOT_ASKED || open)
        add_decision(&out, a, decision);
    if (open)
        results_remedy(results, top, a, &out, arena);
    a->advice = arena_copy(arena, slice_make(out.at ? out.at : "", out.len));
    buffer_release(&out);
}

/* ---- numbers ---- */

static double log_weeks(const struct results_input *input)
{
    if (input->first_us == TIME_NONE || input->last_us == TIME_NONE)
        return 0;
    return (double)(input->last_us - input->first_us) / (double)(7 * DAY_US);
}

static struct results_range range_of(struct interval interval)
{
    return (struct results_range){ interval.low, interval.high };
}

static void assess_senders(const struct results *results, struct results_assessment *a)
{
    size_t count;
    struct cluster_rate *rates = tally_by_cluster(results->tally, &results->candidate.view, &count);
    a->typical = range_of(forecast_typical(rates, count, a->weeks, a->seed));
    struct without_one without = forecast_without_one(rates, count);
    a->without = (struct results_range){ without.low, without.high };
    a->without_low = intern_text(&results->clusters.keys, without.low_cluster);
    a->without_high = intern_text(&results->clusters.keys, without.high_cluster);
    free(rates);
}

/* So many wrong labels, at most, when so many are expected: about two standard errors more. */
static double most_errors(double expected)
{
    return expected > 0 ? expected + 2 * sqrt(expected) + 2 : 0;
}

/* The rate in this log, at its extremes: over undecided rows, over labels that may be wrong, and over
 * mail that nobody labelled, all of which may be wanted or not. */
static struct interval census_of(const struct results *results, const struct tally_doubts *doubts)
{
    const struct results_set *set = &results->candidate.set;
    const struct estimate *lost = &set->ham_lost;
    if (lost->reason)
        return (struct interval){ (double)NAN, (double)NAN };
    double of = (double)lost->of, hit = (double)lost->count;
    double spam = fmin(most_errors(doubts->spam_share * of), of);
    double none = (double)(doubts->unlabelled - doubts->unlabelled_lost);
    /* Errors of labels may follow the rule: all wanted mail called spam may be among what is hit. */
    double called_spam = fmin(most_errors(doubts->ham_share * (double)set->spam_stopped.of),
                              (double)set->spam_stopped.count);
    double most = (double)(doubts->unlabelled_lost + doubts->unlabelled_unknown) + called_spam;
    double all = hit + (double)lost->unknown + most;
    return (struct interval){ fmax(0, hit - spam) / fmax(of - spam + none, 1),
                              fmin(1, all / fmax(of - spam + most, all)) };
}

struct results_assessment results_assess_rates(const struct results *results,
                                               const struct results_loser *top, struct arena *arena)
{
    const struct estimate *lost = &results->candidate.set.ham_lost;
    struct tally_doubts doubts = tally_doubts(results->tally, &results->candidate.view);
    struct results_assessment a = {
        .budget = results->parts.budget,
        .rate_decided = !lost->reason && lost->high - lost->low <= RESULTS_DECIDED_WIDTH &&
                        !results_is_carried(results, top),
        .spam_share = doubts.spam_share,
        .unlabelled = doubts.unlabelled,
        .unlabelled_lost = doubts.unlabelled_lost,
        .seed = results->parts.seed,
        .replicates = FORECAST_REPLICATES,
        .weeks = log_weeks(&results->parts.input),
        .refused = tally_refused(results->tally),
        .refused_high = (double)NAN,
    };
    struct interval forecast = { lost->low, lost->high };
    a.census = range_of(census_of(results, &doubts));
    forecast = contamination_widen(forecast, a.spam_share);
    a.forecast = range_of(forecast);
    double all = (double)(lost->of + a.refused.messages);
    if (lost->of > 0)
        a.refused_high = (lost->bound_high * (double)lost->of + (double)a.refused.messages) / all;
    enum budget_decision decision = budget_decide(forecast, a.budget);
    a.decision = budget_decision_name(decision);
    advise(results, top, &a, decision, arena);
    return a;
}

struct results_assessment results_assess(const struct results *results, struct arena *arena)
{
    size_t count;
    const struct results_loser *losers = results_carriers(results, 1, arena, &count);
    struct results_assessment a = results_assess_rates(results, count ? losers : NULL, arena);
    assess_senders(results, &a);
    return a;
}
