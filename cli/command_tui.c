/* `tui`: the dashboard. The progress screen is up while the log is read and can be left. */
#include "cli/commands.h"
#include "cli/run.h"
#include "tui/app.h"
#include "tui/loading.h"

int command_tui(const struct options *options, struct fault *fault)
{
    struct tui_options screen = { .color = (enum tui_color)options->color,
                                  .ascii = options->ascii };
    struct tui_loading *loading = tui_loading_open(&screen, options->logs[0], fault);
    if (!loading)
        return (int)fault->kind;
    struct pipeline_options pipeline = run_pipeline_options(options);
    pipeline.input.keep_raw = true;
    pipeline.progress = tui_loading_progress;
    pipeline.progress_lines = tui_loading_lines;
    pipeline.progress_context = loading;
    struct results *results = pipeline_run(&pipeline, fault);
    if (!results || tui_loading_is_left(loading)) {
        tui_loading_close(loading);
        results_free(results);
        return 0;
    }
    screen.loading = loading;
    int status = tui_run(results, &screen, fault);
    if (!fault_is_set(fault))
        run_finish(options, results, fault);
    results_free(results);
    return status;
}
