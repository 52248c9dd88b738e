#include "parsers/input/json_record.h"

#include "base/xalloc.h"

/* Keys by field, best first (systemd.journal-fields(7); Docker's json-file driver; rsyslog,
 * syslog-ng, fluentd and vector as they name them without configuration). */
static const struct {
    const char *key;
    enum record_field field;
    unsigned char rank;
    bool journal;
} keys[] = {
    { "__REALTIME_TIMESTAMP", RECORD_TIME_US, 1, true },
    { "_SOURCE_REALTIME_TIMESTAMP", RECORD_TIME_US, 2, true },
    { "time", RECORD_TIME, 1, false },
    { "@timestamp", RECORD_TIME, 1, false },
    { "timestamp", RECORD_TIME, 1, false },
    { "TIMESTAMP", RECORD_TIME, 1, false },
    { "_HOSTNAME", RECORD_HOST, 1, true },
    { "hostname", RECORD_HOST, 2, false },
    { "host", RECORD_HOST, 3, false },
    { "HOST", RECORD_HOST, 3, false },
    { "SYSLOG_IDENTIFIER", RECORD_PROGRAM, 1, true },
    { "_COMM", RECORD_PROGRAM, 9, true },
    { "programname", RECORD_PROGRAM, 2, false },
    { "program", RECORD_PROGRAM, 2, false },
    { "PROGRAM", RECORD_PROGRAM, 2, false },
    { "appname", RECORD_PROGRAM, 3, false },
    { "app-name", RECORD_PROGRAM, 3, false },
    { "ident", RECORD_PROGRAM, 4, false },
    { "SYSLOG_PID", RECORD_PID, 1, true },
    { "_PID", RECORD_PID, 9, true },
    { "procid", RECORD_PID, 2, false },
    { "pid", RECORD_PID, 2, false },
    { "PID", RECORD_PID, 2, false },
    { "MESSAGE", RECORD_TEXT, 1, true },
    { "message", RECORD_TEXT, 2, false },
    { "msg", RECORD_TEXT, 3, false },
    { "log", RECORD_TEXT, 2, false },
};

void record_clear(struct record *record)
{
    *record = (struct record){ .is_journal = false };
}

void record_set(struct record *record, struct slice key, struct slice value)
{
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (!slice_is(key, keys[i].key))
            continue;
        enum record_field field = keys[i].field;
        if (!record->field[field].at || keys[i].rank < record->rank[field]) {
            record->field[field] = value;
            record->rank[field] = keys[i].rank;
        }
        record->is_journal |= keys[i].journal;
        return;
    }
}

/* Where the parser stands. `cut`: the text ended inside a value. */
struct json {
    struct slice rest;
    char *scratch; /* next free byte */
    bool cut;
};

static void skip_blanks(struct json *json)
{
    while (json->rest.len && memchr(" \t\r\n", json->rest.at[0], 4))
        json->rest = slice_skip(json->rest, 1);
}

/* Takes the byte off if it comes next. */
static bool take(struct json *json, char byte)
{
    skip_blanks(json);
    if (json->rest.len == 0) {
        json->cut = true;
        return false;
    }
    if (json->rest.at[0] != byte)
        return false;
    json->rest = slice_skip(json->rest, 1);
    return true;
}

