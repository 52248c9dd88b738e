#include "analyzer/policy/access_search.h"
#include "analyzer/policy/dns_status.h"
#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/mail_address.h"
#include "base/domain_name.h"

/*
 * check_*_a_access, check_*_mx_access, check_*_ns_access (smtpd_check.c: check_server_access): the
 * hosts of a domain, each by name and then by address, until the table knows one. A DNS answer that
 * is not known may hide anything that the table can say.
 */
enum { SERVER_ADDRESSES_MAX = 100 };

struct server_check {
    struct access_search search;
    unsigned type; /* SERVER_A, SERVER_MX, SERVER_NS */
    unsigned addresses;
    bool v4_first; /* getaddrinfo's order depends on the machine's routes: both are tried */
    bool both;     /* some host has addresses of both families */
    bool unknown;  /* some answer is missing: what follows may never be reached */
};

/* The addresses of a host. True when the search is over. */
static bool check_addresses(struct server_check *check, struct slice host)
{
    const struct smtpd_settings *settings = check->search.leaf->settings;
    struct dns_answer answers[2] = { { .rcode = DNS_NXDOMAIN }, { .rcode = DNS_NXDOMAIN } };

    if (settings->asks_v6)
        dns_host_addresses(check->search.leaf, DNS_AAAA, host, &answers[check->v4_first]);
    if (settings->asks_v4)
        dns_host_addresses(check->search.leaf, DNS_A, host, &answers[!check->v4_first]);
    check->both |= answers[0].count && answers[1].count;
    check->unknown |= answers[0].rcode == DNS_UNKNOWN || answers[1].rcode == DNS_UNKNOWN;
    for (size_t t = 0; t < 2; t++)
        for (uint32_t i = 0; i < answers[t].count; i++) {
            if (++check->addresses > SERVER_ADDRESSES_MAX) {
                check->search.outcome = OUTCOME_NUMBER_DUNNO;
                return true;
            }
            if (access_search_address(&check->search, answers[t].answers[i]))
                return true;
        }
    return false;
}

static bool check_host(struct server_check *check, struct slice host)
{
    if (domain_is_valid_address(host))
        return access_search_address(&check->search, host);
    if (check->type != SERVER_A && access_search_domain(&check->search, host))
        return true;
    return check_addresses(check, host);
}

/* The hosts that DNS names. False when there is nothing to look at. */
static bool find_servers(struct server_check *check, struct slice domain, struct dns_answer *answer)
{
    struct leaf *leaf = check->search.leaf;
    enum dns_type type = check->type == SERVER_MX ? DNS_MX : DNS_NS;
    unsigned status = dns_lookup(leaf, type, domain, answer);

    while (check->type == SERVER_NS && status == DNS_STATUS_NOT_FOUND) {
        size_t dot = slice_index(domain, '.');
        if (dot + 1 >= domain.len)
            return false;
        domain = slice_skip(domain, dot + 1);
        status = dns_lookup(leaf, type, domain, answer);
    }
    if (answer->rcode == DNS_UNKNOWN)
        check->unknown = true;
    if (check->type == SERVER_MX && status == DNS_STATUS_NOT_FOUND) {
        /* The domain is its own mail host. */
        struct slice *self = ARENA_NEW(leaf->scratch, struct slice);
        *self = domain;
        *answer = (struct dns_answer){ .rcode = DNS_NOERROR, .count = 1, .answers = self };
        return true;
    }
    return status == DNS_STATUS_OK;
}

static bool check_literal(struct server_check *check, struct slice domain)
{
    struct slice inside = slice_make(domain.at + 1, domain.len > 2 ? domain.len - 2 : 0);

    if (check->type == SERVER_NS || domain.at[domain.len - 1] != ']' ||
        !domain_is_valid_literal(inside))
        return false;
    if (slice_equal_fold(slice_head(inside, 5), slice_of("IPv6:")))
        inside = slice_skip(inside, 5);
    return access_search_address(&check->search, inside);
}

static bool check_domain(struct server_check *check, struct slice domain)
{
    struct dns_answer answer;

    if (domain.len && domain.at[0] == '[')
        return check_literal(check, domain);
    if (check->type == SERVER_A)
        return check_host(check, domain);
    if (!find_servers(check, domain, &answer))
        return false;
    for (uint32_t i = 0; i < answer.count; i++) {
        struct slice host = answer.answers[i];
        if (check->type == SERVER_MX && slice_index(host, ' ') < host.len)
            host = dns_mx_host(host);
        if (check_host(check, host))
            return true;
    }
    return false;
}

static uint32_t run_check(struct server_check *check, struct slice domain)
{
    check->addresses = 0;
    return check_domain(check, domain) ? check->search.outcome : OUTCOME_NUMBER_DUNNO;
}

uint32_t restrict_server_access(struct leaf *leaf, const struct question *question)
{
    unsigned about = question->restriction->detail & ~(unsigned)SERVER_TYPES;
    struct leaf_subject subject = leaf_subject_of(leaf, about);
    enum reply_class reply = about == SUBJECT_SENDER      ? REPLY_SENDER
                             : about == SUBJECT_RECIPIENT ? REPLY_RECIPIENT
                                                          : REPLY_OTHER;
    struct server_check check = {
        .search = access_search_begin(leaf, question, reply),
        .type = question->restriction->detail & (unsigned)SERVER_TYPES,
    };
    const struct leaf_text *text = subject.text;

    check.search.context.ok_forbidden = true;
    if (leaf_subject_is_skipped(&subject))
        return OUTCOME_NUMBER_DUNNO;
    if (text->state == LEAF_UNKNOWN)
        return access_search_unknown(&check.search, subject.need);
    struct slice domain = mail_address_domain(text->text);
    domain = dns_ascii_name(leaf, domain.at ? domain : text->text);
    uint32_t outcome = run_check(&check, domain);
    if (check.both) {
        struct buffer *why = leaf->why;
        leaf->why = NULL;
        check.v4_first = true;
        uint32_t other = run_check(&check, domain);
        leaf->why = why;
        if (other != outcome)
            outcome = leaf_unknown(leaf, "address_order", outcome, other);
    }
    if (check.unknown)
        outcome = leaf_unknown(leaf, NULL, outcome, access_search_unknown(&check.search, NULL));
    return leaf_or_nothing(leaf, question, outcome);
}
