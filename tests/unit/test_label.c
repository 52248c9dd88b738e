/* Labels: given ones decide, filters speak, contradictions and silence leave a row unlabelled. */
#include "analyzer/estimate/label.h"

#include <math.h>

#include "analyzer/estimate/label_score.h"
#include "analyzer/estimate/population.h"
#include "analyzer/policy/verdict.h"
#include "tests/support/log_files.h"
#include "tests/support/suite.h"

struct word {
    const char *program;
    enum filter_answer answer;
};

struct world {
    struct evidence evidence;
    struct clusters clusters;
    uint8_t *reasons;
    uint32_t *replies;
    struct labels labels;
    int offset_minutes;
};

static uint32_t add_client(struct evidence *evidence, const char *address)
{
    struct client client = { .address = intern_add(&evidence->text, slice_of(address)),
                             .name_status = NAME_MISSING };
    return evidence_client(evidence, &client);
}

/* A message with its recipients (NULL at the end); restriction: why the log refused it, or NULL. */
static struct message *add_message(struct evidence *evidence, const char *client, int64_t time_us,
                                   const char *sender, const char *const *recipients,
                                   const char *restriction)
{
    uint32_t number = evidence_add_message(evidence);
    struct message *message = &evidence->messages[number];
    *message = (struct message){ .time_us = time_us,
                                 .session = SESSION_NONE,
                                 .client = add_client(evidence, client),
                                 .sender = intern_add(&evidence->senders, slice_of(sender)),
                                 .first_row = evidence->row_count };
    struct logged_reply reply = { .verdict = VERDICT_REJECT, .code = 554 };
    if (restriction)
        reply.restriction = intern_add(&evidence->text, slice_of(restriction));
    for (; *recipients; recipients++, message->row_count++) {
        uint32_t row = evidence_add_row(evidence);
        evidence->rows[row] = (struct row){
            .time_us = time_us,
            .message = evidence->message_count - 1,
            .recipient = intern_add(&evidence->recipients, slice_of(*recipients)),
            .logged = restriction ? evidence_reply(evidence, &reply) : 0,
        };
    }
    return message;
}

static void add_verdict(struct evidence *evidence, struct message *message,
                        const struct filter_verdict *verdict)
{
    GROW(evidence->filters, evidence->filter_count, evidence->filter_capacity);
    evidence->filters[evidence->filter_count] = *verdict;
    struct message_extra *extra = evidence_extra_of(evidence, message);
    evidence->filters[evidence->filter_count++].next = extra->filters;
    extra->filters = evidence->filter_count;
}

static const char *const two_recipients[] = { "b@example.com", "c@example.com", NULL };

/* A store with one message Q1 <m1@example.org> of two recipients, and these filter verdicts. */
static void build(struct world *world, const struct word *words)
{
    struct evidence *evidence = &world->evidence;
    world->offset_minutes = 0;
    evidence_init(evidence);
    struct message *message =
        add_message(evidence, "192.0.2.7", 1, "a@example.org", two_recipients, NULL);
    evidence_detail(evidence, message)->queue_id = "Q1";
    evidence_detail(evidence, message)->message_id = "m1@example.org";
    for (; words->program; words++)
        add_verdict(evidence, message,
                    &(struct filter_verdict){
                        .program = intern_add(&evidence->text, slice_of(words->program)),
                        .answer = (uint8_t)words->answer });
}

/* What labels rest on beside the evidence. */
static void sort(struct world *world)
{
    const struct evidence *evidence = &world->evidence;
    clusters_init(&world->clusters, evidence, NULL);
    world->reasons = population_sort(evidence, NULL, 0);
    world->replies = xcalloc(evidence->row_count, sizeof *world->replies);
    for (uint32_t row = 0; row < evidence->row_count; row++)
        world->replies[row] = evidence->rows[row].logged;
}

