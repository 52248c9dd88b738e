#include "tests/support/suite.h"
#include "tui/filter_bar.h"
#include "tui/keys.h"

enum { LEFT_OUT = KEY_CODE_UP };

static const struct {
    int keys[12];
    const char *text;
    bool editing;
} cases[] = {
    { { 'a', 'b' }, "ab", true },
    { { 'a', 'b', KEY_CODE_ENTER }, "ab", false },
    { { 'a', 'b', KEY_CODE_BACKSPACE }, "a", true },
    { { 'a', KEY_CODE_BACKSPACE, KEY_CODE_BACKSPACE }, "", false },
    { { 'a', KEY_CODE_ESCAPE }, "", false },
    { { 'a', ' ', 'b', 23 }, "a ", true },
    { { 'a', ' ', 'b', 23, 23 }, "", true },
    { { 'a', 'b', 21, 'c' }, "c", true },
    { { 0xe9, 0x6e2c, 0x1f4e7 }, "\xc3\xa9\xe6\xb8\xac\xf0\x9f\x93\xa7", true },
    { { 'a', 0x6e2c, KEY_CODE_BACKSPACE }, "a", true },
    { { 'a', LEFT_OUT, KEY_CODE_F1, 1, 'b' }, "ab", true },
};

START_TEST(typing)
{
    struct filter_bar bar;
    filter_bar_init(&bar);
    filter_bar_start(&bar);
    for (size_t i = 0; i < COUNT(cases[_i].keys) && cases[_i].keys[i]; i++)
        filter_bar_key(&bar, cases[_i].keys[i]);
    ck_assert_slice(buffer_slice(&bar.text), cases[_i].text);
    ck_assert(bar.editing == cases[_i].editing);
    filter_bar_release(&bar);
}
END_TEST

START_TEST(escape_gives_the_former_text_back)
{
    struct filter_bar bar;
    filter_bar_init(&bar);
    ck_assert(!filter_bar_clear(&bar));
    filter_bar_start(&bar);
    ck_assert_int_eq(filter_bar_key(&bar, 'x'), FILTER_CHANGED);
    ck_assert_int_eq(filter_bar_key(&bar, KEY_CODE_ENTER), FILTER_DONE);
    filter_bar_start(&bar);
    ck_assert_int_eq(filter_bar_key(&bar, 'y'), FILTER_CHANGED);
    ck_assert_int_eq(filter_bar_key(&bar, KEY_CODE_DOWN), FILTER_NOTHING);
    ck_assert_int_eq(filter_bar_key(&bar, KEY_CODE_ESCAPE), FILTER_CHANGED);
    ck_assert_slice(buffer_slice(&bar.text), "x");
    ck_assert(filter_bar_clear(&bar));
    filter_bar_release(&bar);
}
END_TEST

/* However long somebody leans on a key, characters are whole and the text is bounded. */
START_TEST(bounded)
{
    struct filter_bar bar;
    filter_bar_init(&bar);
    filter_bar_start(&bar);
    for (int i = 0; i < 1000; i++)
        filter_bar_key(&bar, 0x6e2c);
    ck_assert_uint_eq(bar.text.len % 3, 0);
    ck_assert_uint_le(bar.text.len, 200);
    filter_bar_release(&bar);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, typing, 0, COUNT(cases));
    tcase_add_test(tcase, escape_gives_the_former_text_back);
    tcase_add_test(tcase, bounded);
}

TEST_MAIN("filter_bar", add)
