#ifndef PARSERS_LINES_SCAN_BYTES_H
#define PARSERS_LINES_SCAN_BYTES_H
/*
 * Finding bytes inline, for the walk that every line takes: a log line's texts are so short that a
 * call to memchr costs more than the work. Never reads outside of the given bounds. With SSE2
 * sixteen bytes at a time, without it by memchr.
 */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/slice.h"

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
