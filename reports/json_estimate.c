#include "reports/json_estimate.h"

#include "reports/json_value.h"

json_t *json_range(struct results_range range)
{
    json_t *array = json_array();
    json_value_append(array, json_value_real(range.low));
    json_value_append(array, json_value_real(range.high));
    return array;
}

json_t *json_estimate(const struct estimate *e)
{
    json_t *object = json_object();
    json_value_set(object, "count", json_value_whole(e->count));
    json_value_set(object, "of", json_value_whole(e->of));
    json_value_set(object, "rows", json_value_whole(e->rows));
    json_value_set(object, "deferred", json_value_whole(e->deferred));
    json_value_set(object, "unknown", json_value_whole(e->unknown));
    json_value_set(object, "rate", json_value_real(e->rate));
    json_value_set(object, "low", json_value_real(e->low));
    json_value_set(object, "high", json_value_real(e->high));
    json_value_set(object, "confidence", json_value_real(e->confidence));
    json_value_set(object, "bounds",
                   json_range((struct results_range){ e->bound_low, e->bound_high }));
    json_value_set(object, "clusters", json_value_whole(e->clusters));
    json_value_set(object, "of_clusters", json_value_whole(e->of_clusters));
    json_value_set(object, "effective_n", json_value_real(e->effective_n));
    json_value_set(object, "method", json_value_word(e->method));
    json_value_set(object, "reason", json_value_word(e->reason));
    return object;
}
