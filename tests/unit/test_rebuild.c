/* Small logs and the rows that must come of them: connections, SMTP transactions, replies, and what
 * the lines prove of a client's names. Numbers in names: formats.md 4.4 of the specification. */
#include "analyzer/rebuild/rebuild.h"

#include "analyzer/rebuild/books.h"
#include "tests/support/log_feed.h"
#include "tests/support/suite.h"

#define UNKNOWN_CONNECT    LINE("15:01", "smtpd[7]: connect from unknown[192.0.2.9]")
#define UNKNOWN_DISCONNECT LINE("15:04", "smtpd[7]: disconnect from unknown[192.0.2.9]")
#define WARNED(why)                                                                                \
    LINE("15:01", "smtpd[7]: warning: hostname pool.example.net does not resolve to address "      \
                  "192.0.2.9" why)
#define REFUSED(id, reply)                                                                         \
    LINE("15:02", "smtpd[7]: " id                                                                  \
                  ": reject: RCPT from unknown[192.0.2.9]: " reply ENVELOPE("b@example.com"))
#define NO_NAME    "Client host rejected: cannot find your hostname, [192.0.2.9]"
#define NO_REVERSE "Client host rejected: cannot find your reverse hostname, [192.0.2.9]"
#define ROW_B      " helo=mail.example.org from=a@example.org to=b@example.com "

