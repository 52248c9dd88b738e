/* Which mail a what-if asks about, and why the rest is left out. Numbers in names: formats.md 4.4. */
#include "analyzer/estimate/population.h"

#include <stdlib.h>

#include "tests/support/log_feed.h"
#include "tests/support/suite.h"

#define ID "0FCE9247A1"
#define MAIL(service, client, tail)                                                                \
    LINE("15:01", service "[7]: connect from " client)                                             \
    LINE("15:02", service "[7]: " ID ": client=" client tail)                                      \
    QUEUED(ID, "a@example.org", "1")                                                               \
    LINE("15:04", service "[7]: disconnect from " client) SENT(ID, "b@example.com") REMOVED(ID)

static const struct {
    const char *name, *log, *reason;
} cases[] = {
    /* clang-format off */
    { "from outside", MAIL("smtpd", "mail.example.org[192.0.2.7]", ""), "counted" },
    { "54: a user who logged in", MAIL("smtpd", "unknown[192.0.2.7]", ", sasl_method=PLAIN, sasl_username=b@example.com"), "authenticated" },
    { "54: the submission port, though no line tells the login", MAIL("submission/smtpd", "unknown[192.0.2.7]", ""), "submission" },
    { "55: sendmail(1)", LINE("15:01", "pickup[6]: " ID ": uid=0 from=<root>") QUEUED(ID, "root@example.com", "1") SENT(ID, "b@example.com") REMOVED(ID), "local" },
    { "14: Postfix's own notice", MESSAGE_ID(ID, "m1@mx1.example.com") QUEUED(ID, "", "1") SENT(ID, "a@example.com") REMOVED(ID), "local" },
    { "56: fetchmail", MAIL("smtpd", "localhost[127.0.0.1]", ""), "gateway" },
    { "56: fetchmail by IPv6", MAIL("smtpd", "localhost[::1]", ""), "gateway" },
    { "the own network", MAIL("smtpd", "pc9.example.com[198.51.100.9]", ""), "own_network" },
    { "an address that mynetworks takes out again", MAIL("smtpd", "guest.example.com[198.51.100.200]", ""), "counted" },
    /* clang-format on */
};

START_TEST(messages_have_a_reason)
{
    struct own_network networks[2] = { { .negated = true } };
    ck_assert(ip_prefix_parse(slice_of("198.51.100.192/26"), &networks[0].prefix, NULL));
    ck_assert(ip_prefix_parse(slice_of("198.51.100.0/24"), &networks[1].prefix, NULL));
    struct evidence e;
    log_rebuild(&e, cases[_i].log);
    ck_assert_uint_eq(e.message_count, 1);
    uint8_t *reasons = population_sort(&e, networks, COUNT(networks));
    const char *got = population_reason_name((enum population_reason)reasons[0]);
    ck_assert_msg(slice_is(slice_of(got), cases[_i].reason), "%s: %s, not %s", cases[_i].name, got,
                  cases[_i].reason);
    free(reasons);
    evidence_release(&e);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, messages_have_a_reason, 0, COUNT(cases));
}

TEST_MAIN("population", add_tests)
