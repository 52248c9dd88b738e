#ifndef PARSERS_CONFIG_EXPAND_H
#define PARSERS_CONFIG_EXPAND_H
/*
 * $name in parameter values. Takes a text and a way to look names up; gives the text with
 *
 *     $name ${name} $(name)      the value
 *     ${name?text} ${name:text}  text when the value is (not) non-empty; text may be {text}
 *     ${name?{text}:{text}}      one or the other
 *     ${{x} op {y} ? {a} : {b}}  comparison; op is == != < <= > >=, numeric when both are digits;
 *                                with the ending "level" (<level) of compatibility levels
 *     $$                         $
 *
 * replaced as Postfix's mac_expand(3) does it, in Postfix's words when it refuses. Work and output
 * are bounded whatever the text: nesting 100, a million steps, the buffer's limit.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/slice.h"

/* Gives the unexpanded value of name; false when there is none. */
typedef bool (*expand_lookup_fn)(void *context, struct slice name, struct slice *value);

struct expand_options {
    expand_lookup_fn lookup;
    void *context;
    bool recurse; /* values are expanded, too */
    bool scan;    /* no output: call lookup for every name, in both arms of every condition */
    int version;  /* below 300 braces do not group, below 306 there is no "level" */
};

struct expand_outcome {
    bool failed;     /* Postfix would stop: the reason is in error */
    bool undefined;  /* some plain $name had no value */
    char error[256]; /* not escaped */
};

/* Appends the expansion of text to out (NULL with scan). Returns !outcome->failed. */
bool expand_text(struct buffer *out, struct slice text, const struct expand_options *options,
                 struct expand_outcome *outcome);
/* A compatibility level "major[.minor[.patch]]" as major * 1000000 + minor * 1000 + patch; false on
 * anything else (compat_level_from_string(3)). */
bool expand_level_parse(struct slice text, int64_t *level);

#endif
