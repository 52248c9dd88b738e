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

/* What a line may be. Of those from TRAFFIC_DELIVERY on, its fields tell the rest. */
enum traffic_role {
    TRAFFIC_NONE,
    TRAFFIC_RECEIVED,
    TRAFFIC_REJECTED,
    TRAFFIC_WARNED,
    TRAFFIC_DELIVERY,
    TRAFFIC_ACTION,
    TRAFFIC_ROLES
};

struct traffic {
    uint64_t lines[TRAFFIC_ROLES];
    struct results_traffic told;
    struct intern deferred; /* queue ids that were deferred, each once */
};

/* The role of each kind of event. */
extern const uint8_t traffic_roles[EVENT_KIND_COUNT];

/* An empty account. */
void traffic_init(struct traffic *traffic);
/* Gives back its memory. */
void traffic_release(struct traffic *traffic);
/* The second half of traffic_add, for lines whose fields tell. */
void traffic_add_told(struct traffic *traffic, const struct event *event);

/* Counts one line. */
static inline void traffic_add(struct traffic *traffic, const struct event *event)
{
    uint8_t role = traffic_roles[event->kind];
    traffic->lines[role]++;
    if (role >= TRAFFIC_DELIVERY)
        traffic_add_told(traffic, event);
}

/* The totals so far. */
struct results_traffic traffic_totals(const struct traffic *traffic);
/* Prints the totals in one line (`-v`). */
void traffic_print(const struct results_traffic *totals, FILE *to);

#endif
