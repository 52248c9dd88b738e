/*
 * Replies of smtpd and what they tell: code, enhanced code, text, and for rejects the restriction
 * that wrote them. The words are those of Postfix's smtpd/smtpd_check.c, which are fixed; texts of
 * access maps and policy services are free, so a reply that is none of these has no restriction.
 */
#include <string.h>

#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/postfix_attributes.h"
#include "parsers/lines/scan_bytes.h"

static const struct slice flag_true = SLICE("true");

/* How `phrase` must meet the text behind "CLASS rejected: ". */
enum meet { WHOLE, STARTS };

struct reject_phrase {
    struct slice class; /* "Helo command", or empty for any */
    struct slice phrase;
    enum meet meet;
    struct slice restriction;
};

/* clang-format off */
static const struct reject_phrase phrases[] = {
    { SLICE("Client host"), SLICE("cannot find your reverse hostname, ["), STARTS, SLICE("reject_unknown_reverse_client_hostname") },
    { SLICE("Client host"), SLICE("cannot find your hostname, ["), STARTS, SLICE("reject_unknown_client_hostname") },
    { SLICE("Helo command"), SLICE("need fully-qualified hostname"), WHOLE, SLICE("reject_non_fqdn_helo_hostname") },
    { SLICE("Helo command"), SLICE("Host not found"), WHOLE, SLICE("reject_unknown_helo_hostname") },
    { SLICE("Helo command"), SLICE("invalid ip address"), WHOLE, SLICE("reject_invalid_helo_hostname") },
    { SLICE("Helo command"), SLICE("Invalid name"), WHOLE, SLICE("reject_invalid_helo_hostname") },
    { SLICE("Helo command"), SLICE("Malformed DNS server reply"), WHOLE, SLICE("reject_unknown_helo_hostname") },
    { SLICE("Sender address"), SLICE("Domain not found"), WHOLE, SLICE("reject_unknown_sender_domain") },
    { SLICE("Sender address"), SLICE("Malformed DNS server reply"), WHOLE, SLICE("reject_unknown_sender_domain") },
    { SLICE("Sender address"), SLICE("Domain "), STARTS, SLICE("reject_unknown_sender_domain") },
    { SLICE("Sender address"), SLICE("need fully-qualified address"), WHOLE, SLICE("reject_non_fqdn_sender") },
    { SLICE("Sender address"), SLICE("undeliverable address"), STARTS, SLICE("reject_unverified_sender") },
    { SLICE("Sender address"), SLICE("unverified address"), STARTS, SLICE("reject_unverified_sender") },
    { SLICE("Sender address"), SLICE("address verification problem"), WHOLE, SLICE("reject_unverified_sender") },
    { SLICE("Sender address"), SLICE("not owned by user "), STARTS, SLICE("reject_sender_login_mismatch") },
    { SLICE("Sender address"), SLICE("not logged in as owner"), WHOLE, SLICE("reject_sender_login_mismatch") },
    { SLICE("Sender address"), SLICE("not logged in"), WHOLE, SLICE("reject_sender_login_mismatch") },
    { SLICE("Sender address"), SLICE("User unknown"), STARTS, SLICE("reject_unlisted_sender") },
    { SLICE("Recipient address"), SLICE("User unknown"), STARTS, SLICE("reject_unlisted_recipient") },
    { SLICE("Recipient address"), SLICE("Domain not found"), WHOLE, SLICE("reject_unknown_recipient_domain") },
    { SLICE("Recipient address"), SLICE("Malformed DNS server reply"), WHOLE, SLICE("reject_unknown_recipient_domain") },
    { SLICE("Recipient address"), SLICE("Domain "), STARTS, SLICE("reject_unknown_recipient_domain") },
    { SLICE("Recipient address"), SLICE("need fully-qualified address"), WHOLE, SLICE("reject_non_fqdn_recipient") },
    { SLICE("Recipient address"), SLICE("undeliverable address"), STARTS, SLICE("reject_unverified_recipient") },
    { SLICE("Recipient address"), SLICE("unverified address"), STARTS, SLICE("reject_unverified_recipient") },
    { SLICE("Recipient address"), SLICE("address verification problem"), WHOLE, SLICE("reject_unverified_recipient") },
    { SLICE("Recipient address"), SLICE("Unable to look up "), STARTS, SLICE("permit_mx_backup") },
    { SLICE("Recipient address"), SLICE("Unable to verify host "), STARTS, SLICE("permit_mx_backup") },
    { SLICE("Data command"), SLICE("Multi-recipient bounce"), WHOLE, SLICE("reject_multi_recipient_bounce") },
    { SLICE("End-of-data"), SLICE("Multi-recipient bounce"), WHOLE, SLICE("reject_multi_recipient_bounce") },
    { SLICE(""), SLICE("Improper use of SMTP command pipelining"), WHOLE, SLICE("reject_unauth_pipelining") },
};

