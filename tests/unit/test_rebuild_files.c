/* The complications of formats.md 4.4 that come of files, envelopes and clocks: files on disk are
 * read as the program reads them, and the rows must be those of the whole log. */
#include <stdlib.h>
#include <time.h>

#include "analyzer/rebuild/books.h"
#include "base/xalloc.h"
#include "parsers/input/input.h"
#include "parsers/lines/program_table.h"
#include "tests/support/log_feed.h"
#include "tests/support/log_files.h"
#include "tests/support/suite.h"

#define ID "0FCE9247A1"
/* A mail from its connection to its removal, at a day's hour. */
#define BEGIN(day)                                                                                 \
    day ":01 mx1 postfix/smtpd[7]: connect from mail.example.org[192.0.2.7]\n" day                 \
        ":02 mx1 postfix/smtpd[7]: " ID ": client=mail.example.org[192.0.2.7]\n" day               \
        ":02 mx1 postfix/cleanup[8]: " ID ": message-id=<m1@example.org>\n"
#define MIDDLE(day)                                                                                \
    day ":02 mx1 postfix/qmgr[9]: " ID ": from=<a@example.org>, size=276, nrcpt=1 (queue "         \
        "active)\n" day ":04 mx1 postfix/smtpd[7]: disconnect from mail.example.org[192.0.2.7]\n"
#define DELIVERED(id, to)                                                                          \
    " mx1 postfix/local[10]: " id ": to=<" to ">, relay=local, delay=0.1, delays=0/0/0/0.1, "      \
    "dsn=2.0.0, status=sent (delivered to maildir)"
#define END(day)                                                                                   \
    day ":05" DELIVERED(ID, "b@example.com") "\n" day ":05 mx1 postfix/qmgr[9]: " ID ": removed\n"
#define SENT_ROW "1 " ID " " MAIL_EXAMPLE "? from=a@example.org to=b@example.com accept sent\n"

static const struct {
    const char *name;
    struct {
        const char *path, *text;
        enum packing_kind packing;
        const char *written;
    } files[3];
    const char *rows;
} cases[] = {
    /* clang-format off */
    { "44: rotated in the middle of a message, files in the wrong order",
      { { "mail.log", MIDDLE("Nov 22 10:15") END("Nov 22 10:15"), PACK_PLAIN, "2026-11-22T10:15:06+00:00" },
        { "mail.log.1", BEGIN("Nov 22 10:15"), PACK_PLAIN, "2026-11-22T10:15:02+00:00" } }, SENT_ROW },
    { "44: three pieces, packed and not",
      { { "c.log", END("Nov 22 10:15"), PACK_PLAIN, "2026-11-22T10:15:06+00:00" },
        { "a.gz", BEGIN("Nov 22 10:15"), PACK_GZIP, "2026-11-22T10:15:02+00:00" },
        { "b.xz", MIDDLE("Nov 22 10:15"), PACK_XZ, "2026-11-22T10:15:04+00:00" } }, SENT_ROW },
    { "45: the same content twice",
      { { "mail.log.1", BEGIN("Nov 22 10:15") MIDDLE("Nov 22 10:15") END("Nov 22 10:15"), PACK_PLAIN, "2026-11-22T10:15:06+00:00" },
        { "mail.log.1.gz", BEGIN("Nov 22 10:15") MIDDLE("Nov 22 10:15") END("Nov 22 10:15"), PACK_GZIP, "2026-11-22T10:15:06+00:00" } }, SENT_ROW },
    { "46: `message repeated`",
      { { "mail.log", BEGIN("Nov 22 10:15") MIDDLE("Nov 22 10:15")
          "Nov 22 10:15:05 mx1 postfix/local[10]: message repeated 2 times: [ " ID ": to=<b@example.com>, relay=local, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to maildir)]\n"
          "Nov 22 10:15:05 mx1 postfix/qmgr[9]: " ID ": removed\n", PACK_PLAIN, "2026-11-22T10:15:06+00:00" } }, SENT_ROW },
    { "50: summer time ends between taking and delivering",
      { { "mail.log", BEGIN("Oct 25 02:59") MIDDLE("Oct 25 02:59") END("Oct 25 02:00"), PACK_PLAIN, "2026-10-25T02:00:00+00:00" } }, SENT_ROW },
    { "51: from December to January",
      { { "mail.log", BEGIN("Dec 31 23:59") MIDDLE("Dec 31 23:59") END("Jan  1 00:00"), PACK_PLAIN, "2027-01-01T00:00:06+00:00" } }, SENT_ROW },
    { "51: the same in two files",
      { { "mail.log", MIDDLE("Jan  1 00:00") END("Jan  1 00:00"), PACK_PLAIN, "2027-01-01T00:00:06+00:00" },
        { "mail.log.1", BEGIN("Dec 31 23:59"), PACK_PLAIN, "2026-12-31T23:59:59+00:00" } }, SENT_ROW },
    { "66: a reject line that is cut: the verdict is known, the HELO is not",
      { { "mail.log", "Nov 22 10:15:01 mx1 postfix/smtpd[7]: connect from mail.example.org[192.0.2.7]\n"
          "Nov 22 10:15:02 mx1 postfix/smtpd[7]: NOQUEUE: reject: RCPT from mail.example.org[192.0.2.7]: 554 5.7.1 <b@example.com>: Relay access denied; from=<a@example.org> to=<b@example.com> proto=ESMTP he",
          PACK_PLAIN, "2026-11-22T10:15:06+00:00" } },
      "1 NOQUEUE " MAIL_EXAMPLE "? from=a@example.org to=b@example.com reject 554 rejected\n" },
    /* clang-format on */
};

