#include <stdlib.h>

#include "analyzer/policy/client_name.h"
#include "analyzer/policy/limits.h"
#include "analyzer/policy/policy_internal.h"
#include "analyzer/policy/screen_tests.h"
#include "analyzer/policy/service_postgrey.h"
#include "analyzer/policy/unit_table.h"
#include "base/xalloc.h"

/* Of a unit's key (unit_table.h). */
enum { FLAG_NO_HELO = 1, FLAG_ORDER_UNKNOWN = 2, FLAG_TALKED_EARLY = 4, FLAG_LIMIT = 8 };
enum { UNIQUE_NOT_ASKED, UNIQUE_NO, UNIQUE_YES };

static bool touches_mail(const struct outcomes *outcomes, uint32_t number)
{
    const struct outcome *outcome = outcome_get(outcomes, number);

    if (outcome->kind != OUTCOME_UNKNOWN)
        return outcome->kind == OUTCOME_HOLD || outcome->kind == OUTCOME_DISCARD ||
               outcome->kind == OUTCOME_REDIRECT;
    for (uint32_t i = 0; i < outcome->count; i++)
        if (touches_mail(outcomes, outcomes->alternatives[outcome->first + i]))
            return true;
    return false;
}

/* True when no recipient's verdict can depend on another recipient of the same mail. */
static bool recipients_are_independent(const struct columns *columns)
{
    const struct program *program = columns->program;

    if (program->counts_recipients || program->asks_unlisted_sender ||
        !program->settings.smtputf8 || program->stage_lists[LIST_DATA] ||
        program->stage_lists[LIST_END_OF_DATA])
        return false;
    for (unsigned c = 0; c < COLUMNS; c++) {
        size_t cells = (size_t)columns->class_count[c] * program->column_count[c];
        for (size_t i = 0; i < cells; i++)
            if (touches_mail(&program->outcomes, columns->vectors[c][i]))
                return false;
    }
    return true;
}

/* Of equal recipients in a row only two count: the third sees what the second saw. */
static uint32_t append_row(uint32_t *key, uint32_t rows, uint32_t recipient, uint32_t row)
{
    uint32_t *end = key + KEY_WORDS + 2 * (size_t)rows;

    if (rows >= 2 && end[-2] == recipient && end[-1] == row && end[-4] == recipient &&
        end[-3] == row)
        return rows;
    end[0] = recipient;
    end[1] = row;
    return rows + 1;
}

static void row_classes(const struct replay *replay, uint32_t row, uint32_t *recipient,
                        uint32_t *row_class)
{
    const struct columns *columns = &replay->columns;
    *recipient = columns->class_count[COLUMN_RECIPIENT] > 1
                     ? columns->classes[COLUMN_RECIPIENT][replay->evidence->rows[row].recipient]
                     : 0;
    *row_class = columns_class(columns, COLUMN_ROW, row);
}

/* Accepted recipients whose RCPT left no line of its own are listed in the order of delivery. */
static bool has_unknown_order(const struct replay *replay, const struct message *message)
{
    uint32_t unordered = 0;

    for (uint32_t i = 0; i < message->row_count; i++) {
        uint8_t origin = replay->evidence->rows[message->first_row + i].recipient_origin;
        unordered += origin == ORIGIN_DELIVERY || origin == ORIGIN_QMGR;
    }
    return unordered > 1;
}

