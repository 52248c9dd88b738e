#include "parsers/data/dns_import.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/civil_time.h"
#include "base/xalloc.h"

enum { ANSWERS_MAX = 256, FILE_MAX = 256 << 20 };

/* One reply as its text is walked. */
struct reply {
    struct arena arena;
    struct dns_snapshot *snapshot;
    struct slice name;
    enum dns_type type;
    struct dns_answer answer;
    struct slice answers[ANSWERS_MAX];
    bool asked, in_question, in_answer;
    size_t replies;
};

static void reply_reset(struct reply *reply)
{
    arena_release(&reply->arena);
    reply->answer =
        (struct dns_answer){ .rcode = DNS_UNKNOWN, .time_us = TIME_NONE, .ttl = UINT32_MAX };
    reply->asked = reply->in_question = reply->in_answer = false;
}

/* Books the reply when it is whole, and forgets it. */
static void reply_flush(struct reply *reply)
{
    if (reply->asked && reply->answer.rcode != DNS_UNKNOWN && reply->type != DNS_OTHER) {
        reply->answer.answers = reply->answers;
        if (reply->answer.ttl == UINT32_MAX)
            reply->answer.ttl = 0;
        dns_snapshot_add(reply->snapshot, reply->type, reply->name, &reply->answer);
        reply->replies++;
    }
    reply_reset(reply);
}

static enum dns_rcode rcode_of(struct slice word)
{
    for (int i = DNS_NOERROR; i < DNS_RCODES; i++)
        if (slice_equal_fold(word, slice_of(dns_rcode_name((enum dns_rcode)i))))
            return (enum dns_rcode)i;
    return DNS_FAILED;
}

/* The strings of a TXT record as dig prints them, joined: "one" "two", with \" and \DDD. */
static struct slice join_strings(struct slice text, struct arena *arena)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t used = 0;
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        uint64_t code;
        if (text.at[i] == '"') {
            inside = !inside;
        } else if (text.at[i] == '\\' && i + 3 < text.len && ascii_is_digit(text.at[i + 1]) &&
                   slice_to_u64(slice_make(text.at + i + 1, 3), &code) && code < 256) {
            out[used++] = (char)code;
            i += 3;
        } else if (text.at[i] == '\\' && i + 1 < text.len) {
            out[used++] = text.at[++i];
        } else if (inside) {
            out[used++] = text.at[i];
        }
    }
    return slice_make(out, used);
}

/* Record data as the snapshot keeps it: blanks single, names without their final dot. */
static struct slice record_data(enum dns_type type, struct slice data, struct arena *arena)
{
    if (type == DNS_TXT || type == DNS_SPF)
        return slice_index(data, '"') < data.len ? join_strings(data, arena)
                                                 : arena_copy(arena, data);
    struct slice text = arena_copy(arena, slice_trim(data));
    char *at = arena_alloc(arena, text.len + 1);
    size_t used = 0;
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_is_space(text.at[i]))
            at[used++] = ascii_lower(text.at[i]);
        else if (used && at[used - 1] != ' ')
            at[used++] = ' ';
    if (used > 1 && at[used - 1] == '.' && at[used - 2] != ' ')
        used--;
    return slice_make(at, used);
}

static void add_answer(struct reply *reply, enum dns_type type, uint64_t ttl, struct slice data)
{
    if (ttl < reply->answer.ttl)
        reply->answer.ttl = (uint32_t)ttl;
    if (type == reply->type && reply->answer.count < ANSWERS_MAX)
        reply->answers[reply->answer.count++] = record_data(type, data, &reply->arena);
}

/* "example.org. 3600 IN MX 10 mx.example.org." */
static void take_record(struct reply *reply, struct slice line)
{
    struct slice name, ttl_text, class_text, type_text;
    uint64_t ttl;
    if (slice_next_word(&line, " \t", &name) && slice_next_word(&line, " \t", &ttl_text) &&
        slice_next_word(&line, " \t", &class_text) && slice_next_word(&line, " \t", &type_text) &&
        slice_to_u64(ttl_text, &ttl))
        add_answer(reply, dns_type_parse(type_text), ttl, slice_trim(line));
}

