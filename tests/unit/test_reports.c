/*
 * The documents, over results that this file makes up: in every format each rate stands with its
 * counts, interval, clusters and coverage; hostile text stays text.
 */
#include "analyzer/results_advice.h"
#include "analyzer/results_history.h"
#include "reports/report.h"

#include <jansson.h>
#include <math.h>

#include "base/civil_time.h"
#include "tests/support/suite.h"

/* ---- results made up ---- */

static struct estimate estimate_of(uint64_t count)
{
    return (struct estimate){
        .count = count,
        .of = 30011,
        .rows = count + 2,
        .deferred = 7,
        .rate = (double)count / 30011,
        .low = 0.0207,
        .high = 0.2113,
        .confidence = 0.95,
        .bound_low = (double)count / 30011,
        .bound_high = (double)(count + 100) / 30011,
        .clusters = 37,
        .of_clusters = 411,
        .effective_n = 11.23,
        .method = "clopper-pearson-kish",
    };
}

struct results {
    struct results_restriction restrictions[2];
    struct results_set set;
    struct results_input input;
    struct results_population population;
    struct results_changes changes;
    struct results_warning warning;
};

static struct results make_results(void)
{
    static const char *const files[] = { "mail\xff.log" };
    struct results results = {
        .restrictions = {
            { .name = "permit_mynetworks", .list = "smtpd_client_restrictions", .position = 1,
              .enabled = true, .permits = true, .hits = 3, .so_ratio = (double)NAN },
            { .name = "reject_unknown_client_hostname", .list = "smtpd_client_restrictions",
              .position = 2, .enabled = true, .hits = 260, .decides = 210, .unique = 90,
              .unknown = 4, .so_ratio = 0.93 },
        },
        .set = { .verdicts = { 500, 200, 80, 0, 0, 0, 20 }, .coverage = 0.9751 },
        .input = { .files = files, .file_count = 1, .bytes = 1234567, .lines = 9000,
                   .understood = 8990, .foreign = 10, .first_us = 0, .last_us = 86400000000,
                   .sessions = 700, .messages = 650, .rows = 800, .open = 2 },
        .population = { { 300, 380, 41 }, { 250, 310, 90 }, { 100, 110, 30 }, { 0, 0, 0 } },
        .changes = { 190, 70, 0, 520, 20 },
        .warning = { "assumed_year", SLICE("no year: \x1b[31m2026\xff assumed"), 9000 },
    };
    results.restrictions[0].ham_lost = results.restrictions[0].spam_stopped = estimate_of(0);
    results.restrictions[1].ham_lost = results.restrictions[1].spam_stopped = estimate_of(1009);
    results.set.ham_lost = estimate_of(1217);
    results.set.ham_delayed = estimate_of(1301);
    results.set.spam_stopped = estimate_of(1409);
    return results;
}

