#include <stdio.h>
#include <unistd.h>

#include "parsers/data/dns_snapshot.h"
#include "tests/support/suite.h"

static const char *const world[] = {
    "{\"name\":\"7.2.0.192.in-addr.arpa\",\"type\":\"PTR\",\"rcode\":\"NOERROR\","
    "\"answers\":[\"mail.example.org\"],\"ttl\":3600,\"time\":\"2026-11-22T10:15:01+01:00\"}",
    "{\"name\": \"example.org\", \"type\": \"MX\", \"rcode\": \"NOERROR\", \"answers\": "
    "[\"10 mx1.example.org\", \"20 mx2.example.org\"], \"ttl\": 300, \"time\": "
    "\"2026-01-01T00:00:00+00:00\"}",
    "{\"name\":\"example.org\",\"type\":\"A\",\"rcode\":\"NOERROR\",\"answers\":[]}",
    "{\"name\":\"gone.example.org\",\"type\":\"A\",\"rcode\":\"NXDOMAIN\",\"answers\":[\"x\"]}",
    "{\"name\":\"slow.example.org\",\"type\":\"A\",\"rcode\":\"TIMEOUT\",\"answers\":[]}",
    "{\"name\":\"bad.example.org\",\"type\":\"A\",\"rcode\":\"YXRRSET\",\"answers\":[]}",
    "{\"name\":\"null.example\",\"type\":\"MX\",\"answers\":[\"0 .\"]}",
    "{\"name\":\"Twice.Example.\",\"type\":\"a\",\"rcode\":\"NOERROR\",\"answers\":[\"192.0.2.1\"]"
    "}",
    "{\"name\":\"twice.example\",\"type\":\"A\",\"rcode\":\"NOERROR\",\"answers\":[\"192.0.2.2\"]}",
    "{\"name\":\"odd.example\",\"type\":\"TXT\",\"rcode\":\"NOERROR\",\"answers\":[\"say "
    "\\\"v=spf1\\\" \\u00e9\"],\"extra\":{\"a\":[1]}}",
    "{\"name\":\".\",\"type\":\"NS\",\"rcode\":\"NOERROR\",\"answers\":[\"a.root.example\"]}",
    "{\"name\":\"tlsa.example\",\"type\":\"CAA\",\"rcode\":\"NOERROR\",\"answers\":[]}",
};

static const char closing[] =
    "{\"name\":\"*\",\"type\":\"*\",\"rcode\":\"NXDOMAIN\",\"answers\":[]}";

static struct dns_snapshot *make_world(bool closed)
{
    struct dns_snapshot *snapshot = dns_snapshot_new();
    for (size_t i = 0; i < COUNT(world); i++)
        ck_assert_msg(dns_snapshot_add_line(snapshot, slice_of(world[i])), "line %zu", i);
    if (closed)
        ck_assert(dns_snapshot_add_line(snapshot, slice_of(closing)));
    return snapshot;
}

static const struct {
    const char *name;
    enum dns_type type;
    enum dns_rcode open, closed;
    unsigned count;
    const char *first;
} questions[] = {
    { "7.2.0.192.in-addr.arpa", DNS_PTR, DNS_NOERROR, DNS_NOERROR, 1, "mail.example.org" },
    { "7.2.0.192.IN-ADDR.ARPA.", DNS_PTR, DNS_NOERROR, DNS_NOERROR, 1, "mail.example.org" },
    { "example.org", DNS_MX, DNS_NOERROR, DNS_NOERROR, 2, "10 mx1.example.org" },
    { "example.org", DNS_A, DNS_NOERROR, DNS_NOERROR, 0, NULL },
    { "example.org", DNS_AAAA, DNS_UNKNOWN, DNS_NOERROR, 0, NULL }, /* listed with others only */
    { "gone.example.org", DNS_A, DNS_NXDOMAIN, DNS_NXDOMAIN, 0, NULL },
    { "slow.example.org", DNS_A, DNS_TIMEOUT, DNS_TIMEOUT, 0, NULL },
    { "bad.example.org", DNS_A, DNS_FAILED, DNS_FAILED, 0, NULL },
    { "null.example", DNS_MX, DNS_NOERROR, DNS_NOERROR, 1, "0 ." },
    { "twice.example", DNS_A, DNS_NOERROR, DNS_NOERROR, 1, "192.0.2.2" }, /* the last counts */
    { "odd.example", DNS_TXT, DNS_NOERROR, DNS_NOERROR, 1, "say \"v=spf1\" \xc3\xa9" },
    { ".", DNS_NS, DNS_NOERROR, DNS_NOERROR, 1, "a.root.example" },
    { "tlsa.example", DNS_A, DNS_UNKNOWN, DNS_NOERROR, 0, NULL },
    { "org", DNS_A, DNS_UNKNOWN, DNS_NOERROR, 0, NULL }, /* listed names below */
    { "2.0.192.in-addr.arpa", DNS_PTR, DNS_UNKNOWN, DNS_NOERROR, 0, NULL },
    { "nowhere.example.org", DNS_A, DNS_UNKNOWN, DNS_NXDOMAIN, 0, NULL },
    { "ample.org", DNS_A, DNS_UNKNOWN, DNS_NXDOMAIN, 0, NULL },
    { "", DNS_A, DNS_UNKNOWN, DNS_NXDOMAIN, 0, NULL },
    { "*", DNS_A, DNS_UNKNOWN, DNS_NXDOMAIN, 0, NULL },
};

