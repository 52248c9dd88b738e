#include "analyzer/policy/access_search.h"

#include <stdlib.h>

#include "analyzer/policy/leaf.h"
#include "analyzer/policy/mail_address.h"
#include "base/domain_name.h"
#include "base/xalloc.h"

/* Values that are looked at to learn what a table can say; a bigger table can say anything. */
enum { VALUES_MAX = 5000 };

struct access_search access_search_begin(struct leaf *leaf, const struct question *question,
                                         enum reply_class reply)
{
    return (struct access_search){
        .leaf = leaf,
        .question = question,
        .context = { .reply = reply, .list = (enum list_kind)question->list },
    };
}

static void explain_key(struct access_search *search, struct slice key, const char *what,
                        struct slice value)
{
    leaf_explain(search->leaf, "%s \"%.*s\": %s%.*s", search->question->argument, SLICE_FMT(key),
                 what, SLICE_FMT(value));
}

bool access_search_key(struct access_search *search, struct slice key, bool partial)
{
    struct leaf *leaf = search->leaf;
    const struct policy_table *table = search->question->table;
    struct slice value = slice_of("451 4.3.5 Server configuration error");
    enum lookup_status status = LOOKUP_CONFIG_ERROR;

    if (table) {
        if (key.len == 0 || (partial && lookup_is_pattern(table->lookup)))
            return false;
        status = table_find(table, key, leaf->scratch, &value);
        if (status == LOOKUP_FOUND && value.len == 0)
            status = LOOKUP_CONFIG_ERROR;
    }
    switch (status) {
    case LOOKUP_ABSENT:
        return false;
    case LOOKUP_UNREADABLE:
        need_set_add(leaf->needs, lookup_need(table->lookup));
        explain_key(search, key, "the table cannot be read here", slice_make("", 0));
        search->outcome = OUTCOME_NUMBER_ANYTHING;
        return true;
    case LOOKUP_ERROR:
    case LOOKUP_CONFIG_ERROR:
        value = slice_of("451 4.3.5 Server configuration error");
        break;
    case LOOKUP_FOUND:
        break;
    }
    explain_key(search, key, "", value);
    search->outcome = access_action(leaf->program, value, &search->context);
    return true;
}

bool access_search_domain(struct access_search *search, struct slice name)
{
    bool partial = false;

    while (name.len) {
        if (access_search_key(search, name, partial))
            return true;
        if (!partial && domain_is_valid_address(name))
            return false;
        size_t dot = slice_index(slice_skip(name, 1), '.') + 1;
        if (dot >= name.len)
            return false;
        name = slice_skip(name, search->leaf->settings->access_parent_style ? dot + 1 : dot);
        partial = true;
    }
    return false;
}

bool access_search_address(struct access_search *search, struct slice address)
{
    char delimiter = slice_index(address, ':') < address.len ? ':' : '.';
    bool partial = false;

    for (;;) {
        if (access_search_key(search, address, partial))
            return true;
        size_t cut = slice_last_index(address, delimiter);
        if (cut == address.len)
            return false;
        address = slice_head(address, cut);
        partial = true;
    }
}

/* An address key in its quoted form, then, when that differs and Postfix is new enough, as it is. */
static bool search_both_forms(struct access_search *search, struct slice key, bool partial)
{
    struct slice quoted = mail_address_quote(search->leaf->scratch, key, false);

    if (search->leaf->settings->version >= 302 && access_search_key(search, quoted, partial))
        return true;
    if (search->leaf->settings->version >= 302 && slice_equal(quoted, key))
        return false;
    return access_search_key(search, key, partial);
}

static struct slice up_to_at(struct slice address)
{
    return slice_head(address, slice_last_index(address, '@') + 1);
}

bool access_search_mail(struct access_search *search, struct slice address)
{
    struct leaf *leaf = search->leaf;
    struct slice bare, domain = mail_address_domain(address);
    bool parents = leaf->settings->access_parent_style;
    bool has_bare =
        mail_address_strip_extension(leaf->scratch, address, &leaf->settings->extension, &bare);

    if (search_both_forms(search, address, false))
        return true;
    if (has_bare && search_both_forms(search, bare, true))
        return true;
    while (domain.len) {
        if (access_search_key(search, domain, true))
            return true;
        size_t dot = slice_index(slice_skip(domain, 1), '.') + 1;
        if (dot >= domain.len)
            break;
        domain = slice_skip(domain, parents ? dot + 1 : dot);
    }
    if (search_both_forms(search, up_to_at(address), true))
        return true;
    return has_bare && search_both_forms(search, up_to_at(bare), true);
}

