#include "analyzer/estimate/drift.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/estimate/estimate.h"
#include "base/xalloc.h"

#define NEITHER   ((struct interval){ (double)NAN, (double)NAN })
#define TWO_SIDED 1.959963984540054 /* of a normal variable, 95 % */
/* A cumulative sum above this: by chance once in e^5, about 150 weeks (Wald's bound). */
#define SUM_LIMIT 5.0
/* The first weeks' share of senders hit is an estimate itself: what is doubled or halved is its
 * limit at this confidence. */
#define REFERENCE_CONFIDENCE 0.8

/* ---- the band ---- */

/* The weeks a band rests on, newest last. */
struct memory {
    const struct drift_week *weeks[DRIFT_MEMORY];
    size_t count;
};

static void remember(struct memory *memory, const struct drift_week *week)
{
    if (memory->count == DRIFT_MEMORY) {
        for (size_t i = 1; i < DRIFT_MEMORY; i++)
            memory->weeks[i - 1] = memory->weeks[i];
        memory->count--;
    }
    memory->weeks[memory->count++] = week;
}

/* The senders of all weeks of the memory, each once. The caller frees them. */
static struct cluster_rate *pool(const struct memory *memory, size_t *count)
{
    size_t all = 0, used = 0;
    for (size_t w = 0; w < memory->count; w++)
        all += memory->weeks[w]->count;
    struct cluster_rate *rates = xcalloc(all + 1, sizeof *rates);
    for (size_t w = 0, at = 0; w < memory->count; w++)
        for (size_t i = 0; i < memory->weeks[w]->count; i++)
            rates[at++] = memory->weeks[w]->rates[i];
    qsort(rates, all, sizeof *rates, cluster_rate_compare);
    for (size_t i = 0; i < all; i++) {
        if (used && rates[used - 1].cluster == rates[i].cluster) {
            rates[used - 1].messages += rates[i].messages;
            rates[used - 1].lost += rates[i].lost;
            rates[used - 1].unknown += rates[i].unknown;
        } else {
            rates[used++] = rates[i];
        }
    }
    *count = used;
    return rates;
}

/* Sums over senders: the rate, what they are worth, and how far they differ. */
struct sums {
    double messages, lost, unknown, effective_n, residual;
};

static struct sums sum_up(const struct cluster_rate *rates, size_t count)
{
    struct sums sums = { 0 };
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        sums.messages += rates[i].messages;
        sums.lost += rates[i].lost;
        sums.unknown += rates[i].unknown;
        squares += (double)rates[i].messages * rates[i].messages;
    }
    sums.effective_n = squares > 0 ? sums.messages * sums.messages / squares : 0;
    for (size_t i = 0; i < count; i++) {
        double off = rates[i].lost - sums.lost / sums.messages * rates[i].messages;
        sums.residual += off * off;
    }
    return sums;
}

static struct interval band_of(const struct memory *memory)
{
    size_t count;
    struct cluster_rate *rates = pool(memory, &count);
    struct sums sums = sum_up(rates, count);
    free(rates);
    if (memory->count == 0 || !(sums.effective_n >= ESTIMATE_MIN_EFFECTIVE))
        return NEITHER;
    double low = sums.lost / sums.messages, high = (sums.lost + sums.unknown) / sums.messages;
    /* One week has 1 / weeks of the senders, and so of the messages. */
    double spread = TWO_SIDED * sqrt(sums.residual * (double)memory->count) / sums.messages;
    struct interval at_low = interval_clopper_pearson(low, sums.effective_n, ESTIMATE_CONFIDENCE);
    struct interval at_high = interval_clopper_pearson(high, sums.effective_n, ESTIMATE_CONFIDENCE);
    return (struct interval){ fmax(0, fmin(at_low.low, low - spread)),
                              fmin(1, fmax(at_high.high, high + spread)) };
}

