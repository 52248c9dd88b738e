/*
 * The one face that the views see, over a hand-made store and a real policy: what would
 * reject_unknown_client_hostname do?
 */
#include "analyzer/results_advice.h"
#include "analyzer/results_internal.h"

#include <math.h>

#include "analyzer/candidate.h"
#include "tests/support/suite.h"

struct world {
    struct evidence evidence;
    struct labels_file *labels;
    struct config *config;
    struct policy_inputs inputs;
    struct policy *policy;
    struct diagnostics remarks;
    struct results *results;
    struct arena arena;
};

/* One message with its recipients; name NULL: the client has no reverse name. */
struct mail {
    const char *address, *name;
    double ham; /* NAN: not labelled */
    int recipients;
    int64_t second;
    bool refused; /* by the log */
    bool no_helo; /* its HELO name is not logged */
};

static uint32_t add_client(struct evidence *evidence, const struct mail *mail)
{
    struct client client = {
        .address = intern_add(&evidence->text, slice_of(mail->address)),
        .name = intern_add(&evidence->text, slice_of(mail->name)),
        .reverse_name = intern_add(&evidence->text, slice_of(mail->name)),
        .name_status = mail->name ? NAME_OK : NAME_MISSING,
        .reverse_status = mail->name ? NAME_OK : NAME_MISSING,
        .name_origin = ORIGIN_CONNECT,
        .reverse_origin = ORIGIN_CONNECT,
    };
    return evidence_client(evidence, &client);
}

static void add_mail(struct world *world, const struct mail *mail, uint32_t number)
{
    struct evidence *evidence = &world->evidence;
    struct entrance entrance = { .host = intern_add(&evidence->text, slice_of("mx1")),
                                 .service = intern_add(&evidence->text, slice_of("smtpd")) };
    uint32_t session = evidence_add_session(evidence), message = evidence_add_message(evidence);
    evidence->sessions[session] = (struct session){
        .time_us = mail->second * 1000000,
        .entrance = evidence_entrance(evidence, &entrance),
        .client = add_client(evidence, mail),
    };
    if (!mail->refused)
        evidence->message_details[message].queue_id =
            arena_format(&evidence->arena, "Q%u", number).at;
    evidence->messages[message] = (struct message){
        .time_us = mail->second * 1000000,
        .session = session,
        .client = add_client(evidence, mail),
        .helo = intern_add(&evidence->helos, slice_of(mail->no_helo ? NULL : "helo.example.org")),
        .sender = intern_add(&evidence->senders, slice_of("a@Example.ORG")),
        .first_row = evidence->row_count,
        .row_count = (uint32_t)mail->recipients,
        .recipients_complete = true,
    };
    struct logged_reply refusal = { .verdict = VERDICT_REJECT, .stage = STAGE_RCPT, .code = 554 };
    for (int i = 0; i < mail->recipients; i++) {
        uint32_t row = evidence_add_row(evidence);
        struct slice recipient = arena_format(&evidence->arena, "user%d@example.com", i);
        evidence->rows[row] = (struct row){
            .time_us = mail->second * 1000000,
            .message = number,
            .recipient = intern_add(&evidence->recipients, recipient),
            .logged = mail->refused ? evidence_reply(evidence, &refusal) : 0,
            .end_status = mail->refused ? END_REJECTED : END_SENT,
        };
    }
    if (!mail->refused && !isnan(mail->ham)) {
        char line[100];
        snprintf(line, sizeof line, "{\"queue_id\":\"Q%u\",\"ham\":%g}", number, mail->ham);
        ck_assert(labels_file_add_line(world->labels, slice_of(line)));
    }
}

