#include "parsers/config/word_list.h"
#include "parsers/tables/table_internal.h"

enum { DEPTH_MAX = 50 };

/* static:value, and randmap:{a, a} whose answers are all one. */
static enum lookup_status find_static(const struct lookup_table *table, struct slice key,
                                      struct arena *scratch, struct slice *result)
{
    (void)key;
    (void)scratch;
    *result = *(const struct slice *)table->data;
    return LOOKUP_FOUND;
}

static void each_static(const struct lookup_table *table,
                        bool (*visit)(void *context, struct slice value), void *context)
{
    visit(context, *(const struct slice *)table->data);
}

static const struct table_ops static_ops = { find_static, each_static, NULL };

static bool be_static(struct lookup_table *table, struct slice value)
{
    struct slice *kept = ARENA_NEW(&table->arena, struct slice);
    *kept = value;
    table->data = kept;
    table->ops = &static_ops;
    table->size = 1;
    return true;
}

bool table_static_open(struct lookup_table *table)
{
    struct slice inside;
    const char *error;
    if (table->rest.at[0] != '{')
        return be_static(table, table->rest);
    if (!word_unbrace(table->rest, &inside, &error))
        return table_fail(table, LOOKUP_ERROR, "bad static:name syntax: %s", error);
    return be_static(table, inside);
}

static enum lookup_status find_nothing(const struct lookup_table *table, struct slice key,
                                       struct arena *scratch, struct slice *result)
{
    (void)table;
    (void)key;
    (void)scratch;
    (void)result;
    return LOOKUP_ERROR;
}

static const struct table_ops fail_ops = { find_nothing, NULL, NULL };

bool table_fail_open(struct lookup_table *table)
{
    table->ops = &fail_ops;
    return true;
}

bool table_random_open(struct lookup_table *table)
{
    struct slice inside, word, first = { NULL, 0 };
    bool same = true;
    if (!table_braces(table->rest, &inside))
        return table_fail(table, LOOKUP_ERROR, "bad syntax; need \"randmap:{value...}\"");
    while (word_next(&inside, &word)) {
        first = first.at ? first : word;
        same = same && slice_equal(word, first);
    }
    if (!first.at)
        return table_fail(table, LOOKUP_ERROR, "bad syntax; need \"randmap:{value...}\"");
    return same ? be_static(table, first)
                : table_fail(table, LOOKUP_UNREADABLE, "its answers are random");
}

/* The tables inside a pipemap or unionmap. */
struct members {
    struct lookup_table **items;
    size_t count;
};

static const struct members *members_of(const struct lookup_table *table)
{
    return table->data;
}

static void release_members(struct lookup_table *table)
{
    for (size_t i = 0; i < members_of(table)->count; i++)
        lookup_close(members_of(table)->items[i]);
}

/* A member's trouble becomes the whole table's need. */
static enum lookup_status find_in_pipe(const struct lookup_table *table, struct slice key,
                                       struct arena *scratch, struct slice *result)
{
    const struct members *members = members_of(table);
    struct slice value = key;
    for (size_t i = 0; i < members->count; i++) {
        enum lookup_status status = lookup_find(members->items[i], value, scratch, &value);
        if (status != LOOKUP_FOUND)
            return status;
    }
    *result = value;
    return LOOKUP_FOUND;
}

static enum lookup_status find_in_union(const struct lookup_table *table, struct slice key,
                                        struct arena *scratch, struct slice *result)
{
    const struct members *members = members_of(table);
    struct slice joined = { NULL, 0 }, value;
    for (size_t i = 0; i < members->count; i++) {
        enum lookup_status status = lookup_find(members->items[i], key, scratch, &value);
        if (status == LOOKUP_ABSENT)
            continue;
        if (status != LOOKUP_FOUND)
            return status;
        /* An empty first result leaves no comma behind. */
        joined = joined.len
                     ? arena_format(scratch, "%.*s,%.*s", SLICE_FMT(joined), SLICE_FMT(value))
                     : value;
    }
    if (joined.len == 0)
        return LOOKUP_ABSENT;
    *result = joined;
    return LOOKUP_FOUND;
}

static void each_in_last(const struct lookup_table *table,
                         bool (*visit)(void *context, struct slice value), void *context)
{
    const struct members *members = members_of(table);
    lookup_each_result(members->items[members->count - 1], visit, context);
}

static void each_in_all(const struct lookup_table *table,
                        bool (*visit)(void *context, struct slice value), void *context)
{
    for (size_t i = 0; i < members_of(table)->count; i++)
        lookup_each_result(members_of(table)->items[i], visit, context);
}

static const struct table_ops pipe_ops = { find_in_pipe, each_in_last, release_members };
static const struct table_ops union_ops = { find_in_union, each_in_all, release_members };

static bool has_colon(struct slice text)
{
    return slice_index(text, ':') < text.len;
}

/* Tables within tables open each other: nobody nests them deeper than that. */
static bool is_too_deep(struct slice text)
{
    unsigned level = 0;
    for (size_t i = 0; i < text.len; i++) {
        level += text.at[i] == '{';
        level -= text.at[i] == '}' && level;
        if (level > DEPTH_MAX)
            return true;
    }
    return false;
}

static bool open_members(struct lookup_table *table, const struct table_ops *ops)
{
    struct slice inside, word, rest;
    size_t count = 0;
    bool good = !is_too_deep(table->rest) && table_braces(table->rest, &inside);
    for (rest = good ? inside : slice_make("", 0); word_next(&rest, &word);) {
        good = good && has_colon(word);
        count++;
    }
    if (!good || count == 0)
        return table_fail(table, LOOKUP_ERROR, "bad syntax; need \"%.*s:{type:name...}\"",
                          SLICE_FMT(table->type));
    struct members *members = ARENA_NEW(&table->arena, struct members);
    members->items = ARENA_ARRAY(&table->arena, struct lookup_table *, count);
    while (word_next(&inside, &word)) {
        struct lookup_table *member = lookup_open(word, table->options, table->notes);
        members->items[members->count++] = member;
        table->size += member->size;
        if (member->is_missing && !table->is_missing) {
            table->is_missing = true;
            table->need = arena_copy(&table->arena, member->need);
        }
        table->is_enumerable = table->is_enumerable && member->is_enumerable;
    }
    table->data = members;
    table->ops = ops;
    table->is_pattern = members->items[0]->is_pattern;
    table->is_fixed = members->items[0]->is_fixed;
    return true;
}

bool table_pipe_open(struct lookup_table *table)
{
    return open_members(table, &pipe_ops);
}

bool table_union_open(struct lookup_table *table)
{
    bool good = open_members(table, &union_ops);
    /* Two results in one answer are a text that no member has. */
    if (good && members_of(table)->count > 1)
        table->is_enumerable = false;
    return good;
}

bool table_unreadable_open(struct lookup_table *table)
{
    return table_fail(table, LOOKUP_UNREADABLE, "%.*s tables are answered by other programs",
                      SLICE_FMT(table->type));
}
