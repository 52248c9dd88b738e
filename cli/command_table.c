#include "cli/command_table.h"

#include <string.h>

#include "base/xalloc.h"
#include "cli/commands.h"

/* clang-format off */
static const struct command_row commands[] = {
    { "tui", "[OPTIONS] LOG...", "the dashboard; the default on a terminal",
      command_tui, COMMAND_TUI, true },
    { "replay", "[OPTIONS] LOG...", "what-if: a candidate restriction set against the baseline",
      command_replay, COMMAND_REPLAY, true },
    { "explain", "[OPTIONS] -k KEY LOG...", "one message: time line, evidence, every answer",
      command_explain, COMMAND_EXPLAIN, true },
    { "tune", "[OPTIONS] LOG...", "propose the best restriction set within a ham-loss budget",
      NULL, COMMAND_TUNE, true },
    { "audit", "[OPTIONS] [LOG...]", "findings on configuration and operation",
      NULL, COMMAND_AUDIT, false },
    { "report", "[OPTIONS] LOG...", "the nightly report into a directory",
      NULL, COMMAND_REPORT, true },
    { "dns", "record|show|import ...", "DNS snapshot: record answers for the names a log needs",
      command_dns, COMMAND_DNS, true },
    { "events", "[OPTIONS] LOG...", "every log line as a typed JSON record",
      command_events, COMMAND_EVENTS, true },
    { "transactions", "[OPTIONS] LOG...", "every recipient with its evidence and its end",
      command_transactions, COMMAND_TRANSACTIONS, true },
    { "config", "-c DIR [--all] [--expand]", "the Postfix configuration as mailwhatif reads it",
      command_config, COMMAND_CONFIG, false },
    { "partial", "[OPTIONS] LOG...", "map step: a shard of a log to a partial",
      NULL, COMMAND_PARTIAL, true },
    { "merge", "PARTIAL...", "reduce step: partials to one partial or report",
      NULL, COMMAND_MERGE, true },
};
/* clang-format on */

const struct command_row *command_find(const char *name)
{
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

void command_names(unsigned bits, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < COUNT(commands) && used < size; i++) {
        if (!(commands[i].bit & bits) || !commands[i].run)
            continue;
        int added = snprintf(out + used, size - used, "%s%s", used ? ", " : "", commands[i].name);
        used += added > 0 ? (size_t)added : 0;
    }
}

void command_print_help(FILE *to)
{
    fputs("usage: mailwhatif [COMMAND] [OPTIONS] LOG...\n"
          "\n"
          "Replays real Postfix mail logs through simulated restriction sets: what a rule would\n"
          "have cost in wanted mail, how much spam it would have stopped, and how sure that is.\n"
          "\n"
          "Commands:\n",
          to);
    for (size_t i = 0; i < COUNT(commands); i++)
        if (commands[i].run)
            fprintf(to, "  %-14s %s\n", commands[i].name, commands[i].help);
    fputs("\n"
          "Without a command: the dashboard on a terminal, else `replay --text`.\n"
          "'mailwhatif COMMAND --help' lists the options of a command. LOG may be `-`, compressed\n"
          "(gz, bz2, xz, zst), and several in any order.\n"
          "Exit status: 0 done, 1 a threshold that was asked for is crossed, 2 usage,\n"
          "3 input could not be read.\n",
          to);
}