static void label(struct world *world, const struct labels_file *given, unsigned tested,
                  unsigned sources, struct diagnostics *remarks)
{
    sort(world);
    labels_init(&world->labels,
                &(struct label_inputs){ .evidence = &world->evidence,
                                        .given = given,
                                        .clusters = &world->clusters,
                                        .reasons = world->reasons,
                                        .replies = world->replies,
                                        .evidence_tested = tested,
                                        .offset_minutes = world->offset_minutes,
                                        .rules = { .sources = sources } },
                remarks);
}

static void release(struct world *world)
{
    labels_release(&world->labels);
    clusters_release(&world->clusters);
    free(world->reasons);
    free(world->replies);
    evidence_release(&world->evidence);
}

static void expect_sources(const struct labels *labels, uint32_t row, const char *want)
{
    size_t count;
    const char *const *names = label_sources(labels, label_of_row(labels, row)->sources, &count);
    char got[400] = "";
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(got + len, sizeof got - len, "%s%s", i ? " " : "", names[i]);
    ck_assert_str_eq(got, want);
}

/* clang-format off */
#define HAM 0.952   /* by a content filter alone, within 0.001 */
#define SPAM 0.0021
static const struct { struct word words[4]; double ham; const char *sources; } rows[] = {
    { { { NULL, 0 } }, (double)NAN, "" },
    { { { "MailScanner", FILTER_HAM } }, HAM, "mailscanner:clean" },
    { { { "MailScanner", FILTER_SPAM } }, SPAM, "mailscanner:spam" },
    { { { "BDMAILD", FILTER_SPAM } }, SPAM, "bitdefender:spam" },
    /* filters share evidence: two of them are one voice */
    { { { "MailScanner", FILTER_SPAM }, { "BDMAILD", FILTER_SPAM } }, SPAM, "bitdefender:spam mailscanner:spam" },
    { { { "BDMAILD", FILTER_SPAM }, { "MailScanner", FILTER_SPAM } }, SPAM, "bitdefender:spam mailscanner:spam" },
    { { { "MailScanner", FILTER_HAM }, { "BDMAILD", FILTER_SPAM } }, (double)NAN, "bitdefender:spam mailscanner:clean" },
    { { { "clamd", FILTER_VIRUS } }, 0.0033, "clamav:virus" },
    { { { "MailScanner", FILTER_SPAM }, { "clamd", FILTER_VIRUS } }, 0.000007, "clamav:virus mailscanner:spam" },
    { { { "clamd", FILTER_HAM } }, (double)NAN, "" },
    { { { "rspamd", FILTER_HAM }, { "clamd", FILTER_HAM } }, HAM, "rspamd:clean" },
    { { { "rspamd", FILTER_SKIPPED } }, (double)NAN, "" },
    { { { "rspamd", FILTER_ERROR }, { "x", FILTER_NONE } }, (double)NAN, "" },
    { { { "amavis", FILTER_HAM }, { "amavis", FILTER_SPAM } }, SPAM, "amavis:spam" },
    { { { "amavis", FILTER_SPAM }, { "amavis", FILTER_HAM } }, SPAM, "amavis:spam" },
    /* sorted on delivery: what a filter said, once more; moved by the user: a word of its own */
    { { { "dovecot: lmtp(b)", FILTER_SPAM } }, SPAM, "folder:spam" },
    { { { "dovecot-lda", FILTER_SPAM }, { "rspamd", FILTER_SPAM } }, SPAM, "folder:spam rspamd:spam" },
    { { { "dovecot: lmtp(b)", FILTER_SPAM }, { "rspamd", FILTER_HAM } }, (double)NAN, "folder:spam rspamd:clean" },
    { { { FILTER_USER, FILTER_SPAM } }, 0.029, "mailbox:spam" },
    { { { FILTER_USER, FILTER_HAM } }, 0.952, "mailbox:clean" },
    { { { FILTER_USER, FILTER_SPAM }, { "rspamd", FILTER_SPAM } }, 0.00006, "mailbox:spam rspamd:spam" },
    { { { FILTER_USER, FILTER_HAM }, { "rspamd", FILTER_SPAM } }, (double)NAN, "mailbox:clean rspamd:spam" },
};
/* clang-format on */

