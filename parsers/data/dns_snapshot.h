#ifndef PARSERS_DATA_DNS_SNAPSHOT_H
#define PARSERS_DATA_DNS_SNAPSHOT_H
/*
 * Recorded DNS answers. Takes JSON Lines (DESIGN.md section 4):
 *
 *     {"name":"7.2.0.192.in-addr.arpa","type":"PTR","rcode":"NOERROR",
 *      "answers":["mail.example.org"],"ttl":3600,"time":"2026-11-22T10:15:01+00:00"}
 *
 * and answers questions. A question that is not in the snapshot is DNS_UNKNOWN, not "no"; unless a
 * final line with name "*" and type "*" closes the world: it then answers every question not listed,
 * except that a name with listed names below it, or listed with other types only, answers "no data"
 * (NOERROR without answers). Of several lines for one question the last counts. After the last
 * line is read a snapshot is constant: any number of threads may ask it.
 *
 * The word for a missing answer in `needs` is "dns:TYPE NAME": dns_need_text.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/fault.h"
#include "base/slice.h"

enum dns_type {
    DNS_A,
    DNS_AAAA,
    DNS_PTR,
    DNS_MX,
    DNS_NS,
    DNS_TXT,
    DNS_CNAME,
    DNS_SOA,
    DNS_SPF,
    DNS_SRV,
    DNS_TLSA,
    DNS_OTHER, /* a type we never ask for; its name exists */
    DNS_TYPES
};

enum dns_rcode {
    DNS_UNKNOWN, /* nobody recorded this question */
    DNS_NOERROR, /* with answers, or "no data" without */
    DNS_NXDOMAIN,
    DNS_SERVFAIL,
    DNS_TIMEOUT,
    DNS_REFUSED,
    DNS_FORMERR,
    DNS_NOTIMP,
    DNS_FAILED, /* any other rcode: an answer that is no answer */
    DNS_RCODES
};

struct dns_answer {
    enum dns_rcode rcode;
    uint32_t count;              /* of answers */
    const struct slice *answers; /* text form: "192.0.2.7", "10 mx.example.org", "0 ." */
    int64_t time_us;             /* when it was asked; TIME_NONE when not told */
    uint32_t ttl;                /* seconds */
    bool from_closed_world;      /* the "*" line said so, or what follows from it */
};

struct dns_snapshot;

/* An empty snapshot: everything is unknown. */
struct dns_snapshot *dns_snapshot_new(void);
/* Reads a file ("-" is standard input; gz and friends are not taken) into the snapshot. Lines that
 * are no snapshot line are counted in notes (code "dns_snapshot_line") and skipped. False with fault
 * when the file cannot be read, or no line of a non-empty file is one. */
bool dns_snapshot_read(struct dns_snapshot *snapshot, const char *path, struct diagnostics *notes,
                       struct fault *fault);
/* Takes one line; false when it is no snapshot line. Copies. Not after a question was asked from
 * another thread. */
bool dns_snapshot_add_line(struct dns_snapshot *snapshot, struct slice line);
/* Adds one answer. Copies. */
void dns_snapshot_add(struct dns_snapshot *snapshot, enum dns_type type, struct slice name,
                      const struct dns_answer *answer);
/* Gives all memory back; NULL is allowed. */
void dns_snapshot_free(struct dns_snapshot *snapshot);

/* The answer to a question. The name may be of any case and end in a dot. Answers live in the
 * snapshot. A NULL snapshot knows nothing. */
struct dns_answer dns_snapshot_find(const struct dns_snapshot *snapshot, enum dns_type type,
                                    struct slice name);
/* True when a "*" line closes the world. */
bool dns_snapshot_is_closed(const struct dns_snapshot *snapshot);
/* Number of recorded questions. */
size_t dns_snapshot_size(const struct dns_snapshot *snapshot);
/* Oldest and newest recording time, TIME_NONE when no line tells. */
void dns_snapshot_span(const struct dns_snapshot *snapshot, int64_t *oldest_us, int64_t *newest_us);
/* Calls visit for every recorded question in the order of the file; stops when it returns false. */
void dns_snapshot_each(const struct dns_snapshot *snapshot,
                       bool (*visit)(void *context, enum dns_type type, struct slice name,
                                     const struct dns_answer *answer),
                       void *context);

/* True when a DNS list's answer is in 127.255.255.0/24: by that lists say that they do not answer whoever
 * asks (open resolver, too many questions). It is an error, no listing. */
bool dns_answer_is_refusal(const struct dns_answer *answer);
/* Appends one snapshot line with its newline. */
void dns_snapshot_format_line(struct buffer *out, enum dns_type type, struct slice name,
                              const struct dns_answer *answer);
/* Appends the word of `needs`: "dns:MX example.net". */
void dns_need_text(struct buffer *out, enum dns_type type, struct slice name);
/* "A", "MX"...; "?" for DNS_OTHER. */
const char *dns_type_name(enum dns_type type);
/* The type of a name, without case; DNS_OTHER for one that we never ask for. */
enum dns_type dns_type_parse(struct slice name);
/* "NOERROR", "TIMEOUT"...; "UNKNOWN" for DNS_UNKNOWN. */
const char *dns_rcode_name(enum dns_rcode rcode);

#endif