static void message_key(const struct replay *replay, const struct message *message, uint32_t number,
                        uint32_t *key)
{
    const struct columns *columns = &replay->columns;

    key[KEY_CLIENT] = columns->classes[COLUMN_CLIENT][message->client];
    key[KEY_HELO] = columns_class(columns, COLUMN_HELO, message->helo);
    key[KEY_SENDER] =
        columns_class(columns, COLUMN_SENDER, columns_sender_entry(replay->evidence, message));
    key[KEY_FACTS] = columns_class(columns, COLUMN_FACTS, message->facts);
    key[KEY_MAIL] = columns_class(columns, COLUMN_MAIL, number);
    key[KEY_FLAGS] = message->helo == SYM_EMPTY ? FLAG_NO_HELO : 0;
    if (!replay->by_row && has_unknown_order(replay, message))
        key[KEY_FLAGS] |= FLAG_ORDER_UNKNOWN;
    if (!replay->policy->program->settings.delay_reject &&
        replay->evidence->facts[message->facts].pipelining != TRI_NO)
        key[KEY_FLAGS] |= FLAG_TALKED_EARLY;
}

/* The keys in one block: judging walks over them. */
static void flatten_units(struct replay *replay, const struct unit_table *table)
{
    size_t words = 0;

    replay->unit_count = table->count;
    replay->unit_starts = xcalloc((size_t)replay->unit_count + 1, sizeof *replay->unit_starts);
    for (uint32_t u = 0; u < replay->unit_count; u++) {
        replay->unit_starts[u] = words;
        words += unit_table_key(table, u).len / sizeof(uint32_t);
    }
    replay->unit_starts[replay->unit_count] = words;
    replay->unit_words = xcalloc(words + 1, sizeof *replay->unit_words);
    for (uint32_t u = 0; u < replay->unit_count; u++) {
        struct slice key = unit_table_key(table, u);
        memcpy(replay->unit_words + replay->unit_starts[u], key.at, key.len);
    }
}

static void init_table(struct unit_table *table, const struct columns *columns)
{
    const uint32_t *classes = columns->class_count;
    const uint32_t limits[KEY_SHORT] = {
        [KEY_CLIENT] = columns->client_set_count,    [KEY_HELO] = classes[COLUMN_HELO],
        [KEY_SENDER] = classes[COLUMN_SENDER],       [KEY_FACTS] = classes[COLUMN_FACTS],
        [KEY_MAIL] = classes[COLUMN_MAIL],           [KEY_FLAGS] = FLAG_LIMIT,
        [KEY_RECIPIENT] = classes[COLUMN_RECIPIENT], [KEY_ROW] = classes[COLUMN_ROW],
    };

    unit_table_init(table, limits);
}

/* The units of a message's rows. */
static void number_rows(const struct replay *replay, const struct message *message,
                        struct unit_table *table, uint32_t *key, uint32_t *units)
{
    uint32_t end = message->first_row + message->row_count;

    unit_table_set_mail(table, key);
    for (uint32_t row = message->first_row; row < end; row++) {
        row_classes(replay, row, &key[KEY_RECIPIENT], &key[KEY_ROW]);
        units[row] = unit_table_add_one(table, key);
    }
}

/* The unit of a message; row_classes gets the places of its rows in it. */
static uint32_t number_mail(struct replay *replay, const struct message *message,
                            struct unit_table *table, uint32_t *key)
{
    uint32_t rows = 0, recipient, row_class;

    for (uint32_t i = 0; i < message->row_count; i++) {
        row_classes(replay, message->first_row + i, &recipient, &row_class);
        rows = append_row(key, rows, recipient, row_class);
        replay->row_classes[message->first_row + i] = rows - 1;
    }
    return unit_table_add(table, key, rows);
}

/* The unit of every row, or of every message. */
static uint32_t *make_units(struct replay *replay)
{
    const struct evidence *evidence = replay->evidence;
    uint32_t count = replay->by_row ? evidence->row_count : evidence->message_count;
    uint32_t *units = xcalloc((size_t)count + 1, sizeof *units);
    uint32_t capacity = 64;
    uint32_t *key = xcalloc(KEY_WORDS + 2 * (size_t)capacity, sizeof *key);
    struct unit_table table;

    init_table(&table, &replay->columns);
    if (!replay->by_row)
        replay->row_classes = xcalloc((size_t)evidence->row_count + 1, sizeof *replay->row_classes);
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        const struct message *message = &evidence->messages[m];
        if (message->row_count > capacity) {
            capacity = message->row_count;
            key = xrealloc_array(key, KEY_WORDS + 2 * (size_t)capacity, sizeof *key);
        }
        message_key(replay, message, m, key);
        if (replay->by_row)
            number_rows(replay, message, &table, key, units);
        else
            units[m] = number_mail(replay, message, &table, key);
    }
    flatten_units(replay, &table);
    unit_table_release(&table);
    free(key);
    return units;
}

