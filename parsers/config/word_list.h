#ifndef PARSERS_CONFIG_WORD_LIST_H
#define PARSERS_CONFIG_WORD_LIST_H
/*
 * Lists inside parameter values: words between commas and blanks, with {...} kept together, and the
 * match lists of mynetworks, relay_domains and so on, where /file stands for its contents and a
 * leading ! turns an item into an exception (Postfix util/match_list.c, "type:table" lists).
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/slice.h"

/* Cuts the next word off *rest: separators are comma, space, tab, CR, LF; a word's balanced {...}
 * hide them and stay part of the word. False when nothing is left. */
bool word_next(struct slice *rest, struct slice *word);
/* The same where blanks alone are separators and a comma is part of the word, as in master.cf. */
bool word_next_blank(struct slice *rest, struct slice *word);
/* Takes the outer braces off "{ text }" and trims the inside. False (with *error a static text, in
 * Postfix's words) when they do not balance or text follows the closing one; *inside then holds what
 * Postfix goes on with. Text without a leading brace is an error, too. */
bool word_unbrace(struct slice word, struct slice *inside, const char **error);
/* Splits "name = value" as Postfix's split_nameval: blanks around both do not count. NULL when good,
 * else the reason in Postfix's words. */
const char *word_split_assignment(struct slice text, struct slice *name, struct slice *value);

/* One item of a match list, in order; the first that matches decides. */
struct match_item {
    struct slice text; /* without the leading "!"; lower case but for tables and files */
    bool negated;      /* a match means "not in the list" */
    bool is_table;     /* "type:name": key exists = match. [v6]/len and addresses are no tables */
    bool is_missing;   /* "/file" that could not be read: from here on the answer is unknown */
};

struct match_list {
    struct match_item *items;
    size_t count;
};

/* How list files are found; see lookup.h for the meaning of the paths. */
struct list_options {
    struct slice map_root;         /* where files are found that are not at their own place */
    struct slice config_directory; /* stands for /etc/postfix when a file there is missing */
};

/* Parses an expanded value; files are inlined (their lines as words; lines that begin with # are
 * comments), nested at most 10 deep. Everything lives in arena. notes may be NULL. */
struct match_list match_list_parse(struct arena *arena, struct slice value,
                                   const struct list_options *options, struct diagnostics *notes);

#endif
