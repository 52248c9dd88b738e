#ifndef ANALYZER_REBUILD_FILTER_NOTE_H
#define ANALYZER_REBUILD_FILTER_NOTE_H
/*
 * Verdicts of content filters, by queue id or message-id. They may stand in another file than the
 * mail, before or after it, so they are tied to messages when all is read: to the first hop of the
 * message that had the id at the time.
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* spam_verdict, virus_verdict, amavis_verdict, mimedefang: a program's answer. */
void filter_verdict_line(struct rebuild *r, const struct event *event);
/* ms_action: what MailScanner does with the spam. */
void filter_action_line(struct rebuild *r, const struct event *event);
/* mailbox_save: the folder that a sieve script chose. */
void filter_mailbox_line(struct rebuild *r, const struct event *event);
/* A delivery or reply line of Postfix whose text is a filter's word ("Ok, discarded ... SPAM"). */
void filter_label_line(struct rebuild *r, const struct event *event);
/* Ties all to their messages; after rejoin_finish. */
void filter_notes_finish(struct rebuild *r);
/* Gives the notes back. */
void filter_notes_free(struct rebuild *r);

#endif
