#include "analyzer/policy/screen_settings.h"

#include "analyzer/policy/address_filter.h"
#include "base/domain_name.h"
#include "base/xalloc.h"
#include "parsers/config/master_cf.h"

#define BLANKS ", \t\r\n"
#define SECOND ((int64_t)1000000)
enum { NEW_WORDS_VERSION = 306 };

/* clang-format off */
static const struct {
    const char *action, *old_action, *enable, *ttl;
} tests[SCREEN_TESTS] = {
    [SCREEN_DENYLIST]     = { "postscreen_denylist_action", "postscreen_blacklist_action", NULL, NULL },
    [SCREEN_GREET]        = { "postscreen_greet_action", NULL, NULL, NULL },
    [SCREEN_DNSBL]        = { "postscreen_dnsbl_action", NULL, NULL, NULL },
    [SCREEN_BARE_NEWLINE] = { "postscreen_bare_newline_action", NULL, "postscreen_bare_newline_enable",
                              "postscreen_bare_newline_ttl" },
    [SCREEN_NON_SMTP]     = { "postscreen_non_smtp_command_action", NULL,
                              "postscreen_non_smtp_command_enable", "postscreen_non_smtp_command_ttl" },
    [SCREEN_PIPELINING]   = { "postscreen_pipelining_action", NULL, "postscreen_pipelining_enable",
                              "postscreen_pipelining_ttl" },
};
/* clang-format on */

const char *screen_action_name(enum screen_test test)
{
    return tests[test].action;
}

const char *screen_enable_name(enum screen_test test)
{
    return tests[test].enable;
}

/* The value under the name that the version knows. */
static const char *name_for(const struct config *config, const char *name, const char *old)
{
    return old && config_version(config) < NEW_WORDS_VERSION ? old : name;
}

static bool refuse(const struct config *config, const char *name, struct fault *fault,
                   const char *what, struct slice text)
{
    const char *file;
    uint64_t line;

    config_origin(config, name, &file, &line);
    return fault_set(fault, FAULT_INPUT, file, line, "bad %s \"%.*s\" in %s; see postscreen(8)",
                     what, SLICE_FMT(slice_head(text, 200)), name);
}

static bool read_actions(struct screen_settings *settings, struct config *config,
                         struct fault *fault)
{
    static const char *const words[] = {
        [SCREEN_IGNORE] = "ignore", [SCREEN_ENFORCE] = "enforce", [SCREEN_DROP] = "drop"
    };

    for (unsigned i = 0; i < SCREEN_TESTS; i++) {
        const char *name = name_for(config, tests[i].action, tests[i].old_action);
        struct slice value = config_value(config, name);
        bool known = value.len == 0 && name != tests[i].action; /* an old name has no default */
        for (unsigned k = 0; k < COUNT(words); k++) {
            /* "continue" is an old word for "ignore" */
            if (!slice_is(value, words[k]) && !(k == SCREEN_IGNORE && slice_is(value, "continue")))
                continue;
            settings->actions[i] = (enum screen_action)k;
            known = true;
        }
        if (!known)
            return refuse(config, name, fault, "action", value);
        settings->enabled[i] = !tests[i].enable || config_bool(config, tests[i].enable);
    }
    settings->enabled[SCREEN_GREET] = config_value(config, "postscreen_greet_banner").len > 0;
    return true;
}

static bool read_weight(struct slice text, int64_t *weight)
{
    bool negative = text.len && text.at[0] == '-';
    uint64_t number;

    text = slice_trim(text);
    if (text.len && (text.at[0] == '-' || text.at[0] == '+'))
        text = slice_skip(text, 1);
    if (!slice_to_u64(text, &number) || number > INT32_MAX)
        return false;
    *weight = negative ? -(int64_t)number : (int64_t)number;
    return true;
}

/* "zone=filter*weight" in its parts; filter and weight are "no text" when they are not there. */
static struct slice split_site(struct slice text, struct slice *filter, struct slice *weight)
{
    size_t star = slice_index(text, '*');
    struct slice domain = slice_head(text, star);
    size_t equals = slice_index(domain, '=');

    *filter = equals < domain.len ? slice_skip(domain, equals + 1) : slice_of(NULL);
    *weight = star < text.len ? slice_skip(text, star + 1) : slice_of(NULL);
    return slice_head(domain, equals);
}

static bool read_site(const struct config *config, struct arena *arena, struct slice text,
                      struct screen_site *site, struct fault *fault)
{
    static const char name[] = "postscreen_dnsbl_sites";
    struct slice filter, weight, zone = split_site(text, &filter, &weight);

    *site = (struct screen_site){ .weight = 1 };
    if (weight.at && !read_weight(weight, &site->weight))
        return refuse(config, name, fault, "DNSBL weight factor", text);
    site->filter = arena_copy(arena, filter);
    if (filter.at && !address_filter_is_valid(site->filter))
        return refuse(config, name, fault, "DNSBL filter syntax", text);
    site->zone = arena_copy(arena, zone);
    if (!domain_is_valid_hostname(site->zone))
        return refuse(config, name, fault, "DNSBL domain name", text);
    return true;
}

static bool read_sites(struct screen_settings *settings, struct config *config, struct arena *arena,
                       struct fault *fault)
{
    struct slice value = config_value(config, "postscreen_dnsbl_sites"), rest = value, word;
    const char *allow = name_for(config, "postscreen_dnsbl_allowlist_threshold",
                                 "postscreen_dnsbl_whitelist_threshold");
    size_t count = 0;

