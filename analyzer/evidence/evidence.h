#ifndef ANALYZER_EVIDENCE_EVIDENCE_H
#define ANALYZER_EVIDENCE_EVIDENCE_H
/*
 * The store between rebuilding and judging: sessions, messages and rows (one per recipient that was
 * named), dictionary-encoded. Columns that restrictions read are dictionaries of their own - client
 * identities, HELO names, senders, recipients, session facts - so that a restriction is evaluated
 * once per distinct value, not once per row. A cell is known, absent or unknown, with its origin;
 * nothing here is a guess. Filled by analyzer/rebuild, read-only afterwards.
 *
 * Conventions for dictionary numbers (sym): 0 is "unknown: the log does not say"; SYM_EMPTY (1) is
 * "known to be empty": a session without HELO, the null sender <>.
 * Rows of one message are contiguous and in the order of their lines; messages are in order of time,
 * sessions in order of their first line.
 */
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/evidence/evidence_words.h"
#include "analyzer/evidence/verdict_kind.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/intern.h"
#include "base/slice.h"
#include "base/tri.h"

/* clang-format off */
/* Postfix's smtpd_peer.c name_status, as a set of what is still possible (several bits: the log
 * cannot tell; policy/ narrows it down with the DNS snapshot). 2, 4, 5, 6 are Postfix's numbers. */
enum name_status {
    NAME_OK = 1 << 2,        /* 2: the name is verified / the reverse name exists */
    NAME_TEMPORARY = 1 << 4, /* 4: a look-up failed for now */
    NAME_MISSING = 1 << 5,   /* 5: there is none */
    NAME_FORGED = 1 << 6,    /* 6: the reverse name does not lead back (client_name only) */
};

/* A distinct client identity. */
struct client {
    sym address;            /* evidence.text; 0 when the connection was gone before it was known */
    sym name;               /* verified name; 0 when Postfix logged `unknown` */
    sym reverse_name;       /* unverified reverse name; 0 when none is known */
    uint8_t name_status;    /* set of enum name_status */
    uint8_t reverse_status; /* set of NAME_OK, NAME_TEMPORARY, NAME_MISSING */
    uint8_t name_origin, reverse_origin; /* enum evidence_origin */
};

/* Distinct facts of a session or mail that are neither client, HELO, sender nor recipient. */
struct session_facts {
    sym proto;                       /* "SMTP", "ESMTP"; 0 unknown */
    sym sasl_method, sasl_username;  /* SYM_EMPTY: known not to be logged in; 0 unknown */
    sym sasl_sender;
    sym ccert_fingerprint, ccert_subject; /* SYM_EMPTY: known that there was none; 0 unknown */
    sym screening;                   /* in evidence.text, see screening.h; 0: no postscreen had it */
    uint8_t tls;                     /* enum tri: was the session encrypted */
    uint8_t pipelining;              /* enum tri: improper pipelining flag set, at RCPT */
    uint8_t late_pipelining;         /* enum tri: set after that, before the checks of DATA */
};

/* What Postfix answered, as logged. Dictionary: number 0 is "accepted, nothing said". */
struct logged_reply {
    uint8_t verdict;   /* enum verdict_kind, from the log line alone */
    uint8_t stage;     /* enum smtp_stage */
    uint16_t code;     /* 0 when the line has none */
    sym dsn;           /* in evidence.text; 0 none */
    sym text;          /* as dsn; print it with evidence_reply_text, which fills its slots in */
    sym restriction, argument; /* canonical name when the text names one; 0 otherwise */
};

/* Reply texts repeat but for the names in them. So that equal replies share a number, the row's own
 * values stand in logged_reply.text as one of these bytes. */
enum reply_slot {
    REPLY_SLOT_ADDRESS = 1, REPLY_SLOT_HELO, REPLY_SLOT_SENDER, REPLY_SLOT_RECIPIENT,
    REPLY_SLOT_NAME, REPLY_SLOTS
};

