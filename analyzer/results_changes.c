/*
 * What changed in the log: the server began anew or read its configuration again, or a kind of
 * rejects that was not there before appears, or one that was there vanishes. For each, what the
 * server refused before and after it.
 */
#include <math.h>
#include <stdlib.h>

#include "analyzer/estimate/hit_count.h"
#include "analyzer/results_history_internal.h"
#include "base/xalloc.h"

enum { CHANGES_MAX = 40, SENDERS_MIN = 5 };
#define WINDOW_US (28 * DAY_US)
/* Restarts closer together than this are one. */
#define RESTART_US ((int64_t)15 * 60 * 1000000)
/* A kind of rejects is new when all of its senders came late by chance with less than this. */
#define CHANCE_MAX 0.001
#define QUIET_US   (2 * DAY_US) /* at least so long before it, or behind it */

/* A kind of rejects: what Postfix named in its reply. */
struct reject_kind {
    sym restriction, argument;
    int64_t first_us, last_us;
    uint64_t senders;
};

struct kinds {
    struct intern keys, pairs; /* (restriction, argument); (kind, sender) */
    struct reject_kind *items; /* by key */
    uint32_t capacity;
};

/* ---- kinds of rejects ---- */

static void book_reject(struct kinds *kinds, const struct logged_reply *reply, sym cluster,
                        int64_t time_us)
{
    const sym key[2] = { reply->restriction, reply->argument };
    sym number = intern_add(&kinds->keys, slice_make((const char *)key, sizeof key));
    uint32_t had = kinds->capacity;
    while (number >= kinds->capacity)
        kinds->capacity = kinds->capacity ? 2 * kinds->capacity : 64;
    if (kinds->capacity != had) {
        kinds->items = xrealloc_array(kinds->items, kinds->capacity, sizeof *kinds->items);
        memset(kinds->items + had, 0, (kinds->capacity - had) * sizeof *kinds->items);
    }
    struct reject_kind *kind = &kinds->items[number];
    if (kind->restriction == SYM_NONE)
        *kind = (struct reject_kind){ reply->restriction, reply->argument, time_us, time_us, 0 };
    kind->first_us = time_us < kind->first_us ? time_us : kind->first_us;
    kind->last_us = time_us > kind->last_us ? time_us : kind->last_us;
    const sym pair[2] = { number, cluster };
    uint32_t before = kinds->pairs.count;
    intern_add(&kinds->pairs, slice_make((const char *)pair, sizeof pair));
    kind->senders += kinds->pairs.count != before;
}

static void find_kinds(const struct results *results, struct kinds *kinds)
{
    const struct evidence *evidence = results->parts.evidence;
    intern_init(&kinds->keys, 3);
    intern_init(&kinds->pairs, 4);
    for (uint32_t row = 0; row < evidence->row_count; row++) {
        const struct logged_reply *reply = &evidence->replies[evidence->rows[row].logged];
        uint32_t message = results->row_message[row];
        if (reply->restriction > SYM_EMPTY && results->facts[message] & FACT_COUNTS &&
            evidence->rows[row].time_us != TIME_NONE)
            book_reject(kinds, reply, results->clusters.of_client[results->message_client[message]],
                        evidence->rows[row].time_us);
    }
}

/* ---- all changes ---- */

struct change_list {
    struct results_change *items;
    size_t count, capacity;
};

static void add_change(struct change_list *list, int64_t time_us, const char *kind,
                       struct slice what)
{
    GROW(list->items, list->count, list->capacity);
    list->items[list->count++] =
        (struct results_change){ .time_us = time_us, .kind = kind, .what = what };
}

static void add_restarts(const struct evidence *evidence, struct change_list *list)
{
    int64_t last_us = INT64_MIN / 2;
    for (uint32_t i = 0; i < evidence->restart_count; i++) {
        const struct restart *restart = &evidence->restarts[i];
        if (restart->time_us - last_us > RESTART_US)
            add_change(list, restart->time_us, restart->reload ? "reload" : "start",
                       slice_of(NULL));
        last_us = restart->time_us;
    }
}

/* Were all senders of a kind spread over the log by chance, how likely would none of them come in
 * the quiet part? */
static bool is_no_chance(int64_t quiet_us, int64_t all_us, uint64_t senders)
{
    return quiet_us >= QUIET_US && senders >= SENDERS_MIN &&
           pow(1 - (double)quiet_us / (double)all_us, (double)senders) < CHANCE_MAX;
}

