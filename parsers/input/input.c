#include "parsers/input/input.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rare.h"
#include "base/xalloc.h"
#include "parsers/input/duplicates.h"
#include "parsers/input/envelope_quick.h"
#include "parsers/input/input_order.h"
#include "parsers/input/journal_export.h"
#include "parsers/input/line_reader.h"
#include "parsers/input/raw_store.h"
#include "parsers/input/source.h"
#include "parsers/input/speakers.h"

/* A file in reading order. */
struct reading {
    struct order_item item;
    struct source *source; /* kept open when it cannot be opened again; else while it is read */
    uint64_t device, inode;
    uint64_t packed_size; /* 0: not known */
    bool stored;          /* its bytes go to the raw store as they are read */
    bool plain_file;      /* can be read again where it is */
    bool same_file;       /* the same file is given twice: not read */
};

struct input {
    struct input_options options;
    struct diagnostics *remarks;
    struct fault *fault;
    struct input_file *files; /* reading order, failed ones last */
    struct reading *readings; /* the same order, without the failed ones */
    size_t count, file_count;
    size_t current;          /* of readings; count: all read */
    bool reading;            /* the current one is open */
    bool is_export;          /* the current one is a journal export */
    bool is_bounded;         /* there is a --since or --until */
    bool is_quiet;           /* nobody asks more of lines of the last line's time */
    struct input_file *file; /* the current one's account */
    size_t head_given;       /* of a kept source's head */
    struct line_reader reader;
    struct envelope envelope, lookback;
    struct speakers speakers;
    struct journal_export journal;
    struct duplicates duplicates;
    struct raw_store *store;
    int64_t last_us; /* of the last line that had a time */
    uint64_t skipped_outside, dropped, yearless, overlong;
    int first_year, last_year; /* assumed so far */
    uint64_t packed_done;      /* of the files read to the end */
    char *tail;                /* the end of the file before */
    size_t tail_len;
};

/* ---- opening ---- */

static void fail_file(struct input *input, const char *path, const struct fault *why)
{
    if (!fault_is_set(input->fault))
        *input->fault = *why;
    diagnostics_add(input->remarks, 1, "unreadable_input", "%s: %s", path, why->what);
    input->files[input->file_count++] = (struct input_file){
        .path = path, .first_us = TIME_NONE, .last_us = TIME_NONE, .failed = true
    };
}

/* True when the path was given before: opening a pipe again would take bytes from the first reader. */
static bool path_was_given(const struct input *input, const char *path)
{
    for (size_t i = 0; i < input->count; i++)
        if (strcmp(input->readings[i].item.path, path) == 0)
            return true;
    return false;
}

/* True for another name of a file that was given before. */
static bool file_was_given(const struct input *input, const struct reading *reading)
{
    for (size_t i = 0; i < input->count; i++)
        if (input->readings[i].device == reading->device &&
            input->readings[i].inode == reading->inode)
            return true;
    return false;
}

/* Opens and looks at one file; false when it cannot be read. */
static bool probe_file(struct input *input, struct reading *reading, const char *path)
{
    struct fault why = { .kind = FAULT_NONE };
    uint64_t done;
    reading->same_file = path_was_given(input, path);
    reading->item.path = path;
    if (reading->same_file)
        return true;
    struct source *source = source_open(path, &why);
    if (!source) {
        fail_file(input, path, &why);
        return false;
    }
    source_identity(source, &reading->device, &reading->inode);
    reading->same_file = file_was_given(input, reading);
    if (reading->same_file) {
        source_close(source);
        return true;
    }
    source_progress(source, &done, &reading->packed_size);
    reading->plain_file = source_is_plain(source) && source_is_file(source);
    reading->stored = input->options.keep_raw && !reading->plain_file;
    probe_source(&reading->item.probe, source, path, input->options.format, &input->duplicates);
    if (source_is_file(source) && strcmp(path, "-") != 0) {
        source_close(source);
        probe_release(&reading->item.probe);
    } else {
        reading->source = source;
    }
    return true;
}