const struct results_input *results_input(const struct results *results)
{
    return &results->input;
}
const struct results_population *results_population(const struct results *results)
{
    return &results->population;
}
const struct results_excluded *results_excluded(const struct results *results, size_t *count)
{
    static const struct results_excluded reasons[] = { { "gateway", 8 }, { "bounce", 0 } };
    (void)results;
    *count = 2;
    return reasons;
}
const struct results_set *results_baseline(const struct results *results)
{
    return &results->set;
}
const struct results_set *results_candidate(const struct results *results)
{
    return &results->set;
}
const struct results_changes *results_changes(const struct results *results)
{
    return &results->changes;
}
const struct results_warning *results_warnings(const struct results *results, size_t *count)
{
    *count = 1;
    return &results->warning;
}
struct slice results_answer(const struct results *results, struct arena *arena)
{
    (void)results;
    return arena_copy(arena, slice_of("An answer with \x1b[2J in it, long enough to be wrapped at "
                                      "the width of the page, which is eighty columns."));
}
struct results_assessment results_assess(const struct results *results, struct arena *arena)
{
    (void)results, (void)arena;
    return (struct results_assessment){
        .budget = 0.001,
        .decision = "open",
        .census = { 0.0405, 0.0439 },
        .forecast = { 0.0207, 0.2113 },
        .typical = { (double)NAN, (double)NAN },
        .without = { 0.0123, 0.0678 },
        .without_low = SLICE("big\x1b.example"),
        .without_high = { NULL, 0 },
        .seed = 1,
        .replicates = 1000,
        .weeks = 2,
        .refused = { 17, 19, 5 },
        .refused_high = 0.0567,
        .advice = SLICE("advice"),
    };
}
struct results_rescue results_rescue(const struct results *results, struct arena *arena)
{
    static const struct results_allow clients[] = { { SLICE("192.0.2.7"), SLICE("x\x1b"), 5, 1, 2,
                                                      1795342501000000 } };
    static const struct results_allow domains[] = { { SLICE("pool.example"), SLICE("y"), 3, 0, 2,
                                                      1795342501000000 } };
    (void)results, (void)arena;
    return (struct results_rescue){
        .list = "smtpd_client_restrictions",
        .action = "OK",
        .clients = { clients, 1, 3, estimate_of(1103), estimate_of(1109) },
        .senders = { domains, 1, 1, estimate_of(1123), estimate_of(1129) },
    };
}
struct results_loser *results_losers(const struct results *results,
                                     enum results_dimension dimension, size_t limit,
                                     struct arena *arena, size_t *count, size_t *all)
{
    (void)results, (void)limit;
    struct results_loser *losers = ARENA_ARRAY(arena, struct results_loser, 2);
    losers[0] = (struct results_loser){
        SLICE("evil\x1b]0;\x07.example"), 9, 2, 12, 0, 3, 1795342501000000
    };
    *count = dimension == BY_COUNTRY || dimension == BY_ASN ? 0 : 2;
    losers[1] = (struct results_loser){ { NULL, 0 }, 1, 0, 1, 4, 1, TIME_NONE };
    if (all)
        *all = 7;
    return losers;
}
struct results_drift results_drift(const struct results *results, struct arena *arena)
{
    struct results_week *weeks = ARENA_ARRAY(arena, struct results_week, 1);
    struct results_point *points = ARENA_ARRAY(arena, struct results_point, 1);
    struct results_series *series = ARENA_ARRAY(arena, struct results_series, 3);
    struct results_change *changes = ARENA_ARRAY(arena, struct results_change, 1);
    (void)results;
    *weeks = (struct results_week){ 1795342501000000, true, 77, 0.975 };
    *points = (struct results_point){ estimate_of(1151), { 0.01, 0.02 }, 1 };
    for (int i = 0; i < 3; i++)
        series[i] = (struct results_series){
            .kind = (enum results_series_kind)i,
            .kind_name = "ham_lost",
            .points = points,
            .alarm = i ? "calm" : "two_weeks",
            .upwards = true,
        };
    *changes = (struct results_change){ .time_us = 1795342501000000,
                                        .kind = "rejects_begin",
                                        .what = SLICE("reject_rbl_client \x1b.example"),
                                        .before = estimate_of(1153),
                                        .after = estimate_of(1163),
                                        .differs = true };
    return (struct results_drift){ weeks, 1, 1, series, 3, changes, 1, 2, SLICE("It drifts.") };
}
struct results_stages results_stages(const struct results *results, struct arena *arena)
{
    struct results_stage *stages = ARENA_ARRAY(arena, struct results_stage, 1);
    (void)results;
    *stages = (struct results_stage){ .kind = "filter",
                                      .name = SLICE("evil\x1b[2J"),
                                      .reached = 90,
                                      .caught = 40,
                                      .spam_passed = estimate_of(1171),
                                      .ham_caught = estimate_of(1181),
                                      .spam_passed_bounds = { 0.1, 0.2 },
                                      .circular = 5,
                                      .unlabelled = 6 };
    return (struct results_stages){
        stages,
        1,
        { SLICE("a\x1b"),
          SLICE("b"),
          9,
          2,
          3,
          estimate_of(1187),
          estimate_of(1193),
          { 0.01, 0.3 },
          0.1 },
    };
}
struct results_lateness results_lateness(const struct results *results)
{
    struct results_delays delays = { .kind = "greylisting",
                                     .attempts = 50,
                                     .cases = 20,
                                     .never_back = estimate_of(1201),
                                     .other_pool = estimate_of(1213),
                                     .median = { 540, 300, 900 },
                                     .p90 = { 3600, 900, 90000 },
                                     .p99 = { 100000, 3600, (double)NAN },
                                     .delayed = 19,
                                     .clusters = 7,
                                     .effective_n = 5,
                                     .over_hour = estimate_of(1223),
                                     .over_day = estimate_of(1229) };
    (void)results;
    return (struct results_lateness){ delays, delays, { true, estimate_of(1231), 2, 5, 3 } };
}
struct results_share *results_top_in(const struct results *results, const struct results_set *set,
                                     size_t restriction, enum results_dimension dimension,
                                     struct arena *arena, size_t *count)
{
    (void)results, (void)set, (void)restriction, (void)dimension;
    struct results_share *shares = ARENA_ARRAY(arena, struct results_share, 2);
    shares[0] = (struct results_share){ SLICE("evil\x1b]0;\x07.example"), 9, 9, 0 };
    shares[1] = (struct results_share){ { NULL, 0 }, 1, 0, 1 };
    *count = 2;
    return shares;
}
struct results_share *results_top(const struct results *results, size_t restriction,
                                  enum results_dimension dimension, size_t limit,
                                  struct arena *arena, size_t *count)
{
    *count = limit;
    return results_top_in(results, NULL, restriction, dimension, arena, count);
}

