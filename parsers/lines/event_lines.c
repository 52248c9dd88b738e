#include "parsers/lines/event_lines.h"

#include <string.h>

#include "base/civil_time.h"
#include "base/escape.h"
#include "base/xalloc.h"

enum { SCORES_MAX = 500 }; /* tests of one verdict; real ones have up to a hundred */

/* Appends `,"name":`. */
static void add_key(struct buffer *out, const char *name)
{
    buffer_add_text(out, ",\"");
    buffer_add_text(out, name);
    buffer_add_text(out, "\":");
}

static void add_text_or_null(struct buffer *out, const char *name, struct slice text)
{
    add_key(out, name);
    escape_json_or_null(out, text.len ? text : (struct slice){ NULL, 0 });
}

/* hh:mm:ss, or a number with s m h d w, as seconds; false when the text is none. */
static bool add_duration(struct buffer *out, struct slice text)
{
    static const struct {
        char unit;
        uint32_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
    uint64_t number;
    for (size_t i = 0; i < COUNT(units) && text.len; i++)
        if (text.at[text.len - 1] == units[i].unit &&
            slice_to_u64(slice_head(text, text.len - 1), &number) && number < 1000000000) {
            buffer_add_u64(out, number * units[i].seconds);
            return true;
        }
    uint64_t parts[3], count = 0;
    struct slice word;
    while (count < 3 && slice_next_word(&text, ":", &word) && slice_to_u64(word, &parts[count]) &&
           parts[count] < 1000000)
        count++;
    if (count < 3 || text.len)
        return false;
    buffer_add_u64(out, (parts[0] * 60 + parts[1]) * 60 + parts[2]);
    return true;
}

/* A decimal number as JSON wants it (no '+', no leading zeros), a duration as seconds; anything
 * else as a string. */
static void add_number(struct buffer *out, struct slice text)
{
    struct slice digits = text;
    double value;
    if (!slice_to_double(text, &value)) {
        if (!add_duration(out, text))
            escape_json(out, text);
        return;
    }
    bool negative = digits.at[0] == '-';
    if (negative || digits.at[0] == '+')
        digits = slice_skip(digits, 1);
    while (digits.len > 1 && digits.at[0] == '0' && digits.at[1] != '.')
        digits = slice_skip(digits, 1);
    if (negative)
        buffer_add_byte(out, '-');
    if (digits.at[0] == '.')
        buffer_add_byte(out, '0');
    buffer_add_slice(out, digits);
    if (digits.at[digits.len - 1] == '.')
        buffer_add_byte(out, '0');
}

/* Cuts the next member off a list: separated by , or ; outside of quotes, <> and brackets. */
static bool next_member(struct slice *rest, struct slice *member)
{
    int depth = 0;
    bool quoted = false;
    size_t end = 0;
    if (rest->len == 0)
        return false;
    for (; end < rest->len; end++) {
        char c = rest->at[end];
        if (c == '\\' && quoted)
            end++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && memchr("<({[", c, 4))
            depth++;
        else if (!quoted && memchr(">)}]", c, 4))
            depth--;
        else if (!quoted && depth <= 0 && (c == ',' || c == ';'))
            break;
    }
    end = end < rest->len ? end : rest->len;
    *member = slice_trim(slice_head(*rest, end));
    *rest = slice_skip(*rest, end + 1);
    return true;
}

static void add_list(struct buffer *out, struct slice rest)
{
    struct slice member;
    bool first = true;
    buffer_add_byte(out, '[');
    while (next_member(&rest, &member)) {
        if (member.len >= 2 && member.at[0] == '<' && member.at[member.len - 1] == '>')
            member = slice_make(member.at + 1, member.len - 2);
        else if (slice_starts(member, "to=")) /* clamsmtpd: "to=A, to=B" */
            member = slice_skip(member, 3);
        if (!first)
            buffer_add_byte(out, ',');
        first = false;
        escape_json(out, member);
    }
    buffer_add_byte(out, ']');
}

/* A test's name is a word of visible ASCII; a key of anything else would trouble who reads it. */
static bool is_test_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] <= ' ' || name.at[i] > '~')
            return false;
    return name.len > 0;
}

/* Whether the name is new among the first `count`; then it is the next of them. */
static bool is_new_name(struct slice *names, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(names[i], name))
            return false;
    names[count] = name;
    return true;
}