static void announce(struct input *input, size_t at)
{
    const struct order_item *item = &input->readings[at].item;
    const struct probe *probe = &item->probe;
    struct duplicates_head head = { .count = probe->hash_count, .first_us = item->first_us };
    if (probe->hash_count == 0)
        return;
    int years = probe->hashed_last.civil.month < probe->first.civil.month;
    head.last_us = year_clock_at(&probe->hashed_last, item->year + years);
    memcpy(head.hashes, probe->hashes, sizeof head.hashes);
    duplicates_announce(&input->duplicates, at, &head);
}

/* Sorts the readings as their items are sorted. */
static void order_readings(struct input *input)
{
    struct order_item *items = xcalloc(input->count + 1, sizeof *items);
    struct reading *sorted = xcalloc(input->count + 1, sizeof *sorted);
    for (size_t i = 0; i < input->count; i++) {
        items[i] = input->readings[i].item;
        items[i].given = i;
    }
    input_order(items, input->count, input->options.year);
    for (size_t i = 0; i < input->count; i++) {
        sorted[i] = input->readings[items[i].given];
        sorted[i].item = items[i];
    }
    free(items);
    free(input->readings);
    input->readings = sorted;
}

static bool format_is_known(const char *format)
{
    size_t count;
    const char *const *names = envelope_format_names(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], format) == 0)
            return true;
    return false;
}

static struct input *input_new(const struct input_options *options, size_t count,
                               struct diagnostics *remarks, struct fault *fault)
{
    struct input *input = xcalloc(1, sizeof *input);
    input->options = *options;
    input->remarks = remarks;
    input->fault = fault;
    input->files = xcalloc(count, sizeof *input->files);
    input->readings = xcalloc(count, sizeof *input->readings);
    input->last_us = TIME_NONE;
    input->is_bounded = options->since_us != TIME_NONE || options->until_us != TIME_NONE;
    duplicates_init(&input->duplicates, count);
    journal_export_init(&input->journal);
    return input;
}

static void blame_format(const char *format, struct fault *fault)
{
    char list[256] = "";
    size_t count, len = 0;
    const char *const *names = envelope_format_names(&count);
    for (size_t i = 0; i < count && len < sizeof list; i++)
        len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", i ? ", " : "", names[i]);
    fault_set(fault, FAULT_USAGE, "--format", 0, "no such form: %.64s; one of %s", format, list);
}

struct input *input_open(const char *const *paths, size_t count,
                         const struct input_options *options, struct diagnostics *remarks,
                         struct fault *fault)
{
    if (count == 0) {
        fault_set(fault, FAULT_USAGE, NULL, 0, "no log given; name one, or - for stdin");
        return NULL;
    }
    if (count >= UINT16_MAX) {
        fault_set(fault, FAULT_USAGE, NULL, 0, "more than %d logs; read them in parts",
                  UINT16_MAX - 1);
        return NULL;
    }
    if (options->format && !format_is_known(options->format)) {
        blame_format(options->format, fault);
        return NULL;
    }
    struct input *input = input_new(options, count, remarks, fault);
    for (size_t i = 0; i < count; i++)
        input->count += probe_file(input, &input->readings[input->count], paths[i]);
    if (input->count == 0) {
        input_close(input);
        return NULL;
    }
    order_readings(input);
    memmove(input->files + input->count, input->files, input->file_count * sizeof *input->files);
    input->file_count += input->count;
    for (size_t i = 0; i < input->count; i++) {
        input->files[i] = (struct input_file){ .path = input->readings[i].item.path,
                                               .first_us = TIME_NONE,
                                               .last_us = TIME_NONE };
        announce(input, i);
    }
    return input;
}

/* ---- reading ---- */

/* Bytes of the current file for the line reader: first the head that the probe took off a pipe. */
static size_t read_current(void *user, char *out, size_t size)
{
    struct input *input = user;
    struct reading *reading = &input->readings[input->current];
    const struct probe *probe = &reading->item.probe;
    size_t got = 0;
    if (probe->head && input->head_given < probe->head_len) {
        got = probe->head_len - input->head_given;
        got = got < size ? got : size;
        memcpy(out, probe->head + input->head_given, got);
        input->head_given += got;
    } else {
        got = source_read(reading->source, out, size);
    }
    input->files[input->current].bytes += got;
    if (reading->stored && got) {
        if (!input->store)
            input->store = raw_store_new();
        if (!raw_store_add(input->store, (uint16_t)input->current, out, got)) {
            diagnostics_add(input->remarks, 1, "raw_not_kept",
                            "%s: no room for its raw lines in a temporary file; they cannot be "
                            "shown (set TMPDIR)",
                            reading->item.path);
            reading->stored = false;
        }
    }
    return got;
}

