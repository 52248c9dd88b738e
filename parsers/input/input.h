#ifndef PARSERS_INPUT_INPUT_H
#define PARSERS_INPUT_INPUT_H
/*
 * The bytes: several log files in any order, plain or compressed (gz, bz2, xz, zst by magic
 * number), or stdin, become one stream of lines. Files are read one after the other, ordered by
 * their first time stamp, so that a rotated set given in any order reads as one log; equal stretches
 * that stand in two files are read once. Year-less stamps get their year here.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/fault.h"
#include "parsers/input/log_line.h"

struct input_options {
    int year;           /* of the first line's stamp (--year), 0: from file time and order */
    const char *format; /* --format override ("rfc3164", ...), NULL: per line */
    int64_t since_us, until_us; /* TIME_NONE: no bound; lines outside [since, until) are skipped */
    bool keep_raw; /* raw lines will be asked for again: index stdin and compressed input */
};

struct input_file {
    const char *path;          /* as given; "-" for stdin */
    uint64_t bytes, lines;     /* uncompressed, so far; a journal entry or a joined line is one */
    uint64_t skipped;          /* of lines: read in another file too, or outside since..until */
    int64_t first_us, last_us; /* TIME_NONE when it has no stamp */
    bool failed;               /* could not be opened or broke off: see the faults */
    bool duplicate;            /* all its lines stood in another file */
};

struct input;

/* Opens and orders the files. Files that cannot be read, or turn out to be damaged later, are
 * reported in `fault` (first one) and `remarks`; the others are still read: the caller looks at the
 * fault in the end and exits with status 3. NULL only when nothing at all can be read. Borrows
 * paths, remarks and fault for its life. Remarks: assumed_year, duplicate_input, unreadable_input,
 * damaged_input, nul_bytes, overlong_line, outside_period, raw_not_kept. */
struct input *input_open(const char *const *paths, size_t count,
                         const struct input_options *options, struct diagnostics *remarks,
                         struct fault *fault);
/* The next line; false at the end. Slices are valid until the next call. */
bool input_next(struct input *input, struct log_line *line);
/* The files in reading order; complete when input_next has returned false. */
const struct input_file *input_files(const struct input *input, size_t *count);
/* Bytes read so far and bytes in all as far as known (compressed sizes for compressed files). */
void input_progress(const struct input *input, uint64_t *done, uint64_t *all);
/* Reads the raw line at a position again (needs keep_raw for stdin and compressed files). Copies
 * into out; false when it cannot be had. */
bool input_reread(struct input *input, uint16_t file, uint64_t offset, struct buffer *out);
/* Closes all; removes temporary files. */
void input_close(struct input *input);

#endif
