#ifndef ANALYZER_CANDIDATE_H
#define ANALYZER_CANDIDATE_H
/*
 * The configuration that a what-if asks about: the baseline with --preset, --candidate, -o and
 * --enable laid over it, in this order. Without a baseline configuration nobody knows what the lists
 * hold; the candidate is then everything the log shows, plus what is laid over defaults that refuse
 * nothing by themselves (`adds`).
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "parsers/config/config.h"

struct candidate_options {
    const char *const *preset_lines; /* `name = value`, NULL at the end; NULL: no preset */
    const char *preset_name;
    const char *candidate;       /* --candidate: a directory, or a file of lines; or NULL */
    const char *const *overlays; /* -o name=value */
    size_t overlay_count;
    const char *const *enables; /* 'RESTRICTION[@LIST[:POSITION]]' */
    size_t enable_count;
    const char *const *disables; /* RESTRICTION, or RESTRICTION@LIST:POSITION */
    size_t disable_count;
    const char *service; /* --service, or NULL */
};

/* Where --enable or --disable points; slices borrow from the option. */
struct restriction_spot {
    struct slice restriction; /* as written, with its argument: "reject_rbl_client zen.example" */
    struct slice name;        /* its first word */
    struct slice argument;    /* what follows; "no text": none */
    const char *list;         /* "smtpd_client_restrictions"; NULL: not said */
    unsigned position;        /* from 1; 0: not said */
};

/* True when the options ask for anything else than the baseline. */
bool candidate_is_asked(const struct candidate_options *options);
/* Reads an argument of --enable or --disable (`option`, for the message). False with a usage fault
 * when the list is none, or smtpd knows no such restriction or class. classes: the value of
 * smtpd_restriction_classes; empty: none. */
bool restriction_spot_parse(struct restriction_spot *spot, const char *text, const char *option,
                            struct slice classes, struct fault *fault);
/* The candidate's configuration; free with config_free. baseline may be NULL. *adds: mail that the
 * log refused stays refused, since the candidate only adds to a set that nobody knows. NULL with
 * fault (usage, or a file that cannot be read). */
struct config *candidate_build(const struct config *baseline,
                               const struct candidate_options *options, bool *adds,
                               struct diagnostics *remarks, struct fault *fault);

#endif
