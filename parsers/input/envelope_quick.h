#ifndef PARSERS_INPUT_ENVELOPE_QUICK_H
#define PARSERS_INPUT_ENVELOPE_QUICK_H
/*
 * The common path of a line, in its caller without a call: it begins like the line remembered, but
 * for the seconds and what is behind their point, and has a usual tag. What is not so usual is left
 * to envelope_parse, which gives the same for these lines, too.
 */
#include "parsers/input/envelope.h"
#include "parsers/input/fast_scan.h"
#include "parsers/input/speakers.h"

enum { ENVELOPE_QUICK_MAX = 1000 }; /* longer lines may have been cut */

#ifdef __SSE2__
/* Takes over other seconds than those of the line remembered; false when there is more that differs,
 * or they are none. */
static inline bool envelope_quick_clock(struct envelope *envelope, const char *at, uint64_t differ)
{
    struct envelope_memory *memory = &envelope->memory;
    const char *clock = at + memory->minute_len;
    unsigned tens = (unsigned char)clock[0] - '0', ones = (unsigned char)clock[1] - '0';
    __m128i fraction = fast_digits(clock + 3);
    if (differ & ~memory->clock_bits || tens > 5 || ones > 9 ||
        fast_digit_count(fraction) < memory->fraction_len)
        return false;
    memcpy(memory->head, at, 32);
    if (memory->head_len > 32)
        memcpy(memory->head + 32, at + 32, 32);
    memory->time_us = memory->minute_us + (tens * 10 + ones) * INT64_C(1000000) +
                      fast_number(fraction, memory->fraction_len) * memory->fraction_us;
    return true;
}

/* First bytes of texts of which envelope_parse may make something else: "[ID 197553 mail.info] ...",
 * "message repeated ...", and syslogd's "last message repeated ...". */
static const bool envelope_quick_odd[256] = { ['['] = true, ['m'] = true, ['l'] = true };

/* Sets the fields that envelope_parse sets when the line is a usual one; false, and nothing of worth
 * set, for all others. */
static inline bool envelope_parse_quickly(struct envelope *envelope, struct slice raw,
                                          struct log_line *line)
{
    struct envelope_memory *memory = &envelope->memory;
    if (raw.len - memory->quick_least >= memory->quick_span)
        return false;
    uint64_t equal = fast_equal32(raw.at, memory->head);
    if (memory->head_len > 32)
        equal |= (uint64_t)fast_equal32(raw.at + 32, memory->head + 32) << 32;
    uint64_t differ = ~equal & memory->head_bits;
    const char *end = raw.at + raw.len;
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): quick_least is never 0 */
    if (end[-1] == '\r' || !fast_short_tag(raw.at + memory->head_len, end, line) ||
        (envelope_quick_odd[(unsigned char)line->text.at[0]] &&
         (line->text.at[0] != 'l' || line->program.len == strlen("syslogd"))) ||
        (differ && !envelope_quick_clock(envelope, raw.at, differ)))
        return false;
    line->raw = raw;
    line->host = slice_make(memory->head + memory->host_at, memory->host_len);
    line->speaker = memory->speakers ? speakers_find(memory->speakers, line->program) : 0;
    line->time_us = envelope->clock.last_us = memory->time_us;
    line->offset_minutes = memory->offset_minutes;
    line->envelope = memory->kind;
    line->repeats = 1;
    line->truncated = line->malformed = line->marker = false;
    envelope->yearless += memory->yearless;
    return true;
}
#else
/* Without SSE2 no line is taken for a usual one. */
static inline bool envelope_parse_quickly(struct envelope *envelope, struct slice raw,
                                          struct log_line *line)
{
    (void)envelope, (void)raw, (void)line;
    return false;
}
#endif

#endif
