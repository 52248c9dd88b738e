#include "reports/summary_json.h"
#include "analyzer/results_advice.h"

#include <jansson.h>
#include <math.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/escape.h"
#include "base/xalloc.h"

enum {
    SCHEMA_VERSION = 1,
    TOP_LIMIT = 10,
    RESCUE_LIMIT = 20,
    TEXT_LIMIT = 1 << 16,
    REAL_DIGITS = 12
};

/* jansson gives NULL for text that is not UTF-8, and then drops the key in silence: here a NULL is
 * our own mistake. */
static void set(json_t *object, const char *key, json_t *value)
{
    if (!value || json_object_set_new(object, key, value) != 0)
        bug("a JSON value that cannot be set");
}

static void append(json_t *array, json_t *value)
{
    if (!value || json_array_append_new(array, value) != 0)
        bug("a JSON value that cannot be added");
}

/* Text of any bytes; what is not UTF-8 becomes U+FFFD. "No text" is null. */
static json_t *text_or_null(struct slice text)
{
    if (!text.at)
        return json_null();
    struct buffer clean;
    buffer_init(&clean, TEXT_LIMIT);
    while (text.len) {
        uint32_t code;
        size_t len = utf8_sequence(text, &code);
        if (len)
            buffer_add(&clean, text.at, len);
        else
            buffer_add_text(&clean, "\xef\xbf\xbd");
        text = slice_skip(text, len ? len : 1);
    }
    json_t *value = json_stringn(clean.at ? clean.at : "", clean.len);
    buffer_release(&clean);
    return value;
}

static json_t *word_or_null(const char *word)
{
    return text_or_null(slice_of(word));
}

static json_t *whole(uint64_t number)
{
    return json_integer((json_int_t)number);
}

static json_t *real_or_null(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

static json_t *time_or_null(int64_t time_us, int offset_minutes)
{
    char text[TIME_TEXT_MAX];
    if (time_us == TIME_NONE)
        return json_null();
    return text_or_null(civil_format_rfc3339(time_us, offset_minutes, text));
}

static json_t *estimate_json(const struct estimate *e)
{
    json_t *object = json_object(), *bounds = json_array();
    set(object, "count", whole(e->count));
    set(object, "of", whole(e->of));
    set(object, "rows", whole(e->rows));
    set(object, "deferred", whole(e->deferred));
    set(object, "unknown", whole(e->unknown));
    set(object, "rate", real_or_null(e->rate));
    set(object, "low", real_or_null(e->low));
    set(object, "high", real_or_null(e->high));
    set(object, "confidence", real_or_null(e->confidence));
    append(bounds, real_or_null(e->bound_low));
    append(bounds, real_or_null(e->bound_high));
    set(object, "bounds", bounds);
    set(object, "clusters", whole(e->clusters));
    set(object, "of_clusters", whole(e->of_clusters));
    set(object, "effective_n", real_or_null(e->effective_n));
    set(object, "method", word_or_null(e->method));
    set(object, "reason", word_or_null(e->reason));
    return object;
}

static json_t *shares_json(const struct results *results, const struct results_set *side,
                           size_t restriction, enum results_dimension dimension)
{
    struct arena arena;
    arena_init(&arena);
    size_t count;
    const struct results_share *shares =
        results_top_in(results, side, restriction, dimension, TOP_LIMIT, &arena, &count);
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        set(object, "key", text_or_null(shares[i].key));
        set(object, "messages", whole(shares[i].messages));
        set(object, "ham", whole(shares[i].ham));
        set(object, "spam", whole(shares[i].spam));
        append(array, object);
    }
    arena_release(&arena);
    return array;
}

