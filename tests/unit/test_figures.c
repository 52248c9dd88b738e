#include <math.h>

#include "base/civil_time.h"
#include "tests/support/suite.h"
#include "tui/figures.h"

static struct buffer out;

static void set_up(void)
{
    buffer_init(&out, 4096);
}

static void tear_down(void)
{
    buffer_release(&out);
}

static const struct {
    double fraction;
    const char *text;
} percents[] = {
    { 0, "0" },           { 1, "100" },
    { 0.04, "4.0" },      { 0.21, "21" },
    { 0.00023, "0.023" }, { 1e-9, "<0.001" },
    { 0.9959, "99.59" },  { 0.999999, ">99.99" },
    { (double)NAN, "?" }, { (double)INFINITY, "?" },
};

START_TEST(percent)
{
    figures_percent(&out, percents[_i].fraction);
    ck_assert_slice(buffer_slice(&out), percents[_i].text);
}
END_TEST

static const struct {
    uint64_t bytes;
    const char *text;
} sizes[] = {
    { 0, "0 bytes" },
    { 1023, "1023 bytes" },
    { 1024, "1.0 KiB" },
    { 1536, "1.5 KiB" },
    { UINT64_C(420) << 20, "420.0 MiB" },
    { UINT64_MAX, "16777216.0 TiB" },
};

START_TEST(bytes)
{
    figures_bytes(&out, sizes[_i].bytes);
    ck_assert_slice(buffer_slice(&out), sizes[_i].text);
}
END_TEST

static const struct {
    struct estimate estimate;
    struct figures_widths widths;
    const char *text;
} estimates[] = {
    { { .count = 12, .of = 300, .rate = 0.04, .low = 0.002, .high = 0.21 },
      { 0 },
      "12/300 4.0% [0.2..21]" },
    { { .count = 12, .of = 300, .rate = 0.04, .low = 0.002, .high = 0.21 },
      { .short_count = true },
      "12 4.0% [0.2..21]" },
    { { .count = 12, .of = 300, .rate = 0.04, .low = 0.002, .high = 0.21 },
      { .count = 8, .rate = 5, .interval = 12 },
      "  12/300  4.0% [0.2..21]   " },
    { { .rate = (double)NAN, .low = (double)NAN, .high = (double)NAN }, { 0 }, "?" },
    { { .count = 2, .of = 9, .rate = (double)NAN, .reason = "too_few_senders" },
      { 0 },
      "2/9 ? [few]" },
    { { .rate = (double)NAN }, { .count = 3, .rate = 2, .interval = 4 }, "  ?        " },
    { { .count = 12345, .of = 1234567, .rate = 0.01, .low = 0.009, .high = 0.012 },
      { 0 },
      "12,345/1,234,567 1.0% [0.9..1.2]" },
};

START_TEST(estimate)
{
    figures_estimate(&out, &estimates[_i].estimate, &estimates[_i].widths);
    ck_assert_slice(buffer_slice(&out), estimates[_i].text);
}
END_TEST

/* What is measured together stands below each other. */
START_TEST(estimates_line_up)
{
    const struct estimate few = { .count = 1, .of = 9, .rate = 0.111, .low = 0.01, .high = 0.5 };
    const struct estimate many = {
        .count = 99999, .of = 999999, .rate = 1, .low = 0.9912, .high = 1
    };
    struct figures_widths widths = { 0 };
    figures_measure(&widths, &few);
    figures_measure(&widths, &many);
    figures_estimate(&out, &few, &widths);
    size_t len = out.len;
    figures_estimate(&out, &many, &widths);
    ck_assert_uint_eq(out.len, 2 * len);
}
END_TEST

static const struct {
    double rate, low, high;
    const char *text;
} bars[] = {
    { 0.5, 0.3, 0.7, "...==|==.." },       { 0, 0, 0.1, "|=........" },
    { 1, 0.95, 1, ".........|" },          { (double)NAN, (double)NAN, (double)NAN, ".........." },
    { 0.5, (double)NAN, 2, ".........." }, { 5, -1, 7, "=========|" },
};

START_TEST(interval_bar)
{
    const struct estimate e = { .rate = bars[_i].rate, .low = bars[_i].low, .high = bars[_i].high };
    figures_interval_bar(&out, &e, 10, true);
    ck_assert_slice(buffer_slice(&out), bars[_i].text);
}
END_TEST

START_TEST(bar)
{
    const double shares[] = { 0, -1, (double)NAN, 0.001, 0.5, 1, 7 };
    const char *const texts[] = { "", "", "", "#", "#####", "##########", "##########" };
    for (size_t i = 0; i < COUNT(shares); i++) {
        buffer_clear(&out);
        figures_bar(&out, shares[i], 10, true);
        ck_assert_slice(buffer_slice(&out), texts[i]);
    }
}
END_TEST

START_TEST(time_of_day)
{
    figures_time(&out, INT64_C(1795342501) * 1000000, 60);
    ck_assert_slice(buffer_slice(&out), "2026-11-22 11:15:01");
    buffer_clear(&out);
    figures_time(&out, TIME_NONE, 0);
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, percent, 0, COUNT(percents));
    tcase_add_loop_test(tcase, bytes, 0, COUNT(sizes));
    tcase_add_loop_test(tcase, estimate, 0, COUNT(estimates));
    tcase_add_test(tcase, estimates_line_up);
    tcase_add_loop_test(tcase, interval_bar, 0, COUNT(bars));
    tcase_add_test(tcase, bar);
    tcase_add_test(tcase, time_of_day);
}

TEST_MAIN("figures", add)
