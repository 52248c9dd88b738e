#ifndef ANALYZER_ESTIMATE_TALLY_INTERNAL_H
#define ANALYZER_ESTIMATE_TALLY_INTERNAL_H
/*
 * What tally.c (made once), tally_plan.c (once per view) and tally_count.c (with each toggle) share.
 */
#include "analyzer/estimate/retry.h"
#include "analyzer/estimate/tally.h"
#include "base/hash_map.h"

/* A labelled message that counts and that the baseline let in, at least in part. */
struct subject {
    uint32_t first_row, row_count;
    sym cluster;
};

/* All subjects of one label. */
struct side {
    struct subject *subjects;
    uint32_t count, capacity;
    uint64_t clusters;
    double effective_n;
};

/* Subjects of one sender whose rows that the baseline let in are of the same classes. */
struct tally_group {
    sym cluster;
    uint32_t node;     /* those classes */
    uint32_t messages; /* how many subjects */
};

/* The subjects of a side, put together as far as no set of verdicts can tell them apart. */
struct side_plan {
    struct tally_group *groups;
    uint32_t group_count, group_capacity;
    uint32_t *loose; /* numbers of subjects of which a row may heal: each is looked at */
    uint32_t loose_count, loose_capacity;
    bool made;
};

/* A sequence of classes: numbers below the count of classes stand for themselves alone, those from
 * there on for such an element. */
struct class_node {
    uint32_t rest; /* the node of the sequence without its last class */
    uint32_t last;
};

enum { SIDES = 3 }; /* by enum label_kind */

/* All that counting a view needs and no switch changes. */
struct tally_plan {
    struct tally_view view;
    uint32_t class_count;
    uint32_t *own_classes;   /* by row, when some keep what the log says; else NULL */
    const uint32_t *classes; /* by row, of the view */
    uint32_t *cells;         /* rows by baseline verdict, and in it by class */
    uint32_t *asked;         /* by class of the replay: rows that keep what the log says */
    struct class_node *nodes;
    uint32_t node_count, node_capacity;
    struct hash_map node_index;    /* by rest and last class */
    struct side_plan sides[SIDES]; /* made when somebody asks */
    struct retries retries;        /* those that may heal a row */
    uint8_t *may_heal;             /* by row; NULL: none */
};

struct tally {
    struct tally_inputs inputs;
    struct side sides[SIDES];
    struct retries retries;  /* of ham */
    uint8_t *baseline;       /* enum verdict_kind by row; never unknown: the log tells */
    struct tally_plan *plan; /* of the view at hand */
    uint64_t disagreements;
    struct results_population population;
    struct results_group refused; /* not spam, and not let in */
    double ham_doubt;             /* mean of 1 - label over the wanted mail that was let in */
    double spam_doubt;            /* mean of the label over the spam that was let in */
};

/* tally_baseline_accepts, for loops over many rows. */
static inline bool tally_lets_in(const struct tally *tally, uint32_t row)
{
    return tally_is_accepted((enum verdict_kind)tally->baseline[row]);
}
/* Classes of a view: those of its replay, then those of the log. */
uint32_t tally_class_count(const struct tally_view *view);
/* The verdict that a class of a view stands for. */
const struct verdict *tally_class_verdict(const struct tally_view *view, uint32_t row_class);
/* The plan of a view, made when another one was at hand. Borrowed until the next view. */
const struct tally_plan *tally_plan_of(const struct tally *tally, const struct tally_view *view);
/* The groups of a side in the plan at hand. Borrowed until the next view. */
const struct side_plan *tally_plan_side(const struct tally *tally, enum label_kind kind);
/* Gives a plan's contents back. */
void tally_plan_release(struct tally_plan *plan);

#endif
