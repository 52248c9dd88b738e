#include "parsers/tables/lookup.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/xalloc.h"
#include "parsers/config/text_file.h"
#include "parsers/config/word_list.h"
#include "parsers/tables/key_fold.h"
#include "parsers/tables/table_internal.h"

/* One row per type. "pattern" and "fixed" are Postfix's DICT_FLAG_PATTERN and DICT_FLAG_FIXED. */
static const struct lookup_type {
    const char *name;
    table_open_fn open;
    bool is_pattern, is_fixed;
} lookup_types[] = {
    { "cidr", table_cidr_open, true, false },
    { "pcre", table_pcre_open, true, false },
    { "regexp", table_regexp_open, true, false },
    { "texthash", table_texthash_open, false, true },
    { "hash", table_indexed_open, false, true },
    { "btree", table_indexed_open, false, true },
    { "dbm", table_indexed_open, false, true },
    { "sdbm", table_indexed_open, false, true },
    { "cdb", table_indexed_open, false, true },
    { "lmdb", table_indexed_open, false, true },
    { "inline", table_inline_open, false, true },
    { "static", table_static_open, false, true },
    { "fail", table_fail_open, true, false },
    { "randmap", table_random_open, true, false },
    { "pipemap", table_pipe_open, false, false },
    { "unionmap", table_union_open, false, false },
    { "environ", table_unreadable_open, false, true },
    { "internal", table_unreadable_open, false, true },
    { "unix", table_unreadable_open, false, true },
    { "nis", table_unreadable_open, false, true },
    { "nisplus", table_unreadable_open, false, true },
    { "netinfo", table_unreadable_open, false, true },
    { "tcp", table_unreadable_open, true, false },
    { "socketmap", table_unreadable_open, true, false },
    { "ldap", table_unreadable_open, false, true },
    { "mysql", table_unreadable_open, false, true },
    { "pgsql", table_unreadable_open, false, true },
    { "sqlite", table_unreadable_open, false, true },
    { "mongodb", table_unreadable_open, false, true },
    { "memcache", table_unreadable_open, false, true },
    { "proxy", table_unreadable_open, false, true },
};

static const struct lookup_type *find_type(struct slice name)
{
    for (size_t i = 0; i < COUNT(lookup_types); i++)
        if (slice_is(name, lookup_types[i].name))
            return &lookup_types[i];
    return NULL;
}

bool table_fail(struct lookup_table *table, enum lookup_status answer, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    table->trouble = arena_copy(&table->arena, slice_of(text));
    table->answer = answer;
    /* Postfix's stand-in for a table that it could not open takes full keys only. */
    table->is_pattern = table->is_pattern || answer != LOOKUP_UNREADABLE;
    table->is_enumerable = answer != LOOKUP_UNREADABLE;
    table->is_missing = answer == LOOKUP_UNREADABLE;
    if (table->notes)
        diagnostics_add(table->notes, 1, "table", "%.*s: %s",
                        SLICE_FMT(slice_head(table->name, 200)), text);
    return false;
}

void table_warn(struct lookup_table *table, uint64_t line, const char *format, ...)
{
    char text[512];
    va_list list;
    if (!table->notes)
        return;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    diagnostics_add(table->notes, 1, "table_rule", "%.*s map %.*s, line %llu: %s",
                    SLICE_FMT(table->type), SLICE_FMT(slice_head(table->rest, 200)),
                    (unsigned long long)line, text);
}

bool table_braces(struct slice text, struct slice *inside)
{
    const char *error;
    return word_unbrace(text, inside, &error) && text.len > 2;
}

bool table_file_text(struct lookup_table *table, const char *suffix, struct slice *text,
                     struct slice *place)
{
    const struct lookup_options *options = table->options;
    struct file_places places = { options->map_root, options->config_directory,
                                  options->queue_directory };
    *place = text_file_find(&table->arena, table->rest, suffix, &places);
    return place->at && text_file_read(&table->arena, place->at, text, NULL);
}

/* "{ {rule}, {rule} }" as one rule a line. */
static bool inline_rules(struct lookup_table *table, struct slice *text)
{
    struct slice inside, word, rule;
    const char *error;
    struct buffer lines;
    if (table->version && table->version < 307)
        return table_fail(table, LOOKUP_ERROR, "open %.*s: No such file or directory",
                          SLICE_FMT(slice_head(table->rest, 200)));
    if (!word_unbrace(table->rest, &inside, &error))
        return table_fail(table, LOOKUP_ERROR, "%.*s map: %s", SLICE_FMT(table->type), error);
    buffer_init(&lines, table->rest.len * 2 + 2);
    while (word_next(&inside, &word)) {
        if (!word_unbrace(word, &rule, &error)) {
            buffer_release(&lines);
            return table_fail(table, LOOKUP_ERROR, "%.*s map: %s in \"%.*s\"",
                              SLICE_FMT(table->type), error, SLICE_FMT(slice_head(word, 200)));
        }
        buffer_add_slice(&lines, rule);
        buffer_add_byte(&lines, '\n');
    }
    *text = arena_copy(&table->arena, slice_make(lines.at ? lines.at : "", lines.len));
    buffer_release(&lines);
    return true;
}

