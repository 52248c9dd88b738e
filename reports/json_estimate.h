#ifndef REPORTS_JSON_ESTIMATE_H
#define REPORTS_JSON_ESTIMATE_H
/*
 * E of DESIGN.md section 4 as the JSON documents write it, in one place: count, of, rate, interval,
 * bounds, senders.
 */
#include <jansson.h>

#include "analyzer/results.h"

/* The object; what is not known is null. */
json_t *json_estimate(const struct estimate *e);
/* [low, high]; null for a limit that is not known. */
json_t *json_range(struct results_range range);

#endif
