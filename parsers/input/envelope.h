#ifndef PARSERS_INPUT_ENVELOPE_H
#define PARSERS_INPUT_ENVELOPE_H
/*
 * The envelope of a line: when, where, who; what remains is the text. Takes raw lines of one file in
 * order, gives log_line's fields. The form is found per line, the one of the line before is tried
 * first. Cost: while the minute, the host and the form stay the same, one comparison and one look at
 * the tag (envelope_quick.h); everything else may be slow.
 */
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parsers/input/log_line.h"
#include "parsers/input/year_clock.h"

struct speakers; /* parsers/input/speakers.h */
struct record;   /* parsers/input/json_record.h */

/* What the last lines looked like, so that the next one need only be compared. */
struct envelope_memory {
    alignas(16) char head[128]; /* up to the blank behind the host: "Nov 22 10:15:01 mx1 " */
    size_t head_len, minute_len, zone_at; /* 0: nothing known */
    size_t host_at, host_len;
    int64_t minute_us;
    int16_t offset_minutes;
    bool yearless;
    enum envelope_kind kind;
    struct speakers *speakers; /* of the host; NULL: none */
    /* For envelope_quick.h: it takes lines of quick_least bytes and less than quick_span more. */
    size_t quick_least, quick_span;
    uint64_t head_bits, clock_bits; /* its bytes; those that are digits of seconds and fraction */
    int64_t time_us;                /* of the head */
    uint32_t fraction_len, fraction_us; /* digits, and what the last one is worth */
};

enum { ENVELOPE_OTHERS = 7 };

struct envelope {
    struct year_clock clock;
    struct envelope_memory memory;
    struct envelope_memory others[ENVELOPE_OTHERS]; /* of other hosts, in the same minute */
    unsigned next_other;                            /* that gives way */
    struct speakers *speakers; /* that number the programs; NULL: nobody asked for that */
    struct stamp stamp;        /* as written in the last line that was not merely compared */
    size_t form, forced;       /* rows of the form table; forced: no other is tried */
    uint64_t yearless;         /* lines whose year came from the clock */
    uint32_t repeat_of_last;   /* the line says "last message repeated N times": N, else 0 */
    char *scratch;             /* decoded text of one line */
    char *partial;             /* parts of a line that a container runtime cut in pieces */
    size_t partial_len;
};

/* Prepares for one file. format is a name of envelope_format_names, or NULL: found per line. */
void envelope_init(struct envelope *envelope, const char *format);
/* Gives the memory back. */
void envelope_release(struct envelope *envelope);
/* Reads the envelope of raw and sets every field of line but file, number, offset and repeats'
 * resolution. A line of no known form is malformed: its text is all of it. False when the line is
 * only a part of the next one (container runtimes cut long lines) and nothing was set. Slices are
 * valid until the next call and as long as raw. */
bool envelope_parse(struct envelope *envelope, struct slice raw, struct log_line *line);
/* At the end of a file: a line whose last part never came, as cut; false when there is none. */
bool envelope_flush(struct envelope *envelope, struct slice raw, struct log_line *line);
/* As envelope_parse for a record of fields (journal export); raw is what stands for the line. */
void envelope_parse_record(struct envelope *envelope, struct slice raw, const struct record *record,
                           struct log_line *line);
/* The names that --format takes; static storage. "export" (journalctl -o export) is known by the
 * beginning of a file and read by parsers/input/journal_export.h. */
const char *const *envelope_format_names(size_t *count);
/* A line of that form, for tests and documents; NULL for an unknown name. */
const char *envelope_format_sample(const char *name);

#endif
