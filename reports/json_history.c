#include "reports/json_history.h"

#include "analyzer/results_history.h"
#include "base/arena.h"
#include "reports/json_estimate.h"
#include "reports/json_value.h"

/* ---- weeks ---- */

static json_t *weeks_json(const struct results_drift *drift, int zone)
{
    json_t *array = json_array();
    for (size_t w = 0; w < drift->week_count; w++) {
        const struct results_week *week = &drift->weeks[w];
        json_t *object = json_object();
        json_value_set(object, "start", json_value_time(week->start_us, zone));
        json_value_set(object, "whole", json_boolean(week->whole));
        json_value_set(object, "messages", json_value_whole(week->messages));
        json_value_set(object, "coverage", json_value_real(week->coverage));
        json_value_append(array, object);
    }
    return array;
}

static json_t *series_json(const struct results_drift *drift, const struct results_series *series,
                           int zone)
{
    json_t *object = json_object(), *points = json_array();
    json_value_set(object, "kind", json_value_word(series->kind_name));
    json_value_set(object, "restriction",
                   json_value_word(series->restriction ? series->restriction->name : NULL));
    json_value_set(object, "argument",
                   json_value_word(series->restriction ? series->restriction->argument : NULL));
    json_value_set(object, "list",
                   json_value_word(series->restriction ? series->restriction->list : NULL));
    json_value_set(object, "alarm", json_value_word(series->alarm));
    json_value_set(object, "alarm_week",
                   series->alarmed
                       ? json_value_time(drift->weeks[series->alarm_week].start_us, zone)
                       : json_null());
    json_value_set(object, "direction",
                   json_value_word(!series->alarmed  ? NULL
                                   : series->upwards ? "up"
                                                     : "down"));
    for (size_t w = 0; w < drift->week_count; w++) {
        json_t *point = json_estimate(&series->points[w].estimate);
        json_value_set(point, "band", json_range(series->points[w].band));
        json_value_set(point, "side", json_integer(series->points[w].side));
        json_value_append(points, point);
    }
    json_value_set(object, "weeks", points);
    return object;
}

static json_t *changes_json(const struct results_drift *drift, int zone)
{
    json_t *array = json_array();
    for (size_t i = 0; i < drift->change_count; i++) {
        const struct results_change *change = &drift->changes[i];
        json_t *object = json_object();
        json_value_set(object, "time", json_value_time(change->time_us, zone));
        json_value_set(object, "kind", json_value_word(change->kind));
        json_value_set(object, "what", json_value_text(change->what));
        json_value_set(object, "refused_before", json_estimate(&change->before));
        json_value_set(object, "refused_after", json_estimate(&change->after));
        json_value_set(object, "differs", json_boolean(change->differs));
        json_value_append(array, object);
    }
    return array;
}

json_t *json_history_drift(const struct results *results)
{
    struct arena arena;
    arena_init(&arena);
    struct results_drift drift = results_drift(results, &arena);
    int zone = results_input(results)->first_offset;
    json_t *object = json_object(), *series = json_array();
    for (size_t i = 0; i < drift.series_count; i++)
        json_value_append(series, series_json(&drift, &drift.series[i], zone));
    json_value_set(object, "whole_weeks", json_value_whole(drift.whole_weeks));
    json_value_set(object, "sentence", json_value_text(drift.sentence));
    json_value_set(object, "weeks", weeks_json(&drift, zone));
    json_value_set(object, "series", series);
    json_value_set(object, "changes", changes_json(&drift, zone));
    json_value_set(object, "changes_left_out", json_value_whole(drift.changes_left_out));
    arena_release(&arena);
    return object;
}

/* ---- stages ---- */

static json_t *stage_json(const struct results_stage *stage)
{
    json_t *object = json_object();
    json_value_set(object, "kind", json_value_word(stage->kind));
    json_value_set(object, "name", json_value_text(stage->name));
    json_value_set(object, "silent", json_boolean(stage->silent));
    json_value_set(object, "reached", json_value_whole(stage->reached));
    json_value_set(object, "caught", json_value_whole(stage->caught));
    json_value_set(object, "spam_passed", json_estimate(&stage->spam_passed));
    json_value_set(object, "spam_passed_bounds", json_range(stage->spam_passed_bounds));
    json_value_set(object, "ham_caught", json_estimate(&stage->ham_caught));
    json_value_set(object, "given", json_value_whole(stage->given));
    json_value_set(object, "circular", json_value_whole(stage->circular));
    json_value_set(object, "unlabelled", json_value_whole(stage->unlabelled));
    return object;
}

