#include "analyzer/evidence/spf_eval.h"

#include "analyzer/evidence/spf_internal.h"
#include "base/xalloc.h"

const char *spf_result_name(enum spf_result result)
{
    static const char *const names[] = {
        [SPF_UNKNOWN] = "unknown",     [SPF_NONE] = "none",           [SPF_NEUTRAL] = "neutral",
        [SPF_PASS] = "pass",           [SPF_FAIL] = "fail",           [SPF_SOFTFAIL] = "softfail",
        [SPF_TEMPERROR] = "temperror", [SPF_PERMERROR] = "permerror",
    };
    return names[result];
}

/* A name that can be put into a question: labels of 1 to 63 bytes. */
static bool can_be_asked(struct slice name)
{
    size_t label = 0;
    if (name.len == 0 || name.len > 253)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        label = name.at[i] == '.' ? 0 : label + 1;
        if (label > 63 || (label == 0 && (i == 0 || i + 1 == name.len || name.at[i + 1] == '.')))
            return false;
    }
    return true;
}

/* A name that cannot be asked (too long, empty label) counts as void without a look-up. */
static enum spf_asked ask(struct spf_run *run, enum dns_type type, struct slice name,
                          struct dns_answer *answer)
{
    *answer = (struct dns_answer){ .rcode = DNS_NXDOMAIN };
    if (!can_be_asked(name))
        return SPF_ASK_VOID;
    *answer = dns_snapshot_find(run->dns, type, name);
    switch ((int)answer->rcode) {
    case DNS_UNKNOWN:
        run->answer->missing_type = type;
        run->answer->missing_name = arena_copy(run->arena, name);
        return SPF_ASK_MISSING;
    case DNS_NOERROR:
        return answer->count ? SPF_ASK_FOUND : SPF_ASK_VOID;
    case DNS_NXDOMAIN:
        return SPF_ASK_VOID;
    case DNS_TIMEOUT:
    case DNS_FAILED: /* no answer at all */
        return SPF_ASK_TEMPORARY;
    default:
        return run->query->failures_are_void ? SPF_ASK_VOID : SPF_ASK_TEMPORARY;
    }
}

static bool has_address(const struct dns_answer *answer, const struct ip_address *client,
                        uint8_t bits)
{
    struct ip_prefix network = ip_prefix_of(client, bits);
    for (uint32_t i = 0; i < answer->count; i++) {
        struct ip_address address;
        if (ip_address_parse(answer->answers[i], &address) &&
            ip_prefix_contains(&network, &address))
            return true;
    }
    return false;
}

static enum dns_type address_type(const struct spf_run *run)
{
    return run->query->client.family == 4 ? DNS_A : DNS_AAAA;
}

enum spf_asked spf_validated_names(struct spf_run *run, struct slice *names, size_t *count)
{
    char reverse[IP_REVERSE_MAX];
    const struct ip_address *client = &run->query->client;
    struct dns_answer pointers, addresses;
    size_t len = ip_reverse_name(client, client->family == 4 ? "in-addr.arpa" : "ip6.arpa", reverse,
                                 sizeof reverse);
    *count = 0;
    enum spf_asked asked = ask(run, DNS_PTR, slice_make(reverse, len), &pointers);
    if (asked != SPF_ASK_FOUND)
        return asked;
    for (uint32_t i = 0; i < pointers.count && i < SPF_MAX_NAMES; i++) {
        asked = ask(run, address_type(run), pointers.answers[i], &addresses);
        if (asked == SPF_ASK_MISSING)
            return asked;
        if (asked == SPF_ASK_FOUND &&
            has_address(&addresses, client, client->family == 4 ? 32 : 128))
            names[(*count)++] = pointers.answers[i];
    }
    return SPF_ASK_FOUND;
}

/* What a mechanism says. */
enum match { MATCH_NO, MATCH_YES, MATCH_TEMPORARY, MATCH_PERMANENT, MATCH_UNKNOWN };

/* A look-up's trouble as a match; counts void look-ups (RFC 7208 4.6.4). */
static enum match match_of(struct spf_run *run, enum spf_asked asked)
{
    switch (asked) {
    case SPF_ASK_FOUND:
        return MATCH_YES;
    case SPF_ASK_VOID:
        return ++run->voids > (run->query->has_void_limit ? run->query->void_limit : SPF_MAX_VOID)
                   ? MATCH_PERMANENT
                   : MATCH_NO;
    case SPF_ASK_TEMPORARY:
        return MATCH_TEMPORARY;
    case SPF_ASK_MISSING:
        return MATCH_UNKNOWN;
    }
    return MATCH_UNKNOWN;
}

