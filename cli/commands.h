#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H
/*
 * One function per command, each in cli/command_NAME.c: options in, exit status out; see
 * command_table.h for the convention.
 */
#include "base/fault.h"
#include "cli/options.h"

/* `tui`: the dashboard. */
int command_tui(const struct options *options, struct fault *fault);
/* `replay`: the what-if as a document, with verdict lines and thresholds. */
int command_replay(const struct options *options, struct fault *fault);
/* `explain`: one message, or a few: time line, evidence, and what every restriction answered. */
int command_explain(const struct options *options, struct fault *fault);
/* `transactions`: every row with its evidence and its end. */
int command_transactions(const struct options *options, struct fault *fault);
/* `config`: the configuration as postconf prints it. */
int command_config(const struct options *options, struct fault *fault);
/* `events`: every log line as a typed JSON record. */
int command_events(const struct options *options, struct fault *fault);

/* `dns`: record, show, import. */
int command_dns(const struct options *options, struct fault *fault);

#endif