struct value_visit {
    struct access_search *search;
    uint32_t *numbers;
    size_t count, capacity;
};

static bool visit_value(void *context, struct slice value)
{
    struct value_visit *visit = context;

    if (visit->count == VALUES_MAX)
        return false;
    GROW(visit->numbers, visit->count, visit->capacity);
    visit->numbers[visit->count++] =
        access_action(visit->search->leaf->program, value, &visit->search->context);
    return true;
}

uint32_t access_search_unknown(struct access_search *search, const char *need)
{
    const struct question *question = search->question;
    struct program *program = search->leaf->program;
    struct value_visit visit = { .search = search };

    if (need)
        need_set_add(search->leaf->needs, slice_of(need));
    if (!question->table || table_is_static(question->table)) {
        access_search_key(search, slice_of("x"), false);
        return search->outcome;
    }
    if (!lookup_is_enumerable(question->table->lookup))
        return OUTCOME_NUMBER_ANYTHING;
    uint32_t *known = &program->questions[question->number].any_result;
    if (*known)
        return *known - 1;
    lookup_each_result(question->table->lookup, visit_value, &visit);
    GROW(visit.numbers, visit.count, visit.capacity);
    visit.numbers[visit.count++] = OUTCOME_NUMBER_DUNNO;
    uint32_t any = visit.count > VALUES_MAX
                       ? OUTCOME_NUMBER_ANYTHING
                       : outcome_any_of(&program->outcomes, visit.numbers, visit.count);
    free(visit.numbers);
    /* Compiling results may have moved the questions. */
    program->questions[question->number].any_result = any + 1;
    return any;
}

static enum lookup_status find_both_forms(struct leaf *leaf, const struct table_list *tables,
                                          struct slice key, bool partial, bool bare,
                                          struct slice *result)
{
    struct slice quoted = mail_address_quote(leaf->scratch, key, bare);
    enum lookup_status status =
        table_list_find(tables, quoted, partial, leaf->scratch, result, leaf->needs);

    if (status != LOOKUP_ABSENT || slice_equal(quoted, key))
        return status;
    return table_list_find(tables, key, partial, leaf->scratch, result, leaf->needs);
}

/* user+ext and user, when the domain is $myorigin or local. */
static enum lookup_status find_local_part(struct leaf *leaf, const struct table_list *tables,
                                          struct slice address, struct slice bare,
                                          struct slice *result)
{
    struct slice domain = mail_address_domain(address);
    enum match_answer local = MATCH_YES;

    if (!slice_equal_fold(domain, leaf->settings->myorigin))
        local = address_is_local(&leaf->settings->addresses, &leaf->settings->mydestination, domain,
                                 leaf->scratch, leaf->needs);
    if (local == MATCH_NO)
        return LOOKUP_ABSENT;
    if (local == MATCH_ERROR)
        return LOOKUP_ERROR;
    enum lookup_status status =
        find_both_forms(leaf, tables, mail_address_local_part(address), true, true, result);
    if (status == LOOKUP_ABSENT && bare.at)
        status = find_both_forms(leaf, tables, mail_address_local_part(bare), true, true, result);
    if (local == MATCH_UNKNOWN && status != LOOKUP_ABSENT)
        return LOOKUP_UNREADABLE;
    return status;
}

enum lookup_status mail_address_find(struct leaf *leaf, const struct table_list *tables,
                                     struct slice address, struct slice *result)
{
    struct slice bare = { NULL, 0 };
    size_t at = slice_last_index(address, '@');

    if (tables->count == 0)
        return LOOKUP_ABSENT;
    mail_address_strip_extension(leaf->scratch, address, &leaf->settings->extension, &bare);
    enum lookup_status status = find_both_forms(leaf, tables, address, false, false, result);
    if (status == LOOKUP_ABSENT && bare.at)
        status = find_both_forms(leaf, tables, bare, true, false, result);
    if (status == LOOKUP_ABSENT && at < address.len)
        status = find_local_part(leaf, tables, address, bare, result);
    if (status == LOOKUP_ABSENT && at < address.len)
        status = table_list_find(tables, slice_skip(address, at), true, leaf->scratch, result,
                                 leaf->needs);
    return status;
}
