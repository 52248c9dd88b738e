/* Given labels: what is a judgement, what is not, and which of several holds. */
#include "parsers/data/labels_file.h"

#include <math.h>
#include <unistd.h>

#include "tests/support/suite.h"

/* clang-format off */
static const struct { const char *line; bool good; double ham; } json_rows[] = {
    { "{\"queue_id\":\"Q\",\"ham\":1}", true, 1 },
    { "{\"queue_id\":\"Q\",\"ham\":0.25,\"source\":\"audit\"}", true, 0.25 },
    { "{\"message_id\":\"<m@example.org>\",\"queue_id\":\"Q\",\"ham\":0}", true, 0 },
    { "{\"queue_id\":\"Q\",\"ham\":true}", true, 1 },
    { "{\"queue_id\":\"Q\",\"ham\":false,\"note\":[1,{}]}", true, 0 },
    { "  {\"queue_id\":\"Q\",\"recipient\":null,\"ham\":1}\r", true, 1 },
    { "{\"queue_id\":\"Q\"}", false, 0 },
    { "{\"ham\":1}", false, 0 },
    { "{\"queue_id\":\"\",\"ham\":1}", false, 0 },
    { "{\"message_id\":\"<>\",\"ham\":1}", false, 0 },
    { "{\"queue_id\":17,\"ham\":1}", false, 0 },
    { "{\"queue_id\":\"Q\",\"ham\":1.01}", false, 0 },
    { "{\"queue_id\":\"Q\",\"ham\":-0.1}", false, 0 },
    { "{\"queue_id\":\"Q\",\"ham\":\"1\"}", false, 0 },
    { "{\"queue_id\":\"Q\",\"ham\":null}", true, -1 }, /* not judged yet */
    { "{\"queue_id\":5,\"ham\":null}", false, 0 },
    { "{\"queue_id\":\"Q\",\"ham\":1,\"ham\":0}", false, 0 },
    { "{\"queue_id\":\"Q\",\"ham\":1", false, 0 },
    { "{\"queue_id\":\"Q\",\"ham\":1} trailing", false, 0 },
    { "{\"queue_id\":\"caf\xe9\",\"ham\":1}", false, 0 },
    { "{\"queue_id\":\"Q\",\"ham\":1e400}", false, 0 },
    { "{\"recipient\":[\"b\"],\"queue_id\":\"Q\",\"ham\":1}", false, 0 },
    { "{", false, 0 },
    { "{}", false, 0 },
};

static const struct { const char *line; bool good; double ham; } csv_rows[] = {
    { "Q,,1,audit", true, 1 },
    { "Q,b@example.com,0.5,", true, 0.5 },
    { "\"Q\",\"b@example.com\",\"0\",\"said \"\"no\"\"\"", true, 0 },
    { "Q,,1", true, 1 },
    { "Q,,1,audit,more,columns", true, 1 },
    { " Q , , 1 , x ", true, 1 },
    { "Q", false, 0 },
    { "Q,,,", false, 0 },
    { ",,1,audit", false, 0 },
    { "Q,,ham,audit", false, 0 },
    { "Q,,2,audit", false, 0 },
    { "Q,,-1,audit", false, 0 },
    { "Q,,nan,audit", false, 0 },
    { "\"Q,,1,audit", false, 0 },
    { "\"Q\"x,,1,audit", false, 0 },
    { "\"Q\"\"", false, 0 },
    { "\"", false, 0 },
    { "", false, 0 },
};

static const struct { const char *head; bool good; } heads[] = {
    { "queue_id,ham", true },
    { "HAM,\"Message_ID\"", true },
    { "x,y,queue_id,z,ham", true },
    { "\xef\xbb\xbfqueue_id,ham", true },
    { "queue_id,spam", false },
    { "recipient,ham", false },
    { "ham", false },
    { "\"queue_id,ham", false },
    { "Q,1", false },
};
/* clang-format on */

START_TEST(test_json)
{
    struct labels_file *labels = labels_file_new();
    ck_assert_msg(labels_file_add_line(labels, slice_of(json_rows[_i].line)) == json_rows[_i].good,
                  "%s", json_rows[_i].line);
    bool judged = json_rows[_i].good && json_rows[_i].ham >= 0;
    ck_assert_uint_eq(labels_file_count(labels), judged);
    if (judged)
        ck_assert_double_eq(labels_file_get(labels, 0)->ham, json_rows[_i].ham);
    labels_file_free(labels);
}
END_TEST

START_TEST(test_csv)
{
    struct labels_file *labels = labels_file_new();
    ck_assert(labels_file_add_line(labels, slice_of("queue_id,recipient,ham,source")));
    ck_assert_msg(labels_file_add_line(labels, slice_of(csv_rows[_i].line)) == csv_rows[_i].good,
                  "%s", csv_rows[_i].line);
    if (csv_rows[_i].good) {
        ck_assert_double_eq(labels_file_get(labels, 0)->ham, csv_rows[_i].ham);
        ck_assert_slice(labels_file_get(labels, 0)->queue_id, "Q");
    }
    if (_i == 2)
        ck_assert_slice(labels_file_get(labels, 0)->source, "said \"no\"");
    labels_file_free(labels);
}
END_TEST

