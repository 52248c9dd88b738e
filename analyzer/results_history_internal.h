#ifndef ANALYZER_RESULTS_HISTORY_INTERNAL_H
#define ANALYZER_RESULTS_HISTORY_INTERNAL_H
/*
 * What the results_*.c files behind analyzer/results_history.h share.
 */
#include "analyzer/results_history.h"
#include "analyzer/results_internal.h"

/* Fills the changes of a drift. Lives in arena. */
void history_changes(const struct results *results, struct arena *arena,
                     struct results_drift *drift);
/* The number of the first message at this time or later; messages without a time come before all. */
uint32_t history_first_since(const struct evidence *evidence, int64_t time_us);

#endif