/* "Service unavailable; CLASS [X] blocked using ZONE" */
static const struct {
    struct slice class, restriction;
} block_lists[] = {
    { SLICE("Client host ["), SLICE("reject_rbl_client") },
    { SLICE("Unverified Client host ["), SLICE("reject_rhsbl_reverse_client") },
    { SLICE("Helo command ["), SLICE("reject_rhsbl_helo") },
    { SLICE("Sender address ["), SLICE("reject_rhsbl_sender") },
    { SLICE("Recipient address ["), SLICE("reject_rhsbl_recipient") },
};
/* clang-format on */

static bool take(struct slice *text, struct slice prefix)
{
    if (text->len < prefix.len || memcmp(text->at, prefix.at, prefix.len) != 0)
        return false;
    *text = slice_skip(*text, prefix.len);
    return true;
}

/* Whether the list looked X up by the client's name, not by its address. */
static bool is_client_name(struct slice x)
{
    return x.len && !ascii_is_digit(x.at[x.len - 1]) && slice_index(x, ':') == x.len;
}

/* Finds the list in "CLASS [X] blocked using ZONE[; TXT]". */
static void find_block_list(struct slice text, struct event *event)
{
    static const char using[] = "] blocked using ";
    const char *end = text.at + text.len;
    for (size_t i = 0; i < COUNT(block_lists); i++) {
        struct slice rest = text;
        if (!take(&rest, block_lists[i].class))
            continue;
        const char *zone = bytes_find(rest.at, end, using, sizeof using - 1);
        if (!zone)
            return;
        zone += sizeof using - 1;
        const char *stop = byte_find(zone, end, ' ');
        stop = stop ? stop : end;
        const char *semicolon = byte_find(zone, stop, ';');
        stop = semicolon ? semicolon : stop;
        if (stop == zone)
            return;
        /* reject_rhsbl_client and reject_rbl_client write the same class */
        bool by_name = i == 0 && is_client_name(slice_head(rest, slice_index(rest, ']')));
        event_set(event, FIELD_DNSBL, slice_make(zone, (size_t)(stop - zone)));
        event_set(event, FIELD_RESTRICTION,
                  by_name ? (struct slice)SLICE("reject_rhsbl_client")
                          : block_lists[i].restriction);
        return;
    }
}

/* Skips "<X>: " in front of a reply; X may hold anything but is closed by ">: ". */
static struct slice skip_object(struct slice text)
{
    if (text.len == 0 || text.at[0] != '<')
        return text;
    struct slice rest = slice_skip(text, 1);
    if (rest.len && rest.at[0] == '"') {
        size_t at = slice_find(rest, (struct slice)SLICE("\"@"));
        rest = at < rest.len ? slice_skip(rest, at + 1) : rest;
    }
    const char *end = rest.at + rest.len, *close = rest.at;
    while ((close = byte_find(close, end, '>')) != NULL)
        if (end - close++ > 2 && close[0] == ':' && close[1] == ' ')
            return slice_make(close + 2, (size_t)(end - close - 2));
    return text;
}

/* What a policy service or map said, where its words are those of a known one. */
static void find_policy_words(struct slice said, struct event *event)
{
    if (said.len < 5)
        return;
    bool grey = memcmp(said.at + 1, "reylist", said.len > 7 ? 7 : said.len - 1) == 0;
    if (grey && (said.at[0] == 'G' || said.at[0] == 'g'))
        event_set(event, FIELD_GREYLIST, flag_true);
    static const struct slice due = SLICE("Message rejected due to: SPF ");
    if (!take(&said, due))
        return;
    size_t end = slice_index(said, ' ');
    event_set(event, FIELD_SPF, slice_head(said, end));
}

static const struct slice rejected = SLICE(" rejected: ");

static void find_phrase(struct slice text, struct event *event)
{
    /* CLASS is at most four words: look for " rejected: " near the front */
    const char *end = text.at + (text.len > 60 ? 60 : text.len), *at = text.at;
    while ((at = byte_find(at, end, ' ')) != NULL &&
           ((size_t)(end - at) < rejected.len || !bytes_equal(at, rejected.at, rejected.len)))
        at++;
    if (!at)
        return;
    struct slice class = slice_head(text, (size_t)(at - text.at));
    struct slice said = slice_skip(text, class.len + rejected.len);
    for (size_t i = 0; i < COUNT(phrases); i++) {
        const struct reject_phrase *row = &phrases[i];
        if (said.len < row->phrase.len || said.at[0] != row->phrase.at[0] ||
            (row->meet == WHOLE && said.len != row->phrase.len) ||
            memcmp(said.at, row->phrase.at, row->phrase.len) != 0 ||
            (row->class.len && !slice_equal(row->class, class)))
            continue;
        event_set(event, FIELD_RESTRICTION, row->restriction);
        return;
    }
    find_policy_words(said, event);
}