static const struct {
    const char *name, *log, *rows;
} cases[] = {
    /* clang-format off */
    { "one mail, plain log",
      CONNECT("7") CLIENT("7", "0FCE9247A1") MESSAGE_ID("0FCE9247A1", "m1@example.org")
      QUEUED("0FCE9247A1", "a@example.org", "1") DISCONNECT("7") SENT("0FCE9247A1", "b@example.com")
      REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "? from=a@example.org to=b@example.com accept sent\n" },
    { "1: two mails, one connection",
      CONNECT("7") CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "1")
      CLIENT("7", "0FCE9247A2") QUEUED("0FCE9247A2", "", "1") DISCONNECT("7")
      SENT("0FCE9247A2", "c@example.com") SENT("0FCE9247A1", "b@example.com")
      REMOVED("0FCE9247A1") REMOVED("0FCE9247A2"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "? from=a@example.org to=b@example.com accept sent\n"
      "1 0FCE9247A2 " MAIL_EXAMPLE "? from=<> to=c@example.com accept sent\n" },
    { "2: RSET behind an accepted recipient",
      CONNECT("7") CLIENT("7", "0FCE9247A1") CLIENT("7", "0FCE9247A2")
      QUEUED("0FCE9247A2", "a@example.org", "1") SENT("0FCE9247A2", "c@example.com")
      LINE("15:04", "smtpd[7]: disconnect from mail.example.org[192.0.2.7] ehlo=1 mail=2 rcpt=2 data=1 rset=1 quit=1 commands=8")
      REMOVED("0FCE9247A2"),
      "1 0FCE9247A2 " MAIL_EXAMPLE "? from=a@example.org to=c@example.com accept sent\n" },
    { "2: the same where smtpd named the recipient: no row is accepted",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: info: RCPT from mail.example.org[192.0.2.7]: lab" ENVELOPE("b@example.com"))
      CLIENT("7", "0FCE9247A1")
      LINE("15:02", "smtpd[7]: NOQUEUE: info: RCPT from mail.example.org[192.0.2.7]: lab" ENVELOPE("c@example.com"))
      CLIENT("7", "0FCE9247A2")
      QUEUED("0FCE9247A2", "a@example.org", "1") SENT("0FCE9247A2", "c@example.com")
      LINE("15:04", "smtpd[7]: disconnect from mail.example.org[192.0.2.7] ehlo=1 mail=2 rcpt=2 data=1 rset=1 quit=1 commands=8")
      REMOVED("0FCE9247A2"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com unknown unknown\n"
      "1 0FCE9247A2 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=c@example.com accept sent\n" },
    { "3: first recipient refused, second taken: one message",
      CONNECT("7")
      LINE("15:01", "smtpd[7]: NOQUEUE: reject: RCPT from mail.example.org[192.0.2.7]: 550 5.1.1 <b@example.com>: Recipient address rejected: User unknown" ENVELOPE("b@example.com"))
      CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "1") DISCONNECT("7")
      SENT("0FCE9247A1", "c@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com reject 550 rejected\n"
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=c@example.com accept sent\n" },
    { "refused mail, then another sender's is taken: two messages",
      CONNECT("7")
      LINE("15:01", "smtpd[7]: NOQUEUE: reject: RCPT from mail.example.org[192.0.2.7]: 550 5.1.1 <b@example.com>: Recipient address rejected: User unknown" ENVELOPE("b@example.com"))
      CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "x@example.org", "1") DISCONNECT("7")
      SENT("0FCE9247A1", "c@example.com") REMOVED("0FCE9247A1"),
      "1 NOQUEUE " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com reject 550 rejected\n"
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=x@example.org to=c@example.com accept sent\n" },
    { "a rewritten sender, but the session had one mail only",
      CONNECT("7")
      LINE("15:01", "smtpd[7]: NOQUEUE: reject: RCPT from mail.example.org[192.0.2.7]: 550 5.1.1 <b@example.com>: Recipient address rejected: User unknown" ENVELOPE("b@example.com"))
      CLIENT("7", "0FCE9247A1")
      LINE("15:04", "smtpd[7]: disconnect from mail.example.org[192.0.2.7] ehlo=1 mail=1 rcpt=1/2 data=1 quit=1 commands=5/6")
      QUEUED("0FCE9247A1", "other@example.org", "1") SENT("0FCE9247A1", "c@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com reject 550 rejected\n"
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=c@example.com accept sent\n" },
    { "4: first taken, second refused",
      CONNECT("7") CLIENT("7", "0FCE9247A1")
      LINE("15:02", "smtpd[7]: 0FCE9247A1: reject: RCPT from mail.example.org[192.0.2.7]: 550 5.1.1 <b@example.com>: Recipient address rejected: User unknown" ENVELOPE("b@example.com"))
      QUEUED("0FCE9247A1", "a@example.org", "1") DISCONNECT("7") SENT("0FCE9247A1", "c@example.com")
      REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com reject 550 rejected\n"
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=c@example.com accept sent\n" },
    { "5: all refused, DATA tried",
      UNKNOWN_CONNECT REFUSED("NOQUEUE", "450 4.7.1 " NO_REVERSE)
      LINE("15:02", "smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 450 4.7.1 " NO_REVERSE ENVELOPE("c@example.com"))
      LINE("15:04", "smtpd[7]: disconnect from unknown[192.0.2.9] ehlo=1 mail=1 rcpt=0/2 data=0/1 quit=1 commands=3/6"),
      "1 NOQUEUE ?[192.0.2.9]45" ROW_B "defer 450 rejected\n"
      "1 NOQUEUE ?[192.0.2.9]45 helo=mail.example.org from=a@example.org to=c@example.com defer 450 rejected\n" },
    { "6: hang-up in DATA, with a message-id",
      CONNECT("7") CLIENT("7", "0FCE9247A1")
      LINE("15:02", "cleanup[8]: 0FCE9247A1: message-id=<>")
      LINE("15:03", "smtpd[7]: lost connection after DATA (630 bytes) from mail.example.org[192.0.2.7]")
      DISCONNECT("7"), "" },
    { "6: the same, the recipient named",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: info: RCPT from mail.example.org[192.0.2.7]: lab" ENVELOPE("b@example.com"))
      CLIENT("7", "0FCE9247A1")
      LINE("15:03", "smtpd[7]: lost connection after DATA (630 bytes) from mail.example.org[192.0.2.7]")
      DISCONNECT("7"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com unknown unknown\n" },
    { "9: recipient given twice",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: info: RCPT from mail.example.org[192.0.2.7]: lab" ENVELOPE("b@example.com"))
      CLIENT("7", "0FCE9247A1")
      LINE("15:02", "smtpd[7]: 0FCE9247A1: info: RCPT from mail.example.org[192.0.2.7]: lab" ENVELOPE("B@EXAMPLE.com"))
      QUEUED("0FCE9247A1", "a@example.org", "1") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com accept sent\n" },
    { "20: warning, then accepted",
      WARNED("") UNKNOWN_CONNECT
      LINE("15:02", "smtpd[7]: NOQUEUE: reject_warning: RCPT from unknown[192.0.2.9]: 450 4.7.25 " NO_NAME ENVELOPE("b@example.com"))
      LINE("15:02", "smtpd[7]: 0FCE9247A1: client=unknown[192.0.2.9]")
      QUEUED("0FCE9247A1", "a@example.org", "1") UNKNOWN_DISCONNECT SENT("0FCE9247A1", "b@example.com")
      REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 ?[192.0.2.9]6/pool.example.net2" ROW_B "accept sent\n" },
    { "the client's spelling of both addresses counts",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: info: RCPT from mail.example.org[192.0.2.7]: lab; from=<A@Example.ORG> to=<\"b\"@EXAMPLE.COM> proto=ESMTP helo=<mail.example.org>")
      CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "1")
      SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=A@Example.ORG to=\"b\"@EXAMPLE.COM accept sent\n" },
    { "refused: reverse name",
      UNKNOWN_CONNECT REFUSED("NOQUEUE", "550 5.7.1 " NO_REVERSE) UNKNOWN_DISCONNECT,
      "1 NOQUEUE ?[192.0.2.9]5" ROW_B "reject 550 rejected\n" },
    { "refused: name; no reverse name either, for no warning came",
      UNKNOWN_CONNECT REFUSED("NOQUEUE", "550 5.7.25 " NO_NAME) UNKNOWN_DISCONNECT,
      "1 NOQUEUE ?[192.0.2.9]5" ROW_B "reject 550 rejected\n" },
    { "a 450 tells nothing while the code is not known",
      UNKNOWN_CONNECT REFUSED("NOQUEUE", "450 4.7.25 " NO_NAME) UNKNOWN_DISCONNECT,
      "1 NOQUEUE ?[192.0.2.9]45" ROW_B "defer 450 rejected\n" },
    { "the name is another's",
      WARNED("") UNKNOWN_CONNECT REFUSED("NOQUEUE", "450 4.7.25 " NO_NAME) UNKNOWN_DISCONNECT,
      "1 NOQUEUE ?[192.0.2.9]6/pool.example.net2" ROW_B "defer 450 rejected\n" },
    { "the name has no address",
      WARNED(": Name or service not known") UNKNOWN_CONNECT REFUSED("NOQUEUE", "450 4.7.25 " NO_NAME),
      "1 NOQUEUE ?[192.0.2.9]6/pool.example.net2" ROW_B "defer 450 rejected\n" },
    { "the name's address could not be asked for",
      WARNED(": Temporary failure in name resolution") UNKNOWN_CONNECT REFUSED("NOQUEUE", "450 4.7.25 " NO_NAME),
      "1 NOQUEUE ?[192.0.2.9]4/pool.example.net2" ROW_B "defer 450 rejected\n" },
    { "a warning about another address is another client's",
      LINE("15:01", "smtpd[7]: warning: hostname pool.example.net does not resolve to address 192.0.2.10")
      UNKNOWN_CONNECT REFUSED("NOQUEUE", "450 4.7.25 " NO_NAME),
      "1 NOQUEUE ?[192.0.2.9]45" ROW_B "defer 450 rejected\n" },
    { "refused at MAIL, the client goes on",
      CONNECT("7")
      LINE("15:01", "smtpd[7]: NOQUEUE: reject: MAIL from mail.example.org[192.0.2.7]: 552 5.3.4 Message size exceeds fixed limit; from=<a@example.org> proto=ESMTP helo=<mail.example.org>")
      CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "1") SENT("0FCE9247A1", "b@example.com")
      REMOVED("0FCE9247A1"),
      "1 NOQUEUE " MAIL_EXAMPLE "mail.example.org from=a@example.org to=? reject 552 rejected\n"
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com accept sent\n" },
    { "refused at CONNECT",
      UNKNOWN_CONNECT
      LINE("15:01", "smtpd[7]: NOQUEUE: reject: CONNECT from unknown[192.0.2.9]: 550 5.7.25 " NO_NAME "; proto=SMTP")
      UNKNOWN_DISCONNECT,
      "1 NOQUEUE ?[192.0.2.9]5 helo=? from=? to=? reject 550 rejected\n" },
    { "refused at EHLO and at HELO: one row",
      UNKNOWN_CONNECT
      LINE("15:01", "smtpd[7]: NOQUEUE: reject: EHLO from unknown[192.0.2.9]: 504 5.5.2 <pc94>: Helo command rejected: need fully-qualified hostname; proto=SMTP helo=<pc94>")
      LINE("15:01", "smtpd[7]: NOQUEUE: reject: HELO from unknown[192.0.2.9]: 504 5.5.2 <pc94>: Helo command rejected: need fully-qualified hostname; proto=SMTP helo=<pc94>")
      UNKNOWN_DISCONNECT,
      "1 NOQUEUE ?[192.0.2.9]45 helo=pc94 from=? to=? reject 504 rejected\n" },
    { "refused at DATA: all recipients",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: info: RCPT from mail.example.org[192.0.2.7]: lab" ENVELOPE("b@example.com"))
      CLIENT("7", "0FCE9247A1")
      LINE("15:02", "smtpd[7]: 0FCE9247A1: info: RCPT from mail.example.org[192.0.2.7]: lab" ENVELOPE("c@example.com"))
      LINE("15:02", "smtpd[7]: 0FCE9247A1: reject: DATA from mail.example.org[192.0.2.7]: 550 5.5.3 <DATA>: Data command rejected: Multi-recipient bounce; from=<> proto=ESMTP helo=<mail.example.org>")
      DISCONNECT("7"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com reject 550 rejected\n"
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=c@example.com reject 550 rejected\n" },
    { "two HELO names in one connection: none for the mail without",
      CONNECT("7") CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "1")
      LINE("15:03", "smtpd[7]: NOQUEUE: reject: RCPT from mail.example.org[192.0.2.7]: 554 5.7.1 <x@example.net>: Relay access denied; from=<a@example.org> to=<x@example.net> proto=ESMTP helo=<one.example.org>")
      LINE("15:03", "smtpd[7]: NOQUEUE: reject: RCPT from mail.example.org[192.0.2.7]: 554 5.7.1 <y@example.net>: Relay access denied; from=<c@example.org> to=<y@example.net> proto=ESMTP helo=<two.example.org>")
      DISCONNECT("7") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "? from=a@example.org to=b@example.com accept sent\n"
      "1 NOQUEUE " MAIL_EXAMPLE "one.example.org from=a@example.org to=x@example.net reject 554 rejected\n"
      "1 NOQUEUE " MAIL_EXAMPLE "two.example.org from=c@example.org to=y@example.net reject 554 rejected\n" },
    { "one HELO name serves all mails of the connection",
      CONNECT("7") CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "1")
      LINE("15:03", "smtpd[7]: NOQUEUE: reject: RCPT from mail.example.org[192.0.2.7]: 554 5.7.1 <x@example.net>: Relay access denied" ENVELOPE("x@example.net"))
      DISCONNECT("7") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "mail.example.org from=a@example.org to=b@example.com accept sent\n"
      "1 NOQUEUE " MAIL_EXAMPLE "mail.example.org from=a@example.org to=x@example.net reject 554 rejected\n" },
    { "no HELO at all, as the counters say",
      CONNECT("7") CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "1")
      LINE("15:04", "smtpd[7]: disconnect from mail.example.org[192.0.2.7] mail=1 rcpt=1 data=1 quit=1 commands=4")
      SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "<> from=a@example.org to=b@example.com accept sent\n" },
    { "VRFY names nobody for mail",
      CONNECT("7")
      LINE("15:03", "smtpd[7]: NOQUEUE: reject: VRFY from mail.example.org[192.0.2.7]: 550 5.1.1 <x@example.com>: Recipient address rejected: User unknown; to=<x@example.com> proto=ESMTP helo=<mail.example.org>")
      DISCONNECT("7"), "" },
    { "41: the pid of a killed process",
      CONNECT("7") CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "1")
      LINE("15:03", "master[1]: warning: process /usr/lib/postfix/sbin/smtpd pid 7 killed by signal 9")
      LINE("15:04", "smtpd[7]: 0FCE9247A2: client=other.example.org[192.0.2.8]")
      QUEUED("0FCE9247A2", "c@example.org", "1") SENT("0FCE9247A1", "b@example.com") SENT("0FCE9247A2", "b@example.com")
      REMOVED("0FCE9247A1") REMOVED("0FCE9247A2"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "? from=a@example.org to=b@example.com accept sent\n"
      "2 0FCE9247A2 other.example.org[192.0.2.8]2 helo=? from=c@example.org to=b@example.com accept sent\n" },
    { "47: two hosts, the same queue id and pid",
      CONNECT("7") CLIENT("7", "0FCE9247A1")
      "Nov 22 10:15:02 mx2 postfix/smtpd[7]: connect from other.example.org[192.0.2.8]\n"
      "Nov 22 10:15:02 mx2 postfix/smtpd[7]: 0FCE9247A1: client=other.example.org[192.0.2.8]\n"
      QUEUED("0FCE9247A1", "a@example.org", "1") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1")
      "Nov 22 10:15:05 mx2 postfix/qmgr[9]: 0FCE9247A1: from=<c@example.org>, size=276, nrcpt=1 (queue active)\n"
      "Nov 22 10:15:05 mx2 postfix/local[9]: 0FCE9247A1: to=<d@example.com>, relay=local, " DELAYS "dsn=5.1.1, status=bounced (unknown user: \"d\")\n"
      "Nov 22 10:15:05 mx2 postfix/qmgr[9]: 0FCE9247A1: removed\n",
      "1 0FCE9247A1 " MAIL_EXAMPLE "? from=a@example.org to=b@example.com accept sent\n"
      "2 0FCE9247A1 other.example.org[192.0.2.8]2 helo=? from=c@example.org to=d@example.com accept bounced\n" },
    { "48: two instances",
      CONNECT("7") CLIENT("7", "0FCE9247A1")
      "Nov 22 10:15:02 mx1 postfix-out/smtpd[7]: connect from other.example.org[192.0.2.8]\n"
      "Nov 22 10:15:02 mx1 postfix-out/smtpd[7]: 0FCE9247A1: client=other.example.org[192.0.2.8]\n"
      QUEUED("0FCE9247A1", "a@example.org", "1") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1")
      "Nov 22 10:15:05 mx1 postfix-out/qmgr[9]: 0FCE9247A1: from=<c@example.org>, size=276, nrcpt=1 (queue active)\n"
      "Nov 22 10:15:05 mx1 postfix-out/smtp[9]: 0FCE9247A1: to=<d@example.com>, relay=none, " DELAYS "dsn=4.4.1, status=deferred (connect to mx.example.com[198.51.100.25]:25: Connection refused)\n",
      "1 0FCE9247A1 " MAIL_EXAMPLE "? from=a@example.org to=b@example.com accept sent\n"
      "2 0FCE9247A1 other.example.org[192.0.2.8]2 helo=? from=c@example.org to=d@example.com accept deferred open\n" },
    { "52: IPv6, ports, a client that was gone at once",
      LINE("15:01", "smtpd[7]: connect from mail.example.org[2001:db8::7]:4711")
      LINE("15:02", "smtpd[7]: 0FCE9247A1: client=mail.example.org[2001:db8::7]:4711")
      LINE("15:02", "smtpd[17]: connect from unknown[unknown]")
      LINE("15:02", "smtpd[17]: lost connection after CONNECT from unknown[unknown]")
      LINE("15:02", "smtpd[17]: disconnect from unknown[unknown]")
      QUEUED("0FCE9247A1", "a@example.org", "1") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 mail.example.org[2001:db8::7]2 helo=? from=a@example.org to=b@example.com accept sent\n" },
    { "53: UTF-8 sender, a local part that looks like a log line",
      CONNECT("7") CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "\xc3\xbc@example.org", "1")
      SENT("0FCE9247A1", "\"b> to=<x\"@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "? from=\xc3\xbc@example.org to=\"b> to=<x\"@example.com accept sent\n" },
    { "62: too many connections: a session without rows",
      LINE("15:01", "smtpd[7]: connect from unknown[192.0.2.9]")
      LINE("15:01", "smtpd[7]: warning: Connection concurrency limit exceeded: 51 from unknown[192.0.2.9] for service smtp")
      UNKNOWN_DISCONNECT, "" },
    { "63: a client that a proxy of our own names",
      LINE("15:01", "smtpd[7]: connect from localhost[127.0.0.1]")
      LINE("15:01", "smtpd[7]: 0FCE9247A1: client=mail.example.org[192.0.2.7]")
      LINE("15:01", "smtpd[7]: disconnect from mail.example.org[192.0.2.7]")
      QUEUED("0FCE9247A1", "a@example.org", "1") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "? from=a@example.org to=b@example.com accept sent\n" },
    { "63: another private client, its own connect lost, is no proxy's",
      CONNECT("7") CLIENT("7", "0FCE9247A1")
      LINE("15:02", "smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 554 5.7.1 <x@example.net>: Relay access denied; from=<c@example.org> to=<x@example.net> proto=ESMTP helo=<pc9>")
      QUEUED("0FCE9247A1", "a@example.org", "1") SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "? from=a@example.org to=b@example.com accept sent\n"
      "2 NOQUEUE ?[192.0.2.9]45 helo=pc9 from=c@example.org to=x@example.net reject 554 rejected\n" },
    { "67: `status=sent` where the client wrote it",
      CONNECT("7")
      LINE("15:02", "smtpd[7]: NOQUEUE: reject: RCPT from mail.example.org[192.0.2.7]: 554 5.7.1 <\"b, status=sent (x)\"@example.com>: Relay access denied; from=<a@example.org> to=<\"b, status=sent (x)\"@example.com> proto=ESMTP helo=<status=sent>")
      DISCONNECT("7"),
      "1 NOQUEUE " MAIL_EXAMPLE "status=sent from=a@example.org to=\"b, status=sent (x)\"@example.com reject 554 rejected\n" },
    { "lines of a session whose connect line lacks",
      CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "1") DISCONNECT("7")
      SENT("0FCE9247A1", "b@example.com") REMOVED("0FCE9247A1"),
      "1 0FCE9247A1 " MAIL_EXAMPLE "? from=a@example.org to=b@example.com accept sent\n" },
    { "a refused recipient named again is another mail",
      UNKNOWN_CONNECT REFUSED("NOQUEUE", "450 4.7.1 " NO_REVERSE) REFUSED("NOQUEUE", "450 4.7.1 " NO_REVERSE),
      "1 NOQUEUE ?[192.0.2.9]45" ROW_B "defer 450 rejected\n"
      "1 NOQUEUE ?[192.0.2.9]45" ROW_B "defer 450 rejected\n" },
    /* clang-format on */
};

START_TEST(rows_come_of_the_log)
{
    log_check_rows(cases[_i].name, cases[_i].log, cases[_i].rows);
}
END_TEST

/* The pipelining flag over two mails of a session, by the line that tells of it: at RCPT and, where
 * it came later, at DATA. A flag set at a RCPT may belong to this mail or begin the next one. */
#define EARLY(after)                                                                               \
    LINE("15:02", "smtpd[7]: improper command pipelining after " after                             \
                  " from mail.example.org[192.0.2.7]: x")
static const struct {
    const char *before, *between, *expected; /* a letter per mail: flag at RCPT, flag at DATA */
} early_talk[] = {
    { "", "", "nn nn" },
    { EARLY("EHLO"), "", "yy yy" },
    { "", EARLY("DATA"), "ny uu" },
    { "", EARLY("BDAT"), "ny uu" },
    { "", EARLY("RCPT"), "uu yy" },
    { "", EARLY("NOOP"), "uu yy" },
    { "", EARLY("MAIL"), "nn yy" },
    { "", EARLY("EHLO"), "nn yy" },
    { EARLY("EHLO"), EARLY("DATA"), "yy yy" },
};

START_TEST(early_talk_has_its_time)
{
    struct evidence evidence;
    struct buffer log;
    char got[8] = "", *out = got;

    buffer_init(&log, 4096);
    buffer_format(&log, "%s%s%s%s%s%s", CONNECT("7"), early_talk[_i].before,
                  CLIENT("7", "0FCE9247A1") QUEUED("0FCE9247A1", "a@example.org", "1"),
                  early_talk[_i].between,
                  CLIENT("7", "0FCE9247A2") QUEUED("0FCE9247A2", "a@example.org", "1"),
                  DISCONNECT("7") SENT("0FCE9247A1", "b@example.com")
                      SENT("0FCE9247A2", "b@example.com"));
    log_rebuild(&evidence, buffer_text(&log));
    ck_assert_uint_eq(evidence.message_count, 2);
    for (uint32_t m = 0; m < 2; m++) {
        const struct session_facts *facts = &evidence.facts[evidence.messages[m].facts];
        *out++ = "nyu"[facts->pipelining];
        *out++ = "nyu"[tri_or((enum tri)facts->pipelining, (enum tri)facts->late_pipelining)];
        *out++ = ' ';
    }
    ck_assert_msg(strncmp(got, early_talk[_i].expected, 5) == 0, "row %d: %s, not %s", _i, got,
                  early_talk[_i].expected);
    evidence_release(&evidence);
    buffer_release(&log);
}
END_TEST

/* A mail to many is looked up and not walked, with the same outcome: every recipient is named by two
 * lines, the second time in capitals or quoted. */
START_TEST(mail_to_many_has_a_row_for_each)
{
    enum { RECIPIENTS = 50000 };
    struct evidence e;
    struct buffer log;
    buffer_init(&log, 1 << 26);
    buffer_add_text(&log, CONNECT("7") CLIENT("7", "0FCE9247A1"));
    for (unsigned line = 0; line < 2 * RECIPIENTS; line++) {
        const char *quote = line >= RECIPIENTS && _i ? "\"" : "";
        buffer_format(&log,
                      LINE("15:03", "local[10]: 0FCE9247A1: to=<%s%s%u%s@example.com>, "
                                    "relay=none, " DELAYS "dsn=4.4.1, status=deferred (later)"),
                      quote, line < RECIPIENTS ? "user" : "USER", line % RECIPIENTS, quote);
    }
    buffer_add_byte(&log, '\0');
    log_rebuild(&e, log.at);
    struct fault fault = { .kind = FAULT_NONE };
    ck_assert_msg(books_balance(&e, &fault), "%s", fault.what);
    ck_assert_uint_eq(e.message_count, 1);
    ck_assert_uint_eq(e.row_count, RECIPIENTS);
    evidence_release(&e);
    buffer_release(&log);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, early_talk_has_its_time, 0, COUNT(early_talk));
    tcase_add_loop_test(tcase, rows_come_of_the_log, 0, COUNT(cases));
    tcase_add_loop_test(tcase, mail_to_many_has_a_row_for_each, 0, 2);
}

TEST_MAIN("rebuild", add)
