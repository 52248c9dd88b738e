/* postscreen(8): what each of its tests says to a client, and when. The order of the tests is that of
 * screen_tests.c. */
#include "analyzer/evidence/screening.h"
#include "analyzer/policy/address_filter.h"
#include "analyzer/policy/dns_status.h"
#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/program.h"
#include "base/ip_address.h"
#include "base/xalloc.h"
#include "parsers/config/master_cf.h"
#include "parsers/config/word_list.h"

/* What a word of an access list, or the whole list, may come to: bits. */
enum access_result {
    ACCESS_PERMIT = 1,
    ACCESS_REJECT = 2,
    ACCESS_DUNNO = 4, /* the list ends without a result */
    ACCESS_ERROR = 8, /* so does the list around it */
    ACCESS_GO_ON = 16,
};

static const struct screen_settings *settings_of(const struct leaf *leaf)
{
    return &leaf->program->screen.settings;
}

static struct slice record_of(const struct leaf *leaf)
{
    return leaf->facts ? intern_text(&leaf->evidence->text, leaf->facts->screening)
                       : slice_make(NULL, 0);
}

/* Does the client come to postscreen at all, by the addresses that it listens on? */
static bool is_screened(struct leaf *leaf)
{
    struct ip_address address;
    unsigned family = MASTER_IPV4 | MASTER_IPV6;

    if (leaf->client.address.state == LEAF_KNOWN &&
        ip_address_parse(leaf->client.address.text, &address))
        family = address.family == 4 ? MASTER_IPV4 : MASTER_IPV6;
    if ((settings_of(leaf)->families & family) && !screening_has(record_of(leaf), "other_port"))
        return true;
    leaf_explain(leaf, "postscreen does not listen where this client connects");
    return false;
}

/* ---- the access list ---- */

static unsigned eval_network(struct leaf *leaf)
{
    struct leaf_text name = leaf->client.name;

    leaf->client.name = (struct leaf_text){ LEAF_KNOWN, slice_of("") }; /* not looked up yet */
    uint32_t outcome = restrict_mynetworks(leaf, NULL);
    leaf->client.name = name;
    if (outcome == OUTCOME_NUMBER_OK)
        return ACCESS_PERMIT;
    if (outcome == OUTCOME_NUMBER_DUNNO)
        return ACCESS_GO_ON;
    return outcome_get(&leaf->program->outcomes, outcome)->kind == OUTCOME_UNKNOWN
               ? ACCESS_PERMIT | ACCESS_GO_ON
               : ACCESS_ERROR;
}

static unsigned eval_word(struct leaf *leaf, struct slice word)
{
    if (slice_equal_fold(word, slice_of("permit")))
        return ACCESS_PERMIT;
    if (slice_equal_fold(word, slice_of("reject")))
        return ACCESS_REJECT;
    if (slice_equal_fold(word, slice_of("permit_mynetworks")))
        return eval_network(leaf);
    /* a table in a table's result counts as dunno */
    return slice_equal_fold(word, slice_of("dunno")) || slice_index(word, ':') < word.len
               ? ACCESS_DUNNO
               : ACCESS_ERROR;
}

/* The list that a table gives. One that comes to nothing goes back to the list around it. */
static unsigned eval_value(struct leaf *leaf, struct slice value)
{
    struct slice rest = value, word;
    unsigned result = ACCESS_GO_ON;

    while ((result & ACCESS_GO_ON) && word_next(&rest, &word))
        result = (result & ~(unsigned)ACCESS_GO_ON) | eval_word(leaf, word);
    if (result & ACCESS_DUNNO)
        result = (result & ~(unsigned)ACCESS_DUNNO) | ACCESS_GO_ON;
    return result;
}

