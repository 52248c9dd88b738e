#include "analyzer/policy/explain.h"

#include <stdlib.h>

#include "analyzer/policy/client_name.h"
#include "analyzer/policy/policy_internal.h"
#include "base/xalloc.h"

/* Runs until the rest counts as unknown; answers of one check that are kept; steps in all, and how
 * deep lists in tables are followed. */
enum { RUNS_MAX = 512, NUMBERS_MAX = 8, STEPS_MAX = 4000, DEPTH_MAX = 8, WHY_MAX = 4096 };
/* Checks outside the lists have their question as key, behind all items. */
#define OUTSIDE_KEY 0x80000000U

/* A check as the runs met it. */
struct seen {
    uint32_t key, outer;
    uint32_t runs, last_run; /* in how many it was asked; the last of these, from 1 */
    uint32_t skipped;        /* in how many of them it did not count */
    uint32_t numbers[NUMBERS_MAX];
    uint32_t number_count;
    uint32_t decided; /* in how many runs it was what decided */
    uint8_t stage;
};

/* Events of one run; they count when the run's end shows that they concern the row. */
struct event {
    uint32_t key, outer, number;
    uint8_t stage;
    bool skipped;
};

struct explainer {
    const struct replay *replay;
    const struct program *program;
    struct arena *arena;
    uint32_t row, slot;
    struct seen *seen;
    uint32_t seen_count, seen_capacity, cursor;
    struct event *events;
    uint32_t event_count, event_capacity;
    uint32_t runs;
    bool complete;
    uint32_t client_variants; /* states that the client may be in */
    struct explained_step *steps;
    size_t step_count, step_capacity;
};

static uint32_t key_of(const struct program *program, const struct item *item)
{
    uintptr_t at = (uintptr_t)item, first = (uintptr_t)program->items;

    if (at >= first && at - first < program->item_count * sizeof *item)
        return (uint32_t)((at - first) / sizeof *item);
    return OUTSIDE_KEY | item->question;
}

/* ---- what the runs met ---- */

static void see(void *context, const struct checked *checked)
{
    struct explainer *explainer = context;

    if (checked->stage == STAGE_RCPT && checked->slot != explainer->slot)
        return;
    GROW(explainer->events, explainer->event_count, explainer->event_capacity);
    explainer->events[explainer->event_count++] = (struct event){
        .key = key_of(explainer->program, checked->item),
        .outer = checked->item->check == CHECK_NONE ? checked->outer_check : checked->item->check,
        .number = checked->number,
        .stage = checked->stage,
        .skipped = checked->skipped,
    };
}

/* Runs meet the same checks in the same order: the next one is looked at first. */
static struct seen *find_seen(struct explainer *explainer, uint32_t key, uint32_t outer)
{
    uint32_t count = explainer->seen_count;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = (explainer->cursor + i) % count;
        if (explainer->seen[at].key == key && explainer->seen[at].outer == outer) {
            explainer->cursor = at + 1;
            return &explainer->seen[at];
        }
    }
    return NULL;
}

static struct seen *add_seen(struct explainer *explainer, uint32_t key, uint32_t outer)
{
    struct seen *seen = find_seen(explainer, key, outer);

    if (seen)
        return seen;
    GROW(explainer->seen, explainer->seen_count, explainer->seen_capacity);
    seen = &explainer->seen[explainer->seen_count++];
    *seen = (struct seen){ .key = key, .outer = outer };
    return seen;
}

static void count_event(struct explainer *explainer, const struct event *event)
{
    struct seen *seen = add_seen(explainer, event->key, event->outer);

    seen->stage = event->stage;
    if (seen->last_run != explainer->runs) {
        seen->last_run = explainer->runs;
        seen->runs++;
        seen->skipped += event->skipped;
    }
    if (event->skipped)
        return;
    for (uint32_t i = 0; i < seen->number_count; i++)
        if (seen->numbers[i] == event->number)
            return;
    if (seen->number_count < NUMBERS_MAX)
        seen->numbers[seen->number_count++] = event->number;
}

