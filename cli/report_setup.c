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

/* The moment of the run here, or SOURCE_DATE_EPOCH, in UTC, for reproducible documents. */
static void set_moment(struct report_context *context)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    uint64_t seconds;
    if (epoch && slice_to_u64(slice_of(epoch), &seconds) && seconds < UINT64_C(1) << 36) {
        context->generated_us = (int64_t)seconds * 1000000;
        return;
    }
    context->generated_us = (int64_t)time(NULL) * 1000000;
    context->generated_offset = civil_local_offset(context->generated_us);
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
    struct report_context context = {
        .program = "mailwhatif " MAILWHATIF_VERSION,
        .command = options->arguments.items,
        .command_count = options->arguments.count,
        .seed = options->seed ? options->seed : REPORT_SEED,
        .color = options_use_color(options),
        .ascii = options->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0,
        .width = options->output_file ? WIDTH_DEFAULT : terminal_width(),
    };
    set_moment(&context);
    return context;
}
