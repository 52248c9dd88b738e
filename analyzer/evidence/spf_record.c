#include "analyzer/evidence/spf_record.h"

#include "base/xalloc.h"

bool spf_is_record(struct slice text)
{
    struct slice version = slice_head(text, 6);
    return slice_equal_fold(version, slice_of("v=spf1")) && (text.len == 6 || text.at[6] == ' ');
}

/* The end of the transformers and delimiters that begin at text[at]; 0 for "%{d0}". */
static size_t skip_transformers(struct slice text, size_t at)
{
    size_t digits = at;
    uint64_t parts;
    while (at < text.len && ascii_is_digit(text.at[at]))
        at++;
    if (at > digits &&
        (!slice_to_u64(slice_make(text.at + digits, at - digits), &parts) || parts == 0))
        return 0;
    if (at < text.len && ascii_lower(text.at[at]) == 'r')
        at++;
    while (at < text.len && text.at[at] && strchr(".-+,/_=", text.at[at]))
        at++;
    return at;
}

/* Length of the macro-expand at text[0] == '%', 0 when it is none. */
static size_t macro_expand_length(struct slice text, bool explanation)
{
    const char *letters = explanation ? "slodiphvcrt" : "slodiphv";
    if (text.len < 2)
        return 0;
    if (text.at[1] == '%' || text.at[1] == '_' || text.at[1] == '-')
        return 2;
    if (text.at[1] != '{' || text.len < 4 || !text.at[2] ||
        !strchr(letters, ascii_lower(text.at[2])))
        return 0;
    size_t end = skip_transformers(text, 3);
    return end && end < text.len && text.at[end] == '}' ? end + 1 : 0;
}

bool spf_is_macro_string(struct slice text, bool explanation)
{
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '%') {
            size_t used = macro_expand_length(slice_skip(text, i), explanation);
            if (!used)
                return false;
            i += used;
        } else if ((c > 0x20 && c < 0x7f) || (explanation && c == ' ')) {
            i++;
        } else {
            return false;
        }
    }
    return true;
}

