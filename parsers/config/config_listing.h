#ifndef PARSERS_CONFIG_CONFIG_LISTING_H
#define PARSERS_CONFIG_CONFIG_LISTING_H
/*
 * The configuration as postconf(1) prints it, byte for byte: the proof that it was read as Postfix
 * reads it. Which names count is postconf's own rule: built-in ones, those made from the delivery
 * services of master.cf, and user-defined ones that something refers to.
 */
#include <stdbool.h>
#include <stdio.h>

#include "base/fault.h"
#include "parsers/config/config.h"

/* Prints `postconf -n` (set parameters), with all plain `postconf` (every parameter), with expand
 * the same with -x (values expanded). On a terminal control characters are escaped. False with fault
 * where postconf dies: a macro that cannot be parsed. */
bool config_listing(FILE *out, struct config *config, bool all, bool expand, struct fault *fault);

#endif
