#include "analyzer/evidence/spf_eval.h"
#include "analyzer/evidence/spf_record.h"
#include "tests/support/suite.h"

/* The zone: names of RFC 7208 appendix A, and one record per way to fail. */
static const char *const zone[] = {
    "{\"name\":\"example.com\",\"type\":\"TXT\",\"rcode\":\"NOERROR\",\"answers\":[\"other\",\"v="
    "spf1 a mx:mx.example.com ip4:192.0.2.128/28 include:inc.example.net -all\"]}",
    "{\"name\":\"example.com\",\"type\":\"A\",\"rcode\":\"NOERROR\",\"answers\":[\"192.0.2.10\","
    "\"192.0.2.11\"]}",
    "{\"name\":\"mx.example.com\",\"type\":\"MX\",\"rcode\":\"NOERROR\",\"answers\":[\"10 "
    "mail-a.example.com\",\"0 .\"]}",
    "{\"name\":\"mail-a.example.com\",\"type\":\"A\",\"rcode\":\"NOERROR\",\"answers\":[\"192.0.2."
    "129\"]}",
    "{\"name\":\"inc.example.net\",\"type\":\"TXT\",\"rcode\":\"NOERROR\",\"answers\":[\"v=spf1 "
    "ip6:2001:db8::/32 -all\"]}",
    "{\"name\":\"two.example\",\"type\":\"TXT\",\"rcode\":\"NOERROR\",\"answers\":[\"v=spf1 "
    "-all\",\"v=spf1 +all\"]}",
    "{\"name\":\"servfail.example\",\"type\":\"TXT\",\"rcode\":\"SERVFAIL\",\"answers\":[]}",
    "{\"name\":\"incnone.example\",\"type\":\"TXT\",\"rcode\":\"NOERROR\",\"answers\":[\"v=spf1 "
    "include:nothing.example -all\"]}",
    "{\"name\":\"nothing.example\",\"type\":\"TXT\",\"rcode\":\"NXDOMAIN\",\"answers\":[]}",
    "{\"name\":\"loop.example\",\"type\":\"TXT\",\"rcode\":\"NOERROR\",\"answers\":[\"v=spf1 "
    "include:loop.example -all\"]}",
    "{\"name\":\"redirect.example\",\"type\":\"TXT\",\"rcode\":\"NOERROR\",\"answers\":[\"v=spf1 "
    "redirect=example.com\"]}",
    "{\"name\":\"unasked.example\",\"type\":\"TXT\",\"rcode\":\"NOERROR\",\"answers\":[\"v=spf1 "
    "ip4:198.51.100.7 a:gone.example -all\"]}",
    "{\"name\":\"macro.example\",\"type\":\"TXT\",\"rcode\":\"NOERROR\",\"answers\":[\"v=spf1 "
    "exists:%{ir}.%{l1r-}.%{d2} ?all\"]}",
    "{\"name\":\"1.2.0.192.joe.macro.example\",\"type\":\"A\",\"rcode\":\"NOERROR\",\"answers\":["
    "\"127.0.0.2\"]}",
    "{\"name\":\"soft.example\",\"type\":\"TXT\",\"rcode\":\"NOERROR\",\"answers\":[\"v=spf1 "
    "~all\"]}",
    "{\"name\":\"why.example\",\"type\":\"TXT\",\"rcode\":\"NOERROR\",\"answers\":[\"v=spf1 -all "
    "exp=text.example\"]}",
    "{\"name\":\"text.example\",\"type\":\"TXT\",\"rcode\":\"NOERROR\",\"answers\":[\"%{i} may not "
    "use %{d}\"]}",
};

