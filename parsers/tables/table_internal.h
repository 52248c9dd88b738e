#ifndef PARSERS_TABLES_TABLE_INTERNAL_H
#define PARSERS_TABLES_TABLE_INTERNAL_H
/*
 * What the kinds of tables share among themselves; the outside sees lookup.h alone. A kind is a set
 * of functions over its own data, which live in the table's arena or are given back by release.
 */
#include <stdbool.h>

#include "base/arena.h"
#include "parsers/tables/lookup.h"

struct table_ops {
    enum lookup_status (*find)(const struct lookup_table *table, struct slice key,
                               struct arena *scratch, struct slice *result);
    void (*each)(const struct lookup_table *table, bool (*visit)(void *context, struct slice value),
                 void *context);                 /* NULL: no values known */
    void (*release)(struct lookup_table *table); /* NULL: nothing outside the arena */
};

struct lookup_table {
    struct arena arena;
    const struct table_ops *ops;
    struct slice name; /* "type:name" */
    struct slice type, rest;
    struct slice need, trouble;
    enum lookup_status answer; /* to every key, when there is trouble */
    bool is_pattern, is_enumerable;
    bool is_missing; /* it or a member is LOOKUP_UNREADABLE: need names that one */
    bool is_fixed;   /* DICT_FLAG_FIXED: keys are folded on request */
    bool fold, utf8, keep_first;
    int version;
    size_t size;
    struct diagnostics *notes;            /* only while it is being opened */
    const struct lookup_options *options; /* only while it is being opened */
    void *data;
};

/* Makes the table one that answers every key with `answer` (LOOKUP_ERROR, LOOKUP_CONFIG_ERROR or
 * LOOKUP_UNREADABLE); always false. */
bool table_fail(struct lookup_table *table, enum lookup_status answer, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds Postfix's warning "TYPE map NAME, line N: text" to the notes. */
void table_warn(struct lookup_table *table, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The text of a rule table: the file, or the rules of the inline form "{ {rule}, {rule} }" as lines.
 * Lives in the arena. False when there is none; the table has failed then. */
bool table_rule_text(struct lookup_table *table, struct slice *text);
/* Reads the file that the table names, with suffix; false without one (the table is as it was). */
bool table_file_text(struct lookup_table *table, const char *suffix, struct slice *text,
                     struct slice *place);
/* The inside of "{...}" when text is exactly that and not empty. */
bool table_braces(struct slice text, struct slice *inside);

/* Each kind's way to open: true when the table is in order, else it has failed. */
typedef bool (*table_open_fn)(struct lookup_table *table);
/* cidr_table(5): networks and addresses, first match. */
bool table_cidr_open(struct lookup_table *table);
/* pcre_table(5). */
bool table_pcre_open(struct lookup_table *table);
/* regexp_table(5): the C library's regular expressions, as Postfix. */
bool table_regexp_open(struct lookup_table *table);
/* A text file read as it is: exact keys. */
bool table_texthash_open(struct lookup_table *table);
/* hash, btree, dbm, sdbm, cdb, lmdb: the text source beside the file, else the file itself. */
bool table_indexed_open(struct lookup_table *table);
/* inline:{ {key = value}, key=value }. */
bool table_inline_open(struct lookup_table *table);
/* static:value: every key has it. */
bool table_static_open(struct lookup_table *table);
/* fail:name: every look-up fails for now. */
bool table_fail_open(struct lookup_table *table);
/* randmap:{a, b}: one of them; known only when all are equal. */
bool table_random_open(struct lookup_table *table);
/* pipemap:{type:a, type:b}: the result of one is the key of the next. */
bool table_pipe_open(struct lookup_table *table);
/* unionmap:{type:a, type:b}: all results joined by commas. */
bool table_union_open(struct lookup_table *table);
/* Answers that lie in other programs: always fails with LOOKUP_UNREADABLE. */
bool table_unreadable_open(struct lookup_table *table);

/* Takes one key and its value. */
typedef void (*table_entry_fn)(struct lookup_table *table, struct slice key, struct slice value);
/* Puts every key and value of a Berkeley DB, cdb or lmdb file into the table, with the NUL that
 * postmap may have added taken off; false with the reason when the file or the reader is missing. */
bool table_file_each(struct lookup_table *table, struct slice path, table_entry_fn add,
                     const char **reason);

#endif
