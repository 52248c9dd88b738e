#ifndef ANALYZER_RESULTS_CROWDS_H
#define ANALYZER_RESULTS_CROWDS_H
/*
 * Messages that are alike: of one sender, with the same facts, and the candidate fares with them
 * alike. What is counted again and again over the messages of a week, once for every restriction, is
 * counted over their crowds, which are few: senders repeat themselves.
 */
#include "analyzer/results_internal.h"

enum { CROWD_ACTS = 32 }; /* so many restrictions are looked at together */

struct crowd {
    uint64_t acts; /* as crowd_acts */
    sym cluster;
    uint32_t messages;
    uint8_t facts;  /* FACT_LET_IN, FACT_REFUSED, FACT_HAM, FACT_SPAM */
    uint8_t effect; /* enum tally_effect, the worst; of labelled mail only */
};

/* By message, a bit each: the candidate's restrictions (at most CROWD_ACTS) that act on some row of
 * it, and CROWD_ACTS higher those that may. Means nothing for mail that does not count: no smtpd saw
 * some of it. The caller frees it. */
uint64_t *crowd_acts(const struct results *results, const size_t *restrictions, size_t count);
/* What the restriction of this number in crowd_acts does to a crowd. */
enum tri crowd_is_hit(const struct crowd *crowd, size_t number);
/* The crowds of the messages first .. end - 1 that count, by the keys of their senders. effects:
 * results_worst_effects. The caller frees them. */
struct crowd *crowds_of(const struct results *results, uint32_t first, uint32_t end,
                        const uint64_t *acts, const uint8_t *effects, size_t *count);

#endif
