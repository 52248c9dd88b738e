#ifndef ANALYZER_EVIDENCE_SPF_RECORD_H
#define ANALYZER_EVIDENCE_SPF_RECORD_H
/*
 * The text of an SPF record as terms (RFC 7208 sections 4.6.1, 5, 6, 7.1 and 12). Only syntax: no
 * macro is expanded and nothing is asked here. A record is good as a whole or it is a permanent
 * error; a parser that repaired would hide what the receiving policy server refuses.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ip_address.h"
#include "base/slice.h"

enum spf_mechanism { SPF_ALL, SPF_INCLUDE, SPF_A, SPF_MX, SPF_PTR, SPF_IP4, SPF_IP6, SPF_EXISTS };

struct spf_term {
    enum spf_mechanism mechanism;
    char qualifier;           /* '+', '-', '~', '?' */
    struct slice domain_spec; /* empty: the current domain */
    uint8_t bits4, bits6;     /* of a and mx */
    struct ip_prefix network; /* of ip4 and ip6 */
};

struct spf_record {
    struct spf_term *terms;
    size_t count;
    struct slice redirect, exp; /* domain-specs; "no text" when absent */
};

/* True for a TXT record that is an SPF version 1 record (RFC 7208 4.5). */
bool spf_is_record(struct slice text);
/* Parses a record; false on any syntax error. Terms live in arena and borrow text. */
bool spf_record_parse(struct slice text, struct arena *arena, struct spf_record *record);
/* True when text is a macro-string; with explanation the letters c, r, t and blanks are allowed. */
bool spf_is_macro_string(struct slice text, bool explanation);

#endif
