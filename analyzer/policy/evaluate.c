#include "analyzer/policy/evaluate.h"

#include "base/xalloc.h"

/* Postfix gives up above this depth of lists in access tables. */
enum { DEPTH_MAX = 100, ACTS_RUNS_MAX = 256 };

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
    bool sender_checked, recipient_checked;
    uint32_t accepted;
    uint32_t outer_check; /* of the item in a stage's list; CHECK_NONE outside */
    struct decision rejected;
};

static uint32_t client_class(struct run *run)
{
    const struct unit *unit = run->unit;

    if (run->client == UINT32_MAX)
        run->client = unit->client_count == 1
                          ? unit->clients[0]
                          : unit->clients[choices_take(run->choices, CHOICE_CLIENT, 0,
                                                       unit->client_count, run->slot)];
    return run->client;
}

static uint32_t answer(const struct evaluation *evaluation, enum column column, uint32_t row_class,
                       uint32_t index)
{
    const struct column_answers *answers = &evaluation->answers[column];
    return answers->vectors[(size_t)row_class * answers->width + index];
}

static uint32_t class_in(const struct unit *unit, enum column column, uint32_t slot, bool bare)
{
    switch (column) {
    case COLUMN_HELO:
        return unit->helo;
    case COLUMN_SENDER:
        return unit->sender;
    case COLUMN_FACTS:
        return bare ? unit->bare_facts : unit->facts;
    case COLUMN_MAIL:
        return unit->mail;
    case COLUMN_RECIPIENT:
        return unit->rows[slot].recipient;
    case COLUMN_ROW:
        return unit->rows[slot].row;
    case COLUMN_CLIENT:
        return unit->clients[0];
    case COLUMN_CONSTANT:
    case COLUMNS:
        break;
    }
    return 0;
}

/* The number of the answer, and the slot that makes it a choice of its own when it is unknown. */
static uint32_t ask(struct run *run, uint32_t question, uint32_t *slot)
{
    const struct question_place *place = &run->evaluation->program->places[question];
    enum column column = (enum column)place->column;
    uint32_t row_class = column == COLUMN_CLIENT
                             ? client_class(run)
                             : class_in(run->unit, column, run->slot, run->presence.bare);

    *slot = column == COLUMN_RECIPIENT || column == COLUMN_ROW ? run->slot : 0;
    return answer(run->evaluation, column, row_class, place->index);
}

/* An answer made definite: the run's alternative of an unknown one. */
static const struct outcome *resolve(struct run *run, uint32_t number, uint32_t question,
                                     uint32_t slot)
{
    const struct outcomes *outcomes = &run->evaluation->program->outcomes;
    const struct outcome *outcome = outcome_get(outcomes, number);

    if (outcome->kind != OUTCOME_UNKNOWN)
        return outcome;
    uint32_t taken = choices_take(run->choices, question, slot, outcome->count, run->slot);
    return outcome_get(outcomes, outcomes->alternatives[outcome->first + taken]);
}

static struct note reply_of(const struct run *run, const struct outcome *outcome,
                            const struct item *item)
{
    return (struct note){
        .active = true,
        .any_code = outcome->flags & OUTCOME_ANY_CODE,
        .cause = outcome->cause,
        .code = outcome->code,
        .dsn = outcome->dsn,
        .item = item,
        .check = item->check == CHECK_NONE ? run->outer_check : item->check,
    };
}

/* smtpd_check_reject: DUNNO when it is only a warning. */
static enum status reject(struct run *run, const struct note *reply, bool never_warned)
{
    bool warns = run->warn && !never_warned;
    struct note used = *reply;

    if (warns)
        return STATUS_DUNNO;
    if (run->if_reject.active && reply->code >= 500) {
        used = run->if_reject;
        run->warn = 0;
        run->if_reject.active = false;
    }
    if (run->evaluation->program->settings.soft_bounce && used.code >= 500)
        used.code = (uint16_t)(used.code - 100);
    run->rejected = (struct decision){
        .kind = used.code >= 500 ? VERDICT_REJECT : VERDICT_DEFER,
        .stage = (uint8_t)run->presence.stage,
        .cause = used.cause,
        .any_code = used.any_code,
        .code = used.code,
        .dsn = used.dsn,
        .item = used.item,
        .check = used.check,
    };
    return STATUS_REJECT;
}

static struct decision decided_by(const struct run *run, enum verdict_kind kind,
                                  const struct item *item)
{
    return (struct decision){
        .kind = (uint8_t)kind,
        .stage = (uint8_t)run->presence.stage,
        .item = item,
        .check = item->check == CHECK_NONE ? run->outer_check : item->check,
    };
}

static enum status run_list(struct run *run, uint32_t list);

static enum status server_error(struct run *run, const struct item *item)
{
    const struct program *program = run->evaluation->program;
    struct outcome error = *outcome_get(&program->outcomes, program->server_error);
    struct note reply = reply_of(run, &error, item);
    return reject(run, &reply, true);
}

