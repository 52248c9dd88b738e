#include "analyzer/policy/judge.h"

#include <stdlib.h>

#include "base/xalloc.h"

/* Combinations tried before the verdict counts as unknown; and how many are worth while once it is
 * clear that no recipient's verdict is certain. */
enum { RUNS_MAX = 4096, RUNS_AFTER_DOUBT = 24, STACK_ROWS = 16 };

static const char *restriction_of(const struct program *program, const struct decision *decision)
{
    return decision->item ? program->questions[decision->item->question].name : NULL;
}

static bool same_decision(const struct program *program, const struct decision *a,
                          const struct decision *b)
{
    if (a->kind != b->kind || a->code != b->code || a->any_code || b->any_code)
        return false;
    if (a->code && a->dsn != b->dsn)
        return false;
    const char *x = restriction_of(program, a), *y = restriction_of(program, b);
    return x == y || (x && y && slice_equal(slice_of(x), slice_of(y)));
}

/* Takes one run into account; true while some recipient's verdict is still certain. */
static bool compare_run(const struct program *program, const struct decision *decisions,
                        struct judgement *judgements, uint32_t rows)
{
    bool any_certain = false;

    for (uint32_t i = 0; i < rows; i++) {
        struct judgement *judgement = &judgements[i];
        judgement->possible |= (uint8_t)(1U << decisions[i].kind);
        if (decisions[i].cause != judgement->cause)
            judgement->cause = CAUSE_UNKNOWN;
        if (!same_decision(program, &judgement->decision, &decisions[i]))
            judgement->certain = false;
        any_certain |= judgement->certain;
    }
    return any_certain;
}

static void first_run(const struct decision *decisions, struct judgement *judgements, uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++)
        judgements[i] = (struct judgement){
            .decision = decisions[i],
            .cause = decisions[i].cause,
            .certain = true,
        };
}

static void give_up(struct judgement *judgements, uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++) {
        judgements[i].certain = false;
        judgements[i].possible = (uint8_t)((1U << VERDICT_UNKNOWN) - 1);
    }
}

/* Verdicts that are not certain, of a unit whose runs were not all made, may be anything. */
static void widen(struct judgement *judgements, uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++)
        if (!judgements[i].certain)
            judgements[i].possible = (uint8_t)((1U << VERDICT_UNKNOWN) - 1);
}

/* A number for a decision, equal for what same_decision calls the same. */
static uint64_t decision_key(const struct program *program, const struct decision *decision)
{
    const char *name = restriction_of(program, decision);
    uint64_t key = decision->kind | (uint64_t)decision->any_code << 8 |
                   (uint64_t)decision->code << 16 |
                   (uint64_t)(decision->code ? decision->dsn : 0) << 32;

    for (; name && *name; name++)
        key = (key ^ (unsigned char)*name) * 0x100000001b3U;
    return key;
}

void judge_unit(const struct evaluation *evaluation, const struct unit *unit,
                struct judgement *judgements, struct judge_points *points)
{
    struct decision few[STACK_ROWS], *decisions = few;
    struct choices choices;
    unsigned runs = 0;
    bool more = true, doubtful = false;

    if (unit->row_count > STACK_ROWS)
        decisions = xcalloc(unit->row_count, sizeof *decisions);
    choices_reset(&choices);
    while (more) {
        evaluate_unit(evaluation, unit, &choices, decisions);
        if (runs++ == 0)
            first_run(decisions, judgements, unit->row_count);
        doubtful = !compare_run(evaluation->program, decisions, judgements, unit->row_count);
        if (points)
            influence_add_run(&points->influence, &choices,
                              decision_key(evaluation->program, &decisions[points->slot]));
        unsigned limit = doubtful && !points ? RUNS_AFTER_DOUBT : RUNS_MAX;
        more = choices_advance(&choices) && runs < limit;
    }
    if (choices.overflow || (choices.count && !doubtful))
        give_up(judgements, unit->row_count);
    else if (choices.count)
        widen(judgements, unit->row_count);
    if (points)
        points->complete = choices.count == 0 && !choices.overflow;
    if (decisions != few)
        free(decisions);
}

static bool touches(const struct mail_state *state)
{
    return state->discard || state->hold || state->redirect;
}

static void compare_effects(const struct mail_state *after, bool first,
                            struct recipient_judgement *result)
{
    if (first) {
        result->after = *after;
        result->effects_certain = true;
        result->touches = touches(after);
        return;
    }
    if (after->accepted != result->after.accepted || after->discard != result->after.discard ||
        after->hold != result->after.hold || after->redirect != result->after.redirect)
        result->effects_certain = false;
    result->touches |= touches(after);
    result->after.order_matters |= after->order_matters;
}

void judge_recipient(const struct evaluation *evaluation, const struct unit *unit, uint32_t slot,
                     const struct mail_state *before, struct recipient_judgement *result)
{
    struct choices choices;
    struct decision decision;
    unsigned runs = 0;
    bool more = true;

    choices_reset(&choices);
    while (more) {
        struct mail_state after = *before;
        evaluate_recipient(evaluation, unit, slot, &after, &choices, &decision);
        compare_effects(&after, runs == 0, result);
        if (runs++ == 0)
            first_run(&decision, &result->judgement, 1);
        bool certain = compare_run(evaluation->program, &decision, &result->judgement, 1);
        more = choices_advance(&choices) && runs < (certain ? RUNS_MAX : RUNS_AFTER_DOUBT);
    }
    if (choices.overflow || choices.count) {
        give_up(&result->judgement, 1);
        result->touches = true; /* nobody looked at the rest */
        result->effects_certain = false;
    }
}
