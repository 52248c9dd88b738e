#ifndef CLI_OPTIONS_AGREE_H
#define CLI_OPTIONS_AGREE_H
/*
 * What no single option can tell: words of one command line that cannot all be meant. A file that is
 * read is never one that is written, standard input is read once, a span of time begins before it
 * ends.
 */
#include <stdbool.h>

#include "base/fault.h"
#include "cli/options.h"

/* False with a usage fault that names one of the options that contradict each other. Looks at files by
 * what they are, not by their names. A command that adds to a DNS snapshot may read it, too. */
bool options_agree(const struct options *options, enum command_bit command, struct fault *fault);

#endif
