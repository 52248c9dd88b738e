#ifndef ANALYZER_POLICY_EXPLAIN_H
#define ANALYZER_POLICY_EXPLAIN_H
/*
 * One recipient, restriction by restriction: the checks of a policy in the order in which Postfix
 * asks them, whether this mail came to them, what they answered and what that rests on. Takes a
 * finished replay and a row; judges the row's mail once more with an observer, and asks the
 * questions again for their words. Never changes the replay.
 */
#include "analyzer/policy/policy.h"

enum explained_answer {
    ANSWERED_DUNNO,
    ANSWERED_OK,
    ANSWERED_REJECT, /* code 5xx */
    ANSWERED_DEFER,  /* code 4xx */
    ANSWERED_DEFER_IF_PERMIT,
    ANSWERED_DEFER_IF_REJECT,
    ANSWERED_HOLD,
    ANSWERED_DISCARD,
    ANSWERED_REDIRECT,
    ANSWERED_LIST, /* an access(5) result that is a list of restrictions: they follow, one deeper */
    ANSWERED_UNKNOWN,
    ANSWERED_KINDS,
};

/* One answer; code 0 and dsn NULL when it has none, or when they are not known. */
struct explained_reply {
    enum explained_answer answer;
    unsigned code;
    const char *dsn;
};

struct explained_step {
    uint32_t check;         /* in policy_checks; CHECK_NONE: inside a table's result, or built in */
    const char *name;       /* canonical restriction name */
    const char *argument;   /* NULL none */
    const char *list;       /* NULL: outside the lists */
    const char *class_name; /* NULL: not in a class */
    unsigned position;      /* 0: outside the lists, or inside a table's result */
    unsigned depth;         /* how many tables' results it stands in */
    bool enabled, warn_only, permits;
    const char *stage;                      /* where it was asked; NULL: it was not */
    enum tri asked;                         /* did this mail come to it? */
    enum tri decides;                       /* is the verdict its doing? */
    struct explained_reply reply;           /* also of one that was not asked: what it would say */
    const struct explained_reply *possible; /* of ANSWERED_UNKNOWN: one of these */
    size_t possible_count;
    struct slice why; /* raw bytes: what it looked at, what tables and DNS said */
    const struct slice *needs;
    size_t need_count;
};

struct explanation {
    struct explained_step *steps;
    size_t count;
    bool complete; /* false: too many unknowns, or steps; `asked` is of the part that was tried */
};

/* All steps for a row. Texts live in arena or in the policy. Nothing for a policy as logged. */
struct explanation explain_row(const struct replay *replay, uint32_t row, struct arena *arena);
/* "dunno", "reject"...: static storage. */
const char *explained_answer_name(enum explained_answer answer);
/* The client's names as the replay takes them. */
struct explained_client {
    /* "No text" where log and DNS snapshot leave several; "unknown": Postfix's word for none. */
    struct slice name, reverse_name;
    struct slice why; /* raw bytes: what the snapshot was asked; empty when the log tells all */
};
/* The names of a row's client. False for a policy as logged. Lives in arena. */
bool explain_client(const struct replay *replay, uint32_t row, struct arena *arena,
                    struct explained_client *explained);

#endif
