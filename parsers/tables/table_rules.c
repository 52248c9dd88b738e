#include "parsers/tables/table_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/xalloc.h"
#include "parsers/config/logical_line.h"

enum { VALUE_MAX = 1 << 20, GROUPS_MAX = 10000 };
static const uint32_t NO_END = UINT32_MAX;

struct rule {
    enum { OP_MATCH, OP_IF, OP_ENDIF } op;
    bool negated, second_negated;
    void *first, *second; /* compiled */
    struct slice value;   /* without $n: literal, "$$" made "$"; else as written */
    unsigned top_group;   /* highest $n in value, 0: none */
    uint32_t end;         /* of an IF: its ENDIF, or NO_END */
    uint64_t line;
};

struct rules {
    const struct rule_engine *engine;
    struct rule *items;
    uint32_t count, capacity;
    unsigned most_groups, top_group;
};

/* A pattern with its flags, before compilation. */
struct pattern {
    struct slice text;
    uint32_t bits;
    bool negated;
};

/* The length of the name behind "$(" or "${", its closing brace counted; *bad when that is missing. */
static size_t braced_length(struct slice rest, char open, bool *bad)
{
    char close = open == '{' ? '}' : ')';
    unsigned level = 1;
    size_t len = 0;
    while (len < rest.len && level) {
        level += rest.at[len] == open;
        level -= rest.at[len] == close;
        len++;
    }
    *bad = level > 0;
    return len;
}

/* The name behind a "$"; *bad is set when Postfix could not parse it (mac_parse(3)). */
static struct slice take_name(struct slice *rest, bool *bad)
{
    struct slice name;
    size_t len = 0;
    char open = rest->len ? rest->at[0] : 0;
    if (open == '{' || open == '(') {
        *rest = slice_skip(*rest, 1);
        len = braced_length(*rest, open, bad);
        name = slice_head(*rest, *bad ? len : len - 1);
    } else {
        while (len < rest->len && (ascii_is_alnum(rest->at[len]) || rest->at[len] == '_'))
            len++;
        name = slice_head(*rest, len);
    }
    *rest = slice_skip(*rest, len);
    *bad = *bad || name.len == 0;
    return name;
}

/* One piece of a result: literal text, or the name behind a "$". False at the end. */
static bool next_piece(struct slice *rest, struct slice *piece, bool *is_group, bool *bad)
{
    *is_group = false;
    if (rest->len == 0)
        return false;
    if (rest->at[0] != '$') {
        *piece = slice_head(*rest, slice_index(*rest, '$'));
        *rest = slice_skip(*rest, piece->len);
        return true;
    }
    *rest = slice_skip(*rest, 1);
    if (rest->len && rest->at[0] == '$') {
        *piece = slice_head(*rest, 1);
        *rest = slice_skip(*rest, 1);
        return true;
    }
    *is_group = true;
    *piece = take_name(rest, bad);
    return true;
}

static unsigned group_number(struct slice digits)
{
    uint64_t number;
    while (digits.len > 1 && digits.at[0] == '0')
        digits = slice_skip(digits, 1);
    if (!slice_to_u64(digits, &number) || number > GROUPS_MAX)
        return 0;
    return (unsigned)number;
}

/* Checks a result and finds its highest $n; without any the literal text is made. */
static const char *scan_value(struct arena *arena, struct slice text, struct rule *rule)
{
    struct slice rest = text, piece;
    struct buffer literal;
    bool is_group, bad = false;
    const char *error = NULL;
    buffer_init(&literal, text.len);
    while (!error && next_piece(&rest, &piece, &is_group, &bad)) {
        if (bad) {
            error = "bad replacement syntax";
        } else if (!is_group) {
            buffer_add_slice(&literal, piece);
        } else {
            unsigned number = group_number(piece);
            rule->top_group = number > rule->top_group ? number : rule->top_group;
            error = number ? NULL : "bad replacement syntax";
        }
    }
    struct slice made = slice_make(literal.at ? literal.at : "", literal.len);
    rule->value = arena_copy(arena, rule->top_group ? text : made);
    buffer_release(&literal);
    return error;
}

