/* Rates and counts as people read them. */
#include "base/number_text.h"

#include <math.h>

#include "tests/support/suite.h"

/* clang-format off */
static const struct { double rate; const char *want; } percents[] = {
    { 0, "0 %" },            { 1, "100 %" },           { 0.04, "4.0 %" },
    { 0.002, "0.2 %" },      { 0.21, "21 %" },         { 0.975, "97.5 %" },
    { 0.00037, "0.037 %" },  { 0.9997, "99.97 %" },    { 0.5, "50 %" },
    { 0.0999, "10 %" },      { 0.0094, "0.94 %" },     { 0.0099, "1.0 %" },
    { 1e-9, "< 0.001 %" },   { 0.99999, "> 99.99 %" }, { (double)NAN, "unknown" },
    { 0.353, "35 %" },       { 0.1, "10 %" },          { -0.0, "0 %" },
};
static const struct { uint64_t count; const char *want; } counts[] = {
    { 0, "0" }, { 999, "999" }, { 1174, "1174" }, { 9999, "9999" }, { 10000, "10,000" },
    { 1000000, "1,000,000" }, { 1002003, "1,002,003" }, { UINT64_MAX, "18,446,744,073,709,551,615" },
};
static const struct { const char *text; double want; } rates[] = { /* NAN: none */
    { "0.1%", 0.001 },  { "0.001", 0.001 }, { "5 %", 0.05 },  { "0", 0 },     { "-1%", -0.01 },
    { "1e-3", NAN },    { "100%", 1 },      { "", NAN },      { "%", NAN },   { "0.1%%", NAN },
    { "1 0%", NAN },    { "0,1%", NAN },    { "0.1 x", NAN }, { "nan", NAN }, { "%5", NAN },
};
/* clang-format on */

START_TEST(test_percent)
{
    struct buffer out;
    buffer_init(&out, 100);
    number_add_percent(&out, percents[_i].rate);
    ck_assert_slice(buffer_slice(&out), percents[_i].want);
    buffer_release(&out);
}
END_TEST

START_TEST(test_count)
{
    struct buffer out;
    buffer_init(&out, 100);
    number_add_count(&out, counts[_i].count);
    ck_assert_slice(buffer_slice(&out), counts[_i].want);
    buffer_release(&out);
}
END_TEST

START_TEST(test_rate)
{
    double rate = (double)NAN;
    bool good = number_parse_rate(slice_of(rates[_i].text), &rate);
    ck_assert_msg(good == !isnan(rates[_i].want), "%s", rates[_i].text);
    ck_assert_msg(good ? fabs(rate - rates[_i].want) < 1e-12 : isnan(rate), "%s", rates[_i].text);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_percent, 0, COUNT(percents));
    tcase_add_loop_test(tcase, test_count, 0, COUNT(counts));
    tcase_add_loop_test(tcase, test_rate, 0, COUNT(rates));
}

TEST_MAIN("number_text", add)
