#include "tests/screens/fake_results.h"

#include "analyzer/results_advice.h"
#include "analyzer/results_history.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/civil_time.h"
#include "base/xalloc.h"

enum { NEVER = 64 };

/* Hostile senders: terminal controls, broken UTF-8, text that turns round, wide characters. */
#define HOSTILE_TITLE "\033]0;owned\007\033[2J\033[31mred.example.net"
#define HOSTILE_BYTES                                                                              \
    "\xff\xfe\x9b"                                                                                 \
    "31m.example.net"
#define HOSTILE_TURN                                                                               \
    "a\xe2\x80\xae"                                                                                \
    "moc.example.com"
#define WIDE_NAME "\xe6\xb8\xac\xe8\xa9\xa6@\xe4\xbe\x8b\xe3\x81\x88.example"

static const struct sender {
    const char *organisation, *network, *client_name, *helo, *sender;
    double ham;
    unsigned weight; /* share of the mail */
    uint32_t acts;   /* which restrictions act on its mail */
    uint32_t unknown;
} senders[] = {
    { "example.org", "192.0.2.0/24", "mail.example.org", "mail.example.org", "anna@example.org",
      0.98, 40, 0, 0 },
    { "example.net", "198.51.100.0/24", NULL, "exchange.local", "office@example.net", 0.95, 6,
      1u << 3 | 1u << 7, 0 },
    { "klein.example", "203.0.113.0/24", NULL, "srv01", "karl@klein.example", 0.97, 2,
      1u << 3 | 1u << 6, 0 },
    { "bulk.example", "203.0.113.0/24", NULL, "dsl-7.bulk.example", "win@bulk.example", 0.01, 25,
      1u << 2 | 1u << 3 | 1u << 9, 0 },
    { "pills.example", "198.51.100.0/24", "pool.pills.example", "pills", "x@pills.example", 0.02,
      15, 1u << 2 | 1u << 6, 0 },
    { "news.example", "192.0.2.0/24", "out.news.example", "out.news.example", "", (double)NAN, 8,
      1u << 8, 1u << 5 },
    { HOSTILE_TITLE, "203.0.113.0/24", HOSTILE_TITLE, HOSTILE_BYTES, HOSTILE_TURN, 0.03, 2,
      1u << 2 | 1u << 4, 1u << 9 },
    { "\xe4\xbe\x8b\xe3\x81\x88.example", "192.0.2.0/24", NULL, "mail.xn--r8jz45g.example",
      WIDE_NAME, 0.99, 1, 1u << 3, 0 },
};

/* clang-format off */
static const struct results_restriction checks[] = {
    { .name = "permit_mynetworks", .list = "smtpd_client_restrictions", .position = 1, .permits = true },
    { .name = "permit_sasl_authenticated", .list = "smtpd_client_restrictions", .position = 2,
      .permits = true },
    { .name = "reject_rbl_client", .argument = "zen.example.org", .list = "smtpd_client_restrictions",
      .position = 3 },
    { .name = "reject_unknown_client_hostname", .list = "smtpd_client_restrictions", .position = 4 },
    { .name = "check_client_access", .argument = "cidr:/etc/postfix/bad\033[7m_clients",
      .list = "smtpd_client_restrictions", .position = 5 },
    { .name = "reject_rhsbl_client", .argument = "rhsbl.example.org=127.0.1.[2..99]",
      .list = "smtpd_client_restrictions", .position = 6, .class_name = "careful" },
    { .name = "reject_non_fqdn_helo_hostname", .list = "smtpd_helo_restrictions", .position = 1 },
    { .name = "reject_unknown_helo_hostname", .list = "smtpd_helo_restrictions", .position = 2 },
    { .name = "reject_unknown_sender_domain", .list = "smtpd_sender_restrictions", .position = 1 },
    { .name = "check_policy_service", .argument = "unix:private/policyd-spf",
      .list = "smtpd_recipient_restrictions", .position = 1, .warn_only = true },
    { .name = "smtpd_reject_unlisted_recipient" },
};
/* clang-format on */
enum { CHECKS = sizeof checks / sizeof checks[0] };

struct results {
    struct results_input input;
    struct results_population population;
    struct results_restriction restrictions[CHECKS];
    struct results_set baseline, candidate;
    struct results_changes changes;
    uint8_t *senders; /* of each row */
    size_t rows;
    bool enabled[CHECKS];
};

/* Which restriction decides; NEVER: none. *unknown when the evidence lacks before that. */
static unsigned decider(const struct results *results, const struct sender *from, bool *unknown)
{
    *unknown = false;
    for (unsigned i = 0; i < CHECKS; i++) {
        if (!results->enabled[i] || checks[i].warn_only)
            continue;
        if (from->unknown >> i & 1)
            *unknown = true;
        else if (from->acts >> i & 1)
            return i;
    }
    return NEVER;
}