static unsigned eval_table(struct leaf *leaf, const struct policy_table *table)
{
    struct slice value, address = leaf->client.address.text;
    struct slice name = lookup_name(table->lookup);

    switch (table_find(table, address, leaf->scratch, &value)) {
    case LOOKUP_FOUND:
        leaf_explain(leaf, "%.*s says \"%.*s\" to %.*s", SLICE_FMT(name),
                     SLICE_FMT(slice_head(value, 200)), SLICE_FMT(address));
        return eval_value(leaf, value);
    case LOOKUP_ABSENT:
        leaf_explain(leaf, "%.*s does not hold %.*s", SLICE_FMT(name), SLICE_FMT(address));
        return ACCESS_GO_ON;
    case LOOKUP_UNREADABLE:
        need_set_add(leaf->needs, lookup_need(table->lookup));
        return ACCESS_PERMIT | ACCESS_REJECT | ACCESS_GO_ON;
    case LOOKUP_CONFIG_ERROR:
    case LOOKUP_ERROR:
        break;
    }
    return ACCESS_ERROR;
}

/* server_acl_eval: all results that are possible. */
static unsigned eval_access(struct leaf *leaf)
{
    const struct screen_settings *settings = settings_of(leaf);
    unsigned result = ACCESS_GO_ON;

    for (size_t i = 0; i < settings->access_count && (result & ACCESS_GO_ON); i++)
        result = (result & ~(unsigned)ACCESS_GO_ON) |
                 (settings->access_tables[i] ? eval_table(leaf, settings->access_tables[i])
                                             : eval_word(leaf, settings->access[i]));
    return result;
}

static uint32_t access_outcome(struct leaf *leaf, unsigned wanted, uint32_t hit)
{
    if (!is_screened(leaf))
        return OUTCOME_NUMBER_DUNNO;
    if (leaf->client.address.state != LEAF_KNOWN)
        return leaf_unknown(leaf, "client_name", OUTCOME_NUMBER_DUNNO, hit);
    unsigned result = eval_access(leaf);
    if (result == wanted)
        return hit;
    if (result & wanted)
        return leaf_unknown(leaf, NULL, OUTCOME_NUMBER_DUNNO, hit);
    return OUTCOME_NUMBER_DUNNO;
}

uint32_t restrict_screen_access(struct leaf *leaf, const struct question *question)
{
    (void)question;
    return access_outcome(leaf, ACCESS_PERMIT, OUTCOME_NUMBER_OK);
}

uint32_t restrict_screen_denylist(struct leaf *leaf, const struct question *question)
{
    return access_outcome(leaf, ACCESS_REJECT, leaf_reject(leaf, question));
}

/* ---- what the log says of the connection ---- */

uint32_t restrict_screen_caught(struct leaf *leaf, const struct question *question)
{
    static const char *const words[] = {
        [SCREEN_GREET] = "pregreet",
        [SCREEN_BARE_NEWLINE] = "bare_newline",
        [SCREEN_NON_SMTP] = "non_smtp",
        [SCREEN_PIPELINING] = "pipelining",
    };
    const char *word = words[question->restriction->detail];
    struct slice record = record_of(leaf);

    if (!is_screened(leaf))
        return OUTCOME_NUMBER_DUNNO;
    if (screening_has(record, word)) {
        leaf_explain(leaf, "postscreen caught it at this (%s)", word);
        /* "521 5.7.0 Error: I can break rules, too. Goodbye." */
        bool goodbye = question->restriction->detail == SCREEN_NON_SMTP && question->code == 521;
        return outcome_reply(&leaf->program->outcomes, OUTCOME_REJECT, question->code,
                             slice_of(goodbye ? "5.7.0" : question->restriction->dsn),
                             CAUSE_LASTING, 0);
    }
    if (screening_has(record, "tested"))
        leaf_explain(leaf, "the log shows postscreen's test, and nothing against the client");
    else
        leaf_explain(leaf, "nothing in the log; taken as a client that does no such thing");
    return OUTCOME_NUMBER_DUNNO;
}

