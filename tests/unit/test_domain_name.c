#include <stdio.h>

#include "base/domain_name.h"
#include "tests/support/suite.h"

static const struct {
    const char *name;
    bool valid;
} hostnames[] = {
    { "mail.example.org", true },
    { "bare", true },
    { "a_b.example", true },
    { "_dmarc", true },
    { "1.2.3.a", true },
    { "1-2", true },
    { "xn--bcher-kva.example", true },
    { "", false },
    { ".", false },
    { "example.org.", false },
    { ".example.org", false },
    { "a..b", false },
    { "-x.example", false },
    { "x-.example", false },
    { "x-", false },
    { "1.2.3.4", false },
    { "12345", false },
    { "a b", false },
    { "a@b", false },
    { "[192.0.2.1]", false },
    { "2001:db8::1", false },
    { "caf\xc3\xa9.example", false },
    { "*.example", false },
};

START_TEST(hostnames_as_postfix)
{
    ck_assert_int_eq(domain_is_valid_hostname(slice_of(hostnames[_i].name)), hostnames[_i].valid);
}
END_TEST

START_TEST(hostnames_have_limits)
{
    char text[300];
    memset(text, 'a', sizeof text);
    ck_assert(domain_is_valid_hostname(slice_make(text, 63)));
    ck_assert(!domain_is_valid_hostname(slice_make(text, 64)));
    for (size_t i = 50; i < sizeof text; i += 50)
        text[i] = '.';
    ck_assert(domain_is_valid_hostname(slice_make(text, 255)));
    ck_assert(!domain_is_valid_hostname(slice_make(text, 256)));
    ck_assert(!domain_is_valid_hostname(slice_make("a\0b", 3)));
}
END_TEST

static const struct {
    const char *text;
    bool address, literal;
} addresses[] = {
    { "192.0.2.1", true, true },
    { "0.0.0.0", true, true },
    { "0.1.2.3", false, false },
    { "00.0.0.0", true, true },
    { "192.000.002.001", true, true },
    { "192.0.2", false, false },
    { "192.0.2.1.", false, false },
    { "192.0.2.256", false, false },
    { "1..2.3", false, false },
    { "192.0.2.x", false, false },
    { "", false, false },
    { "2001:db8::1", true, false },
    { "IPv6:2001:db8::1", false, true },
    { "ipv6:::1", false, true },
    { "IPv6:192.0.2.1", false, false },
    { "IPv6:", false, false },
    { "::", true, false },
    { "::1", true, false },
    { "1::", true, false },
    { "1:2:3", true, false }, /* Postfix is lenient here */
    { "1:2", false, false },
    { ":1::2", false, false },
    { "1::2::3", false, false },
    { "1:2:3:4:5:6:7:8", true, false },
    { "1:2:3:4:5:6:7:8:9", false, false },
    { "1:2:3:4:5:6:7:", false, false },
    { "12345::", false, false },
    { "::ffff:192.0.2.1", true, false },
    { "::192.0.2", false, false },
    { "::g", false, false },
    { "IPv6:1111:2222:3333:4444:5555:6666:7777:8888:99999", false, false },
};

START_TEST(addresses_as_postfix)
{
    struct slice text = slice_of(addresses[_i].text);
    ck_assert_int_eq(domain_is_valid_address(text), addresses[_i].address);
    ck_assert_int_eq(domain_is_valid_literal(text), addresses[_i].literal);
}
END_TEST

START_TEST(parents_end)
{
    struct slice name = slice_of("a.b.c"), parent;
    ck_assert(domain_parent(name, &parent));
    ck_assert_slice(parent, "b.c");
    ck_assert(domain_parent(parent, &parent));
    ck_assert_slice(parent, "c");
    ck_assert(!domain_parent(parent, &parent));
    ck_assert(!domain_parent(slice_of("a."), &parent));
    ck_assert(!domain_parent(slice_of(""), &parent));
}
END_TEST

START_TEST(folding_never_cuts)
{
    char out[8];
    ck_assert_slice(domain_fold(slice_of("AbC.\xc4"), out, sizeof out), "abc.\xc4");
    ck_assert_slice(domain_fold(slice_of("ABCDEFG"), out, sizeof out), "abcdefg");
    ck_assert_slice(domain_fold(slice_of("ABCDEFGH"), out, sizeof out), "");
}
END_TEST

static const struct {
    const char *name, *want;
} registrable[] = {
    { "mail.example.co.uk", "example.co.uk" },
    { "MAIL.Example.CO.UK", "example.co.uk" },
    { "mail.example.co.uk.", "example.co.uk" },
    { "a.b.example.org", "example.org" },
    { "example.org", "example.org" },
    { "co.uk", "co.uk" },
    { "localhost", "localhost" },
    { "host.internal-zone", "host.internal-zone" },
    { "192.0.2.7", "" },
    { "2001:db8::7", "" },
    { "", "" },
    { ".", "" },
};

START_TEST(registrable_domains)
{
    char out[DOMAIN_MAX + 1];
    ck_assert_slice(domain_registrable(slice_of(registrable[_i].name), out), registrable[_i].want);
}
END_TEST

START_TEST(registrable_of_hostile_names)
{
    char out[DOMAIN_MAX + 1], text[400];
    memset(text, '.', sizeof text);
    ck_assert_slice(domain_registrable(slice_make(text, sizeof text), out), "");
    domain_registrable(slice_make(text, 200), out);
    ck_assert_slice(domain_registrable(slice_make("a\0b.org", 7), out), "");
    domain_registrable(slice_of("\xff\xfe.\x80"), out);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, hostnames_as_postfix, 0, COUNT(hostnames));
    tcase_add_test(tcase, hostnames_have_limits);
    tcase_add_loop_test(tcase, addresses_as_postfix, 0, COUNT(addresses));
    tcase_add_test(tcase, parents_end);
    tcase_add_test(tcase, folding_never_cuts);
    tcase_add_loop_test(tcase, registrable_domains, 0, COUNT(registrable));
    tcase_add_test(tcase, registrable_of_hostile_names);
}

TEST_MAIN("domain_name", add)