static void expect_ham(double got, double want)
{
    ck_assert_msg(isnan(want) ? isnan(got) : fabs(got - want) < 0.001, "got %g, want %g", got,
                  want);
}

START_TEST(test_filters)
{
    struct world world;
    build(&world, rows[_i].words);
    label(&world, NULL, 0, 1, NULL);
    expect_ham(label_of_row(&world.labels, 1)->ham, rows[_i].ham);
    expect_ham(label_of_message(&world.labels, 0)->ham, rows[_i].ham);
    expect_sources(&world.labels, 0, rows[_i].sources);
    release(&world);
}
END_TEST

/* Where two must agree, one alone is no label, be it a virus; and the reader is told how to go on. */
static const struct {
    struct word words[4];
    unsigned sources;
    enum label_kind want;
} agreements[] = {
    { { { "rspamd", FILTER_SPAM } }, 2, LABEL_NONE },
    { { { "rspamd", FILTER_SPAM } }, 1, LABEL_SPAM },
    { { { "clamd", FILTER_VIRUS } }, 2, LABEL_NONE },
    { { { "rspamd", FILTER_SPAM }, { "dovecot", FILTER_SPAM } }, 2, LABEL_NONE },
    { { { "rspamd", FILTER_SPAM }, { FILTER_USER, FILTER_SPAM } }, 2, LABEL_SPAM },
    { { { "rspamd", FILTER_SPAM }, { FILTER_USER, FILTER_SPAM } }, 3, LABEL_NONE },
    { { { "rspamd", FILTER_SPAM }, { FILTER_USER, FILTER_SPAM }, { "clamd", FILTER_VIRUS } },
      3,
      LABEL_SPAM },
};

START_TEST(test_agreement)
{
    struct world world;
    struct diagnostics remarks;
    diagnostics_init(&remarks);
    build(&world, agreements[_i].words);
    label(&world, NULL, 0, agreements[_i].sources, &remarks);
    ck_assert_int_eq(label_kind_of(label_of_row(&world.labels, 0)->ham), agreements[_i].want);
    bool alone = agreements[_i].want == LABEL_NONE && agreements[_i].sources == 2;
    ck_assert_uint_eq(world.labels.alone, alone);
    ck_assert_uint_eq(remarks.count, alone);
    if (alone)
        ck_assert(slice_find(remarks.items[0].text, slice_of("--label-sources 1 takes")) <
                  remarks.items[0].text.len);
    diagnostics_release(&remarks);
    release(&world);
}
END_TEST

static const struct {
    const char *text;
    bool good;
} errors[] = {
    { "content=0.01,0.1", true },
    { "virus=0.1%,0", true },
    { "spamtrap=0, 0", true },
    { "content=1%,20 %", true },
    { "content", false },
    { "content=", false },
    { "content=0.1", false },
    { "content=0.1,", false },
    { "content=0.5,0.1", false },
    { "content=-0.1,0.1", false },
    { "content=0.1,0.1,0.1", false },
    { "rspamd=0.1,0.1", false },
    { "=0.1,0.1", false },
    { "Content=0.1,0.1", false },
    { "content=nan,0.1", false },
};

START_TEST(test_error_form)
{
    struct label_error given[FAMILY_COUNT] = { { 0 } };
    ck_assert_msg(label_error_parse(given, errors[_i].text) == errors[_i].good, "%s",
                  errors[_i].text);
}
END_TEST