/* One look-up under way. */
struct search {
    const struct rules *rules;
    struct slice key;
    struct rule_span *spans;
    void *workspace;
};

static bool code_matches(const struct search *search, const void *code, bool negated,
                         size_t span_count)
{
    enum rule_answer answer = search->rules->engine->match(code, search->key, span_count,
                                                           search->spans, search->workspace);
    /* A failure is no match, negated or not, as in Postfix, which warns. */
    return answer != RULE_FAILED && (answer == RULE_MATCHES) != negated;
}

static bool rule_matches(const struct search *search, const struct rule *rule)
{
    size_t span_count = rule->top_group ? rule->top_group + 1u : 0;
    return code_matches(search, rule->first, rule->negated, span_count) &&
           (!rule->second || code_matches(search, rule->second, rule->second_negated, 0));
}

static const struct rule *find_rule(const struct search *search)
{
    const struct rules *rules = search->rules;
    for (uint32_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->items[i];
        if (rule->op == OP_ENDIF)
            continue;
        bool match = rule_matches(search, rule);
        if (match && rule->op == OP_MATCH)
            return rule;
        if (!match && rule->op == OP_IF) {
            if (rule->end == NO_END)
                return NULL;
            i = rule->end;
        }
    }
    return NULL;
}

/* The result with its $n replaced. */
static struct slice fill_value(const struct search *search, const struct rule *rule,
                               struct arena *scratch)
{
    struct slice rest = rule->value, piece;
    struct buffer out;
    bool is_group, bad = false;
    buffer_init(&out, VALUE_MAX);
    while (next_piece(&rest, &piece, &is_group, &bad)) {
        if (!is_group) {
            buffer_add_slice(&out, piece);
            continue;
        }
        struct rule_span span = search->spans[group_number(piece)];
        if (span.from < span.to && span.to <= search->key.len)
            buffer_add(&out, search->key.at + span.from, span.to - span.from);
    }
    struct slice value = arena_copy(scratch, slice_make(out.at ? out.at : "", out.len));
    buffer_release(&out);
    return value;
}

static enum lookup_status find_pattern(const struct lookup_table *table, struct slice key,
                                       struct arena *scratch, struct slice *result)
{
    const struct rules *rules = table->data;
    struct search search = { .rules = rules, .key = key };
    search.spans = ARENA_ARRAY(scratch, struct rule_span, rules->top_group + 1u);
    if (rules->engine->begin)
        search.workspace = rules->engine->begin(rules->most_groups);
    const struct rule *rule = find_rule(&search);
    if (rules->engine->end)
        rules->engine->end(search.workspace);
    if (!rule)
        return LOOKUP_ABSENT;
    *result = rule->top_group ? fill_value(&search, rule, scratch) : rule->value;
    return LOOKUP_FOUND;
}

static void each_value(const struct lookup_table *table,
                       bool (*visit)(void *context, struct slice value), void *context)
{
    const struct rules *rules = table->data;
    for (uint32_t i = 0; i < rules->count; i++)
        if (rules->items[i].op == OP_MATCH && !visit(context, rules->items[i].value))
            return;
}

static void release_rule(const struct rules *rules, struct rule *rule)
{
    if (rule->first)
        rules->engine->release(rule->first);
    if (rule->second)
        rules->engine->release(rule->second);
    rule->first = rule->second = NULL;
}

static void release_rules(struct lookup_table *table)
{
    struct rules *rules = table->data;
    for (uint32_t i = 0; i < rules->count; i++)
        release_rule(rules, &rules->items[i]);
    free(rules->items);
}

static const struct table_ops rules_ops = { find_pattern, each_value, release_rules };

/* What one line is read with. */
struct reading {
    struct lookup_table *table;
    struct rules *rules;
    uint64_t line;
    uint32_t depth; /* of open IFs */
};

/* The end of a pattern: the delimiter that no backslash hides; rest.len without one. To a regexp
 * table a backslash at the end of the line closes the pattern, too. */
