#ifndef ANALYZER_ESTIMATE_ESTIMATE_H
#define ANALYZER_ESTIMATE_ESTIMATE_H
/*
 * Counts to an estimate E (struct estimate of analyzer/results.h): rate, interval, bounds. What is
 * counted is messages of one kind (ham, or spam) that the baseline let in. The interval is
 * Clopper-Pearson on the effective number of sending clusters of that whole population (`of`), from
 * the lower limit of the case in which no unknown row is hit to the upper limit of the case in which
 * all are. It is a forecast for mail like this; the count itself is a census, without sampling error.
 */
#include <stdint.h>

#include "analyzer/results.h"

struct estimate_counts {
    uint64_t count;       /* messages hit */
    uint64_t of;          /* messages that could be hit */
    uint64_t rows;        /* recipients hit */
    uint64_t deferred;    /* of count: by a defer that lasts */
    uint64_t unknown;     /* messages not hit of which some row is unknown */
    uint64_t clusters;    /* senders (clusters) of the messages hit */
    uint64_t of_clusters; /* senders of the messages that could be hit */
    double effective_n;   /* Kish's effective number of the latter */
};

#define ESTIMATE_CONFIDENCE 0.95
/* A rate that rests on fewer effective senders is given nowhere: the senders are. */
#define ESTIMATE_MIN_EFFECTIVE 3.0

/* The estimate for these counts. Without population (`of` is 0), or with too few effective senders,
 * every rate is NAN, the counts stay, and `reason` says why. */
struct estimate estimate_make(const struct estimate_counts *counts);
/* Takes the rate back, for a reason of its own (static text); counts stay. */
void estimate_refuse(struct estimate *estimate, const char *reason);
/* spam% / (spam% + ham%), SpamAssassin's S/O; NAN when neither is hit or one rate is not known. */
double estimate_so_ratio(const struct estimate *ham, const struct estimate *spam);

#endif
