/* What must hold for any log: pieces read in order are the whole; syslog's disorder changes no end;
 * lost lines leave ends open but invent none. */
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/rebuild/books.h"
#include "tests/support/log_feed.h"
#include "tests/support/log_world.h"
#include "tests/support/suite.h"

enum { MAILS = 160, SEEDS = 12 };

static bool by_seed(int seed)
{
    return seed % 2 == 1; /* odd ones are instrumented */
}

/* Rebuilds a log that is read in pieces cut behind the lines whose number is a multiple of `every`
 * (0: in one piece). */
static void rebuild_pieces(struct evidence *e, struct slice log, uint32_t every)
{
    struct diagnostics remarks;
    diagnostics_init(&remarks);
    evidence_init(e);
    struct rebuild *rebuild = rebuild_new(e, NULL, &remarks);
    size_t begin = 0;
    uint32_t lines = 0;
    uint16_t file = 0;
    for (size_t i = 0; i < log.len; i++) {
        if (log.at[i] != '\n' || ++lines % (every ? every : UINT32_MAX) != 0)
            continue;
        log_feed(rebuild, slice_make(log.at + begin, i + 1 - begin), file++);
        begin = i + 1;
    }
    log_feed(rebuild, slice_skip(log, begin), file);
    rebuild_finish(rebuild);
    rebuild_free(rebuild);
    diagnostics_release(&remarks);
    struct fault fault = { .kind = FAULT_NONE };
    ck_assert_msg(books_balance(e, &fault), "%s", fault.what);
}

static char *rows_of(struct slice log, uint32_t every)
{
    struct evidence e;
    struct buffer out;
    rebuild_pieces(&e, log, every);
    buffer_init(&out, 1 << 24);
    log_print_rows(&e, &out);
    char *rows = xstrndup(out.at, out.len);
    buffer_release(&out);
    evidence_release(&e);
    return rows;
}

START_TEST(pieces_in_order_are_the_whole)
{
    struct log_world world;
    struct buffer log;
    buffer_init(&log, 1 << 24);
    log_world_make(&world, (uint64_t)_i + 1, MAILS, by_seed(_i));
    log_world_print(&world, 0, &log);
    char *whole = rows_of(buffer_slice(&log), 0);
    for (int cut = 0; cut < 10; cut++) {
        char *pieces = rows_of(buffer_slice(&log), 1 + log_world_random(&world, world.count));
        ck_assert_str_eq(pieces, whole);
        free(pieces);
    }
    free(whole);
    log_world_release(&world);
    buffer_release(&log);
}
END_TEST

/* What became of each recipient, by its number u<mail>.<recipient>. */
struct fates {
    uint8_t end[MAILS][3];
    bool named[MAILS][3];
};

static struct fates fates_of(struct slice log)
{
    struct fates fates;
    struct evidence e;
    memset(&fates, 0, sizeof fates);
    rebuild_pieces(&e, log, 0);
    for (uint32_t i = 0; i < e.row_count; i++) {
        const struct row *row = &e.rows[i];
        struct slice name = intern_text(&e.recipients, row->recipient);
        uint64_t mail, number;
        size_t dot = slice_index(name, '.');
        if (!name.len || name.at[0] != 'u' || dot + 1 >= name.len ||
            !slice_to_u64(slice_make(name.at + 1, dot - 1), &mail) ||
            !slice_to_u64(slice_make(name.at + dot + 1, 1), &number))
            continue;
        ck_assert(mail < MAILS && number < 3);
        /* of two rows the one that says more: a lost line may have torn a message apart */
        if (!fates.named[mail][number] || fates.end[mail][number] == END_UNKNOWN)
            fates.end[mail][number] = row->end_status;
        fates.named[mail][number] = true;
    }
    evidence_release(&e);
    return fates;
}

static void check_shuffled(uint64_t seed, bool instrumented, bool wild)
{
    struct log_world world;
    struct buffer log, shuffled;
    buffer_init(&log, 1 << 24);
    buffer_init(&shuffled, 1 << 24);
    log_world_make(&world, seed, MAILS, instrumented);
    log_world_print(&world, 0, &log);
    struct fates want = fates_of(buffer_slice(&log));
    log_world_shuffle(&world, wild);
    log_world_print(&world, 0, &shuffled);
    struct fates got = fates_of(buffer_slice(&shuffled));
    for (int i = 0; i < MAILS; i++)
        for (int j = 0; j < 3; j++)
            ck_assert_msg(want.named[i][j] == got.named[i][j] && want.end[i][j] == got.end[i][j],
                          "u%d.%d: %s, shuffled %s", i, j,
                          end_status_name((enum end_status)want.end[i][j]),
                          end_status_name((enum end_status)got.end[i][j]));
    log_world_release(&world);
    buffer_release(&log);
    buffer_release(&shuffled);
}

START_TEST(disorder_of_syslog_changes_no_end)
{
    check_shuffled((uint64_t)_i + 100, by_seed(_i), false);
}
END_TEST

START_TEST(any_disorder_of_a_second_changes_no_end)
{
    check_shuffled((uint64_t)_i + 200, by_seed(_i), true);
}
END_TEST

static bool end_is_open(uint8_t end)
{
    return end == END_UNKNOWN || end == END_DEFERRED || end == END_HELD;
}

START_TEST(lost_lines_invent_no_end)
{
    struct log_world world;
    struct buffer log;
    buffer_init(&log, 1 << 24);
    log_world_make(&world, (uint64_t)_i + 300, MAILS, by_seed(_i));
    log_world_print(&world, 0, &log);
    struct fates truth = fates_of(buffer_slice(&log));
    for (int round = 0; round < 12; round++) {
        buffer_clear(&log);
        log_world_print(&world, (uint32_t)(10 << (round % 6)), &log);
        struct fates got = fates_of(buffer_slice(&log));
        for (int i = 0; i < MAILS; i++)
            for (int j = 0; j < 3; j++)
                ck_assert_msg(end_is_open(got.end[i][j]) || got.end[i][j] == truth.end[i][j],
                              "u%d.%d: %s, with lines lost %s", i, j,
                              end_status_name((enum end_status)truth.end[i][j]),
                              end_status_name((enum end_status)got.end[i][j]));
    }
    log_world_release(&world);
    buffer_release(&log);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, pieces_in_order_are_the_whole, 0, SEEDS);
    tcase_add_loop_test(tcase, disorder_of_syslog_changes_no_end, 0, SEEDS);
    tcase_add_loop_test(tcase, any_disorder_of_a_second_changes_no_end, 0, SEEDS);
    tcase_add_loop_test(tcase, lost_lines_invent_no_end, 0, SEEDS);
}

TEST_MAIN("rebuild_properties", add)
