/* Lines of Postfix's delivery agents: smtp, lmtp, local, virtual, pipe, error, discard and any other
 * name of master.cf; a delivery is recognised by "QID: to=<", not by who says it. */
#include <string.h>

#include "base/rare.h"
#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/queue_id.h"
#include "parsers/lines/scan_bytes.h"
#include "parsers/lines/shape_tables.h"

static const struct slice flag_true = SLICE("true");

#define AT(p, end, literal)                                                                        \
    ((size_t)((end) - (p)) >= sizeof(literal) - 1 &&                                               \
     bytes_equal((p), (literal), sizeof(literal) - 1))

/* Behind the closing quote of a quoted local part; at itself when there is none. */
static APART const char *skip_quoted(const char *at, const char *end)
{
    const char *p = at + 1;
    for (; p < end && *p != '"'; p++)
        p += *p == '\\' && p + 1 < end;
    return p < end ? p : at;
}

/* End of "ADDRESS>" where one of the next keys follows; a quoted local part is skipped whole, so
 * that what is written inside it is never taken for a key. NULL when there is none. */
static inline const char *address_end(const char *at, const char *end, bool orig)
{
    const char *p = at < end && *at == '"' ? skip_quoted(at, end) : at;
    for (; (p = byte_find(p, end, '>')) != NULL; p++)
        if (AT(p, end, ">, relay=") || (orig && AT(p, end, ">, orig_to=<")))
            return p;
    return NULL;
}

/* Takes a value up to the next ", " (or the end). */
static inline const char *take_value(const char *at, const char *end, enum event_field field,
                                     struct event *event)
{
    const char *comma = byte_find(at, end, ',');
    comma = comma ? comma : end;
    event_set(event, field, slice_make(at, (size_t)(comma - at)));
    return comma;
}

/* The queue id behind the last "queued as ": the filter's own, not the remote server's before. */
static void find_queued_as(struct slice reason, struct event *event)
{
    static const struct slice words = SLICE("queued as ");
    size_t found;
    size_t blank = slice_last_index(reason, ' ');
    if (blank < reason.len && blank >= 9 && memcmp(reason.at + blank - 9, words.at, words.len) == 0)
        found = blank - 9;
    else
        found = slice_find_last(reason, words);
    if (found == reason.len)
        return;
    struct slice rest = slice_skip(reason, found + words.len);
    size_t len = 0;
    while (len < rest.len && ascii_is_alnum(rest.at[len]))
        len++;
    if (queue_id_is_valid(slice_head(rest, len)))
        event_set(event, FIELD_QUEUED_AS, slice_head(rest, len));
}

/* amavis says "250 2.7.0 Ok, discarded, id=N - SPAM": accepted by SMTP, delivered to nobody. */
static void find_discarded(struct slice reason, struct event *event)
{
    const char *end = reason.at + reason.len;
    size_t code = AT(reason.at + 4, end, "Ok, ") ? 4 : 10; /* "250 " or "250 2.7.0 " */
    if (reason.len < 30 || !AT(reason.at + code, end, "Ok, discarded, "))
        return;
    event_set(event, FIELD_END, (struct slice)SLICE("discarded"));
    size_t dash = slice_find(reason, (struct slice)SLICE(" - "));
    struct slice why = slice_skip(reason, dash + 3);
    if (why.len >= 4 && slice_equal_fold(slice_head(why, 4), (struct slice)SLICE("spam")))
        event_set(event, FIELD_LABEL, (struct slice)SLICE("spam"));
    else if (slice_starts(why, "INFECTED"))
        event_set(event, FIELD_LABEL, (struct slice)SLICE("virus"));
}

static inline void explain_sent(struct slice reason, struct event *event)
{
    static const struct slice forwarded = SLICE("forwarded as ");
    if (reason.len > 10 && ascii_is_digit(reason.at[0])) {
        find_queued_as(reason, event);
        find_discarded(reason, event);
    } else if (slice_starts(reason, forwarded.at)) {
        struct slice id = slice_skip(reason, forwarded.len);
        if (queue_id_is_valid(id))
            event_set(event, FIELD_FORWARDED_AS, id);
    } else if (slice_is(event_get(event, FIELD_RELAY), "none")) {
        /* only discard(8) delivers to nowhere */
        event_set(event, FIELD_END, (struct slice)SLICE("discarded"));
    }
}

