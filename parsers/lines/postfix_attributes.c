#include "parsers/lines/postfix_attributes.h"

#include <string.h>

#include "base/xalloc.h"
#include "parsers/lines/scan_bytes.h"

/* In the order in which Postfix writes them. */
enum key { KEY_FROM, KEY_TO, KEY_PROTO, KEY_HELO, KEY_METHOD, KEY_USER, KEY_SENDER, KEYS };

static const struct {
    struct slice name; /* with what opens the value */
    enum event_field field;
    bool angle, address;
} keys[KEYS] = {
    [KEY_FROM] = { SLICE("from=<"), FIELD_SENDER, true, true },
    [KEY_TO] = { SLICE("to=<"), FIELD_RECIPIENT, true, true },
    [KEY_PROTO] = { SLICE("proto="), FIELD_PROTO, false, false },
    [KEY_HELO] = { SLICE("helo=<"), FIELD_HELO_NAME, true, false },
    [KEY_METHOD] = { SLICE("sasl_method="), FIELD_SASL_METHOD, false, false },
    [KEY_USER] = { SLICE("sasl_username="), FIELD_SASL_USERNAME, false, false },
    [KEY_SENDER] = { SLICE("sasl_sender="), FIELD_SASL_SENDER, false, false },
};

enum { MAX_CANDIDATES = 60 };

/* Which values may not hold what Postfix 3.5 would have quoted. It quotes addresses alone: a HELO
 * name stands as the client sent it. */
enum strictness { LENIENT, STRICT_ADDRESSES, STRICT };

static bool line_is_cut(const struct event *event)
{
    return event->line && event->line->truncated;
}

/* --- forward, for the odd lines ---------------------------------------------------------------- */

static bool starts(const char *at, const char *end, struct slice with)
{
    return (size_t)(end - at) >= with.len && memcmp(at, with.at, with.len) == 0;
}

/* The key at `at` not before `least`; KEYS when there is none. */
static enum key key_at(const char *at, const char *end, enum key least)
{
    while (least < KEYS && !starts(at, end, keys[least].name))
        least++;
    return least;
}

/* Behind the separator at `at` (" " or ", "); NULL when there is none. */
static const char *separator(const char *at, const char *end)
{
    if (at < end && *at == ',')
        at++;
    return at < end && *at == ' ' ? at + 1 : NULL;
}

/* True when a value may end at `at`: the line does, or its text follows, or the next key. */
static bool ends_value(const char *at, const char *end, enum key key)
{
    const char *next = separator(at, end);
    if (at == end || (end - at >= 2 && at[0] == ':' && at[1] == ' '))
        return true;
    return next && key_at(next, end, key + 1) < KEYS;
}

/* End of the quoted string at `at`, NULL when it is not closed. */
static const char *quoted_end(const char *at, const char *end)
{
    for (const char *p = at + 1; p < end; p++) {
        if (*p == '\\' && p + 1 < end)
            p++;
        else if (*p == '"')
            return p + 1;
    }
    return NULL;
}

/* End of a value without <>: a blank, a comma, or the ':' of a cleanup line. */
static const char *word_end(enum key key, const char *at, const char *end)
{
    while (at < end && *at != ' ' && *at != ',' && !(key == KEY_PROTO && *at == ':'))
        at++;
    return at;
}

/* Behind a whole quoted local part at `at`; `at` itself when there is none. */
static const char *skip_quoted(const char *at, const char *end)
{
    const char *behind = at < end && *at == '"' ? quoted_end(at, end) : NULL;
    return behind && behind < end && (*behind == '@' || *behind == '>') ? behind : at;
}

/* True when the line ends before the quoted local part at `at` does. */
static bool ends_in_quotes(const char *at, const char *end)
{
    const char *behind = quoted_end(at, end);
    return !behind || behind == end;
}

static bool needs_quotes(const char *at, const char *end)
{
    while (at < end && !memchr("\"<>", *at, 3))
        at++;
    return at < end;
}

/* The '>' that ends a value, NULL when the line breaks off before it. */
static const char *closing_angle(enum key key, const char *at, const char *end)
{
    for (; (at = memchr(at, '>', (size_t)(end - at))) != NULL; at++)
        if (ends_value(at + 1, end, key))
            break;
    return at;
}

