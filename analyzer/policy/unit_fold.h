#ifndef ANALYZER_POLICY_UNIT_FOLD_H
#define ANALYZER_POLICY_UNIT_FOLD_H
/*
 * Judging many mails that consist of few distinct recipients: each recipient is judged once per
 * state that it may find, and a mail is a fold over its recipients. Where that would not be exact -
 * lists for the content, orders that are not known, effects that are not certain - the mail is judged
 * as a whole (judge_unit).
 */
#include "analyzer/policy/judge.h"

/* Judgements of recipients by number and state; filled on demand. */
struct unit_fold {
    const struct evaluation *evaluation;
    struct recipient_judgement *recipients; /* 4 states each */
    bool *known;
    uint32_t count;
    bool is_exact; /* false: every mail is judged as a whole */
};

/* Room for `count` distinct recipients. */
void unit_fold_init(struct unit_fold *fold, const struct evaluation *evaluation, uint32_t count);
/* Gives all memory back. */
void unit_fold_release(struct unit_fold *fold);
/* Forgets what was judged: checks were switched on or off. */
void unit_fold_reset(struct unit_fold *fold);
/* Judges a mail whose recipients have these numbers. */
void unit_fold_judge(struct unit_fold *fold, const struct unit *unit, const uint32_t *numbers,
                     struct judgement *judgements);

#endif
