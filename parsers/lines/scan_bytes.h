#ifndef PARSERS_LINES_SCAN_BYTES_H
#define PARSERS_LINES_SCAN_BYTES_H
/*
 * Finding and comparing bytes inline, for the walk that every line takes: a log line's texts are so
 * short that a call to memchr or memcmp costs more than the work. Never reads outside of the given
 * bounds. With SSE2 sixteen bytes at a time, without it one by one.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* a[0..n) equals b[0..n). */
static inline bool bytes_equal(const char *a, const char *b, size_t n)
{
    uint64_t x, y;
    uint32_t s, t;
    if (n >= 8) {
        for (; n > 8; a += 8, b += 8, n -= 8) {
            memcpy(&x, a, 8);
            memcpy(&y, b, 8);
            if (x != y)
                return false;
            if (n < 16) { /* the last eight overlap what was compared */
                a -= 16 - n;
                b -= 16 - n;
                n = 16;
            }
        }
        memcpy(&x, a, 8);
        memcpy(&y, b, 8);
        return x == y;
    }
    if (n >= 4) {
        memcpy(&s, a, 4);
        memcpy(&t, b, 4);
        if (s != t)
            return false;
        memcpy(&s, a + n - 4, 4);
        memcpy(&t, b + n - 4, 4);
        return s == t;
    }
    for (; n; n--)
        if (a[n - 1] != b[n - 1])
            return false;
    return true;
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
