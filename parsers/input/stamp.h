#ifndef PARSERS_INPUT_STAMP_H
#define PARSERS_INPUT_STAMP_H
/*
 * Time stamps as a log writes them, before they are instants: a stamp may lack the year (RFC 3164)
 * or the zone. parsers/input/year_clock.h supplies both. Each parser reads one family of forms at the
 * beginning of a text and returns the bytes it took, 0 when the text begins otherwise; blanks behind
 * the stamp are left.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/civil_time.h"
#include "base/slice.h"

struct stamp {
    struct civil_time civil; /* year 0: the stamp has none */
    int16_t offset_minutes;  /* valid with has_zone */
    bool has_zone;
};

/* "Nov 22 10:15:01", day " 2", "2" or "02"; also with weekday, year, fraction, zone (RFC 3164 4.1.2
 * and what syslogds made of it; journalctl -o short, short-precise). */
size_t stamp_parse_rfc3164(struct slice text, struct stamp *stamp);
/* RFC 3339 and relatives: T or blank, . or , fraction, zone "Z", "+01:00", "+0100", a known name, or
 * none; a weekday before it (journalctl -o short-iso, short-full). */
size_t stamp_parse_iso(struct slice text, struct stamp *stamp);
/* "1795342501.123456" (journalctl -o short-unix). */
size_t stamp_parse_unix(struct slice text, struct stamp *stamp);
/* "@400000006b02c0af075bca00": TAI64N (cr.yp.to/libtai/tai64.html), an external label of 64 bits of
 * seconds and 32 of nanoseconds. Who writes it adds the ten seconds of 1970 and no later leap
 * second, so these ten are taken off. */
size_t stamp_parse_tai64n(struct slice text, struct stamp *stamp);
/* "11/22/2026 10:15:01": month first, as bdlogd writes it. */
size_t stamp_parse_slashed(struct slice text, struct stamp *stamp);
/* A stamp of the first two families. */
size_t stamp_parse(struct slice text, struct stamp *stamp);

#endif
