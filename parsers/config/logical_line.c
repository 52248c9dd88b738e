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

/* Puts a physical line behind what there is of the logical one. */
static void append(struct buffer *joined, struct slice *line, struct slice physical)
{
    if (line->at != joined->at || joined->len == 0) {
        buffer_clear(joined);
        buffer_add_slice(joined, *line);
    }
    buffer_add_slice(joined, physical);
    *line = buffer_slice(joined);
}

/* True when what follows belongs to the line before: white space or a comment. */
static bool goes_on(struct slice rest)
{
    return rest.len && (rest.at[0] == '#' || ascii_is_space(rest.at[0]));
}

/* One logical line, an orphaned continuation included. */
static bool take_logical(struct logical_reader *reader, struct buffer *joined, struct slice *line)
{
    *line = slice_make("", 0);
    while (reader->rest.len) {
        struct slice physical = take_line(reader);
        if (is_comment_or_empty(physical)) {
            /* nothing */
        } else if (line->len) {
            append(joined, line, physical);
        } else {
            *line = physical;
            reader->first_line = reader->line;
        }
        if (line->len && !goes_on(reader->rest))
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
