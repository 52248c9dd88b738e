#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/program.h"

uint32_t restrict_permit(struct leaf *leaf, const struct question *question)
{
    (void)leaf;
    (void)question;
    return OUTCOME_NUMBER_OK;
}

uint32_t restrict_nothing(struct leaf *leaf, const struct question *question)
{
    (void)leaf;
    (void)question;
    return OUTCOME_NUMBER_DUNNO;
}

uint32_t restrict_reject(struct leaf *leaf, const struct question *question)
{
    return leaf_reject(leaf, question);
}

static uint32_t note(struct leaf *leaf, const struct question *question, enum outcome_kind kind)
{
    return outcome_reply(&leaf->program->outcomes, kind, question->code,
                         slice_of(question->restriction->dsn), CAUSE_LASTING, 0);
}

uint32_t restrict_defer_if_permit(struct leaf *leaf, const struct question *question)
{
    return note(leaf, question, OUTCOME_DEFER_IF_PERMIT);
}

uint32_t restrict_defer_if_reject(struct leaf *leaf, const struct question *question)
{
    return note(leaf, question, OUTCOME_DEFER_IF_REJECT);
}

uint32_t restrict_server_error(struct leaf *leaf, const struct question *question)
{
    leaf_explain(leaf, "smtpd cannot make sense of \"%s%s%s\"", question->name,
                 question->argument ? " " : "", question->argument ? question->argument : "");
    return outcome_server_error(&leaf->program->outcomes);
}
