#ifndef ANALYZER_REBUILD_RECIPIENT_ROW_H
#define ANALYZER_REBUILD_RECIPIENT_ROW_H
/*
 * Rows while they are being written: one per recipient of a mail, whatever letters it was spelled
 * in, with the reply that smtpd gave and the one end that it came to.
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* The mail's row for a recipient; NONE when it has none. */
uint32_t row_find(const struct rebuild *r, struct mail *mail, struct slice recipient);
/* A recipient that a line names, for row_named and row_add: asked for as soon as the line is at hand. */
static inline struct intern_key row_ahead(const struct rebuild *r, struct slice recipient)
{
    return intern_ahead(&r->evidence->recipients, recipient);
}

/* A further row of the mail; NULL: the recipient is not known. time_us is its own. */
uint32_t row_add(struct rebuild *r, struct mail *mail, const struct intern_key *recipient,
                 enum evidence_origin origin, int64_t time_us);
/* The row for a recipient that a line names, added when it is the first; the better spelling and
 * origin stay. */
uint32_t row_named(struct rebuild *r, struct mail *mail, const struct intern_key *recipient,
                   enum evidence_origin origin, int64_t time_us);
/* What a row came to, by a line at time_us. False when it had come to something better: one part of
 * an alias delivered is a recipient served. */
bool row_set_end(struct rebuild *r, uint32_t row, enum end_status status, int64_t time_us);
/* What the row came to is not known after all. */
void row_forget_end(struct rebuild *r, uint32_t row);
/* True for what smtpd, cleanup or a milter says to refuse a recipient. */
static inline bool reply_refuses(const struct logged_reply *reply)
{
    return reply->verdict == VERDICT_REJECT || reply->verdict == VERDICT_DEFER;
}

/* True when the row was refused. */
static inline bool row_is_refused(const struct rebuild *r, uint32_t row)
{
    const struct evidence *e = r->evidence;
    return reply_refuses(&e->replies[e->rows[row].logged]);
}

/* Refuses every row of the mail that is not refused yet; without any row, one for a recipient that
 * is not known. */
void rows_refuse(struct rebuild *r, struct mail *mail, uint32_t reply);
/* Moves the rows of `from` to the front of those of `mail`; one that both have is one. */
void rows_prepend(struct rebuild *r, struct mail *mail, struct mail *from);
/* True when `other` was refused a recipient that `mail` has: nobody names a refused one again. */
bool rows_contradict(const struct rebuild *r, struct mail *mail, struct mail *other);
/* The same mailbox as far as a log can tell: ASCII case and quoting of the local part aside. */
bool address_equal(struct slice a, struct slice b);

#endif
