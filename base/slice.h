#ifndef BASE_SLICE_H
#define BASE_SLICE_H
/*
 * Borrowed bytes. Every text that comes from a log or a file travels as a slice: a start and a
 * length, no NUL promised, never written to. The bytes belong to somebody else (a read block, an
 * arena, an intern table); whoever keeps a slice longer than its owner lives copies it first.
 * A slice whose `at` is NULL is "no text at all"; an empty text has a non-NULL `at`.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *at;
    size_t len;
};

/* A slice over a string literal, usable in constant initialisers. */
#define SLICE(literal)                                                                             \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }
/* Arguments for "%.*s"; only for text that has passed base/escape.h or is our own. */
#define SLICE_FMT(s) (int)(s).len, (s).at

/* A slice over bytes at[0..len). Borrows. */
static inline struct slice slice_make(const char *at, size_t len)
{
    return (struct slice){ at, len };
}

/* A slice over a NUL-terminated text; NULL gives "no text". Borrows. */
static inline struct slice slice_of(const char *text)
{
    return (struct slice){ text, text ? strlen(text) : 0 };
}

/* True when there is no text or no byte in it. */
static inline bool slice_is_empty(struct slice s)
{
    return s.len == 0;
}

/* In which bits eight bytes at a and at b differ. */
static inline uint64_t bytes_differ8(const char *a, const char *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x ^ y;
}

/* The same for four bytes. */
static inline uint32_t bytes_differ4(const char *a, const char *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x ^ y;
}

/* Equality of at most 32 bytes, without a call: up to eight bytes from the front and from the end may
 * overlap. */
static inline bool bytes_equal_short(const char *a, const char *b, size_t len)
{
    if (len >= 8) {
        uint64_t differ = bytes_differ8(a, b) | bytes_differ8(a + len - 8, b + len - 8);
        if (len > 16)
            differ |= bytes_differ8(a + 8, b + 8) | bytes_differ8(a + len - 16, b + len - 16);
        return differ == 0;
    }
    if (len >= 4)
        return (bytes_differ4(a, b) | bytes_differ4(a + len - 4, b + len - 4)) == 0;
    return len == 0 || (a[0] == b[0] && a[len - 1] == b[len - 1] && a[len / 2] == b[len / 2]);
}

/* Equality of bytes that are mostly few. */
static inline bool bytes_equal(const char *a, const char *b, size_t len)
{
    return len > 32 ? memcmp(a, b, len) == 0 : bytes_equal_short(a, b, len);
}

/* Byte-wise equality. */
static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && bytes_equal(a.at, b.at, a.len);
}

/* Equality of two NUL-terminated texts, of which NULL, none, is one of its own. */
static inline bool text_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Byte-wise equality with a NUL-terminated text. */
static inline bool slice_is(struct slice a, const char *text)
{
    size_t len = strlen(text);
    return a.len == len && (len == 0 || memcmp(a.at, text, len) == 0);
}

/* True when s begins with prefix. */
static inline bool slice_starts(struct slice s, const char *prefix)
{
    size_t len = strlen(prefix);
    return s.len >= len && memcmp(s.at, prefix, len) == 0;
}

/* True when s ends with suffix. */
static inline bool slice_ends(struct slice s, const char *suffix)
{
    size_t len = strlen(suffix);
    return s.len >= len && memcmp(s.at + s.len - len, suffix, len) == 0;
}

/* s without its first n bytes (empty when n is past the end). */
static inline struct slice slice_skip(struct slice s, size_t n)
{
    return n >= s.len ? (struct slice){ s.at + s.len, 0 } : (struct slice){ s.at + n, s.len - n };
}

/* The first n bytes of s (all of it when shorter). */
static inline struct slice slice_head(struct slice s, size_t n)
{
    return (struct slice){ s.at, n < s.len ? n : s.len };
}

/* Index of the first byte c in s, or s.len when there is none. */
static inline size_t slice_index(struct slice s, char c)
{
    const char *hit = s.len ? memchr(s.at, c, s.len) : NULL;
    return hit ? (size_t)(hit - s.at) : s.len;
}

/* Index of the last byte c in s, or s.len when there is none. */
size_t slice_last_index(struct slice s, char c);
/* Index of the first occurrence of needle in s, or s.len when there is none. */
size_t slice_find(struct slice s, struct slice needle);
/* Index of the last occurrence of needle in s, or s.len when there is none. */
size_t slice_find_last(struct slice s, struct slice needle);
/* s without ASCII blanks (space, tab, CR, LF, VT, FF) at both ends. */
struct slice slice_trim(struct slice s);
/* Equality without ASCII case. */
bool slice_equal_fold(struct slice a, struct slice b);
/* Byte order as memcmp, shorter first on equal prefixes: for sorting. */
int slice_compare(struct slice a, struct slice b);
/* Cuts the next word off *rest: skips bytes of `separators`, gives the run up to the next one.
 * False when nothing is left. */
bool slice_next_word(struct slice *rest, const char *separators, struct slice *word);
/* Parses all of s as an unsigned decimal number; false (value untouched) on anything else or when
 * it does not fit. */
bool slice_to_u64(struct slice s, uint64_t *value);
/* Parses all of s as a decimal number with optional sign, fraction and exponent-free. */
bool slice_to_double(struct slice s, double *value);

/* ASCII lower case of one byte, whatever the locale. */
static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* True for 0 to 9. */
static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* True for blank, tab and the line and page ends: what isspace() says in the C locale. */
static inline bool ascii_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* True for digits and ASCII letters. */
static inline bool ascii_is_alnum(char c)
{
    return ascii_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

#endif
