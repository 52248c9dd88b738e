#include "cli/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/civil_time.h"
#include "base/number_text.h"
#include "base/slice.h"
#include "base/xalloc.h"
#include "cli/command_table.h"
#include "cli/presets.h"

struct option_row;
/* Puts a value into options; value is NULL for options without one. False with a fault. */
typedef bool (*option_set_fn)(struct options *options, const struct option_row *row,
                              const char *value, struct fault *fault);

struct option_row {
    const char *name;
    char short_name;      /* 0 none */
    const char *argument; /* NULL: takes none */
    unsigned commands;    /* enum command_bit: whose --help lists it; 0: a heading */
    option_set_fn set;    /* NULL: not built yet */
    size_t target;        /* where the value goes: offsetof in struct options */
    int value;            /* for set_constant */
    const char *help;
};

/* Names the option in a message the way it is spelt in --help. */
static bool refuse(const struct option_row *row, struct fault *fault, const char *value,
                   const char *mend)
{
    char where[64];
    snprintf(where, sizeof where, "--%s", row->name);
    return fault_set(fault, FAULT_USAGE, where, 0, "'%.200s' %s", value, mend);
}

static void *target_of(struct options *options, const struct option_row *row)
{
    return (char *)options + row->target;
}

static bool set_text(struct options *options, const struct option_row *row, const char *value,
                     struct fault *fault)
{
    if (!*value)
        return refuse(row, fault, value, "is empty; give a value");
    *(const char **)target_of(options, row) = value;
    return true;
}

static void list_add(struct text_list *list, const char *text)
{
    GROW(list->items, list->count, list->capacity);
    list->items[list->count++] = text;
}

static bool set_list(struct options *options, const struct option_row *row, const char *value,
                     struct fault *fault)
{
    if (!*value)
        return refuse(row, fault, value, "is empty; give a value");
    list_add(target_of(options, row), value);
    return true;
}

static bool set_flag(struct options *options, const struct option_row *row, const char *value,
                     struct fault *fault)
{
    (void)value;
    (void)fault;
    *(bool *)target_of(options, row) = true;
    return true;
}

static bool set_output(struct options *options, const struct option_row *row, const char *value,
                       struct fault *fault)
{
    (void)value;
    if (options->output != FORMAT_DEFAULT && options->output != (enum output_format)row->value)
        return refuse(row, fault, row->name, "is a second output format; choose one");
    options->output = (enum output_format)row->value;
    return true;
}

static bool set_color(struct options *options, const struct option_row *row, const char *value,
                      struct fault *fault)
{
    static const char *const names[] = { "auto", "always", "never" };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (strcmp(value, names[i]) == 0) {
            options->color = (enum color_mode)i;
            return true;
        }
    }
    return refuse(row, fault, value, "is none of auto, always, never");
}

static bool set_year(struct options *options, const struct option_row *row, const char *value,
                     struct fault *fault)
{
    uint64_t year = 0;
    if (!slice_to_u64(slice_of(value), &year) || year < 1970 || year > 9999)
        return refuse(row, fault, value, "is no year; give four digits: 2026");
    options->year = (int)year;
    return true;
}

static bool set_jobs(struct options *options, const struct option_row *row, const char *value,
                     struct fault *fault)
{
    uint64_t jobs = 0;
    if (!slice_to_u64(slice_of(value), &jobs) || jobs < 1 || jobs > 1024)
        return refuse(row, fault, value, "is no number of threads; give 1 to 1024");
    options->jobs = (unsigned)jobs;
    return true;
}

static bool set_version(struct options *options, const struct option_row *row, const char *value,
                        struct fault *fault)
{
    struct slice rest = slice_of(value), word;
    uint64_t number[2] = { 0, 0 };
    for (int i = 0; i < 2; i++)
        if (!slice_next_word(&rest, ".", &word) || !slice_to_u64(word, &number[i]) ||
            number[i] > 99)
            return refuse(row, fault, value, "is no Postfix version; give two numbers: 3.7");
    options->postfix_major = (int)number[0];
    options->postfix_minor = (int)number[1];
    return true;
}

