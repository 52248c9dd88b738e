#include "base/fault.h"
#include "tests/support/suite.h"

static const struct {
    const char *where;
    uint64_t line;
    const char *what, *printed;
} rows[] = {
    { "main.cf", 17, "no such thing", "mailwhatif: main.cf:17: no such thing\n" },
    { "mail.log", 0, "cannot be opened", "mailwhatif: mail.log: cannot be opened\n" },
    { NULL, 0, "nothing to read", "mailwhatif: nothing to read\n" },
    { NULL, 3, "no file", "mailwhatif: no file\n" },
    { "a\nb\x1b[2J", 1, "x\x07y", "mailwhatif: a\\x0ab\\x1b[2J:1: x\\x07y\n" },
};

START_TEST(faults_are_printed_with_their_place)
{
    struct fault fault = { 0 };
    ck_assert(!fault_is_set(&fault));
    ck_assert(!fault_set(&fault, FAULT_INPUT, rows[_i].where, rows[_i].line, "%s", rows[_i].what));
    ck_assert(fault_is_set(&fault));
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    fault_print(&fault, to);
    fclose(to);
    ck_assert_str_eq(text, rows[_i].printed);
    free(text);
}
END_TEST

START_TEST(the_first_fault_wins)
{
    struct fault fault = { 0 };
    fault_set(&fault, FAULT_USAGE, "--year", 0, "%d is no year", 20260);
    fault_set(&fault, FAULT_INPUT, "mail.log", 1, "later");
    ck_assert_int_eq(fault.kind, FAULT_USAGE);
    ck_assert_str_eq(fault.where, "--year");
    ck_assert_str_eq(fault.what, "20260 is no year");
}
END_TEST

START_TEST(long_texts_are_cut)
{
    char text[5000];
    memset(text, '\xE9', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct fault fault = { 0 };
    fault_set(&fault, FAULT_INPUT, text, 0, "%s", text);
    ck_assert_uint_lt(strlen(fault.where), sizeof fault.where);
    ck_assert_uint_lt(strlen(fault.what), sizeof fault.what);
    ck_assert_uint_eq(strlen(fault.where) % 4, 0); /* whole \xe9 */
}
END_TEST

START_TEST(equal_remarks_are_merged)
{
    struct diagnostics list;
    diagnostics_init(&list);
    diagnostics_add(&list, 1, "assumed_year", "%d assumed", 2026);
    diagnostics_add(&list, 5, "assumed_year", "%d assumed", 2026);
    diagnostics_add(&list, 2, "assumed_year", "%d assumed", 2025);
    diagnostics_add(&list, 1, "other", "2026 assumed\x1b");
    ck_assert_uint_eq(list.count, 3);
    ck_assert_uint_eq(list.items[0].count, 6);
    ck_assert_slice(list.items[0].text, "2026 assumed");
    ck_assert_uint_eq(list.items[1].count, 2);
    ck_assert_slice(list.items[2].text, "2026 assumed\\x1b");
    diagnostics_release(&list);
}
END_TEST

START_TEST(remarks_are_bounded_and_none_is_lost)
{
    struct diagnostics list;
    diagnostics_init(&list);
    uint64_t sum = 0;
    for (int i = 0; i < 1000; i++)
        diagnostics_add(&list, 2, "code", "number %d", i);
    diagnostics_add(&list, 1, "code", "number 7");
    ck_assert_uint_eq(list.count, DIAGNOSTICS_MAX);
    ck_assert_uint_eq(list.items[7].count, 3);
    ck_assert_str_eq(list.items[DIAGNOSTICS_MAX - 1].code, "further_remarks");
    for (uint32_t i = 0; i < list.count; i++)
        sum += list.items[i].count;
    ck_assert_uint_eq(sum, 2001);
    diagnostics_release(&list);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, faults_are_printed_with_their_place, 0, COUNT(rows));
    tcase_add_test(tcase, the_first_fault_wins);
    tcase_add_test(tcase, long_texts_are_cut);
    tcase_add_test(tcase, equal_remarks_are_merged);
    tcase_add_test(tcase, remarks_are_bounded_and_none_is_lost);
}

TEST_MAIN("fault", add)
