#include <stdlib.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/intern.h"
#include "base/xalloc.h"
#include "parsers/config/logical_line.h"
#include "parsers/config/word_list.h"
#include "parsers/tables/key_fold.h"
#include "parsers/tables/table_internal.h"

/* Exact keys and their values, for all tables of that kind. */
struct key_map {
    struct intern keys;
    struct slice *values; /* by sym; "no text" for a number that is no key */
    uint32_t count, capacity;
};

static struct key_map *map_of(const struct lookup_table *table)
{
    return table->data;
}

static enum lookup_status find_key(const struct lookup_table *table, struct slice key,
                                   struct arena *scratch, struct slice *result)
{
    const struct key_map *map = map_of(table);
    (void)scratch;
    sym number = intern_find(&map->keys, key);
    if (number == SYM_NONE || number >= map->count || !map->values[number].at)
        return LOOKUP_ABSENT;
    *result = map->values[number];
    return LOOKUP_FOUND;
}

static void each_value(const struct lookup_table *table,
                       bool (*visit)(void *context, struct slice value), void *context)
{
    const struct key_map *map = map_of(table);
    for (uint32_t i = 0; i < map->count; i++)
        if (map->values[i].at && !visit(context, map->values[i]))
            return;
}

static void release_map(struct lookup_table *table)
{
    struct key_map *map = map_of(table);
    intern_release(&map->keys);
    free(map->values);
    free(map);
}

static const struct table_ops map_ops = { find_key, each_value, release_map };

static void make_map(struct lookup_table *table)
{
    struct key_map *map = xcalloc(1, sizeof *map);
    intern_init(&map->keys);
    table->data = map;
    table->ops = &map_ops;
}

/* The place of a key's value; added when new. */
static struct slice *slot_of(struct lookup_table *table, struct slice key)
{
    struct key_map *map = map_of(table);
    sym number = intern_add(&map->keys, key);
    while (map->count <= number) {
        GROW(map->values, map->count, map->capacity);
        map->values[map->count++] = (struct slice){ NULL, 0 };
    }
    return &map->values[number];
}

static void set_value(struct lookup_table *table, struct slice *slot, struct slice value)
{
    table->size += !slot->at;
    *slot = arena_copy(&table->arena, value.at ? value : slice_make("", 0));
}

/* "key value": the key ends at the first white space outside of "quotes", which stay. */
static bool split_entry(struct slice line, struct slice *key, struct slice *value,
                        const char **error)
{
    size_t end = 0;
    bool quoted = false;
    for (; end < line.len; end++) {
        char c = line.at[end];
        if (c == '\\' && end + 1 < line.len)
            end++;
        else if (c == '"')
            quoted = !quoted;
        else if (ascii_is_space(c) && !quoted)
            break;
    }
    *error = quoted ? "unbalanced '\"'" : "expected format: key whitespace value";
    *key = slice_head(line, end);
    *value = slice_trim(slice_skip(line, end));
    return !quoted && key->len && value->len;
}

/* What to do with an entry of a text file. */
typedef bool (*entry_fn)(struct lookup_table *table, uint64_t line, struct slice key,
                         struct slice value);

static bool each_entry(struct lookup_table *table, struct slice text, entry_fn take)
{
    struct logical_reader reader;
    struct buffer joined;
    struct slice line, key, value;
    const char *error;
    bool good = true;
    logical_reader_init(&reader, text);
    buffer_init(&joined, text.len);
    while (good && logical_reader_next(&reader, &joined, &line)) {
        if (table->utf8 && !key_is_utf8(line))
            table_warn(table, reader.first_line, "non-UTF-8 input -- ignoring this line");
        else if (!split_entry(line, &key, &value, &error))
            table_warn(table, reader.first_line, "%s -- ignoring this line", error);
        else
            good = take(table, reader.first_line, key, value);
    }
    buffer_release(&joined);
    return good;
}

static bool take_texthash(struct lookup_table *table, uint64_t line, struct slice key,
                          struct slice value)
{
    struct slice folded = table->fold ? key_fold(&table->arena, key, table->utf8) : key;
    struct slice *slot = slot_of(table, folded);
    if (!slot->at) {
        set_value(table, slot, value);
    } else if (table->keep_first) {
        table_warn(table, line, "duplicate entry: \"%.*s\"", SLICE_FMT(slice_head(key, 200)));
    } else {
        return table_fail(table, LOOKUP_ERROR, "%.*s, line %llu: duplicate entry: \"%.*s\"",
                          SLICE_FMT(slice_head(table->rest, 200)), (unsigned long long)line,
                          SLICE_FMT(slice_head(key, 100)));
    }
    return true;
}

static bool need_file(struct lookup_table *table)
{
    return table_fail(table, LOOKUP_UNREADABLE,
                      "the file %.*s is not here; say where with --map-root",
                      SLICE_FMT(slice_head(table->rest, 300)));
}

bool table_texthash_open(struct lookup_table *table)
{
    struct slice text, place;
    if (!table_file_text(table, "", &text, &place))
        return need_file(table);
    make_map(table);
    return each_entry(table, text, take_texthash);
}