/* "host N[A] said: CODE ... (in reply to STAGE command)" */
static void explain_failure(struct slice reason, struct event *event)
{
    static const struct slice said = SLICE(" said: "), refused = SLICE(" refused to talk to me: ");
    static const struct slice reply = SLICE(" (in reply to "), command = SLICE(" command)");
    if (!slice_starts(reason, "host "))
        return;
    size_t at = slice_find(reason, said), len = said.len;
    if (at == reason.len) {
        at = slice_find(reason, refused);
        len = refused.len;
    }
    struct slice code = slice_head(slice_skip(reason, at + len), 3);
    uint64_t number;
    if (at < reason.len && code.len == 3 && slice_to_u64(code, &number))
        event_set(event, FIELD_REMOTE_CODE, code);
    if (!slice_ends(reason, command.at))
        return;
    size_t stage = slice_find_last(reason, reply);
    if (stage < reason.len) {
        const char *from = reason.at + stage + reply.len;
        const char *to = reason.at + reason.len - command.len;
        event_set(event, FIELD_REMOTE_STAGE, slice_make(from, to > from ? (size_t)(to - from) : 0));
    }
}

/* Any "STATUS (REASON)", or as much of it as the line has. */
static APART void take_any_status(const char *at, const char *end, struct event *event)
{
    const char *blank = byte_find(at, end, ' ');
    struct slice status = slice_make(at, (size_t)((blank ? blank : end) - at));
    event_set(event, FIELD_STATUS, status);
    if (!blank || end - blank < 3 || blank[1] != '(' || end[-1] != ')') {
        event_set(event, FIELD_TRUNCATED, flag_true);
        if (blank && end - blank > 2)
            event_set(event, FIELD_REASON, slice_make(blank + 2, (size_t)(end - blank - 2)));
        return;
    }
    struct slice reason = slice_make(blank + 2, (size_t)(end - blank - 3));
    event_set(event, FIELD_REASON, reason);
    if (slice_is(status, "deliverable") || slice_is(status, "undeliverable"))
        event_set(event, FIELD_PROBE, flag_true);
    else
        explain_failure(reason, event);
}

static inline void take_status(const char *at, const char *end, struct event *event)
{
    if (!AT(at, end, "sent (") || end[-1] != ')') {
        take_any_status(at, end, event);
        return;
    }
    struct slice reason = slice_make(at + 6, (size_t)(end - at - 7));
    event_set(event, FIELD_STATUS, slice_make(at, 4));
    event_set(event, FIELD_REASON, reason);
    explain_sent(reason, event);
}

/* What stands behind "relay=": the relay, further keys in Postfix's order, each of which may be
 * missing, and the status. False when that one is missing. */
static bool take_relay(const char *at, const char *end, struct event *event)
{
    at = take_value(at, end, FIELD_RELAY, event);
    if (!AT(at, end, ", delay=") && AT(at, end, ", conn_use="))
        at = take_value(at + 11, end, FIELD_CONN_USE, event);
    if (AT(at, end, ", delay="))
        at = take_value(at + 8, end, FIELD_DELAY, event);
    if (AT(at, end, ", delays="))
        at = take_value(at + 9, end, FIELD_DELAYS, event);
    else
        event_set(event, FIELD_DELAYS, (struct slice){ NULL, 0 });
    if (!AT(at, end, ", dsn=") && AT(at, end, ", tls="))
        at = take_value(at + 6, end, FIELD_TLS, event);
    if (AT(at, end, ", dsn="))
        at = take_value(at + 6, end, FIELD_DSN, event);
    else
        event_set(event, FIELD_DSN, (struct slice){ NULL, 0 });
    if (!AT(at, end, ", status="))
        return false;
    take_status(at + 9, end, event);
    return true;
}

/* "to=R, orig_to=O, relay=": without <>, as the first versions wrote it. */
static APART const char *bare_delivery(const char *at, const char *end, struct event *event)
{
    static const struct slice orig_key = SLICE(", orig_to="), relay_key = SLICE(", relay=");
    struct slice text = slice_make(at, (size_t)(end - at));
    size_t relay = slice_find(text, relay_key);
    struct slice head = slice_head(text, relay);
    size_t orig = slice_find(head, orig_key);
    if (relay == text.len)
        return NULL;
    event_set(event, FIELD_RECIPIENT, slice_head(head, orig));
    event_set(event, FIELD_ORIG_TO,
              orig < head.len ? slice_skip(head, orig + orig_key.len) : (struct slice){ NULL, 0 });
    return take_relay(at + relay + relay_key.len, end, event) ? end : NULL;
}