/* Error rates are parameters: of a source that speaks on all mail, and of one that is mostly silent. */
START_TEST(test_error_rates)
{
    uint64_t *counts = xcalloc(LABEL_PATTERNS, sizeof *counts);
    struct label_votes ham = { .word = { [FAMILY_CONTENT] = WORD_HAM } };
    struct label_votes friend = { .word = { [FAMILY_CORRESPONDENCE] = WORD_HAM } };
    struct label_rules rules = { .sources = 1 };
    struct label_model model;
    ck_assert(label_error_parse(rules.errors, "content=1%,25%"));
    ck_assert(label_error_parse(rules.errors, "correspondence=0,3%"));
    label_model_fit(&model, &rules, counts);
    ck_assert_double_eq_tol(label_model_ham(&model, &rules, &ham), 0.99 / (0.99 + 0.25), 1e-9);
    ck_assert_double_eq_tol(label_model_ham(&model, &rules, &friend), 0.3 / 0.33, 1e-9);
    ck_assert_double_eq(model.rates[0][FAMILY_CORRESPONDENCE][WORD_SPAM], 0); /* it never says so */
    free(counts);
}
END_TEST

/* Where most mail is spam, what the filter passes is spam more often (Rogan and Gladen). */
START_TEST(test_apparent_share)
{
    uint64_t *counts = xcalloc(LABEL_PATTERNS, sizeof *counts);
    struct label_votes ham = { .word = { [FAMILY_CONTENT] = WORD_HAM } };
    struct label_votes spam = { .word = { [FAMILY_CONTENT] = WORD_SPAM } };
    struct label_rules rules = { .sources = 1 };
    struct labels labels = { 0 };
    struct label label = { .ham = 0.952 };
    uint32_t first = 0;
    counts[label_pattern(&ham)] = 2398; /* of 8000 spams 400 pass; of 2000 hams 4 do not */
    counts[label_pattern(&spam)] = 7602;
    label_model_fit(&labels.model, &rules, counts);
    ck_assert_double_eq_tol(labels.model.apparent_share, 0.8, 0.002);
    labels.distinct = &label;
    labels.of_message = labels.of_row = &first;
    ck_assert_double_eq_tol(label_ham_here(&labels, 0, 0), 0.833, 0.005);
    label.given = true;
    ck_assert_double_eq(label_ham_here(&labels, 0, 0), 0.952);
    free(counts);
}
END_TEST

START_TEST(test_given)
{
    static const struct word words[] = { { "MailScanner", FILTER_SPAM }, { NULL, 0 } };
    struct world world;
    build(&world, words);
    struct labels_file *given = labels_file_new();
    ck_assert(labels_file_add_line(given, slice_of("message_id,recipient,ham,source")));
    ck_assert(labels_file_add_line(given, slice_of("m1@example.org,c@example.com,1,audit")));
    ck_assert(labels_file_add_line(given, slice_of("gone@example.org,,1,audit")));
    struct diagnostics remarks;
    diagnostics_init(&remarks);
    label(&world, given, 0, 1, &remarks);
    expect_ham(label_of_row(&world.labels, 0)->ham, SPAM);
    ck_assert_double_eq(label_of_row(&world.labels, 1)->ham, 1);
    ck_assert_double_eq(label_of_message(&world.labels, 0)->ham, 1);
    expect_sources(&world.labels, 0, "mailscanner:spam");
    expect_sources(&world.labels, 1, "audit");
    ck_assert_uint_eq(remarks.count, 1);
    ck_assert_uint_eq(remarks.items[0].count, 1);
    diagnostics_release(&remarks);
    release(&world);
    labels_file_free(given);
}
END_TEST

/* A judged message of an audit list judges its client; a label of another source, or for one
 * recipient, does not; a client that is judged both ways is not judged. */
static const struct {
    const char *labels[2];
    enum label_kind other;
} audits[] = {
    { { "m1@example.org,,1,audit", NULL }, LABEL_HAM },
    { { "m1@example.org,,0,audit", NULL }, LABEL_SPAM },
    { { "m1@example.org,,1,hand", NULL }, LABEL_NONE },
    { { "m1@example.org,b@example.com,1,audit", NULL }, LABEL_NONE },
    { { "m1@example.org,,1,audit", "m3@example.org,,0,audit" }, LABEL_NONE },
    { { "m1@example.org,,1,audit", "m3@example.org,,1,audit" }, LABEL_HAM },
};

