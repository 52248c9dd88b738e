#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/domain_name.h"
#include "base/xalloc.h"
#include "parsers/config/config.h"
#include "parsers/config/expand.h"
#include "parsers/config/parameter_table.h"

static bool parse_bool(struct slice text, bool *value)
{
    *value = slice_equal_fold(text, slice_of("yes"));
    return *value || slice_equal_fold(text, slice_of("no"));
}

/* The number at the start of text as strtol(3) reads it; *rest is what follows. */
static bool take_number(struct slice text, int64_t *value, struct slice *rest)
{
    size_t digits = 0;
    uint64_t got;
    bool negative = false;
    while (text.len && ascii_is_space(text.at[0]))
        text = slice_skip(text, 1);
    if (text.len && (text.at[0] == '-' || text.at[0] == '+')) {
        negative = text.at[0] == '-';
        text = slice_skip(text, 1);
    }
    while (digits < text.len && ascii_is_digit(text.at[digits]))
        digits++;
    *rest = slice_skip(text, digits);
    while (digits > 1 && text.at[0] == '0') {
        text = slice_skip(text, 1);
        digits--;
    }
    if (!slice_to_u64(slice_head(text, digits), &got) || got > INT64_MAX)
        return false;
    *value = negative ? -(int64_t)got : (int64_t)got;
    return true;
}

bool config_parse_int(struct slice text, int64_t *value)
{
    struct slice rest;
    return take_number(text, value, &rest) && rest.len == 0;
}

bool config_parse_time(struct slice text, char default_unit, int64_t *seconds)
{
    struct slice rest;
    int64_t number, unit;
    if (!take_number(text, &number, &rest) || number < 0 || number > INT_MAX)
        return false;
    switch (rest.len ? rest.at[0] : default_unit) {
    case 'w':
        unit = 7 * 86400;
        break;
    case 'd':
        unit = 86400;
        break;
    case 'h':
        unit = 3600;
        break;
    case 'm':
        unit = 60;
        break;
    case 's':
        unit = 1;
        break;
    default:
        return false;
    }
    *seconds = number * unit;
    return unit == 1 || number < INT_MAX / unit;
}

/* The unit of a time parameter's default: its first letter outside of ${...}. */
static char default_unit(const struct parameter *row, int version)
{
    struct slice text = slice_of(parameter_default(row, version));
    char unit = text.len ? text.at[text.len - 1] : 's';
    return unit >= 'a' && unit <= 'z' ? unit : 's';
}

/* The default in numbers; an expression's value is taken in the configuration's own terms. */
static struct slice default_value(struct config *config, const struct parameter *row)
{
    return config_expand(config, slice_of(parameter_default(row, config_version(config))));
}

bool config_bool(struct config *config, const char *name)
{
    const struct parameter *row = parameter_find(slice_of(name));
    bool value = false;
    if (!parse_bool(config_value(config, name), &value) && row)
        parse_bool(default_value(config, row), &value);
    return value;
}

int64_t config_int(struct config *config, const char *name)
{
    const struct parameter *row = parameter_find(slice_of(name));
    struct slice text = config_value(config, name);
    int64_t value = 0;
    char unit =
        row && row->kind == PARAMETER_TIME ? default_unit(row, config_version(config)) : 's';
    bool is_time = !row || row->kind == PARAMETER_TIME;
    if (is_time ? config_parse_time(text, unit, &value) : config_parse_int(text, &value))
        return value;
    if (row && !(is_time ? config_parse_time(default_value(config, row), unit, &value)
                         : config_parse_int(default_value(config, row), &value)))
        value = 0;
    return row ? value : 0;
}

int64_t config_compatibility_level(struct config *config)
{
    int64_t level = 0;
    expand_level_parse(config_value(config, "compatibility_level"), &level);
    return level;
}

struct check {
    struct config *config;
    const struct parameter *row;
    struct slice value;
    struct fault *fault;
};

