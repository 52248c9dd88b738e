#include "analyzer/evidence/evidence.h"
#include "tests/support/suite.h"

START_TEST(an_empty_store_knows_nothing)
{
    struct evidence e;
    evidence_init(&e);
    ck_assert_uint_eq(e.client_count, 1);
    ck_assert_uint_eq(e.facts_count, 1);
    ck_assert_uint_eq(e.reply_count, 1);
    ck_assert_int_eq(e.facts[0].tls, TRI_UNKNOWN);
    ck_assert_int_eq(e.facts[0].pipelining, TRI_UNKNOWN);
    struct client nobody = { 0 };
    ck_assert_uint_eq(evidence_client(&e, &nobody), 0);
    struct session_facts nothing = { .tls = TRI_UNKNOWN, .pipelining = TRI_UNKNOWN };
    ck_assert_uint_eq(evidence_facts(&e, &nothing), 0);
    struct logged_reply accepted = { 0 };
    ck_assert_uint_eq(evidence_reply(&e, &accepted), 0);
    ck_assert_uint_eq(intern_add(&e.senders, slice_of("")), SYM_EMPTY);
    evidence_release(&e);
    evidence_release(&e);
}
END_TEST

/* Values that differ in one member only must get numbers of their own, equal ones the same, also
 * while the tables grow. */
START_TEST(equal_values_share_a_number)
{
    struct evidence e;
    evidence_init(&e);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 1; i <= 3000; i++) {
            struct client client = { .address = i % 50, .name = i / 50 + 1 };
            ck_assert_uint_eq(evidence_client(&e, &client), i);
            struct session_facts facts;
            memset(&facts, round ? 0xff : 0, sizeof facts); /* padding must not count */
            facts = (struct session_facts){ .proto = i, .tls = TRI_YES, .pipelining = TRI_NO };
            ck_assert_uint_eq(evidence_facts(&e, &facts), i);
            struct logged_reply reply = { .code = (uint16_t)(i % 600), .text = i / 600 + 1 };
            ck_assert_uint_eq(evidence_reply(&e, &reply), i);
        }
        ck_assert_uint_eq(e.client_count, 3001);
        ck_assert_uint_eq(e.facts_count, 3001);
        ck_assert_uint_eq(e.reply_count, 3001);
    }
    evidence_release(&e);
}
END_TEST

START_TEST(each_member_counts)
{
    struct evidence e;
    evidence_init(&e);
    struct client clients[] = { { .address = 7 },        { .name = 7 },
                                { .reverse_name = 7 },   { .name_status = 4 },
                                { .reverse_status = 4 }, { .name_origin = ORIGIN_CONNECT },
                                { .reverse_origin = 1 } };
    for (uint32_t i = 0; i < COUNT(clients); i++)
        ck_assert_uint_eq(evidence_client(&e, &clients[i]), i + 1);
    struct session_facts facts[] = {
        { .proto = 7 },       { .sasl_method = 7 },       { .sasl_username = 7 },
        { .sasl_sender = 7 }, { .ccert_fingerprint = 7 }, { .ccert_subject = 7 },
        { .tls = TRI_YES },   { .pipelining = TRI_YES }
    };
    for (uint32_t i = 0; i < COUNT(facts); i++)
        ck_assert_uint_eq(evidence_facts(&e, &facts[i]), i + 1);
    struct logged_reply replies[] = { { .verdict = 1 }, { .stage = 1 }, { .code = 1 },
                                      { .dsn = 1 },     { .text = 1 },  { .restriction = 1 },
                                      { .argument = 1 } };
    for (uint32_t i = 0; i < COUNT(replies); i++)
        ck_assert_uint_eq(evidence_reply(&e, &replies[i]), i + 1);
    evidence_release(&e);
}
END_TEST

