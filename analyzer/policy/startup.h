#ifndef ANALYZER_POLICY_STARTUP_H
#define ANALYZER_POLICY_STARTUP_H
/*
 * What keeps smtpd from starting beyond the value of a single parameter: what stands in the lists.
 * Postfix's own words (smtpd_check_init, attr_clnt, attr_override).
 */
#include "analyzer/policy/program.h"
#include "base/fault.h"

/* False with fault, at its line, when Postfix would not start. The classes of the program have been
 * read. */
bool startup_check(const struct program *program, struct config *config, struct fault *fault);

#endif
