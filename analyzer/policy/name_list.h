#ifndef ANALYZER_POLICY_NAME_LIST_H
#define ANALYZER_POLICY_NAME_LIST_H
/*
 * Match lists as Postfix asks them: mydestination (strings), relay_domains (domains), mynetworks
 * (names and addresses). The first item that matches decides; an item that cannot be known leaves
 * the answer unknown unless every way leads to the same one (util/match_list.c, match_ops.c).
 */
#include <stdbool.h>

#include "analyzer/policy/need_set.h"
#include "analyzer/policy/table_set.h"
#include "base/arena.h"
#include "parsers/config/word_list.h"

enum match_answer { MATCH_NO, MATCH_YES, MATCH_ERROR, MATCH_UNKNOWN };

struct name_list {
    struct match_list list;
    struct policy_table **tables; /* by item; NULL where the item is no table */
    bool parent_style; /* "example.com" matches subdomains, too; else ".example.com" does */
};

/* Parses an expanded value; tables are opened in (and owned by) tables. Lives in arena. */
struct name_list name_list_open(struct arena *arena, struct slice value, struct table_set *tables,
                                bool parent_style);
/* Equality with an item, or a key of a table (string_list_match). */
enum match_answer name_list_match_string(const struct name_list *list, struct slice text,
                                         struct arena *scratch, struct need_set *needs);
/* Equality, or a parent domain (domain_list_match). */
enum match_answer name_list_match_domain(const struct name_list *list, struct slice name,
                                         struct arena *scratch, struct need_set *needs);
/* Name first, then address, item by item (namadr_list_match). "No text" as name or address: not
 * known. */
enum match_answer name_list_match_client(const struct name_list *list, struct slice name,
                                         struct slice address, struct arena *scratch,
                                         struct need_set *needs);

#endif
