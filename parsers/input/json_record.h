#ifndef PARSERS_INPUT_JSON_RECORD_H
#define PARSERS_INPUT_JSON_RECORD_H
/*
 * A log line that is a record of named fields: journald's JSON and export forms, Docker's JSON files,
 * and the JSON that log shippers write. Which key means what is one table. Values are slices into
 * the line, or into scratch where they had to be decoded; nothing is allocated.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

enum record_field {
    RECORD_TIME_US, /* microseconds since 1970, as text */
    RECORD_TIME,    /* a time stamp in words */
    RECORD_HOST,
    RECORD_PROGRAM,
    RECORD_PID,
    RECORD_TEXT,
    RECORD_FIELDS
};

struct record {
    struct slice field[RECORD_FIELDS]; /* NULL: not there */
    unsigned char rank[RECORD_FIELDS]; /* of the key that gave it; lower is better */
    bool is_journal;                   /* it has journald's keys */
    bool truncated;                    /* it ends in the middle, or journald left out the text */
};

/* An empty record. */
void record_clear(struct record *record);
/* Sets a field if the key is known and no better one came before; others are ignored. Borrows. */
void record_set(struct record *record, struct slice key, struct slice value);
/* Reads a JSON object (RFC 8259; strings, arrays of bytes, other values are skipped). scratch has
 * room for text.len bytes. False when it is none; a record that is cut off keeps what came before. */
bool record_parse_json(struct slice text, struct record *record, char *scratch);

#endif
