#ifndef PARSERS_LINES_EVENT_LINES_H
#define PARSERS_LINES_EVENT_LINES_H
/*
 * One line of `events --jsonl`: what a log line says, as a JSON object with Postfix's field names
 * (DESIGN.md section 4), and the account of lines that were not understood. Its subject is the event
 * itself, so it stands here and not with the reports, which know finished results alone.
 */
#include "base/buffer.h"
#include "parsers/lines/event.h"
#include "parsers/lines/program_table.h"

/* Appends {"file","line","time","host","program","pid","class","kind", fields...} and a newline.
 * What the line does not have is null; numbers, flags and lists are printed as such. file_name may
 * be NULL. */
void event_lines_write(struct buffer *out, const struct event *event, const char *file_name);
/* Appends one row of --unparsed: count, class, program, masked shape, where the first example
 * stands and its text, separated by tabs, with a newline; printable whatever the log holds. */
void unparsed_line_write(struct buffer *out, const struct shape_count *row, const char *file_name);
/* Appends the heading of --unparsed. */
void unparsed_heading_write(struct buffer *out);

#endif
