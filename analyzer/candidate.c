#include "analyzer/candidate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/policy/restriction.h"
#include "base/buffer.h"
#include "base/xalloc.h"
#include "parsers/config/word_list.h"

enum { CLASS_DEPTH_MAX = 10, LIST_TEXT_LIMIT = 1 << 20, POSITION_MAX = 100000 };

/* Lists by the words that --enable takes. */
static const struct {
    const char *name, *word;
} lists[] = {
    { "smtpd_client_restrictions", "client" },           { "smtpd_helo_restrictions", "helo" },
    { "smtpd_sender_restrictions", "sender" },           { "smtpd_relay_restrictions", "relay" },
    { "smtpd_recipient_restrictions", "recipient" },     { "smtpd_data_restrictions", "data" },
    { "smtpd_end_of_data_restrictions", "end_of_data" },
};

/*
 * Without a configuration: nothing may refuse but what is laid over this. Every destination is ours,
 * no list of recipients, no size limit; Postfix insists on one restriction that stops relaying.
 */
static const char *const neutral_lines[] = {
    "mydestination =",
    "local_recipient_maps =",
    "alias_maps =",
    "relay_domains = static:all",
    "allow_untrusted_routing = yes",
    "smtpd_relay_restrictions = reject_unauth_destination",
    "smtpd_reject_unlisted_recipient = no",
    "message_size_limit = 0",
};

bool candidate_is_asked(const struct candidate_options *options)
{
    return options->preset_lines || options->candidate || options->overlay_count ||
           options->enable_count || options->disable_count;
}

/* ---- --enable and --disable ---- */

static const char *find_list(struct slice name)
{
    for (size_t i = 0; i < COUNT(lists); i++)
        if (slice_is(name, lists[i].name) || slice_is(name, lists[i].word))
            return lists[i].name;
    return NULL;
}

/* True when the text behind an '@' can only be meant as a list: arguments may hold an '@' too. */
static bool looks_like_list(struct slice text)
{
    struct slice name = slice_head(text, slice_index(text, ':'));
    for (size_t i = 0; i < name.len; i++)
        if (!(name.at[i] == '_' || (name.at[i] >= 'a' && name.at[i] <= 'z')))
            return false;
    return name.len > 0;
}

static bool is_class(struct slice classes, struct slice name)
{
    struct slice word;
    while (word_next(&classes, &word))
        if (slice_equal(word, name))
            return true;
    return false;
}

static bool check_spot(const struct restriction_spot *spot, const char *text, const char *option,
                       struct slice classes, struct fault *fault)
{
    const struct restriction *row = restriction_find(spot->name);
    if (!row && is_class(classes, spot->name))
        return true;
    if (!row && strcmp(option, "--disable") == 0 && restriction_is_parameter(spot->name))
        return true;
    if (!row)
        return fault_set(fault, FAULT_USAGE, option, 0,
                         "'%s': smtpd knows no restriction '%.*s'; see postconf(5), "
                         "smtpd_recipient_restrictions",
                         text, SLICE_FMT(spot->name));
    bool takes = row->argument != ARGUMENT_NONE;
    if (takes && !spot->argument.at && strcmp(option, "--enable") == 0)
        return fault_set(fault, FAULT_USAGE, option, 0,
                         "'%s': %s needs an argument; write '%s ARGUMENT'", text, row->name,
                         row->name);
    if (!takes && spot->argument.at)
        return fault_set(fault, FAULT_USAGE, option, 0, "'%s': %s takes no argument", text,
                         row->name);
    return true;
}

