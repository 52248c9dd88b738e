#ifndef BASE_IP_ADDRESS_H
#define BASE_IP_ADDRESS_H
/*
 * IPv4 and IPv6 addresses and prefixes as values. Text follows inet_ntop(3): the shortest lower
 * case IPv6 form, which is what Postfix prints.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct ip_address {
    uint8_t family;    /* 4, 6, or 0 for none */
    uint8_t bytes[16]; /* network order; IPv4 in the first four */
};

struct ip_prefix {
    struct ip_address address; /* host bits zero */
    uint8_t bits;
};

enum { IP_TEXT_MAX = 46, IP_REVERSE_MAX = 80 };

/* Parses "192.0.2.7", "2001:db8::7" as inet_pton(3); IPv4-mapped IPv6 stays IPv6. */
bool ip_address_parse(struct slice text, struct ip_address *address);
/* Writes the text with NUL into out (IP_TEXT_MAX bytes); returns it as a slice over out. */
struct slice ip_address_format(const struct ip_address *address, char out[IP_TEXT_MAX]);
/* Parses "net/len" or a single address; false on bad text. *host_bits (may be NULL) tells whether
 * bits behind the prefix were set (they are cleared in the result). */
bool ip_prefix_parse(struct slice text, struct ip_prefix *prefix, bool *host_bits);
/* The prefix of the given length around address. */
struct ip_prefix ip_prefix_of(const struct ip_address *address, uint8_t bits);
/* True when the address is of the prefix's family and inside it. */
bool ip_prefix_contains(const struct ip_prefix *prefix, const struct ip_address *address);
/* Name to ask a DNS list or in-addr.arpa: "7.2.0.192" + "." + suffix, 32 nibbles for IPv6
 * (RFC 1035 3.5, RFC 3596 2.5, RFC 5782). Returns the length, 0 when it does not fit. */
size_t ip_reverse_name(const struct ip_address *address, const char *suffix, char *out,
                       size_t out_size);
/* True for this machine's own nets: 127.0.0.0/8, ::1. */
bool ip_is_loopback(const struct ip_address *address);
/* True for nets that are not public senders: loopback, private, link-local, documentation. */
bool ip_is_private(const struct ip_address *address);

#endif
