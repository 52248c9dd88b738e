#include "analyzer/rebuild/queue_lines.h"

#include "analyzer/rebuild/gateway.h"
#include "analyzer/rebuild/queue_file.h"
#include "analyzer/rebuild/recipient_row.h"
#include "analyzer/rebuild/rejoin.h"
#include "analyzer/rebuild/smtpd_dialog.h"
#include "base/rare.h"
#include "base/xalloc.h"

/* The mail is in the queue for certain. */
static void mail_is_queued(struct rebuild *r, struct mail *mail)
{
    uint16_t *marks = mail_marks(r, mail);
    *marks = (uint16_t)((*marks & ~(unsigned)MARK_ABORTED) | MARK_QUEUED);
}

void cleanup_message_id(struct rebuild *r, const struct event *event)
{
    struct slice queue_id = event_get(event, FIELD_QUEUE_ID);
    struct slice message_id = event_get(event, FIELD_MESSAGE_ID);
    struct mail *mail = queue_find(r, queue_id);
    const char *before = mail ? mail_detail(r, mail)->message_id : NULL;
    bool another = mail && mail->has_message_id && !slice_equal(slice_of(before), message_id);
    if (!mail || another)
        mail = queue_birth(r, event, queue_id, mail, BIRTH_CLEANUP, NULL);
    mail_touch(r, mail, event);
    mail->has_message_id = true;
    if (message_id.len && !mail_detail(r, mail)->message_id)
        mail_detail(r, mail)->message_id = arena_copy(&r->evidence->arena, message_id).at;
}

/* Notes what a line of cleanup says of sender, HELO and (its last) recipient. */
static struct mail *cleanup_line(struct rebuild *r, const struct event *event, uint32_t *row)
{
    struct mail *mail = queue_line(r, event, event_get(event, FIELD_QUEUE_ID));
    struct intern_key recipient = row_ahead(r, event_get(event, FIELD_RECIPIENT));
    mail_sender(r, mail, event_get(event, FIELD_SENDER), ORIGIN_CLEANUP);
    mail_helo(r, mail, event, ORIGIN_CLEANUP);
    *row = NONE;
    if (recipient.text.len)
        *row = row_named(r, mail, &recipient, ORIGIN_CLEANUP, mail_message(r, mail)->time_us);
    return mail;
}

/* Binds what was accepted so far to hold, discard or redirect. */
static void cleanup_bind(struct rebuild *r, const struct event *event, struct mail *mail,
                         uint32_t row, enum verdict_kind verdict)
{
    const struct logged_reply *replies = r->evidence->replies;
    if (verdict == VERDICT_HOLD) {
        mail->held = true;
        *mail_marks(r, mail) |= MARK_HELD;
        /* MailScanner's way of taking mail is no verdict on it */
        if (event_get(event, FIELD_MAILSCANNER).len)
            return;
    }
    if (verdict == VERDICT_DISCARD) {
        *mail_marks(r, mail) |= MARK_REFUSED;
        queue_die(r, mail);
    }
    struct mail_rare *rare = mail_rare(mail);
    if (!rare->binding || replies[rare->binding].verdict > verdict)
        rare->binding = reply_of_line(r, event, mail, row, verdict);
}

static void cleanup_refuse(struct rebuild *r, const struct event *event, struct mail *mail,
                           uint32_t row, enum verdict_kind verdict)
{
    rows_refuse(r, mail, reply_of_line(r, event, mail, row, verdict));
    *mail_marks(r, mail) |= MARK_REFUSED;
    mail->held = false;
    queue_die(r, mail);
}

void cleanup_action(struct rebuild *r, const struct event *event)
{
    uint32_t row;
    struct mail *mail = cleanup_line(r, event, &row);
    struct slice action = event_get(event, FIELD_ACTION);
    if (slice_is(event_get(event, FIELD_PART), "header"))
        gateway_header(r, mail, event_get(event, FIELD_CONTENT));
    if (slice_starts(action, "milter-header-"))
        action = slice_skip(action, sizeof "milter-header-" - 1);
    if (event->kind == EVENT_CLEANUP_MIME_ERROR || slice_is(action, "reject")) {
        cleanup_refuse(r, event, mail, row, reply_verdict(event));
    } else if (slice_is(action, "hold")) {
        cleanup_bind(r, event, mail, row, VERDICT_HOLD);
    } else if (slice_is(action, "discard")) {
        cleanup_bind(r, event, mail, row, VERDICT_DISCARD);
    } else if (slice_is(action, "redirect")) {
        cleanup_bind(r, event, mail, row, VERDICT_REDIRECT);
    } else if (slice_is(action, "bcc")) {
        mail_rare(mail)->bcc = intern_add(&r->evidence->recipients, event_get(event, FIELD_TEXT));
    }
}

