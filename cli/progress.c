#include "cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { INTERVAL_MS = 200, FIRST_MS = 400, MEGABYTE = 1000000 };

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_init(struct progress *progress, bool quiet)
{
    *progress = (struct progress){ .enabled = !quiet && isatty(STDERR_FILENO) };
    /* work that is over in a moment needs no line */
    progress->next_ms = progress->enabled ? now_ms() + FIRST_MS : 0;
}

void progress_update(struct progress *progress, uint64_t done, uint64_t all)
{
    if (!progress->enabled)
        return;
    int64_t now = now_ms();
    if (now < progress->next_ms)
        return;
    progress->next_ms = now + INTERVAL_MS;
    progress->shown = true;
    fprintf(stderr, "\rreading: %llu MB", (unsigned long long)(done / MEGABYTE));
    if (all >= done && all)
        fprintf(stderr, " of %llu (%llu %%)", (unsigned long long)(all / MEGABYTE),
                (unsigned long long)(done / (all / 100 + 1)));
    fputs("\x1b[K", stderr);
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->shown) {
        fputs("\r\x1b[K", stderr);
        fflush(stderr);
    }
    progress->shown = false;
}