/* Any delivery: with orig_to, and with what looks like a key in an address. */
static APART const char *take_any_delivery(const char *at, const char *end, struct event *event)
{
    if (at == end || *at != '<')
        return bare_delivery(at, end, event);
    const char *value = ++at;
    for (const char *from = at; (from = address_end(from, end, true)) != NULL; from++) {
        struct slice recipient = slice_make(value, (size_t)(from - value));
        struct slice orig = { NULL, 0 };
        const char *p = from;
        if (AT(p, end, ">, orig_to=<")) {
            const char *begin = p + 12;
            p = address_end(begin, end, false);
            if (!p)
                continue;
            orig = slice_make(begin, (size_t)(p - begin));
        }
        event_set(event, FIELD_RECIPIENT, recipient);
        event_set(event, FIELD_ORIG_TO, orig);
        if (take_relay(p + 9, end, event))
            return end;
    }
    return NULL;
}

const char *slot_delivery(const char *at, const char *end, struct event *event)
{
    const char *close = at < end && *at == '<' ? byte_find(at, end, '>') : NULL;
    if (close && at[1] != '"' && AT(close, end, ">, relay=")) {
        event_set(event, FIELD_RECIPIENT, slice_make(at + 1, (size_t)(close - at - 1)));
        event_set(event, FIELD_ORIG_TO, (struct slice){ NULL, 0 });
        if (take_relay(close + 9, end, event))
            return end;
    }
    return take_any_delivery(at, end, event);
}

const char *slot_proxy_reply(const char *at, const char *end, struct event *event)
{
    slot_plain_reply(at, end, event);
    find_queued_as(event_get(event, FIELD_TEXT), event);
    return end;
}

