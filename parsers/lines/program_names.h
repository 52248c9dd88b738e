#ifndef PARSERS_LINES_PROGRAM_NAMES_H
#define PARSERS_LINES_PROGRAM_NAMES_H
/*
 * Who speaks: the table of program names, and how Postfix's names are taken apart
 * ("postfix-out/submission/smtpd": instance, label, service). A name is a claim, anybody may log
 * under any; it only decides which shapes are tried first.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"
#include "parsers/lines/event.h"
#include "parsers/lines/line_shape.h"

enum program_origin {
    PROGRAM_POSTFIX, /* tried: its own tables, then all of Postfix */
    PROGRAM_OTHER,   /* tried: its own tables */
    PROGRAM_FOREIGN, /* known and not ours */
    PROGRAM_STRANGER /* not in the table: strong shapes of Postfix are believed, the rest foreign */
};

/* One row of the table. */
struct program_rule {
    const char *names; /* separated by blanks; for Postfix the service behind the last '/' */
    enum program_origin origin;
    enum service service;
    const struct shape_table *const *tables; /* NULL-terminated */
};

struct program_facts {
    const struct program_rule *rule;
    struct slice instance, label; /* parts of the name, borrowed from it */
};

/* Finds who `name` is. syslog_name (may be empty) is one more name that stands for "postfix". */
void program_resolve(struct slice name, struct slice syslog_name, struct program_facts *facts);
/* The rows, for documentation and tests. */
const struct program_rule *program_rules(size_t *count);
/* All tables of Postfix, in the order in which a line of any of its programs tries them. */
const struct shape_table *const *program_postfix_tables(void);

#endif
