/* Small logs and the rows that must come of them: what happens to mail behind smtpd. Numbers in
 * names: formats.md 4.4 of the specification. */
#include "analyzer/rebuild/rebuild.h"

#include "tests/support/log_feed.h"
#include "tests/support/suite.h"

#define MAIL(id, nrcpt)                                                                            \
    CONNECT("7") CLIENT("7", id) QUEUED(id, "a@example.org", nrcpt) DISCONNECT("7")
#define DEFERRED(at, id, to)                                                                       \
    LINE(at, "smtp[10]: " id ": to=<" to ">, relay=none, " DELAYS                                  \
             "dsn=4.4.1, status=deferred (connect to mx.example.net[198.51.100.25]:25: "           \
             "Connection refused)")
#define BOUNCED(id, to)                                                                            \
    LINE("15:05", "smtp[10]: " id ": to=<" to ">, relay=mx.example.net[198.51.100.25]:25, " DELAYS \
                  "dsn=5.1.1, status=bounced (host mx.example.net[198.51.100.25] said: 550 5.1.1 " \
                  "no (in reply to RCPT TO command))")
#define ROW(id)      "1 " id " " MAIL_EXAMPLE "? from=a@example.org to="
#define FULL_ROW(id) "1 " id " " MAIL_EXAMPLE "mail.example.org from=a@example.org to="
#define INFO(id, to)                                                                               \
    LINE("15:02", "smtpd[7]: " id ": info: RCPT from mail.example.org[192.0.2.7]: lab" ENVELOPE(to))

