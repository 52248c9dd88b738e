#ifndef ANALYZER_POLICY_JUDGE_H
#define ANALYZER_POLICY_JUDGE_H
/*
 * Three-valued verdicts: a mail is evaluated under every combination of what is not known (bounded);
 * a recipient's verdict is certain when all of them agree on it.
 */
#include "analyzer/policy/evaluate.h"
#include "analyzer/policy/influence.h"

/* What all runs of a unit came to, per recipient. */
struct judgement {
    struct decision decision; /* of the first run: unknown answers taken as "does nothing" */
    uint8_t possible;         /* bits 1 << enum verdict_kind */
    uint8_t cause;            /* CAUSE_UNKNOWN when the runs differ in it */
    bool certain;
};

/* The unknown answers that were met, and which of them matter to one recipient. */
struct judge_points {
    struct influence influence; /* initialised by the caller, who releases it */
    uint32_t slot;              /* of the recipient */
    bool complete;              /* all runs were made */
};

/* Judges a unit; judgements has unit->row_count elements. points, when not NULL, gets every choice
 * point. */
void judge_unit(const struct evaluation *evaluation, const struct unit *unit,
                struct judgement *judgements, struct judge_points *points);

/* The same for one recipient, from its mail's beginning to its RCPT. */
struct recipient_judgement {
    struct judgement judgement;
    struct mail_state after; /* of the first run */
    bool touches;            /* some run holds, discards or redirects the mail */
    bool effects_certain;    /* all runs leave the same behind */
};
/* Judges one recipient that finds `before`. */
void judge_recipient(const struct evaluation *evaluation, const struct unit *unit, uint32_t slot,
                     const struct mail_state *before, struct recipient_judgement *result);

#endif
