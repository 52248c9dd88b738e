#include "analyzer/policy/mail_address.h"

struct slice mail_address_unquote(struct arena *arena, struct slice external)
{
    char *out = arena_alloc(arena, external.len + 1);
    size_t len = 0, bare_at_out = 0, bare_at = external.len;
    bool quoted = false;

    for (size_t i = 0; i < external.len; i++) {
        char c = external.at[i];
        if (c == '"') {
            quoted = !quoted;
            continue;
        }
        if (c == '@' && !quoted) {
            bare_at = i;
            bare_at_out = len;
        } else if (c == '\\') {
            if (i + 1 == external.len)
                continue;
            c = external.at[++i];
        }
        out[len++] = c;
    }
    if (bare_at < external.len) { /* the domain stays as it is */
        struct slice domain = slice_skip(external, bare_at);
        memcpy(out + bare_at_out, domain.at, domain.len);
        len = bare_at_out + domain.len;
    }
    out[len] = '\0';
    return slice_make(out, len);
}

bool mail_address_needs_quotes(struct slice local_part)
{
    if (local_part.len == 0 || local_part.at[0] == '.' || local_part.at[local_part.len - 1] == '.')
        return true;
    for (size_t i = 0; i < local_part.len; i++) {
        unsigned char c = (unsigned char)local_part.at[i];
        if (c == '.' && i + 1 < local_part.len && local_part.at[i + 1] == '.')
            return true;
        if (c <= ' ' || c == 0x7f || memchr("()<>@,;:\\\"[]", c, 12))
            return true;
    }
    return false;
}

struct slice mail_address_quote(struct arena *arena, struct slice internal, bool bare)
{
    size_t end = bare ? internal.len : slice_last_index(internal, '@');
    struct slice local_part = slice_head(internal, end);

    if (!mail_address_needs_quotes(local_part))
        return internal;
    char *out = arena_alloc(arena, 2 * internal.len + 3);
    size_t len = 0;
    out[len++] = '"';
    for (size_t i = 0; i < end; i++) {
        if (internal.at[i] == '"' || internal.at[i] == '\\' || internal.at[i] == '\r')
            out[len++] = '\\';
        out[len++] = internal.at[i];
    }
    out[len++] = '"';
    memcpy(out + len, internal.at + end, internal.len - end);
    len += internal.len - end;
    out[len] = '\0';
    return slice_make(out, len);
}

struct slice mail_address_domain(struct slice address)
{
    size_t at = slice_last_index(address, '@');
    return at == address.len ? slice_make(NULL, 0) : slice_skip(address, at + 1);
}

struct slice mail_address_local_part(struct slice address)
{
    return slice_head(address, slice_last_index(address, '@'));
}

static bool starts_fold(struct slice text, const char *prefix)
{
    return slice_equal_fold(slice_head(text, strlen(prefix)), slice_of(prefix));
}

static bool is_never_split(struct slice local_part, const struct extension_rules *rules)
{
    static const char request[] = "-request";
    size_t tail = sizeof request - 1;

    if (slice_equal_fold(local_part, slice_of("postmaster")) ||
        slice_equal_fold(local_part, slice_of("mailer-daemon")) ||
        slice_equal_fold(local_part, rules->double_bounce))
        return true;
    if (!rules->owner_request_special ||
        slice_index(rules->delimiters, '-') == rules->delimiters.len)
        return false;
    return starts_fold(local_part, "owner-") ||
           (local_part.len > tail &&
            slice_equal_fold(slice_skip(local_part, local_part.len - tail), slice_of(request)));
}

bool mail_address_strip_extension(struct arena *arena, struct slice address,
                                  const struct extension_rules *rules, struct slice *bare)
{
    struct slice local_part = mail_address_local_part(address);
    size_t cut = 0;

    while (cut < local_part.len &&
           slice_index(rules->delimiters, local_part.at[cut]) == rules->delimiters.len)
        cut++;
    if (cut == 0 || cut == local_part.len || is_never_split(local_part, rules))
        return false;
    struct slice domain = slice_skip(address, local_part.len);
    *bare = arena_format(arena, "%.*s%.*s", (int)cut, local_part.at, SLICE_FMT(domain));
    return true;
}

struct slice mail_domain_strip_dot(struct slice name)
{
    if (name.len > 1 && name.at[name.len - 1] == '.' && name.at[name.len - 2] != '.')
        return slice_head(name, name.len - 1);
    return name;
}

struct slice mail_address_fold(struct arena *arena, struct slice text)
{
    char *out = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        out[i] = ascii_lower(text.at[i]);
    out[text.len] = '\0';
    return slice_make(out, text.len);
}
