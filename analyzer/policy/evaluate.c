#include "analyzer/policy/evaluate.h"

#include "analyzer/policy/list_run.h"
#include "analyzer/policy/screen_tests.h"
#include "base/xalloc.h"

/* Combinations tried to learn what one check would do. */
enum { ACTS_RUNS_MAX = 256 };

static enum status run_stage_list(struct run *run, enum list_kind list)
{
    uint32_t number = run->evaluation->program->stage_lists[list];
    return number ? list_run(run, number - 1) : STATUS_DUNNO;
}

static void begin_stage(struct run *run)
{
    run->depth = 0;
    run->warn = 0;
    run->if_reject.active = false;
}

static enum status check_client(struct run *run)
{
    run->if_permit.active = false;
    begin_stage(run);
    enum status status = run_stage_list(run, LIST_CLIENT);
    run->if_permit_client = run->if_permit;
    return status;
}

static enum status check_helo(struct run *run)
{
    run->if_permit = run->if_permit_client;
    begin_stage(run);
    enum status status = run_stage_list(run, LIST_HELO);
    run->if_permit_helo = run->if_permit;
    return status;
}

static enum status check_mail(struct run *run)
{
    const struct program *program = run->evaluation->program;

    run->if_permit = run->if_permit_client.active ? run->if_permit_client : run->if_permit_helo;
    run->sender_checked = false;
    run->sender_mark_known = run->sender_list_ran = true;
    begin_stage(run);
    enum status status = run_stage_list(run, LIST_SENDER);
    run->if_permit_sender = run->if_permit;
    if (program->settings.reject_unlisted_sender && status != STATUS_REJECT && !run->mail.discard &&
        list_run_is_enabled(run, &program->unlisted_sender))
        status = list_run_check(run, &program->unlisted_sender);
    return status;
}

/* What was accepted is deferred after all when some earlier trouble may have hidden a reject. */
static enum status use_if_permit(struct run *run, enum status status)
{
    if (status == STATUS_REJECT || !run->if_permit.active)
        return status;
    return list_run_reject(run, &run->if_permit, false);
}

static enum status check_destination(struct run *run)
{
    const struct program *program = run->evaluation->program;
    enum list_kind first = program->settings.relay_first ? LIST_RELAY : LIST_RECIPIENT;
    enum list_kind second = program->settings.relay_first ? LIST_RECIPIENT : LIST_RELAY;

    run->if_permit = run->if_permit_sender;
    begin_stage(run);
    enum status status = run_stage_list(run, first);
    if (status != STATUS_REJECT)
        status = run_stage_list(run, second);
    status = use_if_permit(run, status);
    if (program->settings.reject_unlisted_recipient && status != STATUS_REJECT &&
        !run->mail.discard && list_run_is_enabled(run, &program->unlisted_recipient))
        status = list_run_check(run, &program->unlisted_recipient);
    return status;
}

static enum status check_rcpt(struct run *run)
{
    bool helo = run->presence.helo;

    run->recipient_checked = false;
    if (run->evaluation->program->settings.delay_reject) {
        run->sender_list_ran = false;
        if (check_client(run) == STATUS_REJECT || (helo && check_helo(run) == STATUS_REJECT) ||
            check_mail(run) == STATUS_REJECT)
            return STATUS_REJECT;
    }
    return check_destination(run);
}

static enum status check_content(struct run *run, enum list_kind list, enum smtp_stage stage)
{
    run->presence.stage = stage;
    run->presence.recipient = run->accepted == 1;
    run->if_permit.active = false;
    begin_stage(run);
    return use_if_permit(run, run_stage_list(run, list));
}

/* A check outside the lists: asked and applied as it is. */
static enum status check_outside(struct run *run, const struct item *item)
{
    if (!list_run_is_enabled(run, item))
        return STATUS_DUNNO;
    begin_stage(run);
    return list_run_check(run, item);
}

static void decide_all(const struct run *run, struct decision *decisions)
{
    for (uint32_t i = 0; i < run->unit->row_count; i++)
        decisions[i] = run->rejected;
}

/* A client that announces its SIZE= is refused at MAIL, another one when all is sent. */
static enum status check_announced_size(struct run *run)
{
    const struct item *item = &run->evaluation->program->message_size;

