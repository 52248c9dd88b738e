/* `replay`: the candidate against the baseline, as text, JSON or CSV; --verdicts, --fail-on. */
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/results_advice.h"
#include "base/xalloc.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/report_setup.h"
#include "cli/run.h"
#include "cli/threshold.h"
#include "reports/report.h"
#include "reports/row_lines.h"

static const struct report_format *chosen_format(const struct options *options)
{
    switch (options->output) {
    case FORMAT_JSON:
        return report_format_find("json");
    case FORMAT_CSV:
        return report_format_find("csv");
    case FORMAT_DEFAULT:
    case FORMAT_TEXT:
    case FORMAT_JSONL:
        break;
    }
    return report_format_find("text");
}

/* Thresholds are read before the log is, so that a misspelt one costs no time. */
static bool parse_thresholds(const struct options *options, struct threshold *thresholds,
                             struct fault *fault)
{
    for (size_t i = 0; i < options->fail_on.count; i++)
        if (!threshold_parse(&thresholds[i], options->fail_on.items[i], "--fail-on", fault))
            return false;
    return true;
}

/* 1 when a threshold is crossed, after saying which; else 0. */
static int judge(const struct options *options, const struct threshold *thresholds,
                 const struct results *results)
{
    int status = 0;
    struct buffer why;
    buffer_init(&why, BUFSIZ);
    for (size_t i = 0; i < options->fail_on.count; i++) {
        buffer_clear(&why);
        if (!threshold_is_crossed(&thresholds[i], results_candidate(results), &why))
            continue;
        fprintf(stderr, "mailwhatif: --fail-on: %s\n", buffer_text(&why));
        status = 1;
    }
    buffer_release(&why);
    return status;
}

static bool write_verdicts(const struct options *options, const struct results *results,
                           struct output *output, struct fault *fault)
{
    if (!options->verdicts_file)
        return true;
    row_lines_write(results, ROW_LINE_VERDICT, output->stream);
    return output_commit(output, fault);
}

static bool write_audit(const struct options *options, const struct results *results,
                        struct fault *fault)
{
    struct output output;
    if (!options->audit_file)
        return true;
    if (!output_open(&output, options->audit_file, fault))
        return false;
    audit_lines_write(results, RESULTS_AUDIT_MESSAGES, output.stream);
    return output_commit(&output, fault);
}

/* The run itself, with the outputs already open: what cannot be written is known before the log is
 * read. The outputs are closed in any case. */
static int replay(const struct options *options, const struct threshold *thresholds,
                  struct output *document, struct output *verdicts, struct fault *fault)
{
    struct results *results = run_logs(options, fault);
    if (!results) {
        output_discard(document);
        output_discard(verdicts);
        return (int)fault->kind;
    }
    struct report_context context = report_setup(options);
    chosen_format(options)->write(results, &context, document->stream);
    bool good = output_commit(document, fault);
    good &= write_verdicts(options, results, verdicts, fault);
    good &= write_audit(options, results, fault);
    good &= run_finish(options, results, fault);
    int status = good ? judge(options, thresholds, results) : 0;
    results_free(results);
    return status;
}

int command_replay(const struct options *options, struct fault *fault)
{
    struct threshold *thresholds = xcalloc(options->fail_on.count + 1, sizeof *thresholds);
    struct output document = { .stream = NULL }, verdicts = { .stream = NULL };
    int status = 0;
    if (parse_thresholds(options, thresholds, fault) &&
        output_open(&document, options->output_file, fault)) {
        if (!options->verdicts_file || output_open(&verdicts, options->verdicts_file, fault))
            status = replay(options, thresholds, &document, &verdicts, fault);
        else
            output_discard(&document);
    }
    free(thresholds);
    return status;
}
