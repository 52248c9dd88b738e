#include "analyzer/policy/leaf.h"

#include <stdarg.h>
#include <stdio.h>

#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/program.h"

const struct resolved_address *leaf_resolve_sender(struct leaf *leaf)
{
    if (!leaf->has_sender) {
        leaf->resolved_sender = address_resolve(&leaf->settings->addresses, leaf->sender.text,
                                                leaf->scratch, leaf->needs);
        leaf->has_sender = true;
    }
    return &leaf->resolved_sender;
}

const struct resolved_address *leaf_resolve_recipient(struct leaf *leaf)
{
    if (!leaf->has_recipient) {
        leaf->resolved_recipient = address_resolve(&leaf->settings->addresses, leaf->recipient.text,
                                                   leaf->scratch, leaf->needs);
        leaf->has_recipient = true;
    }
    return &leaf->resolved_recipient;
}

sym leaf_login(const struct leaf *leaf)
{
    const struct session_facts *facts = leaf->facts;

    if (!facts)
        return SYM_NONE;
    if (facts->sasl_username > SYM_EMPTY && leaf->settings->tls_auth_only && facts->tls == TRI_NO)
        return SYM_NONE;
    return facts->sasl_username;
}

struct leaf_subject leaf_subject_of(const struct leaf *leaf, unsigned subject)
{
    switch ((enum access_subject)subject) {
    case SUBJECT_CLIENT:
        return (struct leaf_subject){ &leaf->client.name, "Client host", "client_name", true };
    case SUBJECT_REVERSE_CLIENT:
        return (struct leaf_subject){ &leaf->client.reverse_name, "Unverified Client host",
                                      "reverse_client_name", true };
    case SUBJECT_HELO:
        return (struct leaf_subject){ &leaf->helo, "Helo command", "helo_name", false };
    case SUBJECT_SENDER:
        return (struct leaf_subject){ &leaf->sender, "Sender address", "sender", false };
    case SUBJECT_RECIPIENT:
    case SUBJECT_SASL:
    case SUBJECT_CCERT:
    case SUBJECT_ETRN:
        break;
    }
    return (struct leaf_subject){ &leaf->recipient, "Recipient address", "recipient", false };
}

bool leaf_subject_is_skipped(const struct leaf_subject *subject)
{
    const struct leaf_text *text = subject->text;

    return text->state == LEAF_ABSENT || (text->state == LEAF_KNOWN && subject->is_client &&
                                          slice_equal_fold(text->text, slice_of("unknown")));
}

uint32_t leaf_reject(struct leaf *leaf, const struct question *question)
{
    return outcome_reply(&leaf->program->outcomes, OUTCOME_REJECT, question->code,
                         slice_of(question->restriction->dsn), CAUSE_LASTING, 0);
}

uint32_t leaf_tempfail(struct leaf *leaf, const struct question *question)
{
    return outcome_reply(&leaf->program->outcomes,
                         question->tempfail_defers ? OUTCOME_REJECT : OUTCOME_DEFER_IF_PERMIT, 450,
                         slice_of(question->restriction->dsn), CAUSE_PASSING, 0);
}

uint32_t leaf_unknown(struct leaf *leaf, const char *need, uint32_t one, uint32_t other)
{
    const uint32_t either[] = { one, other };

    if (need)
        need_set_add(leaf->needs, slice_of(need));
    return outcome_any_of(&leaf->program->outcomes, either, 2);
}

void leaf_explain(struct leaf *leaf, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    if (!leaf->why)
        return;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (leaf->why->len)
        buffer_add_text(leaf->why, "; ");
    buffer_add(leaf->why, text,
               len < 0                     ? 0
               : (size_t)len < sizeof text ? (size_t)len
                                           : sizeof text - 1);
}

uint32_t leaf_or_nothing(struct leaf *leaf, const struct question *question, uint32_t outcome)
{
    bool is_sender = (question->restriction->reads & READS_SENDER) != 0;

    if (!is_sender || !leaf->sender_completed || outcome == OUTCOME_NUMBER_DUNNO)
        return outcome;
    return leaf_unknown(leaf, "sender", OUTCOME_NUMBER_DUNNO, outcome);
}
