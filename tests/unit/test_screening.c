/* What the session keeps of postscreen's and dnsblog's lines. */
#include "analyzer/evidence/screening.h"

#include "analyzer/rebuild/rebuild.h"
#include "tests/support/log_feed.h"
#include "tests/support/suite.h"

#define PS(text) LINE("15:01", "postscreen[11]: " text)
#define LISTED(list, answer)                                                                       \
    LINE("15:01", "dnsblog[12]: addr 192.0.2.7 listed by domain " list " as " answer)
#define COMES(port) PS("CONNECT from [192.0.2.7]:" port " to [198.51.100.1]:25")
#define MAIL                                                                                       \
    CONNECT("7")                                                                                   \
    CLIENT("7", "0FCE9247A1")                                                                      \
    QUEUED("0FCE9247A1", "a@example.org", "1")                                                     \
    DISCONNECT("7") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1")
#define REFUSED(port)                                                                              \
    PS("NOQUEUE: reject: RCPT from [192.0.2.7]:" port ": 550 5.7.1 Service unavailable; client "   \
       "[192.0.2.7] blocked using zen.example; from=<a@example.org>, to=<b@example.com>, "         \
       "proto=ESMTP, helo=<x>")

static const struct {
    const char *name, *log, *record; /* of the last message; NULL: none */
} cases[] = {
    { "no postscreen", MAIL, NULL },
    { "another port",
      LINE("15:01", "submission/smtpd[7]: connect from mail.example.org[192.0.2.7]")
          LINE("15:01", "submission/smtpd[7]: 0FCE9247A1: client=mail.example.org[192.0.2.7]")
              QUEUED("0FCE9247A1", "a@example.org", "1"),
      "other_port" },
    { "a new client that nobody lists", COMES("999") PS("PASS NEW [192.0.2.7]:999") MAIL,
      "tested zen.example=- bl.example=- server=198.51.100.1" },
    { "listed, the action being ignore: no PASS line",
      COMES("999") LISTED("zen.example", "127.0.0.2") LISTED("zen.example", "127.0.0.4")
          PS("DNSBL rank 2 for [192.0.2.7]:999") MAIL,
      "tested zen.example=127.0.0.2 zen.example=127.0.0.4 bl.example=- server=198.51.100.1" },
    { "an early talker, ignored",
      COMES("999") PS("PREGREET 14 after 0.1 from [192.0.2.7]:999: EHLO x\\r\\n") MAIL,
      "pregreet server=198.51.100.1" },
    { "the test before the one whose result is in the cache",
      COMES("999") LISTED("bl.example", "127.0.0.9") PS("PASS NEW [192.0.2.7]:999") COMES("998")
          PS("PASS OLD [192.0.2.7]:998") MAIL,
      "cached tested bl.example=127.0.0.9 zen.example=- server=198.51.100.1" },
    { "in the cache before the log begins", COMES("999") PS("PASS OLD [192.0.2.7]:999") MAIL,
      "cached server=198.51.100.1" },
    { "not tested", COMES("999") PS("ALLOWLISTED [192.0.2.7]:999") MAIL, NULL },
    { "another client's answers",
      COMES("999")
          LINE("15:01", "dnsblog[12]: addr 192.0.2.8 listed by domain zen.example as 127.0.0.2")
              PS("PASS NEW [192.0.2.7]:999") MAIL,
      "tested zen.example=- bl.example=- server=198.51.100.1" },
    { "an answer that came too late",
      COMES("999") PS("PASS NEW [192.0.2.7]:999") LISTED("zen.example", "127.0.0.2") MAIL,
      "tested zen.example=- bl.example=- server=198.51.100.1" },
    { "smtpd takes nobody over an hour later",
      COMES("999")
          PS("PASS NEW [192.0.2.7]:999") "Nov 22 11:20:00 mx1 postfix/smtpd[7]: connect from "
                                         "mail.example.org[192.0.2.7]\n"
                                         "Nov 22 11:20:00 mx1 postfix/smtpd[7]: 0FCE9247A1: "
                                         "client=mail.example.org[192.0.2.7]\n"
                                         "Nov 22 11:20:01 mx1 postfix/qmgr[9]: 0FCE9247A1: "
                                         "from=<a@example.org>, size=9, nrcpt=1 (queue active)\n",
      NULL },
    { "refused by postscreen itself",
      COMES("999") LISTED("zen.example", "127.0.0.2") PS("DNSBL rank 2 for [192.0.2.7]:999")
          REFUSED("999") PS("DISCONNECT [192.0.2.7]:999"),
      "tested zen.example=127.0.0.2 bl.example=- server=198.51.100.1" },
    { "manners are the connection's, not the client's",
      COMES("999") PS("PREGREET 14 after 0.1 from [192.0.2.7]:999: EHLO x\\r\\n")
          LISTED("bl.example", "127.0.0.2") PS("DNSBL rank 1 for [192.0.2.7]:999")
              PS("DISCONNECT [192.0.2.7]:999") COMES("998") PS("PASS NEW [192.0.2.7]:998") MAIL,
      "tested bl.example=127.0.0.2 zen.example=- server=198.51.100.1" },
    { "bad manners of a client that is refused",
      COMES("999") PS("PREGREET 14 after 0.1 from [192.0.2.7]:999: EHLO x\\r\\n")
          LISTED("zen.example", "127.0.0.2") PS("DNSBL rank 2 for [192.0.2.7]:999")
              PS("COMMAND PIPELINING from [192.0.2.7]:999 after EHLO: MAIL\\r\\n") PS(
                  "BARE NEWLINE from [192.0.2.7]:999 after EHLO")
                  PS("NON-SMTP COMMAND from [192.0.2.7]:999 after EHLO: Subject: x") REFUSED("999"),
      "pregreet pipelining non_smtp bare_newline tested zen.example=127.0.0.2 bl.example=- "
      "server=198.51.100.1" },
    { "refused by postscreen: a session of another service soon after is not its own",
      COMES("999") LISTED("zen.example", "127.0.0.2") PS("DNSBL rank 2 for [192.0.2.7]:999")
          REFUSED("999") PS("DISCONNECT [192.0.2.7]:999") MAIL,
      NULL },
    { "what is no address is no evidence",
      PS("CONNECT from [192.0.2.7]:999 to [x pregreet]:25") LISTED("zen.example", "tested")
          LISTED("bl.example", "127.0.0.2") PS("DNSBL rank 1 for [192.0.2.7]:999") MAIL,
      "tested bl.example=127.0.0.2 zen.example=-" },
    { "lines that lack their CONNECT",
      LISTED("zen.example", "127.0.0.2") PS("DNSBL rank 2 for [192.0.2.7]:999")
          PS("PASS NEW [192.0.2.7]:999") MAIL,
      NULL },
};

