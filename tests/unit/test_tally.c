/*
 * Verdicts to counts, on hand-made mail with hand-made verdicts: this file is its own replay, every
 * row a class of its own.
 */
#include "analyzer/estimate/tally.h"

#include <math.h>

#include "tests/support/suite.h"

enum { ROWS_MAX = 16, CHECKS = 3 };

struct replay {
    struct verdict verdicts[ROWS_MAX];
    enum tri acts[ROWS_MAX][CHECKS];
    bool unique[ROWS_MAX][CHECKS];
};

const struct verdict *replay_verdict(const struct replay *replay, uint32_t row)
{
    return &replay->verdicts[row];
}
uint32_t replay_class(const struct replay *replay, uint32_t row)
{
    (void)replay;
    return row;
}
const uint32_t *replay_row_classes(const struct replay *replay)
{
    static const uint32_t each[ROWS_MAX] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
    (void)replay;
    return each;
}
uint32_t replay_class_count(const struct replay *replay)
{
    (void)replay;
    return ROWS_MAX;
}
const struct verdict *replay_class_verdict(const struct replay *replay, uint32_t row_class)
{
    return &replay->verdicts[row_class];
}
enum tri replay_class_acts(const struct replay *replay, uint32_t row_class, uint32_t check)
{
    return replay->acts[row_class][check];
}
bool replay_class_unique(const struct replay *replay, uint32_t row_class, uint32_t check)
{
    return replay->unique[row_class][check];
}

/* Mail in order: message letter (rows of one message follow each other), client, label, and what the
 * baseline, the log and the candidate say of the row. */
struct mail_row {
    int message;        /* from 1; 0 ends */
    const char *client; /* address; each its own /24 */
    const char *recipient;
    double ham;
    int64_t time_us;
    struct verdict baseline, logged, candidate;
};

#define ACCEPT                                                                                     \
    {                                                                                              \
        .kind = VERDICT_ACCEPT, .check = CHECK_NONE                                                \
    }
#define REJECT(c)                                                                                  \
    {                                                                                              \
        .kind = VERDICT_REJECT, .code = 554, .check = (c)                                          \
    }
#define LASTS(c)                                                                                   \
    {                                                                                              \
        .kind = VERDICT_DEFER, .code = 450, .cause = CAUSE_LASTING, .check = (c)                   \
    }
#define PASSES(c)                                                                                  \
    {                                                                                              \
        .kind = VERDICT_DEFER, .code = 450, .cause = CAUSE_PASSING, .check = (c)                   \
    }
#define DEFER_WHY                                                                                  \
    {                                                                                              \
        .kind = VERDICT_DEFER, .code = 450, .cause = CAUSE_UNKNOWN, .check = 1                     \
    }
#define UNKNOWN                                                                                    \
    {                                                                                              \
        .kind = VERDICT_UNKNOWN, .check = CHECK_NONE,                                              \
        .possible = 1 << VERDICT_ACCEPT | 1 << VERDICT_REJECT                                      \
    }
#define HARMLESS                                                                                   \
    {                                                                                              \
        .kind = VERDICT_UNKNOWN, .check = CHECK_NONE,                                              \
        .possible = 1 << VERDICT_ACCEPT | 1 << VERDICT_HOLD                                        \
    }

struct world {
    struct evidence evidence;
    struct labels labels;
    struct clusters clusters;
    uint8_t *reasons;
    struct replay baseline, logged, candidate;
    const uint8_t *from_log;
    struct tally *tally;
    struct results_restriction restrictions[CHECKS];
    struct results_set set;
    struct results_changes changes;
};

static uint32_t add_client(struct evidence *evidence, const char *address)
{
    struct client client = { .address = intern_add(&evidence->text, slice_of(address)),
                             .name_status = NAME_MISSING };
    return evidence_client(evidence, &client);
}

