#ifndef PARSERS_LINES_DAEMON_ROWS_H
#define PARSERS_LINES_DAEMON_ROWS_H
/*
 * Rows of shape tables for what a daemon says of itself: a line of its operation, or of a trouble.
 * They bear no evidence about mail, so that a pattern and its sample are all that differs.
 */
#include "parsers/lines/line_shape.h"

#define NOTE(pattern, sample)                                                                      \
    {                                                                                              \
        EVENT_DAEMON_NOTE, pattern, sample, NULL, 0                                                \
    }
#define WARN(pattern, sample)                                                                      \
    {                                                                                              \
        EVENT_DAEMON_WARNING, pattern, sample, NULL, 0                                             \
    }

#endif
