#ifndef ANALYZER_POLICY_POLICY_INTERNAL_H
#define ANALYZER_POLICY_POLICY_INTERNAL_H
/*
 * What policy.c, replay.c and explain.c share: the insides of a policy and of a replay.
 */
#include "analyzer/policy/columns.h"
#include "analyzer/policy/judge.h"
#include "analyzer/policy/unit_fold.h"

struct policy {
    bool as_logged;
    struct policy_inputs inputs;
    struct program *program; /* NULL: as logged. Grows while it is replayed */
};

struct replay {
    const struct policy *policy;
    const struct evidence *evidence;
    struct columns columns;
    struct evaluation evaluation;
    bool *enabled;
    const struct item **check_items; /* by check */
    bool by_row; /* recipients do not depend on each other: a unit is a row, not a message */
    uint32_t unit_count;
    uint32_t *unit_words; /* the units one after the other, see replay.c */
    size_t *unit_starts;  /* by unit: its first word; one more at the end */
    uint32_t *recipients; /* by row class: the number of its distinct recipient, for the fold */
    struct unit_fold fold;
    uint32_t *row_classes;    /* by row */
    uint32_t *unit_classes;   /* by unit: its first row class; one more at the end */
    struct verdict *verdicts; /* by row class */
    uint32_t class_count;
    uint32_t *class_units; /* by row class: its unit */
    uint8_t *unique;       /* by row class: 0 not asked, 1 no, 2 yes */
};

/* The unit of a number; its rows live in *rows, which holds row_max. */
void replay_unit(const struct replay *replay, uint32_t number, struct unit *unit);
/* The place of a row in its unit. */
uint32_t replay_slot(const struct replay *replay, uint32_t row);
/* The unit of a row. */
uint32_t replay_unit_of(const struct replay *replay, uint32_t row);

#endif
