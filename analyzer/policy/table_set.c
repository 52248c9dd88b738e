#include "analyzer/policy/table_set.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "parsers/config/word_list.h"

/* Bounds what a hostile configuration can make us open. */
enum { TABLES_MAX = 2000 };

void table_set_init(struct table_set *set, struct arena *arena,
                    const struct lookup_options *options, const struct answers_file *answers,
                    struct diagnostics *remarks)
{
    *set = (struct table_set){
        .arena = arena, .options = *options, .answers = answers, .remarks = remarks
    };
    intern_init(&set->names);
}

void table_set_release(struct table_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        lookup_close(set->tables[i]->lookup);
    free(set->tables);
    intern_release(&set->names);
    *set = (struct table_set){ 0 };
}

struct policy_table *table_set_open(struct table_set *set, struct slice type_name, bool fold)
{
    char *key = arena_alloc(set->arena, type_name.len + 1);
    key[0] = fold ? 'f' : 'n';
    if (type_name.len)
        memcpy(key + 1, type_name.at, type_name.len);
    if (set->count >= TABLES_MAX)
        return set->tables[TABLES_MAX - 1];
    /* Numbers of new names follow each other: SYM_EMPTY + 1 is table 0. */
    sym number = intern_add(&set->names, slice_make(key, type_name.len + 1));
    size_t index = number - SYM_EMPTY - 1;

    if (index < set->count)
        return set->tables[index];
    GROW(set->tables, set->count, set->capacity);
    struct lookup_options options = set->options;
    options.fold = fold;
    struct policy_table *table = ARENA_NEW(set->arena, struct policy_table);
    table->lookup = lookup_open(type_name, &options, set->remarks);
    table->answers = set->answers;
    set->tables[set->count] = table;
    return set->tables[set->count++];
}

struct table_list table_list_open(struct table_set *set, struct slice value)
{
    struct table_list list = { 0 };
    struct slice rest = value, word;

    while (word_next(&rest, &word))
        list.count++;
    list.tables = ARENA_ARRAY(set->arena, struct policy_table *, list.count + 1);
    list.count = 0;
    for (rest = value; word_next(&rest, &word);)
        list.tables[list.count++] = table_set_open(set, word, true);
    return list;
}

enum lookup_status table_list_find(const struct table_list *list, struct slice key, bool partial,
                                   struct arena *scratch, struct slice *result,
                                   struct need_set *needs)
{
    if (key.len == 0)
        return LOOKUP_ABSENT;
    for (size_t i = 0; i < list->count; i++) {
        const struct policy_table *table = list->tables[i];
        if (partial && lookup_is_pattern(table->lookup))
            continue;
        enum lookup_status status = table_find(table, key, scratch, result);
        if (status == LOOKUP_FOUND && result->len == 0)
            return LOOKUP_CONFIG_ERROR;
        if (status == LOOKUP_UNREADABLE)
            need_set_add(needs, lookup_need(table->lookup));
        if (status != LOOKUP_ABSENT)
            return status;
    }
    return LOOKUP_ABSENT;
}

enum lookup_status table_find(const struct policy_table *table, struct slice key,
                              struct arena *scratch, struct slice *result)
{
    enum lookup_status status = lookup_find(table->lookup, key, scratch, result);

    if (status != LOOKUP_UNREADABLE || key.len == 0)
        return status;
    switch (answers_file_table(table->answers, lookup_name(table->lookup), key, result)) {
    case ANSWER_RECORDED:
        return LOOKUP_FOUND;
    case ANSWER_ABSENT:
        return LOOKUP_ABSENT;
    case ANSWER_NOT_RECORDED:
        break;
    }
    return LOOKUP_UNREADABLE;
}

bool table_takes_names(const struct policy_table *table)
{
    return !slice_starts(lookup_name(table->lookup), "cidr:");
}

bool table_is_static(const struct policy_table *table)
{
    return slice_starts(lookup_name(table->lookup), "static:");
}
