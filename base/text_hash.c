#include "base/text_hash.h"

#include <sys/random.h>
#include <time.h>

uint64_t text_hash_seed(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed)
        return seed;
    /* A machine that has only just started: where the stack lies, and when, are chance enough. */
    struct timespec now = { 0 };
    clock_gettime(CLOCK_MONOTONIC, &now);
    return ((uint64_t)(uintptr_t)&seed ^ (uint64_t)now.tv_nsec << 40) *
           UINT64_C(0x9e3779b97f4a7c15);
}
