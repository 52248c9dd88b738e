#include <arpa/nameser.h>
#include <resolv.h>
#include <stdio.h>

#include "analyzer/evidence/resolver.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/domain_name.h"
#include "base/ip_address.h"
#include "base/xalloc.h"

/* libc's ns_parse family walks the packet: every length and compression pointer is checked there. */

enum { ANSWERS_MAX = 256, TEXT_MAX = 65536 };

static const enum dns_rcode rcodes[] = {
    [ns_r_noerror] = DNS_NOERROR,   [ns_r_formerr] = DNS_FORMERR, [ns_r_servfail] = DNS_SERVFAIL,
    [ns_r_nxdomain] = DNS_NXDOMAIN, [ns_r_notimpl] = DNS_NOTIMP,  [ns_r_refused] = DNS_REFUSED,
};

static const unsigned wire_types[DNS_TYPES] = {
    [DNS_A] = ns_t_a,         [DNS_AAAA] = ns_t_aaaa, [DNS_PTR] = ns_t_ptr,
    [DNS_MX] = ns_t_mx,       [DNS_NS] = ns_t_ns,     [DNS_TXT] = ns_t_txt,
    [DNS_CNAME] = ns_t_cname, [DNS_SOA] = ns_t_soa,   [DNS_SPF] = 99,
};

/* A name of the packet in lower case without its final dot; the root is ".". False when broken. */
static bool add_name(struct buffer *out, const ns_msg *message, const unsigned char *at)
{
    char text[NS_MAXDNAME], folded[NS_MAXDNAME];
    if (dn_expand(ns_msg_base(*message), ns_msg_end(*message), at, text, sizeof text) < 0)
        return false;
    struct slice name = slice_of(text);
    if (name.len > 1 && name.at[name.len - 1] == '.')
        name.len--;
    buffer_add_slice(out, name.len ? domain_fold(name, folded, sizeof folded) : slice_of("."));
    return true;
}

/* Character strings of a TXT record, joined (RFC 7208 3.3). */
static bool add_strings(struct buffer *out, const unsigned char *data, size_t len)
{
    for (size_t i = 0; i < len; i += 1u + data[i]) {
        if (data[i] > len - i - 1)
            return false;
        buffer_add(out, (const char *)data + i + 1, data[i]);
    }
    return true;
}

static bool add_address(struct buffer *out, const unsigned char *data, size_t len, uint8_t family)
{
    char text[IP_TEXT_MAX];
    struct ip_address address = { .family = family };
    if (len != (family == 4 ? 4u : 16u))
        return false;
    memcpy(address.bytes, data, len);
    buffer_add_slice(out, ip_address_format(&address, text));
    return true;
}

static bool add_record(struct buffer *out, enum dns_type type, const ns_msg *message,
                       const ns_rr *record)
{
    const unsigned char *data = ns_rr_rdata(*record);
    size_t len = ns_rr_rdlen(*record);
    switch ((int)type) {
    case DNS_A:
        return add_address(out, data, len, 4);
    case DNS_AAAA:
        return add_address(out, data, len, 6);
    case DNS_MX:
        if (len < 3)
            return false;
        buffer_format(out, "%u ", ns_get16(data));
        return add_name(out, message, data + 2);
    case DNS_TXT:
    case DNS_SPF:
        return add_strings(out, data, len);
    default: /* PTR, NS, CNAME; of SOA the first name */
        return len > 0 && add_name(out, message, data);
    }
}

struct dns_answer resolver_parse_reply(enum dns_type type, const unsigned char *packet, size_t len,
                                       struct arena *arena)
{
    struct dns_answer answer = { .rcode = DNS_FAILED, .time_us = TIME_NONE, .ttl = UINT32_MAX };
    struct slice *answers = ARENA_ARRAY(arena, struct slice, ANSWERS_MAX);
    ns_msg message;
    ns_rr record;
    struct buffer text;
    answer.answers = answers;
    if (len > NS_MAXMSG || ns_initparse(packet, (int)len, &message) < 0)
        return answer;
    unsigned rcode = (unsigned)ns_msg_getflag(message, ns_f_rcode);
    answer.rcode = rcode < COUNT(rcodes) ? rcodes[rcode] : DNS_FAILED;
    buffer_init(&text, TEXT_MAX);
    for (int i = 0; i < ns_msg_count(message, ns_s_an) && answer.count < ANSWERS_MAX; i++) {
        buffer_clear(&text);
        if (ns_parserr(&message, ns_s_an, i, &record) < 0) {
            answer.rcode = DNS_FAILED;
            break;
        }
        answer.ttl = ns_rr_ttl(record) < answer.ttl ? ns_rr_ttl(record) : answer.ttl;
        if (ns_rr_type(record) == wire_types[type] && add_record(&text, type, &message, &record))
            answers[answer.count++] = arena_copy(arena, buffer_slice(&text));
    }
    if (answer.ttl == UINT32_MAX)
        answer.ttl = 0;
    buffer_release(&text);
    return answer;
}