bool restriction_spot_parse(struct restriction_spot *spot, const char *text, const char *option,
                            struct slice classes, struct fault *fault)
{
    struct slice whole = slice_of(text);
    size_t at = slice_last_index(whole, '@');
    *spot = (struct restriction_spot){ .restriction = slice_trim(slice_head(whole, at)) };
    struct slice place = slice_trim(slice_skip(whole, at + 1));
    if (at < whole.len && looks_like_list(place)) {
        struct slice name = slice_head(place, slice_index(place, ':'));
        spot->list = find_list(name);
        uint64_t position = 0;
        if (!spot->list)
            return fault_set(fault, FAULT_USAGE, option, 0,
                             "'%s': '%.*s' is no restriction list; lists are "
                             "smtpd_client_restrictions, ..._helo_, _sender_, _relay_, "
                             "_recipient_, _data_, _end_of_data_",
                             text, SLICE_FMT(name));
        if (name.len < place.len && (!slice_to_u64(slice_skip(place, name.len + 1), &position) ||
                                     position == 0 || position > POSITION_MAX))
            return fault_set(fault, FAULT_USAGE, option, 0, "'%s': a position is a number from 1",
                             text);
        spot->position = (unsigned)position;
    } else {
        spot->restriction = slice_trim(whole);
    }
    struct slice rest = spot->restriction;
    if (!word_next(&rest, &spot->name))
        return fault_set(fault, FAULT_USAGE, option, 0, "'%s': no restriction is named", text);
    rest = slice_trim(rest);
    if (rest.len)
        spot->argument = rest;
    return check_spot(spot, text, option, classes, fault);
}

/* The list named after what a restriction examines. */
static const char *default_list(struct slice name)
{
    const struct restriction *row = restriction_find(name);
    if (!row)
        return "smtpd_recipient_restrictions"; /* a class */
    if (slice_is(name, "reject_unauth_pipelining") ||
        slice_is(name, "reject_multi_recipient_bounce"))
        return "smtpd_data_restrictions";
    if (row->reads & (READS_RECIPIENT | READS_MAIL | READS_TIME))
        return "smtpd_recipient_restrictions";
    if (row->reads & READS_SENDER)
        return "smtpd_sender_restrictions";
    if (row->reads & READS_HELO)
        return "smtpd_helo_restrictions";
    if (row->reads & READS_CLIENT)
        return "smtpd_client_restrictions";
    return "smtpd_recipient_restrictions";
}

/* ---- list texts ---- */

/* One restriction in a list text: its bytes (warn_if_reject and argument included), its canonical
 * name, and how many checks the views count for it. */
struct list_unit {
    struct slice text, name;
    unsigned checks;
};

static unsigned count_checks(struct config *config, struct slice value, unsigned depth);

static bool next_unit(struct config *config, struct slice *rest, unsigned depth,
                      struct list_unit *unit)
{
    struct slice word;
    const char *start = NULL;
    do {
        if (!word_next(rest, &word))
            return false;
        start = start ? start : word.at;
    } while (slice_equal_fold(word, slice_of("warn_if_reject")));
    const struct restriction *row = restriction_find(word);
    struct slice argument;
    *unit = (struct list_unit){ .name = row ? slice_of(row->name) : word, .checks = 1 };
    if (row && row->argument != ARGUMENT_NONE && word_next(rest, &argument))
        word = argument;
    else if (!row && depth < CLASS_DEPTH_MAX &&
             is_class(config_value(config, "smtpd_restriction_classes"), unit->name)) {
        char *class_name = xstrndup(word.at, word.len);
        unit->checks = count_checks(config, config_value(config, class_name), depth + 1);
        free(class_name);
    }
    if (row && row->argument == ARGUMENT_SECONDS)
        unit->checks = 0; /* sleep: no verdict */
    unit->text = slice_make(start, (size_t)(word.at + word.len - start));
    return true;
}

static unsigned count_checks(struct config *config, struct slice value, unsigned depth)
{
    struct list_unit unit;
    unsigned count = 0;
    while (next_unit(config, &value, depth, &unit))
        count += unit.checks;
    return count;
}

static void add_unit(struct buffer *out, struct slice text)
{
    buffer_add_text(out, out->len ? ", " : "");
    for (size_t i = 0; i < text.len; i++) {
        buffer_add_text(out, text.at[i] == '$' ? "$" : ""); /* the text was expanded already */
        buffer_add_byte(out, text.at[i]);
    }
}

static bool is_closing(struct slice name)
{
    return slice_is(name, "permit") || slice_is(name, "reject");
}

