#ifndef PARSERS_CONFIG_CONFIG_H
#define PARSERS_CONFIG_CONFIG_H
/*
 * A Postfix configuration as one smtpd service sees it. Takes main.cf (and master.cf), `postconf -n`
 * text and single `name = value` lines; gives the effective value of any parameter, expanded as
 * Postfix would, with its origin for error messages.
 *
 * Layers, the upper wins: overlay (--candidate FILE, -o) - the chosen service's -o in master.cf -
 * main.cf - built-in default of the Postfix version. trivial-rewrite(8) and the other daemons do
 * not see the service's -o: config_value_global leaves that layer out.
 *
 * Slices handed out live in the configuration, until config_free. Asking for a value may expand and
 * remember it: one thread at a time. Compile a policy first, then share the policy.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/slice.h"

struct config;
struct master_service; /* master_cf.h */

/* Reads a directory with main.cf (and, when there is one, master.cf), a main.cf file, or `postconf
 * -n` text in a file. "-" reads standard input. NULL with fault set when nothing could be read or
 * Postfix would refuse the file (a line without "="). Remarks (duplicate names...) go to notes, which
 * may be NULL. Free with config_free. */
struct config *config_open(const char *path, struct diagnostics *notes, struct fault *fault);
/* A configuration in which nothing is set: every parameter at its default. */
struct config *config_new_default(void);
/* An independent copy, to lay a candidate over the baseline. */
struct config *config_copy(const struct config *config);
/* Gives all memory back; NULL is allowed. */
void config_free(struct config *config);

/* Lays a file of `name = value` lines (main.cf syntax) over the configuration. */
bool config_overlay_file(struct config *config, const char *path, struct diagnostics *notes,
                         struct fault *fault);
/* Lays one `name=value` over the configuration; blanks around name and value do not count. origin
 * names the source in messages ("-o"); copies. False with fault when it is no assignment. */
bool config_overlay_line(struct config *config, struct slice name_eq_value, const char *origin,
                         struct fault *fault);
/* Sets one parameter in the overlay layer to an unexpanded value. Copies. */
void config_overlay_set(struct config *config, const char *name, struct slice value,
                        const char *origin);

/* Chooses the smtpd service of master.cf whose -o values count: by name ("smtp", "submission",
 * "127.0.0.1:10025"; a type may be appended: "smtp/pass"), or with NULL the first smtpd on port 25,
 * a `pass` service behind postscreen included. NULL without master.cf or without such a service is
 * fine: main.cf alone. False with fault when a name is given that does not exist. */
bool config_choose_service(struct config *config, const char *service, struct fault *fault);
/* The chosen service's name as in master.cf ("smtp"); empty when none is chosen. */
struct slice config_service_name(const struct config *config);
/* The type of the chosen service ("inet", "pass"); empty when none is chosen. */
struct slice config_service_type(const struct config *config);
/* The configuration as the postscreen(8) on port 25 sees it, with its own -o; NULL when there is none.
 * families: the set of enum master_family whose clients come to it. Free with config_free. */
struct config *config_for_postscreen(const struct config *config, unsigned *families);

/* Whose defaults and operators count; before any call: 3.7. */
void config_set_version(struct config *config, int major, int minor);
/* The version in force: major * 100 + minor, so 3.7 is 307 and 2.11 is 211. */
int config_version(const struct config *config);

/* True when some layer sets the parameter (an empty value is set, too). */
bool config_is_set(const struct config *config, const char *name);
/* The unexpanded value in force for the service; "no text" when it is neither set nor built in. */
struct slice config_raw(const struct config *config, const char *name);
/* The expanded value in force for the service. Undefined names expand to nothing; a macro Postfix
 * would refuse expands to nothing and config_check reports it. Empty for a parameter that the version
 * in force does not have, even when it is set. Never "no text". */
struct slice config_value(struct config *config, const char *name);
/* The expanded value as daemons other than smtpd see it: without the service's -o. */
struct slice config_value_global(struct config *config, const char *name);
/* Expands any text in the service's scope ($name, ${name?x}...). Lives in the configuration. */
struct slice config_expand(struct config *config, struct slice text);

/* True when the value in force rests on a default taken from this machine (myhostname, mydomain,
 * mynetworks unset): for the server that wrote the log it is unknown, needs "config:NAME", NAME being
 * what config_machine_name gives. */
bool config_rests_on_machine(struct config *config, const char *name);
/* The unset parameter that makes it so: "myhostname"; "" when it does not. Static storage. */
const char *config_machine_name(struct config *config, const char *name);

/* A yes/no parameter; anything else counts as its default (config_check reports it). */
bool config_bool(struct config *config, const char *name);
/* A number. Times (type time in parameter_table.h, or a value with unit s, m, h, d, w) are in
 * seconds. Anything that is no number counts as the default (config_check reports it). */
int64_t config_int(struct config *config, const char *name);
/* What Postfix reads as a number: "450"; blanks in front may stand there. */
bool config_parse_int(struct slice text, int64_t *value);
/* What Postfix reads as a time, in seconds: "300", "5m", expanded; default_unit is a bare number's. */
bool config_parse_time(struct slice text, char default_unit, int64_t *seconds);
/* compatibility_level as major * 1000000 + minor * 1000 + patch: 3.6 is 3006000, 2 is 2000000. */
int64_t config_compatibility_level(struct config *config);

/* Where the value in force comes from: file (or "-o", "default") and line, 0 when there is none.
 * Lives in the configuration. */
void config_origin(const struct config *config, const char *name, const char **file,
                   uint64_t *line);
/* The services of master.cf in order; NULL and 0 without master.cf. Lives in the configuration. */
const struct master_service *config_services(const struct config *config, size_t *count);
/* The file that main.cf was read from, for faults of which no one line is the cause; "main.cf" when none
 * was. Lives in config. */
const char *config_main_path(const struct config *config);
/* The directory that was read, or the directory of the file; empty for stdin and defaults. */
struct slice config_directory(const struct config *config);

/* Calls visit for every parameter set in main.cf or the overlay, in the order of the files; stops when
 * it returns false. The service's -o are not among them. */
void config_each_setting(const struct config *config,
                         bool (*visit)(void *context, struct slice name, struct slice raw),
                         void *context);

/* False with fault when some value asked for so far holds a macro that Postfix would refuse. */
bool config_macro_fault(const struct config *config, struct fault *fault);
/* What would keep the chosen smtpd from starting, as far as values and macros tell: bad numbers, bad
 * booleans, values out of range, broken macros. Postfix's own words. (What lists may hold is the
 * policy compiler's business.) */
bool config_check(struct config *config, struct fault *fault);

#endif
