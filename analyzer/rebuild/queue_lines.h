#ifndef ANALYZER_REBUILD_QUEUE_LINES_H
#define ANALYZER_REBUILD_QUEUE_LINES_H
/*
 * What happens to mail behind smtpd: cleanup, pickup, qmgr, delivery agents, bounce, postsuper.
 * One handler per kind of event.
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* cleanup_message_id: also the birth of mail that Postfix itself makes. */
void cleanup_message_id(struct rebuild *r, const struct event *event);
/* cleanup_action, cleanup_mime_error: header and body checks. */
void cleanup_action(struct rebuild *r, const struct event *event);
/* cleanup_milter: a milter's answer at the message's end. */
void cleanup_milter(struct rebuild *r, const struct event *event);
/* cleanup_canceled. */
void cleanup_canceled(struct rebuild *r, const struct event *event);
/* cleanup_trouble: refused without a reject line. */
void cleanup_trouble(struct rebuild *r, const struct event *event);
/* pickup: mail of this machine's users, or requeued by postsuper. */
void pickup_birth(struct rebuild *r, const struct event *event);
/* qmgr_active. */
void qmgr_active(struct rebuild *r, const struct event *event);
/* qmgr_removed. */
void qmgr_removed(struct rebuild *r, const struct event *event);
/* qmgr_expired. */
void qmgr_expired(struct rebuild *r, const struct event *event);
/* delivery. */
void delivery(struct rebuild *r, const struct event *event);
/* bounce_notify. */
void bounce_notify(struct rebuild *r, const struct event *event);
/* postsuper_action. */
void postsuper_action(struct rebuild *r, const struct event *event);

#endif
