#include "parsers/lines/program_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/intern.h"
#include "base/rare.h"
#include "base/xalloc.h"
#include "parsers/lines/program_names.h"
#include "parsers/lines/shape_account.h"
#include "parsers/lines/shape_set.h"
#include "parsers/lines/user_shapes.h"

enum { CACHE_SLOTS = 64, MAX_PROGRAMS = 4096, MAX_TABLES = 64 };

/* The shapes of one rule, ready to match; service per shape. */
struct rule_set {
    const struct program_rule *rule;
    struct shape_set *set;
    const uint8_t *services; /* enum service by index */
};

struct example {
    struct slice raw;
    uint64_t line;
    uint16_t file;
};

/* A program name that occurred. */
struct program {
    struct slice name, instance, label;
    const struct rule_set *rules;
    const struct user_shapes *user; /* its user-given shapes, or NULL */
    uint64_t *counts;               /* by index in the set */
    struct example *examples;
    uint64_t *user_counts;
    struct example *user_examples;
    uint64_t foreign;
    struct example foreign_example;
};

struct cache_slot {
    struct program *program;
};

/* A table whose rows are compiled. */
struct compiled_table {
    const struct shape_table *table;
    const struct compiled_shape **shapes;
};

struct line_parser {
    struct arena arena;
    struct slice syslog_name;
    struct program *speakers[LINE_SPEAKERS]; /* by number, as far as they spoke; [0] is nobody */
    struct cache_slot cache[CACHE_SLOTS];
    struct intern names;
    struct program **programs; /* by sym of the name */
    uint32_t program_count, program_capacity;
    struct compiled_table tables[MAX_TABLES];
    size_t table_count;
    struct rule_set **sets;
    uint32_t set_count, set_capacity;
    struct user_shape_file *user;
    uint64_t counts[LINE_CLASSES]; /* of lines that met no shape */
    struct shape_account account;
    struct shape_count *listing;
    size_t listing_count, listing_capacity;
};

/* --- building ---------------------------------------------------------------------------------- */

static const struct compiled_table *table_get(struct line_parser *parser,
                                              const struct shape_table *table)
{
    for (size_t i = 0; i < parser->table_count; i++)
        if (parser->tables[i].table == table)
            return &parser->tables[i];
    if (parser->table_count == MAX_TABLES)
        bug("more shape tables than MAX_TABLES");
    struct compiled_table *made = &parser->tables[parser->table_count++];
    made->table = table;
    made->shapes = ARENA_ARRAY(&parser->arena, const struct compiled_shape *, table->count);
    for (size_t i = 0; i < table->count; i++) {
        const char *error;
        made->shapes[i] = shape_compile(&parser->arena, &table->rows[i], &error);
        if (!made->shapes[i])
            bug(error);
    }
    return made;
}

/* Lists a rule's tables: its own, and behind them all others of Postfix. */
static size_t list_tables(const struct program_rule *rule, const struct shape_table **list)
{
    size_t count = 0;
    for (const struct shape_table *const *own = rule->tables; *own; own++)
        list[count++] = *own;
    if (rule->origin == PROGRAM_OTHER || rule->origin == PROGRAM_FOREIGN)
        return count;
    size_t own_count = count;
    for (const struct shape_table *const *any = program_postfix_tables(); *any; any++) {
        bool listed = false;
        for (size_t i = 0; i < own_count; i++)
            listed = listed || list[i] == *any;
        if (!listed)
            list[count++] = *any;
    }
    return count;
}

/* Whose line it is when a row of the table takes it: the program's, but of a program whose service
 * the name does not tell, the table's. */
static enum service service_of(const struct program_rule *rule, const struct shape_table *table)
{
    if (rule->origin == PROGRAM_STRANGER)
        return table->service == SERVICE_NONE ? SERVICE_POSTFIX_OTHER : table->service;
    bool named = table->service == SERVICE_NONE || rule->service != SERVICE_POSTFIX_OTHER;
    return named ? rule->service : table->service;
}

