#include "analyzer/estimate/interval.h"

#include <float.h>
#include <math.h>

enum { FRACTION_STEPS = 20000, INVERSE_STEPS = 400 };
#define TINY 1e-300

/* ln(x^a (1-x)^b / B(a, b)). lgamma_r: lgamma() writes a global. */
static double log_front(double x, double a, double b)
{
    int sign;
    return a * log(x) + b * log1p(-x) + lgamma_r(a + b, &sign) - lgamma_r(a, &sign) -
           lgamma_r(b, &sign);
}

static double away_from_zero(double value)
{
    return fabs(value) < TINY ? TINY : value;
}

/*
 * The continued fraction 26.5.8 of Abramowitz & Stegun by Lentz's method in the form of Thompson and
 * Barnett: numerators come in pairs, and the product of C and D converges to the fraction. Fast
 * below the mean of the distribution; beta_regularized turns the other side around.
 */
static double beta_fraction(double x, double a, double b)
{
    double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
    double fraction = d;
    for (int m = 1; m < FRACTION_STEPS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away_from_zero(1 + even * d);
        c = away_from_zero(1 + even / c);
        fraction *= c * d;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away_from_zero(1 + odd * d);
        c = away_from_zero(1 + odd / c);
        fraction *= c * d;
        if (fabs(c * d - 1) < 4 * DBL_EPSILON)
            break;
    }
    return fraction;
}

double beta_regularized(double x, double a, double b)
{
    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    if (x < (a + 1) / (a + b + 2))
        return exp(log_front(x, a, b)) / a * beta_fraction(x, a, b);
    return 1 - exp(log_front(x, a, b)) / b * beta_fraction(1 - x, b, a);
}

/* Newton's steps kept inside a bracket that bisection closes: the density may be infinite at the
 * ends. Limits far below 1 (a < 1) are found by halving the exponent, not the value. */
double beta_inverse(double probability, double a, double b)
{
    double low = 0, high = 1, x = a / (a + b);
    for (int i = 0; i < INVERSE_STEPS; i++) {
        double error = beta_regularized(x, a, b) - probability;
        if (error == 0)
            return x;
        if (error > 0)
            high = x;
        else
            low = x;
        if (high - low <= 2 * DBL_EPSILON * high || high < TINY)
            break;
        double slope = exp(log_front(x, a, b)) / (x * (1 - x));
        double next = x - error / slope;
        if (next > low && next < high) {
            if (fabs(next - x) <= DBL_EPSILON * x)
                return next;
            x = next;
        } else {
            x = low == 0 && high < 0.01 ? high * high : (low + high) / 2;
        }
    }
    return (low + high) / 2;
}

/* Bisection on erfc: called once per comparison table, needs no speed. */
double normal_quantile(double probability)
{
    double low = -40, high = 40;
    for (int i = 0; i < 200; i++) {
        double middle = (low + high) / 2;
        if (0.5 * erfc(-middle / sqrt(2)) < probability)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

struct interval interval_clopper_pearson(double rate, double n, double confidence)
{
    if (!(n > 0) || !(rate >= 0) || rate > 1)
        return (struct interval){ (double)NAN, (double)NAN };
    double tail = (1 - confidence) / 2;
    double hits = rate * n, misses = n - hits;
    if (hits <= 0)
        return (struct interval){ 0, 1 - pow(tail, 1 / n) };
    if (misses <= 0)
        return (struct interval){ pow(tail, 1 / n), 1 };
    return (struct interval){ beta_inverse(tail, hits, misses + 1),
                              beta_inverse(1 - tail, hits + 1, misses) };
}

struct interval interval_wilson(double rate, double n, double confidence)
{
    if (!(n > 0) || !(rate >= 0) || rate > 1)
        return (struct interval){ (double)NAN, (double)NAN };
    double z = normal_quantile(1 - (1 - confidence) / 2), z2 = z * z;
    double centre = (rate + z2 / (2 * n)) / (1 + z2 / n);
    double half = z / (1 + z2 / n) * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n));
    return (struct interval){ fmax(0, centre - half), fmin(1, centre + half) };
}
