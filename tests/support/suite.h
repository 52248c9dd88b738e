#ifndef TESTS_SUPPORT_SUITE_H
#define TESTS_SUPPORT_SUITE_H
/*
 * What every unit test program shares: TEST_MAIN(name, case functions...) runs one Check suite.
 * A loop test over rows: tcase_add_loop_test(tc, test_fn, 0, COUNT(cases)), the row index is _i.
 */
#include <check.h>
#include <stdlib.h>

#include "base/slice.h"
#include "base/xalloc.h"

/* Defines main() for a suite whose test cases are added by `void add(TCase *)`. */
#define TEST_MAIN(suite_name, add)                                                                 \
    int main(void)                                                                                 \
    {                                                                                              \
        Suite *suite = suite_create(suite_name);                                                   \
        TCase *tcase = tcase_create(suite_name);                                                   \
        tcase_set_timeout(tcase, 60);                                                              \
        add(tcase);                                                                                \
        suite_add_tcase(suite, tcase);                                                             \
        SRunner *runner = srunner_create(suite);                                                   \
        srunner_run_all(runner, CK_ENV);                                                           \
        int failed = srunner_ntests_failed(runner);                                                \
        srunner_free(runner);                                                                      \
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                               \
    }

/* Asserts that a slice equals a C string. */
#define ck_assert_slice(got, want)                                                                 \
    do {                                                                                           \
        struct slice got_ = (got);                                                                 \
        ck_assert_msg(slice_is(got_, (want)), "got '%.*s', want '%s'", (int)got_.len,              \
                      got_.at ? got_.at : "(no text)", (want));                                    \
    } while (0)

#endif
