#ifndef BASE_CIVIL_TIME_H
#define BASE_CIVIL_TIME_H
/*
 * Points in time as microseconds since 1970-01-01T00:00:00Z (`int64_t ..._us`), calendar dates, and
 * their texts. No global time zone is read except by civil_local_offset.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum { TIME_TEXT_MAX = 40 };
#define TIME_NONE INT64_MIN
#define DAY_US    (INT64_C(24) * 3600 * 1000000)

struct civil_time {
    int year;                         /* 1..9999 */
    int month, day;                   /* 1..12, 1..31 */
    int hour, minute, second, micros; /* 0..23, 0..59, 0..60 */
};

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar (Hinnant's algorithm). */
int64_t civil_days(int year, int month, int day);
/* Microseconds since the epoch for a civil time in a zone offset_minutes east of UTC. */
int64_t civil_to_us(const struct civil_time *civil, int offset_minutes);
/* Days from 1970-01-01 to the date of an instant in a zone offset_minutes east of UTC. */
int64_t civil_day(int64_t time_us, int offset_minutes);
/* The civil time of an instant in a zone offset_minutes east of UTC. */
struct civil_time civil_from_us(int64_t time_us, int offset_minutes);
/* The machine's zone at that instant, minutes east of UTC (localtime_r). */
int civil_local_offset(int64_t time_us);
/* The days of a month (1..12). */
int civil_month_days(int year, int month);
/* True when every field is in its range and the day exists; second 60 is allowed everywhere. */
bool civil_is_valid(const struct civil_time *civil);
/* Parses ".123456" or ",123": bytes read, 0 (and *micros untouched) when text begins otherwise.
 * Digits behind the sixth are read and dropped. */
size_t civil_parse_fraction(struct slice text, int *micros);
/* Parses "Z", "+01:00", "+0100": bytes read, 0 (and *offset_minutes untouched) otherwise. */
size_t civil_parse_zone(struct slice text, int *offset_minutes);
/* Parses "2026-11-22T10:15:01" with T, t or blank and an optional fraction: bytes read, 0 (and *civil
 * untouched) when text does not begin so or the fields are out of range. */
size_t civil_parse_date_time(struct slice text, struct civil_time *civil);
/* Parses RFC 3339 and its usual variants (blank or T; Z, +01:00, +0100, none; . or , fraction).
 * Without zone default_offset counts. *used gets the number of bytes read. */
bool civil_parse_rfc3339(struct slice text, int default_offset, int64_t *time_us,
                         int *offset_minutes, size_t *used);
/* RFC 3339 with offset; microseconds are printed when they are not zero. TIME_NONE gives "". */
struct slice civil_format_rfc3339(int64_t time_us, int offset_minutes, char out[TIME_TEXT_MAX]);
/* "2026-11-22". TIME_NONE gives "". */
struct slice civil_format_day(int64_t time_us, int offset_minutes, char out[TIME_TEXT_MAX]);

#endif
