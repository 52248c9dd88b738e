/* Mail that comes by a gateway, and what the log tells of its true client: a header is believed as
 * far as this host or a named gateway wrote it. */
#include <string.h>

#include "analyzer/rebuild/books.h"
#include "tests/support/log_feed.h"
#include "tests/support/suite.h"

#define ID "0FCE9247A1"
/* Lines of a mail from relay.example.net [192.0.2.25], or from localhost. */
#define BEGIN(name, tail)                                                                          \
    LINE("15:01", "smtpd[7]: connect from " name)                                                  \
    LINE("15:02", "smtpd[7]: " ID ": client=" name tail)
#define HEADER(text)                                                                               \
    LINE("15:02", "cleanup[8]: " ID ": info: header " text                                         \
                  " from relay.example.net[192.0.2.25]" ENVELOPE("b@example.com"))
#define FINISH                                                                                     \
    MESSAGE_ID(ID, "m1@example.org")                                                               \
    QUEUED(ID, "a@example.org", "1")                                                               \
    LINE("15:04", "smtpd[7]: disconnect from x[192.0.2.25]") SENT(ID, "b@example.com") REMOVED(ID)
#define RELAY     "relay.example.net[192.0.2.25]"
#define LOCALHOST "localhost[127.0.0.1]"
#define FROM(helo, name, address, by)                                                              \
    "Received: from " helo " (" name " [" address "])?\?by " by " (Postfix) with ESMTP id 77CE924"
#define OWN    HEADER(FROM("relay.example.net", "relay.example.net", "192.0.2.25", "mx1.example.com"))
#define THEIRS HEADER(FROM("pc9", "mail.example.org", "198.51.100.9", "relay.example.net"))
#define FORGED HEADER(FROM("x", "x", "203.0.113.66", "pc9"))
#define FETCHED(address)                                                                           \
    HEADER(FROM("localhost", "localhost", "127.0.0.1", "mx1.example.com"))                         \
    HEADER("Received: from pop.example.net [" address "] by localhost with POP3 "                  \
           "(fetchmail-6.4.37)")
#define BITDEFENDER                                                                                \
    "Nov 22 10:15:03 mx1 BDMAILD: SPAM: sender: a@example.org, recipients: b@example.com, sender " \
    "IP: 127.0.0.1, subject: \"x\", score: 1000, stamp: \" v1, total: 1000(500)\", agent: Smtp "   \
    "Proxy 3.1.3, action: tag (tag), header recipients: ( \"<b@example.com>\" ), headers: ( \""    \
    "Received: from relay.example.net (relay.example.net [192.0.2.25]) by mx1.example.com "        \
    "(Postfix) with ESMTP id " ID "; Sun, 22 Nov 2026 10:15:02 +0000\" \"Received: from pc9 "      \
    "(unknown [198.51.100.9]) by relay.example.net (Postfix) with SMTP id 7\" ), group: \"D\"\n"

static const struct {
    const char *name, *log, *want; /* source, client, true client, its name and HELO */
} cases[] = {
    /* clang-format off */
    { "its header names the client", BEGIN(RELAY, "") OWN THEIRS FORGED FINISH,
      "gateway 192.0.2.25 198.51.100.9 mail.example.org pc9" },
    { "no header is logged", BEGIN(RELAY, "") FINISH, "gateway 192.0.2.25 - - -" },
    { "its header is not: what follows is anybody's",
      BEGIN(RELAY, "") OWN HEADER("Received: from pc9 (mail.example.org [198.51") FORGED FINISH,
      "gateway 192.0.2.25 - - -" },
    { "two gateways in a row",
      BEGIN(RELAY, "") OWN HEADER(FROM("in.example.net", "in.example.net", "192.0.2.26", "relay.example.net"))
      THEIRS FORGED FINISH, "gateway 192.0.2.25 198.51.100.9 mail.example.org pc9" },
    { "a client that nobody named: its headers prove nothing",
      BEGIN("pc9.example.org[198.51.100.9]", "")
      HEADER(FROM("pc9", "pc9.example.org", "198.51.100.9", "mx1.example.com")) FORGED FINISH,
      "smtp 198.51.100.9 - - -" },
    { "56: fetchmail from a provider that is named",
      BEGIN(LOCALHOST, "") FETCHED("192.0.2.26") THEIRS FORGED FINISH,
      "gateway 127.0.0.1 198.51.100.9 mail.example.org pc9" },
    { "56: fetchmail: the mailbox is no client",
      BEGIN(LOCALHOST, "") FETCHED("198.51.100.110") THEIRS FINISH, "gateway 127.0.0.1 - - -" },
    { "it tells by XFORWARD",
      BEGIN(RELAY, ", orig_client=mail.example.org[198.51.100.9]") FINISH,
      "gateway 192.0.2.25 198.51.100.9 mail.example.org -" },
    { "a filter quotes the headers", BEGIN(RELAY, "") FINISH BITDEFENDER,
      "gateway 192.0.2.25 198.51.100.9 - pc9" },
    /* clang-format on */
};

static void add_text(struct buffer *out, struct slice text)
{
    buffer_add_byte(out, ' ');
    buffer_add_slice(out, text.len ? text : slice_of("-"));
}

START_TEST(the_true_client_is_told)
{
    struct ip_prefix gateways[2];
    ck_assert(ip_prefix_parse(slice_of("192.0.2.24/29"), &gateways[0], NULL));
    ck_assert(ip_prefix_parse(slice_of("2001:db8::25"), &gateways[1], NULL));
    struct rebuild_options options = { .gateways = gateways, .gateway_count = COUNT(gateways) };
    struct diagnostics remarks;
    struct evidence e;
    struct buffer got;
    diagnostics_init(&remarks);
    evidence_init(&e);
    buffer_init(&got, 1 << 16);
    struct rebuild *rebuild = rebuild_new(&e, &options, &remarks);
    log_feed(rebuild, slice_of(cases[_i].log), 0);
    rebuild_finish(rebuild);
    rebuild_free(rebuild);
    ck_assert_uint_eq(e.message_count, 1);
    const struct message *message = &e.messages[0];
    const struct message_extra *extra = evidence_extra(&e, message);
    const struct client *client = &e.clients[extra->true_client];
    buffer_add_text(&got, message_source_name((enum message_source)message->source));
    add_text(&got, intern_text(&e.text, e.clients[message->client].address));
    add_text(&got, intern_text(&e.text, client->address));
    add_text(&got, intern_text(&e.text, client->name));
    add_text(&got, intern_text(&e.helos, extra->true_helo));
    ck_assert_msg(slice_is(buffer_slice(&got), cases[_i].want), "%s: got \"%.*s\", not \"%s\"",
                  cases[_i].name, (int)got.len, got.at, cases[_i].want);
    buffer_release(&got);
    evidence_release(&e);
    diagnostics_release(&remarks);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, the_true_client_is_told, 0, COUNT(cases));
}

TEST_MAIN("rebuild_gateway", add_tests)