static json_t *recapture_json(const struct results_recapture *r)
{
    if (!r->first.at)
        return json_null();
    json_t *object = json_object();
    json_value_set(object, "assumption",
                   json_value_word("the two filters err independently of each other"));
    json_value_set(object, "first", json_value_text(r->first));
    json_value_set(object, "second", json_value_text(r->second));
    json_value_set(object, "both", json_value_whole(r->both));
    json_value_set(object, "only_first", json_value_whole(r->only_first));
    json_value_set(object, "only_second", json_value_whole(r->only_second));
    json_value_set(object, "first_misses", json_estimate(&r->first_misses));
    json_value_set(object, "second_misses", json_estimate(&r->second_misses));
    json_value_set(object, "missed_by_both", json_value_real(r->missed_middle));
    json_value_set(object, "missed_by_both_range", json_range(r->missed));
    return object;
}

json_t *json_history_stages(const struct results *results)
{
    struct arena arena;
    arena_init(&arena);
    struct results_stages stages = results_stages(results, &arena);
    json_t *object = json_object(), *array = json_array();
    for (size_t i = 0; i < stages.count; i++)
        json_value_append(array, stage_json(&stages.stages[i]));
    json_value_set(object, "stages", array);
    json_value_set(object, "scenario", recapture_json(&stages.recapture));
    arena_release(&arena);
    return object;
}

/* ---- late mail ---- */

static json_t *quantile_json(const struct results_quantile *quantile)
{
    json_t *object = json_object();
    json_value_set(object, "seconds", json_value_real(quantile->value));
    json_value_set(object, "low", json_value_real(quantile->low));
    json_value_set(object, "high", json_value_real(quantile->high));
    return object;
}

static json_t *delays_json(const struct results_delays *d)
{
    json_t *object = json_object(), *delay = json_object();
    json_value_set(object, "attempts", json_value_whole(d->attempts));
    json_value_set(object, "cases", json_value_whole(d->cases));
    json_value_set(object, "same_address", json_value_whole(d->same_address));
    json_value_set(object, "same_network", json_value_whole(d->same_network));
    json_value_set(object, "other_network", json_value_whole(d->other_network));
    json_value_set(object, "never", json_value_whole(d->never));
    json_value_set(object, "open", json_value_whole(d->open));
    json_value_set(object, "never_back", json_estimate(&d->never_back));
    json_value_set(delay, "of", json_value_word(d->wanted_only ? "wanted" : "all"));
    json_value_set(delay, "messages", json_value_whole(d->delayed));
    json_value_set(delay, "clusters", json_value_whole(d->clusters));
    json_value_set(delay, "effective_n", json_value_real(d->effective_n));
    json_value_set(delay, "median", quantile_json(&d->median));
    json_value_set(delay, "p90", quantile_json(&d->p90));
    json_value_set(delay, "p99", quantile_json(&d->p99));
    json_value_set(delay, "over_hour", json_estimate(&d->over_hour));
    json_value_set(delay, "over_day", json_estimate(&d->over_day));
    json_value_set(delay, "other_network", json_estimate(&d->other_pool));
    json_value_set(object, "came_back", delay);
    return object;
}

json_t *json_history_lateness(const struct results *results)
{
    struct results_lateness late = results_lateness(results);
    json_t *object = json_object(), *candidate = json_null();
    if (late.candidate.asked) {
        candidate = json_object();
        json_value_set(candidate, "ham_delayed", json_estimate(&late.candidate.delayed));
        json_value_set(candidate, "clusters", json_value_whole(late.candidate.of_clusters));
        json_value_set(candidate, "pool_clusters", json_value_whole(late.candidate.pool_clusters));
        json_value_set(candidate, "only_message", json_value_whole(late.candidate.once));
    }
    json_value_set(object, "greylisting", delays_json(&late.greylisting));
    json_value_set(object, "other", delays_json(&late.other));
    json_value_set(object, "candidate", candidate);
    return object;
}
