#include "base/domain_name.h"

#include <libpsl.h>

#include "base/ip_address.h"

enum { LABEL_MAX = 63 };

bool domain_is_valid_hostname(struct slice name)
{
    size_t label = 0;
    bool has_letter = false;
    if (name.len == 0 || name.len > DOMAIN_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool at_end = i + 1 == name.len || name.at[i + 1] == '.';
        if (c == '.') {
            if (label == 0 || i + 1 == name.len)
                return false;
            label = 0;
            continue;
        }
        if (c == '-' ? label == 0 || at_end : !ascii_is_alnum(c) && c != '_')
            return false;
        if (++label > LABEL_MAX)
            return false;
        has_letter = has_letter || !ascii_is_digit(c);
    }
    return has_letter;
}

static bool is_valid_ipv4(struct slice text)
{
    unsigned octets = 0, value = 0;
    bool inside = false, all_zero = true;
    for (size_t i = 0; i < text.len; i++)
        all_zero = all_zero && (text.at[i] == '0' || text.at[i] == '.');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (ascii_is_digit(c)) {
            if (!inside) {
                inside = true;
                value = 0;
                octets++;
            }
            value = value * 10 + (unsigned)(c - '0');
            if (value > 255)
                return false;
        } else if (c != '.' || !inside || i + 1 == text.len ||
                   (octets == 1 && value == 0 && !all_zero)) {
            return false;
        } else {
            inside = false;
        }
    }
    return octets == 4;
}

static bool is_hex(char c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

/* One colon of an IPv6 text at *at; counts fields by their colons, as Postfix does. */
static bool take_colon(struct slice text, size_t *at, bool after_word, int *field, int *empty_field)
{
    bool next_is_word = *at + 1 < text.len && ascii_is_alnum(text.at[*at + 1]);
    if ((*field == 0 && !after_word && next_is_word) || ++*field > 7)
        return false;
    ++*at;
    if (*at < text.len && text.at[*at] == ':') {
        if (*empty_field > 0)
            return false;
        *empty_field = *field;
    }
    return true;
}

/* Postfix is lenient here: "1:2:3" passes. So do we. */
static bool is_valid_ipv6(struct slice text)
{
    int field = 0, empty_field = 0;
    size_t at = 0, run = 0;
    while (at < text.len) {
        if (text.at[at] == '.')
            return field >= 2 && field <= 6 && is_valid_ipv4(slice_skip(text, at - run));
        if (text.at[at] == ':') {
            if (!take_colon(text, &at, run > 0, &field, &empty_field))
                return false;
            run = 0;
            continue;
        }
        for (run = 0; at + run < text.len && is_hex(text.at[at + run]);)
            run++;
        if (run == 0 || run > 4)
            return false;
        at += run;
    }
    return field >= 2 && !(run == 0 && empty_field != field - 1);
}

bool domain_is_valid_address(struct slice text)
{
    if (text.len == 0)
        return false;
    return slice_index(text, ':') < text.len ? is_valid_ipv6(text) : is_valid_ipv4(text);
}

bool domain_is_valid_literal(struct slice inside_brackets)
{
    static const struct slice tag = SLICE("ipv6:");
    if (inside_brackets.len >= IP_TEXT_MAX)
        return false;
    if (slice_equal_fold(slice_head(inside_brackets, tag.len), tag))
        return is_valid_ipv6(slice_skip(inside_brackets, tag.len));
    return is_valid_ipv4(inside_brackets);
}

bool domain_parent(struct slice name, struct slice *parent)
{
    size_t dot = slice_index(name, '.');
    *parent = slice_skip(name, dot + 1);
    return parent->len > 0;
}

struct slice domain_fold(struct slice name, char *out, size_t size)
{
    if (size == 0)
        return slice_make("", 0);
    size_t len = name.len < size ? name.len : 0;
    for (size_t i = 0; i < len; i++)
        out[i] = ascii_lower(name.at[i]);
    out[len] = 0;
    return slice_make(out, len);
}

struct slice domain_registrable(struct slice name, char *out)
{
    struct ip_address address;
    if (name.len && name.at[name.len - 1] == '.')
        name.len--;
    struct slice folded = domain_fold(name, out, DOMAIN_MAX + 1);
    if (folded.len == 0 || memchr(out, 0, folded.len) || ip_address_parse(folded, &address))
        return slice_make(out, 0);
    /* The list compiled into the library, not a newer system file: the same input gives the same
     * clusters on every machine of a release. */
    const char *hit = psl_registrable_domain(psl_builtin(), out);
    return hit ? slice_of(hit) : folded;
}
