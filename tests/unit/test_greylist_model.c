#include "analyzer/evidence/greylist_model.h"
#include "tests/support/suite.h"

enum { DAY = 86400 };

/* Requests in order of time to one memory; the delay is postgrey's 300 s. */
static const struct {
    int64_t second;
    const char *client, *name, *sender, *recipient;
    enum greylist_answer answer;
    const char *reason;
} steps[] = {
    { 0, "192.0.2.1", "unknown", "a@example.org", "u@example.com", GREYLIST_DEFER, "new" },
    { 299, "192.0.2.1", "unknown", "a@example.org", "u@example.com", GREYLIST_DEFER,
      "early-retry" },
    { 300, "192.0.2.200", "unknown", "A@Example.ORG", "U@example.com", GREYLIST_PASSED,
      "triplet found" },
    { 301, "192.0.2.1", "unknown", "a@example.org", "u@example.com", GREYLIST_PASS,
      "triplet found" },
    { 302, "198.51.100.1", "unknown", "a@example.org", "u@example.com", GREYLIST_DEFER, "new" },
    { 303, "192.0.2.1", "unknown", "a@example.org", "other@example.com", GREYLIST_DEFER, "new" },
    { 304, "192.0.2.1", "unknown", "list-17-x@example.org", "v@example.com", GREYLIST_DEFER,
      "new" },
    { 700, "192.0.2.1", "unknown", "list-18-x@example.org", "v@example.com", GREYLIST_PASSED,
      "triplet found" },
    { 701, "192.0.2.1", "unknown", "l17@example.org", "v@example.com", GREYLIST_DEFER, "new" },
    { 1100, "192.0.2.1", "unknown", "l18@example.org", "v@example.com", GREYLIST_DEFER, "new" },
    { 1101, "192.0.2.1", "unknown", "b+x@example.org", "v@example.com", GREYLIST_DEFER, "new" },
    { 1500, "192.0.2.1", "unknown", "b+y@example.org", "v@example.com", GREYLIST_PASSED,
      "triplet found" },
    { 1501, "192.0.2.1", "unknown", "prvs=0123456789=b@example.org", "v@example.com", GREYLIST_PASS,
      "triplet found" },
    { 1502, "192.0.2.1", "unknown", "", "v@example.com", GREYLIST_DEFER, "new" },
    { 1503, "2001:db8::1", "unknown", "a@example.org", "u@example.com", GREYLIST_DEFER, "new" },
    { 1900, "2001:db8::ffff", "unknown", "a@example.org", "u@example.com", GREYLIST_PASSED,
      "triplet found" },
    { 1901, "203.0.113.9", "mail.white.example", "a@example.org", "u@example.com", GREYLIST_PASS,
      "client whitelist" },
    { 1902, "203.0.113.9", "mail.offwhite.example", "a@example.org", "u@example.com",
      GREYLIST_DEFER, "new" },
    { 1903, "203.0.113.9", "unknown", "a@example.org", "Postmaster+x@example.com", GREYLIST_PASS,
      "recipient whitelist" },
    { 1904, "203.0.113.200", "unknown", "q@example.org", "u@example.com", GREYLIST_PASS,
      "client whitelist" },
    /* A retry after the window begins again. */
    { 302 + 3 * DAY, "198.51.100.1", "unknown", "a@example.org", "u@example.com", GREYLIST_DEFER,
      "new" },
    /* A triplet that passed is forgotten after 35 days. */
    { 400 + 36 * DAY, "192.0.2.1", "unknown", "a@example.org", "u@example.com", GREYLIST_DEFER,
      "new" },
};

