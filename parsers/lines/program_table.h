#ifndef PARSERS_LINES_PROGRAM_TABLE_H
#define PARSERS_LINES_PROGRAM_TABLE_H
/*
 * Lines to events: the one dispatch from a program's name to the shapes of its lines. A line of a
 * known program is understood or unknown; a program that is known and not ours is foreign. Nothing
 * is dropped: every line is counted by class and by shape, unknown lines by their masked shape.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/fault.h"
#include "parsers/lines/event.h"

struct line_parser;

struct line_parser_options {
    const char *syslog_name; /* --syslog-name: a further name that stands for "postfix", or NULL */
    const char *shapes_file; /* --shapes: user-given line shapes, or NULL */
};

/* A parser; holds the caches and the counts. NULL and fault when the shapes file is wrong. */
struct line_parser *line_parser_new(const struct line_parser_options *options, struct fault *fault);
/* Gives it back. */
void line_parser_free(struct line_parser *parser);
/* What the line says. Fills event completely (class, kind, fields) and counts it. Never fails. */
void line_parse(struct line_parser *parser, const struct log_line *line, struct event *event);
/* How many lines were booked in each class so far; their sum is the number of lines parsed. */
void line_parser_counts(const struct line_parser *parser, uint64_t counts[LINE_CLASSES]);
/* One row of the account by shape: shape text ("postfix/smtpd connect from N[A]" or, for unknown
 * lines, the masked text), count, first example (file, line number, raw text). */
struct shape_count {
    enum line_class line_class;
    struct slice program, shape, example;
    uint16_t file;
    uint64_t line, count;
};
/* The account by shape, most frequent first; *count rows, valid until the next line_parse. */
const struct shape_count *line_parser_shapes(struct line_parser *parser, size_t *count);

#endif
