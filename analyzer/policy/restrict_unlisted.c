#include "analyzer/policy/access_action.h"
#include "analyzer/policy/access_search.h"
#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/mail_address.h"

/*
 * reject_unlisted_sender and reject_unlisted_recipient (smtpd_check.c: check_rcpt_maps): an address
 * that an alias or canonical table knows is fine; one whose transport is error: or retry: is not;
 * else the class of its domain says which table must know it. Possible answers are collected until
 * one is certain.
 */
struct unlisted {
    struct leaf *leaf;
    bool is_sender;
    const struct resolved_address *address;
    uint32_t possible[16];
    size_t count;
};

static void may_be(struct unlisted *unlisted, uint32_t outcome)
{
    if (unlisted->count < 16)
        unlisted->possible[unlisted->count++] = outcome;
}

static uint32_t refuse(struct unlisted *unlisted, unsigned code, struct slice dsn)
{
    char fixed[16];

    dsn = dsn_fix(dsn, unlisted->is_sender ? REPLY_SENDER : REPLY_RECIPIENT, fixed);
    return outcome_reply(&unlisted->leaf->program->outcomes, OUTCOME_REJECT, code, dsn,
                         code < 500 ? CAUSE_PASSING : CAUSE_LASTING, 0);
}

/* True when this table ends the matter. */
static bool ask_table(struct unlisted *unlisted, const struct table_list *tables)
{
    struct outcomes *outcomes = &unlisted->leaf->program->outcomes;
    struct slice result;

    switch (mail_address_find(unlisted->leaf, tables, unlisted->address->address, &result)) {
    case LOOKUP_ABSENT:
        return false;
    case LOOKUP_UNREADABLE:
        may_be(unlisted, OUTCOME_NUMBER_DUNNO);
        return false;
    case LOOKUP_FOUND:
        leaf_explain(unlisted->leaf, "found: \"%.*s\"", SLICE_FMT(result));
        may_be(unlisted, OUTCOME_NUMBER_DUNNO);
        return true;
    case LOOKUP_ERROR:
        may_be(unlisted, outcome_lookup_failure(outcomes));
        return true;
    case LOOKUP_CONFIG_ERROR:
        break;
    }
    may_be(unlisted, outcome_server_error(outcomes));
    return true;
}

/* error: and retry: carry their reason, with or without a status code. True: that is all. */
static bool ask_transport(struct unlisted *unlisted)
{
    const struct smtpd_settings *settings = unlisted->leaf->settings;
    const struct resolved_address *address = unlisted->address;
    struct slice rest, dsn;

    if (address->transport == TRANSPORT_DELIVERS)
        return false;
    if (address->transport == TRANSPORT_RETRY) {
        dsn = dsn_split(address->nexthop, slice_of(unlisted->is_sender ? "4.1.0" : "4.1.1"), &rest);
        may_be(unlisted, refuse(unlisted, 450, dsn));
        return true;
    }
    dsn = dsn_split(address->nexthop, slice_of(unlisted->is_sender ? "5.1.0" : "5.1.1"), &rest);
    if (address->transport == TRANSPORT_UNKNOWN) {
        may_be(unlisted, outcome_reply(&unlisted->leaf->program->outcomes, OUTCOME_REJECT, 550,
                                       slice_of("5.1.1"), CAUSE_LASTING, OUTCOME_ANY_CODE));
        return false;
    }
    leaf_explain(unlisted->leaf, "transport error:%.*s", SLICE_FMT(address->nexthop));
    bool alias = (address->classes & ADDRESS_VIRTUAL_ALIAS) != 0;
    may_be(unlisted, refuse(unlisted, alias ? settings->unknown_alias_code : 550, dsn));
    return true;
}

/* Never refused as local recipients: smtpd's own, and those that qmgr and bounce make. */
static bool is_special(const struct unlisted *unlisted)
{
    struct slice local_part = mail_address_local_part(unlisted->address->address);
    return slice_equal_fold(local_part, slice_of("postmaster")) ||
           slice_equal_fold(local_part, slice_of("mailer-daemon")) ||
           slice_equal_fold(local_part, unlisted->leaf->settings->extension.double_bounce);
}

static void ask_class(struct unlisted *unlisted, unsigned address_class)
{
    const struct smtpd_settings *settings = unlisted->leaf->settings;
    const struct table_list *tables = NULL;
    unsigned code = 0;

    if (address_class == ADDRESS_LOCAL && !is_special(unlisted)) {
        tables = &settings->local_recipients;
        code = settings->unknown_local_code;
    } else if (address_class == ADDRESS_VIRTUAL_MAILBOX) {
        tables = &settings->virtual_mailbox;
        code = settings->unknown_mailbox_code;
    } else if (address_class == ADDRESS_RELAY) {
        tables = &settings->relay_recipients;
        code = settings->unknown_relay_code;
    }
    if (!tables || tables->count == 0)
        may_be(unlisted, OUTCOME_NUMBER_DUNNO);
    else if (!ask_table(unlisted, tables))
        may_be(unlisted, refuse(unlisted, code, slice_of(unlisted->is_sender ? "5.1.0" : "5.1.1")));
}

static uint32_t search(struct unlisted *unlisted)
{
    const struct smtpd_settings *settings = unlisted->leaf->settings;
    const struct table_list *const rewrites[] = {
        &settings->recipient_canonical,
        unlisted->is_sender ? &settings->sender_canonical : NULL,
        &settings->canonical,
        &settings->virtual_alias,
    };
    struct outcomes *outcomes = &unlisted->leaf->program->outcomes;

    for (size_t i = 0; i < 4; i++)
        if (rewrites[i] && ask_table(unlisted, rewrites[i]))
            return outcome_any_of(outcomes, unlisted->possible, unlisted->count);
    if (!ask_transport(unlisted))
        for (unsigned bit = ADDRESS_LOCAL; bit <= ADDRESS_DEFAULT; bit <<= 1)
            if (unlisted->address->classes & bit)
                ask_class(unlisted, bit);
    return outcome_any_of(outcomes, unlisted->possible, unlisted->count);
}

uint32_t restrict_unlisted(struct leaf *leaf, const struct question *question)
{
    struct unlisted unlisted = {
        .leaf = leaf,
        .is_sender = question->restriction->detail == SUBJECT_SENDER,
    };
    const struct leaf_text *text = unlisted.is_sender ? &leaf->sender : &leaf->recipient;

    if (leaf->settings->no_unknown_recipient_checks || text->state == LEAF_ABSENT)
        return OUTCOME_NUMBER_DUNNO;
    if (text->state == LEAF_UNKNOWN)
        return leaf_unknown(leaf, unlisted.is_sender ? "sender" : "recipient", OUTCOME_NUMBER_DUNNO,
                            outcome_reply(&leaf->program->outcomes, OUTCOME_REJECT, 550,
                                          slice_of("5.1.1"), CAUSE_LASTING, OUTCOME_ANY_CODE));
    unlisted.address =
        unlisted.is_sender ? leaf_resolve_sender(leaf) : leaf_resolve_recipient(leaf);
    if (unlisted.address->failed)
        return outcome_lookup_failure(&leaf->program->outcomes);
    return search(&unlisted);
}
