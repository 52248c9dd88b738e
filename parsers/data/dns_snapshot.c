#include "parsers/data/dns_snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/escape.h"
#include "base/intern.h"
#include "base/xalloc.h"
#include "parsers/data/dns_line.h"

enum { NAME_MAX_BYTES = 1024, BLOCK = 1 << 20, LINE_MAX_BYTES = 16 << 20 };
static const uint32_t NO_RECORD = UINT32_MAX;

struct record {
    sym name;
    uint32_t next; /* another type of the same name, or NO_RECORD */
    enum dns_type type;
    struct dns_answer answer;
};

/* What is known of one name, by sym. */
struct node {
    uint32_t first; /* record, or NO_RECORD */
    bool has_below; /* some listed name ends in "." + this one */
};

struct dns_snapshot {
    struct arena arena;
    struct intern names;
    struct node *nodes;
    uint32_t node_count, node_capacity;
    struct record *records;
    uint32_t count, capacity;
    bool closed;
    struct dns_answer other; /* the "*" line */
    int64_t oldest_us, newest_us;
};

static const char *const type_names[DNS_TYPES] = {
    [DNS_A] = "A",     [DNS_AAAA] = "AAAA", [DNS_PTR] = "PTR",     [DNS_MX] = "MX",
    [DNS_NS] = "NS",   [DNS_TXT] = "TXT",   [DNS_CNAME] = "CNAME", [DNS_SOA] = "SOA",
    [DNS_SPF] = "SPF", [DNS_SRV] = "SRV",   [DNS_TLSA] = "TLSA",   [DNS_OTHER] = "?",
};

static const char *const rcode_names[DNS_RCODES] = {
    [DNS_UNKNOWN] = "UNKNOWN",   [DNS_NOERROR] = "NOERROR", [DNS_NXDOMAIN] = "NXDOMAIN",
    [DNS_SERVFAIL] = "SERVFAIL", [DNS_TIMEOUT] = "TIMEOUT", [DNS_REFUSED] = "REFUSED",
    [DNS_FORMERR] = "FORMERR",   [DNS_NOTIMP] = "NOTIMP",   [DNS_FAILED] = "FAILED",
};

const char *dns_type_name(enum dns_type type)
{
    return type_names[type < DNS_TYPES ? type : DNS_OTHER];
}

enum dns_type dns_type_parse(struct slice name)
{
    for (unsigned type = 0; type < DNS_OTHER; type++)
        if (slice_equal_fold(name, slice_of(type_names[type])))
            return (enum dns_type)type;
    return DNS_OTHER;
}

const char *dns_rcode_name(enum dns_rcode rcode)
{
    return rcode_names[rcode < DNS_RCODES ? rcode : DNS_FAILED];
}

static enum dns_rcode rcode_parse(struct slice name)
{
    for (unsigned rcode = DNS_NOERROR; rcode < DNS_RCODES; rcode++)
        if (slice_equal_fold(name, slice_of(rcode_names[rcode])))
            return (enum dns_rcode)rcode;
    return DNS_FAILED;
}

struct dns_snapshot *dns_snapshot_new(void)
{
    struct dns_snapshot *snapshot = xcalloc(1, sizeof *snapshot);
    arena_init(&snapshot->arena);
    intern_init(&snapshot->names);
    snapshot->oldest_us = snapshot->newest_us = TIME_NONE;
    return snapshot;
}

void dns_snapshot_free(struct dns_snapshot *snapshot)
{
    if (!snapshot)
        return;
    arena_release(&snapshot->arena);
    intern_release(&snapshot->names);
    free(snapshot->nodes);
    free(snapshot->records);
    free(snapshot);
}

/* Lower case, without the final dot; false when the name is too long to be one. */
static bool fold_name(struct slice name, char out[NAME_MAX_BYTES], struct slice *folded)
{
    if (name.len > 1 && name.at[name.len - 1] == '.')
        name.len--;
    if (name.len > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < name.len; i++)
        out[i] = ascii_lower(name.at[i]);
    *folded = slice_make(out, name.len);
    return true;
}

static struct node *node_of(struct dns_snapshot *snapshot, sym name)
{
    while (snapshot->node_count <= name) {
        GROW(snapshot->nodes, snapshot->node_count, snapshot->node_capacity);
        snapshot->nodes[snapshot->node_count++] = (struct node){ NO_RECORD, false };
    }
    return &snapshot->nodes[name];
}

/* Marks every parent of a listed name; those above a marked one are marked already. */
static void mark_parents(struct dns_snapshot *snapshot, struct slice name)
{
    for (size_t dot = slice_index(name, '.'); dot < name.len; dot = slice_index(name, '.')) {
        name = slice_skip(name, dot + 1);
        if (name.len == 0)
            return;
        struct node *node = node_of(snapshot, intern_add(&snapshot->names, name));
        if (node->has_below)
            return;
        node->has_below = true;
    }
}