static const struct {
    const char *client, *sender;
    enum spf_result result;
    const char *detail; /* explanation, or the missing name */
} cases[] = {
    { "192.0.2.10", "a@example.com", SPF_PASS, "" },
    { "192.0.2.129", "a@example.com", SPF_PASS, "" },
    { "192.0.2.140", "a@example.com", SPF_PASS, "" },
    { "2001:db8::9", "a@inc.example.net", SPF_PASS, "" },
    { "192.0.2.65", "a@example.com", SPF_FAIL, "" },
    { "192.0.2.65", "a@redirect.example", SPF_FAIL, "" },
    { "192.0.2.1", "a@two.example", SPF_PERMERROR, "" },
    { "192.0.2.1", "a@servfail.example", SPF_TEMPERROR, "" },
    { "192.0.2.1", "a@incnone.example", SPF_PERMERROR, "" },
    { "192.0.2.1", "a@loop.example", SPF_PERMERROR, "" },
    { "192.0.2.1", "a@nothing.example", SPF_NONE, "" },
    { "192.0.2.1", "a@localhost", SPF_NONE, "" },
    { "192.0.2.1", "a@x..example", SPF_NONE, "" },
    { "192.0.2.1", "joe-bob@macro.example", SPF_PASS, "" },
    { "192.0.2.1", "a@soft.example", SPF_SOFTFAIL, "" },
    { "192.0.2.1", "a@why.example", SPF_FAIL, "192.0.2.1 may not use why.example" },
    /* What the snapshot does not hold is unknown, and only when the evaluation comes to it. */
    { "198.51.100.7", "a@unasked.example", SPF_PASS, "" },
    { "192.0.2.1", "a@unasked.example", SPF_UNKNOWN, "gone.example" },
    { "192.0.2.1", "a@never.example", SPF_UNKNOWN, "never.example" },
};

START_TEST(hosts_are_checked)
{
    struct dns_snapshot *dns = dns_snapshot_new();
    for (size_t i = 0; i < COUNT(zone); i++)
        ck_assert_msg(dns_snapshot_add_line(dns, slice_of(zone[i])), "zone line %zu", i);
    struct arena arena;
    arena_init(&arena);
    struct spf_query query = { .sender = slice_of(cases[_i].sender),
                               .helo = SLICE("mx.example.org") };
    query.domain = slice_skip(query.sender, slice_index(query.sender, '@') + 1);
    ck_assert(ip_address_parse(slice_of(cases[_i].client), &query.client));
    struct spf_answer got = spf_check_host(dns, &query, &arena);
    ck_assert_msg(got.result == cases[_i].result, "%s %s: got %s", cases[_i].client,
                  cases[_i].sender, spf_result_name(got.result));
    if (got.result != SPF_UNKNOWN)
        ck_assert_slice(got.explanation, cases[_i].detail);
    else
        ck_assert_slice(got.missing_name, cases[_i].detail);
    arena_release(&arena);
    dns_snapshot_free(dns);
}
END_TEST

static const char *const bad_records[] = {
    "v=spf1 all:x",       "v=spf1 all/8",        "v=spf1 include",
    "v=spf1 include:",    "v=spf1 a:",           "v=spf1 a:x.1",
    "v=spf1 a/33",        "v=spf1 a/01",         "v=spf1 a//129",
    "v=spf1 ip4",         "v=spf1 ip4:1.2.3",    "v=spf1 ip4:1.2.3.4/33",
    "v=spf1 ip4:2001::1", "v=spf1 ip6:1.2.3.4",  "v=spf1 exists",
    "v=spf1 exists:%{x}", "v=spf1 exists:%{i0}", "v=spf1 a:%{i",
    "v=spf1 a:%",         "v=spf1 redirect=",    "v=spf1 redirect=a.b redirect=a.b",
    "v=spf1 exp=%{c}.b",  "v=spf1 unknown",      "v=spf1 =x",
    "v=spf1 m\xc3\xa9:x", "v=spf1 -all\tx",      "v=spf1 foo=%q",
};

START_TEST(bad_records_are_permanent_errors)
{
    struct arena arena;
    struct spf_record record;
    arena_init(&arena);
    ck_assert_msg(!spf_record_parse(slice_of(bad_records[_i]), &arena, &record), "%s",
                  bad_records[_i]);
    arena_release(&arena);
}
END_TEST

static const char *const good_records[] = {
    "v=spf1",
    "v=spf1 ",
    "v=spf1  +all  ",
    "V=SPF1 A/24//64 MX:a.b/0 ?PTR -aLL",
    "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 exists:%{ir}.%{v}._spf.%{d2} redirect=%{d}",
    "v=spf1 a:%{d}/24 foo=bar%%%_%- exp=x.example.",
    "v=spf1 include:_spf.x-y.example",
};

START_TEST(good_records_parse)
{
    struct arena arena;
    struct spf_record record;
    arena_init(&arena);
    ck_assert(spf_is_record(slice_of(good_records[_i])));
    ck_assert_msg(spf_record_parse(slice_of(good_records[_i]), &arena, &record), "%s",
                  good_records[_i]);
    arena_release(&arena);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, hosts_are_checked, 0, COUNT(cases));
    tcase_add_loop_test(tcase, bad_records_are_permanent_errors, 0, COUNT(bad_records));
    tcase_add_loop_test(tcase, good_records_parse, 0, COUNT(good_records));
}

TEST_MAIN("spf_eval", add)
