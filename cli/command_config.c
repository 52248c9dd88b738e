#include "cli/commands.h"
#include "parsers/config/config_listing.h"

int command_config(const struct options *options, struct fault *fault)
{
    if (!options->config_dir) {
        fault_set(fault, FAULT_USAGE, "config", 0,
                  "give the configuration: mailwhatif config -c DIR");
        return 2;
    }
    struct diagnostics notes;
    diagnostics_init(&notes);
    struct config *config = config_open(options->config_dir, &notes, fault);
    if (config && options->postfix_major)
        config_set_version(config, options->postfix_major, options->postfix_minor);
    if (config)
        config_listing(stdout, config, options->all_parameters, options->expand, fault);
    for (uint32_t i = 0; i < notes.count; i++)
        fprintf(stderr, "mailwhatif: warning: %.*s\n", SLICE_FMT(notes.items[i].text));
    config_free(config);
    diagnostics_release(&notes);
    return 0;
}
