#ifndef PARSERS_DATA_MAILBOX_H
#define PARSERS_DATA_MAILBOX_H
/*
 * Mail that somebody sorted (--mailbox DIR=ham|spam): a maildir (cur and new), a folder of mbox files
 * or of single messages, or one such file. Reads heads only and takes what joins a mail to the log:
 * the queue ids of its Received fields, its Message-ID, and the recipient that the own machine wrote
 * above them. Everything below is the sender's and may be forged; who joins (label_mailbox.h) asks
 * from the top.
 *
 * Deleted mail and drafts (maildir flags T and D, mbox `X-Status: D`) are passed over: nobody keeps
 * them as what they are filed under. Constant once read.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/fault.h"
#include "base/slice.h"

enum { MAILBOX_IDS = 8 }; /* Received fields looked at, from the top */

struct mailbox_mail {
    struct slice queue_ids[MAILBOX_IDS]; /* from the top; live in the mailbox */
    struct slice message_id;             /* without <>; "no text": none */
    struct slice recipient;              /* X-Original-To, else Delivered-To; "no text": none */
    uint8_t id_count;
    bool is_ham;
};

struct mailbox;

/* No mail yet. Free with mailbox_free. */
struct mailbox *mailbox_new(void);
/* Gives all memory back; NULL is allowed. */
void mailbox_free(struct mailbox *mailbox);
/* Adds the mail of "DIR=ham" or "DIR=spam". Files that hold no mail, and deleted mail, are counted in
 * notes ("mailbox_skipped", may be NULL). False with fault when the argument has another form, or
 * nothing can be read there. */
bool mailbox_read(struct mailbox *mailbox, const char *argument, struct diagnostics *notes,
                  struct fault *fault);
/* Adds the mail of an open stream: one message, or an mbox when it begins with "From ". Gives how
 * many were added. */
size_t mailbox_read_stream(struct mailbox *mailbox, FILE *from, bool is_ham);
/* The mail that was added, in the order of reading. */
const struct mailbox_mail *mailbox_mails(const struct mailbox *mailbox, size_t *count);

#endif
