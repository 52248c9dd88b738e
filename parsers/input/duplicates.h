#ifndef PARSERS_INPUT_DUPLICATES_H
#define PARSERS_INPUT_DUPLICATES_H
/*
 * Lines that stand in two of the given files (mail.log beside mail.info or syslog, mail.log.1 beside
 * mail.log.1.gz, a copy taken before rotation) are to be counted once. Each later file announces the
 * hashes of its first lines; when a stretch of them turns up in an earlier file, that file's lines
 * are remembered from there on, and the later file's known ones are dropped. Files that do not
 * overlap in time cost one comparison a line. Single identical lines at the border of two files (the
 * same second, the same text) are no evidence and never dropped.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* So many lines of a head are looked at; so many must be known; a file of fewer than the last is read
 * whatever stood before. */
enum { DUPLICATES_HEAD = 64, DUPLICATES_EVIDENCE = 8, DUPLICATES_LEAST = 4 };

/* The first lines of a file: hashes and the span of their times. */
struct duplicates_head {
    uint64_t hashes[DUPLICATES_HEAD];
    unsigned count;
    int64_t first_us, last_us;
};

struct duplicates {
    struct watched_file *files;
    size_t count;
    size_t current;        /* file being read */
    int64_t watch_from_us; /* lines from here on may interest a later file */
    bool checking;         /* the current file's lines may have stood before */
    uint64_t seed, *keys;  /* hashes of remembered lines */
    uint16_t *owners;      /* which file each stood in */
    size_t mask, used;
    bool full;
};

/* Prepares for count files in reading order. */
void duplicates_init(struct duplicates *duplicates, size_t count);
/* Gives the memory back. */
void duplicates_release(struct duplicates *duplicates);
/* The hash of a raw line. */
uint64_t duplicates_hash(const struct duplicates *duplicates, struct slice raw);
/* Announces the beginning of a file. Copies. */
void duplicates_announce(struct duplicates *duplicates, size_t file,
                         const struct duplicates_head *head);
/* Turns to the next file; files are read in order. */
void duplicates_start_file(struct duplicates *duplicates, size_t file);
/* True when a line of that time has to be shown to duplicates_drop: few have. */
static inline bool duplicates_may_drop(const struct duplicates *duplicates, int64_t time_us)
{
    return time_us >= duplicates->watch_from_us || duplicates->checking;
}

/* True when this line of the current file stood in an earlier one. A line that is not timed has the
 * time of the one before it, and is the same only at the same time. */
bool duplicates_drop(struct duplicates *duplicates, int64_t time_us, bool timed, struct slice raw);

#endif
