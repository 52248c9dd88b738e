#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H
/*
 * One line on standard error that tells how far reading has come; only on a terminal, never in
 * batch use, and gone when the work is done.
 */
#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool enabled;
    bool shown;
    int64_t next_ms; /* not drawn again before */
};

/* Enabled when standard error is a terminal and quiet is not asked for. */
void progress_init(struct progress *progress, bool quiet);
/* Bytes read so far and bytes in all (0: not known); draws a few times a second at most. */
void progress_update(struct progress *progress, uint64_t done, uint64_t all);
/* Takes the line off the screen. */
void progress_end(struct progress *progress);

#endif
