#ifndef PARSERS_INPUT_FAST_SCAN_H
#define PARSERS_INPUT_FAST_SCAN_H
/*
 * What the common path of envelope.c does for every line, without calls and with few branches. Each
 * function has a plain form beside it that handles the rest and machines without SSE2; test_envelope
 * compares the two ways on random lines.
 */
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "parsers/input/log_line.h"

/* Eight bytes from anywhere, as they lie in memory. */
static inline uint64_t fast_load8(const char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

/* As fast_load8, four bytes. */
static inline uint32_t fast_load4(const char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

/* memcmp(a, b, n) == 0 without the call for the usual lengths of stamps and hosts (4..24). */
static inline bool fast_same_bytes(const char *a, const char *b, size_t n)
{
    if (n < 4 || n > 24)
        return memcmp(a, b, n) == 0;
    if (n < 8)
        return ((fast_load4(a) ^ fast_load4(b)) |
                (fast_load4(a + n - 4) ^ fast_load4(b + n - 4))) == 0;
    uint64_t differ =
        (fast_load8(a) ^ fast_load8(b)) | (fast_load8(a + n - 8) ^ fast_load8(b + n - 8));
    if (n > 16)
        differ |= fast_load8(a + 8) ^ fast_load8(b + 8);
    return differ == 0;
}

/* A fraction of a second at at[0..), its point included; *micros gets it. The bytes behind it, NULL
 * when there is no digit. */
static inline const char *fast_fraction(const char *at, const char *end, int64_t *micros)
{
    int value = 0, digits = 0;
    for (at++; at < end && (unsigned char)(*at - '0') <= 9; at++, digits++)
        if (digits < 6)
            value = value * 10 + (*at - '0');
    for (int i = digits; i < 6; i++)
        value *= 10;
    *micros = value;
    return digits ? at : NULL;
}

#ifdef __SSE2__
/* One to seven digits that end before at[n], as a number without a loop (eight digits in three
 * multiplications, little-endian); UINT32_MAX when one of them is no digit. at[0..8) is readable. */
static inline uint32_t fast_short_number(const char *at, unsigned n)
{
    unsigned shift = (8 - n) * 8;
    uint64_t digits = fast_load8(at) << shift; /* the missing leading ones are zero bytes */
    uint64_t zeros = UINT64_C(0x3030303030303030) << shift;
    uint64_t sixes = UINT64_C(0x0606060606060606) << shift;
    if ((((digits ^ zeros) | ((digits + sixes) ^ zeros)) & UINT64_C(0xF0F0F0F0F0F0F0F0)) != 0)
        return UINT32_MAX;
    digits &= UINT64_C(0x0F0F0F0F0F0F0F0F);
    digits = digits * 10 + (digits >> 8);
    digits = (digits & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064) +
             (digits >> 16 & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001);
    return (uint32_t)(digits >> 32);
}

#endif

/* As fast_fraction; the usual six digits without a loop. */
static inline const char *fast_six_digits(const char *at, const char *end, int64_t *micros)
{
#ifdef __SSE2__
    uint32_t number = end - at < 16 ? UINT32_MAX : fast_short_number(at + 1, 6);
    if (number != UINT32_MAX && !ascii_is_digit(at[7])) {
        *micros = number;
        return at + 7;
    }
#endif
    return fast_fraction(at, end, micros);
}

#ifdef __SSE2__
/* "prog[pid]: " with a name of at most 15 bytes and a pid of at most 7 digits, which nearly all have;
 * false for everything else. */
static inline bool fast_short_tag(const char *at, const char *end, struct log_line *line)
{
    if (end - at < 32)
        return false;
    __m128i bytes = _mm_loadu_si128((const __m128i_u *)(const void *)at);
    __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('[')),
                                _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')),
                                             _mm_cmpeq_epi8(bytes, _mm_set1_epi8(':'))));
    unsigned mask = (unsigned)_mm_movemask_epi8(ends);
    if (!mask)
        return false;
    unsigned name = (unsigned)__builtin_ctz(mask);
    const char *pid = at + name + 1;
    if (name == 0 || pid[-1] != '[')
        return false;
    bytes = _mm_loadu_si128((const __m128i_u *)(const void *)pid);
    mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(']')));
    unsigned n = mask ? (unsigned)__builtin_ctz(mask) : 16;
    if (n - 1 > 6 || pid[n + 1] != ':' || pid[n + 2] != ' ')
        return false;
    uint32_t number = fast_short_number(pid, n);
    line->program = slice_make(at, name);
    line->pid = number;
    line->text = slice_make(pid + n + 3, (size_t)(end - pid) - n - 3);
    return number != UINT32_MAX;
}
#else
/* Without SSE2 every tag is walked. */
static inline bool fast_short_tag(const char *at, const char *end, struct log_line *line)
{
    (void)at, (void)end, (void)line;
    return false;
}
#endif

#endif
