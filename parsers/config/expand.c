#include "parsers/config/expand.h"

#include <stdio.h>

enum { NESTING_MAX = 100, STEPS_MAX = 1000000 };

struct expander {
    struct buffer *out;
    const struct expand_options *options;
    struct expand_outcome *outcome;
    unsigned nesting, steps;
};

static void expand_run(struct expander *x, struct slice text);

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice skip_blanks(struct slice s)
{
    while (s.len && is_blank(s.at[0]))
        s = slice_skip(s, 1);
    return s;
}

/* Remembers the first refusal: `what "...before>>>after"`; always false. */
static bool refuse(struct expander *x, const char *what, struct slice before, struct slice after)
{
    if (x->outcome->failed)
        return false;
    x->outcome->failed = true;
    before = slice_head(before, 80);
    after = slice_head(after, 80);
    snprintf(x->outcome->error, sizeof x->outcome->error, "%s: \"%.*s%.*s\"", what, (int)before.len,
             before.at ? before.at : "", (int)after.len, after.at ? after.at : "");
    return false;
}

static const struct slice nothing = SLICE("");

/* Where {...} begins behind blanks, when braces group at all. */
static bool at_brace(const struct expander *x, struct slice text, struct slice *brace)
{
    *brace = skip_blanks(text);
    return x->options->version >= 300 && brace->len && brace->at[0] == '{';
}

/* Cuts "{inside}" and the blanks behind it off *text, which begins with the brace. */
static bool take_braces(struct expander *x, struct slice *text, struct slice *inside)
{
    unsigned level = 0;
    for (size_t i = 0; i < text->len; i++) {
        if (text->at[i] == '{') {
            level++;
        } else if (text->at[i] == '}' && --level == 0) {
            *inside = slice_make(text->at + 1, i - 1);
            *text = skip_blanks(slice_skip(*text, i + 1));
            return true;
        }
    }
    return refuse(x, "unbalanced {} in attribute expression", *text, nothing);
}

enum relation { REL_EQ, REL_NE, REL_LT, REL_LE, REL_GE, REL_GT };

static bool holds(enum relation relation, int order)
{
    static const unsigned char truth[][3] = {
        /* order: < = > */
        [REL_EQ] = { 0, 1, 0 }, [REL_NE] = { 1, 0, 1 }, [REL_LT] = { 1, 0, 0 },
        [REL_LE] = { 1, 1, 0 }, [REL_GE] = { 0, 1, 1 }, [REL_GT] = { 0, 0, 1 },
    };
    return truth[relation][order < 0 ? 0 : order > 0 ? 2 : 1];
}

static int order_of(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* A run of digits as a number that fits a long; false when it is none or does not fit. */
static bool digits_to_number(struct slice s, int64_t *value)
{
    uint64_t got;
    while (s.len > 1 && s.at[0] == '0')
        s = slice_skip(s, 1);
    if (!slice_to_u64(s, &got) || got > INT64_MAX)
        return false;
    *value = (int64_t)got;
    return true;
}

static bool is_digits(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_is_digit(s.at[i]))
            return false;
    return s.len > 0;
}

bool expand_level_parse(struct slice text, int64_t *level)
{
    static const int64_t unit[] = { 1000000, 1000, 1 };
    int64_t sum = 0;
    for (unsigned part = 0; part < 3; part++) {
        size_t dot = part < 2 ? slice_index(text, '.') : text.len;
        struct slice digits = slice_head(text, dot);
        while (digits.len && ascii_is_space(digits.at[0])) /* strtol(3) skips them, and a sign */
            digits = slice_skip(digits, 1);
        if (digits.len > 1 && digits.at[0] == '+')
            digits = slice_skip(digits, 1);
        int64_t number;
        if (!is_digits(digits) || !digits_to_number(digits, &number) ||
            number > (part ? 1023 : INT64_MAX >> 24))
            return false;
        sum += number * unit[part];
        if (dot >= text.len)
            break;
        text = slice_skip(text, dot + 1);
    }
    *level = sum;
    return true;
}

static bool compare_levels(struct expander *x, enum relation relation, struct slice left,
                           struct slice right, bool *truth)
{
    int64_t a, b;
    if (!expand_level_parse(left, &a))
        return refuse(x, "malformed compatibility level syntax", left, nothing);
    if (!expand_level_parse(right, &b))
        return refuse(x, "malformed compatibility level syntax", right, nothing);
    *truth = holds(relation, order_of(a, b));
    return true;
}