/* enables: what the candidate adds; NULL: there is no candidate. */
static void build_for(struct world *world, const struct mail *mails, uint32_t count,
                      const char *enable, double budget)
{
    memset(world, 0, sizeof *world);
    evidence_init(&world->evidence);
    arena_init(&world->arena);
    diagnostics_init(&world->remarks);
    world->labels = labels_file_new();
    for (uint32_t i = 0; i < count; i++)
        add_mail(world, &mails[i], i);
    bool adds = false;
    if (enable) {
        struct candidate_options options = { .enables = &enable, .enable_count = 1 };
        struct fault fault = { 0 };
        world->config = candidate_build(NULL, &options, &adds, &world->remarks, &fault);
        ck_assert_msg(world->config != NULL, "%s", fault.what);
        world->policy = policy_compile(world->config, &world->inputs, &world->remarks, &fault);
        ck_assert_msg(world->policy != NULL, "%s", fault.what);
    }
    struct results_parts parts = {
        .evidence = &world->evidence,
        .candidate = world->policy,
        .candidate_adds = adds,
        .given = world->labels,
        .client_list = slice_of("permit_mynetworks"),
        .budget = budget,
        .seed = 1,
        .input = { .rows = world->evidence.row_count, .messages = count },
        .remarks = &world->remarks,
    };
    world->results = results_new(&parts);
}

static void build(struct world *world, const struct mail *mails, uint32_t count, const char *enable)
{
    build_for(world, mails, count, enable, (double)NAN);
}

static void release(struct world *world)
{
    results_free(world->results);
    policy_free(world->policy);
    config_free(world->config);
    labels_file_free(world->labels);
    diagnostics_release(&world->remarks);
    arena_release(&world->arena);
    evidence_release(&world->evidence);
}

static size_t find_restriction(const struct results *results, const char *name)
{
    const struct results_set *set = results_candidate(results);
    for (size_t i = 0; i < set->restriction_count; i++)
        if (strcmp(set->restrictions[i].name, name) == 0)
            return i;
    ck_abort_msg("%s is not there", name);
    return 0;
}

static const char *answer(struct world *world)
{
    return results_answer(world->results, &world->arena).at;
}

#define ck_contains(text, part)                                                                    \
    ck_assert_msg(strstr((text), (part)) != NULL, "'%s' not in: %s", part, text)
#define ck_lacks(text, part)                                                                       \
    ck_assert_msg(strstr((text), (part)) == NULL, "'%s' in: %s", part, text)

/* clang-format off */
static const struct mail mails[] = {
    { "192.0.2.1",    "mx.one.example",   1, 1, 10, false, false },
    { "192.0.2.2",    NULL,               1, 2, 20, false, false }, /* lost: two recipients */
    { "198.51.100.1", "mx.two.example",   1, 1, 40, false, false },
    { "203.0.113.1",  "mx.three.example", 1, 1, 30, false, false }, /* out of order */
    { "192.0.2.200",  "mx.four.example",  1, 1, 50, false, false },
    { "198.51.100.9", NULL,               0, 1, 60, false, false }, /* spam stopped */
    { "203.0.113.9",  "mx.five.example",  0, 1, 70, false, false },
    { "203.0.113.7",  NULL,               (double)NAN, 1, 80, true, false }, /* the log refused it */
    { "127.0.0.1",    NULL,               1, 1, 90, false, false }, /* own machine */
};
/* clang-format on */

START_TEST(test_numbers)
{
    struct world world;
    build(&world, mails, COUNT(mails), "reject_unknown_client_hostname");
    const struct results_set *set = results_candidate(world.results);
    ck_assert(set->ham_lost.count == 1 && set->ham_lost.of == 5 && set->ham_lost.rows == 2);
    ck_assert(set->ham_lost.deferred == 1 && set->ham_lost.clusters == 1);
    ck_assert_uint_eq(set->ham_lost.of_clusters, 5);
    ck_assert_double_eq_tol(set->ham_lost.effective_n, 5, 1e-12);
    ck_assert(set->spam_stopped.count == 1 && set->spam_stopped.of == 2);
    ck_assert_uint_eq(set->verdicts[RESULT_ACCEPT], 5);
    ck_assert_uint_eq(set->verdicts[RESULT_DEFER], 4); /* two lost, one spam, one own */
    ck_assert_uint_eq(set->verdicts[RESULT_REJECT], 1);
    ck_assert_uint_eq(results_baseline(world.results)->verdicts[RESULT_ACCEPT], 9);
    ck_assert_uint_eq(results_changes(world.results)->newly_deferred, 4);
    const struct results_population *population = results_population(world.results);
    ck_assert(population->ham.messages == 5 && population->spam.messages == 2);
    ck_assert(population->unlabelled.messages == 1 && population->excluded.messages == 1);
    size_t r = find_restriction(world.results, "reject_unknown_client_hostname");
    ck_assert_uint_eq(set->restrictions[r].hits, 5); /* what the log refused, too */
    ck_assert_uint_eq(set->restrictions[r].decides, 4);
    ck_assert_uint_eq(set->restrictions[r].unique, 4);
    release(&world);
}
END_TEST

