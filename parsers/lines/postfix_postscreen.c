/* Lines of Postfix's postscreen and of its helpers dnsblog and tlsproxy. One postscreen process
 * serves all clients: the key of its lines is address and port, not the pid. */
#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/shape_tables.h"

/* Answers by which a list says that it did not answer the question (open resolver, rate limit). */
const char *slot_dnsbl_answer(const char *at, const char *end, struct event *event)
{
    struct slice answer = slice_make(at, (size_t)(end - at));
    event_set(event, FIELD_ANSWER, answer);
    if (slice_starts(answer, "127.255.255."))
        event_set(event, FIELD_LIST_ERROR, (struct slice)SLICE("true"));
    return end;
}

#define VIOLATION(words, more, sample_more)                                                        \
    {                                                                                              \
        EVENT_PS_VIOLATION, words " from {endpoint}" more,                                         \
            words " from [192.0.2.9]:54859" sample_more, "violation=" words, 0                     \
    }

/* clang-format off */
static const struct line_shape postscreen[] = {
    { EVENT_PS_CONNECT, "CONNECT from {endpoint} to {server}", "CONNECT from [192.0.2.9]:54859 to [198.51.100.1]:25", NULL, 0 },
    { EVENT_PS_PASS_NEW, "PASS NEW {endpoint}", "PASS NEW [192.0.2.9]:54859", NULL, 0 },
    { EVENT_PS_PASS_OLD, "PASS OLD {endpoint}", "PASS OLD [2001:db8::9]:54859", NULL, 0 },
    { EVENT_PS_ALLOW, "ALLOWLISTED {endpoint}", "ALLOWLISTED [192.0.2.9]:54859", NULL, 0 },
    { EVENT_PS_ALLOW, "WHITELISTED {endpoint}", "WHITELISTED [192.0.2.9]:54859", NULL, 0 },
    { EVENT_PS_DENY, "DENYLISTED {endpoint}", "DENYLISTED [192.0.2.9]:54859", NULL, 0 },
    { EVENT_PS_DENY, "BLACKLISTED {endpoint}", "BLACKLISTED [192.0.2.9]:54859", NULL, 0 },
    { EVENT_PS_VETO, "ALLOWLIST VETO {endpoint}", "ALLOWLIST VETO [192.0.2.9]:54859", NULL, 0 },
    { EVENT_PS_VETO, "WHITELIST VETO {endpoint}", "WHITELIST VETO [192.0.2.9]:54859", NULL, 0 },
    { EVENT_PS_DISCONNECT, "DISCONNECT {endpoint}", "DISCONNECT [192.0.2.9]:54859", NULL, 0 },
    { EVENT_PS_PREGREET, "PREGREET {bytes:int} after {after:float} from {endpoint}: {text}",
      "PREGREET 12 after 0.08 from [192.0.2.9]:54859: EHLO early\\r\\n", NULL, 0 },
    { EVENT_PS_DNSBL_RANK, "DNSBL rank {rank:int} for {endpoint}", "DNSBL rank 3 for [192.0.2.9]:54859", NULL, 0 },
    { EVENT_PS_HANGUP, "HANGUP after {after:float} from {endpoint} in tests {phase} SMTP handshake",
      "HANGUP after 2 from [192.0.2.9]:54859 in tests after SMTP handshake", NULL, 0 },
    { EVENT_PS_HANGUP, "HANGUP after {after:float} from {endpoint}", "HANGUP after 2 from [192.0.2.9]:54859", NULL, 0 },
    VIOLATION("BARE NEWLINE", " after {after}", " after EHLO x"),
    VIOLATION("BARE NEWLINE", "", ""),
    VIOLATION("NON-SMTP COMMAND", " after {after}: {text}", " after CONNECT: GET / HTTP/1.0"),
    VIOLATION("NON-SMTP COMMAND", " {text}", " GET / HTTP/1.0"),
    VIOLATION("COMMAND PIPELINING", " after {after}: {text}", " after EHLO: MAIL FROM:<a@b.example>\\r\\n"),
    VIOLATION("COMMAND PIPELINING", " after {after}:", " after .:"),
    VIOLATION("COMMAND TIME LIMIT", " after {after}", " after CONNECT"),
    VIOLATION("COMMAND TIME LIMIT", "", ""),
    VIOLATION("COMMAND COUNT LIMIT", " after {after}", " after RCPT"),
    VIOLATION("COMMAND COUNT LIMIT", "", ""),
    VIOLATION("COMMAND LENGTH LIMIT", " after {after}", " after EHLO"),
    VIOLATION("COMMAND LENGTH LIMIT", "", ""),
    VIOLATION("DATA without valid RCPT", "", ""),
    VIOLATION("BDAT without valid RCPT", "", ""),
    { EVENT_PS_REJECT, "{queue_id}: reject: {stage:word} from {endpoint}: {plain_reply}",
      "NOQUEUE: reject: RCPT from [192.0.2.9]:54859: 450 4.3.2 Service currently unavailable; from=<a@example.org>, to=<b@example.com>, proto=ESMTP, helo=<mail.example.org>\n"
      "NOQUEUE: reject: CONNECT from [192.0.2.9]:54859: too many connections", NULL, SHAPE_STRONG },
    { EVENT_PS_REJECT, "reject: connect from {endpoint}: {text}",
      "reject: connect from [192.0.2.9]:54859: all screening ports busy", "stage=CONNECT,code=null", 0 },
    { EVENT_PS_STRESS, "entering STRESS mode with {count:int} connections", "entering STRESS mode with 90 connections", "on=true", 0 },
    { EVENT_PS_STRESS, "leaving STRESS mode with {count:int} connections", "leaving STRESS mode with 70 connections", "on=false", 0 },
    { EVENT_RESTART, "table {table:table} has changed - finishing in the background",
      "table cidr:/etc/postfix/postscreen_access.cidr(0,lock|fold_fix) has changed - finishing in the background", NULL, 0 },
    { EVENT_SERVICE_TROUBLE, "warning: dnsblog reply timeout {*} for {service}",
      "warning: dnsblog reply timeout 10s for zen.dnsbl.example", "what=dnsbl,reason=timeout", 0 },
    { EVENT_SERVICE_TROUBLE, "warning: psc_dnsbl_request: connect to {service} service: {reason}",
      "warning: psc_dnsbl_request: connect to private/dnsblog service: Connection refused", "what=dnsbl", 0 },
    { EVENT_SERVICE_TROUBLE, "warning: cannot connect to service {service}: {reason}",
      "warning: cannot connect to service private/smtpd: Resource temporarily unavailable", "what=smtpd", 0 },
    { EVENT_SERVICE_TROUBLE, "warning: {what} connection to service {service} {reason}",
      "warning: Postscreen connection to service private/smtpd unavailable", NULL, 0 },
    { EVENT_EHLO_DISCARD, "{endpoint}{*}: discarding EHLO keywords: {text}", "[192.0.2.9]54859: discarding EHLO keywords: CHUNKING\n[192.0.2.9]:54859: discarding EHLO keywords: CHUNKING", NULL, 0 },
    { EVENT_DAEMON_NOTE, "{endpoint}: replacing command \"{what}\" with \"{text}\"",
      "[192.0.2.9]:54859: replacing command \"FOO\" with \"NOOP\"", NULL, 0 },
    { EVENT_CONFIG_WARNING, "using backwards-compatible default setting {name} for client {endpoint}",
      "using backwards-compatible default setting respectful_logging=no for client [192.0.2.9]:54859", NULL, 0 },
};

