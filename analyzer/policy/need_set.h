#ifndef ANALYZER_POLICY_NEED_SET_H
#define ANALYZER_POLICY_NEED_SET_H
/*
 * What is missing for an answer, as words of the contract (`needs` in spec/examples.md of the
 * project): "helo_name", "dns:MX example.net", "map:hash:/etc/postfix/access". Collected only when
 * somebody wants to read them; the hot path passes NULL.
 */
#include "base/arena.h"
#include "base/slice.h"

struct need_set {
    struct arena *arena;
    struct slice *items;
    size_t count, capacity;
};

/* An empty set whose words live in arena. Free with need_set_release. */
void need_set_init(struct need_set *set, struct arena *arena);
/* Gives the array back; the words stay in the arena. */
void need_set_release(struct need_set *set);
/* Adds a word once; copies it. set may be NULL. */
void need_set_add(struct need_set *set, struct slice word);
/* Adds "PREFIX:TEXT" once. set may be NULL. */
void need_set_add_pair(struct need_set *set, const char *prefix, struct slice text);
/* True when the word is in it. */
bool need_set_has(const struct need_set *set, struct slice word);
/* Sorts the words by bytes. */
void need_set_sort(struct need_set *set);

#endif
