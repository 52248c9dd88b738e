#include "parsers/data/dns_line.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/civil_time.h"
#include "base/xalloc.h"

enum { ANSWERS_MAX = 4096 };

enum field {
    FIELD_NAME,
    FIELD_TYPE,
    FIELD_RCODE,
    FIELD_ANSWERS,
    FIELD_TTL,
    FIELD_TIME,
    FIELD_OTHER
};

static enum field field_of(struct slice key)
{
    static const char *const keys[] = { "name", "type", "rcode", "answers", "ttl", "time" };
    for (unsigned i = 0; i < COUNT(keys); i++)
        if (slice_is(key, keys[i]))
            return (enum field)i;
    return FIELD_OTHER;
}

static struct slice skip_blanks(struct slice s)
{
    while (s.len && (s.at[0] == ' ' || s.at[0] == '\t' || s.at[0] == '\r'))
        s = slice_skip(s, 1);
    return s;
}

/* Cuts one expected byte off *rest, blanks around it too. */
static bool take_byte(struct slice *rest, char byte)
{
    *rest = skip_blanks(*rest);
    if (rest->len == 0 || rest->at[0] != byte)
        return false;
    *rest = skip_blanks(slice_skip(*rest, 1));
    return true;
}

/* A string without escapes and control characters. */
static bool take_string(struct slice *rest, struct slice *text)
{
    if (rest->len == 0 || rest->at[0] != '"')
        return false;
    *text = slice_skip(*rest, 1);
    *text = slice_head(*text, slice_index(*text, '"'));
    if (text->len + 2 > rest->len)
        return false;
    for (size_t i = 0; i < text->len; i++)
        if (text->at[i] == '\\' || (unsigned char)text->at[i] < 0x20)
            return false;
    *rest = skip_blanks(slice_skip(*rest, text->len + 2));
    return true;
}

/* A number, true, false, null: up to the next comma or brace. */
static bool take_scalar(struct slice *rest, struct slice *text)
{
    size_t len = 0;
    while (len < rest->len && (ascii_is_alnum(rest->at[len]) || rest->at[len] == '-' ||
                               rest->at[len] == '+' || rest->at[len] == '.'))
        len++;
    *text = slice_head(*rest, len);
    *rest = skip_blanks(slice_skip(*rest, len));
    return len > 0;
}

static void set_time(struct dns_line *fields, struct slice text)
{
    int offset;
    size_t used;
    if (!civil_parse_rfc3339(text, 0, &fields->time_us, &offset, &used))
        fields->time_us = TIME_NONE;
}

static void add_answer(struct dns_line *fields, uint32_t *capacity, struct slice text)
{
    if (fields->count == ANSWERS_MAX)
        return;
    GROW(fields->answers, fields->count, *capacity);
    fields->answers[fields->count++] = text;
}

static bool take_answers(struct slice *rest, struct dns_line *fields)
{
    uint32_t capacity = 0;
    struct slice text;
    free(fields->answers);
    fields->answers = NULL;
    fields->count = 0;
    if (!take_byte(rest, '['))
        return false;
    if (take_byte(rest, ']'))
        return true;
    do {
        if (!take_string(rest, &text))
            return false;
        add_answer(fields, &capacity, text);
    } while (take_byte(rest, ','));
    return take_byte(rest, ']');
}

static bool take_value(struct slice *rest, enum field field, struct dns_line *fields)
{
    struct slice text;
    uint64_t number;
    if (field == FIELD_ANSWERS)
        return take_answers(rest, fields);
    if (field == FIELD_TTL) {
        if (!take_scalar(rest, &text))
            return false;
        fields->ttl = slice_to_u64(text, &number) && number <= UINT32_MAX ? (uint32_t)number : 0;
        return true;
    }
    if (!take_string(rest, &text))
        return field == FIELD_OTHER && take_scalar(rest, &text);
    if (field == FIELD_NAME)
        fields->name = text;
    else if (field == FIELD_TYPE)
        fields->type = text;
    else if (field == FIELD_RCODE)
        fields->rcode = text;
    else if (field == FIELD_TIME)
        set_time(fields, text);
    return true;
}

static bool parse_flat(struct slice line, struct dns_line *fields)
{
    struct slice key;
    if (!take_byte(&line, '{'))
        return false;
    do {
        if (!take_string(&line, &key) || !take_byte(&line, ':') ||
            !take_value(&line, field_of(key), fields))
            return false;
    } while (take_byte(&line, ','));
    return take_byte(&line, '}') && line.len == 0 && fields->name.at && fields->type.at;
}

static struct slice string_of(const json_t *document, const char *key)
{
    const json_t *value = json_object_get(document, key);
    if (!json_is_string(value))
        return (struct slice){ NULL, 0 };
    return slice_make(json_string_value(value), json_string_length(value));
}

static bool parse_document(struct slice line, struct dns_line *fields)
{
    json_error_t error;
    uint32_t capacity = 0;
    json_t *document = json_loadb(line.at, line.len, JSON_ALLOW_NUL, &error);
    if (!json_is_object(document)) {
        json_decref(document);
        return false;
    }
    fields->document = document;
    fields->name = string_of(document, "name");
    fields->type = string_of(document, "type");
    if (string_of(document, "rcode").at)
        fields->rcode = string_of(document, "rcode");
    set_time(fields, string_of(document, "time"));
    json_int_t ttl = json_integer_value(json_object_get(document, "ttl"));
    fields->ttl = ttl >= 0 && ttl <= UINT32_MAX ? (uint32_t)ttl : 0;
    const json_t *answers = json_object_get(document, "answers");
    for (size_t i = 0; i < json_array_size(answers); i++) {
        const json_t *text = json_array_get(answers, i);
        if (json_is_string(text))
            add_answer(fields, &capacity,
                       slice_make(json_string_value(text), json_string_length(text)));
    }
    return fields->name.at && fields->type.at;
}

bool dns_line_parse(struct slice line, struct dns_line *fields)
{
    static const struct dns_line empty = { .rcode = SLICE("NOERROR"), .time_us = TIME_NONE };
    struct dns_line flat = empty, document = empty;
    if (parse_flat(line, &flat)) {
        *fields = flat;
        return true;
    }
    dns_line_release(&flat);
    if (parse_document(line, &document)) {
        *fields = document;
        return true;
    }
    dns_line_release(&document);
    *fields = document;
    return false;
}

void dns_line_release(struct dns_line *fields)
{
    free(fields->answers);
    json_decref(fields->document);
    *fields = (struct dns_line){ 0 };
}
