#include <stdio.h>

#include "parsers/config/expand.h"
#include "tests/support/suite.h"

static const struct {
    const char *name, *value;
} names[] = {
    { "a", "1" },
    { "b", "two words" },
    { "empty", "" },
    { "to_a", "<$a>" },
    { "deep", "$to_a$to_a" },
    { "blank", " " },
    { "raw_empty", "$empty" },
    { "level", "3.6" },
    { "loop", "x$loop" },
    { "ring", "$gnir" },
    { "gnir", "$ring" },
    { "wide", "$w1$w1$w1$w1$w1$w1$w1$w1" },
    { "w1", "$w2$w2$w2$w2$w2$w2$w2$w2" },
    { "w2", "$w3$w3$w3$w3$w3$w3$w3$w3" },
    { "w3", "$w4$w4$w4$w4$w4$w4$w4$w4" },
    { "w4", "$w5$w5$w5$w5$w5$w5$w5$w5" },
    { "w5", "$w6$w6$w6$w6$w6$w6$w6$w6" },
    { "w6", "$w7$w7$w7$w7$w7$w7$w7$w7" },
    { "w7", "$w8$w8$w8$w8$w8$w8$w8$w8" },
    { "w8", "12345678" },
    { "relation_loop", "${{$relation_loop} == {1}?x}" },
};

static bool look_up(void *context, struct slice name, struct slice *value)
{
    (void)context;
    for (size_t i = 0; i < COUNT(names); i++)
        if (slice_is(name, names[i].name)) {
            *value = slice_of(names[i].value);
            return true;
        }
    return false;
}

static const struct {
    const char *text;
    const char *want;  /* NULL: refused */
    const char *error; /* begins so */
} cases[] = {
    { "", "", NULL },
    { "plain text { } ( )", "plain text { } ( )", NULL },
    { "$a", "1", NULL },
    { "x$a-$b.", "x1-two words.", NULL },
    { "$a_", "", NULL }, /* the name is a_ */
    { "${a}$(a)", "11", NULL },
    { "${ a }", "1", NULL },
    { "$$a $$$a $$", "$a $1 $", NULL },
    { "$nobody.", ".", NULL },
    { "$deep", "<1><1>", NULL },
    { "${a?yes}${empty?yes}${nobody?yes}", "yes", NULL },
    { "${a:no}${empty:no}${nobody:no}", "nono", NULL },
    { "${a?{y}:{n}} ${empty?{y}:{n}}", "y n", NULL },
    { "${ a ? { y } : { n } }", " y ", NULL },
    { "${a?$b}${empty:$b}", "two wordstwo words", NULL },
    { "${a??foo:{b}ar}", "?foo:{b}ar", NULL }, /* as before 3.0 */
    { "${a:?x}", "", NULL },
    { "${raw_empty?set}", "set", NULL }, /* the test is on the unexpanded value */
    { "${blank?set}", "set", NULL },
    { "${{$a} == {1}}", "true", NULL },
    { "${{$a} == {2}}", "", NULL },
    { "${{a} == {b} ? {x} : {y}}", "y", NULL },
    { "${{a} < {b}?x}${{b} < {a}:y}", "xy", NULL },
    { "${{10} > {9}?n}${{x10} > {x9}:t}", "nt", NULL },
    { "${{010} == {10}?n}", "n", NULL },
    { "${{1} <= {1}?a}${{1} >= {1}?b}${{1} != {1}:c}", "abc", NULL },
    { "${{} == {}?e}", "e", NULL },
    { "${{$level} <level {3.10}?old}", "old", NULL },
    { "${{3.10} < {3.6}?text}", "text", NULL },
    { "${{3.6.1} >level {3.6}?p}${{3} ==level {3.0}?q}", "pq", NULL },
    { "$", NULL, "empty macro name" },
    { "a$ b", NULL, "empty macro name" },
    { "${}", NULL, "empty macro name" },
    { "${a", NULL, "truncated macro reference" },
    { "$(a}", NULL, "truncated macro reference" },
    { "${a b}", NULL, "attribute name syntax error" },
    { "${a-b}", NULL, "attribute name syntax error" },
    { "${a?{x}y}", NULL, "\":\" expected" },
    { "${a?{x}:{y}z}", NULL, "unexpected input" },
    { "${{a}}", NULL, "relational operator expected" },
    { "${{a} = {b}}", NULL, "relational operator expected" },
    { "${{a} == b}", NULL, "\"{expression}\" expected" },
    { "${{a} == {b} x}", NULL, "\"?\" or \":\" expected" },
    { "${{a} ==foo {b}}", NULL, "bad operator suffix" },
    { "${{a} <level {3}?x}", NULL, "malformed compatibility level" },
    { "${{3} <level {3.}?x}", NULL, "malformed compatibility level" },
    { "${{3.1024} <level {3}?x}", NULL, "malformed compatibility level" },
    { "${{99999999999999999999} < {1}}", NULL, "mac_exp_eval: bad conversion" },
    { "$loop", NULL, "unreasonable macro call nesting" },
    { "$ring", NULL, "unreasonable macro call nesting" },
    { "$relation_loop", NULL, "unreasonable macro call nesting" },
    { "$wide", NULL, "unreasonable macro expansion" },
};

