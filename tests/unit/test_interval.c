/* Intervals against published tables, against the binomial sum itself, and at the edges. */
#include "analyzer/estimate/interval.h"

#include <math.h>

#include "tests/support/suite.h"

#define ck_near(got, want, tolerance)                                                              \
    do {                                                                                           \
        double got_ = (got), want_ = (want);                                                       \
        ck_assert_msg(fabs(got_ - want_) <= (tolerance), "got %.12g, want %.12g", got_, want_);    \
    } while (0)

/* clang-format off */
static const struct { double hits, n, low, high, tolerance; } pearson[] = {
    /* R 4: binom.test(k, n)$conf.int */
    { 0,    10,    0,             0.3084971,  1e-7 },
    { 1,    10,    0.002528579,   0.4450161,  1e-7 },
    { 5,    10,    0.1870860,     0.8129140,  1e-7 },
    { 10,   10,    0.6915029,     1,          1e-7 },
    { 50,   100,   0.3983211,     0.6016789,  1e-7 },
    { 0,    1,     0,             0.975,      1e-12 },
    { 1,    1,     0.025,         1,          1e-12 },
    /* spec: 19 of 159 hosts of the 2002 corpus 12.0 % [7.4, 18.0]; 1 of 128 [0.02, 4.3] */
    { 19,   159,   0.074,         0.180,      6e-4 },
    { 1,    128,   0.0002,        0.043,      3e-4 },
    /* 1174 of 3327 messages worth 5.8 hosts: [4.8, 79.8] % (5.8 is itself rounded) */
    { 1174 / 3327.0 * 5.8, 5.8, 0.048, 0.798, 2e-3 },
};

static const struct { double x, a, b, value; } beta[] = {
    { 0,    2, 3, 0 },
    { 1,    2, 3, 1 },
    { 0.5,  1, 1, 0.5 },
    { 0.3,  1, 1, 0.3 },
    { 0.5,  2, 2, 0.5 },
    { 0.25, 2, 1, 0.0625 },           /* x^a for b = 1 */
    { 0.25, 1, 3, 0.578125 },         /* 1 - (1-x)^b for a = 1 */
    { 0.25, 0.5, 0.5, 1 / 3.0 },      /* 2/pi asin(sqrt x) */
    { 0.75, 0.5, 0.5, 2 / 3.0 },
    { 0.5,  200, 200, 0.5 },
    { 0.5,  1e4, 1e4, 0.5 },
};
/* clang-format on */

START_TEST(test_clopper_pearson)
{
    struct interval got =
        interval_clopper_pearson(pearson[_i].hits / pearson[_i].n, pearson[_i].n, 0.95);
    ck_near(got.low, pearson[_i].low, pearson[_i].tolerance);
    ck_near(got.high, pearson[_i].high, pearson[_i].tolerance);
}
END_TEST

START_TEST(test_beta)
{
    ck_near(beta_regularized(beta[_i].x, beta[_i].a, beta[_i].b), beta[_i].value, 1e-11);
}
END_TEST

static double binomial_at_least(int k, int n, double p)
{
    double sum = 0;
    for (int i = k; i <= n; i++)
        sum += exp(lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) +
                   (n - i) * log1p(-p));
    return sum;
}

/* The definition: at the lower limit k or more hits have probability alpha/2, at the upper k or
 * fewer. */
START_TEST(test_definition)
{
    static const int sizes[] = { 2, 3, 7, 40, 333 };
    int n = sizes[_i];
    for (int k = 1; k < n; k += 1 + n / 20) {
        struct interval got = interval_clopper_pearson((double)k / n, n, 0.95);
        ck_near(binomial_at_least(k, n, got.low), 0.025, 1e-9);
        ck_near(1 - binomial_at_least(k + 1, n, got.high), 0.025, 1e-9);
    }
}
END_TEST