START_TEST(test_audit)
{
    static const char *const user[] = { "b@example.com", NULL };
    static const struct word none[] = { { NULL, 0 } };
    struct world world;
    build(&world, none);
    add_message(&world.evidence, "192.0.2.7", 7, "x@example.net", user, NULL);
    add_message(&world.evidence, "192.0.2.7", 8, "x@example.net", user, NULL);
    world.evidence.message_details[world.evidence.message_count - 1].message_id = "m3@example.org";
    add_message(&world.evidence, "192.0.2.8", 9, "x@example.net", user, NULL);
    struct labels_file *given = labels_file_new();
    ck_assert(labels_file_add_line(given, slice_of("message_id,recipient,ham,source")));
    for (int i = 0; i < 2 && audits[_i].labels[i]; i++)
        ck_assert(labels_file_add_line(given, slice_of(audits[_i].labels[i])));
    label(&world, given, 0, 1, NULL);
    ck_assert_int_eq(label_kind_of(label_of_message(&world.labels, 1)->ham), audits[_i].other);
    ck_assert(isnan(label_of_message(&world.labels, 3)->ham)); /* a neighbour */
    release(&world);
    labels_file_free(given);
}
END_TEST

/* clang-format off */
static const struct { const char *tests; float score; unsigned tested; enum label_kind want; bool circular; } scores[] = {
    { "BAYES_99 3.50, RDNS_NONE 1.20, RCVD_IN_XBL 0.70", 5.4F, 0, LABEL_SPAM, false },
    { "BAYES_99 3.50, RDNS_NONE 1.20, RCVD_IN_XBL 0.70", 5.4F, EVIDENCE_CLIENT_NAME, LABEL_HAM, false },
    { "BAYES_99 3.50, RDNS_NONE 1.20, RCVD_IN_XBL 0.70", 5.4F, EVIDENCE_HELO, LABEL_SPAM, false },
    { "BAYES_99=3.5,RDNS_NONE=1.2,URI_X=6", 10.7F, EVIDENCE_CLIENT_NAME, LABEL_SPAM, false },
    { "BAYES_99,RDNS_NONE", 5.4F, EVIDENCE_CLIENT_NAME, LABEL_HAM, false }, /* no points: the usual */
    { "BAYES_99,RDNS_NONE", 6.0F, EVIDENCE_CLIENT_NAME, LABEL_NONE, true }, /* may be either */
    { "BAYES_99,RDNS_NONE", 9.0F, EVIDENCE_CLIENT_NAME, LABEL_SPAM, false },
    { NULL, 9.0F, EVIDENCE_CLIENT_NAME, LABEL_NONE, true }, /* nobody knows what it rests on */
    { NULL, 9.0F, EVIDENCE_RECIPIENT, LABEL_SPAM, false },
    { NULL, 9.0F, 0, LABEL_SPAM, false },
};
/* clang-format on */

START_TEST(test_evidence_under_test_is_left_out)
{
    static const struct word none[] = { { NULL, 0 } };
    struct world world;
    struct diagnostics remarks;
    build(&world, none);
    struct filter_verdict verdict = {
        .program = intern_add(&world.evidence.text, slice_of("MailScanner")),
        .tests = intern_add(&world.evidence.text, slice_of(scores[_i].tests)),
        .answer = FILTER_SPAM,
        .has_score = true,
        .has_required = true,
        .score = scores[_i].score,
        .required = 5,
    };
    add_verdict(&world.evidence, &world.evidence.messages[0], &verdict);
    diagnostics_init(&remarks);
    label(&world, NULL, scores[_i].tested, 1, &remarks);
    ck_assert_int_eq(label_kind_of(label_of_row(&world.labels, 0)->ham), scores[_i].want);
    ck_assert((remarks.count > 0) == scores[_i].circular);
    diagnostics_release(&remarks);
    release(&world);
}
END_TEST

