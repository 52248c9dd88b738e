/* What stands beside an interval: typical range, one sender left out, labels in doubt, budgets. */
#include "analyzer/estimate/forecast.h"

#include <math.h>

#include "tests/support/suite.h"

static const struct cluster_rate six[] = {
    { 11, 1060, 1060, 0 }, { 12, 73, 73, 0 }, { 13, 7, 7, 0 },
    { 14, 5, 5, 0 },       { 15, 4, 4, 0 },   { 16, 2178, 25, 3 },
};

START_TEST(test_without_one)
{
    struct without_one got = forecast_without_one(six, COUNT(six));
    /* spec: 1174 of 3327; 114 of 2267 without the one sender */
    ck_assert_double_eq_tol(got.low, 114 / 2267.0, 1e-12);
    ck_assert_uint_eq(got.low_cluster, 11);
    ck_assert_double_eq_tol(got.high, 1149 / 1149.0, 1e-12);
    ck_assert_uint_eq(got.high_cluster, 16);
    got = forecast_without_one(six, 1);
    ck_assert(isnan(got.low) && isnan(got.high));
    got = forecast_without_one(six, 0);
    ck_assert(isnan(got.low));
}
END_TEST

START_TEST(test_typical)
{
    struct interval one = forecast_typical(six, COUNT(six), 1, 7);
    struct interval again = forecast_typical(six, COUNT(six), 1, 7);
    ck_assert(one.low == again.low && one.high == again.high);
    ck_assert(one.low < 1174 / 3327.0 && one.high > 1174 / 3327.0);
    ck_assert(one.low >= 0 && one.high <= 1);
    /* Shorter periods vary more. */
    struct cluster_rate many[600];
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = (struct cluster_rate){ (sym)i, 10 + (uint32_t)i % 7, i % 20 == 0 ? 10 : 0, 0 };
    struct interval whole = forecast_typical(many, COUNT(many), 1, 1);
    struct interval week = forecast_typical(many, COUNT(many), 12, 1);
    struct interval other = forecast_typical(many, COUNT(many), 1, 2);
    ck_assert(whole.low != other.low || whole.high != other.high);
    ck_assert(week.high - week.low > whole.high - whole.low);
    ck_assert(whole.low > 0.015 && whole.low < 0.039 && whole.high > 0.039 && whole.high < 0.07);
    /* Carried by four: no range. */
    struct interval few = forecast_typical(six + 1, 4, 1, 1);
    ck_assert(isnan(few.low) && isnan(few.high));
    ck_assert(isnan(forecast_typical(NULL, 0, 1, 1).low));
}
END_TEST

/* clang-format off */
static const struct { double low, high, share, bound_low, bound_high, wide_low, wide_high; } doubts[] = {
    { 0.05, 0.05, 0,   0.05,     0.05,     0.05,     0.05 },
    { 0.05, 0.06, 0.1, 0,        0.06/0.9, 0,        0.06 },
    { 0.5,  0.6,  0.1, 0.4/0.9,  0.6/0.9,  0.4/0.9,  0.6 },
    { 0.9,  1,    0.2, 0.7/0.8,  1,        0.7/0.8,  1 },
};
static const struct { double low, high, budget; enum budget_decision want; } budgets[] = {
    { 0,     0.001, 0.001, BUDGET_WITHIN },
    { 0,     0.0011, 0.001, BUDGET_OPEN },
    { 0.001, 0.5,   0.001, BUDGET_OPEN },
    { 0.0011, 0.5,  0.001, BUDGET_OVER },
    { (double)NAN, (double)NAN, 0.001, BUDGET_OPEN },
    { 0,     0.001, (double)NAN, BUDGET_NOT_ASKED },
};
/* clang-format on */

START_TEST(test_contamination)
{
    struct interval rate = { doubts[_i].low, doubts[_i].high };
    struct interval got = contamination_bounds(rate, doubts[_i].share);
    ck_assert_double_eq_tol(got.low, doubts[_i].bound_low, 1e-12);
    ck_assert_double_eq_tol(got.high, doubts[_i].bound_high, 1e-12);
    got = contamination_widen(rate, doubts[_i].share);
    ck_assert_double_eq_tol(got.low, doubts[_i].wide_low, 1e-12);
    ck_assert_double_eq_tol(got.high, doubts[_i].wide_high, 1e-12);
    ck_assert(isnan(contamination_bounds(rate, 1).low));
    ck_assert(isnan(contamination_bounds(rate, (double)NAN).low));
    ck_assert(isnan(contamination_widen(rate, -0.1).high));
}
END_TEST

START_TEST(test_budget)
{
    struct interval rate = { budgets[_i].low, budgets[_i].high };
    ck_assert_int_eq(budget_decide(rate, budgets[_i].budget), budgets[_i].want);
}
END_TEST

/* No loss among m effective senders excludes a rate above about ln 40 / m. */
START_TEST(test_senders_needed)
{
    ck_assert_double_eq_tol(budget_senders_needed(0, 0.001, 0.95), log(0.025) / log1p(-0.001), 0.1);
    double needed = budget_senders_needed(0.0005, 0.001, 0.95);
    ck_assert_double_eq_tol(interval_clopper_pearson(0.0005, needed, 0.95).high, 0.001, 1e-8);
    ck_assert(isnan(budget_senders_needed(0.001, 0.001, 0.95)));
    ck_assert(isnan(budget_senders_needed(0.1, 0.001, 0.95)));
    ck_assert(isnan(budget_senders_needed((double)NAN, 0.001, 0.95)));
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, test_without_one);
    tcase_add_test(tcase, test_typical);
    tcase_add_loop_test(tcase, test_contamination, 0, COUNT(doubts));
    tcase_add_loop_test(tcase, test_budget, 0, COUNT(budgets));
    tcase_add_test(tcase, test_senders_needed);
}

TEST_MAIN("forecast", add)
