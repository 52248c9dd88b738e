#ifndef ANALYZER_REBUILD_SESSION_H
#define ANALYZER_REBUILD_SESSION_H
/*
 * Client connections of smtpd: one at a time per process, from `connect` to `disconnect`. A line of
 * a process without an open connection opens one (the log began in its middle, or lines lack).
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* The session that a line of smtpd with NAME[ADDRESS] is about, opened when there is none. */
struct session_state *session_of_line(struct rebuild *r, const struct event *event);
/* The open session of the line's process; NULL when there is none. */
struct session_state *session_find(struct rebuild *r, const struct event *event);
/* smtpd_connect: a new session of the process; one that is still open ends open. */
void session_connect(struct rebuild *r, const struct event *event);
/* client_name_mismatch: what Postfix found about the client's name, before or behind `connect`. */
void session_name_warning(struct rebuild *r, const struct event *event);
/* smtpd_disconnect: the session is whole. */
void session_disconnect(struct rebuild *r, const struct event *event);
/* tls_session: the session is encrypted, maybe with a client certificate. */
void session_tls(struct rebuild *r, const struct event *event);
/* smtpd_pipelining: the client talked out of turn. */
void session_pipelining(struct rebuild *r, const struct event *event);
/* Another mail begins: what the client did during the one before holds for it, too. But it would not
 * have come to DATA had all recipients of that one been refused: then nobody knows. */
void session_next_mail(struct session_state *state);
/* Takes HELO name and protocol from the line's fields. */
void session_learn(struct rebuild *r, struct session_state *state, const struct event *event,
                   enum evidence_origin origin);
/* The number of the session's facts as they stand now. */
uint32_t session_facts_number(struct rebuild *r, struct session_state *state);
/* A store's session with its note, for the line's process. service: its name in the store. */
uint32_t session_add(struct rebuild *r, const struct event *event, sym service);
/* Closes the session: what was learned of the client goes into the store. */
void session_close(struct rebuild *r, struct session_state *state);
/* Closes all, at the end of the log. */
void session_close_all(struct rebuild *r);

#endif
