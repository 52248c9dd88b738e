#include "base/slice.h"

#include <stdlib.h>

size_t slice_last_index(struct slice s, char c)
{
    const char *hit = s.len ? memrchr(s.at, c, s.len) : NULL;
    return hit ? (size_t)(hit - s.at) : s.len;
}

size_t slice_find(struct slice s, struct slice needle)
{
    const char *hit =
        s.len >= needle.len && s.at ? memmem(s.at, s.len, needle.at, needle.len) : NULL;
    return hit ? (size_t)(hit - s.at) : s.len;
}

size_t slice_find_last(struct slice s, struct slice needle)
{
    if (needle.len == 0 || s.len < needle.len)
        return s.len;
    size_t left = s.len - needle.len + 1;
    for (const char *hit; left && (hit = memrchr(s.at, needle.at[0], left)) != NULL;) {
        left = (size_t)(hit - s.at);
        if (memcmp(hit, needle.at, needle.len) == 0)
            return left;
    }
    return s.len;
}

struct slice slice_trim(struct slice s)
{
    while (s.len && ascii_is_space(s.at[0]))
        s = slice_skip(s, 1);
    while (s.len && ascii_is_space(s.at[s.len - 1]))
        s.len--;
    return s;
}

/* Eight bytes with their ASCII capitals made small. */
static uint64_t lower8(const char *at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    uint64_t low = bytes & ~high; /* sums below carry into no neighbour */
    uint64_t from_a = low + ones * (0x80 - 'A'), above_z = low + ones * (0x7f - 'Z');
    return bytes | ((from_a ^ above_z) & ~bytes & high) >> 2;
}

/* Whether eight bytes differ but for their case. */
static inline bool differ8_fold(const char *a, const char *b)
{
    return bytes_differ8(a, b) && lower8(a) != lower8(b);
}

bool slice_equal_fold(struct slice a, struct slice b)
{
    if (a.len != b.len)
        return false;
    if (a.len < 8) {
        for (size_t i = 0; i < a.len; i++)
            if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
                return false;
        return true;
    }
    for (size_t i = 0; i + 8 < a.len; i += 8)
        if (differ8_fold(a.at + i, b.at + i))
            return false;
    return !differ8_fold(a.at + a.len - 8, b.at + a.len - 8); /* may overlap */
}

int slice_compare(struct slice a, struct slice b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.at, b.at, common) : 0;
    if (order)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool slice_next_word(struct slice *rest, const char *separators, struct slice *word)
{
    size_t begin = 0;
    *word = *rest;
    if (rest->len == 0)
        return false; /* "no text" has no place to point behind */
    while (begin < rest->len && strchr(separators, rest->at[begin]) && rest->at[begin])
        begin++;
    size_t end = begin;
    while (end < rest->len && !(rest->at[end] && strchr(separators, rest->at[end])))
        end++;
    *word = slice_make(rest->at + begin, end - begin);
    *rest = slice_skip(*rest, end);
    return word->len > 0;
}

/* Twenty digits, which may be too much. */
static bool to_u64_long(struct slice s, uint64_t *value)
{
    uint64_t head;
    if (!slice_to_u64(slice_head(s, 19), &head) || !ascii_is_digit(s.at[19]))
        return false;
    uint64_t digit = (uint64_t)(s.at[19] - '0');
    if (head > (UINT64_MAX - digit) / 10)
        return false;
    *value = head * 10 + digit;
    return true;
}

bool slice_to_u64(struct slice s, uint64_t *value)
{
    uint64_t got = 0;
    if (s.len == 0 || s.len > 19) /* so many always fit */
        return s.len == 20 && to_u64_long(s, value);
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned)(unsigned char)s.at[i] - '0';
        if (digit > 9)
            return false;
        got = got * 10 + digit;
    }
    *value = got;
    return true;
}

bool slice_to_double(struct slice s, double *value)
{
    double got = 0, unit = 1;
    bool negative = false, digits = false, fraction = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (i == 0 && (c == '-' || c == '+')) {
            negative = c == '-';
        } else if (c == '.' && !fraction) {
            fraction = true;
        } else if (ascii_is_digit(c)) {
            digits = true;
            got = got * 10 + (c - '0');
            unit = fraction ? unit * 10 : unit;
        } else {
            return false;
        }
    }
    if (!digits)
        return false;
    *value = (negative ? -got : got) / unit;
    return true;
}
