#include "parsers/config/logical_line.h"

void logical_reader_init(struct logical_reader *reader, struct slice text)
{
    *reader = (struct logical_reader){ .rest = text };
}

/* Cuts one physical line off the rest. */
static struct slice take_line(struct logical_reader *reader)
{
    struct slice line = slice_head(reader->rest, slice_index(reader->rest, '\n'));
    reader->rest = slice_skip(reader->rest, line.len + 1);
    reader->line++;
    return line;
}

static bool is_comment_or_empty(struct slice line)
{
    line = slice_trim(line);
    return line.len == 0 || line.at[0] == '#';
}

/* One logical line, an orphaned continuation included. */
static bool take_logical(struct logical_reader *reader, struct buffer *joined, struct slice *line)
{
    bool is_joined = false;
    *line = slice_make("", 0);
    while (reader->rest.len) {
        struct slice physical = take_line(reader);
        if (!is_comment_or_empty(physical)) {
            if (line->len == 0) {
                *line = physical;
                reader->first_line = reader->line;
            } else {
                if (!is_joined) {
                    buffer_clear(joined);
                    buffer_add_slice(joined, *line);
                }
                is_joined = true;
                buffer_add_slice(joined, physical);
                *line = buffer_slice(joined);
            }
        }
        char next = reader->rest.len ? reader->rest.at[0] : 0;
        if (line->len && !(reader->rest.len && (next == '#' || ascii_is_space(next))))
            break;
    }
    return line->len > 0;
}

bool logical_reader_next(struct logical_reader *reader, struct buffer *joined, struct slice *line)
{
    while (take_logical(reader, joined, line)) {
        if (!ascii_is_space(line->at[0])) {
            *line = slice_head(*line, slice_index(*line, 0));
            return true;
        }
        reader->orphans++;
        reader->orphan_line = reader->first_line;
    }
    return false;
}
