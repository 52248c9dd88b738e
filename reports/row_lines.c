#include "reports/row_lines.h"
#include "analyzer/results_advice.h"

#include <math.h>

#include "base/arena.h"
#include "base/civil_time.h"
#include "base/escape.h"

enum { FLUSH_AT = 1 << 18, LINE_ROOM = 1 << 24, ROWS_PER_ARENA = 512 };

static void add_key(struct buffer *out, const char *key)
{
    buffer_add_text(out, ",\"");
    buffer_add_text(out, key);
    buffer_add_text(out, "\":");
}

static void add_slice(struct buffer *out, const char *key, struct slice text)
{
    add_key(out, key);
    escape_json_or_null(out, text);
}

static void add_text(struct buffer *out, const char *key, const char *text)
{
    add_slice(out, key, slice_of(text));
}

static void add_number_or_null(struct buffer *out, const char *key, uint64_t number)
{
    add_key(out, key);
    if (number)
        buffer_add_u64(out, number);
    else
        buffer_add_text(out, "null");
}

/* The value of a rate or score; null when it is not known. */
static void add_real(struct buffer *out, double number)
{
    if (isfinite(number))
        buffer_format(out, "%.12g", number);
    else
        buffer_add_text(out, "null");
}

/* The value of a time; null when there is none. */
static void add_time(struct buffer *out, int64_t time_us, int offset_minutes)
{
    char text[TIME_TEXT_MAX];
    if (time_us == TIME_NONE)
        buffer_add_text(out, "null");
    else
        escape_json(out, civil_format_rfc3339(time_us, offset_minutes, text));
}

/* Time, place and envelope: the fields with which every line begins. */
static void add_head(struct buffer *out, const struct results_row *row)
{
    buffer_add_text(out, "{\"time\":");
    add_time(out, row->time_us, row->offset_minutes);
    add_slice(out, "host", row->host);
    add_slice(out, "queue_id", row->queue_id);
    add_number_or_null(out, "session", row->session);
    add_slice(out, "service", row->service);
    add_slice(out, "client_address", row->client_address);
    add_slice(out, "client_name", row->client_name);
    add_slice(out, "reverse_client_name", row->reverse_client_name);
    add_slice(out, "helo", row->helo);
    add_slice(out, "sender", row->sender);
    add_slice(out, "recipient", row->recipient);
}

/* `"key":{"verdict":..,"code":..,"dsn":..,"restriction":..`, left open. */
static void open_decision(struct buffer *out, const char *key,
                          const struct results_decision *decision)
{
    add_key(out, key);
    buffer_add_text(out, "{\"verdict\":");
    escape_json(out, slice_of(decision->verdict_name));
    add_key(out, "code");
    if (decision->code)
        buffer_format(out, "\"%u\"", decision->code);
    else
        buffer_add_text(out, "null");
    add_text(out, "dsn", decision->dsn);
    add_text(out, "restriction", decision->restriction);
}

static void add_logged(struct buffer *out, const struct results_decision *decision)
{
    open_decision(out, "logged", decision);
    add_slice(out, "text", decision->text);
    buffer_add_byte(out, '}');
}

/* The texts of a list, between brackets. */
static void add_list(struct buffer *out, const struct slice *texts, size_t count)
{
    buffer_add_byte(out, '[');
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(out, i ? "," : "");
        escape_json(out, texts[i]);
    }
    buffer_add_byte(out, ']');
}

static void add_simulated(struct buffer *out, const char *key,
                          const struct results_decision *decision)
{
    open_decision(out, key, decision);
    add_text(out, "argument", decision->argument);
    add_text(out, "list", decision->list);
    add_text(out, "class", decision->class_name);
    add_text(out, "stage", decision->stage);
    add_key(out, "needs");
    add_list(out, decision->needs, decision->need_count);
    buffer_add_byte(out, '}');
}

static void add_label(struct buffer *out, const struct results_row *row)
{
    add_key(out, "label");
    buffer_add_text(out, "{\"ham\":");
    add_real(out, row->ham);
    add_key(out, "sources");
    buffer_add_byte(out, '[');
    for (size_t i = 0; i < row->label_source_count; i++) {
        buffer_add_text(out, i ? "," : "");
        escape_json(out, slice_of(row->label_sources[i]));
    }
    buffer_add_text(out, "]}");
}

/* How the mail came in, and whose it was when a gateway brought it. */
static void add_source(struct buffer *out, const struct results_row *row)
{
    add_text(out, "source", row->source);
    add_key(out, "true_client");
    if (!row->true_client_address.len) {
        buffer_add_text(out, "null");
        return;
    }
    buffer_add_text(out, "{\"address\":");
    escape_json(out, row->true_client_address);
    add_slice(out, "name", row->true_client_name);
    add_slice(out, "helo", row->true_helo);
    buffer_add_byte(out, '}');
}

