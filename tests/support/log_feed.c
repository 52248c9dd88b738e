#include "tests/support/log_feed.h"

#include <check.h>
#include <stdlib.h>

#include "analyzer/policy/verdict.h"
#include "analyzer/rebuild/books.h"
#include "base/xalloc.h"
#include "parsers/lines/program_table.h"

/* "Nov 22 10:15:01 " or an RFC 3339 stamp with a blank behind it. */
static struct slice take_stamp(struct slice line, struct log_line *out)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    size_t used = 0;
    int offset = 0;
    if (civil_parse_rfc3339(line, 0, &out->time_us, &offset, &used)) {
        out->offset_minutes = (int16_t)offset;
        return slice_skip(line, used + 1);
    }
    struct slice rest = line, month, day, clock;
    if (!slice_next_word(&rest, " ", &month) || !slice_next_word(&rest, " ", &day) ||
        !slice_next_word(&rest, " ", &clock) || clock.len != 8)
        return line;
    struct civil_time at = { .year = 2026 };
    for (int i = 0; i < 12; i++)
        if (memcmp(months + 3 * i, month.at, 3) == 0)
            at.month = i + 1;
    uint64_t value[4] = { 0 };
    slice_to_u64(day, &value[0]);
    for (size_t i = 0; i < 3; i++)
        slice_to_u64(slice_make(clock.at + 3 * i, 2), &value[i + 1]);
    at.day = (int)value[0];
    at.hour = (int)value[1];
    at.minute = (int)value[2];
    at.second = (int)value[3];
    out->time_us = civil_to_us(&at, 0);
    return slice_skip(rest, 1);
}

/* "host prog[pid]: text" */
static void take_origin(struct slice rest, struct log_line *out)
{
    out->host = slice_head(rest, slice_index(rest, ' '));
    rest = slice_skip(rest, out->host.len + 1);
    struct slice tag = slice_head(rest, slice_find(rest, (struct slice)SLICE(": ")));
    out->text = slice_skip(rest, tag.len + 2);
    size_t open = slice_index(tag, '[');
    out->program = slice_head(tag, open);
    uint64_t pid = 0;
    if (open < tag.len)
        slice_to_u64(slice_make(tag.at + open + 1, tag.len - open - 2), &pid);
    out->pid = (uint32_t)pid;
}

void log_feed(struct rebuild *rebuild, struct slice log, uint16_t file)
{
    struct line_parser_options options = { NULL, NULL };
    struct fault fault = { .kind = FAULT_NONE };
    struct line_parser *parser = line_parser_new(&options, &fault);
    if (!parser)
        bug("no parser");
    struct slice rest = log, raw;
    uint64_t number = 0;
    while (slice_next_word(&rest, "\n", &raw)) {
        struct log_line line = { .raw = raw,
                                 .time_us = TIME_NONE,
                                 .file = file,
                                 .repeats = 1,
                                 .number = ++number,
                                 .offset = (uint64_t)(raw.at - log.at) };
        take_origin(take_stamp(raw, &line), &line);
        struct event event;
        line_parse(parser, &line, &event);
        rebuild_event(rebuild, &event);
    }
    line_parser_free(parser);
}

void log_rebuild(struct evidence *evidence, const char *log)
{
    struct diagnostics remarks;
    diagnostics_init(&remarks);
    evidence_init(evidence);
    struct rebuild *rebuild = rebuild_new(evidence, NULL, &remarks);
    log_feed(rebuild, slice_of(log), 0);
    rebuild_finish(rebuild);
    rebuild_free(rebuild);
    diagnostics_release(&remarks);
}

/* "?" unknown, "<>" known to be empty, else the text. */
static void print_cell(const struct intern *table, sym number, struct buffer *out)
{
    if (number == SYM_NONE)
        buffer_add_text(out, "?");
    else if (number == SYM_EMPTY)
        buffer_add_text(out, "<>");
    else
        buffer_add_slice(out, intern_text(table, number));
}

/* The set of statuses that are possible, by Postfix's numbers: "2", "45". */
static void print_status(uint8_t set, struct buffer *out)
{
    for (int number = 2; number <= 6; number++)
        if (set & (1 << number))
            buffer_add_i64(out, number);
}

static void print_client(const struct evidence *e, uint32_t number, struct buffer *out)
{
    const struct client *client = &e->clients[number];
    if (number == 0) {
        buffer_add_text(out, " ?");
        return;
    }
    buffer_add_byte(out, ' ');
    print_cell(&e->text, client->name, out);
    buffer_add_byte(out, '[');
    print_cell(&e->text, client->address, out);
    buffer_add_byte(out, ']');
    print_status(client->name_status, out);
    if (client->reverse_name != client->name || client->reverse_status != client->name_status) {
        buffer_add_byte(out, '/');
        print_cell(&e->text, client->reverse_name, out);
        print_status(client->reverse_status, out);
    }
}

static void print_message(const struct evidence *e, const struct message *message,
                          struct buffer *out)
{
    static const char *const sources[] = { "", " local", " internal", " gateway" };
    const struct message_extra *extra = evidence_extra(e, message);
    for (uint32_t at = extra->hops; at; at = e->hops[at - 1].next)
        buffer_format(out, " hop=%s", e->hops[at - 1].queue_id);
    for (uint32_t at = extra->filters; at; at = e->filters[at - 1].next) {
        buffer_add_byte(out, ' ');
        buffer_add_slice(out, intern_text(&e->text, e->filters[at - 1].program));
        buffer_format(out, ":%s",
                      filter_answer_name((enum filter_answer)e->filters[at - 1].answer));
    }
    buffer_add_text(out, sources[message->source]);
    if (message->open)
        buffer_add_text(out, " open");
}

void log_print_rows(const struct evidence *e, struct buffer *out)
{
    for (uint32_t i = 0; i < e->row_count; i++) {
        const struct row *row = &e->rows[i];
        const struct message *message = &e->messages[row->message];
        const struct logged_reply *reply = &e->replies[row->logged];
        if (message->session == SESSION_NONE)
            buffer_add_text(out, "-");
        else
            buffer_add_u64(out, message->session + 1);
        const char *queue_id = evidence_detail(e, message)->queue_id;
        buffer_format(out, " %s", queue_id ? queue_id : "NOQUEUE");
        print_client(e, message->client, out);
        buffer_add_text(out, " helo=");
        print_cell(&e->helos, message->helo, out);
        buffer_add_text(out, " from=");
        print_cell(&e->senders, message->sender, out);
        buffer_add_text(out, " to=");
        print_cell(&e->recipients, row->recipient, out);
        buffer_format(out, " %s", verdict_kind_name((enum verdict_kind)reply->verdict));
        if (reply->code)
            buffer_format(out, " %u", reply->code);
        buffer_format(out, " %s", end_status_name((enum end_status)row->end_status));
        print_message(e, message, out);
        buffer_add_byte(out, '\n');
    }
}

void log_check_rows(const char *name, const char *log, const char *rows)
{
    struct evidence e;
    log_rebuild(&e, log);
    struct buffer out;
    buffer_init(&out, 1 << 20);
    log_print_rows(&e, &out);
    ck_assert_msg(strcmp(buffer_text(&out), rows) == 0, "%s\ngot:\n%swant:\n%s", name,
                  buffer_text(&out), rows);
    struct fault fault = { .kind = FAULT_NONE };
    ck_assert_msg(books_balance(&e, &fault), "%s: %s", name, fault.what);
    buffer_release(&out);
    evidence_release(&e);
}
