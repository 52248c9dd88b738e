/*
 * Where these logs do not decide: the cheapest evidence that would. What is missing is asked for with
 * the lines that log it; a loss that one sender carries is a decision; guessed labels are judged by
 * hand; and only then more mail is waited for.
 */
#include <math.h>

#include "analyzer/estimate/estimate.h"
#include "analyzer/estimate/forecast.h"
#include "analyzer/results_advice.h"
#include "analyzer/results_internal.h"
#include "base/number_text.h"
#include "base/xalloc.h"

enum { NEEDS_LOOKED_AT = 200, SNIPPET_LIMIT = 1 << 16, DAYS_MIN = 7, DAYS_MAX = 365 };
#define CARRIER_SHARE 0.5 /* of the loss: it is that sender's case, not a rate */

/* What to do about a kind of missing evidence: a row per word of `needs` (spec/examples.md), the part
 * before the colon. */
static const struct remedy {
    const char *need, *advice;
    const char *first, *parameter; /* what belongs first in the list, and a line of its own */
} remedies[] = {
    { "helo_name", "the HELO names are not in the log; have them logged",
      "check_client_access static:{INFO facts}", NULL },
    { "client_name_status",
      "whether the clients without a verified name have none or only failed for the moment is not "
      "in the log; have it logged, or record the names with `mailwhatif dns record`",
      "warn_if_reject reject_unknown_reverse_client_hostname, warn_if_reject "
      "reject_unknown_client_hostname",
      "unknown_client_reject_code = 550" },
    { "dns",
      "DNS answers are missing; `mailwhatif dns record` asks for what this log needs, then "
      "give the snapshot with --dns",
      NULL, NULL },
    { "map", "lookup tables are missing; give their folder with --map-root", NULL, NULL },
    { "policy", "what policy services answer is not known; say it with --policy", NULL, NULL },
    { "sasl_username", "who was logged in is not in the log", NULL, NULL },
    { "restriction", "a restriction of the candidate is not simulated", NULL, NULL },
};

bool results_is_carried(const struct results *results, const struct results_loser *top)
{
    return top && (double)top->lost > CARRIER_SHARE * (double)results->candidate.set.ham_lost.count;
}

/* ---- evidence that is missing ---- */

/* The need that most undecided wanted messages have in common; NULL when it is none of ours. */
static const struct remedy *commonest_need(const struct results *results, struct arena *arena)
{
    const struct evidence *evidence = results->parts.evidence;
    const struct tally_view *view = &results->candidate.view;
    uint64_t counts[COUNT(remedies)] = { 0 };
    unsigned seen = 0;
    for (uint32_t row = 0; row < evidence->row_count && seen < NEEDS_LOOKED_AT; row++) {
        if (label_kind_of(label_of_row(&results->labels, row)->ham) != LABEL_HAM ||
            tally_verdict(view, row)->kind != VERDICT_UNKNOWN)
            continue;
        seen++;
        size_t need_count;
        const struct slice *needs = replay_needs(view->replay, row, arena, &need_count);
        for (size_t i = 0; i < COUNT(remedies) && need_count; i++)
            counts[i] +=
                slice_is(slice_head(needs[0], slice_index(needs[0], ':')), remedies[i].need);
    }
    size_t best = 0;
    for (size_t i = 1; i < COUNT(remedies); i++)
        if (counts[i] > counts[best])
            best = i;
    return counts[best] ? &remedies[best] : NULL;
}

/* How many days of logs hold senders worth `needed`, when these hold what they hold. */
static unsigned days_for(const struct results *results, double needed)
{
    const struct results_input *input = &results->parts.input;
    double days = input->first_us == TIME_NONE
                      ? DAYS_MIN
                      : (double)(input->last_us - input->first_us) / (double)DAY_US;
    double worth = results->candidate.set.ham_lost.effective_n;
    double more = needed > worth ? needed / worth : 1;
    return (unsigned)fmin(fmax(ceil(days * more), DAYS_MIN), DAYS_MAX);
}

