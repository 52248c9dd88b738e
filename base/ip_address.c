#include "base/ip_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

static uint8_t width_of(const struct ip_address *address)
{
    return address->family == 4 ? 32 : address->family == 6 ? 128 : 0;
}

bool ip_address_parse(struct slice text, struct ip_address *address)
{
    char copy[IP_TEXT_MAX];
    *address = (struct ip_address){ 0 };
    if (text.len == 0 || text.len >= sizeof copy || memchr(text.at, 0, text.len))
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = 0;
    bool six = memchr(copy, ':', text.len) != NULL;
    if (inet_pton(six ? AF_INET6 : AF_INET, copy, address->bytes) != 1) {
        *address = (struct ip_address){ 0 };
        return false;
    }
    address->family = six ? 6 : 4;
    return true;
}

struct slice ip_address_format(const struct ip_address *address, char out[IP_TEXT_MAX])
{
    out[0] = 0;
    if (address->family == 4 || address->family == 6)
        inet_ntop(address->family == 4 ? AF_INET : AF_INET6, address->bytes, out, IP_TEXT_MAX);
    return slice_of(out);
}

/* Clears every bit behind the first `bits`; true when one of them was set. */
static bool clear_host_bits(struct ip_address *address, uint8_t bits)
{
    bool any = false;
    unsigned width = width_of(address);
    for (unsigned i = 0; i < width / 8u; i++) {
        unsigned keep = bits <= i * 8u ? 0 : bits - i * 8u >= 8 ? 8 : bits - i * 8u;
        uint8_t mask = (uint8_t)(0xff00u >> keep);
        any = any || (address->bytes[i] & (uint8_t)~mask) != 0;
        address->bytes[i] &= mask;
    }
    return any;
}

bool ip_prefix_parse(struct slice text, struct ip_prefix *prefix, bool *host_bits)
{
    size_t slash = slice_index(text, '/');
    uint64_t bits;
    *prefix = (struct ip_prefix){ 0 };
    if (host_bits)
        *host_bits = false;
    struct ip_address address;
    if (!ip_address_parse(slice_head(text, slash), &address))
        return false;
    bits = width_of(&address);
    if (slash < text.len) {
        uint64_t got;
        if (!slice_to_u64(slice_skip(text, slash + 1), &got) || got > bits)
            return false;
        bits = got;
    }
    prefix->address = address;
    prefix->bits = (uint8_t)bits;
    bool set = clear_host_bits(&prefix->address, prefix->bits);
    if (host_bits)
        *host_bits = set;
    return true;
}

struct ip_prefix ip_prefix_of(const struct ip_address *address, uint8_t bits)
{
    struct ip_prefix prefix = { *address, bits };
    if (prefix.bits > width_of(address))
        prefix.bits = width_of(address);
    clear_host_bits(&prefix.address, prefix.bits);
    return prefix;
}

bool ip_prefix_contains(const struct ip_prefix *prefix, const struct ip_address *address)
{
    if (prefix->address.family != address->family || address->family == 0)
        return false;
    unsigned whole = prefix->bits / 8u, rest = prefix->bits % 8u;
    if (whole && memcmp(prefix->address.bytes, address->bytes, whole) != 0)
        return false;
    uint8_t mask = (uint8_t)(0xff00u >> rest);
    return rest == 0 || (address->bytes[whole] & mask) == prefix->address.bytes[whole];
}

size_t ip_reverse_name(const struct ip_address *address, const char *suffix, char *out,
                       size_t out_size)
{
    const uint8_t *b = address->bytes;
    int len = 0;
    char nibbles[65];
    if (out_size)
        out[0] = 0;
    if (address->family == 4) {
        len = snprintf(out, out_size, "%u.%u.%u.%u.%s", b[3], b[2], b[1], b[0], suffix);
    } else if (address->family == 6) {
        for (unsigned i = 0; i < 16; i++) {
            nibbles[i * 4] = "0123456789abcdef"[b[15 - i] & 15];
            nibbles[i * 4 + 1] = '.';
            nibbles[i * 4 + 2] = "0123456789abcdef"[b[15 - i] >> 4];
            nibbles[i * 4 + 3] = '.';
        }
        nibbles[64] = 0;
        len = snprintf(out, out_size, "%s%s", nibbles, suffix);
    }
    return len > 0 && (size_t)len < out_size ? (size_t)len : 0;
}

/* True when address lies in one of n prefixes given as text. */
static bool in_any(const struct ip_address *address, const char *const *nets, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ip_prefix prefix;
        if (ip_prefix_parse(slice_of(nets[i]), &prefix, NULL) &&
            ip_prefix_contains(&prefix, address))
            return true;
    }
    return false;
}

bool ip_is_loopback(const struct ip_address *address)
{
    static const char *const nets[] = { "127.0.0.0/8", "::1", "::ffff:127.0.0.0/104" };
    return in_any(address, nets, sizeof nets / sizeof nets[0]);
}

bool ip_is_private(const struct ip_address *address)
{
    /* RFC 1918, 3927, 4193, 4291, 6598, 5737, 3849, 2544 and "this network" */
    static const char *const nets[] = {
        "10.0.0.0/8",      "172.16.0.0/12",
        "192.168.0.0/16",  "169.254.0.0/16",
        "100.64.0.0/10",   "192.0.2.0/24",
        "198.51.100.0/24", "203.0.113.0/24",
        "198.18.0.0/15",   "0.0.0.0/8",
        "fc00::/7",        "fe80::/10",
        "2001:db8::/32",   "::",
    };
    return ip_is_loopback(address) || in_any(address, nets, sizeof nets / sizeof nets[0]);
}
