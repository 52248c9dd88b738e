#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/output.h"
#include "tests/support/suite.h"

/* A fresh folder; the test removes what it made. */
static void make_folder(char path[64])
{
    snprintf(path, 64, "/tmp/test_output.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(path));
}

static void read_file(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s is missing", path);
    size_t len = fread(out, 1, size - 1, file);
    out[len] = '\0';
    fclose(file);
}

START_TEST(a_file_appears_when_it_is_complete)
{
    char folder[64], path[100], text[32];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/out.json", folder);
    struct output output;
    struct fault fault = { .kind = FAULT_NONE };
    ck_assert(output_open(&output, path, &fault));
    fputs("first", output.stream);
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert(output_commit(&output, &fault));
    read_file(path, text, sizeof text);
    ck_assert_str_eq(text, "first");

    ck_assert_int_eq(chmod(path, 0640), 0);
    ck_assert(output_open(&output, path, &fault));
    fputs("second", output.stream);
    output_discard(&output);
    read_file(path, text, sizeof text);
    ck_assert_str_eq(text, "first");

    ck_assert(output_open(&output, path, &fault));
    fputs("third", output.stream);
    ck_assert(output_commit(&output, &fault));
    read_file(path, text, sizeof text);
    ck_assert_str_eq(text, "third");
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0640);
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left there */
}
END_TEST

START_TEST(what_cannot_be_written_is_a_fault)
{
    struct output output;
    struct fault fault = { .kind = FAULT_NONE };
    ck_assert(!output_open(&output, "/nowhere/at/all/x", &fault));
    ck_assert_int_eq(fault.kind, FAULT_INPUT);
    ck_assert_str_eq(fault.where, "/nowhere/at/all/x");

    fault = (struct fault){ FAULT_NONE };
    ck_assert(output_open(&output, "/dev/full", &fault));
    fputs("x", output.stream);
    ck_assert(!output_commit(&output, &fault));
    ck_assert_str_eq(fault.where, "/dev/full");
}
END_TEST

START_TEST(devices_are_written_to_directly)
{
    struct output output;
    struct fault fault = { .kind = FAULT_NONE };
    ck_assert(output_open(&output, "/dev/null", &fault));
    ck_assert_ptr_null(output.temporary);
    fputs("x", output.stream);
    ck_assert(output_commit(&output, &fault));
    struct stat status;
    ck_assert_int_eq(stat("/dev/null", &status), 0);
    ck_assert(S_ISCHR(status.st_mode));
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, a_file_appears_when_it_is_complete);
    tcase_add_test(tcase, what_cannot_be_written_is_a_fault);
    tcase_add_test(tcase, devices_are_written_to_directly);
}

TEST_MAIN("output", add)
