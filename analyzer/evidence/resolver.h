#ifndef ANALYZER_EVIDENCE_RESOLVER_H
#define ANALYZER_EVIDENCE_RESOLVER_H
/*
 * Live DNS questions, only ever for `dns record` and --live-dns: nothing else in the program touches
 * the network. Takes a list of questions, keeps a bounded number in flight at a bounded rate, and
 * hands each answer to the caller in the form that the snapshot keeps. A time-out stays a time-out
 * and SERVFAIL stays SERVFAIL: Postfix treats both unlike "no such name".
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/slice.h"
#include "parsers/data/dns_snapshot.h"

struct resolver_options {
    const char *servers; /* "192.0.2.53" or "127.0.0.1:5353,..."; NULL: the system's */
    unsigned in_flight;  /* questions at a time */
    unsigned per_second; /* questions a second; 0: no bound */
    unsigned timeout_ms; /* of one try */
    unsigned tries;
};

struct resolver_question {
    enum dns_type type;
    struct slice name;
};

/* Takes one answer; its texts live until it returns. False stops asking. */
typedef bool (*resolver_answer_fn)(void *context, const struct resolver_question *question,
                                   const struct dns_answer *answer);

/* 32 in flight, 100 a second, 5 s, 2 tries: what a resolver of one's own bears without notice. */
struct resolver_options resolver_default_options(void);
/* Asks all questions; each is answered once, in order of arrival. Not answered at all, and a fault in
 * the end: questions for which no server could be reached, or that timed out before any server had
 * been heard. False with fault also when no resolver can be set up. */
bool resolver_ask(const struct resolver_options *options, const struct resolver_question *questions,
                  size_t count, resolver_answer_fn answered, void *context, struct fault *fault);
/* Reads a whole DNS reply (RFC 1035 section 4) as an answer to a question of this type: the final
 * records behind any CNAME. Texts live in arena. DNS_FAILED for a packet that is none. */
struct dns_answer resolver_parse_reply(enum dns_type type, const unsigned char *packet, size_t len,
                                       struct arena *arena);

#endif
