#include "parsers/config/word_list.h"

#include "parsers/config/text_file.h"

enum { LIST_DEPTH_MAX = 10, LIST_ITEMS_MAX = 1000000 };

static bool is_separator(char c)
{
    return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next word between separators, which {...} hides. */
static bool cut_word(struct slice *rest, struct slice *word, bool (*separates)(char))
{
    size_t begin = 0, end, level = 0;
    while (begin < rest->len && separates(rest->at[begin]))
        begin++;
    for (end = begin; end < rest->len; end++) {
        char c = rest->at[end];
        if (c == '{')
            level++;
        else if (c == '}' && level)
            level--;
        else if (!level && separates(c))
            break;
    }
    *word = slice_make(rest->at + begin, end - begin);
    *rest = slice_skip(*rest, end);
    return word->len > 0;
}

bool word_next(struct slice *rest, struct slice *word)
{
    return cut_word(rest, word, is_separator);
}

bool word_next_blank(struct slice *rest, struct slice *word)
{
    return cut_word(rest, word, ascii_is_space);
}

bool word_unbrace(struct slice word, struct slice *inside, const char **error)
{
    size_t level = 0;
    *error = NULL;
    *inside = word;
    if (word.len == 0 || word.at[0] != '{') {
        *error = "no '{' at start of text";
        return false;
    }
    for (size_t i = 0; i < word.len; i++) {
        level += word.at[i] == '{';
        if (word.at[i] != '}' || --level)
            continue;
        *inside = slice_trim(slice_make(word.at + 1, i - 1));
        if (i + 1 < word.len)
            *error = "syntax error after '}'";
        return !*error;
    }
    *error = "missing '}'";
    *inside = slice_trim(slice_skip(word, 1));
    return false;
}

const char *word_split_assignment(struct slice text, struct slice *name, struct slice *value)
{
    size_t end = 0;
    while (text.len && ascii_is_space(text.at[0]))
        text = slice_skip(text, 1);
    if (text.len == 0 || text.at[0] == '=')
        return "missing attribute name";
    while (end < text.len && !ascii_is_space(text.at[end]) && text.at[end] != '=')
        end++;
    *name = slice_head(text, end);
    text = slice_skip(text, end);
    while (text.len && ascii_is_space(text.at[0]))
        text = slice_skip(text, 1);
    if (text.len == 0 || text.at[0] != '=')
        return "missing '=' after attribute name";
    *value = slice_trim(slice_skip(text, 1));
    return NULL;
}

struct list_builder {
    struct arena *arena;
    const struct list_options *options;
    struct diagnostics *notes;
    struct match_item *items;
    size_t count, capacity;
};

static void add_item(struct list_builder *list, const struct match_item *item)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 16;
        struct match_item *items = ARENA_ARRAY(list->arena, struct match_item, capacity);
        if (list->count)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = *item;
}

static void note(struct list_builder *list, const char *what, struct slice word)
{
    if (list->notes)
        diagnostics_add(list->notes, 1, "list_item", "%s: %.*s", what, SLICE_FMT(word));
}

static struct slice fold(struct arena *arena, struct slice text)
{
    char *folded = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        folded[i] = ascii_lower(text.at[i]);
    return slice_make(folded, text.len);
}

/* Postfix takes every item with a colon for a table, unless it is [v6] or a number with a slash. */
static bool is_table(struct slice text)
{
    return text.len && text.at[0] != '[' && slice_index(text, ':') < text.len;
}

static void add_words(struct list_builder *list, struct slice text, bool negated, unsigned depth);

/* Inlines a list file: its lines are words again. */
static void add_file(struct list_builder *list, struct slice path, bool negated, unsigned depth)
{
    struct file_places places = { list->options->map_root, list->options->config_directory,
                                  slice_make("", 0) };
    struct slice place = text_file_find(list->arena, path, "", &places), text, line;
    if (!place.at || depth >= LIST_DEPTH_MAX ||
        !text_file_read(list->arena, place.at, &text, NULL)) {
        struct match_item item = { path, negated, false, true };
        note(list, "list file cannot be read", path);
        add_item(list, &item);
        return;
    }
    while (text.len) {
        line = slice_head(text, slice_index(text, '\n'));
        text = slice_skip(text, line.len + 1);
        line = slice_head(line, slice_index(line, 0));
        if (line.len && line.at[0] != '#')
            add_words(list, line, negated, depth + 1);
    }
}

static void add_words(struct list_builder *list, struct slice text, bool negated, unsigned depth)
{
    struct slice word;
    while (word_next(&text, &word) && list->count < LIST_ITEMS_MAX) {
        bool no = negated;
        if (word.at[0] == '#') {
            note(list, "comment at end of line is not supported", word);
            break;
        }
        while (word.len && word.at[0] == '!') {
            no = !no;
            word = slice_skip(word, 1);
        }
        if (word.len == 0) {
            note(list, "no pattern after '!'", word);
            continue;
        }
        struct match_item item = { word, no, is_table(word), false };
        if (!item.is_table && word.at[0] != '/')
            item.text = fold(list->arena, word);
        if (word.at[0] == '/')
            add_file(list, word, no, depth);
        else
            add_item(list, &item);
    }
}

struct match_list match_list_parse(struct arena *arena, struct slice value,
                                   const struct list_options *options, struct diagnostics *notes)
{
    struct list_builder list = { .arena = arena, .options = options, .notes = notes };
    add_words(&list, arena_copy(arena, value.at ? value : slice_make("", 0)), false, 0);
    return (struct match_list){ list.items, list.count };
}
