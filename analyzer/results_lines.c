/*
 * The raw lines behind a row. Positions are kept for the first and last line of a session and of a
 * message only; the lines between them are read again and told apart by what they carry: the queue
 * ids of the message, or, while the session lasts, the tag "program[pid]" of its first line. One
 * postscreen serves all clients: its lines, and those of its helpers, are told by the address.
 */
#include "analyzer/results_internal.h"
#include "base/xalloc.h"

enum { LINES_SCANNED_MAX = 2000000, QUEUE_IDS_MAX = 16, LINE_LIMIT = 1 << 20 };

struct line_search {
    struct slice queue_ids[QUEUE_IDS_MAX];
    size_t queue_id_count;
    char tag_bytes[128];
    struct slice tag;     /* "no text": none */
    uint64_t first, last; /* of all */
    uint64_t session_first, session_last;
    struct slice address; /* of the client while postscreen has it; "no text": it never had */
    uint64_t screen_first, screen_last;
};

/* Positions as numbers that compare like the log runs. */
static uint64_t position(struct line_position at)
{
    return (uint64_t)at.file << 48 | at.offset;
}

static bool has_word(struct slice line, struct slice word)
{
    for (size_t at = 0; at + word.len <= line.len; at++) {
        size_t hit = slice_find(slice_skip(line, at), word);
        at += hit;
        if (at + word.len > line.len)
            return false;
        bool starts = at == 0 || !ascii_is_alnum(line.at[at - 1]);
        bool ends = at + word.len == line.len || !ascii_is_alnum(line.at[at + word.len]);
        if (starts && ends)
            return true;
    }
    return false;
}

/* "postfix/smtpd[1234]:" out of the session's first line. */
static void find_tag(struct line_search *search, struct slice line)
{
    struct slice closing = slice_of("]: ");
    size_t end = slice_find(line, closing);
    size_t start = end;
    while (start > 0 && start < line.len && !ascii_is_space(line.at[start - 1]))
        start--;
    size_t len = end + 2 - start;
    if (end >= line.len || len > sizeof search->tag_bytes || len < 4)
        return;
    memcpy(search->tag_bytes, line.at + start, len);
    search->tag = slice_make(search->tag_bytes, len);
}

/* From postscreen's CONNECT to the session's beginning, or to its end when smtpd never had it. */
static void prepare_screen(const struct results *results, const struct message *message,
                           struct line_position first, struct line_search *search)
{
    const struct evidence *evidence = results->parts.evidence;
    const struct session *session = &evidence->sessions[message->session];
    sym service = evidence->entrances[session->entrance].service;
    bool alone = slice_is(intern_text(&evidence->text, service), "postscreen");
    if (!alone && !session->was_screened)
        return;
    search->address = intern_text(&evidence->text, evidence->clients[message->client].address);
    search->screen_first = position(alone ? first : evidence_screened(evidence, message->session));
    search->screen_last = alone ? search->session_last : search->session_first;
    search->first = search->screen_first < search->first ? search->screen_first : search->first;
}

/* A line of postscreen, dnsblog or tlsproxy about the client. */
static bool is_screening(const struct line_search *search, uint64_t at, struct slice line)
{
    static const char *const programs[] = { "/postscreen[", "/dnsblog[", "/tlsproxy[" };
    if (!search->address.len || at < search->screen_first || at > search->screen_last)
        return false;
    for (size_t i = 0; i < COUNT(programs); i++)
        if (slice_find(line, slice_of(programs[i])) < line.len)
            return has_word(line, search->address);
    return false;
}

static void prepare(const struct results *results, const struct message *message,
                    struct line_search *search)
{
    const struct evidence *evidence = results->parts.evidence;
    const struct message_detail *detail = evidence_detail(evidence, message);
    search->first = position(detail->first);
    search->last = position(detail->last);
    if (detail->queue_id)
        search->queue_ids[search->queue_id_count++] = slice_of(detail->queue_id);
    for (uint32_t i = evidence_extra(evidence, message)->hops;
         i && search->queue_id_count < QUEUE_IDS_MAX; i = evidence->hops[i - 1].next)
        search->queue_ids[search->queue_id_count++] = slice_of(evidence->hops[i - 1].queue_id);
    if (message->session == SESSION_NONE)
        return;
    const struct session_detail *session = &evidence->session_details[message->session];
    search->session_first = position(session->first);
    search->session_last = position(session->last);
    prepare_screen(results, message, session->first, search);
    search->first = search->session_first < search->first ? search->session_first : search->first;
    search->last = search->session_last > search->last ? search->session_last : search->last;
    struct buffer line;
    buffer_init(&line, LINE_LIMIT);
    if (search->screen_last != search->session_last &&
        input_reread(results->parts.reader, session->first.file, session->first.offset, &line))
        find_tag(search, buffer_slice(&line));
    buffer_release(&line);
}

static bool belongs(const struct line_search *search, uint64_t at, struct slice line)
{
    if (at == search->first || at == search->last)
        return true;
    for (size_t i = 0; i < search->queue_id_count; i++)
        if (has_word(line, search->queue_ids[i]))
            return true;
    if (is_screening(search, at, line))
        return true;
    return search->tag.at && at >= search->session_first && at <= search->session_last &&
           slice_find(line, search->tag) < line.len;
}

bool results_raw_lines(const struct results *results, size_t index, struct buffer *out)
{
    const struct evidence *evidence = results->parts.evidence;
    const struct row *row = &evidence->rows[results->order[index]];
    if (!results->parts.reader)
        return false;
    struct line_search search = { 0 };
    prepare(results, &evidence->messages[row->message], &search);
    struct buffer line;
    buffer_init(&line, LINE_LIMIT);
    bool found = false;
    uint64_t at = search.first;
    for (int i = 0; i < LINES_SCANNED_MAX && at <= search.last; i++) {
        uint16_t file = (uint16_t)(at >> 48);
        uint64_t offset = at & (((uint64_t)1 << 48) - 1);
        buffer_clear(&line);
        if (!input_reread(results->parts.reader, file, offset, &line)) {
            at = (uint64_t)(file + 1) << 48; /* the next file of the log */
            continue;
        }
        if (belongs(&search, at, buffer_slice(&line))) {
            buffer_add_slice(out, buffer_slice(&line));
            buffer_add_byte(out, '\n');
            found = true;
        }
        at += line.len + 1;
    }
    buffer_release(&line);
    return found;
}