void cleanup_milter(struct rebuild *r, const struct event *event)
{
    uint32_t row;
    struct mail *mail = cleanup_line(r, event, &row);
    struct slice action = event_get(event, FIELD_ACTION);
    if (slice_is(action, "milter-reject"))
        cleanup_refuse(r, event, mail, row, reply_verdict(event));
    else
        cleanup_bind(r, event, mail, row,
                     slice_is(action, "milter-hold") ? VERDICT_HOLD : VERDICT_DISCARD);
}

void cleanup_canceled(struct rebuild *r, const struct event *event)
{
    struct mail *mail = queue_find(r, event_get(event, FIELD_QUEUE_ID));
    if (!mail)
        return;
    mail_touch(r, mail, event);
    if (!(*mail_marks(r, mail) & (MARK_REFUSED | MARK_QUEUED)))
        *mail_marks(r, mail) |= MARK_ABORTED;
    queue_die(r, mail);
}

void cleanup_trouble(struct rebuild *r, const struct event *event)
{
    struct slice queue_id = event_get(event, FIELD_QUEUE_ID);
    struct mail *mail = queue_id.at ? queue_find(r, queue_id) : NULL;
    if (!mail ||
        slice_find(event->line->text, (struct slice)SLICE("read timeout")) < event->line->text.len)
        return;
    mail_touch(r, mail, event);
    /* size and hop count are refused for good; maps and disks are asked again */
    bool lasting =
        slice_find(event->line->text, (struct slice)SLICE("exceeded")) < event->line->text.len;
    struct logged_reply reply = { .verdict = lasting ? VERDICT_REJECT : VERDICT_DEFER,
                                  .stage = STAGE_END_OF_MESSAGE };
    rows_refuse(r, mail, evidence_reply(r->evidence, &reply));
    *mail_marks(r, mail) |= MARK_REFUSED;
    queue_die(r, mail);
}

void pickup_birth(struct rebuild *r, const struct event *event)
{
    struct slice queue_id = event_get(event, FIELD_QUEUE_ID);
    struct mail *mail =
        queue_birth(r, event, queue_id, queue_find(r, queue_id), BIRTH_PICKUP, NULL);
    struct slice original = event_get(event, FIELD_ORIG_ID);
    r->has_local_mail = true;
    mail_sender(r, mail, event_get(event, FIELD_SENDER), ORIGIN_QMGR);
    if (original.at)
        rejoin_requeued(r, mail, original);
}

void qmgr_active(struct rebuild *r, const struct event *event)
{
    struct intern_key sender = intern_ahead(&r->evidence->senders, event_get(event, FIELD_SENDER));
    struct mail *mail = queue_line(r, event, event_get(event, FIELD_QUEUE_ID));
    struct message_detail *detail = mail_detail(r, mail);
    uint64_t nrcpt = 0;
    mail_sender_key(r, mail, &sender, ORIGIN_QMGR);
    if (!detail->size)
        slice_to_u64(event_get(event, FIELD_SIZE), &detail->size);
    if (!mail->nrcpt && slice_to_u64(event_get(event, FIELD_NRCPT), &nrcpt) && nrcpt < UINT32_MAX)
        mail->nrcpt = (uint32_t)nrcpt;
    mail->held = false;
    mail_is_queued(r, mail);
}

void qmgr_removed(struct rebuild *r, const struct event *event)
{
    struct mail *mail = queue_find(r, event_get(event, FIELD_QUEUE_ID));
    if (!mail)
        return;
    mail_touch(r, mail, event);
    mail_is_queued(r, mail);
    queue_die(r, mail);
}

void qmgr_expired(struct rebuild *r, const struct event *event)
{
    struct mail *mail = queue_line(r, event, event_get(event, FIELD_QUEUE_ID));
    mail_sender(r, mail, event_get(event, FIELD_SENDER), ORIGIN_QMGR);
    mail_is_queued(r, mail);
    for (uint32_t row = mail->first_row; row; row = r->row_next[row - 1]) {
        uint8_t status = r->evidence->rows[row - 1].end_status;
        if (!row_is_refused(r, row - 1) && (status == END_DEFERRED || status == END_UNKNOWN))
            row_set_end(r, row - 1, END_EXPIRED, r->now_us);
    }
}

/* True for `sent` by discard(8) as the transport of the recipient's whole domain: to that site the
 * mail is delivered (a test system, a sink). With a text of its own, or for one address, mail is
 * thrown away. */
