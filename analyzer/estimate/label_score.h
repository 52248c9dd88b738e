#ifndef ANALYZER_ESTIMATE_LABEL_SCORE_H
#define ANALYZER_ESTIMATE_LABEL_SCORE_H
/*
 * Leave the evidence out: a content filter's score holds points for the very facts that a rule under
 * test looks at (no reverse name, a listed address). A label that rests on them would call the mail
 * spam because the rule hits it, and the rule would look good. So these points are taken off before
 * the score is compared with its limit. Takes the tests as the filter logged them ("BAYES_99 3.50,
 * RDNS_NONE 0.79", "BAYES_99=3.5", "RDNS_NONE(0.79){}", "BAYES_99,RDNS_NONE").
 */
#include "base/slice.h"

/* Kinds of evidence, as a set. */
enum label_evidence {
    EVIDENCE_CLIENT_NAME = 1,
    EVIDENCE_HELO = 2,
    EVIDENCE_SENDER_DOMAIN = 4,
    EVIDENCE_LISTS = 8, /* DNS lists of addresses and domains */
    EVIDENCE_SPF = 16,
    EVIDENCE_RECIPIENT = 32,
    /* what a content filter's score may rest on as well */
    EVIDENCE_SCORED = EVIDENCE_CLIENT_NAME | EVIDENCE_HELO | EVIDENCE_SENDER_DOMAIN |
                      EVIDENCE_LISTS | EVIDENCE_SPF,
};

/* The kinds of evidence that a restriction (canonical name) looks at. */
unsigned label_evidence_of(const char *restriction);

struct left_out {
    double points;     /* of the tests that rest on evidence in the set */
    unsigned tests;    /* how many these are */
    unsigned unpriced; /* of these: without points in the log; a usual value is taken */
    double usual;      /* of points: the sum of these usual values */
};

/* What is to be taken off for a set of evidence. */
struct left_out label_leave_out(struct slice text, unsigned evidence);

#endif
