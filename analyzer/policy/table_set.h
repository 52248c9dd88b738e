#ifndef ANALYZER_POLICY_TABLE_SET_H
#define ANALYZER_POLICY_TABLE_SET_H
/*
 * The look-up tables of one configuration, each opened once, and lists of tables ("$alias_maps")
 * that are asked one after the other as Postfix's maps_find does. A table that cannot be read
 * answers LOOKUP_UNREADABLE and names itself in the needs.
 */
#include <stdbool.h>

#include "analyzer/policy/need_set.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/intern.h"
#include "parsers/data/answers_file.h"
#include "parsers/tables/lookup.h"

/* A table, and what was recorded of it where it cannot be read here. */
struct policy_table {
    struct lookup_table *lookup;
    const struct answers_file *answers; /* NULL: nothing */
};

struct table_set {
    struct arena *arena;
    struct lookup_options options;
    struct diagnostics *remarks;        /* may be NULL */
    struct intern names;                /* 'f' (folded) or 'n', then type:name */
    const struct answers_file *answers; /* may be NULL */
    struct policy_table **tables;
    size_t count, capacity;
};

/* An empty set; arena holds the lists of tables. */
void table_set_init(struct table_set *set, struct arena *arena,
                    const struct lookup_options *options, const struct answers_file *answers,
                    struct diagnostics *remarks);
/* Closes every table. */
void table_set_release(struct table_set *set);
/* The table "type:name", opened when it is new; never NULL. fold: DICT_FLAG_FOLD_FIX. */
struct policy_table *table_set_open(struct table_set *set, struct slice type_name, bool fold);

/* Tables in the order in which they are asked. */
struct table_list {
    struct policy_table **tables;
    size_t count;
};

/* Opens every table of an expanded value (access, alias, recipient maps: with folding). */
struct table_list table_list_open(struct table_set *set, struct slice value);
/* Asks table by table: the first hit or trouble ends the search. partial: only tables that take
 * partial keys. An empty result is a configuration error, an empty key is never found. */
enum lookup_status table_list_find(const struct table_list *list, struct slice key, bool partial,
                                   struct arena *scratch, struct slice *result,
                                   struct need_set *needs);
/* One key: lookup_find, then the recorded answers for a table that cannot be read. */
enum lookup_status table_find(const struct policy_table *table, struct slice key,
                              struct arena *scratch, struct slice *result);
/* True when a key that is no address or network can be in the table: not for cidr. */
bool table_takes_names(const struct policy_table *table);
/* True for static:, where every key gives the same. */
bool table_is_static(const struct policy_table *table);

#endif