/* End of the value of `key` at `at` (the '>' for <values>); NULL when it is none, `end` with *cut
 * when the line breaks off. *cut says before whether it is known to be cut. */
static const char *value_end(enum key key, const char *at, const char *end,
                             enum strictness strictness, bool *cut)
{
    bool cut_line = *cut;
    bool strict = strictness == STRICT || (strictness == STRICT_ADDRESSES && keys[key].address);
    *cut = false;
    if (!keys[key].angle)
        return word_end(key, at, end);
    const char *plain = keys[key].address ? skip_quoted(at, end) : at;
    if (strict && plain == at && at < end && *at == '"') {
        *cut = cut_line && ends_in_quotes(at, end);
        return *cut ? end : NULL;
    }
    const char *p = closing_angle(key, plain, end);
    *cut = p == NULL;
    p = p ? p : end;
    return strict && needs_quotes(plain, p) ? NULL : p;
}

struct tail {
    struct slice value[KEYS];
    bool has[KEYS], cut;
    const char *end;
};

/* Reads a whole tail beginning with a key at `at`. */
static bool read_tail(const char *at, const char *end, enum strictness strict, bool cut_line,
                      struct tail *tail)
{
    *tail = (struct tail){ .end = at };
    enum key key = key_at(at, end, KEY_FROM);
    if (key == KEYS)
        return false;
    for (;;) {
        const char *value = at + keys[key].name.len;
        tail->cut = cut_line;
        const char *stop = value_end(key, value, end, strict, &tail->cut);
        if (!stop)
            return false;
        tail->cut |= cut_line && !keys[key].angle && stop == end;
        if (tail->cut)
            return true;
        tail->has[key] = true;
        tail->value[key] = slice_make(value, (size_t)(stop - value));
        at = stop + keys[key].angle;
        tail->end = at;
        const char *next = separator(at, end);
        enum key found = next ? key_at(next, end, key + 1) : KEYS;
        if (found == KEYS) {
            /* the line may break off in the middle of a key */
            tail->cut = (next && end - next < 14 && !memchr(next, '<', (size_t)(end - next))) ||
                        (cut_line && end - at == 1);
            return at == end || tail->cut || *at == ':';
        }
        at = next;
        key = found;
    }
}

static void set_tail(const struct tail *tail, struct event *event)
{
    for (int key = 0; key < KEYS; key++)
        if (tail->has[key])
            event_set(event, keys[key].field, tail->value[key]);
    if (tail->cut)
        event_set(event, FIELD_TRUNCATED, (struct slice)SLICE("true"));
}

const char *attributes_forward(const char *at, const char *end, struct event *event)
{
    struct tail tail;
    bool cut = line_is_cut(event);
    if (!read_tail(at, end, STRICT, cut, &tail) &&
        !read_tail(at, end, STRICT_ADDRESSES, cut, &tail) &&
        !read_tail(at, end, LENIENT, cut, &tail))
        return NULL;
    set_tail(&tail, event);
    return tail.cut ? end : tail.end;
}

/* The last "; KEY" before `from` in at[0..from); NULL when there is none. */
static const char *candidate_before(const char *at, const char *from, const char *end)
{
    while (from - at >= 2) {
        const char *hit = memrchr(at, ';', (size_t)(from - at));
        if (!hit)
            return NULL;
        if (end - hit > 2 && hit[1] == ' ' && key_at(hit + 2, end, KEY_FROM) < KEYS)
            return hit;
        from = hit;
    }
    return NULL;
}

/* Tries every ';' from the right: complete and strict first, then ever less so, then cut off. */
static const char *back_slowly(const char *at, const char *end, struct event *event)
{
    static const struct {
        enum strictness strict;
        bool cut;
    } passes[] = {
        { STRICT, false },          { STRICT_ADDRESSES, false },
        { STRICT_ADDRESSES, true }, /* of lines that are known to be cut */
        { LENIENT, false },         { LENIENT, true },
    };
    bool cut_line = line_is_cut(event);
    for (size_t pass = 0; pass < COUNT(passes); pass++) {
        const char *from = end;
        if (passes[pass].cut && passes[pass].strict && !cut_line)
            continue;
        for (int i = 0; i < MAX_CANDIDATES; i++) {
            struct tail tail;
            from = candidate_before(at, from, end);
            if (!from)
                break;
            if (read_tail(from + 2, end, passes[pass].strict, cut_line, &tail) &&
                tail.cut == passes[pass].cut && (tail.cut || tail.end == end)) {
                set_tail(&tail, event);
                return from;
            }
        }
    }
    return end > at && end[-1] == ';' ? end - 1 : end;
}

