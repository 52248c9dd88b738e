#include "parsers/input/source.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/xalloc.h"

enum { RAW_SIZE = 256 * 1024, MAGIC_MAX = 8 };
enum packing { PLAIN, GZIP, ARCHIVE };

struct source {
    int fd;
    enum packing packing;
    bool is_file, raw_ended, ended;
    struct stat status;
    int64_t written_us;
    uint64_t raw_done; /* bytes read from fd */
    char *raw;         /* RAW_SIZE bytes as they stand in the file; unread: at..end */
    size_t raw_at, raw_end;
    struct inflate_state *inflate; /* GZIP */
    bool between_members;
    struct archive *archive; /* ARCHIVE */
    char trouble[256];
};

/* What a file's first bytes say. `refusal` tells why it cannot be read, and the mend. */
static const struct {
    char magic[MAGIC_MAX + 1];
    unsigned char len;
    enum packing packing;
    const char *refusal;
} magics[] = {
    { "\x1f\x8b", 2, GZIP, NULL },
    { "BZh", 3, ARCHIVE, NULL }, /* and a block's magic, see packing_of */
    { "\xFD\x37zXZ", 5, ARCHIVE, NULL },
    { "\x28\xB5\x2F\xFD", 4, ARCHIVE, NULL },
    { "LPKSHHRH", 8, PLAIN,
      "is a binary journal; read it with: journalctl --file FILE -o export | mailwhatif ... -" },
    { "\x1f\x9d", 2, PLAIN, "is packed by compress(1); unpack it with: gzip -d" },
    { "LZIP", 4, PLAIN, "is packed by lzip; unpack it with: lzip -d" },
    { "\x04\x22\x4D\x18", 4, PLAIN, "is packed by lz4; unpack it with: lz4 -d" },
    { "PK\x03\x04", 4, PLAIN, "is a zip archive; unpack it first" },
};

static void set_trouble(struct source *source, const char *what)
{
    if (!source->trouble[0])
        snprintf(source->trouble, sizeof source->trouble, "%s", what);
}

/* Reads from the file; 0 at the end or on an error, which becomes the trouble. */
static size_t read_raw(struct source *source, char *out, size_t size)
{
    for (;;) {
        ssize_t got = read(source->fd, out, size);
        if (got > 0) {
            source->raw_done += (size_t)got;
            return (size_t)got;
        }
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            char reason[128], text[200];
            snprintf(text, sizeof text, "cannot be read further: %s",
                     strerror_r(errno, reason, sizeof reason));
            set_trouble(source, text);
        }
        source->raw_ended = true;
        return 0;
    }
}

/* Makes at least `want` unread raw bytes available if there are as many; what there is. */
static size_t need_raw(struct source *source, size_t want)
{
    size_t have = source->raw_end - source->raw_at;
    if (have >= want || source->raw_ended)
        return have;
    memmove(source->raw, source->raw + source->raw_at, have);
    source->raw_at = 0;
    source->raw_end = have;
    while (source->raw_end < want && !source->raw_ended)
        source->raw_end +=
            read_raw(source, source->raw + source->raw_end, RAW_SIZE - source->raw_end);
    return source->raw_end;
}

static enum packing packing_of(struct source *source, const char **refusal)
{
    size_t have = need_raw(source, MAGIC_MAX);
    const char *at = source->raw + source->raw_at;
    *refusal = NULL;
    for (size_t i = 0; i < COUNT(magics); i++) {
        if (have < magics[i].len || memcmp(at, magics[i].magic, magics[i].len) != 0)
            continue;
        /* A text may begin with BZh: the level and the first block's or the end's magic follow. */
        if (at[0] == 'B' && (have < 6 || at[3] < '1' || at[3] > '9' ||
                             (memcmp(at + 4, "1A", 2) != 0 && memcmp(at + 4, "\x17\x72", 2) != 0)))
            continue;
        *refusal = magics[i].refusal;
        return magics[i].packing;
    }
    /* zstd files may begin with a skippable frame (pzstd). */
    if (have >= 4 && (at[0] & 0xf0) == 0x50 && memcmp(at + 1, "\x2A\x4D\x18", 3) == 0)
        return ARCHIVE;
    return PLAIN;
}

