#ifndef ANALYZER_PIPELINE_H
#define ANALYZER_PIPELINE_H
/*
 * The whole flow in one call: logs in, finished results out. Reads lines, makes events, rebuilds
 * transactions, compiles the baseline and the candidate, replays both, labels, clusters, estimates.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analyzer/candidate.h"
#include "analyzer/estimate/label_model.h"
#include "analyzer/results.h"
#include "base/fault.h"
#include "parsers/input/input.h"
#include "parsers/lines/program_table.h"

/* All borrowed: the results keep pointing to the texts. */
struct pipeline_options {
    const char *const *logs;
    size_t log_count;
    struct input_options input;
    struct line_parser_options lines;

    const char *config_dir; /* -c, or NULL */
    struct candidate_options candidate;
    const char *map_root, *answers_file;
    const char *const *policies; /* --policy texts */
    size_t policy_count;
    int postfix_major, postfix_minor; /* --postfix-version; 0: from the log, else 3.7 */

    const char *const *dns; /* --dns files; later ones outrank earlier ones */
    size_t dns_count;
    const char *const *labels; /* --labels files */
    size_t label_count;
    const char *const *mailboxes; /* --mailbox: DIR=ham or DIR=spam */
    size_t mailbox_count;
    struct label_rules label_rules;
    const char *spamtraps;       /* --spamtraps file, or NULL */
    const char *const *gateways; /* --gateways: lists of addresses and networks */
    size_t gateway_count;
    const char *const *geoip; /* --geoip files */
    size_t geoip_count;

    double budget; /* --budget: the rate of wanted mail that may be lost; 0: none */
    uint64_t seed; /* --seed; 0: 1 */

    /* Told from time to time how many bytes are read, of how many (0: not known); false stops the
     * work. May be NULL. */
    bool (*progress)(void *context, uint64_t done, uint64_t all);
    void (*progress_lines)(void *context, uint64_t lines); /* ahead of each; may be NULL */
    void *progress_context;
};

/* Runs it. NULL with fault when an option, a configuration or every log is at fault; NULL without
 * fault when progress said stop. A fault beside results: some input could not be read, what could be
 * is reported (exit status 3). Free with results_free. */
struct results *pipeline_run(const struct pipeline_options *options, struct fault *fault);
/* Prints the program's own books on the results' run, and checks them: everything that came in has
 * one end or is open. False with fault when they do not balance. */
bool pipeline_check_books(const struct results *results, FILE *to, struct fault *fault);
/* The account of lines by shape, for --unparsed; most frequent first. Lives in the results. */
const struct shape_count *pipeline_shapes(const struct results *results, size_t *count);

#endif