/* --- backward, for the common lines ------------------------------------------------------------ */

#define ENDS(p, at, literal)                                                                       \
    ((size_t)((p) - (at)) >= sizeof(literal) - 1 &&                                                \
     bytes_equal((p) - (sizeof(literal) - 1), (literal), sizeof(literal) - 1))

/* True when an address that holds '"' is one quoted local part and a domain. */
static bool is_quoted_address(const char *at, const char *end)
{
    const char *behind = at < end && *at == '"' ? quoted_end(at, end) : NULL;
    return behind && behind < end && *behind == '@' && !byte_find(behind, end, '"');
}

/* Takes "KEY<VALUE>" off the end; where KEY begins, NULL when it is not that. */
static inline const char *angle_back(const char *at, const char *end, const char *name, size_t len,
                                     bool address, struct slice *value)
{
    bool odd;
    if (end[-1] != '>')
        return NULL;
    const char *open = byte_find_last(at, end - 1, '<', '"', &odd);
    if (!open || (size_t)(open - at) < len || !bytes_equal(open - len, name, len))
        return NULL;
    *value = slice_make(open + 1, (size_t)(end - open) - 2);
    if (odd && !(address && is_quoted_address(open + 1, end - 1)))
        return NULL;
    return open - len;
}

/* Steps over the " " or ", " in front of a key; NULL when there is none. */
static inline const char *separator_back(const char *at, const char *p)
{
    if (p - at < 6 || p[-1] != ' ')
        return NULL;
    return p[-2] == ',' ? p - 2 : p - 1;
}

/* True when the tail's ';' stands in front of the key at `p`. */
static inline bool begins_tail(const char *at, const char *p)
{
    return p - at > 1 && p[-1] == ' ' && p[-2] == ';';
}

/* Takes "proto=WORD" off the end, which is no '>'; where it begins, NULL when it is not that. */
static inline const char *proto_back(const char *at, const char *end, struct event *event)
{
    const char *word = ENDS(end, at, "proto=ESMTP") ? end - 5 : end;
    while (word - at > 7 && word[-1] != '=' && word[-1] != ' ')
        word--;
    if (word == end || !ENDS(word, at, "proto="))
        return NULL;
    event_set(event, FIELD_PROTO, slice_make(word, (size_t)(end - word)));
    return word - 6;
}

/* Takes " to=<R>" and "from=<S>" off the end. */
static inline const char *addresses_back(const char *at, const char *end, struct event *event)
{
    struct slice value;
    const char *p = angle_back(at, end, " to=", 4, true, &value);
    if (p) {
        event_set(event, FIELD_RECIPIENT, value);
        if (p[-1] == ';')
            return p - 1;
        end = p[-1] == ',' ? p - 1 : p;
    }
    p = end - at > 6 ? angle_back(at, end, "from=", 5, true, &value) : NULL;
    if (!p || !begins_tail(at, p))
        return NULL;
    event_set(event, FIELD_SENDER, value);
    return p - 2;
}

/* A tail from the end: helo, proto, to, from; each may be missing. Where its ';' stands, NULL when
 * anything is unusual. */
static const char *back_quickly(const char *at, const char *end, struct event *event)
{
    struct slice value;
    const char *key = angle_back(at, end, "helo=", 5, false, &value);
    if (key) {
        event_set(event, FIELD_HELO_NAME, value);
        if (begins_tail(at, key))
            return key - 2;
        end = separator_back(at, key);
    }
    if (end && end[-1] != '>') {
        key = proto_back(at, end, event);
        if (key && begins_tail(at, key))
            return key - 2;
        end = key ? separator_back(at, key) : NULL;
    }
    return end ? addresses_back(at, end, event) : NULL;
}

const char *attributes_back(const char *at, const char *end, struct event *event)
{
    uint64_t has[EVENT_MASK_WORDS];
    memcpy(has, event->has, sizeof has);
    bool common = end - at > 12 && !line_is_cut(event);
    const char *stop = common ? back_quickly(at, end, event) : NULL;
    if (stop)
        return stop;
    memcpy(event->has, has, sizeof has);
    return back_slowly(at, end, event);
}
