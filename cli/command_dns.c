/* `dns`: record the answers that a replay needs, show what a snapshot holds, import answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/dns_questions.h"
#include "analyzer/evidence/resolver.h"
#include "base/xalloc.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/run.h"
#include "parsers/data/dns_import.h"

/* Answers open new questions (an MX host's address, an include); chains are never longer. */
enum { ROUNDS_MAX = 16, LINE_MAX_BYTES = 1 << 20 };

struct recording {
    FILE *file;
    struct buffer line;
    uint64_t answers;
};

static bool write_answer(void *context, const struct resolver_question *question,
                         const struct dns_answer *answer)
{
    struct recording *recording = context;
    buffer_clear(&recording->line);
    dns_snapshot_format_line(&recording->line, question->type, question->name, answer);
    recording->answers++;
    return fwrite(recording->line.at, 1, recording->line.len, recording->file) ==
               recording->line.len &&
           fflush(recording->file) == 0;
}

static struct resolver_options resolver_options_of(const struct options *options)
{
    struct resolver_options resolver = resolver_default_options();
    resolver.servers = options->server;
    if (options->rate)
        resolver.per_second = options->rate;
    return resolver;
}

/* One round: replays with what is recorded so far and asks what the replay lacked. *asked gets the
 * number of questions. */
static bool record_round(const struct options *options, struct dns_questions *questions,
                         struct recording *recording, size_t *asked, struct fault *fault)
{
    struct resolver_options resolver = resolver_options_of(options);
    struct results *results = run_logs(options, fault);
    size_t before = questions->count;
    *asked = 0;
    if (!results)
        return false;
    dns_questions_collect(questions, results);
    results_free(results);
    *asked = questions->count - before;
    return *asked == 0 || resolver_ask(&resolver, questions->items + before, *asked, write_answer,
                                       recording, fault);
}

static bool record_rounds(struct options *options, struct recording *recording, struct fault *fault)
{
    struct dns_questions questions;
    bool good = true;
    size_t asked = 1;
    dns_questions_init(&questions);
    for (int round = 0; good && asked && round < ROUNDS_MAX; round++) {
        good = record_round(options, &questions, recording, &asked, fault);
        if (good && !options->quiet && asked)
            fprintf(stderr, "mailwhatif: round %d: %zu questions\n", round + 1, asked);
    }
    dns_questions_release(&questions);
    return good;
}

/* Opens a snapshot that grows; a last line that an earlier run could not finish is ended. */
static FILE *open_to_append(const char *path)
{
    FILE *file = fopen(path, "a+b");
    if (file && fseek(file, -1, SEEK_END) == 0 && fgetc(file) != '\n') {
        fseek(file, 0, SEEK_END);
        fputc('\n', file);
    }
    return file;
}

static int dns_record(const struct options *options, struct fault *fault)
{
    struct options round = *options;
    struct recording recording = { 0 };
    const char *path = options->output_file;
    if (!path || strcmp(path, "-") == 0)
        return fault_set(fault, FAULT_USAGE, "-O", 0,
                         "no snapshot file to record into; give one: -O dns.jsonl"),
               FAULT_USAGE;
    recording.file = open_to_append(path);
    if (!recording.file)
        return fault_set(fault, FAULT_INPUT, path, 0,
                         "cannot be written; check the folder and its rights"),
               FAULT_INPUT;
    buffer_init(&recording.line, LINE_MAX_BYTES);
    /* The file that grows is one of the snapshots that each round reads. */
    round.dns.items = xcalloc(options->dns.count + 1, sizeof *round.dns.items);
    if (options->dns.count)
        memcpy(round.dns.items, options->dns.items, options->dns.count * sizeof *round.dns.items);
    round.dns.items[options->dns.count] = path;
    round.dns.count = options->dns.count + 1;
    bool good = record_rounds(&round, &recording, fault);
    if (fclose(recording.file) != 0 && good)
        good = fault_set(fault, FAULT_INPUT, path, 0,
                         "cannot be written to its end; is the disk full?");
    if (good && !options->quiet)
        fprintf(stderr, "mailwhatif: %s: %llu answers recorded\n", path,
                (unsigned long long)recording.answers);
    buffer_release(&recording.line);
    free(round.dns.items);
    return good ? 0 : (int)fault->kind;
}

