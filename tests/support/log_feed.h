#ifndef TESTS_SUPPORT_LOG_FEED_H
#define TESTS_SUPPORT_LOG_FEED_H
/*
 * Hand-written logs for tests: text to lines to events to a rebuilt store, and the store's rows as
 * short texts that a test can write down.
 */
#include "analyzer/evidence/evidence.h"
#include "analyzer/rebuild/rebuild.h"
#include "base/buffer.h"
#include "base/slice.h"

/* Feeds every line of a log (RFC 3164 stamps of the year 2026 in UTC, or RFC 3339) as file number
 * `file`. */
void log_feed(struct rebuild *rebuild, struct slice log, uint16_t file);
/* A store rebuilt from one log. Release with evidence_release. */
void log_rebuild(struct evidence *evidence, const char *log);
/* One line per row: session number, queue id, NAME[ADDRESS]STATUS[/REVERSE STATUS], helo, from, to,
 * verdict with code, end, and what is not plain of hops, filters and source; `open` when the
 * message is not whole. `?` is not known, `<>` known to be empty, statuses are Postfix's numbers. */
void log_print_rows(const struct evidence *evidence, struct buffer *out);
/* Asserts that a log gives these rows (as printed) and books that balance. */
void log_check_rows(const char *name, const char *log, const char *rows);

/* Lines of a log: LINE("15:01", "smtpd[7]: connect from ...") is one of host mx1 on 22 November. */
#define LINE(minute_second, text) "Nov 22 10:" minute_second " mx1 postfix/" text "\n"
#define CONNECT(pid)              LINE("15:01", "smtpd[" pid "]: connect from mail.example.org[192.0.2.7]")
#define DISCONNECT(pid)           LINE("15:04", "smtpd[" pid "]: disconnect from mail.example.org[192.0.2.7]")
#define CLIENT(pid, id)           LINE("15:02", "smtpd[" pid "]: " id ": client=mail.example.org[192.0.2.7]")
#define MESSAGE_ID(id, mid)       LINE("15:02", "cleanup[8]: " id ": message-id=<" mid ">")
#define QUEUED(id, from, nrcpt)                                                                    \
    LINE("15:02", "qmgr[9]: " id ": from=<" from ">, size=276, nrcpt=" nrcpt " (queue active)")
#define REMOVED(id) LINE("15:05", "qmgr[9]: " id ": removed")
#define DELAYS      "delay=0.1, delays=0/0/0/0.1, "
#define SENT(id, to)                                                                               \
    LINE("15:05", "local[10]: " id ": to=<" to ">, relay=local, " DELAYS                           \
                  "dsn=2.0.0, status=sent (delivered to maildir)")
/* "FROM TO proto helo" behind a reply. */
#define ENVELOPE(to) "; from=<a@example.org> to=<" to "> proto=ESMTP helo=<mail.example.org>"
/* The columns of a row of that client. */
#define MAIL_EXAMPLE "mail.example.org[192.0.2.7]2 helo="

#endif
