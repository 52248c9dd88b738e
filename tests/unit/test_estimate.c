/* Estimates: what a rate is said to be, and when nothing is said. */
#include "analyzer/estimate/estimate.h"

#include <math.h>

#include "analyzer/estimate/interval.h"
#include "tests/support/suite.h"

START_TEST(test_numbers)
{
    struct estimate_counts counts = { .count = 12,
                                      .of = 300,
                                      .rows = 15,
                                      .deferred = 12,
                                      .unknown = 2,
                                      .clusters = 3,
                                      .of_clusters = 41,
                                      .effective_n = 11.2 };
    struct estimate e = estimate_make(&counts);
    ck_assert_double_eq_tol(e.rate, 0.04, 1e-12);
    ck_assert_double_eq_tol(e.bound_low, 0.04, 1e-12);
    ck_assert_double_eq_tol(e.bound_high, 14 / 300.0, 1e-12);
    ck_assert_double_eq(e.low, interval_clopper_pearson(0.04, 11.2, 0.95).low);
    ck_assert_double_eq(e.high, interval_clopper_pearson(14 / 300.0, 11.2, 0.95).high);
    ck_assert(e.count == 12 && e.of == 300 && e.rows == 15 && e.deferred == 12);
    ck_assert(e.clusters == 3 && e.of_clusters == 41);
    ck_assert(e.unknown == 2 && e.reason == NULL);
}
END_TEST

START_TEST(test_nothing_known)
{
    struct estimate_counts counts = { 0 };
    struct estimate e = estimate_make(&counts);
    ck_assert(isnan(e.rate) && isnan(e.low) && isnan(e.high) && isnan(e.bound_low) &&
              isnan(e.bound_high));
    ck_assert_str_eq(e.reason, "no_messages");
    ck_assert(isnan(estimate_so_ratio(&e, &e)));
}
END_TEST

/* No hit is not "none": the upper limit stays above zero, and never below the unknown share. */
START_TEST(test_zero)
{
    struct estimate_counts counts = { .of = 10000, .of_clusters = 7, .effective_n = 5.8 };
    struct estimate e = estimate_make(&counts);
    ck_assert(e.rate == 0 && e.low == 0);
    ck_assert_double_eq_tol(e.high, 1 - pow(0.025, 1 / 5.8), 1e-12);
    counts.unknown = 5000;
    e = estimate_make(&counts);
    ck_assert(e.low == 0 && e.high > 0.5 && e.bound_low == 0 && e.bound_high == 0.5);
}
END_TEST

START_TEST(test_so_ratio)
{
    struct estimate ham = { .rate = 0.01 }, spam = { .rate = 0.39 }, none = { .rate = 0 };
    ck_assert_double_eq_tol(estimate_so_ratio(&ham, &spam), 0.975, 1e-12);
    ck_assert_double_eq(estimate_so_ratio(&none, &spam), 1);
    ck_assert_double_eq(estimate_so_ratio(&ham, &none), 0);
    ck_assert(isnan(estimate_so_ratio(&none, &none)));
}
END_TEST

START_TEST(test_too_few)
{
    struct estimate_counts counts = { .count = 40, .of = 100, .unknown = 7, .effective_n = 2.99 };
    struct estimate e = estimate_make(&counts);
    ck_assert_str_eq(e.reason, "too_few_senders");
    ck_assert(isnan(e.rate) && isnan(e.low) && isnan(e.high));
    ck_assert(isnan(e.bound_low) && isnan(e.bound_high));
    ck_assert(e.count == 40 && e.of == 100 && e.unknown == 7);
    counts.effective_n = 3;
    e = estimate_make(&counts);
    ck_assert(e.reason == NULL && e.rate == 0.4);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, test_numbers);
    tcase_add_test(tcase, test_nothing_known);
    tcase_add_test(tcase, test_zero);
    tcase_add_test(tcase, test_so_ratio);
    tcase_add_test(tcase, test_too_few);
}

TEST_MAIN("estimate", add)
