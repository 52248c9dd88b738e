#ifndef ANALYZER_REBUILD_SCREENED_CLIENT_H
#define ANALYZER_REBUILD_SCREENED_CLIENT_H
/*
 * What the log says about a client while postscreen has it: the answers of dnsblog, which name the
 * address alone, and what the connection was caught at. Makes of it the record that the session
 * keeps (evidence/screening.h), for the smtpd that takes the connection over and for the rows that
 * postscreen refuses. A good result counts for later connections of the address until the next test.
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* What a connection was caught at, and how its tests ended. */
enum screened_mark {
    SCREENED_PREGREET = 1 << 0,
    SCREENED_PIPELINING = 1 << 1,
    SCREENED_NON_SMTP = 1 << 2,
    SCREENED_BARE_NEWLINE = 1 << 3,
    SCREENED_RANKED = 1 << 4, /* the block lists were asked: DNSBL rank */
    SCREENED_FIRST = 1 << 5,  /* no earlier connection of this address in the log */
    SCREENED_DENIED = 1 << 6, /* the access list rejects it */
    SCREENED_HUNG_UP = 1 << 7,
};

/* The part of a postscreen connection that belongs here. */
struct screened {
    uint32_t client;            /* its memory + 1; 0: none */
    uint8_t marks;              /* set of enum screened_mark */
    bool decided;               /* further answers of dnsblog are not its own */
    sym server;                 /* address that it connected to; 0 not known */
    struct line_position begin; /* its CONNECT */
};

/* A connection begins. */
void screened_open(struct rebuild *r, struct screened *connection, const struct event *event);
/* dnsbl_hit: belongs to all connections of the address that are not decided yet. */
void screened_listed(struct rebuild *r, const struct event *event);
/* The record as it stands. passed: the event by which the connection goes on to smtpd, or
 * EVENT_KIND_COUNT when it does not. */
sym screened_record(struct rebuild *r, const struct screened *connection, enum event_kind passed);
/* The connection was caught at something: a server that ignores that hands it to smtpd without a line
 * of its own. */
void screened_caught(struct rebuild *r, struct screened *connection, enum screened_mark mark);
/* The connection goes on to smtpd (ps_pass_new, ps_pass_old, ps_allow). */
void screened_pass(struct rebuild *r, struct screened *connection, enum event_kind passed);
/* The connection is over. */
void screened_close(struct rebuild *r, struct screened *connection);
/* A session that smtpd begins with an address: true when postscreen handed it over just now. *record:
 * what is known of it, or 0; *begin: its CONNECT. */
bool screened_taken_over(struct rebuild *r, struct slice address, sym *record,
                         struct line_position *begin);
/* Gives the memory back. */
void screened_free(struct rebuild *r);

#endif