/* The lines that have the missing fact logged, in front of what the list holds today. */
static struct slice make_lines(const struct results *results, const struct remedy *remedy,
                               unsigned days, struct arena *arena)
{
    struct buffer out;
    struct slice today = slice_trim(results->parts.client_list), word;
    buffer_init(&out, SNIPPET_LIMIT);
    buffer_format(&out,
                  "# refuses nothing; take it out again after %u days\n"
                  "smtpd_client_restrictions = %s",
                  days, remedy->first);
    for (const char *between = ",\n    "; slice_next_word(&today, " \t\r\n", &word);
         between = " ") {
        buffer_add_text(&out, between);
        buffer_add_slice(&out, word);
    }
    buffer_add_byte(&out, '\n');
    if (!results->parts.client_list.at)
        buffer_add_text(&out, "# behind it, in the same line, what the list holds today\n");
    if (remedy->parameter)
        buffer_format(&out, "%s\n", remedy->parameter);
    struct slice lines = arena_copy(arena, buffer_slice(&out));
    buffer_release(&out);
    return lines;
}

static void ask_for_evidence(const struct results *results, struct results_assessment *a,
                             double needed, struct buffer *out, struct arena *arena)
{
    const struct remedy *remedy = commonest_need(results, arena);
    buffer_add_text(out, " What stands in the way is evidence that is missing: ");
    if (!remedy) {
        buffer_add_text(out, "see the undecided rows.");
        return;
    }
    buffer_add_text(out, remedy->advice);
    if (remedy->first) {
        a->days = days_for(results, needed);
        a->main_cf = make_lines(results, remedy, a->days, arena);
        buffer_format(out, " for %u days (the lines for main.cf are below)", a->days);
    }
    buffer_add_byte(out, '.');
}

/* ---- labels, senders, time ---- */

static void ask_for_judgement(struct results_assessment *a, size_t messages, struct buffer *out)
{
    a->judge = messages;
    buffer_format(out,
                  " Judge %zu message%s by hand, one of each sender, the largest senders first: "
                  "--audit-list FILE writes them, fill in `ham`, give the file back with --labels.",
                  messages, messages == 1 ? "" : "s");
}

static void name_carrier(const struct estimate *lost, const struct results_loser *top,
                         struct buffer *out)
{
    buffer_add_text(out, " One sender, ");
    buffer_add_slice(out, top->key.at ? top->key : slice_of("unknown"));
    buffer_add_text(out, ", carries ");
    number_add_count(out, top->lost);
    buffer_add_text(out, " of the loss of ");
    number_add_count(out, lost->count);
    if (lost->of > top->came) {
        buffer_add_text(out, "; without it ");
        number_add_count(out, lost->count - top->lost);
        buffer_add_text(out, " of ");
        number_add_count(out, lost->of - top->came);
        buffer_add_text(out, " would be lost");
    }
    buffer_add_text(out,
                    ". Whether its mail may be lost is a decision, not an estimate: allow it, and "
                    "ask again.");
}

static void ask_for_time(const struct results *results, struct results_assessment *a, double needed,
                         struct buffer *out)
{
    double worth = results->candidate.set.ham_lost.effective_n;
    a->days = days_for(results, needed);
    buffer_format(out, " Senders worth %.0f would be needed, these logs have %.1f: take logs of ",
                  ceil(needed), worth);
    if (a->days < DAYS_MAX)
        buffer_format(out, "about %u days.", a->days);
    else
        buffer_add_text(out, "a longer time, or several servers.");
}

/* Whether the labels are what keeps the question open. */
static bool is_doubtful(const struct estimate *lost, const struct results_assessment *a,
                        double target)
{
    return lost->of == 0 || a->unlabelled_lost > lost->count ||
           (a->spam_share > 0 && lost->low > target); /* over, but for the labels */
}

void results_remedy(const struct results *results, const struct results_loser *top,
                    struct results_assessment *a, struct buffer *out, struct arena *arena)
{
    const struct estimate *lost = &results->candidate.set.ham_lost;
    double target = isnan(a->budget) ? lost->rate + RESULTS_DECIDED_WIDTH / 2 : a->budget;
    double if_decided = interval_clopper_pearson(lost->rate, lost->effective_n, 0.95).high;
    double needed = lost->reason ? ESTIMATE_MIN_EFFECTIVE
                                 : budget_senders_needed(lost->rate, target, lost->confidence);
    size_t judge = 0;
    if (lost->bound_high - lost->bound_low > RESULTS_DECIDED_WIDTH / 2 ||
        (lost->unknown && if_decided <= target)) {
        ask_for_evidence(results, a, needed, out, arena);
        return;
    }
    if (is_doubtful(lost, a, target))
        judge = results_audit_count(results, RESULTS_AUDIT_MESSAGES);
    if (judge)
        ask_for_judgement(a, judge, out);
    else if (results_is_carried(results, top))
        name_carrier(lost, top, out);
    else if (needed > lost->effective_n)
        ask_for_time(results, a, needed, out);
}
