#include "parsers/config/main_cf.h"

#include "base/buffer.h"
#include "parsers/config/logical_line.h"
#include "parsers/config/word_list.h"

/* "postconf: warning: ..." and "/usr/sbin/postconf: warning: ...", from `postconf -n 2>&1`. */
static bool is_postconf_remark(struct slice line)
{
    static const struct slice mark = SLICE("postconf: warning: ");
    size_t at = slice_find(line, mark);
    return at < line.len && memchr(line.at, '=', at) == NULL && memchr(line.at, ' ', at) == NULL;
}

static void note_duplicate(struct diagnostics *notes, const char *path, uint64_t line,
                           const struct setting *old)
{
    if (notes && old->name.at)
        diagnostics_add(notes, 1, "config_duplicate",
                        "%s, line %llu: overriding earlier entry: %.*s=%.*s", path,
                        (unsigned long long)line, SLICE_FMT(old->name), SLICE_FMT(old->value));
}

bool main_cf_parse(struct settings *layer, struct slice text, const char *path,
                   struct diagnostics *notes, struct fault *fault)
{
    struct logical_reader reader;
    struct buffer joined;
    struct slice line, name, value;
    bool good = true;
    logical_reader_init(&reader, text);
    buffer_init(&joined, text.len);
    while (good && logical_reader_next(&reader, &joined, &line)) {
        const char *error = word_split_assignment(line, &name, &value);
        if (error && is_postconf_remark(line))
            continue;
        if (error) {
            struct slice shown = slice_head(line, 200);
            good = fault_set(fault, FAULT_INPUT, path, reader.first_line,
                             "%s: \"%.*s\"; a line is `name = value`", error, SLICE_FMT(shown));
            break;
        }
        struct setting old = settings_set(layer, name, value, path, reader.first_line);
        note_duplicate(notes, path, reader.first_line, &old);
    }
    if (notes && reader.orphans)
        diagnostics_add(notes, reader.orphans, "config_orphan",
                        "%s, line %llu: logical line must not start with whitespace", path,
                        (unsigned long long)reader.orphan_line);
    buffer_release(&joined);
    return good;
}