void replay_unit(const struct replay *replay, uint32_t number, struct unit *unit)
{
    const uint32_t *words = replay->unit_words + replay->unit_starts[number];
    size_t count = replay->unit_starts[number + 1] - replay->unit_starts[number];
    const struct client_set *set = &replay->columns.client_sets[words[KEY_CLIENT]];

    *unit = (struct unit){
        .client_count = set->count,
        .helo = words[KEY_HELO],
        .sender = words[KEY_SENDER],
        .facts = words[KEY_FACTS],
        .bare_facts = replay->columns.bare_facts[(words[KEY_FLAGS] & FLAG_TALKED_EARLY) != 0],
        .mail = words[KEY_MAIL],
        .no_helo = words[KEY_FLAGS] & FLAG_NO_HELO,
        .order_unknown = words[KEY_FLAGS] & FLAG_ORDER_UNKNOWN,
        .rows = (const struct unit_row *)(const void *)(words + KEY_WORDS),
        .row_count = (uint32_t)((count - KEY_WORDS) / 2),
    };
    memcpy(unit->clients, set->classes, sizeof unit->clients);
}

uint32_t replay_unit_of(const struct replay *replay, uint32_t row)
{
    return replay->class_units[replay->row_classes[row]];
}

uint32_t replay_slot(const struct replay *replay, uint32_t row)
{
    return replay->row_classes[row] - replay->unit_classes[replay_unit_of(replay, row)];
}

static void number_classes(struct replay *replay)
{
    replay->unit_classes = xcalloc((size_t)replay->unit_count + 1, sizeof *replay->unit_classes);
    for (uint32_t u = 0; u < replay->unit_count; u++) {
        struct unit unit;
        replay_unit(replay, u, &unit);
        replay->unit_classes[u] = replay->class_count;
        replay->class_count += unit.row_count;
    }
    replay->unit_classes[replay->unit_count] = replay->class_count;
    replay->verdicts = xcalloc((size_t)replay->class_count + 1, sizeof *replay->verdicts);
    replay->class_units = xcalloc((size_t)replay->class_count + 1, sizeof *replay->class_units);
    replay->unique = xcalloc((size_t)replay->class_count + 1, sizeof *replay->unique);
    for (uint32_t u = 0; u < replay->unit_count; u++)
        for (uint32_t c = replay->unit_classes[u]; c < replay->unit_classes[u + 1]; c++)
            replay->class_units[c] = u;
}

/* From units and places in them to classes. Takes `units` over. */
static void class_rows(struct replay *replay, uint32_t *units)
{
    const struct evidence *evidence = replay->evidence;

    if (replay->by_row) { /* every unit is one class */
        replay->row_classes = units;
        return;
    }
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        const struct message *message = &evidence->messages[m];
        for (uint32_t i = 0; i < message->row_count; i++)
            replay->row_classes[message->first_row + i] += replay->unit_classes[units[m]];
    }
    free(units);
}

