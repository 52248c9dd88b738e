#ifndef PARSERS_LINES_SCAN_BYTES_H
#define PARSERS_LINES_SCAN_BYTES_H
/*
 * Finding bytes inline, for the walk that every line takes: a log line's texts are so short that a
 * call to memchr costs more than the work. Never reads outside of the given bounds. With SSE2
 * sixteen bytes at a time, without it by memchr.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/slice.h"

/* Eight bytes as one word, to be compared. */
static inline uint64_t load_word(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* The first c in at[0..end), NULL when there is none. */
static inline const char *byte_find(const char *at, const char *end, char c)
{
#ifdef __SSE2__
    const __m128i wanted = _mm_set1_epi8(c);
    for (; end - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        unsigned hits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted));
        if (hits)
            return at + __builtin_ctz(hits);
    }
#endif
    return at < end ? memchr(at, c, (size_t)(end - at)) : NULL;
}

/* The first `text` (at least one byte) in at[0..end), NULL when there is none. */
static inline const char *bytes_find(const char *at, const char *end, const char *text, size_t len)
{
    for (; (size_t)(end - at) >= len; at++) {
        at = byte_find(at, end - len + 1, text[0]);
        if (!at || bytes_equal(at, text, len))
            return at;
    }
    return NULL;
}

#ifdef __SSE2__
/* Marks the blanks, brackets and few others of at[from..from + 16). */
static inline uint64_t bracket_marks16(const char *at, size_t from)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + from));
    /* ' ' becomes the highest value, '[' to '_' stand above all letters, digits, '-', '.', ':' */
    bytes = _mm_sub_epi8(_mm_xor_si128(bytes, _mm_set1_epi8(' ')), _mm_set1_epi8(1));
    __m128i high = _mm_cmpeq_epi8(bytes, _mm_max_epu8(bytes, _mm_set1_epi8(('[' ^ ' ') - 1)));
    return (uint64_t)(unsigned)_mm_movemask_epi8(high) << from;
}
#endif

/* Marks the blanks and brackets in the first 64 bytes of at[0..end), the lowest bit for the first
 * byte, and with them a few others that are rare in names and addresses: without a branch on how
 * long the text is or what it holds. 0 when it is shorter than 16 bytes, or without SSE2. */
static inline uint64_t bracket_marks(const char *at, const char *end)
{
#ifdef __SSE2__
    if (end - at < 16)
        return 0;
    size_t len = (size_t)(end - at), last = (len < 64 ? len : 64) - 16;
    /* the pieces of a shorter text overlap */
    return bracket_marks16(at, 0) | bracket_marks16(at, last < 16 ? last : 16) |
           bracket_marks16(at, last < 32 ? last : 32) | bracket_marks16(at, last);
#else
    (void)at, (void)end;
    return 0;
#endif
}

/* The last c in at[0..end), NULL when there is none; *seen tells whether `other` stands behind it
 * (or anywhere when there is no c). */
static inline const char *byte_find_last(const char *at, const char *end, char c, char other,
                                         bool *seen)
{
    *seen = false;
#ifdef __SSE2__
    const __m128i wanted = _mm_set1_epi8(c), noted = _mm_set1_epi8(other);
    for (; end - at >= 16; end -= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(end - 16));
        unsigned hits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted));
        unsigned others = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, noted));
        if (hits) {
            int last = 31 - __builtin_clz(hits);
            *seen |= (others >> last) > 1;
            return end - 16 + last;
        }
        *seen |= others != 0;
    }
#endif
    while (end > at) {
        end--;
        if (*end == c)
            return end;
        *seen |= *end == other;
    }
    return NULL;
}

#endif
