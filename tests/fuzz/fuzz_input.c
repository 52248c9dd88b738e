/* Files of any bytes, packed or not, read from beginning to end, and some of their lines again. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "parsers/input/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const char *path)
{
    struct diagnostics remarks;
    struct fault fault = { .kind = FAULT_NONE };
    struct input_options options = { .since_us = TIME_NONE,
                                     .until_us = TIME_NONE,
                                     .keep_raw = true };
    const char *const paths[] = { path };
    struct buffer raw;
    uint64_t lines = 0, done, all;
    size_t count;
    diagnostics_init(&remarks);
    buffer_init(&raw, 1 << 20);
    struct input *input = input_open(paths, 1, &options, &remarks, &fault);
    struct log_line line;
    while (input && input_next(input, &line)) {
        lines++;
        if (lines % 64 == 1 && line.raw.at[0] != '\0') {
            buffer_clear(&raw);
            if (!input_reread(input, line.file, line.offset, &raw))
                abort();
        }
    }
    if (input) {
        input_progress(input, &done, &all);
        if (input_files(input, &count)[0].lines != lines || count != 1)
            abort();
    }
    input_close(input);
    buffer_release(&raw);
    diagnostics_release(&remarks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = memfd_create("log", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    read_all(path);
    close(fd);
    return 0;
}