static size_t pattern_end(const struct rule_engine *engine, struct slice rest, char delimiter)
{
    for (size_t i = 0; i < rest.len; i++) {
        bool hides = rest.at[i] == '\\';
        if (hides && ++i == rest.len)
            return engine->two_patterns ? rest.len - 1 : rest.len;
        if (!hides && rest.at[i] == delimiter)
            return i;
    }
    return rest.len;
}

static bool take_flags(struct reading *reading, struct slice *rest, struct pattern *pattern)
{
    const struct rule_engine *engine = reading->rules->engine;
    pattern->bits = engine->default_bits;
    for (; rest->len && !ascii_is_space(rest->at[0]); *rest = slice_skip(*rest, 1)) {
        char letter = rest->at[0];
        size_t i = 0;
        if (letter == '!' && engine->two_patterns)
            break;
        while (i < engine->flag_count && engine->flags[i].letter != letter)
            i++;
        if (i == engine->flag_count) {
            table_warn(reading->table, reading->line,
                       "unknown regexp option \"%c\": skipping this rule", letter);
            return false;
        }
        if (engine->flags[i].bit == 0)
            table_warn(reading->table, reading->line, "ignoring obsolete regexp option \"%c\"",
                       letter);
        pattern->bits ^= engine->flags[i].bit;
    }
    return true;
}

static bool take_pattern(struct reading *reading, struct slice *rest, struct pattern *pattern)
{
    pattern->negated = false;
    while (rest->len && (rest->at[0] == '!' || ascii_is_space(rest->at[0]))) {
        pattern->negated = pattern->negated != (rest->at[0] == '!');
        *rest = slice_skip(*rest, 1);
    }
    if (rest->len == 0) {
        table_warn(reading->table, reading->line, "no regexp: skipping this rule");
        return false;
    }
    char delimiter = rest->at[0];
    *rest = slice_skip(*rest, 1);
    size_t end = pattern_end(reading->rules->engine, *rest, delimiter);
    if (end == rest->len) {
        table_warn(reading->table, reading->line,
                   "no closing regexp delimiter \"%c\": skipping this rule", delimiter);
        return false;
    }
    pattern->text = slice_head(*rest, end);
    *rest = slice_skip(*rest, end + 1);
    return take_flags(reading, rest, pattern);
}

static void *compile(struct reading *reading, const struct pattern *pattern, bool needs_spans,
                     unsigned *groups)
{
    char error[256];
    struct slice text = arena_copy(&reading->table->arena, pattern->text);
    void *code = reading->rules->engine->compile(text.at, pattern->bits, needs_spans, groups, error,
                                                 sizeof error);
    if (!code)
        table_warn(reading->table, reading->line, "%s", error);
    else if (*groups > reading->rules->most_groups)
        reading->rules->most_groups = *groups;
    return code;
}

/* What is wrong with a result for its pattern, or NULL. */
static const char *value_fault(const struct rule *rule, const struct pattern *first)
{
    if (rule->top_group && first->negated)
        return "$number found in negative match replacement text: skipping this rule";
    return NULL;
}

static bool parse_match(struct reading *reading, struct slice line, struct rule *rule)
{
    struct pattern first, second = { .text = { NULL, 0 } };
    unsigned groups = 0, unused = 0;
    rule->op = OP_MATCH;
    if (!take_pattern(reading, &line, &first))
        return false;
    bool has_second = line.len && line.at[0] == '!' && reading->rules->engine->two_patterns;
    if (has_second && !take_pattern(reading, &line, &second))
        return false;
    line = slice_trim(line);
    if (line.len == 0)
        table_warn(reading->table, reading->line, "no replacement text: using empty string");
    const char *error = scan_value(&reading->table->arena, line, rule);
    if (error) {
        table_warn(reading->table, reading->line, "%s: skipping this rule", error);
        return false;
    }
    error = value_fault(rule, &first);
    if (error) {
        table_warn(reading->table, reading->line, "%s", error);
        return false;
    }
    rule->negated = first.negated;
    rule->second_negated = second.negated;
    rule->first = compile(reading, &first, rule->top_group > 0, &groups);
    if (rule->first && rule->top_group > groups) {
        table_warn(reading->table, reading->line,
                   "out of range replacement index \"%u\": skipping this rule", rule->top_group);
        return false;
    }
    if (rule->first && has_second)
        rule->second = compile(reading, &second, false, &unused);
    return rule->first && (!has_second || rule->second);
}

