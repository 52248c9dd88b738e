#include <string.h>

#include "base/buffer.h"
#include "base/ip_address.h"
#include "base/xalloc.h"
#include "parsers/config/logical_line.h"
#include "parsers/tables/table_internal.h"

enum { INDEX_FROM = 32, FIRST_BYTES = 256 };
static const uint32_t NO_END = UINT32_MAX;

struct cidr_rule {
    enum { CIDR_MATCH, CIDR_IF, CIDR_ENDIF } op;
    bool negated;
    struct ip_prefix net;
    struct slice value;
    uint32_t end; /* of an IF: its ENDIF, or NO_END */
    uint64_t line;
};

/* Rules in file order. Big tables without IF have, for each family and first byte of an address, the
 * list of the rules that it can match, in order: the first match is the same. */
struct cidr_table {
    struct cidr_rule *rules;
    uint32_t count, capacity;
    bool has_if;
    uint32_t *lists[2][FIRST_BYTES];
    uint32_t list_count[2][FIRST_BYTES];
};

static bool matches(const struct cidr_rule *rule, const struct ip_address *address)
{
    return rule->net.address.family == address->family &&
           ip_prefix_contains(&rule->net, address) != rule->negated;
}

static const struct cidr_rule *find_in_order(const struct cidr_table *cidr,
                                             const struct ip_address *address)
{
    for (uint32_t i = 0; i < cidr->count; i++) {
        const struct cidr_rule *rule = &cidr->rules[i];
        if (rule->op == CIDR_MATCH && matches(rule, address))
            return rule;
        if (rule->op == CIDR_IF && !matches(rule, address)) {
            if (rule->end == NO_END)
                return NULL;
            i = rule->end;
        }
    }
    return NULL;
}

static const struct cidr_rule *find_indexed(const struct cidr_table *cidr,
                                            const struct ip_address *address)
{
    unsigned family = address->family == 6, byte = address->bytes[0];
    for (uint32_t i = 0; i < cidr->list_count[family][byte]; i++) {
        const struct cidr_rule *rule = &cidr->rules[cidr->lists[family][byte][i]];
        if (matches(rule, address))
            return rule;
    }
    return NULL;
}

static enum lookup_status find_address(const struct lookup_table *table, struct slice key,
                                       struct arena *scratch, struct slice *result)
{
    const struct cidr_table *cidr = table->data;
    struct ip_address address;
    (void)scratch;
    if (!ip_address_parse(key, &address))
        return LOOKUP_ABSENT;
    const struct cidr_rule *rule = cidr->count >= INDEX_FROM && !cidr->has_if
                                       ? find_indexed(cidr, &address)
                                       : find_in_order(cidr, &address);
    if (!rule)
        return LOOKUP_ABSENT;
    *result = rule->value;
    return LOOKUP_FOUND;
}

static void each_value(const struct lookup_table *table,
                       bool (*visit)(void *context, struct slice value), void *context)
{
    const struct cidr_table *cidr = table->data;
    for (uint32_t i = 0; i < cidr->count; i++)
        if (cidr->rules[i].op == CIDR_MATCH && !visit(context, cidr->rules[i].value))
            return;
}

static const struct table_ops cidr_ops = { find_address, each_value, NULL };

/* True when the rule's net holds addresses that begin with that byte, or it is negated. */
static bool can_match(const struct cidr_rule *rule, unsigned byte)
{
    unsigned bits = rule->net.bits < 8 ? rule->net.bits : 8u;
    unsigned mask = 0xff00u >> bits & 0xffu;
    return rule->negated || (byte & mask) == rule->net.address.bytes[0];
}

static void index_rules(struct lookup_table *table, struct cidr_table *cidr)
{
    for (unsigned family = 0; family < 2; family++)
        for (unsigned byte = 0; byte < FIRST_BYTES; byte++) {
            uint32_t n = 0;
            for (int pass = 0; pass < 2; pass++) {
                for (uint32_t i = n = 0; i < cidr->count; i++) {
                    const struct cidr_rule *rule = &cidr->rules[i];
                    if ((rule->net.address.family == 6) != family || !can_match(rule, byte))
                        continue;
                    if (pass)
                        cidr->lists[family][byte][n] = i;
                    n++;
                }
                if (!pass)
                    cidr->lists[family][byte] = ARENA_ARRAY(&table->arena, uint32_t, n + 1);
            }
            cidr->list_count[family][byte] = n;
        }
}

static bool all_digits(struct slice s)
{
    size_t i = 0;
    while (i < s.len && ascii_is_digit(s.at[i]))
        i++;
    return s.len > 0 && i == s.len;
}

/* A pattern taken apart: brackets off, mask found. */
struct net_text {
    struct slice address, mask;
    bool has_mask;
};

/* "net/len", "[net]/len", "[net/len]", an address; NULL when good, else Postfix's complaint. */
static const char *split_net(struct slice pattern, struct net_text *net)
{
    struct slice tail = slice_make("", 0), whole = pattern;
    if (pattern.at[0] == '[') {
        size_t close = slice_index(pattern, ']');
        if (close == pattern.len)
            return "missing ']' character";
        tail = slice_skip(pattern, close + 1);
        if (tail.len && tail.at[0] != '/')
            return "garbage after \"[...]\"";
        whole = slice_make(pattern.at + 1, close - 1);
    }
    size_t slash = tail.len ? whole.len : slice_index(whole, '/');
    net->address = slice_head(whole, slash);
    net->mask = tail.len ? slice_skip(tail, 1) : slice_skip(whole, slash + 1);
    net->has_mask = tail.len > 0 || slash < whole.len;
    return NULL;
}

