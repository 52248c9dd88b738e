#include "parsers/lines/line_shape.h"

#include <string.h>

#include "base/rare.h"
#include "base/xalloc.h"
#include "parsers/lines/scan_bytes.h"

enum step_kind { STEP_LITERAL, STEP_UNTIL, STEP_REST, STEP_TYPED, STEP_SLOT, STEP_END };

/* One step. UNTIL takes the text up to its literal and the literal itself. */
struct step {
    uint8_t kind;
    bool quoted;    /* UNTIL: a value that begins with '"' ends behind its closing '"' */
    uint16_t field; /* NO_FIELD: skip */
    uint16_t len;   /* of literal */
    const char *literal;
    union {
        slot_fn slot;
        slot_type_fn type;
    } call;
};

enum { NO_FIELD = 0xffff, MAX_STEPS = 40, MAX_CONSTANTS = 8, MAX_BACKTRACKS = 100 };

struct constant {
    enum event_field field;
    struct slice value;
};

struct slice severity_word(enum severity severity)
{
    static const struct slice words[SEVERITIES] = { SLICE(""), SLICE("warning: "), SLICE("error: "),
                                                    SLICE("fatal: "), SLICE("panic: ") };
    return words[severity];
}

/* --- compiling --------------------------------------------------------------------------------- */

static enum event_field field_find(struct slice name)
{
    for (enum event_field field = 0; field < EVENT_FIELD_COUNT; field++)
        if (slice_is(name, event_field_name(field)))
            return field;
    return EVENT_FIELD_COUNT;
}

/* How a slot's type is printed; FIELD_TYPE_TEXT when it does not say. */
static enum event_field_type type_of_slot(struct slice type)
{
    static const char *const numbers[] = { "int", "float", "hms", "period", "blank_int" };
    for (size_t i = 0; i < COUNT(numbers); i++)
        if (slice_is(type, numbers[i]))
            return FIELD_TYPE_NUMBER;
    return slice_starts(type, "list") ? FIELD_TYPE_LIST : FIELD_TYPE_TEXT;
}

/* The field of a slot: by its JSON name; where two share one, the one of the slot's type. */
static enum event_field slot_field(struct slice name, struct slice type)
{
    enum event_field first = field_find(name);
    for (enum event_field field = first; field < EVENT_FIELD_COUNT; field++)
        if (event_field_type(field) == type_of_slot(type) &&
            slice_is(name, event_field_name(field)))
            return field;
    return first;
}

/* Compiles one slot "{...}" whose inside is `name`; *literal is the text behind it. */
static const char *compile_slot(struct slice inside, struct slice literal, struct step *step,
                                bool *took_literal)
{
    size_t colon = slice_index(inside, ':');
    struct slice name = slice_head(inside, colon);
    struct slice type = slice_skip(inside, colon + 1);
    *took_literal = false;
    step->field = NO_FIELD;
    if (colon == inside.len && (step->call.slot = slot_find(name)) != NULL) {
        step->kind = STEP_SLOT;
        return NULL;
    }
    if (!slice_is(name, "*")) {
        enum event_field field = slot_field(name, type);
        if (field == EVENT_FIELD_COUNT)
            return "no such field (docs/formats.md lists them)";
        step->field = (uint16_t)field;
    }
    step->quoted = slice_is(type, "address") || slice_is(type, "addr");
    if (type.len && !step->quoted && !slice_is(type, "text") && !slice_starts(type, "list")) {
        step->kind = STEP_TYPED;
        step->call.type = slot_type_find(type);
        return step->call.type ? NULL : "no such slot type (int float word addr ip qid list text)";
    }
    if (literal.len == 0) {
        step->kind = STEP_REST;
        return NULL;
    }
    step->kind = STEP_UNTIL;
    step->literal = literal.at;
    step->len = (uint16_t)literal.len;
    *took_literal = true;
    return NULL;
}

/* Literal text up to the next slot. */
static struct slice literal_head(struct slice pattern)
{
    size_t brace = slice_index(pattern, '{');
    return slice_head(pattern, brace);
}

