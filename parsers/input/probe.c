#include "parsers/input/probe.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "parsers/input/envelope.h"
#include "parsers/input/journal_export.h"
#include "parsers/input/line_reader.h"

enum {
    BASE_YEAR = 2000, /* year-less stamps count from here while looking; a leap year */
    SAMPLES = 32,     /* places looked at in a big file, to notice new years */
    SAMPLE_SIZE = 8 * 1024,
    SMALL_PACKED = 256 * 1024, /* compressed files up to here are looked at to the end */
};

/* Eight digits, with or without separators between year, month and day, at name.at[at]; the value and
 * where it ends, or 0. */
static uint64_t date_digits(struct slice name, size_t *at)
{
    char digits[8];
    size_t n = 0;
    for (; *at < name.len && n < 8; (*at)++) {
        if (ascii_is_digit(name.at[*at]))
            digits[n++] = name.at[*at];
        else if ((n != 4 && n != 6) || !memchr("-._", name.at[*at], 3))
            return 0;
    }
    uint64_t value = 0;
    if (n < 8 || (*at < name.len && ascii_is_digit(name.at[*at])))
        return 0;
    slice_to_u64(slice_make(digits, 8), &value);
    return value;
}

int64_t probe_named_date(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct slice name = slice_of(slash ? slash + 1 : path);
    int64_t found = TIME_NONE;
    for (size_t i = 0; i + 8 <= name.len; i++) {
        size_t at = i;
        uint64_t value = i > 0 && ascii_is_digit(name.at[i - 1]) ? 0 : date_digits(name, &at);
        struct civil_time day = { .year = (int)(value / 10000),
                                  .month = (int)(value / 100 % 100),
                                  .day = (int)(value % 100),
                                  .hour = 23,
                                  .minute = 59,
                                  .second = 59 };
        if (day.year >= 1990 && day.year < 2200 && civil_is_valid(&day))
            found = civil_to_us(&day, 0);
    }
    return found;
}

/* The stamp that a line had. Its time was made with an assumed year when it has none of its own. */
static struct stamp stamp_of_line(const struct log_line *line, bool yearless)
{
    struct stamp stamp = { .offset_minutes = line->offset_minutes, .has_zone = !yearless };
    stamp.civil = civil_from_us(line->time_us, line->offset_minutes);
    if (yearless)
        stamp.civil.year = 0;
    return stamp;
}

/* Looks at one line. */
static void probe_line(struct probe *probe, struct envelope *envelope, struct slice raw,
                       const struct duplicates *duplicates)
{
    struct log_line line;
    uint64_t yearless_before = envelope->yearless;
    int year_before = envelope->clock.year;
    raw = line_reader_trim(raw);
    if (raw.len == 0 || !envelope_parse(envelope, raw, &line) || line.time_us == TIME_NONE)
        return;
    bool yearless = envelope->yearless > yearless_before;
    struct stamp stamp = stamp_of_line(&line, yearless);
    if (!probe->stamped) {
        probe->first = stamp;
        probe->yearless = yearless;
        probe->stamped = true;
    } else if (yearless && envelope->clock.year != year_before) {
        probe->new_years += envelope->clock.year - year_before;
    }
    probe->last = stamp;
    if (yearless && probe->queue_id_us == TIME_NONE &&
        year_clock_queue_id_time(line.text, &probe->queue_id_us))
        probe->queue_id_stamp = stamp;
    if (duplicates && probe->hash_count < DUPLICATES_HEAD) {
        uint64_t hash = duplicates_hash(duplicates, raw);
        for (unsigned i = 0; i < probe->hash_count; i++)
            if (probe->hashes[i] == hash)
                return;
        probe->hashes[probe->hash_count++] = hash;
        probe->hashed_last = stamp;
    }
}

/* Looks at the lines of a stretch. Its first line may be a rest (skip_first), its last one too. */
static void probe_stretch(struct probe *probe, struct envelope *envelope, struct slice bytes,
                          bool skip_first, bool is_end, const struct duplicates *duplicates)
{
    if (skip_first)
        bytes = slice_skip(bytes, slice_index(bytes, '\n') + 1);
    while (bytes.len) {
        size_t len = slice_index(bytes, '\n');
        if (len == bytes.len && !is_end)
            break;
        probe_line(probe, envelope, slice_head(bytes, len), duplicates);
        bytes = slice_skip(bytes, len + 1);
    }
}

