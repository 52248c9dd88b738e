#include <stdio.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/intern.h"
#include "base/tri.h"
#include "tests/support/suite.h"

START_TEST(slices_trim_and_split)
{
    ck_assert_slice(slice_trim(slice_of("  a b\r\n")), "a b");
    struct slice rest = slice_of(" a, b\tc "), word;
    ck_assert(slice_next_word(&rest, ", \t", &word));
    ck_assert_slice(word, "a");
    ck_assert(slice_next_word(&rest, ", \t", &word));
    ck_assert_slice(word, "b");
    ck_assert(slice_next_word(&rest, ", \t", &word));
    ck_assert_slice(word, "c");
    ck_assert(!slice_next_word(&rest, ", \t", &word));
}
END_TEST

static const struct {
    const char *text;
    bool good;
    uint64_t value;
} numbers[] = {
    { "0", true, 0 },
    { "18446744073709551615", true, UINT64_MAX },
    { "18446744073709551616", false, 0 },
    { "99999999999999999999", false, 0 },
    { "", false, 0 },
    { "-1", false, 0 },
    { "1x", false, 0 },
};

START_TEST(numbers_are_bounded)
{
    uint64_t value = 0;
    ck_assert_int_eq(slice_to_u64(slice_of(numbers[_i].text), &value), numbers[_i].good);
    ck_assert_uint_eq(value, numbers[_i].value);
}
END_TEST

START_TEST(interning_is_stable_over_growth)
{
    struct intern table;
    intern_init(&table);
    char text[16];
    sym first[5000];
    for (unsigned i = 0; i < COUNT(first); i++) {
        snprintf(text, sizeof text, "t%u", i);
        first[i] = intern_add(&table, slice_of(text));
        ck_assert_uint_eq(first[i], i + 2);
    }
    for (unsigned i = 0; i < COUNT(first); i++) {
        snprintf(text, sizeof text, "t%u", i);
        ck_assert_uint_eq(intern_find(&table, slice_of(text)), first[i]);
        ck_assert_slice(intern_text(&table, first[i]), text);
    }
    ck_assert_uint_eq(intern_add(&table, slice_of("")), SYM_EMPTY);
    ck_assert_uint_eq(intern_add(&table, (struct slice){ NULL, 0 }), SYM_NONE);
    ck_assert_uint_eq(intern_find(&table, slice_of("never")), SYM_NONE);
    intern_release(&table);
}
END_TEST

START_TEST(buffers_stop_at_their_limit)
{
    struct buffer buffer;
    buffer_init(&buffer, 5);
    buffer_add_text(&buffer, "abc");
    ck_assert(!buffer.overflow);
    buffer_add_text(&buffer, "defg");
    ck_assert(buffer.overflow);
    ck_assert_str_eq(buffer_text(&buffer), "abcde");
    buffer_release(&buffer);
}
END_TEST

START_TEST(tri_tables_are_kleenes)
{
    static const enum tri and[3][3] = { { 0, 0, 0 }, { 0, 1, 2 }, { 0, 2, 2 } };
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++) {
            ck_assert_int_eq(tri_and((enum tri)a, (enum tri)b), and[a][b]);
            /* De Morgan: a or b = not (not a and not b) */
            ck_assert_int_eq(tri_or((enum tri)a, (enum tri)b),
                             tri_not(tri_and(tri_not((enum tri)a), tri_not((enum tri)b))));
        }
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, slices_trim_and_split);
    tcase_add_loop_test(tcase, numbers_are_bounded, 0, COUNT(numbers));
    tcase_add_test(tcase, interning_is_stable_over_growth);
    tcase_add_test(tcase, buffers_stop_at_their_limit);
    tcase_add_test(tcase, tri_tables_are_kleenes);
}

TEST_MAIN("base", add)
