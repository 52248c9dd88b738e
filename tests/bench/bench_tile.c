/*
 * Makes a large log from a small one: copies it until a size is reached, every copy moved on in time,
 * its queue ids and message ids made unique. Stamps come out in the traditional form, so that every
 * tool reads them.
 * usage: bench_tile SOURCE BYTES >large.log
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/civil_time.h"
#include "base/slice.h"
#include "base/xalloc.h"

/* A piece of a line: literal bytes, then the copy's number in one of two spellings. */
enum mark { MARK_NONE, MARK_QUEUE_ID, MARK_MESSAGE_ID };
struct piece {
    struct slice text;
    enum mark mark;
};

struct source_line {
    int64_t time_s;
    size_t first, count; /* pieces */
};

struct source {
    char *bytes;
    struct piece *pieces;
    size_t piece_count, piece_capacity;
    struct source_line *lines;
    size_t line_count, line_capacity;
};

static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static int two_digits(const char *at)
{
    return (at[0] == ' ' ? 0 : at[0] - '0') * 10 + (at[1] - '0');
}

/* Takes the stamp off a line: "Nov 23 10:15:01 " or RFC 3339. */
static bool take_time(struct slice *line, int64_t *time_s)
{
    int64_t time_us = 0;
    int offset = 0;
    size_t used = 0;
    if (civil_parse_rfc3339(*line, 0, &time_us, &offset, &used)) {
        *time_s = time_us / 1000000;
        *line = slice_skip(*line, used + 1);
        return true;
    }
    if (line->len < 16)
        return false;
    for (int month = 0; month < 12; month++) {
        if (memcmp(line->at, months[month], 3) != 0)
            continue;
        *time_s = civil_days(2026, month + 1, two_digits(line->at + 4)) * 86400 +
                  two_digits(line->at + 7) * 3600 + two_digits(line->at + 10) * 60 +
                  two_digits(line->at + 13);
        *line = slice_skip(*line, 16);
        return true;
    }
    return false;
}

static void add_piece(struct source *source, const char *from, const char *to, enum mark mark)
{
    GROW(source->pieces, source->piece_count, source->piece_capacity);
    source->pieces[source->piece_count++] =
        (struct piece){ slice_make(from, (size_t)(to - from)), mark };
}

static size_t queue_id_length(const char *at, const char *end)
{
    size_t len = 0;
    while (at + len < end && (ascii_is_digit(at[len]) || (at[len] >= 'A' && at[len] <= 'F')))
        len++;
    return len >= 6 && len <= 20 ? len : 0;
}

/* Cuts a line at its queue ids and message ids. */
static void cut_line(struct source *source, struct slice line)
{
    static const struct {
        const char *before;
        char after;
        enum mark mark;
    } places[] = {
        { "]: ", ':', MARK_QUEUE_ID },
        { "queued as ", ')', MARK_QUEUE_ID },
        { "message-id=<", '@', MARK_MESSAGE_ID },
    };
    const char *from = line.at, *end = line.at + line.len;
    for (size_t i = 0; i < COUNT(places); i++) {
        struct slice rest = slice_make(from, (size_t)(end - from));
        size_t at = slice_find(rest, slice_of(places[i].before));
        if (at == rest.len)
            continue;
        const char *id = rest.at + at + strlen(places[i].before);
        struct slice tail = slice_make(id, (size_t)(end - id));
        size_t len =
            places[i].mark == MARK_QUEUE_ID ? queue_id_length(id, end) : slice_index(tail, '@');
        if (len == 0 || len == tail.len || id[len] != places[i].after)
            continue;
        const char *cut = places[i].mark == MARK_QUEUE_ID ? id : id + len;
        add_piece(source, from, cut, places[i].mark);
        from = cut;
    }
    add_piece(source, from, end, MARK_NONE);
}

static bool read_source(struct source *source, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    source->bytes = xmalloc(size + 1);
    size = fread(source->bytes, 1, size, file);
    fclose(file);
    struct slice rest = slice_make(source->bytes, size), line;
    while (slice_next_word(&rest, "\n", &line)) {
        int64_t time_s = 0;
        if (!take_time(&line, &time_s))
            continue;
        GROW(source->lines, source->line_count, source->line_capacity);
        size_t first = source->piece_count;
        cut_line(source, line);
        source->lines[source->line_count++] =
            (struct source_line){ time_s, first, source->piece_count - first };
    }
    return source->line_count > 0;
}

/* Writes one copy; gives its bytes. */
static size_t write_copy(const struct source *source, unsigned copy, int64_t shift_s)
{
    size_t bytes = 0;
    char stamp[32] = "", id[16], message[16];
    int64_t stamped = INT64_MIN;
    snprintf(id, sizeof id, "%03X", copy % 0xfff + 1);
    snprintf(message, sizeof message, ".%u", copy);
    for (size_t i = 0; i < source->line_count; i++) {
        const struct source_line *line = &source->lines[i];
        if (line->time_s != stamped) {
            stamped = line->time_s;
            struct civil_time civil = civil_from_us((stamped + shift_s) * 1000000, 0);
            snprintf(stamp, sizeof stamp, "%.3s %2d %02d:%02d:%02d ", months[civil.month - 1],
                     civil.day, civil.hour, civil.minute, civil.second);
        }
        bytes += fwrite(stamp, 1, strlen(stamp), stdout);
        for (size_t p = line->first; p < line->first + line->count; p++) {
            const struct piece *piece = &source->pieces[p];
            bytes += fwrite(piece->text.at, 1, piece->text.len, stdout);
            const char *mark = piece->mark == MARK_QUEUE_ID     ? id
                               : piece->mark == MARK_MESSAGE_ID ? message
                                                                : "";
            bytes += fwrite(mark, 1, strlen(mark), stdout);
        }
        bytes += fwrite("\n", 1, 1, stdout);
    }
    return bytes;
}

int main(int argc, char **argv)
{
    struct source source = { NULL };
    uint64_t wanted = 0;
    if (argc != 3 || !slice_to_u64(slice_of(argv[2]), &wanted) || !read_source(&source, argv[1])) {
        fputs("usage: bench_tile SOURCE BYTES\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOFBF, 1 << 20);
    int64_t first = source.lines[0].time_s;
    int64_t span = source.lines[source.line_count - 1].time_s - first + 60;
    /* the first copy begins in January, so that a year holds many */
    int64_t shift = civil_days(2026, 1, 2) * 86400 - first;
    size_t bytes = 0;
    for (unsigned copy = 0; bytes < wanted; copy++)
        bytes += write_copy(&source, copy, shift + (int64_t)copy * span);
    free(source.lines);
    free(source.pieces);
    free(source.bytes);
    return fflush(stdout) != 0;
}
