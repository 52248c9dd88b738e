#ifndef ANALYZER_REBUILD_LIVING_MAIL_H
#define ANALYZER_REBUILD_LIVING_MAIL_H
/*
 * A `mail`: a queue id or SMTP transaction that lines may still refer to. Every line about mail reads
 * and writes one of thousands, so it is one line of the cache: what few mails have stands behind.
 */
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/evidence/evidence_records.h"
#include "base/intern.h"

/* How a mail's first line looked. */
enum birth {
    BIRTH_NONE,    /* by none: the log begins in its middle, or MailScanner made it */
    BIRTH_CLEANUP, /* message-id= alone: made inside Postfix */
    BIRTH_SMTPD,
    BIRTH_PICKUP,
};

/* What few mails have; valid where has_rare says so. */
struct mail_rare {
    uint32_t prefix;  /* mail + 1: refused recipients that may belong to this mail */
    uint32_t binding; /* reply for all that were accepted (hold, discard, DATA reject); 0 none */
    sym bcc;          /* in evidence->recipients: added by a BCC action */
    uint8_t trail;    /* of its Received headers (gateway.c) */
};

/* A slot of the pool (queue_file.c). Up to the rare part it is one line of the cache. */
struct mail {
    alignas(64) uint64_t key;     /* in queue_ids; 0 while it has no queue id */
    int64_t touched_us;           /* last line */
    struct line_position last;    /* where it stands */
    uint32_t index;               /* of itself */
    uint32_t message;             /* in evidence->messages */
    uint32_t first_row, last_row; /* + 1, chained by row_next; 0: none */
    union {
        uint32_t hint;      /* row + 1 that was asked for last */
        uint32_t next_free; /* of a slot that is not in use */
    };
    uint32_t row_count; /* in the chain */
    uint32_t session;   /* session_state + 1; 0: none, or closed */
    uint32_t nrcpt;     /* of the first `queue active`; 0: not seen */
    uint32_t parts;     /* recipients that left the queue */
    uint8_t birth : 2;  /* enum birth */
    bool has_rare : 1;
    bool alive : 1; /* the pool's slot is in use */
    bool dead : 1;  /* left the queue; lines out of order may follow */
    bool held : 1, client_seen : 1, has_message_id : 1, prefix_certain : 1;
    bool waits_for_owner : 1; /* another mail or its session will decide what becomes of it */
    struct mail_rare rare;
};

/* The rare part of a mail, to be written to. */
static inline struct mail_rare *mail_rare(struct mail *mail)
{
    if (!mail->has_rare)
        mail->rare = (struct mail_rare){ .prefix = 0 };
    mail->has_rare = true;
    return &mail->rare;
}

#endif
