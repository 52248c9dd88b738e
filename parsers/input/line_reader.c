#include "parsers/input/line_reader.h"

#include <stdlib.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/xalloc.h"

/* Two blocks are read into by turns: the one that is not shows what stood before. Both together are
 * small, so that they do not drive what else is in use out of the processor's second cache. */
enum {
    READ_SIZE = LINE_HISTORY + 4 * 1024, /* more than the history by what is left of a line */
    BLOCK_SIZE = LINE_HISTORY + LINE_LENGTH_MAX + LINE_NUL_RUN + 1 + READ_SIZE,
    WINDOW =
        4 * 1024, /* how far newlines are looked for at a time: still near when lines are read */
    NEWLINES = WINDOW + 2, /* all of it may be newlines; find_avx2 writes two places too many */
};

static void forget_newlines(struct line_reader *reader)
{
    reader->next = reader->known = reader->plain = reader->newlines;
}

void line_reader_init(struct line_reader *reader, line_reader_fn read, void *user)
{
    *reader = (struct line_reader){ .read = read, .user = user };
    reader->block = xmalloc(BLOCK_SIZE);
    reader->past = xmalloc(BLOCK_SIZE);
    reader->joined = xmalloc(LINE_HISTORY);
    reader->full = READ_SIZE;
    reader->newlines = xmalloc(NEWLINES * sizeof *reader->newlines);
    forget_newlines(reader);
}

void line_reader_release(struct line_reader *reader)
{
    free(reader->block);
    free(reader->past);
    free(reader->joined);
    free(reader->newlines);
    *reader = (struct line_reader){ .ended = true };
}

/* Goes on in the other block, with the unread bytes and the one before them. */
static void turn(struct line_reader *reader)
{
    size_t passed = reader->at - 1, rest = reader->end - passed;
    char *block = reader->past;
    memcpy(block, reader->block + passed, rest);
    reader->past = reader->block;
    reader->past_len = passed;
    reader->block = block;
    reader->base += passed;
    reader->at = 1;
    reader->end = rest;
    reader->indexed -= passed;
    reader->full = rest + READ_SIZE;
}

/* Reads more behind the unread bytes. Only when no known newline is pending, as positions move. A
 * block that has had its bytes, but of which less than a history is passed, because a line is long, has
 * room for more: of the unread bytes there are never more than LINE_LENGTH_MAX + LINE_NUL_RUN. */
static void fill(struct line_reader *reader)
{
    if (reader->end >= reader->full && reader->at >= LINE_HISTORY)
        turn(reader);
    else if (reader->end >= reader->full)
        reader->full = BLOCK_SIZE;
    reader->has_nul = reader->after_hole ||
                      memchr(reader->block + reader->at, '\0', reader->end - reader->at) != NULL;
    size_t got =
        reader->read(reader->user, reader->block + reader->end, reader->full - reader->end);
    bool first = reader->base == 0 && reader->end == 0;
    reader->end += got;
    reader->ended = got == 0;
    if (first && got >= 3 && memcmp(reader->block, "\xEF\xBB\xBF", 3) == 0)
        reader->at = reader->indexed = 3; /* a byte order mark that some editor left */
}

/* What was found in a stretch: how many newlines were noted, and whether there is a NUL. */
struct found {
    size_t count;
    bool nul;
};

static struct found find_bytewise(const char *block, size_t from, size_t to, uint32_t *out)
{
    struct found found = { 0, false };
    for (; from < to; from++) {
        found.nul |= block[from] == '\0';
        if (block[from] == '\n')
            out[found.count++] = (uint32_t)from;
    }
    return found;
}

#ifdef __x86_64__
#define WIDE __attribute__((target("avx2,bmi,popcnt")))

/* 64 bytes a step; the newlines of a step are the bits of one word. Most words have none, one or two,
 * and which, nobody can foretell: two places are written without asking, and count if they do. */