static const struct rule_set *rule_set_get(struct line_parser *parser,
                                           const struct program_rule *rule)
{
    for (uint32_t i = 0; i < parser->set_count; i++)
        if (parser->sets[i]->rule == rule)
            return parser->sets[i];
    const struct shape_table *tables[MAX_TABLES];
    size_t table_count = list_tables(rule, tables), count = 0, at = 0;
    for (size_t i = 0; i < table_count; i++)
        count += tables[i]->count;
    if (count >= SHAPE_NO_MATCH)
        bug("more shapes than a set can hold");
    const struct compiled_shape **shapes =
        ARENA_ARRAY(&parser->arena, const struct compiled_shape *, count + 1);
    uint8_t *services = ARENA_ARRAY(&parser->arena, uint8_t, count + 1);
    for (size_t i = 0; i < table_count; i++) {
        const struct compiled_table *table = table_get(parser, tables[i]);
        for (size_t s = 0; s < tables[i]->count; s++) {
            /* what anybody may write is not believed of a stranger */
            if (rule->origin == PROGRAM_STRANGER && !(tables[i]->rows[s].flags & SHAPE_STRONG))
                continue;
            shapes[at] = table->shapes[s];
            services[at++] = (uint8_t)service_of(rule, tables[i]);
        }
    }
    struct rule_set *made = ARENA_NEW(&parser->arena, struct rule_set);
    *made = (struct rule_set){ rule, shape_set_new(&parser->arena, shapes, at, false), services };
    GROW(parser->sets, parser->set_count, parser->set_capacity);
    parser->sets[parser->set_count++] = made;
    return made;
}

struct line_parser *line_parser_new(const struct line_parser_options *options, struct fault *fault)
{
    struct line_parser *parser = xcalloc(1, sizeof *parser);
    arena_init(&parser->arena);
    intern_init(&parser->names);
    shape_account_init(&parser->account);
    parser->syslog_name = slice_of(options->syslog_name ? options->syslog_name : "");
    if (options->shapes_file) {
        parser->user = user_shapes_load(&parser->arena, options->shapes_file, fault);
        if (!parser->user) {
            line_parser_free(parser);
            return NULL;
        }
    }
    return parser;
}

void line_parser_free(struct line_parser *parser)
{
    if (!parser)
        return;
    shape_account_release(&parser->account);
    intern_release(&parser->names);
    arena_release(&parser->arena);
    free(parser->programs);
    free(parser->sets);
    free(parser->listing);
    free(parser);
}

/* --- programs ---------------------------------------------------------------------------------- */

static struct program *program_new(struct line_parser *parser, struct slice name)
{
    struct program *program = ARENA_NEW(&parser->arena, struct program);
    struct program_facts facts;
    program->name = arena_copy(&parser->arena, name);
    program_resolve(program->name, parser->syslog_name, &facts);
    program->instance = facts.instance;
    program->label = facts.label;
    program->rules = rule_set_get(parser, facts.rule);
    size_t count = program->rules->set->count;
    program->counts = ARENA_ARRAY(&parser->arena, uint64_t, count + 1);
    program->examples = ARENA_ARRAY(&parser->arena, struct example, count + 1);
    if (parser->user)
        program->user = user_shapes_of(parser->user, program->name);
    if (program->user) {
        count = program->user->set->count;
        program->user_counts = ARENA_ARRAY(&parser->arena, uint64_t, count + 1);
        program->user_examples = ARENA_ARRAY(&parser->arena, struct example, count + 1);
    }
    return program;
}

/* The program of that name; past MAX_PROGRAMS names all new ones are one stranger without name. */
static APART struct program *program_find(struct line_parser *parser, struct slice name)
{
    if (!name.at || name.len > SHAPE_PROGRAM_MAX ||
        (parser->program_count >= MAX_PROGRAMS && !intern_find(&parser->names, name)))
        name = slice_of("");
    sym number = intern_add(&parser->names, name);
    while (parser->program_count <= number) {
        GROW(parser->programs, parser->program_count, parser->program_capacity);
        parser->programs[parser->program_count++] = NULL;
    }
    if (!parser->programs[number])
        parser->programs[number] = program_new(parser, name);
    return parser->programs[number];
}

/* Direct-mapped cache before program_find: a log has few programs. */
static APART struct program *program_get_by_name(struct line_parser *parser, struct slice name)
{
    uint64_t hash = name.len;
    if (name.len >= 8) {
        uint64_t tail;
        memcpy(&tail, name.at + name.len - 8, sizeof tail);
        hash = (hash ^ tail) * 0x9e3779b97f4a7c15u;
    } else {
        for (size_t i = 0; i < name.len; i++)
            hash = (hash ^ (unsigned char)name.at[i]) * 0x9e3779b97f4a7c15u;
    }
    struct cache_slot *slot = &parser->cache[hash >> 58];
    struct program *cached = slot->program;
    if (!cached || cached->name.len != name.len || !bytes_equal(cached->name.at, name.at, name.len))
        slot->program = cached = program_find(parser, name);
    return cached;
}

