#include "analyzer/policy/address_class.h"

#include "analyzer/policy/mail_address.h"
#include "base/domain_name.h"
#include "base/ip_address.h"
#include "parsers/config/text_file.h"

/* Against addresses whose rewriting feeds itself; each round strips or turns one operator. */
enum { ROUNDS_EXTRA = 100 };

bool address_parent_style(struct config *config, const char *name)
{
    struct slice rest = config_value_global(config, "parent_domain_matches_subdomains"), word;

    while (slice_next_word(&rest, ", \t\r\n", &word))
        if (slice_equal_fold(word, slice_of(name)))
            return true;
    return false;
}

struct slice address_origin(struct slice value, struct table_set *tables)
{
    const struct lookup_options *options = &tables->options;
    const struct file_places places = { options->map_root, options->config_directory,
                                        options->queue_directory };
    struct slice place, text;

    if (value.len == 0 || value.at[0] != '/')
        return value;
    place = text_file_find(tables->arena, value, "", &places);
    if (!place.at || !text_file_read(tables->arena, place.at, &text, NULL)) {
        diagnostics_add(tables->remarks, 1, "missing_file",
                        "myorigin = %.*s: no such file here; an address without a domain is not "
                        "known. --map-root DIR tells where it is",
                        SLICE_FMT(slice_head(value, 200)));
        return slice_make(NULL, 0);
    }
    return slice_trim(slice_head(text, slice_index(text, '\n')));
}

void address_rules_init(struct address_rules *rules, struct config *config,
                        struct table_set *tables, struct arena *arena)
{
    const struct {
        const char *name;
        struct slice *value;
    } texts[] = {
        { "myorigin", &rules->myorigin },
        { "mydomain", &rules->mydomain },
        { "myhostname", &rules->myhostname },
        { "empty_address_recipient", &rules->empty_address },
        { "inet_interfaces", &rules->interfaces },
        { "proxy_interfaces", &rules->proxy_interfaces },
        { "local_transport", &rules->local_transport },
        { "virtual_transport", &rules->virtual_transport },
        { "relay_transport", &rules->relay_transport },
        { "default_transport", &rules->default_transport },
        { "recipient_delimiter", &rules->extension.delimiters },
        { "double_bounce_sender", &rules->extension.double_bounce },
    };
    const struct {
        const char *name;
        bool *value;
    } flags[] = {
        { "swap_bangpath", &rules->swap_bangpath },
        { "allow_percent_hack", &rules->percent_hack },
        { "append_at_myorigin", &rules->append_at_myorigin },
        { "append_dot_mydomain", &rules->append_dot_mydomain },
        { "resolve_dequoted_address", &rules->dequote },
        { "resolve_null_domain", &rules->null_domain },
        { "resolve_numeric_domain", &rules->numeric_domain },
        { "allow_min_user", &rules->allow_min_user },
        { "show_user_unknown_table_name", &rules->show_table },
        { "owner_request_special", &rules->extension.owner_request_special },
    };
    const struct {
        const char *name;
        struct name_list *value;
        bool parents;
    } lists[] = {
        { "mydestination", &rules->mydestination, false },
        { "virtual_alias_domains", &rules->alias_domains, false },
        { "virtual_mailbox_domains", &rules->mailbox_domains, false },
        { "relay_domains", &rules->relay_domains, true },
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i].value = slice_trim(config_value_global(config, texts[i].name));
    rules->myorigin = address_origin(rules->myorigin, tables);
    rules->origin_unknown = !rules->myorigin.at;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        *flags[i].value = config_bool(config, flags[i].name);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        *lists[i].value =
            name_list_open(arena, config_value_global(config, lists[i].name), tables,
                           lists[i].parents && address_parent_style(config, lists[i].name));
    rules->transport_maps = table_list_open(tables, config_value_global(config, "transport_maps"));
    rules->relocated_maps = table_list_open(tables, config_value_global(config, "relocated_maps"));
    rules->transport_parent_style = address_parent_style(config, "transport_maps");
}

