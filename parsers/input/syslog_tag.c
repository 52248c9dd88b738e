#include "parsers/input/syslog_tag.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/xalloc.h"

enum { HOST_MAX = 255, PROGRAM_MAX = 128 };

/* Bytes that may end a program's name; a colon ends it only before a blank or the end. */
static const bool ends_name[256] = { [' '] = true, ['['] = true, [':'] = true };

/* The text behind "]:" or ":": without the one blank that belongs to the tag. */
static struct slice text_behind(struct slice rest, size_t at)
{
    if (at < rest.len && rest.at[at] == ' ')
        at++;
    return slice_make(rest.at + at, rest.len - at);
}

/* "[1234]: " behind the name; not a number (or too large a one) gives pid 0. */
static bool parse_pid(struct slice rest, size_t name_len, struct log_line *line)
{
    size_t i = name_len + 1;
    uint64_t pid = 0;
    for (; i < rest.len && ascii_is_digit(rest.at[i]) && i < name_len + 11; i++)
        pid = pid * 10 + (uint64_t)(rest.at[i] - '0');
    if (i >= rest.len || rest.at[i] != ']') {
        size_t close = slice_index(slice_head(rest, name_len + 64), ']');
        if (close + 1 >= rest.len || rest.at[close] != ']' || rest.at[close + 1] != ':')
            return false;
        i = close;
        pid = 0;
    } else if (i == name_len + 1) {
        return false;
    }
    i++;
    if (i < rest.len && rest.at[i] == ':')
        i++;
    else if (i < rest.len && rest.at[i] != ' ')
        return false;
    line->program = slice_make(rest.at, name_len);
    line->pid = pid <= UINT32_MAX ? (uint32_t)pid : 0;
    line->text = text_behind(rest, i);
    return true;
}

/* Index of the first byte at or behind i that may end a name, or max. */
static inline size_t name_end(struct slice rest, size_t i, size_t max)
{
#ifdef __SSE2__
    while (i + 16 <= max) {
        __m128i bytes;
        memcpy(&bytes, rest.at + i, 16);
        __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('[')),
                                    _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')),
                                                 _mm_cmpeq_epi8(bytes, _mm_set1_epi8(':'))));
        unsigned mask = (unsigned)_mm_movemask_epi8(ends);
        if (mask)
            return i + (size_t)__builtin_ctz(mask);
        i += 16;
    }
#endif
    while (i < max && !ends_name[(unsigned char)rest.at[i]])
        i++;
    return i;
}

bool syslog_tag_parse(struct slice rest, struct log_line *line)
{
    size_t i = 0, max = rest.len;
    if (max > PROGRAM_MAX)
        max = PROGRAM_MAX;
    while (i < max) {
        i = name_end(rest, i, max);
        if (i == max || i == 0)
            return false;
        if (rest.at[i] == '[')
            return parse_pid(rest, i, line);
        if (rest.at[i] != ':')
            return false;
        if (i + 1 == rest.len || rest.at[i + 1] == ' ') {
            line->program = slice_make(rest.at, i);
            line->pid = 0;
            line->text = text_behind(rest, i + 1);
            return true;
        }
        i++;
    }
    return false;
}

bool syslog_tag_parse_strict(struct slice rest, struct log_line *line)
{
    struct log_line read = *line;
    if (!syslog_tag_parse(rest, &read))
        return false;
    for (size_t i = 0; i < read.program.len; i++)
        if (!ascii_is_alnum(read.program.at[i]) && !memchr("_./-+", read.program.at[i], 5))
            return false;
    if (read.pid == 0 && !slice_starts(read.program, "postfix/"))
        return false;
    *line = read;
    return true;
}

/* "mail.info", "mail:info" (AIX): a facility and a level. */
static bool is_level(struct slice word)
{
    static const char *const facilities[] = {
        "mail",   "daemon", "auth",   "authpriv", "syslog", "user",   "kern",   "cron",
        "local0", "local1", "local2", "local3",   "local4", "local5", "local6", "local7",
    };
    size_t dot = slice_index(word, '.');
    if (dot == word.len)
        dot = slice_index(word, ':');
    if (dot == 0 || dot + 1 >= word.len)
        return false;
    for (size_t i = dot + 1; i < word.len; i++)
        if (!ascii_is_alnum(word.at[i]))
            return false;
    for (size_t i = 0; i < COUNT(facilities); i++)
        if (slice_is(slice_head(word, dot), facilities[i]))
            return true;
    return false;
}

