#include <stdlib.h>

#include "analyzer/policy/client_name.h"
#include "analyzer/policy/policy_internal.h"
#include "base/xalloc.h"

/* The row of the same message that stands for a unit's slot. */
static uint32_t row_of_slot(const struct replay *replay, uint32_t row, uint32_t slot)
{
    const struct message *message =
        &replay->evidence->messages[replay->evidence->rows[row].message];

    if (replay->by_row || replay_slot(replay, row) == slot)
        return row;
    for (uint32_t i = 0; i < message->row_count; i++)
        if (replay_slot(replay, message->first_row + i) == slot)
            return message->first_row + i;
    return row;
}

/* Too many combinations: whatever is unknown about this row may matter. */
static void need_everything(const struct replay *replay, uint32_t row, struct need_set *needs,
                            struct arena *scratch)
{
    const struct program *program = replay->policy->program;

    for (uint32_t q = 0; q < program->question_count; q++)
        columns_answer_again(&replay->columns, (struct column_question){ q, row, ALL_VARIANTS },
                             scratch, needs, NULL);
}

static void need_point(const struct replay *replay, uint32_t row, const struct choice_point *point,
                       struct need_set *needs, struct arena *scratch)
{
    const struct program *program = replay->policy->program;
    size_t before = needs->count;

    if (point->question == CHOICE_ORDER)
        need_set_add(needs, slice_of("recipient_count"));
    else if (point->question == CHOICE_MARK)
        need_set_add(needs, slice_of("earlier_mail"));
    else if (point->question == CHOICE_SIZE)
        need_set_add(needs, slice_of("size"));
    else if (point->question == CHOICE_UTF8)
        need_set_add(needs, slice_of("recipient"));
    else if (point->question == CHOICE_CLIENT)
        columns_client_needs(&replay->columns, row, scratch, needs);
    else
        columns_answer_again(&replay->columns,
                             (struct column_question){ point->question,
                                                       row_of_slot(replay, row, point->slot),
                                                       ALL_VARIANTS },
                             scratch, needs, NULL);
    /* Nothing that the whole session tells: it was asked about its beginning. */
    if (needs->count == before && point->question < CHOICE_FIRST &&
        program->places[point->question].column == COLUMN_FACTS)
        columns_bare_needs(&replay->columns, point->question, scratch, needs);
}

struct slice *replay_needs(const struct replay *replay, uint32_t row, struct arena *arena,
                           size_t *count)
{
    struct judge_points points = { .slot = replay_slot(replay, row) };
    struct need_set needs;
    struct unit unit;
    struct slice *words;

    *count = 0;
    if (replay->policy->as_logged || replay_verdict(replay, row)->kind != VERDICT_UNKNOWN)
        return NULL;
    need_set_init(&needs, arena);
    influence_init(&points.influence);
    replay_unit(replay, replay_unit_of(replay, row), &unit);
    struct judgement *judgements = xcalloc(unit.row_count, sizeof *judgements);
    judge_unit(&replay->evaluation, &unit, judgements, &points);
    for (size_t i = 0; i < points.influence.count; i++)
        if (points.influence.points[i].matters || !points.complete)
            need_point(replay, row, &points.influence.points[i], &needs, arena);
    /* A verdict of which only the code is open depends on no choice. */
    if (!points.complete || needs.count == 0)
        need_everything(replay, row, &needs, arena);
    need_set_sort(&needs);
    *count = needs.count;
    words = ARENA_ARRAY(arena, struct slice, needs.count + 1);
    if (needs.count)
        memcpy(words, needs.items, needs.count * sizeof *words);
    need_set_release(&needs);
    influence_release(&points.influence);
    free(judgements);
    return words;
}
