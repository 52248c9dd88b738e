#ifndef ANALYZER_DNS_QUESTIONS_H
#define ANALYZER_DNS_QUESTIONS_H
/*
 * Which DNS questions a replay lacked the answers to: the `dns:TYPE NAME` words among the needs of
 * its undecided rows, each once, in the order of the log. What `dns record` asks.
 */
#include "analyzer/evidence/resolver.h"
#include "analyzer/results.h"
#include "base/intern.h"

struct dns_questions {
    struct intern seen;
    struct resolver_question *items; /* names live in `seen` */
    size_t count, capacity;
};

/* An empty list. */
void dns_questions_init(struct dns_questions *questions);
/* Gives all memory back. */
void dns_questions_release(struct dns_questions *questions);
/* Adds the questions of all undecided rows that are not in the list yet. */
void dns_questions_collect(struct dns_questions *questions, const struct results *results);

#endif