static void close_world(struct dns_snapshot *snapshot, const struct dns_answer *answer)
{
    snapshot->other = *answer;
    snapshot->other.from_closed_world = true;
    for (uint32_t i = 0; !snapshot->closed && i < snapshot->count; i++)
        mark_parents(snapshot, intern_text(&snapshot->names, snapshot->records[i].name));
    snapshot->closed = true;
}

/* The texts of an answer, copied where the snapshot lives. */
static struct dns_answer keep_answer(struct dns_snapshot *snapshot, const struct dns_answer *given)
{
    struct dns_answer answer = *given;
    struct slice *texts = NULL;
    answer.count = given->rcode == DNS_NOERROR ? given->count : 0;
    if (answer.count)
        texts = ARENA_ARRAY(&snapshot->arena, struct slice, answer.count);
    for (uint32_t i = 0; i < answer.count; i++)
        texts[i] = arena_pack(&snapshot->arena, given->answers[i]);
    answer.answers = texts;
    answer.from_closed_world = false;
    if (answer.time_us != TIME_NONE) {
        if (snapshot->oldest_us == TIME_NONE || answer.time_us < snapshot->oldest_us)
            snapshot->oldest_us = answer.time_us;
        if (snapshot->newest_us == TIME_NONE || answer.time_us > snapshot->newest_us)
            snapshot->newest_us = answer.time_us;
    }
    return answer;
}

void dns_snapshot_add(struct dns_snapshot *snapshot, enum dns_type type, struct slice name,
                      const struct dns_answer *answer)
{
    char folded_bytes[NAME_MAX_BYTES];
    struct slice folded;
    if (!fold_name(name, folded_bytes, &folded))
        return;
    sym number = intern_add(&snapshot->names, folded);
    struct node *node = node_of(snapshot, number);
    uint32_t at = node->first;
    while (at != NO_RECORD && snapshot->records[at].type != type)
        at = snapshot->records[at].next;
    if (at == NO_RECORD) {
        GROW(snapshot->records, snapshot->count, snapshot->capacity);
        at = snapshot->count++;
        snapshot->records[at] =
            (struct record){ .name = number, .next = node->first, .type = type };
        node->first = at;
        if (snapshot->closed)
            mark_parents(snapshot, folded);
    }
    snapshot->records[at].answer = keep_answer(snapshot, answer);
}

bool dns_snapshot_add_line(struct dns_snapshot *snapshot, struct slice line)
{
    struct dns_line fields;
    if (!dns_line_parse(line, &fields))
        return false;
    struct dns_answer answer = { .rcode = rcode_parse(fields.rcode),
                                 .count = fields.count,
                                 .answers = fields.answers,
                                 .time_us = fields.time_us,
                                 .ttl = fields.ttl };
    bool good = fields.name.len > 0 && fields.name.len <= NAME_MAX_BYTES;
    if (good && slice_is(fields.name, "*") && slice_is(fields.type, "*")) {
        struct dns_answer kept = keep_answer(snapshot, &answer);
        close_world(snapshot, &kept);
    } else if (good) {
        dns_snapshot_add(snapshot, dns_type_parse(fields.type), fields.name, &answer);
    }
    dns_line_release(&fields);
    return good;
}

/* A file under way: the bytes of a line that the last block cut. */
struct reading {
    struct dns_snapshot *snapshot;
    struct buffer cut;
    uint64_t good, bad;
};

static void take_line(struct reading *reading, struct slice line)
{
    line = slice_trim(line);
    if (line.len == 0)
        return;
    if (dns_snapshot_add_line(reading->snapshot, line))
        reading->good++;
    else
        reading->bad++;
}

static void take_block(struct reading *reading, struct slice block)
{
    for (;;) {
        size_t end = slice_index(block, '\n');
        if (end == block.len) {
            buffer_add_slice(&reading->cut, block);
            return;
        }
        if (reading->cut.len) {
            buffer_add_slice(&reading->cut, slice_head(block, end));
            take_line(reading, buffer_slice(&reading->cut));
            buffer_clear(&reading->cut);
        } else {
            take_line(reading, slice_head(block, end));
        }
        block = slice_skip(block, end + 1);
    }
}