WIDE static struct found find_avx2(const char *block, size_t from, size_t to, uint32_t *out)
{
    const __m256i newline = _mm256_set1_epi8('\n');
    __m256i least = _mm256_set1_epi8(-1);
    uint32_t *next = out;
    for (; from + 64 <= to; from += 64) {
        __m256i low = _mm256_loadu_si256((const __m256i_u *)(const void *)(block + from));
        __m256i high = _mm256_loadu_si256((const __m256i_u *)(const void *)(block + from + 32));
        least = _mm256_min_epu8(least, _mm256_min_epu8(low, high));
        uint64_t mask = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, newline)) |
                        (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, newline))
                            << 32;
        uint64_t more = mask & (mask - 1);
        unsigned count = (unsigned)__builtin_popcountll(mask);
        next[0] = (uint32_t)from + (uint32_t)_tzcnt_u64(mask);
        next[1] = (uint32_t)from + (uint32_t)_tzcnt_u64(more);
        if (__builtin_expect(count > 2, 0))
            for (unsigned i = 2; i < count; i++) {
                more &= more - 1;
                next[i] = (uint32_t)from + (uint32_t)_tzcnt_u64(more);
            }
        next += count;
    }
    struct found rest = find_bytewise(block, from, to, next);
    rest.count += (size_t)(next - out);
    rest.nul |= _mm256_movemask_epi8(_mm256_cmpeq_epi8(least, _mm256_setzero_si256())) != 0;
    return rest;
}

/* The same with what every x86-64 has. */
static struct found find_sse2(const char *block, size_t from, size_t to, uint32_t *out)
{
    const __m128i newline = _mm_set1_epi8('\n'), zero = _mm_setzero_si128();
    __m128i zeros = zero;
    size_t n = 0;
    for (; from + 16 <= to; from += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i_u *)(const void *)(block + from));
        zeros = _mm_or_si128(zeros, _mm_cmpeq_epi8(bytes, zero));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, newline));
        for (; mask; mask &= mask - 1)
            out[n++] = (uint32_t)(from + (size_t)__builtin_ctz(mask));
    }
    struct found rest = find_bytewise(block, from, to, out + n);
    rest.count += n;
    rest.nul |= _mm_movemask_epi8(zeros) != 0;
    return rest;
}
#endif

/* Notes the newlines in [from, to); true when there are NULs too. */
static bool find_newlines(struct line_reader *reader, size_t from, size_t to)
{
    struct found found;
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("popcnt"))
        found = find_avx2(reader->block, from, to, reader->newlines);
    else
        found = find_sse2(reader->block, from, to, reader->newlines);
#else
    found = find_bytewise(reader->block, from, to, reader->newlines);
#endif
    reader->known = reader->newlines + found.count;
    return found.nul;
}

/* The same, where a run of NULs ends a line too: its first byte is noted. Returns how far it came:
 * a short run that may go on behind the bytes read so far is left for later. */
static size_t find_newlines_and_holes(struct line_reader *reader, size_t from, size_t to)
{
    const char *block = reader->block;
    forget_newlines(reader);
    while (from < to) {
        if (block[from] == '\n')
            *reader->known++ = (uint32_t)from;
        if (block[from] != '\0') {
            from++;
            continue;
        }
        size_t stop = from;
        while (stop < reader->end && block[stop] == '\0')
            stop++;
        bool goes_on = from > 0 && block[from - 1] == '\0';
        if (stop == reader->end && !reader->ended && stop - from < LINE_NUL_RUN && !goes_on)
            break;
        if (stop - from >= LINE_NUL_RUN && !goes_on) {
            *reader->known++ = (uint32_t)from;
            reader->nul_runs++;
        }
        from = stop;
    }
    return from;
}

/* Looks for line ends in the next stretch of unread bytes; false when there is nothing to look at. */
static bool index_more(struct line_reader *reader)
{
    size_t from = reader->indexed, to = from + WINDOW < reader->end ? from + WINDOW : reader->end;
    forget_newlines(reader);
    if (from == reader->end)
        return false;
    reader->indexed = to;
    if (find_newlines(reader, from, to) || reader->has_nul) {
        reader->has_nul = true;
        reader->indexed = find_newlines_and_holes(reader, from, to);
    } else if (reader->next < reader->known && !reader->skipping &&
               *reader->next - reader->at <= LINE_LENGTH_MAX) {
        reader->plain = reader->known;
    }
    return reader->indexed > from;
}

/* Takes NULs off both ends, then one carriage return. */
static struct slice trim_nuls(struct slice text)
{
    while (text.len && text.at[0] == '\0')
        text = slice_skip(text, 1);
    while (text.len && text.at[text.len - 1] == '\0')
        text.len--;
    if (text.len && text.at[text.len - 1] == '\r')
        text.len--;
    return text;
}

struct slice line_reader_trim(struct slice line)
{
    line = slice_head(line, slice_index(line, '\n'));
    size_t first = 0, run = 0;
    while (first < line.len && line.at[first] == '\0')
        first++;
    for (size_t i = first; i < line.len && memchr(line.at + i, '\0', line.len - i); i++) {
        run = line.at[i] == '\0' ? run + 1 : 0;
        if (run == LINE_NUL_RUN)
            line.len = i + 1;
    }
    return slice_head(trim_nuls(line), LINE_LENGTH_MAX);
}

