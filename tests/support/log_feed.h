#ifndef TESTS_SUPPORT_LOG_FEED_H
#define TESTS_SUPPORT_LOG_FEED_H
/*
 * Hand-written logs for tests: text to lines to events to a rebuilt store, and the store's rows as
 * short texts that a test can write down.
 */
#include "analyzer/evidence/evidence.h"
#include "analyzer/rebuild/rebuild.h"
#include "base/buffer.h"
#include "base/slice.h"

/* Feeds every line of a log (RFC 3164 stamps of the year 2026 in UTC, or RFC 3339) as file number
 * `file`. */
void log_feed(struct rebuild *rebuild, struct slice log, uint16_t file);
/* A store rebuilt from one log. Release with evidence_release. */
void log_rebuild(struct evidence *evidence, const char *log);
/* One line per row: "SESSION QID CLIENT(STATUS/REVERSE STATUS) HELO SENDER RECIPIENT VERDICT
 * END [hops] [filters] [source]", see log_feed.c. */
void log_print_rows(const struct evidence *evidence, struct buffer *out);

#endif
