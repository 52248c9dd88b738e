#include "analyzer/policy/startup.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "analyzer/policy/address_filter.h"
#include "analyzer/policy/restriction.h"
#include "base/xalloc.h"
#include "parsers/config/word_list.h"

enum { CLASS_DEPTH_MAX = 20, SHOWN_MAX = 200 };

/* The list or class that is looked at, for messages. */
struct place {
    struct config *config;
    const char *parameter;
    struct fault *fault;
};

static bool refuse(const struct place *place, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Always false. */
static bool refuse(const struct place *place, const char *format, ...)
{
    const char *file;
    uint64_t line;
    char text[3 * SHOWN_MAX];
    va_list list;

    config_origin(place->config, place->parameter, &file, &line);
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return fault_set(place->fault, FAULT_INPUT, file, line, "%s; Postfix refuses to start", text);
}

/* Options of one policy server: { inet:127.0.0.1:9998, timeout=10s }. */
static const struct service_option {
    const char *name;
    char unit; /* of a time; 'n': a number, 't': a text */
    int64_t min;
} service_options[] = {
    { "default_action", 't', 0 }, { "max_idle", 's', 1 },      { "max_ttl", 's', 1 },
    { "policy_context", 't', 0 }, { "request_limit", 'n', 0 }, { "retry_delay", 's', 1 },
    { "timeout", 's', 1 },        { "try_limit", 'n', 1 },
};

static bool check_option_value(const struct place *place, const struct service_option *option,
                               struct slice value)
{
    struct slice shown = slice_head(value, SHOWN_MAX);
    int64_t number;

    if (option->unit == 't')
        return true;
    if (option->unit == 'n') {
        if (!config_parse_int(value, &number) || number < INT_MIN || number > INT_MAX)
            return refuse(place, "bad numerical configuration: %s = %.*s", option->name,
                          SLICE_FMT(shown));
        return number >= option->min ||
               refuse(place, "invalid %s parameter value %lld < %lld", option->name,
                      (long long)number, (long long)option->min);
    }
    if (!config_parse_time(value, option->unit, &number))
        return refuse(place, "%s: bad time value or unit: %.*s", option->name, SLICE_FMT(shown));
    return number >= option->min || refuse(place, "invalid %s: %lld (min %lld)", option->name,
                                           (long long)number, (long long)option->min);
}

static bool check_option(const struct place *place, struct slice word)
{
    struct slice name, value, text = word;
    const char *error = NULL;

    if (word.at[0] == '{') {
        word_unbrace(word, &text, &error);
        if (error)
            return refuse(place, "%s in \"%.*s\"", error, SLICE_FMT(slice_head(text, SHOWN_MAX)));
    }
    error = word_split_assignment(text, &name, &value);
    if (error)
        return refuse(place, "malformed option: %s: \"...%.*s...\"", error,
                      SLICE_FMT(slice_head(text, SHOWN_MAX)));
    for (size_t i = 0; i < COUNT(service_options); i++)
        if (slice_is(name, service_options[i].name))
            return check_option_value(place, &service_options[i], value);
    return refuse(place, "unknown option: \"%.*s = %.*s\"", SLICE_FMT(slice_head(name, SHOWN_MAX)),
                  SLICE_FMT(slice_head(value, SHOWN_MAX)));
}

static bool check_endpoint(const struct place *place, struct slice service)
{
    size_t colon = slice_index(service, ':');
    struct slice transport = slice_head(service, colon), shown = slice_head(service, SHOWN_MAX);

    if (colon == 0 || colon + 1 >= service.len)
        return refuse(place, "need service transport:endpoint instead of \"%.*s\"",
                      SLICE_FMT(shown));
    if (slice_is(transport, "inet") || slice_is(transport, "unix") || slice_is(transport, "local"))
        return true;
    return refuse(place, "invalid transport name: %.*s in service: %.*s",
                  SLICE_FMT(slice_head(transport, SHOWN_MAX)), SLICE_FMT(shown));
}

static bool check_service(const struct place *place, struct slice word)
{
    struct slice inside, service;
    const char *error = NULL;

    if (word.at[0] != '{')
        return check_endpoint(place, word);
    word_unbrace(word, &inside, &error);
    if (error)
        return refuse(place, "policy service syntax error: %.*s",
                      SLICE_FMT(slice_head(inside, SHOWN_MAX)));
    if (!slice_next_word(&inside, ", \t\r\n", &service))
        return refuse(place, "empty policy service: \"%.*s\"",
                      SLICE_FMT(slice_head(word, SHOWN_MAX)));
    while (word_next(&inside, &word))
        if (!check_option(place, word))
            return false;
    return check_endpoint(place, service);
}

/* smtpd starts with a bad filter, and dies of it when the list answers. */
static bool check_filter(const struct place *place, struct slice word)
{
    struct slice filter = slice_skip(word, slice_index(word, '=') + 1);

    if (filter.len == 0 || config_version(place->config) < 208 || address_filter_is_valid(filter))
        return true;
    return refuse(place, "RBL reply error: bad filter in %.*s",
                  SLICE_FMT(slice_head(word, SHOWN_MAX)));
}

/* Every list is looked through, reached or not. */
static bool check_list(const struct place *place, struct slice value)
{
    const struct restriction *last = NULL;
    struct slice rest = value, word;

    for (; word_next(&rest, &word); last = restriction_find(word)) {
        if (last && last->argument == ARGUMENT_SERVICE && !check_service(place, word))
            return false;
        if (last && last->argument == ARGUMENT_DOMAIN && !check_filter(place, word))
            return false;
    }
    return true;
}

/* smtpd_check.c: has_required. */
static bool has_required(const struct program *program, struct slice value, unsigned depth)
{
    static const char *const required[] = { "check_relay_domains",
                                            "reject_unauth_destination",
                                            "defer_unauth_destination",
                                            "reject",
                                            "defer",
                                            "defer_if_permit" };
    struct slice rest = value, word, members;

    while (word_next(&rest, &word)) {
        if (slice_equal_fold(word, slice_of("warn_if_reject"))) {
            if (!word_next(&rest, &word))
                return false;
            continue;
        }
        if (slice_equal_fold(word, slice_of("permit")))
            return false;
        for (size_t i = 0; i < COUNT(required); i++)
            if (slice_equal_fold(word, slice_of(required[i])))
                return true;
        if (depth < CLASS_DEPTH_MAX && program_find_class(program, word, &members) &&
            has_required(program, members, depth + 1))
            return true;
    }
    return false;
}

static bool check_required(const struct program *program, struct config *config,
                           struct fault *fault)
{
    const char *names[] = { "smtpd_recipient_restrictions", "smtpd_relay_restrictions" };

    for (size_t i = 0; i < COUNT(names); i++)
        if (has_required(program, config_value(config, names[i]), 0))
            return true;
    return refuse(&(struct place){ config, names[config_is_set(config, names[1])], fault },
                  "in parameter smtpd_relay_restrictions or smtpd_recipient_restrictions, "
                  "specify at least one working instance of: reject_unauth_destination, "
                  "defer_unauth_destination, reject, defer, defer_if_permit or "
                  "check_relay_domains");
}

bool startup_check(const struct program *program, struct config *config, struct fault *fault)
{
    for (unsigned list = 0; list < LIST_KINDS; list++) {
        struct place place = { config, list_kind_name(list), fault };
        if (!check_list(&place, config_value(config, place.parameter)))
            return false;
    }
    for (size_t i = 0; i < program->class_count; i++) {
        struct place place = { config, program->classes[i].name.at, fault };
        if (!check_list(&place, program->classes[i].value))
            return false;
    }
    return check_required(program, config, fault);
}
