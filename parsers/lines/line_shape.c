#include "parsers/lines/line_shape.h"

#include <string.h>

#include "base/rare.h"
#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
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

/* Line classes: severity (none, warning, error, fatal, panic) times "with queue id". */
enum { SEVERITIES = 5, CLASSES = SEVERITIES * 2, BUCKETS = 128 };

struct compiled_shape {
    const struct line_shape *row;
    const struct step *steps;
    const struct constant *constants;
    uint8_t constant_count;
    uint16_t classes; /* bit per class in which the shape may stand */
    uint16_t lead;    /* bytes of pattern taken by severity and queue id */
    uint8_t key_len;  /* literal bytes at the start of the rest: 4 to 8; 0 for fewer than 4 */
    char key[8];      /* they: whoever looks a shape up has compared them, `steps` begin behind */
};

/* One row under a bucket: what the next eight bytes must be, before the row itself is looked at. */
struct candidate {
    uint64_t key, mask; /* both 0 for a row that may begin with anything */
    const struct compiled_shape *shape;
    uint16_t index;
    bool strong;
};

struct shape_set {
    const struct compiled_shape *const *shapes;
    size_t count;
    bool raw;
    /* candidates of (class, bucket): list[start[i]..start[i + 1]) */
    uint32_t start[CLASSES * BUCKETS + 1];
    const struct candidate *list;
};

static const struct slice severity_words[SEVERITIES] = {
    SLICE(""), SLICE("warning: "), SLICE("error: "), SLICE("fatal: "), SLICE("panic: "),
};

static unsigned bucket_of(const char *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return (word * 2654435761u) >> 25;
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
        if (take(pattern, severity_words[i].at))
            severities = 1u << i;
    bool with_id = take(pattern, "{queue_id}: ");
    bool both = !with_id && take(pattern, "{queue_id?}: ");
    unsigned classes = 0;
    for (unsigned i = 0; i < SEVERITIES; i++)
        if (severities >> i & 1)
            classes |= both ? 3u << i * 2 : with_id ? 2u << i * 2 : 1u << i * 2;
    shape->classes = (uint16_t)classes;
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
    if (!(row->flags & SHAPE_RAW) && kept->kind == STEP_LITERAL && kept->len >= 4) {
        shape->key_len = kept->len < sizeof shape->key ? (uint8_t)kept->len : sizeof shape->key;
        memcpy(shape->key, kept->literal, shape->key_len);
        kept->literal += shape->key_len;
        kept->len = (uint16_t)(kept->len - shape->key_len);
        if (kept->len == 0)
            shape->steps++;
    }
    return shape;
}

const struct line_shape *compiled_shape_row(const struct compiled_shape *shape)
{
    return shape->row;
}

/* --- matching ---------------------------------------------------------------------------------- */

/* Where `literal` begins in at[0..end) from `from` on; NULL when it does not. */
static inline const char *find_literal(const char *from, const char *end, const struct step *step)
{
    size_t len = step->len;
    char first = step->literal[0];
    while ((size_t)(end - from) >= len) {
        const char *hit = byte_find(from, end - len + 1, first);
        if (!hit || bytes_equal(hit, step->literal, len))
            return hit;
        from = hit + 1;
    }
    return NULL;
}

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
        const char *hit = find_literal(last->from, end, last->step);
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

/* All steps. */
static inline bool match_steps(const struct step *step, const char *at, const char *end,
                               struct event *event)
{
    if (step->kind == STEP_END)
        return at == end;
    for (; step->kind != STEP_UNTIL; step++) {
        at = take_step(step, at, end, event);
        if (!at)
            return false;
        if (step[1].kind == STEP_END)
            return at == end;
    }
    return match_choices(step, at, end, event);
}

/* Matches the text behind severity and queue id, which begins with the shape's key: all of it or not
 * at all. Sets the kind and fields when it matches; else the caller forgets the fields. */
static inline bool match(const struct compiled_shape *shape, struct slice text, struct event *event)
{
    event->kind = shape->row->kind;
    if (!match_steps(shape->steps, text.at + shape->key_len, text.at + text.len, event)) {
        event->kind = EVENT_NONE;
        return false;
    }
    for (unsigned i = 0; i < shape->constant_count; i++)
        event_set(event, shape->constants[i].field, shape->constants[i].value);
    event->shape = shape->row;
    return true;
}

/* --- sets -------------------------------------------------------------------------------------- */

/* What a row asks of the first eight bytes. */
static struct candidate candidate_of(const struct compiled_shape *shape, uint16_t index)
{
    static const char ones[8] = "\xff\xff\xff\xff\xff\xff\xff\xff";
    struct candidate candidate = { .shape = shape,
                                   .index = index,
                                   .strong = shape->row->flags & SHAPE_STRONG };
    memcpy(&candidate.key, shape->key, shape->key_len);
    memcpy(&candidate.mask, ones, shape->key_len);
    return candidate;
}

