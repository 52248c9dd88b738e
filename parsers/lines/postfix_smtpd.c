/* Lines of Postfix's smtpd: sessions, replies, and what went wrong in them. */
#include <string.h>

#include "base/rare.h"
#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/scan_bytes.h"
#include "parsers/lines/shape_tables.h"

/* What `disconnect` counts: rows stand where command_row() of their first four bytes points. */
static const struct command {
    char name[9];
    uint8_t len;
    uint8_t field;
} commands[32] = {
    [1] = { "rset", 4, FIELD_RSET },        [3] = { "ehlo", 4, FIELD_EHLO },
    [4] = { "quit", 4, FIELD_QUIT },        [6] = { "commands", 8, FIELD_COMMANDS },
    [9] = { "help", 4, FIELD_HELP },        [11] = { "xclient", 7, FIELD_XCLIENT },
    [12] = { "noop", 4, FIELD_NOOP },       [14] = { "helo", 4, FIELD_HELO },
    [16] = { "rcpt", 4, FIELD_RCPT },       [18] = { "data", 4, FIELD_DATA },
    [20] = { "vrfy", 4, FIELD_VRFY },       [21] = { "xforward", 8, FIELD_XFORWARD },
    [23] = { "mail", 4, FIELD_MAIL },       [24] = { "auth", 4, FIELD_AUTH },
    [25] = { "bdat", 4, FIELD_BDAT },       [26] = { "starttls", 8, FIELD_STARTTLS },
    [27] = { "unknown", 7, FIELD_UNKNOWN }, [29] = { "etrn", 4, FIELD_ETRN },
};

/* A multiplier that sends the 18 names to 18 places of 32; the row's name is compared all the same. */
static inline unsigned command_row(const char *word)
{
    const unsigned char *b = (const unsigned char *)word;
    uint32_t head = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return (head * 0xd66b829fu) >> 27;
}

/* The row of the command at `word` (at least four bytes); NULL for one we do not know. */
static inline const struct command *find_command(const char *word)
{
    const struct command *row = &commands[command_row(word)];
    return row->len && bytes_equal(row->name, word, 4) ? row : NULL;
}

/* Length of the command's name at `word`, 0 when no '=' follows it. */
static inline size_t name_length(const char *word, const char *end, const struct command *row)
{
    size_t left = (size_t)(end - word), len = row ? row->len : 0;
    if (left > len && word[len] == '=')
        return len;
    while (len < left && word[len] >= 'a' && word[len] <= 'z')
        len++;
    return len < left && word[len] == '=' ? len : 0;
}

/* The row of " ehlo=1 ", as nearly all counts are; NULL for any other. */
static inline const struct command *short_count(const char *at, const char *end)
{
    if (end - at < 8 || at[0] != ' ' || at[5] != '=' || !ascii_is_digit(at[6]) || at[7] != ' ')
        return NULL;
    const struct command *row = &commands[command_row(at + 1)];
    return row->len == 4 && bytes_equal(row->name, at + 1, 4) ? row : NULL;
}

/* True for " commands=5" at the end of the line. */
static inline bool is_short_total(const char *at, const char *end)
{
    return end - at == 11 && bytes_equal(at, " commands=", 10) && ascii_is_digit(at[10]);
}

/* Takes " NAME=N" or " NAME=N/M", whatever the name. */
static APART const char *take_count(const char *at, const char *end, struct event *event)
{
    const char *word = at + 1;
    if (*at != ' ')
        return NULL;
    const struct command *row = end - word > 4 ? find_command(word) : NULL;
    size_t len = name_length(word, end, row);
    if (len == 0)
        return event->line->truncated ? end : NULL;
    const char *value = word + len + 1;
    for (at = value; at < end && (ascii_is_digit(*at) || *at == '/');)
        at++;
    if (at == value)
        return NULL;
    if (row)
        event_set(event, (enum event_field)row->field, slice_make(value, (size_t)(at - value)));
    return at;
}