static bool parse_if(struct reading *reading, struct slice line, struct rule *rule)
{
    struct pattern pattern;
    unsigned groups;
    rule->op = OP_IF;
    if (!take_pattern(reading, &line, &pattern))
        return false;
    line = slice_trim(line);
    if (line.len)
        table_warn(reading->table, reading->line,
                   "ignoring extra text after IF statement: \"%.*s\"",
                   SLICE_FMT(slice_head(line, 200)));
    rule->negated = pattern.negated;
    rule->first = compile(reading, &pattern, false, &groups);
    return rule->first != NULL;
}

static bool parse_endif(struct reading *reading, struct slice rest, struct rule *rule)
{
    rule->op = OP_ENDIF;
    if (reading->depth == 0) {
        table_warn(reading->table, reading->line, "ignoring ENDIF without matching IF");
        return false;
    }
    if (slice_trim(rest).len)
        table_warn(reading->table, reading->line, "ignoring extra text after ENDIF");
    return true;
}

/* True when line begins with the word, whatever the case, and no letter or digit follows. */
static bool is_word(struct slice line, const char *word)
{
    size_t len = strlen(word);
    return line.len >= len && slice_equal_fold(slice_head(line, len), slice_of(word)) &&
           (line.len == len || !ascii_is_alnum(line.at[len]));
}

static bool parse_rule(struct reading *reading, struct slice line, struct rule *rule)
{
    if (!ascii_is_alnum(line.at[0]))
        return parse_match(reading, line, rule);
    if (is_word(line, "IF"))
        return parse_if(reading, slice_skip(line, 2), rule);
    if (is_word(line, "ENDIF"))
        return parse_endif(reading, slice_skip(line, 5), rule);
    table_warn(reading->table, reading->line, "ignoring unrecognized request");
    return false;
}

/* Adds a rule; open IFs are chained through their `end` until their ENDIF comes. */
static void add_rule(struct reading *reading, const struct rule *rule, uint32_t *open)
{
    struct rules *rules = reading->rules;
    uint32_t at = rules->count;
    GROW(rules->items, rules->count, rules->capacity);
    rules->items[rules->count++] = *rule;
    if (rule->top_group > rules->top_group)
        rules->top_group = rule->top_group;
    if (rule->op == OP_IF) {
        rules->items[at].end = *open;
        *open = at;
        reading->depth++;
    } else if (rule->op == OP_ENDIF) {
        uint32_t outer = rules->items[*open].end;
        rules->items[*open].end = at;
        *open = outer;
        reading->depth--;
    }
}

static void parse_rules(struct lookup_table *table, struct rules *rules, struct slice text)
{
    struct reading reading = { .table = table, .rules = rules };
    struct logical_reader lines;
    struct buffer joined;
    struct slice line;
    uint32_t open = NO_END;
    logical_reader_init(&lines, text);
    buffer_init(&joined, text.len);
    while (logical_reader_next(&lines, &joined, &line)) {
        struct rule rule = { .end = NO_END, .line = lines.first_line };
        reading.line = lines.first_line;
        line = slice_trim(line);
        if (line.len && parse_rule(&reading, line, &rule))
            add_rule(&reading, &rule, &open);
        else
            release_rule(rules, &rule);
    }
    while (open != NO_END) {
        uint32_t outer = rules->items[open].end;
        table_warn(table, rules->items[open].line, "IF has no matching ENDIF");
        rules->items[open].end = NO_END;
        open = outer;
    }
    buffer_release(&joined);
}

bool table_rules_open(struct lookup_table *table, const struct rule_engine *engine)
{
    struct slice text;
    if (!table_rule_text(table, &text))
        return false;
    struct rules *rules = ARENA_NEW(&table->arena, struct rules);
    rules->engine = engine;
    table->data = rules;
    table->ops = &rules_ops;
    parse_rules(table, rules, text);
    table->size = rules->count;
    table->is_enumerable = rules->top_group == 0;
    return true;
}
