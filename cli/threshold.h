#ifndef CLI_THRESHOLD_H
#define CLI_THRESHOLD_H
/*
 * Conditions over the candidate's numbers: `ham_lost.high>0.1%`, `coverage<0.9`. A field is a key of
 * the JSON document's `candidate` object; the comparison is > >= < <=; the number may end in %.
 * A field whose value is not known meets every condition: what cannot be shown to hold fails.
 */
#include <stdbool.h>

#include "analyzer/results.h"
#include "base/buffer.h"
#include "base/fault.h"

struct threshold {
    const struct threshold_field *field;
    char comparison[3];
    double limit;
};

/* Reads a condition; option names its source in the fault. False with a usage fault. */
bool threshold_parse(struct threshold *threshold, const char *text, const char *option,
                     struct fault *fault);
/* True when the condition holds for a set (the candidate's); why then gets one sentence. */
bool threshold_is_crossed(const struct threshold *threshold, const struct results_set *set,
                          struct buffer *why);

#endif
