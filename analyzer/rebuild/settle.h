#ifndef ANALYZER_REBUILD_SETTLE_H
#define ANALYZER_REBUILD_SETTLE_H
/*
 * What can only be said when all lines are read: facts that a session's end proves for all of its
 * mails, which mails were never finished, where a message came from, and the order of the store.
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* Carries what sessions proved to their messages; before hops are joined. */
void settle_sessions(struct rebuild *r);
/* Decides verdicts and sources, drops what is no message and no row, puts messages in order of time
 * and rows in order of messages: the store is valid from here on. After hops are joined. */
void settle_messages(struct rebuild *r);

#endif
