#include "parsers/lines/line_slots.h"

#include <string.h>

#include "base/rare.h"
#include "base/xalloc.h"
#include "parsers/lines/queue_id.h"
#include "parsers/lines/scan_bytes.h"

/* Length of the decimal number at at[0..end), at most 18 digits; 0 when there is none. */
static size_t digits(const char *at, const char *end)
{
    size_t len = 0;
    while (at + len < end && len < 18 && ascii_is_digit(at[len]))
        len++;
    return len;
}

/* Takes ":P" when digits follow the colon. */
static inline const char *take_port(const char *at, const char *end, struct event *event)
{
    if (at == end || *at != ':')
        return at;
    size_t len = digits(at + 1, end);
    if (len == 0)
        return at;
    event_set(event, FIELD_CLIENT_PORT, slice_make(at + 1, len));
    return at + 1 + len;
}

/* Any N[A] or N[A]:P. */
static APART const char *take_any_client(const char *at, const char *end, struct event *event)
{
    const char *open = byte_find(at, end, '[');
    const char *close = open ? byte_find(open, end, ']') : NULL;
    if (!close || byte_find(at, open, ' '))
        return NULL;
    event_set(event, FIELD_CLIENT_NAME, name_or_null(at, open));
    event_set(event, FIELD_CLIENT_ADDRESS, name_or_null(open + 1, close));
    return take_port(close + 1, end, event);
}

const char *slot_client(const char *at, const char *end, struct event *event)
{
    uint64_t marks = bracket_marks(at, end), more = marks & (marks - 1);
    if (more == 0)
        return take_any_client(at, end, event);
    const char *open = at + __builtin_ctzll(marks), *close = at + __builtin_ctzll(more);
    if (*open != '[' || *close != ']')
        return take_any_client(at, end, event);
    bool named = bytes_differ8(at, "unknown[") != 0; /* there are 16 bytes */
    struct slice address = name_or_null(open + 1, close);
    event_set(event, FIELD_CLIENT_NAME,
              slice_make(named ? at : NULL, named ? (size_t)(open - at) : 0));
    event_set(event, FIELD_CLIENT_ADDRESS, address);
    return take_port(close + 1, end, event);
}

const char *slot_endpoint(const char *at, const char *end, struct event *event)
{
    const char *close = at < end && *at == '[' ? memchr(at, ']', (size_t)(end - at)) : NULL;
    if (!close)
        return NULL;
    event_set(event, FIELD_CLIENT_ADDRESS, name_or_null(at + 1, close));
    return take_port(close + 1, end, event);
}

/* {server}: [S]:P of postscreen's CONNECT. */
static const char *slot_server(const char *at, const char *end, struct event *event)
{
    const char *close = at < end && *at == '[' ? memchr(at, ']', (size_t)(end - at)) : NULL;
    size_t len = close && close + 1 < end && close[1] == ':' ? digits(close + 2, end) : 0;
    if (len == 0)
        return NULL;
    event_set(event, FIELD_SERVER_ADDRESS, slice_make(at + 1, (size_t)(close - at - 1)));
    event_set(event, FIELD_SERVER_PORT, slice_make(close + 2, len));
    return close + 2 + len;
}

static const char *type_int(const char *at, const char *end, struct slice *value)
{
    const char *first = at < end && (*at == '-' || *at == '+') ? at + 1 : at;
    size_t len = digits(first, end);
    *value = slice_make(at, (size_t)(first - at) + len);
    return len ? first + len : NULL;
}

/* A number that may be padded by blanks in front. */
static const char *type_blank_int(const char *at, const char *end, struct slice *value)
{
    while (at < end && *at == ' ')
        at++;
    return type_int(at, end, value);
}

/* A number with its unit of time: 60s, 5m, 2h, 7d. */
static const char *type_period(const char *at, const char *end, struct slice *value)
{
    const char *stop = type_int(at, end, value);
    if (!stop || stop == end || !memchr("smhdw", *stop, 5))
        return NULL;
    value->len++;
    return stop + 1;
}

static const char *type_float(const char *at, const char *end, struct slice *value)
{
    const char *first = at < end && (*at == '-' || *at == '+') ? at + 1 : at;
    const char *p = first + digits(first, end);
    size_t fraction = p < end && *p == '.' ? digits(p + 1, end) : 0;
    if (p == first && fraction == 0)
        return NULL;
    p += fraction ? fraction + 1 : 0;
    *value = slice_make(at, (size_t)(p - at));
    return p;
}

static const char *type_word(const char *at, const char *end, struct slice *value)
{
    const char *blank = byte_find(at, end, ' ');
    blank = blank ? blank : end;
    *value = slice_make(at, (size_t)(blank - at));
    return blank > at ? blank : NULL;
}

/* The characters of an IPv4 or IPv6 address; whether it is one is for who uses it to say. An
 * "IPv6:" in front (RFC 5321 4.1.3) is taken off. */
