#include "analyzer/pipeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/policy/policy.h"
#include "analyzer/policy/restriction.h"
#include "analyzer/policy/screen_settings.h"
#include "analyzer/rebuild/books.h"
#include "analyzer/rebuild/rebuild.h"
#include "analyzer/results_internal.h"
#include "analyzer/traffic.h"
#include "base/rare.h"
#include "base/xalloc.h"
#include "parsers/config/word_list.h"
#include "parsers/data/address_list.h"
#include "parsers/data/geoip.h"
#include "parsers/data/mailbox.h"

enum { LINES_PER_PROGRESS = 8192, DEFAULT_MAJOR = 3, DEFAULT_MINOR = 7, DEFAULT_SEED = 1 };

/* Everything of one run that the results rest on. */
struct pipeline {
    const struct pipeline_options *options;
    struct arena arena;
    struct diagnostics remarks;
    struct dns_snapshot *dns;
    struct labels_file *labels;
    struct mailbox *mailbox;
    struct address_list *traps;
    struct geoip *geoip;
    struct config *baseline_config, *candidate_config;
    struct policy *baseline, *candidate;
    bool candidate_adds;
    struct policy_inputs inputs;
    struct ip_prefix *gateways;
    uint32_t gateway_count, gateway_capacity;
    struct input *reader;
    struct line_parser *parser;
    struct evidence evidence;
    struct results_input input;
    bool stopped;
};

static void pipeline_free(void *owner)
{
    struct pipeline *pipeline = owner;
    policy_free(pipeline->baseline);
    policy_free(pipeline->candidate);
    config_free(pipeline->baseline_config);
    config_free(pipeline->candidate_config);
    dns_snapshot_free(pipeline->dns);
    labels_file_free(pipeline->labels);
    mailbox_free(pipeline->mailbox);
    address_list_free(pipeline->traps);
    geoip_close(pipeline->geoip);
    free(pipeline->gateways);
    if (pipeline->parser)
        line_parser_free(pipeline->parser);
    if (pipeline->reader)
        input_close(pipeline->reader);
    evidence_release(&pipeline->evidence);
    diagnostics_release(&pipeline->remarks);
    arena_release(&pipeline->arena);
    free(pipeline);
}

/* ---- before the log ---- */

static bool read_gateways(struct pipeline *pipeline, const char *text, struct fault *fault)
{
    struct slice rest = slice_of(text), word;
    size_t before = pipeline->gateway_count;
    while (slice_next_word(&rest, ", ", &word)) {
        GROW(pipeline->gateways, pipeline->gateway_count, pipeline->gateway_capacity);
        if (!ip_prefix_parse(word, &pipeline->gateways[pipeline->gateway_count], NULL))
            return fault_set(fault, FAULT_USAGE, "--gateways", 0,
                             "'%.*s' is no address or network; give 192.0.2.25 or 2001:db8::/48",
                             word.len > 60 ? 60 : (int)word.len, word.at);
        pipeline->gateway_count++;
    }
    return pipeline->gateway_count > before ||
           fault_set(fault, FAULT_USAGE, "--gateways", 0,
                     "'%.60s' names no address; give 192.0.2.25 or 2001:db8::/48", text);
}

static bool read_data(struct pipeline *pipeline, struct fault *fault)
{
    const struct pipeline_options *options = pipeline->options;
    for (size_t i = 0; i < options->gateway_count; i++)
        if (!read_gateways(pipeline, options->gateways[i], fault))
            return false;
    if (options->dns_count)
        pipeline->dns = dns_snapshot_new();
    for (size_t i = 0; i < options->dns_count; i++)
        if (!dns_snapshot_read(pipeline->dns, options->dns[i], &pipeline->remarks, fault))
            return false;
    if (options->label_count)
        pipeline->labels = labels_file_new();
    for (size_t i = 0; i < options->label_count; i++)
        if (!labels_file_read(pipeline->labels, options->labels[i], &pipeline->remarks, fault))
            return false;
    if (options->mailbox_count)
        pipeline->mailbox = mailbox_new();
    for (size_t i = 0; i < options->mailbox_count; i++)
        if (!mailbox_read(pipeline->mailbox, options->mailboxes[i], &pipeline->remarks, fault))
            return false;
    if (options->spamtraps) {
        pipeline->traps = address_list_read(options->spamtraps, fault);
        if (!pipeline->traps)
            return false;
    }
    if (options->geoip_count) {
        pipeline->geoip = geoip_open(options->geoip, options->geoip_count, fault);
        return pipeline->geoip != NULL;
    }
    return true;
}