const char *slot_session_counts(const char *at, const char *end, struct event *event)
{
    if (at == end && !event->line->truncated)
        event_set(event, FIELD_COMMANDS, (struct slice){ NULL, 0 });
    while (at < end) {
        const struct command *row = short_count(at, end);
        if (row) {
            event_set(event, (enum event_field)row->field, slice_make(at + 6, 1));
            at += 7;
        } else if (is_short_total(at, end)) {
            event_set(event, FIELD_COMMANDS, slice_make(end - 1, 1));
            at = end;
        } else if ((at = take_count(at, end, event)) == NULL) {
            return NULL;
        }
    }
    return at;
}

/* The keys behind client=, in Postfix's order; values run to the next key or the line's end. */
static const struct {
    struct slice name;
    enum event_field field;
} tail_keys[] = {
    { SLICE(", sasl_method="), FIELD_SASL_METHOD },
    { SLICE(", sasl_username="), FIELD_SASL_USERNAME },
    { SLICE(", sasl_sender="), FIELD_SASL_SENDER },
    { SLICE(", orig_queue_id="), FIELD_ORIG_QUEUE_ID },
    { SLICE(", orig_client="), FIELD_ORIG_CLIENT_NAME },
};

static void set_orig_client(struct slice value, struct event *event)
{
    size_t open = slice_index(value, '[');
    if (open == value.len) {
        event_set(event, FIELD_ORIG_CLIENT_NAME, name_or_null(value.at, value.at + value.len));
        return;
    }
    struct slice address = slice_skip(value, open + 1);
    size_t close = slice_index(address, ']');
    event_set(event, FIELD_ORIG_CLIENT_NAME, name_or_null(value.at, value.at + open));
    event_set(event, FIELD_ORIG_CLIENT_ADDRESS, name_or_null(address.at, address.at + close));
}

/* True when `rest` is the beginning of a key, cut off: ", sasl_user". */
static bool is_cut_key(struct slice rest)
{
    for (size_t i = 0; i < COUNT(tail_keys); i++)
        if (rest.len < tail_keys[i].name.len &&
            memcmp(rest.at, tail_keys[i].name.at, rest.len) == 0)
            return true;
    return false;
}

const char *slot_client_tail(const char *at, const char *end, struct event *event)
{
    /* from the right: a user name may hold anything, what Postfix writes behind it may not */
    size_t most = COUNT(tail_keys);
    for (const char *stop = end; at < stop;) {
        struct slice rest = slice_make(at, (size_t)(stop - at));
        size_t found = rest.len;
        while (most > 0 && found == rest.len)
            found = slice_find_last(rest, tail_keys[--most].name);
        if (found == rest.len) {
            if (!is_cut_key(rest))
                return NULL;
            event_set(event, FIELD_TRUNCATED, (struct slice)SLICE("true"));
            return end;
        }
        const char *value = at + found + tail_keys[most].name.len;
        struct slice text = slice_make(value, (size_t)(stop - value));
        if (tail_keys[most].field == FIELD_ORIG_CLIENT_NAME)
            set_orig_client(text, event);
        else
            event_set(event, tail_keys[most].field, text);
        stop = at + found;
    }
    return end;
}

