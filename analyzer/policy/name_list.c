#include "analyzer/policy/name_list.h"

#include "analyzer/policy/mail_address.h"
#include "base/ip_address.h"

/* One question to a list; the texts are folded as Postfix folds them. */
struct match_query {
    const struct name_list *list;
    struct slice name;    /* string, domain or client name; "no text": not known */
    struct slice address; /* "no text": not known, or not asked for */
    bool ask_name, ask_parents, ask_address;
    struct arena *scratch;
    struct need_set *needs;
};

struct name_list name_list_open(struct arena *arena, struct slice value, struct table_set *tables,
                                bool parent_style)
{
    struct list_options options = { .map_root = tables->options.map_root,
                                    .config_directory = tables->options.config_directory };
    struct name_list list = {
        .list = match_list_parse(arena, value, &options, tables->remarks),
        .parent_style = parent_style,
    };

    list.tables = ARENA_ARRAY(arena, struct policy_table *, list.list.count + 1);
    for (size_t i = 0; i < list.list.count; i++) {
        struct match_item *item = &list.list.items[i];
        if (item->is_table)
            list.tables[i] = table_set_open(tables, item->text, false);
        else if (!item->is_missing)
            item->text = mail_address_fold(arena, item->text);
    }
    return list;
}

static enum match_answer from_lookup(const struct match_query *query,
                                     const struct policy_table *table, enum lookup_status status)
{
    switch (status) {
    case LOOKUP_ABSENT:
        return MATCH_NO;
    case LOOKUP_FOUND:
        return MATCH_YES;
    case LOOKUP_UNREADABLE:
        need_set_add(query->needs, lookup_need(table->lookup));
        return MATCH_UNKNOWN;
    case LOOKUP_ERROR:
    case LOOKUP_CONFIG_ERROR:
        break;
    }
    return MATCH_ERROR;
}

static enum match_answer table_has_name(const struct match_query *query,
                                        const struct policy_table *table)
{
    struct slice entry = query->name, result;

    for (;;) {
        enum match_answer answer =
            from_lookup(query, table, table_find(table, entry, query->scratch, &result));
        if (answer != MATCH_NO || !query->ask_parents || lookup_is_pattern(table->lookup) ||
            entry.len == 0)
            return answer;
        size_t dot = slice_index(slice_skip(entry, 1), '.') + 1;
        if (dot >= entry.len)
            return MATCH_NO;
        entry = slice_skip(entry, query->list->parent_style ? dot + 1 : dot);
    }
}

static bool is_below(struct slice name, struct slice parent)
{
    return name.len > parent.len && name.at[name.len - parent.len - 1] == '.' &&
           slice_equal(slice_skip(name, name.len - parent.len), parent);
}

static enum match_answer item_has_name(const struct match_query *query, struct slice pattern)
{
    if (slice_equal(query->name, pattern))
        return MATCH_YES;
    if (!query->ask_parents || pattern.len == 0)
        return MATCH_NO;
    if (query->list->parent_style)
        return is_below(query->name, pattern) ? MATCH_YES : MATCH_NO;
    bool hit = pattern.at[0] == '.' && is_below(query->name, slice_skip(pattern, 1));
    return hit ? MATCH_YES : MATCH_NO;
}

static bool has_only(struct slice text, const char *bytes)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(bytes, text.at[i]))
            return false;
    return true;
}

/* "[2001:db8::]/32" and "[2001:db8::/32]" are the same as "2001:db8::/32". */
static struct slice without_brackets(struct arena *scratch, struct slice pattern)
{
    char *out = arena_alloc(scratch, pattern.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < pattern.len; i++)
        if (pattern.at[i] != '[' && pattern.at[i] != ']')
            out[len++] = pattern.at[i];
    return slice_make(out, len);
}

static enum match_answer item_has_address(const struct match_query *query, struct slice pattern)
{
    struct slice address = query->address;
    bool is_v6 = slice_index(address, ':') < address.len;
    struct ip_prefix prefix;
    struct ip_address ip;
    bool host_bits = false;