/* A recipient that was refused does not come to the data lists. */
static bool ends_at_rcpt(const struct decision *decision)
{
    return (decision->kind == VERDICT_REJECT || decision->kind == VERDICT_DEFER) &&
           decision->stage != STAGE_DATA && decision->stage != STAGE_END_OF_MESSAGE;
}

static void end_run(struct explainer *explainer, const struct decision *decision)
{
    const struct program *program = explainer->program;

    explainer->runs++;
    explainer->cursor = 0;
    for (uint32_t i = 0; i < explainer->event_count; i++) {
        const struct event *event = &explainer->events[i];
        bool late = event->stage == STAGE_DATA || event->stage == STAGE_END_OF_MESSAGE;
        if (!late || !ends_at_rcpt(decision))
            count_event(explainer, event);
    }
    explainer->event_count = 0;
    if (!decision->item)
        return;
    /* What others asked on their behalf decides in their name. */
    bool asked_by_other = decision->item->list == LIST_KINDS && decision->item->check == CHECK_NONE;
    uint32_t key = asked_by_other && decision->check != CHECK_NONE
                       ? key_of(program, explainer->replay->check_items[decision->check])
                       : key_of(program, decision->item);
    add_seen(explainer, key, decision->check)->decided++;
}

static void run_all(struct explainer *explainer)
{
    struct check_observer observer = { .see = see, .context = explainer };
    struct evaluation evaluation = explainer->replay->evaluation;
    struct choices choices;
    struct unit unit;

    evaluation.observer = &observer;
    replay_unit(explainer->replay, replay_unit_of(explainer->replay, explainer->row), &unit);
    struct decision *decisions = xcalloc(unit.row_count, sizeof *decisions);
    choices_reset(&choices);
    do {
        evaluate_unit(&evaluation, &unit, &choices, decisions);
        end_run(explainer, &decisions[explainer->slot]);
    } while (choices_advance(&choices) && explainer->runs < RUNS_MAX);
    explainer->complete = choices.count == 0 && !choices.overflow;
    free(decisions);
}

/* In all runs, in none, in some; runs that were not made may have been different. */
static enum tri share(const struct explainer *explainer, uint32_t runs)
{
    if (!explainer->complete)
        return TRI_UNKNOWN;
    return runs == 0 ? TRI_NO : runs == explainer->runs ? TRI_YES : TRI_UNKNOWN;
}

/* ---- answers in words ---- */

static struct explained_reply reply_of(const struct program *program, uint32_t number)
{
    static const enum explained_answer answers[] = {
        [OUTCOME_DUNNO] = ANSWERED_DUNNO,
        [OUTCOME_OK] = ANSWERED_OK,
        [OUTCOME_REJECT] = ANSWERED_REJECT,
        [OUTCOME_DEFER_IF_PERMIT] = ANSWERED_DEFER_IF_PERMIT,
        [OUTCOME_DEFER_IF_REJECT] = ANSWERED_DEFER_IF_REJECT,
        [OUTCOME_HOLD] = ANSWERED_HOLD,
        [OUTCOME_DISCARD] = ANSWERED_DISCARD,
        [OUTCOME_REDIRECT] = ANSWERED_REDIRECT,
        [OUTCOME_LIST] = ANSWERED_LIST,
        [OUTCOME_UNKNOWN] = ANSWERED_UNKNOWN,
    };
    const struct outcome *outcome = outcome_get(&program->outcomes, number);
    struct explained_reply reply = { .answer = answers[outcome->kind] };
    bool replies = outcome->kind == OUTCOME_REJECT || outcome->kind == OUTCOME_DEFER_IF_PERMIT ||
                   outcome->kind == OUTCOME_DEFER_IF_REJECT;

    if (outcome->kind == OUTCOME_REJECT && outcome->code < 500)
        reply.answer = ANSWERED_DEFER;
    if (replies && !(outcome->flags & OUTCOME_ANY_CODE)) {
        reply.code = outcome->code;
        reply.dsn = outcome_dsn(&program->outcomes, outcome->dsn, outcome->code);
    }
    return reply;
}

