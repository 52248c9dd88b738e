#include <stdlib.h>

#include "base/buffer.h"
#include "parsers/input/line_reader.h"
#include "tests/support/suite.h"

/* Bytes that come in pieces of any size, as from a pipe. */
struct pieces {
    const char *at;
    size_t len, done;
    uint32_t seed; /* 0: as much as is asked for */
};

static size_t next_piece(void *user, char *out, size_t size)
{
    struct pieces *pieces = user;
    size_t left = pieces->len - pieces->done;
    if (pieces->seed) {
        pieces->seed = pieces->seed * 1664525 + 1013904223;
        size_t piece = 1 + (pieces->seed >> 8) % (pieces->seed & 1 ? 20 : 300000);
        size = size < piece ? size : piece;
    }
    size = size < left ? size : left;
    memcpy(out, pieces->at + pieces->done, size);
    pieces->done += size;
    return size;
}

/* The rules, without blocks; a line is written as number, offset, flag and text. */
static void expect(struct buffer *out, const char *bytes, size_t len)
{
    size_t at = 0, number = 1;
    bool after_hole = false;
    while (at < len) {
        size_t start = at, stop, nuls = 0;
        while (start < len && bytes[start] == '\0')
            start++; /* NULs at the beginning belong to no line */
        after_hole |= start > at;
        for (stop = start; stop < len && bytes[stop] != '\n' && nuls < LINE_NUL_RUN; stop++)
            nuls = bytes[stop] == '\0' ? nuls + 1 : 0;
        bool hole = nuls == LINE_NUL_RUN;
        size_t end = hole ? stop - LINE_NUL_RUN : stop;
        at = hole ? stop : stop + 1;
        while (end > start && bytes[end - 1] == '\0')
            end--;
        if (end > start && bytes[end - 1] == '\r')
            end--;
        bool overlong = end - start > LINE_LENGTH_MAX;
        end = overlong ? start + LINE_LENGTH_MAX : end;
        if (end > start || (!after_hole && !hole)) {
            buffer_format(out, "%zu %zu %d %zu|", number, start, overlong || hole, end - start);
            buffer_add(out, bytes + start, end - start);
        }
        number += !hole;
        after_hole = hole;
    }
}

/* What can be looked back at from a line is what stood before it, and enough of it. */
static void look_back(const struct line_reader *reader, const struct raw_line *line,
                      const char *bytes)
{
    size_t before = (size_t)line->offset;
    struct slice recent = line_reader_recent(reader, line->text.at);
    ck_assert_uint_le(recent.len, before);
    ck_assert(memcmp(recent.at, bytes + before - recent.len, recent.len) == 0);
    ck_assert(recent.len == 0 || bytes[before - recent.len - 1] == '\n');
    struct slice past = line_reader_history(reader, line->text.at);
    ck_assert_uint_ge(past.len, before < LINE_HISTORY ? before : LINE_HISTORY);
    ck_assert_uint_le(past.len, before);
    ck_assert(memcmp(past.at, bytes + before - past.len, past.len) == 0);
}

static void collect(struct buffer *out, const char *bytes, size_t len, uint32_t seed)
{
    struct pieces pieces = { bytes, len, 0, seed };
    struct line_reader reader;
    struct raw_line line;
    line_reader_init(&reader, next_piece, &pieces);
    while (line_reader_next(&reader, &line)) {
        buffer_format(out, "%zu %zu %d %zu|", (size_t)line.number, (size_t)line.offset,
                      line.truncated, line.text.len);
        buffer_add_slice(out, line.text);
        if (line.number % 16 == 0)
            look_back(&reader, &line, bytes);
    }
    ck_assert(!line_reader_next(&reader, &line));
    line_reader_release(&reader);
}

static void check(const char *bytes, size_t len, uint32_t seed)
{
    struct buffer want, got;
    buffer_init(&want, SIZE_MAX / 2);
    buffer_init(&got, SIZE_MAX / 2);
    expect(&want, bytes, len);
    collect(&got, bytes, len, seed);
    ck_assert_msg(slice_equal(buffer_slice(&want), buffer_slice(&got)),
                  "seed %u: got '%.300s', want '%.300s'", seed, buffer_text(&got),
                  buffer_text(&want));
    buffer_release(&want);
    buffer_release(&got);
}

