/* Small logs and the rows that must come of them: one message through several queue ids, filters,
 * postscreen. Numbers in names: formats.md 4.4 of the specification. */
#include "analyzer/rebuild/rebuild.h"

#include "analyzer/rebuild/books.h"
#include "tests/support/log_feed.h"
#include "tests/support/suite.h"

#define FIRST  "0FCE9247A1"
#define SECOND "1ABBA247B2"
#define THIRD  "2ABBA247C3"
#define MAIL(nrcpt)                                                                                \
    CONNECT("7")                                                                                   \
    CLIENT("7", FIRST)                                                                             \
    MESSAGE_ID(FIRST, "m1@example.org") QUEUED(FIRST, "a@example.org", nrcpt) DISCONNECT("7")
#define HANDED_ON(to, reply)                                                                       \
    LINE("15:05", "smtp[10]: " FIRST ": to=<" to ">, relay=127.0.0.1[127.0.0.1]:10024, " DELAYS    \
                  "dsn=2.0.0, status=sent (250 2.0.0 " reply ")")
#define HOP(id, pid, tail)                                                                         \
    LINE("15:03", "smtpd[" pid "]: connect from localhost[127.0.0.1]")                             \
    LINE("15:03", "smtpd[" pid "]: " id ": client=localhost[127.0.0.1]" tail)                      \
    LINE("15:03", "cleanup[8]: " id ": message-id=<m1@example.org>")                               \
    LINE("15:03", "qmgr[9]: " id ": from=<a@example.org>, size=999, nrcpt=1 (queue active)")       \
    LINE("15:03", "smtpd[" pid "]: disconnect from localhost[127.0.0.1]")
#define ROW "1 " FIRST " " MAIL_EXAMPLE "? from=a@example.org to="