static bool run(struct buffer *out, const char *text, int version, bool recurse,
                struct expand_outcome *outcome)
{
    struct expand_options options = { .lookup = look_up, .recurse = recurse, .version = version };
    return expand_text(out, slice_of(text), &options, outcome);
}

START_TEST(expands_as_postfix)
{
    struct expand_outcome outcome;
    struct buffer out;
    buffer_init(&out, 1 << 20);
    bool good = run(&out, cases[_i].text, 307, true, &outcome);
    ck_assert_msg(good == (cases[_i].want != NULL), "%s: %s", cases[_i].text, outcome.error);
    if (good)
        ck_assert_slice(buffer_slice(&out), cases[_i].want);
    else
        ck_assert_msg(strncmp(outcome.error, cases[_i].error, strlen(cases[_i].error)) == 0,
                      "%s: %s", cases[_i].text, outcome.error);
    buffer_release(&out);
}
END_TEST

static const struct {
    const char *text;
    int version;
    bool recurse;
    const char *want;
} versions[] = {
    { "${a?{x}}", 211, true, "{x}" },        /* braces do not group yet */
    { "${a?x}${empty:y}", 211, true, "xy" }, /* conditions are old */
    { "${{a} == {a}}", 211, true, NULL },
    { "${{3} <level {4}?x}", 305, true, NULL },
    { "${{3} <level {4}?x}", 306, true, "x" },
    { "$to_a ${a?$to_a}", 307, false, "<$a> <$a>" }, /* values as they are */
};

START_TEST(versions_and_single_expansion)
{
    struct expand_outcome outcome;
    struct buffer out;
    buffer_init(&out, 1000);
    bool good = run(&out, versions[_i].text, versions[_i].version, versions[_i].recurse, &outcome);
    ck_assert_int_eq(good, versions[_i].want != NULL);
    if (good)
        ck_assert_slice(buffer_slice(&out), versions[_i].want);
    buffer_release(&out);
}
END_TEST

static bool collect(void *context, struct slice name, struct slice *value)
{
    (void)value;
    buffer_add_slice(context, name);
    buffer_add_byte(context, ' ');
    return false;
}

START_TEST(scanning_sees_all_names)
{
    struct buffer seen;
    struct expand_outcome outcome;
    buffer_init(&seen, 1000);
    struct expand_options options = {
        .lookup = collect, .context = &seen, .scan = true, .version = 307
    };
    expand_text(NULL, slice_of("$p ${q?{$r}:{$s}} ${{$t} < {$u} ? {$v} : {$w}} $$x"), &options,
                &outcome);
    ck_assert_slice(buffer_slice(&seen), "p q r s t u v w ");
    buffer_release(&seen);
}
END_TEST

START_TEST(undefined_names_are_told)
{
    struct expand_outcome outcome;
    struct buffer out;
    buffer_init(&out, 100);
    ck_assert(run(&out, "$a ${nobody?x}", 307, true, &outcome));
    ck_assert(!outcome.undefined);
    ck_assert(run(&out, "$nobody", 307, true, &outcome));
    ck_assert(outcome.undefined);
    buffer_release(&out);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, expands_as_postfix, 0, COUNT(cases));
    tcase_add_loop_test(tcase, versions_and_single_expansion, 0, COUNT(versions));
    tcase_add_test(tcase, scanning_sees_all_names);
    tcase_add_test(tcase, undefined_names_are_told);
}

TEST_MAIN("expand", add)
