#ifndef ANALYZER_TRAFFIC_H
#define ANALYZER_TRAFFIC_H
/*
 * Totals of the log in the way pflogsumm(1) counts them: by line, not by message, so that an
 * administrator finds the numbers he knows. Takes events, gives a struct results_traffic. Where
 * pflogsumm does not look (instances not called "postfix", refusals of a milter before the end of
 * the message, MIME errors, lines that stand twice in the input) these totals say what happened:
 * tests/oracle/check_pflogsumm explains each difference.
 */
#include <stdio.h>

#include "analyzer/results_input.h"
#include "base/intern.h"
#include "parsers/lines/event.h"

struct traffic {
    struct results_traffic totals;
    struct intern deferred; /* queue ids that were deferred, each once */
};

/* An empty account. */
void traffic_init(struct traffic *traffic);
/* Gives back its memory; the totals stay. */
void traffic_release(struct traffic *traffic);
/* Counts one line. */
void traffic_add(struct traffic *traffic, const struct event *event);
/* Prints the totals in one line (`-v`). */
void traffic_print(const struct results_traffic *totals, FILE *to);

#endif
