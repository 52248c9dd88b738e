#include "analyzer/policy/access_action.h"
#include "analyzer/policy/access_search.h"
#include "analyzer/policy/dns_status.h"
#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/mail_address.h"
#include "base/domain_name.h"

static bool is_sender(const struct question *question)
{
    return question->restriction->detail == SUBJECT_SENDER;
}

static const struct leaf_text *address_of(const struct leaf *leaf, const struct question *question)
{
    return is_sender(question) ? &leaf->sender : &leaf->recipient;
}

static const struct resolved_address *resolved(struct leaf *leaf, const struct question *question)
{
    return is_sender(question) ? leaf_resolve_sender(leaf) : leaf_resolve_recipient(leaf);
}

static const char *need_of(const struct question *question)
{
    return is_sender(question) ? "sender" : "recipient";
}

/* The null sender passes; an address that is not known may pass or be refused. */
static bool answer_early(struct leaf *leaf, const struct question *question, uint32_t refused,
                         uint32_t *outcome)
{
    const struct leaf_text *address = address_of(leaf, question);

    if (address->state == LEAF_KNOWN)
        return false;
    *outcome = OUTCOME_NUMBER_DUNNO;
    if (address->state == LEAF_UNKNOWN)
        *outcome = leaf_unknown(leaf, need_of(question), OUTCOME_NUMBER_DUNNO, refused);
    return true;
}

static bool is_literal(struct slice domain)
{
    return domain.len && domain.at[0] == '[' && domain.at[domain.len - 1] == ']';
}

uint32_t restrict_non_fqdn_address(struct leaf *leaf, const struct question *question)
{
    uint32_t outcome;

    if (answer_early(leaf, question, leaf_reject(leaf, question), &outcome))
        return outcome;
    struct slice domain = mail_address_domain(address_of(leaf, question)->text);
    if (is_literal(domain))
        return OUTCOME_NUMBER_DUNNO;
    domain = domain.at ? dns_ascii_name(leaf, mail_domain_strip_dot(domain)) : slice_make("", 0);
    if (!domain_is_valid_hostname(domain) || slice_index(domain, '.') == domain.len)
        return leaf_reject(leaf, question);
    if (is_sender(question) && leaf->sender_completed)
        return leaf_unknown(leaf, "sender", OUTCOME_NUMBER_DUNNO, leaf_reject(leaf, question));
    return OUTCOME_NUMBER_DUNNO;
}

/* A domain that says that it takes no mail: since 3.0 a reply of its own. */
static uint32_t null_mx(struct leaf *leaf, const struct question *question)
{
    if (leaf->settings->version < 300)
        return leaf_reject(leaf, question);
    return outcome_reply(&leaf->program->outcomes, OUTCOME_REJECT, is_sender(question) ? 550 : 556,
                         slice_of(is_sender(question) ? "5.7.27" : "5.1.10"), CAUSE_LASTING, 0);
}

static uint32_t unknown_domain(struct leaf *leaf, const struct question *question,
                               struct slice domain)
{
    static const enum dns_type types[] = { DNS_MX, DNS_A, DNS_AAAA };
    unsigned stop = DNS_STATUS_OK | DNS_STATUS_MALFORMED | DNS_STATUS_NULL_MX;
    unsigned status = DNS_STATUS_OK;
    uint32_t any[4];
    size_t n = 0;

    if (leaf->settings->dns_filter.count)
        status = dns_lookup(leaf, DNS_MX, domain, NULL);
    if (status != DNS_STATUS_POLICY) /* that ends it for MX alone */
        status = dns_ask_all(leaf, types, 3, domain, stop);
    if (status & (DNS_STATUS_OK | DNS_STATUS_POLICY))
        any[n++] = OUTCOME_NUMBER_DUNNO;
    if (status & DNS_STATUS_RETRY)
        any[n++] = leaf_tempfail(leaf, question);
    if (status & DNS_STATUS_NULL_MX)
        any[n++] = null_mx(leaf, question);
    if (status & (DNS_STATUS_NOT_FOUND | DNS_STATUS_FAIL | DNS_STATUS_MALFORMED))
        any[n++] = leaf_reject(leaf, question);
    return outcome_any_of(&leaf->program->outcomes, any, n);
}

