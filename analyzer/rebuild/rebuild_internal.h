#ifndef ANALYZER_REBUILD_REBUILD_INTERNAL_H
#define ANALYZER_REBUILD_REBUILD_INTERNAL_H
/*
 * What the files of this room share: the state of connections and queue ids that lines may still
 * refer to. Sessions, messages and rows are written into the store at their first line, in the
 * order of lines; what the store has no place for stands beside it in arrays of the same index and
 * is dropped in the end. `mail` = a queue id or SMTP transaction that is alive.
 */
#include "analyzer/evidence/evidence.h"
#include "analyzer/rebuild/living_mail.h"
#include "analyzer/rebuild/rebuild.h"
#include "base/buffer.h"
#include "base/hash_map.h"
#include "parsers/lines/event.h"

#define NONE UINT32_MAX

/* Lines of one process, or about one queue id, stand at most this far from their place. */
#define DISORDER_US ((int64_t)2 * 1000 * 1000)
/* Hosts that write into one log agree to this much. */
#define HOST_CLOCKS_US ((int64_t)5 * 1000 * 1000)

/* Beside each message. */
enum message_mark {
    MARK_QUEUED = 1 << 0,    /* accepted for certain: qmgr, a delivery or a filter had it */
    MARK_ABORTED = 1 << 1,   /* certainly never queued */
    MARK_LOOPBACK = 1 << 2,  /* came from this machine by SMTP */
    MARK_GONE = 1 << 3,      /* is no message of its own */
    MARK_PROBE = 1 << 4,     /* address verification */
    MARK_NOTICE = 1 << 5,    /* a bounce or other notice of Postfix */
    MARK_NOQUEUE = 1 << 6,   /* never had a queue id */
    MARK_REFUSED = 1 << 7,   /* the whole message was refused or swallowed: no delivery follows */
    MARK_HELD = 1 << 8,      /* cleanup put it on hold: MailScanner may take it from there */
    MARK_JOINED = 1 << 9,    /* another queue id goes on with it */
    MARK_DONE = 1 << 10,     /* left the queue */
    MARK_NAMED = 1 << 11,    /* smtpd named a recipient that it accepted, and that has an end */
    MARK_UNSERVED = 1 << 12, /* the same, and nothing became of it */
    MARK_GATEWAY = 1 << 13,  /* the client is a gateway that the administrator named */
};

struct message_note {
    uint16_t realm; /* host and instance whose queue it is in */
    uint16_t marks; /* set of enum message_mark */
    uint8_t birth;  /* enum birth */
};

/* Beside each session. */
struct session_note {
    sym helo;           /* the last name it gave; 0 unknown */
    uint16_t data_good; /* from the counters at disconnect; UINT16_MAX: none logged */
    uint16_t rcpt_good, rcpt_all;
    uint16_t mails;      /* with a client= line */
    uint16_t rcpt_lines; /* accepted recipients that smtpd itself named */
    /* counted at the end (and no further than they go): mails that are certainly queued, and
     * recipients with a row */
    uint16_t queued, accepted, refused;
    uint8_t helo_origin; /* enum evidence_origin */
    bool torn : 1; /* a recipient that was accepted stands with no mail: lines lack or came late */
    bool broken : 1; /* a mail of it was never finished */
    bool several_helos : 1, no_helo : 1, no_auth : 1, no_tls : 1, smtp_only : 1, esmtp_only : 1;
};

/* A client connection that is open, or about to be (its name is already known to be bad). */
struct session_state {
    uint64_t key;
    int64_t touched_us;
    struct line_position last;
    uint32_t index;
    uint32_t session; /* in evidence->sessions; NONE: only a warning about its name was seen */
    uint32_t next_free;
    uint32_t mail;    /* mail + 1 that its lines are about */
    uint32_t refused; /* mail + 1 of its one row: the connection or its HELO was refused */
    uint32_t rows;    /* that came of it */
    uint32_t facts_number;
    struct client client;
    struct session_facts facts;
    struct session_note note;
    bool alive, facts_known, connect_seen;
    bool talked_early, talked_at_data; /* improper pipelining was logged; first at DATA */
};

/* A host and Postfix instance: the space in which queue ids and pids are unique. */
struct realm {
    sym host, instance;
};

