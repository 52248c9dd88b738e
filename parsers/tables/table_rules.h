#ifndef PARSERS_TABLES_TABLE_RULES_H
#define PARSERS_TABLES_TABLE_RULES_H
/*
 * What pcre: and regexp: tables share: rules "/pattern/flags result" in file order, IF and ENDIF, "!"
 * in front of a pattern, $1 in results. An engine compiles patterns and matches them; everything else
 * is here (pcre_table(5), regexp_table(5)).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parsers/tables/table_internal.h"

/* A part of the key that a group matched; from > to: it took no part. */
struct rule_span {
    size_t from, to;
};

enum rule_answer { RULE_NO_MATCH, RULE_MATCHES, RULE_FAILED };

/* A letter behind a pattern toggles a bit; bit 0 is a letter that does nothing any more. */
struct rule_flag {
    char letter;
    uint32_t bit;
};

struct rule_engine {
    const char *type; /* "pcre" */
    const struct rule_flag *flags;
    size_t flag_count;
    uint32_t default_bits;
    bool two_patterns; /* /pattern/!/pattern/ result */
    /* Compiles a NUL-terminated pattern. groups gets the number of (...); with needs_spans false
     * nobody will ask for them. NULL with error filled when it is no pattern. */
    void *(*compile)(const char *pattern, uint32_t bits, bool needs_spans, unsigned *groups,
                     char *error, size_t error_size);
    /* Matches anywhere in key; fills spans[0..span_count) when span_count is not 0. workspace is what
     * begin gave. */
    enum rule_answer (*match)(const void *code, struct slice key, size_t span_count,
                              struct rule_span *spans, void *workspace);
    void (*release)(void *code);
    /* A look-up's own memory for the matcher; both may be NULL. most_groups: of any rule. */
    void *(*begin)(unsigned most_groups);
    void (*end)(void *workspace);
};

/* Reads and compiles all rules; table has failed when this gives false. Bad rules are skipped with
 * Postfix's warning. */
bool table_rules_open(struct lookup_table *table, const struct rule_engine *engine);

#endif
