#include "analyzer/evidence/spf_internal.h"

#include "base/buffer.h"
#include "base/xalloc.h"

enum { EXPANSION_MAX = 8192, PARTS_MAX = 128, NAME_MAX_BYTES = 253 };

static struct slice sender_local(const struct spf_run *run)
{
    struct slice sender = run->query->sender;
    size_t at = slice_last_index(sender, '@');
    return at == 0 || at == sender.len ? slice_of("postmaster") : slice_head(sender, at);
}

static struct slice sender_domain(const struct spf_run *run)
{
    struct slice sender = run->query->sender;
    size_t at = slice_last_index(sender, '@');
    return at == sender.len ? sender : slice_skip(sender, at + 1);
}

/* %{i}: dotted quad, or the 32 nibbles of an IPv6 address, dotted. */
static struct slice client_dotted(struct spf_run *run)
{
    const struct ip_address *client = &run->query->client;
    char text[IP_TEXT_MAX], nibbles[64];
    if (client->family == 4)
        return arena_copy(run->arena, ip_address_format(client, text));
    for (int i = 0; i < 32; i++) {
        int nibble = client->bytes[i / 2] >> (i % 2 ? 0 : 4) & 15;
        nibbles[i * 2] = "0123456789ABCDEF"[nibble];
        nibbles[i * 2 + 1] = '.';
    }
    return arena_copy(run->arena, slice_make(nibbles, 63));
}

static bool is_same_or_below(struct slice name, struct slice domain)
{
    if (name.len < domain.len)
        return false;
    size_t cut = name.len - domain.len;
    return slice_equal_fold(slice_skip(name, cut), domain) && (cut == 0 || name.at[cut - 1] == '.');
}

/* %{p}: a validated name of the client, the domain itself or one below it before any other. */
static struct slice client_validated(struct spf_run *run, struct slice domain, bool *missing)
{
    struct slice names[SPF_MAX_NAMES], best = slice_of("unknown");
    size_t count = 0;
    int rank = 0;
    if (spf_validated_names(run, names, &count) == SPF_ASK_MISSING)
        *missing = true;
    for (size_t i = 0; i < count; i++) {
        int got = slice_equal_fold(names[i], domain)   ? 3
                  : is_same_or_below(names[i], domain) ? 2
                                                       : 1;
        if (got > rank) {
            rank = got;
            best = names[i];
        }
    }
    return best;
}

static struct slice letter_value(struct spf_run *run, char letter, struct slice domain,
                                 bool *missing)
{
    const struct spf_query *query = run->query;
    char text[IP_TEXT_MAX];
    switch (letter) {
    case 's': {
        struct slice local = sender_local(run), host = sender_domain(run);
        return arena_format(run->arena, "%.*s@%.*s", SLICE_FMT(local), SLICE_FMT(host));
    }
    case 'l':
        return sender_local(run);
    case 'o':
        return sender_domain(run);
    case 'd':
        return domain;
    case 'i':
        return client_dotted(run);
    case 'p':
        return client_validated(run, domain, missing);
    case 'v':
        return slice_of(query->client.family == 4 ? "in-addr" : "ip6");
    case 'h':
        return query->helo;
    case 'c':
        return arena_copy(run->arena, ip_address_format(&query->client, text));
    case 'r':
        return query->receiver.len ? query->receiver : slice_of("unknown");
    case 't':
        return arena_format(run->arena, "%lld", (long long)(query->time_us / 1000000));
    default:
        return slice_of("");
    }
}

/* RFC 3986 unreserved characters stay; the rest becomes %XX. */
static void add_url_escaped(struct buffer *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (ascii_is_alnum((char)c) || (c && strchr("-._~", c)))
            buffer_add_byte(out, (char)c);
        else
            buffer_format(out, "%%%02X", c);
    }
}

/* Splits value at the delimiters, reverses, keeps the rightmost `keep` parts, joins with dots. */
static void add_transformed(struct buffer *out, struct slice value, const char *delimiters,
                            bool reverse, uint64_t keep)
{
    struct slice parts[PARTS_MAX];
    size_t count = 0, begin = 0;
    for (size_t i = 0; i <= value.len; i++)
        if (i == value.len || (value.at[i] && strchr(delimiters, value.at[i]))) {
            if (count < PARTS_MAX)
                parts[count++] = slice_make(value.at + begin, i - begin);
            begin = i + 1;
        }
    size_t wanted = keep && keep < count ? (size_t)keep : count;
    for (size_t i = 0; i < wanted; i++) {
        size_t from = count - wanted + i;
        if (i)
            buffer_add_byte(out, '.');
        buffer_add_slice(out, parts[reverse ? count - 1 - from : from]);
    }
}

/* Expands the macro "%{...}" at text; the syntax was checked. Returns the bytes used. */
static size_t add_macro(struct spf_run *run, struct buffer *out, struct slice text,
                        struct slice domain, bool *missing)
{
    size_t close = slice_index(text, '}'), i = 3;
    uint64_t keep = 0;
    bool reverse = false;
    char delimiters[16] = "";
    size_t delimiter_count = 0;
    while (i < close && ascii_is_digit(text.at[i]))
        i++;
    if (i > 3 && !slice_to_u64(slice_make(text.at + 3, i - 3), &keep))
        keep = 0;
    if (i < close && ascii_lower(text.at[i]) == 'r') {
        reverse = true;
        i++;
    }
    for (; i < close && delimiter_count < sizeof delimiters - 1; i++)
        delimiters[delimiter_count++] = text.at[i];
    delimiters[delimiter_count] = '\0';
    struct slice value = letter_value(run, ascii_lower(text.at[2]), domain, missing);
    struct buffer plain;
    buffer_init(&plain, EXPANSION_MAX);
    if (keep || reverse || delimiter_count)
        add_transformed(&plain, value, delimiter_count ? delimiters : ".", reverse, keep);
    else
        buffer_add_slice(&plain, value);
    if (text.at[2] >= 'A' && text.at[2] <= 'Z')
        add_url_escaped(out, buffer_slice(&plain));
    else
        buffer_add_slice(out, buffer_slice(&plain));
    buffer_release(&plain);
    return close + 1;
}

struct slice spf_expand(struct spf_run *run, struct slice text, struct slice domain,
                        bool explanation, bool *missing)
{
    struct buffer out;
    buffer_init(&out, EXPANSION_MAX);
    if (!spf_is_macro_string(text, explanation)) {
        buffer_release(&out);
        return slice_of("");
    }
    for (size_t i = 0; i < text.len;) {
        if (text.at[i] != '%') {
            buffer_add_byte(&out, text.at[i++]);
        } else if (text.at[i + 1] == '{') {
            i += add_macro(run, &out, slice_skip(text, i), domain, missing);
        } else {
            buffer_add_text(&out, text.at[i + 1] == '%'   ? "%"
                                  : text.at[i + 1] == '_' ? " "
                                                          : "%20");
            i += 2;
        }
    }
    struct slice result = arena_copy(run->arena, buffer_slice(&out));
    buffer_release(&out);
    return result;
}

struct slice spf_target(struct spf_run *run, struct slice domain_spec, struct slice domain,
                        bool *missing)
{
    if (domain_spec.len == 0)
        return domain;
    struct slice name = spf_expand(run, domain_spec, domain, false, missing);
    if (name.len && name.at[name.len - 1] == '.')
        name.len--;
    while (name.len > NAME_MAX_BYTES) {
        size_t dot = slice_index(name, '.');
        name = slice_skip(name, dot == name.len ? dot : dot + 1);
    }
    return name;
}
