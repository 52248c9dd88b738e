#ifndef ANALYZER_POLICY_RESTRICTION_H
#define ANALYZER_POLICY_RESTRICTION_H
/*
 * The registry of smtpd restrictions: one row each with its spellings, argument, what it reads, the
 * function that answers it and its reply. Everything else - the compiler of lists, the evaluation,
 * `needs`, help and documentation - is driven by these rows. Takes one value of a dictionary at a
 * time (struct leaf), gives the number of an outcome. Sources: postconf(5), smtpd_check.c.
 */
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/evidence/evidence.h"
#include "analyzer/policy/address_class.h"
#include "analyzer/policy/need_set.h"
#include "analyzer/policy/outcome.h"
#include "base/buffer.h"
#include "parsers/data/dns_snapshot.h"

/* What an answer depends on; a check that reads one column is answered once per distinct value. */
enum restriction_reads {
    READS_NOTHING = 0,
    READS_CLIENT = 1,
    READS_HELO = 2,
    READS_SENDER = 4,
    READS_RECIPIENT = 8,
    READS_FACTS = 16, /* TLS, SASL, protocol */
    READS_MAIL = 32,  /* size */
    READS_TIME = 64,  /* differs from row to row: a policy service that remembers */
    READS_ADDRESS = READS_CLIENT | 128, /* of the client nothing but its address */
};

enum argument_kind {
    ARGUMENT_NONE,
    ARGUMENT_MAP,
    ARGUMENT_DOMAIN,
    ARGUMENT_SERVICE,
    ARGUMENT_SECONDS
};

/* What an answer takes that no log line holds by itself; 0: the log and the configuration are enough
 * (or, with READS_..., what the log tells of the mail). */
enum restriction_asks { ASKS_DNS = 1, ASKS_TABLE = 2, ASKS_ANSWER = 4 };

/* When the answer counts; the evaluation asks for the rest of the state. */
enum restriction_when {
    WHEN_ALWAYS,
    WHEN_MANY_RECIPIENTS,  /* some were accepted before (RCPT), or more than one (DATA, end) */
    WHEN_AUTHORIZED,       /* at RCPT only when permit_auth_destination would permit */
    WHEN_SENDER_UNCHECKED, /* reject_unlisted_sender: once per MAIL */
    WHEN_RECIPIENT_UNCHECKED,
};

/* Which lists the registry row may stand in without being of no effect. */
enum list_kind {
    LIST_CLIENT,
    LIST_HELO,
    LIST_SENDER,
    LIST_RELAY,
    LIST_RECIPIENT,
    LIST_DATA,
    LIST_END_OF_DATA,
    LIST_ETRN,
    LIST_KINDS,
};

/* A text of the evidence: known, known to be absent, or not known. */
enum leaf_state { LEAF_UNKNOWN, LEAF_ABSENT, LEAF_KNOWN };
struct leaf_text {
    enum leaf_state state;
    struct slice text;
};

/* The client under one assumption about what its address leads to. */
struct leaf_client {
    struct leaf_text address;
    struct leaf_text name;               /* LEAF_KNOWN with "unknown" when it is not verified */
    struct leaf_text reverse_name;       /* the same */
    uint8_t name_status, reverse_status; /* one bit of enum name_status; 0: not known */
};

struct program;
struct smtpd_settings;

/* One value (or combination of values) for which checks are answered. */
struct leaf {
    struct program *program;
    const struct smtpd_settings *settings;
    const struct dns_snapshot *dns; /* NULL: nothing is known */
    const struct evidence *evidence;
    struct leaf_client client;
    struct leaf_text helo;
    struct leaf_text sender, recipient; /* internal form; LEAF_ABSENT: the null sender */
    bool sender_completed; /* the log has what cleanup(8) made of it: it may have had no domain */
    const struct session_facts *facts;                           /* NULL: not known */
    uint64_t size;                                               /* 0: not known */
    uint32_t row;                                                /* READS_TIME */
    struct resolved_address resolved_sender, resolved_recipient; /* leaf_resolve_... fills them */
    bool has_sender, has_recipient;
    struct arena *scratch;
    struct need_set *needs; /* NULL: nobody reads them */
    struct buffer *why;     /* NULL: nobody reads it; what was looked up and found, in words */
};

struct question;
/* The answer of one question for one leaf: the number of an outcome. */
typedef uint32_t restriction_fn(struct leaf *leaf, const struct question *question);

struct restriction {
    const char *name, *alias; /* the current spelling, and the old one */
    enum argument_kind argument;
    uint8_t reads;  /* enum restriction_reads */
    uint8_t when;   /* enum restriction_when */
    uint8_t asks;   /* enum restriction_asks, beyond what its argument says; see restriction_asks */
    uint8_t detail; /* the evaluator's own: which record type, which list class */
    bool permits;
    bool by_list; /* the answer depends on the list it stands in */
    restriction_fn *evaluate;
    const char *code_parameter; /* NULL: the fixed code */
    uint16_t code;
    const char *dsn;
    const char *tempfail_parameter;
    uint16_t since, until; /* version * 100: 208 is 2.8; until 0: still there */
    const char *doc;
};

/* What check_ccert_access looks up, and in which order; the log has no fingerprint of the key. */
enum ccert_search { CCERT_THEN_KEY, CCERT_ALONE, CCERT_KEY_FIRST, CCERT_NOTHING, CCERT_MALFORMED };

/* A check as a list asks it: a restriction with its argument and its parameters. */
struct question {
    const struct restriction *restriction;
    const char *name;                 /* as the registry spells it; as written when it is unknown */
    const char *argument;             /* NULL none */
    const struct policy_table *table; /* ARGUMENT_MAP */
    struct slice zone, filter;        /* ARGUMENT_DOMAIN: "list.example", "127.0.0.[2..4]" */
    uint16_t code;
    uint8_t ccert_search; /* enum ccert_search */
    uint8_t subject;      /* a service in a table's result: enum reply_class of that table, + 1 */
    bool tempfail_defers; /* "defer" instead of "defer_if_permit" */
    bool reads_list;      /* the answer depends on the list it stands in (reply label) */
    uint8_t list;         /* enum list_kind of the first occurrence */
    uint8_t reads;        /* of the restriction, less what this argument does without */
    uint32_t number;      /* in the program */
    size_t service;       /* ARGUMENT_SERVICE: its model in the program; SIZE_MAX none */
    uint32_t any_result;  /* what its table can say at all: outcome + 1; 0: not asked yet */
};

/* All rows, in the order of restrictions.tsv. */
const struct restriction *restriction_table(size_t *count);
/* enum restriction_asks of a row, its argument included. */
unsigned restriction_asks(const struct restriction *row);
/* The checks outside the lists, and the answers to names that are none; NULL when there is no such
 * row. */
const struct restriction *restriction_outside(const char *name);
/* True for a check outside the lists that a parameter switches on: "smtpd_helo_required". */
bool restriction_is_parameter(struct slice name);
/* The row of a name in any spelling and case; NULL when smtpd knows none. */
const struct restriction *restriction_find(struct slice name);

#endif
