#include "analyzer/policy/access_action.h"

#include <stdio.h>

#include "base/xalloc.h"

/* What stands behind the first word. */
struct action_parts {
    struct slice word, text;
};

typedef uint32_t (*action_fn)(struct program *program, const struct action_parts *parts,
                              const struct action_context *context);

static size_t status_digits(struct slice text, size_t from)
{
    size_t n = from;
    while (n < text.len && ascii_is_digit(text.at[n]))
        n++;
    return n - from;
}

/* Length of an enhanced status code at the start of text; 0 when there is none. */
static size_t status_length(struct slice text)
{
    if (text.len < 5 || !memchr("245", text.at[0], 3) || text.at[1] != '.')
        return 0;
    size_t subject = status_digits(text, 2);
    if (subject < 1 || subject > 3 || 2 + subject >= text.len || text.at[2 + subject] != '.')
        return 0;
    size_t detail = status_digits(text, 3 + subject);
    size_t len = 3 + subject + detail;
    if (detail < 1 || detail > 3 || (len < text.len && !ascii_is_space(text.at[len])))
        return 0;
    return len;
}

struct slice dsn_split(struct slice text, struct slice standard, struct slice *rest)
{
    size_t len = status_length(text);

    *rest = slice_skip(text, len);
    while (rest->len && ascii_is_space(rest->at[0]))
        *rest = slice_skip(*rest, 1);
    return len ? slice_head(text, len) : standard;
}

struct slice dsn_fix(struct slice dsn, enum reply_class reply, char *out)
{
    static const struct {
        char detail;
        const char *sender, *recipient;
    } map[] = {
        { '1', "1.7", "1.1" }, { '2', "1.8", "1.2" }, { '3', "1.7", "1.3" }, { '4', "1.7", "1.4" },
        { '5', "1.0", "1.5" }, { '6', "1.7", "1.6" }, { '7', "1.7", "1.3" }, { '8', "1.8", "1.2" },
    };
    const char *fixed = "1.0";

    if (dsn.len < 5 || dsn.at[2] != '1' || dsn.at[3] != '.')
        return dsn;
    if (reply == REPLY_OTHER) {
        fixed = "0.0";
    } else if (dsn.len == 5) {
        for (size_t i = 0; i < COUNT(map); i++)
            if (map[i].detail == dsn.at[4])
                fixed = reply == REPLY_SENDER ? map[i].sender : map[i].recipient;
    }
    int len = snprintf(out, 16, "%c.%s", dsn.at[0], fixed);
    return slice_make(out, (size_t)len);
}

static uint32_t reply(struct program *program, const struct action_context *context,
                      enum outcome_kind kind, unsigned code, struct slice text,
                      const char *standard)
{
    char fixed[16];
    struct slice rest;
    struct slice dsn = dsn_fix(dsn_split(text, slice_of(standard), &rest), context->reply, fixed);

    return outcome_reply(&program->outcomes, kind, code, dsn, CAUSE_LASTING, 0);
}

static uint32_t act_reject(struct program *program, const struct action_parts *parts,
                           const struct action_context *context)
{
    return reply(program, context, OUTCOME_REJECT, program->settings.access_reject_code,
                 parts->text, "5.7.1");
}

static uint32_t act_defer(struct program *program, const struct action_parts *parts,
                          const struct action_context *context)
{
    return reply(program, context, OUTCOME_REJECT, program->settings.access_defer_code, parts->text,
                 "4.7.1");
}

static uint32_t act_defer_if_permit(struct program *program, const struct action_parts *parts,
                                    const struct action_context *context)
{
    return reply(program, context, OUTCOME_DEFER_IF_PERMIT, program->settings.access_defer_code,
                 parts->text, "4.7.1");
}

static uint32_t act_defer_if_reject(struct program *program, const struct action_parts *parts,
                                    const struct action_context *context)
{
    return reply(program, context, OUTCOME_DEFER_IF_REJECT, program->settings.access_defer_code,
                 parts->text, "4.7.1");
}

/* The connection is cut without a reply; the client will come back as after a 421. */
static uint32_t act_hangup(struct program *program, const struct action_parts *parts,
                           const struct action_context *context)
{
    (void)parts;
    (void)context;
    return outcome_reply(&program->outcomes, OUTCOME_REJECT, 421, slice_of("4.7.0"), CAUSE_LASTING,
                         OUTCOME_NEVER_WARNED);
}

static uint32_t act_ok(struct program *program, const struct action_parts *parts,
                       const struct action_context *context)
{
    (void)parts;
    if (context->ok_forbidden)
        return outcome_server_error(&program->outcomes);
    return context->ok_is_dunno ? OUTCOME_NUMBER_DUNNO : OUTCOME_NUMBER_OK;
}

