#include "base/escape.h"

#include <stdio.h>

/* Every escaper is one loop: copy the longest run that may stand as it is, then replace one unit (a
 * code point, or a byte that belongs to none). What is replaced differs per destination. */

static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* Adds a unit wholly or not at all, so that a full buffer never ends inside a sequence. */
static void add_unit(struct buffer *out, const char *at, size_t len)
{
    if (len > out->limit - out->len)
        out->overflow = true;
    else
        buffer_add(out, at, len);
}

/* Adds a run of valid UTF-8; cut at a sequence's start when the buffer cannot hold it. */
static void add_run(struct buffer *out, const char *at, size_t len)
{
    size_t room = out->limit - out->len;
    if (len > room) {
        out->overflow = true;
        while (room > 0 && ((unsigned char)at[room] & 0xc0) == 0x80)
            room--;
        len = room;
    }
    buffer_add(out, at, len);
}

static void add_text(struct buffer *out, const char *text)
{
    add_unit(out, text, strlen(text));
}

/* How long a sequence is by its first byte; 0 for bytes that cannot be one. */
static size_t utf8_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

size_t utf8_sequence(struct slice s, uint32_t *code)
{
    if (s.len == 0)
        return 0;
    const unsigned char *at = (const unsigned char *)s.at;
    size_t len = utf8_length(at[0]);
    if (len == 0 || len > s.len)
        return 0;
    if (len == 1) {
        *code = at[0];
        return 1;
    }
    uint32_t value = at[0] & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (at[i] & 0x3fu);
    }
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (value < least[len] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *code = value;
    return len;
}

/* Code points above ASCII that move the cursor, hide text or turn its direction. */
static bool is_deceptive(uint32_t code)
{
    return (code >= 0x80 && code <= 0x9f) ||     /* C1 controls */
           code == 0x061c ||                     /* Arabic letter mark */
           (code >= 0x200b && code <= 0x200f) || /* zero width, direction marks */
           (code >= 0x2028 && code <= 0x202e) || /* separators, bidirectional overrides */
           (code >= 0x2060 && code <= 0x206f) || /* invisible operators, isolates */
           code == 0xfeff ||                     /* byte order mark */
           (code >= 0xfff9 && code <= 0xfffb) || /* interlinear annotation */
           (code >= 0xe0000 && code <= 0xe007f); /* tags */
}

/* Length of the unit at text.at[0] that may stand as it is, 0 when it must be replaced; then *skip
 * tells its length and *code its code point, or NOT_UTF8. `special` holds the ASCII characters that
 * the destination replaces. */
enum { NOT_UTF8 = 0x110000 };

static size_t plain_unit(struct slice text, const char *special, uint32_t *code, size_t *skip)
{
    size_t len = utf8_sequence(text, code);
    if (len == 0) {
        *code = NOT_UTF8;
        *skip = 1;
        return 0;
    }
    *skip = len;
    if (len == 1)
        return *code >= 0x20 && *code != 0x7f && !memchr(special, (int)*code, strlen(special));
    return is_deceptive(*code) ? 0 : len;
}

/* Copies the run at the head of *text that may stand as it is and takes it off; true with the unit
 * to replace (taken off too), false at the end. */
static bool next_replaced(struct buffer *out, struct slice *text, const char *special,
                          struct slice *unit, uint32_t *code)
{
    size_t run = 0;
    while (run < text->len) {
        size_t skip, len = plain_unit(slice_skip(*text, run), special, code, &skip);
        if (len == 0) {
            add_run(out, text->at, run);
            *unit = slice_make(text->at + run, skip);
            *text = slice_skip(*text, run + skip);
            return true;
        }
        run += len;
    }
    if (run)
        add_run(out, text->at, run);
    *text = slice_skip(*text, run);
    return false;
}

/* \xHH for a byte or an ASCII control, \u{H} for a code point. */
static void add_terminal_unit(struct buffer *out, struct slice unit, uint32_t code)
{
    char text[16];
    if (code == NOT_UTF8 || code < 0x80)
        snprintf(text, sizeof text, "\\x%02x", (unsigned)(unsigned char)unit.at[0]);
    else
        snprintf(text, sizeof text, "\\u{%x}", (unsigned)code);
    add_text(out, text);
}