#define BYTES(literal)                                                                             \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }
static const struct slice small[] = {
    BYTES(""),
    BYTES("\n"),
    BYTES("\n\n\n"),
    BYTES("a"),
    BYTES("a\n"),
    BYTES("a\nb"),
    BYTES("a\r\nb\r\n\r\n"),
    BYTES("a\r"),
    BYTES("\r\n"),
    BYTES("a\rb\n"),
    BYTES("\0"),
    BYTES("\0\n\0a\0\n"),
    BYTES("a\0b\n"),
    BYTES("abc\0\0\0\0\0\0\0\0\0\0def\n"),
    BYTES("abc\0\0\0\0\0\0\0\0\ndef\n"),
    BYTES("abc\n\0\0\0\0\0\0\0\0\0def\nghi\n"),
    BYTES("\0\0\0\0\0\0\0\0\0\0\0\0"),
    BYTES("abc\0\0\0\0\0\0\0\0\0\0\0\0"),
    BYTES("abc\r\0\0\0\0\0\0\0\0\0\0\0\0d"),
};

START_TEST(small_streams)
{
    for (uint32_t seed = 0; seed < 20; seed++)
        check(small[_i].at, small[_i].len, seed);
}
END_TEST

START_TEST(random_streams_in_random_pieces)
{
    uint32_t seed = (uint32_t)_i * 7919 + 1;
    size_t len = 0, capacity = 3000000;
    char *bytes = malloc(capacity);
    while (len + 300000 < capacity) {
        seed = seed * 1664525 + 1013904223;
        size_t run = (seed >> 8) % 200, what = (seed >> 20) % 64;
        char fill = 'x';
        if (what == 0)
            run = LINE_LENGTH_MAX - 3 + (seed >> 9) % 6;
        else if (what == 1)
            run = (seed >> 8) % 250000;
        else if (what < 6 && _i % 2) {
            fill = '\0';
            run = (seed >> 8) % (what == 2 ? 200000 : 12);
        }
        memset(bytes + len, fill, run);
        len += run;
        if (what % 16 == 7)
            bytes[len++] = '\r';
        if (what < 60)
            bytes[len++] = '\n';
    }
    check(bytes, len, 0);
    check(bytes, len, seed | 1);
    free(bytes);
}
END_TEST

START_TEST(a_byte_order_mark_is_skipped)
{
    struct pieces pieces = { "\xEF\xBB\xBFNov\nx", 8, 0, 0 };
    struct line_reader reader;
    struct raw_line line;
    line_reader_init(&reader, next_piece, &pieces);
    ck_assert(line_reader_next(&reader, &line));
    ck_assert_slice(line.text, "Nov");
    ck_assert_uint_eq(line.offset, 3);
    line_reader_release(&reader);
}
END_TEST

START_TEST(bytes_can_be_taken_between_lines)
{
    struct pieces pieces = { "a\n\1\0\0\nz\nb\nc", 11, 0, 1 };
    struct line_reader reader;
    struct raw_line line;
    struct slice bytes;
    line_reader_init(&reader, next_piece, &pieces);
    ck_assert(line_reader_next(&reader, &line));
    ck_assert(line_reader_take(&reader, 4, &bytes));
    ck_assert(memcmp(bytes.at, "\1\0\0\n", 4) == 0);
    ck_assert(line_reader_skip(&reader, 2));
    ck_assert(line_reader_next(&reader, &line));
    ck_assert_slice(line.text, "b");
    ck_assert_uint_eq(line.number, 4);
    ck_assert(slice_equal(line_reader_history(&reader, line.text.at), slice_make(pieces.at, 8)));
    ck_assert(!line_reader_take(&reader, 2, &bytes));
    ck_assert(!line_reader_take(&reader, LINE_LENGTH_MAX + 1, &bytes));
    ck_assert(!line_reader_skip(&reader, UINT64_MAX));
    line_reader_release(&reader);
}
END_TEST

START_TEST(holes_are_counted)
{
    struct pieces pieces = { NULL, 3000000, 0, 0 };
    char *bytes = calloc(1, pieces.len);
    memcpy(bytes, "first\nsec", 9);
    memcpy(bytes + 2000000, "third\n", 6);
    memcpy(bytes + pieces.len - 6, "fourth", 6);
    pieces.at = bytes;
    struct line_reader reader;
    struct raw_line line;
    line_reader_init(&reader, next_piece, &pieces);
    static const char *const want[] = { "first", "sec", "third", "fourth" };
    for (size_t i = 0; i < 4; i++) {
        ck_assert(line_reader_next(&reader, &line));
        ck_assert_slice(line.text, want[i]);
        ck_assert_int_eq(line.truncated, i == 1);
    }
    ck_assert(!line_reader_next(&reader, &line));
    ck_assert_uint_eq(reader.nul_runs, 2);
    line_reader_release(&reader);
    free(bytes);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, small_streams, 0, COUNT(small));
    tcase_add_loop_test(tcase, random_streams_in_random_pieces, 0, 12);
    tcase_add_test(tcase, a_byte_order_mark_is_skipped);
    tcase_add_test(tcase, bytes_can_be_taken_between_lines);
    tcase_add_test(tcase, holes_are_counted);
}

TEST_MAIN("line_reader", add)
