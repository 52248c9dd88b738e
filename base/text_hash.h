#ifndef BASE_TEXT_HASH_H
#define BASE_TEXT_HASH_H
/*
 * A hash for the short texts of a log - addresses, names, queue ids - in tables that live in memory.
 * Sixteen bytes are one multiplication, whose halves are folded; what is multiplied is added as well,
 * so that no factor of zero makes the other one count for nothing. Low and high bits are as good as
 * drawn by lot. Both factors depend on the seed: who writes the texts does not know it, and so
 * cannot choose texts that fall into one place.
 */
#include "base/slice.h"

/* The halves of the product of two words, folded. */
static inline uint64_t text_hash_fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t low = (uint32_t)a * (b & UINT32_MAX), high = (a >> 32) * (b >> 32);
    uint64_t cross = (uint32_t)a * (b >> 32), other = (a >> 32) * (b & UINT32_MAX);
    uint64_t middle = (low >> 32) + (cross & UINT32_MAX) + other;
    return a * b ^ (high + (cross >> 32) + (middle >> 32));
#endif
}

/* A seed drawn anew. No output may depend on it. */
uint64_t text_hash_seed(void);

/* The hash so far with two words more. */
static inline uint64_t text_hash_mix(uint64_t hash, uint64_t seed, uint64_t a, uint64_t b)
{
    a ^= seed;
    b ^= hash;
    return text_hash_fold(a, b) + a + (b << 32 | b >> 32);
}

/* Eight bytes as a word. */
static inline uint64_t text_hash_word8(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Four bytes as a word. */
static inline uint32_t text_hash_word4(const char *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* The hash of a text that is there. Pieces from its front and from its end may overlap. */
static inline uint64_t text_hash(struct slice text, uint64_t seed)
{
    const char *at = text.at;
    size_t len = text.len;
    uint64_t hash = (seed + len) * UINT64_C(0xd6e8feb86659fd93), a = 0, b = 0;
    for (size_t i = 0; i + 16 < len; i += 16)
        hash = text_hash_mix(hash, seed, text_hash_word8(at + i), text_hash_word8(at + i + 8));
    if (len >= 8) {
        a = text_hash_word8(len > 16 ? at + len - 16 : at);
        b = text_hash_word8(at + len - 8);
    } else if (len >= 4) {
        a = text_hash_word4(at);
        b = text_hash_word4(at + len - 4);
    } else if (len) {
        a = (unsigned char)at[0] | (uint64_t)(unsigned char)at[len / 2] << 8;
        b = (unsigned char)at[len - 1];
    }
    return text_hash_mix(hash, seed, a, b);
}

#endif
