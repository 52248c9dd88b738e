#include "analyzer/policy/service_model.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/line_file.h"
#include "base/xalloc.h"

enum { PATH_MAX_BYTES = 1024, SPF_LINE_MAX = 1 << 20 };

static const char *const default_clients[] = { "/etc/postgrey/whitelist_clients",
                                               "/etc/postgrey/whitelist_clients.local" };
static const char *const default_recipients[] = { "/etc/postgrey/whitelist_recipients",
                                                  "/etc/postgrey/whitelist_recipients.local" };

static const struct {
    const char *name;
    enum service_kind kind;
} model_names[] = {
    { "dunno", MODEL_DUNNO },
    { "answers", MODEL_ANSWERS },
    { "policyd-spf", MODEL_POLICYD_SPF },
    { "spf-engine", MODEL_POLICYD_SPF },
    { "postgrey", MODEL_POSTGREY },
};

/* Pieces of the usual service names and sockets. */
static const struct {
    const char *piece;
    enum service_kind kind;
} usual[] = {
    { "policyd-spf", MODEL_POLICYD_SPF }, { "policy-spf", MODEL_POLICYD_SPF },
    { "spfpolicy", MODEL_POLICYD_SPF },   { "spf-policy", MODEL_POLICYD_SPF },
    { "postgrey", MODEL_POSTGREY },       { ":10023", MODEL_POSTGREY },
    { ":60000", MODEL_POSTGREY },
};

static const struct {
    const char *word;
    enum spf_strictness strictness;
} strictness_words[] = {
    { "Fail", SPF_REJECT_FAIL },
    { "Softfail", SPF_REJECT_SOFTFAIL },
    { "SPF_Not_Pass", SPF_REJECT_NOT_PASS },
    { "Null", SPF_REJECT_NULL },
    { "False", SPF_REJECT_NEVER },
    { "No_Check", SPF_NO_CHECK },
};

static bool set_strictness(enum spf_strictness *target, struct slice value)
{
    for (size_t i = 0; i < COUNT(strictness_words); i++)
        if (slice_equal_fold(value, slice_of(strictness_words[i].word))) {
            *target = strictness_words[i].strictness;
            return true;
        }
    return false;
}

static bool set_networks(struct spf_settings *spf, struct slice value)
{
    struct slice word;
    while (slice_next_word(&value, ", \t", &word)) {
        if (spf->skipped_count == COUNT(spf->skipped) ||
            !ip_prefix_parse(word, &spf->skipped[spf->skipped_count], NULL))
            return false;
        spf->skipped_count++;
    }
    return true;
}

static bool set_limit(struct spf_settings *spf, struct slice value)
{
    uint64_t number;
    if (!slice_to_u64(value, &number) || number > 1000)
        return false;
    spf->void_limit = (unsigned)number;
    spf->has_void_limit = true;
    return true;
}

/* One setting of policyd-spf.conf(5); true when it is understood, or has no say in the verdict. */
static bool set_spf(struct spf_settings *spf, struct slice name, struct slice value)
{
    static const char *const harmless[] = { "debugLevel",     "Header_Type",
                                            "Hide_Receiver",  "Authserv_Id",
                                            "Lookup_Time",    "QueueID",
                                            "Reason_Message", "Whitelist_Lookup_Time" };
    bool yes = slice_equal_fold(value, slice_of("True"));
    if (slice_is(name, "HELO_reject"))
        return set_strictness(&spf->helo, value);
    if (slice_is(name, "Mail_From_reject"))
        return set_strictness(&spf->mail_from, value);
    if (slice_is(name, "skip_addresses") || slice_is(name, "Whitelist"))
        return set_networks(spf, value);
    if (slice_is(name, "Void_Limit"))
        return set_limit(spf, value);
    if (slice_is(name, "resolver")) {
        spf->dnspython = slice_is(value, "dnspython");
        return spf->dnspython || slice_is(value, "py3dns");
    }
    if (slice_is(name, "SPF_Enhanced_Status_Codes"))
        spf->plain_codes = slice_equal_fold(value, slice_of("No"));
    else if (slice_is(name, "PermError_reject"))
        spf->permerror_rejects = yes;
    else if (slice_is(name, "TempError_Defer"))
        spf->temperror_defers = yes;
    else if (slice_is(name, "TestOnly") || slice_is(name, "defaultSeedOnly"))
        spf->test_only = slice_is(value, "0");
    else
        spf->has_unmodelled = value.len > 0;
    for (size_t i = 0; i < COUNT(harmless); i++)
        if (slice_is(name, harmless[i]))
            spf->has_unmodelled = false;
    return true;
}