/* How a message came in. Only MESSAGE_SMTP is in the population of a what-if. */
enum message_source {
    MESSAGE_SMTP,     /* smtpd, first hop */
    MESSAGE_LOCAL,    /* pickup: sendmail(1), cron ... */
    MESSAGE_INTERNAL, /* bounces, notices, forwarded copies: made by Postfix */
    MESSAGE_GATEWAY,  /* by smtpd from an own gateway, fetchmail, backup MX: client rules do not apply */
    MESSAGE_SOURCE_COUNT
};

/* One verdict of a content filter on a message; chained per message in order of time. */
struct filter_verdict {
    sym program;        /* in evidence.text: "BDMAILD", "MailScanner", "spamd" ... */
    sym tests;          /* the tests with their points as logged; 0 none */
    uint8_t answer;     /* enum filter_answer */
    bool has_score, has_required;
    float score, required;
    uint32_t next;      /* index + 1 of the next verdict of this message, 0 at the end */
};

/* Another queue id of the same message, in order of hops; the first is message.queue_id. */
struct hop {
    const char *queue_id;
    uint32_t next; /* index + 1, 0 at the end */
};

/* Where a raw line stands (parsers/input: input_reread). */
struct line_position {
    uint64_t offset : 48;
    uint64_t file : 16;
};

struct session {
    int64_t time_us;      /* first line */
    sym host, service;    /* evidence.text: "mx1"; "smtpd", "submission/smtpd" */
    sym instance;         /* syslog_name: "postfix" */
    uint32_t client, facts;
    struct line_position first, last;
    struct line_position screened; /* postscreen's first line about it, when was_screened */
    int16_t offset_minutes; /* zone of the time stamps */
    bool complete;        /* connect and disconnect were both seen */
    bool was_screened;    /* postscreen handed it over */
    bool internal;        /* a filter or own program on this machine (loopback): not from outside */
};

#define SESSION_NONE UINT32_MAX

struct message {
    int64_t time_us;
    const char *queue_id;   /* NULL for NOQUEUE; NUL-terminated, lives in evidence.arena */
    const char *message_id; /* without <>; NULL when not logged */
    uint32_t session;       /* SESSION_NONE when unknown */
    uint32_t client, facts; /* of the first hop */
    uint32_t true_client;   /* behind a gateway, by recorded Received headers; 0 unknown */
    sym true_helo;
    sym helo, sender;       /* in evidence.helos / evidence.senders */
    uint32_t first_row, row_count;
    uint32_t filters, hops; /* index + 1 of the first, 0 none */
    uint64_t size;          /* bytes; 0 unknown */
    struct line_position first, last;
    uint8_t source;         /* enum message_source */
    uint8_t helo_origin, sender_origin;
    bool open;              /* the log ends, or begins, in the middle of it */
    bool recipients_complete; /* every accepted recipient is known (else rows may lack) */
};

struct row {
    int64_t time_us;      /* of the recipient's own line, else of client= */
    int64_t end_time_us;  /* TIME_NONE when there is no end yet */
    uint32_t message;
    sym recipient;        /* in evidence.recipients; 0: mail refused before any was named */
    uint32_t logged;      /* index into evidence.replies */
    sym end_relay, end_dsn; /* in evidence.text */
    uint8_t end_status;   /* enum end_status */
    uint8_t recipient_origin;
    uint16_t attempts;    /* delivery attempts seen */
};

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
    struct session *sessions;
    uint32_t session_count, session_capacity;
    struct message *messages;
    uint32_t message_count, message_capacity;
    struct row *rows;
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
/* The number of a client identity, added when new. Copies the value. */
uint32_t evidence_client(struct evidence *evidence, const struct client *client);
/* The number of a set of session facts, added when new. Copies the value. */
uint32_t evidence_facts(struct evidence *evidence, const struct session_facts *facts);
/* The number of a logged reply, added when new. Copies the value. */
uint32_t evidence_reply(struct evidence *evidence, const struct logged_reply *reply);
/* Appends the text of the row's logged reply, as it stood in the log. Nothing for accepted mail. */
void evidence_reply_text(const struct evidence *evidence, uint32_t row, struct buffer *out);

#endif
