/*
 * The answer in words. Every rate stands with its counts, its interval, the number of senders behind
 * it and the share of rows that are decided; under three effective senders there is no rate, the
 * senders are named instead.
 */
#include "analyzer/estimate/estimate.h"
#include "analyzer/results_advice.h"
#include "analyzer/results_internal.h"
#include "base/number_text.h"

enum { NAMED_RESTRICTIONS = 3, NAMED_SENDERS = 3, ANSWER_LIMIT = 8192 };

/* True when the other set asks the same, switched on. */
static bool is_in(const struct results_set *set, const struct results_restriction *restriction)
{
    for (size_t i = 0; i < set->restriction_count; i++) {
        const struct results_restriction *other = &set->restrictions[i];
        if (other->enabled && other->warn_only == restriction->warn_only &&
            text_equal(other->name, restriction->name) &&
            text_equal(other->argument, restriction->argument) &&
            text_equal(other->list, restriction->list))
            return true;
    }
    return false;
}

/* What is asked about: the restrictions that the candidate has and the baseline has not. */
static void add_subject(const struct results *results, struct buffer *out)
{
    const struct results_set *set = &results->candidate.set;
    const struct results_restriction *added[NAMED_RESTRICTIONS];
    size_t count = 0;
    for (size_t i = 0; i < set->restriction_count; i++) {
        const struct results_restriction *restriction = &set->restrictions[i];
        /* Over defaults, what Postfix insists on in the relay list was not asked for. */
        bool asked = !results->parts.candidate_adds ||
                     !text_equal(restriction->list, "smtpd_relay_restrictions");
        if (!asked || !restriction->enabled || restriction->permits || restriction->warn_only ||
            is_in(&results->baseline.set, restriction))
            continue;
        if (count < NAMED_RESTRICTIONS)
            added[count] = restriction;
        count++;
    }
    if (count == 0 || count > NAMED_RESTRICTIONS) {
        buffer_add_text(out, "The candidate set");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(out, i == 0 ? "" : i + 1 == count ? " and " : ", ");
        buffer_add_text(out, added[i]->name);
        if (added[i]->argument)
            buffer_format(out, " %s", added[i]->argument);
    }
}

/* "12 of 300 wanted messages (4.0 %, 95 % interval 0.2 % .. 21 %; 41 sending organisations, worth
 * 11.2)". A rate that these logs do not decide is not quoted: its interval is. */
static void add_estimate(struct buffer *out, const struct estimate *e, const char *what,
                         bool quote_rate)
{
    number_add_count(out, e->count);
    buffer_add_text(out, " of ");
    number_add_count(out, e->of);
    buffer_format(out, " %s (", what);
    if (!e->reason) {
        if (quote_rate) {
            number_add_percent(out, e->rate);
            buffer_add_text(out, ", ");
        }
        buffer_format(out, "%.0f %% interval ", 100 * e->confidence);
        number_add_percent(out, e->low);
        buffer_add_text(out, " .. ");
        number_add_percent(out, e->high);
        buffer_add_text(out, "; ");
    }
    number_add_count(out, e->of_clusters);
    buffer_format(out, " sending organisation%s, worth %.1f", e->of_clusters == 1 ? "" : "s",
                  e->effective_n);
    if (e->reason)
        buffer_add_text(out, ": too few for a rate");
    buffer_add_byte(out, ')');
}

static void add_open_cases(struct buffer *out, const struct estimate *lost)
{
    if (lost->unknown == 0)
        return;
    buffer_add_text(out, " Up to ");
    number_add_count(out, lost->count + lost->unknown);
    buffer_add_text(out, " if every message that the log leaves undecided were lost.");
}

