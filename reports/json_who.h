#ifndef REPORTS_JSON_WHO_H
#define REPORTS_JSON_WHO_H
/*
 * Who would lose wanted mail, and the allow list that would save the most of it, as JSON.
 */
#include <jansson.h>

#include "analyzer/results.h"

/* An array of losers for each dimension. */
json_t *json_who_losers(const struct results *results);
/* The allow lists with what they leave; null when there is nothing to save. */
json_t *json_who_allow(const struct results *results);

#endif