/* postmap(1) folds keys and keeps the first of equal ones. */
static bool take_postmap(struct lookup_table *table, uint64_t line, struct slice key,
                         struct slice value)
{
    struct slice *slot = slot_of(table, key_fold(&table->arena, key, table->utf8));
    if (slot->at)
        table_warn(table, line, "duplicate entry: \"%.*s\"", SLICE_FMT(slice_head(key, 200)));
    else
        set_value(table, slot, value);
    return true;
}

/* postalias(1): "key: value", the key perhaps in quotes. */
static bool take_postalias(struct lookup_table *table, uint64_t line, struct slice key,
                           struct slice value)
{
    key = slice_trim(slice_head(key, key.len - 1));
    if (key.len > 1 && key.at[0] == '"' && key.at[key.len - 1] == '"')
        key = slice_make(key.at + 1, key.len - 2);
    return key.len == 0 || take_postmap(table, line, key, value);
}

/* Counts entries whose key ends in a colon: in an alias file all do. */
struct alias_count {
    size_t entries, colons;
};

static void count_aliases(struct lookup_table *table, struct slice text, struct alias_count *count)
{
    struct logical_reader reader;
    struct buffer joined;
    struct slice line, key, value;
    const char *error;
    (void)table;
    logical_reader_init(&reader, text);
    buffer_init(&joined, text.len);
    while (logical_reader_next(&reader, &joined, &line))
        if (split_entry(line, &key, &value, &error)) {
            count->entries++;
            count->colons += key.at[key.len - 1] == ':';
        }
    buffer_release(&joined);
}

/* The suffix of the file that postmap makes for a type. */
static const char *file_suffix(const struct lookup_table *table)
{
    if (slice_is(table->type, "cdb"))
        return ".cdb";
    if (slice_is(table->type, "lmdb"))
        return ".lmdb";
    return slice_is(table->type, "dbm") || slice_is(table->type, "sdbm") ? ".pag" : ".db";
}

static void note_age(struct lookup_table *table, struct slice text_place, struct slice file_place)
{
    struct stat text, file;
    if (table->notes && stat(text_place.at, &text) == 0 && stat(file_place.at, &file) == 0 &&
        text.st_mtime > file.st_mtime)
        diagnostics_add(table->notes, 1, "table_age",
                        "%s is newer than %s: read is the text, Postfix knows the older file",
                        text_place.at, file_place.at);
}

static void take_file_entry(struct lookup_table *table, struct slice key, struct slice value)
{
    struct slice *slot = slot_of(table, key);
    if (!slot->at)
        set_value(table, slot, value);
}

static bool open_file(struct lookup_table *table, struct slice place)
{
    const char *reason = "";
    make_map(table);
    return table_file_each(table, place, take_file_entry, &reason) ||
           table_fail(table, LOOKUP_UNREADABLE, "%s: %s; put the text source beside it", place.at,
                      reason);
}

bool table_indexed_open(struct lookup_table *table)
{
    struct slice text, place, file;
    struct alias_count count = { 0 };
    bool is_there = table_file_text(table, file_suffix(table), &text, &file);
    if (!table_file_text(table, "", &text, &place))
        return is_there ? open_file(table, file) : need_file(table);
    if (is_there)
        note_age(table, place, file);
    make_map(table);
    count_aliases(table, text, &count);
    bool is_alias = count.entries && count.colons == count.entries;
    return each_entry(table, text, is_alias ? take_postalias : take_postmap);
}

/* "key = value" where the key may hold "quoted blanks" (util/split_qnameval.c). */
static const char *split_quoted(struct slice text, struct slice *key, struct slice *value)
{
    size_t end = 0;
    bool quoted = false;
    text = slice_trim(text);
    if (text.len == 0)
        return "no key found; expected format: key = value";
    for (; end < text.len; end++) {
        char c = text.at[end];
        if (c == '\\') {
            if (++end >= text.len)
                break;
        } else if ((ascii_is_space(c) || c == '=') && !quoted) {
            break;
        } else if (c == '"') {
            quoted = !quoted;
        }
    }
    if (quoted)
        return "unbalanced '\"'";
    *key = slice_head(text, end);
    text = slice_trim(slice_skip(text, end));
    if (text.len == 0 || text.at[0] != '=')
        return "missing '=' after attribute name";
    *value = slice_trim(slice_skip(text, 1));
    return NULL;
}

bool table_inline_open(struct lookup_table *table)
{
    struct slice inside, word, key, value;
    const char *error = NULL;
    if (table->utf8 && !key_is_utf8(table->rest))
        return table_fail(table, LOOKUP_ERROR, "bad UTF-8 syntax");
    if (!table_braces(table->rest, &inside))
        return table_fail(table, LOOKUP_ERROR, "bad syntax; need \"inline:{name=value...}\"");
    make_map(table);
    while (!error && word_next(&inside, &word)) {
        if (word.at[0] == '{' && !word_unbrace(word, &word, &error))
            break;
        error = split_quoted(word, &key, &value);
        if (!error)
            set_value(table,
                      slot_of(table, table->fold ? key_fold(&table->arena, key, table->utf8) : key),
                      value);
    }
    if (error || table->size == 0)
        return table_fail(table, LOOKUP_ERROR, "%s; need \"inline:{name=value...}\"",
                          error ? error : "empty table");
    return true;
}
