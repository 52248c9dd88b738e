#include "parsers/config/machine_defaults.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/ip_address.h"

enum { ADDRESSES_MAX = 1024 };

struct interface {
    struct ip_address address;
    uint8_t bits; /* of its network */
};

struct interfaces {
    struct interface *items;
    size_t count;
};

struct slice machine_hostname(struct arena *arena, struct slice domain)
{
    char name[256];
    if (gethostname(name, sizeof name) != 0)
        return arena_copy(arena, slice_of("localhost.localdomain"));
    name[sizeof name - 1] = 0;
    if (strchr(name, '.'))
        return arena_copy(arena, slice_of(name));
    return arena_format(arena, "%s.%.*s", name, SLICE_FMT(domain));
}

static bool address_of(const struct sockaddr *from, struct ip_address *to)
{
    *to = (struct ip_address){ 0 };
    if (from && from->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, from, sizeof v4);
        to->family = 4;
        memcpy(to->bytes, &v4.sin_addr, 4);
    } else if (from && from->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, from, sizeof v6);
        to->family = 6;
        memcpy(to->bytes, &v6.sin6_addr, 16);
    }
    return to->family != 0;
}

/* Leading one bits of a netmask, whose family field may be wrong. */
static uint8_t mask_bits(const struct sockaddr *mask, uint8_t family)
{
    struct ip_address value;
    struct sockaddr_storage copy = { 0 };
    uint8_t bits = 0;
    memcpy(&copy, mask, family == 4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
    copy.ss_family = family == 4 ? AF_INET : AF_INET6;
    address_of((const struct sockaddr *)&copy, &value);
    while (bits < (family == 4 ? 32 : 128) && (value.bytes[bits / 8] & (0x80 >> (bits % 8))))
        bits++;
    return bits;
}

static bool is_any(const struct ip_address *address)
{
    static const uint8_t zero[16];
    return memcmp(address->bytes, zero, sizeof zero) == 0;
}

/* All addresses of interfaces that are up, of one family. */
static void add_local(struct interfaces *list, const struct ifaddrs *all, uint8_t family)
{
    for (; all && list->count < ADDRESSES_MAX; all = all->ifa_next) {
        struct interface one;
        if (!(all->ifa_flags & IFF_UP) || !all->ifa_netmask ||
            !address_of(all->ifa_addr, &one.address) || one.address.family != family ||
            is_any(&one.address))
            continue;
        one.bits = mask_bits(all->ifa_netmask, family);
        list->items[list->count++] = one;
    }
}

/* Which families a value of inet_protocols names. */
static bool has_protocol(struct slice protocols, uint8_t family)
{
    struct slice word;
    while (slice_next_word(&protocols, ", \t\r\n", &word))
        if (slice_is(word, "all") || slice_is(word, family == 4 ? "ipv4" : "ipv6"))
            return true;
    return false;
}

static void keep(struct interfaces *list, const struct interface *one)
{
    for (size_t i = 0; i < list->count; i++)
        if (memcmp(&list->items[i].address, &one->address, sizeof one->address) == 0)
            return;
    if (list->count < ADDRESSES_MAX)
        list->items[list->count++] = *one;
}

/* The addresses behind one word of inet_interfaces that are local ones. */
static void add_named(struct interfaces *list, const struct interfaces *local, struct slice host)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
    char name[256];
    if (host.len > 1 && host.at[0] == '[' && host.at[host.len - 1] == ']')
        host = slice_make(host.at + 1, host.len - 2);
    if (host.len == 0 || host.len >= sizeof name)
        return;
    memcpy(name, host.at, host.len);
    name[host.len] = 0;
    /* "localhost" is in /etc/hosts; any other name might go to the network. */
    if (!slice_is(host, "localhost"))
        hints.ai_flags = AI_NUMERICHOST;
    if (getaddrinfo(name, NULL, &hints, &found) != 0)
        return;
    for (const struct addrinfo *at = found; at; at = at->ai_next) {
        struct ip_address address;
        if (!address_of(at->ai_addr, &address))
            continue;
        for (size_t i = 0; i < local->count; i++)
            if (memcmp(&local->items[i].address, &address, sizeof address) == 0)
                keep(list, &local->items[i]);
    }
    freeaddrinfo(found);
}

