/*
 * What no switch changes about counting a view: which rows and messages no set of verdicts can tell
 * apart. Rows of one class share their verdict; messages of one sender and one label whose rows have
 * the same classes share their fate, but for rows that a retry may heal. Each such group is counted
 * once, whatever its size.
 */
#include <stdlib.h>

#include "analyzer/estimate/tally_internal.h"
#include "base/xalloc.h"

#define NODE_NONE UINT32_MAX

/* Makes the groups of a side. */
struct grouping {
    struct side_plan *side;
    struct hash_map index; /* by cluster and node */
    uint32_t *latest;      /* by cluster: number + 1 of the group that was met last */
};

uint32_t tally_class_count(const struct tally_view *view)
{
    uint32_t count = replay_class_count(view->replay);
    return view->from_log ? count + replay_class_count(view->logged) : count;
}

const struct verdict *tally_class_verdict(const struct tally_view *view, uint32_t row_class)
{
    uint32_t count = replay_class_count(view->replay);
    return row_class < count ? replay_class_verdict(view->replay, row_class)
                             : replay_class_verdict(view->logged, row_class - count);
}

/* ---- rows ---- */

static void find_classes(struct tally_plan *plan, uint32_t row_count)
{
    const struct tally_view *view = &plan->view;
    const uint32_t *simulated = replay_row_classes(view->replay);
    const uint32_t *logged = replay_row_classes(view->logged);
    uint32_t count = replay_class_count(view->replay);
    plan->classes = simulated;
    plan->asked = xcalloc(count + (size_t)1, sizeof *plan->asked);
    if (!view->from_log)
        return;
    plan->own_classes = xcalloc(row_count + (size_t)1, sizeof *plan->own_classes);
    plan->classes = plan->own_classes;
    for (uint32_t row = 0; row < row_count; row++) {
        plan->own_classes[row] = view->from_log[row] ? count + logged[row] : simulated[row];
        if (view->from_log[row] == FROM_LOG_REFUSED)
            plan->asked[simulated[row]]++;
    }
}

static void count_cells(const struct tally *tally, struct tally_plan *plan)
{
    const uint8_t *baseline = tally->baseline;
    const uint32_t *classes = plan->classes;
    uint32_t row_count = tally->inputs.evidence->row_count, width = plan->class_count;
    uint32_t *cells = xcalloc((size_t)VERDICT_KINDS * width + 1, sizeof *cells);
    for (uint32_t row = 0; row < row_count; row++)
        cells[(size_t)baseline[row] * width + classes[row]]++;
    plan->cells = cells;
}

static uint8_t *find_may_heal(const struct tally *tally, const struct retries *retries)
{
    if (retries->count == 0)
        return NULL;
    uint8_t *may_heal = xcalloc(tally->inputs.evidence->row_count + (size_t)1, 1);
    for (size_t i = 0; i < retries->count; i++)
        may_heal[retries->items[i].row] = 1;
    return may_heal;
}

const struct tally_plan *tally_plan_of(const struct tally *tally, const struct tally_view *view)
{
    struct tally_plan *plan = tally->plan;
    if (plan->view.replay == view->replay && plan->view.from_log == view->from_log)
        return plan;
    tally_plan_release(plan);
    plan->view = *view;
    plan->class_count = tally_class_count(view);
    find_classes(plan, tally->inputs.evidence->row_count);
    count_cells(tally, plan);
    retries_pick(&tally->retries, plan->classes, &plan->retries);
    plan->may_heal = find_may_heal(tally, &plan->retries);
    hash_map_init(&plan->node_index);
    return plan;
}

/* ---- messages ---- */

/* The node of a sequence and one class more. */
static uint32_t add_class(struct tally_plan *plan, uint32_t rest, uint32_t last)
{
    uint64_t key = (uint64_t)rest << 32 | last;
    uint32_t node = hash_map_find(&plan->node_index, key);
    if (node != HASH_MAP_NONE)
        return node;
    if (plan->node_count >= HASH_MAP_NONE - plan->class_count)
        bug("too many sequences of classes");
    GROW(plan->nodes, plan->node_count, plan->node_capacity);
    plan->nodes[plan->node_count] = (struct class_node){ rest, last };
    node = plan->class_count + plan->node_count++;
    hash_map_set(&plan->node_index, key, node);
    return node;
}

/* The classes of the rows that the baseline let in; NODE_NONE when one of them may heal. */
static uint32_t node_of(const struct tally *tally, const struct subject *subject)
{
    struct tally_plan *plan = tally->plan;
    uint32_t node = NODE_NONE, end = subject->first_row + subject->row_count;
    for (uint32_t row = subject->first_row; row < end; row++) {
        if (!tally_lets_in(tally, row))
            continue;
        if (plan->may_heal && plan->may_heal[row])
            return NODE_NONE;
        uint32_t last = plan->classes[row];
        node = node == NODE_NONE ? last : add_class(plan, node, last);
    }
    return node;
}

static uint32_t find_group(struct grouping *grouping, sym cluster, uint32_t node)
{
    struct side_plan *side = grouping->side;
    uint64_t key = (uint64_t)cluster << 32 | node;
    uint32_t number = hash_map_find(&grouping->index, key);
    if (number != HASH_MAP_NONE)
        return number;
    number = side->group_count;
    GROW(side->groups, side->group_count, side->group_capacity);
    side->groups[side->group_count++] = (struct tally_group){ cluster, node, 0 };
    hash_map_set(&grouping->index, key, number);
    return number;
}

static void add_to_group(struct grouping *grouping, sym cluster, uint32_t node)
{
    uint32_t *latest = &grouping->latest[cluster];
    if (*latest == 0 || grouping->side->groups[*latest - 1].node != node)
        *latest = find_group(grouping, cluster, node) + 1;
    grouping->side->groups[*latest - 1].messages++;
}

const struct side_plan *tally_plan_side(const struct tally *tally, enum label_kind kind)
{
    struct side_plan *plan = &tally->plan->sides[kind];
    const struct side *side = &tally->sides[kind];
    if (plan->made)
        return plan;
    struct grouping grouping = {
        .side = plan,
        .latest = xcalloc(tally->inputs.clusters->keys.count + (size_t)1, sizeof *grouping.latest),
    };
    hash_map_init(&grouping.index);
    for (uint32_t s = 0; s < side->count; s++) {
        uint32_t node = node_of(tally, &side->subjects[s]);
        if (node != NODE_NONE) {
            add_to_group(&grouping, side->subjects[s].cluster, node);
        } else {
            GROW(plan->loose, plan->loose_count, plan->loose_capacity);
            plan->loose[plan->loose_count++] = s;
        }
    }
    hash_map_release(&grouping.index);
    free(grouping.latest);
    plan->made = true;
    return plan;
}

void tally_plan_release(struct tally_plan *plan)
{
    free(plan->own_classes);
    free(plan->cells);
    free(plan->asked);
    free(plan->nodes);
    for (int i = 0; i < SIDES; i++) {
        free(plan->sides[i].groups);
        free(plan->sides[i].loose);
    }
    hash_map_release(&plan->node_index);
    free(plan->may_heal);
    retries_release(&plan->retries);
    *plan = (struct tally_plan){ 0 };
}
