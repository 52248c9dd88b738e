#ifndef REPORTS_JSON_HISTORY_H
#define REPORTS_JSON_HISTORY_H
/*
 * The log in time as JSON: weeks and drift, stages of the filter chain, late mail.
 */
#include <jansson.h>

#include "analyzer/results.h"

/* Weeks with every rate's series, alarms, and the changes that the log shows. */
json_t *json_history_drift(const struct results *results);
/* What each stage lets through. */
json_t *json_history_stages(const struct results *results);
/* Mail that 4xx answers put off, and what the candidate's policy services would. */
json_t *json_history_lateness(const struct results *results);

#endif
