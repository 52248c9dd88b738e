#include "analyzer/estimate/label_mailbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/xalloc.h"

#define NOBODY UINT32_MAX

/* Messages by one kind of id. */
struct id_table {
    struct intern ids;
    uint32_t *first; /* by sym: message + 1 */
    uint32_t *next;  /* by message: + 1 */
};

static const char *id_of(const struct message_detail *detail, bool by_queue)
{
    return by_queue ? detail->queue_id : detail->message_id;
}

static void index_messages(struct id_table *table, const struct evidence *evidence, bool by_queue)
{
    intern_init(&table->ids);
    for (uint32_t m = 0; m < evidence->message_count; m++)
        intern_add(&table->ids, slice_of(id_of(&evidence->message_details[m], by_queue)));
    table->first = xcalloc(table->ids.count, sizeof *table->first);
    table->next = xcalloc(evidence->message_count + (size_t)1, sizeof *table->next);
    for (uint32_t m = evidence->message_count; m-- > 0;) {
        sym id = intern_find(&table->ids, slice_of(id_of(&evidence->message_details[m], by_queue)));
        table->next[m] = table->first[id];
        table->first[id] = m + 1;
    }
}

static void release_table(struct id_table *table)
{
    intern_release(&table->ids);
    free(table->first);
    free(table->next);
}

/* The one message with this id (and this Message-ID, where both are known); NOBODY when there is
 * none, or several. */
static uint32_t find_one(const struct id_table *table, const struct evidence *evidence,
                         struct slice id, struct slice message_id)
{
    uint32_t found = NOBODY;
    sym number = intern_find(&table->ids, id);
    if (number <= SYM_EMPTY)
        return NOBODY;
    for (uint32_t next = table->first[number]; next; next = table->next[next - 1]) {
        const char *logged = evidence->message_details[next - 1].message_id;
        if (message_id.at && logged && !slice_is(message_id, logged))
            continue;
        if (found != NOBODY)
            return NOBODY;
        found = next - 1;
    }
    return found;
}

static uint32_t find_message(const struct id_table *by_queue, const struct id_table *by_mail,
                             const struct evidence *evidence, const struct mailbox_mail *mail)
{
    uint32_t found = NOBODY;
    for (unsigned i = 0; i < mail->id_count && found == NOBODY; i++)
        found = find_one(by_queue, evidence, mail->queue_ids[i], mail->message_id);
    if (mail->id_count == 0)
        found = find_one(by_mail, evidence, mail->message_id, mail->message_id);
    return found;
}

static void mark_rows(struct sorted_mail *sorted, const struct evidence *evidence,
                      const struct message *message, const struct mailbox_mail *mail)
{
    uint8_t word = mail->is_ham ? SORTED_HAM : SORTED_SPAM;
    bool named = false;
    for (int pass = 0; pass < 2 && !named; pass++) /* the recipient's row; else all */
        for (uint32_t i = 0; i < message->row_count; i++) {
            const struct row *row = &evidence->rows[message->first_row + i];
            struct slice recipient = intern_text(&evidence->recipients, row->recipient);
            bool is_his =
                mail->recipient.at && recipient.at && slice_equal_fold(recipient, mail->recipient);
            named = named || is_his;
            if (is_his || pass == 1)
                sorted->of_row[message->first_row + i] |= word;
        }
}

void sorted_mail_init(struct sorted_mail *sorted, const struct evidence *evidence,
                      const struct mailbox *mailbox)
{
    size_t count;
    const struct mailbox_mail *mails = mailbox_mails(mailbox, &count);
    *sorted = (struct sorted_mail){ .of_row = xcalloc(evidence->row_count + (size_t)1, 1) };
    if (count == 0)
        return;
    struct id_table by_queue, by_mail;
    index_messages(&by_queue, evidence, true);
    index_messages(&by_mail, evidence, false);
    for (size_t i = 0; i < count; i++) {
        uint32_t message = find_message(&by_queue, &by_mail, evidence, &mails[i]);
        if (message == NOBODY)
            sorted->unused++;
        else
            mark_rows(sorted, evidence, &evidence->messages[message], &mails[i]);
    }
    for (uint32_t row = 0; row < evidence->row_count; row++)
        sorted->conflicts += sorted->of_row[row] == (SORTED_HAM | SORTED_SPAM);
    release_table(&by_queue);
    release_table(&by_mail);
}

void sorted_mail_release(struct sorted_mail *sorted)
{
    free(sorted->of_row);
    sorted->of_row = NULL;
}