/* ";example.org. IN MX" of the question section. */
static void take_question(struct reply *reply, struct slice line)
{
    struct slice name, class_text, type_text;
    line = slice_skip(line, 1);
    if (!slice_next_word(&line, " \t", &name) || !slice_next_word(&line, " \t", &class_text) ||
        !slice_next_word(&line, " \t", &type_text))
        return;
    reply->name = arena_copy(&reply->arena, name);
    reply->type = dns_type_parse(type_text);
    reply->asked = true;
}

/* "; <<>> DiG 9.18.28 <<>> example.org MX": the only place where a time-out names its question. */
static void take_command(struct reply *reply, struct slice line)
{
    struct slice word;
    line = slice_skip(line, sizeof "; <<>> DiG" - 1);
    size_t at = slice_find(line, slice_of("<<>> "));
    if (at == line.len)
        return;
    line = slice_skip(line, at + 5);
    reply->type = DNS_A;
    reply->name = slice_make(NULL, 0);
    while (slice_next_word(&line, " \t", &word)) {
        if (word.at[0] == '+' || word.at[0] == '-' || word.at[0] == '@')
            continue;
        if (reply->name.at && dns_type_parse(word) != DNS_OTHER)
            reply->type = dns_type_parse(word);
        else if (!reply->name.at)
            reply->name = arena_copy(&reply->arena, word);
    }
    reply->asked = reply->name.at != NULL;
}

/* "10:15:01". */
static bool parse_clock(struct slice text, struct civil_time *civil)
{
    uint64_t hour, minute, second;
    if (text.len != 8 || !slice_to_u64(slice_make(text.at, 2), &hour) ||
        !slice_to_u64(slice_make(text.at + 3, 2), &minute) ||
        !slice_to_u64(slice_make(text.at + 6, 2), &second))
        return false;
    civil->hour = (int)hour;
    civil->minute = (int)minute;
    civil->second = (int)second;
    return true;
}

/* ";; WHEN: Sun Nov 22 10:15:01 UTC 2026": zones other than UTC are not guessed. */
static int64_t parse_when(struct slice text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct slice word[6];
    struct civil_time civil = { 0 };
    uint64_t day, year;
    for (size_t i = 0; i < COUNT(word); i++)
        if (!slice_next_word(&text, " \t", &word[i]))
            return TIME_NONE;
    size_t month = slice_find(slice_of(months), word[1]);
    if (word[1].len != 3 || month % 3 || month >= sizeof months - 1)
        return TIME_NONE;
    if (!slice_is(word[4], "UTC") && !slice_is(word[4], "GMT"))
        return TIME_NONE;
    if (!slice_to_u64(word[2], &day) || !slice_to_u64(word[5], &year) || year > 9999)
        return TIME_NONE;
    civil.year = (int)year;
    civil.month = (int)(month / 3) + 1;
    civil.day = day < 32 ? (int)day : 0;
    bool good = parse_clock(word[3], &civil) && civil_is_valid(&civil);
    return good ? civil_to_us(&civil, 0) : TIME_NONE;
}

/* A remark of dig: a line that begins with a semicolon. */
static void take_remark(struct reply *reply, struct slice line)
{
    static const struct slice status = SLICE("status: ");
    size_t at = slice_find(line, status);
    reply->in_answer = slice_starts(line, ";; ANSWER SECTION");
    if (slice_starts(line, ";; ->>HEADER<<-") && at < line.len) {
        struct slice word, rest = slice_skip(line, at + status.len);
        if (reply->answer.rcode != DNS_UNKNOWN)
            reply_flush(reply);
        if (slice_next_word(&rest, ", ", &word))
            reply->answer.rcode = rcode_of(word);
    } else if (slice_starts(line, "; <<>> DiG")) {
        reply_flush(reply);
        take_command(reply, line);
    } else if (slice_find(line, slice_of("timed out")) < line.len ||
               slice_find(line, slice_of("no servers could be reached")) < line.len) {
        reply->answer.rcode = DNS_TIMEOUT;
    } else if (slice_starts(line, ";; WHEN:")) {
        reply->answer.time_us = parse_when(slice_skip(line, 8));
    } else if (reply->in_question && line.len > 1 && line.at[1] != ';') {
        take_question(reply, line);
    }
    reply->in_question = slice_starts(line, ";; QUESTION SECTION") ||
                         (reply->in_question && line.len > 1 && line.at[1] != ';');
}

