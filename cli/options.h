#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H
/*
 * The command line: one table of options (name, short name, argument, which commands take it, help,
 * setter), from which parsing, --help and the checks of the manual page follow. Takes argv, gives a
 * struct options with every value checked for form; what a value means is its stage's business.
 * Texts borrow from argv.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analyzer/estimate/label_model.h"
#include "base/fault.h"

/* The commands as bits, so that a row of the option table can name several. */
enum command_bit {
    COMMAND_TUI = 1 << 0,
    COMMAND_REPLAY = 1 << 1,
    COMMAND_EXPLAIN = 1 << 2,
    COMMAND_TUNE = 1 << 3,
    COMMAND_AUDIT = 1 << 4,
    COMMAND_REPORT = 1 << 5,
    COMMAND_DNS = 1 << 6,
    COMMAND_EVENTS = 1 << 7,
    COMMAND_TRANSACTIONS = 1 << 8,
    COMMAND_CONFIG = 1 << 9,
    COMMAND_PARTIAL = 1 << 10,
    COMMAND_MERGE = 1 << 11,
};

enum output_format {
    FORMAT_DEFAULT, /* none asked for: the command's own */
    FORMAT_TEXT,
    FORMAT_JSON,
    FORMAT_JSONL,
    FORMAT_CSV,
};

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct preset; /* cli/presets.h */

/* The values of a repeatable option, in the order given. */
struct text_list {
    const char **items;
    size_t count, capacity;
};

/* Everything that was said on the command line. NULL, empty or 0: not said. */
struct options {
    struct text_list arguments; /* the words as given, from the command's name on */

    /* what to read */
    const char *const *logs; /* the operands; "-" is standard input */
    size_t log_count;
    const char *format, *syslog_name, *shapes;
    int year;
    unsigned jobs;              /* 0: not said */
    int64_t since_us, until_us; /* TIME_NONE: no bound */

    /* the server that wrote the log */
    const char *config_dir, *service, *map_root, *answers;
    struct text_list dns, geoip, policies, labels, gateways, mailboxes;
    int postfix_major, postfix_minor;
    const char *server; /* of `dns record` */
    unsigned rate;      /* questions a second; 0: not said */

    /* the candidate, in the order in which it is laid over the baseline */
    const struct preset *preset;
    const char *candidate;
    struct text_list overlays, enables, disables;

    /* how sure */
    double budget; /* 0: not said */
    uint64_t seed; /* 0: not said */
    struct label_rules label_rules;
    const char *spamtraps;
    const char *audit_file;

    /* what comes out */
    enum output_format output;
    const char *output_file, *verdicts_file, *unparsed_file;
    const char *key; /* of `explain` */
    struct text_list fail_on;
    enum color_mode color;
    bool ascii, quiet, verbose;

    /* config */
    bool all_parameters, expand;

    /* answered instead of running the command */
    bool help, version, list_presets;
};

struct command_row;

/* Everything unsaid. */
void options_init(struct options *options);
/* Gives the lists back. */
void options_release(struct options *options);
/* Reads argv[1..argc) as options and operands of a command; argv[0] is skipped. Reorders argv as
 * getopt_long does; stops early at --help, --version and --preset list. False with a usage fault `--option: what;
 * mend`. */
bool options_parse(struct options *options, const struct command_row *command, int argc,
                   char **argv, struct fault *fault);
/* Prints what --help shows for a command: usage, purpose, and its options by group. */
void options_print_help(const struct command_row *command, FILE *to);
/* True when colours may be used on standard output: --color, NO_COLOR, TERM, a terminal. */
bool options_use_color(const struct options *options);

#endif
