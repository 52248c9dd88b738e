#ifndef ANALYZER_ESTIMATE_FORECAST_H
#define ANALYZER_ESTIMATE_FORECAST_H
/*
 * What a count of lost wanted mail says about the mail to come. Takes the counts by sending cluster,
 * gives the ranges that stand beside the interval of an estimate, and the decision against a budget.
 * Pure arithmetic with a seeded generator of its own: same input and seed, same numbers.
 * Formulas and their limits: docs/method.md.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/estimate/interval.h"
#include "base/intern.h"

/* The wanted mail of one sending cluster. */
struct cluster_rate {
    sym cluster;
    uint32_t messages;
    uint32_t lost;    /* for certain */
    uint32_t unknown; /* not lost for certain, but perhaps */
};
/* For qsort: rates in the order of their clusters' keys. */
int cluster_rate_compare(const void *left, const void *right);

enum { FORECAST_REPLICATES = 1000, FORECAST_HIT_CLUSTERS_MIN = 5, FORECAST_DRAWS_MAX = 20000 };

/* The range in which the rate of one period falls in 95 % of the cases, when its senders are drawn
 * from these (host bootstrap with clusters / periods draws; periods: how many such periods the log
 * is long, at least 1). NAN when fewer than FORECAST_HIT_CLUSTERS_MIN clusters lose mail: then a few
 * carry the rate, and the range would only say whether they were drawn. */
struct interval forecast_typical(const struct cluster_rate *rates, size_t count, double periods,
                                 uint64_t seed);

/* The rate without one cluster, at its extremes. */
struct without_one {
    double low, high; /* NAN with fewer than two clusters */
    sym low_cluster, high_cluster;
};
/* Leaves out each cluster in turn. */
struct without_one forecast_without_one(const struct cluster_rate *rates, size_t count);

/* Bounds for the rate among the truly wanted, when up to `spam_share` of what is labelled as wanted
 * is spam (Horowitz and Manski 1995): from all of it among the lost to none of it. */
struct interval contamination_bounds(struct interval rate, double spam_share);
/* A forecast interval widened for labels: the lower limit for up to spam_share of spam, the upper for
 * none, since spam among the wanted is refused no less than wanted mail is. */
struct interval contamination_widen(struct interval rate, double spam_share);

enum budget_decision { BUDGET_NOT_ASKED, BUDGET_WITHIN, BUDGET_OVER, BUDGET_OPEN };
/* Within only when the whole interval is, over only when the whole interval is; open when limits are
 * not known. A budget that is NAN was not asked for. */
enum budget_decision budget_decide(struct interval rate, double budget);
/* "within", "over", "open"; NULL for BUDGET_NOT_ASKED. Static storage. */
const char *budget_decision_name(enum budget_decision decision);
/* The effective number of senders for which Clopper-Pearson's upper limit at this rate falls to the
 * budget; NAN when no number does (the rate is not below the budget). */
double budget_senders_needed(double rate, double budget, double confidence);

#endif