static bool refuse(const struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts Postfix's words beside the line at fault; always false. */
static bool refuse(const struct check *check, const char *format, ...)
{
    const char *file;
    uint64_t line;
    char text[700];
    va_list list;
    config_origin(check->config, check->row->name, &file, &line);
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return fault_set(check->fault, FAULT_INPUT, file, line, "%s; Postfix refuses to start", text);
}

static bool check_bounds(const struct check *check, int64_t value)
{
    const struct parameter *row = check->row;
    bool is_time = row->kind == PARAMETER_TIME;
    if (row->min && value < row->min)
        return refuse(check,
                      is_time ? "invalid %s: %lld (min %lld)"
                              : "invalid %s parameter value %lld < %lld",
                      row->name, (long long)value, (long long)row->min);
    if (row->max && value > row->max)
        return refuse(check,
                      is_time ? "invalid %s: %lld (max %lld)"
                              : "invalid %s parameter value %lld > %lld",
                      row->name, (long long)value, (long long)row->max);
    return true;
}

static bool check_text(const struct check *check)
{
    const struct parameter *row = check->row;
    int64_t len = (int64_t)check->value.len;
    struct slice shown = slice_head(check->value, 200);
    if (row->min && len < row->min)
        return refuse(check, "bad string length %lld < %lld: %s = %.*s", (long long)len,
                      (long long)row->min, row->name, SLICE_FMT(shown));
    if (row->max && len > row->max)
        return refuse(check, "bad string length %lld > %lld: %s = %.*s", (long long)len,
                      (long long)row->max, row->name, SLICE_FMT(shown));
    return true;
}

static bool check_value(const struct check *check)
{
    const struct parameter *row = check->row;
    struct slice shown = slice_head(check->value, 200);
    int64_t number;
    bool truth;
    switch (row->kind) {
    case PARAMETER_BOOL:
        return parse_bool(check->value, &truth) ||
               refuse(check, "bad boolean configuration: %s = %.*s", row->name, SLICE_FMT(shown));
    case PARAMETER_INT:
    case PARAMETER_LONG:
        if (!config_parse_int(check->value, &number) ||
            (row->kind == PARAMETER_INT && (number < INT_MIN || number > INT_MAX)))
            return refuse(check, "bad numerical configuration: %s = %.*s", row->name,
                          SLICE_FMT(shown));
        return check_bounds(check, number);
    case PARAMETER_TIME:
        if (!config_parse_time(check->value, default_unit(row, config_version(check->config)),
                               &number))
            return refuse(check, "parameter %s: bad time value or unit: %.*s", row->name,
                          SLICE_FMT(shown));
        return check_bounds(check, number);
    case PARAMETER_TEXT:
    case PARAMETER_MACHINE:
        return check_text(check);
    case PARAMETER_RAW:
    case PARAMETER_LEGACY:
    case PARAMETER_READONLY:
        break;
    }
    return true;
}

/* Parameters whose value is one or several of a few words. */
static const struct word_rule {
    const char *name, *words;
    bool is_one_word;           /* of any case; else a list, case counts */
    const char *before, *after; /* the complaint, around the value; NULL: name_mask's own */
} word_rules[] = {
    { "inet_protocols", "all ipv4 ipv6", false, NULL, NULL },
    { "mynetworks_style", "class subnet host", false, NULL, NULL },
    { "receive_override_options",
      "no_unknown_recipient_checks no_address_mappings no_header_body_checks no_milters", false,
      NULL, NULL },
    { "smtpd_forbid_bare_newline", "no yes note normalize reject", true,
      "bad parameter value: 'smtpd_forbid_bare_newline = ", "'" },
    { "smtpd_sasl_type", "cyrus dovecot", true, "unsupported SASL server implementation: ", "" },
    { "smtpd_tls_security_level",
      "none may encrypt fingerprint half-dane dane dane-only verify secure", true,
      "Invalid TLS level \"", "\"" },
};

static bool is_word(const struct word_rule *rule, struct slice word)
{
    struct slice rest = slice_of(rule->words), one;

    while (slice_next_word(&rest, " ", &one))
        if (rule->is_one_word ? slice_equal_fold(one, word) : slice_equal(one, word))
            return true;
    return false;
}

static bool check_words(const struct check *check, const struct word_rule *rule)
{
    struct slice rest = check->value, word, shown = slice_head(check->value, 200);

    if (rule->is_one_word) {
        if (check->value.len == 0 || is_word(rule, check->value))
            return true;
        return refuse(check, "%s%.*s%s", rule->before, SLICE_FMT(shown), rule->after);
    }
    while (slice_next_word(&rest, ", \t\r\n", &word))
        if (!is_word(rule, word))
            return refuse(check, "unknown %s value \"%.*s\" in \"%.*s\"", rule->name,
                          SLICE_FMT(slice_head(word, 200)), SLICE_FMT(shown));
    return true;
}

/* Where nobody asks for the value, a bad one does not matter. */
static bool is_used(const struct check *check)
{
    const char *name = check->row->name;

    if (strcmp(name, "smtpd_sasl_type") == 0)
        return config_bool(check->config, "smtpd_sasl_auth_enable");
    if (strcmp(name, "mynetworks_style") == 0)
        return !config_is_set(check->config, "mynetworks");
    if (strcmp(name, "smtpd_tls_security_level") == 0)
        return !config_bool(check->config, "smtpd_tls_wrappermode");
    return true;
}

static bool check_word_rules(const struct check *check)
{
    for (size_t i = 0; i < COUNT(word_rules); i++)
        if (strcmp(check->row->name, word_rules[i].name) == 0 && is_used(check))
            return check_words(check, &word_rules[i]);
    return true;
}

/* Rules for single parameters (mail_params_init, smtpd's own). */
static bool check_special(struct check *check)
{
    struct slice value = check->value, shown = slice_head(check->value, 200);
    const char *name = check->row->name;
    int64_t level;
    if ((strcmp(name, "myhostname") == 0 || strcmp(name, "mydomain") == 0) &&
        !domain_is_valid_hostname(value))
        return refuse(check, "parameter %s: bad parameter value: %.*s", name, SLICE_FMT(shown));
    if (strcmp(name, "compatibility_level") == 0 && !expand_level_parse(value, &level))
        return refuse(check, "malformed compatibility level syntax: \"%.*s\"", SLICE_FMT(shown));
    if (strcmp(name, "relayhost") == 0 && value.len &&
        slice_equal_fold(value, config_value(check->config, "myhostname")))
        return refuse(check,
                      "myhostname and relayhost parameter settings must not be identical: %.*s",
                      SLICE_FMT(shown));
    if (strcmp(name, "myorigin") == 0)
        for (size_t i = 0; i < value.len; i++)
            if (value.at[i] == ',' || ascii_is_space(value.at[i]))
                return refuse(check,
                              "myorigin parameter setting must not contain multiple values: %.*s",
                              SLICE_FMT(shown));
    return check_word_rules(check);
}

bool config_check(struct config *config, struct fault *fault)
{
    size_t count;
    const struct parameter *rows = parameter_rows(&count);
    for (size_t i = 0; i < count; i++) {
        const struct parameter *row = &rows[i];
        if (row->reader == PARAMETER_OTHER || !parameter_is_known(row, config_version(config)) ||
            !config_is_set(config, row->name))
            continue;
        struct check check = { config, row, config_value(config, row->name), fault };
        if (!config_macro_fault(config, fault) || !check_value(&check) || !check_special(&check))
            return false;
    }
    return true;
}
