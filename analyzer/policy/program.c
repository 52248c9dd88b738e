#include "analyzer/policy/program.h"

#include <stdlib.h>

#include "analyzer/policy/question.h"
#include "analyzer/policy/screen_tests.h"
#include "analyzer/policy/startup.h"
#include "base/xalloc.h"
#include "parsers/config/word_list.h"

enum {
    ITEMS_MAX = 20000, /* classes of classes multiply */
    CLASS_DEPTH_MAX = 20,
    SUBLISTS_MAX = 1000,
    SUBLIST_TEXT_MAX = 2000,
};

/* clang-format off */
static const struct {
    const char *parameter, *bare_map;
} list_kinds[LIST_KINDS] = {
    [LIST_CLIENT]      = { "smtpd_client_restrictions", "check_client_access" },
    [LIST_HELO]        = { "smtpd_helo_restrictions", "check_helo_access" },
    [LIST_SENDER]      = { "smtpd_sender_restrictions", "check_sender_access" },
    [LIST_RELAY]       = { "smtpd_relay_restrictions", "check_recipient_access" },
    [LIST_RECIPIENT]   = { "smtpd_recipient_restrictions", "check_recipient_access" },
    [LIST_DATA]        = { "smtpd_data_restrictions", NULL },
    [LIST_END_OF_DATA] = { "smtpd_end_of_data_restrictions", NULL },
    [LIST_ETRN]        = { "smtpd_etrn_restrictions", "check_etrn_access" },
};
/* clang-format on */

const char *list_kind_name(unsigned list)
{
    return list < LIST_KINDS ? list_kinds[list].parameter : NULL;
}

/* The state of compiling one list. */
struct list_builder {
    struct program *program;
    enum list_kind list;
    const char *class_name;
    unsigned depth;
    unsigned subject;   /* of an access result: enum reply_class + 1 of its table */
    unsigned *position; /* of the last check in the list; NULL in an access result */
    bool warned;        /* the whole class stands behind warn_if_reject */
    bool warn_next;
    struct item *items;
    uint32_t count, capacity;
};

static uint32_t add_check(struct program *program, const struct question *question,
                          const struct list_builder *builder, bool warned)
{
    GROW(program->checks, program->check_count, program->check_capacity);
    program->checks[program->check_count] = (struct policy_check){
        .name = question->name,
        .argument = question->argument,
        .list = builder ? list_kind_name(builder->list) : NULL,
        .class_name = builder ? builder->class_name : NULL,
        .position = builder ? ++*builder->position : 0,
        .warn_only = warned,
        .permits = question->restriction->permits,
        .enabled = true,
    };
    return program->check_count++;
}

static void add_item(struct list_builder *builder, const struct item *item)
{
    GROW(builder->items, builder->count, builder->capacity);
    builder->items[builder->count] = *item;
    builder->items[builder->count].list = (uint8_t)builder->list;
    builder->items[builder->count].class_name = builder->class_name;
    builder->count++;
    if (item->kind != ITEM_WARN_IF_REJECT)
        builder->warn_next = false;
}

static void add_question(struct list_builder *builder, const struct question *wanted)
{
    struct program *program = builder->program;
    struct question question = *wanted;

    if (question.restriction->argument == ARGUMENT_SERVICE)
        question.subject = (uint8_t)builder->subject;
    uint32_t number = question_add(program, &question, builder->list);
    uint32_t check = CHECK_NONE;

    if (builder->position)
        check = add_check(program, &program->questions[number], builder,
                          builder->warned || builder->warn_next);
    add_item(builder, &(struct item){ .kind = ITEM_CHECK, .question = number, .check = check });
}

static void add_error(struct list_builder *builder, struct slice name, struct slice argument)
{
    struct question wanted;
    question_error(builder->program, name, argument, &wanted);
    add_question(builder, &wanted);
}

static uint32_t compile_list(struct list_builder *builder, struct slice value);

