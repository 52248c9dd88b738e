#ifndef ANALYZER_POLICY_POLICY_H
#define ANALYZER_POLICY_POLICY_H
/*
 * One smtpd's restriction set, compiled from a configuration, and its replay over the evidence.
 *
 * Cost: each check is answered once per distinct value of the one dictionary it reads (client, HELO,
 * sender, recipient, facts); messages with the same tuple of answers form a class that is judged
 * once by the exact, ordered, three-valued evaluation; a row's verdict is then a table look-up.
 * Switching a check on or off judges the classes again, never the evidence: milliseconds at a
 * million rows.
 */
#include <stdbool.h>

#include "analyzer/evidence/evidence.h"
#include "analyzer/policy/verdict.h"
#include "base/arena.h"
#include "base/fault.h"
#include "parsers/config/config.h"
#include "parsers/data/dns_snapshot.h"

/* What a policy rests on beside its configuration. All borrowed for the policy's life. */
struct policy_inputs {
    const struct dns_snapshot *dns; /* NULL: every DNS fact beyond the log is unknown */
    const char *map_root;           /* --map-root, or NULL */
    const char *answers_file;       /* --answers, or NULL */
    const char *const *services;    /* --policy 'SERVICE=MODEL,...' texts */
    size_t service_count;
    int postfix_major, postfix_minor;
};

/* One item of a list (or of a class in it, or a check outside the lists) as the views show it. */
struct policy_check {
    const char *name;       /* canonical restriction name */
    const char *argument;   /* NULL none */
    const char *list;       /* NULL: outside the lists */
    const char *class_name; /* NULL: not in a class */
    unsigned position;      /* in its list, from 1; 0 outside the lists */
    bool warn_only;         /* stands behind warn_if_reject */
    bool permits;           /* a permit: it never loses mail by itself */
    bool enabled;
};

struct policy;
/* Compiles the restriction lists of the chosen service. NULL and fault when Postfix would refuse to
 * start with this configuration (Postfix's reason), or when a file cannot be read. */
struct policy *policy_compile(struct config *config, const struct policy_inputs *inputs,
                              struct diagnostics *remarks, struct fault *fault);
/* A policy without a configuration: every row gets the verdict that the log shows for it (the
 * baseline when no -c is given). */
struct policy *policy_as_logged(void);
/* Gives it back. */
void policy_free(struct policy *policy);
/* All checks in the order in which Postfix would ask them. */
const struct policy_check *policy_checks(const struct policy *policy, size_t *count);

struct replay;
/* Answers all checks for all dictionaries of the evidence and judges every row. Borrows both. */
struct replay *replay_new(const struct policy *policy, const struct evidence *evidence,
                          struct diagnostics *remarks);
/* Gives it back. */
void replay_free(struct replay *replay);
/* Switches a check on or off and judges again (DESIGN.md: a toggle within 16 ms at 10^6 rows). */
void replay_set_enabled(struct replay *replay, uint32_t check, bool enabled);
/* True when the check is switched on. */
bool replay_is_enabled(const struct replay *replay, uint32_t check);
/* The verdict on a row. */
const struct verdict *replay_verdict(const struct replay *replay, uint32_t row);
/* A small number that two rows share when their verdicts and the acts below are the same; for
 * grouped counting. Below replay_class_count. Stable until the next replay_set_enabled. */
uint32_t replay_class(const struct replay *replay, uint32_t row);
/* The same for all rows, for loops over them. Borrowed. */
const uint32_t *replay_row_classes(const struct replay *replay);
/* How many classes there are. */
uint32_t replay_class_count(const struct replay *replay);
/* The verdict that all rows of a class share. */
const struct verdict *replay_class_verdict(const struct replay *replay, uint32_t row_class);
/* What a check would do with the rows of a class if it were asked: TRI_YES it acts (refuses,
 * defers, holds, discards; for a permit: permits), TRI_NO it does nothing, TRI_UNKNOWN. */
enum tri replay_class_acts(const struct replay *replay, uint32_t row_class, uint32_t check);
/* True when the rows of a class are stopped (reject, defer, discard) and would not be if this check
 * alone were switched off. */
bool replay_class_unique(const struct replay *replay, uint32_t row_class, uint32_t check);
/* What is missing for an unknown verdict, in the words of spec/examples.md; sorted, no doubles.
 * Lives in arena. */
struct slice *replay_needs(const struct replay *replay, uint32_t row, struct arena *arena,
                           size_t *count);

#endif