/* ---- writing ---- */

static const struct report_context context = {
    .program = "mailwhatif 0.1.0",
    .command = (const char *const[]){ "replay", "--json" },
    .command_count = 2,
    .seed = 1,
    .generated_us = 1795342501000000,
};

/* The whole document; the caller frees it. */
static char *write_document(const char *format, const struct results *results, size_t *len)
{
    char **slot = xcalloc(1, sizeof *slot);
    FILE *file = open_memstream(slot, len);
    ck_assert(report_format_find(format)->write(results, &context, file));
    fclose(file);
    char *text = *slot;
    free(slot);
    return text;
}

/* ---- tests ---- */

/* Wherever there is a rate, there are all that must stand beside it. */
static void walk(const json_t *value, size_t *rates)
{
    static const char *const companions[] = { "count",       "of",          "rows",   "low",
                                              "high",        "confidence",  "bounds", "clusters",
                                              "of_clusters", "effective_n", "method", "deferred" };
    const char *key;
    json_t *member;
    size_t i;
    if (json_object_get(value, "rate")) {
        ++*rates;
        for (size_t c = 0; c < COUNT(companions); c++)
            ck_assert_msg(json_object_get(value, companions[c]) != NULL, "%s", companions[c]);
    }
    if (json_object_get(value, "ham_lost"))
        ck_assert(json_object_get(value, "coverage") || json_object_get(value, "unknown") ||
                  json_object_get(value, "of") || json_object_get(value, "ham"));
    json_object_foreach((json_t *)(uintptr_t)value, key, member) walk(member, rates);
    json_array_foreach(value, i, member) walk(member, rates);
}

START_TEST(test_json)
{
    struct results results = make_results();
    results.set.restrictions = results.restrictions;
    results.set.restriction_count = 2;
    size_t len, rates = 0;
    char *text = write_document("json", &results, &len);
    json_t *document = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert(document != NULL);
    walk(document, &rates);
    ck_assert_uint_eq(rates, 2 * (3 + 2 * 2) + 4 + (3 + 2) + (2 + 2) + (2 * 4 + 1));
    ck_assert(text[len - 1] == '\n' && strchr(text, '\x1b') == NULL);
    ck_assert(strstr(text, "\"schema_version\": 1,\n \"program\"") != NULL);
    ck_assert(strstr(text, "\"coverage\": 0.9751") != NULL); /* not 0.97509999999999997 */
    json_decref(document);
    free(text);
}
END_TEST

START_TEST(test_json_nothing_known)
{
    struct results results = make_results();
    struct estimate *lost = &results.set.ham_lost;
    *lost = (struct estimate){ .rate = (double)NAN,
                               .low = (double)NAN,
                               .high = (double)NAN,
                               .bound_low = (double)NAN,
                               .bound_high = (double)NAN,
                               .confidence = 0.95,
                               .method = "clopper-pearson-kish" };
    results.input.first_us = results.input.last_us = TIME_NONE;
    size_t len;
    char *text = write_document("json", &results, &len);
    json_t *document = json_loadb(text, len, 0, NULL);
    const json_t *e = json_object_get(json_object_get(document, "candidate"), "ham_lost");
    ck_assert(json_is_null(json_object_get(e, "rate")) && json_is_null(json_object_get(e, "low")));
    ck_assert(json_is_null(json_array_get(json_object_get(e, "bounds"), 0)));
    ck_assert(json_is_null(json_object_get(json_object_get(document, "input"), "first")));
    json_decref(document);
    free(text);
}
END_TEST

/* Cuts field number `wanted` out of a CSV line without quotes. */
static struct slice csv_field(struct slice line, size_t wanted)
{
    for (size_t i = 0; i < wanted; i++)
        line = slice_skip(line, slice_index(line, ',') + 1);
    return slice_head(line, slice_index(line, ','));
}

