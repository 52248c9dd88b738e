/*
 * Drift: bands and alarms on made-up weeks. Senders keep their verdict from week to week, as real
 * ones do; sizes are unequal. What must hold: few false alarms where nothing drifts, and an alarm
 * where the rate jumps.
 */
#include "analyzer/estimate/drift.h"

#include <math.h>
#include <stdlib.h>

#include "base/splitmix.h"
#include "base/xalloc.h"
#include "tests/support/suite.h"

enum { WEEKS = 12, SENDERS = 60, WORLDS = 300 };

struct world {
    struct drift_week weeks[WEEKS];
    struct drift_point points[WEEKS];
    uint64_t random;
};

static double draw(struct world *world)
{
    return (double)(splitmix_next(&world->random) >> 11) / 9007199254740992.0;
}

/* Each sender writes in two weeks of three, is hit with probability `before`, and from week `from` on
 * with `after`; one time in ten its verdict is another one. */
static void make(struct world *world, uint64_t seed, double before, double after, int from)
{
    double lot[SENDERS], volume[SENDERS];
    memset(world, 0, sizeof *world);
    world->random = seed;
    for (int s = 0; s < SENDERS; s++) {
        lot[s] = draw(world);
        volume[s] = 20 * pow(1 + s, -0.7) + 1;
    }
    for (int w = 0; w < WEEKS; w++) {
        struct drift_week *week = &world->weeks[w];
        week->whole = true;
        week->rates = xcalloc(SENDERS, sizeof *week->rates);
        for (int s = 0; s < SENDERS; s++) {
            if (draw(world) < 1 / 3.0)
                continue;
            bool hit = (draw(world) < 0.1 ? draw(world) : lot[s]) < (w < from ? before : after);
            uint32_t messages = 1 + (uint32_t)(volume[s] * 2 * draw(world));
            week->rates[week->count++] =
                (struct cluster_rate){ (sym)s, messages, hit ? messages : 0, 0 };
        }
    }
}

static struct drift_verdict judge(struct world *world)
{
    struct drift_verdict verdict = drift_judge(world->weeks, WEEKS, world->points);
    for (int w = 0; w < WEEKS; w++)
        free(world->weeks[w].rates);
    return verdict;
}

static int alarms(double before, double after, int from, bool upwards)
{
    int count = 0;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        struct world world;
        make(&world, seed, before, after, from);
        struct drift_verdict verdict = judge(&world);
        count += verdict.alarm != DRIFT_CALM && verdict.upwards == upwards &&
                 (from == WEEKS || (int)verdict.week >= from);
    }
    return count;
}

START_TEST(test_calm)
{
    static const double rates[] = { 0, 0.02, 0.1, 0.4, 1 };
    for (size_t i = 0; i < COUNT(rates); i++) {
        int up = alarms(rates[i], rates[i], WEEKS, true);
        int down = alarms(rates[i], rates[i], WEEKS, false);
        ck_assert_msg(up + down <= WORLDS / 20, "rate %g: %d up, %d down of %d", rates[i], up, down,
                      WORLDS);
    }
}
END_TEST

START_TEST(test_jump)
{
    static const struct {
        double before, after;
    } rows[] = { { 0.02, 0.4 }, { 0.1, 0.6 }, { 0.6, 0.1 }, { 0.4, 0.02 } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int found = alarms(rows[i].before, rows[i].after, 6, rows[i].after > rows[i].before);
        ck_assert_msg(found >= WORLDS * 8 / 10, "%g to %g: %d of %d", rows[i].before, rows[i].after,
                      found, WORLDS);
    }
}
END_TEST

/* A part of a week is neither judged nor learnt from; one whole week forecasts, but alarms nobody. */
START_TEST(test_short)
{
    struct world world;
    make(&world, 1, 0.1, 0.9, 1);
    for (int w = 0; w < WEEKS; w++)
        world.weeks[w].whole = w == 1;
    struct drift_verdict verdict = judge(&world);
    ck_assert_int_eq(verdict.alarm, DRIFT_UNTOLD);
    for (int w = 0; w < WEEKS; w++)
        ck_assert(isnan(world.points[w].band.low) && world.points[w].side == 0);
    make(&world, 1, 0.1, 0.9, 1);
    for (int w = 0; w < WEEKS; w++)
        world.weeks[w].whole = w < 2;
    verdict = judge(&world);
    ck_assert_int_eq(verdict.alarm, DRIFT_CALM);
    ck_assert(isnan(world.points[0].band.low) && world.points[1].band.low >= 0);
    ck_assert(world.points[1].side == 1 && isnan(world.points[2].band.low));
}
END_TEST

/* One sender is no past to forecast from, and unknown messages keep a week inside. */
START_TEST(test_doubt)
{
    struct cluster_rate one = { 5, 900, 0, 0 };
    struct cluster_rate known[10], open[10];
    for (sym i = 0; i < 10; i++) {
        known[i] = (struct cluster_rate){ i, 10, 10, 0 };
        open[i] = (struct cluster_rate){ i, 10, 0, 10 };
    }
    struct drift_point points[3];
    struct drift_week few[] = { { &one, 1, true }, { known, 10, true } };
    drift_judge(few, 2, points);
    ck_assert(isnan(points[1].band.low) && points[1].side == 0);
    struct drift_week doubtful[] = { { known, 10, true }, { open, 10, true }, { open, 10, true } };
    ck_assert_int_eq(drift_judge(doubtful, 3, points).alarm, DRIFT_CALM);
    ck_assert(points[1].band.low > 0.6 && points[1].side == 0);
    ck_assert_str_eq(drift_alarm_name(DRIFT_SENDERS), "senders");
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, test_calm);
    tcase_add_test(tcase, test_jump);
    tcase_add_test(tcase, test_short);
    tcase_add_test(tcase, test_doubt);
}

TEST_MAIN("drift", add)
