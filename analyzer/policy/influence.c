#include "analyzer/policy/influence.h"

#include <stdlib.h>

#include "base/xalloc.h"

enum { POINTS_MAX = 4000 };

void influence_init(struct influence *influence)
{
    *influence = (struct influence){ 0 };
}

void influence_release(struct influence *influence)
{
    free(influence->points);
    *influence = (struct influence){ 0 };
}

/* NULL when there are too many. */
static struct choice_point *find_or_add(struct influence *influence, const struct choice *choice)
{
    for (size_t i = 0; i < influence->count; i++)
        if (influence->points[i].question == choice->question &&
            influence->points[i].slot == choice->slot)
            return &influence->points[i];
    if (influence->count == POINTS_MAX)
        return NULL;
    GROW(influence->points, influence->count, influence->capacity);
    influence->points[influence->count] =
        (struct choice_point){ .question = choice->question, .slot = choice->slot };
    return &influence->points[influence->count++];
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ (b + 0x9e3779b97f4a7c15U)) * 0xff51afd7ed558ccdU;
    return x ^ x >> 29;
}

void influence_add_run(struct influence *influence, const struct choices *choices, uint64_t end)
{
    for (uint32_t i = 0; i < choices->count; i++) {
        if (choices->items[i].taken == 0 && i >= influence->depth)
            influence->nodes[i] = (struct influence_node){ 0 };
        find_or_add(influence, &choices->items[i]);
    }
    /* Upwards as far as nodes are finished with this run: those that choices_advance drops. */
    influence->depth = choices->count;
    while (influence->depth) {
        const struct choice *choice = &choices->items[influence->depth - 1];
        struct influence_node *node = &influence->nodes[influence->depth - 1];
        if (node->branches++ == 0) {
            node->first = end;
            node->all = mix(choice->key, end);
        } else {
            node->differs |= end != node->first;
            node->all = mix(node->all, end);
        }
        if (choice->taken + 1 < choice->count)
            break;
        struct choice_point *point = find_or_add(influence, choice);
        if (node->differs && point)
            point->matters = true;
        end = node->differs ? node->all : node->first;
        influence->depth--;
    }
}