/* Reads files as the program does. */
static void rebuild_files(const char *const *paths, size_t count, struct evidence *e)
{
    struct diagnostics remarks;
    struct fault fault = { .kind = FAULT_NONE };
    struct input_options options = { .since_us = TIME_NONE, .until_us = TIME_NONE };
    struct line_parser_options lines = { NULL, NULL };
    diagnostics_init(&remarks);
    evidence_init(e);
    struct line_parser *parser = line_parser_new(&lines, &fault);
    struct input *input = input_open(paths, count, &options, &remarks, &fault);
    ck_assert_msg(parser && input && !fault_is_set(&fault), "%s", fault.what);
    struct rebuild *rebuild = rebuild_new(e, NULL, &remarks);
    struct log_line line;
    struct event event;
    while (input_next(input, &line)) {
        line_parse(parser, &line, &event);
        rebuild_event(rebuild, &event);
    }
    rebuild_finish(rebuild);
    ck_assert_msg(books_balance(e, &fault), "%s", fault.what);
    rebuild_free(rebuild);
    input_close(input);
    line_parser_free(parser);
    diagnostics_release(&remarks);
}

START_TEST(files_give_the_rows_of_the_log)
{
    const char *paths[3];
    size_t count = 0;
    struct evidence e;
    struct buffer got;
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    log_files_start();
    for (size_t i = 0; i < COUNT(cases[_i].files) && cases[_i].files[i].path; i++) {
        paths[count] = cases[_i].files[i].path;
        log_files_add(paths[count], cases[_i].files[i].packing, slice_of(cases[_i].files[i].text));
        log_files_written(paths[count++], cases[_i].files[i].written);
    }
    rebuild_files(paths, count, &e);
    buffer_init(&got, 1 << 16);
    log_print_rows(&e, &got);
    ck_assert_msg(slice_is(buffer_slice(&got), cases[_i].rows), "%s: got\n%.*snot\n%s",
                  cases[_i].name, (int)got.len, got.at, cases[_i].rows);
    buffer_release(&got);
    evidence_release(&e);
    log_files_end();
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, files_give_the_rows_of_the_log, 0, COUNT(cases));
}

TEST_MAIN("rebuild_files", add_tests)
