#ifndef ANALYZER_REBUILD_REJOIN_H
#define ANALYZER_REBUILD_REJOIN_H
/*
 * One message through many queue ids: what the lines say of it is noted while they are read and
 * resolved when all are, so that neither the order of files nor lines out of order matter. Then the
 * rows of the first hop take over the ends of the last, and the hops between are no messages.
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* `mail` says of itself that it was `original` before the filter (XFORWARD's orig_queue_id). */
void rejoin_original(struct rebuild *r, const struct mail *mail, struct slice original);
/* postsuper -r gave the mail that was `original` a new id. */
void rejoin_requeued(struct rebuild *r, const struct mail *mail, struct slice original);
/* A delivery of row (NONE: of the whole mail) went on as queue id `next`; `to` is the address that
 * was handed on. */
void rejoin_queued_as(struct rebuild *r, const struct mail *mail, uint32_t row, struct slice next,
                      struct slice to);
/* local(8) forwarded a row as queue id `next`. */
void rejoin_forwarded(struct rebuild *r, const struct mail *mail, uint32_t row, struct slice next);
/* ms_requeue, amavis_verdict: a filter names both ids. */
void rejoin_filter_line(struct rebuild *r, const struct event *event);
/* bounce_notify: queue id `notice` is a notice of Postfix. */
void rejoin_notice(struct rebuild *r, struct slice notice);
/* Resolves all. */
void rejoin_finish(struct rebuild *r);
/* Gives the notes back. */
void rejoin_free(struct rebuild *r);
/* The first hop of a message: itself when it is none of a later one. */
uint32_t rejoin_root(const struct rebuild *r, uint32_t message);

#endif