static json_t *restriction_json(const struct results *results, const struct results_set *side,
                                size_t number)
{
    const struct results_restriction *r = &side->restrictions[number];
    json_t *object = json_object(), *top = json_object();
    set(object, "name", word_or_null(r->name));
    set(object, "argument", word_or_null(r->argument));
    set(object, "list", word_or_null(r->list));
    set(object, "position", r->position ? whole(r->position) : json_null());
    set(object, "class", word_or_null(r->class_name));
    set(object, "enabled", json_boolean(r->enabled));
    set(object, "warn_only", json_boolean(r->warn_only));
    set(object, "permits", json_boolean(r->permits));
    set(object, "hits", whole(r->hits));
    set(object, "decides", whole(r->decides));
    set(object, "unique", whole(r->unique));
    set(object, "unknown", whole(r->unknown));
    set(object, "ham_lost", estimate_json(&r->ham_lost));
    set(object, "spam_stopped", estimate_json(&r->spam_stopped));
    set(object, "so_ratio", real_or_null(r->so_ratio));
    set(top, "organisations", shares_json(results, side, number, BY_ORGANISATION));
    set(top, "networks", shares_json(results, side, number, BY_NETWORK));
    set(top, "recipients", shares_json(results, side, number, BY_RECIPIENT));
    set(object, "top", top);
    return object;
}

static json_t *side_json(const struct results *results, const struct results_set *side)
{
    static const struct {
        const char *key;
        enum results_verdict verdict;
    } order[RESULTS_VERDICTS] = {
        { "accept", RESULT_ACCEPT },   { "reject", RESULT_REJECT },
        { "defer", RESULT_DEFER },     { "hold", RESULT_HOLD },
        { "discard", RESULT_DISCARD }, { "redirect", RESULT_REDIRECT },
        { "unknown", RESULT_UNKNOWN },
    };
    json_t *object = json_object(), *verdicts = json_object(), *restrictions = json_array();
    for (size_t i = 0; i < COUNT(order); i++)
        set(verdicts, order[i].key, whole(side->verdicts[order[i].verdict]));
    set(object, "verdicts", verdicts);
    set(object, "coverage", real_or_null(side->coverage));
    set(object, "ham_lost", estimate_json(&side->ham_lost));
    set(object, "ham_delayed", estimate_json(&side->ham_delayed));
    set(object, "spam_stopped", estimate_json(&side->spam_stopped));
    for (size_t i = 0; i < side->restriction_count; i++)
        append(restrictions, restriction_json(results, side, i));
    set(object, "restrictions", restrictions);
    return object;
}

static json_t *range_json(struct results_range range)
{
    json_t *array = json_array();
    append(array, real_or_null(range.low));
    append(array, real_or_null(range.high));
    return array;
}

static json_t *group_json(const struct results_group *group)
{
    json_t *object = json_object();
    set(object, "messages", whole(group->messages));
    set(object, "rows", whole(group->rows));
    set(object, "clusters", whole(group->clusters));
    return object;
}

/* The allow list, and what it would leave. */
static json_t *rescue_json(const struct results *results, struct arena *arena)
{
    struct results_rescue rescue = results_rescue(results, RESCUE_LIMIT, arena);
    if (!rescue.list)
        return json_null();
    json_t *object = json_object(), *clients = json_array();
    for (size_t i = 0; i < rescue.client_count; i++) {
        const struct results_allow *allow = &rescue.clients[i];
        json_t *client = json_object();
        set(client, "address", text_or_null(allow->address));
        set(client, "organisation", text_or_null(allow->organisation));
        set(client, "ham", whole(allow->messages));
        set(client, "spam", whole(allow->spam));
        set(client, "days", whole(allow->days));
        append(clients, client);
    }
    set(object, "list", word_or_null(rescue.list));
    set(object, "clients", clients);
    set(object, "ham_lost", estimate_json(&rescue.ham_lost));
    set(object, "spam_stopped", estimate_json(&rescue.spam_stopped));
    return object;
}

