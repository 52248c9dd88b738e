#include "parsers/config/config_listing.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/xalloc.h"
#include "parsers/config/expand.h"
#include "parsers/config/parameter_names.h"

enum { VALUE_MAX = 16 << 20 };

struct listing {
    FILE *out;
    struct config *config;
    struct parameter_names names;
    bool all, expand, escape;
    struct fault *fault;
};

/* The unexpanded value that postconf sees: set, or with defaults the default. */
static bool find_raw(struct listing *listing, struct slice name, bool defaults, struct slice *value)
{
    char number[24];
    struct arena *arena = &listing->names.arena;
    const char *text = arena_copy(arena, name).at;
    if (config_is_set(listing->config, text)) {
        *value = config_raw(listing->config, text);
        return true;
    }
    if (!defaults || !parameter_names_default(&listing->names, listing->config, name, value))
        return false;
    if (slice_is(name, "process_id")) {
        snprintf(number, sizeof number, "%ld", (long)getpid());
        *value = arena_copy(arena, slice_of(number));
    }
    return true;
}

static bool look_up(void *context, struct slice name, struct slice *value)
{
    return find_raw(context, name, true, value);
}

/* Words parted by single blanks, whatever stood between them. */
static void print_line(struct listing *listing, struct slice name, struct slice value)
{
    struct slice parts[] = { name, slice_of("="), value }, word;
    struct buffer line, shown;
    buffer_init(&line, VALUE_MAX * 2);
    buffer_init(&shown, VALUE_MAX * 8);
    for (size_t i = 0; i < COUNT(parts); i++)
        while (slice_next_word(&parts[i], " \t\r\n", &word)) {
            if (line.len)
                buffer_add_byte(&line, ' ');
            buffer_add_slice(&line, word);
        }
    if (listing->escape)
        escape_terminal(&shown, buffer_slice(&line), false);
    struct slice text = buffer_slice(listing->escape ? &shown : &line);
    fwrite(text.at, 1, text.len, listing->out);
    fputc('\n', listing->out);
    buffer_release(&line);
    buffer_release(&shown);
}

static bool print_parameter(struct listing *listing, struct slice name)
{
    struct parameter_name known = parameter_names_find(&listing->names, name);
    struct slice value;
    if (known.class == NAME_UNKNOWN || known.class == NAME_LEGACY ||
        !find_raw(listing, name, listing->all, &value))
        return true;
    struct expand_options options = { .lookup = look_up,
                                      .context = listing,
                                      .recurse = true,
                                      .version = config_version(listing->config) };
    struct expand_outcome outcome;
    struct buffer out;
    bool good = true;
    buffer_init(&out, VALUE_MAX);
    if (listing->expand && !known.is_raw) {
        good = expand_text(&out, value, &options, &outcome);
        value = buffer_slice(&out);
        if (!good)
            fault_set(listing->fault, FAULT_INPUT, config_main_path(listing->config), 0,
                      "macro processing error: %s", outcome.error);
    }
    if (good)
        print_line(listing, name, value);
    buffer_release(&out);
    return good;
}

static int by_text(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

bool config_listing(FILE *out, struct config *config, bool all, bool expand, struct fault *fault)
{
    struct listing listing = { .out = out,
                               .config = config,
                               .all = all,
                               .expand = expand,
                               .escape = isatty(fileno(out)) == 1,
                               .fault = fault };
    static const char *const machine[] = { "myhostname", "mydomain", "mynetworks" };
    /* postconf works these out in any case, and dies of what they rest on. */
    for (size_t i = 0; i < COUNT(machine); i++)
        if (!config_is_set(config, machine[i]))
            config_value(config, machine[i]);
    bool good =
        config_macro_fault(config, fault) && parameter_names_init(&listing.names, config, fault);
    uint32_t count = listing.names.count;
    struct slice *sorted = xcalloc(count + 1, sizeof *sorted);
    for (uint32_t i = SYM_EMPTY; i < count; i++)
        sorted[i] = intern_text(&listing.names.texts, i);
    if (count > SYM_EMPTY)
        qsort(sorted + SYM_EMPTY, count - SYM_EMPTY, sizeof *sorted, by_text);
    for (uint32_t i = SYM_EMPTY; good && i < count; i++)
        good = print_parameter(&listing, sorted[i]);
    free(sorted);
    parameter_names_release(&listing.names);
    return good;
}
