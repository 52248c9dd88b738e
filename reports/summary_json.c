#include "reports/summary_json.h"

#include <jansson.h>

#include "analyzer/results_advice.h"
#include "base/arena.h"
#include "base/xalloc.h"
#include "reports/json_estimate.h"
#include "reports/json_history.h"
#include "reports/json_value.h"
#include "reports/json_who.h"
#include "reports/verdict_words.h"

enum { SCHEMA_VERSION = 1, TOP_LIMIT = 10, REAL_DIGITS = 12 };

static json_t *shares_json(const struct results *results, const struct results_set *side,
                           size_t restriction, enum results_dimension dimension)
{
    struct arena arena;
    arena_init(&arena);
    size_t count = TOP_LIMIT;
    const struct results_share *shares =
        results_top_in(results, side, restriction, dimension, &arena, &count);
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        json_value_set(object, "key", json_value_text(shares[i].key));
        json_value_set(object, "messages", json_value_whole(shares[i].messages));
        json_value_set(object, "ham", json_value_whole(shares[i].ham));
        json_value_set(object, "spam", json_value_whole(shares[i].spam));
        json_value_append(array, object);
    }
    arena_release(&arena);
    return array;
}

static json_t *restriction_json(const struct results *results, const struct results_set *side,
                                size_t number)
{
    const struct results_restriction *r = &side->restrictions[number];
    json_t *object = json_object(), *top = json_object();
    json_value_set(object, "name", json_value_word(r->name));
    json_value_set(object, "argument", json_value_word(r->argument));
    json_value_set(object, "list", json_value_word(r->list));
    json_value_set(object, "position", r->position ? json_value_whole(r->position) : json_null());
    json_value_set(object, "class", json_value_word(r->class_name));
    json_value_set(object, "enabled", json_boolean(r->enabled));
    json_value_set(object, "warn_only", json_boolean(r->warn_only));
    json_value_set(object, "permits", json_boolean(r->permits));
    json_value_set(object, "hits", json_value_whole(r->hits));
    json_value_set(object, "decides", json_value_whole(r->decides));
    json_value_set(object, "unique", json_value_whole(r->unique));
    json_value_set(object, "unknown", json_value_whole(r->unknown));
    json_value_set(object, "ham_lost", json_estimate(&r->ham_lost));
    json_value_set(object, "spam_stopped", json_estimate(&r->spam_stopped));
    json_value_set(object, "so_ratio", json_value_real(r->so_ratio));
    json_value_set(top, "organisations", shares_json(results, side, number, BY_ORGANISATION));
    json_value_set(top, "networks", shares_json(results, side, number, BY_NETWORK));
    json_value_set(top, "recipients", shares_json(results, side, number, BY_RECIPIENT));
    json_value_set(object, "top", top);
    return object;
}

static json_t *side_json(const struct results *results, const struct results_set *side)
{
    const struct verdict_word *words = verdict_words();
    json_t *object = json_object(), *verdicts = json_object(), *restrictions = json_array();
    for (size_t i = 0; i < RESULTS_VERDICTS; i++)
        json_value_set(verdicts, words[i].word, json_value_whole(side->verdicts[words[i].verdict]));
    json_value_set(object, "verdicts", verdicts);
    json_value_set(object, "coverage", json_value_real(side->coverage));
    json_value_set(object, "ham_lost", json_estimate(&side->ham_lost));
    json_value_set(object, "ham_delayed", json_estimate(&side->ham_delayed));
    json_value_set(object, "spam_stopped", json_estimate(&side->spam_stopped));
    for (size_t i = 0; i < side->restriction_count; i++)
        json_value_append(restrictions, restriction_json(results, side, i));
    json_value_set(object, "restrictions", restrictions);
    return object;
}

static json_t *group_json(const struct results_group *group)
{
    json_t *object = json_object();
    json_value_set(object, "messages", json_value_whole(group->messages));
    json_value_set(object, "rows", json_value_whole(group->rows));
    json_value_set(object, "clusters", json_value_whole(group->clusters));
    return object;
}

static json_t *assessment_json(const struct results *results)
{
    struct arena arena;
    arena_init(&arena);
    struct results_assessment a = results_assess(results, &arena);
    json_t *object = json_object(), *keys = json_array();
    json_value_set(object, "budget", json_value_real(a.budget));
    json_value_set(object, "decision", json_value_word(a.decision));
    json_value_set(object, "rate_decided", json_boolean(a.rate_decided));
    json_value_set(object, "census", json_range(a.census));
    json_value_set(object, "forecast", json_range(a.forecast));
    json_value_set(object, "typical_week", json_range(a.typical));
    json_value_set(object, "replicates", json_value_whole(a.replicates));
    json_value_set(object, "weeks", json_value_real(a.weeks));
    json_value_set(object, "without_one", json_range(a.without));
    json_value_append(keys, json_value_text(a.without_low));
    json_value_append(keys, json_value_text(a.without_high));
    json_value_set(object, "without_one_keys", keys);
    json_value_set(object, "spam_share", json_value_real(a.spam_share));
    json_value_set(object, "unlabelled", json_value_whole(a.unlabelled));
    json_value_set(object, "unlabelled_lost", json_value_whole(a.unlabelled_lost));
    json_value_set(object, "refused_already", group_json(&a.refused));
    json_value_set(object, "high_with_refused", json_value_real(a.refused_high));
    json_value_set(object, "judge", json_value_whole(a.judge));
    json_value_set(object, "days", a.days ? json_value_whole(a.days) : json_null());
    json_value_set(object, "main_cf", json_value_text(a.main_cf));
    json_value_set(object, "advice", json_value_text(a.advice));
    json_value_set(object, "losers", json_who_losers(results));
    json_value_set(object, "allow", json_who_allow(results));
    arena_release(&arena);
    return object;
}

