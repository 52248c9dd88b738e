#include "parsers/input/journal_export.h"

#include <stdlib.h>

#include "base/xalloc.h"

bool journal_export_detect(struct slice head)
{
    return slice_starts(head, "__CURSOR=") || slice_starts(head, "__REALTIME_TIMESTAMP=") ||
           slice_starts(head, "__SEQNUM=") || slice_starts(head, "__MONOTONIC_TIMESTAMP=");
}

void journal_export_init(struct journal_export *journal)
{
    *journal = (struct journal_export){ NULL, 0 };
}

void journal_export_release(struct journal_export *journal)
{
    free(journal->bytes);
    journal_export_init(journal);
}

/* Appends to the entry; what does not fit is left out and the entry marked as cut. */
static struct slice keep(struct journal_export *journal, struct slice bytes, struct record *record)
{
    if (!journal->bytes)
        journal->bytes = xmalloc(JOURNAL_ENTRY_MAX);
    struct slice fitting = slice_head(bytes, JOURNAL_ENTRY_MAX - journal->len);
    char *to = journal->bytes + journal->len;
    if (fitting.len)
        memcpy(to, fitting.at, fitting.len);
    journal->len += fitting.len;
    record->truncated |= fitting.len < bytes.len;
    return slice_make(to, fitting.len);
}

/* The value of a binary field, whose key was a line of its own. */
static void read_binary(struct journal_export *journal, struct line_reader *reader,
                        struct slice key, struct record *record)
{
    struct slice bytes;
    uint64_t size = 0;
    if (!line_reader_take(reader, 8, &bytes))
        return;
    for (size_t i = 8; i-- > 0;)
        size = size << 8 | (unsigned char)bytes.at[i];
    keep(journal, slice_of("="), record);
    uint64_t head = size < LINE_LENGTH_MAX ? size : LINE_LENGTH_MAX;
    if (!line_reader_take(reader, (size_t)head, &bytes))
        return;
    record_set(record, key, keep(journal, bytes, record));
    record->truncated |= head < size;
    if (line_reader_skip(reader, size - head))
        line_reader_skip(reader, 1); /* the newline behind the bytes */
}

bool journal_export_next(struct journal_export *journal, struct line_reader *reader,
                         struct raw_line *entry, struct record *record)
{
    struct raw_line line;
    bool started = false;
    record_clear(record);
    journal->len = 0;
    while (line_reader_next(reader, &line)) {
        if (line.text.len == 0) {
            if (started)
                break;
            continue;
        }
        if (!started)
            *entry = line;
        started = true;
        struct slice kept = keep(journal, line.text, record);
        size_t equals = slice_index(kept, '=');
        if (equals < kept.len)
            record_set(record, slice_head(kept, equals), slice_skip(kept, equals + 1));
        else if (kept.len == line.text.len)
            read_binary(journal, reader, kept, record);
        keep(journal, slice_of("\n"), record);
    }
    record->is_journal = true;
    entry->text = slice_make(journal->bytes, journal->len);
    return started;
}
