#include "base/escape.h"
#include "tests/support/suite.h"

/* NULL: the same as the row's input. */
static const struct {
    const char *name, *in, *terminal, *ascii, *json, *html, *csv, *prometheus;
} rows[] = {
    { "plain", "mail.example.org", NULL, NULL, "\"mail.example.org\"", NULL, NULL, NULL },
    { "empty", "", NULL, NULL, "\"\"", NULL, NULL, NULL },
    { "quotes", "a\"b'c\\d", NULL, NULL, "\"a\\\"b'c\\\\d\"", "a&quot;b&#39;c\\d",
      "\"a\"\"b'c\\d\"", "a\\\"b'c\\\\d" },
    { "markup", "<a&b>", NULL, NULL, "\"<a&b>\"", "&lt;a&amp;b&gt;", NULL, NULL },
    { "newline", "a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd", "a\\x0ab\\x09c\\x0dd", "\"a\\nb\\tc\\rd\"",
      "a&#10;b&#9;c\xEF\xBF\xBD"
      "d",
      "a\xEF\xBF\xBD"
      "b\xEF\xBF\xBD"
      "c\xEF\xBF\xBD"
      "d",
      "a\\nb\xEF\xBF\xBD"
      "c\xEF\xBF\xBD"
      "d" },
    { "escape sequence", "\x1b[31m", "\\x1b[31m", "\\x1b[31m", "\"\\u001b[31m\"",
      "\xEF\xBF\xBD[31m", "\xEF\xBF\xBD[31m", "\xEF\xBF\xBD[31m" },
    { "del", "\x7f", "\\x7f", "\\x7f", "\"\\u007f\"", "\xEF\xBF\xBD", "\xEF\xBF\xBD",
      "\xEF\xBF\xBD" },
    { "letter", "\xC3\xA9", NULL, "\\u{e9}", "\"\xC3\xA9\"", NULL, NULL, NULL },
    { "latin-1 byte", "caf\xE9", "caf\\xe9", "caf\\xe9", "\"caf\xEF\xBF\xBD\"", "caf\xEF\xBF\xBD",
      "caf\xEF\xBF\xBD", "caf\xEF\xBF\xBD" },
    { "latin-1 inside", "\xE9t\xE9", "\\xe9t\\xe9", "\\xe9t\\xe9", "\"\xEF\xBF\xBDt\xEF\xBF\xBD\"",
      "\xEF\xBF\xBDt\xEF\xBF\xBD", "\xEF\xBF\xBDt\xEF\xBF\xBD", "\xEF\xBF\xBDt\xEF\xBF\xBD" },
    { "C1 control", "\xC2\x9b", "\\u{9b}", "\\u{9b}", "\"\\u009b\"", "\xEF\xBF\xBD", "\xEF\xBF\xBD",
      "\xEF\xBF\xBD" },
    { "right-to-left override", "\xE2\x80\xAE", "\\u{202e}", "\\u{202e}", "\"\\u202e\"",
      "\xEF\xBF\xBD", "\xEF\xBF\xBD", "\xEF\xBF\xBD" },
    { "isolate", "\xE2\x81\xA6", "\\u{2066}", "\\u{2066}", "\"\\u2066\"", "\xEF\xBF\xBD",
      "\xEF\xBF\xBD", "\xEF\xBF\xBD" },
    { "astral", "\xF0\x9F\x93\xA7", NULL, "\\u{1f4e7}", "\"\xF0\x9F\x93\xA7\"", NULL, NULL, NULL },
    { "tag character", "\xF3\xA0\x81\x81", "\\u{e0041}", "\\u{e0041}", "\"\\udb40\\udc41\"",
      "\xEF\xBF\xBD", "\xEF\xBF\xBD", "\xEF\xBF\xBD" },
    { "comma", "a,b", NULL, NULL, "\"a,b\"", NULL, "\"a,b\"", NULL },
    { "blank at the end", "a ", NULL, NULL, "\"a \"", NULL, "\"a \"", NULL },
    { "formula", "=1+1", NULL, NULL, "\"=1+1\"", NULL, "'=1+1", NULL },
    { "formula with comma", "@f(1,2)", NULL, NULL, "\"@f(1,2)\"", NULL, "\"'@f(1,2)\"", NULL },
    { "overlong slash", "\xC0\xAF", "\\xc0\\xaf", "\\xc0\\xaf", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"",
      "\xEF\xBF\xBD\xEF\xBF\xBD", "\xEF\xBF\xBD\xEF\xBF\xBD", "\xEF\xBF\xBD\xEF\xBF\xBD" },
};

static const char *or_same(const char *want, const char *in)
{
    return want ? want : in;
}

static void escape_terminal_utf8(struct buffer *out, struct slice text)
{
    escape_terminal(out, text, false);
}

static void escape_terminal_ascii(struct buffer *out, struct slice text)
{
    escape_terminal(out, text, true);
}

