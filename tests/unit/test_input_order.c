#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "parsers/input/input_order.h"
#include "tests/support/log_files.h"
#include "tests/support/suite.h"

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
    ck_assert_msg(!fault_is_set(&run.fault), "%s: %s", run.fault.where, run.fault.what);
    return buffer_text(&run.out);
}

static uint64_t remarked(const char *code, const char *text)
{
    for (uint32_t i = 0; i < run.remarks.count; i++)
        if (strcmp(run.remarks.items[i].code, code) == 0 &&
            (!text || slice_is(run.remarks.items[i].text, text)))
            return run.remarks.items[i].count;
    return 0;
}

/* ---- years ---- */

/* Up to four files of one line each (two with '|'), written at a time; then the years that their
 * lines get, in reading order. */
static const struct {
    const char *name;
    int year; /* --year */
    struct {
        const char *path, *lines, *written;
    } files[4];
    const char *times;
} years[] = {
    { "the file's time settles",
      0,
      { { "mail.log", "Nov 22 10:15:01", "2024-11-22T10:16:00Z" } },
      "2024-11-22 " },
    { "a day of slack",
      0,
      { { "mail.log", "Nov 22 10:15:01", "2024-11-21T12:00:00Z" } },
      "2024-11-22 " },
    { "more than a day behind the file's time is last year",
      0,
      { { "mail.log", "Nov 22 10:15:01", "2024-11-20T12:00:00Z" } },
      "2023-11-22 " },
    { "the end of the file counts, not its beginning",
      0,
      { { "mail.log", "Nov 30 10:15:01|Jan  2 10:15:01", "2025-01-02T10:16:00Z" } },
      "2024-11-30 2025-01-02 " },
    { "more than a year in one file",
      0,
      { { "mail.log", "Nov 30 10:15:01|Jan  2 10:15:01|Oct  2 10:15:01|Feb  2 10:15:01",
          "2025-02-02T10:16:00Z" } },
      "2023-11-30 2024-01-02 2024-10-02 2025-02-02 " },
    { "a leap day",
      0,
      { { "mail.log", "Feb 29 10:15:01", "2026-11-22T10:16:00Z" } },
      "2024-02-29 " },
    { "--year is that of the first line",
      2019,
      { { "mail.log", "Dec  2 10:15:01", "2026-11-22T10:16:00Z" },
        { "mail.log.1", "Nov 30 10:15:01", "2026-11-22T10:16:00Z" } },
      "2019-11-30 2019-12-02 " },
    { "--year, over new year",
      2019,
      { { "mail.log", "Jan  2 10:15:01", "2025-01-02T10:16:00Z" },
        { "mail.log.1", "Dec 30 10:15:01", "2024-12-30T10:16:00Z" } },
      "2019-12-30 2020-01-02 " },
    { "a date in the name",
      0,
      { { "mail.log-20230401", "Mar 30 10:15:01", "2026-11-22T10:16:00Z" } },
      "2023-03-30 " },
    { "a date with dashes in the name",
      0,
      { { "mail.2023-04-01.log", "Mar 30 10:15:01", "2026-11-22T10:16:00Z" } },
      "2023-03-30 " },
    { "the clock in a queue id outranks name and file",
      0,
      { { "mail.log-20230401", "Nov 23 12:10:05 mx1 a[1]: 4jY4Wd0VKsz39: x",
          "2030-11-22T10:16:00Z" } },
      "2026-11-23 " },
    { "a copied file is laid beside a settled one",
      0,
      { { "mail.log", "Nov 22 10:15:01", "2024-11-22T10:16:00Z" },
        { "mail.log.1", "Nov 15 10:15:01", "2026-11-30T10:16:00Z" } },
      "2024-11-15 2024-11-22 " },
    { "beside one with years",
      0,
      { { "mail.log", "2021-11-22T10:15:01Z", "2026-11-22T10:16:00Z" },
        { "mail.log.1", "Nov 15 10:15:01", "2026-11-30T10:16:00Z" } },
      "2021-11-15 2021-11-22 " },
    { "copied files lie side by side, not a year apart",
      0,
      { { "a", "Nov 25 10:15:01", "2026-11-28T10:16:00Z" },
        { "b", "Dec  1 10:15:01", "2026-11-28T10:16:00Z" },
        { "c", "Dec  5 10:15:01", "2026-11-28T10:16:00Z" } },
      "2025-11-25 2025-12-01 2025-12-05 " },
    { "copied files over new year",
      0,
      { { "a", "Jan  3 10:15:01", "2026-08-28T10:16:00Z" },
        { "b", "Dec 20 10:15:01", "2026-08-28T10:16:00Z" },
        { "c", "Dec 27 10:15:01", "2026-08-28T10:16:00Z" } },
      "2025-12-20 2025-12-27 2026-01-03 " },
    { "years of stamps are their own",
      2001,
      { { "a", "Jan  3 10:15:01 2024", "2026-08-28T10:16:00Z" },
        { "b", "2023-01-03T10:15:01Z", "2026-08-28T10:16:00Z" } },
      "2023-01-03 2024-01-03 " },
};