/* ---- block lists ---- */

/* The sum of weights: between low and high. */
struct score {
    int64_t low, high;
};

/* One answer of a list: which of its sites have matched by now. */
static bool site_matches(const struct screen_site *site, struct slice answer)
{
    return !site->filter.at || address_filter_matches(site->filter, answer);
}

/* True when the record tells how the zone answered; *weight is then what the site counts. */
static bool score_logged(struct leaf *leaf, const struct screen_site *site, int64_t *weight)
{
    struct slice record = record_of(leaf), rest = record, answer;
    bool known = false;

    *weight = 0;
    while (screening_next(&rest, site->zone, &answer)) {
        known = true;
        if (!slice_is(answer, "-") && site_matches(site, answer))
            *weight = site->weight;
    }
    rest = record;
    bool told = site > settings_of(leaf)->sites && slice_equal_fold(site[-1].zone, site->zone);
    while (leaf->why && !told && screening_next(&rest, site->zone, &answer))
        leaf_explain(leaf, "dnsblog: %.*s %s%.*s", SLICE_FMT(site->zone),
                     slice_is(answer, "-") ? "did not list it" : "answered ",
                     SLICE_FMT(slice_is(answer, "-") ? slice_of("") : answer));
    return known;
}

static void score_snapshot(struct leaf *leaf, const struct screen_site *site,
                           const struct ip_address *address, struct score *score)
{
    struct dns_answer answer;
    size_t size = IP_REVERSE_MAX + site->zone.len + 2;
    char *name = arena_alloc(leaf->scratch, size);
    size_t len = ip_reverse_name(address, arena_copy(leaf->scratch, site->zone).at, name, size);
    unsigned status = dns_ask_list(leaf, slice_make(name, len), &answer);
    bool matches = false;

    if (!(status & DNS_STATUS_OK))
        return;
    if (answer.rcode == DNS_UNKNOWN) {
        score->low += site->weight < 0 ? site->weight : 0;
        score->high += site->weight > 0 ? site->weight : 0;
        return;
    }
    for (uint32_t i = 0; i < answer.count && !matches; i++)
        matches = site_matches(site, answer.answers[i]);
    if (matches) {
        score->low += site->weight;
        score->high += site->weight;
    }
}

static struct score score_of(struct leaf *leaf, const struct ip_address *address)
{
    const struct screen_settings *settings = settings_of(leaf);
    struct score score = { 0, 0 };
    int64_t weight;

    for (size_t i = 0; i < settings->site_count; i++) {
        if (score_logged(leaf, &settings->sites[i], &weight)) {
            score.low += weight;
            score.high += weight;
        } else {
            score_snapshot(leaf, &settings->sites[i], address, &score);
        }
    }
    if (score.low == score.high)
        leaf_explain(leaf, "score %lld", (long long)score.low);
    else
        leaf_explain(leaf, "score %lld to %lld", (long long)score.low, (long long)score.high);
    return score;
}

/* An outcome for a condition that holds of the lowest and of the highest score, or of one. */
static uint32_t by_score(struct leaf *leaf, bool of_low, bool of_high, uint32_t hit)
{
    if (of_low == of_high)
        return of_low ? hit : OUTCOME_NUMBER_DUNNO;
    return leaf_unknown(leaf, NULL, OUTCOME_NUMBER_DUNNO, hit);
}

uint32_t restrict_screen_dnsbl(struct leaf *leaf, const struct question *question)
{
    const struct screen_settings *settings = settings_of(leaf);
    uint32_t hit = leaf_reject(leaf, question);
    struct ip_address address;

    if (!is_screened(leaf))
        return OUTCOME_NUMBER_DUNNO;
    if (leaf->client.address.state != LEAF_KNOWN ||
        !ip_address_parse(leaf->client.address.text, &address))
        return leaf_unknown(leaf, "client_name", OUTCOME_NUMBER_DUNNO, hit);
    struct score score = score_of(leaf, &address);
    leaf_explain(leaf, "threshold %lld", (long long)settings->threshold);
    return by_score(leaf, score.low >= settings->threshold, score.high >= settings->threshold, hit);
}