static bool compare_values(struct expander *x, enum relation relation, struct slice left,
                           struct slice right, bool *truth)
{
    int64_t a, b;
    if (!is_digits(left) || !is_digits(right)) {
        *truth = holds(relation, slice_compare(left, right));
        return true;
    }
    if (!digits_to_number(left, &a))
        return refuse(x, "mac_exp_eval: bad conversion", left, nothing);
    if (!digits_to_number(right, &b))
        return refuse(x, "mac_exp_eval: bad conversion", right, nothing);
    *truth = holds(relation, order_of(a, b));
    return true;
}

/* Expands one operand on its own; the caller releases the buffer. */
static void expand_operand(struct expander *x, struct slice text, struct buffer *value)
{
    struct buffer *out = x->out;
    buffer_init(value, out ? out->limit : 0);
    x->out = x->options->scan ? NULL : value;
    expand_run(x, text);
    x->out = out;
}

static bool take_operator(struct expander *x, struct slice *text, struct slice left,
                          enum relation *relation, bool *levels)
{
    static const char *const names[] = {
        [REL_EQ] = "==", [REL_NE] = "!=", [REL_LT] = "<",
        [REL_LE] = "<=", [REL_GE] = ">=", [REL_GT] = ">",
    };
    size_t len = 0, suffix = 0;
    while (len < text->len && text->at[len] && strchr("<>!=?+-*/~&|%", text->at[len]))
        len++;
    unsigned i = 0;
    while (i < sizeof names / sizeof names[0] && !slice_is(slice_head(*text, len), names[i]))
        i++;
    if (i == sizeof names / sizeof names[0])
        return refuse(x, "relational operator expected at", left, *text);
    *relation = (enum relation)i;
    *text = slice_skip(*text, len);
    *levels = false;
    while (suffix < text->len && ascii_is_alnum(text->at[suffix]))
        suffix++;
    if (suffix && x->options->version >= 306) {
        *levels = slice_is(slice_head(*text, suffix), "level");
        if (!*levels)
            return refuse(x, "bad operator suffix at", left, *text);
        *text = slice_skip(*text, suffix);
    }
    return true;
}

/* "{left} op {right}" at the start of *text: cuts it off and judges it. */
static bool take_comparison(struct expander *x, struct slice *text, bool *truth)
{
    struct slice left, right, brace;
    enum relation relation = REL_EQ;
    bool levels;
    if (!take_braces(x, text, &left) || !take_operator(x, text, left, &relation, &levels))
        return false;
    if (!at_brace(x, *text, &brace))
        return refuse(x, "\"{expression}\" expected at", left, *text);
    *text = brace;
    if (!take_braces(x, text, &right))
        return false;
    struct buffer a, b;
    expand_operand(x, left, &a);
    expand_operand(x, right, &b);
    *truth = false;
    if (!x->options->scan && !x->outcome->failed) {
        bool (*compare)(struct expander *, enum relation, struct slice, struct slice, bool *) =
            levels ? compare_levels : compare_values;
        compare(x, relation, buffer_slice(&a), buffer_slice(&b), truth);
    }
    buffer_release(&a);
    buffer_release(&b);
    return !x->outcome->failed;
}

/* Cuts the name off *text; what is left begins behind the "?" or ":" that *op gets, 0 at the end. */
static bool take_name(struct expander *x, struct slice *text, struct slice *name, char *op)
{
    struct slice whole = *text = skip_blanks(*text);
    for (size_t i = 0;; i++) {
        struct slice rest = skip_blanks(slice_skip(whole, i));
        *name = slice_head(whole, i);
        if (rest.len == 0) {
            *op = 0;
            *text = rest;
            return true;
        }
        if (rest.at[0] == '?' || rest.at[0] == ':') {
            *op = rest.at[0];
            *text = slice_skip(rest, 1);
            return true;
        }
        if (!ascii_is_alnum(whole.at[i]) && whole.at[i] != '_')
            return refuse(x, "attribute name syntax error at", *name, slice_skip(whole, i));
    }
}

/* The text behind "?" or ":": a {group} with more behind it, or all the rest. */
static bool take_arm(struct expander *x, struct slice *text, struct slice *arm)
{
    struct slice brace;
    if (at_brace(x, *text, &brace)) {
        *text = brace;
        return take_braces(x, text, arm);
    }
    *arm = *text;
    *text = nothing;
    return true;
}