/* Opens the current file for reading; false when it is not to be read. */
static RARE bool start_file(struct input *input)
{
    struct reading *reading = &input->readings[input->current];
    struct input_file *file = &input->files[input->current];
    if (reading->same_file) {
        file->duplicate = true;
        diagnostics_add(input->remarks, 1, "duplicate_input", "%s: given twice, read once",
                        reading->item.path);
        return false;
    }
    if (!reading->source) {
        struct fault why = { .kind = FAULT_NONE };
        reading->source = source_open(reading->item.path, &why);
        if (!reading->source) {
            if (!fault_is_set(input->fault))
                *input->fault = why;
            diagnostics_add(input->remarks, 1, "unreadable_input", "%s: %s", reading->item.path,
                            why.what);
            file->failed = true;
            return false;
        }
    }
    input->reading = true;
    input->file = file;
    input->is_export = reading->item.probe.is_export;
    input->head_given = 0;
    line_reader_init(&input->reader, read_current, input);
    envelope_init(&input->envelope, input->options.format);
    input->envelope.speakers = &input->speakers;
    year_clock_start(&input->envelope.clock, reading->item.year, reading->item.limit_us);
    duplicates_start_file(&input->duplicates, input->current);
    return true;
}

/* Keeps the end of the file for a "last message repeated" that begins the next one. */
static void keep_tail(struct input *input)
{
    const struct line_reader *reader = &input->reader;
    struct slice past = line_reader_history(reader, reader->block + reader->at);
    if (!input->tail)
        input->tail = xmalloc(LINE_HISTORY);
    input->tail_len = past.len < LINE_HISTORY ? past.len : LINE_HISTORY;
    memcpy(input->tail, past.at + past.len - input->tail_len, input->tail_len);
}

static void note_years(struct input *input, const struct input_file *file)
{
    input->yearless += input->envelope.yearless;
    if (input->envelope.yearless == 0 || file->first_us == TIME_NONE)
        return;
    int first = civil_from_us(file->first_us, civil_local_offset(file->first_us)).year;
    int last = civil_from_us(file->last_us, civil_local_offset(file->last_us)).year;
    input->first_year = input->first_year && input->first_year < first ? input->first_year : first;
    input->last_year = input->last_year > last ? input->last_year : last;
}

/* Closes the current file and tells what was odd about it. */
static RARE void finish_file(struct input *input)
{
    struct reading *reading = &input->readings[input->current];
    struct input_file *file = &input->files[input->current];
    const char *path = reading->item.path, *trouble = source_trouble(reading->source);
    uint64_t done, all;
    if (trouble) {
        file->failed = true;
        fault_set(input->fault, FAULT_INPUT, path, 0, "%s", trouble);
        diagnostics_add(input->remarks, 1, "damaged_input", "%s: %s", path, trouble);
    }
    if (input->reader.nul_runs)
        diagnostics_add(input->remarks, input->reader.nul_runs, "nul_bytes",
                        "%s: runs of NUL bytes, as a crash leaves them, were skipped", path);
    if (input->overlong)
        diagnostics_add(input->remarks, input->overlong, "overlong_line",
                        "%s: of lines longer than %d bytes only the beginning was read", path,
                        LINE_LENGTH_MAX);
    if (input->dropped) {
        file->duplicate = input->dropped == file->lines;
        diagnostics_add(input->remarks, input->dropped, "duplicate_input",
                        "%s: lines that stand in another file too were read once", path);
    }
    input->overlong = input->dropped = 0;
    note_years(input, file);
    source_progress(reading->source, &done, &all);
    input->packed_done += done;
    keep_tail(input);
    line_reader_release(&input->reader);
    envelope_release(&input->envelope);
    probe_release(&reading->item.probe);
    if (!(reading->plain_file && strcmp(path, "-") == 0)) {
        source_close(reading->source);
        reading->source = NULL;
    }
    input->reading = false;
}

