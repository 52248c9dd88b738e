/* Labels: given ones decide, filters speak, contradictions and silence leave a row unlabelled. */
#include "analyzer/estimate/label.h"

#include <math.h>

#include "tests/support/suite.h"

struct word {
    const char *program;
    enum filter_answer answer;
};

/* A store with one message Q1 <m1@example.org> of two recipients, and these filter verdicts. */
static void build(struct evidence *evidence, const struct word *words)
{
    evidence_init(evidence);
    GROW(evidence->messages, evidence->message_count, evidence->message_capacity);
    struct message *message = &evidence->messages[evidence->message_count++];
    *message = (struct message){ .queue_id = "Q1", .message_id = "m1@example.org", .row_count = 2 };
    for (uint32_t last = 0; words->program; words++, last = evidence->filter_count) {
        GROW(evidence->filters, evidence->filter_count, evidence->filter_capacity);
        evidence->filters[evidence->filter_count++] = (struct filter_verdict){
            .program = intern_add(&evidence->text, slice_of(words->program)),
            .answer = (uint8_t)words->answer,
        };
        *(last ? &evidence->filters[last - 1].next : &message->filters) = evidence->filter_count;
    }
    static const char *const recipients[] = { "b@example.com", "c@example.com" };
    for (size_t i = 0; i < COUNT(recipients); i++) {
        GROW(evidence->rows, evidence->row_count, evidence->row_capacity);
        evidence->rows[evidence->row_count++] =
            (struct row){ .recipient = intern_add(&evidence->recipients, slice_of(recipients[i])) };
    }
}

static void expect_sources(const struct labels *labels, uint32_t row, const char *want)
{
    size_t count;
    const char *const *names = label_sources(labels, labels->of_row[row].sources, &count);
    char got[400] = "";
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(got + len, sizeof got - len, "%s%s", i ? " " : "", names[i]);
    ck_assert_str_eq(got, want);
}

/* clang-format off */
static const struct { struct word words[4]; double ham; const char *sources; } rows[] = {
    { { { NULL, 0 } }, (double)NAN, "" },
    { { { "MailScanner", FILTER_HAM } }, 0.97, "mailscanner:clean" },
    { { { "MailScanner", FILTER_SPAM } }, 0.02, "mailscanner:spam" },
    { { { "BDMAILD", FILTER_SPAM } }, 0.02, "bitdefender:spam" },
    { { { "MailScanner", FILTER_SPAM }, { "BDMAILD", FILTER_SPAM } }, 0.02, "bitdefender:spam mailscanner:spam" },
    { { { "BDMAILD", FILTER_SPAM }, { "MailScanner", FILTER_SPAM } }, 0.02, "bitdefender:spam mailscanner:spam" },
    { { { "MailScanner", FILTER_HAM }, { "BDMAILD", FILTER_SPAM } }, 0.5, "bitdefender:spam mailscanner:clean" },
    { { { "MailScanner", FILTER_HAM }, { "clamd", FILTER_VIRUS } }, 0.001, "clamav:virus mailscanner:clean" },
    { { { "clamd", FILTER_HAM } }, (double)NAN, "" },
    { { { "rspamd", FILTER_HAM }, { "clamd", FILTER_HAM } }, 0.97, "rspamd:clean" },
    { { { "rspamd", FILTER_SKIPPED } }, (double)NAN, "" },
    { { { "rspamd", FILTER_ERROR }, { "x", FILTER_NONE } }, (double)NAN, "" },
    { { { "amavis", FILTER_HAM }, { "amavis", FILTER_SPAM } }, 0.02, "amavis:spam" },
    { { { "amavis", FILTER_SPAM }, { "amavis", FILTER_HAM } }, 0.02, "amavis:spam" },
};
/* clang-format on */

START_TEST(test_filters)
{
    struct evidence evidence;
    struct labels labels;
    build(&evidence, rows[_i].words);
    labels_init(&labels, &evidence, NULL, NULL, NULL);
    double ham = labels.of_row[1].ham;
    ck_assert_msg(isnan(rows[_i].ham) ? isnan(ham) : ham == rows[_i].ham, "got %g", ham);
    ham = labels.of_message[0];
    ck_assert_msg(isnan(rows[_i].ham) ? isnan(ham) : ham == rows[_i].ham, "got %g", ham);
    expect_sources(&labels, 0, rows[_i].sources);
    labels_release(&labels);
    evidence_release(&evidence);
}
END_TEST

START_TEST(test_given)
{
    static const struct word words[] = { { "MailScanner", FILTER_SPAM }, { NULL, 0 } };
    struct evidence evidence;
    struct labels labels;
    build(&evidence, words);
    struct labels_file *given = labels_file_new();
    ck_assert(labels_file_add_line(given, slice_of("message_id,recipient,ham,source")));
    ck_assert(labels_file_add_line(given, slice_of("m1@example.org,c@example.com,1,audit")));
    ck_assert(labels_file_add_line(given, slice_of("gone@example.org,,1,audit")));
    struct diagnostics remarks;
    diagnostics_init(&remarks);
    labels_init(&labels, &evidence, given, NULL, &remarks);
    ck_assert_double_eq(labels.of_row[0].ham, 0.02);
    ck_assert_double_eq(labels.of_row[1].ham, 1);
    ck_assert_double_eq(labels.of_message[0], 1);
    expect_sources(&labels, 0, "mailscanner:spam");
    expect_sources(&labels, 1, "audit");
    ck_assert_uint_eq(remarks.count, 1);
    ck_assert_uint_eq(remarks.items[0].count, 1);
    diagnostics_release(&remarks);
    labels_release(&labels);
    labels_file_free(given);
    evidence_release(&evidence);
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
    tcase_add_test(tcase, test_given);
    tcase_add_test(tcase, test_kinds);
}

TEST_MAIN("label", add)