static const struct line_shape dnsblog[] = {
    { EVENT_DNSBL_HIT, "addr {client_address:ip} listed by domain {dnsbl:word} as {dnsbl_answer}",
      "addr 192.0.2.9 listed by domain zen.dnsbl.example as 127.0.0.11\n"
      "addr 2001:db8::9 listed by domain zen.dnsbl.example as 127.255.255.254", NULL, 0 },
    { EVENT_DNSBL_ERROR, "warning: dnsblog_query: lookup error for DNS query {query}: {reason}",
      "warning: dnsblog_query: lookup error for DNS query 9.2.0.192.zen.dnsbl.example: Host or domain name not found. Name service error for name=9.2.0.192.zen.dnsbl.example type=A: Host not found, try again", NULL, 0 },
    { EVENT_DNSBL_ERROR, "warning: dnsblog_query: unable to look up {query}: {reason}",
      "warning: dnsblog_query: unable to look up 9.2.0.192.zen.dnsbl.example: address length", NULL, 0 },
};

static const struct line_shape tlsproxy[] = {
    { EVENT_TLSPROXY, "CONNECT from {endpoint}", "CONNECT from [192.0.2.9]:54859", "action=connect", 0 },
    { EVENT_TLSPROXY, "CONNECT to {relay}", "CONNECT to mx1.example.net[198.51.100.25]:25", "action=connect", 0 },
    { EVENT_TLSPROXY, "DISCONNECT {endpoint}", "DISCONNECT [192.0.2.9]:54859", "action=disconnect", 0 },
    { EVENT_TLSPROXY, "DISCONNECT {relay}", "DISCONNECT mx1.example.net[198.51.100.25]:25", "action=disconnect", 0 },
    { EVENT_TLS_ERROR, "TLS handshake failed for service={service} peer={endpoint}",
      "TLS handshake failed for service=smtpd peer=[192.0.2.9]:54859", "reason=handshake failed", 0 },
    { EVENT_TLS_ERROR, "TLS handshake failed for service={service} peer={relay}",
      "TLS handshake failed for service=smtp peer=mx1.example.net[198.51.100.25]:25", "reason=handshake failed", 0 },
};
/* clang-format on */

const struct shape_table postfix_postscreen_shapes = { "postfix_postscreen_shapes",
                                                       SERVICE_POSTSCREEN, postscreen,
                                                       COUNT(postscreen) };
const struct shape_table postfix_dnsblog_shapes = { "postfix_dnsblog_shapes", SERVICE_DNSBLOG,
                                                    dnsblog, COUNT(dnsblog) };
const struct shape_table postfix_tlsproxy_shapes = { "postfix_tlsproxy_shapes",
                                                     SERVICE_POSTFIX_OTHER, tlsproxy,
                                                     COUNT(tlsproxy) };
