/* Lines of BitDefender for Mail Servers (Unix): bdlogd's file plugin and the same text by syslog.
 * Sourced: the spam line and the update steps; virus lines are a guess of the same grammar
 * ("key: value, key: "quoted", key: ( list )"), so every level is read by it. */
#include <string.h>

#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/queue_id.h"
#include "parsers/lines/shape_tables.h"

enum bd_key {
    BD_SENDER,
    BD_RECIPIENTS,
    BD_SENDER_IP,
    BD_SUBJECT,
    BD_SCORE,
    BD_STAMP,
    BD_AGENT,
    BD_ACTION,
    BD_HEADER_RECIPIENTS,
    BD_HEADERS,
    BD_GROUP,
    BD_THREAT,
    BD_VIRUS,
    BD_KEYS
};

static const struct slice bd_keys[BD_KEYS] = {
    [BD_SENDER] = SLICE("sender: "),
    [BD_RECIPIENTS] = SLICE("recipients: "),
    [BD_SENDER_IP] = SLICE("sender IP: "),
    [BD_SUBJECT] = SLICE("subject: "),
    [BD_SCORE] = SLICE("score: "),
    [BD_STAMP] = SLICE("stamp: "),
    [BD_AGENT] = SLICE("agent: "),
    [BD_ACTION] = SLICE("action: "),
    [BD_HEADER_RECIPIENTS] = SLICE("header recipients: "),
    [BD_HEADERS] = SLICE("headers: "),
    [BD_GROUP] = SLICE("group: "),
    [BD_THREAT] = SLICE("threat: "),
    [BD_VIRUS] = SLICE("virus: "),
};

static int key_at(struct slice text)
{
    for (int key = 0; key < BD_KEYS; key++)
        if (text.len >= bd_keys[key].len && memcmp(text.at, bd_keys[key].at, bd_keys[key].len) == 0)
            return key;
    return BD_KEYS;
}

/* Length of the value at the start of text: to ", KEY: " or the end; what is quoted or in
 * parentheses is passed over whole. */
static size_t value_length(struct slice text)
{
    bool quoted = false;
    int depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '\\' && quoted)
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '(' || c == ')'))
            depth += c == '(' ? 1 : -1;
        else if (!quoted && depth <= 0 && c == ',' && i + 2 < text.len &&
                 key_at(slice_skip(text, i + 2)) < BD_KEYS)
            return i;
    }
    return text.len;
}

static struct slice unquote(struct slice value)
{
    if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
        return slice_make(value.at + 1, value.len - 2);
    return value;
}

/* Leading decimal digits. */
static struct slice number_head(struct slice text)
{
    size_t len = 0;
    while (len < text.len && (ascii_is_digit(text.at[len]) || (len == 0 && text.at[0] == '-')))
        len++;
    return slice_head(text, len);
}

/* "..., hit signature: X, total: 1000(750)": total and threshold, and what counted. */
static void take_stamp(struct slice stamp, struct event *event)
{
    static const struct slice reasons[] = {
        SLICE("hit signature"), SLICE("blacklisted"), SLICE("whitelisted"), SLICE("URI DNSBL"),
        SLICE("spam url"),      SLICE("SQMD Hits"),   SLICE("apm score"),
    };
    for (size_t i = 0; i < COUNT(reasons); i++)
        if (slice_find(stamp, reasons[i]) < stamp.len) {
            event_set(event, FIELD_REASON, reasons[i]);
            break;
        }
    static const struct slice words = SLICE("total: ");
    size_t at = slice_find_last(stamp, words);
    if (at == stamp.len)
        return;
    struct slice total = slice_skip(stamp, at + words.len);
    struct slice number = number_head(total);
    if (number.len == 0)
        return;
    event_set(event, FIELD_TOTAL, number);
    struct slice open = slice_skip(total, number.len);
    if (open.len && open.at[0] == '(')
        event_set(event, FIELD_REQUIRED, number_head(slice_skip(open, 1)));
}

/* The first Received that Postfix wrote holds the queue id and the client: the exact join. */
static void take_headers(struct slice headers, struct event *event)
{
    static const struct slice by = SLICE(" (Postfix) with "), id = SLICE(" id ");
    size_t at = slice_find(headers, by);
    if (at == headers.len)
        return;
    struct slice before = slice_head(headers, at), after = slice_skip(headers, at + by.len);
    size_t from = slice_last_index(before, '[');
    struct slice address = slice_skip(before, from + 1);
    size_t close = slice_index(address, ']');
    if (from < before.len && close < address.len)
        event_set(event, FIELD_CLIENT_ADDRESS, slice_head(address, close));
    size_t word = slice_find(after, id);
    struct slice rest = slice_skip(after, word + id.len);
    size_t len = 0;
    while (len < rest.len && ascii_is_alnum(rest.at[len]))
        len++;
    if (word < after.len && queue_id_is_valid(slice_head(rest, len)))
        event_set(event, FIELD_QUEUE_ID, slice_head(rest, len));
}