static bool same_reply(const struct explained_reply *a, const struct explained_reply *b)
{
    return a->answer == b->answer && a->code == b->code && (a->dsn == NULL) == (b->dsn == NULL) &&
           (!a->dsn || slice_is(slice_of(a->dsn), b->dsn));
}

/* What an unknown answer may be. Answers that differ in their cause alone read the same. */
static void add_possible(struct explainer *explainer, uint32_t number, struct explained_step *step)
{
    const struct outcomes *outcomes = &explainer->program->outcomes;
    const struct outcome *outcome = outcome_get(outcomes, number);
    size_t count = 0;

    if (outcome->kind != OUTCOME_UNKNOWN)
        return;
    struct explained_reply *possible =
        ARENA_ARRAY(explainer->arena, struct explained_reply, outcome->count + (size_t)1);
    for (uint32_t i = 0; i < outcome->count; i++) {
        possible[count] = reply_of(explainer->program, outcomes->alternatives[outcome->first + i]);
        bool known = false;
        for (size_t k = 0; k < count; k++)
            known |= same_reply(&possible[k], &possible[count]);
        count += !known;
    }
    if (count == 1) {
        step->reply = possible[0];
        return;
    }
    step->possible = possible;
    step->possible_count = count;
}

/* ---- what an answer rests on ---- */

static void add_cell(struct buffer *out, const char *name, const struct intern *table, sym number)
{
    buffer_format(out, "%s%s ", out->len ? ", " : "", name);
    if (number == SYM_NONE)
        buffer_add_text(out, "not known");
    else if (number == SYM_EMPTY)
        buffer_add_text(out, "none");
    else
        buffer_add_slice(out, intern_text(table, number));
}

static void add_facts(struct buffer *out, const struct evidence *evidence,
                      const struct session_facts *facts)
{
    static const char *const tls[] = { "no TLS", "TLS", "TLS not known" };

    add_cell(out, "login", &evidence->text, facts->sasl_username);
    add_cell(out, "certificate", &evidence->text, facts->ccert_fingerprint);
    buffer_format(out, ", %s", tls[facts->tls <= TRI_UNKNOWN ? facts->tls : TRI_UNKNOWN]);
}

/* The values of the cells that a check reads. */
static void add_cells(const struct explainer *explainer, uint8_t reads, struct buffer *out)
{
    const struct evidence *evidence = explainer->replay->evidence;
    const struct row *row = &evidence->rows[explainer->row];
    const struct message *message = &evidence->messages[row->message];

    if (reads & READS_CLIENT)
        add_cell(out, "client", &evidence->text, evidence->clients[message->client].address);
    if (reads & READS_HELO)
        add_cell(out, "helo", &evidence->helos, message->helo);
    if (reads & READS_SENDER)
        add_cell(out, "sender", &evidence->senders, message->sender);
    if (reads & READS_RECIPIENT)
        add_cell(out, "recipient", &evidence->recipients, row->recipient);
    if ((reads & READS_FACTS) && (reads & READS_ADDRESS) != READS_ADDRESS)
        add_facts(out, evidence, &evidence->facts[message->facts]);
    if (reads & READS_MAIL) {
        buffer_add_text(out, out->len ? ", size " : "size ");
        uint64_t size = evidence_detail(evidence, message)->size;
        if (size)
            buffer_add_u64(out, size);
        else
            buffer_add_text(out, "not known");
    }
}

static struct slice copy_why(const struct explainer *explainer, uint8_t reads, bool skipped,
                             const struct buffer *words)
{
    struct buffer why;

    buffer_init(&why, WHY_MAX);
    add_cells(explainer, reads, &why);
    if (skipped)
        buffer_format(&why,
                      "%sdoes not count here: what it looks at does not exist, or the check "
                      "was done before",
                      why.len ? "; " : "");
    if (words->len && why.len)
        buffer_add_text(&why, "; ");
    buffer_add_slice(&why, buffer_slice(words));
    struct slice copy = arena_copy(explainer->arena, slice_make(why.len ? why.at : "", why.len));
    buffer_release(&why);
    return copy;
}

