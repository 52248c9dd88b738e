#include "parsers/config/parameter_names.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/xalloc.h"
#include "parsers/config/expand.h"
#include "parsers/config/master_cf.h"
#include "parsers/config/parameter_table.h"
#include "parsers/config/word_list.h"

enum { VALUE_MAX = 16 << 20, NESTING_MAX = 50 };

/* What a delivery service named S adds: S + suffix, with the default $parameter. */
struct service_suffix {
    const char *suffix, *value;
};

static const struct service_suffix delivery_suffixes[] = {
    { "_recipient_limit", "$default_recipient_limit" },
    { "_extra_recipient_limit", "$default_extra_recipient_limit" },
    { "_recipient_refill_limit", "$default_recipient_refill_limit" },
    { "_recipient_refill_delay", "$default_recipient_refill_delay" },
    { "_delivery_slot_cost", "$default_delivery_slot_cost" },
    { "_delivery_slot_loan", "$default_delivery_slot_loan" },
    { "_delivery_slot_discount", "$default_delivery_slot_discount" },
    { "_minimum_delivery_slots", "$default_minimum_delivery_slots" },
    { "_initial_destination_concurrency", "$initial_destination_concurrency" },
    { "_destination_concurrency_limit", "$default_destination_concurrency_limit" },
    { "_destination_recipient_limit", "$default_destination_recipient_limit" },
    { "_destination_concurrency_positive_feedback",
      "$default_destination_concurrency_positive_feedback" },
    { "_destination_concurrency_negative_feedback",
      "$default_destination_concurrency_negative_feedback" },
    { "_destination_concurrency_failed_cohort_limit",
      "$default_destination_concurrency_failed_cohort_limit" },
    { "_destination_rate_delay", "$default_destination_rate_delay" },
    { "_transport_rate_delay", "$default_transport_rate_delay" },
};

static const struct service_suffix time_suffix = { "_time_limit", "$command_time_limit" };

static const struct program {
    const char *name;
    bool delivers, runs_commands;
} programs[] = {
    { "local", true, false }, { "error", true, false }, { "virtual", true, false },
    { "smtp", true, false },  { "lmtp", true, false },  { "pipe", true, true },
    { "spawn", false, true },
};

/* Parameters of database clients that may stand in main.cf as NAME_suffix: ldap_table(5) etc. */
static const struct database {
    const char *type, *suffixes;
} databases[] = {
    { "ldap", "bind bind_dn bind_pw cache cache_expiry cache_size chase_referrals debuglevel "
              "dereference domain expansion_limit leaf_result_attribute query_filter "
              "recursion_limit result_attribute result_filter result_format sasl_authz_id "
              "sasl_mechs sasl_minssf sasl_realm scope search_base server_host server_port "
              "size_limit special_result_attribute start_tls terminal_result_attribute timeout "
              "tls_ca_cert_dir tls_ca_cert_file tls_cert tls_cipher_suite tls_key tls_random_file "
              "tls_require_cert version" },
    { "mysql", "additional_conditions dbname domain expansion_limit hosts option_file option_group "
               "password query require_result_set result_format select_field table tls_CAfile "
               "tls_CApath tls_cert_file tls_ciphers tls_key_file tls_verify_cert user "
               "where_field" },
    { "pgsql", "additional_conditions dbname domain expansion_limit hosts password query "
               "result_format select_field select_function table user where_field" },
    { "sqlite", "additional_conditions dbpath domain expansion_limit query result_format "
                "select_field table where_field" },
    { "memcache", "backup data_size_limit domain flags key_format line_size_limit max_try memcache "
                  "retry_pause timeout ttl" },
};

/* Whose values are being read: main.cf's, or those of one service's name space. */
struct scan {
    struct parameter_names *names;
    struct config *config;
    const struct master_service *services;
    size_t service_count;
    const struct master_service *local; /* NULL: main.cf */
    struct fault *fault;
    unsigned depth;
};

static struct parameter_name *at_name(struct parameter_names *names, struct slice name)
{
    sym number = intern_add(&names->texts, name);
    while (names->count <= number) {
        GROW(names->items, names->count, names->capacity);
        names->items[names->count++] = (struct parameter_name){ 0 };
    }
    return &names->items[number];
}

struct parameter_name parameter_names_find(const struct parameter_names *names, struct slice name)
{
    sym number = intern_find(&names->texts, name);
    if (number == SYM_NONE || number >= names->count)
        return (struct parameter_name){ 0 };
    return names->items[number];
}

static void add_builtin(struct parameter_names *names, int version)
{
    size_t count;
    const struct parameter *rows = parameter_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if (!parameter_is_known(&rows[i], version))
            continue;
        struct parameter_name *item = at_name(names, slice_of(rows[i].name));
        item->class = rows[i].kind == PARAMETER_LEGACY ? NAME_LEGACY : NAME_BUILTIN;
        item->is_raw = rows[i].kind == PARAMETER_RAW;
    }
}

