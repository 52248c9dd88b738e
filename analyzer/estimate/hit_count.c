#include "analyzer/estimate/hit_count.h"

#include <stdlib.h>

#include "base/xalloc.h"

void hit_count_init(struct hit_count *count, uint32_t cluster_limit)
{
    *count = (struct hit_count){
        .by_cluster = xcalloc(cluster_limit + (size_t)1, sizeof *count->by_cluster),
    };
}

void hit_count_release(struct hit_count *count)
{
    free(count->by_cluster);
    free(count->touched);
}

void hit_count_add(struct hit_count *count, sym cluster, enum tri hit)
{
    struct estimate_counts *counts = &count->counts;
    struct cluster_rate *rate = &count->by_cluster[cluster];
    if (rate->messages == 0) {
        GROW(count->touched, count->touched_count, count->touched_capacity);
        count->touched[count->touched_count++] = cluster;
        counts->of_clusters++;
    }
    rate->messages++;
    counts->of++;
    counts->count += hit == TRI_YES;
    counts->rows += hit == TRI_YES;
    counts->unknown += hit == TRI_UNKNOWN;
    counts->clusters += hit == TRI_YES && rate->lost == 0;
    rate->lost += hit == TRI_YES;
}

struct estimate hit_count_estimate(const struct hit_count *count)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count->touched_count; i++) {
        double size = count->by_cluster[count->touched[i]].messages;
        sum += size;
        squares += size * size;
    }
    struct estimate_counts counts = count->counts;
    counts.effective_n = squares > 0 ? sum * sum / squares : 0;
    return estimate_make(&counts);
}

struct estimate hit_count_of_rates(const struct cluster_rate *rates, size_t count)
{
    struct estimate_counts counts = { .of_clusters = count };
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        counts.of += rates[i].messages;
        counts.count += rates[i].lost;
        counts.unknown += rates[i].unknown;
        counts.clusters += rates[i].lost > 0;
        squares += (double)rates[i].messages * rates[i].messages;
    }
    counts.rows = counts.count;
    counts.effective_n = squares > 0 ? (double)counts.of * (double)counts.of / squares : 0;
    return estimate_make(&counts);
}