START_TEST(questions_in_open_and_closed_worlds)
{
    for (int closed = 0; closed < 2; closed++) {
        struct dns_snapshot *snapshot = make_world(closed);
        struct dns_answer answer =
            dns_snapshot_find(snapshot, questions[_i].type, slice_of(questions[_i].name));
        ck_assert_int_eq(dns_snapshot_is_closed(snapshot), closed);
        ck_assert_msg(answer.rcode == (closed ? questions[_i].closed : questions[_i].open),
                      "%s %s: %s", dns_type_name(questions[_i].type), questions[_i].name,
                      dns_rcode_name(answer.rcode));
        if (answer.rcode != DNS_UNKNOWN)
            ck_assert_uint_eq(answer.count, questions[_i].count);
        if (answer.count)
            ck_assert_slice(answer.answers[0], questions[_i].first);
        dns_snapshot_free(snapshot);
    }
}
END_TEST

static const char *const broken[] = {
    "",
    "x",
    "{",
    "{}",
    "[]",
    "null",
    "{\"name\":\"a\"}",
    "{\"type\":\"A\"}",
    "{\"name\":1,\"type\":\"A\"}",
    "{\"name\":\"a\",\"type\":[\"A\"]}",
    "{\"name\":\"a\",\"type\":\"A\"",
    "{\"name\":\"a\",\"type\":\"A\"}}",
    "{\"name\":\"a\",\"type\":\"A\"} {}",
    "{\"name\":\"a\",\"type\":\"A\",\"answers\":[\"x\"}",
    "{\"name\":\"\",\"type\":\"A\"}",
    "{\"name\":\"a,\"type\":\"A\"}",
    "{\"name\":\"\xff\\n\",\"type\":\"A\"}",
};

START_TEST(broken_lines_are_refused)
{
    struct dns_snapshot *snapshot = dns_snapshot_new();
    ck_assert_msg(!dns_snapshot_add_line(snapshot, slice_of(broken[_i])), "%s", broken[_i]);
    ck_assert_uint_eq(dns_snapshot_size(snapshot), 0);
    dns_snapshot_free(snapshot);
}
END_TEST

static bool append_line(void *context, enum dns_type type, struct slice name,
                        const struct dns_answer *answer)
{
    if (type != DNS_OTHER)
        dns_snapshot_format_line(context, type, name, answer);
    return true;
}

START_TEST(what_is_written_reads_the_same)
{
    struct buffer first, second;
    struct dns_snapshot *snapshot = make_world(false), *again = dns_snapshot_new();
    buffer_init(&first, 1 << 16);
    buffer_init(&second, 1 << 16);
    dns_snapshot_each(snapshot, append_line, &first);
    struct slice rest = buffer_slice(&first), line;
    while (slice_next_word(&rest, "\n", &line))
        ck_assert(dns_snapshot_add_line(again, line));
    dns_snapshot_each(again, append_line, &second);
    ck_assert(slice_equal(buffer_slice(&first), buffer_slice(&second)));
    static const char want[] =
        "{\"name\":\"7.2.0.192.in-addr.arpa\",\"type\":\"PTR\",\"rcode\":\"NOERROR\",\"answers\":"
        "[\"mail.example.org\"],\"ttl\":3600,\"time\":\"2026-11-22T09:15:01+00:00\"}\n";
    ck_assert_slice(slice_head(buffer_slice(&first), sizeof want - 1), want);
    int64_t oldest, newest;
    dns_snapshot_span(snapshot, &oldest, &newest);
    ck_assert_int_eq(oldest, INT64_C(1767225600000000));
    ck_assert_int_eq(newest, INT64_C(1795338901000000));
    buffer_release(&first);
    buffer_release(&second);
    dns_snapshot_free(snapshot);
    dns_snapshot_free(again);
}
END_TEST