/* The answer for every state that the client may be in, with the words of each that differ. */
static uint32_t ask_again(struct explainer *explainer, uint32_t question, struct need_set *needs,
                          struct buffer *words)
{
    struct program *program = explainer->replay->policy->program;
    const struct columns *columns = &explainer->replay->columns;
    bool reads_client = program->questions[question].reads & READS_CLIENT;
    uint32_t count = reads_client ? explainer->client_variants : 1;
    uint32_t numbers[CLIENT_VARIANTS_MAX];
    struct column_question asked = { .question = question, .row = explainer->row };
    bool differ = false;
    struct buffer one;

    buffer_init(&one, WHY_MAX);
    for (uint32_t i = 0; i < count; i++) {
        buffer_clear(&one);
        asked.variant = i;
        numbers[i] = columns_answer_again(columns, asked, explainer->arena, needs, &one);
        differ |= numbers[i] != numbers[0];
        if (one.len == 0 || slice_find(buffer_slice(words), buffer_slice(&one)) < words->len)
            continue;
        if (words->len)
            buffer_add_text(words, "; or ");
        buffer_add_slice(words, buffer_slice(&one));
    }
    buffer_release(&one);
    if (differ) { /* what the client's name itself needs */
        asked.variant = ALL_VARIANTS;
        columns_answer_again(columns, asked, explainer->arena, needs, NULL);
    }
    return outcome_any_of(&program->outcomes, numbers, count);
}

static void add_needs(struct explainer *explainer, struct need_set *needs,
                      struct explained_step *step)
{
    struct slice *items = ARENA_ARRAY(explainer->arena, struct slice, needs->count + 1);

    need_set_sort(needs);
    for (size_t i = 0; i < needs->count; i++)
        items[i] = needs->items[i];
    step->needs = items;
    step->need_count = needs->count;
}

/* Answers once more, this time with words. What a run saw outranks that: the session may have been
 * without TLS and login then. */
static uint32_t answer(struct explainer *explainer, uint32_t question, const struct seen *seen,
                       struct explained_step *step)
{
    struct outcomes *outcomes = &explainer->replay->policy->program->outcomes;
    uint8_t reads = explainer->program->questions[question].reads;
    bool skipped = seen && seen->runs && seen->skipped == seen->runs;
    struct need_set needs;
    struct buffer words;

    need_set_init(&needs, explainer->arena);
    buffer_init(&words, WHY_MAX);
    uint32_t number = ask_again(explainer, question, &needs, &words);
    if (seen && seen->number_count)
        number = outcome_any_of(outcomes, seen->numbers, seen->number_count);
    if (skipped)
        number = OUTCOME_NUMBER_DUNNO;
    step->reply = reply_of(explainer->program, number);
    step->why = copy_why(explainer, reads, skipped, &words);
    add_possible(explainer, number, step);
    if (step->possible_count)
        add_needs(explainer, &needs, step);
    need_set_release(&needs);
    buffer_release(&words);
    return number;
}

/* ---- the steps, in the order in which Postfix asks ---- */

struct place {
    uint32_t outer; /* the check in whose table's result this stands; CHECK_NONE */
    unsigned depth;
    bool warns;
    const struct place *above; /* where the table was asked whose result this is; NULL: none did */
    uint32_t list;             /* depth > 0: that result */
};

static void walk_list(struct explainer *explainer, uint32_t list, struct place place);

/* A table's result. Lists that lead to themselves are followed once. */
static void follow_list(struct explainer *explainer, uint32_t list, const struct place *above)
{
    struct place place = { above->outer, above->depth + 1, above->warns, above, list };

    for (; above; above = above->above)
        if (above->depth && above->list == list)
            return;
    if (place.depth <= DEPTH_MAX)
        walk_list(explainer, list, place);
}

static void follow_lists(struct explainer *explainer, uint32_t number, struct place place)
{
    const struct outcomes *outcomes = &explainer->program->outcomes;
    struct outcome outcome = *outcome_get(outcomes, number);

    if (outcome.kind == OUTCOME_LIST)
        follow_list(explainer, outcome.list, &place);
    for (uint32_t i = 0; outcome.kind == OUTCOME_UNKNOWN && i < outcome.count; i++) {
        struct outcome one = *outcome_get(outcomes, outcomes->alternatives[outcome.first + i]);
        if (one.kind == OUTCOME_LIST)
            follow_list(explainer, one.list, &place);
    }
}

