#include "parsers/data/dns_import.h"
#include "tests/support/suite.h"

static const char dig[] =
    "\n; <<>> DiG 9.18.28 <<>> example.org MX\n"
    ";; global options: +cmd\n"
    ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n"
    "\n;; QUESTION SECTION:\n;example.org.\t\t\tIN\tMX\n"
    "\n;; ANSWER SECTION:\nexample.org.\t3600\tIN\tMX\t10 "
    "Mail.Example.org.\nexample.org.\t60\tIN\tMX\t0 .\n"
    "\n;; WHEN: Sun Nov 22 10:15:01 UTC 2026\n"
    "; <<>> DiG 9.18.28 <<>> t.example.org TXT\n"
    ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 2\n"
    ";; QUESTION SECTION:\n;t.example.org. IN TXT\n"
    ";; ANSWER SECTION:\nt.example.org. 60 IN TXT \"v=spf1 a\" \" \\\"q\\\" \\195\\169 -all\"\n"
    ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 3\n"
    ";; QUESTION SECTION:\n;gone.example. IN A\n"
    "; <<>> DiG 9.18.28 <<>> +tries=1 @192.0.2.53 slow.example MX\n"
    ";; connection timed out; no servers could be reached\n"
    "{\"Status\":2,\"Question\":[{\"name\":\"doh.example.\",\"type\":28}]}\n"
    "{\"name\":\"line.example\",\"type\":\"A\",\"rcode\":\"NOERROR\",\"answers\":[\"192.0.2.1\"]}"
    "\n";

static const struct {
    enum dns_type type;
    const char *name;
    enum dns_rcode rcode;
    uint32_t count;
    const char *first;
} wanted[] = {
    { DNS_MX, "example.org", DNS_NOERROR, 2, "10 mail.example.org" },
    { DNS_TXT, "t.example.org", DNS_NOERROR, 1, "v=spf1 a \"q\" \xc3\xa9 -all" },
    { DNS_A, "gone.example", DNS_NXDOMAIN, 0, "" },
    { DNS_MX, "slow.example", DNS_TIMEOUT, 0, "" },
    { DNS_AAAA, "doh.example", DNS_SERVFAIL, 0, "" },
    { DNS_A, "line.example", DNS_NOERROR, 1, "192.0.2.1" },
    { DNS_A, "example.org", DNS_UNKNOWN, 0, "" },
};

START_TEST(replies_of_all_kinds_are_read)
{
    struct dns_snapshot *snapshot = dns_snapshot_new();
    ck_assert_uint_eq(dns_import_text(snapshot, slice_of(dig)), 6);
    struct dns_answer got = dns_snapshot_find(snapshot, wanted[_i].type, slice_of(wanted[_i].name));
    ck_assert_msg(got.rcode == wanted[_i].rcode, "%s: got %s", wanted[_i].name,
                  dns_rcode_name(got.rcode));
    ck_assert_uint_eq(got.count, wanted[_i].count);
    if (got.count)
        ck_assert_slice(got.answers[0], wanted[_i].first);
    dns_snapshot_free(snapshot);
}
END_TEST

START_TEST(ttl_and_time_are_kept)
{
    char text[TIME_TEXT_MAX];
    struct dns_snapshot *snapshot = dns_snapshot_new();
    dns_import_text(snapshot, slice_of(dig));
    struct dns_answer got = dns_snapshot_find(snapshot, DNS_MX, slice_of("example.org"));
    ck_assert_uint_eq(got.ttl, 60);
    ck_assert_slice(civil_format_rfc3339(got.time_us, 0, text), "2026-11-22T10:15:01+00:00");
    dns_snapshot_free(snapshot);
}
END_TEST

static const char *const broken[] = {
    "",
    "\n\n",
    "hello",
    "{",
    "{}",
    "{\"Status\":0}",
    "{\"Status\":0,\"Question\":[{\"name\":\"a\",\"type\":9999}]}",
    "{\"Status\":0,\"Question\":[{\"name\":\"a\",\"type\":3}]}",
    ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1",
    ";; QUESTION SECTION:\n;a. IN A\n",
    ";; ->>HEADER<<- status: \n;; QUESTION SECTION:\n;",
    "; <<>> DiG",
    "; <<>> DiG 9 <<>> \n;; connection timed out",
    "a. 1 IN A 192.0.2.1\n",
};

START_TEST(what_is_no_reply_adds_nothing)
{
    struct dns_snapshot *snapshot = dns_snapshot_new();
    ck_assert_msg(dns_import_text(snapshot, slice_of(broken[_i])) == 0, "%s", broken[_i]);
    ck_assert_uint_eq(dns_snapshot_size(snapshot), 0);
    dns_snapshot_free(snapshot);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, replies_of_all_kinds_are_read, 0, COUNT(wanted));
    tcase_add_test(tcase, ttl_and_time_are_kept);
    tcase_add_loop_test(tcase, what_is_no_reply_adds_nothing, 0, COUNT(broken));
}

TEST_MAIN("dns_import", add)