/* Texts that need more than a row of phrases; false when it is none of them. */
static bool find_odd_text(struct slice rest, struct event *event)
{
    static const struct slice unavailable = SLICE("Service unavailable; ");
    if (take(&rest, unavailable)) {
        find_block_list(rest, event);
    } else if (slice_is(rest, "Relay access denied")) {
        struct slice code = event_get(event, FIELD_CODE);
        event_set(event, FIELD_RESTRICTION,
                  code.len && code.at[0] == '4' ? (struct slice)SLICE("defer_unauth_destination")
                                                : (struct slice)SLICE("reject_unauth_destination"));
    } else if (slice_is(rest, "Temporary lookup failure") ||
               slice_is(rest, "Server configuration error") ||
               slice_is(rest, "Server configuration problem")) {
        event_set(event, FIELD_CONFIG_FAULT, flag_true);
    } else {
        return false;
    }
    return true;
}

/* The restriction that wrote the text of a reply. */
static void find_restriction(struct slice text, struct event *event)
{
    struct slice rest = skip_object(text);
    if (rest.len < 10)
        return;
    /* "Client host rejected", "Helo command rejected": most replies, by far */
    bool is_usual = rest.at[0] == 'C' || rest.at[0] == 'H';
    if (is_usual || !find_odd_text(rest, event))
        find_phrase(rest, event);
}

/* Length of "D.D.D" or "D.D.DD" in front of a blank, as nearly all are; else 0. */
static inline size_t short_dsn(const char *at)
{
    size_t len = ascii_is_digit(at[5]) ? 6 : 5;
    bool good = at[1] == '.' && at[3] == '.' && at[len] == ' ' && ascii_is_digit(at[0]) &&
                ascii_is_digit(at[2]) && ascii_is_digit(at[4]);
    return good ? len : 0;
}

/* Takes "D.D.D " (parts up to three digits). */
static const char *take_dsn(const char *at, const char *end, struct slice *dsn)
{
    const char *p = at;
    size_t len = end - at > 7 ? short_dsn(at) : 0;
    if (len) {
        *dsn = slice_make(at, len);
        return at + len + 1;
    }
    for (int part = 0; part < 3; part++) {
        const char *first = p;
        while (p < end && p - first < 3 && ascii_is_digit(*p))
            p++;
        if (p == first || (part < 2 && (p == end || *p++ != '.')))
            return NULL;
    }
    if (p < end && *p != ' ')
        return NULL;
    *dsn = slice_make(at, (size_t)(p - at));
    return p < end ? p + 1 : p;
}

/* Takes "CODE DSN " off the text; fields that are not there are set to "no text". */
static const char *take_codes(const char *at, const char *end, struct event *event)
{
    struct slice code = { NULL, 0 }, dsn = { NULL, 0 };
    if (end - at >= 3 && at[0] >= '2' && at[0] <= '5' && ascii_is_digit(at[1]) &&
        ascii_is_digit(at[2]) && (end - at == 3 || at[3] == ' ' || at[3] == '-')) {
        code = slice_make(at, 3);
        at += end - at == 3 ? 3 : 4;
        const char *next = take_dsn(at, end, &dsn);
        at = next ? next : at;
    }
    event_set(event, FIELD_CODE, code);
    event_set(event, FIELD_DSN, dsn);
    return at;
}

const char *slot_plain_reply(const char *at, const char *end, struct event *event)
{
    const char *stop = attributes_back(at, end, event);
    at = take_codes(at, stop, event);
    event_set(event, FIELD_TEXT, slice_make(at, (size_t)(stop - at)));
    return end;
}

const char *slot_reply(const char *at, const char *end, struct event *event)
{
    slot_plain_reply(at, end, event);
    find_restriction(event_get(event, FIELD_TEXT), event);
    return end;
}

const char *slot_note(const char *at, const char *end, struct event *event)
{
    const char *stop = attributes_back(at, end, event);
    event_set(event, FIELD_CODE, (struct slice){ NULL, 0 });
    event_set(event, FIELD_DSN, (struct slice){ NULL, 0 });
    event_set(event, FIELD_TEXT, slice_make(at, (size_t)(stop - at)));
    return end;
}

const char *slot_milter_reply(const char *at, const char *end, struct event *event)
{
    const char *stop = attributes_back(at, end, event);
    struct slice dsn = { NULL, 0 }, text = slice_make(at, (size_t)(stop - at));
    take_dsn(at, stop, &dsn);
    event_set(event, FIELD_DSN, dsn);
    event_set(event, FIELD_TEXT, text);
    if (slice_ends(text, "Blocked by SpamAssassin"))
        event_set(event, FIELD_LABEL, (struct slice)SLICE("spam"));
    return end;
}