static void add_class(struct list_builder *builder, struct slice name, struct slice value)
{
    struct program *program = builder->program;

    if (builder->depth == CLASS_DEPTH_MAX || program->item_count > ITEMS_MAX) {
        add_error(builder, name, slice_make(NULL, 0));
        return;
    }
    struct list_builder inner = {
        .program = program,
        .list = builder->list,
        .subject = builder->subject,
        .class_name = arena_copy(&program->arena, name).at,
        .depth = builder->depth + 1,
        .position = builder->position,
        .warned = builder->warned || builder->warn_next,
    };
    uint32_t members = compile_list(&inner, value);
    add_item(builder, &(struct item){ .kind = ITEM_CLASS, .members = members });
}

bool program_find_class(const struct program *program, struct slice name, struct slice *value)
{
    for (uint32_t i = program->class_count; i-- > 0;) {
        if (slice_equal(program->classes[i].name, name)) {
            *value = program->classes[i].value;
            return true;
        }
    }
    return false;
}

static bool is_all_digits(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_is_digit(text.at[i]))
            return false;
    return text.len > 0;
}

static bool fits_argument(const struct restriction *row, struct slice argument)
{
    switch (row->argument) {
    case ARGUMENT_NONE:
    case ARGUMENT_DOMAIN:
        return true;
    case ARGUMENT_MAP:
    case ARGUMENT_SERVICE:
        return slice_index(argument, ':') < argument.len;
    case ARGUMENT_SECONDS:
        return is_all_digits(argument);
    }
    return false;
}

/* One restriction with its argument, which is cut off *rest. */
static void add_restriction(struct list_builder *builder, const struct restriction *row,
                            struct slice name, struct slice *rest)
{
    struct slice argument = { NULL, 0 };
    struct question wanted;

    if (row->argument != ARGUMENT_NONE && !word_next(rest, &argument)) {
        if (row->argument != ARGUMENT_DOMAIN) /* a list without a domain is ignored */
            add_error(builder, name, argument);
        return;
    }
    if (!fits_argument(row, argument)) {
        add_error(builder, name, argument);
        return;
    }
    if (row->argument ==
        ARGUMENT_SECONDS) { /* sleep: no verdict, but it uses up a warn_if_reject */
        while (builder->count && builder->items[builder->count - 1].kind == ITEM_WARN_IF_REJECT)
            builder->count--;
        builder->warn_next = false;
        return;
    }
    question_init(builder->program, row, argument, &wanted);
    add_question(builder, &wanted);
}

static void add_word(struct list_builder *builder, struct slice word, struct slice *rest)
{
    struct slice value;
    const struct restriction *row;

    if (slice_index(word, ':') < word.len) {
        const char *name = list_kinds[builder->list].bare_map;
        struct question wanted;
        if (!name) {
            add_error(builder, word, slice_make(NULL, 0));
            return;
        }
        question_init(builder->program, restriction_find(slice_of(name)), word, &wanted);
        add_question(builder, &wanted);
        return;
    }
    row = restriction_find(word);
    if (row && builder->program->settings.version >= row->since)
        add_restriction(builder, row, word, rest);
    else if (program_find_class(builder->program, word, &value))
        add_class(builder, word, value);
    else
        add_error(builder, word, slice_make(NULL, 0));
}

static uint32_t compile_list(struct list_builder *builder, struct slice value)
{
    struct program *program = builder->program;
    struct slice rest = value, word;

    while (word_next(&rest, &word)) {
        if (slice_equal_fold(word, slice_of("warn_if_reject"))) {
            add_item(builder, &(struct item){ .kind = ITEM_WARN_IF_REJECT });
            builder->warn_next = true;
        } else {
            add_word(builder, word, &rest);
        }
    }
    struct item_list list = { .first = program->item_count, .count = builder->count };
    for (uint32_t i = 0; i < builder->count; i++) {
        GROW(program->items, program->item_count, program->item_capacity);
        program->items[program->item_count++] = builder->items[i];
    }
    free(builder->items);
    GROW(program->lists, program->list_count, program->list_capacity);
    program->lists[program->list_count] = list;
    return program->list_count++;
}

