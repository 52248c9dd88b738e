#include "analyzer/rebuild/smtpd_dialog.h"

#include "analyzer/rebuild/client_identity.h"
#include "analyzer/rebuild/queue_file.h"
#include "analyzer/rebuild/recipient_row.h"
#include "analyzer/rebuild/rejoin.h"
#include "analyzer/rebuild/session.h"
#include "base/xalloc.h"

enum verdict_kind reply_verdict(const struct event *event)
{
    struct slice code = event_get(event, FIELD_CODE);
    if (!code.len)
        code = event_get(event, FIELD_DSN);
    return code.len && *code.at == '4' ? VERDICT_DEFER : VERDICT_REJECT;
}

/* True for bytes that would be taken for a slot. */
static bool is_slot(char byte)
{
    return byte > 0 && byte < REPLY_SLOTS;
}

/* Index of the first byte from `i` on that is not just copied: what opens a name, or looks like a
 * slot. */
static size_t plain_end(struct slice text, size_t i)
{
    while (i < text.len && text.at[i] != '<' && text.at[i] != '[' && !is_slot(text.at[i]))
        i++;
    return i;
}

/* Appends text with the row's own names as slots: "<NAME>" and "[ADDRESS]". */
static void add_reply_text(struct buffer *out, struct slice text,
                           const struct slice names[REPLY_SLOTS])
{
    for (size_t i = 0; i < text.len; i++) {
        size_t from = i;
        i = plain_end(text, i);
        buffer_add(out, text.at + from, i - from);
        if (i == text.len)
            break;
        char byte = text.at[i], end = byte == '<' ? '>' : ']';
        buffer_add_byte(out, is_slot(byte) ? '?' : byte);
        for (int slot = is_slot(byte) ? REPLY_SLOTS : 1; slot < REPLY_SLOTS; slot++) {
            struct slice name = names[slot];
            if (name.len && text.len - i > name.len + 1 && text.at[i + 1 + name.len] == end &&
                memcmp(text.at + i + 1, name.at, name.len) == 0) {
                buffer_add_byte(out, (char)slot);
                i += name.len;
                break;
            }
        }
    }
}

uint32_t reply_of_line(struct rebuild *r, const struct event *event, struct mail *mail,
                       uint32_t row, enum verdict_kind verdict)
{
    struct evidence *e = r->evidence;
    const struct message *message = mail_message(r, mail);
    const struct session_state *state = mail_session(r, mail);
    uint64_t code = 0;
    slice_to_u64(event_get(event, FIELD_CODE), &code);
    struct slice names[REPLY_SLOTS] = { { NULL, 0 } };
    if (state) {
        names[REPLY_SLOT_ADDRESS] = intern_text(&e->text, state->client.address);
        names[REPLY_SLOT_NAME] = intern_text(&e->text, state->client.name);
    }
    names[REPLY_SLOT_HELO] = intern_text(&e->helos, message->helo);
    names[REPLY_SLOT_SENDER] = intern_text(&e->senders, message->sender);
    if (row != NONE)
        names[REPLY_SLOT_RECIPIENT] = intern_text(&e->recipients, e->rows[row].recipient);
    struct logged_reply reply = {
        .verdict = (uint8_t)verdict,
        .stage = (uint8_t)smtp_stage_parse(event_get(event, FIELD_STAGE)),
        .code = (uint16_t)(code <= 999 ? code : 0),
        .dsn = rebuild_text(r, &r->dsn, event_get(event, FIELD_DSN)),
        .restriction = intern_add(&e->text, event_get(event, FIELD_RESTRICTION)),
        .argument = intern_add(&e->text, event_get(event, FIELD_DNSBL)),
    };
    struct slice text = event_get(event, FIELD_TEXT);
    if (text.len) {
        buffer_clear(&r->scratch);
        add_reply_text(&r->scratch, text, names);
        reply.text = intern_add(&e->text, buffer_slice(&r->scratch));
    }
    return evidence_reply(e, &reply);
}

