/* Rows as JSON Lines: every line is one JSON object with the contract's keys in the contract's
 * order, whatever bytes the log holds. */
#include "analyzer/results_advice.h"
#include "reports/row_lines.h"

#include <jansson.h>
#include <math.h>

#include "base/civil_time.h"
#include "tests/support/suite.h"

static const struct slice needs[] = { SLICE("helo_name"), SLICE("dns:MX example.net") };
static const struct slice hops[] = { SLICE("4Xyz1"), SLICE("4Xyz9") };
static const char *const sources[] = { "delivered", "mailscanner:clean" };

static struct results_row full_row(void)
{
    static struct results_filter_verdict filter;
    filter = (struct results_filter_verdict){ SLICE("BDMAILD"), "spam", 7.7 };
    return (struct results_row){
        .time_us = 1795342501123456,
        .host = SLICE("mx1"),
        .queue_id = SLICE("4Xyz1"),
        .service = SLICE("smtpd"),
        .client_address = SLICE("192.0.2.7"),
        .reverse_client_name = SLICE("mail.example.org"),
        .helo = SLICE("mail.example.org"),
        .sender = SLICE("a@example.org"),
        .recipient = SLICE("b@example.com"),
        .message_id = SLICE("1@example.org"),
        .session = 1234,
        .size = 2310,
        .ham = 0.97,
        .label_sources = sources,
        .label_source_count = COUNT(sources),
        .logged = { .verdict_name = "accept" },
        .baseline = { .verdict_name = "unknown", .needs = needs, .need_count = COUNT(needs) },
        .candidate = { .verdict_name = "defer",
                       .code = 450,
                       .dsn = "4.7.25",
                       .restriction = "reject_unknown_client_hostname",
                       .list = "smtpd_client_restrictions",
                       .stage = "RCPT" },
        .hops = hops,
        .hop_count = COUNT(hops),
        .end_status = "sent",
        .end_relay = SLICE("10.0.0.5[10.0.0.5]:24"),
        .end_dsn = SLICE("2.0.0"),
        .end_us = 1795342503000000,
        .filters = &filter,
        .filter_count = 1,
        .client_name_origin = "log:connect",
        .reverse_client_name_origin = "log:warning",
        .helo_origin = "log:info",
        .sender_origin = "log:info",
        .recipient_origin = "log:info",
    };
}

/* This file is its own results: so many rows, all alike. */
enum { ROWS = 1500 };
size_t results_row_count(const struct results *results)
{
    (void)results;
    return ROWS;
}
struct results_row results_row_at(const struct results *results, size_t index, struct arena *arena)
{
    (void)results;
    struct results_row row = full_row();
    row.session = index + 1;
    row.recipient = arena_format(arena, "b%zu@example.com", index);
    return row;
}

struct results_audit *results_audit(const struct results *results, size_t limit,
                                    struct arena *arena, size_t *count)
{
    (void)results;
    struct results_audit *list = ARENA_ARRAY(arena, struct results_audit, 2);
    list[0] = (struct results_audit){ 7, SLICE("example.org"), 12 };
    list[1] = (struct results_audit){ 3, SLICE("bad\xff\x1b"), 1 };
    *count = limit < 2 ? limit : 2;
    return list;
}