static const char *type_ip(const char *at, const char *end, struct slice *value)
{
    enum { SEPARATOR = 2 }; /* 1: a hexadecimal digit */
    static const unsigned char bytes[256] = {
        ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1,
        ['8'] = 1, ['9'] = 1, ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1,
        ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1, ['.'] = 2, [':'] = 2,
    };
    if (end - at > 5 && memcmp(at, "IPv6:", 5) == 0)
        at += 5;
    const char *p = at, *limit = end - at > 46 ? at + 46 : end;
    unsigned seen = 0;
    for (unsigned class; p < limit && (class = bytes[(unsigned char)*p]) != 0; p++)
        seen |= class;
    while (p > at && bytes[(unsigned char)p[-1]] == SEPARATOR)
        p--;
    *value = slice_make(at, (size_t)(p - at));
    return seen & SEPARATOR && p - at >= 3 ? p : NULL;
}

/* A queue id; NOQUEUE gives "no text". */
static const char *type_qid(const char *at, const char *end, struct slice *value)
{
    size_t len = queue_id_length(at, end);
    if (len == 0 && end - at >= 7 && memcmp(at, "NOQUEUE", 7) == 0) {
        *value = (struct slice){ NULL, 0 };
        return at + 7;
    }
    *value = slice_make(at, len);
    return len ? at + len : NULL;
}

/* The rest of the line as a message-id: what stands between the outer <>, else all of it. */
static const char *type_msgid(const char *at, const char *end, struct slice *value)
{
    *value = slice_make(at, (size_t)(end - at));
    if (at < end && *at == '<') {
        size_t last = end[-1] == '>' ? value->len - 1 : slice_last_index(*value, '>');
        if (last < value->len)
            *value = slice_make(at + 1, last - 1);
    }
    return end;
}

/* The rest of the line without blanks around it. */
static const char *type_trim(const char *at, const char *end, struct slice *value)
{
    *value = slice_trim(slice_make(at, (size_t)(end - at)));
    return end;
}

/* A path up to the next blank or ": "; its last part is the value. */
static const char *type_program(const char *at, const char *end, struct slice *value)
{
    const char *stop = at, *base = at;
    for (; stop < end && *stop != ' ' && !(*stop == ':' && stop + 1 < end && stop[1] == ' ');
         stop++)
        base = *stop == '/' ? stop + 1 : base;
    *value = slice_make(base, (size_t)(stop - base));
    return stop > at ? stop : NULL;
}

/* A table's name, without the "(0,lock|fold_fix)" of its flags. */
static const char *type_table(const char *at, const char *end, struct slice *value)
{
    const char *stop = at;
    while (stop < end && *stop != ' ' && *stop != '(')
        stop++;
    *value = slice_make(at, (size_t)(stop - at));
    const char *close = stop < end && *stop == '(' ? memchr(stop, ')', (size_t)(end - stop)) : NULL;
    return stop == at ? NULL : close ? close + 1 : stop;
}

/* The name of one of Postfix's functions, lower case with a '_', and its ':'. */
static const char *type_function(const char *at, const char *end, struct slice *value)
{
    const char *stop = at;
    bool underscore = false;
    while (stop < end && (*stop == '_' || ascii_is_digit(*stop) || (*stop >= 'a' && *stop <= 'z')))
        underscore |= *stop++ == '_';
    if (stop < end && *stop == '[') {
        const char *close = memchr(stop, ']', (size_t)(end - stop));
        stop = close ? close + 1 : stop;
    }
    *value = slice_make(at, (size_t)(stop - at));
    return underscore && stop < end && *stop == ':' ? stop + 1 : NULL;
}

/* An absolute path up to the next blank or ':'. */
static const char *type_path(const char *at, const char *end, struct slice *value)
{
    const char *stop = at;
    while (stop < end && *stop != ' ' && *stop != ':')
        stop++;
    *value = slice_make(at, (size_t)(stop - at));
    return stop > at && *at == '/' ? stop : NULL;
}

/* A reply code: three digits, the first 2, 4 or 5. */
static const char *type_code(const char *at, const char *end, struct slice *value)
{
    *value = slice_make(at, 3);
    bool good = digits(at, end) == 3 && (*at == '2' || *at == '4' || *at == '5');
    return good ? at + 3 : NULL;
}

/* hh:mm:ss */
static const char *type_hms(const char *at, const char *end, struct slice *value)
{
    const char *stop = at;
    int colons = 0;
    while (stop < end && (ascii_is_digit(*stop) || *stop == ':'))
        colons += *stop++ == ':';
    *value = slice_make(at, (size_t)(stop - at));
    return colons == 2 ? stop : NULL;
}

/* A word up to the next comma. */
static const char *type_word_comma(const char *at, const char *end, struct slice *value)
{
    const char *comma = memchr(at, ',', (size_t)(end - at));
    *value = slice_make(at, comma ? (size_t)(comma - at) : 0);
    return comma > at ? comma : NULL;
}

static size_t letters(const char *at, const char *end)
{
    size_t len = 0;
    while (at + len < end && ascii_is_alnum(at[len]))
        len++;
    return len;
}

/* An SPF result. */
static const char *type_spf_word(const char *at, const char *end, struct slice *value)
{
    size_t len = letters(at, end);
    *value = spf_result(slice_make(at, len));
    return value->at ? at + len : NULL;
}