/* True when a line without queue id goes on with the session's current transaction. */
static bool is_same_transaction(const struct rebuild *r, struct mail *mail,
                                const struct event *event)
{
    struct slice sender = event_get(event, FIELD_SENDER);
    struct slice recipient = event_get(event, FIELD_RECIPIENT);
    const struct message *message = mail_message(r, mail);
    if (mail->key || mail->waits_for_owner)
        return false;
    if (message->sender && sender.at &&
        !slice_equal(intern_text(&r->evidence->senders, message->sender), sender))
        return false;
    if (!recipient.at)
        return true;
    uint32_t row = row_find(r, mail, recipient);
    return row == NONE || !row_is_refused(r, row); /* nobody names a refused one again */
}

static struct mail *current_mail(const struct rebuild *r, const struct session_state *state)
{
    return state->mail ? mail_at(r, state->mail - 1) : NULL;
}

/* The mail that a line of the dialogue is about. */
static struct mail *dialog_mail(struct rebuild *r, struct session_state *state,
                                const struct event *event)
{
    struct slice queue_id = event_get(event, FIELD_QUEUE_ID);
    struct mail *mail = current_mail(r, state);
    if (queue_id.at) {
        mail = queue_find(r, queue_id);
        if (!mail || mail->birth == BIRTH_NONE)
            mail = queue_birth(r, event, queue_id, mail, BIRTH_SMTPD, state);
    } else if (!mail || !is_same_transaction(r, mail, event)) {
        if (mail && !mail->key && !mail->waits_for_owner)
            mail_close(r, mail);
        mail = mail_new(r, event, state);
    }
    state->mail = mail->index + 1;
    mail_touch(r, mail, event);
    return mail;
}

/* What a line of the dialogue is about, with what it tells of the session and the mail noted. */
struct dialog {
    struct session_state *state;
    struct mail *mail;
    uint32_t row; /* NONE: it names no recipient */
};

/* Notes session, mail and sender of a line, and the row when it names a recipient. */
static struct dialog dialog_line(struct rebuild *r, const struct event *event,
                                 enum evidence_origin origin)
{
    struct intern_key recipient = row_ahead(r, event_get(event, FIELD_RECIPIENT));
    struct dialog line = { .state = session_of_line(r, event), .row = NONE };
    session_learn(r, line.state, event, origin);
    line.mail = dialog_mail(r, line.state, event);
    mail_sender(r, line.mail, event_get(event, FIELD_SENDER), origin);
    mail_helo(r, line.mail, event, origin);
    mail_message(r, line.mail)->facts = session_facts_number(r, line.state);
    if (!recipient.text.at)
        return line;
    uint32_t known = r->evidence->row_count;
    line.row = row_named(r, line.mail, &recipient, origin, r->now_us);
    if (line.row == known && line.state->note.rcpt_lines < UINT16_MAX)
        line.state->note.rcpt_lines++;
    return line;
}

/* The whole connection, or its greeting, was refused: one row, unless mail follows all the same. */
static void refuse_session(struct rebuild *r, const struct event *event)
{
    struct session_state *state = session_of_line(r, event);
    session_learn(r, state, event, ORIGIN_REJECT);
    if (state->refused)
        return;
    struct mail *mail = mail_new(r, event, state);
    mail_helo(r, mail, event, ORIGIN_REJECT);
    mail_message(r, mail)->facts = session_facts_number(r, state);
    rows_refuse(r, mail, reply_of_line(r, event, mail, NONE, reply_verdict(event)));
    mail->waits_for_owner = true;
    state->refused = mail->index + 1;
}