/* NULL when good, else Postfix's complaint. */
static const char *parse_net(struct slice pattern, struct ip_prefix *net)
{
    struct net_text text;
    struct ip_address address;
    uint64_t bits = 128;
    const char *error = split_net(pattern, &text);
    if (error)
        return error;
    if (text.has_mask) {
        unsigned width = slice_index(text.address, ':') < text.address.len ? 128 : 32;
        if (!all_digits(text.mask))
            return "bad mask value";
        while (text.mask.len > 1 && text.mask.at[0] == '0')
            text.mask = slice_skip(text.mask, 1);
        if (!slice_to_u64(text.mask, &bits) || bits > width)
            return "bad mask length";
    }
    if (!ip_address_parse(text.address, &address))
        return text.has_mask ? "bad network value" : "bad address pattern";
    *net = ip_prefix_of(&address, (uint8_t)bits);
    return memcmp(&net->address, &address, sizeof address) ? "non-null host address bits" : NULL;
}

/* True when line begins with the word, whatever the case, and no letter or digit follows. */
static bool is_word(struct slice line, const char *word)
{
    size_t len = strlen(word);
    return line.len >= len && slice_equal_fold(slice_head(line, len), slice_of(word)) &&
           (line.len == len || !ascii_is_alnum(line.at[len]));
}

static struct slice skip_negations(struct slice text, bool *negated)
{
    *negated = false;
    while (text.len && (text.at[0] == '!' || ascii_is_space(text.at[0]))) {
        *negated = *negated != (text.at[0] == '!');
        text = slice_skip(text, 1);
    }
    return text;
}

/* NULL when good, else the complaint. */
static const char *parse_rule(struct slice line, uint32_t depth, struct cidr_rule *rule)
{
    if (is_word(line, "IF")) {
        struct slice pattern = slice_trim(skip_negations(slice_skip(line, 2), &rule->negated));
        rule->op = CIDR_IF;
        return pattern.len ? parse_net(pattern, &rule->net) : "no address pattern";
    }
    if (is_word(line, "ENDIF")) {
        rule->op = CIDR_ENDIF;
        if (slice_trim(slice_skip(line, 5)).len)
            return "garbage after ENDIF";
        return depth ? NULL : "ENDIF without IF";
    }
    struct slice pattern = skip_negations(line, &rule->negated);
    size_t end = 0;
    while (end < pattern.len && !ascii_is_space(pattern.at[end]))
        end++;
    rule->op = CIDR_MATCH;
    rule->value = slice_trim(slice_skip(pattern, end));
    pattern = slice_head(pattern, end);
    if (pattern.len == 0)
        return "no address pattern";
    const char *error = parse_net(pattern, &rule->net);
    return error ? error : rule->value.len ? NULL : "no lookup result";
}

static struct cidr_rule *add_rule(struct lookup_table *table, struct cidr_table *cidr)
{
    if (cidr->count == cidr->capacity) {
        uint32_t capacity = cidr->capacity ? cidr->capacity * 2 : 32;
        struct cidr_rule *rules = ARENA_ARRAY(&table->arena, struct cidr_rule, capacity);
        if (cidr->count)
            memcpy(rules, cidr->rules, cidr->count * sizeof *rules);
        cidr->rules = rules;
        cidr->capacity = capacity;
    }
    return &cidr->rules[cidr->count++];
}

/* Reads all rules; open IFs are chained through their `end` until their ENDIF is met. */
static void parse_rules(struct lookup_table *table, struct cidr_table *cidr, struct slice text)
{
    struct logical_reader reader;
    struct buffer joined;
    struct slice line;
    uint32_t open = NO_END, depth = 0;
    logical_reader_init(&reader, text);
    buffer_init(&joined, text.len);
    while (logical_reader_next(&reader, &joined, &line)) {
        struct cidr_rule rule = { .end = NO_END, .line = reader.first_line };
        const char *error = parse_rule(line, depth, &rule);
        if (error) {
            table_warn(table, reader.first_line, "%s: skipping this rule", error);
            continue;
        }
        rule.value = arena_copy(&table->arena, rule.value.at ? rule.value : slice_make("", 0));
        uint32_t at = cidr->count;
        *add_rule(table, cidr) = rule;
        cidr->has_if = cidr->has_if || rule.op == CIDR_IF;
        if (rule.op == CIDR_IF) {
            cidr->rules[at].end = open;
            open = at;
            depth++;
        } else if (rule.op == CIDR_ENDIF) {
            uint32_t outer = cidr->rules[open].end;
            cidr->rules[open].end = at;
            open = outer;
            depth--;
        }
    }
    while (open != NO_END) {
        uint32_t outer = cidr->rules[open].end;
        table_warn(table, cidr->rules[open].line, "IF has no matching ENDIF");
        cidr->rules[open].end = NO_END;
        open = outer;
    }
    buffer_release(&joined);
}

bool table_cidr_open(struct lookup_table *table)
{
    struct slice text;
    if (!table_rule_text(table, &text))
        return false;
    struct cidr_table *cidr = ARENA_NEW(&table->arena, struct cidr_table);
    parse_rules(table, cidr, text);
    table->data = cidr;
    table->ops = &cidr_ops;
    table->size = cidr->count;
    if (cidr->count >= INDEX_FROM && !cidr->has_if)
        index_rules(table, cidr);
    return true;
}