static bool set_time(struct options *options, const struct option_row *row, const char *value,
                     struct fault *fault)
{
    char text[TIME_TEXT_MAX];
    /* a date alone is its midnight */
    int len = snprintf(text, sizeof text, strlen(value) == 10 ? "%sT00:00:00" : "%s", value);
    int64_t time_us = 0;
    int offset = 0;
    size_t used = 0;
    struct slice whole = slice_make(text, len > 0 ? (size_t)len : 0);
    bool good = len > 0 && (size_t)len < sizeof text &&
                civil_parse_rfc3339(whole, 0, &time_us, &offset, &used) && used == whole.len;
    /* without a zone it is the time of this machine, as in the log itself */
    if (good)
        good = civil_parse_rfc3339(whole, civil_local_offset(time_us), &time_us, &offset, &used);
    if (!good)
        return refuse(row, fault, value,
                      "is no time; give 2026-11-22, or 2026-11-22T10:15:01+01:00");
    *(int64_t *)target_of(options, row) = time_us;
    return true;
}

static bool set_rate(struct options *options, const struct option_row *row, const char *value,
                     struct fault *fault)
{
    uint64_t rate;
    if (!slice_to_u64(slice_of(value), &rate) || rate < 1 || rate > 100000)
        return refuse(row, fault, value, "is no rate; give a number from 1 to 100000");
    options->rate = (unsigned)rate;
    return true;
}

static bool set_budget(struct options *options, const struct option_row *row, const char *value,
                       struct fault *fault)
{
    if (!number_parse_rate(slice_of(value), &options->budget))
        return refuse(row, fault, value, "is no rate; give 0.001 or 0.1%");
    if (!(options->budget > 0 && options->budget < 1))
        return refuse(row, fault, value, "is no rate; give one between 0 and 1: 0.001 or 0.1%");
    return true;
}

static bool set_sources(struct options *options, const struct option_row *row, const char *value,
                        struct fault *fault)
{
    uint64_t sources = 0;
    if (!slice_to_u64(slice_of(value), &sources) || sources < 1 || sources > 3)
        return refuse(row, fault, value, "is none of 1, 2, 3");
    options->label_rules.sources = (unsigned)sources;
    return true;
}

static bool set_label_error(struct options *options, const struct option_row *row,
                            const char *value, struct fault *fault)
{
    if (!label_error_parse(options->label_rules.errors, value))
        return refuse(row, fault, value,
                      "is no SOURCE=FP,FN; give content=0.2%,5%, or one of virus, mailbox, "
                      "correspondence, history, blocklist, dictionary, spamtrap, with rates below "
                      "50%");
    return true;
}

static bool set_seed(struct options *options, const struct option_row *row, const char *value,
                     struct fault *fault)
{
    if (!slice_to_u64(slice_of(value), &options->seed) || options->seed == 0 ||
        options->seed > INT64_MAX)
        return refuse(row, fault, value, "is no seed; give a whole number from 1");
    return true;
}

static bool set_preset(struct options *options, const struct option_row *row, const char *value,
                       struct fault *fault)
{
    options->list_presets = strcmp(value, "list") == 0;
    options->preset = preset_find(value);
    if (!options->list_presets && !options->preset)
        return refuse(row, fault, value, "is no preset; '--preset list' shows them");
    return true;
}

/* Shorthands for the columns `commands` and `target` below. */
enum {
    ALL = COMMAND_MERGE * 2 - 1,
    SHARED = COMMAND_MERGE * 2, /* every command that reads logs takes it, useful or not */
    MODEL = COMMAND_TUI | COMMAND_REPLAY | COMMAND_EXPLAIN | COMMAND_TUNE | COMMAND_REPORT |
            COMMAND_AUDIT | COMMAND_DNS,
    ROWS = MODEL | COMMAND_TRANSACTIONS | COMMAND_PARTIAL,
    LOGS = ROWS | COMMAND_EVENTS,
};
#define AT(field) offsetof(struct options, field)

/* The one table. A row without a setter is promised by the design and not built yet: it is refused
 * with those words and not listed. */