/* Logged, or done to the mail, but no verdict. */
static uint32_t act_nothing(struct program *program, const struct action_parts *parts,
                            const struct action_context *context)
{
    (void)program;
    (void)parts;
    (void)context;
    return OUTCOME_NUMBER_DUNNO;
}

static uint32_t to_cleanup(struct program *program, enum outcome_kind kind)
{
    if (program->settings.uses_proxy_filter)
        return OUTCOME_NUMBER_DUNNO; /* "action is unavailable": nobody there to do it */
    return outcome_plain(&program->outcomes, kind);
}

static uint32_t act_hold(struct program *program, const struct action_parts *parts,
                         const struct action_context *context)
{
    (void)parts;
    (void)context;
    return to_cleanup(program, OUTCOME_HOLD);
}

static uint32_t act_discard(struct program *program, const struct action_parts *parts,
                            const struct action_context *context)
{
    (void)parts;
    (void)context;
    return to_cleanup(program, OUTCOME_DISCARD);
}

static uint32_t act_redirect(struct program *program, const struct action_parts *parts,
                             const struct action_context *context)
{
    (void)context;
    if (slice_index(parts->text, '@') == parts->text.len)
        return OUTCOME_NUMBER_DUNNO; /* "requires user@domain target" */
    return to_cleanup(program, OUTCOME_REDIRECT);
}

/* In the order of check_table_result; all-digit and three-digit results stand between. */
static const struct {
    const char *word;
    action_fn act;
    int since; /* before that version the word is a restriction's, and there is none */
} actions[] = {
    { "DUNNO", act_nothing, 0 },
    { "REJECT", act_reject, 0 },
    { "DEFER", act_defer, 206 },
    { "HANGUP", act_hangup, 0 },
    { "INFO", act_nothing, 300 },
    { "WARN", act_nothing, 0 },
    { "FILTER", act_nothing, 0 },
    { "HOLD", act_hold, 0 },
    { "DISCARD", act_discard, 0 },
    { "REDIRECT", act_redirect, 0 },
    { "BCC", act_nothing, 300 },
    { "DEFER_IF_PERMIT", act_defer_if_permit, 0 },
    { "DEFER_IF_REJECT", act_defer_if_reject, 0 },
    { "PREPEND", act_nothing, 0 },
    { "OK", act_ok, 0 },
    { "RELAY", act_ok, 0 },
};

static bool is_reply_code(const struct action_parts *parts)
{
    struct slice word = parts->word;
    return word.len == 3 && parts->text.len && (word.at[0] == '4' || word.at[0] == '5') &&
           ascii_is_digit(word.at[1]) && ascii_is_digit(word.at[2]);
}

static uint32_t restriction_list(struct program *program, struct slice value,
                                 const struct action_context *context)
{
    if (slice_index(value, ':') < value.len)
        return outcome_server_error(&program->outcomes); /* no tables inside access tables */
    uint32_t list = program_sublist(program, value, context->list, context->reply);
    unsigned flags = (context->ok_forbidden ? OUTCOME_OK_FORBIDDEN : 0U) |
                     (context->ok_is_dunno ? OUTCOME_OK_IS_DUNNO : 0U);
    if (list == UINT32_MAX)
        return OUTCOME_NUMBER_ANYTHING;
    return outcome_list(&program->outcomes, list, flags);
}

uint32_t access_action(struct program *program, struct slice value,
                       const struct action_context *context)
{
    struct action_parts parts = { .word = value, .text = slice_skip(value, value.len) };
    uint64_t number;

    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] == ' ' || value.at[i] == '\t') {
            parts.word = slice_head(value, i);
            parts.text = slice_skip(value, i);
            break;
        }
    }
    while (parts.text.len && ascii_is_space(parts.text.at[0]))
        parts.text = slice_skip(parts.text, 1);
    for (size_t i = 0; i < COUNT(actions); i++)
        if (slice_equal_fold(parts.word, slice_of(actions[i].word)) &&
            program->settings.version >= actions[i].since)
            return actions[i].act(program, &parts, context);
    if (value.len && status_digits(value, 0) == value.len)
        return act_ok(program, &parts, context);
    if (is_reply_code(&parts) && slice_to_u64(parts.word, &number))
        return reply(program, context, OUTCOME_REJECT, (unsigned)number, parts.text,
                     parts.word.at[0] == '4' ? "4.7.1" : "5.7.1");
    return restriction_list(program, value, context);
}
