#include "cli/options_agree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/civil_time.h"
#include "base/xalloc.h"

/* A file of the command line; path is "no text" where an option was not given. */
struct named_file {
    const char *option;
    struct slice path;
};
struct named_files {
    struct named_file *items;
    size_t count, capacity;
};

static void add(struct named_files *files, const char *option, struct slice path)
{
    if (!path.at)
        return;
    GROW(files->items, files->count, files->capacity);
    files->items[files->count++] = (struct named_file){ option, path };
}

static void add_list(struct named_files *files, const char *option, const struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        add(files, option, slice_of(list->items[i]));
}

static void list_inputs(const struct options *options, struct named_files *files)
{
    for (size_t i = 0; i < options->log_count; i++)
        add(files, "LOG", slice_of(options->logs[i]));
    add(files, "--config-dir", slice_of(options->config_dir));
    add(files, "--candidate", slice_of(options->candidate));
    add(files, "--shapes", slice_of(options->shapes));
    add(files, "--answers", slice_of(options->answers));
    add(files, "--spamtraps", slice_of(options->spamtraps));
    add_list(files, "--labels", &options->labels);
    add_list(files, "--dns", &options->dns);
    add_list(files, "--geoip", &options->geoip);
    for (size_t i = 0; i < options->mailboxes.count; i++) {
        struct slice whole = slice_of(options->mailboxes.items[i]);
        add(files, "--mailbox", slice_head(whole, slice_last_index(whole, '=')));
    }
}

static void list_outputs(const struct options *options, struct named_files *files)
{
    add(files, "--output", slice_of(options->output_file));
    add(files, "--audit-list", slice_of(options->audit_file));
    add(files, "--verdicts", slice_of(options->verdicts_file));
    add(files, "--unparsed", slice_of(options->unparsed_file));
}

/* What stands under a name; false when it is no file that writing would destroy. */
static bool is_file(struct slice path, struct stat *status)
{
    char *name = xstrndup(path.at, path.len);
    bool found = stat(name, status) == 0 && S_ISREG(status->st_mode);
    free(name);
    return found;
}

static bool are_same(const struct named_file *a, const struct named_file *b)
{
    struct stat first, second;
    if (slice_is(a->path, "-") || slice_is(b->path, "-"))
        return false;
    if (!is_file(a->path, &first) || !is_file(b->path, &second))
        return false;
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* The one file of several that is this one; NULL: none. */
static const struct named_file *find_same(const struct named_file *file,
                                          const struct named_files *among, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (are_same(file, &among->items[i]))
            return &among->items[i];
    return NULL;
}

static void forget_snapshots(struct named_files *inputs)
{
    size_t kept = 0;
    for (size_t i = 0; i < inputs->count; i++)
        if (strcmp(inputs->items[i].option, "--dns") != 0)
            inputs->items[kept++] = inputs->items[i];
    inputs->count = kept;
}

static bool check_inputs(const struct named_files *inputs, struct fault *fault)
{
    size_t streams = 0;
    for (size_t i = 0; i < inputs->count; i++) {
        const struct named_file *file = &inputs->items[i];
        if (file->path.len == 0)
            return fault_set(fault, FAULT_USAGE, file->option, 0, "'' is empty; name a file");
        streams += slice_is(file->path, "-");
        if (streams > 1)
            return fault_set(fault, FAULT_USAGE, file->option, 0,
                             "standard input ('-') can be read only once; name a file");
    }
    return true;
}

static bool check_outputs(const struct named_files *inputs, const struct named_files *outputs,
                          struct fault *fault)
{
    for (size_t i = 0; i < outputs->count; i++) {
        const struct named_file *file = &outputs->items[i];
        const struct named_file *other = find_same(file, inputs, inputs->count);
        if (!other)
            other = find_same(file, outputs, i);
        if (other)
            return fault_set(fault, FAULT_USAGE, file->option, 0,
                             "'%.*s' would be overwritten, and is the file of %s, too; name "
                             "another file",
                             SLICE_FMT(slice_head(file->path, 200)), other->option);
    }
    return true;
}

bool options_agree(const struct options *options, enum command_bit command, struct fault *fault)
{
    struct named_files inputs = { .count = 0 }, outputs = { .count = 0 };
    list_inputs(options, &inputs);
    list_outputs(options, &outputs);
    bool good = check_inputs(&inputs, fault);
    if (command == COMMAND_DNS)
        forget_snapshots(&inputs);
    good = good && check_outputs(&inputs, &outputs, fault);
    free(inputs.items);
    free(outputs.items);
    if (good && options->since_us != TIME_NONE && options->until_us != TIME_NONE &&
        options->since_us >= options->until_us)
        return fault_set(fault, FAULT_USAGE, "--until", 0,
                         "ends before --since begins; give a later time");
    return good;
}
