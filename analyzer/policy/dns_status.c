#include "analyzer/policy/dns_status.h"

#include "analyzer/policy/leaf.h"
#include "base/domain_name.h"

/* Of an answer in an explanation. */
enum { ANSWERS_SHOWN = 5, ANSWERS_TEXT_MAX = 700 };

struct slice dns_mx_host(struct slice answer)
{
    return slice_trim(slice_skip(answer, slice_index(answer, ' ') + 1));
}

/* valid_hostname with DO_WILDCARD: a leading "*." is fine. */
static bool is_askable(struct slice name)
{
    if (slice_starts(name, "*."))
        name = slice_skip(name, 2);
    return domain_is_valid_hostname(name);
}

static unsigned mx_status(const struct dns_answer *answer)
{
    unsigned status = DNS_STATUS_MALFORMED;

    for (uint32_t i = 0; i < answer->count; i++) {
        struct slice host = dns_mx_host(answer->answers[i]);
        if (host.len == 0 || slice_is(host, "."))
            return DNS_STATUS_NULL_MX;
        if (domain_is_valid_address(host) || is_askable(host))
            status = DNS_STATUS_OK;
    }
    return status;
}

static unsigned known_status(enum dns_type type, const struct dns_answer *answer)
{
    switch (answer->rcode) {
    case DNS_NOERROR:
        if (answer->count == 0)
            return DNS_STATUS_NOT_FOUND;
        return type == DNS_MX ? mx_status(answer) : DNS_STATUS_OK;
    case DNS_NXDOMAIN:
        return DNS_STATUS_NOT_FOUND;
    case DNS_SERVFAIL:
    case DNS_TIMEOUT:
    case DNS_REFUSED:
    case DNS_NOTIMP:
        return DNS_STATUS_RETRY;
    case DNS_FORMERR:
    case DNS_FAILED:
        return DNS_STATUS_FAIL;
    case DNS_UNKNOWN:
    case DNS_RCODES:
        break;
    }
    return DNS_STATUS_ANY;
}

static void note_missing(struct leaf *leaf, enum dns_type type, struct slice name)
{
    if (!leaf->needs)
        return;
    struct buffer word;
    buffer_init(&word, 2 * DOMAIN_MAX);
    dns_need_text(&word, type, name);
    need_set_add(leaf->needs, buffer_slice(&word));
    buffer_release(&word);
}

/* "A mail.example.org: NOERROR 192.0.2.7 192.0.2.8 (snapshot of 2026-11-22T10:15:01+00:00)" */
static void explain_answer(struct leaf *leaf, enum dns_type type, struct slice name,
                           const struct dns_answer *answer)
{
    char time[TIME_TEXT_MAX];
    struct buffer text;

    if (answer->rcode == DNS_UNKNOWN) {
        leaf_explain(leaf, "%s %.*s: not in the snapshot", dns_type_name(type), SLICE_FMT(name));
        return;
    }
    buffer_init(&text, ANSWERS_TEXT_MAX);
    for (uint32_t i = 0; i < answer->count && i < ANSWERS_SHOWN; i++) {
        buffer_add_byte(&text, ' ');
        buffer_add_slice(&text, answer->answers[i]);
    }
    if (answer->count > ANSWERS_SHOWN)
        buffer_add_text(&text, " ...");
    if (answer->rcode == DNS_NOERROR && answer->count == 0)
        buffer_add_text(&text, " without data");
    buffer_add_text(&text,
                    answer->from_closed_world ? " (snapshot, by its closing line" : " (snapshot");
    if (answer->time_us != TIME_NONE && !answer->from_closed_world) {
        buffer_add_text(&text, " of ");
        buffer_add_slice(&text, civil_format_rfc3339(answer->time_us, 0, time));
    }
    leaf_explain(leaf, "%s %.*s: %s%.*s)", dns_type_name(type), SLICE_FMT(name),
                 dns_rcode_name(answer->rcode), SLICE_FMT(buffer_slice(&text)));
    buffer_release(&text);
}

unsigned dns_ask(struct leaf *leaf, enum dns_type type, struct slice name,
                 struct dns_answer *answer)
{
    struct dns_answer ignored;

    if (!answer)
        answer = &ignored;
    *answer = (struct dns_answer){ .rcode = DNS_NXDOMAIN };
    if (domain_is_valid_address(name) || !is_askable(name)) {
        leaf_explain(leaf, "%.*s is no host name that DNS could be asked for", SLICE_FMT(name));
        return DNS_STATUS_NOT_FOUND;
    }
    *answer = dns_snapshot_find(leaf->dns, type, name);
    unsigned status = known_status(type, answer);
    if (answer->rcode == DNS_UNKNOWN) {
        note_missing(leaf, type, name);
        status = type == DNS_MX ? DNS_STATUS_ANY : DNS_STATUS_ANY & ~(unsigned)DNS_STATUS_NULL_MX;
    }
    if (leaf->why)
        explain_answer(leaf, type, name, answer);
    return status;
}

unsigned dns_ask_list(struct leaf *leaf, struct slice name, struct dns_answer *answer)
{
    unsigned status = dns_ask(leaf, DNS_A, name, answer);

    if (!dns_answer_is_refusal(answer))
        return status;
    leaf_explain(leaf, "that is the list's refusal to answer whoever recorded it");
    note_missing(leaf, DNS_A, name);
    *answer = (struct dns_answer){ .rcode = DNS_UNKNOWN };
    return DNS_STATUS_NOT_FOUND | DNS_STATUS_RETRY | DNS_STATUS_OK;
}

/* The higher of each pair of two sets of statuses. */
static unsigned highest(unsigned a, unsigned b)
{
    unsigned result = 0;
    for (unsigned x = 1; x <= DNS_STATUS_OK; x <<= 1)
        for (unsigned y = 1; y <= DNS_STATUS_OK; y <<= 1)
            if ((a & x) && (b & y))
                result |= x > y ? x : y;
    return result;
}

unsigned dns_ask_all(struct leaf *leaf, const enum dns_type *types, size_t count, struct slice name,
                     unsigned stop)
{
    unsigned so_far = 0, ended = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned status = dns_ask(leaf, types[i], name, NULL);
        unsigned stops = status & stop;
        if (stops)
            ended |= so_far ? highest(so_far, stops) : stops;
        status &= ~stop;
        if (!status)
            return ended;
        so_far = so_far ? highest(so_far, status) : status;
    }
    return ended | so_far;
}
