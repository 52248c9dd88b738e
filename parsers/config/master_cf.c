#include "parsers/config/master_cf.h"

#include "base/buffer.h"
#include "base/ip_address.h"
#include "base/xalloc.h"
#include "parsers/config/logical_line.h"
#include "parsers/config/word_list.h"

enum { FIELDS = 8, FIELD_TYPE = 1, FIELD_PRIVATE = 2, FIELD_CHROOT = 4, FIELD_WAKEUP = 5 };
enum { FIELD_MAXPROC = 6, FIELD_COMMAND = 7 };

static const char *const field_names[] = { "service", "type",   "private",       "unprivileged",
                                           "chroot",  "wakeup", "process_limit", "command" };

static bool is_number(struct slice s)
{
    size_t i = 0;
    while (i < s.len && ascii_is_digit(s.at[i]))
        i++;
    return i == s.len;
}

static bool is_good_field(unsigned field, struct slice s)
{
    static const char *const types[] = { "inet", "unix", "fifo", "pass", "unix-dgram" };
    struct slice digits = s;
    bool type = false;
    switch (field) {
    case FIELD_TYPE:
        for (size_t i = 0; i < COUNT(types); i++)
            type = type || slice_is(s, types[i]);
        return type;
    case FIELD_PRIVATE:
    case FIELD_PRIVATE + 1:
    case FIELD_CHROOT:
        return s.len == 1 && strchr("yn-", s.at[0]);
    case FIELD_WAKEUP:
        if (digits.len && digits.at[digits.len - 1] == '?')
            digits.len--;
        return slice_is(digits, "-") || is_number(digits);
    case FIELD_MAXPROC:
        return slice_is(s, "-") || is_number(s);
    default:
        return true;
    }
}

struct override_list {
    struct arena *arena;
    struct master_override *items;
    size_t count, capacity;
    const char *path;
    uint64_t line;
    struct diagnostics *notes;
};