/* Warns when the new restriction stands where own networks or authenticated users meet it. */
static void warn_own(const char *list, struct slice restriction, bool networks, bool users,
                     struct diagnostics *remarks)
{
    if (networks && users)
        return;
    diagnostics_add(remarks, 1, "own_users_hit",
                    "%.*s stands in %s without %s%s%s before it: own %s would be asked too",
                    SLICE_FMT(restriction), list, networks ? "" : "permit_mynetworks",
                    networks || users ? "" : " and ", users ? "" : "permit_sasl_authenticated",
                    networks ? "users" : "networks");
}

/* Puts a restriction into a list. */
static void insert(struct config *config, const struct restriction_spot *spot,
                   struct diagnostics *remarks)
{
    const char *list = spot->list ? spot->list : default_list(spot->name);
    struct slice value = config_value(config, list), rest = value;
    struct list_unit unit;
    struct slice last = slice_head(value, 0);
    while (next_unit(config, &rest, 0, &unit))
        last = unit.text;
    struct buffer out;
    buffer_init(&out, LIST_TEXT_LIMIT);
    unsigned position = 1;
    bool placed = false, networks = false, users = false;
    rest = value;
    while (next_unit(config, &rest, 0, &unit)) {
        bool here = spot->position ? position >= spot->position
                                   : unit.text.at == last.at && is_closing(unit.name);
        if (here && !placed) {
            add_unit(&out, spot->restriction);
            placed = true;
        }
        networks = networks || (!placed && slice_is(unit.name, "permit_mynetworks"));
        users = users || (!placed && slice_is(unit.name, "permit_sasl_authenticated"));
        add_unit(&out, unit.text);
        position += unit.checks;
    }
    if (!placed)
        add_unit(&out, spot->restriction);
    config_overlay_set(config, list, buffer_slice(&out), "--enable");
    buffer_release(&out);
    const struct restriction *row = restriction_find(spot->name);
    if (!row || !row->permits)
        warn_own(list, spot->restriction, networks, users, remarks);
}

/* ---- layers ---- */

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static struct config *open_base(const struct config *baseline,
                                const struct candidate_options *options, bool *adds,
                                struct diagnostics *remarks, struct fault *fault)
{
    if (options->candidate && is_directory(options->candidate)) {
        struct config *config = config_open(options->candidate, remarks, fault);
        if (config && !config_choose_service(config, options->service, fault)) {
            config_free(config);
            return NULL;
        }
        return config;
    }
    if (baseline)
        return config_copy(baseline);
    *adds = true;
    struct config *config = config_new_default();
    for (size_t i = 0; i < COUNT(neutral_lines); i++)
        config_overlay_line(config, slice_of(neutral_lines[i]), "default", fault);
    return config;
}

static bool lay_over(struct config *config, const struct candidate_options *options,
                     struct diagnostics *remarks, struct fault *fault)
{
    for (size_t i = 0; options->preset_lines && options->preset_lines[i]; i++)
        if (!config_overlay_line(config, slice_of(options->preset_lines[i]), "--preset", fault))
            return false;
    if (options->candidate && !is_directory(options->candidate) &&
        !config_overlay_file(config, options->candidate, remarks, fault))
        return false;
    for (size_t i = 0; i < options->overlay_count; i++)
        if (!config_overlay_line(config, slice_of(options->overlays[i]), "-o", fault))
            return false;
    for (size_t i = 0; i < options->enable_count; i++) {
        struct restriction_spot spot;
        struct slice classes = config_value(config, "smtpd_restriction_classes");
        if (!restriction_spot_parse(&spot, options->enables[i], "--enable", classes, fault))
            return false;
        insert(config, &spot, remarks);
    }
    return true;
}

struct config *candidate_build(const struct config *baseline,
                               const struct candidate_options *options, bool *adds,
                               struct diagnostics *remarks, struct fault *fault)
{
    *adds = false;
    struct config *config = open_base(baseline, options, adds, remarks, fault);
    if (config && !lay_over(config, options, remarks, fault)) {
        config_free(config);
        return NULL;
    }
    return config;
}
