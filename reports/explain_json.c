#include "reports/explain_json.h"
#include "analyzer/results_explain.h"

#include "base/arena.h"
#include "base/xalloc.h"
#include "reports/json_value.h"

enum { SCHEMA_VERSION = 1, REAL_DIGITS = 12 };

static json_t *tri_json(enum tri value)
{
    return value == TRI_UNKNOWN ? json_null() : json_boolean(value == TRI_YES);
}

static json_t *texts_json(const struct slice *texts, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_value_append(array, json_value_text(texts[i]));
    return array;
}

static void set_reply(json_t *object, const struct results_reply *reply)
{
    char code[16];
    snprintf(code, sizeof code, "%u", reply->code);
    json_value_set(object, "answer", json_value_word(reply->answer));
    json_value_set(object, "code", json_value_word(reply->code ? code : NULL));
    json_value_set(object, "dsn", json_value_word(reply->dsn));
}

static json_t *step_json(const struct results_step *step)
{
    json_t *object = json_object(), *possible = json_array();
    json_value_set(object, "restriction", json_value_word(step->name));
    json_value_set(object, "argument", json_value_word(step->argument));
    json_value_set(object, "list", json_value_word(step->list));
    json_value_set(object, "position",
                   step->position ? json_value_whole(step->position) : json_null());
    json_value_set(object, "class", json_value_word(step->class_name));
    json_value_set(object, "depth", json_value_whole(step->depth));
    json_value_set(object, "stage", json_value_word(step->stage));
    json_value_set(object, "enabled", json_boolean(step->enabled));
    json_value_set(object, "warn_only", json_boolean(step->warn_only));
    json_value_set(object, "permits", json_boolean(step->permits));
    json_value_set(object, "asked", tri_json(step->asked));
    json_value_set(object, "decides", tri_json(step->decides));
    set_reply(object, &step->reply);
    for (size_t i = 0; i < step->possible_count; i++) {
        json_t *one = json_object();
        set_reply(one, &step->possible[i]);
        json_value_append(possible, one);
    }
    json_value_set(object, "possible", possible);
    json_value_set(object, "why", json_value_text(step->why));
    json_value_set(object, "needs", texts_json(step->needs, step->need_count));
    return object;
}

static json_t *decision_json(const struct results_decision *decision)
{
    json_t *object = json_object();
    char code[16];
    snprintf(code, sizeof code, "%u", decision->code);
    json_value_set(object, "verdict", json_value_word(decision->verdict_name));
    json_value_set(object, "code", json_value_word(decision->code ? code : NULL));
    json_value_set(object, "dsn", json_value_word(decision->dsn));
    json_value_set(object, "restriction", json_value_word(decision->restriction));
    json_value_set(object, "argument", json_value_word(decision->argument));
    json_value_set(object, "list", json_value_word(decision->list));
    json_value_set(object, "class", json_value_word(decision->class_name));
    json_value_set(object, "stage", json_value_word(decision->stage));
    json_value_set(object, "text", json_value_text(decision->text));
    json_value_set(object, "needs", texts_json(decision->needs, decision->need_count));
    return object;
}

static json_t *side_json(const struct results *results, const struct results_set *set,
                         const struct results_decision *decision, size_t index, struct arena *arena)
{
    struct results_steps steps = results_explain(results, set, index, arena);
    json_t *object = decision_json(decision), *array = json_array();
    json_value_set(object, "from_log", json_boolean(steps.from_log));
    json_value_set(object, "complete", json_boolean(steps.complete));
    for (size_t i = 0; i < steps.count; i++)
        json_value_append(array, step_json(&steps.steps[i]));
    json_value_set(object, "steps", array);
    return object;
}

static json_t *label_json(const struct results_row *row)
{
    json_t *object = json_object(), *sources = json_array();
    json_value_set(object, "ham", json_value_real(row->ham));
    for (size_t i = 0; i < row->label_source_count; i++)
        json_value_append(sources, json_value_word(row->label_sources[i]));
    json_value_set(object, "sources", sources);
    return object;
}

static json_t *end_json(const struct results_row *row)
{
    json_t *object = json_object();
    json_value_set(object, "status",
                   json_value_word(row->end_status ? row->end_status : "unknown"));
    json_value_set(object, "relay", json_value_text(row->end_relay));
    json_value_set(object, "dsn", json_value_text(row->end_dsn));
    json_value_set(object, "time", json_value_time(row->end_us, row->offset_minutes));
    return object;
}

