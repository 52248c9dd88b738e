#include "base/ip_address.h"
#include "tests/support/suite.h"

static const struct {
    const char *text;
    unsigned family; /* 0: must be refused */
    const char *printed;
} addresses[] = {
    { "192.0.2.7", 4, "192.0.2.7" },
    { "0.0.0.0", 4, "0.0.0.0" },
    { "255.255.255.255", 4, "255.255.255.255" },
    { "2001:db8::7", 6, "2001:db8::7" },
    { "2001:DB8:0:0:0:0:0:7", 6, "2001:db8::7" },
    { "::", 6, "::" },
    { "::ffff:192.0.2.7", 6, "::ffff:192.0.2.7" },
    { "", 0, "" },
    { "192.0.2", 0, "" },
    { "192.0.2.256", 0, "" },
    { "192.0.2.7 ", 0, "" },
    { "192.0.2.7/32", 0, "" },
    { "192.0.2.07", 0, "" },
    { "1.2.3.4.5", 0, "" },
    { "2001:db8:::7", 0, "" },
    { "2001:db8::g", 0, "" },
    { "[2001:db8::7]", 0, "" },
    { "fe80::1%eth0", 0, "" },
    { "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", 0, "" },
    { "mail.example.org", 0, "" },
};

START_TEST(addresses_as_inet_pton)
{
    struct ip_address got;
    char out[IP_TEXT_MAX];
    bool good = ip_address_parse(slice_of(addresses[_i].text), &got);
    ck_assert_int_eq(good, addresses[_i].family != 0);
    ck_assert_uint_eq(got.family, addresses[_i].family);
    ck_assert_slice(ip_address_format(&got, out), addresses[_i].printed);
}
END_TEST

static const struct {
    const char *text;
    bool good, host_bits;
    const char *net;
    unsigned bits;
    const char *inside, *outside;
} prefixes[] = {
    { "192.0.2.0/24", true, false, "192.0.2.0", 24, "192.0.2.255", "192.0.3.0" },
    { "192.0.2.7/24", true, true, "192.0.2.0", 24, "192.0.2.1", "192.0.1.255" },
    { "192.0.2.7", true, false, "192.0.2.7", 32, "192.0.2.7", "192.0.2.6" },
    { "192.0.2.128/25", true, false, "192.0.2.128", 25, "192.0.2.200", "192.0.2.127" },
    { "192.0.2.8/29", true, false, "192.0.2.8", 29, "192.0.2.15", "192.0.2.16" },
    { "0.0.0.0/0", true, false, "0.0.0.0", 0, "203.0.113.1", "2001:db8::1" },
    { "::/0", true, false, "::", 0, "2001:db8::1", "192.0.2.1" },
    { "2001:db8::/32", true, false, "2001:db8::", 32, "2001:db8:ffff::1", "2001:db9::" },
    { "2001:db8::1/127", true, true, "2001:db8::", 127, "2001:db8::1", "2001:db8::2" },
    { "::ffff:192.0.2.0/120", true, false, "::ffff:192.0.2.0", 120, "::ffff:192.0.2.9",
      "192.0.2.9" },
    { "192.0.2.0/33", false, false, "", 0, NULL, NULL },
    { "192.0.2.0/", false, false, "", 0, NULL, NULL },
    { "192.0.2.0/-1", false, false, "", 0, NULL, NULL },
    { "192.0.2.0/2x", false, false, "", 0, NULL, NULL },
    { "2001:db8::/129", false, false, "", 0, NULL, NULL },
    { "/24", false, false, "", 0, NULL, NULL },
    { "", false, false, "", 0, NULL, NULL },
    { "192.0.2/24", false, false, "", 0, NULL, NULL },
};

START_TEST(prefixes_hold_their_addresses)
{
    struct ip_prefix got;
    struct ip_address address;
    bool host_bits = true;
    char out[IP_TEXT_MAX];
    bool good = ip_prefix_parse(slice_of(prefixes[_i].text), &got, &host_bits);
    ck_assert_int_eq(good, prefixes[_i].good);
    ck_assert_int_eq(host_bits, prefixes[_i].host_bits);
    ck_assert_slice(ip_address_format(&got.address, out), prefixes[_i].net);
    ck_assert_uint_eq(got.bits, prefixes[_i].bits);
    if (!good)
        return;
    ck_assert(ip_address_parse(slice_of(prefixes[_i].inside), &address));
    ck_assert(ip_prefix_contains(&got, &address));
    struct ip_prefix around = ip_prefix_of(&address, (uint8_t)prefixes[_i].bits);
    ck_assert_slice(ip_address_format(&around.address, out), prefixes[_i].net);
    ck_assert(ip_address_parse(slice_of(prefixes[_i].outside), &address));
    ck_assert(!ip_prefix_contains(&got, &address));
}
END_TEST

START_TEST(reverse_names)
{
    struct ip_address address;
    char out[IP_REVERSE_MAX];
    ck_assert(ip_address_parse(slice_of("192.0.2.7"), &address));
    ck_assert_uint_eq(ip_reverse_name(&address, "in-addr.arpa", out, sizeof out), 22);
    ck_assert_str_eq(out, "7.2.0.192.in-addr.arpa");
    ck_assert_uint_eq(ip_reverse_name(&address, "in-addr.arpa", out, 22), 0);
    ck_assert(ip_address_parse(slice_of("2001:db8::7"), &address));
    ck_assert_uint_eq(ip_reverse_name(&address, "ip6.arpa", out, sizeof out), 72);
    ck_assert_str_eq(out,
                     "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    address = (struct ip_address){ 0 };
    ck_assert_uint_eq(ip_reverse_name(&address, "x", out, sizeof out), 0);
}
END_TEST

static const struct {
    const char *text;
    bool loopback, private;
} kinds[] = {
    { "127.9.9.9", true, true },    { "::1", true, true },
    { "10.1.2.3", false, true },    { "172.31.255.255", false, true },
    { "172.32.0.0", false, false }, { "192.168.1.1", false, true },
    { "8.8.8.8", false, false },    { "fe80::1", false, true },
    { "fd00::1", false, true },     { "2a00:1450::1", false, false },
    { "198.18.4.4", false, true },  { "128.0.0.1", false, false },
};

START_TEST(kinds_of_nets)
{
    struct ip_address address;
    ck_assert(ip_address_parse(slice_of(kinds[_i].text), &address));
    ck_assert_int_eq(ip_is_loopback(&address), kinds[_i].loopback);
    ck_assert_int_eq(ip_is_private(&address), kinds[_i].private);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, addresses_as_inet_pton, 0, COUNT(addresses));
    tcase_add_loop_test(tcase, prefixes_hold_their_addresses, 0, COUNT(prefixes));
    tcase_add_test(tcase, reverse_names);
    tcase_add_loop_test(tcase, kinds_of_nets, 0, COUNT(kinds));
}

TEST_MAIN("ip_address", add)
