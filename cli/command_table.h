#ifndef CLI_COMMAND_TABLE_H
#define CLI_COMMAND_TABLE_H
/*
 * The commands: one row each, in the order in which --help lists them. A command's function stands
 * in cli/command_NAME.c. It returns the exit status (DESIGN.md section 3); a fault it sets is printed
 * by main and outranks the status with its kind (2 usage, 3 input).
 */
#include <stdbool.h>
#include <stdio.h>

#include "base/fault.h"
#include "cli/options.h"

typedef int (*command_fn)(const struct options *options, struct fault *fault);

struct command_row {
    const char *name;
    const char *operands; /* as in the usage line */
    const char *help;     /* one line */
    command_fn run;       /* NULL: not built yet */
    enum command_bit bit;
    bool needs_operand; /* at least one operand must be given */
};

/* The row of a command, or NULL when there is none of that name. */
const struct command_row *command_find(const char *name);
/* The names of a set of commands: "replay, tune"; cut to size. */
void command_names(unsigned bits, char *out, size_t size);
/* Prints what `mailwhatif --help` shows: usage and the commands that are built. */
void command_print_help(FILE *to);

#endif
