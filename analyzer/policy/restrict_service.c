#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/program.h"

/* Nobody knows what the server answered unless somebody recorded or models it. */
uint32_t restrict_policy_service(struct leaf *leaf, const struct question *question)
{
    need_set_add_pair(leaf->needs, "policy", slice_of(question->argument));
    return OUTCOME_NUMBER_ANYTHING;
}
