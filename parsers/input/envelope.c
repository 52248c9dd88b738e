#include "parsers/input/envelope.h"

#include "base/rare.h"
#include "base/xalloc.h"
#include "parsers/input/envelope_forms.h"
#include "parsers/input/envelope_quick.h"
#include "parsers/input/line_reader.h"
#include "parsers/input/speakers.h"
#include "parsers/input/syslog_tag.h"
#include <stdlib.h>

void envelope_init(struct envelope *envelope, const char *format)
{
    size_t count;
    const struct envelope_form *forms = envelope_forms(&count);
    *envelope = (struct envelope){ .forced = count };
    for (size_t i = 0; format && i < count; i++)
        if (strcmp(forms[i].name, format) == 0)
            envelope->form = envelope->forced = i;
    year_clock_start(&envelope->clock, 1970, INT64_MAX);
    envelope->scratch = xmalloc(LINE_LENGTH_MAX);
}

void envelope_release(struct envelope *envelope)
{
    free(envelope->scratch);
    free(envelope->partial);
    *envelope = (struct envelope){ .scratch = NULL };
}

const char *const *envelope_format_names(size_t *count)
{
    /* In the order of the table; test_envelope compares. */
    static const char *const names[] = { "rfc3164", "rfc3339", "rfc5424", "json",    "cri",
                                         "unix",    "bdlog",   "compose", "bracket", "monotonic",
                                         "tai64n",  "bare",    "export" };
    *count = COUNT(names);
    return names;
}

const char *envelope_format_sample(const char *name)
{
    size_t count;
    const struct envelope_form *forms = envelope_forms(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(forms[i].name, name) == 0)
            return forms[i].sample;
    return NULL;
}

/* The stamp at the beginning of raw if it is a plain one and the one that counted: 15 bytes of
 * RFC 3164 or ISO without weekday. The bytes it takes, 0 if it is not. */
static size_t plain_stamp(const struct envelope *envelope, struct slice raw,
                          const struct log_line *line)
{
    enum envelope_kind kind = line->time_us == TIME_NONE ? ENVELOPE_NONE : line->envelope;
    struct stamp again;
    size_t used = 0;
    if (kind == ENVELOPE_RFC3164 && raw.len > 13 && raw.at[3] == ' ' && raw.at[12] == ':')
        used = stamp_parse_rfc3164(raw, &again);
    else if (kind == ENVELOPE_RFC3339 && raw.len > 17 && raw.at[4] == '-' && raw.at[16] == ':')
        used = stamp_parse_iso(raw, &again);
    if (used == 0 || (kind == ENVELOPE_RFC3164 && again.civil.year) ||
        memcmp(&again.civil, &envelope->stamp.civil, sizeof again.civil) != 0)
        return 0;
    return used;
}

/* Where `count` bytes from `from` on are, a bit each. */
static uint64_t byte_bits(size_t from, size_t count)
{
    return count ? UINT64_MAX >> (64 - count) << from : 0;
}

/* What envelope_quick.h needs to know of the head; long heads and odd fractions are not for it. */
static void prepare_quick(struct envelope_memory *memory)
{
    static const uint32_t worth_us[] = { 0, 100000, 10000, 1000, 100, 10, 1 };
    size_t point = memory->minute_len + 2, digits = memory->zone_at - point;
    if (memory->head_len > 64 || digits == 1 || digits > COUNT(worth_us))
        return;
    digits -= digits > 0;
    for (size_t i = 1; i <= digits; i++)
        if (!ascii_is_digit(memory->head[point + i]))
            return;
    memory->fraction_len = (uint32_t)digits;
    memory->fraction_us = worth_us[digits];
    memory->clock_bits = byte_bits(point - 2, 2) | byte_bits(point + 1, digits);
    memory->head_bits = byte_bits(0, memory->head_len);
    memory->quick_least = memory->head_len + FAST_TAG_MAX;
    if (memory->head_len > 32 && memory->quick_least < 64)
        memory->quick_least = 64;
    memory->quick_span = ENVELOPE_QUICK_MAX - memory->quick_least;
}