bool table_rule_text(struct lookup_table *table, struct slice *text)
{
    struct slice place;
    if (table->rest.at[0] == '{')
        return inline_rules(table, text);
    return table_file_text(table, "", text, &place) ||
           table_fail(table, LOOKUP_UNREADABLE,
                      "the file %.*s is not here; say where with --map-root",
                      SLICE_FMT(slice_head(table->rest, 300)));
}

/* "type:name" without proxy: in front. */
static void split_name(struct lookup_table *table, struct slice type_name)
{
    static const struct slice proxy = SLICE("proxy:");
    while (type_name.len > proxy.len && slice_starts(type_name, proxy.at) &&
           slice_index(slice_skip(type_name, proxy.len), ':') < type_name.len - proxy.len)
        type_name = slice_skip(type_name, proxy.len);
    table->name = arena_copy(&table->arena, type_name.at ? type_name : slice_make("", 0));
    size_t colon = slice_index(table->name, ':');
    table->type = slice_head(table->name, colon);
    table->rest = slice_skip(table->name, colon + 1);
    table->need = arena_format(&table->arena, "map:%.*s", SLICE_FMT(table->name));
    table->trouble = slice_make("", 0);
}

struct lookup_table *lookup_open(struct slice type_name, const struct lookup_options *options,
                                 struct diagnostics *notes)
{
    struct lookup_table *table = xcalloc(1, sizeof *table);
    arena_init(&table->arena);
    split_name(table, type_name);
    const struct lookup_type *type = find_type(table->type);
    table->notes = notes;
    table->options = options;
    table->fold = options->fold;
    table->utf8 = options->utf8;
    table->keep_first = options->keep_first;
    table->version = options->version;
    table->is_enumerable = true;
    if (table->type.len == 0 || table->rest.len == 0) {
        table_fail(table, LOOKUP_CONFIG_ERROR, "expecting \"type:name\" form");
    } else if (!type) {
        table_fail(table, LOOKUP_ERROR, "unsupported dictionary type: %.*s",
                   SLICE_FMT(slice_head(table->type, 100)));
    } else {
        table->is_pattern = type->is_pattern;
        table->is_fixed = type->is_fixed;
        if (!type->open(table))
            table->size = 0;
    }
    table->notes = NULL;
    table->options = NULL;
    return table;
}

void lookup_close(struct lookup_table *table)
{
    if (!table)
        return;
    if (table->ops && table->ops->release)
        table->ops->release(table);
    arena_release(&table->arena);
    free(table);
}

enum lookup_status lookup_find(const struct lookup_table *table, struct slice key,
                               struct arena *scratch, struct slice *result)
{
    key = slice_head(key, slice_index(key, 0)); /* a C string to Postfix */
    if (key.len == 0)
        return LOOKUP_ABSENT;
    if (table->trouble.len)
        return table->answer;
    if (table->utf8 && !key_is_utf8(key))
        return LOOKUP_ABSENT;
    if (table->fold && table->is_fixed)
        key = key_fold(scratch, key, table->utf8);
    enum lookup_status status = table->ops->find(table, key, scratch, result);
    if (status == LOOKUP_FOUND && table->utf8 && !key_is_utf8(*result))
        return LOOKUP_CONFIG_ERROR;
    return status;
}

struct slice lookup_name(const struct lookup_table *table)
{
    return table->name;
}

struct slice lookup_need(const struct lookup_table *table)
{
    return table->need;
}

struct slice lookup_trouble(const struct lookup_table *table)
{
    return table->trouble;
}

bool lookup_is_pattern(const struct lookup_table *table)
{
    return table->is_pattern;
}

bool lookup_is_enumerable(const struct lookup_table *table)
{
    return table->is_enumerable;
}

void lookup_each_result(const struct lookup_table *table,
                        bool (*visit)(void *context, struct slice value), void *context)
{
    if (!table->trouble.len && table->ops->each)
        table->ops->each(table, visit, context);
}

size_t lookup_size(const struct lookup_table *table)
{
    return table->size;
}