static bool read_configs(struct pipeline *pipeline, struct fault *fault)
{
    const struct pipeline_options *options = pipeline->options;
    const char *service = options->candidate.service;
    if (options->config_dir) {
        pipeline->baseline_config = config_open(options->config_dir, &pipeline->remarks, fault);
        if (!pipeline->baseline_config ||
            !config_choose_service(pipeline->baseline_config, service, fault))
            return false;
    }
    if (!candidate_is_asked(&options->candidate))
        return true;
    pipeline->candidate_config =
        candidate_build(pipeline->baseline_config, &options->candidate, &pipeline->candidate_adds,
                        &pipeline->remarks, fault);
    return pipeline->candidate_config != NULL;
}

static struct policy *compile(struct pipeline *pipeline, struct config *config, int major,
                              int minor, struct fault *fault)
{
    if (!config)
        return NULL;
    config_set_version(config, major, minor);
    if (!config_check(config, fault))
        return NULL;
    return policy_compile(config, &pipeline->inputs, &pipeline->remarks, fault);
}

static bool has_check(const struct policy *policy, const char *name)
{
    size_t count = 0;
    const struct policy_check *checks = policy ? policy_checks(policy, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(checks[i].name, name) == 0)
            return true;
    return false;
}

/* Postfix starts with a name that is no restriction, and answers 451 to all mail that gets there. In
 * a candidate that is a slip of the pen; a name that the baseline has, too, is the server's own. */
static bool refuse_unknown_names(struct pipeline *pipeline, struct fault *fault)
{
    size_t count = 0;
    const struct policy_check *checks =
        pipeline->candidate ? policy_checks(pipeline->candidate, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        const struct policy_check *check = &checks[i];
        if (!check->list || restriction_find(slice_of(check->name)) ||
            has_check(pipeline->baseline, check->name))
            continue;
        const char *file;
        uint64_t line;
        config_origin(pipeline->candidate_config, check->list, &file, &line);
        return fault_set(fault, FAULT_USAGE, file, line,
                         "unknown smtpd restriction: \"%s\" in %s; Postfix would answer 451 4.3.5 "
                         "to everything that gets there",
                         check->name, check->list);
    }
    return true;
}

/* Compiles both sets for a version; the results of an earlier call are given back. */
static bool compile_all(struct pipeline *pipeline, int major, int minor, struct fault *fault)
{
    const struct pipeline_options *options = pipeline->options;
    policy_free(pipeline->baseline);
    policy_free(pipeline->candidate);
    pipeline->inputs = (struct policy_inputs){
        .dns = pipeline->dns,
        .map_root = options->map_root,
        .answers_file = options->answers_file,
        .services = options->policies,
        .service_count = options->policy_count,
        .postfix_major = major,
        .postfix_minor = minor,
    };
    pipeline->baseline = compile(pipeline, pipeline->baseline_config, major, minor, fault);
    pipeline->candidate = compile(pipeline, pipeline->candidate_config, major, minor, fault);
    return !fault_is_set(fault) && refuse_unknown_names(pipeline, fault);
}

/* ---- the log ---- */

/* The code that the server gave unknown clients, where it tells something (rebuild.h). */
static int client_reject_code(struct config *config)
{
    if (!config || config_bool(config, "soft_bounce"))
        return 0;
    return (int)config_int(config, "unknown_client_reject_code");
}

/* A line of another time than the last one's. */
static APART void note_time(struct results_input *input, const struct log_line *line)
{
    if (line->time_us == TIME_NONE)
        return;
    if (input->first_us == TIME_NONE || line->time_us < input->first_us) {
        input->first_us = line->time_us;
        input->first_offset = line->offset_minutes;
    }
    if (input->last_us == TIME_NONE || line->time_us > input->last_us) {
        input->last_us = line->time_us;
        input->last_offset = line->offset_minutes;
    }
}

static bool tell_progress(struct pipeline *pipeline, uint64_t lines)
{
    const struct pipeline_options *options = pipeline->options;
    uint64_t done, all;
    if (!options->progress)
        return true;
    if (options->progress_lines)
        options->progress_lines(options->progress_context, lines);
    input_progress(pipeline->reader, &done, &all);
    return options->progress(options->progress_context, done, all);
}

