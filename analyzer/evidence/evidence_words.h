#ifndef ANALYZER_EVIDENCE_EVIDENCE_WORDS_H
#define ANALYZER_EVIDENCE_EVIDENCE_WORDS_H
/*
 * The words of the evidence: where a cell came from, stages of SMTP, ends of a recipient, answers of
 * a content filter; and their names in documents.
 */
#include "base/slice.h"

/* clang-format off */
/* Where a cell came from; the texts of the `evidence` object of DESIGN.md section 4. */
/* X(constant, "text") */
#define EVIDENCE_ORIGINS(X)                                                                        \
    X(UNKNOWN, "unknown")                                                                          \
    X(CONNECT, "log:connect")                                                                      \
    X(WARNING, "log:warning")                                                                      \
    X(CLIENT, "log:client")                                                                        \
    X(REJECT, "log:reject")                                                                        \
    X(REJECT_WARNING, "log:reject_warning")                                                        \
    X(INFO, "log:info")                                                                            \
    X(ACTION, "log:action")                                                                        \
    X(CLEANUP, "log:cleanup")                                                                      \
    X(QMGR, "log:qmgr")                                                                            \
    X(DELIVERY, "log:delivery")                                                                    \
    X(DISCONNECT, "log:disconnect")                                                                \
    X(POLICY, "log:policy")                                                                        \
    X(FILTER, "log:filter")                                                                        \
    X(PROXY, "log:proxy")                                                                          \
    X(POSTSCREEN, "log:postscreen")                                                                \
    X(SNAPSHOT, "snapshot")                                                                        \
    X(HEADER, "header")                                                                            \
    X(CONFIG, "config")
#define EVIDENCE_ORIGIN_ENUM(constant, text) ORIGIN_##constant,
enum evidence_origin { EVIDENCE_ORIGINS(EVIDENCE_ORIGIN_ENUM) ORIGIN_COUNT };

enum smtp_stage { /* the words of `stage` in DESIGN.md */
    STAGE_NONE, STAGE_CONNECT, STAGE_HELO, STAGE_MAIL, STAGE_RCPT, STAGE_DATA, STAGE_END_OF_MESSAGE,
    STAGE_VRFY, STAGE_ETRN, STAGE_STARTTLS, STAGE_AUTH, STAGE_COUNT
};

enum end_status { /* the words of end.status in DESIGN.md */
    END_UNKNOWN, END_SENT, END_BOUNCED, END_DEFERRED, END_REJECTED, END_DISCARDED, END_HELD,
    END_EXPIRED, END_STATUS_COUNT
};

enum filter_answer { /* the words of filters[].verdict */
    FILTER_NONE, FILTER_HAM, FILTER_SPAM, FILTER_VIRUS, FILTER_SKIPPED, FILTER_ERROR, FILTER_ANSWERS
};
/* clang-format on */

/* The program of a verdict that a user gave by moving mail between folders. */
#define FILTER_USER "mailbox"

/* "log:connect" ...; static storage. */
const char *evidence_origin_name(enum evidence_origin origin);
/* "RCPT" ...; NULL for STAGE_NONE; static storage. */
const char *smtp_stage_name(enum smtp_stage stage);
/* STAGE_NONE for a word that is none; EHLO counts as HELO, BDAT as DATA, END-OF-DATA as
 * END-OF-MESSAGE. */
enum smtp_stage smtp_stage_parse(struct slice word);
/* "sent" ...; static storage. */
const char *end_status_name(enum end_status status);
/* "spam" ...; static storage. */
const char *filter_answer_name(enum filter_answer answer);

#endif