/* Makes room for a line of another beginning; one of the same minute may be met again. */
static void put_aside(struct envelope *envelope, int64_t minute_us)
{
    struct envelope_memory *memory = &envelope->memory;
    if (memory->head_len && memory->minute_us == minute_us)
        envelope->others[envelope->next_other++ % ENVELOPE_OTHERS] = *memory;
    *memory = (struct envelope_memory){ .head_len = 0 };
}

/* When the minute of a line began; TIME_NONE for a line without time. */
static int64_t minute_of(const struct log_line *line, const struct civil_time *civil)
{
    if (line->time_us == TIME_NONE)
        return TIME_NONE;
    return line->time_us - civil->second * INT64_C(1000000) - civil->micros;
}

/* Remembers the minute and host of a line in one of the two plain forms: "Nov 22 10:15:01 mx1 " and
 * "2026-11-22T10:15:01.123456+01:00 mx1 ". Other forms are not worth it. */
static APART void remember(struct envelope *envelope, struct slice raw, const struct log_line *line)
{
    struct envelope_memory *memory = &envelope->memory;
    const struct civil_time *civil = &envelope->stamp.civil;
    const char *at = raw.at;
    size_t used = plain_stamp(envelope, raw, line);
    int64_t minute_us = minute_of(line, civil);
    put_aside(envelope, minute_us);
    if (used == 0 || line->host.len == 0 || line->host.at != at + used + 1)
        return;
    size_t minute_len = line->envelope == ENVELOPE_RFC3164 ? 13 : 17, zone = minute_len + 2;
    while (zone < used && (at[zone] == '.' || at[zone] == ',' || ascii_is_digit(at[zone])))
        zone++;
    /* From the zone on all must be equal, up to the blank behind the host. */
    size_t head_len = used + 1 + line->host.len + 1;
    if (head_len > raw.len || at[used] != ' ' || at[head_len - 1] != ' ' ||
        head_len > sizeof memory->head)
        return;
    memcpy(memory->head, at, head_len);
    memory->head_len = head_len;
    memory->minute_len = minute_len;
    memory->zone_at = zone;
    memory->host_at = used + 1;
    memory->host_len = line->host.len;
    memory->offset_minutes = line->offset_minutes;
    memory->time_us = line->time_us;
    memory->minute_us = minute_us;
    memory->yearless = civil->year == 0;
    memory->kind = line->envelope;
    if (envelope->speakers && speakers_know_host(envelope->speakers, line->host))
        memory->speakers = envelope->speakers;
    prepare_quick(memory);
}

/* A fraction of a second at at[0..), its point included; *micros gets it. The bytes behind it, NULL
 * when there is no digit. */
static const char *parse_fraction(const char *at, const char *end, int64_t *micros)
{
    int value = 0, digits = 0;
    for (at++; at < end && ascii_is_digit(*at); at++, digits++)
        if (digits < 6)
            value = value * 10 + (*at - '0');
    for (int i = digits; i < 6; i++)
        value *= 10;
    *micros = value;
    return digits ? at : NULL;
}