struct counting {
    uint64_t counts[DNS_TYPES][DNS_RCODES];
    uint64_t refusals; /* of DNS lists, among the addresses */
    FILE *lines;       /* print every answer there instead */
};

static bool count_answer(void *context, enum dns_type type, struct slice name,
                         const struct dns_answer *answer)
{
    struct counting *counting = context;
    if (counting->lines) {
        struct buffer line;
        buffer_init(&line, LINE_MAX_BYTES);
        dns_snapshot_format_line(&line, type, name, answer);
        fwrite(line.at, 1, line.len, counting->lines);
        buffer_release(&line);
    }
    counting->counts[type][answer->rcode]++;
    counting->refusals += type == DNS_A && dns_answer_is_refusal(answer);
    return true;
}

static void print_counts(FILE *to, const struct dns_snapshot *snapshot,
                         const struct counting *counting)
{
    int64_t oldest, newest;
    char text[TIME_TEXT_MAX];
    dns_snapshot_span(snapshot, &oldest, &newest);
    fprintf(to, "%zu answers", dns_snapshot_size(snapshot));
    if (oldest != TIME_NONE) {
        fprintf(to, ", recorded %.*s", SLICE_FMT(civil_format_rfc3339(oldest, 0, text)));
        fprintf(to, " .. %.*s", SLICE_FMT(civil_format_rfc3339(newest, 0, text)));
    }
    fprintf(to, "\n%s\n",
            dns_snapshot_is_closed(snapshot)
                ? "closed: every question that is not listed has an answer"
                : "open: a question that is not listed is unknown");
    for (int type = 0; type < DNS_TYPES; type++)
        for (int rcode = 0; rcode < DNS_RCODES; rcode++)
            if (counting->counts[type][rcode])
                fprintf(to, "  %-6s %-9s %10llu\n", dns_type_name((enum dns_type)type),
                        dns_rcode_name((enum dns_rcode)rcode),
                        (unsigned long long)counting->counts[type][rcode]);
    if (counting->refusals)
        fprintf(
            to,
            "%llu answers in 127.255.255.0/24: the list refused to answer; ask by a resolver of "
            "your own. A replay counts them as unknown\n",
            (unsigned long long)counting->refusals);
}

/* Reads every operand into one snapshot, by `import` or as snapshots, and prints it. */
static int dns_print(const struct options *options, bool import, struct fault *fault)
{
    struct counting counting = { 0 };
    struct diagnostics notes;
    struct output output;
    size_t replies;
    if (options->log_count == 0)
        return fault_set(fault, FAULT_USAGE, import ? "dns import" : "dns show", 0,
                         "no file given; name one or more"),
               FAULT_USAGE;
    struct dns_snapshot *snapshot = dns_snapshot_new();
    diagnostics_init(&notes);
    bool good = true;
    for (size_t i = 0; i < options->log_count && good; i++)
        good = import ? dns_import_file(snapshot, options->logs[i], &replies, fault)
                      : dns_snapshot_read(snapshot, options->logs[i], &notes, fault);
    good = good && output_open(&output, options->output_file, fault);
    if (good) {
        counting.lines = import || options->output == FORMAT_JSONL ? output.stream : NULL;
        dns_snapshot_each(snapshot, count_answer, &counting);
        if (!counting.lines)
            print_counts(output.stream, snapshot, &counting);
        good = output_commit(&output, fault);
    }
    for (uint32_t i = 0; i < notes.count && !options->quiet; i++)
        fprintf(stderr, "mailwhatif: %.*s\n", SLICE_FMT(notes.items[i].text));
    diagnostics_release(&notes);
    dns_snapshot_free(snapshot);
    return good ? 0 : (int)fault->kind;
}

int command_dns(const struct options *options, struct fault *fault)
{
    struct options rest = *options;
    const char *verb = options->log_count ? options->logs[0] : "";
    rest.logs = options->logs + 1;
    rest.log_count = options->log_count ? options->log_count - 1 : 0;
    if (strcmp(verb, "record") == 0)
        return dns_record(&rest, fault);
    if (strcmp(verb, "show") == 0 || strcmp(verb, "import") == 0)
        return dns_print(&rest, verb[0] == 'i', fault);
    fault_set(fault, FAULT_USAGE, "dns", 0, "'%s' is none of record, show, import", verb);
    return FAULT_USAGE;
}
