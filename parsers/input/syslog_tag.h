#ifndef PARSERS_INPUT_SYSLOG_TAG_H
#define PARSERS_INPUT_SYSLOG_TAG_H
/*
 * What stands between the time stamp and the text of a syslog line: host, program and process id, in
 * the forms that syslogds give them. Sets host, program, pid and text of a line; slices borrow.
 */
#include <stdbool.h>

#include "base/slice.h"
#include "parsers/input/log_line.h"

/* "prog[pid]: text" or "prog: text" at the beginning of rest: sets program, pid and text; false (line
 * untouched) when rest begins otherwise. The common path: one walk over the name. */
bool syslog_tag_parse(struct slice rest, struct log_line *line);
/* As syslog_tag_parse, only for names that are surely one: with a process id, or of Postfix. For
 * lines that have nothing but the tag. */
bool syslog_tag_parse_strict(struct slice rest, struct log_line *line);
/* All that follows a stamp: an optional <facility.level>, the host (missing in some containers), a
 * level column, the tag, Solaris' [ID ...]. A line without tag has an empty program. False when
 * nothing follows. */
bool syslog_tag_parse_line(struct slice rest, struct log_line *line);
/* The host without what relays add: "src@mx1/relay" is mx1. */
struct slice syslog_tag_host(struct slice host);
/* Takes "<22>" off; the number of bytes, 0 when there is none (RFC 3164 4.1.1). */
size_t syslog_tag_priority(struct slice text);
/* Takes Solaris' "[ID 197553 mail.info] " off the text. */
struct slice syslog_tag_strip_id(struct slice text);

#endif
