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

/* Four bytes from anywhere, as they lie in memory. */
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

/* A bit for each of 16 bytes at a and b that are equal, the first one's lowest; b is aligned. */
static inline uint32_t fast_equal16(const char *a, const char *b)
{
    __m128i equal = _mm_cmpeq_epi8(fast_load16(a), *(const __m128i *)(const void *)b);
    return (uint32_t)_mm_movemask_epi8(equal);
}

/* The same for 32 bytes. */
static inline uint32_t fast_equal32(const char *a, const char *b)
{
    return fast_equal16(a, b) | fast_equal16(a + 16, b + 16) << 16;
}

/* Eight bytes that may be digits: a byte of a digit is its value. */
static inline __m128i fast_digits(const char *at)
{
    return _mm_sub_epi8(_mm_loadl_epi64((const __m128i_u *)(const void *)at), _mm_set1_epi8('0'));
}

/* How many of them are, up to the first other byte. */
static inline unsigned fast_digit_count(__m128i digits)
{
    __m128i are = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    return (unsigned)__builtin_ctz(~(unsigned)_mm_movemask_epi8(are));
}

/* The number that the first 0 to 8 of them are. The bytes behind make room for leading zeros; then
 * digits become pairs, pairs fours. */
static inline uint32_t fast_number(__m128i digits, unsigned count)
{
    const __m128i tens = _mm_set1_epi32(1 << 16 | 10), hundreds = _mm_set1_epi32(1 << 16 | 100);
    digits = _mm_sll_epi64(digits, _mm_cvtsi32_si128(64 - (int)count * 8));
    __m128i pairs = _mm_madd_epi16(_mm_unpacklo_epi8(digits, _mm_setzero_si128()), tens);
    __m128i fours = _mm_madd_epi16(_mm_packs_epi32(pairs, pairs), hundreds);
    uint64_t both = (uint64_t)_mm_cvtsi128_si64(fours);
    return (uint32_t)both * 10000 + (uint32_t)(both >> 32);
}

/* Where in 16 bytes a program's name may end, a bit each. */
static inline unsigned fast_name_ends(const char *at)
{
    __m128i bytes = fast_load16(at);
    __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('[')),
                                _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')),
                                             _mm_cmpeq_epi8(bytes, _mm_set1_epi8(':'))));
    return (unsigned)_mm_movemask_epi8(ends);
}

/* Bytes that a tag with a short name takes at most. */
enum { FAST_TAG_MAX = 28 };

/* "prog[pid]: " with a name of at most 31 bytes and a pid of at most 8 digits, which nearly all have;
 * false for everything else. There are FAST_TAG_MAX bytes up to the end at least. */
static inline bool fast_short_tag(const char *at, const char *end, struct log_line *line)
{
    unsigned ends = fast_name_ends(at);
    if (__builtin_expect(ends == 0, 0)) {
        if (end - at < FAST_TAG_MAX + 16)
            return false;
        ends = fast_name_ends(at + 16) << 16;
        if (ends == 0)
            return false;
    }
    unsigned name = (unsigned)__builtin_ctz(ends);
    if (name == 0 || at[name] != '[')
        return false;
    __m128i digits = fast_digits(at + name + 1);
    unsigned count = fast_digit_count(digits);
    const char *behind = at + name + 1 + count;
    if ((fast_load4(behind) & 0xFFFFFF) != (']' | ':' << 8 | ' ' << 16))
        return false;
    line->program = slice_make(at, name);
    line->pid = fast_number(digits, count);
    line->text = slice_make(behind + 3, (size_t)(end - behind) - 3);
    return line->pid != 0; /* no digit at all, or a zero: nobody's */
}
#endif

#endif
