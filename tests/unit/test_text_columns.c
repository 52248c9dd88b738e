#include <locale.h>

#include "base/buffer.h"
#include "tests/support/suite.h"
#include "tui/text_columns.h"

static const struct {
    const char *text;
    size_t columns;
} widths[] = {
    { "", 0 },
    { "abc", 3 },
    { "\xc3\xa9", 1 },                 /* e with acute */
    { "\xe6\xb8\xac\xe8\xa9\xa6", 4 }, /* two wide characters */
    { "\xf0\x9f\x93\xa7", 2 },         /* an envelope */
    { "e\xcc\x81", 2 },                /* a combining accent, drawn as ? */
    { "\xff\xfe", 2 },                 /* not UTF-8: one each */
    { "a\x01"
      "b\x7f",
      4 },             /* never, but one each */
    { "\xe6\xb8", 2 }, /* cut in mid-character */
};

START_TEST(columns)
{
    ck_assert_uint_eq(text_columns(slice_of(widths[_i].text)), widths[_i].columns);
}
END_TEST

static const struct {
    const char *text;
    size_t columns;
    const char *head, *skipped;
} cuts[] = {
    { "abcdef", 3, "abc", "def" },
    { "abc", 9, "abc", "" },
    { "abc", 0, "", "abc" },
    { "\xe6\xb8\xac\xe8\xa9\xa6", 3, "\xe6\xb8\xac", "\xe8\xa9\xa6" }, /* no half character */
};

START_TEST(head_and_skip)
{
    struct slice text = slice_of(cuts[_i].text);
    ck_assert_slice(text_head(text, cuts[_i].columns), cuts[_i].head);
    ck_assert_slice(text_skip(text, cuts[_i].columns), cuts[_i].skipped);
}
END_TEST

static const struct {
    const char *text;
    size_t columns;
    const char *rows; /* divided by | */
} wraps[] = {
    { "one two three", 7, "one two|three" },
    { "one two three", 8, "one two |three" },
    { "aaaaaaaaaa", 4, "aaaa|aaaa|aa" },
    { "a bbbbbbbbbbbb", 6, "a bbbb|bbbbbb|bb" }, /* a blank far from the end breaks nothing */
    { "", 5, "" },
    { "\xe6\xb8\xac\xe8\xa9\xa6", 1, "\xe6\xb8\xac|\xe8\xa9\xa6" }, /* goes on all the same */
    { "        ", 3, "   " },
};

START_TEST(rows)
{
    struct buffer out;
    struct slice rest = slice_of(wraps[_i].text), row;
    buffer_init(&out, 4096);
    while (text_next_row(&rest, wraps[_i].columns, &row)) {
        buffer_add_text(&out, out.len ? "|" : "");
        buffer_add_slice(&out, row);
        ck_assert_msg(out.len < 1000, "no end");
    }
    ck_assert_slice(buffer_slice(&out), wraps[_i].rows);
    ck_assert(!text_next_row(&rest, 0, &row));
    buffer_release(&out);
}
END_TEST

static const struct {
    const char *text, *needle;
    size_t at;
} finds[] = {
    { "Hello", "hel", 0 }, { "Hello", "LO", 3 }, { "Hello", "", 0 },
    { "Hello", "x", 5 },   { "lo", "Hello", 2 }, { "", "a", 0 },
};

START_TEST(find)
{
    ck_assert_uint_eq(text_find_fold(slice_of(finds[_i].text), slice_of(finds[_i].needle)),
                      finds[_i].at);
}
END_TEST

static void set_up(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
}

static void add(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, columns, 0, COUNT(widths));
    tcase_add_loop_test(tcase, head_and_skip, 0, COUNT(cuts));
    tcase_add_loop_test(tcase, rows, 0, COUNT(wraps));
    tcase_add_loop_test(tcase, find, 0, COUNT(finds));
}

TEST_MAIN("text_columns", add)
