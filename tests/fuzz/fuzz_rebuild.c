/* Logs of any bytes: the store that is rebuilt is whole, its books balance (rebuild_finish ends the
 * program otherwise), and every number in it leads somewhere. */
#include <stdlib.h>

#include "analyzer/rebuild/rebuild.h"
#include "parsers/input/envelope.h"
#include "parsers/input/line_reader.h"
#include "parsers/lines/program_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
    if (!good)
        abort();
}

static void check_message(const struct evidence *e, const struct message *message)
{
    uint32_t steps = 0;
    must(message->extra < e->extra_count);
    must(message->client < e->client_count && message->facts < e->facts_count);
    must(message->session == SESSION_NONE || message->session < e->session_count);
    must(message->source < MESSAGE_SOURCE_COUNT);
    intern_text(&e->helos, message->helo);
    intern_text(&e->senders, message->sender);
    for (uint32_t i = evidence_extra(e, message)->filters; i; i = e->filters[i - 1].next)
        must(i <= e->filter_count && steps++ <= e->filter_count);
    for (uint32_t i = evidence_extra(e, message)->hops; i; i = e->hops[i - 1].next)
        must(i <= e->hop_count && steps++ <= e->hop_count + e->filter_count);
}

static void check_store(const struct evidence *e)
{
    for (uint32_t i = 0; i < e->message_count; i++) {
        check_message(e, &e->messages[i]);
        must(i == 0 || e->messages[i - 1].time_us <= e->messages[i].time_us);
    }
    struct buffer text;
    buffer_init(&text, 1 << 20);
    for (uint32_t i = 0; i < e->row_count; i++) {
        const struct row *row = &e->rows[i];
        must(row->logged < e->reply_count && row->end_status < END_STATUS_COUNT);
        intern_text(&e->recipients, row->recipient);
        intern_text(&e->text, e->row_ends[i].relay);
        intern_text(&e->text, e->row_ends[i].dsn);
        buffer_clear(&text);
        evidence_reply_text(e, i, &text);
    }
    buffer_release(&text);
}

static void read_log(struct rebuild *rebuild, struct slice rest)
{
    struct line_parser_options options = { .syslog_name = NULL };
    struct fault fault = { .kind = FAULT_NONE };
    struct line_parser *parser = line_parser_new(&options, &fault);
    struct envelope envelope;
    struct event event;
    must(parser != NULL);
    envelope_init(&envelope, NULL);
    year_clock_start(&envelope.clock, 2026, INT64_MAX);
    while (rest.len) {
        size_t len = slice_index(rest, '\n');
        struct log_line line = { .pid = 0 };
        if (envelope_parse(&envelope, slice_head(slice_head(rest, len), LINE_LENGTH_MAX), &line)) {
            line_parse(parser, &line, &event);
            rebuild_event(rebuild, &event);
        }
        rest = slice_skip(rest, len + 1);
    }
    envelope_release(&envelope);
    line_parser_free(parser);
}

/* With nothing known of the server, or with gateways and a postscreen of every kind. */
static void rebuild_log(struct slice log, const struct rebuild_options *options)
{
    struct evidence evidence;
    struct diagnostics remarks;
    evidence_init(&evidence);
    diagnostics_init(&remarks);
    struct rebuild *rebuild = rebuild_new(&evidence, options, &remarks);
    read_log(rebuild, log);
    rebuild_finish(rebuild);
    rebuild_free(rebuild);
    check_store(&evidence);
    diagnostics_release(&remarks);
    evidence_release(&evidence);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ip_prefix gateways[2];
    struct rebuild_options options = { .unknown_client_reject_code = 450,
                                       .dnsbl_sites = SLICE("zen.example bl.example"),
                                       .gateways = gateways,
                                       .gateway_count = 2,
                                       .deep_tests = true,
                                       .drops_early = true };
    ip_prefix_parse(slice_of("192.0.2.0/24"), &gateways[0], NULL);
    ip_prefix_parse(slice_of("2001:db8::/32"), &gateways[1], NULL);
    rebuild_log(slice_make((const char *)data, size), NULL);
    rebuild_log(slice_make((const char *)data, size), &options);
    return 0;
}
