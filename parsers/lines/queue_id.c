#include "parsers/lines/queue_id.h"

#include <string.h>

/* Bytes of the two alphabets of queue ids. */
enum { ID_HEX = 1, ID_LONG = 2 };
enum { ID_SHORT_MIN = 6, ID_SHORT_MAX = 21, ID_LONG_MIN = 12, ID_MAX = 32, ID_Z_MIN = 10 };

#define B2 (ID_HEX | ID_LONG)
/* clang-format off */
static const unsigned char id_bytes[256] = {
    ['0'] = B2, ['1'] = B2, ['2'] = B2, ['3'] = B2, ['4'] = B2, ['5'] = B2, ['6'] = B2, ['7'] = B2,
    ['8'] = B2, ['9'] = B2, ['A'] = ID_HEX, ['B'] = B2, ['C'] = B2, ['D'] = B2, ['E'] = ID_HEX,
    ['F'] = B2, ['G'] = 2, ['H'] = 2, ['J'] = 2, ['K'] = 2, ['L'] = 2, ['M'] = 2, ['N'] = 2,
    ['P'] = 2, ['Q'] = 2, ['R'] = 2, ['S'] = 2, ['T'] = 2, ['V'] = 2, ['W'] = 2, ['X'] = 2,
    ['Y'] = 2, ['Z'] = 2, ['b'] = 2, ['c'] = 2, ['d'] = 2, ['f'] = 2, ['g'] = 2, ['h'] = 2,
    ['j'] = 2, ['k'] = 2, ['l'] = 2, ['m'] = 2, ['n'] = 2, ['p'] = 2, ['q'] = 2, ['r'] = 2,
    ['s'] = 2, ['t'] = 2, ['v'] = 2, ['w'] = 2, ['x'] = 2, ['y'] = 2, ['z'] = 2,
};
/* clang-format on */
#undef B2

/* The length of a long id that ends within the first 16 bytes at `at`; 0 for whatever is less clear. */
static inline size_t long_length16(const char *at)
{
#ifdef __SSE2__
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i from_0 = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(' '));
    __m128i from_a = _mm_sub_epi8(lower, _mm_set1_epi8('a'));
    __m128i good = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(from_0, _mm_set1_epi8(9)), from_0),
                                _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a));
    for (const char *vowel = "aeiou"; *vowel; vowel++)
        good = _mm_andnot_si128(_mm_cmpeq_epi8(lower, _mm_set1_epi8(*vowel)), good);
    unsigned others = ~(unsigned)_mm_movemask_epi8(good);
    unsigned zs = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('z')));
    unsigned len = (unsigned)__builtin_ctz(others); /* up to 16: there bits are set, too */
    /* 'A' and 'E' may go on a short id; a 'z' is of no such */
    if (len >= ID_LONG_MIN && len < 16 && zs >> ID_Z_MIN & ((1u << (len - ID_Z_MIN)) - 1))
        return len;
#else
    (void)at;
#endif
    return 0;
}

size_t queue_id_length(const char *at, const char *end)
{
    size_t long_id = end - at >= 16 ? long_length16(at) : 0;
    if (long_id)
        return long_id;
    unsigned both = ID_HEX | ID_LONG, class;
    size_t limit = (size_t)(end - at) < ID_MAX ? (size_t)(end - at) : ID_MAX, len = 0;
    while (len < limit && (class = both & id_bytes[(unsigned char)at[len]]) != 0) {
        both = class;
        len++;
    }
    if (both & ID_HEX && len >= ID_SHORT_MIN && len <= ID_SHORT_MAX)
        return len;
    if (!(both & ID_LONG) || len < ID_LONG_MIN)
        return 0;
    size_t last = len - 1;
    while (last >= ID_Z_MIN && at[last] != 'z')
        last--;
    return last >= ID_Z_MIN ? len : 0;
}

/* Length of the proper queue id, or NOQUEUE, in front of ": "; 0 when it is none. */
static size_t proper_prefix(const char *at, const char *end)
{
    size_t left = (size_t)(end - at);
    /* the first digit of a long id counts 380 million seconds: no lower case for centuries */
    if (left < ID_SHORT_MIN + 2 || *at > 'Z' || *at < '0')
        return 0;
    if (*at == 'N' && left > 9 && bytes_equal(at, "NOQUEUE: ", 9))
        return 7;
    size_t len = queue_id_length(at, end);
    return len && left >= len + 2 && at[len] == ':' && at[len + 1] == ' ' ? len : 0;
}

/* The same of any word. */
static size_t word_prefix(const char *at, const char *end)
{
    size_t len = 0, lower = 0;
    for (; at + len < end && len <= ID_MAX && ascii_is_alnum(at[len]); len++)
        lower += at[len] >= 'a' && at[len] <= 'z';
    bool good = len >= 5 && len <= ID_MAX && lower < len && (size_t)(end - at) >= len + 2;
    return good && at[len] == ':' && at[len + 1] == ' ' ? len : 0;
}

size_t queue_id_lead(struct slice text, enum queue_id_form form)
{
    const char *end = text.at + text.len;
    size_t len = form == QUEUE_ID_PROPER ? proper_prefix(text.at, end) : word_prefix(text.at, end);
    return len ? len + 2 : 0;
}

bool queue_id_is_valid(struct slice text)
{
    return text.len && queue_id_length(text.at, text.at + text.len) == text.len;
}
