#ifndef ANALYZER_ESTIMATE_INTERVAL_H
#define ANALYZER_ESTIMATE_INTERVAL_H
/*
 * Intervals for a rate. Pure arithmetic, no state: the incomplete beta function by its continued
 * fraction, its inverse, and the intervals that rest on it. Counts may be real numbers: an effective
 * number of senders seldom is a whole one. Nothing here ever gives [0, 0].
 */

struct interval {
    double low, high; /* fractions of 1; NAN: not known */
};

/* The regularised incomplete beta function I_x(a, b), a and b > 0 (Abramowitz & Stegun 6.6.2). */
double beta_regularized(double x, double a, double b);
/* The x for which I_x(a, b) = probability. */
double beta_inverse(double probability, double a, double b);
/* The x below which a standard normal variable falls with that probability. */
double normal_quantile(double probability);

/* Clopper-Pearson for k = rate * n hits among n, n > 0 real: exact for whole numbers, and at rate 0
 * [0, 1 - (alpha/2)^(1/n)]. For n <= 0 or a rate that is not known both limits are NAN. */
struct interval interval_clopper_pearson(double rate, double n, double confidence);
/* Wilson's score interval: for comparison tables only, where units really are independent. */
struct interval interval_wilson(double rate, double n, double confidence);

#endif
