#include "analyzer/evidence/postgrey_whitelist.h"

#include <stdio.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"
#include "base/line_file.h"
#include "base/xalloc.h"

enum { LINE_MAX_BYTES = 1 << 16 };

enum entry_kind {
    ENTRY_PATTERN, /* a regular expression over the whole text */
    ENTRY_NAME,    /* a host name, itself and below */
    ENTRY_NETWORK, /* client addresses */
    ENTRY_ADDRESS, /* recipient user@domain */
    ENTRY_USER,    /* recipient user@ */
    ENTRY_DOMAIN,  /* recipient domain, itself and below */
};

struct entry {
    enum entry_kind kind;
    pcre2_code *pattern;
    struct slice text, domain;
    struct ip_prefix network;
};

struct entry_list {
    struct entry *items;
    size_t count, capacity;
};

struct postgrey_whitelist {
    struct arena arena;
    struct entry_list clients, recipients;
};

struct postgrey_whitelist *postgrey_whitelist_new(void)
{
    struct postgrey_whitelist *list = xcalloc(1, sizeof *list);
    arena_init(&list->arena);
    return list;
}

static void release_list(struct entry_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        pcre2_code_free(list->items[i].pattern);
    free(list->items);
}

void postgrey_whitelist_free(struct postgrey_whitelist *list)
{
    if (!list)
        return;
    release_list(&list->clients);
    release_list(&list->recipients);
    arena_release(&list->arena);
    free(list);
}

static void add_entry(struct entry_list *list, struct entry entry)
{
    GROW(list->items, list->count, list->capacity);
    list->items[list->count++] = entry;
}

/* Cuts the comment and the blanks; false when nothing is left. */
static bool take_entry(struct slice *line)
{
    *line = slice_trim(slice_head(*line, slice_index(*line, '#')));
    return line->len > 0;
}

static bool has_blank(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (ascii_is_space(text.at[i]))
            return true;
    return false;
}

/* "/.../" as a pattern without case; false when text is none. */
static bool add_pattern(struct entry_list *list, struct slice text, struct diagnostics *notes)
{
    int error;
    PCRE2_SIZE at;
    if (text.len < 3 || text.at[0] != '/' || text.at[text.len - 1] != '/' || has_blank(text))
        return false;
    struct entry entry = { .kind = ENTRY_PATTERN };
    entry.pattern =
        pcre2_compile((PCRE2_SPTR)(text.at + 1), text.len - 2, PCRE2_CASELESS, &error, &at, NULL);
    if (entry.pattern)
        add_entry(list, entry);
    else
        diagnostics_add(notes, 1, "whitelist_entry",
                        "a white list holds a broken pattern, skipped");
    return true;
}

/* How many octets an IPv4 text of one to three digits each has; 0 when it is none. *end gets the
 * rest behind them. */
static unsigned count_octets(struct slice text, size_t *end)
{
    unsigned octets = 0;
    size_t i = 0;
    for (;;) {
        size_t begin = i;
        while (i < text.len && ascii_is_digit(text.at[i]))
            i++;
        if (i == begin || i - begin > 3)
            return 0;
        octets++;
        if (octets == 4 || i == text.len || text.at[i] != '.')
            break;
        i++;
    }
    *end = i;
    return octets;
}

/* An address or network, whole or (IPv4) cut after two or three octets. */
static bool add_network(struct entry_list *list, struct slice text)
{
    size_t end = 0;
    unsigned octets = count_octets(text, &end);
    char full[64];
    struct entry entry = { .kind = ENTRY_NETWORK };
    bool cut = (octets == 2 || octets == 3) && end == text.len;
    if (cut)
        snprintf(full, sizeof full, "%.*s%s/24", SLICE_FMT(text), octets == 2 ? ".0.0" : ".0");
    else if ((octets == 4 && (end == text.len || text.at[end] == '/')) ||
             slice_index(text, ':') < text.len)
        snprintf(full, sizeof full, "%.*s", SLICE_FMT(slice_head(text, sizeof full - 1)));
    else
        return false;
    if (ip_prefix_parse(slice_of(full), &entry.network, NULL))
        add_entry(list, entry);
    return true;
}

