#ifndef ANALYZER_REBUILD_POSTSCREEN_H
#define ANALYZER_REBUILD_POSTSCREEN_H
/*
 * Connections that postscreen(8) took, by address and port: one process serves all. Who passes goes
 * on to an smtpd and is that session; who is refused or dropped here is a session of its own, with
 * rows when it named recipients, or one row when it was dropped before it could.
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* ps_connect. */
void postscreen_connect(struct rebuild *r, const struct event *event);
/* ps_pass_new, ps_pass_old, ps_allow. */
void postscreen_pass(struct rebuild *r, const struct event *event);
/* ps_pregreet, ps_dnsbl_rank, ps_deny, ps_violation. */
void postscreen_caught(struct rebuild *r, const struct event *event);
/* ps_hangup. */
void postscreen_hangup(struct rebuild *r, const struct event *event);
/* ps_reject. */
void postscreen_reject(struct rebuild *r, const struct event *event);
/* ps_disconnect. */
void postscreen_disconnect(struct rebuild *r, const struct event *event);
/* Closes all, at the end of the log. */
void postscreen_close_all(struct rebuild *r);
/* Gives the memory back. */
void postscreen_free(struct rebuild *r);

#endif
