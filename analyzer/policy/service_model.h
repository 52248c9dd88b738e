#ifndef ANALYZER_POLICY_SERVICE_MODEL_H
#define ANALYZER_POLICY_SERVICE_MODEL_H
/*
 * What stands behind a check_policy_service: a simulated server whose rule is public, or nobody
 * knows. Said by `--policy 'SERVICE=MODEL[,name=value...]'`; services of the usual names and sockets
 * are recognised, with a remark. A model of policyd-spf answers from the evidence alone; one of
 * postgrey remembers, and is asked in order of time (service_postgrey.h).
 */
#include <stdbool.h>

#include "analyzer/evidence/greylist_model.h"
#include "analyzer/policy/policy.h"
#include "base/ip_address.h"

enum service_kind { MODEL_NONE, MODEL_DUNNO, MODEL_ANSWERS, MODEL_POLICYD_SPF, MODEL_POSTGREY };

/* What a result of one identity does (policyd-spf.conf(5): HELO_reject, Mail_From_reject). */
enum spf_strictness {
    SPF_REJECT_FAIL,
    SPF_REJECT_SOFTFAIL,
    SPF_REJECT_NOT_PASS,
    SPF_REJECT_NULL,  /* HELO only: fail rejects when the sender is empty */
    SPF_REJECT_NEVER, /* False */
    SPF_NO_CHECK,
};

struct spf_settings {
    enum spf_strictness helo, mail_from;
    bool permerror_rejects, temperror_defers, test_only; /* TestOnly = 0: nothing is refused */
    bool plain_codes;                                    /* SPF_Enhanced_Status_Codes = No */
    bool dnspython;      /* resolver=dnspython: else py3dns, to which SERVFAIL is no data */
    bool has_void_limit; /* Void_Limit */
    unsigned void_limit;
    bool has_unmodelled; /* a setting that needs more than the evidence: answers are unknown */
    struct ip_prefix skipped[64];
    size_t skipped_count;
};

struct service_model {
    const char *service; /* as configured, or as --policy says; lives in the arena */
    enum service_kind kind;
    struct spf_settings spf;
    struct greylist_options greylist;
    struct postgrey_whitelist *whitelist; /* NULL: none */
    bool immediate; /* postgrey --greylist-action=DEFER: at once, not DEFER_IF_PERMIT */
};

struct service_models {
    struct arena arena;
    struct service_model *items;
    size_t count, capacity;
    const struct policy_inputs *inputs;
    struct diagnostics *remarks;
};

/* Reads the --policy texts. False with a usage fault for one that is wrong. Borrows inputs and
 * remarks while policies are compiled. */
bool service_models_init(struct service_models *models, const struct policy_inputs *inputs,
                         struct diagnostics *remarks, struct fault *fault);
/* Gives all memory back. */
void service_models_release(struct service_models *models);
/* "{ inet:host:port, timeout=10s }" -> "inet:host:port"; an argument without braces as it is. */
struct slice service_name(struct slice argument);
/* The number of the model of a check_policy_service argument, added when its name is a usual one;
 * SIZE_MAX when nobody knows what it is. */
size_t service_model_find(struct service_models *models, struct slice argument);

#endif
