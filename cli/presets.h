#ifndef CLI_PRESETS_H
#define CLI_PRESETS_H
/*
 * Restriction sets that people really use, as overlay lines: one row each. They are facts about
 * those set-ups, not advice; places that a site fills in with its own tables are left out.
 */
#include <stddef.h>
#include <stdio.h>

struct preset {
    const char *name;
    const char *title;        /* where the set comes from, and its date */
    const char *const *lines; /* `name = value`, NULL at the end */
};

/* The preset of that name, or NULL. */
const struct preset *preset_find(const char *name);
/* Prints all presets with their lines: `--preset list`. */
void preset_print_list(FILE *to);

#endif