static void walk_item(struct explainer *explainer, struct item item, uint32_t key,
                      struct place place)
{
    const struct program *program = explainer->program;
    const struct policy_check *check =
        item.check == CHECK_NONE ? NULL : &program->checks[item.check];
    uint32_t outer = item.check == CHECK_NONE ? place.outer : item.check;
    const struct seen *seen = find_seen(explainer, key, outer);
    const struct question *question = &program->questions[item.question];
    struct explained_step step = {
        .check = item.check,
        .name = question->name,
        .argument = question->argument,
        .list = list_kind_name(item.list),
        .class_name = item.class_name,
        .position = check ? check->position : 0,
        .depth = place.depth,
        .enabled = outer == CHECK_NONE || explainer->replay->enabled[outer],
        .warn_only = place.warns || (check && check->warn_only),
        .permits = question->restriction->permits,
        .stage = seen && seen->runs ? smtp_stage_name((enum smtp_stage)seen->stage) : NULL,
        .asked = share(explainer, seen ? seen->runs : 0),
        .decides = share(explainer, seen ? seen->decided : 0),
    };

    if (explainer->step_count == STEPS_MAX) {
        explainer->complete = false;
        return;
    }
    uint32_t number = answer(explainer, item.question, seen, &step);
    bool built_in = item.list == LIST_KINDS && item.check == CHECK_NONE;
    if (built_in && step.reply.answer == ANSWERED_DUNNO)
        return; /* bad syntax, postmaster: nobody configured them */
    GROW(explainer->steps, explainer->step_count, explainer->step_capacity);
    explainer->steps[explainer->step_count++] = step;
    place.outer = outer;
    follow_lists(explainer, number, place);
}

static void walk_list(struct explainer *explainer, uint32_t list, struct place place)
{
    struct item_list items = explainer->program->lists[list];
    bool warns = place.warns;

    for (uint32_t i = 0; i < items.count; i++) {
        struct item item = explainer->program->items[items.first + i];
        if (item.kind == ITEM_WARN_IF_REJECT) {
            warns = true;
            continue;
        }
        struct place here = place;
        here.warns = warns;
        if (item.kind == ITEM_CLASS)
            walk_list(explainer, item.members, here);
        else
            walk_item(explainer, item, items.first + i, here);
        warns = place.warns;
    }
}

static void walk_stage(struct explainer *explainer, enum list_kind list)
{
    uint32_t number = explainer->program->stage_lists[list];

    if (number)
        walk_list(explainer, number - 1, (struct place){ .outer = CHECK_NONE });
}

static void walk_outside(struct explainer *explainer, const struct item *item, bool configured)
{
    if (configured)
        walk_item(explainer, *item, OUTSIDE_KEY | item->question,
                  (struct place){ .outer = CHECK_NONE });
}

/* As evaluate.c: begin_mail, name_recipient, end_mail. */
static void walk_all(struct explainer *explainer)
{
    const struct program *program = explainer->program;
    const struct smtpd_settings *settings = &program->settings;
    bool at_once = !settings->delay_reject;

    for (unsigned i = 0; i < program->screen.count; i++)
        walk_outside(explainer, &program->screen.items[i].item, true);
    if (at_once) {
        walk_stage(explainer, LIST_CLIENT);
        walk_stage(explainer, LIST_HELO);
    }
    walk_outside(explainer, &program->tls_required, program->tls_required.check != CHECK_NONE);
    walk_outside(explainer, &program->helo_required, program->helo_required.check != CHECK_NONE);
    walk_outside(explainer, &program->sender_syntax, true);
    if (!at_once) {
        walk_outside(explainer, &program->recipient_syntax, true);
        walk_outside(explainer, &program->recipient_exempt, true);
        walk_stage(explainer, LIST_CLIENT);
        walk_stage(explainer, LIST_HELO);
    }
    walk_stage(explainer, LIST_SENDER);
    walk_outside(explainer, &program->unlisted_sender, settings->reject_unlisted_sender);
    if (at_once) {
        walk_outside(explainer, &program->recipient_syntax, true);
        walk_outside(explainer, &program->recipient_exempt, true);
    }
    walk_stage(explainer, settings->relay_first ? LIST_RELAY : LIST_RECIPIENT);
    walk_stage(explainer, settings->relay_first ? LIST_RECIPIENT : LIST_RELAY);
    walk_outside(explainer, &program->unlisted_recipient, settings->reject_unlisted_recipient);
    walk_stage(explainer, LIST_DATA);
    walk_outside(explainer, &program->message_size, program->message_size.check != CHECK_NONE);
    walk_stage(explainer, LIST_END_OF_DATA);
}