/* The command of MAIL was refused: the client goes on with another mail. */
static void refuse_sender(struct rebuild *r, const struct event *event)
{
    struct session_state *state = session_of_line(r, event);
    struct mail *mail = current_mail(r, state);
    if (mail && !mail->key && !mail->waits_for_owner)
        mail_close(r, mail);
    state->mail = 0;
    struct dialog line = dialog_line(r, event, ORIGIN_REJECT);
    rows_refuse(r, line.mail, reply_of_line(r, event, line.mail, NONE, reply_verdict(event)));
    *mail_marks(r, line.mail) |= MARK_REFUSED;
    if (!line.mail->key)
        mail_close(r, line.mail);
}

/* A reply to DATA or the message's end refuses all recipients at once. */
static void refuse_message(struct rebuild *r, const struct event *event,
                           enum evidence_origin origin)
{
    struct dialog line = dialog_line(r, event, origin);
    rows_refuse(r, line.mail, reply_of_line(r, event, line.mail, line.row, reply_verdict(event)));
    *mail_marks(r, line.mail) |= MARK_REFUSED;
    if (line.mail->key)
        queue_die(r, line.mail);
    else
        mail_close(r, line.mail);
    line.state->mail = 0;
}

static void refuse_recipient(struct rebuild *r, const struct event *event,
                             enum evidence_origin origin)
{
    struct dialog line = dialog_line(r, event, origin);
    if (line.row == NONE) {
        rows_refuse(r, line.mail, reply_of_line(r, event, line.mail, NONE, reply_verdict(event)));
        return;
    }
    if (!row_is_refused(r, line.row) && line.state->note.rcpt_lines)
        line.state->note.rcpt_lines--;
    struct row *row = &r->evidence->rows[line.row];
    row->logged = reply_of_line(r, event, line.mail, line.row, reply_verdict(event));
    row->time_us = r->now_us;
    row->recipient_origin = (uint8_t)origin;
    row_set_end(r, line.row, END_REJECTED, r->now_us);
}

static void refuse(struct rebuild *r, const struct event *event, enum evidence_origin origin)
{
    switch (smtp_stage_parse(event_get(event, FIELD_STAGE))) {
    case STAGE_CONNECT:
    case STAGE_HELO:
        refuse_session(r, event);
        break;
    case STAGE_MAIL:
        refuse_sender(r, event);
        break;
    case STAGE_RCPT:
        refuse_recipient(r, event, origin);
        break;
    case STAGE_DATA:
    case STAGE_END_OF_MESSAGE:
        refuse_message(r, event, origin);
        break;
    case STAGE_NONE:
    case STAGE_VRFY:
    case STAGE_ETRN:
    case STAGE_STARTTLS:
    case STAGE_AUTH:
    case STAGE_COUNT: /* no mail */
        session_learn(r, session_of_line(r, event), event, origin);
        break;
    }
}

/* What a reply of one of the name restrictions proves of the client. */
static void learn_names(struct rebuild *r, const struct event *event, enum evidence_origin origin)
{
    uint64_t code = 0;
    slice_to_u64(event_get(event, FIELD_CODE), &code);
    struct slice restriction = event_get(event, FIELD_RESTRICTION);
    if (!restriction.len || !code)
        return;
    client_name_refused(&session_of_line(r, event)->client, restriction, (unsigned)code,
                        r->options.unknown_client_reject_code, origin);
}

void smtpd_reject(struct rebuild *r, const struct event *event)
{
    learn_names(r, event, ORIGIN_REJECT);
    refuse(r, event, ORIGIN_REJECT);
}

void smtpd_reject_warning(struct rebuild *r, const struct event *event)
{
    learn_names(r, event, ORIGIN_REJECT_WARNING);
    if (event_get(event, FIELD_SENDER).at)
        dialog_line(r, event, ORIGIN_REJECT_WARNING);
    else
        session_learn(r, session_of_line(r, event), event, ORIGIN_REJECT_WARNING);
}

