#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/program.h"
#include "base/ip_address.h"

/* 450 at once, whatever the reply code parameter says: the name may be found next time. */
static uint32_t temporary(struct leaf *leaf, const char *dsn)
{
    return outcome_reply(&leaf->program->outcomes, OUTCOME_REJECT, 450, slice_of(dsn),
                         CAUSE_PASSING, 0);
}

static const char *status_words(unsigned status)
{
    switch (status) {
    case NAME_OK:
        return "the name is there";
    case NAME_TEMPORARY:
        return "the look-up of the name failed for now";
    case NAME_MISSING:
        return "the address has no name";
    case NAME_FORGED:
        return "the name does not lead back to the address";
    default:
        return "nothing tells about the name";
    }
}

static uint32_t by_status(struct leaf *leaf, const struct question *question, unsigned status,
                          const char *dsn, const char *need)
{
    struct outcomes *outcomes = &leaf->program->outcomes;
    uint32_t lasting =
        outcome_reply(outcomes, OUTCOME_REJECT, question->code, slice_of(dsn), CAUSE_LASTING, 0);

    leaf_explain(leaf, "%s", status_words(status));
    switch (status) {
    case NAME_OK:
        return OUTCOME_NUMBER_DUNNO;
    case NAME_TEMPORARY:
        return temporary(leaf, dsn);
    case NAME_MISSING:
    case NAME_FORGED:
        return lasting;
    default:
        break;
    }
    const uint32_t any[] = { OUTCOME_NUMBER_DUNNO, temporary(leaf, dsn), lasting };
    need_set_add(leaf->needs, slice_of(need));
    return outcome_any_of(outcomes, any, 3);
}

uint32_t restrict_unknown_client(struct leaf *leaf, const struct question *question)
{
    const char *dsn = leaf->settings->version < 300 ? "4.7.1" : "4.7.25";
    return by_status(leaf, question, leaf->client.name_status, dsn, "client_name_status");
}

uint32_t restrict_unknown_reverse_client(struct leaf *leaf, const struct question *question)
{
    return by_status(leaf, question, leaf->client.reverse_status, question->restriction->dsn,
                     "reverse_client_name");
}

/* mynetworks left at its default: the machine's own addresses, or their networks. What is not
 * loopback and not private is taken for foreign (policy.c tells so in the remarks). */
static enum match_answer default_networks(struct leaf *leaf, struct slice address)
{
    struct ip_address ip;

    if (!ip_address_parse(address, &ip))
        return MATCH_NO;
    if (ip_is_loopback(&ip))
        return MATCH_YES;
    if (!ip_is_private(&ip))
        return MATCH_NO;
    need_set_add(leaf->needs, slice_of("config:mynetworks"));
    return MATCH_UNKNOWN;
}

uint32_t restrict_mynetworks(struct leaf *leaf, const struct question *question)
{
    const struct leaf_client *client = &leaf->client;
    enum match_answer answer;

    (void)question;
    if (client->address.state != LEAF_KNOWN)
        return leaf_unknown(leaf, "client_name", OUTCOME_NUMBER_DUNNO, OUTCOME_NUMBER_OK);
    if (leaf->settings->mynetworks_known)
        answer = name_list_match_client(&leaf->settings->mynetworks,
                                        client->name.state == LEAF_KNOWN ? client->name.text
                                                                         : slice_make(NULL, 0),
                                        client->address.text, leaf->scratch, leaf->needs);
    else
        answer = default_networks(leaf, client->address.text);
    if (answer == MATCH_NO || answer == MATCH_YES)
        leaf_explain(leaf, "%.*s is %sin mynetworks", SLICE_FMT(client->address.text),
                     answer == MATCH_NO ? "not " : "");
    switch (answer) {
    case MATCH_NO:
        return OUTCOME_NUMBER_DUNNO;
    case MATCH_YES:
        return OUTCOME_NUMBER_OK;
    case MATCH_ERROR:
        return outcome_lookup_failure(&leaf->program->outcomes);
    case MATCH_UNKNOWN:
        break;
    }
    return leaf_unknown(leaf, NULL, OUTCOME_NUMBER_DUNNO, OUTCOME_NUMBER_OK);
}

uint32_t restrict_inet_interfaces(struct leaf *leaf, const struct question *question)
{
    (void)question;
    if (leaf->client.address.state == LEAF_KNOWN) {
        switch (address_is_own(&leaf->settings->addresses, leaf->client.address.text, false,
                               leaf->needs)) {
        case MATCH_NO:
        case MATCH_ERROR:
            return OUTCOME_NUMBER_DUNNO;
        case MATCH_YES:
            return OUTCOME_NUMBER_OK;
        case MATCH_UNKNOWN:
            break;
        }
    }
    return leaf_unknown(leaf, NULL, OUTCOME_NUMBER_DUNNO, OUTCOME_NUMBER_OK);
}
