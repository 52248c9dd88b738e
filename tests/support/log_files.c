#include "tests/support/log_files.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"

static void must(bool good, const char *what)
{
    if (!good) {
        perror(what);
        abort();
    }
}

void log_files_start(void)
{
    char name[] = "/tmp/test-logs-XXXXXX";
    must(mkdtemp(name) != NULL, name);
    must(chdir(name) == 0, name);
}

void log_files_end(void)
{
    char name[200];
    must(getcwd(name, sizeof name) != NULL && strstr(name, "/test-logs-"), "getcwd");
    DIR *folder = opendir(".");
    must(folder != NULL, name);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.' && unlink(entry->d_name) != 0)
            rmdir(entry->d_name);
    closedir(folder);
    must(chdir("/") == 0 && rmdir(name) == 0, name);
}

char *log_files_bytes(const char *path, size_t *len)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    must(file && fstat(fileno(file), &status) == 0, path);
    *len = (size_t)status.st_size;
    char *bytes = xmalloc(*len + 1);
    must(fread(bytes, 1, *len, file) == *len, path);
    fclose(file);
    return bytes;
}

static void append(const char *path, const char *mode, const char *bytes, size_t len)
{
    FILE *file = fopen(path, mode);
    must(file && fwrite(bytes, 1, len, file) == len && fclose(file) == 0, path);
}

void log_files_write(const char *path, const char *bytes, size_t len)
{
    append(path, "wb", bytes, len);
}

/* text as one compressed stream. */
static size_t pack(enum packing_kind packing, struct slice text, char *out, size_t size)
{
    static int (*const filters[PACK_KINDS])(
        struct archive *) = { NULL, archive_write_add_filter_gzip, archive_write_add_filter_bzip2,
                              archive_write_add_filter_xz, archive_write_add_filter_zstd };
    size_t used = 0;
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_set_format_raw(archive);
    archive_write_set_bytes_per_block(archive, 0);
    filters[packing](archive);
    archive_write_set_options(archive, packing == PACK_GZIP ? "!timestamp" : "");
    must(archive_write_open_memory(archive, out, size, &used) == ARCHIVE_OK &&
             archive_write_header(archive, entry) == ARCHIVE_OK &&
             archive_write_data(archive, text.at, text.len) == (la_ssize_t)text.len &&
             archive_write_close(archive) == ARCHIVE_OK,
         "archive");
    archive_entry_free(entry);
    archive_write_free(archive);
    return used;
}

void log_files_add(const char *path, enum packing_kind packing, struct slice text)
{
    if (packing == PACK_PLAIN) {
        append(path, "ab", text.at, text.len);
        return;
    }
    size_t size = text.len + text.len / 2 + 100000;
    char *bytes = xmalloc(size);
    append(path, "ab", bytes, pack(packing, text, bytes, size));
    free(bytes);
}

void log_files_written(const char *path, const char *time)
{
    int64_t time_us = 0;
    int offset;
    size_t used;
    must(civil_parse_rfc3339(slice_of(time), 0, &time_us, &offset, &used), time);
    struct timespec times[2] = { { .tv_sec = time_us / 1000000 }, { .tv_sec = time_us / 1000000 } };
    must(utimensat(AT_FDCWD, path, times, 0) == 0, path);
}

static void add_line(struct buffer *out, const struct log_line *line, bool times)
{
    char text[TIME_TEXT_MAX];
    if (times) {
        buffer_add_slice(out, civil_format_rfc3339(line->time_us, line->offset_minutes, text));
        buffer_add_byte(out, ' ');
    }
    if (line->repeats != 1)
        buffer_format(out, "*%u ", line->repeats);
    buffer_add_text(out, line->malformed ? "! " : "");
    buffer_add_text(out, line->marker ? "- " : "");
    buffer_add_text(out, line->truncated ? "~ " : "");
    buffer_add_slice(out, line->program);
    buffer_add_text(out, ": ");
    buffer_add_slice(out, line->text);
    buffer_add_byte(out, '\n');
}

void log_files_read(const char *const *paths, const struct input_options *options, bool times,
                    struct diagnostics *remarks, struct fault *fault, struct buffer *out)
{
    size_t count = 0;
    while (paths[count])
        count++;
    struct input *input = input_open(paths, count, options, remarks, fault);
    if (!input)
        return;
    struct log_line line;
    while (input_next(input, &line))
        add_line(out, &line, times);
    input_close(input);
}