/* Counts (list NULL) or files (list set) a shape under every (class, bucket) it may match. */
static void file_shape(struct shape_set *set, uint32_t *next, struct candidate *list,
                       uint16_t index)
{
    const struct compiled_shape *shape = set->shapes[index];
    struct candidate candidate = candidate_of(shape, index);
    for (unsigned class_index = 0; class_index < CLASSES; class_index++) {
        bool here = set->raw ? class_index == 0 : shape->classes >> class_index & 1;
        bool keyed = !set->raw && shape->key_len;
        unsigned first = keyed ? bucket_of(shape->key) : 0;
        unsigned last = keyed ? first : BUCKETS - 1;
        for (unsigned b = first; here && b <= last; b++) {
            if (list)
                list[next[class_index * BUCKETS + b]] = candidate;
            next[class_index * BUCKETS + b]++;
        }
    }
}

struct shape_set *shape_set_new(struct arena *arena, const struct compiled_shape *const *shapes,
                                size_t count, bool raw)
{
    struct shape_set *set = ARENA_NEW(arena, struct shape_set);
    uint32_t next[CLASSES * BUCKETS] = { 0 };
    set->shapes = shapes;
    set->count = count;
    set->raw = raw;
    for (size_t i = 0; i < count; i++)
        file_shape(set, next, NULL, (uint16_t)i);
    uint32_t used = 0;
    for (unsigned i = 0; i < CLASSES * BUCKETS; i++) {
        set->start[i] = used;
        used += next[i];
        next[i] = set->start[i];
    }
    set->start[CLASSES * BUCKETS] = used;
    struct candidate *list = ARENA_ARRAY(arena, struct candidate, used + 1);
    for (size_t i = 0; i < count; i++)
        file_shape(set, next, list, (uint16_t)i);
    set->list = list;
    return set;
}

size_t shape_set_count(const struct shape_set *set)
{
    return set->count;
}

const struct compiled_shape *shape_set_get(const struct shape_set *set, size_t index)
{
    return set->shapes[index];
}

/* The severity that a text begins with, 0 for none. */
static inline unsigned severity_of(const char *at, size_t len)
{
    unsigned severity;
    if (len < 8 || at[0] < 'a') /* as most queue ids begin */
        return 0;
    switch (at[0]) {
    case 'w':
        severity = 1;
        break;
    case 'e':
        severity = 2;
        break;
    case 'f':
        severity = 3;
        break;
    case 'p':
        severity = 4;
        break;
    default:
        return 0;
    }
    struct slice word = severity_words[severity];
    return len >= word.len && bytes_equal(at, word.at, word.len) ? severity : 0;
}

/* Takes severity and queue id off; sets the queue id. Returns the class. */
static inline unsigned take_lead(struct slice *text, bool any_id, struct event *event)
{
    const char *at = text->at, *end = at + text->len;
    unsigned severity = severity_of(at, text->len);
    at += severity_words[severity].len;
    size_t id = any_id ? word_prefix(at, end) : queue_id_prefix(at, end);
    if (id) {
        bool none = id == 7 && memcmp(at, "NOQUEUE", 7) == 0;
        event_set(event, FIELD_QUEUE_ID, slice_make(none ? NULL : at, none ? 0 : id));
        at += id + 2;
    }
    *text = slice_make(at, (size_t)(end - at));
    return severity * 2 + (id != 0);
}

/* The first eight bytes, shorter texts filled up with zeros. */
static inline uint64_t head_of(struct slice text)
{
    uint64_t head = 0;
    if (text.len >= sizeof head)
        memcpy(&head, text.at, sizeof head);
    else if (text.len)
        memcpy(&head, text.at, text.len);
    return head;
}

unsigned shape_set_match(const struct shape_set *set, struct slice text, enum shape_effort effort,
                         struct event *event)
{
    unsigned place = 0; /* of a raw set's shapes, which have no key */
    uint64_t head = 0, has[EVENT_MASK_WORDS];
    if (!set->raw) {
        place = take_lead(&text, effort == SHAPE_ANY_ID, event) * BUCKETS;
        head = head_of(text);
        place += bucket_of((const char *)&head);
    }
    const struct candidate *at = set->list + set->start[place];
    const struct candidate *end = set->list + set->start[place + 1];
    memcpy(has, event->has, sizeof has);
    for (; at < end; at++) {
        if (((head ^ at->key) & at->mask) != 0 || (effort != SHAPE_USUAL && !at->strong))
            continue;
        if (match(at->shape, text, event))
            return at->index;
        memcpy(event->has, has, sizeof has);
    }
    return SHAPE_NO_MATCH;
}