/* Said once, at the end. */
static RARE void finish_all(struct input *input)
{
    if (input->skipped_outside)
        diagnostics_add(input->remarks, input->skipped_outside, "outside_period",
                        "lines before --since or not before --until were left out");
    if (input->yearless && input->options.year == 0) {
        if (input->first_year == input->last_year)
            diagnostics_add(input->remarks, input->yearless, "assumed_year",
                            "time stamps have no year: %d assumed", input->first_year);
        else
            diagnostics_add(input->remarks, input->yearless, "assumed_year",
                            "time stamps have no year: %d to %d assumed", input->first_year,
                            input->last_year);
    }
    input->skipped_outside = input->yearless = 0;
}

/* The last line of that host in a stretch that ends before its marker. Bounded: markers may be many
 * and hosts made up. */
static bool find_last_line(struct input *input, struct slice past, struct slice host,
                           struct log_line *found)
{
    if (past.len > LINE_HISTORY)
        past = slice_skip(past, past.len - LINE_HISTORY);
    for (int lines = 0; past.len && lines < 256; lines++) {
        size_t end = past.len - (past.at[past.len - 1] == '\n');
        size_t start = end;
        while (start > 0 && past.at[start - 1] != '\n')
            start--;
        struct slice raw = line_reader_trim(slice_make(past.at + start, end - start));
        past.len = start;
        if (raw.len && envelope_parse(&input->lookback, raw, found) && !found->malformed &&
            !found->marker && slice_equal(found->host, host))
            return true;
    }
    return false;
}

/* "last message repeated N times" stands for that host's last line. */
static RARE void repeat_last(struct input *input, struct log_line *line)
{
    struct log_line found;
    if (!input->lookback.scratch)
        envelope_init(&input->lookback, NULL);
    input->lookback.form = input->envelope.form;
    const struct line_reader *reader = &input->reader;
    struct slice recent = line_reader_recent(reader, line->raw.at), host = line->host;
    struct slice tail = slice_make(input->tail, input->tail_len);
    if (!find_last_line(input, recent, host, &found) &&
        !find_last_line(input, line_reader_history(reader, line->raw.at), host, &found) &&
        !find_last_line(input, tail, host, &found))
        return; /* stays a marker */
    line->marker = false;
    line->repeats = input->envelope.repeat_of_last;
    line->program = found.program;
    line->pid = found.pid;
    line->text = found.text;
    line->truncated |= found.truncated;
}

/* Reads one entry of a journal export; false at the file's end. */
static APART bool read_record(struct input *input, struct raw_line *raw, struct log_line *line)
{
    struct record record;
    if (!journal_export_next(&input->journal, &input->reader, raw, &record))
        return false;
    envelope_parse_record(&input->envelope, raw->text, &record, line);
    return true;
}

/* Reads one line of the current file; false at its end. */
static inline bool read_line(struct input *input, struct raw_line *raw, struct log_line *line)
{
    if (input->is_export)
        return read_record(input, raw, line);
    do {
        if (!line_reader_next(&input->reader, raw))
            return envelope_flush(&input->envelope, raw->text, line);
    } while (!envelope_parse(&input->envelope, raw->text, line));
    return true;
}

/* True when the line lies outside --since and --until. */
static APART bool is_outside(const struct input *input)
{
    const struct input_options *options = &input->options;
    if (input->last_us == TIME_NONE)
        return options->since_us != TIME_NONE;
    return (options->since_us != TIME_NONE && input->last_us < options->since_us) ||
           (options->until_us != TIME_NONE && input->last_us >= options->until_us);
}

/* A line that somebody may ask more of; false when it is not to be given. */
static APART bool examine_line(struct input *input, const struct log_line *line)
{
    bool timed = line->time_us != TIME_NONE;
    /* A line without a time belongs to the one before it. */
    if (duplicates_drop(&input->duplicates, input->last_us, timed, line->raw)) {
        input->dropped++;
        input->file->skipped++;
        return false;
    }
    if (input->is_bounded && is_outside(input)) {
        input->skipped_outside++;
        input->file->skipped++;
        return false;
    }
    return true;
}

/* Books a line; false when it is not to be given. */
static inline bool book_line(struct input *input, const struct log_line *line)
{
    struct input_file *file = input->file;
    file->lines++;
    if (line->time_us != TIME_NONE) {
        input->last_us = line->time_us;
        if (line->time_us > file->last_us) /* TIME_NONE is the smallest */
            file->last_us = line->time_us;
        if (line->time_us < file->first_us || file->first_us == TIME_NONE)
            file->first_us = line->time_us;
    }
    input->is_quiet =
        !input->is_bounded && !duplicates_may_drop(&input->duplicates, input->last_us);
    return input->is_quiet || examine_line(input, line);
}