START_TEST(records_are_kept)
{
    struct evidence evidence;
    struct rebuild_options options = { .dnsbl_sites = slice_of("zen.example bl.example") };
    evidence_init(&evidence);
    struct diagnostics remarks;
    diagnostics_init(&remarks);
    struct rebuild *rebuild = rebuild_new(&evidence, &options, &remarks);
    log_feed(rebuild, slice_of(cases[_i].log), 0);
    rebuild_finish(rebuild);
    rebuild_free(rebuild);
    ck_assert_msg(evidence.message_count > 0, "%s", cases[_i].name);
    const struct message *message = &evidence.messages[evidence.message_count - 1];
    struct slice record = intern_text(&evidence.text, evidence.facts[message->facts].screening);
    if (cases[_i].record)
        ck_assert_slice(record, cases[_i].record);
    else
        ck_assert_msg(!record.at, "%s: %.*s", cases[_i].name, SLICE_FMT(record));
    evidence_release(&evidence);
    diagnostics_release(&remarks);
}
END_TEST

/* Connections that a postscreen dropped, whose actions are known. */
static const struct {
    const char *name, *log, *restriction; /* NULL: no row */
} dropped[] = {
    { "listed",
      COMES("999") LISTED("zen.example", "127.0.0.2") PS("DNSBL rank 2 for [192.0.2.7]:999")
          PS("DISCONNECT [192.0.2.7]:999"),
      "postscreen_dnsbl_action" },
    { "on the access list",
      COMES("999") PS("DENYLISTED [192.0.2.7]:999") PS("DISCONNECT [192.0.2.7]:999"),
      "postscreen_denylist_action" },
    { "an early talker: the server's action is not drop",
      COMES("999") PS("PREGREET 14 after 0.1 from [192.0.2.7]:999: EHLO x\\r\\n")
          PS("DISCONNECT [192.0.2.7]:999"),
      NULL },
    { "went away by itself",
      COMES("999") PS("HANGUP after 1 from [192.0.2.7]:999 in tests before SMTP handshake")
          PS("DNSBL rank 2 for [192.0.2.7]:999") PS("DISCONNECT [192.0.2.7]:999"),
      NULL },
    { "nothing was found", COMES("999") PS("DISCONNECT [192.0.2.7]:999"), NULL },
};