START_TEST(triplets_pass_after_the_delay)
{
    struct greylist_options options = greylist_default_options();
    struct postgrey_whitelist *white = postgrey_whitelist_new();
    struct diagnostics notes;
    diagnostics_init(&notes);
    postgrey_whitelist_add_client(white, slice_of("white.example # partner"), &notes);
    postgrey_whitelist_add_client(white, slice_of("203.0.113.128/25"), &notes);
    postgrey_whitelist_add_recipient(white, slice_of("postmaster@"), &notes);
    struct greylist *greylist = greylist_new(&options, white);
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct greylist_request request = { .time_us = (1000000000 + steps[i].second) * 1000000,
                                            .client_name = slice_of(steps[i].name),
                                            .sender = slice_of(steps[i].sender),
                                            .recipient = slice_of(steps[i].recipient) };
        ck_assert(ip_address_parse(slice_of(steps[i].client), &request.client));
        struct greylist_decision got = greylist_ask(greylist, &request);
        ck_assert_msg(got.answer == steps[i].answer && strcmp(got.reason, steps[i].reason) == 0,
                      "step %zu (second %ld): got %d %s", i, (long)steps[i].second, got.answer,
                      got.reason);
    }
    greylist_free(greylist);
    postgrey_whitelist_free(white);
    diagnostics_release(&notes);
}
END_TEST

START_TEST(regular_clients_become_white)
{
    struct greylist_options options = greylist_default_options();
    struct greylist *greylist = greylist_new(&options, NULL);
    struct greylist_request request = { .client_name = SLICE("unknown"),
                                        .recipient = SLICE("u@example.com") };
    char sender[40];
    ck_assert(ip_address_parse(slice_of("192.0.2.1"), &request.client));
    for (int i = 0; i < 6; i++) {
        snprintf(sender, sizeof sender, "s%d@example.org", i);
        request.sender = slice_of(sender);
        request.time_us = (int64_t)(1000000000 + i * 8000) * 1000000;
        enum greylist_answer first = greylist_ask(greylist, &request).answer;
        request.time_us += 400 * 1000000L;
        enum greylist_answer second = greylist_ask(greylist, &request).answer;
        ck_assert_int_eq(first, i < 5 ? GREYLIST_DEFER : GREYLIST_PASS);
        ck_assert_int_eq(second, i < 5 ? GREYLIST_PASSED : GREYLIST_PASS);
    }
    greylist_free(greylist);
}
END_TEST

static const struct {
    const char *entry, *recipient;
    bool white;
} recipients[] = {
    { "abuse@", "abuse@example.com", true },
    { "abuse@", "Abuse+ext@example.com", true },
    { "abuse@", "abuser@example.com", false },
    { "abuse@", "abuse+@example.com", false },
    { "abuse@", "abuse", false },
    { "u@example.com", "u@example.com", true },
    { "u@example.com", "u+x@EXAMPLE.com", true },
    { "u@example.com", "u@sub.example.com", false },
    { "example.com", "u@example.com", true },
    { "example.com", "u@sub.example.com", true },
    { "example.com", "u@badexample.com", false },
    { "example.com", "example.com", false },
    { "/^x.*@/", "xyz@example.com", true },
    { "/^x.*@/", "yx@example.com", false },
    { "/(/", "(@example.com", false },
    { "# abuse@", "abuse@example.com", false },
};

START_TEST(recipient_entries_match)
{
    struct postgrey_whitelist *white = postgrey_whitelist_new();
    struct diagnostics notes;
    diagnostics_init(&notes);
    postgrey_whitelist_add_recipient(white, slice_of(recipients[_i].entry), &notes);
    ck_assert_msg(postgrey_whitelist_has_recipient(white, slice_of(recipients[_i].recipient)) ==
                      recipients[_i].white,
                  "%s over %s", recipients[_i].entry, recipients[_i].recipient);
    postgrey_whitelist_free(white);
    diagnostics_release(&notes);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, triplets_pass_after_the_delay);
    tcase_add_test(tcase, regular_clients_become_white);
    tcase_add_loop_test(tcase, recipient_entries_match, 0, COUNT(recipients));
}

TEST_MAIN("greylist_model", add)
