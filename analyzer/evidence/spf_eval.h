#ifndef ANALYZER_EVIDENCE_SPF_EVAL_H
#define ANALYZER_EVIDENCE_SPF_EVAL_H
/*
 * Sender Policy Framework, RFC 7208, over recorded DNS answers: check_host() with its limits (ten
 * terms that ask, two void look-ups, ten MX or PTR names), macros, redirect, include and exp.
 * Three-valued: where the snapshot lacks an answer that the evaluation comes to, the result is
 * SPF_UNKNOWN and the missing question is named; it is never taken for "no".
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/ip_address.h"
#include "base/slice.h"
#include "parsers/data/dns_snapshot.h"

enum spf_result {
    SPF_UNKNOWN, /* the snapshot lacks an answer: `missing_*` names the question */
    SPF_NONE,
    SPF_NEUTRAL,
    SPF_PASS,
    SPF_FAIL,
    SPF_SOFTFAIL,
    SPF_TEMPERROR,
    SPF_PERMERROR
};

struct spf_query {
    struct ip_address client;
    struct slice domain;   /* whose policy: sender's domain, or the HELO name */
    struct slice sender;   /* local@domain; without local part "postmaster" is meant */
    struct slice helo;     /* for %{h} */
    struct slice receiver; /* for %{r}; empty: "unknown" */
    int64_t time_us;       /* for %{t} */
    /* Where pyspf differs: SERVFAIL and its like count as "no data" (so does py3dns, which Debian
     * installs with it; a time-out stays a temporary error); another limit of void look-ups than the
     * RFC's two. */
    bool failures_are_void, has_void_limit;
    unsigned void_limit;
};

struct spf_answer {
    enum spf_result result;
    struct slice explanation; /* of a fail with exp=; empty otherwise */
    enum dns_type missing_type;
    struct slice missing_name; /* for SPF_UNKNOWN; lives in arena */
};

/* check_host() of RFC 7208 section 4. Texts live in arena. */
struct spf_answer spf_check_host(const struct dns_snapshot *dns, const struct spf_query *query,
                                 struct arena *arena);
/* "pass", "permerror" ...; static storage. */
const char *spf_result_name(enum spf_result result);

#endif
