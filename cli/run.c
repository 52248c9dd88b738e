#include "cli/run.h"

#include <stdio.h>

#include "cli/presets.h"
#include "cli/progress.h"
#include "cli/unparsed.h"

struct input_options run_input_options(const struct options *options)
{
    return (struct input_options){
        .year = options->year,
        .format = options->format,
        .since_us = options->since_us,
        .until_us = options->until_us,
        .keep_raw = options->key != NULL, /* `explain` shows lines */
    };
}

struct line_parser_options run_line_options(const struct options *options)
{
    return (struct line_parser_options){
        .syslog_name = options->syslog_name,
        .shapes_file = options->shapes,
    };
}

struct pipeline_options run_pipeline_options(const struct options *options)
{
    const struct candidate_options candidate = {
        .preset_lines = options->preset ? options->preset->lines : NULL,
        .preset_name = options->preset ? options->preset->name : NULL,
        .candidate = options->candidate,
        .overlays = options->overlays.items,
        .overlay_count = options->overlays.count,
        .enables = options->enables.items,
        .enable_count = options->enables.count,
        .disables = options->disables.items,
        .disable_count = options->disables.count,
        .service = options->service,
    };
    return (struct pipeline_options){
        .logs = options->logs,
        .log_count = options->log_count,
        .input = run_input_options(options),
        .lines = run_line_options(options),
        .config_dir = options->config_dir,
        .candidate = candidate,
        .map_root = options->map_root,
        .answers_file = options->answers,
        .policies = options->policies.items,
        .policy_count = options->policies.count,
        .postfix_major = options->postfix_major,
        .postfix_minor = options->postfix_minor,
        .dns = options->dns.items,
        .dns_count = options->dns.count,
        .labels = options->labels.items,
        .label_count = options->labels.count,
        .gateways = options->gateways.items,
        .gateway_count = options->gateways.count,
        .geoip = options->geoip.items,
        .geoip_count = options->geoip.count,
        .mailboxes = options->mailboxes.items,
        .mailbox_count = options->mailboxes.count,
        .label_rules = options->label_rules,
        .spamtraps = options->spamtraps,
        .budget = options->budget,
        .seed = options->seed,
    };
}

static bool tell(void *context, uint64_t done, uint64_t all)
{
    progress_update(context, done, all);
    return true;
}

struct results *run_logs(const struct options *options, struct fault *fault)
{
    struct progress progress;
    progress_init(&progress, options->quiet);
    struct pipeline_options pipeline = run_pipeline_options(options);
    pipeline.progress = tell;
    pipeline.progress_context = &progress;
    struct results *results = pipeline_run(&pipeline, fault);
    progress_end(&progress);
    return results;
}

bool run_finish(const struct options *options, const struct results *results, struct fault *fault)
{
    size_t count;
    const struct shape_count *shapes = pipeline_shapes(results, &count);
    const struct results_input *input = results_input(results);
    if (!unparsed_write(options->unparsed_file, shapes, count, input->files, input->file_count,
                        fault))
        return false;
    return !options->verbose || pipeline_check_books(results, stderr, fault);
}
