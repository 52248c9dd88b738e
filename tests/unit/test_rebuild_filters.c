/* Small logs and the rows that must come of them: what content filters and policy services log.
 * Numbers in names: formats.md 4.4 of the specification. */
#include "analyzer/rebuild/rebuild.h"

#include "tests/support/log_feed.h"
#include "tests/support/suite.h"

#define PROGRAM(minute_second, text) "Nov 22 10:" minute_second " mx1 " text "\n"
#define HOLD_LINE(id)                                                                              \
    LINE("15:02", "cleanup[8]: " id ": hold: header Received: from mail.example.org "              \
                  "(mail.example.org [192.0.2.7])??by mx.example.com (Postfix) with ESMTP id " id  \
                  "??for <b@example.com>; Sun, 22 Nov 2026 10:15:02 +0100 (CET) from "             \
                  "mail.example.org[192.0.2.7]" ENVELOPE("b@example.com"))
#define HELD(id)                                                                                   \
    CONNECT("7")                                                                                   \
    CLIENT("7", id) HOLD_LINE(id) MESSAGE_ID(id, "m1@example.org") DISCONNECT("7")
#define TAKEN(id, nrcpt)                                                                           \
    CONNECT("7")                                                                                   \
    CLIENT("7", id)                                                                                \
    MESSAGE_ID(id, "m1@example.org") QUEUED(id, "a@example.org", nrcpt) DISCONNECT("7")
#define HANDED_ON(id, to, reply)                                                                   \
    LINE("15:05", "smtp[10]: " id ": to=<" to ">, relay=127.0.0.1[127.0.0.1]:10025, " DELAYS       \
                  "dsn=2.0.0, status=sent (250 2.0.0 " reply ")")
#define ROW(id)      "1 " id " " MAIL_EXAMPLE "? from=a@example.org to="
#define FULL_ROW(id) "1 " id " " MAIL_EXAMPLE "mail.example.org from=a@example.org to="
#define FIRST        "BA166C00C0"
#define SECOND       "0921EC00A8"