/* Same minute, same zone, same host as the line remembered; whatever fraction, whatever tag. */
static bool parse_like_last(struct envelope *envelope, struct slice raw, struct log_line *line)
{
    const struct envelope_memory *memory = &envelope->memory;
    const char *at = raw.at + memory->minute_len, *end = raw.at + raw.len;
    size_t after = memory->head_len - memory->zone_at;
    if (memory->head_len == 0 || raw.len < memory->minute_len + 2 + after ||
        !bytes_equal(raw.at, memory->head, memory->minute_len))
        return false;
    unsigned tens = (unsigned char)at[0] - '0', ones = (unsigned char)at[1] - '0';
    if (tens > 5 || ones > 9)
        return false;
    int64_t micros = 0;
    at += 2;
    if (*at == '.' || *at == ',')
        at = parse_fraction(at, end, &micros);
    if (!at || (size_t)(end - at) < after ||
        !bytes_equal(at, memory->head + memory->zone_at, after))
        return false;
    at += after;
    if (!syslog_tag_parse(slice_make(at, (size_t)(end - at)), line))
        return false;
    line->text = syslog_tag_strip_id(line->text);
    line->host = slice_make(memory->head + memory->host_at, memory->host_len);
    line->time_us = memory->minute_us + (tens * 10 + ones) * INT64_C(1000000) + micros;
    line->offset_minutes = memory->offset_minutes;
    line->envelope = memory->kind;
    envelope->clock.last_us = line->time_us;
    envelope->yearless += memory->yearless;
    return true;
}

static bool begins_like(const struct envelope_memory *memory, struct slice raw)
{
    size_t zone = memory->zone_at;
    return memory->head_len && raw.len >= memory->head_len &&
           bytes_equal(raw.at, memory->head, memory->minute_len) &&
           bytes_equal(raw.at + zone, memory->head + zone, memory->head_len - zone);
}

/* Remembers the beginning of another host's line again, in a log of several; only of the minute of
 * the last line, as what a stamp without a year or a zone means depends on what stands before it. */
static APART bool recall(struct envelope *envelope, struct slice raw)
{
    struct envelope_memory last = envelope->memory;
    if (last.head_len == 0 || begins_like(&last, raw))
        return false;
    for (size_t i = 0; i < ENVELOPE_OTHERS; i++) {
        struct envelope_memory *other = &envelope->others[i];
        if (other->minute_us != last.minute_us || !begins_like(other, raw))
            continue;
        envelope->memory = *other;
        *other = last;
        return true;
    }
    return false;
}

/* journalctl's "-- Journal begins at ...", "-- Boot ... --", grep's "--", tail's "==> file <==", a
 * pager's "--- more": written by tools, not by the log's programs. */
static bool is_banner(struct slice raw)
{
    return raw.len == 0 || slice_starts(raw, "-- ") || slice_is(raw, "--") ||
           slice_starts(raw, "--- ") || (slice_starts(raw, "==> ") && slice_ends(raw, " <==")) ||
           slice_starts(raw, "--More--");
}

/* The number in "message repeated 3 times: ..." behind prefix; *rest is what follows "times". */
static uint32_t repeat_count(struct slice text, const char *prefix, struct slice *rest)
{
    if (!slice_starts(text, prefix))
        return 0;
    text = slice_skip(text, strlen(prefix));
    size_t digits = slice_index(slice_head(text, 12), ' ');
    uint64_t count;
    if (!slice_to_u64(slice_head(text, digits), &count) || count == 0 || count > UINT32_MAX)
        return 0;
    text = slice_skip(text, digits);
    if (!slice_starts(text, " time"))
        return 0;
    *rest = slice_skip(text, slice_starts(text, " times") ? 6 : 5);
    return (uint32_t)count;
}

/* rsyslog's "message repeated 3 times: [ text]" stands for its text. */
static RARE void unfold_repeat(struct log_line *line)
{
    struct slice rest;
    uint32_t count = repeat_count(line->text, "message repeated ", &rest);
    if (count == 0 || !slice_starts(rest, ": ["))
        return;
    rest = slice_skip(rest, 3);
    if (rest.len && rest.at[0] == ' ')
        rest = slice_skip(rest, 1);
    if (slice_ends(rest, "]"))
        rest.len--;
    else
        line->truncated = true;
    line->text = rest;
    line->repeats = count;
}

/* What a line without a program may be. */
static RARE void look_for_logger(struct envelope *envelope, struct log_line *line)
{
    static const char *const prefixes[] = { "last message repeated ", "above message repeats ",
                                            "--- last message repeated " };
    struct slice rest;
    for (size_t i = 0; i < COUNT(prefixes) && envelope->repeat_of_last == 0; i++)
        envelope->repeat_of_last = repeat_count(line->text, prefixes[i], &rest);
    line->marker = envelope->repeat_of_last || is_banner(line->text) ||
                   slice_starts(line->text, "syslogd "); /* "syslogd 1.5.0: restart." */
}

