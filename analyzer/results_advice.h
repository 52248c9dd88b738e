#ifndef ANALYZER_RESULTS_ADVICE_H
#define ANALYZER_RESULTS_ADVICE_H
/*
 * A further part of the views' face: what to do about a loss of wanted mail. Takes finished results;
 * gives the messages worth judging by hand, and the clients that an allow list should hold with the
 * estimate that it leaves. Texts are raw log bytes, as in results.h.
 */
#include "analyzer/results.h"

/* A message to judge by hand: it would be stopped, and nobody said yet whether it is wanted. */
struct results_audit {
    size_t row; /* its first stopped row: index for results_row_at */
    struct slice organisation;
    uint64_t messages; /* of this sender that would be stopped and are not judged */
};

/* A client to allow, so that its wanted mail gets in. */
struct results_allow {
    struct slice address, organisation;
    uint64_t messages, spam; /* wanted and unwanted mail of this client that would be stopped */
    uint64_t days;           /* on which it sent wanted mail that would be stopped */
};

/* What an allow list would save. */
struct results_rescue {
    const char *list; /* where check_client_access must stand; NULL: nothing to save */
    const struct results_allow *clients;
    size_t client_count;
    struct estimate ham_lost, spam_stopped; /* of the candidate with these clients allowed */
};

/* The messages whose judgement by hand tells most, at most `limit`: one of each sender, those with the
 * most stopped mail first, then senders drawn by lot. Lives in arena. */
struct results_audit *results_audit(const struct results *results, size_t limit,
                                    struct arena *arena, size_t *count);
/* The clients that an allow list for the candidate should hold, at most `limit`, most wanted mail
 * first; those that send more spam than wanted mail are left out. Lives in arena. */
struct results_rescue results_rescue(const struct results *results, size_t limit,
                                     struct arena *arena);

#endif
