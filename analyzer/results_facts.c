/*
 * What many views ask of every message and row, worked out once: the facts of a message when the
 * results are made, the effects when somebody first asks, until the next toggle.
 */
#include <stdlib.h>

#include "analyzer/results_internal.h"
#include "base/xalloc.h"

struct results_memo {
    uint8_t *effects, *worst; /* of the candidate, by row and by message; NULL: not asked yet */
};

/* ---- messages ---- */

/* By reply of the log, one byte each: the row was let in. */
static uint8_t *find_let_in(const struct evidence *evidence)
{
    uint8_t *let_in = xcalloc(evidence->reply_count + (size_t)1, 1);
    for (uint32_t i = 0; i < evidence->reply_count; i++)
        let_in[i] = tally_is_accepted((enum verdict_kind)evidence->replies[i].verdict);
    return let_in;
}

static uint8_t facts_of(const struct results *results, uint32_t number, const uint8_t *let_in)
{
    const struct message *message = &results->parts.evidence->messages[number];
    const uint32_t *replies = replay_row_classes(results->logged);
    enum label_kind kind = label_kind_of_message(&results->labels, number);
    const struct message_extra *extra = evidence_extra(results->parts.evidence, message);
    unsigned facts = FACT_REFUSED;
    if (results->reasons[number] == POPULATION_COUNTED)
        facts |= FACT_COUNTS;
    if (kind != LABEL_NONE)
        facts |= kind == LABEL_HAM ? FACT_HAM : FACT_SPAM;
    if (extra->hops)
        facts |= FACT_HOPPED;
    if (extra->filters || message->row_count == 0)
        facts |= FACT_APART;
    for (uint32_t i = 0; i < message->row_count; i++) {
        uint32_t row = message->first_row + i;
        if (tally_baseline_accepts(results->tally, row))
            facts |= FACT_LET_IN;
        if (let_in[replies[row]])
            facts &= ~(unsigned)FACT_REFUSED;
        if (results->parts.evidence->rows[row].end_status == END_SENT)
            facts |= FACT_SENT;
    }
    return (uint8_t)facts;
}

void results_facts_init(struct results *results)
{
    uint32_t count = results->parts.evidence->message_count;
    uint8_t *let_in = find_let_in(results->parts.evidence);
    results->facts = xcalloc(count + (size_t)1, 1);
    for (uint32_t m = 0; m < count; m++)
        results->facts[m] = facts_of(results, m, let_in);
    free(let_in);
    results->memo = xcalloc(1, sizeof *results->memo);
    results_hits_init(results);
    results_losses_init(results);
}

void results_facts_release(struct results *results)
{
    results_facts_forget(results);
    results_hits_release(results);
    results_losses_release(results);
    free(results->memo);
    free(results->facts);
}

void results_facts_forget(const struct results *results)
{
    struct results_memo *memo = results->memo;
    free(memo->effects);
    free(memo->worst);
    memo->effects = memo->worst = NULL;
    results_hits_forget(results);
    results_losses_forget(results);
}

/* ---- effects ---- */

const uint8_t *results_effects(const struct results *results)
{
    struct results_memo *memo = results->memo;
    const struct results_side *side = &results->candidate;
    if (!memo->effects)
        memo->effects = tally_effects(results->tally, &side->view);
    return memo->effects;
}

const uint8_t *results_worst_effects(const struct results *results)
{
    struct results_memo *memo = results->memo;
    const struct evidence *evidence = results->parts.evidence;
    if (memo->worst)
        return memo->worst;
    const uint8_t *effects = results_effects(results);
    memo->worst = xcalloc(evidence->message_count + (size_t)1, 1);
    for (uint32_t row = 0; row < evidence->row_count; row++) {
        uint8_t *worst = &memo->worst[results->row_message[row]];
        *worst = effects[row] > *worst ? effects[row] : *worst;
    }
    return memo->worst;
}
