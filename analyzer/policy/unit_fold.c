#include "analyzer/policy/unit_fold.h"

#include <stdlib.h>

#include "base/xalloc.h"

/* What a recipient may find: somebody discards the mail; somebody was accepted. */
enum { STATE_DISCARD = 1, STATE_ACCEPTED = 2, STATES = 4 };

void unit_fold_init(struct unit_fold *fold, const struct evaluation *evaluation, uint32_t count)
{
    const struct program *program = evaluation->program;

    *fold = (struct unit_fold){ .evaluation = evaluation, .count = count };
    fold->recipients = xcalloc((size_t)count * STATES + 1, sizeof *fold->recipients);
    fold->known = xcalloc((size_t)count * STATES + 1, sizeof *fold->known);
    fold->is_exact = !program->stage_lists[LIST_DATA] && !program->stage_lists[LIST_END_OF_DATA] &&
                     !program->asks_unlisted_sender && program->settings.smtputf8;
}

void unit_fold_release(struct unit_fold *fold)
{
    free(fold->recipients);
    free(fold->known);
    *fold = (struct unit_fold){ 0 };
}

void unit_fold_reset(struct unit_fold *fold)
{
    memset(fold->known, 0, (size_t)fold->count * STATES * sizeof *fold->known);
}

static const struct recipient_judgement *judged(struct unit_fold *fold, const struct unit *unit,
                                                uint32_t slot, uint32_t number,
                                                const struct mail_state *before)
{
    size_t at = (size_t)number * STATES + (before->discard ? STATE_DISCARD : 0) +
                (before->accepted ? STATE_ACCEPTED : 0);

    if (!fold->known[at]) {
        /* Who discarded the mail is the mail's business, not the recipient's. */
        struct mail_state state = { .accepted = before->accepted, .discard = before->discard };
        judge_recipient(fold->evaluation, unit, slot, &state, &fold->recipients[at]);
        fold->known[at] = true;
    }
    return &fold->recipients[at];
}

/* The size of the mail is asked about at its end. */
static bool has_plain_size(const struct unit_fold *fold, const struct unit *unit)
{
    const struct program *program = fold->evaluation->program;
    const struct item *item = &program->message_size;
    const struct column_answers *answers = &fold->evaluation->answers[COLUMN_MAIL];

    return answers->vectors[(size_t)unit->mail * answers->width +
                            program->places[item->question].index] == OUTCOME_NUMBER_DUNNO;
}

/* Recipients that leave each other alone: true when that is all there is to it. */
static bool judge_apart(struct unit_fold *fold, const struct unit *unit, const uint32_t *numbers,
                        struct judgement *judgements)
{
    const struct mail_state fresh = { 0 };

    for (uint32_t slot = 0; slot < unit->row_count; slot++) {
        const struct recipient_judgement *one = judged(fold, unit, slot, numbers[slot], &fresh);
        if (one->touches || one->after.order_matters)
            return false;
        judgements[slot] = one->judgement;
    }
    return true;
}

static void take_state(struct mail_state *state, const struct mail_state *after)
{
    if (after->discard && !state->discard)
        state->discarded_by = after->discarded_by;
    if (after->hold && !state->hold)
        state->held_by = after->held_by;
    if (after->redirect)
        state->redirected_by = after->redirected_by;
    state->discard |= after->discard;
    state->hold |= after->hold;
    state->redirect |= after->redirect;
    state->accepted |= after->accepted;
}

/* Recipients one after the other, each certain in what it finds and leaves. */
static bool judge_in_order(struct unit_fold *fold, const struct unit *unit, const uint32_t *numbers,
                           struct judgement *judgements)
{
    struct mail_state state = { 0 };

    for (uint32_t slot = 0; slot < unit->row_count; slot++) {
        const struct recipient_judgement *one = judged(fold, unit, slot, numbers[slot], &state);
        if (!one->judgement.certain || !one->effects_certain)
            return false;
        if (unit->order_unknown && one->after.order_matters)
            return false;
        judgements[slot] = one->judgement;
        take_state(&state, &one->after);
    }
    for (uint32_t slot = 0; slot < unit->row_count; slot++) {
        struct judgement *judgement = &judgements[slot];
        if (judgement->decision.kind != VERDICT_ACCEPT)
            continue;
        judgement->decision = mail_state_end(&state, judgement->decision);
        judgement->possible = (uint8_t)(1U << judgement->decision.kind);
    }
    return true;
}

void unit_fold_judge(struct unit_fold *fold, const struct unit *unit, const uint32_t *numbers,
                     struct judgement *judgements)
{
    if (fold->is_exact && has_plain_size(fold, unit) &&
        (judge_apart(fold, unit, numbers, judgements) ||
         judge_in_order(fold, unit, numbers, judgements)))
        return;
    judge_unit(fold->evaluation, unit, judgements, NULL);
}