/* clang-format off */
static const struct option_row rows[] = {
    { "Input", 0, NULL, 0, NULL, 0, 0, NULL },
    { "format", 0, "F", LOGS, set_text, AT(format), 0,
      "the envelope of the log lines (rfc3164, rfc3339...) instead of finding it line by line" },
    { "syslog-name", 0, "NAME", LOGS, set_text, AT(syslog_name), 0,
      "a further syslog_name whose lines are Postfix's" },
    { "year", 0, "Y", LOGS, set_year, AT(year), 0,
      "the year of the first line, for time stamps that have none" },
    { "since", 0, "T", LOGS, set_time, AT(since_us), 0,
      "leave out lines before T: 2026-11-22 or 2026-11-22T10:15:01+01:00" },
    { "until", 0, "T", LOGS, set_time, AT(until_us), 0, "leave out lines at T and later" },
    { "filter", 0, "EXPR", SHARED | MODEL, NULL, 0, 0, NULL },
    { "jobs", 0, "N", SHARED | LOGS, set_jobs, 0, 0,
      "at most N threads; so far one does the work, and the result does not depend on it" },
    { "shapes", 0, "FILE", LOGS, set_text, AT(shapes), 0,
      "further line shapes of your own programs (docs/formats.md)" },

    { "The server that wrote the log", 0, NULL, 0, NULL, 0, 0, NULL },
    { "config-dir", 'c', "DIR", SHARED | ROWS | COMMAND_CONFIG, set_text, AT(config_dir), 0,
      "its configuration: a directory with main.cf and master.cf, or `postconf -n` text. "
      "Without it the baseline is what the log shows" },
    { "service", 0, "NAME", SHARED | ROWS | COMMAND_CONFIG, set_text, AT(service), 0,
      "which smtpd of master.cf; default the first on port 25" },
    { "postfix-version", 0, "X.Y", SHARED | ROWS | COMMAND_CONFIG, set_version, 0, 0,
      "whose defaults count; default from the log or the configuration, else 3.7" },
    { "map-root", 0, "DIR", SHARED | MODEL | COMMAND_CONFIG, set_text, AT(map_root), 0,
      "where tables are found that are not at their own place" },
    { "gateways", 0, "ADDRESS[/BITS],...", SHARED | ROWS, set_list, AT(gateways), 0,
      "clients that hand on the mail of others (a provider's relay, a backup MX): their mail is "
      "left out of all rates; may be repeated" },
    { "dns", 0, "SNAPSHOT", SHARED | ROWS, set_list, AT(dns), 0,
      "recorded DNS answers (JSON Lines); a question that is not in it stays unknown; "
      "may be repeated, later ones outrank earlier ones" },
    { "policy", 0, "SERVICE=MODEL[,name=value...]", SHARED | MODEL, set_list, AT(policies), 0,
      "what a check_policy_service is: postgrey,delay=300 - policyd-spf - dunno - answers" },
    { "answers", 0, "FILE", SHARED | MODEL, set_text, AT(answers), 0,
      "recorded answers of services and tables" },
    { "server", 0, "ADDRESS[:PORT]", COMMAND_DNS, set_text, AT(server), 0,
      "`dns record`: the name server to ask instead of the system's" },
    { "rate", 0, "N", COMMAND_DNS, set_rate, 0, 0,
      "`dns record`: at most N questions a second; default 100" },
    { "live-dns", 0, NULL, SHARED | ROWS, NULL, 0, 0, NULL },
    { "geoip", 0, "FILE.mmdb", SHARED | ROWS, set_list, AT(geoip), 0,
      "country, network and its owner of an address; may be repeated" },

    { "Which mail is wanted", 0, NULL, 0, NULL, 0, 0, NULL },
    { "labels", 0, "FILE", SHARED | ROWS, set_list, AT(labels), 0,
      "what is ham and what is spam (JSON Lines or CSV): decisive, outranks every guess" },
    { "label-sources", 0, "N", ROWS, set_sources, 0, 0,
      "how many kinds of sources in the log must agree before a guess is a label: 1, 2 (the "
      "default) or 3" },
    { "label-error", 0, "SOURCE=FP,FN", ROWS, set_label_error, 0, 0,
      "how often a source errs: calls wanted mail spam, and spam wanted (content=0.2%,5%; the "
      "defaults: docs/method.md); may be repeated" },
    { "spamtraps", 0, "FILE", SHARED | ROWS, set_text, AT(spamtraps), 0,
      "addresses that nobody writes to but spammers, one on a line; who does is a source for spam" },
    { "mailbox", 0, "DIR=ham|spam", SHARED | ROWS, set_list, AT(mailboxes), 0,
      "mail that somebody sorted: a maildir, or a folder or file of mail (mbox); as decisive as "
      "--labels; may be repeated" },

    { "The candidate, laid over the baseline in this order", 0, NULL, 0, NULL, 0, 0, NULL },
    { "preset", 0, "NAME", SHARED | MODEL, set_preset, 0, 0,
      "a restriction set that comes with the program; `--preset list` shows them" },
    { "candidate", 0, "DIR|FILE", SHARED | MODEL, set_text, AT(candidate), 0,
      "a configuration directory instead of the baseline, or a file of `name = value` lines" },
    { "overlay", 'o', "name=value", SHARED | MODEL, set_list, AT(overlays), 0,
      "one more line; may be repeated" },
    { "enable", 0, "RESTRICTION[@LIST[:POSITION]]", SHARED | MODEL, set_list, AT(enables), 0,
      "adds a restriction to a list: by default that of what it examines, at the end, before a "
      "closing permit or reject; may be repeated" },
    { "disable", 0, "RESTRICTION[@LIST:POSITION]", SHARED | MODEL, set_list, AT(disables), 0,
      "takes a restriction out, every occurrence or one; may be repeated" },

    { "How sure", 0, NULL, 0, NULL, 0, 0, NULL },
    { "budget", 0, "RATE", MODEL, set_budget, 0, 0,
      "how much of the wanted mail may be lost (0.1%): says whether the candidate keeps within it, "
      "and what evidence would tell when these logs do not" },
    { "audit-list", 0, "FILE", COMMAND_REPLAY, set_text, AT(audit_file), 0,
      "write the messages whose judgement by hand tells most; fill in `ham` and give the file back "
      "with --labels" },
    { "seed", 0, "N", MODEL, set_seed, 0, 0, "of everything that is drawn by lot; default 1" },

    { "What to explain", 0, NULL, 0, NULL, 0, 0, NULL },
    { "key", 'k', "KEY", COMMAND_EXPLAIN, set_text, AT(key), 0,
      "the message: a queue id (of any hop), a message-id, or the address of a client, sender or "
      "recipient; `<>` is the null sender" },

    { "Output", 0, NULL, 0, NULL, 0, 0, NULL },
    { "text", 0, NULL, COMMAND_REPLAY | COMMAND_EXPLAIN, set_output, 0, FORMAT_TEXT, "for people; the default" },
    { "json", 0, NULL, COMMAND_REPLAY | COMMAND_EXPLAIN, set_output, 0, FORMAT_JSON, "one document" },
    { "jsonl", 0, NULL, COMMAND_EVENTS | COMMAND_TRANSACTIONS | COMMAND_DNS, set_output, 0, FORMAT_JSONL,
      "JSON Lines; the default" },
    { "csv", 0, NULL, COMMAND_REPLAY, set_output, 0, FORMAT_CSV,
      "one line per restriction and one per week, with a header" },
    { "html", 0, NULL, COMMAND_REPLAY | COMMAND_REPORT, NULL, 0, 0, NULL },
    { "output", 'O', "FILE", ALL & ~COMMAND_TUI, set_text, AT(output_file), 0,
      "write there (to a temporary name, then renamed) instead of standard output" },
    { "verdicts", 0, "FILE", COMMAND_REPLAY, set_text, AT(verdicts_file), 0,
      "one JSON line per recipient: what was, what the baseline, what the candidate would say" },
    { "unparsed", 0, "FILE", SHARED | LOGS, set_text, AT(unparsed_file), 0,
      "lines that were not understood, by shape, with counts and an example" },
    { "fail-on", 0, "EXPR", COMMAND_REPLAY, set_list, AT(fail_on), 0,
      "exit with 1 when this holds, as in 'ham_lost.high>0.1%'; may be repeated" },
    { "check", 0, NULL, COMMAND_REPLAY, NULL, 0, 0, NULL },
    { "warning", 0, "EXPR", COMMAND_REPLAY, NULL, 0, 0, NULL },
    { "critical", 0, "EXPR", COMMAND_REPLAY, NULL, 0, 0, NULL },
    { "pseudonymize", 0, "[=KEYFILE]", SHARED | LOGS, NULL, 0, 0, NULL },
    { "all", 0, NULL, COMMAND_CONFIG, set_flag, AT(all_parameters), 0,
      "every parameter, as plain `postconf` prints them" },
    { "expand", 0, NULL, COMMAND_CONFIG, set_flag, AT(expand), 0,
      "with $name expanded, as `postconf -x` does" },
    { "color", 0, "WHEN", ALL, set_color, 0, 0,
      "auto, always or never; NO_COLOR is honoured" },
    { "ascii", 0, NULL, COMMAND_TUI | COMMAND_REPLAY | COMMAND_EXPLAIN, set_flag, AT(ascii), 0,
      "plain ASCII, whatever the locale" },
    { "quiet", 'q', NULL, ALL, set_flag, AT(quiet), 0, "no progress, no warnings" },
    { "verbose", 'v', NULL, ALL, set_flag, AT(verbose), 0,
      "the books: how every line and every recipient was accounted for" },
    { "help", 'h', NULL, ALL, set_flag, AT(help), 0, "this text" },
    { "version", 'V', NULL, ALL, set_flag, AT(version), 0, "the program's version" },
};
/* clang-format on */

