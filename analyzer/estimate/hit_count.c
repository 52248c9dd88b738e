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

static void add_messages(struct hit_count *count, sym cluster, uint32_t messages)
{
    struct cluster_rate *rate = &count->by_cluster[cluster];
    if (rate->messages == 0) {
        GROW(count->touched, count->touched_count, count->touched_capacity);
        count->touched[count->touched_count++] = cluster;
        count->counts.of_clusters++;
    }
    rate->messages += messages;
    count->counts.of += messages;
}

void hit_count_add(struct hit_count *count, sym cluster, enum tri hit)
{
    add_messages(count, cluster, 1);
    if (hit != TRI_NO)
        hit_count_hit(count, cluster, hit);
}

void hit_count_load(struct hit_count *count, const struct cluster_rate *rates, size_t rate_count)
{
    hit_count_clear(count);
    for (size_t i = 0; i < rate_count; i++)
        add_messages(count, rates[i].cluster, rates[i].messages);
}

void hit_count_hit(struct hit_count *count, sym cluster, enum tri hit)
{
    struct estimate_counts *counts = &count->counts;
    struct cluster_rate *rate = &count->by_cluster[cluster];
    counts->count += hit == TRI_YES;
    counts->rows += hit == TRI_YES;
    counts->unknown += hit == TRI_UNKNOWN;
    counts->clusters += hit == TRI_YES && rate->lost == 0;
    rate->lost += hit == TRI_YES;
    rate->unknown += hit == TRI_UNKNOWN;
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

struct cluster_rate *hit_count_rates(const struct hit_count *count, size_t *rate_count)
{
    struct cluster_rate *rates = xcalloc(count->touched_count + 1, sizeof *rates);
    for (size_t i = 0; i < count->touched_count; i++) {
        rates[i] = count->by_cluster[count->touched[i]];
        rates[i].cluster = count->touched[i];
    }
    qsort(rates, count->touched_count, sizeof *rates, cluster_rate_compare);
    *rate_count = count->touched_count;
    return rates;
}

void hit_count_clear(struct hit_count *count)
{
    for (size_t i = 0; i < count->touched_count; i++)
        count->by_cluster[count->touched[i]] = (struct cluster_rate){ 0 };
    count->touched_count = 0;
    count->counts = (struct estimate_counts){ 0 };
}
