#include "analyzer/policy/dns_status.h"
#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/program.h"

/*
 * permit_mx_backup (smtpd_check.c): we are a mail host of the domain, but not a best one, and, when
 * permit_mx_backup_networks is set, every best one lies in these networks. Trouble with DNS raises
 * the defer_if_reject note and goes on.
 */
struct mx_list {
    struct dns_answer answer;
    uint32_t best; /* the lowest preference */
    bool failed;   /* some look-up failed for now */
    bool unknown;  /* some answer was not recorded */
};

static uint32_t preference(struct slice answer)
{
    uint64_t number = UINT32_MAX;
    slice_to_u64(slice_head(answer, slice_index(answer, ' ')), &number);
    return (uint32_t)number;
}

/* has_my_addr. */
static enum match_answer is_own_host(struct leaf *leaf, struct mx_list *list, struct slice host)
{
    struct dns_answer answers[2] = { { .rcode = DNS_NXDOMAIN }, { .rcode = DNS_NXDOMAIN } };
    bool unknown = false;

    if (leaf->settings->asks_v4)
        dns_host_addresses(leaf, DNS_A, host, &answers[0]);
    if (leaf->settings->asks_v6)
        dns_host_addresses(leaf, DNS_AAAA, host, &answers[1]);
    for (size_t t = 0; t < 2; t++) {
        unknown |= answers[t].rcode == DNS_UNKNOWN;
        for (uint32_t i = 0; i < answers[t].count; i++) {
            enum match_answer own = address_is_own(&leaf->settings->addresses,
                                                   answers[t].answers[i], true, leaf->needs);
            if (own == MATCH_YES)
                return MATCH_YES;
            unknown |= own == MATCH_UNKNOWN;
        }
    }
    list->unknown |= unknown;
    list->failed |= !unknown && !answers[0].count && !answers[1].count;
    return MATCH_NO;
}

/* i_am_mx: by name first, then by address, among the hosts that are best, or that are not. */
static bool am_among(struct leaf *leaf, struct mx_list *list, bool best)
{
    for (int by_address = 0; by_address < 2; by_address++) {
        for (uint32_t i = 0; i < list->answer.count; i++) {
            struct slice host = dns_mx_host(list->answer.answers[i]);
            if ((preference(list->answer.answers[i]) == list->best) != best)
                continue;
            enum match_answer mine = by_address
                                         ? is_own_host(leaf, list, host)
                                         : name_list_match_string(&leaf->settings->mydestination,
                                                                  host, leaf->scratch, leaf->needs);
            if (mine == MATCH_YES)
                return true;
            if (mine == MATCH_UNKNOWN)
                list->unknown = true;
        }
    }
    return false;
}

/* all_auth_mx_addr: false when one address lies outside, or the host has none. */
static bool is_permitted_host(struct leaf *leaf, struct mx_list *list, struct slice host)
{
    static const enum dns_type types[] = { DNS_A, DNS_AAAA };
    bool found = false, unknown = false;

    for (size_t t = 0; t < 2; t++) {
        struct dns_answer answer;
        if (!(t ? leaf->settings->asks_v6 : leaf->settings->asks_v4))
            continue;
        unsigned status = dns_lookup(leaf, types[t], host, &answer);
        unknown |= answer.rcode == DNS_UNKNOWN;
        for (uint32_t k = 0; status == DNS_STATUS_OK && k < answer.count; k++) {
            found = true;
            if (name_list_match_client(&leaf->settings->mx_backup_networks, host, answer.answers[k],
                                       leaf->scratch, leaf->needs) != MATCH_YES)
                return false;
        }
    }
    list->unknown |= unknown;
    list->failed |= !found && !unknown;
    return found || unknown;
}

static bool best_are_permitted(struct leaf *leaf, struct mx_list *list)
{
    for (uint32_t i = 0; i < list->answer.count; i++)
        if (preference(list->answer.answers[i]) == list->best &&
            !is_permitted_host(leaf, list, dns_mx_host(list->answer.answers[i])))
            return false;
    return true;
}

/* "Unable to look up mail exchanger information"; the list may go on or, with OUTCOME_AND_OK, not. */
static uint32_t backup_trouble(struct leaf *leaf, unsigned flags)
{
    return outcome_reply(&leaf->program->outcomes, OUTCOME_DEFER_IF_REJECT, 450, slice_of("4.4.4"),
                         CAUSE_PASSING, flags);
}

static uint32_t judge_backup(struct leaf *leaf, struct mx_list *list)
{
    uint32_t failure = backup_trouble(leaf, 0);
    bool permitted = false;

    if (!am_among(leaf, list, true) && am_among(leaf, list, false))
        permitted =
            leaf->settings->mx_backup_networks.list.count == 0 || best_are_permitted(leaf, list);
    if (list->unknown) {
        const uint32_t any[] = { OUTCOME_NUMBER_DUNNO, OUTCOME_NUMBER_OK, failure };
        return outcome_any_of(&leaf->program->outcomes, any, 3);
    }
    if (permitted)
        return list->failed ? backup_trouble(leaf, OUTCOME_AND_OK) : OUTCOME_NUMBER_OK;
    return list->failed ? failure : OUTCOME_NUMBER_DUNNO;
}

uint32_t restrict_mx_backup(struct leaf *leaf, const struct question *question)
{
    struct mx_list list = { .best = UINT32_MAX };
    uint32_t authorized = restrict_auth_destination(leaf, question);

    if (authorized != OUTCOME_NUMBER_DUNNO || leaf->recipient.state != LEAF_KNOWN)
        return authorized;
    const struct resolved_address *address = leaf_resolve_recipient(leaf);
    if ((address->routed && !leaf->settings->untrusted_routing) ||
        (address->domain.len && address->domain.at[0] == '['))
        return OUTCOME_NUMBER_DUNNO;
    unsigned status = dns_lookup(leaf, DNS_MX, address->domain, &list.answer);
    uint32_t failure = backup_trouble(leaf, 0);
    if (list.answer.rcode == DNS_UNKNOWN) {
        const uint32_t any[] = { OUTCOME_NUMBER_DUNNO, OUTCOME_NUMBER_OK, failure };
        return outcome_any_of(&leaf->program->outcomes, any, 3);
    }
    if (status != DNS_STATUS_OK)
        return status == DNS_STATUS_RETRY ? failure : OUTCOME_NUMBER_DUNNO;
    for (uint32_t i = 0; i < list.answer.count; i++)
        if (preference(list.answer.answers[i]) < list.best)
            list.best = preference(list.answer.answers[i]);
    return judge_backup(leaf, &list);
}