/* "name = value" lines of a policyd-spf.conf. */
static bool read_spf_config(struct spf_settings *spf, const char *path, struct fault *fault)
{
    struct line_file file;
    struct slice line;
    bool good = true;
    if (!line_file_open(&file, path, "policyd-spf's configuration", SPF_LINE_MAX, fault))
        return false;
    while (good && line_file_next(&file, &line)) {
        struct slice text = slice_head(line, slice_index(line, '#'));
        size_t equals = slice_index(text, '=');
        if (file.is_cut ||
            (equals < text.len && !set_spf(spf, slice_trim(slice_head(text, equals)),
                                           slice_trim(slice_skip(text, equals + 1)))))
            good = fault_set(fault, FAULT_INPUT, path, file.number,
                             "not a value of policyd-spf.conf(5); correct it");
    }
    return line_file_close(&file, fault) && good;
}

static bool set_seconds(int64_t *target, struct slice value, int64_t unit)
{
    uint64_t number;
    bool hours = value.len && value.at[value.len - 1] == 'h';
    if (hours)
        value.len--;
    if (!slice_to_u64(value, &number) || number > 1000000)
        return false;
    *target = (int64_t)number * (hours ? 3600 : unit);
    return true;
}

static bool set_bits(uint8_t *target, struct slice value, unsigned most)
{
    uint64_t number;
    if (!slice_to_u64(value, &number) || number > most)
        return false;
    *target = (uint8_t)number;
    return true;
}

/* One long option of postgrey(8). */
static bool set_postgrey(struct service_model *model, struct slice name, struct slice value)
{
    struct greylist_options *options = &model->greylist;
    uint64_t number;
    if (slice_is(name, "delay"))
        return set_seconds(&options->delay_s, value, 1);
    if (slice_is(name, "max-age"))
        return set_seconds(&options->max_age_s, value, 86400);
    if (slice_is(name, "retry-window"))
        return set_seconds(&options->retry_window_s, value, 86400);
    if (slice_is(name, "ipv4cidr"))
        return set_bits(&options->ipv4_bits, value, 32);
    if (slice_is(name, "ipv6cidr"))
        return set_bits(&options->ipv6_bits, value, 128);
    if (slice_is(name, "lookup-by-host"))
        options->by_host = true;
    else if (slice_is(name, "auto-whitelist-clients") && slice_to_u64(value, &number) &&
             number < 1000000)
        options->auto_whitelist = (unsigned)number;
    else if (slice_is(name, "greylist-action"))
        model->immediate = slice_equal_fold(value, slice_of("DEFER"));
    else
        return slice_is(name, "lookup-by-subnet") || slice_is(name, "greylist-text");
    return true;
}

/* The path under --map-root when there is one. */
static void rooted_path(const struct service_models *models, const char *path,
                        char out[PATH_MAX_BYTES])
{
    const char *root = models->inputs->map_root;
    snprintf(out, PATH_MAX_BYTES, "%s%s", root ? root : "", path);
    FILE *file = root ? fopen(out, "rb") : NULL;
    if (file)
        fclose(file);
    else
        snprintf(out, PATH_MAX_BYTES, "%s", path);
}

static void read_default_list(struct service_models *models, struct service_model *model,
                              const char *path, bool recipients)
{
    char place[PATH_MAX_BYTES];
    struct fault missing = { .kind = FAULT_NONE };
    rooted_path(models, path, place);
    size_t len = strlen(path);
    bool local = len > 6 && strcmp(path + len - 6, ".local") == 0;
    if (!postgrey_whitelist_read(model->whitelist, place, recipients, models->remarks, &missing) &&
        !local)
        diagnostics_add(models->remarks, 1, "postgrey_whitelist",
                        "%s: postgrey's white list is not there: taken as empty; give it with "
                        "--map-root or whitelist-%s=FILE",
                        path, recipients ? "recipients" : "clients");
}

/* The lists that postgrey would read: those said, else its own two files of each kind. */
static void read_default_lists(struct service_models *models, struct service_model *model,
                               bool clients, bool recipients)
{
    for (size_t i = 0; i < COUNT(default_clients) && !clients; i++)
        read_default_list(models, model, default_clients[i], false);
    for (size_t i = 0; i < COUNT(default_recipients) && !recipients; i++)
        read_default_list(models, model, default_recipients[i], true);
}

static struct service_model *add_model(struct service_models *models, struct slice service,
                                       enum service_kind kind)
{
    GROW(models->items, models->count, models->capacity);
    struct service_model *model = &models->items[models->count++];
    *model = (struct service_model){ .service = arena_copy(&models->arena, service).at,
                                     .kind = kind,
                                     .greylist = greylist_default_options() };
    set_networks(&model->spf, slice_of("127.0.0.0/8,::ffff:127.0.0.0/104,::1"));
    if (kind == MODEL_POSTGREY)
        model->whitelist = postgrey_whitelist_new();
    return model;
}

