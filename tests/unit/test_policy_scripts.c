#include "tests/support/policy_script.h"

#include <glob.h>
#include <stdio.h>

#include "tests/support/suite.h"

/* tests/policy/NAME.script: one test, all its cases. Run from the root of the repository. */
static struct slice read_script(const char *path, char *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot read %s", path);
    size_t len = fread(bytes, 1, size, file);
    fclose(file);
    ck_assert_msg(len < size, "%s is too long", path);
    return slice_make(bytes, len);
}

START_TEST(scripts)
{
    static char bytes[1 << 17];
    struct buffer complaints;
    unsigned checked = 0;
    glob_t found;

    ck_assert_int_eq(glob("tests/policy/*.script", 0, NULL, &found), 0);
    buffer_init(&complaints, 1 << 16);
    for (size_t i = 0; i < found.gl_pathc; i++)
        checked += policy_script_run(
            found.gl_pathv[i], read_script(found.gl_pathv[i], bytes, sizeof bytes), &complaints);
    globfree(&found);
    ck_assert_msg(complaints.len == 0, "\n%s", buffer_text(&complaints));
    ck_assert_uint_gt(checked, 300);
    buffer_release(&complaints);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, scripts);
}

TEST_MAIN("policy_scripts", add)
