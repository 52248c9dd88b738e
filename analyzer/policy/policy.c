#include "analyzer/policy/policy.h"

#include <stdlib.h>

#include "analyzer/policy/policy_internal.h"
#include "base/xalloc.h"

struct policy *policy_compile(struct config *config, const struct policy_inputs *inputs,
                              struct diagnostics *remarks, struct fault *fault)
{
    struct policy *policy = xcalloc(1, sizeof *policy);

    policy->inputs = *inputs;
    policy->program = xcalloc(1, sizeof *policy->program);
    if (config_check(config, fault) &&
        program_compile(policy->program, config, &policy->inputs, remarks, fault))
        return policy;
    policy_free(policy);
    return NULL;
}

struct policy *policy_as_logged(void)
{
    struct policy *policy = xcalloc(1, sizeof *policy);
    policy->as_logged = true;
    return policy;
}

void policy_free(struct policy *policy)
{
    if (!policy)
        return;
    if (policy->program) {
        program_release(policy->program);
        free(policy->program);
    }
    free(policy);
}

const struct policy_check *policy_checks(const struct policy *policy, size_t *count)
{
    *count = policy->program ? policy->program->check_count : 0;
    return policy->program ? policy->program->checks : NULL;
}
