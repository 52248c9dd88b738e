#ifndef PARSERS_CONFIG_MAIN_CF_H
#define PARSERS_CONFIG_MAIN_CF_H
/*
 * main.cf text: logical lines of `name = value` into a layer of settings. `postconf -n` output is
 * read the same way; lines of postconf's own warnings in it are passed over.
 */
#include <stdbool.h>

#include "base/fault.h"
#include "base/slice.h"
#include "parsers/config/settings.h"

/* Reads text into layer, the last of several equal names wins (remark "config_duplicate" in notes,
 * which may be NULL). path names the source in messages. False with fault, in Postfix's words, on
 * the first line that is no assignment. */
bool main_cf_parse(struct settings *layer, struct slice text, const char *path,
                   struct diagnostics *notes, struct fault *fault);

#endif
