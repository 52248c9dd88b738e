/*
 * mailwhatif: what would that rule have cost? The front door: finds the command, reads its options,
 * runs it, prints the fault there may be, and is the only place that decides the exit status.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/version.h"
#include "cli/command_table.h"
#include "cli/options.h"
#include "cli/options_agree.h"
#include "cli/presets.h"

/* The command for an argv without one: the dashboard for people, text for everything else. */
static const struct command_row *default_command(void)
{
    const struct command_row *tui = command_find("tui");
    if (tui->run && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        return tui;
    return command_find("replay");
}

/* Operands that the command cannot do without, or cannot take. */
static bool check_operands(const struct command_row *command, const struct options *options,
                           struct fault *fault)
{
    if (command->needs_operand && options->log_count == 0)
        return fault_set(fault, FAULT_USAGE, NULL, 0,
                         "nothing to read; usage: mailwhatif %s %s ('-' is standard input)",
                         command->name, command->operands);
    for (size_t i = 0; i < options->log_count; i++)
        if (i == 0 && command_find(options->logs[0]) && access(options->logs[0], F_OK) != 0)
            return fault_set(fault, FAULT_USAGE, options->logs[0], 0,
                             "a command goes first: mailwhatif %s [OPTIONS] ...", options->logs[0]);
    return true;
}

static int run(const struct command_row *command, struct options *options, int argc, char **argv,
               struct fault *fault)
{
    if (!options_parse(options, command, argc, argv, fault))
        return 2;
    if (options->version) {
        puts("mailwhatif " MAILWHATIF_VERSION);
        return 0;
    }
    if (options->help) {
        options_print_help(command, stdout);
        return 0;
    }
    if (options->list_presets) {
        preset_print_list(stdout);
        return 0;
    }
    if (!check_operands(command, options, fault) || !options_agree(options, command->bit, fault))
        return 2;
    if (!command->run) {
        fault_set(fault, FAULT_USAGE, command->name, 0,
                  "not built yet; 'mailwhatif --help' lists the commands that are");
        return 2;
    }
    return command->run(options, fault);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");  /* for the screen; numbers stay in the C locale */
    signal(SIGPIPE, SIG_DFL); /* `| head` ends us quietly */

    const struct command_row *command = argc > 1 ? command_find(argv[1]) : NULL;
    if (argc < 2) {
        command_print_help(stderr);
        return 2;
    }
    if (!command && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        command_print_help(stdout);
        return 0;
    }
    struct options options;
    struct fault fault = { .kind = FAULT_NONE };
    options_init(&options);
    int status = command ? run(command, &options, argc - 1, argv + 1, &fault)
                         : run(default_command(), &options, argc, argv, &fault);
    options_release(&options);
    if (fflush(stdout) != 0 || ferror(stdout))
        fault_set(&fault, FAULT_INPUT, "standard output", 0, "cannot be written: %s",
                  strerrordesc_np(errno));
    if (fault_is_set(&fault)) {
        fault_print(&fault, stderr);
        status = (int)fault.kind;
    }
    return status;
}