static void add_override(struct override_list *list, struct slice text)
{
    const char *error = NULL;
    struct master_override override;
    if (text.len && text.at[0] == '{' && !word_unbrace(text, &text, &error) && list->notes)
        diagnostics_add(list->notes, 1, "master_cf", "%s, line %llu: %s", list->path,
                        (unsigned long long)list->line, error);
    error = word_split_assignment(text, &override.name, &override.value);
    if (error) {
        if (list->notes)
            diagnostics_add(list->notes, 1, "master_cf", "%s, line %llu: %s: \"%.*s\"", list->path,
                            (unsigned long long)list->line, error, SLICE_FMT(text));
        return;
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 8;
        struct master_override *items = ARENA_ARRAY(list->arena, struct master_override, capacity);
        if (list->count)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = override;
}

/* The options behind the command: -v, -o name=value, -oname=value, -vo name=value. */
static void parse_arguments(struct slice rest, struct override_list *list)
{
    struct slice word;
    while (word_next_blank(&rest, &word) && word.at[0] == '-' && !slice_is(word, "--")) {
        struct slice letters = slice_skip(word, 1);
        size_t o = slice_index(letters, 'o');
        if (o == letters.len)
            continue;
        struct slice value = slice_skip(letters, o + 1);
        if (value.len == 0 && !word_next_blank(&rest, &value))
            break;
        add_override(list, value);
    }
}

static bool parse_service(struct slice line, struct override_list *list,
                          struct master_service *service, struct fault *fault)
{
    struct slice fields[FIELDS], rest = line;
    for (unsigned i = 0; i < FIELDS; i++)
        if (!word_next_blank(&rest, &fields[i]))
            return fault_set(fault, FAULT_INPUT, list->path, list->line,
                             "bad field count; a service has at least 8 fields, see master(5)");
    for (unsigned i = 0; i < FIELDS; i++)
        if (!is_good_field(i, fields[i]))
            return fault_set(fault, FAULT_INPUT, list->path, list->line,
                             "invalid %s field \"%.*s\"; see master(5)", field_names[i],
                             SLICE_FMT(slice_head(fields[i], 100)));
    parse_arguments(rest, list);
    *service = (struct master_service){ .name = fields[0],
                                        .type = fields[FIELD_TYPE],
                                        .command = fields[FIELD_COMMAND],
                                        .chroot = fields[FIELD_CHROOT],
                                        .maxproc = fields[FIELD_MAXPROC],
                                        .overrides = list->items,
                                        .override_count = list->count,
                                        .line = list->line };
    return true;
}

bool master_cf_parse(struct arena *arena, struct slice text, const char *path,
                     struct master_cf *master, struct diagnostics *notes, struct fault *fault)
{
    struct logical_reader reader;
    struct buffer joined;
    struct slice line;
    size_t capacity = 0;
    bool good = true;
    *master = (struct master_cf){ 0 };
    logical_reader_init(&reader, text);
    buffer_init(&joined, text.len);
    while (good && logical_reader_next(&reader, &joined, &line)) {
        struct override_list list = {
            .arena = arena, .path = path, .line = reader.first_line, .notes = notes
        };
        if (master->count == capacity) {
            capacity = capacity ? capacity * 2 : 32;
            struct master_service *services = ARENA_ARRAY(arena, struct master_service, capacity);
            if (master->count)
                memcpy(services, master->services, master->count * sizeof *services);
            master->services = services;
        }
        good = parse_service(arena_copy(arena, line), &list, &master->services[master->count++],
                             fault);
    }
    buffer_release(&joined);
    return good;
}

static struct slice base_name(struct slice path)
{
    size_t slash = slice_last_index(path, '/');
    return slash < path.len ? slice_skip(path, slash + 1) : path;
}

static bool is_command(const struct master_service *service, const char *command)
{
    return slice_is(base_name(service->command), command);
}

/* The port of "smtp", "25", "host:25", "[::1]:smtp". */
static struct slice port_of(struct slice name)
{
    static const struct {
        const char *name, *port;
    } ports[] = {
        { "smtp", "25" },
        { "submission", "587" },
        { "smtps", "465" },
        { "submissions", "465" },
    };
    size_t colon = slice_last_index(name, ':');
    struct slice port = colon < name.len ? slice_skip(name, colon + 1) : name;
    for (size_t i = 0; i < COUNT(ports); i++)
        if (slice_is(port, ports[i].name))
            return slice_of(ports[i].port);
    return port;
}

static bool is_on_port_25(const struct master_service *service)
{
    return slice_is(service->type, "inet") && slice_is(port_of(service->name), "25");
}

/* Of two lines for one service master(8) uses the last. */
static bool is_replaced(const struct master_cf *master, size_t number)
{
    const struct master_service *service = &master->services[number];
    for (size_t i = number + 1; i < master->count; i++)
        if (slice_equal(master->services[i].name, service->name) &&
            slice_equal(master->services[i].type, service->type))
            return true;
    return false;
}

/* The families of the clients that reach an inet service: those of the address that it listens on. */
static unsigned families_of(struct slice name)
{
    size_t colon = slice_last_index(name, ':');
    struct slice host = slice_head(name, colon < name.len ? colon : 0);
    struct ip_address address;
    if (host.len > 2 && host.at[0] == '[')
        host = slice_make(host.at + 1, host.len - 2);
    if (!ip_address_parse(host, &address))
        return MASTER_IPV4 | MASTER_IPV6;
    return address.family == 4 ? MASTER_IPV4 : MASTER_IPV6;
}

const struct master_service *master_cf_postscreen(const struct master_cf *master,
                                                  unsigned *families)
{
    const struct master_service *found = NULL;
    *families = 0;
    for (size_t i = 0; i < master->count; i++) {
        const struct master_service *service = &master->services[i];
        if (!is_on_port_25(service) || !is_command(service, "postscreen") || is_replaced(master, i))
            continue;
        *families |= families_of(service->name);
        if (!found)
            found = service;
    }
    return found;
}

const struct master_service *master_cf_port_25(const struct master_cf *master)
{
    unsigned families;
    bool postscreen = master_cf_postscreen(master, &families) != NULL;
    const struct master_service *direct = NULL;
    for (size_t i = 0; i < master->count; i++) {
        const struct master_service *service = &master->services[i];
        if (!is_command(service, "smtpd") || is_replaced(master, i))
            continue;
        if (postscreen && slice_is(service->type, "pass"))
            return service;
        if (!direct && is_on_port_25(service))
            direct = service;
    }
    return direct;
}

/* "host:25" and "host:smtp" are one place; a name without a port is compared as it is. */
static bool is_same_name(struct slice a, struct slice b)
{
    size_t a_colon = slice_last_index(a, ':'), b_colon = slice_last_index(b, ':');
    struct slice a_host = slice_head(a, a_colon < a.len ? a_colon + 1 : 0);
    struct slice b_host = slice_head(b, b_colon < b.len ? b_colon + 1 : 0);
    return slice_equal(a_host, b_host) && slice_equal(port_of(a), port_of(b));
}

const struct master_service *master_cf_find(const struct master_cf *master, struct slice name)
{
    const struct master_service *found = NULL;
    size_t slash = slice_last_index(name, '/');
    struct slice type = slash < name.len ? slice_skip(name, slash + 1) : slice_make("", 0);
    struct slice bare = slice_head(name, slash);
    for (size_t i = 0; i < master->count; i++) {
        const struct master_service *service = &master->services[i];
        bool match = slash < name.len
                         ? is_same_name(service->name, bare) && slice_equal(service->type, type)
                         : is_same_name(service->name, name);
        if (match && is_command(service, "smtpd"))
            return service;
        if (match && !found)
            found = service;
    }
    return found;
}