static void add_kinds(const struct results *results, const struct kinds *kinds,
                      struct change_list *list, struct arena *arena)
{
    const struct intern *text = &results->parts.evidence->text;
    int64_t first_us = results->parts.input.first_us, last_us = results->parts.input.last_us;
    for (sym i = SYM_EMPTY + 1; i < kinds->keys.count; i++) {
        const struct reject_kind *kind = &kinds->items[i];
        struct slice restriction = intern_text(text, kind->restriction);
        struct slice argument = intern_text(text, kind->argument);
        struct slice what = arena_format(arena, "%.*s%s%.*s", (int)restriction.len, restriction.at,
                                         argument.len ? " " : "", (int)argument.len,
                                         argument.len ? argument.at : "");
        if (is_no_chance(kind->first_us - first_us, last_us - first_us, kind->senders))
            add_change(list, kind->first_us, "rejects_begin", what);
        if (is_no_chance(last_us - kind->last_us, last_us - first_us, kind->senders))
            add_change(list, kind->last_us, "rejects_end", what);
    }
}

static int compare_changes(const void *left, const void *right)
{
    const struct results_change *a = left, *b = right;
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us ? -1 : 1;
    int order = strcmp(a->kind, b->kind);
    return order ? order : slice_compare(a->what, b->what);
}

/* ---- before and after ---- */

uint32_t history_first_since(const struct evidence *evidence, int64_t time_us)
{
    uint32_t low = 0, high = evidence->message_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (evidence->messages[middle].time_us < time_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What the server refused from one instant to another. */
static struct estimate refused_between(const struct results *results, int64_t from_us,
                                       int64_t to_us, struct hit_count *count)
{
    const struct evidence *evidence = results->parts.evidence;
    uint32_t first = history_first_since(evidence, from_us > TIME_NONE ? from_us : TIME_NONE + 1);
    uint32_t end = history_first_since(evidence, to_us);
    hit_count_clear(count);
    for (uint32_t m = first; m < end; m++)
        if (results->facts[m] & FACT_COUNTS)
            hit_count_add(count, results->clusters.of_client[results->message_client[m]],
                          results->facts[m] & FACT_REFUSED ? TRI_YES : TRI_NO);
    return hit_count_estimate(count);
}

static void compare_sides(const struct results *results, struct results_change *changes, size_t i,
                          size_t count, struct hit_count *counter)
{
    struct results_change *change = &changes[i];
    int64_t from_us = change->time_us - WINDOW_US, to_us = change->time_us + WINDOW_US;
    if (i > 0 && changes[i - 1].time_us > from_us && changes[i - 1].time_us < change->time_us)
        from_us = changes[i - 1].time_us;
    if (i + 1 < count && changes[i + 1].time_us < to_us && changes[i + 1].time_us > change->time_us)
        to_us = changes[i + 1].time_us;
    change->before = refused_between(results, from_us, change->time_us, counter);
    change->after = refused_between(results, change->time_us, to_us, counter);
    change->differs =
        change->before.high < change->after.low || change->after.high < change->before.low;
}

void history_changes(const struct results *results, struct arena *arena,
                     struct results_drift *drift)
{
    struct change_list list = { 0 };
    struct kinds kinds = { 0 };
    struct hit_count count;
    find_kinds(results, &kinds);
    add_restarts(results->parts.evidence, &list);
    add_kinds(results, &kinds, &list, arena);
    if (list.count)
        qsort(list.items, list.count, sizeof *list.items, compare_changes);
    size_t skipped = list.count > CHANGES_MAX ? list.count - CHANGES_MAX : 0;
    struct results_change *changes =
        ARENA_ARRAY(arena, struct results_change, list.count - skipped + 1);
    for (size_t i = skipped; i < list.count; i++)
        changes[i - skipped] = list.items[i];
    hit_count_init(&count, results->clusters.keys.count);
    for (size_t i = 0; i < list.count - skipped; i++)
        compare_sides(results, changes, i, list.count - skipped, &count);
    hit_count_release(&count);
    drift->changes = changes;
    drift->change_count = list.count - skipped;
    drift->changes_left_out = skipped;
    free(list.items);
    free(kinds.items);
    intern_release(&kinds.keys);
    intern_release(&kinds.pairs);
}
