/* Host names and addresses of any bytes: what is written out of them stays within its bounds and is
 * what the same function would write again. */
#include <stdlib.h>
#include <string.h>

#include "base/domain_name.h"
#include "base/ip_address.h"
#include "base/punycode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
    if (!good)
        abort();
}

static void look_at_name(struct slice name)
{
    char out[DOMAIN_MAX + 1], tight[16];
    struct slice folded = domain_fold(name, out, sizeof out), parent;
    must(folded.len <= DOMAIN_MAX);
    must(domain_registrable(name, out).len <= DOMAIN_MAX);
    must(punycode_domain(name, out, sizeof out).len <= sizeof out);
    must(punycode_domain(name, tight, sizeof tight).len <= sizeof tight);
    must(!domain_is_valid_hostname(name) || name.len <= DOMAIN_MAX);
    domain_is_valid_literal(name);
    for (size_t left = name.len; domain_parent(name, &parent); name = parent) {
        must(parent.len < left);
        left = parent.len;
    }
}

static void look_at_address(struct slice text)
{
    char written[IP_TEXT_MAX], reverse[IP_REVERSE_MAX];
    struct ip_address address, again;
    struct ip_prefix prefix;
    bool host_bits;
    domain_is_valid_address(text);
    if (ip_address_parse(text, &address)) {
        must(ip_address_parse(ip_address_format(&address, written), &again));
        must(memcmp(&address, &again, sizeof address) == 0);
        must(ip_reverse_name(&address, "zen.example", reverse, sizeof reverse) < sizeof reverse);
    }
    if (ip_prefix_parse(text, &prefix, &host_bits))
        must(ip_prefix_contains(&prefix, &prefix.address));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_make((const char *)data, size);
    look_at_name(text);
    look_at_address(text);
    return 0;
}