START_TEST(test_csv)
{
    struct results results = make_results();
    results.set.restrictions = results.restrictions;
    results.set.restriction_count = 2;
    size_t len, lines = 0, columns = 0;
    char *text = write_document("csv", &results, &len);
    struct slice rest = slice_make(text, len), head = { NULL, 0 }, line;
    while (slice_next_word(&rest, "\r\n", &line)) {
        size_t commas = 0;
        for (size_t i = 0; i < line.len; i++)
            commas += line.at[i] == ',';
        if (lines++ == 0) {
            columns = commas;
            head = line;
        }
        ck_assert_uint_eq(commas, columns);
    }
    ck_assert_uint_eq(lines, 1 + 2 * 3 + 1);
    ck_assert(strstr(text, "\r\nweek,,") && strstr(text, ",0.975,0.95,2026-11-22\r\n"));
    static const char *const must[] = { "ham_lost_rate",        "ham_lost_of",       "ham_lost_low",
                                        "ham_lost_high",        "ham_lost_clusters", "coverage",
                                        "ham_lost_effective_n", "spam_stopped_rate" };
    for (size_t i = 0; i < COUNT(must); i++) {
        bool found = false;
        for (size_t c = 0; c <= columns; c++)
            found = found || slice_is(csv_field(head, c), must[i]);
        ck_assert_msg(found, "%s", must[i]);
    }
    free(text);
}
END_TEST

/* In the text a per cent sign after a count "of" others is followed by interval and senders before
 * the next such count. */
START_TEST(test_text)
{
    struct results results = make_results();
    results.set.restrictions = results.restrictions;
    results.set.restriction_count = 2;
    size_t len;
    char *text = write_document("text", &results, &len);
    ck_assert(strchr(text, '\x1b') == NULL && strchr(text, '\x07') == NULL);
    ck_assert(strncmp(text, "An answer with \\x1b[2J in it", 28) == 0);
    static const char *const rates[] = { "1217 of 30,011 = ", "1301 of 30,011 = ",
                                         "1409 of 30,011 = ", "1009 of 30,011 = ",
                                         "1103 of 30,011 = ", "1109 of 30,011 = " };
    for (size_t i = 0; i < COUNT(rates); i++) {
        const char *at = strstr(text, rates[i]);
        ck_assert_msg(at != NULL, "%s", rates[i]);
        const char *interval = strstr(at, "95 % interval 2.1 % .. 21 %");
        const char *senders = strstr(at, "37 of 411 senders, worth 11.2");
        const char *next = strstr(at + 1, " of 30,011");
        ck_assert_msg(interval && interval < at + 60, "%s", rates[i]);
        ck_assert_msg(senders && interval < senders, "%s", rates[i]);
        ck_assert(!next || senders < strstr(next + 1, " of 30,011") ||
                  strstr(next + 1, " of 30,011") == NULL);
    }
    ck_assert(strstr(text, "in this log       4.0 % .. 4.4 %  over") != NULL);
    ck_assert(strstr(text, "mail to come      2.1 % .. 21 %  95 %") != NULL);
    ck_assert(strstr(text, "a typical week") == NULL); /* not known */
    ck_assert(strstr(text, "kept out already: 17 messages") != NULL);
    ck_assert(strstr(text, "  # 5 wanted messages on 2 days, last 2026-11-22; spam: 1\n"
                           "  192.0.2.7 OK\n  # and 2 more that would lose less\n"
                           "  With these lines:\n") != NULL);
    ck_assert(strstr(text, "  pool.example OK\n  With these lines:\n") != NULL);
    ck_assert(strstr(text, "         9      2       12     3  2026-11-22        0  evil\\x1b") !=
              NULL);
    ck_assert(strstr(text, "97.5 %") != NULL); /* coverage */
    ck_assert(strstr(text, "reject_unknown_client_hostname") != NULL);
    ck_assert(strstr(text, "hits 260, decides 210, alone 90, undecided 4") != NULL);
    free(text);
}
END_TEST

/* Three effective senders are the least for which the text quotes a rate. */
START_TEST(test_text_too_few)
{
    struct results results = make_results();
    results.set.ham_lost.reason = "too_few_senders";
    results.set.ham_lost.rate = (double)NAN;
    size_t len;
    char *text = write_document("text", &results, &len);
    const char *at = strstr(text, "1217 of 30,011");
    ck_assert(at && strncmp(at + 14, ": too few senders for a rate", 28) == 0);
    free(text);
    text = write_document("csv", &results, &len);
    ck_assert(strstr(text, ",too_few_senders,") != NULL);
    free(text);
}
END_TEST

START_TEST(test_full_disk)
{
    size_t count;
    const struct report_format *formats = report_formats(&count);
    struct results results = make_results();
    for (size_t i = 0; i < count; i++) {
        FILE *file = fopen("/dev/full", "w");
        if (!file)
            return;
        setvbuf(file, NULL, _IONBF, 0);
        ck_assert_msg(!formats[i].write(&results, &context, file), "%s", formats[i].name);
        fclose(file);
    }
    ck_assert(report_format_find("xml") == NULL);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, test_json);
    tcase_add_test(tcase, test_json_nothing_known);
    tcase_add_test(tcase, test_csv);
    tcase_add_test(tcase, test_text);
    tcase_add_test(tcase, test_text_too_few);
    tcase_add_test(tcase, test_full_disk);
}

TEST_MAIN("reports", add)