/* RFC 7208 7.1: toplabel: letters, digits and inner hyphens, not all digits. */
static bool is_toplabel(struct slice label)
{
    bool letter = false;
    if (label.len == 0 || label.at[0] == '-' || label.at[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++) {
        if (!ascii_is_alnum(label.at[i]) && label.at[i] != '-')
            return false;
        letter |= !ascii_is_digit(label.at[i]);
    }
    return letter;
}

/* domain-spec = macro-string domain-end: ends in a macro or in ".toplabel" with one optional dot. */
static bool is_domain_spec(struct slice text)
{
    if (text.len == 0 || !spf_is_macro_string(text, false))
        return false;
    size_t end = 0;
    for (size_t i = 0; i < text.len;) {
        bool macro = text.at[i] == '%';
        i += macro ? macro_expand_length(slice_skip(text, i), false) : 1;
        end = macro ? i : end;
    }
    if (end == text.len)
        return true;
    if (text.at[text.len - 1] == '.')
        text.len--;
    size_t dot = slice_last_index(text, '.');
    return dot < text.len && dot >= end && is_toplabel(slice_skip(text, dot + 1));
}

/* "0" or a number without leading zero, at most `most`. */
static bool parse_bits(struct slice digits, unsigned most, uint8_t *bits)
{
    uint64_t value;
    if (!slice_to_u64(digits, &value) || value > most || (digits.len > 1 && digits.at[0] == '0'))
        return false;
    *bits = (uint8_t)value;
    return true;
}

/* Index where the digits at the end of text begin, text.len when there are none. */
static size_t trailing_digits(struct slice text)
{
    size_t i = text.len;
    while (i && ascii_is_digit(text.at[i - 1]))
        i--;
    return i;
}

/* Takes "/24", "//64" or "/24//64" off the end of *argument. */
static bool take_dual_cidr(struct slice *argument, struct spf_term *term)
{
    size_t digits = trailing_digits(*argument);
    if (digits < argument->len && digits >= 2 && argument->at[digits - 1] == '/' &&
        argument->at[digits - 2] == '/') {
        if (!parse_bits(slice_skip(*argument, digits), 128, &term->bits6))
            return false;
        argument->len = digits - 2;
        digits = trailing_digits(*argument);
    }
    if (digits < argument->len && digits >= 1 && argument->at[digits - 1] == '/') {
        if (!parse_bits(slice_skip(*argument, digits), 32, &term->bits4))
            return false;
        argument->len = digits - 1;
    }
    return true;
}

/* ":domain-spec" or nothing. */
static bool take_domain(struct slice argument, bool required, struct spf_term *term)
{
    if (argument.len == 0)
        return !required;
    term->domain_spec = slice_skip(argument, 1);
    return argument.at[0] == ':' && is_domain_spec(term->domain_spec);
}

/* ":network[/bits]" of ip4 and ip6. */
static bool take_network(struct slice argument, uint8_t family, struct spf_term *term)
{
    struct ip_address address;
    uint8_t bits = family == 4 ? 32 : 128;
    if (argument.len < 2 || argument.at[0] != ':')
        return false;
    argument = slice_skip(argument, 1);
    size_t slash = slice_index(argument, '/');
    if (slash < argument.len && !parse_bits(slice_skip(argument, slash + 1), bits, &bits))
        return false;
    if (!ip_address_parse(slice_head(argument, slash), &address) || address.family != family)
        return false;
    term->network = ip_prefix_of(&address, bits);
    return true;
}

static const struct {
    const char *name;
    enum spf_mechanism mechanism;
} mechanisms[] = {
    { "all", SPF_ALL }, { "include", SPF_INCLUDE }, { "a", SPF_A },     { "mx", SPF_MX },
    { "ptr", SPF_PTR }, { "ip4", SPF_IP4 },         { "ip6", SPF_IP6 }, { "exists", SPF_EXISTS },
};

static bool take_argument(struct slice argument, struct spf_term *term)
{
    switch (term->mechanism) {
    case SPF_ALL:
        return argument.len == 0;
    case SPF_INCLUDE:
    case SPF_EXISTS:
        return take_domain(argument, true, term);
    case SPF_A:
    case SPF_MX:
        return take_dual_cidr(&argument, term) && take_domain(argument, false, term);
    case SPF_PTR:
        return take_domain(argument, false, term);
    case SPF_IP4:
        return take_network(argument, 4, term);
    case SPF_IP6:
        return take_network(argument, 6, term);
    }
    return false;
}

static bool parse_mechanism(struct slice word, struct spf_term *term)
{
    *term = (struct spf_term){ .qualifier = '+', .bits4 = 32, .bits6 = 128 };
    if (word.len && word.at[0] && strchr("+-~?", word.at[0])) {
        term->qualifier = word.at[0];
        word = slice_skip(word, 1);
    }
    size_t end = 0;
    while (end < word.len && word.at[end] != ':' && word.at[end] != '/')
        end++;
    for (size_t i = 0; i < COUNT(mechanisms); i++)
        if (slice_equal_fold(slice_head(word, end), slice_of(mechanisms[i].name))) {
            term->mechanism = mechanisms[i].mechanism;
            return take_argument(slice_skip(word, end), term);
        }
    return false;
}

/* Index of the '=' behind a modifier's name, word.len when word is no modifier. */
static size_t modifier_equals(struct slice word)
{
    size_t i = 0;
    while (i < word.len && (ascii_is_alnum(word.at[i]) || word.at[i] == '-' || word.at[i] == '_' ||
                            word.at[i] == '.'))
        i++;
    bool named = i > 0 && ascii_is_alnum(word.at[0]) && !ascii_is_digit(word.at[0]);
    return named && i < word.len && word.at[i] == '=' ? i : word.len;
}

static bool take_modifier(struct slice name, struct slice value, struct spf_record *record)
{
    struct slice *target = slice_equal_fold(name, slice_of("redirect")) ? &record->redirect
                           : slice_equal_fold(name, slice_of("exp"))    ? &record->exp
                                                                        : NULL;
    if (!target)
        return spf_is_macro_string(value, false);
    if (target->at || !is_domain_spec(value))
        return false;
    *target = value;
    return true;
}

bool spf_record_parse(struct slice text, struct arena *arena, struct spf_record *record)
{
    *record = (struct spf_record){ 0 };
    struct slice rest = slice_skip(text, 6), word;
    for (struct slice count = rest; slice_next_word(&count, " ", &word);)
        record->count++;
    record->terms = ARENA_ARRAY(arena, struct spf_term, record->count + 1);
    record->count = 0;
    while (slice_next_word(&rest, " ", &word)) {
        size_t equals = modifier_equals(word);
        bool good = equals < word.len ? take_modifier(slice_head(word, equals),
                                                      slice_skip(word, equals + 1), record)
                                      : parse_mechanism(word, &record->terms[record->count++]);
        if (!good)
            return false;
    }
    return true;
}
