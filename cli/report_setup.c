#include "cli/report_setup.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/civil_time.h"
#include "base/version.h"

enum { WIDTH_DEFAULT = 80, WIDTH_MAX = 1000, REPORT_SEED = 1 };

/* The moment of the run, or SOURCE_DATE_EPOCH for reproducible documents. */
static int64_t moment_us(void)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    uint64_t seconds;
    if (epoch && slice_to_u64(slice_of(epoch), &seconds) && seconds < UINT64_C(1) << 36)
        return (int64_t)seconds * 1000000;
    return (int64_t)time(NULL) * 1000000;
}

static unsigned terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return WIDTH_DEFAULT;
    return size.ws_col < WIDTH_MAX ? size.ws_col : WIDTH_MAX;
}

struct report_context report_setup(const struct options *options)
{
    int64_t now_us = moment_us();
    return (struct report_context){
        .program = "mailwhatif " MAILWHATIF_VERSION,
        .command = options->arguments.items,
        .command_count = options->arguments.count,
        .seed = options->seed ? options->seed : REPORT_SEED,
        .generated_us = now_us,
        .generated_offset = civil_local_offset(now_us),
        .color = options_use_color(options),
        .ascii = options->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0,
        .width = options->output_file ? WIDTH_DEFAULT : terminal_width(),
    };
}
