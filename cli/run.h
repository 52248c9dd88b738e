#ifndef CLI_RUN_H
#define CLI_RUN_H
/*
 * What the commands that read logs share: options to the pipeline's options, the run itself with its
 * progress line, and the side outputs --unparsed and -v.
 */
#include <stdbool.h>
#include <stddef.h>

#include "analyzer/pipeline.h"
#include "cli/options.h"
#include "parsers/lines/program_table.h"

/* The reading part of the options. */
struct input_options run_input_options(const struct options *options);
/* The line-parsing part of the options. */
struct line_parser_options run_line_options(const struct options *options);
/* All of them, for pipeline_run; without progress. Borrows from options. */
struct pipeline_options run_pipeline_options(const struct options *options);
/* Runs the whole flow with a progress line on standard error. NULL with fault as pipeline_run. Free
 * with results_free. */
struct results *run_logs(const struct options *options, struct fault *fault);
/* The side outputs of a finished run: --unparsed, and the books for -v. False with fault when a file
 * cannot be written or the books do not balance. */
bool run_finish(const struct options *options, const struct results *results, struct fault *fault);

#endif