/* The program that says the line. */
static inline struct program *program_get(struct line_parser *parser, const struct log_line *line)
{
    struct program *program = parser->speakers[line->speaker];
    if (__builtin_expect(!program, 0)) {
        program = program_get_by_name(parser, line->program);
        if (line->speaker)
            parser->speakers[line->speaker] = program;
    }
    return program;
}

/* --- lines ------------------------------------------------------------------------------------- */

static RARE void remember(struct line_parser *parser, struct example *example,
                          const struct log_line *line)
{
    example->raw = arena_copy(&parser->arena, slice_head(line->raw, SHAPE_EXAMPLE_MAX));
    example->file = line->file;
    example->line = line->number;
}

/* Lines that no shape of the program takes. */
static RARE void book_unmatched(struct line_parser *parser, struct program *program,
                                const struct log_line *line, struct event *event)
{
    char mask[SHAPE_MASK_MAX];
    enum program_origin origin = program->rules->rule->origin;
    event_clear(event);
    /* a stranger whose lines somebody taught us is none: what is missing shows as unknown */
    if (origin == PROGRAM_FOREIGN || (origin == PROGRAM_STRANGER && !program->user)) {
        event->line_class = LINE_FOREIGN;
        event->kind = EVENT_FOREIGN;
        event->service = SERVICE_FOREIGN;
        if (program->foreign++ == 0)
            remember(parser, &program->foreign_example, line);
        return;
    }
    event->line_class = LINE_UNKNOWN;
    event->service = program->rules->rule->service;
    parser->counts[LINE_UNKNOWN]++;
    shape_account_add(&parser->account, LINE_UNKNOWN, line, shape_mask(line->text, mask));
}

/* Lines without envelope, and remarks of the logger (a repeat marker is understood). */
static RARE void book_odd(struct line_parser *parser, const struct log_line *line,
                          struct event *event)
{
    event->line_class = line->malformed ? LINE_MALFORMED : LINE_FOREIGN;
    event->service = SERVICE_NONE;
    event->instance = event->label = (struct slice)SLICE("");
    if (line->marker) {
        const struct shape_set *set = program_find(parser, slice_of(""))->rules->set;
        shape_set_match(set, line->text, SHAPE_USUAL, event);
        event->kind = event->kind == EVENT_NONE ? EVENT_FOREIGN : event->kind;
        event->line_class = event->kind == EVENT_REPEAT ? LINE_UNDERSTOOD : LINE_FOREIGN;
    }
    parser->counts[event->line_class]++;
    shape_account_add(&parser->account, event->line_class, line,
                      line->malformed ? (struct slice)SLICE("(no envelope)")
                                      : (struct slice)SLICE("(remark of the logger)"));
}

static APART bool match_user(struct line_parser *parser, struct program *program,
                             const struct log_line *line, struct event *event)
{
    unsigned index = shape_set_match(program->user->set, line->text, SHAPE_USUAL, event);
    if (index == SHAPE_NO_MATCH)
        return false;
    if (program->user_counts[index]++ == 0)
        remember(parser, &program->user_examples[index], line);
    event->line_class = LINE_UNDERSTOOD;
    /* who teaches us a program's lines says that it belongs to the mail */
    enum service service = program->rules->rule->service;
    event->service = service == SERVICE_FOREIGN ? SERVICE_FILTER : service;
    if (line->truncated)
        event_set(event, FIELD_TRUNCATED, (struct slice)SLICE("true"));
    return true;
}

/* All rows. What none takes as it stands: without blanks at its end (some texts end in an empty
 * field, some lines just have them), and for Postfix with a first word that is no proper queue id. */
static APART unsigned match_fully(const struct program *program, struct slice text,
                                  struct event *event)
{
    const struct shape_set *set = program->rules->set;
    event_clear(event);
    unsigned index = shape_set_match(set, text, SHAPE_USUAL, event);
    if (index == SHAPE_NO_MATCH && text.len && ascii_is_space(text.at[text.len - 1])) {
        text = slice_trim(text);
        event_clear(event);
        index = shape_set_match(set, text, SHAPE_USUAL, event);
    }
    if (index == SHAPE_NO_MATCH && program->rules->rule->origin == PROGRAM_POSTFIX) {
        event_clear(event);
        index = shape_set_match(set, text, SHAPE_ANY_ID, event);
    }
    return index;
}

