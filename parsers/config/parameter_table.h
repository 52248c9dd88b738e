#ifndef PARSERS_CONFIG_PARAMETER_TABLE_H
#define PARSERS_CONFIG_PARAMETER_TABLE_H
/*
 * The main.cf parameters that Postfix knows: name, kind, default by version, bounds. Rows only; the
 * meaning of values is elsewhere.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum parameter_kind {
    PARAMETER_TEXT,
    PARAMETER_RAW, /* text whose $name is not expanded when it is read */
    PARAMETER_BOOL,
    PARAMETER_INT,
    PARAMETER_LONG, /* a number of 64 bits */
    PARAMETER_TIME,
    PARAMETER_MACHINE,  /* the default comes from the machine: myhostname, mydomain, mynetworks */
    PARAMETER_LEGACY,   /* an old name that a new parameter's default still reads */
    PARAMETER_READONLY, /* settings in files are ignored */
};

/* Which programs read it, and so refuse to start on a bad value. */
enum parameter_reader { PARAMETER_ANY, PARAMETER_SMTPD, PARAMETER_OTHER };

struct parameter {
    const char *name;
    enum parameter_kind kind;
    enum parameter_reader reader;
    int since, until;  /* major * 100 + minor; 0: no bound */
    int64_t min, max;  /* of a number or a text's length; 0: no bound */
    const char *value; /* the default in 3.7 */
};

/* All rows, sorted by name. */
const struct parameter *parameter_rows(size_t *count);
/* The row of a name, whatever the version; NULL when Postfix never knew it. */
const struct parameter *parameter_find(struct slice name);
/* True when that version of Postfix knows the parameter. */
bool parameter_is_known(const struct parameter *parameter, int version);
/* The default in a version, unexpanded; "" for PARAMETER_MACHINE. Static storage. */
const char *parameter_default(const struct parameter *parameter, int version);

#endif