START_TEST(test_heads)
{
    struct labels_file *labels = labels_file_new();
    ck_assert(labels_file_add_line(labels, slice_of(heads[_i].head)) == heads[_i].good);
    labels_file_free(labels);
}
END_TEST

static uint32_t find(const struct labels_file *labels, const char *queue, const char *mail,
                     const char *recipient)
{
    return labels_file_find(labels, slice_of(queue), slice_of(mail), slice_of(recipient));
}

START_TEST(test_precedence)
{
    static const char *const lines[] = {
        "{\"queue_id\":\"Q1\",\"ham\":1}",
        "{\"queue_id\":\"Q1\",\"ham\":0}",
        "{\"queue_id\":\"Q1\",\"recipient\":\"B@Example.com\",\"ham\":0.3}",
        "{\"message_id\":\"<m@example.org>\",\"ham\":0.4}",
        "{\"message_id\":\"m@example.org\",\"recipient\":\"c@example.com\",\"ham\":0.5}",
        "{\"queue_id\":\"Q2\",\"message_id\":\"n@example.org\",\"ham\":0.6}",
    };
    struct labels_file *labels = labels_file_new();
    for (size_t i = 0; i < COUNT(lines); i++)
        ck_assert(labels_file_add_line(labels, slice_of(lines[i])));
    ck_assert_uint_eq(find(labels, "Q1", NULL, NULL), 1);            /* the last one counts */
    ck_assert_uint_eq(find(labels, "Q1", NULL, "b@example.com"), 2); /* recipient, any case */
    ck_assert_uint_eq(find(labels, "Q1", NULL, "x@example.com"), 1);
    ck_assert_uint_eq(find(labels, "Q1", "m@example.org", NULL), 1); /* queue id first */
    ck_assert_uint_eq(find(labels, "Q1", "m@example.org", "c@example.com"), 4);
    ck_assert_uint_eq(find(labels, NULL, "m@example.org", "x@example.com"), 3);
    ck_assert_uint_eq(find(labels, "Q9", "n@example.org", NULL), 5);
    ck_assert_uint_eq(find(labels, "Q2", NULL, NULL), 5);
    ck_assert_uint_eq(find(labels, "Q3", "z@example.org", "b@example.com"), GIVEN_LABEL_NONE);
    ck_assert_uint_eq(find(labels, NULL, NULL, NULL), GIVEN_LABEL_NONE);
    ck_assert_uint_eq(find(labels, "", "", ""), GIVEN_LABEL_NONE);
    ck_assert_uint_eq(find(NULL, "Q1", NULL, NULL), GIVEN_LABEL_NONE);
    labels_file_free(labels);
}
END_TEST

/* Reads a text through a file; *notes_count gets the number of broken lines. */
static struct labels_file *read_text(const char *text, size_t len, uint64_t *broken,
                                     struct fault *fault)
{
    char path[] = "/tmp/test_labels_XXXXXX";
    int fd = mkstemp(path);
    ck_assert(fd >= 0 && write(fd, text, len) == (ssize_t)len);
    close(fd);
    struct diagnostics notes;
    diagnostics_init(&notes);
    struct labels_file *labels = labels_file_new();
    if (!labels_file_read(labels, path, &notes, fault)) {
        labels_file_free(labels);
        labels = NULL;
    }
    *broken = notes.count ? notes.items[0].count : 0;
    diagnostics_release(&notes);
    unlink(path);
    return labels;
}

START_TEST(test_files)
{
    static const char mixed[] = "{\"queue_id\":\"Q\",\"ham\":1}\n\nnonsense\n\n"
                                "{\"queue_id\":\"R\",\"ham\":0}";
    uint64_t broken;
    struct fault fault = { 0 };
    struct labels_file *labels = read_text(mixed, sizeof mixed - 1, &broken, &fault);
    ck_assert(labels && broken == 1 && labels_file_count(labels) == 2);
    labels_file_free(labels);

    labels = read_text("", 0, &broken, &fault);
    ck_assert(labels && labels_file_count(labels) == 0);
    labels_file_free(labels);

    labels = read_text("no label here\n", 14, &broken, &fault);
    ck_assert(!labels && fault.kind == FAULT_INPUT);

    size_t size = 3 << 20;
    char *long_line = xmalloc(size);
    memset(long_line, '{', size);
    memcpy(long_line + size - 30, "\n{\"queue_id\":\"Q\",\"ham\":1}\n\n\n\n\n", 30);
    fault = (struct fault){ 0 };
    labels = read_text(long_line, size, &broken, &fault);
    ck_assert(labels && broken == 1 && labels_file_count(labels) == 1);
    labels_file_free(labels);
    free(long_line);

    labels = labels_file_new();
    fault = (struct fault){ 0 };
    ck_assert(!labels_file_read(labels, "/nonexistent/labels", NULL, &fault));
    ck_assert(fault.kind == FAULT_INPUT);
    labels_file_free(labels);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_json, 0, COUNT(json_rows));
    tcase_add_loop_test(tcase, test_csv, 0, COUNT(csv_rows));
    tcase_add_loop_test(tcase, test_heads, 0, COUNT(heads));
    tcase_add_test(tcase, test_precedence);
    tcase_add_test(tcase, test_files);
}

TEST_MAIN("labels_file", add)