static void add_row(struct world *world, const struct mail_row *mail)
{
    struct evidence *evidence = &world->evidence;
    if ((int)evidence->message_count < mail->message) {
        evidence_add_message(evidence);
        evidence->messages[evidence->message_count - 1] = (struct message){
            .time_us = mail->time_us,
            .session = SESSION_NONE,
            .client = add_client(evidence, mail->client),
            .sender = intern_add(&evidence->senders, slice_of("a@example.org")),
            .first_row = evidence->row_count,
        };
    }
    struct message *message = &evidence->messages[evidence->message_count - 1];
    uint32_t row = evidence_add_row(evidence);
    message->row_count++;
    evidence->rows[row] = (struct row){
        .time_us = mail->time_us,
        .message = evidence->message_count - 1,
        .recipient = intern_add(&evidence->recipients, slice_of(mail->recipient)),
    };
    world->baseline.verdicts[row] = mail->baseline;
    world->logged.verdicts[row] = mail->logged;
    world->candidate.verdicts[row] = mail->candidate;
    if (mail->candidate.check != CHECK_NONE)
        world->candidate.acts[row][mail->candidate.check] = TRI_YES;
    if (mail->candidate.kind == VERDICT_UNKNOWN)
        world->candidate.acts[row][2] = TRI_UNKNOWN;
}

static void count(struct world *world)
{
    struct tally_view view = { &world->candidate, &world->logged, world->from_log };
    world->set.restriction_count = CHECKS;
    for (int c = 0; c < CHECKS; c++)
        world->restrictions[c].enabled = true;
    tally_count(world->tally, &view, world->restrictions, &world->set, &world->changes);
}

static void build(struct world *world, const struct mail_row *mail)
{
    memset(world, 0, sizeof *world);
    evidence_init(&world->evidence);
    for (; mail->message; mail++)
        add_row(world, mail);
    const struct mail_row *first = mail - world->evidence.row_count;
    clusters_init(&world->clusters, &world->evidence, NULL);
    world->reasons = population_sort(&world->evidence, NULL, 0);
    static const uint32_t accepted[ROWS_MAX];
    labels_init(&world->labels,
                &(struct label_inputs){ .evidence = &world->evidence,
                                        .clusters = &world->clusters,
                                        .reasons = world->reasons,
                                        .replies = accepted,
                                        .rules = { .sources = 1 } },
                NULL);
    for (uint32_t row = 0; row < world->evidence.row_count; row++) {
        struct labels *labels = &world->labels;
        uint32_t *of_message = &labels->of_message[world->evidence.rows[row].message];
        GROW(labels->distinct, labels->distinct_count, labels->distinct_capacity);
        labels->of_row[row] = labels->distinct_count;
        labels->distinct[labels->distinct_count++] = (struct label){ .ham = first[row].ham };
        if (!(labels->distinct[*of_message].ham >= first[row].ham))
            *of_message = labels->of_row[row];
    }
    world->tally = tally_new(&(struct tally_inputs){ &world->evidence,
                                                     &world->labels,
                                                     &world->clusters,
                                                     world->reasons,
                                                     { &world->baseline, &world->logged, NULL } });
    count(world);
}

static void release(struct world *world)
{
    tally_free(world->tally);
    free(world->reasons);
    labels_release(&world->labels);
    clusters_release(&world->clusters);
    evidence_release(&world->evidence);
}

/* clang-format off */
#define C1 "192.0.2.1"
#define C2 "198.51.100.1"
#define C3 "203.0.113.1"
#define B "b@example.com"
#define C "c@example.com"