static void take_pair(int key, struct slice value, struct event *event)
{
    static const unsigned char fields[BD_KEYS] = {
        [BD_SENDER] = FIELD_SENDER, [BD_RECIPIENTS] = FIELD_RECIPIENTS, [BD_AGENT] = FIELD_AGENT,
        [BD_THREAT] = FIELD_VIRUS,  [BD_VIRUS] = FIELD_VIRUS,           [BD_SCORE] = FIELD_SCORE,
    };
    if (fields[key])
        event_set(event, (enum event_field)fields[key], unquote(value));
    else if (key == BD_STAMP)
        take_stamp(unquote(value), event);
    else if (key == BD_HEADERS) {
        event_set(event, FIELD_HEADERS, value);
        take_headers(value, event);
    } else if (key == BD_ACTION)
        event_set(event, FIELD_ACTION, slice_head(value, slice_index(value, ' ')));
    else if (key == BD_SENDER_IP && !slice_starts(value, "127.") && !slice_is(value, "::1"))
        event_set(event, FIELD_CLIENT_ADDRESS, value);
}

const char *slot_bd_pairs(const char *at, const char *end, struct event *event)
{
    struct slice rest = slice_make(at, (size_t)(end - at));
    int key = key_at(rest);
    if (key == BD_KEYS)
        return NULL;
    while (key < BD_KEYS) {
        rest = slice_skip(rest, bd_keys[key].len);
        size_t len = value_length(rest);
        take_pair(key, slice_head(rest, len), event);
        rest = slice_skip(rest, len + 2);
        key = key_at(rest);
    }
    return end;
}

/* clang-format off */
static const struct line_shape shapes[] = {
    { EVENT_SPAM_VERDICT, "SPAM: {bd_pairs}",
      "SPAM: sender: a@example.org, recipients: b@example.com;c@example.com, sender IP: 127.0.0.1, subject: \"offer, now\", score: 1000, stamp: \" v1, build 2.10.1.12405, rbl score: 0(0), hit signature: S_REPL, total: 1000(750)\", agent: Smtp Proxy 3.1.3, action: drop (move-to-quarantine;drop), header recipients: ( \"<b@example.com>\" ), headers: ( \"Received: from mail.example.org (mail.example.org [192.0.2.7]) by mx.example.com (Postfix) with ESMTP id 5AB6E1C7; Sun, 22 Nov 2026 10:01:19 +0100 (CET)\" ), group: \"Default\"", "verdict=spam", 0 },
    { EVENT_VIRUS_VERDICT, "VIRUS: {bd_pairs}", "VIRUS: sender: a@example.org, recipients: b@example.com, threat: EICAR-Test-File, action: drop", "verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "INFECTED: {bd_pairs}", "INFECTED: sender: a@example.org, recipients: b@example.com, virus: EICAR-Test-File, action: drop", "verdict=virus", 0 },
    { EVENT_BD_UPDATE_STEP, "INFO: Downloading files for location '{location}' from '{*}'", "INFO: Downloading files for location 'antispam_sig_nx' from 'upgrade.example.com'", "level=INFO", 0 },
    { EVENT_BD_LOG, "INFO: {text}", "INFO: cannot use an empty footer", "level=INFO", 0 },
    { EVENT_BD_LOG, "DEBUG: {text}", "DEBUG: x", "level=DEBUG", 0 },
    { EVENT_BD_LOG, "NOTICE: {text}", "NOTICE: x", "level=NOTICE", 0 },
    { EVENT_BD_TROUBLE, "ERROR: {text}", "ERROR: failed to initialize the AV core", "level=ERROR", 0 },
    { EVENT_BD_TROUBLE, "WARNING: {text}", "WARNING: license expires soon", "level=WARNING", 0 },
    { EVENT_BD_TROUBLE, "CRITICAL: {text}", "CRITICAL: x", "level=CRITICAL", 0 },
    { EVENT_BD_LOG, "{level:word} {bd_pairs}", "MAIL: sender: a@example.org, recipients: b@example.com, action: pass", NULL, 0 },
};
/* clang-format on */

SHAPE_TABLE(bitdefender_shapes, SERVICE_FILTER);
