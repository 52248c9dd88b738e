/*
 * How fast bytes become lines: reads the named logs through input_next and prints lines, bytes,
 * processor time, nanoseconds a line. Not part of `make check`; `make bench` builds it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "parsers/input/input.h"

int main(int argc, char **argv)
{
    struct diagnostics remarks;
    struct fault fault = { .kind = FAULT_NONE };
    struct input_options options = { .since_us = TIME_NONE, .until_us = TIME_NONE };
    struct timespec before, after;
    diagnostics_init(&remarks);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    struct input *input =
        input_open((const char *const *)argv + 1, (size_t)argc - 1, &options, &remarks, &fault);
    if (!input) {
        fault_print(&fault, stderr);
        return 3;
    }
    struct log_line line;
    uint64_t lines = 0, text = 0, malformed = 0;
    while (input_next(input, &line)) {
        lines++;
        text += line.text.len + line.program.len + line.host.len + line.pid;
        malformed += line.malformed;
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    double seconds =
        (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
    uint64_t bytes = 0;
    size_t count;
    const struct input_file *files = input_files(input, &count);
    for (size_t i = 0; i < count; i++)
        bytes += files[i].bytes;
    printf("%" PRIu64 " lines, %" PRIu64 " bytes, %.3f s: %.1f ns a line, %.2f GB/s (%" PRIu64
           " malformed, check %" PRIu64 ")\n",
           lines, bytes, seconds, seconds * 1e9 / (double)lines, (double)bytes / seconds / 1e9,
           malformed, text);
    for (uint32_t i = 0; i < remarks.count; i++)
        printf("%s: %.*s (%" PRIu64 ")\n", remarks.items[i].code, SLICE_FMT(remarks.items[i].text),
               remarks.items[i].count);
    input_close(input);
    diagnostics_release(&remarks);
    return fault_is_set(&fault) ? 3 : 0;
}
