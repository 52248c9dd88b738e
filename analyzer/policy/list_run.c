#include "analyzer/policy/list_run.h"

#include "base/xalloc.h"

/* Postfix gives up above this depth of lists in access tables. */
enum { DEPTH_MAX = 100 };

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

enum status list_run_reject(struct run *run, const struct note *reply, bool never_warned)
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

static enum status server_error(struct run *run, const struct item *item)
{
    const struct program *program = run->evaluation->program;
    struct outcome error = *outcome_get(&program->outcomes, program->server_error);
    struct note reply = reply_of(run, &error, item);
    return list_run_reject(run, &reply, true);
}

static enum status apply_list(struct run *run, const struct outcome *outcome,
                              const struct item *item)
{
    if (run->depth > DEPTH_MAX)
        return server_error(run, item);
    enum status status = list_run(run, outcome->list);
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
        if (run->warn && (outcome->flags & OUTCOME_WARNED_IS_OK))
            return STATUS_OK;
        reply = reply_of(run, outcome, item);
        return list_run_reject(run, &reply, outcome->flags & OUTCOME_NEVER_WARNED);
    case OUTCOME_DEFER_IF_PERMIT:
        reply = reply_of(run, outcome, item);
        if (run->warn)
            return list_run_reject(run, &reply, false);
        if (!run->if_permit.active)
            run->if_permit = reply;
        return STATUS_DUNNO;
    case OUTCOME_DEFER_IF_REJECT:
        if (!run->if_reject.active)
            run->if_reject = reply_of(run, outcome, item);
        return outcome->flags & OUTCOME_AND_OK ? STATUS_OK : STATUS_DUNNO;
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

/* The mark of the sender, set from here on unless only a warning is wanted. */
static bool sender_unchecked(struct run *run)
{
    if (!run->sender_mark_known)
        run->sender_checked = choices_take(run->choices, CHOICE_MARK, 0, 2, run->slot);
    run->sender_mark_known = true;
    run->mail.order_matters |= !run->sender_list_ran; /* it is that of the recipient before */
    if (run->sender_checked)
        return false;
    run->sender_checked = !run->warn;
    return true;
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
        return sender_unchecked(run);
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

enum status list_run_check(struct run *run, const struct item *item)
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

bool list_run_may_act(struct run *run, const struct item *item)
{
    uint32_t slot;

    return ask(run, item->question, &slot) != OUTCOME_NUMBER_DUNNO;
}

bool list_run_is_enabled(const struct run *run, const struct item *item)
{
    return item->check == CHECK_NONE || run->evaluation->enabled[item->check];
}

static enum status run_item(struct run *run, const struct item *item)
{
    uint32_t outer = run->outer_check;
    enum status status;

    if (item->kind == ITEM_CLASS)
        return list_run(run, item->members);
    if (!list_run_is_enabled(run, item))
        return STATUS_DUNNO;
    if (item->check != CHECK_NONE)
        run->outer_check = item->check;
    status = list_run_check(run, item);
    run->outer_check = outer;
    return status;
}

/* generic_checks. */
enum status list_run(struct run *run, uint32_t number)
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
