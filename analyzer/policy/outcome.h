#ifndef ANALYZER_POLICY_OUTCOME_H
#define ANALYZER_POLICY_OUTCOME_H
/*
 * What a check answers for one value of what it reads, as a small number: equal answers have equal
 * numbers, so that a million rows fall into few classes. Where evidence is missing the answer is an
 * OUTCOME_UNKNOWN that lists the answers which are possible; what is missing is found out again
 * only for those who want to read it.
 */
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/policy/verdict.h"
#include "base/intern.h"

enum outcome_kind {
    OUTCOME_DUNNO,           /* nothing: the next check is asked (WARN, INFO, FILTER... too) */
    OUTCOME_OK,              /* ends this list */
    OUTCOME_REJECT,          /* code and dsn, 4xx or 5xx */
    OUTCOME_DEFER_IF_PERMIT, /* raises the note; a plain reject under warn_if_reject */
    OUTCOME_DEFER_IF_REJECT, /* raises the note */
    OUTCOME_HOLD,
    OUTCOME_DISCARD,
    OUTCOME_REDIRECT,
    OUTCOME_LIST,    /* an access(5) result that is a restriction list */
    OUTCOME_UNKNOWN, /* one of several */
};

enum outcome_flag {
    OUTCOME_NEVER_WARNED = 1,  /* a configuration or look-up error: warn_if_reject does not help */
    OUTCOME_OK_FORBIDDEN = 2,  /* OUTCOME_LIST: an OK inside is "Server configuration error" */
    OUTCOME_OK_IS_DUNNO = 4,   /* OUTCOME_LIST: an OK inside counts for nothing */
    OUTCOME_ANY_CODE = 8,      /* OUTCOME_REJECT and notes: the code is not known either */
    OUTCOME_WARNED_IS_OK = 16, /* OUTCOME_REJECT: under warn_if_reject it permits */
    OUTCOME_AND_OK = 32,       /* OUTCOME_DEFER_IF_REJECT: and ends this list */
};

struct outcome {
    uint8_t kind;  /* enum outcome_kind */
    uint8_t flags; /* enum outcome_flag */
    uint8_t cause; /* enum defer_cause */
    uint16_t code;
    uint32_t dsn;          /* outcome_dsn */
    uint32_t list;         /* OUTCOME_LIST: the program's list */
    uint32_t first, count; /* OUTCOME_UNKNOWN: the alternatives, in outcomes.alternatives */
};

enum { OUTCOME_NUMBER_DUNNO = 0, OUTCOME_NUMBER_OK = 1, OUTCOME_NUMBER_ANYTHING = 2 };

struct outcomes {
    struct intern keys, dsn_texts;
    struct outcome *items;
    uint32_t count, capacity;
    uint32_t *alternatives;
    uint32_t alternative_count, alternative_capacity;
};

/* A table that knows DUNNO, OK and "any access(5) result" under their fixed numbers. */
void outcomes_init(struct outcomes *outcomes);
/* Gives all memory back. */
void outcomes_release(struct outcomes *outcomes);
/* The outcome of a number; borrowed until the next one is added. */
const struct outcome *outcome_get(const struct outcomes *outcomes, uint32_t number);
/* The number of an outcome without code (OUTCOME_HOLD ...). */
uint32_t outcome_plain(struct outcomes *outcomes, enum outcome_kind kind);
/* The number of a reject or note. dsn "4.7.1"; its first digit will follow the code. A code
 * outside 400..599 or a bad dsn becomes Postfix's 450 4.7.1. */
uint32_t outcome_reply(struct outcomes *outcomes, enum outcome_kind kind, unsigned code,
                       struct slice dsn, enum defer_cause cause, unsigned flags);
/* 451 4.3.5 "Server configuration error". */
uint32_t outcome_server_error(struct outcomes *outcomes);
/* 451 4.3.0 "Temporary lookup failure". */
uint32_t outcome_lookup_failure(struct outcomes *outcomes);
/* A restriction list as access(5) result. */
uint32_t outcome_list(struct outcomes *outcomes, uint32_t list, unsigned flags);
/* What any of these may be: their union, or the one that all are. */
uint32_t outcome_any_of(struct outcomes *outcomes, const uint32_t *numbers, size_t count);
/* "5.7.1": the dsn of an outcome with the first digit of code; lives in the table. */
const char *outcome_dsn(const struct outcomes *outcomes, uint32_t dsn, unsigned code);
#endif