uint32_t restrict_screen_allow(struct leaf *leaf, const struct question *question)
{
    const struct screen_settings *settings = settings_of(leaf);
    int64_t limit = settings->allow_threshold;
    struct ip_address address;

    (void)question;
    if (!is_screened(leaf))
        return OUTCOME_NUMBER_DUNNO;
    if (leaf->client.address.state != LEAF_KNOWN ||
        !ip_address_parse(leaf->client.address.text, &address))
        return leaf_unknown(leaf, "client_name", OUTCOME_NUMBER_DUNNO, OUTCOME_NUMBER_OK);
    struct score score = score_of(leaf, &address);
    leaf_explain(leaf, "allowed up to %lld", (long long)limit);
    bool low = score.low <= limit && score.low < settings->threshold;
    bool high = score.high <= limit && score.high < settings->threshold;
    /* Who spoke early was caught before the lists had answered, or it was not: a race. */
    if ((low || high) && settings->actions[SCREEN_GREET] != SCREEN_IGNORE &&
        screening_has(record_of(leaf), "pregreet"))
        return leaf_unknown(leaf, "greet", OUTCOME_NUMBER_DUNNO, OUTCOME_NUMBER_OK);
    return by_score(leaf, low, high, OUTCOME_NUMBER_OK);
}

/* ---- what a client meets that is not in the cache ---- */

static uint32_t come_again(struct leaf *leaf, const struct question *question)
{
    return outcome_reply(&leaf->program->outcomes, OUTCOME_REJECT, question->code,
                         slice_of(question->restriction->dsn), CAUSE_PASSING, 0);
}

uint32_t restrict_screen_interfaces(struct leaf *leaf, const struct question *question)
{
    struct slice rest = record_of(leaf), server;
    uint32_t hit = come_again(leaf, question);

    if (!is_screened(leaf) || screening_has(rest, "cached"))
        return OUTCOME_NUMBER_DUNNO;
    if (!screening_next(&rest, slice_of("server"), &server))
        return leaf_unknown(leaf, "server_address", OUTCOME_NUMBER_DUNNO, hit);
    switch (name_list_match_client(&settings_of(leaf)->interfaces, slice_of(""), server,
                                   leaf->scratch, leaf->needs)) {
    case MATCH_YES:
        return OUTCOME_NUMBER_DUNNO;
    case MATCH_NO:
    case MATCH_ERROR:
    case MATCH_UNKNOWN:
        break;
    }
    /* Who passed at another address of the server is let in here, too. */
    return leaf_unknown(leaf, "postscreen_cache", OUTCOME_NUMBER_DUNNO, hit);
}

uint32_t restrict_screen_first(struct leaf *leaf, const struct question *question)
{
    const struct evidence *evidence = leaf->evidence;
    uint32_t session = evidence->messages[evidence->rows[leaf->row].message].session;
    const uint8_t *contacts = leaf->program->screen.contacts;
    bool known = contacts && session < evidence->session_count;
    uint32_t hit = come_again(leaf, question);

    if (!is_screened(leaf))
        return OUTCOME_NUMBER_DUNNO;
    switch (known ? (enum tri)contacts[session] : TRI_UNKNOWN) {
    case TRI_NO:
        leaf_explain(leaf, "the client has passed before");
        return OUTCOME_NUMBER_DUNNO;
    case TRI_YES:
        leaf_explain(leaf, "the client's first connection: its recipients are deferred while it is "
                           "tested");
        return hit;
    case TRI_UNKNOWN:
        break;
    }
    return leaf_unknown(leaf, "postscreen_cache", OUTCOME_NUMBER_DUNNO, hit);
}