/* Four hexadecimal digits, or -1. */
static int hex4(struct slice text)
{
    int value = 0;
    if (text.len < 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        char c = ascii_lower(text.at[i]);
        if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
            return -1;
        value = value * 16 + (ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return value;
}

/* Appends a code point as UTF-8: never longer than its escape. */
static char *put_utf8(char *out, unsigned code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

/* The escape behind a backslash at s.at[0]; bytes used, 0 when it is none. */
static size_t unescape(struct slice s, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (s.len < 2)
        return 0;
    const char *known = memchr(from, s.at[1], sizeof from - 1);
    if (known) {
        *(*out)++ = to[known - from];
        return 2;
    }
    int code = s.at[1] == 'u' ? hex4(slice_skip(s, 2)) : -1;
    if (code < 0)
        return 0;
    if (code >= 0xd800 && code < 0xdc00 && s.len >= 12 && s.at[6] == '\\' && s.at[7] == 'u') {
        int low = hex4(slice_skip(s, 8));
        if (low >= 0xdc00 && low < 0xe000) {
            *out = put_utf8(*out, 0x10000u + (((unsigned)code - 0xd800u) << 10) +
                                      ((unsigned)low - 0xdc00u));
            return 12;
        }
    }
    *out = put_utf8(*out, (unsigned)code);
    return 6;
}

/* A string, decoded into scratch only when it has escapes. */
static bool parse_string(struct json *json, struct slice *value)
{
    if (!take(json, '"'))
        return false;
    struct slice s = json->rest;
    size_t i = 0;
    while (i < s.len && s.at[i] != '"' && s.at[i] != '\\')
        i++;
    *value = slice_head(s, i);
    if (i < s.len && s.at[i] == '\\') {
        char *start = json->scratch, *out = start + i;
        memcpy(start, s.at, i);
        while (i < s.len && s.at[i] != '"') {
            size_t used = 1;
            if (s.at[i] != '\\')
                *out++ = s.at[i];
            else if ((used = unescape(slice_skip(s, i), &out)) == 0)
                break;
            i += used;
        }
        *value = slice_make(start, (size_t)(out - start));
        json->scratch = out;
    }
    json->cut = i >= s.len || s.at[i] != '"';
    json->rest = slice_skip(s, i + 1);
    return true;
}

/* An array: of bytes (journald's form for text that is no UTF-8), or of strings (a field that
 * occurs several times; the first counts). */
static bool parse_array(struct json *json, struct slice *value)
{
    char *out = json->scratch;
    *value = slice_make(out, 0);
    if (!take(json, '['))
        return false;
    if (take(json, ']'))
        return true;
    do {
        skip_blanks(json);
        if (json->rest.len && json->rest.at[0] == '"') {
            struct slice item;
            if (!parse_string(json, &item))
                return false;
            if (value->len == 0)
                *value = item;
            continue;
        }
        unsigned byte = 0;
        size_t n = 0;
        while (n < json->rest.len && n < 3 && ascii_is_digit(json->rest.at[n]))
            byte = byte * 10 + (unsigned)(json->rest.at[n++] - '0');
        if (n == 0 || byte > 255) {
            json->cut = json->rest.len == 0;
            return false;
        }
        json->rest = slice_skip(json->rest, n);
        *out++ = (char)byte;
    } while (take(json, ','));
    if (out > json->scratch) {
        *value = slice_make(json->scratch, (size_t)(out - json->scratch));
        json->scratch = out;
    }
    return take(json, ']') || json->cut;
}

/* An object or array that nobody wants: to the matching bracket. */
static bool skip_nested(struct json *json)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < json->rest.len; i++) {
        char c = json->rest.at[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']') && --depth == 0) {
            json->rest = slice_skip(json->rest, i + 1);
            return true;
        }
    }
    json->cut = true;
    return false;
}

/* Any value; what is no text gives "no text". */
static bool parse_value(struct json *json, struct slice *value)
{
    skip_blanks(json);
    *value = (struct slice){ NULL, 0 };
    if (json->rest.len == 0) {
        json->cut = true;
        return false;
    }
    struct json before = *json;
    switch (*json->rest.at) {
    case '"':
        return parse_string(json, value);
    case '[':
        if (parse_array(json, value))
            return true;
        *json = before;
        *value = (struct slice){ NULL, 0 };
        return skip_nested(json);
    case '{':
        return skip_nested(json);
    default:
        break;
    }
    size_t n = 0;
    while (n < json->rest.len &&
           (ascii_is_alnum(json->rest.at[n]) || memchr("+-.", json->rest.at[n], 3)))
        n++;
    struct slice word = slice_head(json->rest, n);
    json->rest = slice_skip(json->rest, n);
    if (!slice_is(word, "null"))
        *value = word;
    return n > 0;
}

/* One "key": value, booked; false when it is none or cut off. */
static bool parse_pair(struct json *json, struct record *record)
{
    struct slice key, value;
    if (!parse_string(json, &key) || !take(json, ':') || !parse_value(json, &value))
        return false;
    if (value.at)
        record_set(record, key, value);
    else if (slice_is(key, "MESSAGE"))
        record->truncated = true; /* journald leaves out what it finds too large */
    return !json->cut;
}

bool record_parse_json(struct slice text, struct record *record, char *scratch)
{
    struct json json = { text, scratch, false };
    record_clear(record);
    if (!scratch || !take(&json, '{'))
        return false;
    bool good = take(&json, '}');
    if (!good) {
        do
            good = parse_pair(&json, record);
        while (good && take(&json, ','));
        good = good && take(&json, '}');
    }
    skip_blanks(&json);
    if (json.cut)
        record->truncated = true;
    else if (!good || json.rest.len)
        return false;
    return record->field[RECORD_TEXT].at || record->is_journal;
}