static bool is_domain_sink(const struct event *event)
{
    struct slice to = event_get(event, FIELD_RECIPIENT), reason = event_get(event, FIELD_REASON);
    if (!slice_is(event_get(event, FIELD_RELAY), "none"))
        return false;
    struct slice domain = slice_skip(to, slice_last_index(to, '@') + 1);
    return domain.len < to.len && (slice_equal(reason, domain) || slice_equal_fold(reason, domain));
}

static enum end_status delivery_end(const struct event *event)
{
    static const struct {
        struct slice word;
        enum end_status status;
    } words[] = {
        { SLICE("sent"), END_SENT },
        { SLICE("bounced"), END_BOUNCED },
        { SLICE("deferred"), END_DEFERRED },
        { SLICE("SOFTBOUNCE"), END_DEFERRED },
    };
    struct slice status = event_get(event, FIELD_STATUS);
    if (event_get(event, FIELD_END).len && !is_domain_sink(event))
        return END_DISCARDED;
    for (size_t i = 0; i < COUNT(words); i++)
        if (slice_equal(words[i].word, status))
            return words[i].status;
    return END_UNKNOWN;
}

/* True for the address that a BCC action added. */
static APART bool is_bcc(const struct rebuild *r, const struct mail *mail, struct slice named)
{
    return mail->rare.bcc &&
           slice_equal_fold(intern_text(&r->evidence->recipients, mail->rare.bcc), named);
}

void delivery(struct rebuild *r, const struct event *event)
{
    struct slice queue_id = event_get(event, FIELD_QUEUE_ID);
    struct slice to = event_get(event, FIELD_RECIPIENT);
    struct slice named = event_get(event, FIELD_ORIG_TO);
    if (!queue_id.at || !to.at)
        return;
    struct intern_key recipient = row_ahead(r, named.at ? named : to);
    uint32_t born = r->evidence->message_count;
    struct mail *mail = queue_line(r, event, queue_id);
    if (r->evidence->message_count > born)
        r->evidence->books.unjoined_deliveries++;
    mail_is_queued(r, mail);
    if (event_get(event, FIELD_PROBE).len) {
        *mail_marks(r, mail) |= MARK_PROBE;
        return;
    }
    if (mail->has_rare && is_bcc(r, mail, recipient.text))
        return;
    enum end_status status = delivery_end(event);
    uint32_t number =
        row_named(r, mail, &recipient, ORIGIN_DELIVERY, mail_message(r, mail)->time_us);
    mail->parts += status != END_DEFERRED && status != END_UNKNOWN;
    if (status != END_UNKNOWN && row_set_end(r, number, status, r->now_us)) {
        struct row_end *end = &r->evidence->row_ends[number];
        end->relay = rebuild_text(r, &r->relay, event_get(event, FIELD_RELAY));
        end->dsn = rebuild_text(r, &r->dsn, event_get(event, FIELD_DSN));
    }
    struct slice queued_as = event_get(event, FIELD_QUEUED_AS);
    struct slice forwarded_as = event_get(event, FIELD_FORWARDED_AS);
    if (queued_as.at && status == END_SENT)
        rejoin_queued_as(r, mail, number, queued_as, to);
    if (forwarded_as.at)
        rejoin_forwarded(r, mail, number, forwarded_as);
}

void bounce_notify(struct rebuild *r, const struct event *event)
{
    struct slice notice = event_get(event, FIELD_NEW_QUEUE_ID);
    struct mail *mail = queue_find(r, event_get(event, FIELD_QUEUE_ID));
    if (mail)
        mail_touch(r, mail, event);
    if (notice.at)
        rejoin_notice(r, notice);
}

void postsuper_action(struct rebuild *r, const struct event *event)
{
    struct slice action = event_get(event, FIELD_ACTION);
    struct mail *mail = queue_line(r, event, event_get(event, FIELD_QUEUE_ID));
    mail_is_queued(r, mail);
    if (slice_is(action, "hold")) {
        mail->held = true;
    } else if (slice_is(action, "release")) {
        mail->held = false;
    } else if (slice_is(action, "delete")) {
        mail->held = false;
        if (!mail->first_row)
            row_add(r, mail, NULL, ORIGIN_UNKNOWN, mail_message(r, mail)->time_us);
        for (uint32_t row = mail->first_row; row; row = r->row_next[row - 1]) {
            uint8_t status = r->evidence->rows[row - 1].end_status;
            if (status == END_UNKNOWN || status == END_DEFERRED || status == END_HELD)
                row_set_end(r, row - 1, END_DISCARDED, r->now_us);
        }
        queue_die(r, mail);
    }
}