START_TEST(a_dropped_connection_is_one_row)
{
    struct evidence evidence;
    struct rebuild_options options = { .drops_denied = true, .drops_listed = true };
    struct diagnostics remarks;
    evidence_init(&evidence);
    diagnostics_init(&remarks);
    struct rebuild *rebuild = rebuild_new(&evidence, &options, &remarks);
    log_feed(rebuild, slice_of(dropped[_i].log), 0);
    rebuild_finish(rebuild);
    rebuild_free(rebuild);
    ck_assert_msg(evidence.row_count == (dropped[_i].restriction ? 1 : 0), "%s: %u rows",
                  dropped[_i].name, evidence.row_count);
    if (dropped[_i].restriction) {
        const struct logged_reply *reply = &evidence.replies[evidence.rows[0].logged];
        ck_assert_slice(intern_text(&evidence.text, reply->restriction), dropped[_i].restriction);
        ck_assert_uint_eq(reply->code, 521);
        ck_assert_uint_eq(reply->stage, STAGE_CONNECT);
        ck_assert_uint_eq(evidence.rows[0].recipient, SYM_NONE);
    }
    evidence_release(&evidence);
    diagnostics_release(&remarks);
}
END_TEST

/* Replies of postscreen at RCPT. */
static const struct {
    const char *reply, *restriction; /* NULL: several tests say that */
} replies[] = {
    { "550 5.7.1 Service unavailable; client [192.0.2.7] blocked using zen.example",
      "postscreen_dnsbl_action" },
    { "450 4.7.1 Service unavailable; client [192.0.2.7] blocked using zen.example",
      "postscreen_dnsbl_action" },
    { "550 5.3.2 Service currently unavailable", "postscreen_denylist_action" },
    { "450 4.3.2 Service currently unavailable", NULL },
    { "550 5.5.1 Protocol error", NULL },
};

START_TEST(replies_name_their_test)
{
    struct evidence evidence;
    struct buffer log;
    buffer_init(&log, 1000);
    buffer_format(&log,
                  COMES("999") "Nov 22 10:15:02 mx1 postfix/postscreen[11]: NOQUEUE: reject: RCPT "
                               "from [192.0.2.7]:999: %s; from=<a@example.org>, "
                               "to=<b@example.com>, proto=ESMTP, helo=<x>\n",
                  replies[_i].reply);
    log_rebuild(&evidence, buffer_text(&log));
    ck_assert_uint_eq(evidence.row_count, 1);
    sym restriction = evidence.replies[evidence.rows[0].logged].restriction;
    if (replies[_i].restriction)
        ck_assert_slice(intern_text(&evidence.text, restriction), replies[_i].restriction);
    else
        ck_assert_uint_eq(restriction, SYM_NONE);
    buffer_release(&log);
    evidence_release(&evidence);
}
END_TEST

START_TEST(records_are_read)
{
    struct slice record = slice_of("cached tested zen.example=127.0.0.2 bl.example=- "
                                   "ZEN.example=127.0.0.4");
    struct slice rest = record, value;
    ck_assert(screening_has(record, "tested"));
    ck_assert(!screening_has(record, "test"));
    ck_assert(!screening_has(slice_make(NULL, 0), "tested"));
    ck_assert(screening_next(&rest, slice_of("Zen.example"), &value));
    ck_assert_slice(value, "127.0.0.2");
    ck_assert(screening_next(&rest, slice_of("zen.example"), &value));
    ck_assert_slice(value, "127.0.0.4");
    ck_assert(!screening_next(&rest, slice_of("zen.example"), &value));
    rest = record;
    ck_assert(screening_next(&rest, slice_of("bl.example"), &value));
    ck_assert_slice(value, "-");
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, records_are_kept, 0, COUNT(cases));
    tcase_add_loop_test(tcase, a_dropped_connection_is_one_row, 0, COUNT(dropped));
    tcase_add_loop_test(tcase, replies_name_their_test, 0, COUNT(replies));
    tcase_add_test(tcase, records_are_read);
}

TEST_MAIN("screening", add)
