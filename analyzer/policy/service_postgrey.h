#ifndef ANALYZER_POLICY_SERVICE_POSTGREY_H
#define ANALYZER_POLICY_SERVICE_POSTGREY_H
/*
 * Greylisting remembers: its answer depends on who was there before, and only those count for whom
 * smtpd came as far as asking. So the replay judges every mail once with the greylisting open, to
 * learn which recipients it is asked about; then the model is asked about these in order of time,
 * and its answers stand for the final judgement. A recipient that may or may not come to it, or
 * whose retry falls within a second of the delay, has no certain answer, and casts doubt on those
 * after it that share its triplet. Switching restrictions on and off afterwards does not ask again.
 */
#include "analyzer/policy/policy_internal.h"

/* True when some check_policy_service is modelled as postgrey. */
bool service_postgrey_is_used(const struct program *program);
/* Asks the models and puts their answers in place of the open ones: the replay's classes of rows
 * change, so its units must be made again. */
void service_postgrey_run(struct replay *replay);

#endif
