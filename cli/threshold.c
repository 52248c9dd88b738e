#include "cli/threshold.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "base/number_text.h"
#include "base/slice.h"
#include "base/xalloc.h"

/* A number of struct results_set: a rate, or a count that is stored as an integer. */
struct threshold_field {
    const char *name;
    size_t offset;
    bool is_count;
};

#define IN_SET(field) offsetof(struct results_set, field)
/* clang-format off */
#define ESTIMATE_FIELDS(estimate) \
    { #estimate ".count", IN_SET(estimate.count), true }, \
    { #estimate ".rows", IN_SET(estimate.rows), true }, \
    { #estimate ".rate", IN_SET(estimate.rate), false }, \
    { #estimate ".low", IN_SET(estimate.low), false }, \
    { #estimate ".high", IN_SET(estimate.high), false }, \
    { #estimate ".bounds.low", IN_SET(estimate.bound_low), false }, \
    { #estimate ".bounds.high", IN_SET(estimate.bound_high), false }

static const struct threshold_field fields[] = {
    ESTIMATE_FIELDS(ham_lost),
    ESTIMATE_FIELDS(ham_delayed),
    ESTIMATE_FIELDS(spam_stopped),
    { "coverage", IN_SET(coverage), false },
    { "verdicts.unknown", IN_SET(verdicts[RESULT_UNKNOWN]), true },
};
/* clang-format on */

static const struct threshold_field *find_field(struct slice name)
{
    for (size_t i = 0; i < COUNT(fields); i++)
        if (slice_is(name, fields[i].name))
            return &fields[i];
    return NULL;
}

bool threshold_parse(struct threshold *threshold, const char *text, const char *option,
                     struct fault *fault)
{
    struct slice whole = slice_of(text), name, rest;
    size_t at = 0;
    while (at < whole.len && whole.at[at] != '<' && whole.at[at] != '>')
        at++;
    if (at == whole.len)
        return fault_set(fault, FAULT_USAGE, option, 0,
                         "'%.200s' has no > or <; write it like ham_lost.high>0.1%%", text);
    name = slice_trim(slice_head(whole, at));
    rest = slice_skip(whole, at + 1);
    bool or_equal = slice_starts(rest, "=");
    rest = slice_trim(slice_skip(rest, or_equal));
    threshold->comparison[0] = whole.at[at];
    threshold->comparison[1] = or_equal ? '=' : '\0';
    threshold->comparison[2] = '\0';
    threshold->field = find_field(name);
    if (!threshold->field)
        return fault_set(fault, FAULT_USAGE, option, 0,
                         "'%.*s' is no number of the result; ham_lost, ham_delayed and "
                         "spam_stopped have .count .rows .rate .low .high, and there is coverage",
                         (int)slice_head(name, 200).len, name.at);
    if (!number_parse_rate(rest, &threshold->limit) || threshold->limit < 0)
        return fault_set(fault, FAULT_USAGE, option, 0, "'%.*s' is no number; give 0.001 or 0.1%%",
                         (int)slice_head(rest, 200).len, rest.at);
    return true;
}

static double value_of(const struct threshold_field *field, const struct results_set *set)
{
    const char *at = (const char *)set + field->offset;
    return field->is_count ? (double)*(const uint64_t *)(const void *)at
                           : *(const double *)(const void *)at;
}

static bool holds(double value, const char *comparison, double limit)
{
    bool equal = !(value < limit) && !(value > limit);
    if (equal)
        return comparison[1] == '=';
    return comparison[0] == '>' ? value > limit : value < limit;
}

bool threshold_is_crossed(const struct threshold *threshold, const struct results_set *set,
                          struct buffer *why)
{
    double value = value_of(threshold->field, set);
    const char *name = threshold->field->name;
    if (isnan(value)) {
        buffer_format(why, "%s is not known, so it cannot be shown to keep to %g", name,
                      threshold->limit);
        return true;
    }
    if (!holds(value, threshold->comparison, threshold->limit))
        return false;
    buffer_format(why, "%s is %.6g (%s %g)", name, value, threshold->comparison, threshold->limit);
    return true;
}
