#ifndef PARSERS_INPUT_FAST_SCAN_H
#define PARSERS_INPUT_FAST_SCAN_H
/*
 * What the common path of a line (envelope_quick.h) is made of: no calls, few branches. Machines
 * without SSE2 have none of it and take the long way, which gives the same; test_envelope compares
 * the two on random lines.
 */
#ifdef __SSE2__
#include <emmintrin.h>
#include <string.h>

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

/* 16 bytes from anywhere. */
static inline __m128i fast_load16(const char *at)
{
    return _mm_loadu_si128((const __m128i_u *)(const void *)at);
}

/* A bit for each of 32 bytes at a and b that differ, the first one's lowest; b is aligned. */
static inline uint32_t fast_differ32(const char *a, const char *b)
{
    const __m128i *wide = (const __m128i *)(const void *)b;
    __m128i low = _mm_cmpeq_epi8(fast_load16(a), _mm_load_si128(wide));
    __m128i high = _mm_cmpeq_epi8(fast_load16(a + 16), _mm_load_si128(wide + 1));
    return ~((unsigned)_mm_movemask_epi8(low) | (unsigned)_mm_movemask_epi8(high) << 16);
}

/* In which bits eight digits at `at` are other than '0': a byte of a digit is its value. */
static inline uint64_t fast_digits(const char *at)
{
    return fast_load8(at) ^ UINT64_C(0x3030303030303030);
}

/* A high bit in the first byte of fast_digits that is no digit, and maybe in bytes behind it. */
static inline uint64_t fast_no_digits(uint64_t digits)
{
    return (digits | (digits + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080);
}

/* Eight digits as a number, the first one in the lowest byte: pairs, then fours, then all. */
static inline uint32_t fast_number(uint64_t digits)
{
    digits = digits * (10 << 8 | 1) >> 8 & UINT64_C(0x00FF00FF00FF00FF);
    digits = digits * (100 << 16 | 1) >> 16 & UINT64_C(0x0000FFFF0000FFFF);
    return (uint32_t)(digits * (UINT64_C(10000) << 32 | 1) >> 32);
}

/* Bytes that a tag takes at most, and that are readable behind its beginning. */
enum { FAST_TAG_MAX = 28 };

/* "prog[pid]: " with a name of at most 16 bytes and a pid of at most 7 digits, which nearly all have;
 * false for everything else. FAST_TAG_MAX bytes are readable, and the line ends behind them. */
static inline bool fast_short_tag(const char *at, const char *end, struct log_line *line)
{
    __m128i bytes = fast_load16(at);
    __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('[')),
                                _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')),
                                             _mm_cmpeq_epi8(bytes, _mm_set1_epi8(':'))));
    unsigned name = (unsigned)__builtin_ctz((unsigned)_mm_movemask_epi8(ends) | 1u << 16);
    const char *pid = at + name + 1;
    if (name == 0 || pid[-1] != '[')
        return false;
    uint64_t digits = fast_digits(pid), stop = fast_no_digits(digits);
    if (stop == 0)
        return false;
    unsigned bits = (unsigned)__builtin_ctzll(stop) - 7; /* of the digits: eight each */
    const char *behind = pid + bits / 8;
    if ((fast_load4(behind) & 0xFFFFFF) != (']' | ':' << 8 | ' ' << 16))
        return false;
    line->program = slice_make(at, name);
    line->pid = fast_number(digits << 8 << (56 - bits)); /* the missing leading ones are zeros */
    line->text = slice_make(behind + 3, (size_t)(end - behind) - 3);
    return line->pid != 0; /* no digit at all, or a zero: nobody's */
}
#endif

#endif