    if (slice_equal(address, pattern))
        return MATCH_YES;
    /* Plain names, plain IPv4 addresses and the other family: no net to parse. */
    if (is_v6 != (slice_index(pattern, ':') < pattern.len) ||
        (slice_index(pattern, ':') == pattern.len && slice_index(pattern, '/') == pattern.len) ||
        !has_only(pattern, "0123456789.abcdef:[]/"))
        return MATCH_NO;
    pattern = without_brackets(query->scratch, pattern);
    if (!ip_prefix_parse(pattern, &prefix, &host_bits) || host_bits)
        return MATCH_ERROR;
    return ip_address_parse(address, &ip) && ip_prefix_contains(&prefix, &ip) ? MATCH_YES
                                                                              : MATCH_NO;
}

static enum match_answer match_name(const struct match_query *query, size_t i)
{
    const struct match_item *item = &query->list->list.items[i];
    const struct policy_table *table = query->list->tables[i];

    if (query->name.at) {
        if (table)
            return table_has_name(query, table);
        return item_has_name(query, item->text);
    }
    if (table ? !table_takes_names(table) : has_only(item->text, "0123456789.abcdef:[]/"))
        return MATCH_NO; /* a net: no name can match */
    need_set_add(query->needs, slice_of("client_name"));
    return MATCH_UNKNOWN;
}

static enum match_answer match_address(const struct match_query *query, size_t i)
{
    const struct policy_table *table = query->list->tables[i];
    struct slice result;

    if (!query->address.at)
        return MATCH_UNKNOWN;
    if (!has_only(query->address, "0123456789.abcdefABCDEF:"))
        return MATCH_NO;
    if (table)
        return from_lookup(query, table,
                           table_find(table, query->address, query->scratch, &result));
    return item_has_address(query, query->list->list.items[i].text);
}

static enum match_answer match_item(const struct match_query *query, size_t i)
{
    enum match_answer answer = MATCH_NO;

    if (query->list->list.items[i].is_missing) {
        need_set_add_pair(query->needs, "map", query->list->list.items[i].text);
        return MATCH_UNKNOWN;
    }
    if (query->ask_name)
        answer = match_name(query, i);
    if (!query->ask_address || answer == MATCH_YES || answer == MATCH_ERROR)
        return answer;
    enum match_answer by_address = match_address(query, i);
    return by_address == MATCH_NO ? answer : by_address;
}

static enum match_answer match_all(const struct match_query *query)
{
    bool may_be_yes = false, may_be_no = false;

    for (size_t i = 0; i < query->list->list.count; i++) {
        bool negated = query->list->list.items[i].negated;
        enum match_answer answer = match_item(query, i);
        if (answer == MATCH_ERROR)
            return may_be_yes || may_be_no ? MATCH_UNKNOWN : MATCH_ERROR;
        if (answer == MATCH_NO)
            continue;
        if (negated)
            may_be_no = true;
        else
            may_be_yes = true;
        if (answer == MATCH_YES)
            return may_be_yes && may_be_no ? MATCH_UNKNOWN : negated ? MATCH_NO : MATCH_YES;
    }
    return may_be_yes ? MATCH_UNKNOWN : MATCH_NO;
}

enum match_answer name_list_match_string(const struct name_list *list, struct slice text,
                                         struct arena *scratch, struct need_set *needs)
{
    return match_all(&(struct match_query){
        .list = list,
        .name = mail_address_fold(scratch, text),
        .ask_name = true,
        .scratch = scratch,
        .needs = needs,
    });
}

enum match_answer name_list_match_domain(const struct name_list *list, struct slice name,
                                         struct arena *scratch, struct need_set *needs)
{
    return match_all(&(struct match_query){
        .list = list,
        .name = mail_address_fold(scratch, name),
        .ask_name = true,
        .ask_parents = true,
        .scratch = scratch,
        .needs = needs,
    });
}

enum match_answer name_list_match_client(const struct name_list *list, struct slice name,
                                         struct slice address, struct arena *scratch,
                                         struct need_set *needs)
{
    return match_all(&(struct match_query){
        .list = list,
        .name = name.at ? mail_address_fold(scratch, name) : name,
        .address = address,
        .ask_name = true,
        .ask_parents = true,
        .ask_address = true,
        .scratch = scratch,
        .needs = needs,
    });
}
