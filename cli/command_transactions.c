/* `transactions`: every row with its evidence and its end, as JSON Lines. */
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/run.h"
#include "reports/row_lines.h"

int command_transactions(const struct options *options, struct fault *fault)
{
    struct output output;
    if (!output_open(&output, options->output_file, fault))
        return (int)fault->kind;
    struct results *results = run_logs(options, fault);
    if (!results) {
        output_discard(&output);
        return (int)fault->kind;
    }
    row_lines_write(results, ROW_LINE_TRANSACTION, output.stream);
    if (output_commit(&output, fault))
        run_finish(options, results, fault);
    results_free(results);
    return 0;
}
