/* The shape tables test themselves: every row has a sample, every sample meets its own row and no
 * earlier one of the same program, and every pattern compiles. Steps and walks agree. */
#include <stdio.h>
#include <string.h>

#include "parsers/lines/program_names.h"
#include "parsers/lines/shape_set.h"
#include "tests/support/suite.h"

static struct arena arena;

/* All rows a line of the rule's program may meet, in order. */
static size_t rows_of(const struct program_rule *rule, const struct line_shape **rows, size_t max)
{
    size_t count = 0;
    for (const struct shape_table *const *table = rule->tables; *table; table++)
        for (size_t i = 0; i < (*table)->count; i++) {
            ck_assert_uint_lt(count, max);
            rows[count++] = &(*table)->rows[i];
        }
    return count;
}

/* Two events of one line say the same. */
static bool is_same(const struct event *a, const struct event *b)
{
    bool same = a->kind == b->kind && a->shape == b->shape;
    for (enum event_field field = 0; field < EVENT_FIELD_COUNT; field++) {
        struct slice x = event_get(a, field), y = event_get(b, field);
        same = same && event_has(a, field) == event_has(b, field) && x.at == y.at && x.len == y.len;
    }
    return same;
}

/* The row that takes the text. What looks at one row only says the same, or nothing. */
static unsigned match(const struct shape_set *set, struct slice text, struct event *event)
{
    static struct log_line line;
    line = (struct log_line){ .raw = text, .text = text, .repeats = 1 };
    event->line = &line;
    event_clear(event);
    unsigned index = shape_set_match(set, text, SHAPE_USUAL, event);
    struct event quick = { .line = &line };
    unsigned tried = shape_set_try(set, text, &quick);
    ck_assert(tried == SHAPE_NO_MATCH || (tried == index && is_same(&quick, event)));
    return index;
}

/* How many samples do not meet their row; each is printed. */
static unsigned check_rule(const struct program_rule *rule)
{
    static const struct line_shape *rows[4000];
    static const struct compiled_shape *shapes[4000];
    size_t count = rows_of(rule, rows, COUNT(rows));
    unsigned bad = 0;
    for (size_t i = 0; i < count; i++) {
        const char *error = NULL;
        shapes[i] = shape_compile(&arena, rows[i], &error);
        ck_assert_msg(shapes[i] != NULL, "%s: %s", rows[i]->pattern, error);
    }
    struct shape_set *set = shape_set_new(&arena, shapes, count, false);
    for (size_t i = 0; i < count; i++) {
        struct slice rest = slice_of(rows[i]->samples), sample;
        ck_assert_msg(rest.len > 0, "%s has no sample", rows[i]->pattern);
        while (slice_next_word(&rest, "\n", &sample)) {
            struct event event;
            unsigned got = match(set, sample, &event);
            if (got == i && event.kind == rows[i]->kind && event.shape == rows[i])
                continue;
            fprintf(stderr, "%.*s\n  is of   %s\n  but met %s\n", (int)sample.len, sample.at,
                    rows[i]->pattern, got == SHAPE_NO_MATCH ? "no row" : rows[got]->pattern);
            bad++;
        }
    }
    return bad;
}

START_TEST(samples_meet_their_rows)
{
    size_t count;
    const struct program_rule *rules = program_rules(&count);
    unsigned bad = 0;
    for (size_t i = 0; i < count; i++)
        bad += check_rule(&rules[i]);
    ck_assert_uint_eq(bad, 0);
}
END_TEST

/* A sample cut anywhere is taken by some row or by none, but never read past its end (ASan). */
START_TEST(cut_samples_are_harmless)
{
    size_t count;
    const struct program_rule *rules = program_rules(&count);
    const struct line_shape *rows[4000];
    const struct compiled_shape *shapes[4000];
    for (size_t r = 0; r < count; r++) {
        size_t row_count = rows_of(&rules[r], rows, COUNT(rows));
        const char *error;
        for (size_t i = 0; i < row_count; i++)
            shapes[i] = shape_compile(&arena, rows[i], &error);
        struct shape_set *set = shape_set_new(&arena, shapes, row_count, false);
        for (size_t i = 0; i < row_count; i++) {
            size_t len = strcspn(rows[i]->samples, "\n");
            for (size_t cut = 0; cut < len; cut++) {
                char *copy = xstrndup(rows[i]->samples, cut);
                copy = xrealloc_array(copy, cut ? cut : 1, 1); /* no NUL behind: exact bounds */
                struct event event;
                match(set, slice_make(copy, cut), &event);
                free(copy);
            }
        }
    }
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, samples_meet_their_rows);
    tcase_add_test(tcase, cut_samples_are_harmless);
}

TEST_MAIN("shape_tables", add)
