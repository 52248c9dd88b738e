#ifndef ANALYZER_EVIDENCE_SCREENING_H
#define ANALYZER_EVIDENCE_SCREENING_H
/*
 * What postscreen(8) and dnsblog(8) logged about a connection, as one line of words: the cell
 * session_facts.screening. Made by analyzer/rebuild, read by the what-if for postscreen.
 *
 *     tested            the tests before the greeting were made, for this connection or for the one
 *                       whose good result still counted
 *     cached            PASS OLD: its good results from before still counted
 *     deep              cached, on a server that has the tests after the greeting switched on
 *     pregreet, pipelining, non_smtp, bare_newline      it was caught at that
 *     ZONE=ADDRESS      the list's answer; several answers are several words
 *     ZONE=-            the list was asked and gave none
 *     server=ADDRESS    where the client connected to
 *     other_port        a service for one's own users: postscreen does not stand in front of it
 */
#include <stdbool.h>

#include "base/slice.h"

/* Between the words. */
#define SCREENING_BLANK " "

/* True when a word without "=" stands in the record ("no text": none does). */
bool screening_has(struct slice record, const char *word);
/* The next value of a name ("zen.example", "server"); *rest begins as the record. Names are compared
 * without ASCII case. False when there is none (any more). */
bool screening_next(struct slice *rest, struct slice name, struct slice *value);

#endif