START_TEST(years_are_found)
{
    const char *paths[5] = { NULL };
    for (size_t i = 0; i < 4 && years[_i].files[i].path; i++) {
        struct slice rest = slice_of(years[_i].files[i].lines), line;
        paths[i] = years[_i].files[i].path;
        while (slice_next_word(&rest, "|", &line)) {
            log_files_add(paths[i], PACK_PLAIN, line);
            log_files_add(paths[i], PACK_PLAIN, slice_of(" mx1 a[1]: one\n"));
        }
        log_files_written(paths[i], years[_i].files[i].written);
    }
    run.options.year = years[_i].year;
    struct slice out = slice_of(read_logs(paths, true)), line;
    struct buffer got;
    buffer_init(&got, 1000);
    while (slice_next_word(&out, "\n", &line)) {
        buffer_add_slice(&got, slice_head(line, 10));
        buffer_add_byte(&got, ' ');
    }
    ck_assert_msg(strcmp(buffer_text(&got), years[_i].times) == 0, "%s: %s", years[_i].name,
                  buffer_text(&got));
    buffer_release(&got);
}
END_TEST

START_TEST(years_are_counted_in_big_files)
{
    struct buffer text;
    static const char *const months[] = { "Feb", "Mar", "May", "Jul", "Sep", "Nov" };
    buffer_init(&text, SIZE_MAX / 2);
    for (int year = 0; year < 3; year++)
        for (size_t month = 0; month < 6; month++)
            for (int line = 0; line < 4000; line++)
                buffer_format(&text, "%s 10 10:15:01 mx1 postfix/smtpd[1]: line %d\n",
                              months[month], line);
    log_files_add("mail.log", PACK_PLAIN, buffer_slice(&text));
    log_files_written("mail.log", "2026-11-10T12:00:00Z");
    const char *paths[] = { "mail.log", NULL };
    ck_assert(strncmp(read_logs(paths, true), "2024-02-10T", 11) == 0);
    ck_assert_uint_eq(remarked("assumed_year", "time stamps have no year: 2024 to 2026 assumed"),
                      72000);
    log_files_add("mail.log.gz", PACK_GZIP, buffer_slice(&text));
    log_files_written("mail.log.gz", "2026-11-10T12:00:00Z");
    paths[0] = "mail.log.gz";
    ck_assert(strncmp(read_logs(paths, true), "2024-02-10T", 11) == 0);
    buffer_release(&text);
}
END_TEST