static bool read_blocks(struct reading *reading, int fd)
{
    char *block = xmalloc(BLOCK);
    ssize_t got;
    do {
        got = read(fd, block, BLOCK);
        if (got > 0)
            take_block(reading, slice_make(block, (size_t)got));
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (got == 0 && reading->cut.len)
        take_line(reading, buffer_slice(&reading->cut));
    int error = errno;
    free(block);
    errno = error;
    return got == 0;
}

bool dns_snapshot_read(struct dns_snapshot *snapshot, const char *path, struct diagnostics *notes,
                       struct fault *fault)
{
    struct reading reading = { .snapshot = snapshot };
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    buffer_init(&reading.cut, LINE_MAX_BYTES);
    bool good = fd >= 0 && read_blocks(&reading, fd);
    if (!good)
        fault_set(fault, FAULT_INPUT, path, 0, "cannot be read: %s", strerrordesc_np(errno));
    else if (reading.bad && !reading.good)
        good = fault_set(fault, FAULT_INPUT, path, 1,
                         "no DNS snapshot: a line is {\"name\":...,\"type\":...,\"rcode\":...,"
                         "\"answers\":[...]}");
    if (good && reading.bad && notes)
        diagnostics_add(notes, reading.bad, "dns_snapshot_line", "%s: not a snapshot line", path);
    if (fd >= 0 && !is_stdin)
        close(fd);
    buffer_release(&reading.cut);
    return good;
}

struct dns_answer dns_snapshot_find(const struct dns_snapshot *snapshot, enum dns_type type,
                                    struct slice name)
{
    static const struct dns_answer unknown = { .rcode = DNS_UNKNOWN, .time_us = TIME_NONE };
    char folded_bytes[NAME_MAX_BYTES];
    struct slice folded;
    if (!snapshot)
        return unknown;
    sym number =
        fold_name(name, folded_bytes, &folded) ? intern_find(&snapshot->names, folded) : SYM_NONE;
    bool exists = false;
    if (number != SYM_NONE && number < snapshot->node_count) {
        const struct node *node = &snapshot->nodes[number];
        for (uint32_t at = node->first; at != NO_RECORD; at = snapshot->records[at].next)
            if (snapshot->records[at].type == type)
                return snapshot->records[at].answer;
        exists = node->has_below || node->first != NO_RECORD;
    }
    if (!snapshot->closed)
        return unknown;
    struct dns_answer answer = snapshot->other;
    if (exists) {
        answer.rcode = DNS_NOERROR;
        answer.count = 0;
        answer.answers = NULL;
    }
    return answer;
}

bool dns_snapshot_is_closed(const struct dns_snapshot *snapshot)
{
    return snapshot && snapshot->closed;
}

size_t dns_snapshot_size(const struct dns_snapshot *snapshot)
{
    return snapshot ? snapshot->count : 0;
}

void dns_snapshot_span(const struct dns_snapshot *snapshot, int64_t *oldest_us, int64_t *newest_us)
{
    *oldest_us = snapshot ? snapshot->oldest_us : TIME_NONE;
    *newest_us = snapshot ? snapshot->newest_us : TIME_NONE;
}

void dns_snapshot_each(const struct dns_snapshot *snapshot,
                       bool (*visit)(void *context, enum dns_type type, struct slice name,
                                     const struct dns_answer *answer),
                       void *context)
{
    for (uint32_t i = 0; snapshot && i < snapshot->count; i++) {
        const struct record *record = &snapshot->records[i];
        if (!visit(context, record->type, intern_text(&snapshot->names, record->name),
                   &record->answer))
            return;
    }
}

void dns_snapshot_format_line(struct buffer *out, enum dns_type type, struct slice name,
                              const struct dns_answer *answer)
{
    char time[TIME_TEXT_MAX];
    buffer_add_text(out, "{\"name\":");
    escape_json(out, name);
    buffer_format(out, ",\"type\":\"%s\",\"rcode\":\"%s\",\"answers\":[", dns_type_name(type),
                  dns_rcode_name(answer->rcode));
    for (uint32_t i = 0; i < answer->count; i++) {
        if (i)
            buffer_add_byte(out, ',');
        escape_json(out, answer->answers[i]);
    }
    buffer_format(out, "],\"ttl\":%u,\"time\":", answer->ttl);
    if (answer->time_us == TIME_NONE)
        buffer_add_text(out, "null");
    else
        escape_json(out, civil_format_rfc3339(answer->time_us, 0, time));
    buffer_add_text(out, "}\n");
}

bool dns_answer_is_refusal(const struct dns_answer *answer)
{
    for (uint32_t i = 0; i < answer->count; i++)
        if (slice_starts(answer->answers[i], "127.255.255."))
            return true;
    return false;
}

void dns_need_text(struct buffer *out, enum dns_type type, struct slice name)
{
    char folded_bytes[NAME_MAX_BYTES];
    struct slice folded;
    buffer_format(out, "dns:%s ", dns_type_name(type));
    buffer_add_slice(out, fold_name(name, folded_bytes, &folded) ? folded : name);
}