/* The end of a plain file, and places on the way there when years have to be counted. */
static void probe_plain_rest(struct probe *probe, struct envelope *envelope,
                             const struct source *source, uint64_t size)
{
    char *bytes = xmalloc(PROBE_HEAD);
    uint64_t end_from = size > 2 * PROBE_HEAD ? size - PROBE_HEAD : PROBE_HEAD;
    uint64_t step = (end_from - PROBE_HEAD) / SAMPLES;
    for (uint64_t i = 1; probe->yearless && i < SAMPLES && step > SAMPLE_SIZE; i++) {
        size_t got = source_read_at(source, PROBE_HEAD + i * step, bytes, SAMPLE_SIZE);
        probe_stretch(probe, envelope, slice_make(bytes, got), true, false, NULL);
    }
    size_t got = source_read_at(source, end_from, bytes, PROBE_HEAD);
    if (got == PROBE_HEAD || end_from + got >= size) {
        probe_stretch(probe, envelope, slice_make(bytes, got), true, true, NULL);
        probe->end_known = true;
    }
    free(bytes);
}

static size_t source_bytes(void *user, char *out, size_t size)
{
    return source_read(user, out, size);
}

/* The rest of a small compressed file. */
static void probe_packed_rest(struct probe *probe, struct envelope *envelope, struct source *source)
{
    struct line_reader reader;
    struct raw_line raw;
    line_reader_init(&reader, source_bytes, source);
    bool first = true; /* the head ended in the middle of a line */
    while (line_reader_next(&reader, &raw)) {
        if (!first)
            probe_line(probe, envelope, raw.text, NULL);
        first = false;
    }
    line_reader_release(&reader);
    probe->end_known = true;
}

/* The first time in a journal export; its entries need no year. */
static void probe_export(struct probe *probe, struct slice head)
{
    static const struct slice key = SLICE("__REALTIME_TIMESTAMP=");
    struct slice rest = slice_skip(head, slice_find(head, key) + key.len);
    uint64_t value;
    probe->is_export = true;
    if (!slice_to_u64(slice_head(rest, slice_index(rest, '\n')), &value) ||
        value > (uint64_t)INT64_MAX / 2)
        return;
    probe->stamped = true;
    probe->first.civil = civil_from_us((int64_t)value, 0);
    probe->first.has_zone = true;
    probe->last = probe->first;
}

static size_t read_head(struct source *source, char *head)
{
    size_t len = 0, got;
    while (len < PROBE_HEAD && (got = source_read(source, head + len, PROBE_HEAD - len)) > 0)
        len += got;
    return len;
}

void probe_source(struct probe *probe, struct source *source, const char *path, const char *format,
                  const struct duplicates *duplicates)
{
    struct envelope envelope;
    uint64_t done, all;
    *probe = (struct probe){ .written_us = source_written_us(source),
                             .named_us = probe_named_date(path),
                             .queue_id_us = TIME_NONE };
    probe->head = xmalloc(PROBE_HEAD);
    probe->head_len = read_head(source, probe->head);
    probe->head_is_all = probe->head_len < PROBE_HEAD;
    struct slice head = slice_make(probe->head, probe->head_len);
    if (slice_starts(head, "\xEF\xBB\xBF"))
        head = slice_skip(head, 3);
    if (journal_export_detect(slice_trim(head)) || (format && strcmp(format, "export") == 0)) {
        probe_export(probe, head);
        return;
    }
    envelope_init(&envelope, format);
    year_clock_start(&envelope.clock, BASE_YEAR, INT64_MAX);
    probe_stretch(probe, &envelope, head, false, probe->head_is_all, duplicates);
    source_progress(source, &done, &all);
    if (probe->head_is_all)
        probe->end_known = true;
    else if (source_is_plain(source) && source_is_file(source))
        probe_plain_rest(probe, &envelope, source, all);
    else if (source_is_file(source) && probe->yearless && all <= SMALL_PACKED)
        probe_packed_rest(probe, &envelope, source);
    envelope_release(&envelope);
}

void probe_release(struct probe *probe)
{
    free(probe->head);
    probe->head = NULL;
}
