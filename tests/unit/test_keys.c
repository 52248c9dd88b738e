#include "tests/support/suite.h"
#include "tui/keys.h"

/* A key means one thing wherever it counts. */
START_TEST(no_key_twice)
{
    size_t count;
    const struct key_row *rows = keys_table(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < KEYS_MAX && rows[i].codes[j]; j++)
            for (unsigned context = 1; context <= KEYS_MESSAGE; context *= 2)
                if (rows[i].contexts & context)
                    ck_assert_msg(keys_action(rows[i].codes[j], context | KEYS_EVERYWHERE) ==
                                      rows[i].action,
                                  "row %zu, key %d means another thing in context %u", i,
                                  rows[i].codes[j], context);
}
END_TEST

/* Every action but the one for nothing has a key. */
START_TEST(every_action_has_a_key)
{
    size_t count;
    const struct key_row *rows = keys_table(&count);
    for (unsigned action = ACTION_NONE + 1; action <= ACTION_QUIT; action++) {
        bool found = false;
        for (size_t i = 0; i < count; i++)
            found = found || (rows[i].action == (enum action)action && rows[i].codes[0]);
        ck_assert_msg(found, "action %u", action);
    }
}
END_TEST

/* Help names every key that can be pressed, and says where it counts. */
START_TEST(help_is_complete)
{
    size_t count;
    const struct key_row *rows = keys_table(&count);
    for (size_t i = 0; i < count; i++) {
        struct buffer names;
        buffer_init(&names, 256);
        keys_names(&names, &rows[i], false);
        ck_assert_msg(rows[i].codes[0] == KEY_CODE_CLICK || (rows[i].help && names.len), "row %zu",
                      i);
        ck_assert_msg(slice_find(buffer_slice(&names), slice_of("  ")) == names.len, "row %zu", i);
        buffer_release(&names);
        for (unsigned context = 1; context <= KEYS_MESSAGE; context *= 2)
            ck_assert(keys_context_title(context));
    }
}
END_TEST

START_TEST(nothing)
{
    ck_assert_int_eq(keys_action(0, ~0u), ACTION_NONE);
    ck_assert_int_eq(keys_action('~', ~0u), ACTION_NONE);
    ck_assert_int_eq(keys_action(-1, ~0u), ACTION_NONE);
    ck_assert_int_eq(keys_action(' ', KEYS_EVERYWHERE | KEYS_LIST), ACTION_NONE);
    ck_assert_int_eq(keys_action(' ', KEYS_RESTRICTIONS), ACTION_TOGGLE);
    ck_assert_ptr_null(keys_context_title(1u << 30));
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, no_key_twice);
    tcase_add_test(tcase, every_action_has_a_key);
    tcase_add_test(tcase, help_is_complete);
    tcase_add_test(tcase, nothing);
}

TEST_MAIN("keys", add)
