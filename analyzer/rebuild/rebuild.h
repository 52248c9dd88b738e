#ifndef ANALYZER_REBUILD_REBUILD_H
#define ANALYZER_REBUILD_REBUILD_H
/*
 * Events to transactions: who connected, what was said, what was answered and how it ended, as rows
 * of the evidence store. Takes the events of all files in reading order; lines of one second may be
 * out of order, lines may lack, queue ids and pids come back. Joins over further hops and verdicts
 * of filters are made at the end, so that they do not depend on the order of files.
 * The store is complete (sorted, joined, books filled and checked) after rebuild_finish only.
 */
#include "analyzer/evidence/evidence.h"
#include "base/fault.h"
#include "base/ip_address.h"
#include "parsers/lines/event.h"

struct rebuild;

struct rebuild_options {
    /* unknown_client_reject_code of the server that wrote the log, 0 when not known (or when
     * soft_bounce blurs it): tells a 450 for a time-out from one for a missing name */
    int unknown_client_reject_code;
    /* postscreen_dnsbl_sites of that server, blanks between; "no text" when not known: a list that
     * postscreen asked and that no line names did not have the client */
    struct slice dnsbl_sites;
    /* clients that hand on the mail of others; borrowed for the rebuilder's life */
    const struct ip_prefix *gateways;
    size_t gateway_count;
    bool deep_tests; /* it has some of postscreen's tests after the greeting switched on */
    /* its postscreen drops such clients at once: of the access list, early talkers, listed ones */
    bool drops_denied, drops_early, drops_listed;
};

/* A rebuilder that fills an empty store. Borrows evidence and remarks for its life; copies options
 * (NULL: nothing known). */
struct rebuild *rebuild_new(struct evidence *evidence, const struct rebuild_options *options,
                            struct diagnostics *remarks);
/* Takes in the next event. Copies what it keeps. */
void rebuild_event(struct rebuild *rebuild, const struct event *event);
/* Ends the log: closes what is open, joins hops, orders sessions, messages and rows, fills and
 * checks the books. No event may follow. */
void rebuild_finish(struct rebuild *rebuild);
/* Gives the rebuilder back; the store stays. */
void rebuild_free(struct rebuild *rebuild);

#endif