/* "2.6" of FreeBSD's syslogd -vv: the same as numbers. */
static bool is_numeric_level(struct slice word)
{
    size_t dot = slice_index(word, '.');
    uint64_t facility, level;
    return slice_to_u64(slice_head(word, dot), &facility) && facility < 24 && dot < word.len &&
           slice_to_u64(slice_skip(word, dot + 1), &level) && level < 8;
}

/* Takes one word and the blanks behind it off rest. */
static struct slice take_word(struct slice *rest)
{
    size_t len = slice_index(*rest, ' ');
    struct slice word = slice_head(*rest, len);
    while (len < rest->len && rest->at[len] == ' ')
        len++;
    *rest = slice_skip(*rest, len);
    return word;
}

struct slice syslog_tag_host(struct slice host)
{
    size_t at = slice_last_index(host, '@');
    if (at < host.len)
        host = slice_skip(host, at + 1);
    return slice_head(host, slice_index(host, '/'));
}

struct slice syslog_tag_strip_id(struct slice text)
{
    if (!slice_starts(text, "[ID "))
        return text;
    size_t close = slice_index(slice_head(text, 64), ']');
    if (close + 1 >= text.len || text.at[close] != ']' || text.at[close + 1] != ' ')
        return text;
    return slice_skip(text, close + 2);
}

size_t syslog_tag_priority(struct slice text)
{
    size_t i = 1;
    if (text.len < 3 || text.at[0] != '<')
        return 0;
    while (i < text.len && i < 4 && ascii_is_digit(text.at[i]))
        i++;
    return i > 1 && i < text.len && text.at[i] == '>' ? i + 1 : 0;
}

/* "<mail.info> ", "<2.6> " of FreeBSD's syslogd -v. */
static struct slice skip_bracketed_level(struct slice rest)
{
    struct slice after = rest;
    struct slice word = take_word(&after);
    if (word.len > 2 && word.at[0] == '<' && word.at[word.len - 1] == '>' &&
        (is_level(slice_make(word.at + 1, word.len - 2)) ||
         is_numeric_level(slice_make(word.at + 1, word.len - 2))))
        return after;
    return rest;
}

/* A sentence of the logger itself, which has no tag; some loggers give it no host either. */
static bool is_logger_text(struct slice rest)
{
    return slice_starts(rest, "last message repeated ") || slice_starts(rest, "-- MARK --") ||
           slice_starts(rest, "above message repeats ") ||
           slice_starts(rest, "--- last message repeated ");
}

/* Bytes that host names and what relays add to them are made of. Programs with log files of their own
 * (Exim) put other words there. */
static bool looks_like_host(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (!ascii_is_alnum(word.at[i]) && !memchr("._-:@/%", word.at[i], 7))
            return false;
    return word.len > 0 && word.len <= HOST_MAX;
}

static bool parse_forwarded(struct slice rest, struct log_line *line)
{
    struct slice host = slice_head(rest, slice_index(rest, ' '));
    line->text = slice_skip(rest, host.len + 1);
    if (slice_ends(host, ":"))
        host.len--;
    line->host = syslog_tag_host(host);
    line->program = slice_make(line->text.at, 0);
    syslog_tag_parse(line->text, line);
    line->text = syslog_tag_strip_id(line->text);
    return true;
}

bool syslog_tag_parse_line(struct slice rest, struct log_line *line)
{
    rest = skip_bracketed_level(rest);
    line->host = slice_make(rest.at, 0);
    line->program = slice_make(rest.at, 0);
    line->pid = 0;
    line->text = rest;
    if (rest.len == 0)
        return false;
    if (is_logger_text(rest))
        return true;
    if (slice_starts(rest,
                     "Message forwarded from ")) /* AIX: the host stands behind it, with a colon */
        return parse_forwarded(slice_skip(rest, 23), line);
    if (!syslog_tag_parse(rest, line)) {
        struct slice host = take_word(&rest), after = rest;
        if (!looks_like_host(host))
            return true; /* neither host nor program: all is text */
        line->host = syslog_tag_host(host);
        line->text = rest;
        line->program = slice_make(rest.at, 0);
        if (!syslog_tag_parse(rest, line) && is_level(take_word(&after)) &&
            !syslog_tag_parse(after, line))
            line->text = after;
    }
    line->text = syslog_tag_strip_id(line->text);
    return true;
}