void options_init(struct options *options)
{
    *options = (struct options){ .since_us = TIME_NONE,
                                 .until_us = TIME_NONE,
                                 .label_rules.sources = LABEL_SOURCES_DEFAULT };
}

void options_release(struct options *options)
{
    struct text_list *lists[] = { &options->arguments, &options->policies, &options->labels,
                                  &options->dns,       &options->geoip,    &options->overlays,
                                  &options->enables,   &options->disables, &options->fail_on,
                                  &options->gateways,  &options->mailboxes };
    for (size_t i = 0; i < COUNT(lists); i++)
        free(lists[i]->items);
    options_init(options);
}

/* The row of a long option as far as a user may have typed it, whatever the command. */
static const struct option_row *find_row(struct slice name)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].commands && slice_is(name, rows[i].name))
            return &rows[i];
    return NULL;
}

/* True when the command takes the option. */
static bool takes(unsigned command, const struct option_row *row)
{
    return (row->commands & command) || ((row->commands & SHARED) && (command & LOGS));
}

/* Values that getopt gives back: the row's number behind all characters. */
enum { ROW_BASE = 256 };

struct getopt_tables {
    struct option longs[COUNT(rows) + 1];
    char shorts[2 * COUNT(rows) + 2];
};

/* getopt's two tables for one command. Short options are given back as their row, too. */
static void make_tables(unsigned command, struct getopt_tables *tables)
{
    size_t count = 0, used = 0;
    memset(tables, 0, sizeof *tables);
    tables->shorts[used++] = ':'; /* getopt: tell a missing argument from an unknown option */
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct option_row *row = &rows[i];
        if (!takes(command, row))
            continue;
        int argument = !row->argument            ? no_argument
                       : row->argument[0] == '[' ? optional_argument
                                                 : required_argument;
        tables->longs[count++] = (struct option){ row->name, argument, NULL, ROW_BASE + (int)i };
        if (row->short_name) {
            tables->shorts[used++] = row->short_name;
            if (row->argument)
                tables->shorts[used++] = ':';
        }
    }
}