static bool list_has_address(struct slice list, const struct ip_address *address, bool *all)
{
    struct slice rest = list, word;
    struct ip_address item;

    while (slice_next_word(&rest, ", \t\r\n", &word)) {
        if (slice_equal_fold(word, slice_of("all")))
            *all = true;
        if (slice_equal_fold(word, slice_of("loopback-only")) ||
            slice_equal_fold(word, slice_of("localhost"))) {
            if (ip_is_loopback(address))
                return true;
            continue;
        }
        if (word.len > 2 && word.at[0] == '[')
            word = slice_make(word.at + 1, word.len - 2);
        if (!ip_address_parse(word, &item)) {
            *all = true; /* a host name: its addresses are not known here */
            continue;
        }
        if (item.family == address->family &&
            memcmp(item.bytes, address->bytes, item.family == 4 ? 4 : 16) == 0)
            return true;
    }
    return false;
}

enum match_answer address_is_own(const struct address_rules *rules, struct slice address,
                                 bool with_proxies, struct need_set *needs)
{
    struct ip_address ip;
    bool all = false;

    if (!ip_address_parse(address, &ip))
        return MATCH_NO;
    if (list_has_address(rules->interfaces, &ip, &all))
        return MATCH_YES;
    if (with_proxies && list_has_address(rules->proxy_interfaces, &ip, &all))
        return MATCH_YES;
    if (!all)
        return MATCH_NO;
    if (ip_is_loopback(&ip))
        return MATCH_YES;
    need_set_add(needs, slice_of("config:inet_interfaces"));
    return MATCH_UNKNOWN;
}

/* "[192.0.2.1]", "[IPv6:2001:db8::1]" -> the address; false when it is no literal. */
static bool literal_inside(struct slice domain, struct slice *inside)
{
    if (domain.len < 3 || domain.at[0] != '[' || domain.at[domain.len - 1] != ']')
        return false;
    *inside = slice_make(domain.at + 1, domain.len - 2);
    return true;
}

enum match_answer address_is_local(const struct address_rules *rules,
                                   const struct name_list *mydestination, struct slice domain,
                                   struct arena *scratch, struct need_set *needs)
{
    struct slice inside;

    domain = mail_domain_strip_dot(domain);
    enum match_answer listed = name_list_match_string(mydestination, domain, scratch, needs);
    if (listed != MATCH_NO || !literal_inside(domain, &inside) || !domain_is_valid_literal(inside))
        return listed;
    if (slice_equal_fold(slice_head(inside, 5), slice_of("IPv6:")))
        inside = slice_skip(inside, 5);
    return address_is_own(rules, inside, true, needs);
}

/* Swaps or promotes the operators of an address without "@"; appends the origin when it has none. */
static struct slice complete_domain(const struct address_rules *rules, struct slice address,
                                    struct arena *scratch)
{
    bool quoted = mail_address_needs_quotes(address);
    size_t bang = slice_index(address, '!'), percent = slice_last_index(address, '%');

    if (!quoted && rules->swap_bangpath && bang < address.len) {
        struct slice user = slice_skip(address, bang + 1);
        return arena_format(scratch, "%.*s@%.*s", SLICE_FMT(user), (int)bang, address.at);
    }
    if (!quoted && rules->percent_hack && percent < address.len) {
        struct slice host = slice_skip(address, percent + 1);
        return arena_format(scratch, "%.*s@%.*s", (int)percent, address.at, SLICE_FMT(host));
    }
    if (rules->append_at_myorigin && rules->myorigin.len)
        return arena_format(scratch, "%.*s@%.*s", SLICE_FMT(address), SLICE_FMT(rules->myorigin));
    return address;
}

static struct slice strip_final_dot(struct slice address)
{
    size_t len = address.len;
    if (len > 1 && address.at[len - 1] == '.' && address.at[len - 2] != '.' &&
        address.at[len - 2] != '@')
        return slice_head(address, len - 1);
    return address;
}

