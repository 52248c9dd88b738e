/* tests/unit/line_samples.tsv: whole lines with the kind and the fields they must give, as they are
 * printed by `events`. One test per row; run from the root of the repository. */
#include <jansson.h>
#include <stdio.h>

#include "parsers/lines/event_lines.h"
#include "parsers/lines/program_table.h"
#include "tests/support/suite.h"

enum { MAX_ROWS = 2000, COLUMNS = 4 };

static struct {
    char *text;
    struct slice column[MAX_ROWS][COLUMNS];
    size_t number[MAX_ROWS], count;
} samples;

static void read_samples(void)
{
    FILE *file = fopen("tests/unit/line_samples.tsv", "rb");
    if (!file)
        bug("tests/unit/line_samples.tsv cannot be opened");
    samples.text = xmalloc(1 << 20);
    size_t len = fread(samples.text, 1, 1 << 20, file), number = 0;
    fclose(file);
    struct slice rest = slice_make(samples.text, len);
    while (rest.len) {
        struct slice line = slice_head(rest, slice_index(rest, '\n'));
        rest = slice_skip(rest, line.len + 1);
        number++;
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (samples.count == MAX_ROWS)
            bug("more rows than MAX_ROWS");
        for (int i = 0; i < COLUMNS; i++) {
            size_t tab = slice_index(line, '\t');
            samples.column[samples.count][i] = slice_head(line, tab);
            line = slice_skip(line, tab + 1);
        }
        samples.number[samples.count++] = number;
    }
}

/* Numbers are equal by value: 5 and 5.0. */
static bool is_equal(const json_t *got, const json_t *want)
{
    if (json_is_number(got) && json_is_number(want))
        return json_number_value(got) == json_number_value(want);
    if (json_is_object(got) && json_is_object(want) &&
        json_object_size(got) == json_object_size(want)) {
        const char *key;
        json_t *value;
        json_object_foreach((json_t *)(uintptr_t)want, key,
                            value) if (!is_equal(json_object_get(got, key), value)) return false;
        return true;
    }
    return got && json_equal(got, want);
}

static json_t *parse_line(struct line_parser *parser, int row)
{
    struct event event;
    struct buffer out;
    struct log_line line = { .program = samples.column[row][0],
                             .text = samples.column[row][2],
                             .raw = samples.column[row][2],
                             .time_us = TIME_NONE,
                             .repeats = 1 };
    buffer_init(&out, 1 << 16);
    line_parse(parser, &line, &event);
    event_lines_write(&out, &event, NULL);
    json_error_t error;
    json_t *got = json_loadb(out.at, out.len, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(got != NULL, "row %zu: %s: %s", samples.number[row], error.text,
                  buffer_text(&out));
    buffer_release(&out);
    return got;
}

START_TEST(rows_give_their_fields)
{
    struct fault fault = { .kind = FAULT_NONE };
    struct line_parser *parser =
        line_parser_new(&(struct line_parser_options){ NULL, NULL }, &fault);
    json_error_t error;
    struct slice fields = samples.column[_i][3];
    json_t *want = json_loadb(fields.at, fields.len, 0, &error), *value;
    ck_assert_msg(want != NULL, "row %zu: %s", samples.number[_i], error.text);
    json_t *got = parse_line(parser, _i);
    const char *kind = json_string_value(json_object_get(got, "kind")), *key;
    ck_assert_msg(slice_is(samples.column[_i][1], kind ? kind : "unknown"), "row %zu is %s",
                  samples.number[_i], kind);
    json_object_foreach(want, key, value)
    {
        json_t *is = json_object_get(got, key);
        bool must_lack = json_is_string(value) && strcmp(json_string_value(value), "-") == 0;
        char *shown = json_dumps(is, JSON_ENCODE_ANY);
        ck_assert_msg(must_lack ? is == NULL : is_equal(is, value), "row %zu: %s is %s",
                      samples.number[_i], key, shown ? shown : "not there");
        free(shown);
    }
    json_decref(want);
    json_decref(got);
    line_parser_free(parser);
}
END_TEST

static void add(TCase *tcase)
{
    read_samples();
    tcase_add_loop_test(tcase, rows_give_their_fields, 0, (int)samples.count);
}

TEST_MAIN("line_samples", add)