static const struct option_row *row_of(int found)
{
    if (found >= ROW_BASE)
        return &rows[found - ROW_BASE];
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].commands && rows[i].short_name == found)
            return &rows[i];
    return NULL;
}

/* An option that the command does not have: does another one? */
static bool refuse_unknown(const struct command_row *command, int short_name, const char *text,
                           struct fault *fault)
{
    char spelt[128], others[160];
    struct slice name = slice_of(text);
    if (short_name)
        snprintf(spelt, sizeof spelt, "-%c", short_name);
    else
        snprintf(spelt, sizeof spelt, "%.*s", (int)slice_index(name, '='), text);
    name = slice_skip(slice_head(name, slice_index(name, '=')), 2);
    const struct option_row *row = short_name ? row_of(short_name) : find_row(name);
    if (!row)
        return fault_set(fault, FAULT_USAGE, spelt, 0,
                         "no such option, or not unique; 'mailwhatif %s --help' lists them",
                         command->name);
    command_names(row->commands, others, sizeof others);
    return fault_set(fault, FAULT_USAGE, spelt, 0, "not an option of '%s'; it belongs to: %s",
                     command->name, others);
}

static bool refuse_found(const struct command_row *command, int found, char **argv,
                         struct fault *fault)
{
    const struct option_row *row = optopt ? row_of(optopt) : NULL;
    const char *last = argv[optind - 1];
    if (!row || !takes(command->bit, row))
        return refuse_unknown(command, optopt && optopt < ROW_BASE ? optopt : 0, last, fault);
    char spelt[64];
    snprintf(spelt, sizeof spelt, "--%s", row->name);
    if (found == ':')
        return fault_set(fault, FAULT_USAGE, spelt, 0, "needs a value: %s", row->argument);
    return fault_set(fault, FAULT_USAGE, spelt, 0, "takes no value; leave it out");
}

