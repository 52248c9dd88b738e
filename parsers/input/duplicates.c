#include "parsers/input/duplicates.h"

#include <stdlib.h>

#include "base/text_hash.h"
#include "base/xalloc.h"

/* At most so many lines are remembered (160 MB); behind that, duplicates pass. */
enum { REMEMBERED_MAX = 1 << 24 };
static const int64_t DISORDER_US = INT64_C(3600) * 1000000;

/* A file that is not read yet, and what of its head stood in the current one. */
struct watched_file {
    struct duplicates_head head;
    uint64_t found, single; /* one bit a line of the head: it turned up; it stands there once */
    unsigned matches;       /* lines of the current file that are in the head */
    uint64_t lines, span;   /* of the current file from the first of them on; to the last */
    bool watching, confirmed;
};

void duplicates_init(struct duplicates *duplicates, size_t count)
{
    *duplicates = (struct duplicates){ .count = count, .watch_from_us = INT64_MAX };
    duplicates->files = xcalloc(count ? count : 1, sizeof *duplicates->files);
    duplicates->seed = text_hash_seed();
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
    uint64_t hash = text_hash(raw, duplicates->seed);
    return hash ? hash : 1;
}

void duplicates_announce(struct duplicates *duplicates, size_t file,
                         const struct duplicates_head *head)
{
    struct watched_file *watched = &duplicates->files[file];
    watched->head = *head;
    watched->watching = head->count >= DUPLICATES_LEAST && head->first_us != INT64_MIN;
    for (unsigned n = 0; n < head->count; n++) {
        unsigned same = 0;
        for (unsigned i = 0; i < head->count; i++)
            same += head->hashes[i] == head->hashes[n];
        watched->single |= (uint64_t)(same == 1) << n;
    }
}

/* True when nine tenths are. */
static bool is_dense(uint64_t part, uint64_t all)
{
    return part * 10 >= all * 9;
}

/* Judges what the current file had of a later one's head. A copy has all of a stretch, or is all in
 * one. Equal lines here and there are common at a cut within a busy second: the same process has the
 * same to say of its next client; and a line that repeats itself proves nothing. */
static void judge(struct watched_file *file)
{
    const struct duplicates_head *head = &file->head;
    unsigned evidence = (unsigned)__builtin_popcountll(file->found & file->single);
    if (file->watching && evidence &&
        evidence >= (head->count < DUPLICATES_EVIDENCE ? head->count : DUPLICATES_EVIDENCE)) {
        unsigned first = (unsigned)__builtin_ctzll(file->found);
        unsigned last = 63 - (unsigned)__builtin_clzll(file->found);
        file->confirmed = is_dense((uint64_t)__builtin_popcountll(file->found), last - first + 1) ||
                          is_dense(file->matches, file->span);
    }
    file->found = file->lines = file->span = 0;
    file->matches = 0;
    file->watching &= !file->confirmed;
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
    for (size_t i = duplicates->current + 1; i < duplicates->count; i++)
        judge(&duplicates->files[i]);
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

/* Looks whether a later file begins with this line; gives up on files whose beginning is past. */
static void watch(struct duplicates *duplicates, int64_t time_us, uint64_t hash)
{
    for (size_t i = duplicates->current + 1; i < duplicates->count; i++) {
        struct watched_file *file = &duplicates->files[i];
        if (!file->watching)
            continue;
        uint64_t found = 0;
        for (unsigned n = 0; n < file->head.count; n++)
            found |= (uint64_t)(file->head.hashes[n] == hash) << n;
        file->found |= found;
        file->matches += found != 0;
        file->lines += file->matches != 0;
        file->span = found ? file->lines : file->span;
        if (time_us > file->head.last_us + DISORDER_US) {
            judge(file);
            file->watching = false; /* if no copy: another host's file, most likely */
            set_watch(duplicates);
        }
    }
}

bool duplicates_drop(struct duplicates *duplicates, int64_t time_us, bool timed, struct slice raw)
{
    if (!duplicates_may_drop(duplicates, time_us))
        return false;
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
