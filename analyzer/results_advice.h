#ifndef ANALYZER_RESULTS_ADVICE_H
#define ANALYZER_RESULTS_ADVICE_H
/*
 * A further part of the views' face: what to do about a loss of wanted mail. Takes finished results;
 * gives how far the loss can be trusted and what follows for a budget, who would lose it, the messages worth judging by hand, and an allow list with the estimate that
 * it leaves. Texts are raw log bytes, as in results.h, but for what is said to be configuration.
 */
#include "analyzer/results.h"

/* An interval this wide, or less, is a statement about a rate. */
#define RESULTS_DECIDED_WIDTH 0.1

/* How far the candidate's loss of wanted mail can be trusted beyond its interval, and what follows
 * for a budget. */
struct results_assessment {
    double budget;        /* the rate that may be lost (--budget); NAN: not asked */
    const char *decision; /* "within", "over", "open" (these logs do not tell); NULL: not asked */
    bool rate_decided;    /* the interval is narrow, and no single sender carries the loss */
    double spam_share;    /* how much of what is labelled wanted may be spam */
    struct results_range census; /* the rate in this log, over unknown rows and doubtful labels */
    struct results_range
        forecast;                 /* the estimate's interval, its lower limit for doubtful labels */
    struct results_range typical; /* one week, senders drawn anew; NAN when few senders lose mail */
    struct results_range without; /* the rate without one sender, at its extremes */
    struct slice without_low, without_high; /* these senders */
    uint64_t seed;                          /* of the typical range */
    unsigned replicates;
    double weeks;                 /* how long the log is */
    struct results_group refused; /* not labelled spam, and kept out by the baseline already */
    double refused_high;          /* worst case of the rate if all of that were wanted as well */
    uint64_t unlabelled, unlabelled_lost; /* messages let in that nobody labelled; of these lost */
    unsigned days;        /* of logs that would decide an open question; 0: no time would */
    uint64_t judge;       /* so many messages judged by hand would (--audit-list); 0: none */
    struct slice main_cf; /* lines that log what is missing, each with its \n; "no text": none */
    struct slice advice;  /* the decision in words, and the cheapest evidence when it is open */
};

/* The candidate's loss of wanted mail, assessed; after each toggle anew. Texts live in arena. */
struct results_assessment results_assess(const struct results *results, struct arena *arena);

/* A message to judge by hand: nobody said yet whether it is wanted. */
struct results_audit {
    size_t row; /* index for results_row_at */
    struct slice organisation;
    uint64_t
        messages; /* of this sender that are not judged, and would be stopped where that is asked */
};

/* Somebody who would lose wanted mail, and how steadily he writes. */
struct results_loser {
    struct slice key; /* "no text": not known */
    uint64_t lost;    /* wanted messages of his that the candidate never lets in */
    uint64_t delayed; /* that it lets in late */
    uint64_t came;    /* that the baseline let in */
    uint64_t spam;    /* unwanted messages of his that the candidate stops */
    uint64_t days;    /* on which wanted mail of his came */
    int64_t last_us;  /* when it came last */
};

/* One entry of an allow list. */
struct results_allow {
    struct slice key; /* safe as configuration: a canonical address, or a domain */
    struct slice organisation;
    uint64_t messages,
        spam;        /* wanted and unwanted mail of it that the list of restrictions stops */
    uint64_t days;   /* on which it sent wanted mail that would be stopped */
    int64_t last_us; /* when it did so last */
};

/* An allow list, and what the candidate leaves with it. */
struct results_allow_list {
    const struct results_allow *entries;
    size_t count, of; /* shown, of how many */
    struct estimate ham_lost, spam_stopped;
};

enum { ALLOW_CLIENTS_MAX = 12, ALLOW_SENDERS_MAX = 10 };
/* What allow lists would save. */
struct results_rescue {
    const char *list;   /* where check_client_access must stand first; NULL: nothing to save */
    const char *action; /* the right-hand side: "OK", or what does not open the relay */
    struct results_allow_list clients; /* check_client_access, by address */
    /* check_sender_access, by domain: of senders that come from several networks and send no spam.
     * A forgeable key: whoever writes such a sender passes. */
    struct results_allow_list senders;
};

/* So many judgements usually narrow the interval more than any model (docs/method.md). */
enum { RESULTS_AUDIT_MESSAGES = 40 };

/* Who loses wanted mail to the candidate, the largest loss first, at most `limit`; *count: how many
 * there are in the list, *all (may be NULL): how many there are at all. Lives in arena. */
struct results_loser *results_losers(const struct results *results,
                                     enum results_dimension dimension, size_t limit,
                                     struct arena *arena, size_t *count, size_t *all);
/* The messages whose judgement by hand tells most, at most `limit`, one of each sender: where sources
 * in the log say what is wanted, of the mail that the candidate stops, those with most of it first,
 * then drawn by lot; where none does, senders of all mail, by lot. Lives in arena. */
struct results_audit *results_audit(const struct results *results, size_t limit,
                                    struct arena *arena, size_t *count);
/* The allow lists for the candidate, most wanted mail first; clients that send more spam than wanted
 * mail are left out. Lives in arena. */
struct results_rescue results_rescue(const struct results *results, struct arena *arena);

#endif