static enum status apply_list(struct run *run, const struct outcome *outcome,
                              const struct item *item)
{
    if (run->depth > DEPTH_MAX)
        return server_error(run, item);
    enum status status = run_list(run, outcome->list);
    if (status != STATUS_OK)
        return status;
    if ((outcome->flags & OUTCOME_OK_FORBIDDEN) && !run->mail.discard)
        return server_error(run, item);
    return outcome->flags & OUTCOME_OK_IS_DUNNO ? STATUS_DUNNO : STATUS_OK;
}

/* Actions for cleanup(8): nobody is there to do them before MAIL. */
static enum status apply_to_mail(struct run *run, const struct outcome *outcome,
                                 const struct item *item)
{
    if (!run->presence.sender)
        return STATUS_DUNNO;
    if (outcome->kind == OUTCOME_HOLD) {
        if (!run->mail.hold)
            run->mail.held_by = decided_by(run, VERDICT_HOLD, item);
        run->mail.hold = true;
        return STATUS_DUNNO;
    }
    if (outcome->kind == OUTCOME_REDIRECT) {
        run->mail.redirected_by = decided_by(run, VERDICT_REDIRECT, item);
        run->mail.redirect = true;
        return STATUS_DUNNO;
    }
    if (!run->mail.discard)
        run->mail.discarded_by = decided_by(run, VERDICT_DISCARD, item);
    run->mail.discard = run->mail.order_matters = true;
    return STATUS_OK;
}

static enum status apply(struct run *run, const struct outcome *outcome, const struct item *item)
{
    struct note reply;

    switch ((enum outcome_kind)outcome->kind) {
    case OUTCOME_DUNNO:
        return STATUS_DUNNO;
    case OUTCOME_OK:
        return STATUS_OK;
    case OUTCOME_REJECT:
        reply = reply_of(run, outcome, item);
        return reject(run, &reply, outcome->flags & OUTCOME_NEVER_WARNED);
    case OUTCOME_DEFER_IF_PERMIT:
        reply = reply_of(run, outcome, item);
        if (run->warn)
            return reject(run, &reply, false);
        if (!run->if_permit.active)
            run->if_permit = reply;
        return STATUS_DUNNO;
    case OUTCOME_DEFER_IF_REJECT:
        if (!run->if_reject.active)
            run->if_reject = reply_of(run, outcome, item);
        return STATUS_DUNNO;
    case OUTCOME_HOLD:
    case OUTCOME_DISCARD:
    case OUTCOME_REDIRECT:
        return apply_to_mail(run, outcome, item);
    case OUTCOME_LIST:
        return apply_list(run, outcome, item);
    case OUTCOME_UNKNOWN:
        break;
    }
    bug("an unknown answer was not resolved");
}

/* True when what the question reads does not exist at this point. */
static bool lacks(const struct run *run, const struct question *question)
{
    const struct presence *presence = &run->presence;
    uint8_t reads = question->restriction->reads;

    if (question->restriction->argument == ARGUMENT_SERVICE)
        return false;
    return ((reads & READS_SENDER) && !presence->sender) ||
           ((reads & READS_RECIPIENT) && !presence->recipient) ||
           ((reads & READS_HELO) && !presence->helo);
}

static enum status authorized(struct run *run)
{
    const struct item *item = &run->evaluation->program->authorized;
    uint32_t slot, number = ask(run, item->question, &slot);
    const struct outcome *outcome = resolve(run, number, item->question, slot);
    return apply(run, outcome, item);
}

/* Whether the state lets the answer count; *status is the result when it does not. */
static bool counts(struct run *run, const struct question *question, enum status *status)
{
    bool at_rcpt = run->presence.stage == STAGE_RCPT;

    *status = STATUS_DUNNO;
    switch ((enum restriction_when)question->restriction->when) {
    case WHEN_ALWAYS:
        return true;
    case WHEN_MANY_RECIPIENTS:
        run->mail.order_matters = true;
        return run->accepted > (at_rcpt ? 0U : 1U);
    case WHEN_AUTHORIZED:
        if (!at_rcpt || !run->presence.recipient)
            return true;
        *status = authorized(run);
        if (*status == STATUS_OK) {
            *status = STATUS_DUNNO;
            return true;
        }
        return false;
    case WHEN_SENDER_UNCHECKED:
        if (run->sender_checked)
            return false;
        run->sender_checked = !run->warn;
        return true;
    case WHEN_RECIPIENT_UNCHECKED:
        if (run->recipient_checked)
            return false;
        run->recipient_checked = !run->warn;
        return true;
    }
    return true;
}

static void show(const struct run *run, const struct item *item, uint32_t number, bool skipped)
{
    const struct check_observer *observer = run->evaluation->observer;

    if (observer)
        observer->see(observer->context, &(struct checked){ .item = item,
                                                            .outer_check = run->outer_check,
                                                            .slot = run->slot,
                                                            .number = number,
                                                            .stage = (uint8_t)run->presence.stage,
                                                            .skipped = skipped });
}

