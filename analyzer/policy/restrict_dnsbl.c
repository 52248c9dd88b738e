#include "analyzer/policy/address_filter.h"
#include "analyzer/policy/dns_status.h"
#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/mail_address.h"
#include "analyzer/policy/program.h"
#include "analyzer/policy/rbl_reply.h"
#include "base/domain_name.h"
#include "base/ip_address.h"

enum { TXT_MAX = 500 };

/* How a list answers about a name: bits, all that are possible. */
enum listing { LISTED = 1, NOT_LISTED = 2, LIST_FAILED = 4 };

struct list_query {
    struct slice zone, filter;
    struct slice what; /* as it is shown */
    struct slice name; /* to ask for */
};

static unsigned ask_list(struct leaf *leaf, const struct list_query *query)
{
    struct dns_answer answer;
    unsigned status = dns_ask_list(leaf, query->name, &answer), listing = 0;

    if (status & DNS_STATUS_NOT_FOUND)
        listing |= NOT_LISTED;
    if (status & (DNS_STATUS_RETRY | DNS_STATUS_FAIL | DNS_STATUS_MALFORMED | DNS_STATUS_NULL_MX |
                  DNS_STATUS_POLICY))
        listing |= LIST_FAILED;
    if (!(status & DNS_STATUS_OK))
        return listing;
    if (answer.rcode == DNS_UNKNOWN)
        return listing | LISTED;
    if (!query->filter.at)
        return listing | LISTED;
    for (uint32_t i = 0; i < answer.count; i++)
        if (leaf->settings->version < 208
                ? slice_equal(query->filter, answer.answers[i])
                : address_filter_matches(query->filter, answer.answers[i]))
            return listing | LISTED;
    return listing | NOT_LISTED;
}

/* The TXT records for the reply text: nothing but the explanation shows them. */
static struct slice list_text(struct leaf *leaf, const struct list_query *query)
{
    struct buffer text;

    if (!leaf->why)
        return slice_make("", 0);
    struct dns_answer answer = dns_snapshot_find(leaf->dns, DNS_TXT, query->name);
    buffer_init(&text, TXT_MAX);
    for (uint32_t i = 0; answer.rcode == DNS_NOERROR && i < answer.count; i++) {
        if (i)
            buffer_add_text(&text, " / ");
        buffer_add_slice(&text, answer.answers[i]);
    }
    struct slice copy = arena_copy(leaf->scratch, slice_make(text.len ? text.at : "", text.len));
    buffer_release(&text);
    return copy;
}

static uint32_t reject_listed(struct leaf *leaf, const struct question *question,
                              const struct list_query *query, const char *label)
{
    unsigned listing = ask_list(leaf, query);
    uint32_t any[2];
    size_t n = 0;

    if (listing & (NOT_LISTED | LIST_FAILED))
        any[n++] = OUTCOME_NUMBER_DUNNO;
    if (listing & LISTED) {
        struct rbl_hit hit = {
            .argument = question->argument ? slice_of(question->argument) : query->zone,
            .domain = query->zone,
            .what = query->what,
            .label = label,
            .text = list_text(leaf, query),
        };
        any[n++] = rbl_reply(leaf, &hit);
    }
    return outcome_any_of(&leaf->program->outcomes, any, n);
}

static uint32_t permit_listed(struct leaf *leaf, const struct list_query *query)
{
    unsigned listing = ask_list(leaf, query);
    uint32_t any[3];
    size_t n = 0;

    if (listing & NOT_LISTED)
        any[n++] = OUTCOME_NUMBER_DUNNO;
    if (listing & LISTED)
        any[n++] = OUTCOME_NUMBER_OK;
    if (listing & LIST_FAILED)
        any[n++] = outcome_reply(&leaf->program->outcomes, OUTCOME_DEFER_IF_REJECT, 450,
                                 slice_of("4.7.1"), CAUSE_PASSING, 0);
    return outcome_any_of(&leaf->program->outcomes, any, n);
}

/* "7.2.0.192.zone"; false when the client's address is not known. */
static bool address_query(struct leaf *leaf, struct slice zone, struct slice filter,
                          struct list_query *query)
{
    struct ip_address ip;
    size_t size = IP_REVERSE_MAX + zone.len + 2;

    *query =
        (struct list_query){ .zone = zone, .filter = filter, .what = leaf->client.address.text };
    if (leaf->client.address.state != LEAF_KNOWN ||
        !ip_address_parse(leaf->client.address.text, &ip))
        return false;
    char *name = arena_alloc(leaf->scratch, size);
    size_t len = ip_reverse_name(&ip, arena_copy(leaf->scratch, zone).at, name, size);
    query->name = slice_make(name, len);
    return len > 0;
}

