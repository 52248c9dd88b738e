#include "analyzer/policy/dns_status.h"

#include <arpa/inet.h>
#include <string.h>

#include "analyzer/policy/leaf.h"
#include "analyzer/policy/smtpd_settings.h"
#include "base/domain_name.h"
#include "base/punycode.h"
#include "parsers/tables/key_fold.h"

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

struct slice dns_ascii_name(struct leaf *leaf, struct slice name)
{
    char text[DOMAIN_MAX + 1];
    size_t i = 0;

    while (i < name.len && (unsigned char)name.at[i] < 0x80)
        i++;
    if (i == name.len || !leaf->settings->smtputf8)
        return name;
    struct slice ascii = punycode_domain(key_fold(leaf->scratch, name, true), text, sizeof text);
    return ascii.len ? arena_copy(leaf->scratch, ascii) : name;
}

/* dns_strrecord(): "example.org. 300 IN MX 10 mx.example.org." */
static struct slice record_text(struct leaf *leaf, enum dns_type type, struct slice name,
                                struct slice data, uint32_t ttl)
{
    bool ends_in_name = type == DNS_MX || type == DNS_NS || type == DNS_PTR;
    const char *dot = ends_in_name && !slice_ends(data, ".") ? "." : "";

    return arena_format(leaf->scratch, "%.*s. %lu IN %s %.*s%s", SLICE_FMT(name),
                        (unsigned long)ttl, dns_type_name(type), SLICE_FMT(data), dot);
}

/* Takes away what the filter ignores. */
static unsigned filter_answers(struct leaf *leaf, enum dns_type type, struct slice name,
                               struct dns_answer *answer)
{
    struct slice *kept = ARENA_ARRAY(leaf->scratch, struct slice, answer->count);
    uint32_t count = 0;

    for (uint32_t i = 0; i < answer->count; i++) {
        struct slice action, text = record_text(leaf, type, name, answer->answers[i], answer->ttl);
        enum lookup_status status = table_list_find(&leaf->settings->dns_filter, text, false,
                                                    leaf->scratch, &action, leaf->needs);
        if (status == LOOKUP_UNREADABLE) {
            answer->rcode = DNS_UNKNOWN;
            return DNS_STATUS_ANY;
        }
        if (status != LOOKUP_FOUND || !slice_equal_fold(action, slice_of("IGNORE")))
            kept[count++] = answer->answers[i];
        else
            leaf_explain(leaf, "smtpd_dns_reply_filter ignores %.*s", SLICE_FMT(text));
    }
    answer->answers = kept;
    answer->count = count;
    return count ? DNS_STATUS_OK : DNS_STATUS_POLICY;
}

unsigned dns_lookup(struct leaf *leaf, enum dns_type type, struct slice name,
                    struct dns_answer *answer)
{
    struct dns_answer ignored;

    if (!answer)
        answer = &ignored;
    name = dns_ascii_name(leaf, name);
    unsigned status = dns_ask(leaf, type, name, answer);
    if (status != DNS_STATUS_OK || answer->count == 0 || leaf->settings->dns_filter.count == 0)
        return status;
    return filter_answers(leaf, type, name, answer);
}

unsigned dns_ask_list(struct leaf *leaf, struct slice name, struct dns_answer *answer)
{
    unsigned status = dns_lookup(leaf, DNS_A, name, answer);

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
        unsigned status = dns_lookup(leaf, types[i], name, NULL);
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

/* "12345", "1.2.3": getaddrinfo takes for an address what inet_aton(3) does. */
static bool read_number(struct leaf *leaf, struct slice host, struct dns_answer *answer)
{
    char text[DOMAIN_MAX + 1], plain[INET_ADDRSTRLEN];
    struct in_addr address;

    if (host.len > DOMAIN_MAX || host.len == 0 || !ascii_is_digit(host.at[0]))
        return false;
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    if (strlen(text) != host.len || !inet_aton(text, &address))
        return false;
    struct slice *found = ARENA_NEW(leaf->scratch, struct slice);
    inet_ntop(AF_INET, &address, plain, sizeof plain);
    *found = arena_copy(leaf->scratch, slice_of(plain));
    answer->count = 1;
    answer->answers = found;
    return true;
}

void dns_host_addresses(struct leaf *leaf, enum dns_type type, struct slice host,
                        struct dns_answer *answer)
{
    static const struct slice loopback[] = { { "127.0.0.1", 9 }, { "::1", 3 } };

    *answer = (struct dns_answer){ .rcode = DNS_NOERROR };
    if (slice_equal_fold(host, slice_of("localhost"))) {
        answer->count = 1;
        answer->answers = &loopback[type == DNS_AAAA];
        return;
    }
    if (type == DNS_A && read_number(leaf, host, answer))
        return;
    if (host.len && host.at[host.len - 1] == '.')
        host.len--;
    if (dns_ask(leaf, type, host, answer) != DNS_STATUS_OK)
        answer->count = 0;
}