static const struct {
    const char *name, *log, *rows;
} cases[] = {
    /* clang-format off */
    { "29: the before-queue filter is down: no restriction said 451",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: client=mail.example.org[192.0.2.7]")
      LINE("15:02", "smtpd[7]: warning: connect to proxy filter 127.0.0.1:10025: Connection refused")
      LINE("15:02", "smtpd[7]: proxy-reject: END-OF-MESSAGE: 451 4.3.0 Error: queue file write error" ENVELOPE("b@example.com"))
      DISCONNECT("7"),
      "1 NOQUEUE " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com defer 451 rejected\n" },
    { "30: MailScanner, short id",
      HELD(FIRST)
      PROGRAM("15:05", "MailScanner[99]: Message " FIRST ".A9BEF from 192.0.2.7 (a@example.org) to example.com is not spam, SpamAssassin (not cached, score=-1.9, required 5, BAYES_00 -1.90)")
      PROGRAM("15:05", "MailScanner[99]: Requeue: " FIRST ".A9BEF to " SECOND)
      LINE("15:06", "qmgr[9]: " SECOND ": from=<a@example.org>, size=999, nrcpt=2 (queue active)")
      SENT(SECOND, "b@example.com") SENT(SECOND, "c@example.com") REMOVED(SECOND),
      FULL_ROW(FIRST) "b@example.com accept sent hop=" SECOND " MailScanner:ham\n"
      FULL_ROW(FIRST) "c@example.com accept sent hop=" SECOND " MailScanner:ham\n" },
    { "31: long id",
      HELD("4bsM5k4xJmz4rT6") PROGRAM("15:05", "MailScanner[99]: Requeue: 4bsM5k4xJmz4rT6 to 4bsM5m1QyPz4rTB")
      LINE("15:06", "qmgr[9]: 4bsM5m1QyPz4rTB: from=<a@example.org>, size=999, nrcpt=1 (queue active)")
      SENT("4bsM5m1QyPz4rTB", "b@example.com") REMOVED("4bsM5m1QyPz4rTB"),
      FULL_ROW("4bsM5k4xJmz4rT6") "b@example.com accept sent hop=4bsM5m1QyPz4rTB\n" },
    { "32: the same id twice",
      HELD("4bsM5k4xJmz4rT6") PROGRAM("15:05", "MailScanner[99]: Requeue: 4bsM5k4xJmz4rT6 to 4bsM5k4xJmz4rT6")
      LINE("15:06", "qmgr[9]: 4bsM5k4xJmz4rT6: from=<a@example.org>, size=999, nrcpt=1 (queue active)")
      SENT("4bsM5k4xJmz4rT6", "b@example.com") REMOVED("4bsM5k4xJmz4rT6"),
      FULL_ROW("4bsM5k4xJmz4rT6") "b@example.com accept sent\n" },
    { "33: spam that MailScanner deletes",
      HELD(FIRST)
      PROGRAM("15:05", "MailScanner[99]: Message " FIRST ".A9BEF from 192.0.2.7 (a@example.org) to example.com is spam, SpamAssassin (not cached, score=12.3, required 5, BAYES_99 3.50, RDNS_NONE 0.79)")
      PROGRAM("15:05", "MailScanner[99]: Spam Actions: message " FIRST ".A9BEF actions are store,delete"),
      FULL_ROW(FIRST) "b@example.com accept discarded MailScanner:spam\n" },
    { "33: spam that it delivers all the same",
      HELD(FIRST)
      PROGRAM("15:05", "MailScanner[99]: Message " FIRST ".A9BEF from 192.0.2.7 (a@example.org) to example.com is spam, SpamAssassin (not cached, score=5.3, required 5, BAYES_99 3.50)")
      PROGRAM("15:05", "MailScanner[99]: Spam Actions: message " FIRST ".A9BEF actions are deliver")
      PROGRAM("15:05", "MailScanner[99]: Requeue: " FIRST ".A9BEF to " SECOND)
      LINE("15:06", "qmgr[9]: " SECOND ": from=<a@example.org>, size=999, nrcpt=1 (queue active)")
      SENT(SECOND, "b@example.com") REMOVED(SECOND),
      FULL_ROW(FIRST) "b@example.com accept sent hop=" SECOND " MailScanner:spam\n" },
    { "a virus that MailScanner does not pass on",
      HELD(FIRST)
      PROGRAM("15:05", "MailScanner[99]: Clamd::INFECTED:: Eicar-Test-Signature :: ./" FIRST ".A9BEF/eicar.com")
      PROGRAM("15:05", "MailScanner[99]: Infected message " FIRST ".A9BEF came from 192.0.2.7"),
      FULL_ROW(FIRST) "b@example.com accept discarded MailScanner:virus\n" },
    { "still in MailScanner's hands",
      HELD(FIRST),
      FULL_ROW(FIRST) "b@example.com accept held open\n" },
    { "a requeued id that was used before",
      CONNECT("17") LINE("15:01", "smtpd[17]: " SECOND ": client=mail.example.org[192.0.2.7]")
      LINE("15:01", "qmgr[9]: " SECOND ": from=<old@example.org>, size=999, nrcpt=1 (queue active)")
      LINE("15:01", "local[10]: " SECOND ": to=<d@example.com>, relay=local, " DELAYS "dsn=2.0.0, status=sent (delivered to maildir)")
      LINE("15:01", "qmgr[9]: " SECOND ": removed")
      "Nov 22 10:16:01 mx1 postfix/smtpd[7]: connect from mail.example.org[192.0.2.7]\n"
      "Nov 22 10:16:01 mx1 postfix/smtpd[7]: " FIRST ": client=mail.example.org[192.0.2.7]\n"
      "Nov 22 10:16:01 mx1 postfix/cleanup[8]: " FIRST ": hold: header Received: from mail.example.org (mail.example.org [192.0.2.7])??by mx.example.com (Postfix) with ESMTP id " FIRST " from mail.example.org[192.0.2.7]" ENVELOPE("b@example.com") "\n"
      "Nov 22 10:16:01 mx1 postfix/cleanup[8]: " FIRST ": message-id=<m1@example.org>\n"
      "Nov 22 10:16:05 mx1 MailScanner[99]: Requeue: " FIRST ".A9BEF to " SECOND "\n"
      "Nov 22 10:16:06 mx1 postfix/qmgr[9]: " SECOND ": from=<a@example.org>, size=999, nrcpt=1 (queue active)\n"
      "Nov 22 10:16:06 mx1 postfix/local[9]: " SECOND ": to=<b@example.com>, relay=local, " DELAYS "dsn=5.2.2, status=bounced (full)\n"
      "Nov 22 10:16:06 mx1 postfix/qmgr[9]: " SECOND ": removed\n",
      "1 " SECOND " " MAIL_EXAMPLE "? from=old@example.org to=d@example.com accept sent\n"
      "2 " FIRST " " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com accept bounced hop=" SECOND "\n" },
    { "BitDefender's own log: spam that it passes on",
      TAKEN("5AB6E1C7", "1")
      LINE("15:03", "smtpd[17]: connect from localhost[127.0.0.1]")
      LINE("15:03", "smtpd[17]: " SECOND ": client=localhost[127.0.0.1]")
      LINE("15:03", "cleanup[8]: " SECOND ": message-id=<m1@example.org>")
      LINE("15:03", "qmgr[9]: " SECOND ": from=<a@example.org>, size=999, nrcpt=1 (queue active)")
      SENT(SECOND, "b@example.com") REMOVED(SECOND) HANDED_ON("5AB6E1C7", "b@example.com", "message processed") REMOVED("5AB6E1C7")
      PROGRAM("15:03", "BDMAILD: SPAM: sender: a@example.org, recipients: b@example.com, sender IP: 127.0.0.1, subject: \"offer, now\", score: 1000, stamp: \" v1, build 2.10.1.12405, rbl score: 0(0), total: 1000(750)\", agent: Smtp Proxy 3.1.3, action: tag (move-to-quarantine;tag), header recipients: ( \"<b@example.com>\" ), headers: ( \"Received: from mail.example.org (mail.example.org [192.0.2.7]) by mx.example.com (Postfix) with ESMTP id 5AB6E1C7; Sun, 22 Nov 2026 10:01:19 +0100 (CET)\" ), group: \"Default\""),
      ROW("5AB6E1C7") "b@example.com accept sent hop=" SECOND " BDMAILD:spam\n" },
    { "BitDefender: spam that it keeps",
      PROGRAM("15:03", "BDMAILD: SPAM: sender: a@example.org, recipients: b@example.com, sender IP: 127.0.0.1, subject: \"x\", score: 1000, stamp: \" v1, build 2.10.1.12405, rbl score: 0(0), total: 1000(750)\", agent: Smtp Proxy 3.1.3, action: drop (move-to-quarantine;drop), header recipients: ( \"<b@example.com>\" ), headers: ( \"Received: from mail.example.org (mail.example.org [192.0.2.7]) by mx.example.com (Postfix) with ESMTP id 5AB6E1C7; Sun, 22 Nov 2026 10:01:19 +0100 (CET)\" ), group: \"Default\"")
      TAKEN("5AB6E1C7", "2") HANDED_ON("5AB6E1C7", "b@example.com", "message processed") HANDED_ON("5AB6E1C7", "c@example.com", "message processed") REMOVED("5AB6E1C7"),
      ROW("5AB6E1C7") "b@example.com accept discarded BDMAILD:spam\n"
      ROW("5AB6E1C7") "c@example.com accept discarded BDMAILD:spam\n" },
    { "amavis names both ids, Postfix does not",
      TAKEN(FIRST, "1")
      LINE("15:03", "smtpd[17]: connect from localhost[127.0.0.1]")
      LINE("15:03", "smtpd[17]: " SECOND ": client=localhost[127.0.0.1]")
      LINE("15:03", "qmgr[9]: " SECOND ": from=<a@example.org>, size=999, nrcpt=1 (queue active)")
      SENT(SECOND, "b@example.com") REMOVED(SECOND) REMOVED(FIRST)
      PROGRAM("15:05", "amavis[50]: (15303-02) Passed SPAMMY {RelayedTaggedInbound}, [192.0.2.7]:48512 [192.0.2.7] <a@example.org> -> <b@example.com>, Queue-ID: " FIRST ", Message-ID: <m1@example.org>, mail_id: LTo-eHGIVjxE, Hits: 5.9, size: 1587, queued_as: " SECOND ", 1841 ms"),
      ROW(FIRST) "b@example.com accept sent hop=" SECOND " amavis:spam\n" },
    { "rspamd by queue id, spamd by message-id",
      TAKEN(FIRST, "1") SENT(FIRST, "b@example.com") REMOVED(FIRST)
      PROGRAM("15:02", "rspamd[50]: <7d1c5f>; task; rspamd_task_write_log: id: <m1@example.org>, qid: <" FIRST ">, ip: 192.0.2.7, from: <a@example.org>, (default: F (no action): [1.20/15.00] [BAYES_HAM(-3.00){99.9%;}]), len: 3027, time: 211.5ms, dns req: 12, digest: <0123abcd>, rcpts: <b@example.com>, mime_rcpts: <b@example.com>")
      PROGRAM("15:03", "spamd[51]: spamd: result: . -1 - BAYES_00 scantime=0.2,size=100,user=u,uid=113,required_score=5.0,rhost=localhost,raddr=127.0.0.1,rport=40000,mid=<m1@example.org>,autolearn=ham"),
      ROW(FIRST) "b@example.com accept sent rspamd:ham spamd:ham\n" },
    { "a verdict about another message",
      TAKEN(FIRST, "1") SENT(FIRST, "b@example.com") REMOVED(FIRST)
      PROGRAM("15:03", "spamd[51]: spamd: result: Y 12 - BAYES_99 scantime=0.2,size=100,user=u,uid=113,required_score=5.0,rhost=localhost,raddr=127.0.0.1,rport=40000,mid=<m2@example.org>,autolearn=no"),
      ROW(FIRST) "b@example.com accept sent\n" },
    { "Dovecot's folder",
      TAKEN(FIRST, "1") SENT(FIRST, "b@example.com") REMOVED(FIRST)
      PROGRAM("15:05", "dovecot: lmtp(b@example.com)<16063><N2hLF3ffMGaEtyoA0J78UA>: sieve: msgid=<m1@example.org>: stored mail into mailbox 'Junk'"),
      ROW(FIRST) "b@example.com accept sent dovecot:spam\n" },
    { "a user puts it into Junk",
      TAKEN(FIRST, "1") SENT(FIRST, "b@example.com") REMOVED(FIRST)
      PROGRAM("15:05", "dovecot: imap(b@example.com)<1><x>: copy from INBOX: box=Junk, uid=7, msgid=<m1@example.org>, size=3027"),
      ROW(FIRST) "b@example.com accept sent mailbox:spam\n" },
    { "a user takes it out of Junk",
      TAKEN(FIRST, "1") SENT(FIRST, "b@example.com") REMOVED(FIRST)
      PROGRAM("15:05", "dovecot: imap(b@example.com)<1><x>: copy from INBOX.Junk: box=INBOX, uid=7, msgid=<m1@example.org>, size=3027"),
      ROW(FIRST) "b@example.com accept sent mailbox:ham\n" },
    { "what is deleted in Junk may have been taken out",
      TAKEN(FIRST, "1") SENT(FIRST, "b@example.com") REMOVED(FIRST)
      PROGRAM("15:05", "dovecot: imap(b@example.com)<1><x>: delete: box=Junk, uid=7, msgid=<m1@example.org>, size=3027"),
      ROW(FIRST) "b@example.com accept sent\n" },
    { "sorting elsewhere says nothing",
      TAKEN(FIRST, "1") SENT(FIRST, "b@example.com") REMOVED(FIRST)
      PROGRAM("15:05", "dovecot: imap(b@example.com)<1><x>: copy from INBOX: box=Archive, uid=7, msgid=<m1@example.org>, size=3027"),
      ROW(FIRST) "b@example.com accept sent\n" },
    { "a milter's word",
      CONNECT("7") CLIENT("7", FIRST) MESSAGE_ID(FIRST, "m1@example.org")
      LINE("15:02", "cleanup[8]: " FIRST ": milter-reject: END-OF-MESSAGE from mail.example.org[192.0.2.7]: 5.7.1 Blocked by SpamAssassin" ENVELOPE("b@example.com"))
      DISCONNECT("7"),
      FULL_ROW(FIRST) "b@example.com reject rejected milter:spam\n" },
    { "the HELO name that policyd-spf saw",
      CONNECT("7")
      PROGRAM("15:02", "policyd-spf[60]: prepend Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.7; helo=mail.example.org; envelope-from=a@example.org; receiver=<UNKNOWN>")
      CLIENT("7", FIRST) QUEUED(FIRST, "a@example.org", "1") DISCONNECT("7") SENT(FIRST, "b@example.com") REMOVED(FIRST),
      FULL_ROW(FIRST) "b@example.com accept sent\n" },
    { "61: greylisted, and back from a neighbour's address",
      CONNECT("7")
      PROGRAM("15:02", "postgrey[60]: action=greylist, reason=new, client_name=mail.example.org, client_address=192.0.2.7, sender=a@example.org, recipient=b@example.com")
      LINE("15:02", "smtpd[7]: NOQUEUE: reject: RCPT from mail.example.org[192.0.2.7]: 450 4.2.0 <b@example.com>: Recipient address rejected: Greylisted" ENVELOPE("b@example.com"))
      LINE("15:02", "smtpd[7]: disconnect from mail.example.org[192.0.2.7] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4")
      LINE("25:01", "smtpd[7]: connect from mail2.example.org[192.0.2.8]")
      PROGRAM("25:02", "postgrey[60]: action=pass, reason=triplet found, delay=600, client_name=mail2.example.org, client_address=192.0.2.8, sender=a@example.org, recipient=b@example.com")
      LINE("25:02", "smtpd[7]: " FIRST ": client=mail2.example.org[192.0.2.8]")
      LINE("25:02", "qmgr[9]: " FIRST ": from=<a@example.org>, size=276, nrcpt=1 (queue active)")
      LINE("25:03", "smtpd[7]: disconnect from mail2.example.org[192.0.2.8] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5")
      LINE("25:05", "local[10]: " FIRST ": to=<b@example.com>, relay=local, " DELAYS "dsn=2.0.0, status=sent (delivered to maildir)")
      LINE("25:05", "qmgr[9]: " FIRST ": removed"),
      "1 NOQUEUE " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com defer 450 rejected\n"
      "2 " FIRST " mail2.example.org[192.0.2.8]2 helo=? from=a@example.org to=b@example.com accept sent\n" },
    { "two HELO names of one client and sender at one time: neither",
      CONNECT("7")
      PROGRAM("15:02", "policyd-spf[60]: prepend Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.7; helo=mail.example.org; envelope-from=a@example.org; receiver=<UNKNOWN>")
      PROGRAM("15:02", "policyd-spf[61]: prepend Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.7; helo=other.example.org; envelope-from=a@example.org; receiver=<UNKNOWN>")
      CLIENT("7", FIRST) QUEUED(FIRST, "a@example.org", "1") DISCONNECT("7") SENT(FIRST, "b@example.com") REMOVED(FIRST),
      ROW(FIRST) "b@example.com accept sent\n" },
    { "an SPF answer about another sender",
      CONNECT("7")
      PROGRAM("15:02", "policyd-spf[60]: prepend Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.7; helo=mail.example.org; envelope-from=x@example.org; receiver=<UNKNOWN>")
      CLIENT("7", FIRST) QUEUED(FIRST, "a@example.org", "1") DISCONNECT("7") SENT(FIRST, "b@example.com") REMOVED(FIRST),
      ROW(FIRST) "b@example.com accept sent\n" },
    /* clang-format on */
};

START_TEST(rows_come_of_the_log)
{
    log_check_rows(cases[_i].name, cases[_i].log, cases[_i].rows);
}
END_TEST

/* spampd tells its tests ahead of its verdict, or behind it when lines change places. */
START_TEST(tests_in_a_line_of_their_own_are_the_verdicts)
{
    static const char verdict[] = PROGRAM(
        "15:03", "spampd[51]: identified spam <m1@example.org> (9.10/5.00) from <a@example.org> "
                 "for <b@example.com> in 1.20s, 3027 bytes.");
    static const char tests[] =
        PROGRAM("15:03", "spampd[51]: rules hit for <m1@example.org>: RDNS_NONE,BAYES_99");
    struct buffer log;
    struct evidence e;
    buffer_init(&log, 1 << 16);
    buffer_add_text(&log, TAKEN(FIRST, "1"));
    buffer_add_text(&log, _i ? verdict : tests);
    buffer_add_text(&log, _i ? tests : verdict);
    buffer_add_byte(&log, '\0');
    log_rebuild(&e, log.at);
    ck_assert_uint_eq(e.message_count, 1);
    const struct message_extra *extra = evidence_extra(&e, &e.messages[0]);
    ck_assert_uint_ne(extra->filters, 0);
    const struct filter_verdict *filter = &e.filters[extra->filters - 1];
    ck_assert_int_eq(filter->answer, FILTER_SPAM);
    ck_assert(slice_is(intern_text(&e.text, filter->tests), "RDNS_NONE,BAYES_99"));
    ck_assert_uint_eq(filter->next, 0);
    evidence_release(&e);
    buffer_release(&log);
}
END_TEST

#define COUNTED(counters)                                                                          \
    LINE("15:04", "smtpd[7]: disconnect from mail.example.org[192.0.2.7] ehlo=1 mail=1 " counters)
#define SWALLOWED                                                                                  \
    CONNECT("7")                                                                                   \
    CLIENT("7", FIRST)                                                                             \
    HOLD_LINE(FIRST)                                                                               \
    MESSAGE_ID(FIRST, "m1@example.org")                                                            \
    PROGRAM("15:04", "MailScanner[99]: Spam Actions: message " FIRST ".A9BEF actions are delete")

/* What the counters of a session tell beyond its lines. */
static const struct {
    const char *name, *log;
    unsigned accepted, refused;
} counted[] = {
    { "33: of two recipients of dropped mail the header line names one",
      SWALLOWED COUNTED("rcpt=2 data=1 quit=1 commands=6"), 1, 0 },
    { "one recipient only", SWALLOWED COUNTED("rcpt=1 data=1 quit=1 commands=5"), 0, 0 },
    { "nothing is counted before 3.0", SWALLOWED DISCONNECT("7"), 0, 0 },
    { "29: the filter is down at RCPT: 451 without a line",
      CONNECT("7") LINE(
          "15:02", "smtpd[7]: warning: connect to proxy filter 127.0.0.1:10025: Connection refused")
          COUNTED("rcpt=0/2 quit=1 commands=3/5"),
      0, 2 },
    { "the client gave up: nobody was to get anything",
      CONNECT("7") CLIENT("7", FIRST) COUNTED("rcpt=2 rset=1 quit=1 commands=5"), 0, 0 },
};

START_TEST(recipients_without_a_line_are_counted)
{
    struct evidence e;
    log_rebuild(&e, counted[_i].log);
    ck_assert_msg(e.books.unnamed_accepted == counted[_i].accepted &&
                      e.books.unnamed_refused == counted[_i].refused,
                  "%s: %u accepted, %u refused", counted[_i].name,
                  (unsigned)e.books.unnamed_accepted, (unsigned)e.books.unnamed_refused);
    evidence_release(&e);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, recipients_without_a_line_are_counted, 0, COUNT(counted));
    tcase_add_loop_test(tcase, tests_in_a_line_of_their_own_are_the_verdicts, 0, 2);
    tcase_add_loop_test(tcase, rows_come_of_the_log, 0, COUNT(cases));
}

TEST_MAIN("rebuild_filters", add)