/* Distinct recipients: what decides about one alone, whatever mail it stands in. */
static void number_recipients(struct replay *replay)
{
    struct intern keys;
    uint32_t most = 0;

    intern_init(&keys);
    replay->recipients = xcalloc((size_t)replay->class_count + 1, sizeof *replay->recipients);
    for (uint32_t u = 0; u < replay->unit_count; u++) {
        const uint32_t *words = replay->unit_words + replay->unit_starts[u];
        uint32_t first = replay->unit_classes[u], key[KEY_SHORT];
        memcpy(key, words, KEY_WORDS * sizeof *key);
        key[KEY_FLAGS] &= FLAG_NO_HELO | FLAG_TALKED_EARLY;
        for (uint32_t c = first; c < replay->unit_classes[u + 1]; c++) {
            memcpy(key + KEY_WORDS, words + KEY_WORDS + 2 * (size_t)(c - first), 2 * sizeof *key);
            uint32_t number =
                intern_add(&keys, slice_make((const char *)key, sizeof key)) - SYM_EMPTY - 1;
            replay->recipients[c] = number;
            most = number >= most ? number + 1 : most;
        }
    }
    intern_release(&keys);
    unit_fold_init(&replay->fold, &replay->evaluation, most);
}

/* The names of what decided. Checks that are asked by others (is the destination ours?) answer in
 * the name of the one that asked; bad syntax has no restriction. */
static void name_decider(const struct program *program, const struct decision *decision,
                         struct verdict *verdict)
{
    const struct item *item = decision->item;

    verdict->check = decision->check;
    if (!item)
        return;
    if (item->list == LIST_KINDS && item->check == CHECK_NONE) {
        if (decision->check == CHECK_NONE)
            return;
        const struct policy_check *check = &program->checks[decision->check];
        verdict->restriction = check->name;
        verdict->argument = check->argument;
        verdict->list = check->list;
        verdict->class_name = check->class_name;
        return;
    }
    verdict->restriction = program->questions[item->question].name;
    verdict->argument = program->questions[item->question].argument;
    verdict->list = list_kind_name(item->list);
    verdict->class_name = item->class_name;
}

static struct verdict make_verdict(const struct program *program, const struct judgement *judgement)
{
    const struct decision *decision = &judgement->decision;
    struct verdict verdict = { .kind = VERDICT_UNKNOWN,
                               .check = CHECK_NONE,
                               .possible = judgement->possible };

    if (!judgement->certain)
        return verdict;
    verdict.kind = (enum verdict_kind)decision->kind;
    if (verdict.kind == VERDICT_ACCEPT)
        return verdict;
    verdict.code = decision->code;
    verdict.dsn =
        decision->code ? outcome_dsn(&program->outcomes, decision->dsn, decision->code) : NULL;
    verdict.stage = (enum smtp_stage)decision->stage;
    verdict.cause = (enum defer_cause)judgement->cause;
    name_decider(program, decision, &verdict);
    return verdict;
}

static void judge_all(struct replay *replay)
{
    struct judgement few[64], *judgements = few;
    uint32_t capacity = COUNT(few);

    memset(replay->unique, UNIQUE_NOT_ASKED, replay->class_count);
    if (!replay->by_row)
        unit_fold_reset(&replay->fold);
    for (uint32_t u = 0; u < replay->unit_count; u++) {
        struct unit unit;
        replay_unit(replay, u, &unit);
        if (unit.row_count > capacity) {
            capacity = unit.row_count;
            judgements =
                xrealloc_array(judgements == few ? NULL : judgements, capacity, sizeof *few);
        }
        if (replay->by_row)
            judge_unit(&replay->evaluation, &unit, judgements, NULL);
        else
            unit_fold_judge(&replay->fold, &unit, replay->recipients + replay->unit_classes[u],
                            judgements);
        for (uint32_t i = 0; i < unit.row_count; i++)
            replay->verdicts[replay->unit_classes[u] + i] =
                make_verdict(replay->policy->program, &judgements[i]);
    }
    if (judgements != few)
        free(judgements);
}

