#ifndef TUI_PANEL_TEXT_H
#define TUI_PANEL_TEXT_H
/*
 * Phrases that several panels share. All escape what comes from a log or a configuration.
 */
#include <stdbool.h>

#include "analyzer/results.h"
#include "base/buffer.h"

/* A log's text; `<>` for an empty one, `-` for none. */
void panel_text_or_dash(struct buffer *out, struct slice text, bool ascii);
/* "warn_if_reject NAME ARGUMENT (in CLASS)". */
void panel_text_restriction(struct buffer *out, const struct results_restriction *restriction,
                            bool ascii);
/* "mail.example.org[192.0.2.7]" as Postfix logs it, "unknown[192.0.2.7]". */
void panel_text_client(struct buffer *out, const struct results_row *row, bool ascii);
/* "defer 450". */
void panel_text_verdict(struct buffer *out, const struct results_decision *decision);
/* "ham", "spam", "60%" or "-". */
void panel_text_label(struct buffer *out, double ham);

#endif
