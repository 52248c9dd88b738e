#ifndef PARSERS_INPUT_JOURNAL_EXPORT_H
#define PARSERS_INPUT_JOURNAL_EXPORT_H
/*
 * journalctl -o export: entries of KEY=value lines, ended by a blank line; values that are no plain
 * text stand as KEY, a length of eight bytes and the bytes (systemd.io/JOURNAL_EXPORT_FORMATS). One
 * entry is one log line here. An entry is kept in a buffer of its own, bounded whatever comes.
 */
#include <stdbool.h>

#include "parsers/input/json_record.h"
#include "parsers/input/line_reader.h"

enum { JOURNAL_ENTRY_MAX = 128 * 1024 };

struct journal_export {
    char *bytes; /* the entry */
    size_t len;
};

/* True when the first bytes of a file are the beginning of an export. */
bool journal_export_detect(struct slice head);
/* Prepares; allocates on the first entry only. */
void journal_export_init(struct journal_export *journal);
/* Gives the memory back. */
void journal_export_release(struct journal_export *journal);
/* The next entry: entry->text is all of it, number and offset are those of its first line; slices
 * are valid until the next call. False at the end. */
bool journal_export_next(struct journal_export *journal, struct line_reader *reader,
                         struct raw_line *entry, struct record *record);

#endif
