/*
 * Look-ups as `postmap -q - TYPE:NAME` makes them: keys from standard input, "key TAB value" out. With
 * an argument the program is what tests/oracle/check_postmap compares with postmap itself; without
 * one it tests itself.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "parsers/tables/lookup.h"
#include "tests/support/suite.h"

static const struct lookup_options options = { .fold = true, .keep_first = true };

/* What postmap prints for one key. */
static void query(const struct lookup_table *table, struct slice key, struct buffer *out)
{
    struct arena scratch;
    struct slice value;
    arena_init(&scratch);
    switch (lookup_find(table, key, &scratch, &value)) {
    case LOOKUP_FOUND:
        buffer_add_slice(out, key);
        buffer_add_byte(out, '\t');
        buffer_add_slice(out, value);
        buffer_add_byte(out, '\n');
        break;
    case LOOKUP_ABSENT:
        break;
    case LOOKUP_ERROR:
    case LOOKUP_CONFIG_ERROR:
        buffer_add_text(out, "ERROR\n");
        break;
    case LOOKUP_UNREADABLE:
        buffer_add_text(out, "UNREADABLE\n");
        break;
    }
    arena_release(&scratch);
}

static int answer_all(const char *name, bool utf8)
{
    char line[8192];
    struct lookup_options mine = options;
    mine.utf8 = utf8;
    struct lookup_table *table = lookup_open(slice_of(name), &mine, NULL);
    struct buffer out;
    buffer_init(&out, 64 << 20);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        query(table, slice_of(line), &out);
    }
    if (out.len)
        fwrite(out.at, 1, out.len, stdout);
    buffer_release(&out);
    lookup_close(table);
    return 0;
}

START_TEST(answers_in_postmaps_form)
{
    struct buffer out;
    struct lookup_table *table = lookup_open(slice_of("inline:{a=1, {b = 2 3}}"), &options, NULL);
    buffer_init(&out, 1000);
    query(table, slice_of("A"), &out);
    query(table, slice_of("c"), &out);
    query(table, slice_of("b"), &out);
    ck_assert_slice(buffer_slice(&out), "A\t1\nb\t2 3\n");
    buffer_release(&out);
    lookup_close(table);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 1)
        return answer_all(argv[argc - 1], strcmp(argv[1], "-u") == 0);
    Suite *suite = suite_create("postmap");
    TCase *tcase = tcase_create("postmap");
    tcase_add_test(tcase, answers_in_postmaps_form);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
