#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "parsers/config/logical_line.h"
#include "parsers/config/word_list.h"
#include "tests/support/suite.h"

static const struct {
    const char *text, *want; /* words between | */
} lists[] = {
    { "", "" },
    { " , ,\t", "" },
    { "a b,c\td\r\ne", "a|b|c|d|e|" },
    { "check_client_access inline:{{a = b}, c=d} x",
      "check_client_access|inline:{{a = b}, c=d}|x|" },
    { "{ a , b } c", "{ a , b }|c|" },
    { "a{b c}d e", "a{b c}d|e|" },
    { "a} b", "a}|b|" },
    { "{a b", "{a b|" },
    { "{a} b}c d", "{a}|b}c|d|" },
};

START_TEST(words_keep_braces)
{
    struct slice rest = slice_of(lists[_i].text), word;
    struct buffer out;
    buffer_init(&out, 1000);
    while (word_next(&rest, &word)) {
        buffer_add_slice(&out, word);
        buffer_add_byte(&out, '|');
    }
    ck_assert_slice(buffer_slice(&out), lists[_i].want);
    buffer_release(&out);
}
END_TEST

static const struct {
    const char *text, *inside, *error;
} braces[] = {
    { "{a}", "a", NULL },
    { "{ a b }", "a b", NULL },
    { "{{x} {y}}", "{x} {y}", NULL },
    { "{}", "", NULL },
    { "{a}b", "a", "syntax error after '}'" },
    { "{a", "a", "missing '}'" },
    { "a", "a", "no '{' at start of text" },
    { "", "", "no '{' at start of text" },
};

START_TEST(braces_come_off)
{
    struct slice inside;
    const char *error;
    bool good = word_unbrace(slice_of(braces[_i].text), &inside, &error);
    ck_assert_int_eq(good, braces[_i].error == NULL);
    ck_assert_slice(inside, braces[_i].inside);
    if (!good)
        ck_assert_str_eq(error, braces[_i].error);
}
END_TEST

static const struct {
    const char *text, *name, *value, *error;
} assignments[] = {
    { "a=b", "a", "b", NULL },
    { " a = b c ", "a", "b c", NULL },
    { "a\t=", "a", "", NULL },
    { "a==b", "a", "=b", NULL },
    { "a", NULL, NULL, "missing '=' after attribute name" },
    { "a b = c", NULL, NULL, "missing '=' after attribute name" },
    { "= b", NULL, NULL, "missing attribute name" },
    { "", NULL, NULL, "missing attribute name" },
    { "   ", NULL, NULL, "missing attribute name" },
};

START_TEST(assignments_split)
{
    struct slice name, value;
    const char *error = word_split_assignment(slice_of(assignments[_i].text), &name, &value);
    ck_assert_int_eq(error == NULL, assignments[_i].error == NULL);
    if (error) {
        ck_assert_str_eq(error, assignments[_i].error);
        return;
    }
    ck_assert_slice(name, assignments[_i].name);
    ck_assert_slice(value, assignments[_i].value);
}
END_TEST

static const struct {
    const char *text, *want; /* logical lines as number:text| */
} texts[] = {
    { "", "" },
    { "a", "1:a|" },
    { "a\nb\n", "1:a|2:b|" },
    { "a\n b\n\tc\nd", "1:a b\tc|4:d|" },
    { "#x\n\n  # y\na\n# in between\n\n  b\n \nc", "4:a  b|9:c|" },
    { "  orphan\n more\na\n", "3:a|" },
    { "a\\\n b", "1:a\\ b|" },
    { "a \r\n b\r\n", "1:a \r b\r|" },
    { "a\n#b\n", "1:a|" },
};

START_TEST(logical_lines)
{
    struct logical_reader reader;
    struct buffer joined, out;
    struct slice line;
    buffer_init(&joined, 1000);
    buffer_init(&out, 1000);
    logical_reader_init(&reader, slice_of(texts[_i].text));
    while (logical_reader_next(&reader, &joined, &line)) {
        buffer_format(&out, "%u:", (unsigned)reader.first_line);
        buffer_add_slice(&out, line);
        buffer_add_byte(&out, '|');
    }
    ck_assert_slice(buffer_slice(&out), texts[_i].want);
    buffer_release(&joined);
    buffer_release(&out);
}
END_TEST

