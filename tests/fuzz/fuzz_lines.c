/* Texts of any bytes under any program's name: "program TAB text" a line. Every field lies in the
 * line, in the program's name or in constant text; the JSON written of it can be read back; the
 * same line says the same twice; nothing of the line before shows through; every line is counted. */
#include <jansson.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "parsers/lines/event_lines.h"
#include "parsers/lines/program_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MAX = 200 };

static void must(bool good)
{
    if (!good)
        abort();
}

static bool is_inside(struct slice inner, struct slice outer)
{
    return inner.at >= outer.at && inner.at + inner.len <= outer.at + outer.len;
}

/* Constant text belongs to no block of the heap; what it points to is read, for the sanitizer. */
static void look_at(struct slice text, const struct log_line *line)
{
    static volatile unsigned char sink;
    must(text.at != NULL || text.len == 0);
    for (size_t i = 0; i < text.len; i++)
        sink ^= (unsigned char)text.at[i];
    if (text.len > 64) /* no constant is as long */
        must(is_inside(text, line->text) || is_inside(text, line->program));
}

static void check_event(const struct event *event)
{
    must(event->line_class == LINE_UNDERSTOOD || event->shape == NULL ||
         event->kind == EVENT_FOREIGN);
    must(event->line_class != LINE_UNKNOWN || event->kind == EVENT_NONE);
    must(event->line_class != LINE_UNDERSTOOD || event->kind != EVENT_NONE);
    for (int field = 0; field < EVENT_FIELD_COUNT; field++)
        if (event_has(event, (enum event_field)field))
            look_at(event_get(event, (enum event_field)field), event->line);
}

static void check_json(const struct event *event)
{
    struct buffer out;
    json_error_t error;
    buffer_init(&out, 1 << 20);
    event_lines_write(&out, event, "log");
    must(out.len > 1 && out.at[out.len - 1] == '\n');
    must(memchr(out.at, '\n', out.len - 1) == NULL);
    json_t *read = json_loadb(out.at, out.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    must(read != NULL || out.overflow);
    json_decref(read);
    buffer_release(&out);
}

static void check_same(const struct event *a, const struct event *b)
{
    must(a->line_class == b->line_class && a->kind == b->kind && a->shape == b->shape);
    must(memcmp(a->has, b->has, sizeof a->has) == 0);
    for (int field = 0; field < EVENT_FIELD_COUNT; field++)
        if (event_has(a, (enum event_field)field))
            must(slice_equal(a->field[field], b->field[field]));
}

/* The line in a block of exactly its size. */
static void look(struct line_parser *parser, struct slice raw, bool truncated, bool marker)
{
    char *copy = xmalloc(raw.len ? raw.len : 1);
    memcpy(copy, raw.at, raw.len);
    raw.at = copy;
    size_t tab = slice_index(raw, '\t');
    struct log_line line = { .raw = raw,
                             .program = slice_head(raw, tab),
                             .text = slice_skip(raw, tab + 1),
                             .time_us = TIME_NONE,
                             .repeats = 1,
                             .truncated = truncated,
                             .marker = marker };
    struct event event, again;
    memset(&event, 0x5a, sizeof event);
    memset(&again, 0xa5, sizeof again);
    line_parse(parser, &line, &event);
    check_event(&event);
    check_json(&event);
    line_parse(parser, &line, &again);
    check_same(&event, &again);
    free(copy);
}

static void check_counts(struct line_parser *parser, uint64_t lines)
{
    uint64_t counts[LINE_CLASSES], sum = 0, listed = 0;
    size_t rows;
    line_parser_counts(parser, counts);
    for (int i = 0; i < LINE_CLASSES; i++)
        sum += counts[i];
    const struct shape_count *shapes = line_parser_shapes(parser, &rows);
    struct buffer out;
    buffer_init(&out, 1 << 20);
    for (size_t i = 0; i < rows; i++) {
        listed += shapes[i].count;
        unparsed_line_write(&out, &shapes[i], "log");
    }
    buffer_release(&out);
    must(sum == lines && listed == lines);
}

/* One parser for all inputs: to make one is dear, as it compiles its tables, and it has to stand a
 * long log. What it counts is checked from time to time. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct line_parser *parser;
    static uint64_t lines, inputs;
    struct fault fault = { FAULT_NONE };
    if (!parser)
        parser = line_parser_new(&(struct line_parser_options){ NULL, NULL }, &fault);
    struct slice rest = slice_make((const char *)data, size);
    for (int i = 0; rest.len && i < LINES_MAX; i++) {
        struct slice raw = slice_head(rest, slice_index(rest, '\n'));
        rest = slice_skip(rest, raw.len + 1);
        for (unsigned how = 0; how < 3; how++)
            look(parser, raw, how == 1, how == 2);
        lines += 6;
    }
    if (inputs++ % 500 == 0)
        check_counts(parser, lines);
    return 0;
}