static enum match match_address(struct spf_run *run, const struct spf_term *term, struct slice name)
{
    struct dns_answer answer;
    uint8_t bits = run->query->client.family == 4 ? term->bits4 : term->bits6;
    enum match match = match_of(run, ask(run, address_type(run), name, &answer));
    if (match != MATCH_YES)
        return match;
    return has_address(&answer, &run->query->client, bits) ? MATCH_YES : MATCH_NO;
}

static enum match match_mx(struct spf_run *run, const struct spf_term *term, struct slice name)
{
    struct dns_answer answer;
    enum match match = match_of(run, ask(run, DNS_MX, name, &answer));
    if (match != MATCH_YES)
        return match;
    if (answer.count > SPF_MAX_NAMES)
        return MATCH_PERMANENT;
    for (uint32_t i = 0; i < answer.count; i++) {
        struct slice host = slice_skip(answer.answers[i], slice_index(answer.answers[i], ' ') + 1);
        if (slice_is(host, "."))
            continue;
        match = match_address(run, term, host);
        if (match != MATCH_NO)
            return match;
    }
    return MATCH_NO;
}

static enum match match_ptr(struct spf_run *run, struct slice name)
{
    struct slice names[SPF_MAX_NAMES];
    size_t count;
    enum spf_asked asked = spf_validated_names(run, names, &count);
    if (asked == SPF_ASK_TEMPORARY)
        return MATCH_NO;
    enum match match = match_of(run, asked);
    for (size_t i = 0; match == MATCH_YES && i < count; i++) {
        size_t cut = names[i].len - (names[i].len < name.len ? names[i].len : name.len);
        if (slice_equal_fold(slice_skip(names[i], cut), name) &&
            (cut == 0 || names[i].at[cut - 1] == '.'))
            return MATCH_YES;
    }
    return match == MATCH_YES ? MATCH_NO : match;
}

static enum spf_result check_domain(struct spf_run *run, struct slice domain);

static enum match match_include(struct spf_run *run, struct slice name)
{
    run->includes++;
    enum spf_result result = check_domain(run, name);
    run->includes--;
    switch (result) {
    case SPF_PASS:
        return MATCH_YES;
    case SPF_FAIL:
    case SPF_SOFTFAIL:
    case SPF_NEUTRAL:
        return MATCH_NO;
    case SPF_TEMPERROR:
        return MATCH_TEMPORARY;
    case SPF_NONE:
    case SPF_PERMERROR:
        return MATCH_PERMANENT;
    case SPF_UNKNOWN:
        break;
    }
    return MATCH_UNKNOWN;
}

/* Terms that ask count towards the limit, whatever comes of them. */
static bool over_limit(struct spf_run *run)
{
    return ++run->terms > SPF_MAX_TERMS;
}

static enum match match_term(struct spf_run *run, const struct spf_term *term, struct slice domain)
{
    bool missing = false;
    struct dns_answer answer;
    if (term->mechanism == SPF_ALL)
        return MATCH_YES;
    if (term->mechanism == SPF_IP4 || term->mechanism == SPF_IP6)
        return ip_prefix_contains(&term->network, &run->query->client) ? MATCH_YES : MATCH_NO;
    if (over_limit(run))
        return MATCH_PERMANENT;
    struct slice name = spf_target(run, term->domain_spec, domain, &missing);
    if (missing)
        return MATCH_UNKNOWN;
    switch (term->mechanism) {
    case SPF_INCLUDE:
        return match_include(run, name);
    case SPF_A:
        return match_address(run, term, name);
    case SPF_MX:
        return match_mx(run, term, name);
    case SPF_PTR:
        return match_ptr(run, name);
    case SPF_EXISTS:
        return match_of(run, ask(run, DNS_A, name, &answer));
    case SPF_ALL:
    case SPF_IP4:
    case SPF_IP6:
        break;
    }
    return MATCH_UNKNOWN;
}