static struct interfaces own_interfaces(struct arena *arena, struct slice interfaces,
                                        struct slice protocols)
{
    struct interfaces local = { ARENA_ARRAY(arena, struct interface, ADDRESSES_MAX), 0 };
    struct interfaces chosen = { ARENA_ARRAY(arena, struct interface, ADDRESSES_MAX), 0 };
    struct ifaddrs *all = NULL;
    struct slice word;
    if (getifaddrs(&all) != 0)
        return chosen;
    for (uint8_t family = 4; family <= 6; family = (uint8_t)(family + 2))
        if (has_protocol(protocols, family))
            add_local(&local, all, family);
    freeifaddrs(all);
    if (slice_is(interfaces, "all"))
        return local;
    for (size_t i = 0; i < local.count && slice_is(interfaces, "loopback-only"); i++)
        if (ip_is_loopback(&local.items[i].address))
            chosen.items[chosen.count++] = local.items[i];
    while (!slice_is(interfaces, "loopback-only") && slice_next_word(&interfaces, " \t,", &word))
        add_named(&chosen, &local, word);
    return chosen;
}

static uint8_t class_bits(const struct ip_address *address)
{
    uint8_t first = address->bytes[0];
    return first < 128 ? 8 : first < 192 ? 16 : first < 224 ? 24 : 4;
}

/* Reads a list of known words; false with Postfix's words when another one is in it. */
static bool check_words(struct slice text, const char *label, const char *const *known,
                        unsigned *count, char what[512])
{
    struct slice rest = text, word;
    *count = 0;
    while (slice_next_word(&rest, ", \t\r\n", &word)) {
        unsigned i = 0;
        while (known[i] && !slice_is(word, known[i]))
            i++;
        if (!known[i]) {
            snprintf(what, 512, "unknown %s value \"%.*s\" in \"%.*s\"", label,
                     SLICE_FMT(slice_head(word, 100)), SLICE_FMT(slice_head(text, 200)));
            return false;
        }
        ++*count;
    }
    return true;
}

static bool check_values(struct slice style, struct slice protocols, char what[512])
{
    static const char *const styles[] = { "class", "subnet", "host", NULL };
    static const char *const families[] = { "all", "ipv4", "ipv6", NULL };
    unsigned count;
    if (!check_words(protocols, "inet_protocols", families, &count, what))
        return false;
    if (count == 0) /* no network at all: nobody looks at the style */
        return true;
    if (!check_words(style, "mynetworks mask style", styles, &count, what))
        return false;
    if (count == 1)
        return true;
    snprintf(what, 512, "bad mynetworks_style value: %.*s; specify exactly one value",
             SLICE_FMT(slice_head(style, 200)));
    return false;
}

bool machine_networks(struct arena *arena, struct slice interfaces, struct slice style,
                      struct slice protocols, struct slice *networks, char what[512])
{
    if (!check_values(style, protocols, what))
        return false;
    style = slice_trim(style);
    struct interfaces own = own_interfaces(arena, interfaces, protocols);
    struct buffer out;
    struct ip_prefix *seen = ARENA_ARRAY(arena, struct ip_prefix, own.count + 1);
    size_t seen_count = 0;
    char text[IP_TEXT_MAX];
    buffer_init(&out, (size_t)ADDRESSES_MAX * 64);
    for (size_t i = 0; i < own.count; i++) {
        const struct interface *one = &own.items[i];
        uint8_t bits = one->bits;
        if (slice_is(style, "host"))
            bits = one->address.family == 4 ? 32 : 128;
        else if (slice_is(style, "class") && one->address.family == 4)
            bits = class_bits(&one->address);
        struct ip_prefix net = ip_prefix_of(&one->address, bits);
        size_t known = 0;
        while (known < seen_count && memcmp(&seen[known], &net, sizeof net) != 0)
            known++;
        if (known < seen_count)
            continue;
        seen[seen_count++] = net;
        ip_address_format(&net.address, text);
        buffer_format(&out, net.address.family == 4 ? "%s/%u " : "[%s]/%u ", text, bits);
    }
    *networks = arena_copy(arena, slice_make(out.at ? out.at : "", out.len));
    buffer_release(&out);
    return true;
}