/* clang-format off */
static const struct line_shape shapes[] = {
    { EVENT_SMTPD_CONNECT, "connect from {client}",
      "connect from mail.example.org[192.0.2.7]\n"
      "connect from unknown[2001:db8::a:3c]\n"
      "connect from mail.example.org[192.0.2.7]:48512", NULL, SHAPE_STRONG },
    { EVENT_SMTPD_DISCONNECT, "disconnect from {client}{session_counts}",
      "disconnect from mail.example.org[192.0.2.7]\n"
      "disconnect from unknown[192.0.2.9] ehlo=1 mail=1 rcpt=0/3 data=0/1 unknown=0/1 commands=2/7", NULL, SHAPE_STRONG },
    { EVENT_SMTPD_CLIENT, "{queue_id?}: client={client}{client_tail}",
      "4jY4Wd0VKsz39: client=mail.example.org[192.0.2.7]\n"
      "NOQUEUE: client=unknown[192.0.2.9]\n"
      "0FCEE9247A9: client=mail.example.org[192.0.2.7], sasl_method=PLAIN, sasl_username=anna@example.com\n"
      "4jY4Wd0gzhz3H: client=localhost[127.0.0.1], orig_queue_id=4jY4Wd0VKsz39, orig_client=mail.example.org[192.0.2.7]", NULL, SHAPE_STRONG },
    { EVENT_SMTPD_CLIENT, "{queue_id?}: client={client}:unknown", "4jY4Wd0VKsz39: client=unknown[192.0.2.9]:unknown", NULL, 0 },
    { EVENT_SMTPD_REJECT, "{queue_id}: reject: {stage:word} from {client}: {reply}",
      "NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.9]; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>\n"
      "NOQUEUE: reject: CONNECT from unknown[192.0.2.9]: 554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.dnsbl.example; listed, see http://zen.dnsbl.example/; proto=SMTP", NULL, SHAPE_STRONG },
    /* Postfix before 2.0 */
    { EVENT_SMTPD_REJECT, "reject: {stage:word} from {client}: {reply}",
      "reject: RCPT from unknown[192.0.2.9]: 554 Service unavailable; [192.0.2.9] blocked using bl.example, reason: x; from=<a@example.org> to=<b@example.com>", "queue_id=null", 0 },
    { EVENT_SMTPD_REJECT_WARNING, "{queue_id}: reject_warning: {stage:word} from {client}: {reply}",
      "NOQUEUE: reject_warning: RCPT from unknown[192.0.2.9]: 450 4.7.1 <nx.example.net>: Helo command rejected: Host not found; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<nx.example.net>", NULL, SHAPE_STRONG },
    { EVENT_SMTPD_ACTION, "{queue_id}: info: {stage:word} from {client}: {note}",
      "NOQUEUE: info: RCPT from unknown[192.0.2.9]: lab; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=info", SHAPE_STRONG },
    { EVENT_SMTPD_ACTION, "{queue_id}: warn: {stage:word} from {client}: {note}",
      "NOQUEUE: warn: RCPT from unknown[192.0.2.9]: dubious; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=warn", SHAPE_STRONG },
    { EVENT_SMTPD_ACTION, "{queue_id}: permit: {stage:word} from {client}: {note}",
      "NOQUEUE: permit: RCPT from mail.example.org[192.0.2.7]: action=OK for Client host=mail.example.org[192.0.2.7]; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=permit", SHAPE_STRONG },
    { EVENT_SMTPD_ACTION, "{queue_id}: hold: {stage:word} from {client}: {note}",
      "NOQUEUE: hold: RCPT from unknown[192.0.2.9]: <b@example.com>: Recipient address triggers HOLD action; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=hold", SHAPE_STRONG },
    { EVENT_SMTPD_ACTION, "{queue_id}: discard: {stage:word} from {client}: {note}",
      "NOQUEUE: discard: RCPT from unknown[192.0.2.9]: <b@example.com>: Recipient address triggers DISCARD action; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=discard", SHAPE_STRONG },
    { EVENT_SMTPD_ACTION, "{queue_id}: redirect: {stage:word} from {client}: {note}",
      "NOQUEUE: redirect: RCPT from unknown[192.0.2.9]: <b@example.com>: Recipient address triggers REDIRECT postmaster@example.com; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=redirect", SHAPE_STRONG },
    { EVENT_SMTPD_ACTION, "{queue_id}: filter: {stage:word} from {client}: {note}",
      "NOQUEUE: filter: RCPT from unknown[192.0.2.9]: <b@example.com>: Recipient address triggers FILTER smtp:[127.0.0.1]:10025; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=filter", SHAPE_STRONG },
    { EVENT_SMTPD_ACTION, "{queue_id}: bcc: {stage:word} from {client}: {note}",
      "NOQUEUE: bcc: RCPT from unknown[192.0.2.9]: <b@example.com>: Recipient address triggers BCC archive@example.com; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=bcc", SHAPE_STRONG },
    { EVENT_SMTPD_ACTION, "{queue_id}: delay: {stage:word} from {client}: {note}",
      "NOQUEUE: delay: RCPT from unknown[192.0.2.9]: <b@example.com>: Recipient address triggers DELAY 2h; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=delay", SHAPE_STRONG },
    { EVENT_SMTPD_ACTION, "{queue_id}: hangup: {stage:word} from {client}: {note}",
      "NOQUEUE: hangup: RCPT from unknown[192.0.2.9]: policy; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=hangup", SHAPE_STRONG },
    { EVENT_SMTPD_ACTION, "{queue_id}: prepend: {stage:word} from {client}: {note}",
      "NOQUEUE: prepend: RCPT from unknown[192.0.2.9]: <b@example.com>: Recipient address triggers PREPEND X-A: b; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=prepend", SHAPE_STRONG },
    { EVENT_SMTPD_ACTION, "{queue_id}: trigger: {stage:word} from {client}: {note}",
      "NOQUEUE: trigger: RCPT from unknown[192.0.2.9]: <b@example.com>: Recipient address triggers FILTER smtp:[127.0.0.1]:10025; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=filter", SHAPE_STRONG },
    { EVENT_SMTPD_MILTER, "{queue_id}: milter-reject: {stage:word} from {client}: {plain_reply}",
      "NOQUEUE: milter-reject: RCPT from unknown[192.0.2.9]: 550 5.7.1 milter rcpt no; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=milter-reject", 0 },
    { EVENT_SMTPD_MILTER, "{queue_id}: milter-hold: {stage:word} from {client}: {note}",
      "4jY4Wd0VKsz39: milter-hold: DATA from unknown[192.0.2.9]: milter triggers HOLD action; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=milter-hold", 0 },
    { EVENT_SMTPD_MILTER, "{queue_id}: milter-discard: {stage:word} from {client}: {note}",
      "NOQUEUE: milter-discard: MAIL from unknown[192.0.2.9]: milter triggers DISCARD action; from=<a@example.org> proto=ESMTP helo=<mail.example.org>", "action=milter-discard", 0 },
    { EVENT_SMTPD_PROXY, "proxy-accept: {stage}: {proxy_reply}",
      "proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as 8A1B2C3D4E; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=accept", SHAPE_STRONG },
    { EVENT_SMTPD_PROXY, "proxy-reject: {stage}: {proxy_reply}",
      "proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject, id=00123-02 - SPAM; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>\n"
      "proxy-reject: END-OF-MESSAGE: ; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=reject", SHAPE_STRONG },
    { EVENT_SMTPD_LOST, "{queue_id?}: lost connection after {after} ({bytes:int} bytes) from {client}",
      "lost connection after DATA (630 bytes) from unknown[192.0.2.9]\n"
      "4jY4Wd0VKsz39: lost connection after DATA (14280 bytes) from unknown[192.0.2.9]", "reason=lost connection", SHAPE_STRONG },
    { EVENT_SMTPD_LOST, "{queue_id?}: lost connection after {after} from {client}",
      "lost connection after CONNECT from unknown[192.0.2.9]\n"
      "NOQUEUE: lost connection after CONNECT from unknown[192.0.2.9]", "reason=lost connection", SHAPE_STRONG },
    { EVENT_SMTPD_LOST, "{queue_id?}: timeout after {after} ({bytes:int} bytes) from {client}",
      "timeout after DATA (0 bytes) from unknown[192.0.2.9]", "reason=timeout", SHAPE_STRONG },
    { EVENT_SMTPD_LOST, "{queue_id?}: timeout after {after} from {client}",
      "timeout after END-OF-MESSAGE from unknown[192.0.2.9]", "reason=timeout", SHAPE_STRONG },
    { EVENT_SMTPD_LOST, "{queue_id?}: too many errors after {after} ({bytes:int} bytes) from {client}",
      "too many errors after DATA (1 bytes) from unknown[192.0.2.9]", "reason=too many errors", SHAPE_STRONG },
    { EVENT_SMTPD_LOST, "{queue_id?}: too many errors after {after} from {client}",
      "too many errors after UNKNOWN from unknown[192.0.2.9]", "reason=too many errors", SHAPE_STRONG },
    { EVENT_SMTPD_LOST, "{queue_id?}: bare <LF> received after {after} ({bytes:int} bytes) from {client}",
      "bare <LF> received after DATA (100 bytes) from unknown[192.0.2.9]", "reason=bare <LF> received", 0 },
    { EVENT_SMTPD_LOST, "{queue_id?}: bare <LF> received after {after} from {client}",
      "bare <LF> received after CONNECT from unknown[192.0.2.9]", "reason=bare <LF> received", 0 },
    { EVENT_SMTPD_LOST, "{queue_id?}: hangup after {after} from {client}",
      "hangup after RCPT from unknown[192.0.2.9]", "reason=hangup", 0 },
    { EVENT_SMTPD_PIPELINING, "improper command pipelining after {after} from {client}:{text:trim}",
      "improper command pipelining after EHLO from unknown[192.0.2.9]: MAIL FROM:<a@example.org>\\r\\n\n"
      "improper command pipelining after DATA from unknown[192.0.2.9]:", NULL, 0 },
    { EVENT_SMTPD_PIPELINING, "improper command pipelining after {after} from {client}",
      "improper command pipelining after NOOP from unknown[192.0.2.9]", NULL, 0 },
    { EVENT_SMTPD_BAD_COMMAND, "warning: non-SMTP command from {client}: {text}",
      "warning: non-SMTP command from unknown[192.0.2.9]: GET / HTTP/1.1", NULL, 0 },
    { EVENT_SMTPD_BAD_ADDRESS, "warning: Illegal address syntax from {client} in {stage} command: {text}",
      "warning: Illegal address syntax from unknown[192.0.2.9] in RCPT command: <user1@example.com,foo>", NULL, 0 },
    { EVENT_CLIENT_NAME_MISMATCH, "warning: hostname {reverse_client_name:word} does not resolve to address {client_address:ip}: {reason}",
      "warning: hostname pool-9.example.net does not resolve to address 192.0.2.9: Name or service not known", NULL, 0 },
    { EVENT_CLIENT_NAME_MISMATCH, "warning: hostname {reverse_client_name:word} does not resolve to address {client_address:ip}",
      "warning: hostname pool-9.example.net does not resolve to address 192.0.2.9", "reason=null", 0 },
    { EVENT_CLIENT_NAME_MISMATCH, "warning: {client_address:ip}: hostname {reverse_client_name:word} verification failed: {reason}",
      "warning: 192.0.2.9: hostname pool-9.example.net verification failed: Name or service not known", NULL, 0 },
    { EVENT_CLIENT_NAME_MISMATCH, "warning: {client_address:ip}: address not listed for hostname {reverse_client_name:word}",
      "warning: 192.0.2.9: address not listed for hostname pool-9.example.net", "reason=null", 0 },
    { EVENT_SASL_FAILED, "warning: {client}: SASL {sasl_method:word} authentication failed: {reason}, sasl_username={sasl_username}",
      "warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=admin", NULL, 0 },
    { EVENT_SASL_FAILED, "warning: {client}: SASL {sasl_method:word} authentication failed:{reason:trim}",
      "warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n"
      "warning: unknown[192.0.2.9]: SASL PLAIN authentication failed:", NULL, 0 },
    { EVENT_SASL_FAILED, "warning: {client}: SASL {sasl_method:word} authentication aborted",
      "warning: unknown[192.0.2.9]: SASL LOGIN authentication aborted", "reason=aborted", 0 },
    { EVENT_RATE_LIMITED, "warning: Connection rate limit exceeded: {count:int} from {client} for service {service}",
      "warning: Connection rate limit exceeded: 6 from mail.example.org[192.0.2.7] for service 127.0.0.1:2529", "limit=connection_rate", 0 },
    { EVENT_RATE_LIMITED, "warning: Connection concurrency limit exceeded: {count:int} from {client} for service {service}",
      "warning: Connection concurrency limit exceeded: 51 from mail.example.org[192.0.2.7] for service smtp", "limit=connection_concurrency", 0 },
    { EVENT_RATE_LIMITED, "warning: Message delivery request rate limit exceeded: {count:int} from {client} for service {service}",
      "warning: Message delivery request rate limit exceeded: 334 from mail.example.org[192.0.2.7] for service submission", "limit=message_rate", 0 },
    { EVENT_RATE_LIMITED, "warning: Recipient address rate limit exceeded: {count:int} from {client} for service {service}",
      "warning: Recipient address rate limit exceeded: 101 from mail.example.org[192.0.2.7] for service smtp", "limit=recipient_rate", 0 },
    { EVENT_RATE_LIMITED, "warning: New TLS session rate limit exceeded: {count:int} from {client} for service {service}",
      "warning: New TLS session rate limit exceeded: 31 from mail.example.org[192.0.2.7] for service smtp", "limit=new_tls_session_rate", 0 },
    { EVENT_RATE_LIMITED, "warning: AUTH command rate limit exceeded: {count:int} from {client} for service {service}",
      "warning: AUTH command rate limit exceeded: 21 from mail.example.org[192.0.2.7] for service submission", "limit=auth_rate", 0 },
    { EVENT_EHLO_DISCARD, "discarding EHLO keywords: {text}",
      "discarding EHLO keywords: CHUNKING ETRN DSN 8BITMIME", NULL, 0 },
    { EVENT_TLS_ERROR, "{queue_id}: abort: TLS from {client}: {reason}",
      "NOQUEUE: abort: TLS from unknown[192.0.2.9]: No ECDSA certificate", NULL, 0 },
    { EVENT_TLS_ERROR, "warning: No server certs available. TLS won't be enabled",
      "warning: No server certs available. TLS won't be enabled", "reason=No server certs available", 0 },
    { EVENT_DNSBL_ERROR, "warning: {query}: RBL lookup error: {reason}",
      "warning: 9.2.0.192.zen.dnsbl.example: RBL lookup error: Host or domain name not found. Name service error for name=9.2.0.192.zen.dnsbl.example type=A: Host not found, try again", NULL, 0 },
    { EVENT_DNS_ERROR, "warning: Unable to look up {what:word} host {dns_host:word} for {*}: {reason}",
      "warning: Unable to look up NS host ns1.example.net for Sender address a@example.org: No address associated with hostname", NULL, 0 },
    { EVENT_DNS_ERROR, "warning: Unable to look up {what:word} host for {dns_host}: {reason}",
      "warning: Unable to look up MX host for example.net: Host not found, try again", NULL, 0 },
    { EVENT_RESOURCE, "warning: not enough free space in mail queue: {text}",
      "warning: not enough free space in mail queue: 10485760 bytes < 1.5*message size limit", NULL, 0 },
    { EVENT_CONFIG_WARNING, "warning: unknown smtpd restriction: \"{name}\"",
      "warning: unknown smtpd restriction: \"reject_unkown_client\"", NULL, 0 },
    { EVENT_CONFIG_WARNING, "warning: restriction `{name}' after `{*}' is ignored",
      "warning: restriction `reject_unknown_client_hostname' after `permit' is ignored", NULL, 0 },
    /* whatever else ends a session */
    { EVENT_SMTPD_LOST, "{queue_id?}: {reason} after {after:word} ({bytes:int} bytes) from {client}",
      "Connection reset by peer after DATA (630 bytes) from unknown[192.0.2.9]", NULL, 0 },
    { EVENT_SMTPD_LOST, "{queue_id?}: {reason} after {after:word} from {client}",
      "Connection reset by peer after RCPT from unknown[192.0.2.9]", NULL, 0 },
};
/* clang-format on */

SHAPE_TABLE(postfix_smtpd_shapes, SERVICE_SMTPD);
