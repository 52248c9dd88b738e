#ifndef PARSERS_INPUT_PROBE_H
#define PARSERS_INPUT_PROBE_H
/*
 * A look at a file before it is read: its first lines, and its last ones where they can be had
 * cheaply. Tells when it begins and ends, whether its stamps lack the year, and what speaks for a
 * year. Costs one block per file; small compressed files without years are read to the end.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parsers/input/duplicates.h"
#include "parsers/input/source.h"
#include "parsers/input/stamp.h"

enum { PROBE_HEAD = 64 * 1024 };

struct probe {
    bool stamped, yearless;      /* a line has a time; the first one has no year */
    bool end_known;              /* `last` is the end of the file, not only of its beginning */
    struct stamp first, last;    /* year 0 when yearless */
    int new_years;               /* December-January passages from first to last */
    int64_t written_us;          /* when the file was last written */
    int64_t named_us;            /* the date in its name, or TIME_NONE */
    int64_t queue_id_us;         /* the clock of the first long queue id, or TIME_NONE */
    struct stamp queue_id_stamp; /* of the line that has it */
    bool is_export;              /* journal export */
    char *head;                  /* the first bytes, as read */
    size_t head_len;
    bool head_is_all;
    uint64_t hashes[DUPLICATES_HEAD]; /* of the first lines, distinct */
    unsigned hash_count;
    struct stamp hashed_last; /* stamp of the last hashed line */
};

/* Looks at an open source; its stream then stands behind the head. format as for envelope_init. */
void probe_source(struct probe *probe, struct source *source, const char *path, const char *format,
                  const struct duplicates *duplicates);
/* Gives the head back. */
void probe_release(struct probe *probe);
/* The date in a file's name ("mail.log-20261122.xz"), end of that day; TIME_NONE when there is none. */
int64_t probe_named_date(const char *path);

#endif