static json_t *assessment_json(const struct results *results)
{
    struct arena arena;
    arena_init(&arena);
    struct results_assessment a = results_assess(results, &arena);
    json_t *object = json_object(), *keys = json_array();
    set(object, "budget", real_or_null(a.budget));
    set(object, "decision", word_or_null(a.decision));
    set(object, "census", range_json(a.census));
    set(object, "forecast", range_json(a.forecast));
    set(object, "typical_week", range_json(a.typical));
    set(object, "replicates", whole(a.replicates));
    set(object, "weeks", real_or_null(a.weeks));
    set(object, "without_one", range_json(a.without));
    append(keys, text_or_null(a.without_low));
    append(keys, text_or_null(a.without_high));
    set(object, "without_one_keys", keys);
    set(object, "spam_share", real_or_null(a.spam_share));
    set(object, "refused_already", group_json(&a.refused));
    set(object, "high_with_refused", real_or_null(a.refused_high));
    set(object, "advice", text_or_null(a.advice));
    set(object, "allow", rescue_json(results, &arena));
    arena_release(&arena);
    return object;
}

static json_t *input_json(const struct results_input *input)
{
    json_t *object = json_object(), *files = json_array(), *classes = json_object();
    for (size_t i = 0; i < input->file_count; i++)
        append(files, word_or_null(input->files[i]));
    set(object, "files", files);
    set(object, "bytes", whole(input->bytes));
    set(object, "lines", whole(input->lines));
    set(classes, "understood", whole(input->understood));
    set(classes, "foreign", whole(input->foreign));
    set(classes, "unknown", whole(input->unknown));
    set(classes, "malformed", whole(input->malformed));
    set(object, "lines_by_class", classes);
    set(object, "first", time_or_null(input->first_us, input->first_offset));
    set(object, "last", time_or_null(input->last_us, input->last_offset));
    set(object, "sessions", whole(input->sessions));
    set(object, "messages", whole(input->messages));
    set(object, "rows", whole(input->rows));
    set(object, "open", whole(input->open));
    return object;
}

static json_t *population_json(const struct results_population *population)
{
    json_t *object = json_object();
    set(object, "ham", group_json(&population->ham));
    set(object, "spam", group_json(&population->spam));
    set(object, "unlabelled", group_json(&population->unlabelled));
    set(object, "excluded", group_json(&population->excluded));
    return object;
}

static json_t *changes_json(const struct results_changes *changes)
{
    json_t *object = json_object();
    set(object, "newly_rejected", whole(changes->newly_rejected));
    set(object, "newly_deferred", whole(changes->newly_deferred));
    set(object, "newly_accepted", whole(changes->newly_accepted));
    set(object, "unchanged", whole(changes->unchanged));
    set(object, "unknown", whole(changes->unknown));
    return object;
}

static json_t *warnings_json(const struct results *results)
{
    size_t count;
    const struct results_warning *warnings = results_warnings(results, &count);
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        set(object, "code", word_or_null(warnings[i].code));
        set(object, "text", text_or_null(warnings[i].text));
        set(object, "count", whole(warnings[i].count));
        append(array, object);
    }
    return array;
}

bool summary_json_write(const struct results *results, const struct report_context *context,
                        FILE *to)
{
    json_t *document = json_object(), *command = json_array();
    for (size_t i = 0; i < context->command_count; i++)
        append(command, word_or_null(context->command[i]));
    set(document, "schema_version", whole(SCHEMA_VERSION));
    set(document, "program", word_or_null(context->program));
    set(document, "command", command);
    set(document, "seed", whole(context->seed));
    set(document, "generated", time_or_null(context->generated_us, context->generated_offset));
    set(document, "input", input_json(results_input(results)));
    set(document, "population", population_json(results_population(results)));
    set(document, "baseline", side_json(results, results_baseline(results)));
    json_t *candidate = side_json(results, results_candidate(results));
    set(candidate, "assessment", assessment_json(results));
    set(document, "candidate", candidate);
    set(document, "changes", changes_json(results_changes(results)));
    set(document, "warnings", warnings_json(results));
    int failed = json_dumpf(document, to, JSON_INDENT(1) | JSON_REAL_PRECISION(REAL_DIGITS));
    json_decref(document);
    return failed == 0 && putc('\n', to) != EOF;
}