/* clang-format off */
static const struct line_shape shapes[] = {
    { EVENT_DELIVERY, "{queue_id}: to={delivery}",
      "4jY4Wd0VKsz39: to=<b@example.com>, relay=mx1.example.net[198.51.100.25]:25, delay=0.05, delays=0/0/0/0.05, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 8A1B2C3D4E)\n"
      "4jY4Wd0VKsz39: to=<t@example.net>, orig_to=<alias1@example.com>, relay=local, conn_use=2, delay=3, status=bounced (unknown user: \"t\")\n"
      "4jY4Wd0VKsz39: to=b@example.com, relay=local, delay=3, status=sent (mailbox)\n"
      "4jY4Wd0VKsz39: to=<\"x>, relay=y, status=sent (z)\"@example.com>, relay=mx1.example.net[198.51.100.25]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx1.example.net[198.51.100.25] said: 550 5.1.1 no (in reply to RCPT TO command))", NULL, SHAPE_STRONG },
    { EVENT_DELIVERY_TRY, "{queue_id?}: connect to {relay}: {reason}",
      "connect to mx1.example.net[198.51.100.25]:25: Connection timed out\n"
      "connect to mx1.example.net[2001:db8::25]:25: Network is unreachable", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: host {relay:word} said: {reason} (in reply to {remote_stage} command)",
      "4jY4Wd0VKsz39: host mx1.example.net[198.51.100.25] said: 450 4.7.1 try later (in reply to RCPT TO command)", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: host {relay:word} said: {reason}",
      "4jY4Wd0VKsz39: host mx1.example.net[198.51.100.25] said: 250 ok 421 closing", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: host {relay:word} refused to talk to me: {reason}",
      "4jY4Wd0VKsz39: host mx1.example.net[198.51.100.25] refused to talk to me: 421 4.3.2 busy", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: lost connection with {relay:word} while {reason}",
      "4jY4Wd0VKsz39: lost connection with mx1.example.net[198.51.100.25] while sending RCPT TO", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: conversation with {relay:word} timed out while {reason}",
      "4jY4Wd0VKsz39: conversation with mx1.example.net[198.51.100.25] timed out while sending message body", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id}: enabling PIX workarounds: {what} for {relay:word}",
      "4jY4Wd0VKsz39: enabling PIX workarounds: disable_esmtp delay_dotcrlf for mx1.example.net[198.51.100.25]:25", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id}: enabling PIX <CRLF>.<CRLF> workaround for {relay:word}",
      "0FCEE9247A9: enabling PIX <CRLF>.<CRLF> workaround for mx1.example.net[198.51.100.25]:25", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id}: SASL authentication failed; {reason}",
      "4jY4Wd0VKsz39: SASL authentication failed; server mx1.example.net[198.51.100.25] said: 535 5.7.8 Error: authentication failed: authentication failure", NULL, 0 },
    { EVENT_DELIVERY_TRY, "warning: host {relay:word} greeted me with my own hostname {name}",
      "warning: host mx1.example.net[198.51.100.25]:25 greeted me with my own hostname mx.example.com", NULL, 0 },
    { EVENT_DELIVERY_TRY, "warning: host {relay:word} replied to HELO/EHLO with my own hostname {name}",
      "warning: host mx1.example.net[198.51.100.25]:25 replied to HELO/EHLO with my own hostname mx.example.com", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: Host or domain name not found. Name service error for name={dns_host} type={what}: {reason}",
      "4jY4Wd0VKsz39: Host or domain name not found. Name service error for name=nx.example.net type=AAAA: Host not found, try again", NULL, 0 },
    /* what smtp says of a server before it tries the next one; the same texts stand in status=...(...) */
    { EVENT_DELIVERY_TRY, "{queue_id?}: unable to look up host {dns_host}: {reason}",
      "unable to look up host mx1.example.net: nodename nor servname provided, or not known", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: unable to find primary relay for {domain}",
      "4jY4Wd0VKsz39: unable to find primary relay for example.net", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: mail for {domain} loops back to myself",
      "4jY4Wd0VKsz39: mail for example.net loops back to myself", "reason=mail loops back to myself", 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: TLS is required, but {reason}",
      "4jY4Wd0VKsz39: TLS is required, but was not offered by host mx1.example.net[198.51.100.25]", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: SMTPUTF8 is required, but {reason}",
      "4jY4Wd0VKsz39: SMTPUTF8 is required, but was not offered by host mx1.example.net[198.51.100.25]", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: REQUIRETLS {reason}",
      "REQUIRETLS policy configuration error. The last attempted server was mx1.example.net", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: Sender requested REQUIRETLS, but my {reason}",
      "4jY4Wd0VKsz39: Sender requested REQUIRETLS, but my configured TLS security level 'may' disables certificate matching. The last attempted server was mx1.example.net", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: SASL authentication failed: {reason}",
      "4jY4Wd0VKsz39: SASL authentication failed: server mx1.example.net[198.51.100.25] offered no compatible authentication mechanisms for this type of connection security", NULL, 0 },
    { EVENT_DELIVERY_TRY, "SASL authentication failed; {reason}",
      "SASL authentication failed; authentication protocol loop with server mx1.example.net[198.51.100.25]", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: SASL [CACHED] authentication failed; {reason}",
      "4jY4Wd0VKsz39: SASL [CACHED] authentication failed; server mx1.example.net[198.51.100.25] said: 535 5.7.8 no", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: message size {size:int} exceeds size limit {limit:int} of server {relay}",
      "4jY4Wd0VKsz39: message size 20480000 exceeds size limit 10240000 of server mx1.example.net[198.51.100.25]", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: local data error while talking to {relay}",
      "4jY4Wd0VKsz39: local data error while talking to mx1.example.net[198.51.100.25]", "reason=local data error", 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: network address conversion failed: {reason}",
      "network address conversion failed: Address family not supported", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: TLSA lookup error for {query}",
      "4jY4Wd0VKsz39: TLSA lookup error for mx1.example.net:25", "reason=TLSA lookup error", 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: all network protocols are disabled",
      "all network protocols are disabled", "reason=all network protocols are disabled", 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: server unavailable or unable to receive mail",
      "4jY4Wd0VKsz39: server unavailable or unable to receive mail", "reason=server unavailable or unable to receive mail", 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: client TLS configuration problem",
      "4jY4Wd0VKsz39: client TLS configuration problem", "reason=client TLS configuration problem", 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: Server configuration error",
      "4jY4Wd0VKsz39: Server configuration error", "reason=Server configuration error", 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: server configuration error",
      "4jY4Wd0VKsz39: server configuration error", "reason=server configuration error", 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: Temporary lookup error",
      "4jY4Wd0VKsz39: Temporary lookup error", "reason=Temporary lookup error", 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: unexpected server message",
      "4jY4Wd0VKsz39: unexpected server message", "reason=unexpected server message", 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: unreadable mail queue entry",
      "4jY4Wd0VKsz39: unreadable mail queue entry", "reason=unreadable mail queue entry", 0 },
    { EVENT_DELIVERY_PASS, "{queue_id}: passing <{recipient:address}> to transport={transport}",
      "4jY4Wd0VKsz39: passing <b@example.com> to transport=local", NULL, 0 },
    { EVENT_TLS_ERROR, "{queue_id?}: Cannot start TLS: {reason}",
      "4jY4Wd0VKsz39: Cannot start TLS: handshake failure", NULL, 0 },
    { EVENT_DELIVERY_TRY, "{queue_id?}: {dns_host}: host not found",
      "4jY4Wd0VKsz39: mx1.example.net: host not found", "reason=host not found", 0 },
};
/* clang-format on */

SHAPE_TABLE(postfix_delivery_shapes, SERVICE_DELIVERY);