/* "NAME 1.2", "NAME=1.2" or "NAME(1.2){options}" as a member of an object. */
static void add_scores(struct buffer *out, struct slice rest)
{
    struct slice member, names[SCORES_MAX];
    size_t count = 0;
    buffer_add_byte(out, '{');
    while (count < SCORES_MAX && next_member(&rest, &member)) {
        size_t len = 0, end = 0;
        while (len < member.len && !memchr(" =(", member.at[len], 3))
            len++;
        struct slice name = slice_head(member, len);
        struct slice value = slice_trim(slice_skip(member, len + 1));
        while (end < value.len &&
               (ascii_is_digit(value.at[end]) || memchr("+-.", value.at[end], 3)))
            end++;
        if (!is_test_name(name) || !is_new_name(names, count, name))
            continue;
        if (count++)
            buffer_add_byte(out, ',');
        escape_json(out, name);
        buffer_add_byte(out, ':');
        if (end)
            add_number(out, slice_head(value, end));
        else
            buffer_add_text(out, "null");
    }
    buffer_add_byte(out, '}');
}

/* A restriction of a block list is printed with its list, as it would stand in main.cf. */
static void add_restriction(struct buffer *out, const struct event *event)
{
    struct slice name = event_get(event, FIELD_RESTRICTION);
    struct slice list = event_get(event, FIELD_DNSBL);
    bool lists = slice_starts(name, "reject_rbl_") || slice_starts(name, "reject_rhsbl_");
    if (!lists || list.len == 0 || list.len > 300 || name.len > 100) {
        escape_json_or_null(out, name);
        return;
    }
    char text[402];
    memcpy(text, name.at, name.len);
    text[name.len] = ' ';
    memcpy(text + name.len + 1, list.at, list.len);
    escape_json(out, slice_make(text, name.len + 1 + list.len));
}

static void add_field(struct buffer *out, const struct event *event, enum event_field field)
{
    struct slice value = event_get(event, field);
    add_key(out, event_field_name(field));
    if (!value.at) {
        buffer_add_text(out, "null");
        return;
    }
    if (field == FIELD_RESTRICTION) {
        add_restriction(out, event);
        return;
    }
    switch (event_field_type(field)) {
    case FIELD_TYPE_NUMBER:
        add_number(out, value);
        break;
    case FIELD_TYPE_FLAG:
        buffer_add_text(out, slice_is(value, "true") ? "true" : "false");
        break;
    case FIELD_TYPE_LIST:
        add_list(out, value);
        break;
    case FIELD_TYPE_SCORES:
        add_scores(out, value);
        break;
    case FIELD_TYPE_TEXT:
        escape_json(out, value);
        break;
    }
}

/* The kind. A repeat marker stands for the line it repeats: its kind is `repeat`, with the count,
 * the kind of that line, and its fields. */
static void add_kind(struct buffer *out, const struct event *event)
{
    if (event->line->repeats > 1) {
        buffer_add_text(out, "\"repeat\",\"count\":");
        buffer_add_u64(out, event->line->repeats);
        add_key(out, "repeated");
    }
    if (event->kind == EVENT_NONE)
        buffer_add_text(out, "null");
    else
        escape_json(out, slice_of(event_kind_name(event->kind)));
}

void event_lines_write(struct buffer *out, const struct event *event, const char *file_name)
{
    char time[TIME_TEXT_MAX];
    const struct log_line *line = event->line;
    buffer_add_text(out, "{\"file\":");
    escape_json_or_null(out, slice_of(file_name));
    add_key(out, "line");
    buffer_add_u64(out, line->number);
    add_text_or_null(out, "time", civil_format_rfc3339(line->time_us, line->offset_minutes, time));
    add_text_or_null(out, "host", line->host);
    add_text_or_null(out, "program", line->program);
    add_key(out, "pid");
    if (line->pid)
        buffer_add_u64(out, line->pid);
    else
        buffer_add_text(out, "null");
    add_key(out, "class");
    escape_json(out, slice_of(line_class_name(event->line_class)));
    add_key(out, "kind");
    add_kind(out, event);
    for (enum event_field field = 0; field < EVENT_FIELD_COUNT; field++)
        if (event_has(event, field) && (field != FIELD_COUNT || line->repeats <= 1))
            add_field(out, event, field);
    buffer_add_text(out, "}\n");
}

void unparsed_heading_write(struct buffer *out)
{
    buffer_add_text(out, "# count\tclass\tprogram\tshape\tfirst seen\texample\n");
}

/* One column: printable and without tabs. */
static void add_column(struct buffer *out, struct slice text)
{
    escape_terminal(out, text, false);
}

void unparsed_line_write(struct buffer *out, const struct shape_count *row, const char *file_name)
{
    buffer_add_u64(out, row->count);
    buffer_add_byte(out, '\t');
    buffer_add_text(out, line_class_name(row->line_class));
    buffer_add_byte(out, '\t');
    add_column(out, row->program);
    buffer_add_byte(out, '\t');
    add_column(out, row->shape);
    buffer_add_byte(out, '\t');
    add_column(out, slice_of(file_name ? file_name : "-"));
    buffer_add_byte(out, ':');
    buffer_add_u64(out, row->line);
    buffer_add_byte(out, '\t');
    add_column(out, row->example);
    buffer_add_byte(out, '\n');
}
