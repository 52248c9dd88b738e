#ifndef ANALYZER_POLICY_VERDICT_H
#define ANALYZER_POLICY_VERDICT_H
/*
 * The answer of a restriction set to one recipient: what smtpd would have said, which restriction
 * decided, in which list and stage. VERDICT_UNKNOWN when the evidence does not decide it; `needs`
 * (policy.h) then lists what is missing.
 */
#include <stdint.h>

#include "analyzer/evidence/evidence.h"
#include "base/slice.h"

/* How lasting the cause of a defer is (DESIGN.md section 2, "ham lost"). */
enum defer_cause {
    CAUSE_NONE,
    CAUSE_LASTING,
    CAUSE_PASSING,
    CAUSE_UNKNOWN, /* the verdict is certain, but not what it is due to */
};

#define CHECK_NONE UINT32_MAX

struct verdict {
    enum verdict_kind kind;
    uint16_t code;           /* SMTP reply code, 0 for accept */
    const char *dsn;         /* "4.7.25"; NULL when there is none. Lives in the policy */
    const char *restriction; /* canonical name, or the parameter outside the lists; NULL none */
    const char *argument;    /* NULL none */
    const char *list;        /* "smtpd_client_restrictions"; NULL outside the lists */
    const char *class_name;  /* restriction class it stands in; NULL none */
    enum smtp_stage stage;
    enum defer_cause cause; /* for reject and defer */
    uint32_t check;         /* index of the deciding check in policy_checks; CHECK_NONE none */
    uint8_t possible;       /* kinds that what is missing leaves possible: bits 1 << kind. The one
                                  bit of kind when that is known; never that of VERDICT_UNKNOWN */
};

/* "accept", "reject", ...; static storage. */
const char *verdict_kind_name(enum verdict_kind kind);

#endif