static void index_checks(struct replay *replay)
{
    const struct program *program = replay->policy->program;
    const struct item *const outside[] = { &program->tls_required, &program->helo_required,
                                           &program->message_size, &program->unlisted_sender,
                                           &program->unlisted_recipient };

    /* NOLINTNEXTLINE(bugprone-sizeof-expression): its elements are pointers */
    replay->check_items = xcalloc((size_t)program->check_count + 1, sizeof *replay->check_items);
    replay->enabled = xcalloc((size_t)program->check_count + 1, sizeof *replay->enabled);
    memset(replay->enabled, 1, program->check_count);
    for (uint32_t i = 0; i < program->item_count; i++)
        if (program->items[i].kind == ITEM_CHECK && program->items[i].check != CHECK_NONE)
            replay->check_items[program->items[i].check] = &program->items[i];
    for (unsigned i = 0; i < program->screen.count; i++)
        replay->check_items[program->screen.items[i].item.check] = &program->screen.items[i].item;
    for (size_t i = 0; i < COUNT(outside); i++)
        if (outside[i]->check != CHECK_NONE)
            replay->check_items[outside[i]->check] = outside[i];
}

/* Every distinct logged reply is a class. */
static void take_logged(struct replay *replay)
{
    const struct evidence *evidence = replay->evidence;

    replay->class_count = evidence->reply_count;
    replay->verdicts = xcalloc((size_t)replay->class_count + 1, sizeof *replay->verdicts);
    replay->row_classes = xcalloc((size_t)evidence->row_count + 1, sizeof *replay->row_classes);
    for (uint32_t row = 0; row < evidence->row_count; row++)
        replay->row_classes[row] = evidence->rows[row].logged;
    for (uint32_t i = 0; i < evidence->reply_count; i++) {
        const struct logged_reply *reply = &evidence->replies[i];
        struct slice dsn = intern_text(&evidence->text, reply->dsn);
        struct slice name = intern_text(&evidence->text, reply->restriction);
        struct slice argument = intern_text(&evidence->text, reply->argument);
        enum verdict_kind kind = (enum verdict_kind)reply->verdict;
        replay->verdicts[i] = (struct verdict){
            .kind = kind,
            .code = reply->code,
            .dsn = dsn.at,
            .restriction = name.at,
            .argument = argument.at,
            .stage = (enum smtp_stage)reply->stage,
            .cause = kind == VERDICT_REJECT  ? CAUSE_LASTING
                     : kind == VERDICT_DEFER ? CAUSE_UNKNOWN
                                             : CAUSE_NONE,
            .check = CHECK_NONE,
            .possible = (uint8_t)(kind < VERDICT_UNKNOWN ? 1U << kind : 0U),
        };
    }
}

/* Units and classes of the columns as they are. */
static void group_rows(struct replay *replay)
{
    for (unsigned c = 0; c < COLUMNS; c++)
        replay->evaluation.answers[c] =
            (struct column_answers){ .vectors = replay->columns.vectors[c],
                                     .width = replay->policy->program->column_count[c] };
    replay->by_row = recipients_are_independent(&replay->columns);
    uint32_t *units = make_units(replay);
    number_classes(replay);
    class_rows(replay, units);
    if (!replay->by_row)
        number_recipients(replay);
}

static void release_groups(struct replay *replay)
{
    if (!replay->policy->as_logged)
        unit_fold_release(&replay->fold);
    free(replay->row_classes);
    free(replay->unit_words);
    free(replay->unit_starts);
    free(replay->recipients);
    free(replay->unit_classes);
    free(replay->verdicts);
    free(replay->class_units);
    free(replay->unique);
    replay->row_classes = replay->recipients = NULL;
    replay->unit_count = replay->class_count = 0;
}

struct replay *replay_new(const struct policy *policy, const struct evidence *evidence,
                          struct diagnostics *remarks)
{
    struct replay *replay = xcalloc(1, sizeof *replay);