static const struct {
    const char *word;
    enum smtp_stage stage;
    const char *name; /* as printed */
} stages[] = {
    { "CONNECT", STAGE_CONNECT, "CONNECT" },
    { "HELO", STAGE_HELO, "HELO" },
    { "EHLO", STAGE_HELO, "HELO" },
    { "MAIL", STAGE_MAIL, "MAIL" },
    { "RCPT", STAGE_RCPT, "RCPT" },
    { "DATA", STAGE_DATA, "DATA" },
    { "BDAT", STAGE_DATA, "DATA" },
    { "END-OF-MESSAGE", STAGE_END_OF_MESSAGE, "END-OF-MESSAGE" },
    { "END-OF-DATA", STAGE_END_OF_MESSAGE, "END-OF-MESSAGE" },
    { "VRFY", STAGE_VRFY, "VRFY" },
    { "ETRN", STAGE_ETRN, "ETRN" },
    { "STARTTLS", STAGE_STARTTLS, "STARTTLS" },
    { "AUTH", STAGE_AUTH, "AUTH" },
    { "", STAGE_NONE, NULL },
    { "rcpt", STAGE_NONE, NULL },
    { "RCPT ", STAGE_NONE, NULL },
    { "RCP", STAGE_NONE, NULL },
    { "QUIT", STAGE_NONE, NULL },
};

START_TEST(stages_have_words)
{
    enum smtp_stage stage = smtp_stage_parse(slice_of(stages[_i].word));
    ck_assert_int_eq(stage, stages[_i].stage);
    if (stages[_i].name)
        ck_assert_str_eq(smtp_stage_name(stage), stages[_i].name);
    else
        ck_assert_ptr_null(smtp_stage_name(stage));
}
END_TEST

START_TEST(every_value_has_a_name)
{
    for (int i = 0; i < ORIGIN_COUNT; i++)
        ck_assert_ptr_nonnull(evidence_origin_name((enum evidence_origin)i));
    for (int i = 0; i < END_STATUS_COUNT; i++)
        ck_assert_ptr_nonnull(end_status_name((enum end_status)i));
    for (int i = 0; i < FILTER_ANSWERS; i++)
        ck_assert_ptr_nonnull(filter_answer_name((enum filter_answer)i));
    ck_assert_str_eq(evidence_origin_name(ORIGIN_CONNECT), "log:connect");
    ck_assert_str_eq(evidence_origin_name(ORIGIN_COUNT), "unknown");
    ck_assert_str_eq(end_status_name(END_EXPIRED), "expired");
    ck_assert_str_eq(end_status_name((enum end_status)99), "unknown");
    ck_assert_str_eq(filter_answer_name(FILTER_VIRUS), "virus");
    ck_assert_str_eq(filter_answer_name((enum filter_answer)99), "none");
    for (int stage = STAGE_CONNECT; stage < STAGE_COUNT; stage++)
        ck_assert_ptr_nonnull(smtp_stage_name((enum smtp_stage)stage));
}
END_TEST

START_TEST(reply_texts_are_filled_in)
{
    struct evidence e;
    evidence_init(&e);
    struct client client = { .address = intern_add(&e.text, slice_of("192.0.2.9")) };
    struct logged_reply reply = { .verdict = 1,
                                  .text =
                                      intern_add(&e.text, slice_of("<\4>: no [\1] \2 \3\5 \7")) };
    struct message message = { .client = evidence_client(&e, &client),
                               .helo = intern_add(&e.helos, slice_of("pc94")),
                               .sender = SYM_EMPTY };
    struct row row = { .recipient = intern_add(&e.recipients, slice_of("b@example.com")),
                       .logged = evidence_reply(&e, &reply) };
    uint32_t number = evidence_add_message(&e);
    e.messages[number] = message;
    for (int i = 0; i < 2; i++) {
        number = evidence_add_row(&e);
        e.rows[number] = row;
        row.logged = 0;
    }
    struct buffer out;
    buffer_init(&out, 1000);
    evidence_reply_text(&e, 0, &out);
    ck_assert_slice(buffer_slice(&out), "<b@example.com>: no [192.0.2.9] pc94  \7");
    buffer_clear(&out);
    evidence_reply_text(&e, 1, &out);
    ck_assert_uint_eq(out.len, 0);
    buffer_release(&out);
    evidence_release(&e);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, an_empty_store_knows_nothing);
    tcase_add_test(tcase, equal_values_share_a_number);
    tcase_add_test(tcase, each_member_counts);
    tcase_add_loop_test(tcase, stages_have_words, 0, COUNT(stages));
    tcase_add_test(tcase, every_value_has_a_name);
    tcase_add_test(tcase, reply_texts_are_filled_in);
}

TEST_MAIN("evidence", add)