/* What stands behind the condition: "?a", ":b", "?{a}:{b}". */
static void expand_arms(struct expander *x, struct slice rest, char op, bool truth)
{
    struct slice arm;
    bool both = x->options->scan;
    if (op == '?') {
        if (!take_arm(x, &rest, &arm))
            return;
        if (truth || both)
            expand_run(x, arm);
        if (rest.len == 0)
            return;
        if (rest.at[0] != ':') {
            refuse(x, "\":\" expected at", arm, rest);
            return;
        }
        rest = slice_skip(rest, 1);
    }
    if (!take_arm(x, &rest, &arm))
        return;
    if (!truth || both)
        expand_run(x, arm);
    if (rest.len)
        refuse(x, "unexpected input at", arm, rest);
}

/* The inside of ${...}, or the name behind a bare $. */
static void expand_expression(struct expander *x, struct slice text)
{
    struct slice name, value = nothing, rest;
    char op = 0;
    bool found = false;
    if (at_brace(x, text, &rest)) {
        bool truth;
        if (!take_comparison(x, &rest, &truth))
            return;
        if (rest.len) {
            op = rest.at[0];
            if (op != '?' && op != ':') {
                refuse(x, "\"?\" or \":\" expected at", text, nothing);
                return;
            }
            rest = slice_skip(rest, 1);
        }
        found = true;
        value = truth ? slice_of("true") : nothing;
    } else {
        rest = text;
        if (!take_name(x, &rest, &name, &op))
            return;
        found = x->options->lookup(x->options->context, name, &value);
        value = found ? value : nothing;
    }
    if (op) {
        expand_arms(x, rest, op, value.len > 0);
        return;
    }
    x->outcome->undefined = x->outcome->undefined || !found;
    if (x->options->scan || value.len == 0)
        return;
    if (x->options->recurse)
        expand_run(x, value);
    else
        buffer_add_slice(x->out, value);
}

/* The end of "(name)" or "{...}" whose inside starts at text: its length, or text.len. */
static size_t closing(struct slice text, char open, char close)
{
    unsigned level = 1;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == open)
            level++;
        else if (text.at[i] == close && --level == 0)
            return i;
    }
    return text.len;
}

/* Cuts the reference behind a "$" off *text. */
static bool take_reference(struct expander *x, struct slice *text, struct slice *inside,
                           struct slice whole)
{
    char open = text->len ? text->at[0] : 0;
    size_t len = 0;
    if (open == '(' || open == '{') {
        *text = slice_skip(*text, 1);
        len = closing(*text, open, open == '(' ? ')' : '}');
        if (len == text->len)
            return refuse(x, "truncated macro reference", whole, nothing);
        *inside = slice_head(*text, len);
        *text = slice_skip(*text, len + 1);
    } else {
        while (len < text->len && (ascii_is_alnum(text->at[len]) || text->at[len] == '_'))
            len++;
        *inside = slice_head(*text, len);
        *text = slice_skip(*text, len);
    }
    return inside->len > 0 || refuse(x, "empty macro name", whole, nothing);
}

static void expand_run(struct expander *x, struct slice text)
{
    struct slice whole = text, inside = text;
    if (x->nesting++ > NESTING_MAX)
        refuse(x, "unreasonable macro call nesting", text, nothing);
    while (text.len && !x->outcome->failed) {
        size_t dollar = slice_index(text, '$');
        if (x->out)
            buffer_add_slice(x->out, slice_head(text, dollar));
        text = slice_skip(text, dollar);
        if (text.len == 0)
            break;
        text = slice_skip(text, 1);
        if (text.len && text.at[0] == '$') {
            text = slice_skip(text, 1);
            if (x->out)
                buffer_add_byte(x->out, '$');
        } else if (take_reference(x, &text, &inside, whole)) {
            x->steps += 1 + (unsigned)(inside.len / 64);
            if (x->steps > STEPS_MAX || (x->out && x->out->overflow))
                refuse(x, "unreasonable macro expansion", whole, nothing);
            else
                expand_expression(x, inside);
        }
    }
    x->nesting--;
}

bool expand_text(struct buffer *out, struct slice text, const struct expand_options *options,
                 struct expand_outcome *outcome)
{
    *outcome = (struct expand_outcome){ 0 };
    struct expander x = { options->scan ? NULL : out, options, outcome, 0, 0 };
    expand_run(&x, text);
    return !outcome->failed;
}
