#ifndef ANALYZER_RESULTS_EXPLAIN_H
#define ANALYZER_RESULTS_EXPLAIN_H
/*
 * The second part of the views' face: one message explained. Takes finished results and a row; gives
 * its evidence cell by cell and what every restriction of a set answered to it, in the order in
 * which Postfix asks. Texts are raw log bytes, as in results.h.
 */
#include "analyzer/results.h"

/* One answer of a check: "dunno", "ok", "reject", "defer", "defer_if_permit", "defer_if_reject",
 * "hold", "discard", "redirect", "list" (a table's result that is a list of restrictions: the steps
 * that follow stand one deeper), "unknown". */
struct results_reply {
    const char *answer;
    unsigned code;   /* 0: none, or not known */
    const char *dsn; /* NULL: the same */
};

/* A check as one row meets it. */
struct results_step {
    size_t restriction; /* in its set's restrictions; SIZE_MAX: built in, or in a table's result */
    const char *name, *argument, *list, *class_name; /* NULL: none */
    unsigned position;                               /* 0: none */
    unsigned depth;                                  /* how many tables' results it stands in */
    bool enabled, warn_only, permits;
    const char *stage;                    /* where it was asked; NULL: it was not */
    enum tri asked;                       /* did the mail come to it? */
    enum tri decides;                     /* is the verdict its doing? */
    struct results_reply reply;           /* of a check that was not asked: what it would say */
    const struct results_reply *possible; /* of an unknown answer: one of these */
    size_t possible_count;
    struct slice why; /* raw bytes: cells it looked at, what tables and DNS said */
    const struct slice *needs;
    size_t need_count;
};

/* A set asked about a row. */
struct results_steps {
    const struct results_step *steps;
    size_t count;
    bool complete; /* false: so much is unknown that not every way was tried */
    bool from_log; /* the verdict is the log's, whatever the steps say (or there are none) */
};
/* All checks of a set (results_baseline or results_candidate) for a row, in the order in which
 * Postfix asks. Lives in arena. */
struct results_steps results_explain(const struct results *results, const struct results_set *set,
                                     size_t index, struct arena *arena);

/* A cell of the evidence: value "no text": it is not known. */
struct results_cell {
    const char *name; /* "client_name" */
    struct slice value;
    const char *origin; /* "log:connect"..., "snapshot", "unknown" */
    struct slice why;   /* raw bytes: what DNS said about it; "no text": nothing was asked */
};
/* The evidence about a row. Lives in arena. */
struct results_cell *results_cells(const struct results *results, size_t index, struct arena *arena,
                                   size_t *count);

/* The rows of one message, as indexes for results_row_at, in order of time. */
struct results_match {
    const uint32_t *rows;
    size_t row_count;
};
/* The messages that a key names: a queue id (of any hop), a message-id with or without <>, or,
 * without ASCII case, the address of the client, the sender or a recipient; "<>" is the null sender.
 * At most `limit`, in order of time; *count is how many, *all how many there are. Lives in arena. */
struct results_match *results_find(const struct results *results, struct slice key, size_t limit,
                                   struct arena *arena, size_t *count, size_t *all);

#endif
