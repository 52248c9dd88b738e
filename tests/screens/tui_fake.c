/*
 * The dashboard over made-up results, so that screens can be tested without logs.
 *   tui_fake [ROWS] [--load] [--color=never|always]   the dashboard; --load: after a progress screen
 *                                                     that ends on `q` only
 *   tui_fake --keys                                   the table of keys as in docs/dashboard.md
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/screens/fake_results.h"
#include "tui/app.h"
#include "tui/keys.h"
#include "tui/loading.h"

static int print_keys(void)
{
    struct buffer text;
    buffer_init(&text, 1 << 16);
    keys_markdown(&text);
    fputs(buffer_text(&text), stdout);
    buffer_release(&text);
    return 0;
}

/* Plays a load that never gets past 42 %. Returns true when the user leaves it. */
static bool play_loading(struct tui_loading *loading)
{
    const struct timespec pause = { .tv_nsec = 20000000 };
    tui_loading_lines(loading, 3812000);
    for (int i = 0; i < 3000; i++) {
        if (!tui_loading_progress(loading, UINT64_C(420) << 20, UINT64_C(1000) << 20))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

int main(int argc, char **argv)
{
    struct tui_options options = { 0 };
    struct fault fault = { 0 };
    size_t rows = 1000;
    bool load = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--keys") == 0)
            return print_keys();
        if (strcmp(argv[i], "--load") == 0)
            load = true;
        else if (strcmp(argv[i], "--color=never") == 0)
            options.color = TUI_COLOR_NEVER;
        else if (strcmp(argv[i], "--color=always") == 0)
            options.color = TUI_COLOR_ALWAYS;
        else
            rows = strtoul(argv[i], NULL, 10);
    }
    if (load)
        options.loading = tui_loading_open(&options, "mail\033[31m.log", &fault);
    if (load && options.loading && play_loading(options.loading)) {
        tui_loading_phase(options.loading, "Leaving");
        if (!tui_loading_is_left(options.loading))
            return 1;
        tui_loading_close(options.loading);
        puts("left while loading");
        return 0;
    }
    struct results *results = fake_results_new(rows);
    int status = load && !options.loading ? (int)fault.kind : tui_run(results, &options, &fault);
    if (status)
        fault_print(&fault, stderr);
    results_free(results);
    return status;
}