static enum status run_check(struct run *run, const struct item *item)
{
    const struct question *question = &run->evaluation->program->questions[item->question];
    enum status status = STATUS_DUNNO;
    uint32_t slot;

    if (lacks(run, question) || !counts(run, question, &status)) {
        show(run, item, OUTCOME_NUMBER_DUNNO, true);
        return lacks(run, question) ? STATUS_DUNNO : status;
    }
    uint32_t number = ask(run, item->question, &slot);
    show(run, item, number, false);
    return apply(run, resolve(run, number, item->question, slot), item);
}

static bool is_enabled(const struct run *run, const struct item *item)
{
    return item->check == CHECK_NONE || run->evaluation->enabled[item->check];
}

static enum status run_item(struct run *run, const struct item *item)
{
    uint32_t outer = run->outer_check;
    enum status status;

    if (item->kind == ITEM_CLASS)
        return run_list(run, item->members);
    if (!is_enabled(run, item))
        return STATUS_DUNNO;
    if (item->check != CHECK_NONE)
        run->outer_check = item->check;
    status = run_check(run, item);
    run->outer_check = outer;
    return status;
}

/* generic_checks. */
static enum status run_list(struct run *run, uint32_t number)
{
    const struct program *program = run->evaluation->program;
    struct item_list list = program->lists[number];
    enum status status = STATUS_DUNNO;
    unsigned saved_depth = run->depth++;

    for (uint32_t i = 0; i < list.count && !run->mail.discard; i++) {
        const struct item *item = &program->items[list.first + i];
        if (item->kind == ITEM_WARN_IF_REJECT) {
            if (run->warn == 0)
                run->warn = run->depth;
            continue;
        }
        status = run_item(run, item);
        if (run->warn >= run->depth)
            run->warn = 0;
        if (status != STATUS_DUNNO || (run->if_permit.active && run->if_reject.active))
            break;
    }
    run->depth = saved_depth;
    if (run->warn >= run->depth)
        run->warn = 0;
    return status;
}

static enum status run_stage_list(struct run *run, enum list_kind list)
{
    uint32_t number = run->evaluation->program->stage_lists[list];
    return number ? run_list(run, number - 1) : STATUS_DUNNO;
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
    begin_stage(run);
    enum status status = run_stage_list(run, LIST_SENDER);
    run->if_permit_sender = run->if_permit;
    if (program->settings.reject_unlisted_sender && status != STATUS_REJECT && !run->mail.discard &&
        is_enabled(run, &program->unlisted_sender))
        status = run_check(run, &program->unlisted_sender);
    return status;
}

/* What was accepted is deferred after all when some earlier trouble may have hidden a reject. */
static enum status use_if_permit(struct run *run, enum status status)
{
    if (status == STATUS_REJECT || !run->if_permit.active)
        return status;
    return reject(run, &run->if_permit, false);
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
        !run->mail.discard && is_enabled(run, &program->unlisted_recipient))
        status = run_check(run, &program->unlisted_recipient);
    return status;
}

static enum status check_rcpt(struct run *run)
{
    bool helo = run->presence.helo;

    run->recipient_checked = false;
    if (run->evaluation->program->settings.delay_reject) {
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
    if (!is_enabled(run, item))
        return STATUS_DUNNO;
    begin_stage(run);
    return run_check(run, item);
}

static void decide_all(const struct run *run, struct decision *decisions)
{
    for (uint32_t i = 0; i < run->unit->row_count; i++)
        decisions[i] = run->rejected;
}

/* From the connection to MAIL: true when the client may name recipients. */
static bool begin_mail(struct run *run)
{
    const struct program *program = run->evaluation->program;
    bool delayed = program->settings.delay_reject;
    bool has_helo = !run->unit->no_helo;

    run->presence = (struct presence){ .bare = true, .stage = STAGE_CONNECT };
    if (!delayed && check_client(run) == STATUS_REJECT)
        return false;
    run->presence.helo = has_helo;
    run->presence.stage = STAGE_HELO;
    if (!delayed && has_helo && check_helo(run) == STATUS_REJECT)
        return false;
    run->presence.bare = false;
    run->presence.stage = STAGE_MAIL;
    run->presence.helo = true; /* smtpd_helo_required looks at its absence */
    if (check_outside(run, &program->helo_required) == STATUS_REJECT)
        return false;
    run->presence.helo = has_helo;
    run->presence.sender = true;
    if (check_outside(run, &program->sender_syntax) == STATUS_REJECT)
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
                        const struct mail_state *before, struct choices *choices,
                        struct decision *decision, struct mail_state *after)
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
        if (before->accepted || before->discard || before->hold || before->redirect)
            run.mail = *before;
        run.accepted = before->accepted;
        name_recipient(&run, slot, decision);
    } else {
        *decision = run.rejected;
    }
    *after = run.mail;
    after->accepted = run.accepted > 0;
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
        .presence = { .sender = true, .recipient = true, .helo = true, .stage = STAGE_RCPT },
    };
    enum status status = run_check(&run, item);

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
