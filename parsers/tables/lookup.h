#ifndef PARSERS_TABLES_LOOKUP_H
#define PARSERS_TABLES_LOOKUP_H
/*
 * Lookup tables "type:name" as Postfix reads them. Takes the table's own file (or its text source, or
 * the inline form) and a key; gives Postfix's answer, or says that it cannot be known here. A table
 * that cannot be read is still a table: every look-up then answers LOOKUP_UNREADABLE, and
 * lookup_need names what is missing. An open table is constant: any number of threads may ask it.
 * Reference: postconf(5), cidr_table(5), pcre_table(5), regexp_table(5); judge: postmap -q.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/slice.h"

enum lookup_status {
    LOOKUP_ABSENT,       /* no such key */
    LOOKUP_FOUND,        /* the value is in *result */
    LOOKUP_ERROR,        /* Postfix's temporary error (a fail: table, a table it cannot open) */
    LOOKUP_CONFIG_ERROR, /* Postfix's "configuration error" (bad table contents) */
    LOOKUP_UNREADABLE,   /* not known here: needs map:TYPE:NAME */
};

struct lookup_table;

struct lookup_options {
    struct slice map_root;         /* --map-root: searched when a file is not at its own place,
                                      first with its whole path, then with its last part */
    struct slice config_directory; /* stands for /etc/postfix when a file there is missing */
    struct slice queue_directory;  /* what relative paths stand on */
    bool fold;                     /* DICT_FLAG_FOLD_FIX: access, alias, recipient, login maps. Not
                                      for tables inside match lists */
    bool utf8;       /* smtputf8_enable = yes: keys that are not UTF-8 are not found */
    bool keep_first; /* as postmap -q: of equal keys in a texthash the first counts; for Postfix's
                        daemons they are an error */
    int version; /* major * 100 + minor, 0: the newest. cidr:{...}, pcre:{...}, regexp:{...} exist
                        since 307 */
};

/* Opens "type:name" (expanded; a proxy: prefix is dropped). Never NULL. Warnings that Postfix would
 * log (bad rules, duplicate keys) go to notes, which may be NULL. Free with lookup_close. */
struct lookup_table *lookup_open(struct slice type_name, const struct lookup_options *options,
                                 struct diagnostics *notes);
/* Gives everything back; NULL is allowed. */
void lookup_close(struct lookup_table *table);

/* Looks key up. *result is set when found, and lives in the table or in scratch. Empty keys are never
 * found. Safe on one table from several threads, each with its own scratch. */
enum lookup_status lookup_find(const struct lookup_table *table, struct slice key,
                               struct arena *scratch, struct slice *result);

/* "type:name" as given, without proxy:. */
struct slice lookup_name(const struct lookup_table *table);
/* The word for `needs`: "map:TYPE:NAME", of the innermost table that is missing. */
struct slice lookup_need(const struct lookup_table *table);
/* Why look-ups answer UNREADABLE or an error on every key; empty for a table that is in order. */
struct slice lookup_trouble(const struct lookup_table *table);
/* True when the table takes only full keys (no parent domains, no address prefixes, no bare user
 * parts): pcre, regexp, cidr, and what Postfix treats alike. Postfix's DICT_FLAG_PATTERN. */
bool lookup_is_pattern(const struct lookup_table *table);
/* True when lookup_each_result gives every value that the table can ever answer. */
bool lookup_is_enumerable(const struct lookup_table *table);
/* Calls visit for every value in file order, until it returns false. Values with $1 in them are
 * given unexpanded (then lookup_is_enumerable is false). */
void lookup_each_result(const struct lookup_table *table,
                        bool (*visit)(void *context, struct slice value), void *context);
/* Number of rules or keys, for reports. */
size_t lookup_size(const struct lookup_table *table);

#endif
