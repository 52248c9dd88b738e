#include "analyzer/policy/client_name.h"

#include "analyzer/policy/dns_status.h"
#include "base/domain_name.h"
#include "base/ip_address.h"

/* The five ends of smtpd_peer.c's two look-ups. */
static const struct {
    uint8_t name, reverse;
} peer_states[CLIENT_VARIANTS_MAX] = {
    { NAME_OK, NAME_OK },     { NAME_TEMPORARY, NAME_TEMPORARY }, { NAME_MISSING, NAME_MISSING },
    { NAME_FORGED, NAME_OK }, { NAME_TEMPORARY, NAME_OK },
};
enum {
    PEER_OK = 1,
    PEER_NO_PTR_NOW = 2,
    PEER_NO_PTR = 4,
    PEER_FORGED = 8,
    PEER_NO_FORWARD_NOW = 16,
    PEER_ANY = 31
};

static unsigned log_states(const struct client *client)
{
    uint8_t name = client->name_status, reverse = client->reverse_status;
    unsigned states = 0;

    for (unsigned i = 0; i < CLIENT_VARIANTS_MAX; i++)
        if ((!name || (peer_states[i].name & name)) &&
            (!reverse || (peer_states[i].reverse & reverse)))
            states |= 1U << i;
    /* Evidence that contradicts itself decides nothing. */
    return states ? states : PEER_ANY;
}

static bool has_address(const struct dns_answer *answer, const struct ip_address *ip)
{
    struct ip_address one;

    for (uint32_t i = 0; i < answer->count; i++)
        if (ip_address_parse(answer->answers[i], &one) && one.family == ip->family &&
            memcmp(one.bytes, ip->bytes, ip->family == 4 ? 4 : 16) == 0)
            return true;
    return false;
}

/* Only the client's own address family is asked for. */
static unsigned forward_states(struct leaf *leaf, struct slice name, const struct ip_address *ip)
{
    struct dns_answer answer;
    unsigned status = dns_ask(leaf, ip->family == 4 ? DNS_A : DNS_AAAA, name, &answer);
    unsigned states = 0;

    if (status & DNS_STATUS_RETRY)
        states |= PEER_NO_FORWARD_NOW;
    if (status & (DNS_STATUS_NOT_FOUND | DNS_STATUS_FAIL | DNS_STATUS_MALFORMED))
        states |= PEER_FORGED;
    if (status & DNS_STATUS_OK) {
        if (answer.rcode == DNS_UNKNOWN)
            states |= PEER_OK | PEER_FORGED;
        else
            states |= has_address(&answer, ip) ? PEER_OK : PEER_FORGED;
    }
    return states;
}

/* The look-ups of smtpd_peer.c in the snapshot; only the first PTR record counts. */
static unsigned dns_states(struct leaf *leaf, struct slice address, struct slice *reverse_name)
{
    struct ip_address ip;
    struct dns_answer answer;
    char query[IP_REVERSE_MAX + sizeof "in-addr.arpa"];

    if (!ip_address_parse(address, &ip))
        return PEER_ANY;
    size_t len =
        ip_reverse_name(&ip, ip.family == 4 ? "in-addr.arpa" : "ip6.arpa", query, sizeof query);
    unsigned status = dns_ask(leaf, DNS_PTR, slice_make(query, len), &answer), states = 0;
    if (answer.rcode == DNS_UNKNOWN)
        return PEER_ANY;
    if (status & DNS_STATUS_RETRY)
        states |= PEER_NO_PTR_NOW;
    if (status & (DNS_STATUS_NOT_FOUND | DNS_STATUS_FAIL | DNS_STATUS_MALFORMED))
        states |= PEER_NO_PTR;
    if (!(status & DNS_STATUS_OK))
        return states;
    if (domain_is_valid_address(answer.answers[0]) || !domain_is_valid_hostname(answer.answers[0]))
        return PEER_NO_PTR;
    *reverse_name = answer.answers[0];
    return forward_states(leaf, *reverse_name, &ip);
}

static struct leaf_text name_text(const struct evidence *evidence, sym logged, bool exists,
                                  struct slice from_dns)
{
    if (!exists)
        return (struct leaf_text){ LEAF_KNOWN, slice_of("unknown") };
    if (logged != SYM_NONE)
        return (struct leaf_text){ LEAF_KNOWN, intern_text(&evidence->text, logged) };
    if (from_dns.at)
        return (struct leaf_text){ LEAF_KNOWN, from_dns };
    return (struct leaf_text){ .state = LEAF_UNKNOWN };
}

static struct leaf_client make_variant(const struct evidence *evidence, const struct client *client,
                                       unsigned state, struct slice from_dns)
{
    bool has_name = peer_states[state].name == NAME_OK;
    bool has_reverse = peer_states[state].reverse == NAME_OK;
    sym reverse = client->reverse_name;

    if (reverse == SYM_NONE && has_name)
        reverse = client->name;
    struct leaf_client variant = {
        .name = name_text(evidence, client->name, has_name, from_dns),
        .reverse_name = name_text(evidence, reverse, has_reverse, from_dns),
        .name_status = peer_states[state].name,
        .reverse_status = peer_states[state].reverse,
    };
    if (client->address != SYM_NONE)
        variant.address =
            (struct leaf_text){ LEAF_KNOWN, intern_text(&evidence->text, client->address) };
    return variant;
}

/* A name that the log does not give, from the snapshot: the answer of the day may differ, so it
 * counts only where the log leaves the state open or tells the same. */
size_t client_name_variants(struct leaf *leaf, const struct client *client, bool peername_lookup,
                            struct leaf_client variants[CLIENT_VARIANTS_MAX])
{
    struct slice from_dns = { NULL, 0 };
    unsigned states = peername_lookup ? log_states(client) : PEER_NO_PTR;
    bool open = (states & (states - 1)) != 0;
    bool nameless = (states & (PEER_OK | PEER_FORGED | PEER_NO_FORWARD_NOW)) &&
                    client->name == SYM_NONE && client->reverse_name == SYM_NONE;
    size_t n = 0;

    if ((open || nameless) && client->address != SYM_NONE) {
        unsigned told =
            dns_states(leaf, intern_text(&leaf->evidence->text, client->address), &from_dns);
        if (states & told)
            states &= told;
        else
            from_dns = slice_make(NULL, 0);
    }
    if ((states & (states - 1)) != 0)
        need_set_add(leaf->needs, slice_of("client_name_status"));
    for (unsigned i = 0; i < CLIENT_VARIANTS_MAX; i++)
        if (states & (1U << i))
            variants[n++] = make_variant(leaf->evidence, client, i, from_dns);
    return n;
}