void postgrey_whitelist_add_client(struct postgrey_whitelist *list, struct slice line,
                                   struct diagnostics *notes)
{
    if (!take_entry(&line) || add_pattern(&list->clients, line, notes) ||
        add_network(&list->clients, line))
        return;
    if (has_blank(line))
        diagnostics_add(notes, 1, "whitelist_entry",
                        "a white list holds a line that is no host name, skipped");
    else
        add_entry(&list->clients,
                  (struct entry){ .kind = ENTRY_NAME, .text = arena_copy(&list->arena, line) });
}

void postgrey_whitelist_add_recipient(struct postgrey_whitelist *list, struct slice line,
                                      struct diagnostics *notes)
{
    if (!take_entry(&line) || add_pattern(&list->recipients, line, notes))
        return;
    if (has_blank(line)) {
        diagnostics_add(notes, 1, "whitelist_entry",
                        "a white list holds a line that is no address, skipped");
        return;
    }
    struct slice text = arena_copy(&list->arena, line);
    size_t at = slice_index(text, '@');
    struct entry entry = { .kind = ENTRY_DOMAIN, .text = text };
    if (at < text.len)
        entry = (struct entry){ .kind = at + 1 < text.len ? ENTRY_ADDRESS : ENTRY_USER,
                                .text = slice_head(text, at),
                                .domain = slice_skip(text, at + 1) };
    add_entry(&list->recipients, entry);
}

bool postgrey_whitelist_read(struct postgrey_whitelist *list, const char *path, bool recipients,
                             struct diagnostics *notes, struct fault *fault)
{
    struct line_file file;
    struct slice line;
    if (!line_file_open(&file, path, "the white list", LINE_MAX_BYTES, fault))
        return false;
    while (line_file_next(&file, &line)) {
        if (file.is_cut)
            diagnostics_add(notes, 1, "whitelist_entry",
                            "a white list holds an overlong line, skipped");
        else if (recipients)
            postgrey_whitelist_add_recipient(list, line, notes);
        else
            postgrey_whitelist_add_client(list, line, notes);
    }
    return line_file_close(&file, fault);
}

static bool pattern_matches(const pcre2_code *pattern, struct slice text)
{
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(pattern, NULL);
    int got = pcre2_match(pattern, (PCRE2_SPTR)text.at, text.len, 0, 0, data, NULL);
    pcre2_match_data_free(data);
    return got >= 0;
}

/* name is entry, or ends in a separator and entry. */
static bool ends_in(struct slice name, struct slice entry, const char *separators)
{
    if (name.len < entry.len || !slice_equal_fold(slice_skip(name, name.len - entry.len), entry))
        return false;
    return name.len == entry.len ? separators[0] == '.'
                                 : strchr(separators, name.at[name.len - entry.len - 1]) != NULL;
}

/* user or user+extension. */
static bool is_user(struct slice local, struct slice user)
{
    if (!slice_equal_fold(slice_head(local, user.len), user) || local.len < user.len)
        return false;
    return local.len == user.len || (local.at[user.len] == '+' && local.len > user.len + 1);
}

bool postgrey_whitelist_has_client(const struct postgrey_whitelist *list, struct slice name,
                                   const struct ip_address *address)
{
    for (size_t i = 0; i < list->clients.count; i++) {
        const struct entry *entry = &list->clients.items[i];
        if ((entry->kind == ENTRY_PATTERN && pattern_matches(entry->pattern, name)) ||
            (entry->kind == ENTRY_NAME && ends_in(name, entry->text, ".")) ||
            (entry->kind == ENTRY_NETWORK && ip_prefix_contains(&entry->network, address)))
            return true;
    }
    return false;
}

bool postgrey_whitelist_has_recipient(const struct postgrey_whitelist *list, struct slice recipient)
{
    size_t at = slice_index(recipient, '@');
    struct slice local = slice_head(recipient, at), domain = slice_skip(recipient, at + 1);
    for (size_t i = 0; i < list->recipients.count; i++) {
        const struct entry *entry = &list->recipients.items[i];
        if ((entry->kind == ENTRY_PATTERN && pattern_matches(entry->pattern, recipient)) ||
            (entry->kind == ENTRY_DOMAIN && ends_in(recipient, entry->text, "@.") &&
             recipient.len > entry->text.len) ||
            (entry->kind == ENTRY_ADDRESS && at < recipient.len && is_user(local, entry->text) &&
             slice_equal_fold(domain, entry->domain)) ||
            (entry->kind == ENTRY_USER && at < recipient.len && is_user(local, entry->text)))
            return true;
    }
    return false;
}