/* One JSON reply of a DNS over HTTPS service. */
static void take_json(struct reply *reply, struct slice line)
{
    static const enum dns_rcode rcodes[] = { DNS_NOERROR,  DNS_FORMERR, DNS_SERVFAIL,
                                             DNS_NXDOMAIN, DNS_NOTIMP,  DNS_REFUSED };
    static const enum dns_type types[100] = {
        [1] = DNS_A,   [2] = DNS_NS,   [5] = DNS_CNAME, [6] = DNS_SOA, [12] = DNS_PTR,
        [15] = DNS_MX, [16] = DNS_TXT, [28] = DNS_AAAA, [99] = DNS_SPF
    };
    json_t *object = json_loadb(line.at, line.len, 0, NULL);
    const json_t *question = json_array_get(json_object_get(object, "Question"), 0);
    const char *name = json_string_value(json_object_get(question, "name"));
    json_int_t type = json_integer_value(json_object_get(question, "type"));
    json_int_t status = json_integer_value(json_object_get(object, "Status"));
    size_t i;
    json_t *record;
    if (name && type > 0 && type < (json_int_t)COUNT(types) &&
        (types[type] != DNS_A || type == 1)) {
        reply_flush(reply);
        reply->name = arena_copy(&reply->arena, slice_of(name));
        reply->type = types[type];
        reply->asked = true;
        reply->answer.rcode =
            status >= 0 && status < (json_int_t)COUNT(rcodes) ? rcodes[status] : DNS_FAILED;
        json_array_foreach(json_object_get(object, "Answer"), i, record)
        {
            json_int_t kind = json_integer_value(json_object_get(record, "type"));
            json_int_t ttl = json_integer_value(json_object_get(record, "TTL"));
            const char *data = json_string_value(json_object_get(record, "data"));
            if (data && kind == type && ttl >= 0)
                add_answer(reply, reply->type, (uint64_t)ttl, slice_of(data));
        }
        reply_flush(reply);
    }
    json_decref(object);
}

static void take_line(struct reply *reply, struct slice line)
{
    if (line.len == 0)
        reply->in_answer = reply->in_question = false;
    else if (line.at[0] == '{' && dns_snapshot_add_line(reply->snapshot, line))
        reply->replies++;
    else if (line.at[0] == '{')
        take_json(reply, line);
    else if (line.at[0] == ';')
        take_remark(reply, line);
    else if (reply->in_answer)
        take_record(reply, line);
}

size_t dns_import_text(struct dns_snapshot *snapshot, struct slice text)
{
    struct reply *reply = xcalloc(1, sizeof *reply);
    reply->snapshot = snapshot;
    arena_init(&reply->arena);
    reply_reset(reply);
    while (text.len) {
        size_t end = slice_index(text, '\n');
        take_line(reply, slice_trim(slice_head(text, end)));
        text = slice_skip(text, end + 1);
    }
    reply_flush(reply);
    size_t replies = reply->replies;
    free(reply);
    return replies;
}

bool dns_import_file(struct dns_snapshot *snapshot, const char *path, size_t *replies,
                     struct fault *fault)
{
    struct buffer text;
    char block[65536];
    size_t got;
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "rb");
    if (!file)
        return fault_set(fault, FAULT_INPUT, path, 0,
                         "cannot be opened (%s); give a file with dig's or JSON answers",
                         errno == ENOENT ? "no such file" : "no access");
    buffer_init(&text, FILE_MAX);
    while ((got = fread(block, 1, sizeof block, file)) > 0)
        buffer_add(&text, block, got);
    bool broken = ferror(file) || text.overflow;
    if (!is_stdin)
        fclose(file);
    *replies = broken ? 0 : dns_import_text(snapshot, buffer_slice(&text));
    buffer_release(&text);
    if (broken)
        return fault_set(fault, FAULT_INPUT, path, 0,
                         "cannot be read whole; split it into files below 256 MiB");
    if (*replies == 0)
        return fault_set(fault, FAULT_INPUT, path, 0,
                         "holds no DNS reply; give dig's output, JSON answers or snapshot lines");
    return true;
}
