#ifndef PARSERS_INPUT_YEAR_CLOCK_H
#define PARSERS_INPUT_YEAR_CLOCK_H
/*
 * Stamps to instants, for one file read in order. Supplies the year that RFC 3164 leaves out, and the
 * machine's zone where a stamp names none. December followed by January is a new year; a smaller step
 * back is disorder or a clock that was set, and never reorders anything. In the hour that daylight
 * saving repeats, a step back of 30 minutes or more is taken for the second pass.
 */
#include <stdbool.h>
#include <stdint.h>

#include "parsers/input/stamp.h"

struct year_clock {
    int year;         /* of the last stamp */
    int64_t last_us;  /* of the last stamp; TIME_NONE before the first */
    int64_t limit_us; /* stamps are hardly later than this; INT64_MAX: no limit */
    int64_t zone_day; /* the day (since 1970) that zone_offset holds for all day */
    int16_t zone_offset;
    bool zone_known;
    bool second_pass; /* in the hour that daylight saving repeats */
};

/* Starts a file whose first year-less stamp falls in year; limit_us as above. */
void year_clock_start(struct year_clock *clock, int year, int64_t limit_us);
/* The instant of a stamp; remembers it as the last one. *offset_minutes east of UTC. */
int64_t year_clock_resolve(struct year_clock *clock, const struct stamp *stamp,
                           int16_t *offset_minutes);
/* The latest year in which a year-less stamp is not later than limit_us (29 February: a leap year).
 * The stamp's own year when it has one. */
int year_clock_latest_year(const struct stamp *stamp, int64_t limit_us);
/* The instant of a stamp in a given year (its own when it has one), without memory. */
int64_t year_clock_at(const struct stamp *stamp, int year);
/* Decodes the Unix time of a long queue id (Postfix 2.9+, global/mail_queue.h) that begins text and
 * is followed by ": "; false for anything else. */
bool year_clock_queue_id_time(struct slice text, int64_t *time_us);

#endif