START_TEST(test_toggle)
{
    struct world world;
    build(&world, mails, COUNT(mails), "reject_unknown_client_hostname");
    struct results_set before = *results_candidate(world.results);
    size_t r = find_restriction(world.results, "reject_unknown_client_hostname");
    results_toggle(world.results, r);
    const struct results_set *set = results_candidate(world.results);
    ck_assert(!set->restrictions[r].enabled);
    ck_assert(set->ham_lost.count == 0 && set->ham_lost.of == 5 && set->spam_stopped.count == 0);
    ck_assert_uint_eq(set->verdicts[RESULT_ACCEPT], 9);
    ck_assert_uint_eq(set->restrictions[r].decides, 0);
    ck_assert_uint_eq(set->restrictions[r].hits, 5); /* it would act if it were asked */
    ck_assert_uint_eq(results_changes(world.results)->newly_deferred, 0);
    results_toggle(world.results, SIZE_MAX); /* there is none */
    results_toggle(world.results, r);
    set = results_candidate(world.results);
    ck_assert(set->restrictions[r].enabled);
    ck_assert(memcmp(set->verdicts, before.verdicts, sizeof before.verdicts) == 0);
    ck_assert_double_eq(set->ham_lost.high, before.ham_lost.high);
    ck_assert_uint_eq(set->ham_lost.count, before.ham_lost.count);
    release(&world);
}
END_TEST

START_TEST(test_rows)
{
    struct world world;
    build(&world, mails, COUNT(mails), "reject_unknown_client_hostname");
    ck_assert_uint_eq(results_row_count(world.results), 10);
    int64_t last = 0;
    for (size_t i = 0; i < 10; i++) {
        struct results_row row = results_row_at(world.results, i, &world.arena);
        ck_assert_int_ge(row.time_us, last);
        last = row.time_us;
    }
    struct results_row row = results_row_at(world.results, 1, &world.arena);
    ck_assert_slice(row.client_address, "192.0.2.2");
    ck_assert(!row.client_name.at && !row.reverse_client_name.at);
    ck_assert_slice(row.queue_id, "Q1");
    ck_assert_slice(row.organisation, "192.0.2.0/24");
    ck_assert_uint_eq(row.session, 2);
    ck_assert_str_eq(row.logged.verdict_name, "accept");
    ck_assert_str_eq(row.baseline.verdict_name, "accept");
    ck_assert_str_eq(row.candidate.verdict_name, "defer");
    ck_assert_str_eq(row.candidate.restriction, "reject_unknown_client_hostname");
    ck_assert(row.candidate.code == 450 && row.candidate.lasting && row.ham == 1);
    row = results_row_at(world.results, 8, &world.arena); /* keeps what the log says */
    ck_assert_str_eq(row.candidate.verdict_name, "reject");
    ck_assert(!row.queue_id.at && isnan(row.ham) && row.candidate.code == 554);
    ck_assert_str_eq(row.end_status, "rejected");
    release(&world);
}
END_TEST

