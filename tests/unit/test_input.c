#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/log_files.h"
#include "tests/support/suite.h"

/* What one reading gave. */
static struct {
    struct diagnostics remarks;
    struct fault fault;
    struct buffer out;
    struct input_options options;
} run;

static void start(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
    log_files_start();
    diagnostics_init(&run.remarks);
    run.fault = (struct fault){ .kind = FAULT_NONE };
    run.options = (struct input_options){ .since_us = TIME_NONE, .until_us = TIME_NONE };
    buffer_init(&run.out, SIZE_MAX / 2);
}

static void finish(void)
{
    diagnostics_release(&run.remarks);
    buffer_release(&run.out);
    log_files_end();
}

static const char *read_logs(const char *const *paths, bool times)
{
    buffer_clear(&run.out);
    log_files_read(paths, &run.options, times, &run.remarks, &run.fault, &run.out);
    return buffer_text(&run.out);
}

#define READ(...)       read_logs((const char *const[]){ __VA_ARGS__, NULL }, false)
#define READ_TIMES(...) read_logs((const char *const[]){ __VA_ARGS__, NULL }, true)

static void add(const char *path, enum packing_kind packing, const char *text)
{
    log_files_add(path, packing, slice_of(text));
}

/* How often a remark was made; 0: never. */
static uint64_t remarked(const char *code)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < run.remarks.count; i++)
        if (strcmp(run.remarks.items[i].code, code) == 0)
            count += run.remarks.items[i].count;
    return count;
}

#define A   "2026-11-22T10:15:01Z mx1 a[1]: one\n"
#define B   "2026-11-22T10:15:02Z mx1 b[2]: two\n"
#define C   "2026-11-22T10:15:03Z mx1 c[3]: three\n"
#define ABC "a: one\nb: two\nc: three\n"

/* ---- packing and damage ---- */

START_TEST(every_packing_reads_the_same)
{
    enum packing_kind packing = (enum packing_kind)_i;
    add("one", packing, A B);
    add("one", packing, "");
    add("one", packing, C);
    ck_assert_str_eq(READ("one"), ABC);
    ck_assert(!fault_is_set(&run.fault));
    log_files_add("empty", packing, slice_of(""));
    ck_assert_str_eq(READ("empty"), "");
    ck_assert_msg(!fault_is_set(&run.fault), "%s", run.fault.what);
}
END_TEST

/* Text that needs several blocks, in lines that tell their number. */
static struct buffer long_log(size_t lines)
{
    struct buffer text;
    uint32_t noise = 1;
    buffer_init(&text, SIZE_MAX / 2);
    for (size_t i = 0; i < lines; i++) {
        noise = noise * 1664525 + 1013904223;
        buffer_format(&text, "2026-11-22T10:15:01Z mx1 a[1]: %zu %08x\n", i, noise);
    }
    return text;
}

START_TEST(damaged_files_give_what_stands_before)
{
    enum packing_kind packing = (enum packing_kind)_i;
    struct buffer text = long_log(60000);
    size_t len;
    log_files_add("whole", packing, buffer_slice(&text));
    char *bytes = log_files_bytes("whole", &len);
    READ("whole");
    struct buffer whole;
    buffer_init(&whole, SIZE_MAX / 2);
    buffer_add_slice(&whole, buffer_slice(&run.out));
    ck_assert(!fault_is_set(&run.fault));
    size_t cuts[] = { len - 1, len - 9, len / 2, len / 3 + 1, 30 };
    for (size_t i = 0; i < COUNT(cuts); i++) {
        run.fault = (struct fault){ .kind = FAULT_NONE };
        log_files_write("cut", bytes, cuts[i]);
        READ("cut");
        size_t complete = run.out.len;
        while (complete > 0 && run.out.at[complete - 1] != '\n')
            complete--;
        /* All but the last line, which may be half there, are as in the whole. */
        size_t last = complete ? complete - 1 : 0;
        while (last > 0 && run.out.at[last - 1] != '\n')
            last--;
        ck_assert(whole.len >= run.out.len && memcmp(whole.at, run.out.at, last) == 0);
        ck_assert_int_eq(run.fault.kind, FAULT_INPUT);
        ck_assert_str_eq(run.fault.where, "cut");
        if (packing == PACK_GZIP && cuts[i] == len / 2)
            ck_assert_uint_gt(run.out.len, whole.len / 3);
    }
    ck_assert_uint_ge(remarked("damaged_input"), COUNT(cuts));
    buffer_release(&whole);
    buffer_release(&text);
    free(bytes);
}
END_TEST

