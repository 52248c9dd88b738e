#include "analyzer/policy/dns_status.h"
#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/mail_address.h"
#include "analyzer/policy/program.h"
#include "base/domain_name.h"

/* 501 for "[1.2.3" and the like: every HELO check says so first. */
static uint32_t invalid_literal(struct leaf *leaf)
{
    return outcome_reply(&leaf->program->outcomes, OUTCOME_REJECT,
                         leaf->settings->invalid_hostname_code, slice_of("5.5.2"), CAUSE_LASTING,
                         0);
}

static bool is_valid_literal(struct slice text)
{
    if (text.len > 2 && text.at[0] == '[' && text.at[text.len - 1] == ']')
        text = slice_make(text.at + 1, text.len - 2);
    return domain_is_valid_literal(text);
}

/* What all three share: true when the answer is known without looking at the name. */
static bool answer_early(struct leaf *leaf, const struct question *question, uint32_t *outcome)
{
    if (leaf->helo.state == LEAF_ABSENT) {
        *outcome = OUTCOME_NUMBER_DUNNO;
        return true;
    }
    if (leaf->helo.state == LEAF_UNKNOWN) {
        const uint32_t any[] = { OUTCOME_NUMBER_DUNNO, leaf_reject(leaf, question),
                                 invalid_literal(leaf) };
        need_set_add(leaf->needs, slice_of("helo_name"));
        *outcome = outcome_any_of(&leaf->program->outcomes, any, 3);
        return true;
    }
    if (leaf->helo.text.len && leaf->helo.text.at[0] == '[') {
        *outcome = is_valid_literal(leaf->helo.text) ? OUTCOME_NUMBER_DUNNO : invalid_literal(leaf);
        return true;
    }
    return false;
}

uint32_t restrict_helo_required(struct leaf *leaf, const struct question *question)
{
    if (!leaf->settings->helo_required || leaf->helo.state != LEAF_ABSENT)
        return OUTCOME_NUMBER_DUNNO; /* an unknown name is a name: policy.c remarks on it */
    return leaf_reject(leaf, question);
}

uint32_t restrict_invalid_helo(struct leaf *leaf, const struct question *question)
{
    uint32_t outcome;

    if (answer_early(leaf, question, &outcome))
        return outcome;
    struct slice name = mail_domain_strip_dot(leaf->helo.text);
    return domain_is_valid_hostname(name) || domain_is_valid_address(name)
               ? OUTCOME_NUMBER_DUNNO
               : leaf_reject(leaf, question);
}

uint32_t restrict_non_fqdn_helo(struct leaf *leaf, const struct question *question)
{
    uint32_t outcome;

    if (answer_early(leaf, question, &outcome))
        return outcome;
    struct slice name = mail_domain_strip_dot(leaf->helo.text);
    return domain_is_valid_hostname(name) && slice_index(name, '.') < name.len
               ? OUTCOME_NUMBER_DUNNO
               : leaf_reject(leaf, question);
}

uint32_t restrict_unknown_helo(struct leaf *leaf, const struct question *question)
{
    static const enum dns_type types[] = { DNS_A, DNS_AAAA, DNS_MX };
    uint32_t outcome, any[4];
    size_t n = 0;

    if (answer_early(leaf, question, &outcome)) {
        if (leaf->helo.state == LEAF_UNKNOWN)
            return leaf_unknown(leaf, NULL, outcome, leaf_tempfail(leaf, question));
        return outcome;
    }
    unsigned status = dns_ask_all(leaf, types, 3, leaf->helo.text, DNS_STATUS_OK);
    if (status & (DNS_STATUS_OK | DNS_STATUS_NULL_MX | DNS_STATUS_POLICY))
        any[n++] = OUTCOME_NUMBER_DUNNO;
    if (status & DNS_STATUS_RETRY)
        any[n++] = leaf_tempfail(leaf, question);
    if (status & (DNS_STATUS_NOT_FOUND | DNS_STATUS_FAIL | DNS_STATUS_MALFORMED))
        any[n++] = leaf_reject(leaf, question);
    return outcome_any_of(&leaf->program->outcomes, any, n);
}

uint32_t restrict_naked_ip(struct leaf *leaf, const struct question *question)
{
    struct slice name = leaf->helo.text;
    /* What was only warned of does not count as refused, and so is permitted. */
    uint32_t reject =
        outcome_reply(&leaf->program->outcomes, OUTCOME_REJECT, question->code,
                      slice_of(question->restriction->dsn), CAUSE_LASTING, OUTCOME_WARNED_IS_OK);

    if (leaf->helo.state == LEAF_ABSENT)
        return OUTCOME_NUMBER_DUNNO;
    if (leaf->helo.state == LEAF_UNKNOWN) {
        const uint32_t any[] = { OUTCOME_NUMBER_DUNNO, OUTCOME_NUMBER_OK, reject };
        need_set_add(leaf->needs, slice_of("helo_name"));
        return outcome_any_of(&leaf->program->outcomes, any, 3);
    }
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_is_digit(name.at[i]) && name.at[i] != '.' && name.at[i] != ':')
            return OUTCOME_NUMBER_DUNNO;
    return is_valid_literal(name) ? OUTCOME_NUMBER_OK : reject;
}
