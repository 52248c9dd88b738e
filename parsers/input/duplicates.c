#include "parsers/input/duplicates.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/xalloc.h"

/* At most so many lines are remembered (160 MB); behind that, duplicates pass. */
enum { REMEMBERED_MAX = 1 << 24 };
static const int64_t DISORDER_US = INT64_C(3600) * 1000000;

struct watched_file {
    struct duplicates_head head;
    unsigned last, run; /* the head's line that turned up last, + 1; how many in one stretch */
    bool followed;      /* it was the line before this one */
    bool watching, confirmed;
};

void duplicates_init(struct duplicates *duplicates, size_t count)
{
    *duplicates = (struct duplicates){ .count = count, .watch_from_us = INT64_MAX };
    duplicates->files = xcalloc(count ? count : 1, sizeof *duplicates->files);
    duplicates->seed = (uint64_t)(uintptr_t)duplicates->files;
}

void duplicates_release(struct duplicates *duplicates)
{
    free(duplicates->files);
    free(duplicates->keys);
    free(duplicates->owners);
    *duplicates = (struct duplicates){ .files = NULL };
}

uint64_t duplicates_hash(const struct duplicates *duplicates, struct slice raw)
{
    uint64_t hash = XXH3_64bits_withSeed(raw.at, raw.len, duplicates->seed);
    return hash ? hash : 1;
}

void duplicates_announce(struct duplicates *duplicates, size_t file,
                         const struct duplicates_head *head)
{
    duplicates->files[file].head = *head;
    duplicates->files[file].watching = head->count > 1 && head->first_us != INT64_MIN;
}

/* From when on lines of the current file interest a later one. */
static void set_watch(struct duplicates *duplicates)
{
    duplicates->watch_from_us = INT64_MAX;
    for (size_t i = duplicates->current + 1; i < duplicates->count; i++) {
        const struct watched_file *file = &duplicates->files[i];
        if ((file->watching || file->confirmed) && file->head.first_us < duplicates->watch_from_us)
            duplicates->watch_from_us = file->head.first_us;
    }
}

void duplicates_start_file(struct duplicates *duplicates, size_t file)
{
    duplicates->current = file;
    duplicates->checking = duplicates->files[file].confirmed;
    set_watch(duplicates);
    if (duplicates->watch_from_us == INT64_MAX && !duplicates->checking) {
        free(duplicates->keys);
        free(duplicates->owners);
        duplicates->keys = NULL;
        duplicates->owners = NULL;
        duplicates->mask = duplicates->used = 0;
    }
}

static size_t slot_of(const struct duplicates *duplicates, uint64_t hash)
{
    size_t at = (size_t)hash & duplicates->mask;
    while (duplicates->keys[at] && duplicates->keys[at] != hash)
        at = (at + 1) & duplicates->mask;
    return at;
}

static void grow(struct duplicates *duplicates)
{
    struct duplicates old = *duplicates;
    size_t slots = old.keys ? (old.mask + 1) * 2 : 4096;
    duplicates->mask = slots - 1;
    duplicates->keys = xcalloc(slots, sizeof *duplicates->keys);
    duplicates->owners = xcalloc(slots, sizeof *duplicates->owners);
    for (size_t i = 0; old.keys && i <= old.mask; i++)
        if (old.keys[i]) {
            size_t at = slot_of(duplicates, old.keys[i]);
            duplicates->keys[at] = old.keys[i];
            duplicates->owners[at] = old.owners[i];
        }
    free(old.keys);
    free(old.owners);
}

static void remember(struct duplicates *duplicates, uint64_t hash)
{
    if (duplicates->used >= REMEMBERED_MAX) {
        duplicates->full = true;
        return;
    }
    if (!duplicates->keys || duplicates->used * 2 > duplicates->mask)
        grow(duplicates);
    size_t at = slot_of(duplicates, hash);
    if (duplicates->keys[at])
        return;
    duplicates->keys[at] = hash;
    duplicates->owners[at] = (uint16_t)duplicates->current;
    duplicates->used++;
}

/* The number + 1 of the head's line with this hash; 0 when there is none, or several: a line that
 * repeats itself within the second proves nothing. */
static unsigned head_line(const struct duplicates_head *head, uint64_t hash)
{
    unsigned found = 0;
    for (unsigned n = 0; n < head->count; n++) {
        if (head->hashes[n] != hash)
            continue;
        if (found)
            return 0;
        found = n + 1;
    }
    return found;
}

/* Notes a line of the current file. A stretch is one without gap in either file: the other may hold
 * more lines between them (syslog beside mail.log). Single equal lines are common at a cut within a
 * busy second: the same process has the same to say of its next client. */
static void watch_line(struct watched_file *file, uint64_t hash)
{
    unsigned line = head_line(&file->head, hash);
    if (line) {
        bool goes_on = line == file->last + 1 || (file->followed && line > file->last);
        file->run = goes_on ? file->run + 1 : 1;
        file->last = line;
    }
    file->followed = line != 0;
    file->confirmed = file->run >= DUPLICATES_EVIDENCE || file->run == file->head.count;
    file->watching = !file->confirmed;
}

/* Looks whether a later file begins with this line; gives up on files whose beginning is past. */
static void watch(struct duplicates *duplicates, int64_t time_us, uint64_t hash)
{
    for (size_t i = duplicates->current + 1; i < duplicates->count; i++) {
        struct watched_file *file = &duplicates->files[i];
        if (!file->watching)
            continue;
        watch_line(file, hash);
        if (file->watching && time_us > file->head.last_us + DISORDER_US) {
            file->watching = false; /* another host's file, most likely */
            set_watch(duplicates);
        }
    }
}

bool duplicates_examine(struct duplicates *duplicates, int64_t time_us, bool timed,
                        struct slice raw)
{
    uint64_t hash = duplicates_hash(duplicates, raw);
    if (!timed)
        hash = (hash ^ (uint64_t)time_us * UINT64_C(0x9E3779B97F4A7C15)) | 1;
    bool stood = false;
    if (duplicates->checking && duplicates->keys) {
        size_t at = slot_of(duplicates, hash);
        stood = duplicates->keys[at] && duplicates->owners[at] != duplicates->current;
    }
    if (time_us >= duplicates->watch_from_us) {
        watch(duplicates, time_us, hash);
        if (!stood)
            remember(duplicates, hash);
    }
    return stood;
}