bool options_parse(struct options *options, const struct command_row *command, int argc,
                   char **argv, struct fault *fault)
{
    list_add(&options->arguments, command->name);
    for (int i = 1; i < argc; i++)
        list_add(&options->arguments, argv[i]);
    struct getopt_tables tables;
    make_tables(command->bit, &tables);
    optind = 0; /* glibc: begin anew */
    opterr = 0;
    for (int found; (found = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1;) {
        if (found == '?' || found == ':')
            return refuse_found(command, found, argv, fault);
        const struct option_row *row = row_of(found);
        if (!row)
            bug("getopt gave an option that is in no row");
        if (!row->set) {
            char spelt[64];
            snprintf(spelt, sizeof spelt, "--%s", row->name);
            return fault_set(fault, FAULT_USAGE, spelt, 0, "not built yet; leave it out");
        }
        if (!row->set(options, row, optarg, fault))
            return false;
        if (options->help || options->version || options->list_presets)
            return true;
    }
    options->logs = (const char *const *)argv + optind;
    options->log_count = (size_t)(argc - optind);
    return true;
}

bool options_use_color(const struct options *options)
{
    if (options->color != COLOR_AUTO)
        return options->color == COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(no_color && *no_color) && term && strcmp(term, "dumb") != 0 && isatty(STDOUT_FILENO);
}

enum { HELP_COLUMN = 26, HELP_WIDTH = 79 };

/* Prints a text in the right-hand column, broken at blanks. */
static void print_wrapped(const char *text, int column, FILE *to)
{
    struct slice rest = slice_of(text), word;
    int at = HELP_WIDTH; /* a new line, unless the column is still free */
    bool first = column < HELP_COLUMN;
    if (first) {
        fprintf(to, "%*s", HELP_COLUMN - column, "");
        at = HELP_COLUMN;
    }
    while (slice_next_word(&rest, " ", &word)) {
        if (at + 1 + (int)word.len > HELP_WIDTH) {
            fprintf(to, "\n%*s", HELP_COLUMN, "");
            at = HELP_COLUMN;
            first = true;
        }
        at += fprintf(to, "%s%.*s", first ? "" : " ", SLICE_FMT(word));
        first = false;
    }
    fputc('\n', to);
}

void options_print_help(const struct command_row *command, FILE *to)
{
    fprintf(to, "usage: mailwhatif %s %s\n\n%s\n", command->name, command->operands, command->help);
    const char *heading = NULL;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct option_row *row = &rows[i];
        if (!row->commands)
            heading = row->name;
        if (!(row->commands & command->bit) || !row->set)
            continue;
        if (heading)
            fprintf(to, "\n%s:\n", heading);
        heading = NULL;
        int column = row->short_name ? fprintf(to, "  -%c, --%s", row->short_name, row->name)
                                     : fprintf(to, "      --%s", row->name);
        if (row->argument)
            column += fprintf(to, "%s%s", row->argument[0] == '[' ? "" : " ", row->argument);
        print_wrapped(row->help, column, to);
    }
}
