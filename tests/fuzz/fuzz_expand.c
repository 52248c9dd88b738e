/*
 * Texts with $names: the first line is expanded, the others are "name=value". Whatever they say, work
 * and output are bounded, and a text without a dollar is its own expansion.
 */
#include <stdlib.h>

#include "parsers/config/expand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool look_up(void *context, struct slice name, struct slice *value)
{
    struct slice rest = *(const struct slice *)context, line;
    while (slice_next_word(&rest, "\n", &line)) {
        size_t equal = slice_index(line, '=');
        if (equal < line.len && slice_equal(slice_head(line, equal), name)) {
            *value = slice_skip(line, equal + 1);
            return true;
        }
    }
    return false;
}

static void run(struct slice text, struct slice *names, int version, bool recurse, bool scan)
{
    struct expand_options options = { look_up, names, recurse, scan, version };
    struct expand_outcome outcome;
    struct buffer out;
    buffer_init(&out, 1 << 16);
    bool good = expand_text(&out, text, &options, &outcome);
    if (good == outcome.failed || out.len > 1 << 16)
        abort();
    if (!scan && slice_index(text, '$') == text.len && text.len < 1 << 16 &&
        !slice_equal(buffer_slice(&out), text))
        abort();
    buffer_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice all = slice_make((const char *)data, size);
    struct slice text = slice_head(all, slice_index(all, '\n'));
    struct slice names = slice_skip(all, text.len);
    int64_t level;
    if (size > 2000)
        return 0;
    run(text, &names, 307, true, false);
    run(text, &names, 307, false, false);
    run(text, &names, 211, true, false);
    run(text, &names, 307, true, true);
    expand_level_parse(text, &level);
    return 0;
}
