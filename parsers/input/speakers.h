#ifndef PARSERS_INPUT_SPEAKERS_H
#define PARSERS_INPUT_SPEAKERS_H
/*
 * Small numbers for the programs of a log, so that later stages look up by number what they know of
 * a program instead of comparing its name line by line. A number is given once and for all: lines
 * of one number have the same host and the same program. Not every program gets one: only those of
 * the host that is met first, with short names, and while there is room.
 */
#include <stdalign.h>

#include "parsers/input/fast_scan.h"
#include "parsers/input/log_line.h"

enum { SPEAKER_NAME_MAX = 15 };

/* A program's name and the bracket behind it. */
struct speaker {
    alignas(16) char name[SPEAKER_NAME_MAX + 1];
    uint32_t behind; /* all bits but those of its bytes; 0: nobody yet */
};

struct speakers {
    struct speaker places[LINE_SPEAKERS]; /* by number; 0 is nobody's */
    char host[64];
    size_t host_len; /* 0: none met yet */
};

/* True when programs of that host have numbers. */
bool speakers_know_host(struct speakers *speakers, struct slice host);
/* The slow half of speakers_find: names that have another's place, and new ones. */
uint16_t speakers_look_around(struct speakers *speakers, struct slice name, uint32_t place);

#ifdef __SSE2__
/* The number of a program whose name stands before a bracket, without a NUL; 0 when it has none. Four
 * bytes before the name and 16 from its beginning on are readable. */
static inline uint16_t speakers_find(struct speakers *speakers, struct slice name)
{
    uint32_t last = fast_load4(name.at + name.len - 4) + (uint32_t)name.len;
    uint32_t place = last * UINT32_C(0x9E3779B1) >> 24;
    const struct speaker *speaker = &speakers->places[place];
    if (__builtin_expect((fast_equal16(name.at, speaker->name) | speaker->behind) == UINT32_MAX, 1))
        return (uint16_t)place;
    return speakers_look_around(speakers, name, place);
}
#endif

#endif
