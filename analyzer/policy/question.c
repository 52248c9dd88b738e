#include "analyzer/policy/question.h"

#include "analyzer/policy/evaluators.h"
#include "base/xalloc.h"
#include "parsers/config/word_list.h"

/* What a policy service depends on is its model's business; nobody's answer depends on nothing. */
static void take_service(struct program *program, struct question *question, struct slice argument)
{
    static const uint8_t reads[] = {
        [MODEL_NONE] = READS_NOTHING,
        [MODEL_DUNNO] = READS_NOTHING,
        [MODEL_ANSWERS] = READS_NOTHING,
        [MODEL_POLICYD_SPF] = READS_CLIENT | READS_HELO | READS_SENDER,
        [MODEL_POSTGREY] = READS_TIME,
    };
    question->service = service_model_find(&program->services, argument);
    question->reads = question->service == SIZE_MAX
                          ? READS_NOTHING
                          : reads[program->services.items[question->service].kind];
    /* what it says to a permanent error depends on the recipient's place in the mail */
    if (question->service != SIZE_MAX &&
        program->services.items[question->service].spf.permerror_rejects)
        question->reads |= READS_TIME;
    /* Recorded answers may name any of these. */
    if (program->answers && question->reads == READS_NOTHING)
        question->reads = READS_CLIENT | READS_HELO | READS_SENDER | READS_RECIPIENT;
}

/* search_order=cert_fingerprint,pubkey_fingerprint */
static enum ccert_search search_order(struct slice value)
{
    enum ccert_search order = CCERT_NOTHING;
    struct slice word;

    while (slice_next_word(&value, ", \t\r\n", &word)) {
        bool key = slice_equal_fold(word, slice_of("pubkey_fingerprint"));
        if (!key && !slice_equal_fold(word, slice_of("cert_fingerprint")))
            return CCERT_MALFORMED;
        if (order == CCERT_NOTHING)
            order = key ? CCERT_KEY_FIRST : CCERT_ALONE;
        else if (order == CCERT_ALONE && key)
            order = CCERT_THEN_KEY;
    }
    return order;
}

/* { type:name, search_order=... }: since 3.5, of check_ccert_access alone (map_search.c). Blanks
 * around the "=" make words of their own, unless they stand in braces again. */
static enum ccert_search split_table(struct slice argument, struct slice *table)
{
    enum ccert_search search = CCERT_THEN_KEY;
    const char *error;
    struct slice inside, word, name, value;

    if (!word_unbrace(argument, &inside, &error) || !word_next(&inside, table) ||
        slice_index(*table, ':') == table->len)
        return CCERT_MALFORMED;
    while (word_next(&inside, &word)) {
        if (word.at[0] == '{' && !word_unbrace(word, &word, &error))
            return CCERT_MALFORMED;
        if (word_split_assignment(word, &name, &value) ||
            !slice_equal_fold(name, slice_of("search_order")))
            return CCERT_MALFORMED;
        search = search_order(value);
    }
    return search;
}

/* Braces in other places are the name of a table that nobody opened. */
static void take_table(struct program *program, struct question *question, struct slice argument)
{
    if (argument.len && argument.at[0] == '{') {
        if (question->restriction->detail != SUBJECT_CCERT || program->settings.version < 305)
            return;
        question->ccert_search = (uint8_t)split_table(argument, &argument);
        if (question->ccert_search == CCERT_MALFORMED)
            return;
    }
    if (argument.len)
        question->table = table_set_open(&program->settings.tables, argument, true);
}

void question_init(struct program *program, const struct restriction *row, struct slice argument,
                   struct question *question)
{
    size_t count;
    size_t index = (size_t)(row - restriction_table(&count));

    *question = (struct question){
        .restriction = row,
        .name = row->name,
        .argument = arena_copy(&program->arena, argument).at,
        .reads = row->reads,
        .service = SIZE_MAX,
        .code = program->row_codes[index],
        .tempfail_defers = program->row_tempfail_defers[index],
        .reads_list =
            row->by_list || (row->argument == ARGUMENT_NONE && row->reads == READS_NOTHING),
    };
    if (row->argument == ARGUMENT_SERVICE || row->argument == ARGUMENT_MAP)
        question->reads_list = true; /* an access(5) result may be a list of restrictions */
    if (row->argument == ARGUMENT_MAP)
        take_table(program, question, argument);
    if (row->argument == ARGUMENT_SERVICE)
        take_service(program, question, argument);
    if (row->argument == ARGUMENT_DOMAIN) {
        size_t equals = slice_index(argument, '=');
        question->zone = arena_copy(&program->arena, slice_head(argument, equals));
        if (equals < argument.len)
            question->filter = arena_copy(&program->arena, slice_skip(argument, equals + 1));
    }
    if (row->until && program->settings.version >= row->until) {
        question->restriction = restriction_outside("removed");
        question->reads = READS_NOTHING;
    }
}

void question_error(struct program *program, struct slice name, struct slice argument,
                    struct question *question)
{
    *question = (struct question){
        .restriction = restriction_outside("unknown_name"),
        .name = arena_copy(&program->arena, name).at,
        .argument = arena_copy(&program->arena, argument).at,
    };
}

void question_outside(struct program *program, const char *name, struct question *question)
{
    const struct restriction *row = restriction_outside(name);

    (void)program;
    if (!row)
        bug("no such check outside the lists");
    *question = (struct question){
        .restriction = row, .name = row->name, .reads = row->reads, .code = row->code
    };
}

static enum column column_of(uint8_t reads)
{
    switch (reads & ~(READS_ADDRESS & ~READS_CLIENT)) {
    case READS_NOTHING:
        return COLUMN_CONSTANT;
    case READS_CLIENT:
        return COLUMN_CLIENT;
    case READS_HELO:
        return COLUMN_HELO;
    case READS_SENDER:
        return COLUMN_SENDER;
    case READS_RECIPIENT:
        return COLUMN_RECIPIENT;
    case READS_FACTS:
        return COLUMN_FACTS;
    case READS_MAIL:
        return COLUMN_MAIL;
    default:
        return COLUMN_ROW;
    }
}

static void place_question(struct program *program, uint32_t number)
{
    enum column column = column_of(program->questions[number].reads);

    GROW(program->columns[column], program->column_count[column], program->column_capacity[column]);
    program->columns[column][program->column_count[column]] = number;
    program->places[number] = (struct question_place){ .column = (uint8_t)column,
                                                       .index = program->column_count[column]++ };
}

uint32_t question_add(struct program *program, const struct question *question, unsigned list)
{
    struct slice key =
        arena_format(&program->arena, "%s %c%u %s", question->name,
                     question->reads_list ? (int)('a' + list) : '-', question->subject,
                     question->argument ? question->argument : "");
    uint32_t number = intern_add(&program->question_keys, key) - SYM_EMPTY - 1;

    if (number < program->question_count)
        return number;
    GROW(program->questions, program->question_count, program->question_capacity);
    if (program->place_capacity < program->question_capacity) {
        program->place_capacity = program->question_capacity;
        program->places =
            xrealloc_array(program->places, program->place_capacity, sizeof *program->places);
    }
    program->questions[number] = *question;
    program->questions[number].list = (uint8_t)list;
    program->questions[number].number = number;
    if (question->restriction->when == WHEN_MANY_RECIPIENTS)
        program->counts_recipients = true;
    if (question->restriction->when == WHEN_SENDER_UNCHECKED && list < LIST_KINDS)
        program->asks_unlisted_sender = true;
    program->question_count++;
    place_question(program, number);
    return number;
}
