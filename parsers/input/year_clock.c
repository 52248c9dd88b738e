#include "parsers/input/year_clock.h"

static const int64_t MINUTE_US = INT64_C(60) * 1000000;
static const int64_t HALF_YEAR_US = 183 * DAY_US;

void year_clock_start(struct year_clock *clock, int year, int64_t limit_us)
{
    *clock = (struct year_clock){ .year = year, .last_us = TIME_NONE, .limit_us = limit_us };
}

/* The machine's offset for a local time that may be in the hour which daylight saving skips or
 * repeats. naive_us is the local time taken as UTC. */
static int16_t local_offset(struct year_clock *clock, int64_t naive_us)
{
    int64_t day = naive_us / DAY_US - (naive_us % DAY_US < 0);
    if (clock->zone_known && clock->zone_day == day)
        return clock->zone_offset;
    int before = civil_local_offset(naive_us - DAY_US),
        after = civil_local_offset(naive_us + DAY_US);
    if (before == after && civil_local_offset(day * DAY_US) == before) {
        /* Offsets do not change around this day. */
        clock->zone_known = true;
        clock->zone_day = day;
        clock->zone_offset = (int16_t)before;
        return clock->zone_offset;
    }
    int64_t first = naive_us - before * MINUTE_US, second = naive_us - after * MINUTE_US;
    bool first_is_real = civil_local_offset(first) == before;
    bool second_is_real = civil_local_offset(second) == after;
    if (!first_is_real || !second_is_real) {
        clock->second_pass = false;
        return (int16_t)(second_is_real ? after : before);
    }
    if (clock->last_us != TIME_NONE && first < clock->last_us - 30 * MINUTE_US &&
        first > clock->last_us - 90 * MINUTE_US)
        clock->second_pass = true;
    return (int16_t)(clock->second_pass ? after : before);
}

/* The instant of the civil time; a zone in the stamp outranks the machine's. */
static int64_t instant(struct year_clock *clock, const struct stamp *stamp, int year,
                       int16_t *offset_minutes)
{
    struct civil_time civil = stamp->civil;
    civil.year = year;
    *offset_minutes =
        stamp->has_zone ? stamp->offset_minutes : local_offset(clock, civil_to_us(&civil, 0));
    return civil_to_us(&civil, *offset_minutes);
}

/* The year of a year-less stamp that follows clock->last_us. */
static int next_year(struct year_clock *clock, const struct stamp *stamp)
{
    int16_t offset;
    int year = clock->year;
    if (clock->last_us == TIME_NONE)
        return year;
    int64_t same = instant(clock, stamp, year, &offset);
    if (same < clock->last_us - HALF_YEAR_US) {
        if (instant(clock, stamp, year + 1, &offset) <= clock->limit_us)
            year++;
    } else if (same > clock->last_us + HALF_YEAR_US) {
        /* A late line of December in January; or a quiet log. */
        int64_t earlier = instant(clock, stamp, year - 1, &offset);
        if (same > clock->limit_us || clock->last_us - earlier < DAY_US)
            year--;
    }
    return year;
}

int64_t year_clock_resolve(struct year_clock *clock, const struct stamp *stamp,
                           int16_t *offset_minutes)
{
    clock->year = stamp->civil.year ? stamp->civil.year : next_year(clock, stamp);
    clock->last_us = instant(clock, stamp, clock->year, offset_minutes);
    return clock->last_us;
}

int64_t year_clock_at(const struct stamp *stamp, int year)
{
    struct year_clock clock;
    int16_t offset;
    year_clock_start(&clock, year, INT64_MAX);
    return instant(&clock, stamp, stamp->civil.year ? stamp->civil.year : year, &offset);
}

int year_clock_latest_year(const struct stamp *stamp, int64_t limit_us)
{
    if (stamp->civil.year)
        return stamp->civil.year;
    int year = civil_from_us(limit_us, 0).year + 1;
    bool leap_day = stamp->civil.month == 2 && stamp->civil.day == 29;
    for (int tries = 0; tries < 9; tries++, year--)
        if (year_clock_at(stamp, year) <= limit_us &&
            (!leap_day || civil_month_days(year, 2) == 29))
            return year;
    return year;
}

bool year_clock_queue_id_time(struct slice text, int64_t *time_us)
{
    /* Base 52: digits and letters without vowels. Six or more characters of seconds, four of
     * microseconds, then the inode behind the last z. */
    static const char alphabet[] = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
    size_t len = slice_index(slice_head(text, 24), ':');
    if (len < 12 || len + 1 >= text.len || text.at[len] != ':' || text.at[len + 1] != ' ')
        return false;
    struct slice id = slice_head(text, len);
    size_t z = slice_last_index(id, 'z');
    if (z == id.len || z < 10 || z > 11)
        return false;
    uint64_t seconds = 0;
    for (size_t i = 0; i < id.len; i++) {
        const char *digit = memchr(alphabet, id.at[i], sizeof alphabet - 1);
        if (!digit)
            return false;
        if (i < z - 4)
            seconds = seconds * 52 + (uint64_t)(digit - alphabet);
    }
    if (seconds < 1000000000 || seconds > UINT64_C(7258118400))
        return false;
    *time_us = (int64_t)seconds * 1000000;
    return true;
}