START_TEST(the_assumed_year_is_told)
{
    const char *paths[] = { "log", NULL };
    log_files_add("log", PACK_PLAIN,
                  slice_of("Nov 22 10:15:01 mx1 a[1]: one\n"
                           "2026-11-22T10:15:01Z mx1 a[1]: one\n"
                           "Nov 22 10:15:02 mx1 a[1]: one\n"));
    log_files_written("log", "2026-11-22T12:00:00Z");
    read_logs(paths, false);
    ck_assert_uint_eq(remarked("assumed_year", "time stamps have no year: 2026 assumed"), 2);
    diagnostics_release(&run.remarks);
    run.options.year = 2026;
    read_logs(paths, false);
    ck_assert_uint_eq(remarked("assumed_year", NULL), 0);
}
END_TEST

static const struct {
    const char *path, *date;
} names[] = {
    { "mail.log-20261122", "2026-11-22T23:59:59+00:00" },
    { "/var/log/20200101/mail.log-20261122.xz", "2026-11-22T23:59:59+00:00" },
    { "mail-2026-11-22.log.gz", "2026-11-22T23:59:59+00:00" },
    { "20261122-mail.2026.11.23", "2026-11-23T23:59:59+00:00" },
    { "mail.log", "" },
    { "mail.log.1", "" },
    { "mail.log-20261322", "" },
    { "mail.log-20260230", "" },
    { "mail.log-202611220", "" },
    { "mail.log-18991122", "" },
    { "mail.2026-11", "" },
    { "20200101/mail.log", "" },
};

START_TEST(dates_in_names)
{
    char out[TIME_TEXT_MAX];
    int64_t date = probe_named_date(names[_i].path);
    ck_assert_msg(slice_is(civil_format_rfc3339(date, 0, out), names[_i].date), "%s: %s",
                  names[_i].path, out);
}
END_TEST

/* ---- cutting ---- */

/* A log over new year whose stamps are distinct, in one of the two common forms. */
static struct buffer make_log(size_t lines, bool with_year)
{
    struct buffer text;
    buffer_init(&text, SIZE_MAX / 2);
    struct civil_time begin = { 2025, 12, 31, 20, 0, 0, 0 };
    int64_t time_us = civil_to_us(&begin, 0);
    for (size_t i = 0; i < lines; i++) {
        char stamp[TIME_TEXT_MAX];
        static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
        time_us += 1000000 * (int64_t)(1 + i % 97);
        struct civil_time t = civil_from_us(time_us, 0);
        if (with_year)
            civil_format_rfc3339(time_us, 0, stamp);
        else
            snprintf(stamp, sizeof stamp, "%.3s %2d %02d:%02d:%02d",
                     months + (size_t)(t.month - 1) * 3, t.day, t.hour, t.minute, t.second);
        buffer_format(&text, "%s mx%zu postfix/smtpd[%zu]: line %zu\n", stamp, i % 3, i, i);
        if (i % 50 == 7)
            buffer_add_text(&text, "\tno envelope at all\n");
    }
    return text;
}

/* Cut at any lines, each piece a file of any packing, given in any order: the same lines. */
START_TEST(pieces_in_any_order_give_the_whole)
{
    uint32_t seed = (uint32_t)_i + 1;
    struct buffer text = make_log(2000, _i % 2);
    log_files_add("whole", PACK_PLAIN, buffer_slice(&text));
    log_files_written("whole", "2026-02-01T00:00:00Z");
    const char *whole[] = { "whole", NULL };
    struct buffer want;
    buffer_init(&want, SIZE_MAX / 2);
    buffer_add_text(&want, read_logs(whole, true));

    char names_of[8][16];
    const char *paths[9] = { NULL };
    size_t count = 2 + (size_t)_i % 6, at = 0;
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525 + 1013904223;
        size_t stop = i + 1 == count ? text.len : at + (seed >> 8) % (text.len - at);
        while (stop < text.len && (text.at[stop - (stop > 0)] != '\n' || text.at[stop] == '\t'))
            stop++;
        snprintf(names_of[i], sizeof names_of[i], "piece%u", seed >> 24);
        log_files_add(names_of[i], (enum packing_kind)((seed >> 12) % PACK_KINDS),
                      slice_make(text.at + at, stop - at));
        log_files_written(names_of[i], "2026-02-01T00:00:00Z");
        at = stop;
        paths[i] = names_of[i];
    }
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525 + 1013904223;
        size_t other = (seed >> 8) % count;
        const char *path = paths[i];
        paths[i] = paths[other];
        paths[other] = path;
    }
    ck_assert_str_eq(read_logs(paths, true), buffer_text(&want));
    ck_assert_uint_eq(remarked("duplicate_input", NULL), 0);
    buffer_release(&want);
    buffer_release(&text);
}
END_TEST