/* The states that the row's client may be in; why: in words, or NULL. */
static size_t find_variants(const struct replay *replay, uint32_t row, struct arena *arena,
                            struct buffer *why, struct leaf_client variants[CLIENT_VARIANTS_MAX])
{
    const struct evidence *evidence = replay->evidence;
    struct program *program = replay->policy->program;
    struct leaf leaf = {
        .program = program,
        .settings = &program->settings,
        .dns = replay->columns.dns,
        .evidence = evidence,
        .scratch = arena,
        .why = why,
    };
    const struct client *client =
        &evidence->clients[evidence->messages[evidence->rows[row].message].client];
    return client_name_variants(&leaf, client, program->settings.peername_lookup, variants);
}

struct explanation explain_row(const struct replay *replay, uint32_t row, struct arena *arena)
{
    struct explanation explanation = { .complete = true };

    if (replay->policy->as_logged)
        return explanation;
    struct explainer explainer = {
        .replay = replay,
        .program = replay->policy->program,
        .arena = arena,
        .row = row,
        .slot = replay_slot(replay, row),
    };
    struct leaf_client variants[CLIENT_VARIANTS_MAX];
    explainer.client_variants = (uint32_t)find_variants(replay, row, arena, NULL, variants);
    run_all(&explainer);
    walk_all(&explainer);
    explanation.complete = explainer.complete;
    explanation.count = explainer.step_count;
    explanation.steps = ARENA_ARRAY(arena, struct explained_step, explainer.step_count + 1);
    for (size_t i = 0; i < explainer.step_count; i++)
        explanation.steps[i] = explainer.steps[i];
    free(explainer.seen);
    free(explainer.events);
    free(explainer.steps);
    return explanation;
}

const char *explained_answer_name(enum explained_answer answer)
{
    static const char *const names[ANSWERED_KINDS] = {
        "dunno", "ok",      "reject",   "defer", "defer_if_permit", "defer_if_reject",
        "hold",  "discard", "redirect", "list",  "unknown",
    };
    return names[answer];
}

/* The text that all variants so far share; "no text" when they differ. */
static struct slice common_text(const struct leaf_text *text, struct slice common, bool first)
{
    bool agrees = first || (common.at && slice_equal(text->text, common));
    return text->state == LEAF_KNOWN && agrees ? text->text : slice_make(NULL, 0);
}

bool explain_client(const struct replay *replay, uint32_t row, struct arena *arena,
                    struct explained_client *explained)
{
    struct slice name = { NULL, 0 }, reverse_name = { NULL, 0 };
    struct leaf_client variants[CLIENT_VARIANTS_MAX];
    struct buffer why;

    *explained = (struct explained_client){ { NULL, 0 }, { NULL, 0 }, { "", 0 } };
    if (replay->policy->as_logged)
        return false;
    buffer_init(&why, WHY_MAX);
    size_t count = find_variants(replay, row, arena, &why, variants);
    for (size_t i = 0; i < count; i++) {
        name = common_text(&variants[i].name, name, i == 0);
        reverse_name = common_text(&variants[i].reverse_name, reverse_name, i == 0);
    }
    explained->name = name;
    explained->reverse_name = reverse_name;
    if (why.len)
        explained->why = arena_copy(arena, buffer_slice(&why));
    buffer_release(&why);
    return true;
}