/* Lengths at which somebody cuts: Postfix its text at 2000 bytes (util/msg_syslog.c, behind
 * "warning: " or the like), old syslogds at 1024 with "<22>" and without the host, rsyslog at 8096,
 * syslog-ng at 8192. */
static APART bool is_cut(struct slice raw, const struct log_line *line)
{
    size_t sent = raw.len + 4 - (line->host.len ? line->host.len + 1 : 0);
    return (line->text.len >= 2000 && line->text.len <= 2009 &&
            slice_starts(line->program, "postfix")) ||
           (sent >= 1022 && sent <= 1025) || raw.len == 1023 || raw.len == 1024 ||
           (raw.len >= 8090 && raw.len <= 8096) || (raw.len >= 8186 && raw.len <= 8192);
}

static inline void finish(struct envelope *envelope, struct slice raw, struct log_line *line)
{
    if (line->program.len == 0)
        look_for_logger(envelope, line);
    else if (line->text.len && line->text.at[0] == 'm')
        unfold_repeat(line);
    else if (line->text.len && line->text.at[0] == 'l' && slice_is(line->program, "syslogd")) {
        line->program.len = 0; /* "syslogd: last message repeated 3 times" (NetBSD) */
        look_for_logger(envelope, line);
    }
    if (raw.len >= 1000 && is_cut(raw, line))
        line->truncated = true;
}

static inline void start(struct envelope *envelope, struct slice raw, struct log_line *line)
{
    line->raw = raw;
    line->repeats = 1;
    line->speaker = 0;
    line->truncated = line->malformed = line->marker = false;
    envelope->repeat_of_last = 0;
}

void envelope_parse_record(struct envelope *envelope, struct slice raw, const struct record *record,
                           struct log_line *line)
{
    start(envelope, raw, line);
    envelope_take_record(envelope, record, line);
    finish(envelope, raw, line);
}

/* A line that begins in another way than the last one. */
static APART bool parse_anew(struct envelope *envelope, struct slice raw, struct log_line *line)
{
    switch (envelope_try_forms(envelope, raw, line)) {
    case FORM_YES:
        remember(envelope, raw, line);
        finish(envelope, raw, line);
        return true;
    case FORM_PART:
        return false;
    case FORM_NO:
        break;
    }
    line->marker = is_banner(raw);
    line->malformed = !line->marker;
    line->truncated = false;
    line->text = raw;
    line->host = line->program = slice_make(raw.at, 0);
    line->pid = 0;
    line->time_us = TIME_NONE;
    line->offset_minutes = 0;
    line->envelope = ENVELOPE_NONE;
    return true;
}

static bool parse_remembered(struct envelope *envelope, struct slice raw, struct log_line *line)
{
    if (envelope_parse_quickly(envelope, raw, line))
        return true;
    start(envelope, raw, line);
    if (!parse_like_last(envelope, raw, line))
        return false;
    finish(envelope, raw, line);
    return true;
}

bool envelope_parse(struct envelope *envelope, struct slice raw, struct log_line *line)
{
    envelope->repeat_of_last = 0;
    return parse_remembered(envelope, raw, line) ||
           (recall(envelope, raw) && parse_remembered(envelope, raw, line)) ||
           parse_anew(envelope, raw, line);
}

bool envelope_flush(struct envelope *envelope, struct slice raw, struct log_line *line)
{
    if (envelope->partial_len == 0)
        return false;
    start(envelope, raw, line);
    struct slice text = slice_make(envelope->partial, envelope->partial_len);
    envelope->partial_len = 0;
    envelope_take_payload(envelope, text, NULL, line);
    line->truncated = true;
    return true;
}