static const char full_verdict[] =
    "{\"time\":\"2026-11-22T10:15:01.123456+00:00\",\"host\":\"mx1\",\"queue_id\":\"4Xyz1\","
    "\"session\":1234,\"service\":\"smtpd\",\"client_address\":\"192.0.2.7\",\"client_name\":null,"
    "\"reverse_client_name\":\"mail.example.org\",\"helo\":\"mail.example.org\","
    "\"sender\":\"a@example.org\",\"recipient\":\"b@example.com\","
    "\"logged\":{\"verdict\":\"accept\",\"code\":null,\"dsn\":null,\"restriction\":null,"
    "\"text\":null},"
    "\"baseline\":{\"verdict\":\"unknown\",\"code\":null,\"dsn\":null,\"restriction\":null,"
    "\"argument\":null,\"list\":null,\"class\":null,\"stage\":null,"
    "\"needs\":[\"helo_name\",\"dns:MX example.net\"]},"
    "\"candidate\":{\"verdict\":\"defer\",\"code\":\"450\",\"dsn\":\"4.7.25\","
    "\"restriction\":\"reject_unknown_client_hostname\",\"argument\":null,"
    "\"list\":\"smtpd_client_restrictions\",\"class\":null,\"stage\":\"RCPT\",\"needs\":[]},"
    "\"label\":{\"ham\":0.97,\"sources\":[\"delivered\",\"mailscanner:clean\"]}}\n";

static const char full_transaction[] =
    "{\"time\":\"2026-11-22T10:15:01.123456+00:00\",\"host\":\"mx1\",\"queue_id\":\"4Xyz1\","
    "\"session\":1234,\"service\":\"smtpd\",\"client_address\":\"192.0.2.7\",\"client_name\":null,"
    "\"reverse_client_name\":\"mail.example.org\",\"helo\":\"mail.example.org\","
    "\"sender\":\"a@example.org\",\"recipient\":\"b@example.com\","
    "\"message_id\":\"1@example.org\",\"size\":2310,"
    "\"source\":null,\"true_client\":null,"
    "\"logged\":{\"verdict\":\"accept\",\"code\":null,\"dsn\":null,\"restriction\":null,"
    "\"text\":null},\"hops\":[\"4Xyz1\",\"4Xyz9\"],"
    "\"end\":{\"status\":\"sent\",\"relay\":\"10.0.0.5[10.0.0.5]:24\",\"dsn\":\"2.0.0\","
    "\"time\":\"2026-11-22T10:15:03+00:00\"},"
    "\"filters\":[{\"program\":\"BDMAILD\",\"verdict\":\"spam\",\"score\":7.7}],"
    "\"label\":{\"ham\":0.97,\"sources\":[\"delivered\",\"mailscanner:clean\"]},"
    "\"evidence\":{\"client_name\":\"log:connect\",\"reverse_client_name\":\"log:warning\","
    "\"helo\":\"log:info\",\"sender\":\"log:info\",\"recipient\":\"log:info\"}}\n";

START_TEST(test_full)
{
    struct buffer out;
    struct results_row row = full_row();
    buffer_init(&out, 1 << 16);
    row_line_format(&out, &row, ROW_LINE_VERDICT);
    ck_assert_str_eq(buffer_text(&out), full_verdict);
    buffer_clear(&out);
    row_line_format(&out, &row, ROW_LINE_TRANSACTION);
    ck_assert_str_eq(buffer_text(&out), full_transaction);
    buffer_release(&out);
}
END_TEST

/* Nothing known: every key is there, and null. */
START_TEST(test_empty)
{
    struct results_row row = { .time_us = TIME_NONE,
                               .end_us = TIME_NONE,
                               .ham = (double)NAN,
                               .logged.verdict_name = "reject",
                               .baseline.verdict_name = "reject",
                               .candidate.verdict_name = "reject",
                               .client_name_origin = "unknown",
                               .reverse_client_name_origin = "unknown",
                               .helo_origin = "unknown",
                               .sender_origin = "unknown",
                               .recipient_origin = "unknown" };
    struct buffer out;
    buffer_init(&out, 1 << 16);
    row_line_format(&out, &row, (enum row_line_kind)_i);
    json_t *object = json_loadb(out.at, out.len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert(json_is_object(object));
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        bool is_part = json_is_object(value) || json_is_array(value);
        ck_assert_msg(json_is_null(value) || is_part, "%s", key);
    }
    ck_assert(json_is_null(json_object_get(json_object_get(object, "label"), "ham")));
    json_decref(object);
    buffer_release(&out);
}
END_TEST