/* trivial-rewrite/rewrite.c: rewrite_tree in the local context. */
static struct slice rewrite(const struct address_rules *rules, struct slice address,
                            struct arena *scratch)
{
    if (address.len == 0 || slice_is(address, "@"))
        return slice_make("", 0);
    size_t colon = slice_index(address, ':');
    if (address.at[0] == '@' && colon + 1 < address.len)
        address = slice_skip(address, colon + 1);
    if (slice_index(address, '@') == address.len)
        address = complete_domain(rules, address, scratch);
    struct slice domain = mail_address_domain(address);
    if (rules->append_dot_mydomain && rules->mydomain.len && domain.at && domain.len &&
        domain.at[0] != '[' && slice_index(domain, '.') == domain.len)
        address =
            arena_format(scratch, "%.*s.%.*s", SLICE_FMT(address), SLICE_FMT(rules->mydomain));
    return strip_final_dot(address);
}

/* Cracks a quoted local part open at its routing operator; false when it has none. */
static bool crack_quotes(const struct address_rules *rules, struct slice local_part,
                         struct arena *scratch, struct slice *address)
{
    size_t at = slice_last_index(local_part, '@');

    if (at == local_part.len && rules->percent_hack)
        at = slice_last_index(local_part, '%');
    if (at < local_part.len) {
        struct slice host = slice_skip(local_part, at + 1);
        *address = arena_format(scratch, "%.*s@%.*s", (int)at, local_part.at, SLICE_FMT(host));
        return true;
    }
    if (!rules->swap_bangpath || slice_index(local_part, '!') == local_part.len)
        return false;
    size_t bang = slice_index(local_part, '!');
    struct slice user = slice_skip(local_part, bang + 1);
    *address = arena_format(scratch, "%.*s@%.*s", SLICE_FMT(user), (int)bang, local_part.at);
    return true;
}

static bool has_operator(const struct address_rules *rules, struct slice local_part)
{
    return (rules->swap_bangpath && slice_index(local_part, '!') < local_part.len) ||
           (rules->percent_hack && slice_index(local_part, '%') < local_part.len);
}

/* What the loop below does with a local part whose local domains are stripped: true when there is
 * another address to go on with. */
static bool next_address(const struct address_rules *rules, struct slice local_part,
                         bool had_domain, struct arena *scratch, struct slice *address)
{
    bool quoted = local_part.len && mail_address_needs_quotes(local_part);

    if (!quoted && has_operator(rules, local_part)) {
        *address = rewrite(rules, local_part, scratch);
        return true;
    }
    if (quoted && rules->dequote && crack_quotes(rules, local_part, scratch, address)) {
        *address = rewrite(rules, *address, scratch);
        return true;
    }
    if (local_part.len == 0 && rules->empty_address.len) {
        *address = rules->empty_address;
        return true;
    }
    if (had_domain)
        return false;
    *address =
        arena_format(scratch, "%.*s@%.*s", SLICE_FMT(local_part), SLICE_FMT(rules->myhostname));
    return true;
}

/* The preliminary resolver of trivial-rewrite/resolve.c: strips local domains until a foreign one,
 * or nothing but a user, is left. */
static struct slice strip_local_domains(const struct address_rules *rules, struct slice address,
                                        struct arena *scratch, struct need_set *needs,
                                        enum match_answer *local)
{
    struct slice saved = { NULL, 0 };

    *local = MATCH_NO;
    for (size_t round = 0; round < address.len + ROUNDS_EXTRA; round++) {
        struct slice domain;
        address = strip_final_dot(address);
        if (rules->null_domain && address.len && address.at[address.len - 1] == '@')
            address = slice_head(address, address.len - 1);
        domain = mail_address_domain(address);
        if (domain.at) {
            *local = domain.len
                         ? address_is_local(rules, &rules->mydestination, domain, scratch, needs)
                         : MATCH_NO;
            if (*local != MATCH_YES)
                return address;
            saved = domain;
        }
        struct slice local_part = mail_address_local_part(address);
        if (next_address(rules, local_part, saved.at != NULL, scratch, &address))
            continue;
        *local = MATCH_YES;
        return arena_format(scratch, "%.*s@%.*s", SLICE_FMT(local_part), SLICE_FMT(saved));
    }
    *local = MATCH_ERROR;
    return address;
}