/* The domain of an address, or the name as it is; false when Postfix does not ask for it. */
static bool domain_query(struct leaf *leaf, const struct question *question, struct slice what,
                         struct list_query *query)
{
    struct slice domain = mail_address_domain(what), last;

    if (!domain.at)
        domain = what;
    if (domain.len == 0 || domain.at[0] == '[')
        return false;
    domain = dns_ascii_name(leaf, domain);
    last = slice_skip(domain, slice_last_index(domain, '.') == domain.len
                                  ? 0
                                  : slice_last_index(domain, '.') + 1);
    bool digits = true;
    for (size_t i = 0; i < last.len; i++)
        digits = digits && ascii_is_digit(last.at[i]);
    if ((digits && last.len) || !domain_is_valid_hostname(domain))
        return false;
    *query = (struct list_query){
        .zone = question->zone,
        .filter = question->filter,
        .what = what,
        .name =
            arena_format(leaf->scratch, "%.*s.%.*s", SLICE_FMT(domain), SLICE_FMT(question->zone)),
    };
    return true;
}

uint32_t restrict_rbl(struct leaf *leaf, const struct question *question)
{
    struct list_query query;

    if (address_query(leaf, question->zone, question->filter, &query))
        return reject_listed(leaf, question, &query, "Client host");
    struct rbl_hit hit = { .argument = slice_of(question->argument),
                           .domain = question->zone,
                           .label = "Client host" };
    return leaf_unknown(leaf, "client_name", OUTCOME_NUMBER_DUNNO, rbl_reply(leaf, &hit));
}

/* Several lists in one restriction: the first that has the address answers. */
uint32_t restrict_maps_rbl(struct leaf *leaf, const struct question *question)
{
    struct slice rest = leaf->settings->maps_rbl_domains, word;
    uint32_t possible = OUTCOME_NUMBER_DUNNO;
    bool certain = true; /* nothing before this list may have answered */
    struct list_query query;

    while (slice_next_word(&rest, ", \t\r\n", &word)) {
        size_t equals = slice_index(word, '=');
        struct slice filter =
            equals < word.len ? slice_skip(word, equals + 1) : slice_make(NULL, 0);
        if (!address_query(leaf, slice_head(word, equals), filter, &query))
            break;
        uint32_t outcome = reject_listed(leaf, question, &query, "Client host");
        if (outcome == OUTCOME_NUMBER_DUNNO)
            continue;
        if (outcome_get(&leaf->program->outcomes, outcome)->kind != OUTCOME_UNKNOWN && certain)
            return outcome;
        possible = leaf_unknown(leaf, NULL, possible, outcome);
        certain = false;
    }
    return possible;
}

uint32_t restrict_rhsbl(struct leaf *leaf, const struct question *question)
{
    struct leaf_subject subject = leaf_subject_of(leaf, question->restriction->detail);
    struct list_query query;

    if (leaf_subject_is_skipped(&subject))
        return OUTCOME_NUMBER_DUNNO;
    if (subject.text->state == LEAF_UNKNOWN) {
        struct rbl_hit hit = { .argument = slice_of(question->argument),
                               .domain = question->zone,
                               .label = subject.label };
        return leaf_unknown(leaf, subject.need, OUTCOME_NUMBER_DUNNO, rbl_reply(leaf, &hit));
    }
    if (!domain_query(leaf, question, subject.text->text, &query))
        return OUTCOME_NUMBER_DUNNO;
    return leaf_or_nothing(leaf, question, reject_listed(leaf, question, &query, subject.label));
}

static uint32_t unknown_permit(struct leaf *leaf)
{
    const uint32_t any[] = { OUTCOME_NUMBER_DUNNO, OUTCOME_NUMBER_OK,
                             outcome_reply(&leaf->program->outcomes, OUTCOME_DEFER_IF_REJECT, 450,
                                           slice_of("4.7.1"), CAUSE_PASSING, 0) };
    need_set_add(leaf->needs, slice_of("client_name"));
    return outcome_any_of(&leaf->program->outcomes, any, 3);
}

uint32_t restrict_dnswl(struct leaf *leaf, const struct question *question)
{
    struct list_query query;

    if (!address_query(leaf, question->zone, question->filter, &query))
        return unknown_permit(leaf);
    return permit_listed(leaf, &query);
}

uint32_t restrict_rhswl(struct leaf *leaf, const struct question *question)
{
    struct list_query query;

    if (leaf->client.name.state == LEAF_UNKNOWN)
        return unknown_permit(leaf);
    if (slice_equal_fold(leaf->client.name.text, slice_of("unknown")) ||
        !domain_query(leaf, question, leaf->client.name.text, &query))
        return OUTCOME_NUMBER_DUNNO;
    return permit_listed(leaf, &query);
}
