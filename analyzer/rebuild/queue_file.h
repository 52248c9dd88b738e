#ifndef ANALYZER_REBUILD_QUEUE_FILE_H
#define ANALYZER_REBUILD_QUEUE_FILE_H
/*
 * The life of a queue id: born at client=, uid= or message-id=, alive while lines name it, dead
 * after `removed` and its like, and for a few seconds longer still found by lines out of order.
 * Queue ids come back; a birth line for a living id begins a new generation.
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* A transaction without queue id, of session `state` (NULL: none). Lives in the pool. */
struct mail *mail_new(struct rebuild *r, const struct event *event, struct session_state *state);
/* Gives a transaction the queue id of the line. */
void mail_name(struct rebuild *r, struct mail *mail, struct slice queue_id);
/* The mail that the id names now; NULL when there is none. */
struct mail *queue_find(const struct rebuild *r, struct slice queue_id);
/* The mail that a line other than a birth names: found, or noted as born before the log. */
struct mail *queue_line(struct rebuild *r, const struct event *event, struct slice queue_id);
/* The mail that a birth line names: a new generation, unless lines out of order ran ahead of it.
 * known: what queue_find() says of the id. */
struct mail *queue_birth(struct rebuild *r, const struct event *event, struct slice queue_id,
                         struct mail *known, enum birth birth, struct session_state *state);
/* The id left the queue. */
void queue_die(struct rebuild *r, struct mail *mail);
/* Nothing more comes of the mail: settles its rows and gives the pool's slot back. */
void mail_close(struct rebuild *r, struct mail *mail);
/* Closes those that are dead for long enough. */
void queue_flush(struct rebuild *r);
/* Closes all, at the end of the log. */
void queue_close_all(struct rebuild *r);
/* A line of the mail: its time and place. */
static inline void mail_touch(const struct rebuild *r, struct mail *mail, const struct event *event)
{
    mail->touched_us = r->now_us;
    mail->last = rebuild_position(event);
}

/* Notes the sender unless a better source had it. `from` "no text" is ignored. */
void mail_sender(struct rebuild *r, struct mail *mail, struct slice from,
                 enum evidence_origin origin);
/* The same, of a text whose slot is at hand. */
void mail_sender_key(struct rebuild *r, struct mail *mail, const struct intern_key *from,
                     enum evidence_origin origin);
/* Notes the HELO name that was in force for the mail, from a line that has it. */
void mail_helo(struct rebuild *r, struct mail *mail, const struct event *event,
               enum evidence_origin origin);

#endif
