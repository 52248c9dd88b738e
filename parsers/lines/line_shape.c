#include "parsers/lines/line_shape.h"

#include <string.h>

#include "base/rare.h"
#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/queue_id.h"
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
enum { WORD = sizeof(uint64_t), KEY_MIN = 4, KEY_MAX = 2 * WORD };

struct compiled_shape {
    const struct line_shape *row;
    const struct step *steps;
    slot_fn walk; /* does all steps in one call; NULL: they are taken one by one */
    const struct constant *constants;
    uint8_t constant_count;
    uint16_t classes;  /* bit per class in which the shape may stand */
    uint8_t key_len;   /* literal bytes at the start of the rest */
    char key[KEY_MAX]; /* they: whoever looks a shape up has compared them, `steps` begin behind */
};

/* What a lookup asks of a row, in one cache line: the key in words, compared under masks. */
struct candidate {
    uint64_t head, head_mask; /* its first eight bytes; both 0 for a row that begins with a slot */
    uint64_t tail, tail_mask; /* its last eight; both 0 where the head is all of it */
    slot_fn walk;
    const struct compiled_shape *shape;
    const struct line_shape *row;
    uint16_t index;
    uint8_t key_len, tail_at, constant_count, kind;
};

struct shape_set {
    const struct compiled_shape *const *shapes;
    size_t count;
    bool raw;
    /* which candidates (class, bucket) has, by index: list[start[i]..start[i + 1]) */
    uint32_t start[CLASSES * BUCKETS + 1];
    const uint16_t *list;
    uint16_t
        first[2 * BUCKETS]; /* the first of them if it has a walk, for lines without severity */
    const struct candidate *candidates; /* of all shapes, and one that nothing matches */
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

/* Takes the literal at the front of the steps for the key; `pattern` is what they were made from. */
static void compile_key(struct slice pattern, struct step *steps, struct compiled_shape *shape)
{
    shape->steps = steps;
    if (steps->kind == STEP_LITERAL) {
        shape->key_len = steps->len < KEY_MAX ? (uint8_t)steps->len : KEY_MAX;
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
static APART bool match_steps(const struct step *step, const char *at, const char *end,
                              struct event *event)
{
    for (; step->kind != STEP_UNTIL; step++) {
        if (step->kind == STEP_END)
            return at == end;
        at = take_step(step, at, end, event);
        if (!at)
            return false;
    }
    return match_choices(step, at, end, event);
}

/* Books a match: kind, shape and constant fields. */
static inline unsigned take_row(const struct candidate *candidate, struct event *event)
{
    for (unsigned i = 0; i < candidate->constant_count; i++) {
        const struct constant *constant = &candidate->shape->constants[i];
        event_set(event, constant->field, constant->value);
    }
    event->kind = (enum event_kind)candidate->kind;
    event->shape = candidate->row;
    return candidate->index;
}

/* --- sets -------------------------------------------------------------------------------------- */

static void set_key(struct candidate *candidate, const char *key, size_t len)
{
    static const char ones[WORD] = "\xff\xff\xff\xff\xff\xff\xff\xff";
    candidate->key_len = (uint8_t)len;
    memcpy(&candidate->head, key, len < WORD ? len : WORD);
    memcpy(&candidate->head_mask, ones, len < WORD ? len : WORD);
    if (len > WORD) {
        candidate->tail_at = (uint8_t)(len - WORD);
        memcpy(&candidate->tail, key + len - WORD, WORD);
        memcpy(&candidate->tail_mask, ones, WORD);
    }
}

static struct candidate candidate_of(const struct compiled_shape *shape, size_t index)
{
    _Static_assert(EVENT_KIND_COUNT <= UINT8_MAX, "a kind fits into its byte");
    struct candidate candidate = { .walk = shape->walk,
                                   .shape = shape,
                                   .row = shape->row,
                                   .index = (uint16_t)index,
                                   .constant_count = shape->constant_count,
                                   .kind = (uint8_t)shape->row->kind };
    set_key(&candidate, shape->key, shape->key_len);
    return candidate;
}

/* Counts (list NULL) or files (list set) all candidates under every (class, bucket) they may match. */
static void file_candidates(const struct shape_set *set, uint32_t *next, uint16_t *list)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct candidate *candidate = &set->candidates[i];
        unsigned classes = set->raw ? 1 : candidate->shape->classes;
        bool keyed = candidate->key_len >= KEY_MIN;
        unsigned first = keyed ? bucket_of((const char *)&candidate->head) : 0;
        unsigned last = keyed ? first : BUCKETS - 1;
        for (unsigned class_index = 0; class_index < CLASSES; class_index++)
            for (unsigned b = first; classes >> class_index & 1 && b <= last; b++) {
                uint32_t *place = &next[class_index * BUCKETS + b];
                if (list)
                    list[*place] = (uint16_t)i;
                ++*place;
            }
    }
}

/* Of the candidate that nothing matches. */
static const char *walk_never(const char *at, const char *end, struct event *event)
{
    (void)at, (void)end, (void)event;
    return NULL;
}

/* Which candidate of a (class, bucket) shape_set_try looks at: the first, if it has a walk and no
 * severity is to be taken off before; else the one that nothing matches. */
static uint16_t first_of(const struct shape_set *set, unsigned place)
{
    const uint16_t *first = &set->list[set->start[place]];
    bool good = set->start[place] < set->start[place + 1] && set->candidates[*first].walk;
    for (unsigned i = 1; i < SEVERITIES; i++)
        good = good && place != bucket_of(severity_words[i].at);
    return good ? *first : (uint16_t)set->count;
}

struct shape_set *shape_set_new(struct arena *arena, const struct compiled_shape *const *shapes,
                                size_t count, bool raw)
{
    struct shape_set *set = ARENA_NEW(arena, struct shape_set);
    struct candidate *candidates = ARENA_ARRAY(arena, struct candidate, count + 1);
    uint32_t next[CLASSES * BUCKETS] = { 0 };
    *set = (struct shape_set){ shapes, count, raw, .candidates = candidates };
    for (size_t i = 0; i < count; i++)
        candidates[i] = candidate_of(shapes[i], i);
    candidates[count].walk = walk_never;
    file_candidates(set, next, NULL);
    uint32_t used = 0;
    for (unsigned i = 0; i < CLASSES * BUCKETS; i++) {
        set->start[i] = used;
        used += next[i];
        next[i] = set->start[i];
    }
    set->start[CLASSES * BUCKETS] = used;
    uint16_t *list = ARENA_ARRAY(arena, uint16_t, used + 1);
    file_candidates(set, next, list);
    set->list = list;
    for (unsigned i = 0; i < COUNT(set->first); i++)
        set->first[i] = first_of(set, i);
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

/* --- looking up -------------------------------------------------------------------------------- */

/* The severity that a text begins with, 0 for none. */
static unsigned severity_of(struct slice text)
{
    for (unsigned i = 1; i < SEVERITIES && text.len >= WORD; i++)
        if (slice_starts(text, severity_words[i].at))
            return i;
    return 0;
}

/* Length of the queue id and its ": " that a text begins with, 0 when there is none. */
static APART size_t lead_of(struct slice text, bool any_id)
{
    const char *end = text.at + text.len;
    size_t len = any_id ? word_prefix(text.at, end) : queue_id_prefix(text.at, end);
    return len ? len + 2 : 0;
}

/* The queue id of that lead, "no text" for NOQUEUE. */
static inline struct slice id_of(struct slice text, size_t lead)
{
    if (lead == 9 && memcmp(text.at, "NOQUEUE", 7) == 0)
        return (struct slice){ NULL, 0 };
    return slice_make(text.at, lead - 2);
}

/* Which of the common lines a text is shows in no branch before the call of its walk: what depends
 * on the text is reckoned, and whatever is compared is the same for nearly all. */
unsigned shape_set_try(const struct shape_set *set, struct slice text, struct event *event)
{
    if (text.len < QUICK_ID_TEXT)
        return SHAPE_NO_MATCH;
    size_t lead = quick_id_lead(text.at);
    struct slice id = slice_make(text.at, lead - 2);
    if (lead == QUICK_ID_UNSURE) {
        lead = lead_of(text, false);
        id = id_of(text, lead);
    }
    const char *at = text.at + lead, *end = text.at + text.len;
    size_t left = text.len - lead, near = left < WORD ? left : WORD;
    const char *last = at + near - WORD; /* the word that ends within the text */
    uint64_t head = load_word(last) >> (8 * (WORD - near) & 63);
    unsigned place = (lead != 0 ? BUCKETS : 0) + bucket_of((const char *)&head);
    const struct candidate *first = &set->candidates[set->first[place]];
    event->has[FIELD_QUEUE_ID / 64] |= (uint64_t)(lead != 0) << FIELD_QUEUE_ID % 64;
    event->field[FIELD_QUEUE_ID] = id;
    if (((head ^ first->head) & first->head_mask) == 0 && left >= first->key_len &&
        ((load_word(last + first->tail_at) ^ first->tail) & first->tail_mask) == 0 &&
        first->walk(at + first->key_len, end, event) == end)
        return take_row(first, event);
    return SHAPE_NO_MATCH;
}

/* Takes severity and queue id off; sets the queue id. Returns the class. */
static unsigned take_lead(struct slice *text, bool any_id, struct event *event)
{
    unsigned severity = severity_of(*text);
    *text = slice_skip(*text, severity_words[severity].len);
    size_t lead = lead_of(*text, any_id);
    if (lead)
        event_set(event, FIELD_QUEUE_ID, id_of(*text, lead));
    *text = slice_skip(*text, lead);
    return severity * 2 + (lead != 0);
}

unsigned shape_set_match(const struct shape_set *set, struct slice text, enum shape_effort effort,
                         struct event *event)
{
    unsigned place = 0; /* of a raw set's shapes, which have no key */
    uint64_t has[EVENT_MASK_WORDS];
    if (!set->raw) {
        char head[KEY_MIN] = { 0 };
        place = take_lead(&text, effort == SHAPE_ANY_ID, event) * BUCKETS;
        if (text.len)
            memcpy(head, text.at, text.len < KEY_MIN ? text.len : KEY_MIN);
        place += bucket_of(head);
    }
    memcpy(has, event->has, sizeof has);
    for (uint32_t i = set->start[place]; i < set->start[place + 1]; i++) {
        const struct candidate *candidate = &set->candidates[set->list[i]];
        const struct compiled_shape *shape = candidate->shape;
        if (text.len < shape->key_len || !bytes_equal(text.at, shape->key, shape->key_len) ||
            (effort == SHAPE_ANY_ID && !(shape->row->flags & SHAPE_STRONG)))
            continue;
        if (match_steps(shape->steps, text.at + shape->key_len, text.at + text.len, event))
            return take_row(candidate, event);
        memcpy(event->has, has, sizeof has);
    }
    return SHAPE_NO_MATCH;
}
