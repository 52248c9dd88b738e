#include "parsers/config/config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/intern.h"
#include "base/xalloc.h"
#include "parsers/config/expand.h"
#include "parsers/config/machine_defaults.h"
#include "parsers/config/main_cf.h"
#include "parsers/config/master_cf.h"
#include "parsers/config/parameter_table.h"
#include "parsers/config/settings.h"
#include "parsers/config/text_file.h"
#include "parsers/config/word_list.h"

enum { VERSION_DEFAULT = 307, VALUE_MAX = 16 << 20, NAMES_MAX = 1000000 };

/* Whose eyes look: the chosen smtpd, or the daemons that do not see its -o. */
enum scope { SCOPE_SERVICE, SCOPE_GLOBAL, SCOPES };

/* A value that was asked for; generation tells whether it is still true. */
struct answer {
    struct slice value;
    const char *machine; /* the machine default it rests on, or NULL */
    uint64_t generation;
};

struct config {
    struct arena arena;
    struct settings overlay, service, main;
    struct master_cf master;
    const struct master_service *chosen;
    struct slice main_path, master_path, directory;
    int version;
    uint64_t generation; /* counts changes */
    struct intern asked;
    struct answer *answers[SCOPES]; /* by sym */
    uint32_t answer_capacity[SCOPES];
    struct fault broken; /* the first macro that Postfix would refuse */
};

struct config *config_new_default(void)
{
    struct config *config = xcalloc(1, sizeof *config);
    arena_init(&config->arena);
    settings_init(&config->overlay);
    settings_init(&config->service);
    settings_init(&config->main);
    intern_init(&config->asked);
    config->version = VERSION_DEFAULT;
    config->generation = 1;
    config->directory = slice_make("", 0);
    return config;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    settings_release(&config->overlay);
    settings_release(&config->service);
    settings_release(&config->main);
    intern_release(&config->asked);
    for (unsigned scope = 0; scope < SCOPES; scope++)
        free(config->answers[scope]);
    arena_release(&config->arena);
    free(config);
}

/* Copies of the services: their texts must live where the copy lives. */
static void copy_master(struct config *to, const struct config *from)
{
    struct arena *arena = &to->arena;
    size_t count = from->master.count;
    struct master_service *services = ARENA_ARRAY(arena, struct master_service, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct master_service *old = &from->master.services[i];
        struct master_override *overrides =
            ARENA_ARRAY(arena, struct master_override, old->override_count + 1);
        for (size_t k = 0; k < old->override_count; k++) {
            overrides[k].name = arena_copy(arena, old->overrides[k].name);
            overrides[k].value = arena_copy(arena, old->overrides[k].value);
        }
        services[i] = *old;
        services[i].name = arena_copy(arena, old->name);
        services[i].type = arena_copy(arena, old->type);
        services[i].command = arena_copy(arena, old->command);
        services[i].chroot = arena_copy(arena, old->chroot);
        services[i].maxproc = arena_copy(arena, old->maxproc);
        services[i].overrides = overrides;
        if (old == from->chosen)
            to->chosen = &services[i];
    }
    to->master = (struct master_cf){ services, count };
}

