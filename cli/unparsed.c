#include "cli/unparsed.h"

#include "base/buffer.h"
#include "cli/output.h"
#include "parsers/lines/event_lines.h"

enum { LINE_LIMIT = 1 << 16 };

bool unparsed_write(const char *path, const struct shape_count *rows, size_t count,
                    const char *const *files, size_t file_count, struct fault *fault)
{
    struct output output;
    struct buffer line;
    if (!path)
        return true;
    if (!output_open(&output, path, fault))
        return false;
    buffer_init(&line, LINE_LIMIT);
    unparsed_heading_write(&line);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].line_class == LINE_UNDERSTOOD)
            continue;
        unparsed_line_write(&line, &rows[i],
                            rows[i].file < file_count ? files[rows[i].file] : NULL);
        fwrite(line.at, 1, line.len, output.stream);
        buffer_clear(&line);
    }
    fwrite(line.at, 1, line.len, output.stream);
    buffer_release(&line);
    return output_commit(&output, fault);
}