/* ---- duplicates ---- */

/* Lines that have an envelope: of others nobody knows whether they are the same. */
static size_t count_lines(const char *text)
{
    size_t lines = 0;
    struct slice rest = slice_of(text), line;
    while (slice_next_word(&rest, "\n", &line))
        lines += line.at[0] != '!';
    return lines;
}

/* Lines of the log where keep(i). */
static void add_some(const char *path, enum packing_kind packing, const struct buffer *log,
                     size_t every, size_t from, size_t to, const char *extra)
{
    struct slice rest = buffer_slice(log), line;
    struct buffer text;
    buffer_init(&text, SIZE_MAX / 2);
    for (size_t i = 0; slice_next_word(&rest, "\n", &line); i++) {
        if (i < from || i >= to)
            continue;
        if (i % every == 0) {
            buffer_add_slice(&text, line);
            buffer_add_byte(&text, '\n');
        }
        if (extra && i % 7 == 0 && line.at[0] != '\t') {
            buffer_add_slice(&text, slice_head(line, 26));
            buffer_add_text(&text, extra);
        }
    }
    log_files_add(path, packing, buffer_slice(&text));
    buffer_release(&text);
}

START_TEST(lines_in_two_files_are_read_once)
{
    struct buffer log = make_log(3000, true);
    size_t all;
    add_some("mail.log", PACK_PLAIN, &log, 1, 0, 5000, NULL);
    const char *one[] = { "mail.log", NULL };
    all = count_lines(read_logs(one, false));

    add_some("mail.log.gz", PACK_GZIP, &log, 1, 0, 5000, NULL);
    const char *packed[] = { "mail.log", "mail.log.gz", NULL };
    ck_assert_uint_eq(count_lines(read_logs(packed, false)), all);

    add_some("mail.warn", PACK_PLAIN, &log, 5, 100, 5000, NULL);
    const char *part[] = { "mail.warn", "mail.log", NULL };
    ck_assert_uint_eq(count_lines(read_logs(part, false)), all);

    add_some("copy", PACK_PLAIN, &log, 1, 0, 700, NULL);
    const char *copy[] = { "copy", "mail.log", NULL };
    ck_assert_uint_eq(count_lines(read_logs(copy, false)), all);

    /* The other file has lines of its own between the known ones. */
    add_some("syslog", PACK_PLAIN, &log, 1, 50, 5000, "mx0 cron[1]: job\n");
    size_t extra = 0;
    struct slice rest = buffer_slice(&log), line;
    for (size_t i = 0; slice_next_word(&rest, "\n", &line); i++)
        extra += i >= 50 && i % 7 == 0 && line.at[0] != '\t';
    const char *mixed[] = { "mail.log", "syslog", NULL };
    ck_assert_uint_eq(count_lines(read_logs(mixed, false)), all + extra);
    ck_assert_uint_gt(remarked("duplicate_input", NULL), 0);
    buffer_release(&log);
}
END_TEST

START_TEST(the_same_file_twice_is_read_once)
{
    log_files_add("log", PACK_PLAIN, slice_of("2026-11-22T10:15:01Z mx1 a[1]: one\n"));
    ck_assert_int_eq(link("log", "link"), 0);
    const char *paths[] = { "log", "./log", "link", NULL };
    ck_assert_str_eq(read_logs(paths, false), "a: one\n");
    ck_assert_uint_gt(remarked("duplicate_input", NULL), 0);
}
END_TEST