uint32_t restrict_unknown_address(struct leaf *leaf, const struct question *question)
{
    uint32_t outcome;

    if (answer_early(leaf, question, leaf_reject(leaf, question), &outcome)) {
        if (address_of(leaf, question)->state == LEAF_ABSENT)
            return outcome;
        const uint32_t any[] = { outcome, leaf_tempfail(leaf, question), null_mx(leaf, question) };
        return outcome_any_of(&leaf->program->outcomes, any, 3);
    }
    const struct resolved_address *address = resolved(leaf, question);
    if (address->failed)
        return outcome_lookup_failure(&leaf->program->outcomes);
    if (!address->domain.at || is_literal(address->domain) ||
        (address->classes & ~ADDRESS_FINAL) == 0)
        return OUTCOME_NUMBER_DUNNO;
    outcome = unknown_domain(leaf, question, address->domain);
    if (address->classes & ADDRESS_FINAL)
        return leaf_unknown(leaf, NULL, OUTCOME_NUMBER_DUNNO, outcome);
    return outcome;
}

/* The reply to an address that cannot be verified: 2xx lets it pass, 4xx is a temp-fail action. */
static uint32_t unverified(struct leaf *leaf, const struct question *question, unsigned code,
                           enum defer_cause cause)
{
    enum outcome_kind kind =
        code / 100 == 4 && !question->tempfail_defers ? OUTCOME_DEFER_IF_PERMIT : OUTCOME_REJECT;
    if (code / 100 == 2 || code == 0)
        return OUTCOME_NUMBER_DUNNO;
    return outcome_reply(&leaf->program->outcomes, kind, code, slice_of(question->restriction->dsn),
                         cause, 0);
}

/* verify(8) was asked then; only a record can say what it answered. */
uint32_t restrict_unverified_address(struct leaf *leaf, const struct question *question)
{
    const struct leaf_text *address = address_of(leaf, question);
    const struct smtpd_settings *settings = leaf->settings;
    unsigned defer_code = is_sender(question) ? settings->unverified_sender_defer_code
                                              : settings->unverified_recipient_defer_code;
    uint32_t undeliverable = unverified(leaf, question, question->code, CAUSE_LASTING);
    uint32_t deferred = unverified(leaf, question, defer_code, CAUSE_PASSING);
    uint32_t failure = leaf_tempfail(leaf, question);
    const uint32_t any[] = { OUTCOME_NUMBER_DUNNO, undeliverable, deferred, failure };
    struct slice status;

    if (address->state == LEAF_ABSENT)
        return OUTCOME_NUMBER_DUNNO;
    if (address->state == LEAF_KNOWN &&
        answers_file_verify(leaf->program->answers, address->text, &status) == ANSWER_RECORDED) {
        leaf_explain(leaf, "recorded: %.*s", SLICE_FMT(status));
        if (slice_is(status, "deliverable"))
            return OUTCOME_NUMBER_DUNNO;
        if (slice_is(status, "undeliverable"))
            return undeliverable;
        return slice_is(status, "deferred") ? deferred : failure;
    }
    if (address->state == LEAF_UNKNOWN)
        need_set_add(leaf->needs, slice_of(need_of(question)));
    else
        need_set_add_pair(leaf->needs, "verify", address->text);
    return outcome_any_of(&leaf->program->outcomes, any, 4);
}

static bool is_ascii(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] > 127)
            return false;
    return true;
}

/* With smtputf8_enable = no the parameter SMTPUTF8 is not supported, and without it a domain must be
 * ASCII. The log has no parameters. */
static uint32_t without_smtputf8(struct leaf *leaf, const struct question *question)
{
    struct outcomes *outcomes = &leaf->program->outcomes;
    bool is_local = is_ascii(mail_address_domain(address_of(leaf, question)->text));
    uint32_t unsupported =
        outcome_reply(outcomes, OUTCOME_REJECT, 555, slice_of("5.5.4"), CAUSE_LASTING, 0);

    return leaf_unknown(leaf, need_of(question),
                        is_local ? OUTCOME_NUMBER_DUNNO : leaf_reject(leaf, question), unsupported);
}

uint32_t restrict_address_syntax(struct leaf *leaf, const struct question *question)
{
    const struct leaf_text *address = address_of(leaf, question);

    if (address->state != LEAF_KNOWN)
        return OUTCOME_NUMBER_DUNNO; /* DESIGN.md 5.1: envelopes are well formed */
    if (resolved(leaf, question)->syntax_error)
        return leaf_reject(leaf, question);
    if (!leaf->settings->smtputf8 && !is_ascii(address->text))
        return without_smtputf8(leaf, question);
    return OUTCOME_NUMBER_DUNNO;
}

uint32_t restrict_multi_recipient_bounce(struct leaf *leaf, const struct question *question)
{
    if (leaf->sender.state == LEAF_UNKNOWN)
        return leaf_unknown(leaf, "sender", OUTCOME_NUMBER_DUNNO, leaf_reject(leaf, question));
    return leaf->sender.state == LEAF_ABSENT ? leaf_reject(leaf, question) : OUTCOME_NUMBER_DUNNO;
}
