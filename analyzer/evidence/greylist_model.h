#ifndef ANALYZER_EVIDENCE_GREYLIST_MODEL_H
#define ANALYZER_EVIDENCE_GREYLIST_MODEL_H
/*
 * What greylisting as postgrey does it would have answered: a memory of triplets (client network,
 * sender, recipient) that is asked in order of time. Follows postgrey 1.37's smtpd_access_policy:
 * white lists, then the clients that have passed often enough, then the triplet's first and last
 * time. It starts empty, as on the day when greylisting is switched on. Entries older than max_age
 * count as gone (postgrey removes them in the following night).
 */
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/evidence/postgrey_whitelist.h"
#include "base/ip_address.h"
#include "base/slice.h"

struct greylist_options {
    int64_t delay_s, retry_window_s, max_age_s;
    unsigned auto_whitelist; /* passes until a client is white; 0: never */
    uint8_t ipv4_bits, ipv6_bits;
    bool by_host; /* --lookup-by-host: whole addresses */
};

enum greylist_answer {
    GREYLIST_PASS,   /* DUNNO */
    GREYLIST_PASSED, /* the triplet has just passed: PREPEND X-Greylist */
    GREYLIST_DEFER,  /* DEFER_IF_PERMIT 4.2.0 Greylisted */
};

struct greylist_decision {
    enum greylist_answer answer;
    const char *reason; /* postgrey's: "new", "early-retry", "triplet found", "client AWL",
                           "client whitelist", "recipient whitelist"; static storage */
    int64_t waited_s;   /* since the triplet's first time */
    int64_t missing_s;  /* of an early retry */
    bool doubtful;      /* the answer could be the other one: see greylist_doubt */
};

struct greylist_request {
    int64_t time_us;
    struct ip_address client;
    struct slice client_name; /* "unknown" when there is none */
    struct slice sender, recipient;
};

/* postgrey's defaults: 300 s, 2 days, 35 days, 5 clients, /24, /64. */
struct greylist_options greylist_default_options(void);

struct greylist;
/* An empty memory. whitelist may be NULL (no entries); borrows it. */
struct greylist *greylist_new(const struct greylist_options *options,
                              const struct postgrey_whitelist *whitelist);
/* Gives it back; NULL is allowed. */
void greylist_free(struct greylist *greylist);
/* Asks, and remembers that it was asked; requests come in order of time. */
struct greylist_decision greylist_ask(struct greylist *greylist,
                                      const struct greylist_request *request);
/* As greylist_ask, for a request of which it is not certain that it is made: whatever shares its
 * triplet, or waits for the client to become a regular, is doubtful from then on. A retry within a
 * second of the delay is doubtful by itself: the log's clock is not postgrey's. */
struct greylist_decision greylist_doubt(struct greylist *greylist,
                                        const struct greylist_request *request);

#endif
