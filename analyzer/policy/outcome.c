#include "analyzer/policy/outcome.h"

#include <stdlib.h>

#include "base/xalloc.h"

/* More than this many alternatives are no better than "anything". */
enum { ALTERNATIVES_MAX = 64 };

static uint32_t add_outcome(struct outcomes *outcomes, const struct outcome *outcome)
{
    struct outcome key; /* without padding bytes that differ */
    memset(&key, 0, sizeof key);
    key.kind = outcome->kind;
    key.flags = outcome->flags;
    key.cause = outcome->cause;
    key.code = outcome->code;
    key.dsn = outcome->dsn;
    key.list = outcome->list;
    key.first = outcome->first;
    key.count = outcome->count;
    sym number = intern_add(&outcomes->keys, slice_make((const char *)&key, sizeof key));
    uint32_t index = number - SYM_EMPTY - 1;
    if (index < outcomes->count)
        return index;
    GROW(outcomes->items, outcomes->count, outcomes->capacity);
    outcomes->items[outcomes->count] = key;
    return outcomes->count++;
}

static uint32_t add_dsn(struct outcomes *outcomes, struct slice dsn)
{
    char text[16];

    if (dsn.len < 5 || dsn.len >= sizeof text)
        bug("enhanced status code of a wrong length");
    memcpy(text, dsn.at, dsn.len);
    /* The texts for 4 and 5 follow each other: number, number + 1. */
    text[0] = '4';
    uint32_t number = intern_add(&outcomes->dsn_texts, slice_make(text, dsn.len));
    text[0] = '5';
    intern_add(&outcomes->dsn_texts, slice_make(text, dsn.len));
    return number;
}

const char *outcome_dsn(const struct outcomes *outcomes, uint32_t dsn, unsigned code)
{
    return intern_text(&outcomes->dsn_texts, code >= 500 ? dsn + 1 : dsn).at;
}

/* Everything that access(5) can say, with codes that nobody knows. */
static void add_anything(struct outcomes *outcomes)
{
    struct slice dsn = slice_of("4.0.0");
    const uint32_t any[] = {
        OUTCOME_NUMBER_DUNNO,
        OUTCOME_NUMBER_OK,
        outcome_reply(outcomes, OUTCOME_REJECT, 550, dsn, CAUSE_LASTING, OUTCOME_ANY_CODE),
        outcome_reply(outcomes, OUTCOME_REJECT, 450, dsn, CAUSE_UNKNOWN, OUTCOME_ANY_CODE),
        outcome_reply(outcomes, OUTCOME_DEFER_IF_PERMIT, 450, dsn, CAUSE_UNKNOWN, OUTCOME_ANY_CODE),
        outcome_reply(outcomes, OUTCOME_DEFER_IF_REJECT, 450, dsn, CAUSE_UNKNOWN, OUTCOME_ANY_CODE),
        outcome_plain(outcomes, OUTCOME_HOLD),
        outcome_plain(outcomes, OUTCOME_DISCARD),
        outcome_plain(outcomes, OUTCOME_REDIRECT),
        outcome_server_error(outcomes),
    };
    struct outcome outcome = { .kind = OUTCOME_UNKNOWN, .count = COUNT(any) };

    for (size_t i = 0; i < COUNT(any); i++) {
        GROW(outcomes->alternatives, outcomes->alternative_count, outcomes->alternative_capacity);
        outcomes->alternatives[outcomes->alternative_count++] = any[i];
    }
    outcomes->items[OUTCOME_NUMBER_ANYTHING] = outcome;
}

void outcomes_init(struct outcomes *outcomes)
{
    *outcomes = (struct outcomes){ 0 };
    intern_init(&outcomes->keys);
    intern_init(&outcomes->dsn_texts);
    outcome_plain(outcomes, OUTCOME_DUNNO);
    outcome_plain(outcomes, OUTCOME_OK);
    add_outcome(outcomes, &(struct outcome){ .kind = OUTCOME_UNKNOWN });
    add_anything(outcomes);
}

void outcomes_release(struct outcomes *outcomes)
{
    intern_release(&outcomes->keys);
    intern_release(&outcomes->dsn_texts);
    free(outcomes->items);
    free(outcomes->alternatives);
    *outcomes = (struct outcomes){ 0 };
}

const struct outcome *outcome_get(const struct outcomes *outcomes, uint32_t number)
{
    if (number >= outcomes->count)
        bug("no such outcome");
    return &outcomes->items[number];
}

