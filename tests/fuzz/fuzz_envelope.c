/* Lines of any bytes: every slice lies in the line or in the envelope's own memory, and a second
 * look at the line, when it is merely compared, says the same. */
#include <stdlib.h>

#include "base/xalloc.h"
#include "parsers/input/envelope.h"
#include "parsers/input/line_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
    if (!good)
        abort();
}

static bool is_inside(struct slice inner, const char *at, size_t len)
{
    return at && inner.at >= at && inner.at + inner.len <= at + len;
}

static void check(const struct envelope *envelope, const struct log_line *line)
{
    const struct slice parts[] = { line->text, line->host, line->program };
    for (size_t i = 0; i < COUNT(parts); i++)
        must(parts[i].len == 0 || is_inside(parts[i], line->raw.at, line->raw.len) ||
             is_inside(parts[i], envelope->scratch, LINE_LENGTH_MAX) ||
             is_inside(parts[i], envelope->partial, LINE_LENGTH_MAX) ||
             is_inside(parts[i], envelope->memory.head, sizeof envelope->memory.head));
    must(line->repeats > 0 && !(line->malformed && line->marker));
    must(!line->malformed || line->envelope == ENVELOPE_NONE);
}

/* The line in a block of exactly its size. */
static void look(struct envelope *envelope, struct slice raw)
{
    struct log_line line = { .pid = 0 }, again = { .pid = 0 };
    bool joined = envelope->partial_len > 0; /* then the second look lacks the first part */
    char *copy = xmalloc(raw.len ? raw.len : 1);
    memcpy(copy, raw.at, raw.len);
    raw.at = copy;
    if (envelope_parse(envelope, raw, &line)) {
        check(envelope, &line);
        if (!joined && envelope_parse(envelope, raw, &again)) {
            check(envelope, &again);
            must(again.envelope == line.envelope && again.malformed == line.malformed);
            must(again.program.len == line.program.len && again.pid == line.pid);
        }
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_make((const char *)data, size);
    struct envelope envelope;
    envelope_init(&envelope, NULL);
    year_clock_start(&envelope.clock, 2026, INT64_MAX);
    while (rest.len) {
        size_t len = slice_index(rest, '\n');
        look(&envelope, slice_head(slice_head(rest, len), LINE_LENGTH_MAX));
        rest = slice_skip(rest, len + 1);
    }
    struct log_line line;
    if (envelope_flush(&envelope, slice_make((const char *)data, 0), &line))
        must(line.truncated);
    envelope_release(&envelope);
    return 0;
}