    if (!list_run_is_enabled(run, item) || !list_run_may_act(run, item) ||
        !choices_take(run->choices, CHOICE_SIZE, 0, 2, run->slot))
        return STATUS_DUNNO;
    return check_outside(run, item);
}

/* Where SMTPUTF8 is not supported, a client that says it is refused at MAIL: perhaps for the sake of a
 * recipient that it has not named yet. */
static enum status check_smtputf8(struct run *run)
{
    const struct program *program = run->evaluation->program;
    enum status status = STATUS_DUNNO;
    uint32_t slot = run->slot;

    if (program->settings.smtputf8)
        return STATUS_DUNNO;
    for (run->slot = 0; run->slot < run->unit->row_count; run->slot++)
        if (list_run_may_act(run, &program->recipient_syntax))
            break;
    if (run->slot < run->unit->row_count && choices_take(run->choices, CHOICE_UTF8, 0, 2, slot)) {
        run->presence.recipient = true;
        status = check_outside(run, &program->recipient_syntax);
        run->presence.recipient = false;
    }
    run->slot = slot;
    return status;
}

/* From the connection, or postscreen's part of it, to MAIL: true when the client may name recipients. */
static bool begin_mail(struct run *run)
{
    const struct program *program = run->evaluation->program;
    bool delayed = program->settings.delay_reject;
    bool has_helo = !run->unit->no_helo;

    if (screen_run(run) == STATUS_REJECT)
        return false;
    run->presence = (struct presence){ .bare = true, .stage = STAGE_CONNECT };
    if (!delayed && check_client(run) == STATUS_REJECT)
        return false;
    run->presence.helo = has_helo;
    run->presence.stage = STAGE_HELO;
    if (!delayed && has_helo && check_helo(run) == STATUS_REJECT)
        return false;
    run->presence.bare = false;
    run->presence.stage = STAGE_MAIL;
    if (check_outside(run, &program->tls_required) == STATUS_REJECT)
        return false;
    run->presence.helo = true; /* smtpd_helo_required looks at its absence */
    if (check_outside(run, &program->helo_required) == STATUS_REJECT)
        return false;
    run->presence.helo = has_helo;
    run->presence.sender = true;
    if (check_outside(run, &program->sender_syntax) == STATUS_REJECT ||
        check_smtputf8(run) == STATUS_REJECT || check_announced_size(run) == STATUS_REJECT)
        return false;
    if (!delayed && check_mail(run) == STATUS_REJECT)
        return false;
    run->presence.stage = STAGE_RCPT;
    return true;
}

static void name_recipient(struct run *run, uint32_t slot, struct decision *decision)
{
    const struct program *program = run->evaluation->program;
    enum status status;

    run->slot = slot;
    run->presence.stage = STAGE_RCPT;
    run->presence.recipient = true;
    status = check_outside(run, &program->recipient_syntax);
    if (status != STATUS_REJECT) {
        status = check_outside(run, &program->recipient_exempt);
        status = status == STATUS_OK ? STATUS_OK : check_rcpt(run);
    }
    if (status == STATUS_REJECT) {
        *decision = run->rejected;
        return;
    }
    *decision =
        (struct decision){ .kind = VERDICT_ACCEPT, .stage = STAGE_RCPT, .check = CHECK_NONE };
    run->accepted++;
}

struct decision mail_state_end(const struct mail_state *state, struct decision accepted)
{
    if (state->discard)
        return state->discarded_by;
    if (state->hold)
        return state->held_by;
    return state->redirect ? state->redirected_by : accepted;
}

/* What becomes of the mail of the accepted recipients: one end for all. */
static void end_mail(struct run *run, struct decision *decisions)
{
    const struct program *program = run->evaluation->program;
    struct decision accepted;
    enum status status;

    for (run->slot = 0; run->slot < run->unit->row_count; run->slot++)
        if (decisions[run->slot].kind == VERDICT_ACCEPT)
            break; /* the recipient that data lists see when it is the only one */
    accepted = decisions[run->slot];
    status = check_content(run, LIST_DATA, STAGE_DATA);
    if (status != STATUS_REJECT) {
        run->presence.stage = STAGE_END_OF_MESSAGE;
        status = check_outside(run, &program->message_size);
    }
    if (status != STATUS_REJECT)
        status = check_content(run, LIST_END_OF_DATA, STAGE_END_OF_MESSAGE);
    if (status == STATUS_REJECT)
        accepted = run->rejected;
    else
        accepted = mail_state_end(&run->mail, accepted);
    for (uint32_t i = 0; i < run->unit->row_count; i++)
        if (decisions[i].kind == VERDICT_ACCEPT)
            decisions[i] = accepted;
}