uint32_t outcome_plain(struct outcomes *outcomes, enum outcome_kind kind)
{
    return add_outcome(outcomes, &(struct outcome){ .kind = (uint8_t)kind });
}

static size_t digits(struct slice text, size_t from)
{
    size_t n = from;
    while (n < text.len && n < from + 4 && ascii_is_digit(text.at[n]))
        n++;
    return n - from;
}

/* "4.7.1": class 2, 4 or 5, then one to three digits each. */
static bool is_dsn(struct slice dsn)
{
    if (dsn.len < 5 || !memchr("245", dsn.at[0], 3) || dsn.at[1] != '.')
        return false;
    size_t subject = digits(dsn, 2);
    if (subject < 1 || subject > 3 || 2 + subject >= dsn.len || dsn.at[2 + subject] != '.')
        return false;
    size_t detail = digits(dsn, 3 + subject);
    return detail >= 1 && detail <= 3 && 3 + subject + detail == dsn.len;
}

uint32_t outcome_reply(struct outcomes *outcomes, enum outcome_kind kind, unsigned code,
                       struct slice dsn, enum defer_cause cause, unsigned flags)
{
    if (code < 400 || code > 599 || !is_dsn(dsn)) {
        code = 450;
        dsn = slice_of("4.7.1");
    }
    return add_outcome(outcomes, &(struct outcome){
                                     .kind = (uint8_t)kind,
                                     .flags = (uint8_t)flags,
                                     .cause = (uint8_t)cause,
                                     .code = (uint16_t)code,
                                     .dsn = add_dsn(outcomes, dsn),
                                 });
}

uint32_t outcome_server_error(struct outcomes *outcomes)
{
    return outcome_reply(outcomes, OUTCOME_REJECT, 451, slice_of("4.3.5"), CAUSE_LASTING,
                         OUTCOME_NEVER_WARNED);
}

uint32_t outcome_lookup_failure(struct outcomes *outcomes)
{
    return outcome_reply(outcomes, OUTCOME_REJECT, 451, slice_of("4.3.0"), CAUSE_PASSING,
                         OUTCOME_NEVER_WARNED);
}

uint32_t outcome_list(struct outcomes *outcomes, uint32_t list, unsigned flags)
{
    return add_outcome(
        outcomes, &(struct outcome){ .kind = OUTCOME_LIST, .flags = (uint8_t)flags, .list = list });
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Adds number, or what it may be, to a sorted set without doubles. False when that is too much. */
static bool add_alternatives(const struct outcomes *outcomes, uint32_t number, uint32_t *set,
                             size_t *count)
{
    const struct outcome *outcome = outcome_get(outcomes, number);
    const uint32_t *from = &number;
    size_t n = 1;

    if (outcome->kind == OUTCOME_UNKNOWN) {
        from = outcomes->alternatives + outcome->first;
        n = outcome->count;
    }
    for (size_t i = 0; i < n; i++) {
        if (bsearch(&from[i], set, *count, sizeof *set, compare_numbers))
            continue;
        if (*count == ALTERNATIVES_MAX)
            return false;
        set[(*count)++] = from[i];
        qsort(set, *count, sizeof *set, compare_numbers);
    }
    return true;
}

/* Where a set stands already, so that equal sets have equal numbers. */
static uint32_t store_alternatives(struct outcomes *outcomes, const uint32_t *set, size_t count)
{
    for (uint32_t i = 0; i < outcomes->count; i++) {
        const struct outcome *outcome = &outcomes->items[i];
        if (outcome->kind == OUTCOME_UNKNOWN && outcome->count == count &&
            memcmp(outcomes->alternatives + outcome->first, set, count * sizeof *set) == 0)
            return i;
    }
    uint32_t first = outcomes->alternative_count;
    for (size_t i = 0; i < count; i++) {
        GROW(outcomes->alternatives, outcomes->alternative_count, outcomes->alternative_capacity);
        outcomes->alternatives[outcomes->alternative_count++] = set[i];
    }
    return add_outcome(
        outcomes,
        &(struct outcome){ .kind = OUTCOME_UNKNOWN, .first = first, .count = (uint32_t)count });
}

uint32_t outcome_any_of(struct outcomes *outcomes, const uint32_t *numbers, size_t count)
{
    uint32_t set[ALTERNATIVES_MAX];
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        if (!add_alternatives(outcomes, numbers[i], set, &n))
            return OUTCOME_NUMBER_ANYTHING;
    if (n == 0)
        return OUTCOME_NUMBER_DUNNO;
    return n == 1 ? set[0] : store_alternatives(outcomes, set, n);
}
