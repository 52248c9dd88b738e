#include <stdlib.h>
#include <time.h>

#include "parsers/input/year_clock.h"
#include "tests/support/suite.h"

/* Stamps in file order and what they become. The clock starts in 2025 and knows no limit, unless
 * `limit` says so. The zone is Central European. */
static const struct {
    const char *name;
    const char *limit; /* NULL: none */
    const char *stamps[8];
    const char *times[8];
} walks[] = {
    { "plain",
      NULL,
      { "Nov 22 10:15:01", "Nov 22 10:15:02" },
      { "2025-11-22T10:15:01+01:00", "2025-11-22T10:15:02+01:00" } },
    { "new year",
      NULL,
      { "Dec 31 23:59:59", "Jan  1 00:00:00", "Dec 31 23:59:58", "Jan  1 00:00:01" },
      { "2025-12-31T23:59:59+01:00", "2026-01-01T00:00:00+01:00", "2025-12-31T23:59:58+01:00",
        "2026-01-01T00:00:01+01:00" } },
    { "two new years",
      NULL,
      { "Dec 31 23:59:59", "Mar  1 00:00:00", "Nov  1 00:00:00", "Jan  1 00:00:01" },
      { "2025-12-31T23:59:59+01:00", "2026-03-01T00:00:00+01:00", "2026-11-01T00:00:00+01:00",
        "2027-01-01T00:00:01+01:00" } },
    { "clock set back by days",
      NULL,
      { "Nov 22 10:15:01", "Nov 19 10:15:01", "Nov 22 10:15:02" },
      { "2025-11-22T10:15:01+01:00", "2025-11-19T10:15:01+01:00", "2025-11-22T10:15:02+01:00" } },
    { "quiet for seven months",
      NULL,
      { "Jan 22 10:15:01", "Aug 22 10:15:01" },
      { "2025-01-22T10:15:01+01:00", "2025-08-22T10:15:01+02:00" } },
    { "files in the wrong order, the limit tells",
      "2025-01-20T00:00:00+01:00",
      { "Jan 10 10:15:01", "Dec 20 10:15:01", "Jan  3 10:15:01" },
      { "2025-01-10T10:15:01+01:00", "2024-12-20T10:15:01+01:00", "2025-01-03T10:15:01+01:00" } },
    { "no year behind the limit",
      "2025-12-20T00:00:00+01:00",
      { "Dec 19 10:15:01", "Jan  3 10:15:01" },
      { "2025-12-19T10:15:01+01:00", "2025-01-03T10:15:01+01:00" } },
    { "a year in the stamp",
      NULL,
      { "Nov 22 10:15:01 2023", "Nov 22 10:15:02", "2027-11-22T10:15:02", "Nov 22 10:15:03" },
      { "2023-11-22T10:15:01+01:00", "2023-11-22T10:15:02+01:00", "2027-11-22T10:15:02+01:00",
        "2027-11-22T10:15:03+01:00" } },
    { "a zone in the stamp",
      NULL,
      { "2025-07-01T10:15:01Z", "2025-07-01T10:15:01-05:00", "2025-07-01T10:15:01" },
      { "2025-07-01T10:15:01+00:00", "2025-07-01T10:15:01-05:00", "2025-07-01T10:15:01+02:00" } },
    { "the hour that is repeated",
      NULL,
      { "Oct 26 01:59:59", "Oct 26 02:00:00", "Oct 26 02:58:00", "Oct 26 02:57:59",
        "Oct 26 02:00:01", "Oct 26 02:50:00", "Oct 26 02:49:59", "Oct 26 03:00:00" },
      { "2025-10-26T01:59:59+02:00", "2025-10-26T02:00:00+02:00", "2025-10-26T02:58:00+02:00",
        "2025-10-26T02:57:59+02:00", "2025-10-26T02:00:01+01:00", "2025-10-26T02:50:00+01:00",
        "2025-10-26T02:49:59+01:00", "2025-10-26T03:00:00+01:00" } },
    { "the hour that is skipped",
      NULL,
      { "Mar 30 01:59:59", "Mar 30 03:00:00", "Mar 30 02:30:00", "Mar 30 12:00:00" },
      { "2025-03-30T01:59:59+01:00", "2025-03-30T03:00:00+02:00", "2025-03-30T02:30:00+01:00",
        "2025-03-30T12:00:00+02:00" } },
};