START_TEST(wrong_checksum_keeps_the_lines)
{
    size_t len;
    add("log.gz", PACK_GZIP, A B);
    char *bytes = log_files_bytes("log.gz", &len);
    bytes[len - 6] ^= 1;
    log_files_write("log.gz", bytes, len);
    free(bytes);
    add("log.gz", PACK_GZIP, C);
    ck_assert_str_eq(READ("log.gz"), ABC);
    ck_assert_int_eq(run.fault.kind, FAULT_INPUT);
    ck_assert(strstr(run.fault.what, "checksum"));
}
END_TEST

START_TEST(what_follows_gzip_members)
{
    add("pad.gz", PACK_GZIP, A);
    log_files_add("pad.gz", PACK_PLAIN, (struct slice)SLICE("\0\0\0\0\0\0\0"));
    add("pad.gz", PACK_GZIP, B C);
    log_files_add("pad.gz", PACK_PLAIN, (struct slice)SLICE("\0\0"));
    ck_assert_str_eq(READ("pad.gz"), ABC);
    ck_assert(!fault_is_set(&run.fault));
    add("tail.gz", PACK_GZIP, A B C);
    add("tail.gz", PACK_PLAIN, "plain text behind it\n");
    ck_assert_str_eq(READ("tail.gz"), ABC);
    ck_assert_int_eq(run.fault.kind, FAULT_INPUT);
}
END_TEST

static const struct {
    const char *name;
    struct slice bytes;
} texts_that_look_packed[] = {
    { "uuencoded", SLICE("begin 644 foo\n" A "end\n") },
    { "lrzip", SLICE("LRZI\n" A) },
    { "BZh in words", SLICE("BZh9 is a level\n" A) },
    { "short", SLICE("BZh") },
    { "one byte of gzip", SLICE("\x1f") },
};

START_TEST(texts_are_not_unpacked)
{
    log_files_write("log", texts_that_look_packed[_i].bytes.at,
                    texts_that_look_packed[_i].bytes.len);
    READ("log");
    ck_assert(!fault_is_set(&run.fault));
    ck_assert(strncmp(buffer_text(&run.out), "! ", 2) == 0);
    if (texts_that_look_packed[_i].bytes.len > 10)
        ck_assert(strstr(buffer_text(&run.out), "a: one\n"));
}
END_TEST

static const struct {
    struct slice bytes;
    const char *mend;
} refused[] = {
    { SLICE("LPKSHHRH\0\0\0\0"), "journalctl" },
    { SLICE("\x1f\x9d\x90"), "gzip -d" },
    { SLICE("LZIP\1"), "lzip -d" },
    { SLICE("PK\3\4"), "unpack" },
    { SLICE("\x04\x22\x4D\x18"), "lz4 -d" },
};

START_TEST(other_formats_are_refused_with_a_mend)
{
    log_files_write("log", refused[_i].bytes.at, refused[_i].bytes.len);
    add("good", PACK_PLAIN, A);
    ck_assert_str_eq(READ("log", "good"), "a: one\n");
    ck_assert_str_eq(run.fault.where, "log");
    ck_assert_msg(strstr(run.fault.what, refused[_i].mend), "%s", run.fault.what);
}
END_TEST