static const struct {
    const char *name, *log, *rows;
} cases[] = {
    /* clang-format off */
    { "21: a filter with XFORWARD",
      MAIL("1") HOP(SECOND, "17", ", orig_queue_id=" FIRST ", orig_client=mail.example.org[192.0.2.7]")
      SENT(SECOND, "b@example.com") REMOVED(SECOND)
      HANDED_ON("b@example.com", "from MTA(smtp:[127.0.0.1]:10026): 250 2.0.0 Ok: queued as " SECOND) REMOVED(FIRST),
      ROW "b@example.com accept sent hop=" SECOND "\n" },
    { "21: the same with the delivery to the filter lost",
      MAIL("1") HOP(SECOND, "17", ", orig_queue_id=" FIRST ", orig_client=mail.example.org[192.0.2.7]")
      SENT(SECOND, "b@example.com") REMOVED(SECOND) REMOVED(FIRST),
      ROW "b@example.com accept sent hop=" SECOND "\n" },
    { "22: a filter without",
      MAIL("1") HOP(SECOND, "17", "") SENT(SECOND, "b@example.com") REMOVED(SECOND)
      HANDED_ON("b@example.com", "Ok: queued as " SECOND) REMOVED(FIRST),
      ROW "b@example.com accept sent hop=" SECOND "\n" },
    { "22: the end of the last hop is not known yet",
      MAIL("1") HOP(SECOND, "17", "") HANDED_ON("b@example.com", "Ok: queued as " SECOND) REMOVED(FIRST),
      ROW "b@example.com accept unknown hop=" SECOND " open\n" },
    { "23: the filter says nothing: message-id and loopback",
      MAIL("1") HOP(SECOND, "17", "") SENT(SECOND, "b@example.com") REMOVED(SECOND)
      HANDED_ON("b@example.com", "message processed") REMOVED(FIRST),
      ROW "b@example.com accept sent hop=" SECOND "\n" },
    { "23: the hand-over line is lost",
      MAIL("1") HOP(SECOND, "17", "") SENT(SECOND, "b@example.com") REMOVED(SECOND) REMOVED(FIRST),
      ROW "b@example.com accept sent hop=" SECOND "\n" },
    { "23: the hop's lines stand first in the same second",
      LINE("15:02", "smtpd[17]: " SECOND ": client=localhost[127.0.0.1]") MESSAGE_ID(SECOND, "m1@example.org")
      QUEUED(SECOND, "a@example.org", "1") SENT(SECOND, "b@example.com") REMOVED(SECOND)
      MAIL("1") HANDED_ON("b@example.com", "message processed") REMOVED(FIRST),
      "2 " FIRST " " MAIL_EXAMPLE "? from=a@example.org to=b@example.com accept sent hop=" SECOND "\n" },
    { "another sender with that message-id is another mail",
      MAIL("1")
      LINE("15:03", "smtpd[17]: connect from localhost[127.0.0.1]")
      LINE("15:03", "smtpd[17]: " SECOND ": client=localhost[127.0.0.1]")
      LINE("15:03", "cleanup[8]: " SECOND ": message-id=<m1@example.org>")
      LINE("15:03", "qmgr[9]: " SECOND ": from=<list@example.com>, size=999, nrcpt=1 (queue active)")
      SENT(SECOND, "b@example.com") REMOVED(SECOND) HANDED_ON("b@example.com", "message processed") REMOVED(FIRST),
      ROW "b@example.com accept sent\n"
      "2 " SECOND " localhost[127.0.0.1]2 helo=? from=list@example.com to=b@example.com accept sent gateway\n" },
    { "a mail of this machine with a used message-id, but nothing was handed on",
      MAIL("1") SENT(FIRST, "b@example.com") REMOVED(FIRST) HOP(SECOND, "17", "") SENT(SECOND, "b@example.com"),
      ROW "b@example.com accept sent\n"
      "2 " SECOND " localhost[127.0.0.1]2 helo=? from=a@example.org to=b@example.com accept sent gateway open\n" },
    { "24: the filter splits the recipients",
      MAIL("3") HOP(SECOND, "17", "") HOP(THIRD, "17", "")
      SENT(SECOND, "b@example.com")
      LINE("15:05", "local[10]: " SECOND ": to=<c@example.com>, relay=local, " DELAYS "dsn=5.2.2, status=bounced (full)")
      LINE("15:05", "local[10]: " THIRD ": to=<d@example.com>, relay=local, " DELAYS "dsn=4.2.2, status=deferred (full)")
      HANDED_ON("b@example.com", "Ok: queued as " SECOND) HANDED_ON("c@example.com", "Ok: queued as " SECOND)
      HANDED_ON("d@example.com", "Ok: queued as " THIRD) REMOVED(SECOND) REMOVED(FIRST),
      ROW "b@example.com accept sent hop=" SECOND " hop=" THIRD " open\n"
      ROW "c@example.com accept bounced hop=" SECOND " hop=" THIRD " open\n"
      ROW "d@example.com accept deferred hop=" SECOND " hop=" THIRD " open\n" },
    { "an alias in front of the filter",
      MAIL("2") HOP(SECOND, "17", "") SENT(SECOND, "x@example.com")
      LINE("15:05", "local[10]: " SECOND ": to=<y@example.com>, relay=local, " DELAYS "dsn=5.2.2, status=bounced (full)")
      LINE("15:05", "smtp[10]: " FIRST ": to=<x@example.com>, orig_to=<b@example.com>, relay=127.0.0.1[127.0.0.1]:10024, " DELAYS "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as " SECOND ")")
      LINE("15:05", "smtp[10]: " FIRST ": to=<y@example.com>, orig_to=<b@example.com>, relay=127.0.0.1[127.0.0.1]:10024, " DELAYS "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as " SECOND ")")
      REMOVED(SECOND) REMOVED(FIRST),
      ROW "b@example.com accept sent hop=" SECOND "\n" },
    { "25: amavis keeps it",
      MAIL("1") HANDED_ON("b@example.com", "Ok, discarded, id=15303-02 - SPAM") REMOVED(FIRST),
      ROW "b@example.com accept discarded content_filter:spam\n" },
    { "26: the filter is down for a while",
      MAIL("1")
      LINE("15:05", "error[10]: " FIRST ": to=<b@example.com>, relay=none, " DELAYS "dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to 127.0.0.1[127.0.0.1]:10024: Connection refused)")
      LINE("35:01", "qmgr[9]: " FIRST ": from=<a@example.org>, size=276, nrcpt=1 (queue active)")
      LINE("35:03", "smtpd[17]: connect from localhost[127.0.0.1]")
      LINE("35:03", "smtpd[17]: " SECOND ": client=localhost[127.0.0.1]")
      LINE("35:03", "cleanup[8]: " SECOND ": message-id=<m1@example.org>")
      LINE("35:03", "qmgr[9]: " SECOND ": from=<a@example.org>, size=999, nrcpt=1 (queue active)")
      LINE("35:04", "local[10]: " SECOND ": to=<b@example.com>, relay=local, " DELAYS "dsn=2.0.0, status=sent (delivered to maildir)")
      LINE("35:04", "qmgr[9]: " SECOND ": removed")
      LINE("35:05", "smtp[10]: " FIRST ": to=<b@example.com>, relay=127.0.0.1[127.0.0.1]:10024, delay=1200, delays=1/0/0/0, dsn=2.0.0, status=sent (250 2.0.0 message processed)")
      LINE("35:05", "qmgr[9]: " FIRST ": removed"),
      ROW "b@example.com accept sent hop=" SECOND "\n" },
    { "three hops",
      MAIL("1") HOP(SECOND, "17", ", orig_queue_id=" FIRST ", orig_client=mail.example.org[192.0.2.7]")
      HOP(THIRD, "18", ", orig_queue_id=" SECOND ", orig_client=mail.example.org[192.0.2.7]")
      SENT(THIRD, "b@example.com") REMOVED(THIRD)
      LINE("15:05", "smtp[10]: " SECOND ": to=<b@example.com>, relay=127.0.0.1[127.0.0.1]:10032, " DELAYS "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as " THIRD ")")
      REMOVED(SECOND) HANDED_ON("b@example.com", "Ok: queued as " SECOND) REMOVED(FIRST),
      ROW "b@example.com accept sent hop=" SECOND " hop=" THIRD "\n" },
    { "the filter's own recipients are no rows",
      MAIL("1") HOP(SECOND, "17", "") SENT(SECOND, "b@example.com") SENT(SECOND, "archive@example.com") REMOVED(SECOND)
      HANDED_ON("b@example.com", "Ok: queued as " SECOND) REMOVED(FIRST),
      ROW "b@example.com accept sent hop=" SECOND "\n" },
    { "27: a before-queue filter accepts",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: client=mail.example.org[192.0.2.7]") HOP(SECOND, "17", "")
      LINE("15:03", "smtpd[7]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as " SECOND ENVELOPE("b@example.com"))
      DISCONNECT("7") SENT(SECOND, "b@example.com") REMOVED(SECOND),
      "1 " SECOND " " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com accept sent\n" },
    { "27: for two recipients that only the filter's hop names",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: client=mail.example.org[192.0.2.7]") HOP(SECOND, "17", "")
      LINE("15:03", "smtpd[7]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as " SECOND "; from=<a@example.org> proto=ESMTP helo=<mail.example.org>")
      DISCONNECT("7") SENT(SECOND, "b@example.com") SENT(SECOND, "c@example.com") REMOVED(SECOND),
      "1 " SECOND " " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com accept sent\n"
      "1 " SECOND " " MAIL_EXAMPLE "mail.example.org from=a@example.org to=c@example.com accept sent\n" },
    { "28: a before-queue filter refuses",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: client=mail.example.org[192.0.2.7]")
      LINE("15:03", "smtpd[7]: proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject, id=00123-02 - SPAM" ENVELOPE("b@example.com"))
      DISCONNECT("7"),
      "1 NOQUEUE " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com reject 554 rejected\n" },
    { "28: and the client's next mail is another",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: client=mail.example.org[192.0.2.7]")
      LINE("15:03", "smtpd[7]: proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject, id=00123-02 - SPAM" ENVELOPE("b@example.com"))
      LINE("15:03", "smtpd[7]: NOQUEUE: client=mail.example.org[192.0.2.7]")
      LINE("15:03", "smtpd[7]: proxy-reject: END-OF-MESSAGE: 451 4.3.0 Error: queue file write error" ENVELOPE("b@example.com"))
      DISCONNECT("7"),
      "1 NOQUEUE " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com reject 554 rejected\n"
      "1 NOQUEUE " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com defer 451 rejected\n" },
    { "10: forwarded by the user's .forward",
      MAIL("1")
      LINE("15:03", "cleanup[8]: " SECOND ": message-id=<m1@example.org>")
      LINE("15:03", "qmgr[9]: " SECOND ": from=<a@example.org>, size=999, nrcpt=1 (queue active)")
      LINE("15:03", "local[10]: " FIRST ": to=<b@example.com>, relay=local, " DELAYS "dsn=2.0.0, status=sent (forwarded as " SECOND ")")
      REMOVED(FIRST)
      LINE("15:05", "smtp[10]: " SECOND ": to=<x@example.net>, orig_to=<b@example.com>, relay=mx.example.net[198.51.100.25]:25, " DELAYS "dsn=5.1.1, status=bounced (no)")
      REMOVED(SECOND),
      ROW "b@example.com accept bounced hop=" SECOND "\n" },
    { "a remote server's queue id that happens to be one of ours",
      MAIL("1")
      LINE("15:05", "smtp[10]: " FIRST ": to=<b@example.com>, relay=mx.example.net[198.51.100.25]:25, " DELAYS "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as " SECOND ")")
      REMOVED(FIRST)
      LINE("15:03", "smtpd[17]: " SECOND ": client=other.example.org[192.0.2.8]")
      LINE("15:03", "cleanup[8]: " SECOND ": message-id=<m2@example.org>")
      LINE("15:03", "qmgr[9]: " SECOND ": from=<c@example.org>, size=999, nrcpt=1 (queue active)")
      SENT(SECOND, "d@example.com") REMOVED(SECOND),
      ROW "b@example.com accept sent\n"
      "2 " SECOND " other.example.org[192.0.2.8]2 helo=? from=c@example.org to=d@example.com accept sent\n" },
    { "our second host, by its queue id and the message-id",
      MAIL("1")
      LINE("15:05", "smtp[10]: " FIRST ": to=<b@example.com>, relay=mx2.example.com[198.51.100.2]:25, " DELAYS "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as " SECOND ")")
      REMOVED(FIRST)
      "Nov 22 10:15:04 mx2 postfix/smtpd[7]: connect from mx1.example.com[198.51.100.1]\n"
      "Nov 22 10:15:04 mx2 postfix/smtpd[7]: " SECOND ": client=mx1.example.com[198.51.100.1]\n"
      "Nov 22 10:15:04 mx2 postfix/cleanup[8]: " SECOND ": message-id=<m1@example.org>\n"
      "Nov 22 10:15:04 mx2 postfix/qmgr[9]: " SECOND ": from=<a@example.org>, size=999, nrcpt=1 (queue active)\n"
      "Nov 22 10:15:06 mx2 postfix/local[9]: " SECOND ": to=<b@example.com>, relay=local, " DELAYS "dsn=5.2.2, status=bounced (full)\n"
      "Nov 22 10:15:06 mx2 postfix/qmgr[9]: " SECOND ": removed\n",
      ROW "b@example.com accept bounced hop=" SECOND "\n" },
    { "a filter by pipe(8) and sendmail(1)",
      MAIL("1")
      LINE("15:03", "pickup[12]: " SECOND ": uid=102 from=<a@example.org>")
      LINE("15:03", "cleanup[8]: " SECOND ": message-id=<m1@example.org>")
      LINE("15:03", "qmgr[9]: " SECOND ": from=<a@example.org>, size=999, nrcpt=1 (queue active)")
      LINE("15:03", "pipe[10]: " FIRST ": to=<b@example.com>, relay=spamassassin, " DELAYS "dsn=2.0.0, status=sent (delivered via spamassassin service)")
      REMOVED(FIRST) SENT(SECOND, "b@example.com") REMOVED(SECOND),
      ROW "b@example.com accept sent hop=" SECOND "\n" },
    { "59: postscreen refuses a recipient",
      LINE("15:01", "postscreen[7]: CONNECT from [192.0.2.9]:54859 to [198.51.100.1]:25")
      LINE("15:01", "postscreen[7]: DNSBL rank 3 for [192.0.2.9]:54859")
      LINE("15:02", "postscreen[7]: NOQUEUE: reject: RCPT from [192.0.2.9]:54859: 550 5.7.1 Service unavailable; client [192.0.2.9] blocked using zen.dnsbl.example; from=<a@example.org>, to=<b@example.com>, proto=ESMTP, helo=<mail.example.org>")
      LINE("15:02", "postscreen[7]: DISCONNECT [192.0.2.9]:54859"),
      "1 NOQUEUE ?[192.0.2.9]2456/?245 helo=mail.example.org from=a@example.org to=b@example.com reject 550 rejected\n" },
    { "59: dropped before any: a session only",
      LINE("15:01", "postscreen[7]: CONNECT from [192.0.2.9]:54859 to [198.51.100.1]:25")
      LINE("15:01", "postscreen[7]: PREGREET 12 after 0.08 from [192.0.2.9]:54859: EHLO early\\r\\n")
      LINE("15:02", "postscreen[7]: DISCONNECT [192.0.2.9]:54859"), "" },
    { "60: passed the tests, comes back",
      LINE("15:01", "postscreen[7]: CONNECT from [192.0.2.7]:54859 to [198.51.100.1]:25")
      LINE("15:02", "postscreen[7]: NOQUEUE: reject: RCPT from [192.0.2.7]:54859: 450 4.3.2 Service currently unavailable; from=<a@example.org>, to=<b@example.com>, proto=ESMTP, helo=<mail.example.org>")
      LINE("15:02", "postscreen[7]: PASS NEW [192.0.2.7]:54859")
      LINE("15:02", "postscreen[7]: DISCONNECT [192.0.2.7]:54859")
      LINE("15:02", "postscreen[7]: CONNECT from [192.0.2.7]:54860 to [198.51.100.1]:25")
      LINE("15:02", "postscreen[7]: PASS OLD [192.0.2.7]:54860")
      MAIL("1") SENT(FIRST, "b@example.com") REMOVED(FIRST),
      "1 NOQUEUE ?[192.0.2.7]2456/?245 helo=mail.example.org from=a@example.org to=b@example.com defer 450 rejected\n"
      "2 " FIRST " " MAIL_EXAMPLE "? from=a@example.org to=b@example.com accept sent\n" },
    /* clang-format on */
};

START_TEST(rows_come_of_the_log)
{
    log_check_rows(cases[_i].name, cases[_i].log, cases[_i].rows);
}
END_TEST

/* Whatever a log claims, its chain is walked without recursion and its star without a second walk. */
START_TEST(chains_and_stars_of_any_length)
{
    enum { MAILS = 60000 };
    struct evidence e;
    struct buffer log;
    buffer_init(&log, 1 << 26);
    for (unsigned i = 0; i < MAILS; i++)
        buffer_format(&log,
                      "Nov 22 10:15:02 mx1 postfix/smtpd[7]: %09X: client=localhost[127.0.0.1], "
                      "orig_queue_id=%09X, orig_client=mail.example.org[192.0.2.7]\n",
                      i, _i == 0 ? (i + 1) % MAILS : 0);
    buffer_add_byte(&log, '\0');
    log_rebuild(&e, log.at);
    struct fault fault = { .kind = FAULT_NONE };
    ck_assert_msg(books_balance(&e, &fault), "%s", fault.what);
    ck_assert_uint_eq(e.message_count, 1);
    evidence_release(&e);
    buffer_release(&log);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, rows_come_of_the_log, 0, COUNT(cases));
    tcase_add_loop_test(tcase, chains_and_stars_of_any_length, 0, 2);
}

TEST_MAIN("rebuild_hops", add)
