#ifndef ANALYZER_REBUILD_POLICY_NOTE_H
#define ANALYZER_REBUILD_POLICY_NOTE_H
/*
 * What policy services (policyd-spf, policyd-weight ...) log of a mail before smtpd does: above all
 * the HELO name of mail that is accepted. Their lines name client and sender but no queue id, so
 * they are tied to messages of that client and sender at that time when all is read.
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* spf_answer, weight_answer. */
void policy_line(struct rebuild *r, const struct event *event);
/* Gives the HELO names to the messages that lack one; after settle_sessions. */
void policy_notes_finish(struct rebuild *r);
/* Gives the notes back. */
void policy_notes_free(struct rebuild *r);

#endif