START_TEST(unreadable_files_do_not_stop_the_others)
{
    add("good", PACK_PLAIN, A);
    mkdir("folder", 0700);
    ck_assert_str_eq(READ("missing", "folder", "good"), "a: one\n");
    ck_assert_int_eq(run.fault.kind, FAULT_INPUT);
    ck_assert_str_eq(run.fault.where, "missing");
    ck_assert_uint_eq(remarked("unreadable_input"), 2);
    run.fault = (struct fault){ .kind = FAULT_NONE };
    ck_assert_str_eq(READ("folder"), "");
    ck_assert(strstr(run.fault.what, "directory"));
    run.fault = (struct fault){ .kind = FAULT_NONE };
    ck_assert_ptr_null(input_open(NULL, 0, &run.options, &run.remarks, &run.fault));
    ck_assert_int_eq(run.fault.kind, FAULT_USAGE);
    run.fault = (struct fault){ .kind = FAULT_NONE };
    run.options.format = "rfc1149";
    READ("good");
    ck_assert_int_eq(run.fault.kind, FAULT_USAGE);
    ck_assert_str_eq(run.fault.where, "--format");
}
END_TEST

START_TEST(files_tell_what_they_held)
{
    add("b", PACK_GZIP, B "rubbish\n" C);
    add("a", PACK_PLAIN, A);
    const char *paths[] = { "b", "missing", "a" };
    struct input *input = input_open(paths, 3, &run.options, &run.remarks, &run.fault);
    struct log_line line;
    size_t count;
    uint64_t done, all;
    input_progress(input, &done, &all);
    ck_assert(done == 0 && all > strlen(A));
    ck_assert(input_next(input, &line));
    ck_assert_uint_eq(line.file, 0);
    ck_assert(input_next(input, &line) && input_next(input, &line));
    ck_assert_uint_eq(line.file, 1);
    ck_assert_uint_eq(line.number, 2);
    ck_assert_uint_eq(line.offset, strlen(B));
    ck_assert_slice(line.raw, "rubbish");
    ck_assert(input_next(input, &line) && !input_next(input, &line) && !input_next(input, &line));
    input_progress(input, &done, &all);
    ck_assert_uint_eq(done, all);
    const struct input_file *files = input_files(input, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(files[0].path, "a");
    ck_assert_str_eq(files[1].path, "b");
    ck_assert_str_eq(files[2].path, "missing");
    ck_assert(files[2].failed && !files[0].failed && !files[1].failed);
    ck_assert_uint_eq(files[1].lines, 3);
    ck_assert_uint_eq(files[1].bytes, strlen(B C) + 8);
    ck_assert_int_eq(files[1].last_us - files[1].first_us, 1000000);
    input_close(input);
}
END_TEST

/* ---- lines ---- */

START_TEST(line_ends_holes_and_marks)
{
    static const struct slice text = SLICE("\xEF\xBB\xBF" A "\n2026-11-22T10:15:02Z mx1 b[2]: cu"
                                           "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                           "2026-11-22T10:15:03Z mx1 c[3]: three\r\n"
                                           "2026-11-22T10:15:04Z mx1 d[4]: no newline");
    log_files_add("log", PACK_PLAIN, text);
    ck_assert_str_eq(READ("log"), "a: one\n- : \n~ b: cu\nc: three\nd: no newline\n");
    ck_assert_uint_eq(remarked("nul_bytes"), 1);
}
END_TEST

START_TEST(overlong_lines_are_cut)
{
    size_t len = 5000000;
    char *text = malloc(len + 200);
    int head = snprintf(text, 100, "2026-11-22T10:15:00Z mx1 x[9]: ");
    memset(text + head, 'x', len);
    memcpy(text + (size_t)head + len, "\n" A, sizeof A + 1);
    log_files_add("log", PACK_GZIP, slice_make(text, (size_t)head + len + strlen(A) + 1));
    free(text);
    run.options.keep_raw = true;
    const char *path = "log";
    struct input *input = input_open(&path, 1, &run.options, &run.remarks, &run.fault);
    struct log_line line;
    ck_assert(input_next(input, &line));
    ck_assert(line.truncated && line.raw.len == 64 * 1024);
    ck_assert_slice(line.program, "x");
    ck_assert(input_next(input, &line));
    ck_assert_slice(line.text, "one");
    ck_assert_uint_eq(line.number, 2);
    ck_assert(input_reread(input, 0, 0, &run.out));
    ck_assert_uint_eq(run.out.len, 64 * 1024);
    ck_assert(!input_next(input, &line));
    ck_assert_uint_eq(remarked("overlong_line"), 1);
    input_close(input);
}
END_TEST

START_TEST(repeat_markers_stand_for_their_line)
{
    add("log", PACK_PLAIN,
        "Nov 22 10:15:00 mx1 last message repeated 9 times\n"
        "Nov 22 10:15:01 mx1 a[1]: one\n"
        "Nov 22 10:15:01 mx2 b[2]: two\n"
        "rubbish\n"
        "Nov 22 10:15:02 mx1 last message repeated 3 times\n"
        "Nov 22 10:15:02 mx1 last message repeated 4 times\n"
        "Nov 22 10:15:03 mx2 b[2]: message repeated 5 times: [ three]\n"
        "Nov 22 10:15:04 mx2 last message repeated 6 times\n"
        "Nov 22 10:15:05 mx3 last message repeated 2 times\n");
    ck_assert_str_eq(READ("log"), "- : last message repeated 9 times\n"
                                  "a: one\n"
                                  "b: two\n"
                                  "! : rubbish\n"
                                  "*3 a: one\n"
                                  "*4 a: one\n"
                                  "*5 b: three\n"
                                  "*6 b: three\n"
                                  "- : last message repeated 2 times\n");
    add("later", PACK_PLAIN, "Nov 22 10:15:06 mx1 last message repeated 7 times\n");
    READ("later", "log");
    ck_assert(strstr(buffer_text(&run.out), "*7 a: one\n"));
}
END_TEST

START_TEST(journal_export_is_read)
{
    static const struct slice text =
        SLICE("__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795342501000000\n_HOSTNAME=mx1\n"
              "SYSLOG_IDENTIFIER=postfix/smtpd\n_PID=12\nMESSAGE=connect = x\nPRIORITY=6\n\n"
              "__CURSOR=s=2\n__REALTIME_TIMESTAMP=1795342502000000\n_HOSTNAME=mx1\n"
              "MESSAGE\n\x09\0\0\0\0\0\0\0two\nlines\nSYSLOG_IDENTIFIER=a\n\n\n"
              "__CURSOR=s=3\n__REALTIME_TIMESTAMP=1795342503000000\nSYSLOG_IDENTIFIER=b\n"
              "MESSAGE\n\xff\0\0\0\0\0\0\0cut");
    log_files_add("journal", PACK_GZIP, text);
    run.options.keep_raw = true;
    ck_assert_str_eq(READ_TIMES("journal"), "2026-11-22T10:15:01+00:00 postfix/smtpd: connect = x\n"
                                            "2026-11-22T10:15:02+00:00 a: two\nlines\n"
                                            "2026-11-22T10:15:03+00:00 b: \n");
    const char *path = "journal";
    struct input *input = input_open(&path, 1, &run.options, &run.remarks, &run.fault);
    struct log_line line;
    ck_assert(input_next(input, &line) && input_next(input, &line));
    ck_assert_uint_eq(line.number, 9);
    ck_assert_uint_eq(line.offset, 137);
    struct buffer raw;
    buffer_init(&raw, 1000);
    ck_assert(input_reread(input, line.file, line.offset, &raw));
    ck_assert(strncmp(buffer_text(&raw), "__CURSOR=s=2\n", 13) == 0);
    ck_assert(!strstr(buffer_text(&raw), "s=3"));
    buffer_release(&raw);
    input_close(input);
    /* Wherever it is cut. */
    for (size_t len = 0; len < text.len; len++) {
        log_files_write("cut", text.at, len);
        READ("cut");
    }
}
END_TEST

START_TEST(lines_outside_the_period_are_left_out)
{
    int offset;
    size_t used;
    add("log", PACK_PLAIN, "before all\n" A "rubbish\n" B "more\n" C "rest\n");
    civil_parse_rfc3339(slice_of("2026-11-22T10:15:02Z"), 0, &run.options.since_us, &offset, &used);
    civil_parse_rfc3339(slice_of("2026-11-22T10:15:03Z"), 0, &run.options.until_us, &offset, &used);
    ck_assert_str_eq(READ("log"), "b: two\n! : more\n");
    ck_assert_uint_eq(remarked("outside_period"), 5);
}
END_TEST

/* ---- stdin, reading again ---- */

static void feed_stdin(const char *path, bool through_pipe)
{
    FILE *file = through_pipe ? popen(path, "r") : fopen(path, "r");
    ck_assert(file && dup2(fileno(file), STDIN_FILENO) == STDIN_FILENO);
    (void)file; /* stays open until the test's process ends */
}

START_TEST(stdin_is_read)
{
    add("log", _i == 2 ? PACK_ZSTD : PACK_PLAIN, A B C);
    feed_stdin(_i == 0 ? "log" : "cat log", _i != 0);
    run.options.keep_raw = true;
    const char *path = "-";
    struct input *input = input_open(&path, 1, &run.options, &run.remarks, &run.fault);
    struct log_line line;
    uint64_t offsets[3];
    for (size_t i = 0; i < 3; i++) {
        ck_assert(input_next(input, &line));
        offsets[i] = line.offset;
    }
    ck_assert_slice(line.text, "three");
    ck_assert(!input_next(input, &line));
    ck_assert(input_reread(input, 0, offsets[1], &run.out));
    ck_assert_str_eq(buffer_text(&run.out), "2026-11-22T10:15:02Z mx1 b[2]: two");
    ck_assert(!input_reread(input, 0, 10000, &run.out));
    ck_assert(!input_reread(input, 1, 0, &run.out));
    input_close(input);
}
END_TEST

START_TEST(stdin_given_twice_is_read_once)
{
    struct buffer text = long_log(20000);
    log_files_add("log", PACK_PLAIN, buffer_slice(&text));
    feed_stdin("cat log", true);
    READ("-", "-");
    size_t piped = run.out.len;
    READ("log");
    ck_assert_uint_eq(piped, run.out.len);
    ck_assert_uint_eq(remarked("duplicate_input"), 1);
    buffer_release(&text);
}
END_TEST

START_TEST(lines_are_read_again_in_any_order)
{
    enum packing_kind packing = (enum packing_kind)_i;
    struct buffer text = long_log(30000);
    log_files_add("log", packing, buffer_slice(&text));
    add("other", PACK_GZIP, C);
    run.options.keep_raw = true;
    const char *paths[] = { "log", "other" };
    struct input *input = input_open(paths, 2, &run.options, &run.remarks, &run.fault);
    struct log_line line;
    static struct {
        uint64_t offset;
        char raw[64];
        uint16_t file;
    } seen[30001];
    size_t count = 0;
    for (; input_next(input, &line); count++) {
        seen[count].offset = line.offset;
        seen[count].file = line.file;
        snprintf(seen[count].raw, sizeof seen[count].raw, "%.*s", SLICE_FMT(line.raw));
    }
    ck_assert_uint_eq(count, 30001);
    for (size_t i = 0; i < count; i += 997) {
        size_t at = count - 1 - i;
        buffer_clear(&run.out);
        ck_assert(input_reread(input, seen[at].file, seen[at].offset, &run.out));
        ck_assert_str_eq(buffer_text(&run.out), seen[at].raw);
    }
    input_close(input);
    buffer_release(&text);
}
END_TEST

/* Of a number there is one program of one host; and the usual ones have a number. */
START_TEST(speakers_are_told_apart)
{
    static struct {
        char host[8], program[64];
        size_t lines;
    } seen[LINE_SPEAKERS];
    struct buffer text;
    buffer_init(&text, 1 << 20);
    for (unsigned i = 0; i < 6000; i++)
        buffer_format(&text, "Nov 22 10:15:%02u %s postfix/%s%u[%u]: connect from x[192.0.2.1]\n",
                      i / 200, i / 100 % 10 == 9 ? "mx2" : "mx1", i % 3 ? "p" : "smtps/smtpd",
                      i % 3 ? 1 : i % 997, i + 1);
    log_files_add("log", PACK_PLAIN, buffer_slice(&text));
    log_files_add("more", PACK_GZIP, slice_head(buffer_slice(&text), 3000));
    const char *paths[] = { "log", "more" };
    struct input *input = input_open(paths, 2, &run.options, &run.remarks, &run.fault);
    struct log_line line;
    size_t numbered = 0;
    memset(seen, 0, sizeof seen);
    while (input_next(input, &line)) {
        size_t n = line.speaker;
        ck_assert_uint_lt(n, LINE_SPEAKERS);
        if (n == 0)
            continue;
        if (seen[n].lines++ == 0) {
            snprintf(seen[n].host, sizeof seen[n].host, "%.*s", SLICE_FMT(line.host));
            snprintf(seen[n].program, sizeof seen[n].program, "%.*s", SLICE_FMT(line.program));
        }
        ck_assert(slice_is(line.host, seen[n].host) && slice_is(line.program, seen[n].program));
        numbered += slice_is(line.program, "postfix/p1");
    }
    ck_assert_uint_ge(numbered, 3500);
    input_close(input);
    buffer_release(&text);
}
END_TEST

START_TEST(a_replaced_file_is_not_read_again)
{
    add("log", PACK_PLAIN, A B);
    const char *path = "log";
    struct input *input = input_open(&path, 1, &run.options, &run.remarks, &run.fault);
    struct log_line line;
    while (input_next(input, &line))
        ck_assert(input_reread(input, 0, line.offset, &run.out));
    rename("log", "log.1");
    add("log", PACK_PLAIN, C C C);
    ck_assert(!input_reread(input, 0, 0, &run.out));
    input_close(input);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, every_packing_reads_the_same, 0, PACK_KINDS);
    tcase_add_loop_test(tcase, damaged_files_give_what_stands_before, PACK_GZIP, PACK_KINDS);
    tcase_add_test(tcase, wrong_checksum_keeps_the_lines);
    tcase_add_test(tcase, what_follows_gzip_members);
    tcase_add_loop_test(tcase, texts_are_not_unpacked, 0, COUNT(texts_that_look_packed));
    tcase_add_loop_test(tcase, other_formats_are_refused_with_a_mend, 0, COUNT(refused));
    tcase_add_test(tcase, unreadable_files_do_not_stop_the_others);
    tcase_add_test(tcase, files_tell_what_they_held);
    tcase_add_test(tcase, line_ends_holes_and_marks);
    tcase_add_test(tcase, overlong_lines_are_cut);
    tcase_add_test(tcase, repeat_markers_stand_for_their_line);
    tcase_add_test(tcase, journal_export_is_read);
    tcase_add_test(tcase, lines_outside_the_period_are_left_out);
    tcase_add_loop_test(tcase, stdin_is_read, 0, 3);
    tcase_add_test(tcase, stdin_given_twice_is_read_once);
    tcase_add_loop_test(tcase, lines_are_read_again_in_any_order, 0, PACK_KINDS);
    tcase_add_test(tcase, speakers_are_told_apart);
    tcase_add_test(tcase, a_replaced_file_is_not_read_again);
}

TEST_MAIN("input", add_tests)
