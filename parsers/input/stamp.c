#include "parsers/input/stamp.h"

#include "base/xalloc.h"

/* Abbreviations that journalctl and some syslogds print; of ambiguous ones the reading that mail
 * servers most likely mean (CST: North America). */
static const struct {
    char name[5];
    int16_t minutes;
} zone_names[] = {
    { "UTC", 0 },    { "GMT", 0 },    { "Z", 0 },      { "WET", 0 },     { "BST", 60 },
    { "CET", 60 },   { "WEST", 60 },  { "CEST", 120 }, { "EET", 120 },   { "SAST", 120 },
    { "EEST", 180 }, { "MSK", 180 },  { "IST", 330 },  { "JST", 540 },   { "KST", 540 },
    { "AEST", 600 }, { "AEDT", 660 }, { "NZST", 720 }, { "NZDT", 780 },  { "AST", -240 },
    { "EDT", -240 }, { "EST", -300 }, { "CDT", -300 }, { "CST", -360 },  { "MDT", -360 },
    { "MST", -420 }, { "PDT", -420 }, { "PST", -480 }, { "AKDT", -480 }, { "AKST", -540 },
    { "HST", -600 },
};

/* Two digits, or -1. */
static int two_digits(const char *at)
{
    if (!ascii_is_digit(at[0]) || !ascii_is_digit(at[1]))
        return -1;
    return (at[0] - '0') * 10 + (at[1] - '0');
}

/* A year of four digits between 1970 and 2199 that ends at a blank or the end; 0 otherwise. */
static int parse_year(struct slice text)
{
    if (text.len < 4 || (text.len > 4 && text.at[4] != ' '))
        return 0;
    int century = two_digits(text.at), rest = two_digits(text.at + 2);
    int year = century * 100 + rest;
    return century >= 19 && rest >= 0 && year >= 1970 && year < 2200 ? year : 0;
}

/* 1..12, or 0. */
static int parse_month(struct slice text)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.len < 4 || text.at[3] != ' ')
        return 0;
    for (int month = 0; month < 12; month++)
        if (memcmp(names + (size_t)month * 3, text.at, 3) == 0)
            return month + 1;
    return 0;
}

/* Bytes of a leading weekday and its blank ("Sun "), or 0. */
static size_t parse_weekday(struct slice text)
{
    static const char names[] = "MonTueWedThuFriSatSun";
    if (text.len < 4 || text.at[3] != ' ')
        return 0;
    for (size_t day = 0; day < 7; day++)
        if (memcmp(names + day * 3, text.at, 3) == 0)
            return 4;
    return 0;
}

/* "hh:mm:ss": 8 bytes, or 0. */
static size_t parse_clock(struct slice text, struct civil_time *civil)
{
    if (text.len < 8 || text.at[2] != ':' || text.at[5] != ':')
        return 0;
    civil->hour = two_digits(text.at);
    civil->minute = two_digits(text.at + 3);
    civil->second = two_digits(text.at + 6);
    return 8;
}

/* "+03": what systemd prints for a zone that has no name. Bytes used, 0 when it is none. */
static size_t parse_hours(struct slice word, int *minutes)
{
    if (word.len != 3)
        return 0;
    char zone[] = { word.at[0], word.at[1], word.at[2], '0', '0' };
    return civil_parse_zone(slice_make(zone, sizeof zone), minutes) ? word.len : 0;
}

/* A zone, attached or behind one blank: a number, or a known name that is a word of its own. */
static size_t parse_zone(struct slice text, struct stamp *stamp)
{
    size_t blank = text.len && text.at[0] == ' ';
    struct slice zone = slice_skip(text, blank);
    int minutes = 0;
    size_t used = 0;
    if (zone.len && zone.at[0] != 'Z') {
        used = civil_parse_zone(zone, &minutes);
    } else if (zone.len && !blank) {
        used = 1;
    }
    struct slice word = slice_head(zone, slice_index(slice_head(zone, 6), ' '));
    for (size_t i = 0; used == 0 && i < COUNT(zone_names); i++)
        if (blank && slice_is(word, zone_names[i].name)) {
            minutes = zone_names[i].minutes;
            used = word.len;
        }
    if (used == 0 && blank)
        used = parse_hours(word, &minutes);
    if (used == 0 || (used < zone.len && zone.at[used] != ' '))
        return 0;
    stamp->offset_minutes = (int16_t)minutes;
    stamp->has_zone = true;
    return blank + used;
}

/* Day of month: " 2", "2", "02", "22" and the blank behind it. */
static size_t parse_day(struct slice text, int *day)
{
    size_t n = 0;
    while (n < text.len && n < 2 && text.at[n] == ' ')
        n++;
    size_t first = n;
    *day = 0;
    while (n < text.len && n < first + 2 && ascii_is_digit(text.at[n]))
        *day = *day * 10 + (text.at[n++] - '0');
    return n > first && n < text.len && text.at[n] == ' ' ? n + 1 : 0;
}

/* Day and month exist; without a year 29 February does too. */
static bool is_valid(const struct stamp *stamp)
{
    struct civil_time civil = stamp->civil;
    if (civil.year == 0)
        civil.year = 2000;
    return civil_is_valid(&civil);
}

