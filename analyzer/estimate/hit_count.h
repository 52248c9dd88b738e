#ifndef ANALYZER_ESTIMATE_HIT_COUNT_H
#define ANALYZER_ESTIMATE_HIT_COUNT_H
/*
 * Counts messages of one kind, hit or not, with their senders, for one estimate after another: a
 * stage of the filter chain, mail that came late. What tally.h does for whole sets, for any
 * selection.
 */
#include "analyzer/estimate/estimate.h"
#include "analyzer/estimate/forecast.h"
#include "base/tri.h"

struct hit_count {
    struct estimate_counts counts;
    struct cluster_rate *by_cluster; /* by key; `cluster` is unused here */
    sym *touched;                    /* keys with messages */
    size_t touched_count, touched_capacity;
};

/* A counter over so many cluster keys. */
void hit_count_init(struct hit_count *count, uint32_t cluster_limit);
/* Gives all memory back. */
void hit_count_release(struct hit_count *count);
/* Counts a message of this sender. TRI_UNKNOWN: it may be hit. */
void hit_count_add(struct hit_count *count, sym cluster, enum tri hit);
/* The estimate of what was counted. */
struct estimate hit_count_estimate(const struct hit_count *count);
/* The estimate of messages that were counted by sender elsewhere, each sender once. */
struct estimate hit_count_of_rates(const struct cluster_rate *rates, size_t count);

#endif
