#ifndef TUI_APP_H
#define TUI_APP_H
/*
 * The dashboard: a stack of panels over one set of results, driven by keys. Last stage of the flow;
 * takes analyzer/results.h alone, so that its numbers are those of every report. Changes the results
 * only by results_toggle.
 */
#include "analyzer/results.h"
#include "base/fault.h"
#include "tui/screen.h"

/* Shows the dashboard until the user leaves. Takes options->loading over. Returns the exit status: 0,
 * or 2 with fault when there is no terminal that can show it. */
int tui_run(struct results *results, const struct tui_options *options, struct fault *fault);

#endif
