#include "analyzer/policy/dns_status.h"
#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/program.h"

/* permit_auth_destination as a fact. *failed: the look-up failed. */
static enum tri is_authorized(struct leaf *leaf, bool *failed)
{
    *failed = false;
    if (leaf->recipient.state != LEAF_KNOWN) {
        need_set_add(leaf->needs, slice_of("recipient"));
        return TRI_UNKNOWN;
    }
    const struct resolved_address *address = leaf_resolve_recipient(leaf);
    unsigned ours = ADDRESS_FINAL | ADDRESS_RELAY;
    *failed = address->failed;
    if (!address->domain.at)
        return TRI_YES;
    if (address->routed && !leaf->settings->untrusted_routing)
        return TRI_NO;
    if ((address->classes & ours) == 0)
        return TRI_NO;
    return (address->classes & ~ours) == 0 ? TRI_YES : TRI_UNKNOWN;
}

static uint32_t by_authority(struct leaf *leaf, uint32_t yes, uint32_t no)
{
    bool failed;
    enum tri authorized = is_authorized(leaf, &failed);

    if (!failed && authorized != TRI_UNKNOWN)
        leaf_explain(leaf, "the recipient is %s", authorized == TRI_YES ? "ours" : "not ours");

    if (failed)
        return outcome_lookup_failure(&leaf->program->outcomes);
    if (authorized == TRI_UNKNOWN)
        return leaf_unknown(leaf, NULL, yes, no);
    return authorized == TRI_YES ? yes : no;
}

uint32_t restrict_auth_destination(struct leaf *leaf, const struct question *question)
{
    (void)question;
    return by_authority(leaf, OUTCOME_NUMBER_OK, OUTCOME_NUMBER_DUNNO);
}

uint32_t restrict_unauth_destination(struct leaf *leaf, const struct question *question)
{
    unsigned code = question->code;

    if (question->restriction->detail) /* defer_unauth_destination: the same parameter less 100 */
        code = code >= 100 ? code - 100 : 0;
    return by_authority(leaf, OUTCOME_NUMBER_DUNNO,
                        outcome_reply(&leaf->program->outcomes, OUTCOME_REJECT, code,
                                      slice_of(question->restriction->dsn), CAUSE_LASTING, 0));
}

uint32_t restrict_relay_domains(struct leaf *leaf, const struct question *question)
{
    const struct leaf_text *name = &leaf->client.name;
    uint32_t by_recipient = by_authority(leaf, OUTCOME_NUMBER_OK, leaf_reject(leaf, question));
    enum match_answer answer = MATCH_UNKNOWN;

    if (name->state == LEAF_KNOWN)
        answer = name_list_match_domain(&leaf->settings->relay_domains, name->text, leaf->scratch,
                                        leaf->needs);
    if (answer == MATCH_YES)
        return OUTCOME_NUMBER_OK;
    if (answer == MATCH_UNKNOWN)
        return leaf_unknown(leaf, "client_name", OUTCOME_NUMBER_OK, by_recipient);
    return by_recipient;
}

/* "postmaster" without domain, and our own probes: nothing is asked. */
uint32_t restrict_recipient_exempt(struct leaf *leaf, const struct question *question)
{
    struct slice recipient = leaf->recipient.text;

    (void)question;
    if (leaf->recipient.state != LEAF_KNOWN)
        return OUTCOME_NUMBER_DUNNO;
    if (slice_equal_fold(recipient, slice_of("postmaster")) ||
        (leaf->settings->verify_sender.len &&
         slice_equal_fold(recipient, leaf->settings->verify_sender)))
        return OUTCOME_NUMBER_OK;
    return OUTCOME_NUMBER_DUNNO;
}
