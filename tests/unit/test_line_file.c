#include "base/line_file.h"

#include "tests/support/suite.h"

/* What a stream of these bytes gives with a limit of 8: lines in brackets, cut ones with a '+'. */
static const struct {
    const char *bytes;
    size_t len;
    const char *lines;
} streams[] = {
    { "", 0, "" },
    { "a", 1, "[a]" },
    { "a\n", 2, "[a]" },
    { "\n", 1, "[]" },
    { "a\n\nb", 4, "[a][][b]" },
    { "12345678\n12345678", 17, "[12345678][12345678]" },
    { "123456789\nb\n", 12, "[12345678+][b]" },
    { "123456789", 9, "[12345678+]" },
    { "a\0b\nc\r\n", 7, "[a.b][c.]" },
};

static void show(struct line_file *file, struct buffer *out)
{
    struct slice line;
    while (line_file_next(file, &line)) {
        buffer_add_byte(out, '[');
        for (size_t i = 0; i < line.len; i++)
            buffer_add_byte(out, line.at[i] < ' ' ? '.' : line.at[i]);
        buffer_add_text(out, file->is_cut ? "+]" : "]");
    }
}

START_TEST(lines_are_bounded)
{
    struct line_file file;
    struct buffer out;
    struct fault fault = { .kind = FAULT_NONE };
    FILE *from = tmpfile();
    ck_assert_ptr_nonnull(from);
    ck_assert_uint_eq(fwrite(streams[_i].bytes, 1, streams[_i].len, from), streams[_i].len);
    rewind(from);
    buffer_init(&out, 1000);
    line_file_begin(&file, from, 8);
    show(&file, &out);
    ck_assert(line_file_close(&file, &fault));
    ck_assert_str_eq(buffer_text(&out), streams[_i].lines);
    buffer_release(&out);
    fclose(from);
}
END_TEST

/* A line over several blocks is one line; a look ahead loses nothing. */
START_TEST(blocks_do_not_show)
{
    enum { LONG = 200000 };
    struct line_file file;
    struct slice line;
    struct fault fault = { .kind = FAULT_NONE };
    FILE *from = tmpfile();
    ck_assert_ptr_nonnull(from);
    for (int i = 0; i < LONG; i++)
        fputc('x', from);
    fputs("\nFrom y\n", from);
    rewind(from);
    line_file_begin(&file, from, LONG);
    ck_assert(line_file_begins(&file, "xxx"));
    ck_assert(!line_file_begins(&file, "From "));
    ck_assert(line_file_next(&file, &line));
    ck_assert_uint_eq(line.len, LONG);
    ck_assert(!file.is_cut);
    ck_assert(line_file_begins(&file, "From "));
    ck_assert(line_file_next(&file, &line));
    ck_assert_slice(line, "From y");
    ck_assert_uint_eq(file.number, 2);
    ck_assert(!line_file_begins(&file, "x"));
    ck_assert(!line_file_next(&file, &line));
    ck_assert(line_file_close(&file, &fault));
    fclose(from);
}
END_TEST

START_TEST(trouble_is_a_fault)
{
    struct line_file file;
    struct slice line;
    struct fault missing = { .kind = FAULT_NONE }, folder = { .kind = FAULT_NONE };
    ck_assert(!line_file_open(&file, "/no/such/file", "the labels", 8, &missing));
    ck_assert_str_eq(missing.where, "/no/such/file");
    ck_assert_str_eq(missing.what, "cannot read the labels: No such file or directory");
    ck_assert(line_file_open(&file, "/", "the labels", 8, &folder));
    ck_assert(!line_file_next(&file, &line));
    ck_assert(!line_file_close(&file, &folder));
    ck_assert_str_eq(folder.what, "cannot read the labels: Is a directory");
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, lines_are_bounded, 0, COUNT(streams));
    tcase_add_test(tcase, blocks_do_not_show);
    tcase_add_test(tcase, trouble_is_a_fault);
}

TEST_MAIN("line_file", add)