static const char *compile_steps(struct slice pattern, struct step *steps, size_t *count)
{
    bool after_open = false; /* the slot before takes text up to a literal that must come */
    *count = 0;
    while (pattern.len) {
        if (*count + 2 > MAX_STEPS)
            return "too many slots";
        struct step *step = &steps[(*count)++];
        *step = (struct step){ .field = NO_FIELD };
        struct slice literal = literal_head(pattern);
        if (literal.len) {
            step->kind = STEP_LITERAL;
            step->literal = literal.at;
            step->len = (uint16_t)literal.len;
            pattern = slice_skip(pattern, literal.len);
            continue;
        }
        size_t close = slice_index(pattern, '}');
        if (close == pattern.len)
            return "a slot is not closed by }";
        struct slice inside = slice_make(pattern.at + 1, close - 1);
        pattern = slice_skip(pattern, close + 1);
        literal = literal_head(pattern);
        const char *error = compile_slot(inside, literal, step, &after_open);
        if (error)
            return error;
        if (step->kind == STEP_REST && pattern.len)
            return "text must stand between two slots";
        if (after_open)
            pattern = slice_skip(pattern, literal.len);
    }
    steps[(*count)++] = (struct step){ .kind = STEP_END };
    return NULL;
}

static const char *compile_constants(struct arena *arena, const char *sets,
                                     struct compiled_shape *shape)
{
    struct constant all[MAX_CONSTANTS];
    struct slice rest = slice_of(sets), word;
    uint8_t count = 0;
    while (rest.len && slice_next_word(&rest, ",", &word)) {
        size_t equals = slice_index(word, '=');
        struct slice value = slice_skip(word, equals + 1);
        if (count == MAX_CONSTANTS)
            return "too many constants";
        all[count].field = field_find(slice_head(word, equals));
        if (equals == word.len || all[count].field == EVENT_FIELD_COUNT)
            return "no such field in a constant";
        all[count++].value = slice_is(value, "null") ? (struct slice){ NULL, 0 } : value;
    }
    shape->constant_count = count;
    struct constant *kept = ARENA_ARRAY(arena, struct constant, count ? count : 1);
    /* cppcheck-suppress uninitvar ; the first `count` are set */
    memcpy(kept, all, count * sizeof *kept);
    shape->constants = kept;
    return NULL;
}

static bool take(struct slice *text, const char *prefix)
{
    if (!slice_starts(*text, prefix))
        return false;
    *text = slice_skip(*text, strlen(prefix));
    return true;
}

/* Takes severity and queue id off the front of a pattern. */
static void compile_lead(struct slice *pattern, struct compiled_shape *shape)
{
    unsigned severities = 1;
    if (take(pattern, "{severity}: "))
        severities = 0x1e;
    for (unsigned i = 1; severities == 1 && i < SEVERITIES; i++)
        if (take(pattern, severity_word((enum severity)i).at))
            severities = 1u << i;
    bool with_id = take(pattern, "{queue_id}: ");
    bool both = !with_id && take(pattern, "{queue_id?}: ");
    unsigned leads = 0;
    for (unsigned i = 0; i < SEVERITIES; i++)
        if (severities >> i & 1)
            leads |= both ? 3u << i * 2 : with_id ? 2u << i * 2 : 1u << i * 2;
    shape->leads = (uint16_t)leads;
}

/* Takes the literal at the front of the steps for the key; `pattern` is what they were made from. */
static void compile_key(struct slice pattern, struct step *steps, struct compiled_shape *shape)
{
    shape->steps = steps;
    if (steps->kind == STEP_LITERAL) {
        shape->key_len = steps->len < SHAPE_KEY_MAX ? (uint8_t)steps->len : SHAPE_KEY_MAX;
        memcpy(shape->key, steps->literal, shape->key_len);
        steps->literal += shape->key_len;
        steps->len = (uint16_t)(steps->len - shape->key_len);
        shape->steps += steps->len == 0;
    }
    if (shape->steps->kind == STEP_SLOT && shape->steps[1].kind == STEP_END)
        shape->walk = shape->steps->call.slot;
    else
        shape->walk = slot_walk_find(slice_skip(pattern, shape->key_len));
}

