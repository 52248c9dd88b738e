#ifndef ANALYZER_EVIDENCE_SPF_INTERNAL_H
#define ANALYZER_EVIDENCE_SPF_INTERNAL_H
/*
 * What the SPF evaluation and its macros share: one check in progress, with its limits, and the one
 * way to ask the snapshot.
 */
#include "analyzer/evidence/spf_eval.h"
#include "analyzer/evidence/spf_record.h"

enum { SPF_MAX_TERMS = 10, SPF_MAX_VOID = 2, SPF_MAX_NAMES = 10, SPF_MAX_DEPTH = 12 };

struct spf_run {
    const struct dns_snapshot *dns;
    const struct spf_query *query;
    struct arena *arena;
    unsigned terms, voids;
    unsigned depth, includes;  /* of includes and redirects; of includes alone */
    struct spf_answer *answer; /* takes the missing question */
};

enum spf_asked { SPF_ASK_FOUND, SPF_ASK_VOID, SPF_ASK_TEMPORARY, SPF_ASK_MISSING };

/* The PTR names of the client that lead back to it, at most SPF_MAX_NAMES tried (RFC 7208 5.5).
 * names has room for SPF_MAX_NAMES. SPF_ASK_MISSING when the snapshot lacks an answer. */
enum spf_asked spf_validated_names(struct spf_run *run, struct slice *names, size_t *count);
/* Expands a macro-string (RFC 7208 section 7) for the current domain into the run's arena. With
 * explanation the letters c, r, t count and the result is not cut. *missing tells that %{p} met an
 * answer that the snapshot lacks. */
struct slice spf_expand(struct spf_run *run, struct slice text, struct slice domain,
                        bool explanation, bool *missing);
/* The domain-spec of a term as a name to ask: expanded, cut to 253 bytes at a label. */
struct slice spf_target(struct spf_run *run, struct slice domain_spec, struct slice domain,
                        bool *missing);

#endif
