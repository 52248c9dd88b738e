#ifndef ANALYZER_POLICY_INFLUENCE_H
#define ANALYZER_POLICY_INFLUENCE_H
/*
 * Which unknown answers make a difference. The runs of judge.h are the leaves of a tree: a node is an
 * unknown answer that a run met, its branches are the alternatives. A node whose branches all come to
 * the same makes no difference, however they come to it (a warning, a permit before a permit); what
 * remains are the answers that somebody who wants a verdict has to find out.
 */
#include <stddef.h>

#include "analyzer/policy/choices.h"

/* A node that is not finished: what its branches so far came to. */
struct influence_node {
    uint64_t first, all;
    uint32_t branches;
    bool differs;
};

/* An unknown answer that some run met. */
struct choice_point {
    uint32_t question, slot; /* from CHOICE_FIRST on: no question */
    bool matters;            /* to the verdict that is asked about */
};

struct influence {
    struct influence_node nodes[CHOICES_MAX];
    uint32_t depth; /* nodes of the run before */
    struct choice_point *points;
    size_t count, capacity;
};

/* Nothing met yet. Free with influence_release. */
void influence_init(struct influence *influence);
/* Gives the points back. */
void influence_release(struct influence *influence);
/* Takes in a run, before choices_advance; end: a number for the verdict that it came to, equal for
 * equal ones. Once all runs are in, `matters` is right; before that it may be false too often. */
void influence_add_run(struct influence *influence, const struct choices *choices, uint64_t end);

#endif