/* What the E objects must say, per little world. */
static const struct {
    const char *name;
    struct mail_row mail[7];
    struct { uint64_t count, of, rows, deferred, unknown; } lost, delayed, spam;
} cases[] = {
    { "nothing happens",
      { { 1, C1, B, 1, 1, ACCEPT, ACCEPT, ACCEPT }, { 2, C2, B, 0, 2, ACCEPT, ACCEPT, ACCEPT } },
      { 0, 1, 0, 0, 0 }, { 0, 1, 0, 0, 0 }, { 0, 1, 0, 0, 0 } },
    { "one of two recipients is refused: one message, one row",
      { { 1, C1, B, 1, 1, ACCEPT, ACCEPT, REJECT(0) }, { 1, C1, C, 1, 1, ACCEPT, ACCEPT, ACCEPT } },
      { 1, 1, 1, 0, 0 }, { 0, 1, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "a defer that lasts is a loss",
      { { 1, C1, B, 1, 1, ACCEPT, ACCEPT, LASTS(0) }, { 1, C1, C, 1, 1, ACCEPT, ACCEPT, LASTS(1) } },
      { 1, 1, 2, 1, 0 }, { 0, 1, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "refused and deferred is not merely deferred",
      { { 1, C1, B, 1, 1, ACCEPT, ACCEPT, LASTS(0) }, { 1, C1, C, 1, 1, ACCEPT, ACCEPT, REJECT(0) } },
      { 1, 1, 2, 0, 0 }, { 0, 1, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "a defer that passes is a delay",
      { { 1, C1, B, 1, 1, ACCEPT, ACCEPT, PASSES(0) }, { 1, C1, C, 1, 1, ACCEPT, ACCEPT, PASSES(0) } },
      { 0, 1, 0, 0, 0 }, { 1, 1, 2, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "what is lost is not delayed as well",
      { { 1, C1, B, 1, 1, ACCEPT, ACCEPT, PASSES(0) }, { 1, C1, C, 1, 1, ACCEPT, ACCEPT, REJECT(0) },
        { 2, C1, B, 1, 2, ACCEPT, ACCEPT, PASSES(0) } },
      { 1, 2, 1, 0, 0 }, { 1, 2, 1, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "an unknown row widens the bounds",
      { { 1, C1, B, 1, 1, ACCEPT, ACCEPT, UNKNOWN }, { 2, C2, B, 1, 2, ACCEPT, ACCEPT, ACCEPT } },
      { 0, 2, 0, 0, 1 }, { 0, 2, 0, 0, 1 }, { 0, 0, 0, 0, 0 } },
    { "not when the message is lost anyway",
      { { 1, C1, B, 1, 1, ACCEPT, ACCEPT, UNKNOWN }, { 1, C1, C, 1, 1, ACCEPT, ACCEPT, REJECT(0) } },
      { 1, 1, 1, 0, 0 }, { 0, 1, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "not when every possible answer lets it in",
      { { 1, C1, B, 1, 1, ACCEPT, ACCEPT, HARMLESS } },
      { 0, 1, 0, 0, 0 }, { 0, 1, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "a defer of unknown cause is lost or delayed",
      { { 1, C1, B, 1, 1, ACCEPT, ACCEPT, DEFER_WHY } },
      { 0, 1, 0, 0, 1 }, { 0, 1, 0, 0, 1 }, { 0, 0, 0, 0, 0 } },
    { "mail that the baseline refuses cannot be lost",
      { { 1, C1, B, 1, 1, REJECT(0), REJECT(0), REJECT(0) }, { 2, C2, B, 0, 2, REJECT(0), ACCEPT, REJECT(0) } },
      { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "of two recipients only the accepted one counts",
      { { 1, C1, B, 1, 1, REJECT(0), REJECT(0), REJECT(0) }, { 1, C1, C, 1, 1, ACCEPT, ACCEPT, ACCEPT } },
      { 0, 1, 0, 0, 0 }, { 0, 1, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "where the baseline does not know, the log does",
      { { 1, C1, B, 1, 1, UNKNOWN, ACCEPT, REJECT(0) }, { 2, C2, B, 1, 2, UNKNOWN, REJECT(0), REJECT(0) } },
      { 1, 1, 1, 0, 0 }, { 0, 1, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "spam stopped; a passing defer does not stop it",
      { { 1, C1, B, 0, 1, ACCEPT, ACCEPT, REJECT(0) }, { 2, C2, B, 0, 2, ACCEPT, ACCEPT, LASTS(0) },
        { 3, C3, B, 0, 3, ACCEPT, ACCEPT, PASSES(0) } },
      { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 }, { 2, 3, 2, 1, 0 } },
    { "neither ham nor spam is in no rate",
      { { 1, C1, B, 0.5, 1, ACCEPT, ACCEPT, REJECT(0) }, { 2, C2, B, (double)NAN, 2, ACCEPT, ACCEPT, REJECT(0) } },
      { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "own machine: left out",
      { { 1, "127.0.0.1", B, 1, 1, ACCEPT, ACCEPT, REJECT(0) } },
      { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "healed: the same client gets in within five days",
      { { 1, C1, B, 1, 0, ACCEPT, ACCEPT, LASTS(0) }, { 2, C1, B, 1, 4 * DAY_US, ACCEPT, ACCEPT, ACCEPT } },
      { 0, 2, 0, 0, 0 }, { 1, 2, 1, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "too late: the queue has given up",
      { { 1, C1, B, 1, 0, ACCEPT, ACCEPT, LASTS(0) }, { 2, C1, B, 1, 6 * DAY_US, ACCEPT, ACCEPT, ACCEPT } },
      { 1, 2, 1, 1, 0 }, { 0, 2, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "another client of the same sender heals nothing",
      { { 1, C1, B, 1, 0, ACCEPT, ACCEPT, LASTS(0) }, { 2, "192.0.2.2", B, 1, DAY_US, ACCEPT, ACCEPT, ACCEPT } },
      { 1, 2, 1, 1, 0 }, { 0, 2, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "another recipient heals nothing",
      { { 1, C1, B, 1, 0, ACCEPT, ACCEPT, LASTS(0) }, { 2, C1, C, 1, DAY_US, ACCEPT, ACCEPT, ACCEPT } },
      { 1, 2, 1, 1, 0 }, { 0, 2, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "an earlier success heals nothing",
      { { 1, C1, B, 1, 0, ACCEPT, ACCEPT, ACCEPT }, { 2, C1, B, 1, DAY_US, ACCEPT, ACCEPT, LASTS(0) } },
      { 1, 2, 1, 1, 0 }, { 0, 2, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { "a reject does not heal",
      { { 1, C1, B, 1, 0, ACCEPT, ACCEPT, REJECT(0) }, { 2, C1, B, 1, DAY_US, ACCEPT, ACCEPT, ACCEPT } },
      { 1, 2, 1, 0, 0 }, { 0, 2, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
};
/* clang-format on */

static void expect(const char *name, const char *what, const struct estimate *e, uint64_t hits,
                   uint64_t of, uint64_t rows, uint64_t deferred, uint64_t unknown)
{
    uint64_t open = e->of ? e->unknown : 0;
    ck_assert_msg(e->count == hits && e->of == of && e->rows == rows && e->deferred == deferred &&
                      open == unknown,
                  "%s: %s: got %d of %d, rows %d, deferred %d, unknown %d", name, what,
                  (int)e->count, (int)e->of, (int)e->rows, (int)e->deferred, (int)open);
}

START_TEST(test_estimates)
{
    struct world world;
    build(&world, cases[_i].mail);
#define EXPECT(field, want)                                                                        \
    expect(cases[_i].name, #field, &world.set.field, cases[_i].want.count, cases[_i].want.of,      \
           cases[_i].want.rows, cases[_i].want.deferred, cases[_i].want.unknown)
    EXPECT(ham_lost, lost);
    EXPECT(ham_delayed, delayed);
    EXPECT(spam_stopped, spam);
    uint64_t rows = world.evidence.row_count, verdicts = 0;
    for (int v = 0; v < RESULTS_VERDICTS; v++)
        verdicts += world.set.verdicts[v];
    const struct results_changes *changes = &world.changes;
    ck_assert_uint_eq(verdicts, rows);
    ck_assert_uint_eq(changes->newly_rejected + changes->newly_deferred + changes->newly_accepted +
                          changes->unchanged + changes->unknown,
                      rows);
    struct results_population population = tally_population(world.tally);
    ck_assert_uint_eq(population.ham.rows + population.spam.rows + population.unlabelled.rows +
                          population.excluded.rows,
                      rows);
    ck_assert_uint_eq(population.ham.messages + population.spam.messages +
                          population.unlabelled.messages + population.excluded.messages,
                      world.evidence.message_count);
    release(&world);
}
END_TEST

/* clang-format off */
static const struct mail_row mixed[] = {
    { 1, C1, B, 1, 1, ACCEPT, ACCEPT, REJECT(0) },
    { 1, C1, C, 1, 1, ACCEPT, ACCEPT, REJECT(1) },
    { 2, C1, B, 1, 2, ACCEPT, ACCEPT, REJECT(0) },
    { 3, C2, B, 1, 3, ACCEPT, ACCEPT, UNKNOWN },
    { 4, C3, B, 0, 4, ACCEPT, ACCEPT, LASTS(1) },
    { 5, C3, C, 0, 5, REJECT(0), REJECT(0), ACCEPT },
    { 0 }
};
/* clang-format on */

START_TEST(test_restrictions)
{
    struct world world;
    build(&world, mixed);
    world.candidate.unique[2][0] = true;
    count(&world);
    const struct results_restriction *r = world.restrictions;
    ck_assert(r[0].hits == 2 && r[0].decides == 2 && r[0].unique == 1 && r[0].unknown == 0);
    ck_assert(r[1].hits == 2 && r[1].decides == 2 && r[1].unique == 0);
    ck_assert(r[2].hits == 0 && r[2].decides == 0 && r[2].unknown == 1);
    expect("mixed", "check 0", &r[0].ham_lost, 2, 3, 2, 0, 0);
    expect("mixed", "check 1", &r[1].ham_lost, 1, 3, 1, 0, 0);
    expect("mixed", "check 2", &r[2].ham_lost, 0, 3, 0, 0, 1);
    expect("mixed", "check 1", &r[1].spam_stopped, 1, 1, 1, 1, 0);
    expect("mixed", "all", &world.set.ham_lost, 2, 3, 3, 0, 1);
    ck_assert_uint_eq(r[0].ham_lost.clusters, 1); /* both of one sender */
    ck_assert_uint_eq(r[0].ham_lost.of_clusters, 2);
    ck_assert_double_eq_tol(r[0].ham_lost.effective_n, 9 / 5.0, 1e-12);
    ck_assert(isnan(r[1].so_ratio)); /* of rates that rest on senders worth 1.8 */
    ck_assert_double_eq_tol(world.set.coverage, 5 / 6.0, 1e-12);
    const struct results_changes *changes = &world.changes;
    ck_assert(changes->newly_rejected == 3 && changes->newly_deferred == 1 &&
              changes->newly_accepted == 1 && changes->unchanged == 0 && changes->unknown == 1);
    ck_assert_uint_eq(tally_disagreements(world.tally), 0);
    release(&world);
}
END_TEST

/* Rows that keep the log's verdict: what the log refused stays refused and belongs to no check; the
 * checks are asked about it all the same, but not about mail that no smtpd saw. */
START_TEST(test_from_log)
{
    struct world world;
    build(&world, mixed);
    static const uint8_t from_log[ROWS_MAX] = { [0] = FROM_LOG_NO_SMTPD, [5] = FROM_LOG_REFUSED };
    world.from_log = from_log;
    world.candidate.acts[5][1] = TRI_YES;
    count(&world);
    const struct results_restriction *r = world.restrictions;
    ck_assert_uint_eq(r[0].hits, 1);
    ck_assert_uint_eq(r[1].hits, 3);
    ck_assert_uint_eq(r[1].decides, 2);
    ck_assert_uint_eq(world.set.verdicts[RESULT_REJECT], 3);
    ck_assert_uint_eq(world.changes.newly_accepted, 0);
    release(&world);
}
END_TEST

START_TEST(test_disagreement)
{
    static const struct mail_row mail[] = {
        { 1, C1, B, 1, 1, ACCEPT, REJECT(0), ACCEPT },
        { 2, C1, B, 1, 2, REJECT(0), ACCEPT, ACCEPT },
        { 3, C1, B, 1, 3, UNKNOWN, REJECT(0), ACCEPT },
        { 4, C1, B, 1, 4, ACCEPT, ACCEPT, ACCEPT },
        { 0 },
    };
    struct world world;
    build(&world, mail);
    ck_assert_uint_eq(tally_disagreements(world.tally), 2);
    ck_assert(tally_baseline_accepts(world.tally, 0) && !tally_baseline_accepts(world.tally, 1));
    ck_assert(!tally_baseline_accepts(world.tally, 2));
    release(&world);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_estimates, 0, COUNT(cases));
    tcase_add_test(tcase, test_restrictions);
    tcase_add_test(tcase, test_from_log);
    tcase_add_test(tcase, test_disagreement);
}

TEST_MAIN("tally", add)
