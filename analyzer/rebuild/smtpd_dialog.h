#ifndef ANALYZER_REBUILD_SMTPD_DIALOG_H
#define ANALYZER_REBUILD_SMTPD_DIALOG_H
/*
 * What smtpd said to a client, as mails and rows: the log shows no MAIL and no RSET, so a
 * transaction begins at the first line with another sender, or behind a finished one.
 * One handler per kind of event.
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* A number of evidence->replies for what a line says. The row's own texts become slots of the reply
 * text; row NONE: none of a recipient. verdict: enum verdict_kind. */
uint32_t reply_of_line(struct rebuild *r, const struct event *event, struct mail *mail,
                       uint32_t row, enum verdict_kind verdict);
/* Reject or defer, by the reply code or else the enhanced code. */
enum verdict_kind reply_verdict(const struct event *event);

/* smtpd_client. */
void smtpd_client(struct rebuild *r, const struct event *event);
/* smtpd_reject. */
void smtpd_reject(struct rebuild *r, const struct event *event);
/* smtpd_reject_warning. */
void smtpd_reject_warning(struct rebuild *r, const struct event *event);
/* smtpd_action: info, warn, permit, hold, discard, redirect, filter, bcc ... */
void smtpd_action(struct rebuild *r, const struct event *event);
/* smtpd_milter. */
void smtpd_milter(struct rebuild *r, const struct event *event);
/* smtpd_proxy: the answer of a before-queue filter. */
void smtpd_proxy(struct rebuild *r, const struct event *event);
/* smtpd_lost: the client went away in the middle of something. */
void smtpd_lost(struct rebuild *r, const struct event *event);

#endif