/* The explanation of a fail (RFC 7208 6.2): any trouble means that there is none. */
static void explain(struct spf_run *run, struct slice exp, struct slice domain)
{
    bool missing = false;
    struct dns_answer answer;
    run->answer->explanation = slice_of("");
    if (!exp.at)
        return;
    struct slice name = spf_target(run, exp, domain, &missing);
    if (missing || ask(run, DNS_TXT, name, &answer) != SPF_ASK_FOUND || answer.count != 1)
        return;
    run->answer->explanation = spf_expand(run, answer.answers[0], domain, true, &missing);
    if (missing)
        run->answer->explanation = slice_of("");
}

static enum spf_result qualified(char qualifier)
{
    return qualifier == '-'   ? SPF_FAIL
           : qualifier == '~' ? SPF_SOFTFAIL
           : qualifier == '?' ? SPF_NEUTRAL
                              : SPF_PASS;
}

static enum spf_result follow_redirect(struct spf_run *run, struct slice redirect,
                                       struct slice domain)
{
    bool missing = false;
    if (over_limit(run))
        return SPF_PERMERROR;
    struct slice name = spf_target(run, redirect, domain, &missing);
    if (missing)
        return SPF_UNKNOWN;
    enum spf_result result = check_domain(run, name);
    return result == SPF_NONE ? SPF_PERMERROR : result;
}

static enum spf_result evaluate(struct spf_run *run, const struct spf_record *record,
                                struct slice domain)
{
    for (size_t i = 0; i < record->count; i++) {
        switch (match_term(run, &record->terms[i], domain)) {
        case MATCH_YES: {
            enum spf_result result = qualified(record->terms[i].qualifier);
            if (result == SPF_FAIL && run->includes == 0)
                explain(run, record->exp, domain);
            return result;
        }
        case MATCH_NO:
            break;
        case MATCH_TEMPORARY:
            return SPF_TEMPERROR;
        case MATCH_PERMANENT:
            return SPF_PERMERROR;
        case MATCH_UNKNOWN:
            return SPF_UNKNOWN;
        }
    }
    return record->redirect.at ? follow_redirect(run, record->redirect, domain) : SPF_NEUTRAL;
}

/* The SPF record among the TXT records (RFC 7208 4.5). */
static enum spf_result select_record(struct spf_run *run, struct slice domain, struct slice *text)
{
    struct dns_answer answer;
    *text = (struct slice){ NULL, 0 };
    switch (ask(run, DNS_TXT, domain, &answer)) {
    case SPF_ASK_FOUND:
        break;
    case SPF_ASK_VOID:
        return SPF_NONE;
    case SPF_ASK_TEMPORARY:
        return SPF_TEMPERROR;
    case SPF_ASK_MISSING:
        return SPF_UNKNOWN;
    }
    for (uint32_t i = 0; i < answer.count; i++)
        if (spf_is_record(answer.answers[i])) {
            if (text->at)
                return SPF_PERMERROR;
            *text = answer.answers[i];
        }
    return text->at ? SPF_PASS : SPF_NONE;
}

/* check_host() for one domain; include recurses, redirect takes its place. */
static enum spf_result check_domain(struct spf_run *run, struct slice domain)
{
    struct spf_record record;
    struct slice text;
    if (domain.len && domain.at[domain.len - 1] == '.')
        domain.len--;
    if (!can_be_asked(domain) || slice_index(domain, '.') == domain.len)
        return SPF_NONE;
    if (run->depth >= SPF_MAX_DEPTH)
        return SPF_PERMERROR;
    enum spf_result result = select_record(run, domain, &text);
    if (result != SPF_PASS)
        return result;
    if (!spf_record_parse(text, run->arena, &record))
        return SPF_PERMERROR;
    run->depth++;
    result = evaluate(run, &record, domain);
    run->depth--;
    return result;
}

struct spf_answer spf_check_host(const struct dns_snapshot *dns, const struct spf_query *query,
                                 struct arena *arena)
{
    struct spf_answer answer = { .explanation = slice_of("") };
    static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
    struct spf_query plain = *query;
    if (plain.client.family == 6 && memcmp(plain.client.bytes, mapped, sizeof mapped) == 0) {
        plain.client.family = 4;
        memmove(plain.client.bytes, plain.client.bytes + 12, 4);
    }
    struct spf_run run = { .dns = dns, .query = &plain, .arena = arena, .answer = &answer };
    answer.result = check_domain(&run, plain.domain);
    if (answer.result != SPF_UNKNOWN)
        answer.missing_name = (struct slice){ NULL, 0 };
    return answer;
}