static const struct {
    const char *name, *log, *rows;
} cases[] = {
    /* clang-format off */
    { "7: null sender",
      CONNECT("7") CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "", "1") DISCONNECT("7")
      SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "? from=<> to=b@example.com accept sent\n" },
    { "8: an alias for three",
      MAIL("0FCE9247A1", "3")
      LINE("15:05", "smtp[10]: 0FCE9247A1: to=<x@example.net>, orig_to=<b@example.com>, relay=none, " DELAYS "dsn=5.4.4, status=bounced (Host or domain name not found)")
      LINE("15:05", "local[10]: 0FCE9247A1: to=<y@example.com>, orig_to=<b@example.com>, relay=local, " DELAYS "dsn=2.0.0, status=sent (delivered to maildir)")
      LINE("15:05", "smtp[10]: 0FCE9247A1: to=<z@example.net>, orig_to=<b@example.com>, relay=none, " DELAYS "dsn=4.4.1, status=deferred (connect to z: Connection refused)")
      REMOVED("0FCE9247A1"),
      ROW("0FCE9247A1") "b@example.com accept sent\n" },
    { "11: three recipients, three ends",
      MAIL("0FCE9247A1", "3") SENT("0FCE9247A1", "b@example.com") BOUNCED("0FCE9247A1", "c@example.net")
      DEFERRED("15:05", "0FCE9247A1", "d@example.net"),
      ROW("0FCE9247A1") "b@example.com accept sent open\n"
      ROW("0FCE9247A1") "c@example.net accept bounced open\n"
      ROW("0FCE9247A1") "d@example.net accept deferred open\n" },
    { "12: deferred, deferred, sent",
      MAIL("0FCE9247A1", "1") DEFERRED("15:05", "0FCE9247A1", "b@example.com") DEFERRED("25:05", "0FCE9247A1", "b@example.com")
      LINE("45:05", "qmgr[9]: 0FCE9247A1: from=<a@example.org>, size=276, nrcpt=1 (queue active)")
      LINE("45:06", "local[10]: 0FCE9247A1: to=<b@example.com>, relay=local, " DELAYS "dsn=2.0.0, status=sent (delivered to maildir)")
      LINE("45:06", "qmgr[9]: 0FCE9247A1: removed"),
      ROW("0FCE9247A1") "b@example.com accept sent\n" },
    { "13, 14: expired; the bounce is Postfix's own",
      MAIL("0FCE9247A1", "1") DEFERRED("15:05", "0FCE9247A1", "b@example.com")
      LINE("45:05", "qmgr[9]: 0FCE9247A1: from=<a@example.org>, status=expired, returned to sender")
      LINE("45:05", "cleanup[8]: 0FCE9247A2: message-id=<b@mx1.example.com>")
      LINE("45:05", "bounce[8]: 0FCE9247A1: sender non-delivery notification: 0FCE9247A2")
      LINE("45:05", "qmgr[9]: 0FCE9247A2: from=<>, size=2195, nrcpt=1 (queue active)")
      LINE("45:05", "qmgr[9]: 0FCE9247A1: removed")
      LINE("45:06", "smtp[10]: 0FCE9247A2: to=<a@example.org>, relay=mx.example.org[192.0.2.7]:25, " DELAYS "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 8A1B2C3D4E)")
      LINE("45:06", "qmgr[9]: 0FCE9247A2: removed"),
      ROW("0FCE9247A1") "b@example.com accept expired\n"
      "- 0FCE9247A2 ? helo=? from=<> to=a@example.org accept sent internal\n" },
    { "15: the notification before the bounce's own lines",
      MAIL("0FCE9247A1", "1") BOUNCED("0FCE9247A1", "b@example.com")
      LINE("15:05", "bounce[8]: 0FCE9247A1: sender non-delivery notification: 0FCE9247A2")
      LINE("15:05", "cleanup[8]: 0FCE9247A2: message-id=<b@mx1.example.com>")
      LINE("15:05", "qmgr[9]: 0FCE9247A2: from=<>, size=2195, nrcpt=1 (queue active)")
      REMOVED("0FCE9247A1"),
      ROW("0FCE9247A1") "b@example.com accept bounced\n"
      "- 0FCE9247A2 ? helo=? from=<> to=? accept unknown internal open\n" },
    { "16: deleted by the operator",
      MAIL("0FCE9247A1", "1") DEFERRED("15:05", "0FCE9247A1", "b@example.com")
      LINE("25:05", "postsuper[11]: 0FCE9247A1: removed") LINE("25:05", "postsuper[11]: Deleted: 1 message"),
      ROW("0FCE9247A1") "b@example.com accept discarded\n" },
    { "17: requeued by the operator",
      MAIL("0FCE9247A1", "1") DEFERRED("15:05", "0FCE9247A1", "b@example.com")
      LINE("25:05", "postsuper[11]: 0FCE9247A1: requeued")
      LINE("25:06", "pickup[12]: 0FCE9247A2: uid=102 from=<a@example.org> orig_id=0FCE9247A1")
      LINE("25:06", "cleanup[8]: 0FCE9247A2: message-id=<m1@example.org>")
      LINE("25:06", "qmgr[9]: 0FCE9247A2: from=<a@example.org>, size=276, nrcpt=1 (queue active)")
      LINE("25:07", "local[10]: 0FCE9247A2: to=<b@example.com>, relay=local, " DELAYS "dsn=2.0.0, status=sent (delivered to maildir)")
      LINE("25:07", "qmgr[9]: 0FCE9247A2: removed"),
      ROW("0FCE9247A1") "b@example.com accept sent hop=0FCE9247A2\n" },
    { "18: put on hold, released, delivered",
      MAIL("0FCE9247A1", "1") DEFERRED("15:05", "0FCE9247A1", "b@example.com")
      LINE("25:05", "postsuper[11]: 0FCE9247A1: placed on hold")
      LINE("35:05", "postsuper[11]: 0FCE9247A1: released from hold")
      LINE("35:06", "qmgr[9]: 0FCE9247A1: from=<a@example.org>, size=276, nrcpt=1 (queue active)")
      LINE("35:07", "local[10]: 0FCE9247A1: to=<b@example.com>, relay=local, " DELAYS "dsn=2.0.0, status=sent (delivered to maildir)")
      LINE("35:07", "qmgr[9]: 0FCE9247A1: removed"),
      ROW("0FCE9247A1") "b@example.com accept sent\n" },
    { "19: held and never released",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: hold: RCPT from mail.example.org[192.0.2.7]: <b@example.com>: Recipient address triggers HOLD action" ENVELOPE("b@example.com"))
      CLIENT("7", "0FCE9247A1") MESSAGE_ID("0FCE9247A1", "m1@example.org") DISCONNECT("7"),
      FULL_ROW("0FCE9247A1") "b@example.com hold held open\n" },
    { "a hold of one recipient holds the others",
      CONNECT("7") INFO("NOQUEUE", "b@example.com") CLIENT("7", "0FCE9247A1")
      LINE("15:02", "smtpd[7]: 0FCE9247A1: hold: RCPT from mail.example.org[192.0.2.7]: <c@example.com>: Recipient address triggers HOLD action" ENVELOPE("c@example.com"))
      MESSAGE_ID("0FCE9247A1", "m1@example.org") DISCONNECT("7"),
      FULL_ROW("0FCE9247A1") "b@example.com hold held open\n"
      FULL_ROW("0FCE9247A1") "c@example.com hold held open\n" },
    { "discarded by an access table",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: discard: RCPT from mail.example.org[192.0.2.7]: <b@example.com>: Recipient address triggers DISCARD action" ENVELOPE("b@example.com"))
      CLIENT("7", "0FCE9247A1") MESSAGE_ID("0FCE9247A1", "m1@example.org") DISCONNECT("7"),
      FULL_ROW("0FCE9247A1") "b@example.com discard discarded\n" },
    { "34: refused by a milter at the end",
      CONNECT("7") INFO("NOQUEUE", "b@example.com") CLIENT("7", "0FCE9247A1")
      LINE("15:02", "cleanup[8]: 0FCE9247A1: milter-reject: END-OF-MESSAGE from mail.example.org[192.0.2.7]: 5.7.1 Spam message rejected" ENVELOPE("b@example.com"))
      DISCONNECT("7"),
      FULL_ROW("0FCE9247A1") "b@example.com reject rejected\n" },
    { "34: for now only; two recipients, one is named",
      CONNECT("7") INFO("NOQUEUE", "b@example.com") CLIENT("7", "0FCE9247A1") INFO("0FCE9247A1", "c@example.com")
      LINE("15:02", "cleanup[8]: 0FCE9247A1: milter-reject: END-OF-MESSAGE from mail.example.org[192.0.2.7]: 4.7.1 Try again later" ENVELOPE("c@example.com"))
      DISCONNECT("7"),
      FULL_ROW("0FCE9247A1") "b@example.com defer rejected\n"
      FULL_ROW("0FCE9247A1") "c@example.com defer rejected\n" },
    { "35: swallowed by a milter",
      CONNECT("7") CLIENT("7", "0FCE9247A1") MESSAGE_ID("0FCE9247A1", "m1@example.org")
      LINE("15:02", "cleanup[8]: 0FCE9247A1: milter-discard: END-OF-MESSAGE from mail.example.org[192.0.2.7]: milter triggers DISCARD action" ENVELOPE("b@example.com"))
      DISCONNECT("7"),
      FULL_ROW("0FCE9247A1") "b@example.com discard discarded\n" },
    { "36: held by a milter",
      CONNECT("7") CLIENT("7", "0FCE9247A1") MESSAGE_ID("0FCE9247A1", "m1@example.org")
      LINE("15:02", "cleanup[8]: 0FCE9247A1: milter-hold: END-OF-MESSAGE from mail.example.org[192.0.2.7]: milter triggers HOLD action" ENVELOPE("b@example.com"))
      DISCONNECT("7"),
      FULL_ROW("0FCE9247A1") "b@example.com hold held open\n" },
    { "37: a header check refuses all",
      CONNECT("7") INFO("NOQUEUE", "b@example.com") CLIENT("7", "0FCE9247A1") INFO("0FCE9247A1", "c@example.com")
      MESSAGE_ID("0FCE9247A1", "m1@example.org")
      LINE("15:02", "cleanup[8]: 0FCE9247A1: reject: header X-T: reject from mail.example.org[192.0.2.7]" ENVELOPE("c@example.com") ": 5.7.1 header says no")
      DISCONNECT("7"),
      FULL_ROW("0FCE9247A1") "b@example.com reject rejected\n"
      FULL_ROW("0FCE9247A1") "c@example.com reject rejected\n" },
    { "38: redirected; the rows keep their recipients",
      CONNECT("7") INFO("NOQUEUE", "b@example.com")
      LINE("15:02", "smtpd[7]: NOQUEUE: redirect: RCPT from mail.example.org[192.0.2.7]: <b@example.com>: Recipient address triggers REDIRECT r@example.com" ENVELOPE("b@example.com"))
      CLIENT("7", "0FCE9247A1") INFO("0FCE9247A1", "c@example.com") QUEUED("0FCE9247A1", "a@example.org", "1") DISCONNECT("7")
      LINE("15:05", "local[10]: 0FCE9247A1: to=<r@example.com>, orig_to=<b@example.com>, relay=local, " DELAYS "dsn=2.0.0, status=sent (delivered to maildir)")
      REMOVED("0FCE9247A1"),
      FULL_ROW("0FCE9247A1") "b@example.com redirect sent\n"
      FULL_ROW("0FCE9247A1") "c@example.com redirect sent\n" },
    { "39: a short id comes back after 20 seconds",
      MAIL("0FCE9247A1", "1") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1")
      LINE("15:25", "smtpd[7]: connect from other.example.org[192.0.2.8]")
      LINE("15:25", "smtpd[7]: 0FCE9247A1: client=other.example.org[192.0.2.8]")
      LINE("15:25", "qmgr[9]: 0FCE9247A1: from=<c@example.org>, size=276, nrcpt=1 (queue active)")
      LINE("15:26", "local[10]: 0FCE9247A1: to=<b@example.com>, relay=local, " DELAYS "dsn=5.2.2, status=bounced (full)")
      LINE("15:26", "qmgr[9]: 0FCE9247A1: removed"),
      ROW("0FCE9247A1") "b@example.com accept sent\n"
      "2 0FCE9247A1 other.example.org[192.0.2.8]2 helo=? from=c@example.org to=b@example.com accept bounced\n" },
    { "40: the same with `removed` lost",
      MAIL("0FCE9247A1", "2") SENT("0FCE9247A1", "b@example.com")
      LINE("15:25", "smtpd[7]: connect from other.example.org[192.0.2.8]")
      LINE("15:25", "smtpd[7]: 0FCE9247A1: client=other.example.org[192.0.2.8]")
      LINE("15:25", "qmgr[9]: 0FCE9247A1: from=<c@example.org>, size=276, nrcpt=1 (queue active)")
      LINE("15:26", "local[10]: 0FCE9247A1: to=<b@example.com>, relay=local, " DELAYS "dsn=5.2.2, status=bounced (full)")
      LINE("15:26", "qmgr[9]: 0FCE9247A1: removed"),
      ROW("0FCE9247A1") "b@example.com accept sent open\n"
      "2 0FCE9247A1 other.example.org[192.0.2.8]2 helo=? from=c@example.org to=b@example.com accept bounced\n" },
    { "42: the log begins in the middle of a message",
      QUEUED("0FCE9247A1", "a@example.org", "1") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "- 0FCE9247A1 ? helo=? from=a@example.org to=b@example.com accept sent open\n" },
    { "43: it ends there",
      CONNECT("7") CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "1"),
      ROW("0FCE9247A1") "? accept unknown open\n" },
    { "46: a delivery repeated",
      MAIL("0FCE9247A1", "1") SENT("0FCE9247A1", "b@example.com") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      ROW("0FCE9247A1") "b@example.com accept sent\n" },
    { "49: a second's lines out of order",
      REMOVED("0FCE9247A1") SENT("0FCE9247A1", "b@example.com") QUEUED("0FCE9247A1", "a@example.org", "1")
      MESSAGE_ID("0FCE9247A1", "m1@example.org")
      CONNECT("7") LINE("15:05", "smtpd[7]: 0FCE9247A1: client=mail.example.org[192.0.2.7]") DISCONNECT("7"),
      ROW("0FCE9247A1") "b@example.com accept sent open\n" },
    { "49: the whole queue's lines ahead of the dialogue: the recipient is one, and no BCC",
      MESSAGE_ID("0FCE9247A1", "m1@example.org") QUEUED("0FCE9247A1", "a@example.org", "1")
      SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1")
      LINE("15:03", "smtpd[7]: connect from mail.example.org[192.0.2.7]")
      LINE("15:03", "smtpd[7]: NOQUEUE: info: RCPT from mail.example.org[192.0.2.7]: seen" ENVELOPE("B@example.com"))
      LINE("15:03", "smtpd[7]: 0FCE9247A1: client=mail.example.org[192.0.2.7]")
      LINE("15:03", "smtpd[7]: disconnect from mail.example.org[192.0.2.7] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=B@example.com accept sent\n" },
    { "49: the line of master's start behind the first client's",
      LINE("15:02", "smtpd[7]: connect from mail.example.org[192.0.2.7]")
      LINE("15:02", "smtpd[7]: NOQUEUE: info: RCPT from mail.example.org[192.0.2.7]: seen" ENVELOPE("b@example.com"))
      LINE("15:02", "master[1]: daemon started -- version 3.7.11, configuration /etc/postfix")
      CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "1") DISCONNECT("7")
      SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com accept sent\n" },
    { "55: mail of a user of this machine",
      LINE("15:01", "pickup[12]: 0FCE9247A1: uid=0 from=<root@example.com>") MESSAGE_ID("0FCE9247A1", "m1@example.com")
      QUEUED("0FCE9247A1", "root@example.com", "1") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "- 0FCE9247A1 ? helo=? from=root@example.com to=b@example.com accept sent local\n" },
    { "56: fetchmail's",
      LINE("15:01", "smtpd[7]: connect from localhost[127.0.0.1]")
      LINE("15:02", "smtpd[7]: 0FCE9247A1: client=localhost[127.0.0.1]")
      MESSAGE_ID("0FCE9247A1", "m1@example.org") QUEUED("0FCE9247A1", "a@example.org", "1")
      LINE("15:04", "smtpd[7]: disconnect from localhost[127.0.0.1]") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 localhost[127.0.0.1]2 helo=? from=a@example.org to=b@example.com accept sent gateway\n" },
    { "57: an address probe",
      MESSAGE_ID("0FCE9247A1", "p@mx1.example.com") QUEUED("0FCE9247A1", "double-bounce@mx1.example.com", "1")
      LINE("15:05", "smtp[10]: 0FCE9247A1: to=<b@example.com>, relay=mx.example.net[198.51.100.25]:25, " DELAYS "dsn=2.1.5, status=deliverable (250 2.1.5 Ok)")
      REMOVED("0FCE9247A1"), "" },
    { "58: always_bcc, where the counters prove it",
      CONNECT("7") INFO("NOQUEUE", "b@example.com") CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "2")
      LINE("15:04", "smtpd[7]: disconnect from mail.example.org[192.0.2.7] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5")
      SENT("0FCE9247A1", "b@example.com") SENT("0FCE9247A1", "archive@example.com") REMOVED("0FCE9247A1"),
      FULL_ROW("0FCE9247A1") "b@example.com accept sent\n" },
    { "58: BCC by an access table",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: bcc: RCPT from mail.example.org[192.0.2.7]: <b@example.com>: Recipient address triggers BCC archive@example.com" ENVELOPE("b@example.com"))
      CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "2") DISCONNECT("7")
      SENT("0FCE9247A1", "b@example.com") SENT("0FCE9247A1", "archive@example.com") REMOVED("0FCE9247A1"),
      FULL_ROW("0FCE9247A1") "b@example.com accept sent\n" },
    { "64: a delivery line of cleanup",
      CONNECT("7") CLIENT("7", "0FCE9247A1")
      LINE("15:02", "cleanup[8]: 0FCE9247A1: to=<b@example.com>, relay=none, " DELAYS "dsn=5.6.0, status=bounced (5.6.0 Message size or content limit)")
      DISCONNECT("7"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "? from=? to=b@example.com accept bounced open\n" },
    { "65: soft_bounce",
      MAIL("0FCE9247A1", "1")
      LINE("15:05", "smtp[10]: 0FCE9247A1: to=<b@example.com>, relay=mx.example.net[198.51.100.25]:25, " DELAYS "dsn=5.7.1, status=SOFTBOUNCE (host mx.example.net[198.51.100.25] said: 550 5.7.1 no (in reply to RCPT TO command))"),
      ROW("0FCE9247A1") "b@example.com accept deferred open\n" },
    { "mail of a whole domain's sink is delivered",
      MAIL("0FCE9247A1", "1")
      LINE("15:05", "discard[10]: 0FCE9247A1: to=<b@example.com>, relay=none, " DELAYS "dsn=2.0.0, status=sent (example.com)") REMOVED("0FCE9247A1"),
      ROW("0FCE9247A1") "b@example.com accept sent\n" },
    { "mail thrown away by discard(8)",
      MAIL("0FCE9247A1", "1")
      LINE("15:05", "discard[10]: 0FCE9247A1: to=<b@example.com>, relay=none, " DELAYS "dsn=2.0.0, status=sent (silently)") REMOVED("0FCE9247A1"),
      ROW("0FCE9247A1") "b@example.com accept discarded\n" },
    { "too large: cleanup refuses without a reply in the log",
      CONNECT("7") INFO("NOQUEUE", "b@example.com") CLIENT("7", "0FCE9247A1")
      LINE("15:02", "cleanup[8]: warning: 0FCE9247A1: queue file size limit exceeded") DISCONNECT("7"),
      FULL_ROW("0FCE9247A1") "b@example.com reject rejected\n" },
    /* clang-format on */
};

START_TEST(rows_come_of_the_log)
{
    log_check_rows(cases[_i].name, cases[_i].log, cases[_i].rows);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, rows_come_of_the_log, 0, COUNT(cases));
}

TEST_MAIN("rebuild_queue", add)