/* The next line, whatever it looks like. */
static APART bool next_of_any_kind(struct input *input, struct log_line *line)
{
    struct raw_line raw = { .text = { "", 0 } };
    for (;;) {
        while (!input->reading) {
            if (input->current == input->count) {
                finish_all(input);
                return false;
            }
            if (!start_file(input))
                input->current++;
        }
        if (!read_line(input, &raw, line)) {
            finish_file(input);
            input->current++;
            continue;
        }
        line->file = (uint16_t)input->current;
        line->number = raw.number;
        line->offset = raw.offset;
        if (raw.truncated) {
            line->truncated = true;
            input->overlong += raw.text.len >= LINE_LENGTH_MAX;
        }
        if (!book_line(input, line))
            continue;
        if (input->envelope.repeat_of_last)
            repeat_last(input, line);
        return true;
    }
}

bool input_next(struct input *input, struct log_line *line)
{
    struct slice raw = line_reader_peek(&input->reader);
    if (!envelope_parse_quickly(&input->envelope, raw, line))
        return next_of_any_kind(input, line);
    line_reader_pass(&input->reader, &line->number, &line->offset);
    line->file = (uint16_t)input->current;
    if (line->time_us == input->last_us && input->is_quiet) {
        input->file->lines++; /* all else was said of the line before */
        return true;
    }
    return book_line(input, line) || next_of_any_kind(input, line);
}

const struct input_file *input_files(const struct input *input, size_t *count)
{
    *count = input->file_count;
    return input->files;
}

void input_progress(const struct input *input, uint64_t *done, uint64_t *all)
{
    uint64_t part = 0, size;
    *done = input->packed_done;
    *all = 0;
    for (size_t i = 0; i < input->count; i++)
        *all += input->readings[i].packed_size;
    if (input->reading)
        source_progress(input->readings[input->current].source, &part, &size);
    *done += part;
    if (*all < *done)
        *all = *done;
}

/* ---- reading again ---- */

/* Bytes of a plain file that is still the one that was read. */
static size_t read_file_again(struct input *input, size_t file, uint64_t offset, char *out,
                              size_t size)
{
    struct reading *reading = &input->readings[file];
    if (reading->source)
        return source_read_at(reading->source, offset, out, size);
    struct fault ignored = { .kind = FAULT_NONE };
    uint64_t device, inode;
    struct source *source = source_open(reading->item.path, &ignored);
    if (!source)
        return 0;
    source_identity(source, &device, &inode);
    size_t got = 0;
    if (device == reading->device && inode == reading->inode)
        got = source_read_at(source, offset, out, size);
    source_close(source);
    return got;
}

bool input_reread(struct input *input, uint16_t file, uint64_t offset, struct buffer *out)
{
    if (file >= input->count)
        return false;
    const struct reading *reading = &input->readings[file];
    bool is_export = reading->item.probe.is_export;
    size_t size = is_export ? JOURNAL_ENTRY_MAX : LINE_LENGTH_MAX + 2;
    char *bytes = xmalloc(size);
    size_t got = reading->plain_file ? read_file_again(input, file, offset, bytes, size)
                 : input->store      ? raw_store_read(input->store, file, offset, bytes, size)
                                     : 0;
    struct slice line = slice_make(bytes, got);
    if (is_export)
        line = slice_trim(slice_head(line, slice_find(line, (struct slice)SLICE("\n\n"))));
    else
        line = line_reader_trim(line);
    buffer_add_slice(out, line);
    free(bytes);
    return got > 0;
}

void input_close(struct input *input)
{
    if (!input)
        return;
    if (input->reading) {
        line_reader_release(&input->reader);
        envelope_release(&input->envelope);
    }
    for (size_t i = 0; i < input->count; i++) {
        source_close(input->readings[i].source);
        probe_release(&input->readings[i].item.probe);
    }
    envelope_release(&input->lookback);
    journal_export_release(&input->journal);
    duplicates_release(&input->duplicates);
    raw_store_free(input->store);
    free(input->readings);
    free(input->files);
    free(input->tail);
    free(input);
}