/* A steady sender's days are those of the log's own clock: of half past eleven at night and half past
 * midnight, in Greenwich and an hour east of it. */
static const struct {
    int offset_minutes;
    const char *sources;
} clocks[] = { { 0, "" }, { 60, "history" } };

START_TEST(test_days)
{
    enum { MINUTE = 60 };
    static const int64_t minutes[] = { 30, 1410, 1410 + 1440, 1410 + 2 * 1440, 1410 + 3 * 1440 };
    static const char *const user[] = { "b@example.com", NULL };
    static const struct word none[] = { { NULL, 0 } };
    struct world world;
    build(&world, none);
    world.offset_minutes = clocks[_i].offset_minutes;
    uint32_t first = world.evidence.message_count;
    for (size_t i = 0; i < COUNT(minutes); i++)
        for (int mail = 0; mail < 4; mail++)
            add_message(&world.evidence, "198.51.100.1", (minutes[i] * MINUTE + mail) * 1000000,
                        "friend@example.org", user, NULL);
    label(&world, NULL, 0, 2, NULL);
    expect_sources(&world.labels, world.evidence.messages[first].first_row, clocks[_i].sources);
    release(&world);
}
END_TEST

/* What the log itself tells of a sender: written to, steady, listed, guessing recipients. */
START_TEST(test_habits)
{
    enum { DAY = 86400 };
    static const char *const user[] = { "b@example.com", NULL };
    static const char *const friend[] = { "friend@example.org", NULL };
    static const struct word none[] = { { NULL, 0 } };
    struct world world;
    build(&world, none);
    struct evidence *evidence = &world.evidence;
    for (int64_t day = 0; day < 6; day++) /* steady, and written to by the own machine on day 2 */
        for (int mail = 0; mail < 4; mail++)
            add_message(evidence, "198.51.100.1", (day * DAY + mail) * 1000000,
                        "friend@example.org", user, NULL);
    add_message(evidence, "127.0.0.1", (int64_t)2 * DAY * 1000000 - 1, "b@example.com", friend,
                NULL);
    uint32_t listed = evidence->message_count; /* got in once, was listed later */
    add_message(evidence, "203.0.113.1", 7, "x@example.net", user, NULL);
    add_message(evidence, "203.0.113.1", 8, "x@example.net", user, "reject_rbl_client");
    for (int guess = 0; guess < 6; guess++)
        add_message(evidence, "203.0.113.1", 9, "x@example.net", user, "reject_unlisted_recipient");
    uint32_t bounce = evidence->message_count;
    struct message *null_sender = add_message(evidence, "192.0.2.99", 10, "", user, NULL);
    add_verdict(
        evidence, null_sender,
        &(struct filter_verdict){ .program = intern_add(&evidence->text, slice_of("rspamd")),
                                  .answer = FILTER_SPAM });
    label(&world, NULL, 0, 2, NULL);
    uint32_t first_row = evidence->messages[1].first_row;
    expect_sources(&world.labels, first_row, "history"); /* before anybody wrote there */
    ck_assert(isnan(label_of_message(&world.labels, 1)->ham));
    expect_sources(&world.labels, first_row + 23, "correspondence history");
    ck_assert_int_eq(label_kind_of(label_of_message(&world.labels, 24)->ham), LABEL_HAM);
    expect_sources(&world.labels, evidence->messages[listed].first_row, "blocklist dictionary");
    ck_assert_int_eq(label_kind_of(label_of_message(&world.labels, listed)->ham), LABEL_SPAM);
    ck_assert(isnan(label_of_message(&world.labels, bounce)->ham));
    expect_sources(&world.labels, evidence->messages[bounce].first_row, "");
    labels_release(&world.labels);
    clusters_release(&world.clusters);
    free(world.reasons);
    free(world.replies);
    label(&world, NULL, EVIDENCE_LISTS | EVIDENCE_RECIPIENT, 2, NULL); /* both under test */
    expect_sources(&world.labels, evidence->messages[listed].first_row, "");
    release(&world);
}
END_TEST