/* One name=value of a --policy text. */
static bool take_setting(struct service_models *models, struct service_model *model,
                         struct slice setting, bool given[2], struct fault *fault)
{
    size_t equals = slice_index(setting, '=');
    struct slice name = slice_head(setting, equals), value = slice_skip(setting, equals + 1);
    const char *path = arena_copy(&models->arena, value).at;
    bool clients = slice_is(name, "whitelist-clients"),
         recipients = slice_is(name, "whitelist-recipients");
    bool good = false;
    if (model->kind == MODEL_POSTGREY && (clients || recipients)) {
        given[recipients] = true;
        return postgrey_whitelist_read(model->whitelist, path, recipients, models->remarks, fault);
    }
    if (model->kind == MODEL_POLICYD_SPF && slice_is(name, "config"))
        return read_spf_config(&model->spf, path, fault);
    if (model->kind == MODEL_POSTGREY)
        good = set_postgrey(model, name, value);
    else if (model->kind == MODEL_POLICYD_SPF)
        good = set_spf(&model->spf, name, value) && !model->spf.has_unmodelled;
    return good ||
           fault_set(
               fault, FAULT_USAGE, "--policy", 0,
               "'%.*s' is no setting of this model that is simulated; see docs/policy-services.md",
               SLICE_FMT(setting));
}

/* "SERVICE=MODEL[,name=value...]". */
static bool parse_policy(struct service_models *models, struct slice text, struct fault *fault)
{
    struct slice whole = text, word, rest;
    bool given[2] = { false, false };
    size_t equals = slice_index(text, '=');
    rest = slice_skip(text, equals + 1);
    if (equals == text.len || slice_is_empty(slice_trim(slice_head(text, equals))) ||
        !slice_next_word(&rest, ",", &word))
        return fault_set(fault, FAULT_USAGE, "--policy", 0,
                         "'%.*s' is not SERVICE=MODEL; write unix:postgrey/socket=postgrey",
                         SLICE_FMT(whole));
    for (size_t i = 0; i < COUNT(model_names); i++) {
        if (!slice_is(word, model_names[i].name))
            continue;
        struct service_model *model =
            add_model(models, slice_trim(slice_head(text, equals)), model_names[i].kind);
        while (slice_next_word(&rest, ",", &word))
            if (!take_setting(models, model, slice_trim(word), given, fault))
                return false;
        if (model->kind == MODEL_POSTGREY)
            read_default_lists(models, model, given[0], given[1]);
        return true;
    }
    return fault_set(fault, FAULT_USAGE, "--policy", 0,
                     "'%.*s' is no model; there are postgrey, policyd-spf, dunno, answers",
                     SLICE_FMT(word));
}

bool service_models_init(struct service_models *models, const struct policy_inputs *inputs,
                         struct diagnostics *remarks, struct fault *fault)
{
    *models = (struct service_models){ .inputs = inputs, .remarks = remarks };
    arena_init(&models->arena);
    for (size_t i = 0; i < inputs->service_count; i++)
        if (!parse_policy(models, slice_of(inputs->services[i]), fault))
            return false;
    return true;
}

void service_models_release(struct service_models *models)
{
    for (size_t i = 0; i < models->count; i++)
        postgrey_whitelist_free(models->items[i].whitelist);
    free(models->items);
    arena_release(&models->arena);
}

struct slice service_name(struct slice argument)
{
    struct slice word;
    if (argument.len < 2 || argument.at[0] != '{')
        return argument;
    argument = slice_make(argument.at + 1, argument.len - 2);
    return slice_next_word(&argument, ", \t", &word) ? word : argument;
}

size_t service_model_find(struct service_models *models, struct slice argument)
{
    struct slice name = service_name(argument);
    for (size_t i = 0; i < models->count; i++)
        if (slice_is(name, models->items[i].service))
            return i;
    for (size_t i = 0; i < COUNT(usual); i++) {
        if (slice_find(name, slice_of(usual[i].piece)) == name.len)
            continue;
        struct service_model *model = add_model(models, name, usual[i].kind);
        if (model->kind == MODEL_POSTGREY)
            read_default_lists(models, model, false, false);
        diagnostics_add(models->remarks, 1, "assumed_policy_service",
                        "check_policy_service %s is taken for %s with its defaults; --policy "
                        "'%s=...' says otherwise",
                        model->service, model->kind == MODEL_POSTGREY ? "postgrey" : "policyd-spf",
                        model->service);
        return models->count - 1;
    }
    return SIZE_MAX;
}