static void add_suffix(struct parameter_names *names, struct slice service,
                       const struct service_suffix *suffix)
{
    struct slice name = arena_format(&names->arena, "%.*s%s", SLICE_FMT(service), suffix->suffix);
    struct parameter_name *item = at_name(names, name);
    if (item->class == NAME_UNKNOWN)
        item->value = slice_of(suffix->value);
    item->class = NAME_SERVICE;
}

static void add_service(struct parameter_names *names, const struct master_service *service)
{
    for (size_t i = 0; i < COUNT(programs); i++) {
        if (!slice_is(service->command, programs[i].name))
            continue;
        if (programs[i].runs_commands)
            add_suffix(names, service->name, &time_suffix);
        for (size_t k = 0; programs[i].delivers && k < COUNT(delivery_suffixes); k++)
            add_suffix(names, service->name, &delivery_suffixes[k]);
    }
}

/* The value that the local name space gives a name; services of one name and type share theirs. */
static bool find_local(const struct scan *scan, struct slice name, struct slice *value)
{
    bool found = false;
    for (size_t i = 0; scan->local && i < scan->service_count; i++) {
        const struct master_service *service = &scan->services[i];
        if (!slice_equal(service->name, scan->local->name) ||
            !slice_equal(service->type, scan->local->type))
            continue;
        for (size_t k = 0; k < service->override_count; k++)
            if (slice_equal(service->overrides[k].name, name)) {
                *value = service->overrides[k].value;
                found = true;
            }
    }
    return found;
}

static bool find_main(const struct scan *scan, struct slice name, struct slice *value)
{
    char text[512];
    if (name.len >= sizeof text)
        return false;
    memcpy(text, name.at, name.len);
    text[name.len] = 0;
    bool found = config_is_set(scan->config, text);
    if (found)
        *value = config_raw(scan->config, text);
    return found;
}

/* A name was referred to: it is valid when main.cf sets it. */
static void use_name(struct scan *scan, struct slice name)
{
    struct slice value;
    if (name.len == 0 || find_local(scan, name, &value) || !find_main(scan, name, &value))
        return;
    struct parameter_name *item = at_name(scan->names, name);
    if (item->class == NAME_UNKNOWN)
        item->class = NAME_USER;
}

static bool look_up_use(void *context, struct slice name, struct slice *value)
{
    (void)value;
    use_name(context, name);
    return false;
}

static void scan_value(struct scan *scan, struct slice value)
{
    struct expand_options options = { .lookup = look_up_use,
                                      .context = scan,
                                      .scan = true,
                                      .version = config_version(scan->config) };
    struct expand_outcome ignored; /* postconf only warns here */
    expand_text(NULL, value, &options, &ignored);
}

/* Values of one name space alone: what smtpd_restriction_classes is expanded with. */
static bool look_up_space(void *context, struct slice name, struct slice *value)
{
    const struct scan *scan = context;
    return scan->local ? find_local(scan, name, value) : find_main(scan, name, value);
}

/* A parameter's default as postconf sees it; false when the name has none. */
bool parameter_names_default(const struct parameter_names *names, struct config *config,
                             struct slice name, struct slice *value)
{
    struct parameter_name known = parameter_names_find(names, name);
    const struct parameter *row = parameter_find(name);
    if (known.class == NAME_UNKNOWN)
        return false;
    if (known.value.at)
        *value = known.value;
    else if (!row)
        return false;
    else if (row->kind == PARAMETER_MACHINE)
        *value = config_value(config, row->name);
    else
        *value = slice_of(parameter_default(row, config_version(config)));
    return true;
}

static bool look_up_all(void *context, struct slice name, struct slice *value)
{
    const struct scan *scan = context;
    return find_local(scan, name, value) || find_main(scan, name, value) ||
           parameter_names_default(scan->names, scan->config, name, value);
}

/* Expands value; the caller releases out. */
static bool expand_value(struct scan *scan, expand_lookup_fn lookup, struct slice value,
                         struct buffer *out)
{
    struct expand_options options = {
        .lookup = lookup, .context = scan, .recurse = true, .version = config_version(scan->config)
    };
    struct expand_outcome outcome;
    buffer_init(out, VALUE_MAX);
    return expand_text(out, value, &options, &outcome) ||
           fault_set(scan->fault, FAULT_INPUT, config_main_path(scan->config), 0,
                     "macro processing error: %s", outcome.error);
}

static bool scan_classes(struct scan *scan)
{
    static const struct slice name = SLICE("smtpd_restriction_classes");
    struct slice value, word, rest;
    struct buffer out;
    if (!look_up_space(scan, name, &value))
        return true;
    bool good = expand_value(scan, look_up_space, value, &out);
    rest = buffer_slice(&out);
    while (good && slice_next_word(&rest, ", \t\r\n", &word))
        use_name(scan, word);
    buffer_release(&out);
    return good;
}

