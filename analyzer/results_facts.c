/*
 * What many views ask of every message and row, worked out once: the facts of a message when the
 * results are made, the effects and the rows hit when somebody first asks, until the next toggle.
 */
#include <stdlib.h>

#include "analyzer/results_internal.h"
#include "base/xalloc.h"

struct results_memo {
    uint8_t *effects, *worst; /* of the candidate, by row and by message; NULL: not asked yet */
    /* The rows that were asked for last. */
    const struct results_side *side; /* NULL: none */
    size_t restriction, row_count, row_capacity;
    uint32_t *rows;
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
}

void results_facts_release(struct results *results)
{
    results_facts_forget(results);
    free(results->memo->rows);
    free(results->memo);
    free(results->facts);
}

void results_facts_forget(const struct results *results)
{
    struct results_memo *memo = results->memo;
    free(memo->effects);
    free(memo->worst);
    memo->effects = memo->worst = NULL;
    memo->side = NULL;
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

/* ---- rows ---- */

static void add_row(struct results_memo *memo, const struct results *results, uint32_t row)
{
    if (!(results->facts[results->row_message[row]] & FACT_COUNTS))
        return;
    GROW(memo->rows, memo->row_count, memo->row_capacity);
    memo->rows[memo->row_count++] = row;
}

static void find_stopped(struct results_memo *memo, const struct results *results)
{
    for (uint32_t row = 0; row < results->parts.evidence->row_count; row++)
        if (results_row_is_stopped(results, row))
            add_row(memo, results, row);
}

static void find_hit(struct results_memo *memo, const struct results *results)
{
    const uint32_t *classes = replay_row_classes(memo->side->view.replay);
    uint8_t *acting = results_acting_classes(memo->side, memo->restriction);
    for (uint32_t row = 0; row < results->parts.evidence->row_count; row++)
        if ((!classes || acting[classes[row]]) && results_row_is_hit(memo->side, acting, row))
            add_row(memo, results, row);
    free(acting);
}

const uint32_t *results_hit_rows(const struct results *results, const struct results_side *side,
                                 size_t restriction, size_t *count)
{
    struct results_memo *memo = results->memo;
    if (memo->side != side || memo->restriction != restriction) {
        memo->side = side;
        memo->restriction = restriction;
        memo->row_count = 0;
        if (restriction == SIZE_MAX)
            find_stopped(memo, results);
        else
            find_hit(memo, results);
    }
    *count = memo->row_count;
    return memo->rows;
}
