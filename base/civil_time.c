#include "base/civil_time.h"

#include <stdio.h>
#include <time.h>

enum { DAYS_TO_EPOCH = 719468, DAYS_PER_ERA = 146097 };
static const int64_t US_PER_SECOND = 1000000;

/* Years are counted from March, so that the leap day is a year's last: then the days before a month
 * follow one linear formula (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
int64_t civil_days(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
}

/* The inverse of civil_days. */
static void civil_from_days(int64_t days, struct civil_time *civil)
{
    days += DAYS_TO_EPOCH;
    int64_t era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int64_t day_of_era = days - era * DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    civil->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    civil->month = (int)(month < 10 ? month + 3 : month - 9);
    civil->year = (int)(year_of_era + era * 400 + (civil->month <= 2));
}

int64_t civil_to_us(const struct civil_time *civil, int offset_minutes)
{
    int64_t seconds = civil_days(civil->year, civil->month, civil->day) * 86400 +
                      (int64_t)civil->hour * 3600 + (int64_t)civil->minute * 60 + civil->second -
                      (int64_t)offset_minutes * 60;
    return seconds * US_PER_SECOND + civil->micros;
}

/* The day of an instant; *rest: the time of that day. */
static int64_t split_day(int64_t time_us, int offset_minutes, int64_t *rest)
{
    int64_t days = time_us / DAY_US;
    *rest = time_us % DAY_US + (int64_t)offset_minutes * 60 * US_PER_SECOND;
    days += *rest / DAY_US;
    *rest %= DAY_US;
    if (*rest < 0) {
        *rest += DAY_US;
        days--;
    }
    return days;
}

int64_t civil_day(int64_t time_us, int offset_minutes)
{
    int64_t rest;
    return split_day(time_us, offset_minutes, &rest);
}

struct civil_time civil_from_us(int64_t time_us, int offset_minutes)
{
    struct civil_time civil;
    int64_t rest;
    civil_from_days(split_day(time_us, offset_minutes, &rest), &civil);
    civil.micros = (int)(rest % US_PER_SECOND);
    int seconds = (int)(rest / US_PER_SECOND);
    civil.hour = seconds / 3600;
    civil.minute = seconds / 60 % 60;
    civil.second = seconds % 60;
    return civil;
}

int civil_local_offset(int64_t time_us)
{
    time_t seconds = (time_t)(time_us / US_PER_SECOND - (time_us % US_PER_SECOND < 0));
    struct tm local;
    if (!localtime_r(&seconds, &local))
        return 0;
    return (int)(local.tm_gmtoff / 60);
}

int civil_month_days(int year, int month)
{
    static const unsigned char days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

bool civil_is_valid(const struct civil_time *civil)
{
    return civil->year >= 1 && civil->year <= 9999 && civil->month >= 1 && civil->month <= 12 &&
           civil->day >= 1 && civil->day <= civil_month_days(civil->year, civil->month) &&
           civil->hour >= 0 && civil->hour <= 23 && civil->minute >= 0 && civil->minute <= 59 &&
           civil->second >= 0 && civil->second <= 60 && civil->micros >= 0 &&
           civil->micros <= 999999;
}

/* n digits at at[0..n), or -1. */
static int digits(const char *at, size_t n)
{
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (!ascii_is_digit(at[i]))
            return -1;
        value = value * 10 + (at[i] - '0');
    }
    return value;
}

size_t civil_parse_fraction(struct slice text, int *micros)
{
    if (text.len < 2 || (text.at[0] != '.' && text.at[0] != ',') || !ascii_is_digit(text.at[1]))
        return 0;
    int value = 0, scale = 100000;
    size_t i = 1;
    for (; i < text.len && ascii_is_digit(text.at[i]); i++) {
        value += (text.at[i] - '0') * scale;
        scale /= 10;
    }
    *micros = value;
    return i;
}

size_t civil_parse_zone(struct slice text, int *offset_minutes)
{
    if (text.len == 0)
        return 0;
    if (text.at[0] == 'Z' || text.at[0] == 'z') {
        *offset_minutes = 0;
        return 1;
    }
    if ((text.at[0] != '+' && text.at[0] != '-') || text.len < 5)
        return 0;
    size_t colon = text.at[3] == ':';
    if (text.len < 5 + colon)
        return 0;
    int hours = digits(text.at + 1, 2), minutes = digits(text.at + 3 + colon, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return 0;
    *offset_minutes = (text.at[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return 5 + colon;
}

size_t civil_parse_date_time(struct slice text, struct civil_time *civil)
{
    enum { SECONDS_END = 19 };
    const char *at = text.at;
    if (text.len < SECONDS_END || at[4] != '-' || at[7] != '-' ||
        (at[10] != 'T' && at[10] != 't' && at[10] != ' ') || at[13] != ':' || at[16] != ':')
        return 0;
    struct civil_time read = {
        .year = digits(at, 4),
        .month = digits(at + 5, 2),
        .day = digits(at + 8, 2),
        .hour = digits(at + 11, 2),
        .minute = digits(at + 14, 2),
        .second = digits(at + 17, 2),
    };
    if (!civil_is_valid(&read))
        return 0;
    size_t used = SECONDS_END + civil_parse_fraction(slice_skip(text, SECONDS_END), &read.micros);
    *civil = read;
    return used;
}

bool civil_parse_rfc3339(struct slice text, int default_offset, int64_t *time_us,
                         int *offset_minutes, size_t *used)
{
    struct civil_time civil;
    size_t n = civil_parse_date_time(text, &civil);
    if (n == 0)
        return false;
    int offset = default_offset;
    n += civil_parse_zone(slice_skip(text, n), &offset);
    *time_us = civil_to_us(&civil, offset);
    *offset_minutes = offset;
    *used = n;
    return true;
}

struct slice civil_format_rfc3339(int64_t time_us, int offset_minutes, char out[TIME_TEXT_MAX])
{
    out[0] = '\0';
    if (time_us == TIME_NONE)
        return slice_make(out, 0);
    struct civil_time t = civil_from_us(time_us, offset_minutes);
    char fraction[12] = "";
    if (t.micros)
        snprintf(fraction, sizeof fraction, ".%06d", t.micros);
    unsigned distance = (unsigned)(offset_minutes < 0 ? -offset_minutes : offset_minutes) % 6000;
    int len = snprintf(out, TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%s%c%02u:%02u", t.year,
                       t.month, t.day, t.hour, t.minute, t.second, fraction,
                       offset_minutes < 0 ? '-' : '+', distance / 60, distance % 60);
    return slice_make(out, len < TIME_TEXT_MAX ? (size_t)len : TIME_TEXT_MAX - 1);
}

struct slice civil_format_day(int64_t time_us, int offset_minutes, char out[TIME_TEXT_MAX])
{
    out[0] = '\0';
    if (time_us == TIME_NONE)
        return slice_make(out, 0);
    struct civil_time t = civil_from_us(time_us, offset_minutes);
    int len = snprintf(out, TIME_TEXT_MAX, "%04d-%02d-%02d", t.year, t.month, t.day);
    return slice_make(out, (size_t)len);
}
