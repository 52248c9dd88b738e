/* Small logs and the rows that must come of them: sessions, transactions, names of clients. */
#include "analyzer/rebuild/rebuild.h"

#include "analyzer/rebuild/books.h"
#include "tests/support/log_feed.h"
#include "tests/support/suite.h"

#define AT(second, text) "Nov 22 10:15:" second " mx1 postfix/" text "\n"
#define RCPT "from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>"

static const struct {
    const char *name, *log, *rows;
} cases[] = {
    { "one mail, plain log",
      AT("01", "smtpd[7]: connect from mail.example.org[192.0.2.7]")
      AT("01", "smtpd[7]: 0FCE9247A1: client=mail.example.org[192.0.2.7]")
      AT("01", "cleanup[8]: 0FCE9247A1: message-id=<m1@example.org>")
      AT("01", "qmgr[9]: 0FCE9247A1: from=<a@example.org>, size=276, nrcpt=1 (queue active)")
      AT("02", "smtpd[7]: disconnect from mail.example.org[192.0.2.7] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5")
      AT("02", "smtp[10]: 0FCE9247A1: to=<b@example.com>, relay=mx.example.net[198.51.100.25]:25, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 8A1B2C3D4E)")
      AT("02", "qmgr[9]: 0FCE9247A1: removed"),
      "1 0FCE9247A1 mail.example.org[192.0.2.7]2 helo=? from=a@example.org to=b@example.com accept sent\n" },
    { "two mails, one connection",
      AT("01", "smtpd[7]: connect from mail.example.org[192.0.2.7]")
      AT("01", "smtpd[7]: 0FCE9247A1: client=mail.example.org[192.0.2.7]")
      AT("01", "qmgr[9]: 0FCE9247A1: from=<a@example.org>, size=276, nrcpt=1 (queue active)")
      AT("01", "smtpd[7]: 0FCE9247A2: client=mail.example.org[192.0.2.7]")
      AT("01", "qmgr[9]: 0FCE9247A2: from=<>, size=276, nrcpt=1 (queue active)")
      AT("02", "smtpd[7]: disconnect from mail.example.org[192.0.2.7]")
      AT("02", "local[10]: 0FCE9247A2: to=<c@example.com>, relay=local, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to maildir)")
      AT("02", "local[10]: 0FCE9247A1: to=<b@example.com>, relay=local, delay=0.1, delays=0/0/0/0.1, dsn=5.1.1, status=bounced (unknown user: \"b\")")
      AT("02", "qmgr[9]: 0FCE9247A1: removed")
      AT("02", "qmgr[9]: 0FCE9247A2: removed"),
      "1 0FCE9247A1 mail.example.org[192.0.2.7]2 helo=? from=a@example.org to=b@example.com accept bounced\n"
      "1 0FCE9247A2 mail.example.org[192.0.2.7]2 helo=? from=<> to=c@example.com accept sent\n" },
    { "refused: no reverse name",
      AT("01", "smtpd[7]: connect from unknown[192.0.2.9]")
      AT("01", "smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 550 5.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.9]; " RCPT)
      AT("01", "smtpd[7]: disconnect from unknown[192.0.2.9]"),
      "1 NOQUEUE ?[192.0.2.9]5 helo=mail.example.org from=a@example.org to=b@example.com reject 550 rejected\n" },
    { "450 with the code not known tells nothing",
      AT("01", "smtpd[7]: connect from unknown[192.0.2.9]")
      AT("01", "smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.9]; " RCPT)
      AT("01", "smtpd[7]: disconnect from unknown[192.0.2.9]"),
      "1 NOQUEUE ?[192.0.2.9]45 helo=mail.example.org from=a@example.org to=b@example.com defer 450 rejected\n" },
    { "name that does not lead back",
      AT("01", "smtpd[7]: warning: hostname pool.example.net does not resolve to address 192.0.2.9")
      AT("01", "smtpd[7]: connect from unknown[192.0.2.9]")
      AT("01", "smtpd[7]: NOQUEUE: reject_warning: RCPT from unknown[192.0.2.9]: 450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.9]; " RCPT)
      AT("01", "smtpd[7]: 0FCE9247A1: client=unknown[192.0.2.9]")
      AT("01", "qmgr[9]: 0FCE9247A1: from=<a@example.org>, size=276, nrcpt=1 (queue active)")
      AT("01", "smtpd[7]: disconnect from unknown[192.0.2.9]"),
      "1 0FCE9247A1 ?[192.0.2.9]6/pool.example.net2 helo=mail.example.org from=a@example.org to=b@example.com accept unknown open\n" },
    { "first recipient refused, second taken: one message",
      AT("01", "smtpd[7]: connect from mail.example.org[192.0.2.7]")
      AT("01", "smtpd[7]: NOQUEUE: reject: RCPT from mail.example.org[192.0.2.7]: 550 5.1.1 <b@example.com>: Recipient address rejected: User unknown in local recipient table; " RCPT)
      AT("01", "smtpd[7]: 0FCE9247A1: client=mail.example.org[192.0.2.7]")
      AT("01", "qmgr[9]: 0FCE9247A1: from=<a@example.org>, size=276, nrcpt=1 (queue active)")
      AT("02", "local[10]: 0FCE9247A1: to=<c@example.com>, relay=local, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to maildir)")
      AT("02", "qmgr[9]: 0FCE9247A1: removed"),
      "1 0FCE9247A1 mail.example.org[192.0.2.7]2 helo=mail.example.org from=a@example.org to=b@example.com reject 550 rejected\n"
      "1 0FCE9247A1 mail.example.org[192.0.2.7]2 helo=mail.example.org from=a@example.org to=c@example.com accept sent\n" },
    { "refused mail, then another sender's is taken: two messages",
      AT("01", "smtpd[7]: connect from mail.example.org[192.0.2.7]")
      AT("01", "smtpd[7]: NOQUEUE: reject: RCPT from mail.example.org[192.0.2.7]: 550 5.1.1 <b@example.com>: Recipient address rejected: User unknown in local recipient table; " RCPT)
      AT("01", "smtpd[7]: 0FCE9247A1: client=mail.example.org[192.0.2.7]")
      AT("01", "qmgr[9]: 0FCE9247A1: from=<x@example.org>, size=276, nrcpt=1 (queue active)")
      AT("02", "local[10]: 0FCE9247A1: to=<c@example.com>, relay=local, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to maildir)")
      AT("02", "qmgr[9]: 0FCE9247A1: removed"),
      "1 NOQUEUE mail.example.org[192.0.2.7]2 helo=mail.example.org from=a@example.org to=b@example.com reject 550 rejected\n"
      "1 0FCE9247A1 mail.example.org[192.0.2.7]2 helo=mail.example.org from=x@example.org to=c@example.com accept sent\n" },
};

START_TEST(rows_come_of_the_log)
{
    struct evidence e;
    log_rebuild(&e, cases[_i].log);
    struct buffer out;
    buffer_init(&out, 1 << 20);
    log_print_rows(&e, &out);
    ck_assert_msg(strcmp(buffer_text(&out), cases[_i].rows) == 0, "%s\ngot:\n%swant:\n%s",
                  cases[_i].name, buffer_text(&out), cases[_i].rows);
    struct fault fault = { FAULT_NONE };
    ck_assert_msg(books_balance(&e, &fault), "%s: %s", cases[_i].name, fault.what);
    buffer_release(&out);
    evidence_release(&e);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, rows_come_of_the_log, 0, COUNT(cases));
}

TEST_MAIN("rebuild", add)