START_TEST(stamps_become_instants)
{
    struct year_clock clock;
    int64_t limit = INT64_MAX;
    int offset;
    size_t used;
    if (walks[_i].limit)
        ck_assert(civil_parse_rfc3339(slice_of(walks[_i].limit), 0, &limit, &offset, &used));
    year_clock_start(&clock, 2025, limit);
    for (size_t i = 0; i < 8 && walks[_i].stamps[i]; i++) {
        struct stamp stamp;
        int16_t minutes;
        char out[TIME_TEXT_MAX];
        ck_assert(stamp_parse(slice_of(walks[_i].stamps[i]), &stamp));
        int64_t time_us = year_clock_resolve(&clock, &stamp, &minutes);
        ck_assert_msg(slice_is(civil_format_rfc3339(time_us, minutes, out), walks[_i].times[i]),
                      "%s, stamp %zu: %s", walks[_i].name, i, out);
        ck_assert(clock.last_us == time_us);
    }
}
END_TEST

static const struct {
    const char *stamp, *limit;
    int year;
} latest[] = {
    { "Nov 22 10:15:01", "2026-11-23T00:00:00Z", 2026 },
    { "Nov 22 10:15:01", "2026-11-22T00:00:00Z", 2025 },
    { "Jan  1 00:00:00", "2026-12-31T00:00:00Z", 2026 },
    { "Dec 31 23:59:59", "2027-01-01T00:00:00Z", 2026 },
    { "Feb 29 10:15:01", "2026-11-23T00:00:00Z", 2024 },
    { "Feb 29 10:15:01", "2103-11-23T00:00:00Z", 2096 },
    { "Nov 22 10:15:01 2001", "2026-11-23T00:00:00Z", 2001 },
};

START_TEST(the_latest_year_before_a_limit)
{
    struct stamp stamp;
    int64_t limit;
    int offset;
    size_t used;
    ck_assert(stamp_parse(slice_of(latest[_i].stamp), &stamp));
    ck_assert(civil_parse_rfc3339(slice_of(latest[_i].limit), 0, &limit, &offset, &used));
    ck_assert_int_eq(year_clock_latest_year(&stamp, limit), latest[_i].year);
}
END_TEST

static const struct {
    const char *text, *time; /* NULL: no long queue id */
} queue_ids[] = {
    { "4jY4Wd0VKsz39: client=a[192.0.2.1]", "2026-11-23T12:10:05+00:00" },
    { "4jY4Wd0VKsz39:", NULL },
    { "4jY4Wd0VKsz39 x", NULL },
    { "4jY4Wd0VKs39: no z", NULL },
    { "4AY4Wd0VKsz39: a vowel", NULL },
    { "0FCEE9247A9: short", NULL },
    { "NOQUEUE: reject", NULL },
    { "zzzzzzzzzzzzz: x", NULL },
    { "", NULL },
    { ": ", NULL },
};

START_TEST(long_queue_ids_are_clocks)
{
    int64_t time_us = 0;
    char out[TIME_TEXT_MAX];
    bool good = year_clock_queue_id_time(slice_of(queue_ids[_i].text), &time_us);
    ck_assert_msg(good == (queue_ids[_i].time != NULL), "%s", queue_ids[_i].text);
    if (good)
        ck_assert_slice(civil_format_rfc3339(time_us, 0, out), queue_ids[_i].time);
}
END_TEST

static void add(TCase *tcase)
{
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    tcase_add_loop_test(tcase, stamps_become_instants, 0, COUNT(walks));
    tcase_add_loop_test(tcase, the_latest_year_before_a_limit, 0, COUNT(latest));
    tcase_add_loop_test(tcase, long_queue_ids_are_clocks, 0, COUNT(queue_ids));
}

TEST_MAIN("year_clock", add)
