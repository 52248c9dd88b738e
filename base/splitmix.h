#ifndef BASE_SPLITMIX_H
#define BASE_SPLITMIX_H
/*
 * Numbers that look random and are the same everywhere: Steele, Lea and Flood's SplitMix64 (2014). For
 * drawing lots, not for secrets.
 */
#include <stdint.h>

/* A word mixed so that each of its bits moves all others. */
static inline uint64_t splitmix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* The next number of the generator whose state is one word: its seed, to begin with. */
static inline uint64_t splitmix_next(uint64_t *state)
{
    return splitmix(*state += UINT64_C(0x9e3779b97f4a7c15));
}

#endif
