#ifndef ANALYZER_POLICY_RBL_REPLY_H
#define ANALYZER_POLICY_RBL_REPLY_H
/*
 * What a DNS list's hit is answered with: default_rbl_reply or a template of rbl_reply_maps, whose
 * $names are filled in from the hit. Only the code and the enhanced status code at its start decide
 * anything; the rest is for the explanation. Reference: postconf(5) default_rbl_reply.
 */
#include "analyzer/policy/restriction.h"

struct rbl_hit {
    struct slice argument; /* as written in the list, filter included */
    struct slice domain;   /* without the filter */
    struct slice what;     /* the address or name that is listed */
    const char *label;     /* "Client host" */
    struct slice text;     /* of the TXT records; empty when nobody asked */
};

/* The outcome of a hit. */
uint32_t rbl_reply(struct leaf *leaf, const struct rbl_hit *hit);

#endif