static void add_how(struct buffer *out, const struct estimate *lost, const struct estimate *delayed)
{
    if (lost->count && lost->deferred == lost->count) {
        buffer_add_text(out, " All of the loss is deferred for a reason that lasts: the senders "
                             "try for days, then give up.");
    } else if (lost->deferred) {
        buffer_add_text(out, " Of the loss ");
        number_add_count(out, lost->deferred);
        buffer_add_text(out, " would be deferred until the sender gives up, the rest refused at "
                             "once.");
    }
    if (delayed->count) {
        buffer_add_text(out, " Another ");
        number_add_count(out, delayed->count);
        buffer_add_text(out, " wanted messages would come late.");
    }
}

static void add_carriers(struct buffer *out, const struct results_loser *losers, size_t count)
{
    for (size_t i = 0; i < count && losers[i].lost; i++) {
        buffer_add_text(out, i == 0 ? " The loss is carried by " : ", ");
        buffer_add_slice(out, losers[i].key.at ? losers[i].key : slice_of("unknown"));
        buffer_add_text(out, " (");
        number_add_count(out, losers[i].lost);
        buffer_add_byte(out, ')');
    }
    if (count && losers[0].lost)
        buffer_add_byte(out, '.');
}

/* Nothing is known about what was wanted: only how much would be stopped. */
static void add_unlabelled(const struct results *results, struct buffer *out)
{
    const struct results_changes *changes = &results->changes;
    buffer_add_text(out, " would newly reject ");
    number_add_count(out, changes->newly_rejected);
    buffer_add_text(out, " and defer ");
    number_add_count(out, changes->newly_deferred);
    buffer_add_text(out, " of ");
    number_add_count(out, results->parts.input.rows);
    buffer_add_text(out, " recipients. How many of them were wanted cannot be said: no message "
                         "that came in is labelled as wanted.");
    if (results->labels.alone) {
        buffer_add_text(out, " Of ");
        number_add_count(out, results->labels.alone);
        buffer_add_text(out,
                        " messages one source in the log speaks, such as a content filter, and "
                        "no second one agrees: --label-sources 1 takes its word.");
    }
    if (results->labels.circular) {
        buffer_add_text(out, " On ");
        number_add_count(out, results->labels.circular);
        buffer_add_text(out,
                        " messages a filter's word is not heard, since its score may hold points "
                        "for what the rule looks at and the log does not show them.");
    }
    buffer_add_text(out, " --labels FILE or --mailbox DIR=ham, and DIR=spam, would tell; "
                         "--audit-list FILE names the messages whose judgement tells most.");
}

struct slice results_answer(const struct results *results, struct arena *arena)
{
    const struct results_set *set = &results->candidate.set;
    struct buffer out;
    buffer_init(&out, ANSWER_LIMIT);
    if (results->candidate_is_log) {
        buffer_add_text(&out, "No candidate was given: this is the log as it stands. --enable, "
                              "--candidate or -o asks what a rule would have cost.");
    } else {
        add_subject(results, &out);
        if (set->ham_lost.of == 0) {
            add_unlabelled(results, &out);
        } else {
            size_t count;
            const struct results_loser *losers =
                results_carriers(results, NAMED_SENDERS, arena, &count);
            struct results_assessment assessed =
                results_assess_rates(results, count ? losers : NULL, arena);
            buffer_add_text(&out, " would have cost ");
            add_estimate(&out, &set->ham_lost, "wanted messages", assessed.rate_decided);
            buffer_add_text(&out, " and stopped ");
            if (set->spam_stopped.of)
                add_estimate(&out, &set->spam_stopped, "spam messages", true);
            else
                buffer_add_text(&out, "an unknown amount of spam: none that came in is labelled");
            buffer_add_text(&out, ". ");
            number_add_percent(&out, set->coverage);
            buffer_add_text(&out, " of all recipients have a definite verdict.");
            add_open_cases(&out, &set->ham_lost);
            add_how(&out, &set->ham_lost, &set->ham_delayed);
            add_carriers(&out, losers, count);
            buffer_add_text(&out, assessed.advice.len ? " " : "");
            buffer_add_slice(&out, assessed.advice);
        }
    }
    struct slice answer = arena_copy(arena, buffer_slice(&out));
    buffer_release(&out);
    return answer;
}