static json_t *traffic_json(const struct results_traffic *traffic)
{
    json_t *object = json_object();
    json_value_set(object, "received", json_value_whole(traffic->received));
    json_value_set(object, "delivered", json_value_whole(traffic->delivered));
    json_value_set(object, "forwarded", json_value_whole(traffic->forwarded));
    json_value_set(object, "deferred", json_value_whole(traffic->deferred));
    json_value_set(object, "deferrals", json_value_whole(traffic->deferrals));
    json_value_set(object, "bounced", json_value_whole(traffic->bounced));
    json_value_set(object, "rejected", json_value_whole(traffic->rejected));
    json_value_set(object, "reject_warnings", json_value_whole(traffic->reject_warnings));
    json_value_set(object, "held", json_value_whole(traffic->held));
    json_value_set(object, "discarded", json_value_whole(traffic->discarded));
    return object;
}

static json_t *input_json(const struct results_input *input)
{
    json_t *object = json_object(), *files = json_array(), *classes = json_object();
    for (size_t i = 0; i < input->file_count; i++)
        json_value_append(files, json_value_word(input->files[i]));
    json_value_set(object, "files", files);
    json_value_set(object, "bytes", json_value_whole(input->bytes));
    json_value_set(object, "lines", json_value_whole(input->lines));
    json_value_set(classes, "understood", json_value_whole(input->understood));
    json_value_set(classes, "foreign", json_value_whole(input->foreign));
    json_value_set(classes, "unknown", json_value_whole(input->unknown));
    json_value_set(classes, "malformed", json_value_whole(input->malformed));
    json_value_set(object, "lines_by_class", classes);
    json_value_set(object, "first", json_value_time(input->first_us, input->first_offset));
    json_value_set(object, "last", json_value_time(input->last_us, input->last_offset));
    json_value_set(object, "sessions", json_value_whole(input->sessions));
    json_value_set(object, "messages", json_value_whole(input->messages));
    json_value_set(object, "rows", json_value_whole(input->rows));
    json_value_set(object, "open", json_value_whole(input->open));
    json_value_set(object, "traffic", traffic_json(&input->traffic));
    return object;
}

static json_t *population_json(const struct results *results)
{
    const struct results_population *population = results_population(results);
    json_t *object = json_object();
    json_value_set(object, "ham", group_json(&population->ham));
    json_value_set(object, "spam", group_json(&population->spam));
    json_value_set(object, "unlabelled", group_json(&population->unlabelled));
    json_value_set(object, "excluded", group_json(&population->excluded));
    size_t count;
    const struct results_excluded *excluded = results_excluded(results, &count);
    json_t *reasons = json_object();
    for (size_t i = 0; i < count; i++)
        json_value_set(reasons, excluded[i].reason, json_value_whole(excluded[i].messages));
    json_value_set(object, "excluded_by", reasons);
    return object;
}

static json_t *changes_json(const struct results_changes *changes)
{
    json_t *object = json_object();
    json_value_set(object, "newly_rejected", json_value_whole(changes->newly_rejected));
    json_value_set(object, "newly_deferred", json_value_whole(changes->newly_deferred));
    json_value_set(object, "newly_accepted", json_value_whole(changes->newly_accepted));
    json_value_set(object, "unchanged", json_value_whole(changes->unchanged));
    json_value_set(object, "unknown", json_value_whole(changes->unknown));
    return object;
}

static json_t *warnings_json(const struct results *results)
{
    size_t count;
    const struct results_warning *warnings = results_warnings(results, &count);
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        json_value_set(object, "code", json_value_word(warnings[i].code));
        json_value_set(object, "text", json_value_text(warnings[i].text));
        json_value_set(object, "count", json_value_whole(warnings[i].count));
        json_value_append(array, object);
    }
    return array;
}

bool summary_json_write(const struct results *results, const struct report_context *context,
                        FILE *to)
{
    json_t *document = json_object(), *command = json_array();
    for (size_t i = 0; i < context->command_count; i++)
        json_value_append(command, json_value_word(context->command[i]));
    json_value_set(document, "schema_version", json_value_whole(SCHEMA_VERSION));
    json_value_set(document, "program", json_value_word(context->program));
    json_value_set(document, "command", command);
    json_value_set(document, "seed", json_value_whole(context->seed));
    json_value_set(document, "generated",
                   json_value_time(context->generated_us, context->generated_offset));
    json_value_set(document, "input", input_json(results_input(results)));
    json_value_set(document, "population", population_json(results));
    json_value_set(document, "baseline", side_json(results, results_baseline(results)));
    json_t *candidate = side_json(results, results_candidate(results));
    json_value_set(candidate, "assessment", assessment_json(results));
    json_value_set(document, "candidate", candidate);
    json_value_set(document, "changes", changes_json(results_changes(results)));
    json_value_set(document, "drift", json_history_drift(results));
    json_value_set(document, "leaks", json_history_stages(results));
    json_value_set(document, "lateness", json_history_lateness(results));
    json_value_set(document, "warnings", warnings_json(results));
    int failed = json_dumpf(document, to, JSON_INDENT(1) | JSON_REAL_PRECISION(REAL_DIGITS));
    json_decref(document);
    return failed == 0 && putc('\n', to) != EOF;
}