    while (slice_next_word(&rest, BLANKS, &word))
        count++;
    settings->sites = ARENA_ARRAY(arena, struct screen_site, count + 1);
    for (rest = value; slice_next_word(&rest, BLANKS, &word);)
        if (!read_site(config, arena, word, &settings->sites[settings->site_count++], fault))
            return false;
    settings->enabled[SCREEN_DNSBL] = settings->site_count > 0;
    settings->threshold = config_int(config, "postscreen_dnsbl_threshold");
    settings->allow_threshold = config_value(config, allow).len ? config_int(config, allow) : 0;
    return true;
}

static void read_access(struct screen_settings *settings, struct config *config,
                        struct arena *arena, struct table_set *tables)
{
    struct slice value = config_value(config, "postscreen_access_list"), rest = value, word;
    size_t count = 0;

    while (word_next(&rest, &word))
        count++;
    settings->access = ARENA_ARRAY(arena, struct slice, count + 1);
    settings->access_tables = ARENA_ARRAY(arena, struct policy_table *, count + 1);
    for (rest = value; word_next(&rest, &word);) {
        struct slice kept = arena_copy(arena, word);
        settings->access_tables[settings->access_count] =
            slice_index(kept, ':') < kept.len ? table_set_open(tables, kept, true) : NULL;
        settings->access[settings->access_count++] = kept;
    }
}

static void read_lists(struct screen_settings *settings, struct config *config, struct arena *arena,
                       struct table_set *tables)
{
    const char *name =
        name_for(config, "postscreen_allowlist_interfaces", "postscreen_whitelist_interfaces");
    struct slice interfaces = slice_trim(config_value(config, name));

    settings->all_interfaces = interfaces.len == 0 || slice_is(interfaces, "static:all");
    settings->interfaces = name_list_open(arena, interfaces, tables, false);
}

static void read_times(struct screen_settings *settings, struct config *config)
{
    settings->wait_us = config_int(config, "postscreen_greet_wait") * SECOND;
    for (unsigned i = 0; i < SCREEN_TESTS; i++) {
        if (!tests[i].ttl || !settings->enabled[i])
            continue;
        int64_t ttl = config_int(config, tests[i].ttl) * SECOND;
        if (!settings->cache_us || ttl < settings->cache_us)
            settings->cache_us = ttl;
    }
}

static bool is_ours(void *context, struct slice name, struct slice raw)
{
    bool *found = context;

    (void)raw;
    *found = *found || slice_starts(name, "postscreen_");
    return !*found;
}

/* The configuration as postscreen sees it. Without master.cf the parameters must speak for themselves:
 * who sets them has a postscreen. */
static struct config *open_config(const struct config *config, unsigned *families,
                                  struct diagnostics *remarks)
{
    struct config *own = config_for_postscreen(config, families);
    bool set = false;
    size_t services;

    if (own)
        return own;
    config_each_setting(config, is_ours, &set);
    config_services(config, &services);
    if (set && services && remarks)
        diagnostics_add(remarks, 1, "postscreen_not_running",
                        "postscreen_* parameters are set, but master.cf has no postscreen on port "
                        "25: they have no effect");
    if (!set || services)
        return NULL;
    if (remarks)
        diagnostics_add(remarks, 1, "assumed_postscreen",
                        "postscreen_* parameters are set and there is no master.cf: postscreen is "
                        "taken to serve port 25");
    *families = MASTER_IPV4 | MASTER_IPV6;
    return config_copy(config);
}

bool screen_settings_init(struct screen_settings *settings, const struct config *config,
                          struct arena *arena, struct table_set *tables,
                          struct diagnostics *remarks, struct fault *fault)
{
    *settings = (struct screen_settings){ .active = false };
    struct config *own = open_config(config, &settings->families, remarks);
    if (!own)
        return true;
    settings->active = true;
    bool good = read_actions(settings, own, fault) && read_sites(settings, own, arena, fault);
    read_access(settings, own, arena, tables);
    read_lists(settings, own, arena, tables);
    read_times(settings, own);
    config_free(own);
    return good;
}

static bool holds_word(struct slice words, struct slice wanted)
{
    struct slice word;

    while (slice_next_word(&words, " ", &word))
        if (slice_equal_fold(word, wanted))
            return true;
    return false;
}

struct screen_outline screen_outline_of(const struct config *config, struct arena *arena)
{
    unsigned families;
    struct config *own = config_for_postscreen(config, &families);
    struct screen_outline outline = { .zones = { "", 0 } };
    struct slice word;

    if (!own)
        return outline;
    struct slice rest = config_value(own, "postscreen_dnsbl_sites");
    while (slice_next_word(&rest, BLANKS, &word)) {
        struct slice filter, weight, zone = split_site(word, &filter, &weight);
        if (holds_word(outline.zones, zone))
            continue;
        outline.zones = arena_format(arena, "%.*s%s%.*s", SLICE_FMT(outline.zones),
                                     outline.zones.len ? " " : "", SLICE_FMT(zone));
    }
    for (unsigned i = 0; i < SCREEN_TESTS; i++) {
        const char *action = name_for(own, tests[i].action, tests[i].old_action);
        outline.drops[i] = slice_is(config_value(own, action), "drop");
        outline.deep_tests |= tests[i].enable && config_bool(own, tests[i].enable);
    }
    config_free(own);
    return outline;
}