/* Who writes to a trap, on any day, is no friend. */
START_TEST(test_traps)
{
    static const char *const user[] = { "b@example.com", NULL }, *const trap[] = {
        "Trap@example.com", NULL
    };
    static const struct word none[] = { { NULL, 0 } };
    static const char good[] = "# traps\n\ntrap@Example.com\n@trap.example.com # all\n";
    static const char bad[] = "trap@example.com\nno address\n";
    log_files_start();
    log_files_write("good", good, sizeof good - 1);
    log_files_write("bad", bad, sizeof bad - 1);
    struct fault fault = { 0 };
    struct address_list *traps = address_list_read("good", &fault);
    ck_assert(traps && !fault_is_set(&fault));
    ck_assert(address_list_has(traps, slice_of("x@TRAP.example.com")));
    ck_assert(!address_list_has(traps, slice_of("trap")));
    ck_assert(!address_list_has(traps, slice_of("x@example.com")));
    struct world world;
    build(&world, none);
    add_message(&world.evidence, "203.0.113.1", 7, "x@example.net", user, NULL);
    add_message(&world.evidence, "203.0.113.1", 8, "x@example.net", trap, NULL);
    sort(&world);
    labels_init(&world.labels,
                &(struct label_inputs){ .evidence = &world.evidence,
                                        .clusters = &world.clusters,
                                        .reasons = world.reasons,
                                        .replies = world.replies,
                                        .rules = { .sources = 1 },
                                        .traps = traps },
                NULL);
    ck_assert(isnan(label_of_message(&world.labels, 0)->ham));
    ck_assert_int_eq(label_kind_of(label_of_message(&world.labels, 1)->ham), LABEL_SPAM);
    expect_sources(&world.labels, world.evidence.messages[1].first_row, "spamtrap");
    release(&world);
    address_list_free(traps);
    ck_assert(!address_list_read("bad", &fault));
    ck_assert_uint_eq(fault.line, 2);
    log_files_end();
}
END_TEST

/* A filter that logs spam only: what came back from it unmentioned it took for clean, as long as its
 * log reaches. */
START_TEST(test_silent_filter)
{
    static const char *const user[] = { "b@example.com", NULL };
    static const struct word none[] = { { NULL, 0 } };
    struct world world;
    build(&world, none);
    struct evidence *evidence = &world.evidence;
    for (int i = 0; i < 25; i++) {
        struct message *spam =
            add_message(evidence, "192.0.2.66", 100 + i, "x@example.net", user, NULL);
        add_verdict(
            evidence, spam,
            &(struct filter_verdict){ .program = intern_add(&evidence->text, slice_of("BDMAILD")),
                                      .answer = FILTER_SPAM });
    }
    struct message *hop = add_message(evidence, "192.0.2.67", 110, "y@example.net", user, NULL);
    evidence_extra_of(evidence, hop)->hops = 1;
    add_message(evidence, "192.0.2.67", 111, "y@example.net", user, NULL);
    hop = add_message(evidence, "192.0.2.67", 500, "y@example.net", user, NULL);
    evidence_extra_of(evidence, hop)->hops = 1;
    label(&world, NULL, 0, 1, NULL);
    expect_ham(label_of_message(&world.labels, 26)->ham, HAM);
    expect_sources(&world.labels, evidence->messages[26].first_row, "bitdefender:passed");
    ck_assert(isnan(label_of_message(&world.labels, 27)->ham)); /* never went through it */
    ck_assert(isnan(label_of_message(&world.labels, 28)->ham)); /* after its log ends */
    release(&world);
}
END_TEST