static void start_member(struct source *source)
{
    struct inflate_state *state = source->inflate;
    isal_inflate_reset(state);
    state->crc_flag = ISAL_GZIP;
    source->between_members = false;
}

/* Called behind a gzip member: true when another one follows. Padding with zeros is usual on tapes;
 * anything else is told. ISA-L itself would stop without a word. */
static bool next_member(struct source *source)
{
    while (need_raw(source, 2) > 0 && source->raw[source->raw_at] == '\0')
        source->raw_at++;
    size_t have = need_raw(source, 2);
    if (have == 0)
        return false;
    if (have < 2 || memcmp(source->raw + source->raw_at, "\x1f\x8b", 2) != 0) {
        set_trouble(source,
                    "bytes behind the end of the compressed data were not read; if they are "
                    "a log, give them as a file of its own");
        return false;
    }
    start_member(source);
    return true;
}

/* One step of inflation into out; false at the end of the data. */
static bool inflate_step(struct source *source, char *out, size_t size, size_t *got)
{
    struct inflate_state *state = source->inflate;
    *got = 0;
    if (source->between_members && !next_member(source))
        return false;
    size_t have = need_raw(source, 1);
    state->next_in = (uint8_t *)source->raw + source->raw_at;
    state->avail_in = (uint32_t)have;
    state->next_out = (uint8_t *)out;
    state->avail_out = (uint32_t)size;
    int result = isal_inflate(state);
    source->raw_at = source->raw_end - state->avail_in;
    *got = size - state->avail_out;
    if (state->block_state == ISAL_BLOCK_FINISH)
        source->between_members = true;
    if (result == ISAL_INCORRECT_CHECKSUM) {
        set_trouble(source, "its checksum is wrong: some lines may be damaged; what could be "
                            "unpacked was read");
        source->between_members = true;
        return true;
    }
    if (result < 0 ||
        (result != ISAL_DECOMP_OK && result != ISAL_END_INPUT && result != ISAL_OUT_OVERFLOW)) {
        set_trouble(source, "its compressed data are damaged; what stands before the damage was "
                            "read");
        return false;
    }
    if (have == 0 && *got == 0 && !source->between_members) {
        set_trouble(source, "its compressed data end too early (still being written, or a broken "
                            "copy); what there is was read");
        return false;
    }
    return true;
}

static size_t read_gzip(struct source *source, char *out, size_t size)
{
    size_t done = 0, got;
    bool more = true;
    while (more && done < size) {
        more = inflate_step(source, out + done, size - done, &got);
        done += got;
    }
    if (!more)
        source->ended = true;
    return done;
}

static la_ssize_t give_raw(struct archive *archive, void *user, const void **at)
{
    struct source *source = user;
    (void)archive;
    size_t have = need_raw(source, 1);
    *at = source->raw + source->raw_at;
    source->raw_at = source->raw_end;
    return (la_ssize_t)have;
}

/* Filters by name only: libarchive's guesses include uudecode and running programs. */
static void start_archive(struct source *source)
{
    struct archive *archive = source->archive = archive_read_new();
    struct archive_entry *entry;
    if (!archive)
        bug("no memory for libarchive");
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_format_raw(archive);
    archive_read_support_format_empty(archive);
    int result = archive_read_open(archive, source, NULL, give_raw, NULL);
    if (result == ARCHIVE_OK)
        result = archive_read_next_header(archive, &entry);
    if (result == ARCHIVE_OK || result == ARCHIVE_WARN)
        return;
    source->ended = true;
    if (result != ARCHIVE_EOF)
        set_trouble(source, "its compressed data are damaged from the beginning");
}

static size_t read_archive(struct source *source, char *out, size_t size)
{
    la_ssize_t got = archive_read_data(source->archive, out, size);
    if (got > 0)
        return (size_t)got;
    if (got < 0)
        set_trouble(source, "its compressed data are damaged or end too early; what stands before "
                            "was read");
    source->ended = true;
    return 0;
}

