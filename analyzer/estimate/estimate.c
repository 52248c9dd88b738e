#include "analyzer/estimate/estimate.h"

#include <math.h>

#include "analyzer/estimate/interval.h"
#include "base/xalloc.h"

struct estimate estimate_make(const struct estimate_counts *counts)
{
    if (counts->count + counts->unknown > counts->of || counts->clusters > counts->of_clusters)
        bug("an estimate counts more than there is");
    struct estimate e = {
        .count = counts->count,
        .of = counts->of,
        .rows = counts->rows,
        .deferred = counts->deferred,
        .unknown = counts->unknown,
        .rate = (double)NAN,
        .low = (double)NAN,
        .high = (double)NAN,
        .confidence = ESTIMATE_CONFIDENCE,
        .bound_low = (double)NAN,
        .bound_high = (double)NAN,
        .clusters = counts->clusters,
        .of_clusters = counts->of_clusters,
        .effective_n = counts->effective_n,
        .method = "clopper-pearson-kish",
    };
    if (counts->of == 0)
        e.reason = "no_messages";
    else if (!(counts->effective_n >= ESTIMATE_MIN_EFFECTIVE))
        e.reason = "too_few_senders";
    if (e.reason)
        return e;
    e.rate = (double)counts->count / (double)counts->of;
    e.bound_low = e.rate;
    e.bound_high = (double)(counts->count + counts->unknown) / (double)counts->of;
    e.low = interval_clopper_pearson(e.bound_low, e.effective_n, e.confidence).low;
    e.high = interval_clopper_pearson(e.bound_high, e.effective_n, e.confidence).high;
    return e;
}

void estimate_refuse(struct estimate *estimate, const char *reason)
{
    estimate->rate = estimate->low = estimate->high = (double)NAN;
    estimate->bound_low = estimate->bound_high = (double)NAN;
    estimate->reason = reason;
}

double estimate_so_ratio(const struct estimate *ham, const struct estimate *spam)
{
    double sum = ham->rate + spam->rate;
    return sum > 0 ? spam->rate / sum : (double)NAN;
}