/* Three families that speak often: the model finds how much each errs. */
START_TEST(test_model)
{
    static const struct {
        int content, history, listed;
        uint64_t ham, spam;
    } world[] = {
        /* content errs in 1 of 10, far more than its default */
        { WORD_HAM, WORD_HAM, WORD_SILENT, 450, 1 },
        { WORD_SPAM, WORD_HAM, WORD_SILENT, 50, 9 },
        { WORD_HAM, WORD_SILENT, WORD_SILENT, 450, 49 },
        { WORD_SPAM, WORD_SILENT, WORD_SILENT, 50, 441 },
        { WORD_HAM, WORD_SILENT, WORD_SPAM, 0, 50 },
        { WORD_SPAM, WORD_SILENT, WORD_SPAM, 0, 450 },
    };
    uint64_t *counts = xcalloc(LABEL_PATTERNS, sizeof *counts);
    struct label_model model;
    struct label_rules rules = { .sources = 2 };
    label_model_fit(&model, &rules, counts);
    ck_assert(!model.fitted);
    for (size_t i = 0; i < COUNT(world); i++) {
        struct label_votes votes = { .word = { [FAMILY_CONTENT] = (uint8_t)world[i].content,
                                               [FAMILY_HISTORY] = (uint8_t)world[i].history,
                                               [FAMILY_LISTED] = (uint8_t)world[i].listed } };
        counts[label_pattern(&votes)] += world[i].ham + world[i].spam;
    }
    label_model_fit(&model, &rules, counts);
    ck_assert(model.fitted);
    ck_assert_uint_eq(model.families, 3);
    ck_assert_double_eq_tol(model.spam_share, 0.5, 0.05);
    ck_assert_double_eq_tol(model.rates[0][FAMILY_CONTENT][WORD_SPAM], 0.1, 0.04);
    ck_assert_double_eq_tol(model.rates[1][FAMILY_CONTENT][WORD_HAM], 0.1, 0.04);
    struct label_votes split = { .word = {
                                     [FAMILY_CONTENT] = WORD_SPAM, [FAMILY_HISTORY] = WORD_HAM } };
    ck_assert(isnan(label_model_ham(&model, &rules, &split)));
    free(counts);
}
END_TEST

START_TEST(test_kinds)
{
    ck_assert_int_eq(label_kind_of(0.9), LABEL_HAM);
    ck_assert_int_eq(label_kind_of(1), LABEL_HAM);
    ck_assert_int_eq(label_kind_of(0.1), LABEL_SPAM);
    ck_assert_int_eq(label_kind_of(0), LABEL_SPAM);
    ck_assert_int_eq(label_kind_of(0.5), LABEL_NONE);
    ck_assert_int_eq(label_kind_of(0.8999), LABEL_NONE);
    ck_assert_int_eq(label_kind_of((double)NAN), LABEL_NONE);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_filters, 0, COUNT(rows));
    tcase_add_loop_test(tcase, test_agreement, 0, COUNT(agreements));
    tcase_add_loop_test(tcase, test_error_form, 0, COUNT(errors));
    tcase_add_test(tcase, test_error_rates);
    tcase_add_test(tcase, test_apparent_share);
    tcase_add_test(tcase, test_traps);
    tcase_add_test(tcase, test_given);
    tcase_add_loop_test(tcase, test_audit, 0, COUNT(audits));
    tcase_add_loop_test(tcase, test_evidence_under_test_is_left_out, 0, COUNT(scores));
    tcase_add_test(tcase, test_habits);
    tcase_add_loop_test(tcase, test_days, 0, COUNT(clocks));
    tcase_add_test(tcase, test_silent_filter);
    tcase_add_test(tcase, test_model);
    tcase_add_test(tcase, test_kinds);
}

TEST_MAIN("label", add)