uint32_t program_sublist(struct program *program, struct slice text, enum list_kind list,
                         unsigned subject)
{
    char key[SUBLIST_TEXT_MAX + 1];

    if (text.len > SUBLIST_TEXT_MAX)
        return UINT32_MAX;
    key[0] = (char)('0' + 4 * (int)list + (int)subject);
    if (text.len)
        memcpy(key + 1, text.at, text.len);
    sym number = intern_find(&program->list_keys, slice_make(key, text.len + 1));
    if (number != SYM_NONE)
        return program->sublists[number - SYM_EMPTY - 1];
    if (program->sublist_count == SUBLISTS_MAX || program->item_count > ITEMS_MAX)
        return UINT32_MAX;
    intern_add(&program->list_keys, slice_make(key, text.len + 1));
    struct list_builder builder = { .program = program, .list = list, .subject = subject + 1 };
    uint32_t compiled = compile_list(&builder, arena_copy(&program->arena, text));
    GROW(program->sublists, program->sublist_count, program->sublist_capacity);
    program->sublists[program->sublist_count++] = compiled;
    return compiled;
}

static bool read_classes(struct program *program, struct config *config, struct fault *fault)
{
    struct slice rest = config_value(config, "smtpd_restriction_classes"), word;

    while (slice_next_word(&rest, ", \t\r\n", &word)) {
        struct slice name = arena_copy(&program->arena, word);
        struct slice value = config_value(config, name.at);
        if (value.len == 0) {
            const char *file;
            uint64_t line;
            config_origin(config, "smtpd_restriction_classes", &file, &line);
            return fault_set(fault, FAULT_INPUT, file, line,
                             "restriction class `%.*s' needs a definition", SLICE_FMT(name));
        }
        GROW(program->classes, program->class_count, program->class_capacity);
        program->classes[program->class_count++] =
            (struct restriction_class){ name, arena_copy(&program->arena, value) };
    }
    GROW(program->classes, program->class_count, program->class_capacity);
    program->classes[program->class_count++] = (struct restriction_class){
        slice_of("reject_sender_login_mismatch"),
        slice_of("reject_authenticated_sender_login_mismatch "
                 "reject_unauthenticated_sender_login_mismatch"),
    };
    return true;
}

static bool read_rows(struct program *program, struct config *config, struct fault *fault)
{
    size_t count;
    const struct restriction *rows = restriction_table(&count);

    program->row_codes = ARENA_ARRAY(&program->arena, uint16_t, count);
    program->row_tempfail_defers = ARENA_ARRAY(&program->arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        program->row_codes[i] = rows[i].code;
        if (rows[i].code_parameter) {
            int64_t code = config_int(config, rows[i].code_parameter);
            program->row_codes[i] = (uint16_t)(code < 0 || code > 999 ? 0 : code);
        }
        if (!rows[i].tempfail_parameter)
            continue;
        struct slice action = config_value(config, rows[i].tempfail_parameter);
        if (action.len == 0)
            continue; /* before 2.6, where every temporary failure was deferrable */
        program->row_tempfail_defers[i] = slice_equal_fold(action, slice_of("defer"));
        if (!program->row_tempfail_defers[i] &&
            !slice_equal_fold(action, slice_of("defer_if_permit"))) {
            const char *file;
            uint64_t line;
            config_origin(config, rows[i].tempfail_parameter, &file, &line);
            return fault_set(fault, FAULT_INPUT, file, line, "bad configuration: %s = %.*s",
                             rows[i].tempfail_parameter, SLICE_FMT(action));
        }
    }
    return true;
}

static void compile_stage(struct program *program, struct config *config, enum list_kind list)
{
    struct slice value = config_value(config, list_kinds[list].parameter);
    struct slice rest = value, word;
    unsigned position = 0;

    if (!word_next(&rest, &word))
        return;
    struct list_builder builder = { .program = program, .list = list, .position = &position };
    uint32_t compiled = compile_list(&builder, arena_copy(&program->arena, value));
    program->stage_lists[list] = compiled + 1;
}

struct item program_outside_item(struct program *program, const char *name, bool listed)
{
    struct question wanted;

