#include <math.h>

#include "cli/threshold.h"
#include "tests/support/suite.h"

static const struct results_set set = {
    .coverage = 0.95,
    .verdicts = { [RESULT_UNKNOWN] = 5 },
    .ham_lost = { .count = 12,
                  .rows = 15,
                  .rate = 0.04,
                  .low = 0.002,
                  .high = 0.21,
                  .bound_low = 0.04,
                  .bound_high = 0.047 },
    .ham_delayed = { .rate = NAN, .low = NAN, .high = NAN },
    .spam_stopped = { .count = 100, .rate = 0.5, .low = 0.4, .high = 0.6 },
};

static const struct {
    const char *text;
    bool crossed;
} rows[] = {
    { "ham_lost.high>0.1%", true },
    { "ham_lost.high > 21%", false },
    { "ham_lost.high>=21%", true },
    { "ham_lost.high>=0.21", true },
    { " ham_lost.low < 0.01 ", true },
    { "ham_lost.low<0.002", false },
    { "ham_lost.low<=0.002", true },
    { "ham_lost.count>11", true },
    { "ham_lost.count>12", false },
    { "ham_lost.rows<16", true },
    { "ham_lost.bounds.high>5%", false },
    { "ham_delayed.high>99%", true },
    { "spam_stopped.low<50%", true },
    { "spam_stopped.rate<50%", false },
    { "coverage<0.9", false },
    { "coverage<99%", true },
    { "verdicts.unknown>0", true },
};

START_TEST(conditions_hold_or_not)
{
    struct threshold threshold;
    struct fault fault = { .kind = FAULT_NONE };
    struct buffer why;
    buffer_init(&why, 500);
    ck_assert_msg(threshold_parse(&threshold, rows[_i].text, "--fail-on", &fault), "%s: %s",
                  rows[_i].text, fault.what);
    ck_assert_msg(threshold_is_crossed(&threshold, &set, &why) == rows[_i].crossed, "%s",
                  rows[_i].text);
    ck_assert_msg((why.len > 0) == rows[_i].crossed, "%s: a reason exactly when crossed",
                  rows[_i].text);
    buffer_release(&why);
}
END_TEST

static const char *const broken[] = {
    "",
    ">",
    "ham_lost",
    "ham_lost.high",
    "ham_lost.high=1",
    "ham_lost>0.1",
    "ham_lost.high>",
    "ham_lost.high>x",
    "ham_lost.high>1%%",
    "ham_lost.high>-1",
    "ham_lost.high><1",
    "ham_lost.highest>1",
    "Ham_lost.high>1",
    "coverage.low>1",
    "ham_lost.high>1e",
    "%>1",
    "ham_lost.high>0.1% and coverage>1",
    "ham_lost.high>>1",
    "ham_lost.high>nan",
};

START_TEST(broken_conditions_are_refused)
{
    struct threshold threshold;
    struct fault fault = { .kind = FAULT_NONE };
    ck_assert_msg(!threshold_parse(&threshold, broken[_i], "--fail-on", &fault), "'%s'",
                  broken[_i]);
    ck_assert_int_eq(fault.kind, FAULT_USAGE);
    ck_assert_str_eq(fault.where, "--fail-on");
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, conditions_hold_or_not, 0, COUNT(rows));
    tcase_add_loop_test(tcase, broken_conditions_are_refused, 0, COUNT(broken));
}

TEST_MAIN("threshold", add)