/* A year and the blank behind it, if it was not found yet: bytes, or 0. */
static size_t parse_year_word(struct slice text, struct stamp *stamp)
{
    if (stamp->civil.year || (stamp->civil.year = parse_year(text)) == 0)
        return 0;
    return text.len > 4 ? 5 : 4;
}

/* "Nov 22 " with its variants: bytes, or 0. */
static size_t parse_date(struct slice text, struct stamp *stamp)
{
    size_t n = parse_weekday(text), day;
    n += parse_year_word(slice_skip(text, n), stamp);
    if ((stamp->civil.month = parse_month(slice_skip(text, n))) == 0)
        return 0;
    n += 4;
    if ((day = parse_day(slice_skip(text, n), &stamp->civil.day)) == 0)
        return 0;
    n += day;
    return n + parse_year_word(slice_skip(text, n), stamp);
}

size_t stamp_parse_rfc3164(struct slice text, struct stamp *stamp)
{
    struct stamp read = { .has_zone = false };
    size_t n = parse_date(text, &read), part;
    if (n == 0 || (part = parse_clock(slice_skip(text, n), &read.civil)) == 0)
        return 0;
    n += part;
    n += civil_parse_fraction(slice_skip(text, n), &read.civil.micros);
    n += parse_zone(slice_skip(text, n), &read);
    if (n < text.len && text.at[n] == ' ') {
        part = parse_year_word(slice_skip(text, n + 1), &read);
        n += part ? 5 : 0; /* the blank before it for the one behind it */
    }
    if (n < text.len && text.at[n] == ':') /* some routers */
        n++;
    if (!is_valid(&read) || (n < text.len && text.at[n] != ' '))
        return 0;
    *stamp = read;
    return n;
}

size_t stamp_parse_iso(struct slice text, struct stamp *stamp)
{
    struct stamp read = { .has_zone = false };
    size_t n = parse_weekday(text), part = civil_parse_date_time(slice_skip(text, n), &read.civil);
    if (part == 0)
        return 0;
    n += part;
    n += parse_zone(slice_skip(text, n), &read);
    if (n < text.len && text.at[n] != ' ' && text.at[n] != ']')
        return 0;
    *stamp = read;
    return n;
}

size_t stamp_parse_unix(struct slice text, struct stamp *stamp)
{
    static const uint64_t year_2000 = 946684800, year_2200 = UINT64_C(7258118400);
    size_t n = 0;
    while (n < text.len && n < 11 && ascii_is_digit(text.at[n]))
        n++;
    uint64_t seconds;
    int micros;
    size_t part = civil_parse_fraction(slice_skip(text, n), &micros);
    if (part == 0 || !slice_to_u64(slice_head(text, n), &seconds) || seconds < year_2000 ||
        seconds >= year_2200)
        return 0;
    n += part;
    if (n < text.len && text.at[n] != ' ')
        return 0;
    stamp->civil = civil_from_us((int64_t)seconds * 1000000 + micros, 0);
    stamp->offset_minutes = 0;
    stamp->has_zone = true;
    return n;
}

size_t stamp_parse_tai64n(struct slice text, struct stamp *stamp)
{
    enum { SECONDS_END = 17, END = 25 };
    static const uint64_t unix_epoch = (UINT64_C(1) << 62) + 10, year_2200 = UINT64_C(7258118400);
    uint64_t part[2] = { 0, 0 };
    if (text.len < END || text.at[0] != '@' || (text.len > END && text.at[END] != ' '))
        return 0;
    for (size_t i = 1; i < END; i++) {
        char c = text.at[i];
        bool letter = c >= 'a' && c <= 'f';
        if (!letter && !ascii_is_digit(c))
            return 0;
        uint64_t *number = &part[i >= SECONDS_END];
        *number = *number << 4 | (uint64_t)(letter ? c - 'a' + 10 : c - '0');
    }
    uint64_t seconds = part[0] - unix_epoch;
    if (part[0] < unix_epoch || seconds >= year_2200 || part[1] >= 1000000000)
        return 0;
    stamp->civil = civil_from_us((int64_t)(seconds * 1000000 + part[1] / 1000), 0);
    stamp->offset_minutes = 0;
    stamp->has_zone = true;
    return END;
}

size_t stamp_parse_slashed(struct slice text, struct stamp *stamp)
{
    enum { DATE_END = 11, END = 19 };
    struct stamp read = { .has_zone = false };
    if (text.len < END || text.at[2] != '/' || text.at[5] != '/' || text.at[10] != ' ')
        return 0;
    read.civil.month = two_digits(text.at);
    read.civil.day = two_digits(text.at + 3);
    read.civil.year = parse_year(slice_make(text.at + 6, 4));
    if (!parse_clock(slice_skip(text, DATE_END), &read.civil) || read.civil.year == 0 ||
        !is_valid(&read) || (text.len > END && text.at[END] != ' '))
        return 0;
    *stamp = read;
    return END;
}

size_t stamp_parse(struct slice text, struct stamp *stamp)
{
    if (text.len < 15)
        return 0;
    if (ascii_is_digit(text.at[0])) {
        size_t used = stamp_parse_iso(text, stamp);
        return used ? used : stamp_parse_rfc3164(text, stamp);
    }
    if (text.at[0] < 'A' || text.at[0] > 'W')
        return 0;
    size_t used = stamp_parse_rfc3164(text, stamp);
    return used ? used : stamp_parse_iso(text, stamp);
}
