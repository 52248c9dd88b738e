/*
 * What changed in the log: the server began anew or read its configuration again, or a kind of
 * rejects that was not there before appears, or one that was there vanishes. For each, what the
 * server refused before and after it.
 */
#include <math.h>
#include <stdlib.h>

#include "analyzer/estimate/hit_count.h"
#include "analyzer/results_history_internal.h"
#include "base/hash_map.h"
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
    struct reject_kind *items;
    uint32_t count;
    uint32_t *of_reply; /* by logged reply; NO_KIND when it names no restriction */
};

#define NO_KIND UINT32_MAX

/* ---- kinds of rejects ---- */

/* Replies that name the same restriction are of one kind. */
static void sort_replies(const struct evidence *evidence, struct kinds *kinds)
{
    struct hash_map map;
    hash_map_init(&map);
    kinds->items = xcalloc(evidence->reply_count + (size_t)1, sizeof *kinds->items);
    kinds->of_reply = xcalloc(evidence->reply_count + (size_t)1, sizeof *kinds->of_reply);
    for (uint32_t i = 0; i < evidence->reply_count; i++) {
        const struct logged_reply *reply = &evidence->replies[i];
        kinds->of_reply[i] = NO_KIND;
        if (reply->restriction <= SYM_EMPTY)
            continue;
        uint64_t key = (uint64_t)reply->restriction << 32 | reply->argument;
        uint32_t kind = hash_map_find(&map, key);
        if (kind == HASH_MAP_NONE) {
            kind = kinds->count++;
            kinds->items[kind] = (struct reject_kind){ reply->restriction, reply->argument,
                                                       INT64_MAX, INT64_MIN, 0 };
            hash_map_set(&map, key, kind);
        }
        kinds->of_reply[i] = kind;
    }
    hash_map_release(&map);
}

static void find_kinds(const struct results *results, struct kinds *kinds)
{
    const struct evidence *evidence = results->parts.evidence;
    struct hash_map pairs; /* of a kind and a sender, seen already */
    sort_replies(evidence, kinds);
    hash_map_init(&pairs);
    for (uint32_t row = 0; kinds->count && row < evidence->row_count; row++) {
        uint32_t kind = kinds->of_reply[evidence->rows[row].logged];
        uint32_t message = results->row_message[row];
        int64_t time_us = evidence->rows[row].time_us;
        if (kind == NO_KIND || !(results->facts[message] & FACT_COUNTS) || time_us == TIME_NONE)
            continue;
        struct reject_kind *item = &kinds->items[kind];
        item->first_us = time_us < item->first_us ? time_us : item->first_us;
        item->last_us = time_us > item->last_us ? time_us : item->last_us;
        uint64_t pair =
            (uint64_t)kind << 32 | results->clusters.of_client[results->message_client[message]];
        if (hash_map_find(&pairs, pair) != HASH_MAP_NONE)
            continue;
        hash_map_set(&pairs, pair, 0);
        item->senders++;
    }
    hash_map_release(&pairs);
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
    for (uint32_t i = 0; i < kinds->count; i++) {
        const struct reject_kind *kind = &kinds->items[i];
        if (kind->senders == 0)
            continue;
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

/* The senders of a span of time, each once. */
struct window {
    struct cluster_rate *rates;
    uint32_t *place; /* by key: of the sender in rates, if it is there; else anything */
};

/* What the server refused from one instant to another. */
static struct estimate refused_between(const struct results *results, int64_t from_us,
                                       int64_t to_us, struct window *window)
{
    const struct evidence *evidence = results->parts.evidence;
    uint32_t first = history_first_since(evidence, from_us > TIME_NONE ? from_us : TIME_NONE + 1);
    uint32_t end = history_first_since(evidence, to_us);
    uint32_t count = 0;
    for (uint32_t m = first; m < end; m++) {
        unsigned facts = results->facts[m];
        if (!(facts & FACT_COUNTS))
            continue;
        sym cluster = results->clusters.of_client[results->message_client[m]];
        uint32_t place = window->place[cluster];
        if (place >= count || window->rates[place].cluster != cluster) {
            window->place[cluster] = place = count++;
            window->rates[place] = (struct cluster_rate){ .cluster = cluster };
        }
        window->rates[place].messages++;
        window->rates[place].lost += (facts & FACT_REFUSED) != 0;
    }
    return hit_count_of_rates(window->rates, count);
}

static void compare_sides(const struct results *results, struct results_change *changes, size_t i,
                          size_t count, struct window *window)
{
    struct results_change *change = &changes[i];
    int64_t from_us = change->time_us - WINDOW_US, to_us = change->time_us + WINDOW_US;
    if (i > 0 && changes[i - 1].time_us > from_us && changes[i - 1].time_us < change->time_us)
        from_us = changes[i - 1].time_us;
    if (i + 1 < count && changes[i + 1].time_us < to_us && changes[i + 1].time_us > change->time_us)
        to_us = changes[i + 1].time_us;
    change->before = refused_between(results, from_us, change->time_us, window);
    change->after = refused_between(results, change->time_us, to_us, window);
    change->differs =
        change->before.high < change->after.low || change->after.high < change->before.low;
}

void history_changes(const struct results *results, struct arena *arena,
                     struct results_drift *drift)
{
    struct change_list list = { 0 };
    struct kinds kinds = { 0 };
    struct window window = {
        .rates = xcalloc(results->clusters.keys.count + (size_t)1, sizeof *window.rates),
        .place = xcalloc(results->clusters.keys.count + (size_t)1, sizeof *window.place),
    };
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
    for (size_t i = 0; i < list.count - skipped; i++)
        compare_sides(results, changes, i, list.count - skipped, &window);
    drift->changes = changes;
    drift->change_count = list.count - skipped;
    drift->changes_left_out = skipped;
    free(list.items);
    free(kinds.items);
    free(kinds.of_reply);
    free(window.rates);
    free(window.place);
}
