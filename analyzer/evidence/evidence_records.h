#ifndef ANALYZER_EVIDENCE_EVIDENCE_RECORDS_H
#define ANALYZER_EVIDENCE_EVIDENCE_RECORDS_H
/*
 * What the store (evidence.h) is made of: the values of its dictionaries, and sessions, messages and
 * rows. The latter three are walked by the million: what the walks ask stands in struct session,
 * message and row; what is asked of one at a time stands beside them, in arrays of the same index
 * (session_details, message_details, row_ends).
 *
 * Conventions for dictionary numbers (sym): 0 is "unknown: the log does not say"; SYM_EMPTY (1) is
 * "known to be empty": a session without HELO, the null sender <>.
 */
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/evidence/evidence_words.h"
#include "base/intern.h"
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
    uint8_t unused;                  /* zero: values are compared bytewise */
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

/* Another queue id of the same message, in order of hops; the first is its own queue_id. */
struct hop {
    const char *queue_id;
    uint32_t next; /* index + 1, 0 at the end */
};

/* Where a raw line stands (parsers/input: input_reread). */
struct line_position {
    uint64_t offset : 48;
    uint64_t file : 16;
};

/* Where sessions come in. A dictionary: number 0 is "not known". */
struct entrance {
    sym host, service;      /* evidence.text: "mx1"; "smtpd", "submission/smtpd" */
    sym instance;           /* syslog_name: "postfix" */
    int32_t offset_minutes; /* zone of the time stamps */
};

struct session {
    int64_t time_us;      /* first line */
    uint32_t client, facts;
    uint32_t entrance;
    bool complete;        /* connect and disconnect were both seen */
    bool was_screened;    /* postscreen handed it over */
    bool internal;        /* a filter or own program on this machine (loopback): not from outside */
};

struct session_detail {
    struct line_position first, last;
};

/* Postscreen's first line about a session that was screened; in order of sessions. */
struct screened_at {
    struct line_position first;
    uint32_t session;
};

#define SESSION_NONE UINT32_MAX

struct message {
    int64_t time_us;
    uint32_t session;       /* SESSION_NONE when unknown */
    uint32_t client, facts; /* of the first hop */
    sym helo, sender;       /* in evidence.helos / evidence.senders */
    uint32_t first_row, row_count;
    uint32_t extra;         /* in evidence.extras: what few messages have; 0 none of it */
    uint8_t source;         /* enum message_source */
    uint8_t helo_origin, sender_origin;
    bool open;              /* the log ends, or begins, in the middle of it */
    bool recipients_complete; /* every accepted recipient is known (else rows may lack) */
};

struct message_detail {
    const char *queue_id;   /* NULL for NOQUEUE; NUL-terminated, lives in evidence.arena */
    const char *message_id; /* without <>; NULL when not logged */
    uint64_t size;          /* bytes; 0 unknown */
    struct line_position first, last;
};

/* What few messages have. Number 0: nothing. */
struct message_extra {
    uint32_t filters, hops; /* index + 1 of the first, 0 none */
    uint32_t true_client;   /* behind a gateway, by recorded Received headers; 0 unknown */
    sym true_helo;
};

struct row {
    int64_t time_us;      /* of the recipient's own line, else of client= */
    uint32_t message;
    sym recipient;        /* in evidence.recipients; 0: mail refused before any was named */
    uint32_t logged;      /* index into evidence.replies */
    uint8_t end_status;   /* enum end_status */
    uint8_t recipient_origin;
};

/* How it ended. */
struct row_end {
    int64_t time_us;      /* TIME_NONE when there is no end yet */
    sym relay, dsn;       /* in evidence.text */
};
/* clang-format on */

#endif