static void use_database(struct scan *scan, const struct database *database, struct slice prefix)
{
    struct slice suffixes = slice_of(database->suffixes), suffix;
    while (slice_next_word(&suffixes, " ", &suffix)) {
        char name[512];
        if (prefix.len + suffix.len + 1 >= sizeof name)
            continue;
        memcpy(name, prefix.at, prefix.len);
        name[prefix.len] = '_';
        memcpy(name + prefix.len + 1, suffix.at, suffix.len);
        use_name(scan, slice_make(name, prefix.len + 1 + suffix.len));
    }
}

/* Looks for "type:name" of a database type in a list, inside braces too. */
static void scan_databases(struct scan *scan, struct slice list)
{
    struct slice word, inside;
    const char *error;
    if (scan->depth > NESTING_MAX)
        return;
    scan->depth++;
    while (word_next(&list, &word)) {
        if (word.at[0] == '{') {
            word_unbrace(word, &inside, &error);
            scan_databases(scan, inside);
            continue;
        }
        size_t colon = slice_index(word, ':');
        while (colon < word.len && slice_is(slice_head(word, colon), "proxy")) {
            word = slice_skip(word, colon + 1);
            colon = slice_index(word, ':');
        }
        struct slice type = slice_head(word, colon), name = slice_skip(word, colon + 1);
        if (colon == word.len || (name.len && (name.at[0] == '/' || name.at[0] == '.')))
            continue;
        if (name.len && name.at[0] == '{') {
            word_unbrace(name, &inside, &error);
            scan_databases(scan, inside);
            continue;
        }
        for (size_t i = 0; i < COUNT(databases); i++)
            if (slice_is(type, databases[i].type))
                use_database(scan, &databases[i], name);
    }
    scan->depth--;
}

/* One name = value of a name space. */
static bool scan_setting(struct scan *scan, struct slice name, struct slice value)
{
    struct parameter_name known = parameter_names_find(scan->names, name);
    const struct parameter *row = parameter_find(name);
    bool good = true;
    if (row && row->kind == PARAMETER_READONLY && known.class != NAME_UNKNOWN)
        return true;
    if (known.class == NAME_LEGACY)
        at_name(scan->names, name)->class = NAME_USER;
    if (known.is_raw)
        return true;
    scan_value(scan, value);
    if (known.class == NAME_BUILTIN || known.class == NAME_SERVICE) {
        struct buffer out;
        good = expand_value(scan, look_up_all, value, &out);
        if (good)
            scan_databases(scan, buffer_slice(&out));
        buffer_release(&out);
    }
    return good;
}

static bool visit_setting(void *context, struct slice name, struct slice raw)
{
    struct scan *scan = context;
    return scan_setting(scan, name, raw);
}

static bool scan_services(struct scan *scan)
{
    for (size_t i = 0; i < scan->service_count; i++) {
        const struct master_service *service = &scan->services[i];
        if (service->override_count == 0)
            continue;
        scan->local = service;
        if (!scan_classes(scan))
            return false;
        for (size_t k = 0; k < service->override_count; k++) {
            struct slice value = service->overrides[k].value;
            find_local(scan, service->overrides[k].name, &value);
            if (!scan_setting(scan, service->overrides[k].name, value))
                return false;
        }
    }
    scan->local = NULL;
    return true;
}

static void scan_defaults(struct scan *scan)
{
    struct parameter_names *names = scan->names;
    struct slice value;
    for (uint32_t i = SYM_EMPTY; i < names->count; i++) {
        struct slice name = intern_text(&names->texts, i);
        struct parameter_name known = names->items[i];
        if (known.class == NAME_UNKNOWN || known.is_raw || find_main(scan, name, &value))
            continue;
        const struct parameter *row = parameter_find(name);
        if (known.value.at)
            scan_value(scan, known.value);
        else if (row && row->kind != PARAMETER_MACHINE)
            scan_value(scan, slice_of(parameter_default(row, config_version(scan->config))));
    }
}

bool parameter_names_init(struct parameter_names *names, struct config *config, struct fault *fault)
{
    struct scan scan = { .names = names, .config = config, .fault = fault };
    *names = (struct parameter_names){ 0 };
    arena_init(&names->arena);
    intern_init(&names->texts);
    scan.services = config_services(config, &scan.service_count);
    add_builtin(names, config_version(config));
    for (size_t i = 0; i < scan.service_count; i++)
        add_service(names, &scan.services[i]);
    if (!scan_services(&scan))
        return false;
    scan_defaults(&scan);
    if (!scan_classes(&scan))
        return false;
    config_each_setting(config, visit_setting, &scan);
    return !fault_is_set(fault);
}

void parameter_names_release(struct parameter_names *names)
{
    arena_release(&names->arena);
    intern_release(&names->texts);
    free(names->items);
    *names = (struct parameter_names){ 0 };
}
