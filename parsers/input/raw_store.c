#include "parsers/input/raw_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/xalloc.h"

struct stored_file {
    uint16_t file;
    bool broken;
    uint64_t start, len;
};

struct raw_store {
    int fd; /* -1: none yet */
    uint64_t end;
    struct stored_file *files;
    uint32_t count, capacity;
};

struct raw_store *raw_store_new(void)
{
    struct raw_store *store = xcalloc(1, sizeof *store);
    store->fd = -1;
    return store;
}

void raw_store_free(struct raw_store *store)
{
    if (!store)
        return;
    if (store->fd >= 0)
        close(store->fd);
    free(store->files);
    free(store);
}

/* An unnamed file in the first directory that takes one. */
static int open_unnamed(void)
{
    const char *const folders[] = { secure_getenv("TMPDIR"), "/var/tmp", "/tmp" };
    for (size_t i = 0; i < COUNT(folders); i++) {
        if (!folders[i] || !folders[i][0])
            continue;
        int fd = open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
        if (fd >= 0)
            return fd;
    }
    char name[] = "/tmp/mailwhatif-XXXXXX"; /* file systems without O_TMPFILE */
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    return fd;
}

static struct stored_file *find(const struct raw_store *store, uint16_t file)
{
    for (uint32_t i = store->count; i-- > 0;)
        if (store->files[i].file == file)
            return &store->files[i];
    return NULL;
}

bool raw_store_add(struct raw_store *store, uint16_t file, const char *at, size_t len)
{
    struct stored_file *stored = find(store, file);
    if (!stored) {
        GROW(store->files, store->count, store->capacity);
        stored = &store->files[store->count++];
        *stored = (struct stored_file){ .file = file, .start = store->end };
    }
    if (store->fd < 0 && (store->fd = open_unnamed()) < 0)
        stored->broken = true;
    while (len > 0 && !stored->broken) {
        ssize_t done = pwrite(store->fd, at, len, (off_t)store->end);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            stored->broken = true;
            break;
        }
        at += done;
        len -= (size_t)done;
        store->end += (uint64_t)done;
        stored->len += (uint64_t)done;
    }
    return !stored->broken;
}

size_t raw_store_read(const struct raw_store *store, uint16_t file, uint64_t offset, char *out,
                      size_t size)
{
    const struct stored_file *stored = find(store, file);
    if (!stored || offset >= stored->len)
        return 0;
    if (size > stored->len - offset)
        size = (size_t)(stored->len - offset);
    size_t done = 0;
    while (done < size) {
        ssize_t got =
            pread(store->fd, out + done, size - done, (off_t)(stored->start + offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}