static void read_lines(struct pipeline *pipeline)
{
    struct rebuild_options options = { .unknown_client_reject_code =
                                           client_reject_code(pipeline->baseline_config) };
    options.gateways = pipeline->gateways;
    options.gateway_count = pipeline->gateway_count;
    if (pipeline->baseline_config) {
        struct screen_outline outline =
            screen_outline_of(pipeline->baseline_config, &pipeline->arena);
        options.dnsbl_sites = outline.zones;
        options.deep_tests = outline.deep_tests;
        options.drops_denied = outline.drops[SCREEN_DENYLIST];
        options.drops_early = outline.drops[SCREEN_GREET];
        options.drops_listed = outline.drops[SCREEN_DNSBL];
    }
    struct rebuild *rebuild = rebuild_new(&pipeline->evidence, &options, &pipeline->remarks);
    struct log_line line;
    struct event event;
    struct traffic traffic;
    uint64_t count = 0;
    traffic_init(&traffic);
    while (input_next(pipeline->reader, &line)) {
        line_parse(pipeline->parser, &line, &event);
        rebuild_event(rebuild, &event);
        traffic_add(&traffic, &event);
        if (line.time_us != pipeline->input.last_us)
            note_time(&pipeline->input, &line);
        if (++count % LINES_PER_PROGRESS == 0 && !tell_progress(pipeline, count)) {
            pipeline->stopped = true;
            break;
        }
    }
    if (!pipeline->stopped) /* all is read: the last time that somebody may leave */
        pipeline->stopped = !tell_progress(pipeline, count);
    if (!pipeline->stopped)
        rebuild_finish(rebuild);
    rebuild_free(rebuild);
    pipeline->input.traffic = traffic_totals(&traffic);
    traffic_release(&traffic);
}

static void book_input(struct pipeline *pipeline)
{
    struct results_input *input = &pipeline->input;
    size_t count;
    const struct input_file *files = input_files(pipeline->reader, &count);
    const char **names = ARENA_ARRAY(&pipeline->arena, const char *, count + 1);
    uint64_t classes[LINE_CLASSES];
    line_parser_counts(pipeline->parser, classes);
    for (size_t i = 0; i < count; i++) {
        names[i] = files[i].path;
        input->bytes += files[i].bytes;
    }
    input->files = names;
    input->file_count = count;
    input->understood = classes[LINE_UNDERSTOOD];
    input->foreign = classes[LINE_FOREIGN];
    input->unknown = classes[LINE_UNKNOWN];
    input->malformed = classes[LINE_MALFORMED];
    input->lines = input->understood + input->foreign + input->unknown + input->malformed;
    const struct books *books = &pipeline->evidence.books;
    input->sessions = books->sessions;
    input->messages = books->messages;
    input->rows = books->rows;
    input->open = books->messages_open;
}

static bool read_log(struct pipeline *pipeline, struct fault *fault)
{
    const struct pipeline_options *options = pipeline->options;
    pipeline->parser = line_parser_new(&options->lines, fault);
    if (!pipeline->parser)
        return false;
    pipeline->reader =
        input_open(options->logs, options->log_count, &options->input, &pipeline->remarks, fault);
    if (!pipeline->reader)
        return false;
    pipeline->input.first_us = pipeline->input.last_us = TIME_NONE;
    read_lines(pipeline);
    book_input(pipeline);
    return !pipeline->stopped;
}

/* ---- behind the log ---- */

/* The version whose rules count, and both sets compiled for it. */
static bool settle_version(struct pipeline *pipeline, struct fault *fault)
{
    int major = pipeline->evidence.postfix_major, minor = pipeline->evidence.postfix_minor;
    if (pipeline->options->postfix_major || !major ||
        (major == DEFAULT_MAJOR && minor == DEFAULT_MINOR))
        return true;
    return compile_all(pipeline, major, minor, fault);
}

/* The networks whose mail is not asked about. */
static struct own_network *find_own_networks(struct pipeline *pipeline, size_t *count)
{
    struct config *config = pipeline->baseline_config  ? pipeline->baseline_config
                            : pipeline->candidate_adds ? NULL
                                                       : pipeline->candidate_config;
    *count = 0;
    if (!config)
        return NULL;
    struct list_options options = {
        .map_root = slice_of(pipeline->options->map_root ? pipeline->options->map_root : ""),
        .config_directory = config_directory(config),
    };
    struct match_list list = match_list_parse(&pipeline->arena, config_value(config, "mynetworks"),
                                              &options, &pipeline->remarks);
    struct own_network *networks =
        ARENA_ARRAY(&pipeline->arena, struct own_network, list.count + 1);
    for (size_t i = 0; i < list.count; i++) {
        struct own_network *network = &networks[*count];
        network->negated = list.items[i].negated;
        struct slice text = list.items[i].text;
        if (text.len > 2 && text.at[0] == '[') { /* [2001:db8::]/32 */
            struct buffer plain;
            buffer_init(&plain, 128);
            for (size_t b = 0; b < text.len; b++)
                if (text.at[b] != '[' && text.at[b] != ']')
                    buffer_add_byte(&plain, text.at[b]);
            *count += ip_prefix_parse(buffer_slice(&plain), &network->prefix, NULL);
            buffer_release(&plain);
        } else if (!list.items[i].is_table && !list.items[i].is_missing) {
            *count += ip_prefix_parse(text, &network->prefix, NULL);
        }
    }
    return networks;
}