    replay->policy = policy;
    replay->evidence = evidence;
    if (policy->as_logged) {
        take_logged(replay);
        return replay;
    }
    screen_meet_clients(policy->program, evidence);
    screen_remark(policy->program, evidence, remarks);
    columns_build(&replay->columns, policy->program, evidence, policy->inputs.dns);
    index_checks(replay);
    replay->evaluation =
        (struct evaluation){ .program = policy->program, .enabled = replay->enabled };
    group_rows(replay);
    if (service_postgrey_is_used(policy->program)) {
        service_postgrey_run(replay);
        release_groups(replay);
        group_rows(replay);
    }
    judge_all(replay);
    limits_remark(replay, remarks);
    return replay;
}

void replay_free(struct replay *replay)
{
    if (!replay)
        return;
    if (!replay->policy->as_logged)
        columns_release(&replay->columns);
    release_groups(replay);
    free(replay->enabled);
    free(replay->check_items);
    free(replay);
}

void replay_set_enabled(struct replay *replay, uint32_t check, bool enabled)
{
    if (replay->policy->as_logged || replay->enabled[check] == enabled)
        return;
    replay->enabled[check] = enabled;
    judge_all(replay);
}

bool replay_is_enabled(const struct replay *replay, uint32_t check)
{
    return !replay->policy->as_logged && replay->enabled[check];
}

uint32_t replay_class(const struct replay *replay, uint32_t row)
{
    return replay->row_classes[row];
}

const struct verdict *replay_verdict(const struct replay *replay, uint32_t row)
{
    return &replay->verdicts[replay_class(replay, row)];
}

const uint32_t *replay_row_classes(const struct replay *replay)
{
    return replay->row_classes;
}

uint32_t replay_class_count(const struct replay *replay)
{
    return replay->class_count;
}

const struct verdict *replay_class_verdict(const struct replay *replay, uint32_t row_class)
{
    return &replay->verdicts[row_class];
}

enum tri replay_class_acts(const struct replay *replay, uint32_t row_class, uint32_t check)
{
    struct unit unit;

    if (replay->policy->as_logged)
        return TRI_UNKNOWN;
    uint32_t number = replay->class_units[row_class];
    replay_unit(replay, number, &unit);
    return evaluate_acts(&replay->evaluation, &unit, row_class - replay->unit_classes[number],
                         replay->check_items[check]);
}

static bool stops(enum verdict_kind kind)
{
    return kind == VERDICT_REJECT || kind == VERDICT_DEFER || kind == VERDICT_DISCARD;
}

/* Only what decides can be alone in stopping a row: judged once more without it. */
static bool is_unique(const struct replay *replay, uint32_t row_class, uint32_t check)
{
    struct evaluation without = replay->evaluation;
    uint32_t number = replay->class_units[row_class];
    uint32_t slot = row_class - replay->unit_classes[number];
    struct unit unit;

    replay_unit(replay, number, &unit);
    bool *enabled = xcalloc((size_t)replay->policy->program->check_count + 1, sizeof *enabled);
    struct judgement *judgements = xcalloc(unit.row_count, sizeof *judgements);
    memcpy(enabled, replay->enabled, replay->policy->program->check_count);
    enabled[check] = false;
    without.enabled = enabled;
    judge_unit(&without, &unit, judgements, NULL);
    bool alone =
        judgements[slot].certain && !stops((enum verdict_kind)judgements[slot].decision.kind);
    free(judgements);
    free(enabled);
    return alone;
}

bool replay_class_unique(const struct replay *replay, uint32_t row_class, uint32_t check)
{
    const struct verdict *verdict = &replay->verdicts[row_class];

    if (replay->policy->as_logged || verdict->check != check || check == CHECK_NONE ||
        !stops(verdict->kind))
        return false;
    if (replay->unique[row_class] == UNIQUE_NOT_ASKED)
        replay->unique[row_class] = is_unique(replay, row_class, check) ? UNIQUE_YES : UNIQUE_NO;
    return replay->unique[row_class] == UNIQUE_YES;
}