/* Where a week lies: outside only when it is so whatever its unknown messages are. */
static int side_of(const struct drift_week *week, struct interval band)
{
    struct sums sums = sum_up(week->rates, week->count);
    if (isnan(band.low) || !(sums.effective_n >= ESTIMATE_MIN_EFFECTIVE))
        return 0;
    if (sums.lost / sums.messages > band.high)
        return 1;
    return (sums.lost + sums.unknown) / sums.messages < band.low ? -1 : 0;
}

/* ---- senders ---- */

/* How many senders of a week are hit at all, and how many there are. */
static void count_senders(const struct drift_week *week, double *hit, double *all)
{
    for (size_t i = 0; i < week->count; i++)
        *hit += week->rates[i].lost > 0;
    *all += (double)week->count;
}

/* The gain of the sum by a week, for odds of `factor` times those of share. */
static double gain(double hit, double all, double share, double factor)
{
    double other = share * factor / (1 - share + share * factor);
    return hit * log(other / share) + (all - hit) * log((1 - other) / (1 - share));
}

/* The cumulative sums behind the reference weeks; true with verdict at the first that is too large. */
static bool judge_senders(const struct drift_week *weeks, size_t count, size_t whole,
                          struct drift_verdict *verdict)
{
    double hit = 0, all = 0, up = 0, down = 0;
    size_t reference = whole / 2, seen = 0;
    reference = reference > DRIFT_REFERENCE_MAX ? DRIFT_REFERENCE_MAX : reference;
    if (reference < DRIFT_WEEKS_MIN)
        return false;
    struct interval share = NEITHER;
    for (size_t w = 0; w < count; w++) {
        if (!weeks[w].whole)
            continue;
        if (++seen <= reference) {
            count_senders(&weeks[w], &hit, &all);
            share = interval_clopper_pearson(all > 0 ? hit / all : 0, all, REFERENCE_CONFIDENCE);
            continue;
        }
        double week_hit = 0, week_all = 0;
        count_senders(&weeks[w], &week_hit, &week_all);
        if (share.high < 1)
            up = fmax(0, up + gain(week_hit, week_all, share.high, 2));
        if (share.low > 0)
            down = fmax(0, down + gain(week_hit, week_all, share.low, 0.5));
        if (up > SUM_LIMIT || down > SUM_LIMIT) {
            *verdict = (struct drift_verdict){ DRIFT_SENDERS, w, up > SUM_LIMIT };
            return true;
        }
    }
    return false;
}

/* ---- all weeks ---- */

struct drift_verdict drift_judge(const struct drift_week *weeks, size_t count,
                                 struct drift_point *points)
{
    struct drift_verdict verdict = { .alarm = DRIFT_CALM };
    struct memory memory = { .count = 0 };
    size_t whole = 0;
    int last_side = 0;
    for (size_t w = 0; w < count; w++) {
        points[w] = (struct drift_point){ .band = NEITHER };
        if (!weeks[w].whole)
            continue;
        whole++;
        points[w].band = band_of(&memory);
        points[w].side = side_of(&weeks[w], points[w].band);
        if (points[w].side && points[w].side == last_side && verdict.alarm == DRIFT_CALM)
            verdict = (struct drift_verdict){ DRIFT_TWO_WEEKS, w, points[w].side > 0 };
        last_side = points[w].side;
        if (points[w].side == 0)
            remember(&memory, &weeks[w]);
    }
    if (whole < DRIFT_WEEKS_MIN)
        return (struct drift_verdict){ .alarm = DRIFT_UNTOLD };
    struct drift_verdict senders;
    if (judge_senders(weeks, count, whole, &senders) &&
        (verdict.alarm == DRIFT_CALM || senders.week < verdict.week))
        verdict = senders;
    return verdict;
}

const char *drift_alarm_name(enum drift_alarm alarm)
{
    static const char *const names[] = { "calm", "two_weeks", "senders", "untold" };
    return names[alarm];
}
