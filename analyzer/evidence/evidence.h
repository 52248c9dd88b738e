#ifndef ANALYZER_EVIDENCE_EVIDENCE_H
#define ANALYZER_EVIDENCE_EVIDENCE_H
/*
 * The store between rebuilding and judging: sessions, messages and rows (one per recipient that was
 * named), dictionary-encoded. Columns that restrictions read are dictionaries of their own - client
 * identities, HELO names, senders, recipients, session facts - so that a restriction is evaluated
 * once per distinct value, not once per row. A cell is known, absent or unknown, with its origin;
 * nothing here is a guess. Filled by analyzer/rebuild, read-only afterwards.
 * Rows of one message are contiguous and in the order of their lines; messages are in order of time,
 * sessions in order of their first line.
 */
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/evidence/evidence_records.h"
#include "analyzer/evidence/verdict_kind.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/intern.h"
#include "base/slice.h"
#include "base/tri.h"

/* clang-format off */
/* The account that must balance: everything that came in has exactly one end or is open. */
struct books {
    uint64_t sessions, sessions_open;
    uint64_t messages, messages_open;
    uint64_t rows, ends[END_STATUS_COUNT];
    uint64_t internal_messages, local_messages, gateway_messages;
    /* by the counters of whole sessions whose mails were all finished: at most so many recipients
     * were accepted, or refused, without any line that names them; they have no row */
    uint64_t unnamed_accepted, unnamed_refused;
    uint64_t unjoined_deliveries; /* delivery lines of queue ids whose birth was not seen */
    /* born = messages + hops + aborted + probes + merged */
    uint64_t born;    /* queue ids and SMTP transactions of which a line was seen */
    uint64_t hops;    /* further queue ids of a message: after a filter, requeued, forwarded */
    uint64_t aborted; /* the client went away before any recipient's name was logged */
    uint64_t probes;  /* address verification */
    uint64_t merged;  /* refused recipients that belong to the message that followed */
    /* named = rows + hop_rows + bcc_rows + merged_rows */
    uint64_t named;       /* recipients noted for any queue id or transaction */
    uint64_t hop_rows;    /* of hops: their ends count for the rows of the first hop */
    uint64_t bcc_rows;    /* added by always_bcc and the like: no client named them */
    uint64_t merged_rows; /* noted twice (lines out of order), probes */
};

/* The server began anew, or read its configuration again. */
struct restart {
    int64_t time_us;
    bool reload;
};

struct evidence {
    struct arena arena;
    struct intern text, helos, senders, recipients;
    struct client *clients; /* number 0 is "all unknown" */
    uint32_t client_count, client_capacity;
    struct session_facts *facts; /* number 0 is "all unknown" */
    uint32_t facts_count, facts_capacity;
    struct logged_reply *replies; /* number 0 is "accepted" */
    uint32_t reply_count, reply_capacity;
    struct filter_verdict *filters;
    uint32_t filter_count, filter_capacity;
    struct hop *hops;
    uint32_t hop_count, hop_capacity;
    struct entrance *entrances;
    uint32_t entrance_count, entrance_capacity;
    struct session *sessions;
    struct session_detail *session_details;
    uint32_t session_count, session_capacity;
    struct screened_at *screened;
    uint32_t screened_count, screened_capacity;
    struct message *messages;
    struct message_detail *message_details;
    uint32_t message_count, message_capacity;
    struct message_extra *extras;
    uint32_t extra_count, extra_capacity;
    struct row *rows;
    struct row_end *row_ends;
    uint32_t row_count, row_capacity;
    struct restart *restarts; /* in the order of the lines */
    uint32_t restart_count, restart_capacity;
    struct books books;
    int postfix_major, postfix_minor; /* from `daemon started`; 0 when not seen */
    struct evidence_index *index; /* finds dictionary entries while filling */
};
/* clang-format on */

/* "smtp", "local", "internal", "gateway"; static storage. */
const char *message_source_name(enum message_source source);
/* An empty store. */
void evidence_init(struct evidence *evidence);
/* Gives all memory back. */
void evidence_release(struct evidence *evidence);
/* A session more, with what stands beside it, all zero: its number. The arrays may move. */
uint32_t evidence_add_session(struct evidence *evidence);
/* The same for a message. */
uint32_t evidence_add_message(struct evidence *evidence);
/* The same for a row; it has no end yet. */
uint32_t evidence_add_row(struct evidence *evidence);
/* What stands beside a message of the store. Borrowed until another message is added. */
static inline struct message_detail *evidence_detail(const struct evidence *evidence,
                                                     const struct message *message)
{
    return &evidence->message_details[message - evidence->messages];
}

/* What few messages have, to be read. Borrowed until another message gets some. */
static inline const struct message_extra *evidence_extra(const struct evidence *evidence,
                                                         const struct message *message)
{
    return &evidence->extras[message->extra];
}

/* The same, to be written to: the message gets some if it has none. */
struct message_extra *evidence_extra_of(struct evidence *evidence, struct message *message);
/* Where postscreen's first line about a session stands that was screened; {0} for another. */
struct line_position evidence_screened(const struct evidence *evidence, uint32_t session);
/* The number of an entrance, added when new. Copies the value. */
uint32_t evidence_entrance(struct evidence *evidence, const struct entrance *entrance);
/* The number of a client identity, added when new. Copies the value. */
uint32_t evidence_client(struct evidence *evidence, const struct client *client);
/* The number of a set of session facts, added when new. Copies the value. */
uint32_t evidence_facts(struct evidence *evidence, const struct session_facts *facts);
/* The number of a logged reply, added when new. Copies the value. */
uint32_t evidence_reply(struct evidence *evidence, const struct logged_reply *reply);
/* Appends the text of the row's logged reply, as it stood in the log. Nothing for accepted mail. */
void evidence_reply_text(const struct evidence *evidence, uint32_t row, struct buffer *out);

#endif
