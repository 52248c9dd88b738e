#ifndef ANALYZER_POLICY_LIMITS_H
#define ANALYZER_POLICY_LIMITS_H
/*
 * smtpd's limits that no list knows of, and that are not simulated: how many recipients a mail may have,
 * how many errors a session. Where a set comes near them somebody should know.
 */
#include "analyzer/policy/policy.h"

/* Says in remarks (may be NULL) which limits the verdicts of a replay leave out of account, and how
 * much of the log they touch. */
void limits_remark(const struct replay *replay, struct diagnostics *remarks);

#endif
