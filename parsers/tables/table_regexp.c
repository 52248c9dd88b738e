#include <locale.h>
#include <regex.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "parsers/tables/table_rules.h"

enum { SPANS_ON_STACK = 32 };

static const struct rule_flag regexp_flags[] = {
    { 'i', REG_ICASE },
    { 'm', REG_NEWLINE },
    { 'x', REG_EXTENDED },
};

/* Postfix runs in the C locale: bytes, not characters. Both functions below enter it for their
 * thread, since the screen needs another one. */
struct code {
    regex_t regex;
    locale_t locale;
};

static void *compile(const char *pattern, uint32_t bits, bool needs_spans, unsigned *groups,
                     char *error, size_t error_size)
{
    struct code *code = xcalloc(1, sizeof *code);
    code->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(code->locale);
    int number = regcomp(&code->regex, pattern, (int)bits | (needs_spans ? 0 : REG_NOSUB));
    if (number != 0)
        regerror(number, &code->regex, error, error_size);
    uselocale(before);
    if (number != 0) {
        freelocale(code->locale);
        free(code);
        return NULL;
    }
    *groups = (unsigned)code->regex.re_nsub;
    return code;
}

static enum rule_answer match(const void *compiled, struct slice key, size_t span_count,
                              struct rule_span *spans, void *workspace)
{
    const struct code *code = compiled;
    regmatch_t few[SPANS_ON_STACK], *found = few;
    size_t count = span_count ? span_count : 1;
    (void)workspace;
    if (count > SPANS_ON_STACK)
        found = xcalloc(count, sizeof *found);
    found[0].rm_so = 0;
    found[0].rm_eo = (regoff_t)key.len;
    locale_t before = uselocale(code->locale);
    int number = regexec(&code->regex, key.at, span_count, found, REG_STARTEND);
    uselocale(before);
    for (size_t i = 0; number == 0 && i < span_count; i++)
        spans[i] = found[i].rm_so < 0
                       ? (struct rule_span){ 1, 0 }
                       : (struct rule_span){ (size_t)found[i].rm_so, (size_t)found[i].rm_eo };
    if (found != few)
        free(found);
    return number == 0 ? RULE_MATCHES : number == REG_NOMATCH ? RULE_NO_MATCH : RULE_FAILED;
}

static void release(void *compiled)
{
    struct code *code = compiled;
    regfree(&code->regex);
    freelocale(code->locale);
    free(code);
}

static const struct rule_engine regexp_engine = {
    .type = "regexp",
    .flags = regexp_flags,
    .flag_count = COUNT(regexp_flags),
    .default_bits = REG_EXTENDED | REG_ICASE,
    .two_patterns = true,
    .compile = compile,
    .match = match,
    .release = release,
};

bool table_regexp_open(struct lookup_table *table)
{
    return table_rules_open(table, &regexp_engine);
}