START_TEST(test_top_and_select)
{
    struct world world;
    size_t count;
    build(&world, mails, COUNT(mails), "reject_unknown_client_hostname");
    struct results_share *top =
        results_top(world.results, SIZE_MAX, BY_ORGANISATION, 10, &world.arena, &count);
    ck_assert_uint_eq(count, 2); /* own mail is left out */
    ck_assert_slice(top[0].key, "192.0.2.0/24");
    ck_assert(top[0].messages == 1 && top[0].ham == 1 && top[1].spam == 1);
    top = results_top(world.results, SIZE_MAX, BY_RECIPIENT, 1, &world.arena, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_slice(top[0].key, "user0@example.com");
    top = results_top(world.results, SIZE_MAX, BY_SENDER_DOMAIN, 9, &world.arena, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_slice(top[0].key, "example.org");
    struct results_filter filter = { .restriction = SIZE_MAX, .ham = -1 };
    results_select(world.results, &filter, 100, &world.arena, &count);
    ck_assert_uint_eq(count, 10);
    results_select(world.results, &filter, 3, &world.arena, &count);
    ck_assert_uint_eq(count, 3);
    filter.stopped = true;
    filter.ham = 1;
    uint32_t *rows = results_select(world.results, &filter, 100, &world.arena, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(rows[0], 1);
    filter = (struct results_filter){ .restriction = SIZE_MAX, .ham = -1, .text = SLICE("MX.TWO") };
    results_select(world.results, &filter, 100, &world.arena, &count);
    ck_assert_uint_eq(count, 1);
    filter = (struct results_filter){
        .restriction = SIZE_MAX, .ham = -1, .key = SLICE("192.0.2.0/24"), .dimension = BY_NETWORK
    };
    results_select(world.results, &filter, 100, &world.arena, &count);
    ck_assert_uint_eq(count, 4);
    filter.restriction = find_restriction(world.results, "reject_unknown_client_hostname");
    results_select(world.results, &filter, 100, &world.arena, &count);
    ck_assert_uint_eq(count, 2);
    release(&world);
}
END_TEST

START_TEST(test_answer)
{
    struct world world;
    build(&world, mails, COUNT(mails), "reject_unknown_client_hostname");
    const char *text = answer(&world);
    ck_assert(strncmp(text,
                      "reject_unknown_client_hostname would have cost 1 of 5 wanted messages "
                      "(95 % interval 0.51 % .. 72 %; 5 sending organisations, worth "
                      "5.0) and stopped 1 of 2 spam messages (2 sending organisations, worth "
                      "2.0: too few for a rate). 100 % of all recipients have a definite "
                      "verdict.",
                      100) == 0);
    ck_contains(text, "95 % interval 0.51 % .. 72 %; 5 sending organisations, worth 5.0)");
    ck_contains(text,
                "1 of 2 spam messages (2 sending organisations, worth 2.0: too few for a rate)");
    ck_contains(text, "100 % of all recipients");
    ck_contains(text, "the senders try for days");
    ck_contains(text, "carried by 192.0.2.0/24 (1).");
    results_toggle(world.results,
                   find_restriction(world.results, "reject_unknown_client_hostname"));
    text = answer(&world);
    ck_contains(text, "The candidate set would have cost 0 of 5");
    ck_contains(text, "(95 % interval 0 % .. 52 %");
    ck_contains(text,
                "Not decidable from these logs what share of the wanted mail to come would be "
                "lost: anything in 0 % .. 52 %. Senders worth");
    ck_lacks(text, "carried by");
    release(&world);
}
END_TEST

/* One sender is no basis for a rate, however much it sends. */
START_TEST(test_answer_too_few)
{
    struct mail many[40];
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = (struct mail){ "192.0.2.7", NULL, 1, 1, (int64_t)i, false, false };
    struct world world;
    build(&world, many, COUNT(many), "reject_unknown_client_hostname");
    const char *text = answer(&world);
    ck_contains(text, "40 of 40 wanted messages (1 sending organisation, worth 1.0: too few for a "
                      "rate)");
    ck_lacks(text, "100 %, 95 %");
    ck_contains(text, "carried by 192.0.2.0/24 (40).");
    release(&world);
}
END_TEST

START_TEST(test_answer_without_labels)
{
    struct mail few[3] = { { "192.0.2.7", NULL, (double)NAN, 2, 1, false, false },
                           { "192.0.2.8", "mx.one.example", (double)NAN, 1, 2, false, false },
                           { "192.0.2.9", NULL, 0, 1, 3, false, false } };
    struct world world;
    build(&world, few, COUNT(few), "reject_unknown_client_hostname");
    const char *text = answer(&world);
    ck_contains(text, "would newly reject 0 and defer 3 of 4 recipients.");
    ck_contains(text, "cannot be said");
    ck_lacks(text, "%");
    release(&world);
    build(&world, few, COUNT(few), NULL);
    ck_contains(answer(&world), "No candidate was given");
    results_toggle(world.results, 0);
    ck_assert_uint_eq(results_candidate(world.results)->restriction_count, 0);
    release(&world);
}
END_TEST

/* clang-format off */
static const struct { double budget; const char *decision, *words; } budgets[] = {
    { 0.01, "open", "Not decidable from these logs, for a budget of 1.0 %: of the wanted mail to come "
                     "0.51 % .. 72 % would be lost. One sender, 192.0.2.0/24, carries 1 of the loss of 1; without "
                     "it 0 of 4 would be lost." },
    { 0.005, "over", "Over the budget of 0.5 %" },
    { 0.9,   "within", "Within the budget of 90 %" },
    { (double)NAN, NULL, "Not decidable from these logs what share" },
};
/* clang-format on */

START_TEST(test_assessment)
{
    struct world world;
    build_for(&world, mails, COUNT(mails), "reject_unknown_client_hostname", budgets[_i].budget);
    struct results_assessment a = results_assess(world.results, &world.arena);
    ck_assert_pstr_eq(a.decision, budgets[_i].decision);
    ck_contains(a.advice.at, budgets[_i].words);
    ck_contains(answer(&world), a.advice.at);
    ck_assert(!a.rate_decided);
    ck_assert(a.spam_share == 0 && a.census.low == 0.2 && a.census.high == 0.2);
    ck_assert(a.without.low == 0 && fabs(a.without.high - 0.25) < 1e-12);
    ck_assert_slice(a.without_low, "192.0.2.0/24");
    ck_assert(isnan(a.typical.low)); /* carried by one */
    ck_assert_uint_eq(a.refused.messages, 1);
    ck_assert_double_eq_tol(a.refused_high, 2 / 6.0, 1e-12);
    release(&world);
}
END_TEST

/* Refused mail is counted once, however often and from whichever neighbour it was tried, and not when
 * it came in; after five days it is another mail. */
START_TEST(test_refused)
{
    enum { DAY = 86400 };
    static const struct mail tried[] = {
        { "203.0.113.7", NULL, (double)NAN, 1, 10, true, false },
        { "203.0.113.9", NULL, (double)NAN, 1, 20, true, false },
        { "203.0.113.9", NULL, (double)NAN, 1, 6 * DAY, true, false },
        { "198.51.100.1", NULL, (double)NAN, 1, 30, true, false },
        { "198.51.100.9", NULL, 1, 1, 40, false, false },
        { "192.0.2.1", NULL, (double)NAN, 2, 50, true, false },
        { "192.0.2.1", NULL, (double)NAN, 1, 60, true, false },
    };
    struct world world;
    build(&world, tried, COUNT(tried), "reject_unknown_client_hostname");
    struct results_assessment a = results_assess(world.results, &world.arena);
    ck_assert_uint_eq(a.refused.messages, 3);
    ck_assert_uint_eq(a.refused.rows, 4);
    ck_assert_uint_eq(a.refused.clusters, 2);
    release(&world);
}
END_TEST

/* A hundred senders of a mail each: how many of the first lose it, and what is said of it. */
static const struct spread {
    int lost, no_helo, unlabelled;
    double budget;
    const char *enable, *decision, *words;
    uint64_t judge;
    const char *main_cf;
} spreads[] = {
    { 3, 0, 0, (double)NAN, "reject_unknown_client_hostname", NULL, "(3.0 %, 95 % interval", 0,
      NULL },
    { 0, 0, 0, (double)NAN, "reject_unknown_client_hostname", NULL,
      "(0 %, 95 % interval 0 % .. 3.6 %", 0, NULL },
    { 0, 0, 0, 0.01, "reject_unknown_client_hostname", "open",
      "Senders worth 368 would be needed, these logs have 100.0: take logs of", 0, NULL },
    { 0, 50, 0, 0.05, "reject_non_fqdn_helo_hostname", "open",
      "the HELO names are not in the log; have them logged for 7 days (the lines for main.cf are "
      "below).",
      0,
      "# refuses nothing; take it out again after 7 days\n"
      "smtpd_client_restrictions = check_client_access static:{INFO facts},\n    "
      "permit_mynetworks\n" },
    { 50, 0, 50, 0.001, "reject_unknown_client_hostname", "open", "Judge 40 messages by hand", 40,
      NULL },
};

START_TEST(test_spreads)
{
    const struct spread *spread = &spreads[_i];
    struct mail many[100];
    char addresses[100][20], names[100][20];
    for (int i = 0; i < 100; i++) {
        snprintf(addresses[i], sizeof addresses[i], "192.0.%d.7", i);
        snprintf(names[i], sizeof names[i], "mx.s%d.example", i);
        many[i] = (struct mail){ .address = addresses[i],
                                 .name = i < spread->lost ? NULL : names[i],
                                 .ham = i < spread->unlabelled ? (double)NAN : 1,
                                 .recipients = 1,
                                 .second = i,
                                 .no_helo = i < spread->no_helo };
    }
    struct world world;
    build_for(&world, many, 100, spread->enable, spread->budget);
    struct results_assessment a = results_assess(world.results, &world.arena);
    ck_assert_pstr_eq(a.decision, spread->decision);
    ck_contains(answer(&world), spread->words);
    ck_assert_uint_eq(a.judge, spread->judge);
    ck_assert_uint_eq(a.unlabelled, (uint64_t)spread->unlabelled);
    if (spread->main_cf)
        ck_assert_slice(a.main_cf, spread->main_cf);
    else
        ck_assert_ptr_null(a.main_cf.at);
    if (spread->unlabelled) /* all that nobody labelled may be wanted, and lost */
        ck_assert(a.census.low == 0 && a.census.high == 0.5);
    release(&world);
}
END_TEST

/* Two clients without a name, one of them sends more spam than wanted mail. */
START_TEST(test_rescue)
{
    static const struct mail few[] = {
        { "192.0.2.2", NULL, 1, 1, 10, false, false },
        { "192.0.2.2", NULL, 1, 1, 20, false, false },
        { "192.0.2.2", NULL, 0, 1, 30, false, false },
        { "198.51.100.9", NULL, 1, 1, 40, false, false },
        { "198.51.100.9", NULL, 0, 1, 50, false, false },
        { "198.51.100.9", NULL, 0, 1, 60, false, false },
        { "203.0.113.1", "mx.a.example", 1, 1, 70, false, false },
        { "203.0.113.7", NULL, 1, 1, 86400 + 80, false, false },
    };
    struct world world;
    build(&world, few, COUNT(few), "reject_unknown_client_hostname");
    struct results_rescue rescue = results_rescue(world.results, &world.arena);
    ck_assert_str_eq(rescue.list, "smtpd_client_restrictions");
    ck_assert_str_eq(rescue.action, "OK");
    const struct results_allow_list *clients = &rescue.clients;
    ck_assert(clients->count == 2 && clients->of == 2);
    ck_assert_slice(clients->entries[0].key, "192.0.2.2");
    ck_assert(clients->entries[0].messages == 2 && clients->entries[0].spam == 1 &&
              clients->entries[0].days == 1 && clients->entries[0].last_us == 20000000);
    ck_assert_slice(clients->entries[1].key, "203.0.113.7");
    ck_assert_uint_eq(results_candidate(world.results)->ham_lost.count, 4);
    ck_assert(clients->ham_lost.count == 1 && clients->ham_lost.of == 5);
    ck_assert(clients->spam_stopped.count == 2 && clients->spam_stopped.of == 3);
    /* The one sender domain of all has spam in its name: never allowed by sender. */
    ck_assert_uint_eq(rescue.senders.count, 0);
    ck_assert_uint_eq(rescue.senders.ham_lost.count, 4);
    /* Working it out left the candidate as it was. */
    ck_assert(results_candidate(world.results)->restrictions[0].enabled);
    ck_assert_uint_eq(results_rescue(world.results, &world.arena).clients.ham_lost.count, 1);
    size_t count, all;
    const struct results_loser *losers =
        results_losers(world.results, BY_CLIENT, 2, &world.arena, &count, &all);
    ck_assert(count == 2 && all == 3);
    ck_assert_slice(losers[0].key, "192.0.2.2");
    ck_assert(losers[0].lost == 2 && losers[0].delayed == 0 && losers[0].came == 2 &&
              losers[0].spam == 1 && losers[0].days == 1 && losers[0].last_us == 20000000);
    losers = results_losers(world.results, BY_SENDER_DOMAIN, 9, &world.arena, &count, &all);
    ck_assert(count == 1 && all == 1 && losers[0].lost == 4 && losers[0].came == 5 &&
              losers[0].days == 2 && losers[0].spam == 3);
    /* Days are those of the log's zone: here one begins at the first minute. */
    world.results->parts.input.first_offset = 24 * 60 - 1;
    losers = results_losers(world.results, BY_SENDER_DOMAIN, 9, &world.arena, &count, &all);
    ck_assert_uint_eq(losers[0].days, 3);
    results_toggle(world.results,
                   find_restriction(world.results, "reject_unknown_client_hostname"));
    rescue = results_rescue(world.results, &world.arena);
    ck_assert(!rescue.list && rescue.clients.count == 0);
    results_losers(world.results, BY_CLIENT, 2, &world.arena, &count, NULL);
    ck_assert_uint_eq(count, 0);
    release(&world);
}
END_TEST

/* One message of each sender that is not judged: of those that would be stopped, the largest first,
 * where the log says what is wanted; else of all. */
START_TEST(test_audit)
{
    static const struct mail few[] = {
        { "192.0.2.2", NULL, (double)NAN, 1, 10, false, false },
        { "198.51.100.9", NULL, (double)NAN, 2, 20, false, false },
        { "198.51.100.9", NULL, (double)NAN, 1, 30, false, false },
        { "203.0.113.1", "mx.a.example", (double)NAN, 1, 40, false, false }, /* is not stopped */
        { "203.0.113.7", NULL, 1, 1, 50, false, false },                     /* is judged */
    };
    struct world world;
    size_t count;
    build(&world, few, COUNT(few), "reject_unknown_client_hostname");
    results_audit(world.results, 40, &world.arena, &count);
    ck_assert_uint_eq(count, 3);
    struct labels *labels = &world.results->labels; /* what the log says of the mail that passes */
    GROW(labels->distinct, labels->distinct_count, labels->distinct_capacity);
    labels->of_row[4] = labels->distinct_count;
    labels->distinct[labels->distinct_count++] = (struct label){ .ham = 0.95 };
    struct results_audit *list = results_audit(world.results, 40, &world.arena, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_slice(list[0].organisation, "198.51.100.0/24");
    ck_assert(list[0].messages == 2 && (list[0].row == 1 || list[0].row == 3));
    ck_assert_slice(list[1].organisation, "192.0.2.0/24");
    results_audit(world.results, 1, &world.arena, &count);
    ck_assert_uint_eq(count, 1);
    release(&world);
}
END_TEST

START_TEST(test_nothing_at_all)
{
    struct world world;
    size_t count;
    build(&world, mails, 0, "reject_unknown_client_hostname");
    const struct results_set *set = results_candidate(world.results);
    ck_assert(set->coverage == 1 && isnan(set->ham_lost.rate) && set->ham_lost.of == 0);
    results_top(world.results, SIZE_MAX, BY_SENDER, 5, &world.arena, &count);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(results_row_count(world.results), 0);
    ck_contains(answer(&world), "of 0 recipients");
    release(&world);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, test_numbers);
    tcase_add_test(tcase, test_toggle);
    tcase_add_test(tcase, test_rows);
    tcase_add_test(tcase, test_top_and_select);
    tcase_add_test(tcase, test_answer);
    tcase_add_test(tcase, test_answer_too_few);
    tcase_add_test(tcase, test_answer_without_labels);
    tcase_add_test(tcase, test_refused);
    tcase_add_loop_test(tcase, test_spreads, 0, COUNT(spreads));
    tcase_add_loop_test(tcase, test_assessment, 0, COUNT(budgets));
    tcase_add_test(tcase, test_rescue);
    tcase_add_test(tcase, test_audit);
    tcase_add_test(tcase, test_nothing_at_all);
}

TEST_MAIN("results", add)
