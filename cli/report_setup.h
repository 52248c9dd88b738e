#ifndef CLI_REPORT_SETUP_H
#define CLI_REPORT_SETUP_H
/*
 * What every document says of its own making: program, command, moment, and how it may look. Takes
 * the options and the surroundings (terminal, locale, SOURCE_DATE_EPOCH).
 */
#include "cli/options.h"
#include "reports/report.h"

/* The context of a document; borrows from options. */
struct report_context report_setup(const struct options *options);

#endif
