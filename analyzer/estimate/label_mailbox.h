#ifndef ANALYZER_ESTIMATE_LABEL_MAILBOX_H
#define ANALYZER_ESTIMATE_LABEL_MAILBOX_H
/*
 * Sorted mail to labelled rows. A mail belongs to the message of the log that had the topmost of its
 * queue ids that the log knows, with the same Message-ID where both are known: our own servers write
 * above what a sender may have forged. Only a mail without any queue id is joined by Message-ID, when
 * one message alone has it. A mail with a recipient of the message labels that row, else all rows.
 */
#include "analyzer/evidence/evidence.h"
#include "parsers/data/mailbox.h"

enum { SORTED_HAM = 1, SORTED_SPAM = 2 };

struct sorted_mail {
    uint8_t *of_row;    /* set of SORTED_HAM, SORTED_SPAM */
    uint64_t unused;    /* mails that belong to no message of the log */
    uint64_t conflicts; /* rows that are sorted as both: no label */
};

/* Joins all mail. A NULL mailbox has none. Release with sorted_mail_release. */
void sorted_mail_init(struct sorted_mail *sorted, const struct evidence *evidence,
                      const struct mailbox *mailbox);
/* Gives all memory back. */
void sorted_mail_release(struct sorted_mail *sorted);

#endif