static void check(void (*escape)(struct buffer *, struct slice), size_t i, const char *want)
{
    struct buffer out;
    buffer_init(&out, 1000);
    escape(&out, slice_of(rows[i].in));
    ck_assert_msg(strcmp(buffer_text(&out), want) == 0, "%s: got '%s', want '%s'", rows[i].name,
                  buffer_text(&out), want);
    buffer_release(&out);
}

START_TEST(each_destination_escapes_its_own)
{
    size_t i = (size_t)_i;
    check(escape_terminal_utf8, i, or_same(rows[i].terminal, rows[i].in));
    check(escape_terminal_ascii, i, or_same(rows[i].ascii, rows[i].in));
    check(escape_json, i, rows[i].json);
    check(escape_json_or_null, i, rows[i].json);
    check(escape_html, i, or_same(rows[i].html, rows[i].in));
    check(escape_csv, i, or_same(rows[i].csv, rows[i].in));
    check(escape_prometheus, i, or_same(rows[i].prometheus, rows[i].in));
}
END_TEST

START_TEST(no_text_is_null)
{
    struct buffer out;
    buffer_init(&out, 100);
    escape_json_or_null(&out, (struct slice){ NULL, 0 });
    ck_assert_str_eq(buffer_text(&out), "null");
    buffer_release(&out);
}
END_TEST

static const struct {
    const char *bytes;
    size_t len;
    uint32_t code;
} sequences[] = {
    { "a", 1, 'a' },
    { "\x7f", 1, 0x7f },
    { "\xC2\x80", 2, 0x80 },
    { "\xDF\xBF", 2, 0x7ff },
    { "\xE0\xA0\x80", 3, 0x800 },
    { "\xED\x9F\xBF", 3, 0xd7ff },
    { "\xEF\xBF\xBF", 3, 0xffff },
    { "\xF0\x90\x80\x80", 4, 0x10000 },
    { "\xF4\x8F\xBF\xBF", 4, 0x10ffff },
    { "", 0, 0 },
    { "\x80", 0, 0 },
    { "\xBF", 0, 0 },
    { "\xC0\x80", 0, 0 },
    { "\xC1\xBF", 0, 0 },
    { "\xC2", 0, 0 },
    { "\xC2 ", 0, 0 },
    { "\xE0\x9F\xBF", 0, 0 },
    { "\xE2\x82", 0, 0 },
    { "\xED\xA0\x80", 0, 0 },
    { "\xED\xBF\xBF", 0, 0 },
    { "\xF0\x8F\xBF\xBF", 0, 0 },
    { "\xF4\x90\x80\x80", 0, 0 },
    { "\xF5\x80\x80\x80", 0, 0 },
    { "\xFE", 0, 0 },
    { "\xFF\xFF\xFF\xFF", 0, 0 },
};

START_TEST(sequences_are_judged_strictly)
{
    uint32_t code = 0;
    ck_assert_uint_eq(utf8_sequence(slice_of(sequences[_i].bytes), &code), sequences[_i].len);
    ck_assert_uint_eq(code, sequences[_i].code);
}
END_TEST

/* What every output must be: UTF-8 without controls, whatever went in. */
static void check_clean(struct slice out, size_t limit)
{
    ck_assert_uint_le(out.len, limit);
    while (out.len) {
        uint32_t code;
        size_t len = utf8_sequence(out, &code);
        ck_assert_uint_gt(len, 0);
        ck_assert(code >= 0x20 && (code < 0x7f || code > 0x9f) && code != 0x202e);
        out = slice_skip(out, len);
    }
}

START_TEST(random_bytes_come_out_clean_at_any_limit)
{
    void (*const all[])(struct buffer *, struct slice) = {
        escape_terminal_utf8, escape_terminal_ascii, escape_json, escape_html,
        escape_csv,           escape_prometheus,
    };
    static const char pieces[] = "\xE2\x80\xAE\xF0\x9F\x93\xA7\xC2\x9b\x00\x1b\"\\,<\xFF\xED\xA0";
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        char in[24];
        for (size_t i = 0; i < sizeof in; i++) {
            seed = seed * 1664525 + 1013904223;
            in[i] =
                seed & 0x80000000 ? pieces[(seed >> 8) % (sizeof pieces - 1)] : (char)(seed >> 16);
        }
        size_t limit = (size_t)round % 150;
        struct buffer out;
        buffer_init(&out, limit);
        all[(size_t)round % COUNT(all)](&out, slice_make(in, sizeof in));
        check_clean(buffer_slice(&out), limit);
        buffer_release(&out);
    }
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, each_destination_escapes_its_own, 0, COUNT(rows));
    tcase_add_test(tcase, no_text_is_null);
    tcase_add_loop_test(tcase, sequences_are_judged_strictly, 0, COUNT(sequences));
    tcase_add_test(tcase, random_bytes_come_out_clean_at_any_limit);
}

TEST_MAIN("escape", add)
