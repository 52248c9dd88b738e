#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H
/*
 * The only way for text from a log, a table or a DNS answer to reach a terminal, a page or a
 * document. Input may be any bytes; output is always valid UTF-8 without control characters.
 * Bytes that are not UTF-8 become U+FFFD in documents and \xHH on a terminal.
 */
#include "base/buffer.h"
#include "base/slice.h"

/* For a terminal or a plain text: control characters, DEL, C1 controls, bidirectional overrides and
 * broken UTF-8 become \xHH or \u{H}; the rest stays. With ascii, everything above 0x7e too. */
void escape_terminal(struct buffer *out, struct slice text, bool ascii);
/* A JSON string with its quotes (RFC 8259); broken UTF-8 becomes U+FFFD. */
void escape_json(struct buffer *out, struct slice text);
/* JSON string, or `null` for "no text". */
void escape_json_or_null(struct buffer *out, struct slice text);
/* Text or attribute value of an HTML page: & < > " ' and controls. */
void escape_html(struct buffer *out, struct slice text);
/* One CSV field (RFC 4180), quoted when needed; a leading = + - @ is defused with a '. */
void escape_csv(struct buffer *out, struct slice text);
/* A Prometheus label value without its quotes: \ " and newline. */
void escape_prometheus(struct buffer *out, struct slice text);
/* Length of the valid UTF-8 sequence at s.at[0], 0 when it is none; *code gets the code point. */
size_t utf8_sequence(struct slice s, uint32_t *code);

#endif
