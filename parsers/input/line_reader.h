#ifndef PARSERS_INPUT_LINE_READER_H
#define PARSERS_INPUT_LINE_READER_H
/*
 * Blocks of bytes to lines, without copying: a line is a slice into the block and dies with the next
 * call. Memory is bounded whatever comes: of a line longer than LINE_MAX the head is given and the
 * rest skipped. A run of NULs (a crash left a hole in the file) ends a line as a newline does;
 * carriage returns and NULs at a line's ends are stripped. Newlines are found for a stretch of the
 * block at a time, 64 bytes per step: about 3 ns a line.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum {
    LINE_LENGTH_MAX = 64 * 1024,
    LINE_NUL_RUN = 8,         /* as many NULs in a row end a line */
    LINE_HISTORY = 64 * 1024, /* lines already given that can be looked back at */
};

/* Gives up to size bytes, 0 at the end. */
typedef size_t (*line_reader_fn)(void *user, char *out, size_t size);

struct raw_line {
    struct slice text; /* without line end */
    uint64_t offset;   /* of text in the stream */
    uint64_t number;   /* from 1 */
    bool truncated;    /* longer than LINE_LENGTH_MAX, or cut off by a run of NULs */
};

struct line_reader {
    line_reader_fn read;
    void *user;
    char *block;
    size_t at, end, full; /* unread from at to end; full is where it has had its bytes */
    char *past;           /* the other block, and what of it stands before this one */
    size_t past_len;
    char *joined;           /* of both: the history that was asked for */
    size_t indexed;         /* newlines are known up to here */
    uint32_t *newlines;     /* positions in block */
    uint32_t *next, *known; /* of newlines: those not passed yet */
    uint32_t *plain;        /* known, or newlines when a line among them is long or has NULs */
    uint64_t base;          /* stream offset of block[0] */
    uint64_t passed;        /* newlines passed so far */
    uint64_t nul_runs;      /* holes met so far */
    bool has_nul, skipping, after_hole, ended;
};

/* Starts reading from a source of bytes. */
void line_reader_init(struct line_reader *reader, line_reader_fn read, void *user);
/* Gives the memory back. */
void line_reader_release(struct line_reader *reader);
/* The slow half of line_reader_next: more bytes, holes, lines that are too long, the end. */
bool line_reader_next_slow(struct line_reader *reader, struct raw_line *line);

/* The next line; false at the end. */
static inline bool line_reader_next(struct line_reader *reader, struct raw_line *line)
{
    if (reader->next >= reader->plain)
        return line_reader_next_slow(reader, line);
    size_t stop = *reader->next++;
    struct slice text = slice_make(reader->block + reader->at, stop - reader->at);
    line->offset = reader->base + reader->at;
    reader->at = stop + 1;
    line->number = ++reader->passed;
    if (text.len && text.at[text.len - 1] == '\r')
        text.len--;
    line->truncated = false;
    line->text = text;
    return true;
}

/* The bytes up to the next line end when they are a plain line (no more than that is known: a carriage
 * return may be its last byte); else none, and line_reader_next has to be asked. */
static inline struct slice line_reader_peek(const struct line_reader *reader)
{
    if (reader->next >= reader->plain)
        return slice_make("", 0);
    return slice_make(reader->block + reader->at, *reader->next - reader->at);
}

/* Takes the line that line_reader_peek gave, whose number and place are told. */
static inline void line_reader_pass(struct line_reader *reader, uint64_t *number, uint64_t *offset)
{
    *number = ++reader->passed;
    *offset = reader->base + reader->at;
    reader->at = (size_t)*reader->next++ + 1;
}

/* Takes exactly size bytes from where the next line would start (journal export fields): false when
 * there are fewer or more than LINE_LENGTH_MAX asked for. *bytes is valid until the next call. */
bool line_reader_take(struct line_reader *reader, size_t size, struct slice *bytes);
/* Skips size bytes; false at the end. */
bool line_reader_skip(struct line_reader *reader, uint64_t size);
/* What stands before the bytes at `at` (a line given just now), as far as it is at hand: whole lines,
 * maybe none. */
struct slice line_reader_recent(const struct line_reader *reader, const char *at);
/* The same, at least LINE_HISTORY bytes if there are as many; valid until the next call. */
struct slice line_reader_history(const struct line_reader *reader, const char *at);
/* Cuts a line as the reader does: strips the line end, NULs at both ends, and ends it at a run of
 * NULs. For reading a line again. */
struct slice line_reader_trim(struct slice line);

#endif
