/* `events`: every log line as a typed JSON record. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/xalloc.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/run.h"
#include "cli/unparsed.h"
#include "parsers/input/input.h"
#include "parsers/lines/event_lines.h"
#include "parsers/lines/program_table.h"

enum { BLOCK = 256 * 1024, RECORD_LIMIT = 64 << 20, LINES_BETWEEN_LOOKS = 4096 };

/* Reads all lines, writes their records. */
static void write_events(struct input *input, struct line_parser *parser, struct output *output,
                         bool quiet)
{
    struct log_line line;
    struct event event;
    struct buffer out;
    struct progress progress;
    uint64_t lines = 0, done, all;
    size_t count;
    progress_init(&progress, quiet);
    buffer_init(&out, RECORD_LIMIT);
    while (input_next(input, &line)) {
        const struct input_file *files = input_files(input, &count);
        line_parse(parser, &line, &event);
        event_lines_write(&out, &event, line.file < count ? files[line.file].path : NULL);
        if (out.len >= BLOCK) {
            fwrite(out.at, 1, out.len, output->stream);
            buffer_clear(&out);
        }
        if (++lines % LINES_BETWEEN_LOOKS == 0 && progress.enabled) {
            input_progress(input, &done, &all);
            progress_update(&progress, done, all);
        }
    }
    if (out.len)
        fwrite(out.at, 1, out.len, output->stream);
    buffer_release(&out);
    progress_end(&progress);
}

/* The books: every line in exactly one class. */
static void print_counts(const struct line_parser *parser)
{
    uint64_t counts[LINE_CLASSES], sum = 0;
    line_parser_counts(parser, counts);
    for (int class = 0; class < LINE_CLASSES; class ++)
        sum += counts[class];
    fprintf(stderr, "mailwhatif: %llu lines", (unsigned long long)sum);
    for (int class = 0; class < LINE_CLASSES; class ++)
        fprintf(stderr, ", %llu %s", (unsigned long long)counts[class],
                line_class_name((enum line_class) class));
    fputc('\n', stderr);
}

static void write_unparsed(const struct options *options, struct line_parser *parser,
                           const struct input *input, struct fault *fault)
{
    size_t file_count, shape_count;
    const struct input_file *files = input_files(input, &file_count);
    const char **names = xcalloc(file_count + 1, sizeof *names);
    for (size_t i = 0; i < file_count; i++)
        names[i] = files[i].path;
    const struct shape_count *shapes = line_parser_shapes(parser, &shape_count);
    unparsed_write(options->unparsed_file, shapes, shape_count, names, file_count, fault);
    free(names);
}

/* Remarks are for people: batch use is silent on success. */
static void print_remarks(const struct diagnostics *remarks, const struct options *options)
{
    if (options->quiet || !(options->verbose || isatty(STDERR_FILENO)))
        return;
    for (uint32_t i = 0; i < remarks->count; i++)
        fprintf(stderr, "mailwhatif: warning: %.*s\n", SLICE_FMT(remarks->items[i].text));
}

int command_events(const struct options *options, struct fault *fault)
{
    struct diagnostics remarks;
    struct output output;
    struct input_options input_options = run_input_options(options);
    struct line_parser_options line_options = run_line_options(options);
    struct line_parser *parser = line_parser_new(&line_options, fault);
    if (!parser)
        return 2;
    diagnostics_init(&remarks);
    struct input *input =
        input_open(options->logs, options->log_count, &input_options, &remarks, fault);
    if (input && output_open(&output, options->output_file, fault)) {
        write_events(input, parser, &output, options->quiet);
        output_commit(&output, fault);
        write_unparsed(options, parser, input, fault);
        if (options->verbose)
            print_counts(parser);
    }
    print_remarks(&remarks, options);
    input_close(input);
    line_parser_free(parser);
    diagnostics_release(&remarks);
    return 0;
}