/* The line from reader->at to the line end at `stop`; false when it is no line but a hole's edge. */
static bool give(struct line_reader *reader, size_t stop, struct raw_line *line)
{
    struct slice text = slice_make(reader->block + reader->at, stop - reader->at);
    bool at_newline = stop == reader->end || reader->block[stop] == '\n';
    bool after_hole = reader->after_hole || (text.len && text.at[0] == '\0');
    bool skipping = reader->skipping;
    line->number = reader->passed + 1;
    reader->passed += at_newline;
    reader->at = stop < reader->end ? stop + 1 : stop;
    reader->skipping = false;
    reader->after_hole = !at_newline;
    text = trim_nuls(text);
    /* An empty line is one; what is left between a hole and a line end is none. */
    if (skipping || (text.len == 0 && (after_hole || !at_newline)))
        return false;
    line->truncated = !at_newline || text.len > LINE_LENGTH_MAX;
    line->text = slice_head(text, LINE_LENGTH_MAX);
    line->offset = reader->base + (size_t)(text.at - reader->block);
    return true;
}

/* No line end in the unread bytes and too many of them: gives the head of the line and begins to
 * skip the rest. False when there is no line to give yet. */
static bool give_overlong(struct line_reader *reader, struct raw_line *line)
{
    while (reader->has_nul && !reader->skipping && reader->at < reader->end &&
           reader->block[reader->at] == '\0') {
        reader->at++; /* at a line's beginning: still inside a hole, most likely */
        reader->after_hole = true;
    }
    if (reader->indexed < reader->at)
        reader->indexed = reader->at;
    if (!reader->skipping && reader->end - reader->at <= LINE_LENGTH_MAX + LINE_NUL_RUN)
        return false;
    bool was_skipping = reader->skipping;
    if (!was_skipping) {
        line->text = slice_make(reader->block + reader->at, LINE_LENGTH_MAX);
        line->offset = reader->base + reader->at;
        line->number = reader->passed + 1;
        line->truncated = true;
        reader->skipping = true;
    }
    reader->at = reader->indexed;
    return !was_skipping;
}

bool line_reader_next_slow(struct line_reader *reader, struct raw_line *line)
{
    for (;;) {
        while (reader->next < reader->known)
            if (give(reader, *reader->next++, line))
                return true;
        if (index_more(reader))
            continue;
        if (give_overlong(reader, line))
            return true;
        if (!reader->ended) {
            fill(reader);
            continue;
        }
        if (reader->at == reader->end)
            return false;
        if (give(reader, reader->end, line))
            return true;
    }
}

bool line_reader_take(struct line_reader *reader, size_t size, struct slice *bytes)
{
    if (size > LINE_LENGTH_MAX)
        return false;
    forget_newlines(reader);
    reader->indexed = reader->at;
    while (reader->end - reader->at < size && !reader->ended)
        fill(reader);
    if (reader->end - reader->at < size)
        return false;
    *bytes = slice_make(reader->block + reader->at, size);
    for (size_t i = 0; i < size; i++)
        reader->passed += bytes->at[i] == '\n';
    reader->at += size;
    reader->indexed = reader->at;
    return true;
}

bool line_reader_skip(struct line_reader *reader, uint64_t size)
{
    struct slice ignored;
    while (size > 0) {
        size_t part = size < LINE_LENGTH_MAX ? (size_t)size : LINE_LENGTH_MAX;
        if (!line_reader_take(reader, part, &ignored))
            return false;
        size -= part;
    }
    return true;
}

/* How many bytes before `at` stand in the block; 0 for bytes that are not of it. */
static size_t bytes_before(const struct line_reader *reader, const char *at)
{
    return at >= reader->block && at <= reader->block + reader->end ? (size_t)(at - reader->block)
                                                                    : 0;
}

struct slice line_reader_recent(const struct line_reader *reader, const char *at)
{
    struct slice here = slice_make(reader->block, bytes_before(reader, at));
    return slice_skip(here, slice_index(here, '\n') + 1); /* where a line begins */
}

struct slice line_reader_history(const struct line_reader *reader, const char *at)
{
    size_t here = bytes_before(reader, at), more = 0;
    if (here && here < LINE_HISTORY)
        more = LINE_HISTORY - here < reader->past_len ? LINE_HISTORY - here : reader->past_len;
    if (more == 0)
        return slice_make(reader->block, here);
    memcpy(reader->joined, reader->past + reader->past_len - more, more);
    memcpy(reader->joined + more, reader->block, here);
    return slice_make(reader->joined, more + here);
}