    question_outside(program, name, &wanted);
    uint32_t number = question_add(program, &wanted, LIST_KINDS);
    uint32_t check = CHECK_NONE;
    if (listed)
        check = add_check(program, &program->questions[number], NULL, false);
    return (
        struct item){ .kind = ITEM_CHECK, .list = LIST_KINDS, .question = number, .check = check };
}

/* In the order in which Postfix asks: this is the order of policy_checks. */
static void compile_lists(struct program *program, struct config *config)
{
    const struct smtpd_settings *settings = &program->settings;

    screen_compile(program);
    program->sender_syntax = program_outside_item(program, "sender_syntax", false);
    program->recipient_syntax = program_outside_item(program, "recipient_syntax", false);
    program->recipient_exempt = program_outside_item(program, "recipient_exempt", false);
    program->authorized = program_outside_item(program, "authorized_destination", false);
    program->tls_required =
        program_outside_item(program, "smtpd_tls_security_level", settings->tls_required);
    program->helo_required =
        program_outside_item(program, "smtpd_helo_required", settings->helo_required);
    program->message_size =
        program_outside_item(program, "message_size_limit", settings->message_size_limit > 0);
    compile_stage(program, config, LIST_CLIENT);
    compile_stage(program, config, LIST_HELO);
    compile_stage(program, config, LIST_SENDER);
    program->unlisted_sender = program_outside_item(program, "smtpd_reject_unlisted_sender",
                                                    settings->reject_unlisted_sender);
    compile_stage(program, config, settings->relay_first ? LIST_RELAY : LIST_RECIPIENT);
    compile_stage(program, config, settings->relay_first ? LIST_RECIPIENT : LIST_RELAY);
    program->unlisted_recipient = program_outside_item(program, "smtpd_reject_unlisted_recipient",
                                                       settings->reject_unlisted_recipient);
    compile_stage(program, config, LIST_DATA);
    compile_stage(program, config, LIST_END_OF_DATA);
}

static bool read_answers(struct program *program, struct diagnostics *remarks, struct fault *fault)
{
    if (!program->inputs->answers_file)
        return true;
    program->answers = answers_file_new();
    return answers_file_read(program->answers, program->inputs->answers_file, remarks, fault);
}

bool program_compile(struct program *program, struct config *config,
                     const struct policy_inputs *inputs, struct diagnostics *remarks,
                     struct fault *fault)
{
    struct slice queue = config_value(config, "queue_directory");
    struct lookup_options options = {
        .map_root = inputs->map_root ? slice_of(inputs->map_root) : slice_make("", 0),
        .config_directory = config_directory(config),
        .queue_directory = queue,
        .utf8 = config_bool(config, "smtputf8_enable"),
        .version = config_version(config),
    };

    *program = (struct program){ .inputs = inputs };
    arena_init(&program->arena);
    outcomes_init(&program->outcomes);
    program->server_error = outcome_server_error(&program->outcomes);
    intern_init(&program->question_keys);
    intern_init(&program->list_keys);
    if (!read_answers(program, remarks, fault)) {
        smtpd_settings_init(&program->settings, config, &options, NULL, remarks);
        return false;
    }
    smtpd_settings_init(&program->settings, config, &options, program->answers, remarks);
    if (!service_models_init(&program->services, inputs, remarks, fault) ||
        !read_classes(program, config, fault) || !read_rows(program, config, fault) ||
        !startup_check(program, config, fault) ||
        !screen_settings_init(&program->screen.settings, config, &program->arena,
                              &program->settings.tables, remarks, fault))
        return false;
    compile_lists(program, config);
    return true;
}

void program_release(struct program *program)
{
    for (size_t i = 0; i < COLUMNS; i++)
        free(program->columns[i]);
    free(program->questions);
    free(program->places);
    free(program->items);
    free(program->lists);
    free(program->sublists);
    free(program->checks);
    free(program->classes);
    free(program->screen.contacts);
    intern_release(&program->question_keys);
    intern_release(&program->list_keys);
    outcomes_release(&program->outcomes);
    smtpd_settings_release(&program->settings);
    service_models_release(&program->services);
    answers_file_free(program->answers);
    arena_release(&program->arena);
}
