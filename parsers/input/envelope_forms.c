#include "parsers/input/envelope_forms.h"

#include "base/xalloc.h"
#include "parsers/input/json_record.h"
#include "parsers/input/line_reader.h"
#include "parsers/input/syslog_tag.h"

static struct slice skip_blanks(struct slice text)
{
    size_t n = 0;
    while (n < text.len && text.at[n] == ' ')
        n++;
    return slice_skip(text, n);
}

/* Books the time of a stamp. */
static void set_time(struct envelope *envelope, const struct stamp *stamp, struct log_line *line)
{
    envelope->stamp = *stamp;
    envelope->yearless += stamp->civil.year == 0;
    line->time_us = year_clock_resolve(&envelope->clock, stamp, &line->offset_minutes);
}

/* A process id that stands as a field of its own; 0 when it is no number. */
static uint32_t pid_of(struct slice text)
{
    uint64_t number;
    return slice_to_u64(text, &number) && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static void set_no_time(struct log_line *line)
{
    line->time_us = TIME_NONE;
    line->offset_minutes = 0;
}

/* A relay's stamp stands before the line's own one: the inner one counts, the outer one lends the
 * year. */
static void lend_year(struct stamp *inner, const struct stamp *outer)
{
    if (inner->civil.year != 0 || outer->civil.year == 0)
        return;
    inner->civil.year = outer->civil.year;
    if (inner->civil.month == 12 && outer->civil.month == 1)
        inner->civil.year--;
    else if (inner->civil.month == 1 && outer->civil.month == 12)
        inner->civil.year++;
}

/* What follows a stamp in the syslog forms, a relayed line's second stamp included. */
static bool finish_syslog(struct envelope *envelope, struct stamp stamp, struct slice rest,
                          struct log_line *line)
{
    struct stamp inner;
    rest = skip_blanks(rest);
    for (int relays = 0; relays < 3; relays++) {
        size_t used = stamp_parse(rest, &inner);
        if (!used) {
            if (!syslog_tag_parse_line(rest, line))
                return false;
            if (line->program.len || (used = stamp_parse(line->text, &inner)) == 0)
                break;
            rest = line->text;
        }
        lend_year(&inner, &stamp);
        stamp = inner;
        rest = skip_blanks(slice_skip(rest, used));
    }
    set_time(envelope, &stamp, line);
    return true;
}

static enum form_answer parse_rfc3164(struct envelope *envelope, struct slice raw,
                                      struct log_line *line)
{
    struct stamp stamp;
    struct slice text = slice_skip(raw, syslog_tag_priority(raw));
    size_t used = stamp_parse_rfc3164(text, &stamp);
    if (!used || !finish_syslog(envelope, stamp, slice_skip(text, used), line))
        return FORM_NO;
    line->envelope = ENVELOPE_RFC3164;
    return FORM_YES;
}

/* "stdout F " or "stderr P ": CRI's columns behind the stamp (and the tags, should they be more). */
static bool is_cri(struct slice rest)
{
    return rest.len >= 8 && (slice_starts(rest, "stdout ") || slice_starts(rest, "stderr ")) &&
           (rest.at[7] == 'F' || rest.at[7] == 'P') &&
           (rest.len == 8 || rest.at[8] == ' ' || rest.at[8] == ':');
}

static enum form_answer parse_rfc3339(struct envelope *envelope, struct slice raw,
                                      struct log_line *line)
{
    struct stamp stamp;
    struct slice text = slice_skip(raw, syslog_tag_priority(raw));
    size_t used = stamp_parse_iso(text, &stamp);
    if (!used || used >= text.len || text.at[used] != ' ' || is_cri(slice_skip(text, used + 1)) ||
        !finish_syslog(envelope, stamp, slice_skip(text, used), line))
        return FORM_NO;
    line->envelope = ENVELOPE_RFC3339;
    return FORM_YES;
}

static enum form_answer parse_unix(struct envelope *envelope, struct slice raw,
                                   struct log_line *line)
{
    struct stamp stamp;
    size_t used = stamp_parse_unix(raw, &stamp);
    if (!used || !finish_syslog(envelope, stamp, slice_skip(raw, used), line))
        return FORM_NO;
    line->envelope = ENVELOPE_JOURNAL;
    return FORM_YES;
}

/* "[ 1234.567890] host prog[pid]: text", "[ 1234.567890 <    0.000001 >] host ..." (short-delta): a
 * time since boot is no time of day. */
static enum form_answer parse_monotonic(struct envelope *envelope, struct slice raw,
                                        struct log_line *line)
{
    (void)envelope;
    enum { LONGEST = 56 };
    size_t close = slice_index(slice_head(raw, LONGEST), ']'), dot = slice_index(raw, '.');
    if (raw.len < 4 || raw.at[0] != '[' || close >= LONGEST || close >= raw.len || dot > close)
        return FORM_NO;
    for (size_t i = 1; i < close; i++)
        if (!ascii_is_digit(raw.at[i]) && !memchr(" .<>", raw.at[i], 4))
            return FORM_NO;
    if (!syslog_tag_parse_line(skip_blanks(slice_skip(raw, close + 1)), line) ||
        line->program.len == 0)
        return FORM_NO;
    set_no_time(line);
    line->envelope = ENVELOPE_JOURNAL;
    return FORM_YES;
}

/* Takes the next of RFC 5424's fields off; "-" is the nil value. */
static struct slice take_field(struct slice *rest)
{
    size_t len = slice_index(*rest, ' ');
    struct slice field = slice_head(*rest, len);
    *rest = slice_skip(*rest, len + 1);
    return slice_is(field, "-") ? slice_make(field.at, 0) : field;
}

/* Takes "-" or "[id name="value" ...]..." off; a value may hold escaped quotes (RFC 5424 6.3). */
static bool skip_structured_data(struct slice *rest)
{
    if (rest->len && rest->at[0] == '-') {
        *rest = slice_skip(*rest, 1);
        return true;
    }
    bool quoted = false, inside = false;
    for (size_t i = 0; i < rest->len; i++) {
        char c = rest->at[i];
        if (quoted && c == '\\') {
            i++;
        } else if (c == '"' && inside) {
            quoted = !quoted;
        } else if (!quoted && c == (inside ? ']' : '[')) {
            inside = !inside;
        } else if (!inside) {
            *rest = slice_skip(*rest, i);
            return i > 0 && c == ' ';
        }
    }
    bool good = rest->len > 0 && !inside;
    *rest = slice_skip(*rest, rest->len);
    return good;
}

/* Skips the length of RFC 6587's octet counting, "143 <22>1 ...": a frame ends in a newline here. */
static struct slice skip_frame(struct slice raw)
{
    size_t n = 0;
    while (n < raw.len && n < 7 && ascii_is_digit(raw.at[n]))
        n++;
    return n && slice_starts(slice_skip(raw, n), " <") ? slice_skip(raw, n + 1) : raw;
}

static enum form_answer parse_rfc5424(struct envelope *envelope, struct slice raw,
                                      struct log_line *line)
{
    struct slice framed = skip_frame(raw);
    struct slice rest = slice_skip(framed, syslog_tag_priority(framed));
    bool prioritized = rest.at != framed.at; /* some files are written without it */
    if (!slice_starts(rest, "1 "))
        return FORM_NO;
    rest = slice_skip(rest, 2);
    struct slice time = take_field(&rest), host = take_field(&rest), program = take_field(&rest);
    struct slice pid = take_field(&rest), message_id = take_field(&rest);
    struct stamp stamp;
    (void)message_id;
    if (!rest.len || !skip_structured_data(&rest) ||
        (time.len && stamp_parse_iso(time, &stamp) != time.len) ||
        (!prioritized && (time.len == 0 || program.len == 0)))
        return FORM_NO;
    if (rest.len)
        rest = slice_skip(rest, 1);
    if (slice_starts(rest, "\xEF\xBB\xBF"))
        rest = slice_skip(rest, 3);
    line->host = syslog_tag_host(host);
    line->program = program;
    line->pid = pid_of(pid);
    line->text = skip_blanks(rest);
    if (program.len == 0)
        syslog_tag_parse(line->text, line);
    if (time.len)
        set_time(envelope, &stamp, line);
    else
        set_no_time(line);
    line->envelope = ENVELOPE_RFC5424;
    return FORM_YES;
}

/* The payload of a container's line: a syslog line of its own (postlogd, busybox syslogd), a bare
 * tag, or plain text. An inner stamp without zone is not believed: containers have their own. */
void envelope_take_payload(struct envelope *envelope, struct slice text, const struct stamp *outer,
                           struct log_line *line)
{
    struct stamp stamp;
    struct slice rest = slice_skip(text, syslog_tag_priority(text));
    size_t used = stamp_parse(rest, &stamp);
    if (!used || !syslog_tag_parse_line(skip_blanks(slice_skip(rest, used)), line)) {
        used = 0;
        line->host = line->program = slice_make(text.at, 0);
        line->pid = 0;
        line->text = text;
        syslog_tag_parse_strict(text, line);
    }
    line->envelope = ENVELOPE_CONTAINER;
    if (outer && !(used && stamp.has_zone))
        set_time(envelope, outer, line);
    else if (used)
        set_time(envelope, &stamp, line);
    else
        set_no_time(line);
}

/* The time of a record; false when it has none. */
static bool record_time(const struct record *record, struct stamp *stamp)
{
    static const uint64_t year_2200 = UINT64_C(7258118400) * 1000000;
    uint64_t number;
    if (!slice_to_u64(record->field[RECORD_TIME_US], &number) || number >= year_2200)
        return record->field[RECORD_TIME].at && stamp_parse(record->field[RECORD_TIME], stamp);
    stamp->civil = civil_from_us((int64_t)number, 0);
    stamp->has_zone = true;
    stamp->offset_minutes = 0;
    return true;
}

void envelope_take_record(struct envelope *envelope, const struct record *record,
                          struct log_line *line)
{
    struct stamp stamp;
    const struct slice *field = record->field;
    bool timed = record_time(record, &stamp);
    struct slice text = field[RECORD_TEXT].at ? field[RECORD_TEXT] : slice_make("", 0);
    while (slice_ends(text, "\n") || slice_ends(text, "\r"))
        text.len--;
    if (!field[RECORD_PROGRAM].at) {
        envelope_take_payload(envelope, text, timed ? &stamp : NULL, line);
    } else {
        line->program = field[RECORD_PROGRAM];
        line->pid = pid_of(field[RECORD_PID]);
        line->host = slice_make(text.at, 0);
        line->text = text;
        if (timed)
            set_time(envelope, &stamp, line);
        else
            set_no_time(line);
    }
    if (field[RECORD_HOST].at && line->host.len == 0)
        line->host = field[RECORD_HOST];
    line->envelope = record->is_journal ? ENVELOPE_JOURNAL : ENVELOPE_CONTAINER;
    line->truncated |= record->truncated;
}

/* Keeps a part of a line; false when there is no room, then the part stands for itself. */
static bool keep_part(struct envelope *envelope, struct slice part)
{
    if (part.len > LINE_LENGTH_MAX - envelope->partial_len)
        return false;
    if (!envelope->partial)
        envelope->partial = xmalloc(LINE_LENGTH_MAX);
    memcpy(envelope->partial + envelope->partial_len, part.at, part.len);
    envelope->partial_len += part.len;
    return true;
}

/* The parts kept so far with the last one, which stays as it is when there were none. */
static struct slice join_parts(struct envelope *envelope, struct slice last, bool *truncated)
{
    if (envelope->partial_len == 0)
        return last;
    struct slice fitting = slice_head(last, LINE_LENGTH_MAX - envelope->partial_len);
    *truncated |= fitting.len < last.len;
    keep_part(envelope, fitting);
    struct slice whole = slice_make(envelope->partial, envelope->partial_len);
    envelope->partial_len = 0;
    return whole;
}

static enum form_answer parse_json(struct envelope *envelope, struct slice raw,
                                   struct log_line *line)
{
    if (slice_starts(raw, "data: ")) /* journalctl -o json-sse */
        raw = slice_skip(raw, 6);
    if (slice_starts(raw, "\x1e")) /* RFC 7464 */
        raw = slice_skip(raw, 1);
    struct record record;
    if (!slice_starts(raw, "{") || !record_parse_json(raw, &record, envelope->scratch))
        return FORM_NO;
    struct slice *text = &record.field[RECORD_TEXT];
    bool docker = !record.is_journal && !record.field[RECORD_PROGRAM].at && text->at;
    if (docker && !record.truncated && text->len >= 1024 && !slice_ends(*text, "\n") &&
        keep_part(envelope, *text))
        return FORM_PART; /* the json-file driver cuts at 16 KiB; only a last part ends in \n */
    if (docker)
        *text = join_parts(envelope, *text, &record.truncated);
    envelope_take_record(envelope, &record, line);
    return FORM_YES;
}

static enum form_answer parse_cri(struct envelope *envelope, struct slice raw,
                                  struct log_line *line)
{
    struct stamp stamp;
    size_t used = stamp_parse_iso(raw, &stamp);
    if (!used || used >= raw.len || raw.at[used] != ' ' || !is_cri(slice_skip(raw, used + 1)))
        return FORM_NO;
    struct slice rest = slice_skip(raw, used + 8);
    struct slice tags = take_field(&rest);
    if (tags.len && tags.at[0] == 'P' && keep_part(envelope, rest))
        return FORM_PART;
    rest = join_parts(envelope, rest, &line->truncated);
    envelope_take_payload(envelope, rest, &stamp, line);
    return FORM_YES;
}

/* "[2026-11-22 10:15:01] text". */
static enum form_answer parse_bracket(struct envelope *envelope, struct slice raw,
                                      struct log_line *line)
{
    struct stamp stamp;
    if (!slice_starts(raw, "["))
        return FORM_NO;
    size_t used = stamp_parse_iso(slice_skip(raw, 1), &stamp);
    if (!used || used + 1 >= raw.len || raw.at[used + 1] != ']')
        return FORM_NO;
    envelope_take_payload(envelope, skip_blanks(slice_skip(raw, used + 2)), &stamp, line);
    return FORM_YES;
}

/* Skips "ESC [ digits ; ... m", with which compose paints a container's name. */
static struct slice skip_colour(struct slice text)
{
    size_t n = 2;
    if (!slice_starts(text, "\x1b["))
        return text;
    while (n < text.len && n < 16 && (ascii_is_digit(text.at[n]) || text.at[n] == ';'))
        n++;
    return n < text.len && text.at[n] == 'm' ? slice_skip(text, n + 1) : text;
}

/* "name  | text" (docker compose logs): only when the text is a log line itself. */
static enum form_answer parse_compose(struct envelope *envelope, struct slice raw,
                                      struct log_line *line)
{
    size_t n = 0;
    raw = skip_colour(raw);
    while (n < raw.len && n < 128 && (ascii_is_alnum(raw.at[n]) || memchr("_.-", raw.at[n], 3)))
        n++;
    struct slice rest = skip_blanks(slice_skip(raw, n));
    if (n == 0 || rest.at == raw.at + n || !slice_starts(rest, "|"))
        return FORM_NO;
    rest = skip_colour(slice_skip(rest, 1));
    if (!slice_starts(rest, " "))
        return FORM_NO;
    rest = skip_colour(slice_skip(rest, 1));
    if (slice_starts(rest, "{"))
        return parse_json(envelope, rest, line);
    struct stamp stamp;
    struct log_line read = *line;
    if (!stamp_parse(rest, &stamp) && !syslog_tag_parse_strict(rest, &read))
        return FORM_NO;
    envelope_take_payload(envelope, rest, NULL, line);
    return FORM_YES;
}

/* "@400000006b02c0af075bca00 text" (multilog, s6-log, svlogd). */
static enum form_answer parse_tai64n(struct envelope *envelope, struct slice raw,
                                     struct log_line *line)
{
    struct stamp stamp;
    size_t used = stamp_parse_tai64n(raw, &stamp);
    if (!used)
        return FORM_NO;
    envelope_take_payload(envelope, skip_blanks(slice_skip(raw, used)), &stamp, line);
    return FORM_YES;
}

/* BitDefender's bdlogd: "11/22/2026 10:15:01 BDMAILD SPAM: text", local time, no host. */
static enum form_answer parse_bdlog(struct envelope *envelope, struct slice raw,
                                    struct log_line *line)
{
    struct stamp stamp;
    size_t used = stamp_parse_slashed(raw, &stamp);
    if (!used)
        return FORM_NO;
    struct slice rest = skip_blanks(slice_skip(raw, used)), program = take_field(&rest);
    for (size_t i = 0; i < program.len; i++)
        if (!ascii_is_alnum(program.at[i]) && program.at[i] != '_' && program.at[i] != '-')
            return FORM_NO;
    size_t colon = slice_index(slice_head(rest, 32), ':');
    if (program.len == 0 || colon == 0 || colon >= rest.len || colon >= 32 ||
        slice_index(slice_head(rest, colon), ' ') < colon)
        return FORM_NO;
    line->host = slice_make(raw.at, 0);
    line->program = program;
    line->pid = 0;
    line->text = rest;
    set_time(envelope, &stamp, line);
    line->envelope = ENVELOPE_BDLOG;
    return FORM_YES;
}

/* "prog[pid]: text" and nothing before it (a container's stdout). */
static enum form_answer parse_bare(struct envelope *envelope, struct slice raw,
                                   struct log_line *line)
{
    (void)envelope;
    if (!syslog_tag_parse_strict(slice_skip(raw, syslog_tag_priority(raw)), line))
        return FORM_NO;
    line->host = slice_make(raw.at, 0);
    set_no_time(line);
    line->envelope = ENVELOPE_CONTAINER;
    return FORM_YES;
}

#define TAIL "postfix/smtpd[1234]: connect from mail.example.org[192.0.2.7]"
/* clang-format off */
static const struct envelope_form forms[] = {
    { "rfc3164", parse_rfc3164, true, "Nov 22 10:15:01 mx1 " TAIL },
    { "rfc3339", parse_rfc3339, true, "2026-11-22T10:15:01.123456+01:00 mx1 " TAIL },
    { "rfc5424", parse_rfc5424, true,
      "<22>1 2026-11-22T09:15:01.123456Z mx1 postfix/smtpd 1234 - [origin x=\"1\"] connect from mail.example.org[192.0.2.7]" },
    { "json", parse_json, true,
      "{\"__REALTIME_TIMESTAMP\":\"1795338901123456\",\"_HOSTNAME\":\"mx1\",\"SYSLOG_IDENTIFIER\":\"postfix/smtpd\","
      "\"SYSLOG_PID\":\"1234\",\"MESSAGE\":\"connect from mail.example.org[192.0.2.7]\"}" },
    { "cri", parse_cri, false, "2026-11-22T10:15:01.123456789+01:00 stdout F Nov 22 10:15:01 mx1 " TAIL },
    { "unix", parse_unix, false, "1795338901.123456 mx1 " TAIL },
    { "bdlog", parse_bdlog, false, "11/22/2026 10:15:01 BDMAILD INFO: connect from mail.example.org[192.0.2.7]" },
    { "compose", parse_compose, false, "mail-1  | Nov 22 10:15:01 mx1 " TAIL },
    { "bracket", parse_bracket, false, "[2026-11-22 10:15:01] " TAIL },
    { "monotonic", parse_monotonic, false, "[ 1234.567890] mx1 " TAIL },
    { "tai64n", parse_tai64n, false, "@400000006b02c0af075bca00 " TAIL },
    { "bare", parse_bare, false, TAIL },
};
/* clang-format on */

const struct envelope_form *envelope_forms(size_t *count)
{
    *count = COUNT(forms);
    return forms;
}

/* Behind "mail.log:" (grep with several files), "mail.log-" (context lines), "mail.log:17:". */
static enum form_answer try_behind_prefix(struct envelope *envelope, struct slice raw,
                                          struct log_line *line)
{
    struct stamp stamp;
    for (size_t i = 1; i + 1 < raw.len && i < 256 && raw.at[i] != ' '; i++) {
        if (raw.at[i] != ':' && raw.at[i] != '-')
            continue;
        struct slice rest = slice_skip(raw, i + 1);
        if (rest.at[0] != '<' && rest.at[0] != '{' && !stamp_parse(rest, &stamp))
            continue;
        for (size_t form = 0; form < COUNT(forms); form++)
            if (forms[form].wrapped) {
                enum form_answer answer = forms[form].parse(envelope, rest, line);
                if (answer != FORM_NO)
                    return answer;
            }
    }
    return FORM_NO;
}

enum form_answer envelope_try_forms(struct envelope *envelope, struct slice raw,
                                    struct log_line *line)
{
    size_t last = envelope->form;
    enum form_answer answer = forms[last].parse(envelope, raw, line);
    if (answer != FORM_NO || envelope->forced < COUNT(forms))
        return answer;
    for (size_t form = 0; form < COUNT(forms); form++) {
        if (form == last)
            continue;
        answer = forms[form].parse(envelope, raw, line);
        if (answer != FORM_NO) {
            envelope->form = form;
            return answer;
        }
    }
    return try_behind_prefix(envelope, raw, line);
}