const struct compiled_shape *shape_compile(struct arena *arena, const struct line_shape *row,
                                           const char **error)
{
    struct compiled_shape *shape = ARENA_NEW(arena, struct compiled_shape);
    struct slice pattern = slice_of(row->pattern);
    struct step steps[MAX_STEPS];
    size_t count;
    shape->row = row;
    if (!(row->flags & SHAPE_RAW))
        compile_lead(&pattern, shape);
    *error = compile_steps(pattern, steps, &count);
    if (*error == NULL)
        *error = compile_constants(arena, row->sets, shape);
    if (*error)
        return NULL;
    struct step *kept = ARENA_ARRAY(arena, struct step, count);
    memcpy(kept, steps, count * sizeof *kept);
    shape->steps = kept;
    if (!(row->flags & SHAPE_RAW))
        compile_key(pattern, kept, shape);
    return shape;
}

void compiled_shape_set_constants(const struct compiled_shape *shape, struct event *event)
{
    for (unsigned i = 0; i < shape->constant_count; i++)
        event_set(event, shape->constants[i].field, shape->constants[i].value);
}

/* --- matching ---------------------------------------------------------------------------------- */

/* Behind the closing quote of a quoted local part; at itself when there is none. */
static const char *skip_quoted(const char *at, const char *end)
{
    if (at == end || *at != '"')
        return at;
    for (const char *p = at + 1; p < end; p++) {
        if (*p == '\\' && p + 1 < end)
            p++;
        else if (*p == '"')
            return p + 1;
    }
    return at;
}

/* One step that cannot be taken in another way; NULL when it fails. */
static inline const char *take_step(const struct step *step, const char *at, const char *end,
                                    struct event *event)
{
    struct slice value;
    switch ((enum step_kind)step->kind) {
    case STEP_LITERAL:
        if ((size_t)(end - at) < step->len || !bytes_equal(at, step->literal, step->len))
            return NULL;
        return at + step->len;
    case STEP_TYPED:
        at = step->call.type(at, end, &value);
        if (at && step->field != NO_FIELD)
            event_set(event, (enum event_field)step->field, value);
        /* cppcheck-suppress returnDanglingLifetime ; `at` points into the line */
        return at;
    case STEP_SLOT:
        return step->call.slot(at, end, event);
    case STEP_REST:
        if (step->field != NO_FIELD)
            event_set(event, (enum event_field)step->field, slice_make(at, (size_t)(end - at)));
        return end;
    case STEP_UNTIL:
    case STEP_END:
        break;
    }
    return at == end ? at : NULL;
}

/* A slot that might end later: where it began, and where to look for its literal next. */
struct choice {
    const struct step *step;
    const char *start, *from;
};

/* Lets the last slot that may end at another place do so; false when none is left. */
static bool choose_again(struct choice *choices, unsigned *depth, const char *end,
                         struct event *event, const struct step **step, const char **at)
{
    while (*depth > 0) {
        struct choice *last = &choices[*depth - 1];
        const char *hit = bytes_find(last->from, end, last->step->literal, last->step->len);
        if (hit) {
            if (last->step->field != NO_FIELD)
                event_set(event, (enum event_field)last->step->field,
                          slice_make(last->start, (size_t)(hit - last->start)));
            last->from = hit + 1;
            *at = hit + last->step->len;
            *step = last->step + 1;
            return true;
        }
        --*depth;
    }
    return false;
}

/* The rest of the steps, with slots that end at the next literal, or a later one. */
static APART bool match_choices(const struct step *step, const char *at, const char *end,
                                struct event *event)
{
    struct choice choices[MAX_STEPS];
    unsigned depth = 0, retries = 0;
    for (;;) {
        const char *next = NULL;
        if (step->kind == STEP_UNTIL) {
            const char *from = step->quoted ? skip_quoted(at, end) : at;
            choices[depth++] = (struct choice){ step, at, from };
        } else {
            next = take_step(step, at, end, event);
            if (next && step->kind == STEP_END)
                return true;
        }
        if (next) {
            at = next;
            step++;
        } else if (retries++ > MAX_BACKTRACKS ||
                   !choose_again(choices, &depth, end, event, &step, &at)) {
            return false;
        }
    }
}

bool compiled_shape_match(const struct compiled_shape *shape, const char *at, const char *end,
                          struct event *event)
{
    const struct step *step = shape->steps;
    for (; step->kind != STEP_UNTIL; step++) {
        if (step->kind == STEP_END)
            return at == end;
        at = take_step(step, at, end, event);
        if (!at)
            return false;
    }
    return match_choices(step, at, end, event);
}