static json_t *recipient_json(const struct results *results, size_t index)
{
    struct arena arena;
    arena_init(&arena);
    struct results_row row = results_row_at(results, index, &arena);
    json_t *object = json_object();
    json_value_set(object, "time", json_value_time(row.time_us, row.offset_minutes));
    json_value_set(object, "recipient", json_value_text(row.recipient));
    json_value_set(object, "logged", decision_json(&row.logged));
    json_value_set(object, "baseline",
                   side_json(results, results_baseline(results), &row.baseline, index, &arena));
    json_value_set(object, "candidate",
                   side_json(results, results_candidate(results), &row.candidate, index, &arena));
    json_value_set(object, "label", label_json(&row));
    json_value_set(object, "end", end_json(&row));
    arena_release(&arena);
    return object;
}

static json_t *evidence_json(const struct results *results, size_t index, struct arena *arena)
{
    size_t count;
    const struct results_cell *cells = results_cells(results, index, arena, &count);
    json_t *object = json_object();
    for (size_t i = 0; i < count; i++) {
        json_t *cell = json_object();
        json_value_set(cell, "value", json_value_text(cells[i].value));
        json_value_set(cell, "from", json_value_word(cells[i].origin));
        json_value_set(cell, "why", json_value_text(cells[i].why));
        json_value_set(object, cells[i].name, cell);
    }
    return object;
}

/* The lines, and how many more there are; null when the log cannot be read again. */
static void set_lines(json_t *object, const struct results *results, size_t index)
{
    struct buffer raw;
    uint64_t left_out = 0;
    buffer_init(&raw, EXPLAIN_RAW_MAX);
    json_t *array = results_raw_lines(results, index, &raw) ? json_array() : json_null();
    struct slice rest = buffer_slice(&raw);
    while (json_is_array(array) && rest.len) {
        size_t len = slice_index(rest, '\n');
        if (json_array_size(array) < EXPLAIN_LINES_MAX)
            json_value_append(array, json_value_text(slice_head(rest, len)));
        else
            left_out++;
        rest = slice_skip(rest, len + 1);
    }
    json_value_set(object, "lines", array);
    json_value_set(object, "lines_left_out", json_value_whole(left_out));
    buffer_release(&raw);
}

static json_t *filters_json(const struct results_row *row)
{
    json_t *array = json_array();
    for (size_t i = 0; i < row->filter_count; i++) {
        json_t *object = json_object();
        json_value_set(object, "program", json_value_text(row->filters[i].program));
        json_value_set(object, "verdict", json_value_word(row->filters[i].verdict));
        json_value_set(object, "score", json_value_real(row->filters[i].score));
        json_value_append(array, object);
    }
    return array;
}

static json_t *message_json(const struct results *results, const struct results_match *match)
{
    struct arena arena;
    arena_init(&arena);
    struct results_row row = results_row_at(results, match->rows[0], &arena);
    json_t *object = json_object(), *recipients = json_array();
    size_t shown = match->row_count < EXPLAIN_ROWS_MAX ? match->row_count : EXPLAIN_ROWS_MAX;
    json_value_set(object, "queue_id", json_value_text(row.queue_id));
    json_value_set(object, "message_id", json_value_text(row.message_id));
    json_value_set(object, "host", json_value_text(row.host));
    json_value_set(object, "service", json_value_text(row.service));
    json_value_set(object, "session", row.session ? json_value_whole(row.session) : json_null());
    json_value_set(object, "hops", texts_json(row.hops, row.hop_count));
    json_value_set(object, "filters", filters_json(&row));
    set_lines(object, results, match->rows[0]);
    json_value_set(object, "evidence", evidence_json(results, match->rows[0], &arena));
    for (size_t i = 0; i < shown; i++)
        json_value_append(recipients, recipient_json(results, match->rows[i]));
    json_value_set(object, "recipients", recipients);
    json_value_set(object, "recipients_left_out", json_value_whole(match->row_count - shown));
    arena_release(&arena);
    return object;
}

bool explain_json_write(const struct results *results, const struct report_context *context,
                        const struct explain_subject *subject, FILE *to)
{
    json_t *document = json_object(), *command = json_array(), *messages = json_array();
    for (size_t i = 0; i < context->command_count; i++)
        json_value_append(command, json_value_word(context->command[i]));
    json_value_set(document, "schema_version", json_value_whole(SCHEMA_VERSION));
    json_value_set(document, "program", json_value_word(context->program));
    json_value_set(document, "command", command);
    json_value_set(document, "generated",
                   json_value_time(context->generated_us, context->generated_offset));
    json_value_set(document, "key", json_value_text(subject->key));
    json_value_set(document, "found", json_value_whole(subject->all));
    for (size_t i = 0; i < subject->count; i++)
        json_value_append(messages, message_json(results, &subject->matches[i]));
    json_value_set(document, "messages", messages);
    int failed = json_dumpf(document, to, JSON_INDENT(1) | JSON_REAL_PRECISION(REAL_DIGITS));
    json_decref(document);
    return failed == 0 && putc('\n', to) != EOF;
}
