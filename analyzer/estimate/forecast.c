#include "analyzer/estimate/forecast.h"

#include <math.h>
#include <stdlib.h>

#include "base/splitmix.h"
#include "base/xalloc.h"

#define NEITHER ((struct interval){ (double)NAN, (double)NAN })
enum { SENDERS_MAX = 1 << 30 };

/* A number below `limit` (at most 2^32), by multiplication instead of remainder. */
static size_t random_below(uint64_t *state, size_t limit)
{
    return (size_t)(((splitmix_next(state) >> 32) * (uint64_t)limit) >> 32);
}

int cluster_rate_compare(const void *left, const void *right)
{
    const struct cluster_rate *a = left, *b = right;
    return (a->cluster > b->cluster) - (a->cluster < b->cluster);
}

static int compare_reals(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

struct interval forecast_typical(const struct cluster_rate *rates, size_t count, double periods,
                                 uint64_t seed)
{
    size_t hit = 0;
    for (size_t i = 0; i < count; i++)
        hit += rates[i].lost > 0;
    if (hit < FORECAST_HIT_CLUSTERS_MIN)
        return NEITHER;
    double wanted = round((double)count / fmax(periods, 1));
    size_t draws = wanted < 1                    ? 1
                   : wanted > FORECAST_DRAWS_MAX ? FORECAST_DRAWS_MAX
                                                 : (size_t)wanted;
    double *sorted = xcalloc(FORECAST_REPLICATES, sizeof *sorted);
    for (int r = 0; r < FORECAST_REPLICATES; r++) {
        uint64_t messages = 0, lost = 0;
        for (size_t d = 0; d < draws; d++) {
            const struct cluster_rate *drawn = &rates[random_below(&seed, count)];
            messages += drawn->messages;
            lost += drawn->lost;
        }
        sorted[r] = messages ? (double)lost / (double)messages : 0;
    }
    qsort(sorted, FORECAST_REPLICATES, sizeof *sorted, compare_reals);
    struct interval range = { sorted[FORECAST_REPLICATES / 40],
                              sorted[FORECAST_REPLICATES - 1 - FORECAST_REPLICATES / 40] };
    free(sorted);
    return range;
}

struct without_one forecast_without_one(const struct cluster_rate *rates, size_t count)
{
    struct without_one range = { .low = (double)NAN, .high = (double)NAN };
    uint64_t messages = 0, lost = 0;
    for (size_t i = 0; i < count; i++) {
        messages += rates[i].messages;
        lost += rates[i].lost;
    }
    for (size_t i = 0; i < count; i++) {
        if (messages == rates[i].messages)
            continue;
        double rate = (double)(lost - rates[i].lost) / (double)(messages - rates[i].messages);
        if (!(rate >= range.low)) { /* also when low is not known yet */
            range.low = rate;
            range.low_cluster = rates[i].cluster;
        }
        if (!(rate <= range.high)) {
            range.high = rate;
            range.high_cluster = rates[i].cluster;
        }
    }
    return range;
}

struct interval contamination_bounds(struct interval rate, double spam_share)
{
    if (!(spam_share >= 0 && spam_share < 1))
        return NEITHER;
    return (struct interval){ fmax(0, (rate.low - spam_share) / (1 - spam_share)),
                              fmin(1, rate.high / (1 - spam_share)) };
}

struct interval contamination_widen(struct interval rate, double spam_share)
{
    if (!(spam_share >= 0 && spam_share < 1))
        return NEITHER;
    return (struct interval){ fmax(0, (rate.low - spam_share) / (1 - spam_share)), rate.high };
}

enum budget_decision budget_decide(struct interval rate, double budget)
{
    if (isnan(budget))
        return BUDGET_NOT_ASKED;
    if (rate.high <= budget)
        return BUDGET_WITHIN;
    return rate.low > budget ? BUDGET_OVER : BUDGET_OPEN;
}

const char *budget_decision_name(enum budget_decision decision)
{
    static const char *const names[] = { NULL, "within", "over", "open" };
    return names[decision];
}

double budget_senders_needed(double rate, double budget, double confidence)
{
    if (!(rate >= 0 && rate < budget))
        return (double)NAN;
    double low = 1, high = 1;
    while (high < SENDERS_MAX && interval_clopper_pearson(rate, high, confidence).high > budget)
        high *= 2;
    if (high >= SENDERS_MAX)
        return (double)NAN;
    for (int i = 0; i < 40; i++) {
        double middle = (low + high) / 2;
        if (interval_clopper_pearson(rate, middle, confidence).high > budget)
            low = middle;
        else
            high = middle;
    }
    return high;
}