static bool spot_matches(const struct restriction_spot *spot, const struct policy_check *check)
{
    const struct restriction *row = restriction_find(spot->name);
    const char *name = row ? row->name : NULL;
    bool by_name = name ? strcmp(check->name, name) == 0
                        : (check->class_name && slice_is(spot->name, check->class_name)) ||
                              (!check->list && slice_is(spot->name, check->name));
    bool by_argument =
        !spot->argument.at || (check->argument && slice_is(spot->argument, check->argument));
    bool by_list = !spot->list || (check->list && strcmp(check->list, spot->list) == 0);
    return by_name && by_argument && by_list &&
           (!spot->position || check->position == spot->position);
}

/* --disable: switches checks of the candidate off. */
static bool find_disabled(struct pipeline *pipeline, bool **disabled, struct fault *fault)
{
    const struct candidate_options *options = &pipeline->options->candidate;
    size_t count;
    *disabled = NULL;
    if (options->disable_count == 0)
        return true;
    if (pipeline->candidate_adds)
        return fault_set(fault, FAULT_USAGE, "--disable", 0,
                         "what stands in the lists is not known; give the configuration with -c");
    const struct policy_check *checks = policy_checks(pipeline->candidate, &count);
    struct slice classes = config_value(pipeline->candidate_config, "smtpd_restriction_classes");
    *disabled = ARENA_ARRAY(&pipeline->arena, bool, count + 1);
    for (size_t i = 0; i < options->disable_count; i++) {
        struct restriction_spot spot;
        bool found = false;
        if (!restriction_spot_parse(&spot, options->disables[i], "--disable", classes, fault))
            return false;
        for (size_t c = 0; c < count; c++)
            if (spot_matches(&spot, &checks[c]))
                found = (*disabled)[c] = true;
        if (!found)
            return fault_set(fault, FAULT_USAGE, "--disable", 0,
                             "'%s' stands in no list of the candidate there", options->disables[i]);
    }
    return true;
}

static struct results *finish(struct pipeline *pipeline, struct fault *fault)
{
    bool *disabled;
    if (!settle_version(pipeline, fault) || !find_disabled(pipeline, &disabled, fault))
        return NULL;
    struct results_parts parts = {
        .evidence = &pipeline->evidence,
        .reader = pipeline->reader,
        .baseline = pipeline->baseline,
        .candidate = pipeline->candidate_config ? pipeline->candidate : pipeline->baseline,
        .candidate_adds = pipeline->candidate_adds,
        .disabled = disabled,
        .given = pipeline->labels,
        .mailbox = pipeline->mailbox,
        .label_rules = pipeline->options->label_rules,
        .traps = pipeline->traps,
        .geoip = pipeline->geoip,
        .client_list = pipeline->baseline_config
                           ? config_value(pipeline->baseline_config, "smtpd_client_restrictions")
                           : (struct slice){ NULL, 0 },
        .budget = pipeline->options->budget > 0 ? pipeline->options->budget : (double)NAN,
        .seed = pipeline->options->seed ? pipeline->options->seed : DEFAULT_SEED,
        .input = pipeline->input,
        .remarks = &pipeline->remarks,
        .release = pipeline_free,
        .owner = pipeline,
    };
    parts.own_networks = find_own_networks(pipeline, &parts.own_network_count);
    return results_new(&parts);
}

struct results *pipeline_run(const struct pipeline_options *options, struct fault *fault)
{
    struct pipeline *pipeline = xcalloc(1, sizeof *pipeline);
    pipeline->options = options;
    arena_init(&pipeline->arena);
    diagnostics_init(&pipeline->remarks);
    evidence_init(&pipeline->evidence);
    int major = options->postfix_major ? options->postfix_major : DEFAULT_MAJOR;
    int minor = options->postfix_major ? options->postfix_minor : DEFAULT_MINOR;
    struct results *results = NULL;
    /* A log that could be read in part sets the fault too, but is no reason to stop. */
    if (read_data(pipeline, fault) && read_configs(pipeline, fault) &&
        compile_all(pipeline, major, minor, fault) && read_log(pipeline, fault)) {
        struct fault later = { 0 };
        results = finish(pipeline, &later);
        if (!results)
            *fault = later;
    }
    if (!results)
        pipeline_free(pipeline);
    return results;
}

bool pipeline_check_books(const struct results *results, FILE *to, struct fault *fault)
{
    books_print(&results->parts.evidence->books, to);
    traffic_print(&results_input(results)->traffic, to);
    return books_balance(results->parts.evidence, fault);
}

const struct shape_count *pipeline_shapes(const struct results *results, size_t *count)
{
    struct pipeline *pipeline = results->parts.owner;
    return line_parser_shapes(pipeline->parser, count);
}
