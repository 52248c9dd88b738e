#ifndef PARSERS_DATA_LABELS_FILE_H
#define PARSERS_DATA_LABELS_FILE_H
/*
 * Labels that somebody gave (--labels): JSON Lines or CSV with a head line, one judgement a line
 * (DESIGN.md section 4):
 *
 *     {"queue_id":"4Xyz1","ham":1,"source":"audit"}
 *     message_id,recipient,ham,source
 *     1@example.org,b@example.com,0,mailbox
 *
 * queue_id or message_id (with or without <>) name the mail, recipient (optional) one of its rows,
 * ham is the probability 0..1 that it was wanted (null: not judged yet, the line is passed over). Of several lines for the same mail and recipient
 * the last counts; a line with a recipient outranks one without, a queue id a message id. Unknown
 * fields are ignored. Constant once read.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/slice.h"

struct labels_file;

#define GIVEN_LABEL_NONE UINT32_MAX

/* One judgement; texts live in the labels. */
struct given_label {
    struct slice queue_id, message_id, recipient; /* "no text": not given */
    struct slice source;                          /* "labels" when not given */
    double ham;
};

/* An empty set of labels. Free with labels_file_free. */
struct labels_file *labels_file_new(void);
/* Reads a file ("-" is standard input) into the set; several may follow each other, each JSON Lines
 * or CSV. Lines that are no judgement are counted in notes (code "labels_line", may be NULL) and
 * skipped. False with fault when the file cannot be read, or no line of a non-empty file is one. */
bool labels_file_read(struct labels_file *labels, const char *path, struct diagnostics *notes,
                      struct fault *fault);
/* Takes one line (CSV: the first one is the head). False when it is no judgement. Copies. */
bool labels_file_add_line(struct labels_file *labels, struct slice line);
/* Gives all memory back; NULL is allowed. */
void labels_file_free(struct labels_file *labels);
/* The number of the judgement that holds for a row, or GIVEN_LABEL_NONE. Ids may be "no text";
 * message_id without <>. A NULL set knows nothing. */
uint32_t labels_file_find(const struct labels_file *labels, struct slice queue_id,
                          struct slice message_id, struct slice recipient);
/* A judgement by its number, below labels_file_count. */
const struct given_label *labels_file_get(const struct labels_file *labels, uint32_t number);
/* How many judgements there are. */
uint32_t labels_file_count(const struct labels_file *labels);

#endif
