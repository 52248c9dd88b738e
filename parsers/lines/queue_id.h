#ifndef PARSERS_LINES_QUEUE_ID_H
#define PARSERS_LINES_QUEUE_ID_H
/*
 * Queue ids, by which nearly all of Postfix's lines begin (Postfix global/mail_queue.h): the short
 * form, upper-case hexadecimal of 6 to 21 digits; the long form, 12 to 32 of
 * 0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z with 'z' at index 10 or later.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/slice.h"

/* Length of the longest run at at[0..end) that is a queue id; 0 when it is none. */
size_t queue_id_length(const char *at, const char *end);
enum queue_id_form {
    QUEUE_ID_PROPER,  /* or NOQUEUE */
    QUEUE_ID_ANY_WORD /* 5 to 32 letters and digits, not all of them lower case */
};
/* Length of the queue id and its ": " that a text begins with, 0 when it is none. */
size_t queue_id_lead(struct slice text, enum queue_id_form form);
/* True when all of the text is a queue id (not NOQUEUE). */
bool queue_id_is_valid(struct slice text);

/* The queue id in that lead, "no text" for NOQUEUE. */
static inline struct slice queue_id_of(struct slice text, size_t lead)
{
    if (lead == 9 && memcmp(text.at, "NOQUEUE", 7) == 0)
        return (struct slice){ NULL, 0 };
    return slice_make(text.at, lead - 2);
}

enum {
    QUICK_ID_TEXT = 18,    /* how long a text must be for quick_id_lead */
    QUICK_ID_UNSURE = 0xff /* ask queue_id_lead */
};

/* As queue_id_lead for proper ids, of the first QUICK_ID_TEXT bytes at `at`: it knows short ids and
 * that a text begins with none, without a branch between the two. */
static inline size_t quick_id_lead(const char *at)
{
#ifdef __SSE2__
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i from_0 = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    __m128i from_A = _mm_sub_epi8(bytes, _mm_set1_epi8('A'));
    __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(from_0, _mm_set1_epi8(9)), from_0);
    __m128i letter = _mm_cmpeq_epi8(_mm_min_epu8(from_A, _mm_set1_epi8(5)), from_A);
    unsigned others = ~(unsigned)_mm_movemask_epi8(_mm_or_si128(digit, letter));
    size_t len = (size_t)__builtin_ctz(others); /* up to 16: bits behind the bytes are set, too */
    uint16_t behind, colon;
    memcpy(&behind, at + len, sizeof behind);
    memcpy(&colon, ": ", sizeof colon);
    unsigned good = (behind == colon) & (len >= 6);
    /* a long id or NOQUEUE begins with a digit or a capital */
    if ((unsigned char)(*at - '0') + good * 256 <= 'Z' - '0')
        return QUICK_ID_UNSURE;
    return (len + 2) & -(size_t)good;
#else
    (void)at;
    return QUICK_ID_UNSURE;
#endif
}

#endif