static bool is_ham(const struct sender *from)
{
    return from->ham >= 0.9;
}

static bool is_spam(const struct sender *from)
{
    return from->ham <= 0.1;
}

/* A Wilson interval will do here. */
static void finish(struct estimate *e, uint64_t of)
{
    double n = (double)of, z = 1.96;
    e->of = of;
    e->rows = e->count;
    e->confidence = 0.95;
    e->method = "made up";
    e->effective_n = n / 2;
    e->rate = e->low = e->high = e->bound_low = e->bound_high = (double)NAN;
    if (of == 0)
        return;
    e->rate = (double)e->count / n;
    double middle = (e->rate + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(e->rate * (1 - e->rate) / n + z * z / (4 * n * n));
    e->low = e->count ? middle - half : 0;
    e->high = e->count < of ? middle + half : 1;
    e->bound_low = e->rate;
    e->bound_high = e->rate + 0.01 < 1 ? e->rate + 0.01 : 1;
    e->clusters = e->count < 3 ? e->count : 3;
    e->of_clusters = 5;
}

static void count_row(struct results *results, const struct sender *from)
{
    bool unknown;
    unsigned by = decider(results, from, &unknown);
    struct results_set *set = &results->candidate;
    enum results_verdict verdict = by != NEVER ? (by == 3 ? RESULT_DEFER : RESULT_REJECT)
                                   : unknown   ? RESULT_UNKNOWN
                                               : RESULT_ACCEPT;
    set->verdicts[verdict]++;
    results->changes.newly_rejected += verdict == RESULT_REJECT;
    results->changes.newly_deferred += verdict == RESULT_DEFER;
    results->changes.unknown += verdict == RESULT_UNKNOWN;
    results->changes.unchanged += verdict == RESULT_ACCEPT;
    set->ham_lost.count += by != NEVER && is_ham(from);
    set->ham_lost.deferred += by == 3 && is_ham(from);
    set->spam_stopped.count += by != NEVER && is_spam(from);
    for (unsigned i = 0; i < CHECKS; i++) {
        struct results_restriction *r = &results->restrictions[i];
        r->hits += from->acts >> i & 1;
        r->unknown += from->unknown >> i & 1;
        r->decides += by == i;
        r->unique += by == i && (from->acts & (from->acts - 1)) == 0;
        r->ham_lost.count += by == i && is_ham(from);
        r->spam_stopped.count += by == i && is_spam(from);
    }
}

static void recount(struct results *results)
{
    uint64_t ham = results->population.ham.messages, spam = results->population.spam.messages;
    results->candidate =
        (struct results_set){ .restrictions = results->restrictions, .restriction_count = CHECKS };
    results->changes = (struct results_changes){ 0 };
    for (unsigned i = 0; i < CHECKS; i++) {
        results->restrictions[i] = checks[i];
        results->restrictions[i].enabled = results->enabled[i];
    }
    for (size_t row = 0; row < results->rows; row++)
        count_row(results, &senders[results->senders[row]]);
    finish(&results->candidate.ham_lost, ham);
    finish(&results->candidate.ham_delayed, ham);
    finish(&results->candidate.spam_stopped, spam);
    results->candidate.coverage =
        results->rows
            ? 1 - (double)results->candidate.verdicts[RESULT_UNKNOWN] / (double)results->rows
            : (double)NAN;
    for (unsigned i = 0; i < CHECKS; i++) {
        struct results_restriction *r = &results->restrictions[i];
        finish(&r->ham_lost, ham);
        finish(&r->spam_stopped, spam);
        r->so_ratio = r->decides ? r->spam_stopped.rate / (r->spam_stopped.rate + r->ham_lost.rate)
                                 : (double)NAN;
    }
}

static const char *const files[] = { "mail.log.1", "mail\033[31m.log" };

struct results *fake_results_new(size_t rows)
{
    struct results *results = xcalloc(1, sizeof *results);
    uint32_t random = 1;
    results->rows = rows;
    results->senders = xcalloc(rows + 1, 1);
    for (size_t row = 0; row < rows; row++) {
        random = random * 1664525u + 1013904223u;
        unsigned at = random >> 16, sender = 0;
        for (at %= 99; at >= senders[sender].weight; sender++)
            at -= senders[sender].weight;
        results->senders[row] = (uint8_t)sender;
        struct results_group *group = is_ham(&senders[sender])    ? &results->population.ham
                                      : is_spam(&senders[sender]) ? &results->population.spam
                                                                  : &results->population.unlabelled;
        group->messages++;
        group->rows++;
        group->clusters = 3;
    }
    int64_t first = civil_days(2026, 11, 21) * 86400 * INT64_C(1000000);
    results->input = (struct results_input){
        .files = files,
        .file_count = 2,
        .bytes = rows * 900,
        .lines = rows * 9,
        .understood = rows * 9 - 3,
        .foreign = 2,
        .unknown = 1,
        .first_us = first,
        .last_us = first + (int64_t)rows * 60 * 1000000,
        .sessions = rows,
        .messages = rows,
        .rows = rows,
        .open = 2,
    };
    for (unsigned i = 0; i < CHECKS; i++)
        results->enabled[i] = i != 8;
    recount(results);
    return results;
}

void results_free(struct results *results)
{
    free(results->senders);
    free(results);
}

const struct results_input *results_input(const struct results *results)
{
    return &results->input;
}

const struct results_population *results_population(const struct results *results)
{
    return &results->population;
}

const struct results_set *results_baseline(const struct results *results)
{
    return &results->baseline;
}

const struct results_set *results_candidate(const struct results *results)
{
    return &results->candidate;
}

const struct results_changes *results_changes(const struct results *results)
{
    return &results->changes;
}

const struct results_warning *results_warnings(const struct results *results, size_t *count)
{
    static const struct results_warning warnings[] = {
        { "assumed_year", SLICE("time stamps have no year: 2026 assumed"), 9000 },
        { "table_unreadable", SLICE("cidr:/etc/postfix/bad\033[7m_clients: no such file"), 1 },
    };
    (void)results;
    *count = COUNT(warnings);
    return warnings;
}

struct slice results_answer(const struct results *results, struct arena *arena)
{
    const struct results_set *set = &results->candidate;
    return arena_format(
        arena,
        "It would have cost %llu of %llu wanted messages and stopped %llu of %llu "
        "spam messages. Most of the wanted mail that would be lost comes from "
        "example.net and klein.example.",
        (unsigned long long)set->ham_lost.count, (unsigned long long)set->ham_lost.of,
        (unsigned long long)set->spam_stopped.count, (unsigned long long)set->spam_stopped.of);
}

void results_toggle(struct results *results, size_t restriction)
{
    results->enabled[restriction] = !results->enabled[restriction];
    recount(results);
}

static struct slice client_address(const struct sender *from, size_t row, struct arena *arena)
{
    size_t dots = slice_last_index(slice_of(from->network), '.');
    return arena_format(arena, "%.*s.%zu", (int)dots, from->network, row % 250 + 1);
}

static struct slice recipient(size_t row, struct arena *arena)
{
    static const char *const names[] = { "info", "jan", "piet", "marie", "sales" };
    return arena_format(arena, "%s@example.com", names[row % COUNT(names)]);
}

static struct slice row_key(const struct results *results, size_t row,
                            enum results_dimension dimension, struct arena *arena)
{
    const struct sender *from = &senders[results->senders[row]];
    size_t at = slice_index(slice_of(from->sender), '@');
    const struct slice keys[RESULTS_DIMENSIONS] = {
        [BY_ORGANISATION] = slice_of(from->organisation),
        [BY_NETWORK] = slice_of(from->network),
        [BY_SENDER] = slice_of(from->sender),
        [BY_SENDER_DOMAIN] = slice_skip(slice_of(from->sender), at + 1),
        [BY_RECIPIENT] = recipient(row, arena),
        [BY_CLIENT] = client_address(from, row, arena),
        [BY_COUNTRY] = slice_of(NULL),
        [BY_ASN] = slice_of(NULL),
    };
    return keys[dimension];
}

/* True when the restriction acts on the row; SIZE_MAX: when the candidate stops it. */
static bool acts_on(const struct results *results, size_t row, size_t restriction)
{
    const struct sender *from = &senders[results->senders[row]];
    bool unknown;
    return restriction == SIZE_MAX ? decider(results, from, &unknown) != NEVER
                                   : from->acts >> restriction & 1;
}

static int compare_shares(const void *left, const void *right)
{
    const struct results_share *a = left, *b = right;
    if (a->ham != b->ham)
        return a->ham < b->ham ? 1 : -1;
    if (a->messages != b->messages)
        return a->messages < b->messages ? 1 : -1;
    return slice_compare(a->key, b->key);
}

struct results_share *results_top(const struct results *results, size_t restriction,
                                  enum results_dimension dimension, size_t limit,
                                  struct arena *arena, size_t *count)
{
    enum { KEYS_MAX = 4096 };
    struct results_share *shares = ARENA_ARRAY(arena, struct results_share, KEYS_MAX);
    *count = 0;
    for (size_t row = 0; row < results->rows; row++) {
        if (!acts_on(results, row, restriction))
            continue;
        struct slice key = row_key(results, row, dimension, arena);
        size_t i = 0;
        while (i < *count && !slice_equal(shares[i].key, key))
            i++;
        if (i == KEYS_MAX)
            continue;
        if (i == *count)
            shares[(*count)++].key = key;
        shares[i].messages++;
        shares[i].ham += is_ham(&senders[results->senders[row]]);
        shares[i].spam += is_spam(&senders[results->senders[row]]);
    }
    qsort(shares, *count, sizeof *shares, compare_shares);
    *count = *count < limit ? *count : limit;
    return shares;
}

size_t results_row_count(const struct results *results)
{
    return results->rows;
}

static struct results_decision decide(const struct results *results, const struct sender *from)
{
    static const struct slice needs[] = { SLICE("dns:A rhsbl.example.org") };
    bool unknown;
    unsigned by = decider(results, from, &unknown);
    if (by == NEVER)
        return (struct results_decision){ .verdict = unknown ? RESULT_UNKNOWN : RESULT_ACCEPT,
                                          .verdict_name = unknown ? "unknown" : "accept",
                                          .needs = needs,
                                          .need_count = unknown };
    return (struct results_decision){
        .verdict = by == 3 ? RESULT_DEFER : RESULT_REJECT,
        .verdict_name = by == 3 ? "defer" : "reject",
        .code = by == 3 ? 450 : 554,
        .dsn = by == 3 ? "4.7.25" : "5.7.1",
        .restriction = checks[by].name,
        .argument = checks[by].argument,
        .list = checks[by].list,
        .class_name = checks[by].class_name,
        .stage = "RCPT",
        .lasting = true,
    };
}

struct results_row results_row_at(const struct results *results, size_t index, struct arena *arena)
{
    static const char *const sources[] = { "delivered", "mailscanner:clean" };
    static const struct results_filter_verdict filters[] = { { SLICE("BDMAILD"), "ham", 1.5 } };
    const struct sender *from = &senders[results->senders[index]];
    struct slice *hops = ARENA_ARRAY(arena, struct slice, 2);
    hops[0] = arena_format(arena, "4Fake%zu", index);
    hops[1] = arena_format(arena, "4Next%zu", index);
    return (struct results_row){
        .row = (uint32_t)index,
        .message = (uint32_t)index,
        .time_us = results->input.first_us + (int64_t)index * 60 * 1000000,
        .host = SLICE("mx1"),
        .queue_id = hops[0],
        .service = SLICE("smtpd"),
        .client_address = client_address(from, index, arena),
        .client_name = slice_of(from->client_name),
        .helo = slice_of(from->helo),
        .sender = slice_of(from->sender),
        .recipient = recipient(index, arena),
        .message_id = arena_format(arena, "<%zu@example.org>", index),
        .organisation = slice_of(from->organisation),
        .session = index + 1,
        .size = 2310,
        .ham = from->ham,
        .label_sources = sources,
        .label_source_count = isnan(from->ham) ? 0 : 2,
        .logged = { .verdict_name = "accept" },
        .baseline = { .verdict_name = "accept" },
        .candidate = decide(results, from),
        .hops = hops,
        .hop_count = 2,
        .end_status = "sent",
        .end_relay = SLICE("192.0.2.25[192.0.2.25]:24"),
        .end_dsn = SLICE("2.0.0"),
        .end_us = results->input.first_us,
        .filters = filters,
        .filter_count = 1,
        .client_name_origin = "log:connect",
        .helo_origin = "log:info",
        .sender_origin = "log:info",
        .recipient_origin = "log:info",
    };
}

static bool contains(struct slice text, struct slice needle)
{
    for (size_t i = 0; needle.len <= text.len && i <= text.len - needle.len; i++)
        if (slice_equal_fold(slice_make(text.at + i, needle.len), needle))
            return true;
    return false;
}

static bool passes(const struct results *results, size_t row, const struct results_filter *filter,
                   struct arena *arena)
{
    const struct sender *from = &senders[results->senders[row]];
    bool stopped = filter->stopped && !acts_on(results, row, SIZE_MAX);
    if (stopped || (filter->restriction != SIZE_MAX && !acts_on(results, row, filter->restriction)))
        return false;
    if (filter->keyless && row_key(results, row, filter->dimension, arena).at)
        return false;
    if (filter->key.at &&
        !slice_equal(filter->key, row_key(results, row, filter->dimension, arena)))
        return false;
    if ((filter->ham == 1 && !is_ham(from)) || (filter->ham == 0 && !is_spam(from)))
        return false;
    if (!filter->text.at)
        return true;
    return contains(slice_of(from->sender), filter->text) ||
           contains(slice_of(from->helo), filter->text) ||
           contains(recipient(row, arena), filter->text) ||
           contains(client_address(from, row, arena), filter->text);
}

uint32_t *results_select(const struct results *results, const struct results_filter *filter,
                         size_t limit, struct arena *arena, size_t *count)
{
    uint32_t *rows = ARENA_ARRAY(arena, uint32_t, results->rows + 1);
    *count = 0;
    for (size_t row = 0; row < results->rows && *count < limit; row++)
        if (passes(results, row, filter, arena))
            rows[(*count)++] = (uint32_t)row;
    return rows;
}

bool results_raw_lines(const struct results *results, size_t index, struct buffer *out)
{
    const struct sender *from = &senders[results->senders[index]];
    buffer_format(out,
                  "Nov 21 10:15:01 mx1 postfix/smtpd[1234]: connect from unknown[192.0.2.7]\n");
    buffer_format(out,
                  "Nov 21 10:15:01 mx1 postfix/smtpd[1234]: 4Fake%zu: client=%s[192.0.2.7], "
                  "sasl_method=none, orig_client=%s\n",
                  index, from->client_name ? from->client_name : "unknown", from->helo);
    for (int i = 0; i < 40; i++)
        buffer_format(
            out,
            "Nov 21 10:15:02 mx1 postfix/smtp[%d]: 4Fake%zu: to=<jan@example.com>, "
            "relay=192.0.2.25[192.0.2.25]:24, delay=0.12, delays=0.1/0/0/0.02, dsn=2.0.0, "
            "status=sent (250 2.0.0 Ok: helo was %s)\n",
            2000 + i, index, from->helo);
    return true;
}

/* ---- the further faces: little, but of every kind ---- */

struct results_loser *results_losers(const struct results *results,
                                     enum results_dimension dimension, size_t limit,
                                     struct arena *arena, size_t *count, size_t *all)
{
    (void)results, (void)dimension, (void)limit;
    struct results_loser *losers = ARENA_ARRAY(arena, struct results_loser, 1);
    *losers = (struct results_loser){
        SLICE("\x1b]0;owned\x07.example"), 78, 2, 90, 3, 5, 1763337600000000
    };
    *count = 1;
    *all = 4;
    return losers;
}

struct results_rescue results_rescue(const struct results *results, struct arena *arena)
{
    struct results_allow *allow = ARENA_ARRAY(arena, struct results_allow, 1);
    const struct estimate *lost = &results_candidate(results)->ham_lost;
    const struct estimate *spam = &results_candidate(results)->spam_stopped;
    *allow = (struct results_allow){ .key = SLICE("198.51.100.7"), .messages = 78 };
    return (struct results_rescue){ .list = "smtpd_client_restrictions",
                                    .action = "OK",
                                    .clients = { allow, 1, 1, *lost, *spam } };
}

struct results_drift results_drift(const struct results *results, struct arena *arena)
{
    struct results_week *week = ARENA_ARRAY(arena, struct results_week, 1);
    struct results_point *point = ARENA_ARRAY(arena, struct results_point, 1);
    struct results_series *series = ARENA_ARRAY(arena, struct results_series, 3);
    *week = (struct results_week){ 1763337600000000, true, 1100, 0.924 };
    *point = (struct results_point){ results_candidate(results)->ham_lost, { 0.01, 0.2 }, 1 };
    for (int i = 0; i < 3; i++)
        series[i] = (struct results_series){ .points = point, .alarm = "calm" };
    return (struct results_drift){ .weeks = week,
                                   .week_count = 1,
                                   .series = series,
                                   .series_count = 3,
                                   .sentence = SLICE("Too short to tell.") };
}

struct results_stages results_stages(const struct results *results, struct arena *arena)
{
    struct results_stage *stage = ARENA_ARRAY(arena, struct results_stage, 1);
    *stage = (struct results_stage){ .kind = "filter",
                                     .name = SLICE("spamd"),
                                     .reached = 924,
                                     .caught = 400,
                                     .spam_passed = results_candidate(results)->spam_stopped,
                                     .ham_caught = results_candidate(results)->ham_lost };
    return (struct results_stages){ .stages = stage, .count = 1 };
}

struct results_lateness results_lateness(const struct results *results)
{
    (void)results;
    return (struct results_lateness){ .greylisting.kind = "greylisting" };
}