START_TEST(logical_lines_end_at_nul)
{
    struct logical_reader reader;
    struct buffer joined;
    struct slice line;
    buffer_init(&joined, 1000);
    logical_reader_init(&reader, slice_make("a\0b\nc", 5));
    ck_assert(logical_reader_next(&reader, &joined, &line));
    ck_assert_slice(line, "a");
    ck_assert(logical_reader_next(&reader, &joined, &line));
    ck_assert_slice(line, "c");
    buffer_release(&joined);
}
END_TEST

static const struct {
    const char *text, *want; /* items as [!]text[:table|?missing] */
} match_lists[] = {
    { "", "" },
    { "Example.COM, !b", "example.com !b " },
    { "!!a !!!b", "a !b " },
    { "hash:/etc/Map, 192.0.2.0/24 [2001:DB8::]/32",
      "hash:/etc/Map(table) 192.0.2.0/24 [2001:db8::]/32 " },
    { "inline:{{a b = c}} x", "inline:{{a b = c}}(table) x " },
    { "a # b", "a " },
    { "! a", "a " },
    { "/nonexistent/list b", "/nonexistent/list(missing) b " },
    { "!/nonexistent/list", "!/nonexistent/list(missing) " },
};

static void format_list(const struct match_list *list, struct buffer *out)
{
    for (size_t i = 0; i < list->count; i++) {
        buffer_add_text(out, list->items[i].negated ? "!" : "");
        buffer_add_slice(out, list->items[i].text);
        buffer_add_text(out, list->items[i].is_table ? "(table)" : "");
        buffer_add_text(out, list->items[i].is_missing ? "(missing) " : " ");
    }
}

START_TEST(match_lists_parse)
{
    struct arena arena;
    struct buffer out;
    struct list_options options = { .map_root = { NULL, 0 } };
    arena_init(&arena);
    buffer_init(&out, 1000);
    struct match_list list =
        match_list_parse(&arena, slice_of(match_lists[_i].text), &options, NULL);
    format_list(&list, &out);
    ck_assert_slice(buffer_slice(&out), match_lists[_i].want);
    buffer_release(&out);
    arena_release(&arena);
}
END_TEST

START_TEST(list_files_are_inlined)
{
    char folder[] = "/tmp/test_word_list.XXXXXX", path[64], own[64];
    struct arena arena;
    struct buffer out;
    struct list_options options = { .map_root = { NULL, 0 } };
    ck_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/nets", folder);
    FILE *file = fopen(path, "w");
    ck_assert(file != NULL);
    fprintf(file, "# comment\n192.0.2.1, !A.example\n  b.example # rest\n%s/loop\n", folder);
    fclose(file);
    snprintf(own, sizeof own, "%s/loop", folder);
    file = fopen(own, "w");
    ck_assert(file != NULL);
    fprintf(file, "%s\n", own);
    fclose(file);
    arena_init(&arena);
    buffer_init(&out, 10000);
    /* found under the map root by its last part */
    options.map_root = slice_of(folder);
    struct match_list list =
        match_list_parse(&arena, slice_of("x !/nowhere/nets y"), &options, NULL);
    format_list(&list, &out);
    struct slice got = buffer_slice(&out);
    ck_assert_slice(slice_head(got, 37), "x !192.0.2.1 a.example !b.example !/t");
    ck_assert(slice_ends(got, "(missing) y ")); /* a file that names itself ends at a depth */
    unlink(path);
    unlink(own);
    rmdir(folder);
    buffer_release(&out);
    arena_release(&arena);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, words_keep_braces, 0, COUNT(lists));
    tcase_add_loop_test(tcase, braces_come_off, 0, COUNT(braces));
    tcase_add_loop_test(tcase, assignments_split, 0, COUNT(assignments));
    tcase_add_loop_test(tcase, logical_lines, 0, COUNT(texts));
    tcase_add_test(tcase, logical_lines_end_at_nul);
    tcase_add_loop_test(tcase, match_lists_parse, 0, COUNT(match_lists));
    tcase_add_test(tcase, list_files_are_inlined);
}

TEST_MAIN("word_list", add)