/* Names the recipients one after the other: as they stand, or (order > 0) with one of the ordered
 * pairs in front. What a recipient finds depends on whether somebody before it was accepted, and
 * whether somebody discards the mail; one predecessor is enough for either. */
static void name_recipients(struct run *run, uint32_t order, struct decision *decisions)
{
    uint32_t rows = run->unit->row_count, first = rows, second = rows;

    if (order) {
        first = (order - 1) / (rows - 1);
        second = (order - 1) % (rows - 1);
        second += second >= first;
        name_recipient(run, first, &decisions[first]);
        name_recipient(run, second, &decisions[second]);
    }
    for (uint32_t slot = 0; slot < rows; slot++)
        if (slot != first && slot != second)
            name_recipient(run, slot, &decisions[slot]);
}

void evaluate_unit(const struct evaluation *evaluation, const struct unit *unit,
                   struct choices *choices, struct decision *decisions)
{
    uint32_t orders = unit->row_count * (unit->row_count - 1) + 1;
    bool order_unknown = unit->order_unknown && unit->row_count > 1;
    struct run run = {
        .evaluation = evaluation,
        .unit = unit,
        .choices = choices,
        .client = UINT32_MAX,
        .outer_check = CHECK_NONE,
    };

    if (!begin_mail(&run)) {
        decide_all(&run, decisions);
        return;
    }
    uint32_t order = order_unknown ? choices_taken(choices, CHOICE_ORDER, 0) : 0;
    name_recipients(&run, order, decisions);
    if (order_unknown && run.mail.order_matters)
        choices_take(choices, CHOICE_ORDER, 0, orders, run.slot);
    if (run.accepted)
        end_mail(&run, decisions);
}

void evaluate_recipient(const struct evaluation *evaluation, const struct unit *unit, uint32_t slot,
                        struct mail_state *state, struct choices *choices,
                        struct decision *decision)
{
    struct run run = {
        .evaluation = evaluation,
        .unit = unit,
        .choices = choices,
        .client = UINT32_MAX,
        .outer_check = CHECK_NONE,
    };

    if (begin_mail(&run)) {
        /* What the sender list did at MAIL, it did before any recipient was named. */
        if (state->accepted || state->discard || state->hold || state->redirect)
            run.mail = *state;
        run.accepted = state->accepted;
        name_recipient(&run, slot, decision);
    } else {
        *decision = run.rejected;
    }
    *state = run.mail;
    state->accepted = run.accepted > 0;
}

/* One check on its own, with everything present: what it would do if it were asked. */
static enum tri acts_in_run(const struct evaluation *evaluation, const struct unit *unit,
                            uint32_t slot, const struct item *item, struct choices *choices)
{
    const struct question *question = &evaluation->program->questions[item->question];
    struct run run = {
        .evaluation = evaluation,
        .unit = unit,
        .choices = choices,
        .client = UINT32_MAX,
        .slot = slot,
        .outer_check = CHECK_NONE,
        .accepted = slot ? 1 : 0,
        .sender_mark_known = true,
        .presence = { .sender = true, .recipient = true, .helo = true, .stage = STAGE_RCPT },
    };
    enum status status = list_run_check(&run, item);

    if (question->restriction->permits)
        return status == STATUS_OK ? TRI_YES : TRI_NO;
    return status == STATUS_REJECT || run.if_permit.active || run.mail.discard || run.mail.hold ||
                   run.mail.redirect
               ? TRI_YES
               : TRI_NO;
}

enum tri evaluate_acts(const struct evaluation *evaluation, const struct unit *unit, uint32_t slot,
                       const struct item *item)
{
    struct choices choices;
    enum tri all = TRI_UNKNOWN;
    unsigned runs = 0;

    choices_reset(&choices);
    do {
        enum tri acts = acts_in_run(evaluation, unit, slot, item, &choices);
        if (runs++ && acts != all)
            return TRI_UNKNOWN;
        all = acts;
    } while (choices_advance(&choices) && runs < ACTS_RUNS_MAX);
    return runs < ACTS_RUNS_MAX ? all : TRI_UNKNOWN;
}