void line_parse(struct line_parser *parser, const struct log_line *line, struct event *event)
{
    event->line = line;
    event_clear(event);
    if (__builtin_expect(line->malformed || line->marker, 0)) {
        book_odd(parser, line, event);
        return;
    }
    struct program *program = program_get(parser, line);
    event->instance = program->instance;
    event->label = program->label;
    if (program->user && match_user(parser, program, line, event))
        return;
    unsigned index = shape_set_try(program->rules->set, line->text, event);
    if (index == SHAPE_NO_MATCH) {
        index = match_fully(program, line->text, event);
        if (index == SHAPE_NO_MATCH) {
            book_unmatched(parser, program, line, event);
            return;
        }
    }
    event->line_class = event->kind == EVENT_FOREIGN ? LINE_FOREIGN : LINE_UNDERSTOOD;
    event->service = (enum service)program->rules->services[index];
    if (__builtin_expect(line->truncated, 0))
        event_set(event, FIELD_TRUNCATED, (struct slice)SLICE("true"));
    if (__builtin_expect(program->counts[index]++ == 0, 0))
        remember(parser, &program->examples[index], line);
}

/* --- the account ------------------------------------------------------------------------------- */

static enum line_class class_of(const struct line_shape *row)
{
    return row->kind == EVENT_FOREIGN ? LINE_FOREIGN : LINE_UNDERSTOOD;
}

void line_parser_counts(const struct line_parser *parser, uint64_t counts[LINE_CLASSES])
{
    memcpy(counts, parser->counts, sizeof parser->counts);
    for (uint32_t p = 0; p < parser->program_count; p++) {
        const struct program *program = parser->programs[p];
        if (!program)
            continue;
        const struct shape_set *set = program->rules->set;
        counts[LINE_FOREIGN] += program->foreign;
        for (size_t i = 0; i < set->count; i++)
            counts[class_of(set->shapes[i]->row)] += program->counts[i];
        for (size_t i = 0; program->user && i < program->user->set->count; i++)
            counts[LINE_UNDERSTOOD] += program->user_counts[i];
    }
}

static void list_row(struct line_parser *parser, const struct shape_count *row)
{
    if (row->count == 0)
        return;
    GROW(parser->listing, parser->listing_count, parser->listing_capacity);
    parser->listing[parser->listing_count++] = *row;
}

static void list_program(struct line_parser *parser, const struct program *program)
{
    const struct shape_set *set = program->rules->set;
    struct shape_count row = { .program = program->name };
    for (size_t i = 0; i < set->count; i++) {
        const struct line_shape *shape = set->shapes[i]->row;
        const struct example *example = &program->examples[i];
        row.line_class = class_of(shape);
        row.shape = slice_of(shape->pattern);
        row.example = example->raw;
        row.file = example->file;
        row.line = example->line;
        row.count = program->counts[i];
        list_row(parser, &row);
    }
    for (size_t i = 0; program->user && i < program->user->set->count; i++) {
        const struct example *example = &program->user_examples[i];
        row = (struct shape_count){ .line_class = LINE_UNDERSTOOD,
                                    .program = program->name,
                                    .example = example->raw,
                                    .file = example->file,
                                    .line = example->line,
                                    .count = program->user_counts[i] };
        row.shape = slice_of(program->user->set->shapes[i]->row->pattern);
        list_row(parser, &row);
    }
    row = (struct shape_count){ .line_class = LINE_FOREIGN,
                                .program = program->name,
                                .shape = SLICE("(any)"),
                                .example = program->foreign_example.raw,
                                .file = program->foreign_example.file,
                                .line = program->foreign_example.line,
                                .count = program->foreign };
    list_row(parser, &row);
}

static int by_count(const void *a, const void *b)
{
    const struct shape_count *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    int order = slice_compare(x->program, y->program);
    if (order == 0)
        order = slice_compare(x->shape, y->shape);
    return order ? order : (int)x->line_class - (int)y->line_class;
}

const struct shape_count *line_parser_shapes(struct line_parser *parser, size_t *count)
{
    parser->listing_count = 0;
    for (uint32_t i = 0; i < parser->program_count; i++)
        if (parser->programs[i])
            list_program(parser, parser->programs[i]);
    for (uint32_t i = 0; i < parser->account.count; i++)
        list_row(parser, &parser->account.rows[i]);
    if (parser->listing_count)
        qsort(parser->listing, parser->listing_count, sizeof *parser->listing, by_count);
    *count = parser->listing_count;
    return parser->listing;
}
