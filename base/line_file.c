#include "base/line_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { BLOCK_SIZE = 1 << 16 };

void line_file_begin(struct line_file *file, FILE *from, size_t limit)
{
    *file = (struct line_file){ .from = from, .block = xmalloc(BLOCK_SIZE) };
    buffer_init(&file->line, limit);
}

bool line_file_open(struct line_file *file, const char *path, const char *what, size_t limit,
                    struct fault *fault)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *from = is_stdin ? stdin : fopen(path, "re");
    if (!from)
        return fault_set(fault, FAULT_INPUT, path, 0, "cannot read %s: %s", what,
                         strerrordesc_np(errno));
    line_file_begin(file, from, limit);
    file->path = path;
    file->what = what;
    file->is_owned = !is_stdin;
    return true;
}

/* More bytes behind the block's rest; false when there are none. */
static bool fill(struct line_file *file)
{
    memmove(file->block, file->block + file->at, file->len);
    file->at = 0;
    errno = 0;
    size_t got = fread(file->block + file->len, 1, BLOCK_SIZE - file->len, file->from);
    if (ferror(file->from) && !file->error)
        file->error = errno ? errno : EIO;
    file->len += got;
    return got > 0;
}

bool line_file_begins(struct line_file *file, const char *text)
{
    while (file->len < strlen(text) && fill(file))
        ;
    return slice_starts(slice_make(file->block + file->at, file->len), text);
}

bool line_file_next(struct line_file *file, struct slice *line)
{
    bool at_end = false, is_whole = false;
    buffer_clear(&file->line);
    file->is_cut = false;
    while (!is_whole && !at_end) {
        at_end = file->len == 0 && !fill(file);
        struct slice rest = slice_make(file->block + file->at, file->len);
        size_t len = slice_index(rest, '\n'), room = file->line.limit - file->line.len;
        is_whole = len < rest.len;
        if (at_end && file->line.len == 0 && !file->is_cut)
            return false;
        file->is_cut = file->is_cut || len > room;
        buffer_add_slice(&file->line, slice_head(rest, len < room ? len : room));
        file->at += len + is_whole;
        file->len -= len + is_whole;
    }
    file->number++;
    *line = buffer_slice(&file->line);
    return true;
}

bool line_file_close(struct line_file *file, struct fault *fault)
{
    buffer_release(&file->line);
    free(file->block);
    if (file->is_owned)
        fclose(file->from);
    if (!file->error)
        return true;
    return fault_set(fault, FAULT_INPUT, file->path, 0, "cannot read %s: %s", file->what,
                     strerrordesc_np(file->error));
}