static void add_end(struct buffer *out, const struct results_row *row)
{
    add_key(out, "hops");
    add_list(out, row->hops, row->hop_count);
    add_key(out, "end");
    buffer_add_text(out, "{\"status\":");
    escape_json(out, slice_of(row->end_status ? row->end_status : "unknown"));
    add_slice(out, "relay", row->end_relay);
    add_slice(out, "dsn", row->end_dsn);
    add_key(out, "time");
    add_time(out, row->end_us, row->offset_minutes);
    buffer_add_byte(out, '}');
}

static void add_filters(struct buffer *out, const struct results_row *row)
{
    add_key(out, "filters");
    buffer_add_byte(out, '[');
    for (size_t i = 0; i < row->filter_count; i++) {
        buffer_add_text(out, i ? ",{\"program\":" : "{\"program\":");
        escape_json(out, row->filters[i].program);
        add_text(out, "verdict", row->filters[i].verdict);
        add_key(out, "score");
        add_real(out, row->filters[i].score);
        buffer_add_byte(out, '}');
    }
    buffer_add_byte(out, ']');
}

static void add_evidence(struct buffer *out, const struct results_row *row)
{
    add_key(out, "evidence");
    buffer_add_text(out, "{\"client_name\":");
    escape_json(out, slice_of(row->client_name_origin));
    add_text(out, "reverse_client_name", row->reverse_client_name_origin);
    add_text(out, "helo", row->helo_origin);
    add_text(out, "sender", row->sender_origin);
    add_text(out, "recipient", row->recipient_origin);
    buffer_add_byte(out, '}');
}

void row_line_format(struct buffer *out, const struct results_row *row, enum row_line_kind kind)
{
    add_head(out, row);
    if (kind == ROW_LINE_TRANSACTION) {
        add_slice(out, "message_id", row->message_id);
        add_number_or_null(out, "size", row->size);
        add_source(out, row);
    }
    add_logged(out, &row->logged);
    if (kind == ROW_LINE_VERDICT) {
        add_simulated(out, "baseline", &row->baseline);
        add_simulated(out, "candidate", &row->candidate);
    } else {
        add_end(out, row);
        add_filters(out, row);
    }
    add_label(out, row);
    if (kind == ROW_LINE_TRANSACTION)
        add_evidence(out, row);
    buffer_add_text(out, "}\n");
}

static bool flush(struct buffer *out, FILE *to)
{
    bool good = !out->overflow && fwrite(out->at, 1, out->len, to) == out->len;
    buffer_clear(out);
    return good;
}

bool audit_lines_write(const struct results *results, size_t limit, FILE *to)
{
    struct buffer out;
    struct arena arena;
    size_t count;
    buffer_init(&out, FLUSH_AT + LINE_ROOM);
    arena_init(&arena);
    const struct results_audit *list = results_audit(results, limit, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        struct results_row row = results_row_at(results, list[i].row, &arena);
        buffer_add_text(&out, "{\"time\":");
        add_time(&out, row.time_us, row.offset_minutes);
        add_slice(&out, "queue_id", row.queue_id);
        add_slice(&out, "message_id", row.message_id);
        add_slice(&out, "client_address", row.client_address);
        add_slice(&out, "client_name", row.client_name);
        add_slice(&out, "helo", row.helo);
        add_slice(&out, "sender", row.sender);
        add_slice(&out, "to",
                  row.recipient); /* not "recipient": the judgement is for all of them */
        add_slice(&out, "organisation", list[i].organisation);
        add_number_or_null(&out, "stands_for", list[i].messages);
        add_label(&out, &row);
        buffer_add_text(&out, ",\"source\":\"audit\",\"ham\":null}\n");
    }
    bool good = flush(&out, to);
    arena_release(&arena);
    buffer_release(&out);
    return good;
}

bool row_lines_write(const struct results *results, enum row_line_kind kind, FILE *to)
{
    struct buffer out;
    struct arena arena;
    bool good = true;
    size_t count = results_row_count(results);
    buffer_init(&out, FLUSH_AT + LINE_ROOM);
    arena_init(&arena);
    for (size_t i = 0; good && i < count; i++) {
        struct results_row row = results_row_at(results, i, &arena);
        row_line_format(&out, &row, kind);
        if (i % ROWS_PER_ARENA == 0)
            arena_release(&arena);
        if (out.len >= FLUSH_AT)
            good = flush(&out, to);
    }
    if (good && out.len)
        good = flush(&out, to);
    arena_release(&arena);
    buffer_release(&out);
    return good;
}
