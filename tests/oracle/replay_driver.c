/*
 * The verdicts of a candidate over a log, and nothing else: for tests of the policy room that must
 * not wait for the command line. usage: replay_driver A/maillog MAIN_CF DNS.jsonl > v.jsonl
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/policy/policy.h"
#include "analyzer/rebuild/rebuild.h"
#include "base/escape.h"
#include "base/xalloc.h"
#include "parsers/config/config.h"
#include "parsers/data/dns_snapshot.h"
#include "tests/support/log_feed.h"

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    size_t capacity = 1 << 20, n;
    char *text = xmalloc(capacity);

    *len = 0;
    if (!file) {
        perror(path);
        exit(3);
    }
    while ((n = fread(text + *len, 1, capacity - *len, file)) > 0) {
        *len += n;
        if (*len == capacity)
            text = xrealloc_array(text, capacity *= 2, 1);
    }
    fclose(file);
    return text;
}

static void print_text(struct buffer *out, const char *key, struct slice text)
{
    buffer_format(out, "\"%s\":", key);
    escape_json_or_null(out, text);
}

static void print_row(struct buffer *out, const struct evidence *evidence,
                      const struct replay *replay, uint32_t row)
{
    const struct message *message = &evidence->messages[evidence->rows[row].message];
    const struct verdict *verdict = replay_verdict(replay, row);
    struct arena arena;
    size_t count;

    arena_init(&arena);
    buffer_add_byte(out, '{');
    print_text(out, "queue_id", slice_of(message->queue_id));
    buffer_add_byte(out, ',');
    print_text(out, "sender", intern_text(&evidence->senders, message->sender));
    buffer_add_byte(out, ',');
    print_text(out, "helo", intern_text(&evidence->helos, message->helo));
    buffer_add_byte(out, ',');
    print_text(out, "recipient", intern_text(&evidence->recipients, evidence->rows[row].recipient));
    buffer_format(out,
                  ",\"candidate\":{\"verdict\":\"%s\",\"code\":", verdict_kind_name(verdict->kind));
    if (verdict->code)
        buffer_format(out, "\"%u\"", verdict->code);
    else
        buffer_add_text(out, "null");
    buffer_add_byte(out, ',');
    print_text(out, "dsn", slice_of(verdict->dsn));
    buffer_add_byte(out, ',');
    print_text(out, "restriction", slice_of(verdict->restriction));
    buffer_add_byte(out, ',');
    print_text(out, "argument", slice_of(verdict->argument));
    buffer_add_byte(out, ',');
    print_text(out, "list", slice_of(verdict->list));
    buffer_add_byte(out, ',');
    print_text(out, "stage", slice_of(smtp_stage_name(verdict->stage)));
    buffer_add_text(out, ",\"needs\":[");
    struct slice *needs = replay_needs(replay, row, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_add_byte(out, ',');
        escape_json(out, needs[i]);
    }
    buffer_add_text(out, "]}}\n");
    arena_release(&arena);
}

int main(int argc, char **argv)
{
    struct fault fault = { 0 };
    struct diagnostics remarks;
    struct evidence evidence;
    struct buffer out;
    size_t len;

    if (argc != 4)
        return 2;
    diagnostics_init(&remarks);
    evidence_init(&evidence);
    struct rebuild_options options = { 0 };
    struct rebuild *rebuild = rebuild_new(&evidence, &options, &remarks);
    char *log = read_file(argv[1], &len);
    log_feed(rebuild, slice_make(log, len), 0);
    rebuild_finish(rebuild);
    rebuild_free(rebuild);
    struct dns_snapshot *dns = dns_snapshot_new();
    struct config *config = config_open(argv[2], &remarks, &fault);
    if (!config || (strcmp(argv[3], "-") && !dns_snapshot_read(dns, argv[3], &remarks, &fault))) {
        fault_print(&fault, stderr);
        return 3;
    }
    struct policy_inputs inputs = { .dns = dns, .postfix_major = 3, .postfix_minor = 7 };
    struct policy *policy = policy_compile(config, &inputs, &remarks, &fault);
    if (!policy) {
        fault_print(&fault, stderr);
        return 3;
    }
    struct replay *replay = replay_new(policy, &evidence, &remarks);
    buffer_init(&out, SIZE_MAX);
    for (uint32_t row = 0; row < evidence.row_count; row++)
        print_row(&out, &evidence, replay, row);
    fwrite(out.at, 1, out.len, stdout);
    fprintf(stderr, "rows %u classes %u\n", evidence.row_count, replay_class_count(replay));
    buffer_release(&out);
    replay_free(replay);
    policy_free(policy);
    config_free(config);
    dns_snapshot_free(dns);
    evidence_release(&evidence);
    diagnostics_release(&remarks);
    free(log);
    return 0;
}