/* A queue id that left the queue, until it can no longer be referred to. */
struct dead_mail {
    uint32_t mail, message;
    int64_t time_us;
};

struct edge_list;
struct note_list;
struct policy_notes;
struct postscreen;
struct screened_clients;

/* The last text that went through a table: most lines repeat it. */
struct text_cache {
    sym number;
    struct slice text; /* in the table */
};

/* The service of the program that opened a session last. */
struct service_cache {
    char program[48];
    size_t len, label_len; /* 0: none yet */
    sym service;
};

struct rebuild {
    struct evidence *evidence;
    struct diagnostics *remarks;
    struct rebuild_options options;
    struct arena arena; /* mails and sessions; never given back before the end */
    struct realm *realms;
    uint32_t realm_count, realm_capacity;
    struct hash_map realm_map;
    uint64_t seed;                           /* of every hash of texts, text_hash.h */
    uint32_t realm;                          /* of the current line */
    struct slice realm_host, realm_instance; /* its texts */
    struct hash_map queue_ids, sessions;
    struct hash_map recipients; /* of mails with many rows, for recipient_row.c alone */
    struct mail **mail_chunks;  /* the pool: MAIL_CHUNK in each */
    uint32_t chunk_count, chunk_capacity;
    uint32_t mail_count, mail_free, mails_alive;
    struct session_state **states;
    uint32_t state_count, state_capacity, state_free, states_alive;
    struct message_note *notes;
    uint32_t note_capacity;
    struct session_note *session_notes;
    uint32_t session_note_capacity;
    uint32_t *row_next;
    uint32_t row_next_capacity;
    struct dead_mail *dead; /* ring */
    uint32_t dead_head, dead_count;
    int64_t dead_until_us;   /* when the oldest may be forgotten; INT64_MAX: there is none */
    int64_t now_us, last_us; /* time of the current line; latest of all */
    struct text_cache relay, dsn, label;
    struct service_cache service;
    struct buffer scratch;
    struct edge_list *edges;
    struct note_list *filter_notes;
    struct policy_notes *policy_notes;
    struct postscreen *postscreen;
    struct screened_clients *screened;
    uint32_t unknown_reply; /* of mail that was never finished */
    bool has_local_mail;    /* some came from this machine, by SMTP or pickup: it may be a hop */
    bool finished;
    uint32_t speaker_realms[LINE_SPEAKERS]; /* + 1, by number of speaker; 0: not known */
};

/* A new message with its note; its time and place are those of the line. */
uint32_t rebuild_add_message(struct rebuild *r, const struct event *event);
/* The number of text in evidence->text, by way of the cache. */
sym rebuild_text(struct rebuild *r, struct text_cache *cache, struct slice text);
/* How far a cell's origin is to be trusted for the client's own spelling: more is better. */
unsigned origin_rank(enum evidence_origin origin);

enum { MAIL_CHUNK = 256 };

/* The mail of an index. */
static inline struct mail *mail_at(const struct rebuild *r, uint32_t index)
{
    return &r->mail_chunks[index / MAIL_CHUNK][index % MAIL_CHUNK];
}

/* The line's place as kept in the store. */
static inline struct line_position rebuild_position(const struct event *event)
{
    return (struct line_position){ .offset = event->line->offset & 0xffffffffffff,
                                   .file = event->line->file };
}

/* The message of a mail. Borrowed until the next message is added. */
static inline struct message *mail_message(const struct rebuild *r, const struct mail *mail)
{
    return &r->evidence->messages[mail->message];
}

/* What stands beside it in the store. */
static inline struct message_detail *mail_detail(const struct rebuild *r, const struct mail *mail)
{
    return &r->evidence->message_details[mail->message];
}

/* The session of a mail while it is open; NULL when it has none (any more). */
static inline struct session_state *mail_session(const struct rebuild *r, const struct mail *mail)
{
    struct session_state *state = mail->session ? r->states[mail->session - 1] : NULL;
    return state && state->alive && state->session == mail_message(r, mail)->session ? state : NULL;
}

/* The marks beside a mail's message. */
static inline uint16_t *mail_marks(const struct rebuild *r, const struct mail *mail)
{
    return &r->notes[mail->message].marks;
}

#endif