void escape_terminal(struct buffer *out, struct slice text, bool ascii)
{
    struct slice unit;
    uint32_t code;
    if (!ascii) {
        while (next_replaced(out, &text, "", &unit, &code))
            add_terminal_unit(out, unit, code);
        return;
    }
    while (text.len) {
        size_t skip, len = plain_unit(text, "", &code, &skip);
        if (len == 1)
            add_unit(out, text.at, 1);
        else
            add_terminal_unit(out, slice_head(text, skip), code);
        text = slice_skip(text, skip);
    }
}

/* RFC 8259 7: short escapes, \u00XX, and pairs of surrogates above the basic plane. */
static void add_json_unit(struct buffer *out, uint32_t code)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i + 1 < sizeof shorts; i += 2)
        if (code == (unsigned char)shorts[i]) {
            add_unit(out, (const char[]){ '\\', shorts[i + 1] }, 2);
            return;
        }
    char text[16];
    if (code < 0x10000)
        snprintf(text, sizeof text, "\\u%04x", (unsigned)code);
    else
        snprintf(text, sizeof text, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (code >> 10)),
                 (unsigned)(0xdc00 + (code & 0x3ff)));
    add_text(out, text);
}

/* How many bytes at the head of text are ASCII that JSON takes as it is: nearly always all. */
static size_t json_plain_run(struct slice text)
{
    size_t i = 0;
    while (i < text.len) {
        unsigned char c = (unsigned char)text.at[i];
        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
            break;
        i++;
    }
    return i;
}

void escape_json(struct buffer *out, struct slice text)
{
    struct slice unit;
    uint32_t code;
    buffer_add_byte(out, '"');
    size_t plain = json_plain_run(text);
    if (plain) {
        buffer_add(out, text.at, plain);
        text = slice_skip(text, plain);
    }
    while (next_replaced(out, &text, "\"\\", &unit, &code)) {
        if (code == NOT_UTF8)
            add_text(out, REPLACEMENT);
        else
            add_json_unit(out, code);
    }
    buffer_add_byte(out, '"');
}

void escape_json_or_null(struct buffer *out, struct slice text)
{
    if (text.at)
        escape_json(out, text);
    else
        buffer_add_text(out, "null");
}

void escape_html(struct buffer *out, struct slice text)
{
    struct slice unit;
    uint32_t code;
    while (next_replaced(out, &text, "&<>\"'", &unit, &code)) {
        switch (code) {
        case '&':
            add_text(out, "&amp;");
            break;
        case '<':
            add_text(out, "&lt;");
            break;
        case '>':
            add_text(out, "&gt;");
            break;
        case '"':
            add_text(out, "&quot;");
            break;
        case '\'':
            add_text(out, "&#39;");
            break;
        case '\t':
            add_text(out, "&#9;");
            break;
        case '\n':
            add_text(out, "&#10;");
            break;
        default: /* a reference to another control is no valid HTML */
            add_text(out, REPLACEMENT);
        }
    }
}

void escape_csv(struct buffer *out, struct slice text)
{
    struct slice unit;
    uint32_t code;
    if (text.len == 0)
        return;
    bool formula = memchr("=+-@", text.at[0], 4) != NULL;
    bool quoted = text.at[0] == ' ' || text.at[text.len - 1] == ' ' ||
                  slice_index(text, ',') < text.len || slice_index(text, '"') < text.len ||
                  slice_index(text, ';') < text.len;
    if (quoted)
        buffer_add_byte(out, '"');
    if (formula)
        buffer_add_byte(out, '\'');
    while (next_replaced(out, &text, "\"", &unit, &code))
        add_text(out, code == '"' ? "\"\"" : REPLACEMENT);
    if (quoted)
        buffer_add_byte(out, '"');
}

void escape_prometheus(struct buffer *out, struct slice text)
{
    struct slice unit;
    uint32_t code;
    while (next_replaced(out, &text, "\\\"", &unit, &code)) {
        if (code == '\\' || code == '"')
            add_unit(out, (const char[]){ '\\', (char)code }, 2);
        else
            add_text(out, code == '\n' ? "\\n" : REPLACEMENT);
    }
}