/* A DMARC result as opendmarc prints it. */
static const char *type_dmarc_word(const char *at, const char *end, struct slice *value)
{
    static const char *const results[] = { "pass", "fail", "none", "permerror", "temperror" };
    *value = slice_make(at, letters(at, end));
    for (size_t i = 0; i < COUNT(results); i++)
        if (slice_is(*value, results[i]))
            return at + value->len;
    return NULL;
}

static const struct {
    const char *name;
    slot_fn fn;
} slots[] = {
    { "client", slot_client },
    { "endpoint", slot_endpoint },
    { "server", slot_server },
    { "reply", slot_reply },
    { "proxy_reply", slot_proxy_reply },
    { "plain_reply", slot_plain_reply },
    { "note", slot_note },
    { "milter_reply", slot_milter_reply },
    { "header_action", slot_header_action },
    { "header_hold", slot_header_hold },
    { "client_tail", slot_client_tail },
    { "session_counts", slot_session_counts },
    { "queue_entry", slot_queue_entry },
    { "delivery", slot_delivery },
    { "dnsbl_answer", slot_dnsbl_answer },
    { "anvil_client", slot_anvil_client },
    { "ms_id", slot_ms_id },
    { "ms_requeue", slot_ms_requeue },
    { "ms_report", slot_ms_report },
    { "bd_pairs", slot_bd_pairs },
    { "amavis", slot_amavis },
    { "rspamd", slot_rspamd },
    { "postgrey", slot_postgrey },
    { "spf", slot_spf },
    { "mailbox", slot_mailbox },
};

slot_fn slot_find(struct slice name)
{
    for (size_t i = 0; i < COUNT(slots); i++)
        if (slice_is(name, slots[i].name))
            return slots[i].fn;
    return NULL;
}

/* --- walks: patterns of common lines in one call ----------------------------------------------- */

static const char *walk_nothing(const char *at, const char *end, struct event *event)
{
    (void)end;
    (void)event;
    return at;
}

static const char *walk_client_counts(const char *at, const char *end, struct event *event)
{
    at = slot_client(at, end, event);
    return at ? slot_session_counts(at, end, event) : NULL;
}

static const char *walk_client_tail(const char *at, const char *end, struct event *event)
{
    at = slot_client(at, end, event);
    return at && at < end ? slot_client_tail(at, end, event) : at;
}

static const char *walk_message_id(const char *at, const char *end, struct event *event)
{
    struct slice id;
    at = type_msgid(at, end, &id);
    event_set(event, FIELD_MESSAGE_ID, id);
    return at;
}

/* "{stage:word} from {client}: ", behind which a reply or a note stands. */
static inline const char *stage_and_client(const char *at, const char *end, struct event *event)
{
    static const char from[] = " from ";
    struct slice stage;
    at = type_word(at, end, &stage);
    if (!at || end - at < (ptrdiff_t)sizeof from || !bytes_equal(at, from, sizeof from - 1))
        return NULL;
    event_set(event, FIELD_STAGE, stage);
    at = slot_client(at + sizeof from - 1, end, event);
    return at && end - at >= 2 && at[0] == ':' && at[1] == ' ' ? at + 2 : NULL;
}

static const char *walk_reply(const char *at, const char *end, struct event *event)
{
    at = stage_and_client(at, end, event);
    return at ? slot_reply(at, end, event) : NULL;
}

static const char *walk_note(const char *at, const char *end, struct event *event)
{
    at = stage_and_client(at, end, event);
    return at ? slot_note(at, end, event) : NULL;
}

static const struct {
    const char *pattern;
    slot_fn fn;
} walks[] = {
    { "", walk_nothing },
    { "{client}{session_counts}", walk_client_counts },
    { "{client}{client_tail}", walk_client_tail },
    { "{message_id:msgid}", walk_message_id },
    { "{stage:word} from {client}: {reply}", walk_reply },
    { "{stage:word} from {client}: {note}", walk_note },
};

slot_fn slot_walk_find(struct slice pattern)
{
    for (size_t i = 0; i < COUNT(walks); i++)
        if (slice_is(pattern, walks[i].pattern))
            return walks[i].fn;
    return NULL;
}

/* --- types ------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    slot_type_fn fn;
} types[] = {
    { "int", type_int },
    { "float", type_float },
    { "word", type_word },
    { "ip", type_ip },
    { "qid", type_qid },
    { "msgid", type_msgid },
    { "trim", type_trim },
    { "program", type_program },
    { "table", type_table },
    { "code", type_code },
    { "blank_int", type_blank_int },
    { "period", type_period },
    { "hms", type_hms },
    { "word_comma", type_word_comma },
    { "spf_word", type_spf_word },
    { "dmarc_word", type_dmarc_word },
    { "function", type_function },
    { "path", type_path },
};

slot_type_fn slot_type_find(struct slice name)
{
    for (size_t i = 0; i < COUNT(types); i++)
        if (slice_is(name, types[i].name))
            return types[i].fn;
    return NULL;
}
