#ifndef TESTS_SUPPORT_LOG_WORLD_H
#define TESTS_SUPPORT_LOG_WORLD_H
/*
 * A made-up busy minute of a mail server as log lines, for tests of properties: many mails of all
 * kinds, their lines interleaved as many processes would. Every recipient is named by one mail only,
 * so that what became of it can be compared between two readings of the log.
 */
#include <stdint.h>

#include "base/buffer.h"
#include "base/slice.h"

struct world_line {
    char *text;  /* the whole line without its end */
    int second;  /* of the log */
    int order;   /* of lines in one second */
    int process; /* lines of one number keep their order in any syslog */
};

struct log_world {
    struct world_line *lines;
    uint32_t count, capacity;
    uint64_t random;
};

/* A number below `below`; the same for the same seed, on every machine. */
uint32_t log_world_random(struct log_world *world, uint32_t below);
/* A world of so many mails. instrumented: smtpd names the recipients that it accepts. */
void log_world_make(struct log_world *world, uint64_t seed, int mails, bool instrumented);
/* Puts the lines of each second into another order; each process's own order stays, unless wild. */
void log_world_shuffle(struct log_world *world, bool wild);
/* The log as text; every line is left out with a probability of lost / 1000. */
void log_world_print(struct log_world *world, uint32_t lost, struct buffer *out);
/* Gives the memory back. */
void log_world_release(struct log_world *world);

#endif
