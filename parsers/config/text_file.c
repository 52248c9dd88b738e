#include "parsers/config/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"

static bool read_all(int fd, struct buffer *bytes)
{
    char block[65536];
    for (;;) {
        ssize_t got = read(fd, block, sizeof block);
        if (got == 0)
            return !bytes->overflow;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        buffer_add(bytes, block, (size_t)got);
        if (bytes->overflow) {
            errno = EFBIG;
            return false;
        }
    }
}

bool text_file_read(struct arena *arena, const char *path, struct slice *text, struct fault *fault)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct buffer bytes;
    struct stat st;
    buffer_init(&bytes, TEXT_FILE_MAX);
    bool good = fd >= 0 && fstat(fd, &st) == 0;
    if (good && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        good = false;
    }
    good = good && read_all(fd, &bytes);
    int error = errno;
    if (good)
        *text = arena_copy(arena, slice_make(bytes.at ? bytes.at : "", bytes.len));
    if (fd >= 0 && !is_stdin)
        close(fd);
    buffer_release(&bytes);
    if (!good && fault)
        fault_set(fault, FAULT_INPUT, path, 0, "cannot be read: %s", strerrordesc_np(error));
    return good;
}

static bool is_readable_file(struct slice path)
{
    struct stat st;
    return stat(path.at, &st) == 0 && !S_ISDIR(st.st_mode) && access(path.at, R_OK) == 0;
}

struct slice text_file_find(struct arena *arena, struct slice path, const char *suffix,
                            const struct file_places *places)
{
    static const struct slice etc = SLICE("/etc/postfix/");
    struct slice tries[5];
    size_t n = 0;
    bool absolute = path.len && path.at[0] == '/';
    size_t slash = slice_last_index(path, '/');
    struct slice last = slash < path.len ? slice_skip(path, slash + 1) : path;
    const struct slice root = places->map_root, config = places->config_directory;
    if (path.len == 0 || last.len == 0 || memchr(path.at, 0, path.len))
        return (struct slice){ NULL, 0 };
    if (absolute)
        tries[n++] = arena_format(arena, "%.*s%s", SLICE_FMT(path), suffix);
    else if (places->queue_directory.len)
        tries[n++] = arena_format(arena, "%.*s/%.*s%s", SLICE_FMT(places->queue_directory),
                                  SLICE_FMT(path), suffix);
    if (root.len) {
        tries[n++] = arena_format(arena, "%.*s/%.*s%s", SLICE_FMT(root), SLICE_FMT(path), suffix);
        tries[n++] = arena_format(arena, "%.*s/%.*s%s", SLICE_FMT(root), SLICE_FMT(last), suffix);
    }
    if (config.len && slice_starts(path, etc.at))
        tries[n++] = arena_format(arena, "%.*s/%.*s%s", SLICE_FMT(config),
                                  SLICE_FMT(slice_skip(path, etc.len)), suffix);
    else if (config.len && !absolute)
        tries[n++] = arena_format(arena, "%.*s/%.*s%s", SLICE_FMT(config), SLICE_FMT(path), suffix);
    for (size_t i = 0; i < n; i++)
        if (is_readable_file(tries[i]))
            return tries[i];
    return (struct slice){ NULL, 0 };
}
