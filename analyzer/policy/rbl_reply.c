#include "analyzer/policy/rbl_reply.h"

#include <stdio.h>

#include "analyzer/policy/access_action.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/mail_address.h"

enum { REPLY_MAX = 1000, NESTING_MAX = 10 };

struct reply_macro {
    const struct leaf *leaf;
    const struct rbl_hit *hit;
    char number[16];
};

static struct slice known_text(const struct leaf_text *text)
{
    return text->state == LEAF_KNOWN ? text->text : slice_make("", 0);
}

static struct slice part_of(const struct leaf_text *address, struct slice part)
{
    struct slice text = known_text(address);
    if (slice_is(part, "_name"))
        return mail_address_local_part(text);
    struct slice domain = mail_address_domain(text);
    return domain.at ? domain : slice_make("", 0);
}

/* The value of a $name; "no text" for a name that there is not. */
static struct slice macro_value(struct reply_macro *macro, struct slice name)
{
    const struct leaf *leaf = macro->leaf;
    const struct {
        const char *name;
        struct slice value;
    } values[] = {
        { "rbl_code", slice_of(macro->number) },
        { "rbl_domain", macro->hit->domain },
        { "rbl_reason", macro->hit->text },
        { "rbl_txt", macro->hit->text },
        { "rbl_what", macro->hit->what },
        { "rbl_class", slice_of(macro->hit->label) },
        { "client_address", known_text(&leaf->client.address) },
        { "client_name", known_text(&leaf->client.name) },
        { "reverse_client_name", known_text(&leaf->client.reverse_name) },
        { "helo_name", known_text(&leaf->helo) },
        { "sender", known_text(&leaf->sender) },
        { "recipient", known_text(&leaf->recipient) },
        { "server_name", leaf->settings->addresses.myhostname },
    };

    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (slice_is(name, values[i].name))
            return values[i].value.at ? values[i].value : slice_make("", 0);
    if (slice_is(name, "sender_name") || slice_is(name, "sender_domain"))
        return part_of(&leaf->sender, slice_skip(name, 6));
    if (slice_is(name, "recipient_name") || slice_is(name, "recipient_domain"))
        return part_of(&leaf->recipient, slice_skip(name, 9));
    return slice_make("", 0);
}

static bool is_name_byte(char c)
{
    return ascii_is_alnum(c) || c == '_';
}

/* Length of "(...)" or "{...}" at text, with its brackets; 0 when it does not close. */
static size_t bracketed(struct slice text)
{
    char open = text.at[0], close = open == '{' ? '}' : ')';
    size_t depth = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == open)
            depth++;
        else if (text.at[i] == close && --depth == 0)
            return i + 1;
    }
    return 0;
}

static void expand(struct reply_macro *macro, struct slice text, struct buffer *out,
                   unsigned depth);

/* The inside of ${...}: "name", "name?text", "name:text", "name?{text}:{text}". */
static void expand_inside(struct reply_macro *macro, struct slice inside, struct buffer *out,
                          unsigned depth)
{
    size_t end = 0;
    while (end < inside.len && is_name_byte(inside.at[end]))
        end++;
    struct slice value = macro_value(macro, slice_head(inside, end));
    struct slice rest = slice_skip(inside, end + 1);

    if (end == inside.len) {
        buffer_add_slice(out, value);
        return;
    }
    bool when_set = inside.at[end] == '?';
    struct slice yes = rest, no = slice_make("", 0);
    if (rest.len && rest.at[0] == '{') {
        size_t len = bracketed(rest);
        if (len) {
            yes = slice_make(rest.at + 1, len - 2);
            no = slice_skip(rest, len + 1);
            if (no.len > 1 && no.at[0] == '{' && bracketed(no))
                no = slice_make(no.at + 1, bracketed(no) - 2);
        }
    }
    if ((value.len > 0) == when_set)
        expand(macro, yes, out, depth + 1);
    else
        expand(macro, no, out, depth + 1);
}

static void expand(struct reply_macro *macro, struct slice text, struct buffer *out, unsigned depth)
{
    if (depth > NESTING_MAX)
        return;
    while (text.len) {
        size_t dollar = slice_index(text, '$');
        buffer_add_slice(out, slice_head(text, dollar));
        text = slice_skip(text, dollar + 1);
        if (text.len == 0)
            return;
        size_t len = text.at[0] == '{' || text.at[0] == '(' ? bracketed(text) : 0;
        if (len) {
            expand_inside(macro, slice_make(text.at + 1, len - 2), out, depth);
        } else if (text.at[0] == '$') {
            buffer_add_byte(out, '$');
            len = 1;
        } else {
            while (len < text.len && is_name_byte(text.at[len]))
                len++;
            buffer_add_slice(out, macro_value(macro, slice_head(text, len)));
        }
        text = slice_skip(text, len);
    }
}

static uint32_t parse_reply(struct leaf *leaf, struct slice reply)
{
    struct slice rest, dsn = slice_of("4.7.1");
    uint64_t code = 450;
    char fixed[16];

    if (reply.len > 3 && (reply.at[0] == '4' || reply.at[0] == '5') &&
        ascii_is_digit(reply.at[1]) && ascii_is_digit(reply.at[2]) && reply.at[3] == ' ' &&
        slice_to_u64(slice_head(reply, 3), &code))
        dsn = dsn_fix(dsn_split(slice_skip(reply, 4), dsn, &rest), REPLY_OTHER, fixed);
    return outcome_reply(&leaf->program->outcomes, OUTCOME_REJECT, (unsigned)code, dsn,
                         CAUSE_LASTING, 0);
}

uint32_t rbl_reply(struct leaf *leaf, const struct rbl_hit *hit)
{
    struct reply_macro macro = { .leaf = leaf, .hit = hit };
    struct slice template = leaf->settings->default_rbl_reply, found;
    struct buffer reply;

    enum lookup_status status = table_list_find(&leaf->settings->rbl_reply, hit->argument, false,
                                                leaf->scratch, &found, leaf->needs);
    if (status == LOOKUP_ABSENT && leaf->settings->version >= 309)
        status = table_list_find(&leaf->settings->rbl_reply, hit->domain, false, leaf->scratch,
                                 &found, leaf->needs);
    if (status == LOOKUP_FOUND)
        template = found;
    else if (status == LOOKUP_UNREADABLE)
        return outcome_reply(&leaf->program->outcomes, OUTCOME_REJECT, 550, slice_of("5.7.1"),
                             CAUSE_LASTING, OUTCOME_ANY_CODE);
    else if (status != LOOKUP_ABSENT)
        return outcome_server_error(&leaf->program->outcomes);
    snprintf(macro.number, sizeof macro.number, "%u", leaf->settings->rbl_code);
    buffer_init(&reply, REPLY_MAX);
    expand(&macro, template, &reply, 0);
    uint32_t outcome = parse_reply(leaf, buffer_slice(&reply));
    buffer_release(&reply);
    return outcome;
}