struct config *config_copy(const struct config *config)
{
    struct config *copy = config_new_default();
    settings_merge(&copy->overlay, &config->overlay);
    settings_merge(&copy->service, &config->service);
    settings_merge(&copy->main, &config->main);
    copy_master(copy, config);
    copy->master_path = arena_copy(&copy->arena, config->master_path);
    copy->directory = arena_copy(&copy->arena, config->directory);
    copy->version = config->version;
    return copy;
}

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_there(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

static bool load_main(struct config *config, struct slice path, struct diagnostics *notes,
                      struct fault *fault)
{
    struct slice text;
    config->main_path = path;
    return text_file_read(&config->arena, path.at, &text, fault) &&
           main_cf_parse(&config->main, text, path.at, notes, fault);
}

static bool load_master(struct config *config, struct slice path, struct diagnostics *notes,
                        struct fault *fault)
{
    struct slice text;
    if (!is_there(path.at))
        return true;
    config->master_path = path;
    return text_file_read(&config->arena, path.at, &text, fault) &&
           master_cf_parse(&config->arena, text, path.at, &config->master, notes, fault);
}

static bool open_directory(struct config *config, const char *path, struct diagnostics *notes,
                           struct fault *fault)
{
    config->directory = arena_copy(&config->arena, slice_of(path));
    struct slice main_path = arena_format(&config->arena, "%s/main.cf", path);
    struct slice master_path = arena_format(&config->arena, "%s/master.cf", path);
    if (!is_there(main_path.at))
        return fault_set(fault, FAULT_INPUT, path, 0,
                         "no main.cf in this directory; give Postfix's configuration directory");
    /* Programs told by -c where to look know the place as this parameter (postconf -n prints it). */
    settings_set(&config->main, slice_of("config_directory"), config->directory, path, 0);
    return load_main(config, main_path, notes, fault) &&
           load_master(config, master_path, notes, fault);
}

static bool open_file(struct config *config, const char *path, struct diagnostics *notes,
                      struct fault *fault)
{
    struct arena *arena = &config->arena;
    struct slice file = arena_copy(arena, slice_of(path));
    size_t slash = slice_last_index(file, '/');
    struct slice last = slash < file.len ? slice_skip(file, slash + 1) : file;
    config->directory = slash == file.len ? slice_of(".") : slice_head(file, slash ? slash : 1);
    config->directory = arena_copy(arena, config->directory);
    if (strcmp(path, "-") == 0)
        config->directory = slice_make("", 0);
    if (!load_main(config, file, notes, fault))
        return false;
    return !slice_is(last, "main.cf") ||
           load_master(config, arena_format(arena, "%.*s/master.cf", SLICE_FMT(config->directory)),
                       notes, fault);
}

struct config *config_open(const char *path, struct diagnostics *notes, struct fault *fault)
{
    struct config *config = config_new_default();
    bool good = is_directory(path) ? open_directory(config, path, notes, fault)
                                   : open_file(config, path, notes, fault);
    if (good)
        return config;
    config_free(config);
    return NULL;
}

bool config_overlay_file(struct config *config, const char *path, struct diagnostics *notes,
                         struct fault *fault)
{
    struct slice text;
    config->generation++;
    return text_file_read(&config->arena, path, &text, fault) &&
           main_cf_parse(&config->overlay, text, path, notes, fault);
}

bool config_overlay_line(struct config *config, struct slice name_eq_value, const char *origin,
                         struct fault *fault)
{
    struct slice name, value;
    struct slice text = slice_head(name_eq_value, slice_index(name_eq_value, 0));
    const char *error = word_split_assignment(text, &name, &value);
    if (error)
        return fault_set(fault, FAULT_USAGE, origin, 0, "%s: \"%.*s\"; give name=value", error,
                         SLICE_FMT(slice_head(text, 200)));
    settings_set(&config->overlay, name, value, origin, 0);
    config->generation++;
    return true;
}

void config_overlay_set(struct config *config, const char *name, struct slice value,
                        const char *origin)
{
    settings_set(&config->overlay, slice_of(name), value, origin, 0);
    config->generation++;
}

/* Puts the -o of a service (NULL: none) in force. */
static void choose(struct config *config, const struct master_service *service)
{
    config->chosen = service;
    settings_release(&config->service);
    settings_init(&config->service);
    config->generation++;
    for (size_t i = 0; service && i < service->override_count; i++)
        settings_set(&config->service, service->overrides[i].name, service->overrides[i].value,
                     config->master_path.at, service->line);
}

bool config_choose_service(struct config *config, const char *service, struct fault *fault)
{
    choose(config, service ? master_cf_find(&config->master, slice_of(service))
                           : master_cf_port_25(&config->master));
    if (service && !config->chosen)
        return fault_set(fault, FAULT_USAGE, "--service", 0,
                         "master.cf has no service \"%s\"; give the first word of its line",
                         service);
    return true;
}

struct slice config_service_name(const struct config *config)
{
    return config->chosen ? config->chosen->name : slice_make("", 0);
}

struct slice config_service_type(const struct config *config)
{
    return config->chosen ? config->chosen->type : slice_make("", 0);
}

struct config *config_for_postscreen(const struct config *config, unsigned *families)
{
    if (!master_cf_postscreen(&config->master, families))
        return NULL;
    struct config *copy = config_copy(config);
    choose(copy, master_cf_postscreen(&copy->master, families));
    return copy;
}

const struct master_service *config_services(const struct config *config, size_t *count)
{
    *count = config->master.count;
    return config->master.services;
}

struct slice config_directory(const struct config *config)
{
    return config->directory;
}

void config_set_version(struct config *config, int major, int minor)
{
    config->version = major * 100 + minor;
    config->generation++;
}

int config_version(const struct config *config)
{
    return config->version;
}

/* The setting in force, NULL when only the default is. */
static const struct setting *find_set(const struct config *config, struct slice name,
                                      enum scope scope)
{
    const struct parameter *row = parameter_find(name);
    if (row && row->kind == PARAMETER_READONLY)
        return NULL;
    const struct setting *found = settings_find(&config->overlay, name);
    if (!found && scope == SCOPE_SERVICE)
        found = settings_find(&config->service, name);
    return found ? found : settings_find(&config->main, name);
}

bool config_is_set(const struct config *config, const char *name)
{
    return find_set(config, slice_of(name), SCOPE_SERVICE) != NULL;
}

void config_origin(const struct config *config, const char *name, const char **file, uint64_t *line)
{
    const struct setting *found = find_set(config, slice_of(name), SCOPE_SERVICE);
    *file = found ? found->file : "default";
    *line = found ? found->line : 0;
}

const char *config_main_path(const struct config *config)
{
    return config->main_path.at ? config->main_path.at : "main.cf";
}

void config_each_setting(const struct config *config,
                         bool (*visit)(void *context, struct slice name, struct slice raw),
                         void *context)
{
    const struct settings *const layers[] = { &config->main, &config->overlay };
    for (size_t k = 0; k < COUNT(layers); k++)
        for (uint32_t i = 0; i < layers[k]->count; i++) {
            const struct setting *item = &layers[k]->items[i];
            bool shadowed = k == 0 && item->value.at && settings_find(layers[1], item->name);
            if (item->value.at && !shadowed && !visit(context, item->name, item->value))
                return;
        }
}

/* One expansion under way. */
struct expansion {
    struct config *config;
    enum scope scope;
    const char *machine; /* the machine default that was used, or NULL */
};

/* Only what is set: the machine defaults must not lead back to themselves. */
static bool look_up_set(void *context, struct slice name, struct slice *value)
{
    const struct expansion *expansion = context;
    const struct setting *found = find_set(expansion->config, name, expansion->scope);
    if (found)
        *value = found->value;
    return found != NULL;
}

static struct slice expand_with(struct expansion *expansion, expand_lookup_fn lookup,
                                struct slice text)
{
    struct config *config = expansion->config;
    struct expand_options options = {
        .lookup = lookup, .context = expansion, .recurse = true, .version = config->version
    };
    struct expand_outcome outcome;
    struct buffer out;
    buffer_init(&out, VALUE_MAX);
    bool good = expand_text(&out, text, &options, &outcome);
    if (!good)
        fault_set(&config->broken, FAULT_INPUT, config_main_path(config), 0, "%s", outcome.error);
    struct slice value =
        arena_copy(&config->arena, slice_make(out.at ? out.at : "", good ? out.len : 0));
    buffer_release(&out);
    return value;
}

/* The set value of a name, expanded without defaults; false when it is not set. */
static bool set_value(struct expansion *expansion, const char *name, struct slice *value)
{
    const struct setting *found = find_set(expansion->config, slice_of(name), expansion->scope);
    if (found)
        *value = expand_with(expansion, look_up_set, found->value);
    return found != NULL;
}

static bool look_up(void *context, struct slice name, struct slice *value);

static struct slice default_networks(struct expansion *expansion)
{
    struct config *config = expansion->config;
    struct slice interfaces, style, protocols, networks = slice_make("", 0);
    char what[512];
    /* What is set is expanded with what is set alone, as Postfix does here. */
    if (!set_value(expansion, "inet_interfaces", &interfaces))
        interfaces = slice_of("all");
    if (!set_value(expansion, "mynetworks_style", &style))
        style = expand_with(expansion, look_up, slice_of("$mynetworks_style"));
    if (!set_value(expansion, "inet_protocols", &protocols))
        protocols = expand_with(expansion, look_up, slice_of("$inet_protocols"));
    if (!machine_networks(&config->arena, interfaces, style, protocols, &networks, what))
        fault_set(&config->broken, FAULT_INPUT, config_main_path(config), 0, "%s", what);
    return networks;
}

static struct slice machine_default(struct expansion *expansion, const char *name)
{
    struct config *config = expansion->config;
    struct slice host, domain = slice_of("localdomain");
    set_value(expansion, "mydomain", &domain);
    if (strcmp(name, "mynetworks") == 0)
        return default_networks(expansion);
    if (!set_value(expansion, "myhostname", &host))
        host = machine_hostname(&config->arena, domain);
    if (strcmp(name, "myhostname") == 0)
        return host;
    size_t dot = slice_index(host, '.');
    return dot < host.len ? slice_skip(host, dot + 1) : slice_of("localdomain");
}

/* A parameter's unexpanded value in force: set, or the default. */
static bool look_up(void *context, struct slice name, struct slice *value)
{
    struct expansion *expansion = context;
    struct config *config = expansion->config;
    if (look_up_set(expansion, name, value))
        return true;
    const struct parameter *row = parameter_find(name);
    if (!row || !parameter_is_known(row, config->version))
        return false;
    if (row->kind != PARAMETER_MACHINE) {
        *value = slice_of(parameter_default(row, config->version));
        return true;
    }
    /* mydomain follows from a myhostname that is set */
    if (strcmp(row->name, "mydomain") != 0 ||
        !find_set(config, slice_of("myhostname"), expansion->scope))
        expansion->machine = row->name;
    *value = machine_default(expansion, row->name);
    return true;
}

struct slice config_raw(const struct config *config, const char *name)
{
    const struct setting *found = find_set(config, slice_of(name), SCOPE_SERVICE);
    const struct parameter *row = parameter_find(slice_of(name));
    if (found)
        return found->value;
    if (!row || !parameter_is_known(row, config->version))
        return (struct slice){ NULL, 0 };
    return slice_of(parameter_default(row, config->version));
}

static const struct answer *ask(struct config *config, struct slice name, enum scope scope)
{
    sym number = intern_add(&config->asked, name);
    uint32_t capacity = config->answer_capacity[scope];
    if (number >= capacity) {
        uint32_t grown = number + 64;
        config->answers[scope] =
            xrealloc_array(config->answers[scope], grown, sizeof(struct answer));
        memset(config->answers[scope] + capacity, 0, (grown - capacity) * sizeof(struct answer));
        config->answer_capacity[scope] = grown;
    }
    struct answer *answer = &config->answers[scope][number];
    if (answer->generation == config->generation)
        return answer;
    struct expansion expansion = { config, scope, NULL };
    const struct parameter *row = parameter_find(name);
    struct slice raw = slice_make("", 0);
    /* To this version's programs a name of a later one is somebody's own. */
    bool found =
        (!row || parameter_is_known(row, config->version)) && look_up(&expansion, name, &raw);
    /* What the machine says is final. */
    bool is_final = row && (row->kind == PARAMETER_RAW ||
                            (row->kind == PARAMETER_MACHINE && !find_set(config, name, scope)));
    bool expands = found && !is_final;
    answer->value = expands ? expand_with(&expansion, look_up, raw) : raw;
    answer->machine = expansion.machine;
    answer->generation = config->generation;
    return answer;
}

struct slice config_value(struct config *config, const char *name)
{
    return ask(config, slice_of(name), SCOPE_SERVICE)->value;
}

struct slice config_value_global(struct config *config, const char *name)
{
    return ask(config, slice_of(name), SCOPE_GLOBAL)->value;
}

struct slice config_expand(struct config *config, struct slice text)
{
    struct expansion expansion = { config, SCOPE_SERVICE, NULL };
    return expand_with(&expansion, look_up, text);
}

bool config_rests_on_machine(struct config *config, const char *name)
{
    return ask(config, slice_of(name), SCOPE_SERVICE)->machine != NULL;
}

const char *config_machine_name(struct config *config, const char *name)
{
    const char *machine = ask(config, slice_of(name), SCOPE_SERVICE)->machine;
    return machine ? machine : "";
}

bool config_macro_fault(const struct config *config, struct fault *fault)
{
    if (fault_is_set(&config->broken) && !fault_is_set(fault))
        *fault = config->broken;
    return !fault_is_set(&config->broken);
}
