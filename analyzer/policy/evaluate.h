#ifndef ANALYZER_POLICY_EVALUATE_H
#define ANALYZER_POLICY_EVALUATE_H
/*
 * smtpd's state machine over one mail: the lists in their order, the notes, warn_if_reject, HOLD and
 * DISCARD from recipient to recipient, data and end of data. Takes the answers of the checks as
 * numbers (classes), gives one decision per recipient. Where an answer is unknown a run takes one of
 * its alternatives; the caller runs again until all combinations were taken (judge.h).
 * Reference: smtpd_check.c, smtpd.c; pitfalls: section 11 of the semantics.
 */
#include "analyzer/policy/choices.h"
#include "analyzer/policy/program.h"

/* The answers about one value of a dictionary, by place.index; a row of `vectors`. */
struct column_answers {
    const uint32_t *vectors; /* rows of `width` outcomes, one per class */
    uint32_t width;
};

/* What a mail looks like to the restrictions: a class per column. */
struct unit_row {
    uint32_t recipient, row; /* classes of COLUMN_RECIPIENT and COLUMN_ROW */
};
struct unit {
    uint32_t clients[5]; /* classes that the client may have, one per possible name status */
    uint32_t client_count;
    uint32_t helo, sender, facts, bare_facts, mail;
    bool no_helo;       /* the client is known to have said none */
    bool order_unknown; /* of the accepted recipients */
    const struct unit_row *rows;
    uint32_t row_count;
};

/* One recipient's end. */
struct decision {
    uint8_t kind;  /* enum verdict_kind */
    uint8_t stage; /* enum smtp_stage */
    uint8_t cause; /* enum defer_cause */
    bool any_code; /* code and dsn are not known */
    uint16_t code;
    uint32_t dsn;            /* outcome_dsn */
    const struct item *item; /* what decided; NULL for accept */
    uint32_t check;          /* in policy_checks; CHECK_NONE */
};

/* A check that a run came to, for those who explain a verdict. */
struct checked {
    const struct item *item;
    uint32_t outer_check; /* of the item in a stage's list that led here; CHECK_NONE outside */
    uint32_t slot;        /* of the recipient at hand; before RCPT and after it, of none */
    uint32_t number;      /* its answer, as the evidence gives it */
    uint8_t stage;        /* enum smtp_stage */
    bool skipped;         /* what it looks at does not exist here, or its answer does not count */
};
struct check_observer {
    void (*see)(void *context, const struct checked *checked);
    void *context;
};

struct evaluation {
    const struct program *program;
    const bool *enabled; /* by check */
    struct column_answers answers[COLUMNS];
    const struct check_observer *observer; /* NULL: nobody looks */
};

/* What recipients of one mail leave to each other, and to its end. */
struct mail_state {
    bool accepted; /* some recipient was */
    bool discard, hold, redirect;
    bool order_matters; /* a verdict looked at what earlier recipients left */
    struct decision discarded_by, held_by, redirected_by;
};

/* Runs the mail once; decisions has unit->row_count elements. choices says what to take, and is
 * added to. */
void evaluate_unit(const struct evaluation *evaluation, const struct unit *unit,
                   struct choices *choices, struct decision *decisions);
/* Runs one recipient of the mail, from the connection to its RCPT, as if others before it had left
 * `state`. Gives its decision, without the end of the mail; state becomes what it leaves. */
void evaluate_recipient(const struct evaluation *evaluation, const struct unit *unit, uint32_t slot,
                        struct mail_state *state, struct choices *choices,
                        struct decision *decision);
/* What becomes of an accepted recipient of a mail that no data or end-of-data list refuses. */
struct decision mail_state_end(const struct mail_state *state, struct decision accepted);
/* What one check alone would do to a row if it were asked first. */
enum tri evaluate_acts(const struct evaluation *evaluation, const struct unit *unit, uint32_t slot,
                       const struct item *item);

#endif