/* Which classes are possible once the domain is known (resolve_addr's order). */
static uint8_t classify(const struct address_rules *rules, struct slice domain,
                        enum match_answer local, struct arena *scratch, struct need_set *needs,
                        bool *failed)
{
    const struct {
        const struct name_list *list;
        uint8_t bit;
    } steps[] = { { &rules->alias_domains, ADDRESS_VIRTUAL_ALIAS },
                  { &rules->mailbox_domains, ADDRESS_VIRTUAL_MAILBOX },
                  { &rules->relay_domains, ADDRESS_RELAY } };
    uint8_t classes = local == MATCH_UNKNOWN ? ADDRESS_LOCAL : 0;

    if (local == MATCH_YES)
        return ADDRESS_LOCAL;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        enum match_answer answer =
            steps[i].bit == ADDRESS_RELAY
                ? name_list_match_domain(steps[i].list, domain, scratch, needs)
                : name_list_match_string(steps[i].list, domain, scratch, needs);
        if (answer == MATCH_ERROR)
            *failed = true;
        if (answer != MATCH_NO)
            classes |= steps[i].bit;
        if (answer == MATCH_YES || answer == MATCH_ERROR)
            return classes;
    }
    return classes | ADDRESS_DEFAULT;
}

static bool has_high_bytes(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] > 0x7f)
            return true;
    return false;
}

static bool has_bad_domain(struct slice domain)
{
    struct slice inside;

    if (domain.len && domain.at[0] == '[')
        return !literal_inside(domain, &inside) || !domain_is_valid_literal(inside);
    return !has_high_bytes(domain) && !domain_is_valid_hostname(domain);
}

/* "error:5.1.1 no such user" -> TRANSPORT_ERROR with its next hop. */
static enum address_transport parse_transport(struct slice value, struct slice *nexthop)
{
    size_t colon = slice_index(value, ':');
    struct slice name = slice_head(value, colon);

    *nexthop = slice_skip(value, colon + 1);
    if (slice_is(name, "error"))
        return TRANSPORT_ERROR;
    return slice_is(name, "retry") ? TRANSPORT_RETRY : TRANSPORT_DELIVERS;
}

static struct slice class_transport(const struct address_rules *rules, uint8_t classes)
{
    if (classes & ADDRESS_LOCAL)
        return rules->local_transport;
    if (classes & ADDRESS_VIRTUAL_MAILBOX)
        return rules->virtual_transport;
    return classes & ADDRESS_RELAY ? rules->relay_transport : rules->default_transport;
}

/* transport(5): the whole address, then the domain and its parents, then "*". */
static enum lookup_status transport_find(const struct address_rules *rules,
                                         const struct resolved_address *resolved,
                                         struct arena *scratch, struct slice *value,
                                         struct need_set *needs)
{
    const struct table_list *maps = &rules->transport_maps;
    struct slice name = resolved->domain;
    struct slice bare;
    enum lookup_status status =
        table_list_find(maps, resolved->address, false, scratch, value, needs);

    if (status == LOOKUP_ABSENT &&
        mail_address_strip_extension(scratch, resolved->address, &rules->extension, &bare))
        status = table_list_find(maps, bare, true, scratch, value, needs);
    while (status == LOOKUP_ABSENT && name.len) {
        status = table_list_find(maps, name, true, scratch, value, needs);
        size_t dot = slice_index(slice_skip(name, 1), '.') + 1;
        if (dot >= name.len)
            break;
        name = slice_skip(name, rules->transport_parent_style ? dot + 1 : dot);
    }
    if (status == LOOKUP_ABSENT)
        status = table_list_find(maps, slice_of("*"), true, scratch, value, needs);
    return status;
}

static void choose_transport(const struct address_rules *rules, struct resolved_address *resolved,
                             struct arena *scratch, struct need_set *needs)
{
    struct slice value;