/* Hold, discard and redirect bind the whole message; of several the first in this order counts. */
static void bind(struct rebuild *r, const struct event *event, struct dialog *line,
                 enum verdict_kind verdict)
{
    const struct logged_reply *replies = r->evidence->replies;
    struct mail_rare *rare = mail_rare(line->mail);
    if (rare->binding && replies[rare->binding].verdict <= verdict)
        return;
    rare->binding = reply_of_line(r, event, line->mail, line->row, verdict);
    if (verdict == VERDICT_HOLD)
        line->mail->held = true;
}

/* X@Y of "<R>: Recipient address triggers BCC X@Y". */
static void note_bcc(struct rebuild *r, const struct event *event, struct mail *mail)
{
    struct slice text = event_get(event, FIELD_TEXT);
    size_t blank = slice_last_index(text, ' ');
    if (blank < text.len)
        mail_rare(mail)->bcc = intern_add(&r->evidence->recipients, slice_skip(text, blank + 1));
}

void smtpd_action(struct rebuild *r, const struct event *event)
{
    struct slice action = event_get(event, FIELD_ACTION);
    if (!event_get(event, FIELD_SENDER).at) { /* said at CONNECT or HELO: no mail yet */
        session_learn(r, session_of_line(r, event), event, ORIGIN_ACTION);
        return;
    }
    bool info = slice_is(action, "info") || slice_is(action, "warn");
    struct dialog line = dialog_line(r, event, info ? ORIGIN_INFO : ORIGIN_ACTION);
    if (slice_is(action, "hold"))
        bind(r, event, &line, VERDICT_HOLD);
    else if (slice_is(action, "discard"))
        bind(r, event, &line, VERDICT_DISCARD);
    else if (slice_is(action, "redirect"))
        bind(r, event, &line, VERDICT_REDIRECT);
    else if (slice_is(action, "bcc"))
        note_bcc(r, event, line.mail);
}

void smtpd_milter(struct rebuild *r, const struct event *event)
{
    struct slice action = event_get(event, FIELD_ACTION);
    if (slice_is(action, "milter-reject")) {
        refuse(r, event, ORIGIN_REJECT);
        return;
    }
    if (!event_get(event, FIELD_SENDER).at)
        return;
    struct dialog line = dialog_line(r, event, ORIGIN_ACTION);
    bind(r, event, &line, slice_is(action, "milter-hold") ? VERDICT_HOLD : VERDICT_DISCARD);
}

/* The transaction without queue id that client= goes on with: the last recipient that it named was
 * not refused, so it is the accepted one. */
static bool is_accepted_now(const struct rebuild *r, const struct mail *pending)
{
    return pending->last_row && !row_is_refused(r, pending->last_row - 1);
}

/* Ties the recipients that the session named before client= to the mail that got the queue id. */
static struct mail *client_mail(struct rebuild *r, struct session_state *state,
                                const struct event *event, struct slice queue_id)
{
    struct mail *pending = current_mail(r, state);
    if (pending && (pending->key || pending->waits_for_owner))
        pending = NULL;
    struct mail *known = queue_find(r, queue_id);
    if (pending && !known && is_accepted_now(r, pending)) {
        mail_name(r, pending, queue_id);
        return pending;
    }
    struct mail *mail = queue_birth(r, event, queue_id, known, BIRTH_SMTPD, state);
    if (pending && pending != mail && !mail_rare(mail)->prefix) {
        mail->rare.prefix = pending->index + 1;
        mail->prefix_certain = is_accepted_now(r, pending);
        pending->waits_for_owner = true;
    }
    return mail;
}

static void learn_sasl(struct rebuild *r, struct session_state *state, const struct event *event)
{
    struct intern *text = &r->evidence->text;
    struct session_facts *facts = &state->facts;
    struct slice method = event_get(event, FIELD_SASL_METHOD);
    struct slice user = event_get(event, FIELD_SASL_USERNAME);
    struct slice sender = event_get(event, FIELD_SASL_SENDER);
    struct session_facts was = *facts;
    bool whole = !event->line->truncated;
    facts->sasl_method = method.at ? intern_add(text, method) : whole ? SYM_EMPTY : SYM_NONE;
    facts->sasl_username = user.at ? intern_add(text, user) : whole ? SYM_EMPTY : SYM_NONE;
    facts->sasl_sender = sender.at ? intern_add(text, sender) : whole ? SYM_EMPTY : SYM_NONE;
    if (was.sasl_method != facts->sasl_method || was.sasl_username != facts->sasl_username ||
        was.sasl_sender != facts->sasl_sender)
        state->facts_known = false;
}