START_TEST(test_inverse_is_inverse)
{
    static const double shapes[] = { 0.01, 0.2, 1, 1.5, 5.8, 90, 4000 };
    static const double tails[] = { 0.005, 0.025, 0.5, 0.975, 0.995 };
    for (size_t a = 0; a < COUNT(shapes); a++)
        for (size_t b = 0; b < COUNT(shapes); b++)
            for (size_t t = 0; t < COUNT(tails); t++) {
                double x = beta_inverse(tails[t], shapes[a], shapes[b]);
                ck_assert_msg(x >= 0 && x <= 1, "a %g b %g", shapes[a], shapes[b]);
                /* Next to 1 a double cannot be told from its neighbour: allow for that step. */
                double step = beta_regularized(fmin(1, x + 1e-15), shapes[a], shapes[b]) -
                              beta_regularized(fmax(0, x - 1e-15), shapes[a], shapes[b]);
                ck_near(beta_regularized(x, shapes[a], shapes[b]), tails[t], 1e-9 + step);
            }
}
END_TEST

/* No hit among m effective senders still allows about 3/m (at 95 %: ln 40 / m); never [0, 0]. */
START_TEST(test_zero_is_not_nothing)
{
    for (double m = 0.3; m < 1e6; m *= 3.7) {
        struct interval got = interval_clopper_pearson(0, m, 0.95);
        ck_assert(got.low == 0 && got.high > 0 && got.high <= 1);
        ck_near(got.high, 1 - pow(0.025, 1 / m), 1e-12);
    }
}
END_TEST

START_TEST(test_monotone_and_around_the_rate)
{
    double last_low = -1, last_high = 0;
    for (double rate = 0; rate <= 1; rate += 1 / 512.0) {
        struct interval got = interval_clopper_pearson(rate, 5.8, 0.95);
        ck_assert(got.low <= rate && rate <= got.high);
        ck_assert_msg(got.low >= last_low - 1e-12 && got.high >= last_high - 1e-12,
                      "at %g: %.17g %.17g after %.17g %.17g", rate, got.low, got.high, last_low,
                      last_high);
        last_low = got.low;
        last_high = got.high;
    }
}
END_TEST

START_TEST(test_no_answer)
{
    static const struct {
        double rate, n;
    } rows[] = { { (double)NAN, 10 }, { 0.5, 0 }, { 0.5, -1 },
                 { -0.1, 5 },         { 1.1, 5 }, { 0.5, (double)NAN } };
    struct interval got = interval_clopper_pearson(rows[_i].rate, rows[_i].n, 0.95);
    ck_assert(isnan(got.low) && isnan(got.high));
    got = interval_wilson(rows[_i].rate, rows[_i].n, 0.95);
    ck_assert(isnan(got.low) && isnan(got.high));
}
END_TEST

/* spec: 1174 of 3327 by Wilson on messages [33.7, 36.9] %: the narrow one that is wrong. */
START_TEST(test_wilson)
{
    struct interval got = interval_wilson(1174 / 3327.0, 3327, 0.95);
    ck_near(got.low, 0.337, 6e-4);
    ck_near(got.high, 0.369, 6e-4);
    got = interval_wilson(0, 10, 0.95);
    ck_near(got.low, 0, 1e-12);
    ck_near(got.high, 0.2775328, 1e-7);
    ck_near(normal_quantile(0.975), 1.959963984540054, 1e-12);
    ck_near(normal_quantile(0.5), 0, 1e-12);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_clopper_pearson, 0, COUNT(pearson));
    tcase_add_loop_test(tcase, test_beta, 0, COUNT(beta));
    tcase_add_loop_test(tcase, test_definition, 0, 5);
    tcase_add_test(tcase, test_inverse_is_inverse);
    tcase_add_test(tcase, test_zero_is_not_nothing);
    tcase_add_test(tcase, test_monotone_and_around_the_rate);
    tcase_add_loop_test(tcase, test_no_answer, 0, 6);
    tcase_add_test(tcase, test_wilson);
}

TEST_MAIN("interval", add)
