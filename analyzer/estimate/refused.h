#ifndef ANALYZER_ESTIMATE_REFUSED_H
#define ANALYZER_ESTIMATE_REFUSED_H
/*
 * How much mail was kept out. A refused message has no content that anybody could judge, and is tried
 * again and again: a deferred one once an hour for days. Takes the refused messages; counts each mail
 * once, and none that came in later from the same network with the same sender and recipient.
 */
#include <stdbool.h>

#include "analyzer/estimate/cluster.h"
#include "analyzer/evidence/evidence.h"
#include "analyzer/results.h"

/* Counts the messages with is_refused[message] set. is_accepted(context, row): the row got in. */
struct results_group refused_count(const struct evidence *evidence, const struct clusters *clusters,
                                   const uint8_t *is_refused,
                                   bool (*is_accepted)(void *context, uint32_t row), void *context);

#endif
