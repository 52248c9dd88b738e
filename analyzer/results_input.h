#ifndef ANALYZER_RESULTS_INPUT_H
#define ANALYZER_RESULTS_INPUT_H
/*
 * What was read: a part of the face to the results (analyzer/results.h), with what always holds there.
 */
#include <stddef.h>
#include <stdint.h>

/* Lines by what they tell of mail, as pflogsumm(1) counts them (analyzer/traffic.h). */
struct results_traffic {
    uint64_t received, delivered, forwarded;
    uint64_t deferred, deferrals; /* messages; lines */
    uint64_t bounced, rejected, reject_warnings, held, discarded;
};

struct results_input {
    const char *const *files;
    size_t file_count;
    uint64_t bytes, lines, understood, foreign, unknown, malformed;
    int64_t first_us, last_us;
    int first_offset, last_offset; /* minutes east of UTC */
    uint64_t sessions, messages, rows, open;
    struct results_traffic traffic;
};

#endif