/* Writes text into a new file whose name is left in path. */
static void make_file(char *path, const char *text, size_t len)
{
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
    close(fd);
}

START_TEST(files_are_read_over_block_borders)
{
    enum { LINES = 40000 };
    char path[] = "/tmp/test_dns_snapshot.XXXXXX", name[64];
    struct buffer text;
    buffer_init(&text, 16 << 20);
    for (unsigned i = 0; i < LINES; i++)
        buffer_format(&text,
                      "{\"name\":\"h%u.example\",\"type\":\"A\",\"rcode\":\"NOERROR\",\"answers\":"
                      "[\"192.0.2.1\"],\"ttl\":%u}%s",
                      i, i, i + 1 < LINES ? i % 2 ? "\r\n" : "\n" : "");
    make_file(path, text.at, text.len);
    struct fault fault = { .kind = FAULT_NONE };
    struct dns_snapshot *snapshot = dns_snapshot_new();
    ck_assert(dns_snapshot_read(snapshot, path, NULL, &fault));
    ck_assert_uint_eq(dns_snapshot_size(snapshot), LINES);
    for (unsigned i = 0; i < LINES; i++) {
        snprintf(name, sizeof name, "h%u.example", i);
        ck_assert_uint_eq(dns_snapshot_find(snapshot, DNS_A, slice_of(name)).ttl, i);
    }
    dns_snapshot_free(snapshot);
    buffer_release(&text);
    unlink(path);
}
END_TEST

static const struct {
    const char *text;
    bool good;
    unsigned bad;
} files[] = {
    { "", true, 0 },
    { "\n\n", true, 0 },
    { "junk\n", false, 0 },
    { "junk\n{\"name\":\"a\",\"type\":\"A\"}\n\njunk\n", true, 2 },
};

START_TEST(files_with_junk)
{
    char path[] = "/tmp/test_dns_snapshot.XXXXXX";
    struct fault fault = { .kind = FAULT_NONE };
    struct diagnostics notes;
    diagnostics_init(&notes);
    make_file(path, files[_i].text, strlen(files[_i].text));
    struct dns_snapshot *snapshot = dns_snapshot_new();
    ck_assert_int_eq(dns_snapshot_read(snapshot, path, &notes, &fault), files[_i].good);
    ck_assert_int_eq(fault_is_set(&fault), !files[_i].good);
    ck_assert_uint_eq(notes.count ? notes.items[0].count : 0, files[_i].bad);
    diagnostics_release(&notes);
    dns_snapshot_free(snapshot);
    unlink(path);
}
END_TEST

START_TEST(needs_are_named)
{
    struct buffer out;
    buffer_init(&out, 100);
    dns_need_text(&out, DNS_MX, slice_of("Example.NET."));
    ck_assert_slice(buffer_slice(&out), "dns:MX example.net");
    buffer_release(&out);
    struct dns_answer answer = dns_snapshot_find(NULL, DNS_A, slice_of("x"));
    ck_assert_int_eq(answer.rcode, DNS_UNKNOWN);
}
END_TEST

START_TEST(a_missing_file_is_a_fault)
{
    struct fault fault = { .kind = FAULT_NONE };
    struct dns_snapshot *snapshot = dns_snapshot_new();
    ck_assert(!dns_snapshot_read(snapshot, "/nonexistent/dns.jsonl", NULL, &fault));
    ck_assert_int_eq(fault.kind, FAULT_INPUT);
    dns_snapshot_free(snapshot);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, questions_in_open_and_closed_worlds, 0, COUNT(questions));
    tcase_add_loop_test(tcase, broken_lines_are_refused, 0, COUNT(broken));
    tcase_add_test(tcase, what_is_written_reads_the_same);
    tcase_add_test(tcase, files_are_read_over_block_borders);
    tcase_add_loop_test(tcase, files_with_junk, 0, COUNT(files));
    tcase_add_test(tcase, needs_are_named);
    tcase_add_test(tcase, a_missing_file_is_a_fault);
}

TEST_MAIN("dns_snapshot", add)