    if (resolved->classes == ADDRESS_VIRTUAL_ALIAS) {
        resolved->transport = TRANSPORT_ERROR;
        resolved->nexthop = slice_of(rules->show_table ? "5.1.1 User unknown in virtual alias table"
                                                       : "5.1.1 User unknown");
        return;
    }
    resolved->transport =
        parse_transport(class_transport(rules, resolved->classes), &resolved->nexthop);
    if (rules->transport_maps.count == 0)
        return;
    enum lookup_status status = transport_find(rules, resolved, scratch, &value, needs);
    if (status == LOOKUP_UNREADABLE)
        resolved->transport = TRANSPORT_UNKNOWN;
    else if (status == LOOKUP_FOUND && value.len && value.at[0] != ':')
        resolved->transport = parse_transport(value, &resolved->nexthop);
    else if (status == LOOKUP_ERROR || status == LOOKUP_CONFIG_ERROR)
        resolved->failed = true;
}

/* mail_addr_find: user+ext@domain, user@domain, user+ext and user when the domain is local, @domain. */
static enum lookup_status relocated_find(const struct address_rules *rules,
                                         const struct resolved_address *resolved,
                                         struct arena *scratch, struct slice *value,
                                         struct need_set *needs)
{
    const struct table_list *maps = &rules->relocated_maps;
    struct slice forms[2] = { resolved->address };
    size_t count =
        1 + mail_address_strip_extension(scratch, forms[0], &rules->extension, &forms[1]);
    bool local =
        resolved->classes == ADDRESS_LOCAL || slice_equal_fold(resolved->domain, rules->myorigin);
    enum lookup_status status = LOOKUP_ABSENT;

    for (size_t i = 0; i < count && status == LOOKUP_ABSENT; i++)
        status = table_list_find(maps, forms[i], i > 0, scratch, value, needs);
    for (size_t i = 0; i < count && local && status == LOOKUP_ABSENT; i++)
        status =
            table_list_find(maps, mail_address_local_part(forms[i]), true, scratch, value, needs);
    if (status == LOOKUP_ABSENT)
        status = table_list_find(maps, arena_format(scratch, "@%.*s", SLICE_FMT(resolved->domain)),
                                 true, scratch, value, needs);
    return status;
}

static void choose_relocated(const struct address_rules *rules, struct resolved_address *resolved,
                             struct arena *scratch, struct need_set *needs)
{
    struct slice value;

    if (rules->relocated_maps.count == 0)
        return;
    enum lookup_status status = relocated_find(rules, resolved, scratch, &value, needs);
    if (status == LOOKUP_UNREADABLE)
        resolved->transport = TRANSPORT_UNKNOWN;
    else if (status == LOOKUP_FOUND) {
        resolved->transport = TRANSPORT_ERROR;
        resolved->nexthop = arena_format(scratch, "5.1.6 User has moved to %.*s", SLICE_FMT(value));
    } else if (status != LOOKUP_ABSENT)
        resolved->failed = true;
}

struct resolved_address address_resolve(const struct address_rules *rules, struct slice address,
                                        struct arena *scratch, struct need_set *needs)
{
    struct resolved_address resolved = { .transport = TRANSPORT_DELIVERS };
    enum match_answer local;

    address = strip_local_domains(rules, rewrite(rules, address, scratch), scratch, needs, &local);
    resolved.address = mail_address_fold(scratch, address);
    resolved.domain = mail_address_domain(resolved.address);
    if (local == MATCH_ERROR || !resolved.domain.at) {
        resolved.failed = local == MATCH_ERROR;
        resolved.classes = ADDRESS_DEFAULT;
        return resolved;
    }
    if (has_bad_domain(resolved.domain)) {
        resolved.syntax_error = true;
        resolved.classes = ADDRESS_DEFAULT;
        return resolved;
    }
    size_t operator_at = 0;
    while (operator_at < resolved.address.len &&
           !memchr("@!%", resolved.address.at[operator_at], 3))
        operator_at++;
    resolved.routed = !slice_equal(slice_skip(resolved.address, operator_at + 1), resolved.domain);
    resolved.classes = classify(rules, resolved.domain, local, scratch, needs, &resolved.failed);
    choose_transport(rules, &resolved, scratch, needs);
    choose_relocated(rules, &resolved, scratch, needs);
    if (!rules->allow_min_user && resolved.address.at[0] == '-')
        resolved.syntax_error = true;
    return resolved;
}