size_t source_read(struct source *source, char *out, size_t size)
{
    if (source->ended || size == 0)
        return 0;
    if (source->packing == GZIP)
        return read_gzip(source, out, size);
    if (source->packing == ARCHIVE)
        return read_archive(source, out, size);
    size_t have = source->raw_end - source->raw_at;
    if (have == 0) {
        size_t got = source->raw_ended ? 0 : read_raw(source, out, size);
        source->ended = got == 0;
        return got;
    }
    have = have < size ? have : size;
    memcpy(out, source->raw + source->raw_at, have);
    source->raw_at += have;
    return have;
}

/* Opens the file and learns what it is; false with a fault. */
static bool open_file(struct source *source, const char *path, struct fault *fault)
{
    char reason[128];
    bool is_stdin = strcmp(path, "-") == 0;
    source->fd =
        is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0)
        return fault_set(fault, FAULT_INPUT, path, 0, "cannot be opened: %s%s",
                         strerror_r(errno, reason, sizeof reason),
                         errno == EACCES ? "; run as root or as a member of its group" : "");
    if (fstat(source->fd, &source->status) != 0)
        return fault_set(fault, FAULT_INPUT, path, 0, "cannot be examined: %s",
                         strerror_r(errno, reason, sizeof reason));
    if (S_ISDIR(source->status.st_mode))
        return fault_set(fault, FAULT_INPUT, path, 0,
                         "is a directory; name the log files in it, for example mail.log*");
    source->is_file = S_ISREG(source->status.st_mode);
    if (source->is_file)
        (void)posix_fadvise(source->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return true;
}

/* The time in a gzip header survives copying (RFC 1952 2.3: MTIME, 0 for none). */
static int64_t written_us(const struct source *source)
{
    const unsigned char *at = (const unsigned char *)source->raw;
    if (source->packing == GZIP && source->raw_end >= 10) {
        uint32_t stored =
            (uint32_t)at[4] | (uint32_t)at[5] << 8 | (uint32_t)at[6] << 16 | (uint32_t)at[7] << 24;
        if (stored)
            return (int64_t)stored * 1000000;
    }
    return (source->is_file ? (int64_t)source->status.st_mtime : (int64_t)time(NULL)) * 1000000;
}

struct source *source_open(const char *path, struct fault *fault)
{
    struct source *source = xcalloc(1, sizeof *source);
    source->fd = -1;
    if (!open_file(source, path, fault)) {
        source_close(source);
        return NULL;
    }
    source->raw = xmalloc(RAW_SIZE);
    const char *refusal;
    source->packing = packing_of(source, &refusal);
    if (refusal || (source->trouble[0] && source->raw_end == 0)) {
        fault_set(fault, FAULT_INPUT, path, 0, "%s", refusal ? refusal : source->trouble);
        source_close(source);
        return NULL;
    }
    source->written_us = written_us(source);
    if (source->packing == GZIP) {
        source->inflate = xmalloc(sizeof *source->inflate);
        isal_inflate_init(source->inflate);
        start_member(source);
    } else if (source->packing == ARCHIVE) {
        start_archive(source);
    }
    return source;
}

const char *source_trouble(const struct source *source)
{
    return source->trouble[0] ? source->trouble : NULL;
}

void source_progress(const struct source *source, uint64_t *done, uint64_t *all)
{
    *done = source->raw_done - (source->raw_end - source->raw_at);
    *all = source->is_file ? (uint64_t)source->status.st_size : 0;
}

bool source_is_plain(const struct source *source)
{
    return source->packing == PLAIN;
}

bool source_is_file(const struct source *source)
{
    return source->is_file;
}

int64_t source_written_us(const struct source *source)
{
    return source->written_us;
}

void source_identity(const struct source *source, uint64_t *device, uint64_t *inode)
{
    *device = source->status.st_dev;
    *inode = source->status.st_ino;
}

size_t source_read_at(const struct source *source, uint64_t offset, char *out, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = pread(source->fd, out + done, size - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}

void source_close(struct source *source)
{
    if (!source)
        return;
    if (source->archive)
        archive_read_free(source->archive);
    if (source->fd >= 0)
        close(source->fd);
    free(source->inflate);
    free(source->raw);
    free(source);
}
