#ifndef ANALYZER_POLICY_LIST_RUN_H
#define ANALYZER_POLICY_LIST_RUN_H
/*
 * One restriction list, evaluated item by item: smtpd_check.c's generic_checks and smtpd_check_reject,
 * with their notes, warn_if_reject, classes and access(5) lists. Takes the state of one run over one
 * mail (evaluate.c owns it), gives a status; a reject is left in run->rejected. Part of the
 * evaluation.
 */
#include "analyzer/policy/evaluate.h"

enum status { STATUS_DUNNO, STATUS_OK, STATUS_REJECT };

/* A postponed reply: the first reason is kept. */
struct note {
    bool active, any_code;
    uint8_t cause;
    uint16_t code;
    uint32_t dsn;
    const struct item *item;
    uint32_t check;
};

/* What exists at a point of the session; a check that reads what does not exist does nothing. */
struct presence {
    bool sender, recipient, helo;
    bool bare; /* before TLS and AUTH */
    enum smtp_stage stage;
};

struct run {
    const struct evaluation *evaluation;
    const struct unit *unit;
    struct choices *choices;
    uint32_t client; /* the class taken; UINT32_MAX: not chosen yet */
    uint32_t slot;   /* of the recipient at hand */
    struct presence presence;
    unsigned warn, depth;
    struct note if_permit, if_reject;
    struct note if_permit_client, if_permit_helo, if_permit_sender;
    struct mail_state mail;
    /* reject_unlisted_sender was asked: smtpd forgets that when it runs the sender list, and at no
     * other time. What an earlier mail, or an earlier session of the process, left is not known. */
    bool sender_checked, sender_mark_known;
    bool sender_list_ran; /* for the recipient at hand */
    bool recipient_checked;
    uint32_t accepted;
    uint32_t outer_check; /* of the item in a stage's list; CHECK_NONE outside */
    struct decision rejected;
};

/* smtpd_check_reject: STATUS_DUNNO when it is only a warning. */
enum status list_run_reject(struct run *run, const struct note *reply, bool never_warned);
/* Asks one check, whether or not it is switched on. */
enum status list_run_check(struct run *run, const struct item *item);
/* True when the answer to a check, wherever it is asked, can be that it acts. */
bool list_run_may_act(struct run *run, const struct item *item);
/* True when a check is switched on; checks without a number always are. */
bool list_run_is_enabled(const struct run *run, const struct item *item);
/* Evaluates a list by its number. */
enum status list_run(struct run *run, uint32_t number);

#endif
