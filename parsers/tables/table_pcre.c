#include <stdio.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/xalloc.h"
#include "parsers/tables/table_rules.h"

static const struct rule_flag pcre_flags[] = {
    { 'i', PCRE2_CASELESS }, { 'm', PCRE2_MULTILINE },
    { 's', PCRE2_DOTALL },   { 'x', PCRE2_EXTENDED },
    { 'A', PCRE2_ANCHORED }, { 'E', PCRE2_DOLLAR_ENDONLY },
    { 'U', PCRE2_UNGREEDY }, { 'X', 0 },
};

/* Never PCRE2_UTF: Postfix matches bytes, and names in Latin-1 would be errors. */
static void *compile(const char *pattern, uint32_t bits, bool needs_spans, unsigned *groups,
                     char *error, size_t error_size)
{
    int number;
    PCRE2_SIZE offset;
    PCRE2_UCHAR text[200];
    uint32_t count = 0;
    (void)needs_spans;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, bits, &number, &offset, NULL);
    if (!code) {
        pcre2_get_error_message(number, text, sizeof text);
        snprintf(error, error_size, "error in regex at offset %zu: %s", (size_t)offset,
                 (const char *)text);
        return NULL;
    }
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &count);
    *groups = count;
    /* Six times faster; where the machine forbids it, matching goes on interpreted. */
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return code;
}

static enum rule_answer match(const void *code, struct slice key, size_t span_count,
                              struct rule_span *spans, void *workspace)
{
    pcre2_match_data *data = workspace;
    int got = pcre2_match(code, (PCRE2_SPTR)key.at, key.len, 0, 0, data, NULL);
    /* The compiled matcher has a small stack of its own, and counts its work otherwise: what
     * Postfix's interpreter says is what counts. */
    if (got == PCRE2_ERROR_JIT_STACKLIMIT || got == PCRE2_ERROR_MATCHLIMIT)
        got = pcre2_match(code, (PCRE2_SPTR)key.at, key.len, 0, PCRE2_NO_JIT, data, NULL);
    if (got == PCRE2_ERROR_NOMATCH)
        return RULE_NO_MATCH;
    if (got <= 0)
        return RULE_FAILED;
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(data);
    for (size_t i = 0; i < span_count; i++) {
        bool took_part = i < (size_t)got && offsets[2 * i] != PCRE2_UNSET;
        spans[i] = took_part ? (struct rule_span){ offsets[2 * i], offsets[2 * i + 1] }
                             : (struct rule_span){ 1, 0 };
    }
    return RULE_MATCHES;
}

static void release(void *code)
{
    pcre2_code_free(code);
}

static void *begin(unsigned most_groups)
{
    pcre2_match_data *data = pcre2_match_data_create(most_groups + 1, NULL);
    if (!data)
        bug("out of memory for a pcre match");
    return data;
}

static void end(void *workspace)
{
    pcre2_match_data_free(workspace);
}

static const struct rule_engine pcre_engine = {
    .type = "pcre",
    .flags = pcre_flags,
    .flag_count = COUNT(pcre_flags),
    .default_bits = PCRE2_CASELESS | PCRE2_DOTALL,
    .compile = compile,
    .match = match,
    .release = release,
    .begin = begin,
    .end = end,
};

bool table_pcre_open(struct lookup_table *table)
{
    return table_rules_open(table, &pcre_engine);
}