/* clang-format off */
static const struct { struct slice text; const char *read_back; } hostile[] = {
    { SLICE("\"},{\"x\":1"), "\"},{\"x\":1" },
    { SLICE("caf\xe9"), "caf\xef\xbf\xbd" },
    { SLICE("\x1b[2J\n\r\t"), "\x1b[2J\n\r\t" },
    { SLICE("\\u0041\\"), "\\u0041\\" },
    { SLICE("\xed\xa0\x80"), NULL }, /* a lone surrogate: replaced, by however many */
    { SLICE("\xf5\x80\x80\x80"), NULL },
    { SLICE(""), "" },
};
/* clang-format on */

START_TEST(test_hostile)
{
    struct results_row row = full_row();
    row.helo = row.sender = row.logged.text = row.end_relay = hostile[_i].text;
    const char *const raw_source = "audit\x80\"";
    row.label_sources = &raw_source;
    row.label_source_count = 1;
    struct buffer out;
    buffer_init(&out, 1 << 16);
    for (int kind = ROW_LINE_VERDICT; kind <= ROW_LINE_TRANSACTION; kind++) {
        buffer_clear(&out);
        row_line_format(&out, &row, (enum row_line_kind)kind);
        for (size_t i = 0; i + 1 < out.len; i++)
            ck_assert_msg((unsigned char)out.at[i] >= 0x20, "control byte at %zu", i);
        json_t *object = json_loadb(out.at, out.len, JSON_REJECT_DUPLICATES, NULL);
        ck_assert(json_is_object(object));
        if (hostile[_i].read_back)
            ck_assert_str_eq(json_string_value(json_object_get(object, "helo")),
                             hostile[_i].read_back);
        json_decref(object);
    }
    buffer_release(&out);
}
END_TEST

START_TEST(test_all_rows_in_order)
{
    char line[4096];
    FILE *file = tmpfile();
    ck_assert(row_lines_write(NULL, ROW_LINE_TRANSACTION, file));
    rewind(file);
    json_int_t count = 0;
    for (; fgets(line, sizeof line, file); count++) {
        json_t *object = json_loads(line, 0, NULL);
        ck_assert_int_eq(json_integer_value(json_object_get(object, "session")), count + 1);
        snprintf(line, sizeof line, "b%d@example.com", (int)count);
        ck_assert_str_eq(json_string_value(json_object_get(object, "recipient")), line);
        json_decref(object);
    }
    ck_assert_int_eq(count, ROWS);
    fclose(file);
}
END_TEST

/* A judgement that is filled in is one that --labels takes. */
START_TEST(test_audit)
{
    char line[4096];
    FILE *file = tmpfile();
    ck_assert(audit_lines_write(NULL, 40, file));
    rewind(file);
    int count = 0;
    for (; fgets(line, sizeof line, file); count++) {
        json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        ck_assert(json_is_object(object));
        ck_assert(json_is_null(json_object_get(object, "ham")));
        ck_assert_str_eq(json_string_value(json_object_get(object, "queue_id")), "4Xyz1");
        ck_assert(!json_object_get(object, "recipient")); /* it would bind the judgement to one */
        json_decref(object);
    }
    ck_assert_int_eq(count, 2);
    fclose(file);
}
END_TEST

START_TEST(test_full_disk)
{
    FILE *file = fopen("/dev/full", "w");
    if (!file)
        return;
    setvbuf(file, NULL, _IONBF, 0);
    ck_assert(!row_lines_write(NULL, ROW_LINE_VERDICT, file));
    fclose(file);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, test_all_rows_in_order);
    tcase_add_test(tcase, test_audit);
    tcase_add_test(tcase, test_full_disk);
    tcase_add_test(tcase, test_full);
    tcase_add_loop_test(tcase, test_empty, ROW_LINE_VERDICT, ROW_LINE_TRANSACTION + 1);
    tcase_add_loop_test(tcase, test_hostile, 0, COUNT(hostile));
}

TEST_MAIN("row_lines", add)
