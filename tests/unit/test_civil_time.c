#include <stdlib.h>
#include <time.h>

#include "base/civil_time.h"
#include "tests/support/suite.h"

static const struct {
    int year, month, day;
    int64_t days;
} dates[] = {
    { 1970, 1, 1, 0 },     { 1969, 12, 31, -1 },      { 2000, 2, 29, 11016 },
    { 2000, 3, 1, 11017 }, { 1900, 3, 1, -25508 },    { 2026, 11, 22, 20779 },
    { 1, 1, 1, -719162 },  { 9999, 12, 31, 2932896 }, { 2100, 2, 28, 47540 },
    { 2100, 3, 1, 47541 },
};

START_TEST(days_of_dates)
{
    ck_assert_int_eq(civil_days(dates[_i].year, dates[_i].month, dates[_i].day), dates[_i].days);
    struct civil_time back = civil_from_us(dates[_i].days * 86400 * 1000000, 0);
    ck_assert_int_eq(back.year, dates[_i].year);
    ck_assert_int_eq(back.month, dates[_i].month);
    ck_assert_int_eq(back.day, dates[_i].day);
    ck_assert_int_eq(back.hour + back.minute + back.second + back.micros, 0);
}
END_TEST

START_TEST(every_day_of_eight_centuries_there_and_back)
{
    int64_t days = civil_days(1600, 1, 1);
    for (int year = 1600; year < 2400; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= civil_month_days(year, month); day++, days++) {
                ck_assert_int_eq(civil_days(year, month, day), days);
                struct civil_time t = civil_from_us(days * 86400 * 1000000 + 1, 0);
                ck_assert(t.year == year && t.month == month && t.day == day && t.micros == 1);
            }
}
END_TEST

static const struct {
    const char *text;
    size_t used; /* 0: refused */
    int offset;  /* default is 120 */
    const char *printed;
} stamps[] = {
    { "2026-11-22T10:15:01+00:00", 25, 0, "2026-11-22T10:15:01+00:00" },
    { "2026-11-22T10:15:01Z", 20, 0, "2026-11-22T10:15:01+00:00" },
    { "2026-11-22t10:15:01z rest", 20, 0, "2026-11-22T10:15:01+00:00" },
    { "2026-11-22 10:15:01 +01:00", 19, 120, "2026-11-22T10:15:01+02:00" },
    { "2026-11-22T10:15:01.123456+01:00 mx1", 32, 60, "2026-11-22T10:15:01.123456+01:00" },
    { "2026-11-22T10:15:01,123+0100", 28, 60, "2026-11-22T10:15:01.123000+01:00" },
    { "2026-11-22T10:15:01.1234567899-0330", 35, -210, "2026-11-22T10:15:01.123456-03:30" },
    { "2026-11-22T10:15:01.", 19, 120, "2026-11-22T10:15:01+02:00" },
    { "2026-11-22T10:15:01+1", 19, 120, "2026-11-22T10:15:01+02:00" },
    { "2026-11-22T10:15:01+24:00", 19, 120, "2026-11-22T10:15:01+02:00" },
    { "2026-11-22T10:15:01+01:", 19, 120, "2026-11-22T10:15:01+02:00" },
    { "2016-12-31T23:59:60Z", 20, 0, "2017-01-01T00:00:00+00:00" },
    { "2024-02-29T00:00:00Z", 20, 0, "2024-02-29T00:00:00+00:00" },
    { "1969-12-31T23:59:59.5Z", 22, 0, "1969-12-31T23:59:59.500000+00:00" },
    { "0001-01-01T00:00:00+23:59", 25, 1439, "0001-01-01T00:00:00+23:59" },
    { "2023-02-29T00:00:00Z", 0, 0, NULL },
    { "2026-13-01T00:00:00Z", 0, 0, NULL },
    { "2026-00-01T00:00:00Z", 0, 0, NULL },
    { "2026-01-00T00:00:00Z", 0, 0, NULL },
    { "2026-01-32T00:00:00Z", 0, 0, NULL },
    { "0000-01-01T00:00:00Z", 0, 0, NULL },
    { "2026-01-01T24:00:00Z", 0, 0, NULL },
    { "2026-01-01T00:60:00Z", 0, 0, NULL },
    { "2026-01-01T00:00:61Z", 0, 0, NULL },
    { "2026-01-01T00:00:0", 0, 0, NULL },
    { "2026-01-01_00:00:00", 0, 0, NULL },
    { "2026/01/01 00:00:00", 0, 0, NULL },
    { "2026-1-01T00:00:000", 0, 0, NULL },
    { "20x6-01-01T00:00:00", 0, 0, NULL },
    { "-026-01-01T00:00:00", 0, 0, NULL },
    { "2026-01-01T00-00-00", 0, 0, NULL },
    { "", 0, 0, NULL },
    { "T", 0, 0, NULL },
};

START_TEST(rfc3339_is_parsed_and_printed)
{
    int64_t time_us = -7;
    int offset = -7;
    size_t used = 0;
    bool good = civil_parse_rfc3339(slice_of(stamps[_i].text), 120, &time_us, &offset, &used);
    ck_assert_msg(good == (stamps[_i].used != 0), "%s", stamps[_i].text);
    if (!good) {
        ck_assert(time_us == -7 && offset == -7 && used == 0);
        return;
    }
    ck_assert_uint_eq(used, stamps[_i].used);
    ck_assert_int_eq(offset, stamps[_i].offset);
    char out[TIME_TEXT_MAX];
    ck_assert_slice(civil_format_rfc3339(time_us, offset, out), stamps[_i].printed);
    struct civil_time t = civil_from_us(time_us, offset);
    ck_assert_int_eq(civil_day(time_us, offset), civil_days(t.year, t.month, t.day));
    ck_assert_msg(slice_equal(civil_format_day(time_us, offset, out),
                              slice_head(slice_of(stamps[_i].printed), 10)),
                  "%s: %s", stamps[_i].printed, out);
}
END_TEST

START_TEST(no_time_prints_nothing_and_extremes_fit)
{
    char out[TIME_TEXT_MAX];
    ck_assert_slice(civil_format_rfc3339(TIME_NONE, 0, out), "");
    ck_assert_slice(civil_format_day(TIME_NONE, 0, out), "");
    ck_assert_uint_lt(civil_format_day(INT64_MAX, 32767, out).len, TIME_TEXT_MAX);
    ck_assert_uint_lt(civil_format_rfc3339(INT64_MAX, 32767, out).len, TIME_TEXT_MAX);
    ck_assert_uint_lt(civil_format_rfc3339(INT64_MIN + 1, -32768, out).len, TIME_TEXT_MAX);
}
END_TEST

START_TEST(local_offset_follows_the_zone)
{
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    struct civil_time summer = { 2026, 7, 1, 12, 0, 0, 0 }, winter = { 2026, 12, 1, 12, 0, 0, 0 };
    ck_assert_int_eq(civil_local_offset(civil_to_us(&summer, 0)), 120);
    ck_assert_int_eq(civil_local_offset(civil_to_us(&winter, 0)), 60);
    ck_assert_int_eq(civil_local_offset(-1), 60);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, days_of_dates, 0, COUNT(dates));
    tcase_add_test(tcase, every_day_of_eight_centuries_there_and_back);
    tcase_add_loop_test(tcase, rfc3339_is_parsed_and_printed, 0, COUNT(stamps));
    tcase_add_test(tcase, no_time_prints_nothing_and_extremes_fit);
    tcase_add_test(tcase, local_offset_follows_the_zone);
}

TEST_MAIN("civil_time", add)