void smtpd_client(struct rebuild *r, const struct event *event)
{
    struct session_state *state = session_of_line(r, event);
    struct slice queue_id = event_get(event, FIELD_QUEUE_ID);
    struct mail *mail = current_mail(r, state);
    learn_sasl(r, state, event);
    if (queue_id.at) {
        mail = client_mail(r, state, event, queue_id);
        if (state->note.mails < UINT16_MAX)
            state->note.mails++;
    } else if (!mail || mail->key || mail->client_seen || mail->waits_for_owner) {
        if (mail && !mail->key && !mail->waits_for_owner)
            mail_close(r, mail);
        mail = mail_new(r, event, state); /* a before-queue filter: no id until it has one */
    }
    state->mail = mail->index + 1;
    mail->client_seen = true;
    mail_touch(r, mail, event);
    mail_message(r, mail)->facts = session_facts_number(r, state);
    struct slice original = event_get(event, FIELD_ORIG_QUEUE_ID);
    if (original.at)
        rejoin_original(r, mail, original);
    if (event_get(event, FIELD_ORIG_CLIENT_ADDRESS).at) {
        struct client client =
            client_of_proxy(r->evidence, event_get(event, FIELD_ORIG_CLIENT_NAME),
                            event_get(event, FIELD_ORIG_CLIENT_ADDRESS));
        mail_message(r, mail)->client = evidence_client(r->evidence, &client);
    }
}

void smtpd_proxy(struct rebuild *r, const struct event *event)
{
    struct session_state *state = session_find(r, event);
    struct mail *mail = state ? current_mail(r, state) : NULL;
    if (!mail || mail->key || mail->waits_for_owner)
        return;
    session_learn(r, state, event, ORIGIN_PROXY);
    mail_touch(r, mail, event);
    mail_sender(r, mail, event_get(event, FIELD_SENDER), ORIGIN_PROXY);
    mail_helo(r, mail, event, ORIGIN_PROXY);
    struct slice recipient = event_get(event, FIELD_RECIPIENT);
    struct intern_key key = row_ahead(r, recipient);
    uint32_t row = NONE;
    if (recipient.at)
        row = row_named(r, mail, &key, ORIGIN_PROXY, r->now_us);
    if (slice_is(event_get(event, FIELD_ACTION), "accept")) {
        struct slice queued_as = event_get(event, FIELD_QUEUED_AS);
        *mail_marks(r, mail) |= MARK_QUEUED;
        if (queued_as.at) {
            mail_detail(r, mail)->queue_id = arena_copy(&r->evidence->arena, queued_as).at;
            rejoin_queued_as(r, mail, NONE, queued_as, recipient);
        }
    } else {
        rows_refuse(r, mail, reply_of_line(r, event, mail, row, reply_verdict(event)));
        *mail_marks(r, mail) |= MARK_REFUSED;
    }
    mail_close(r, mail);
}

void smtpd_lost(struct rebuild *r, const struct event *event)
{
    if (event->service != SERVICE_SMTPD)
        return;
    struct session_state *state = session_of_line(r, event);
    struct mail *mail = current_mail(r, state);
    struct slice after = event_get(event, FIELD_AFTER);
    if (!mail || !mail->key || *mail_marks(r, mail) & MARK_QUEUED)
        return;
    if (slice_starts(after, "DATA") || slice_starts(after, "BDAT") || slice_is(after, "RCPT"))
        *mail_marks(r, mail) |= MARK_ABORTED;
}