START_TEST(equal_lines_of_one_second_at_a_border_are_kept)
{
#define SAME "Nov 22 10:15:01 mx1 a[1]: same\n"
    log_files_add("1", PACK_PLAIN, slice_of("Nov 22 10:15:00 mx1 a[1]: first\n" SAME SAME));
    log_files_add("2", PACK_PLAIN, slice_of(SAME SAME "Nov 22 10:15:02 mx1 a[1]: last\n"));
    log_files_add("3", PACK_PLAIN, slice_of("Nov 22 10:15:02 mx1 a[1]: last\n"));
    const char *paths[] = { "1", "2", "3", NULL };
    ck_assert_uint_eq(count_lines(read_logs(paths, false)), 7);
}
END_TEST

/* A log cut within a busy second: few processes, many clients, the same words; here and there, or
 * of five clients that come back at once. */
START_TEST(equal_lines_around_a_border_are_kept)
{
    struct buffer before, after;
    size_t all = 0;
    buffer_init(&before, SIZE_MAX / 2);
    buffer_init(&after, SIZE_MAX / 2);
    for (int i = 0; i < 180; i++) {
        struct buffer *to = i < 90 ? &before : &after;
        int pid = i * (i < 90 ? 7 : 11) % 31;
        if (_i == 0 || i < 95)
            buffer_format(to, "Nov 22 10:15:01 mx1 postfix/smtpd[%d]: connect from localhost\n",
                          pid);
        buffer_format(i >= 90 && i < 95 && _i ? &before : to,
                      "Nov 22 10:15:01 mx1 postfix/smtpd[%d]: %X: client=localhost\n", pid,
                      0xA0000 + (unsigned)i);
        all += _i == 0 || i < 95 ? 2 : 1;
    }
    log_files_add("1", PACK_PLAIN, buffer_slice(&before));
    log_files_add("2", PACK_PLAIN, buffer_slice(&after));
    const char *paths[] = { "1", "2", NULL };
    ck_assert_uint_eq(count_lines(read_logs(paths, false)), all);
    buffer_release(&before);
    buffer_release(&after);
}
END_TEST

START_TEST(other_hosts_at_the_same_time_are_no_duplicates)
{
    struct buffer log = make_log(2000, true), other;
    buffer_init(&other, SIZE_MAX / 2);
    add_some("mx1", PACK_PLAIN, &log, 1, 0, 5000, NULL);
    for (size_t i = 0; i < log.len; i++)
        buffer_add_byte(&other, log.at[i] == 'x' ? 'y' : log.at[i]);
    log_files_add("my1", PACK_PLAIN, buffer_slice(&other));
    const char *paths[] = { "mx1", "my1", NULL };
    ck_assert_uint_eq(count_lines(read_logs(paths, false)), 4000);
    ck_assert_uint_eq(remarked("duplicate_input", NULL), 0);
    buffer_release(&log);
    buffer_release(&other);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, years_are_found, 0, COUNT(years));
    tcase_add_test(tcase, years_are_counted_in_big_files);
    tcase_add_test(tcase, the_assumed_year_is_told);
    tcase_add_loop_test(tcase, dates_in_names, 0, COUNT(names));
    tcase_add_loop_test(tcase, pieces_in_any_order_give_the_whole, 0, 40);
    tcase_add_test(tcase, lines_in_two_files_are_read_once);
    tcase_add_loop_test(tcase, equal_lines_around_a_border_are_kept, 0, 2);
    tcase_add_test(tcase, the_same_file_twice_is_read_once);
    tcase_add_test(tcase, equal_lines_of_one_second_at_a_border_are_kept);
    tcase_add_test(tcase, other_hosts_at_the_same_time_are_no_duplicates);
}

TEST_MAIN("input_order", add_tests)
