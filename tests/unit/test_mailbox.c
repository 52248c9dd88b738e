/* Sorted mail: what is read from a head, what is passed over, and to which rows it belongs. */
#include "analyzer/estimate/label_mailbox.h"

#include <sys/stat.h>

#include "base/buffer.h"
#include "tests/support/log_feed.h"
#include "tests/support/log_files.h"
#include "tests/support/suite.h"

#define TOP                                                                                        \
    "Return-Path: <a@example.org>\nDelivered-To: c@example.com\nX-Original-To: b@example.com\n"
#define BORDER                                                                                     \
    "Received: from mail.example.org (mail.example.org [192.0.2.7])\n\tby mx1 (Postfix) with "     \
    "ESMTPS id "
#define REST      "\n\tfor <b@example.com>; Sun, 22 Nov 2026 10:15:02 +0000\n"
#define MAIL_ID   "Message-ID: <m1@example.org>\n"
#define LONG_TEXT "0123456789012345678901234567890123456789"

/* ---- reading ---- */

/* One line per mail: "ids / message-id / recipient". */
static void print_mails(const struct mailbox *mailbox, struct buffer *out)
{
    size_t count;
    const struct mailbox_mail *mails = mailbox_mails(mailbox, &count);
    for (size_t i = 0; i < count; i++) {
        for (unsigned id = 0; id < mails[i].id_count; id++) {
            buffer_add_slice(out, mails[i].queue_ids[id]);
            buffer_add_byte(out, ' ');
        }
        buffer_format(out, "/ %.*s / %.*s\n", SLICE_FMT(mails[i].message_id),
                      SLICE_FMT(mails[i].recipient));
    }
}

/* clang-format off */
static const struct { const char *name, *text, *want; } heads[] = {
    { "a mail", TOP BORDER "AB12CD34" REST MAIL_ID "\nbody", "AB12CD34 / m1@example.org / b@example.com\n" },
    { "nothing", "", "" },
    { "a blank line", "\n", "" },
    { "no field", "Hello,\n\nyou\n", "" },
    { "no id of any kind", "Subject: x\n\nbody\n", "" },
    { "without an end", "Message-ID: <m1@example.org>", "/ m1@example.org / \n" },
    { "CR LF", "Message-ID: <m1@example.org>\r\nX: y\r\n\r\nbody\r\n", "/ m1@example.org / \n" },
    { "folded, bare, in any case", "message-id:\n m1@example.org\n\n", "/ m1@example.org / \n" },
    { "the first Message-ID", "Message-ID: <1@x>\nMessage-ID: <2@x>\n\n", "/ 1@x / \n" },
    { "in the body", "Subject: x\n\nMessage-ID: <m1@example.org>\n", "" },
    { "ids from the top", BORDER "AB12CD" REST BORDER "4Xyz12abcd" REST "\n", "AB12CD 4Xyz12abcd /  / \n" },
    { "local", "Received: by mx1 (Postfix, from userid 0)\n\tid AB12CD; x\n\n", "AB12CD /  / \n" },
    { "an id before `by` is the sender's", "Received: from x id EEEEEE (y [192.0.2.7])\n by mx1 (Postfix) with SMTP id AB12CD\n\n", "AB12CD /  / \n" },
    { "exim", "Received: from x ([192.0.2.7]) by mx1 with smtp (Exim 4.96) id 1tAb2c-00-D; x\n" MAIL_ID "\n", "/ m1@example.org / \n" },
    { "no id", "Received: from x by mx1 with HTTP; x\n" MAIL_ID "\n", "/ m1@example.org / \n" },
    { "a recipient below is the sender's", BORDER "AB12CD" REST "Delivered-To: c@example.com\n\n", "AB12CD /  / \n" },
    { "also below a foreign hop", "Received: x\nDelivered-To: c@example.com\n" MAIL_ID "\n", "/ m1@example.org / \n" },
    { "an id too long", BORDER LONG_TEXT REST MAIL_ID "\n", "/ m1@example.org / \n" },
    { "a lone fold", " folded: first\n" MAIL_ID "\n", "/ m1@example.org / \n" },
    { "mbox", "From a@x Thu\n" MAIL_ID "\nb\n>From y\nFrom z\n\nFrom b@x Thu\nMessage-ID: <m2@x>\n\n",
      "/ m1@example.org / \n/ m2@x / \n" },
    { "mbox: deleted", "From a@x Thu\n" MAIL_ID "X-Status: AD\n\n\nFrom b@x Thu\nMessage-ID: <m2@x>\n\n", "/ m2@x / \n" },
    { "mbox: ends in a head", "From a@x Thu\n" MAIL_ID, "/ m1@example.org / \n" },
    { "mbox: nothing", "From ", "" },
    { "begins like one", "Fro: x\n" MAIL_ID "\n", "/ m1@example.org / \n" },
};
/* clang-format on */

START_TEST(test_heads)
{
    size_t len = strlen(heads[_i].text);
    FILE *from = fmemopen((void *)(uintptr_t)heads[_i].text, len ? len : 1, "r");
    struct mailbox *mailbox = mailbox_new();
    struct buffer got;
    buffer_init(&got, 4096);
    mailbox_read_stream(mailbox, from, true);
    print_mails(mailbox, &got);
    ck_assert_msg(strcmp(buffer_text(&got), heads[_i].want) == 0, "%s: got %s", heads[_i].name,
                  buffer_text(&got));
    buffer_release(&got);
    mailbox_free(mailbox);
    fclose(from);
}
END_TEST

static void add_file(const char *path, const char *text)
{
    log_files_write(path, text, strlen(text));
}

START_TEST(test_folders)
{
    struct mailbox *mailbox = mailbox_new();
    struct diagnostics notes;
    struct fault fault = { 0 };
    size_t count;
    log_files_start();
    diagnostics_init(&notes);
    mkdir("md", 0700);
    mkdir("md/cur", 0700);
    mkdir("md/new", 0700);
    mkdir("md/tmp", 0700);
    add_file("md/cur/1.x:2,S", MAIL_ID "\n");
    add_file("md/cur/2.x:2,ST", "Message-ID: <thrown away>\n\n");
    add_file("md/cur/3.x:2,D", "Message-ID: <draft>\n\n");
    add_file("md/cur/.index", "Message-ID: <index>\n\n");
    add_file("md/cur/4", "nothing");
    add_file("md/new/5", "Message-ID: <m5>\n\n");
    add_file("md/tmp/6", "Message-ID: <half>\n\n");
    add_file("md/dovecot-uidlist", "Message-ID: <index>\n\n");
    ck_assert(mailbox_read(mailbox, "md=ham", &notes, &fault));
    const struct mailbox_mail *mails = mailbox_mails(mailbox, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert(mails[0].is_ham && mails[1].is_ham);
    ck_assert_uint_eq(notes.items[0].count, 3);
    mkdir("a=b", 0700);
    add_file("a=b/box", "From x\nMessage-ID: <m7>\n\n\nFrom y\nMessage-ID: <m8>\n\n");
    ck_assert(mailbox_read(mailbox, "a=b=spam", &notes, &fault));
    ck_assert(mailbox_read(mailbox, "a=b/box=spam", &notes, &fault));
    mails = mailbox_mails(mailbox, &count);
    ck_assert(count == 6 && !mails[5].is_ham);
    static const char *const bad[] = { "md",       "md=grey",     "=ham",        "md=",
                                       "gone=ham", "md/tmp2=ham", "md/cur/4=ham" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        fault = (struct fault){ 0 };
        ck_assert_msg(!mailbox_read(mailbox, bad[i], &notes, &fault), "%s", bad[i]);
        ck_assert(fault_is_set(&fault));
    }
    static const char *const made[] = { "md/cur/1.x:2,S", "md/cur/2.x:2,ST",
                                        "md/cur/3.x:2,D", "md/cur/.index",
                                        "md/cur/4",       "md/new/5",
                                        "md/tmp/6",       "md/dovecot-uidlist",
                                        "md/cur",         "md/new",
                                        "md/tmp",         "md",
                                        "a=b/box",        "a=b" };
    for (size_t i = 0; i < COUNT(made); i++)
        ck_assert_msg(remove(made[i]) == 0, "%s", made[i]);
    diagnostics_release(&notes);
    mailbox_free(mailbox);
    log_files_end();
}
END_TEST

/* ---- joining ---- */

/* Q1 with two recipients, Q2 with one; the same Message-ID twice more; an id that is used again. */
static const char log_text[] =
    CONNECT("7") CLIENT("7", "AB12CD1") MESSAGE_ID("AB12CD1", "m1@example.org")
        QUEUED("AB12CD1", "a@example.org", "2") SENT("AB12CD1", "b@example.com")
            SENT("AB12CD1", "c@example.com") REMOVED("AB12CD1") CLIENT("7", "AB12CD2")
                MESSAGE_ID("AB12CD2", "m2@example.org") QUEUED("AB12CD2", "a@example.org", "1")
                    SENT("AB12CD2", "b@example.com") REMOVED("AB12CD2") CLIENT("7", "AB12CD3")
                        MESSAGE_ID("AB12CD3", "twice@example.org")
                            QUEUED("AB12CD3", "a@example.org", "1") SENT("AB12CD3", "b@example.com")
                                REMOVED("AB12CD3") CLIENT("7", "AB12CD4")
                                    MESSAGE_ID("AB12CD4", "twice@example.org")
                                        QUEUED("AB12CD4", "a@example.org", "1")
                                            SENT("AB12CD4", "b@example.com") REMOVED("AB12CD4")
                                                DISCONNECT("7");

#define RECEIVED(id) BORDER id REST
#define ID(id)       "Message-ID: <" id ">\n\n"

/* clang-format off */
static const struct {
    const char *name, *ham, *spam; /* one mail in each folder, or NULL */
    const char *rows;              /* h, s, both, or - by row: Q1 b, Q1 c, Q2, Q3, Q4 */
    uint64_t unused, conflicts;
} joins[] = {
    { "by queue id, all rows", RECEIVED("AB12CD1") ID("m1@example.org"), NULL, "hh---", 0, 0 },
    { "one row", "Delivered-To: B@example.com\n" RECEIVED("AB12CD1") ID("m1@example.org"), NULL, "h----", 0, 0 },
    { "another's row", "Delivered-To: x@example.net\n" RECEIVED("AB12CD1") ID("m1@example.org"), NULL, "hh---", 0, 0 },
    { "two of the same", RECEIVED("AB12CD2") ID("m2@example.org"), RECEIVED("AB12CD2") ID("m2@example.org"), "--x--", 0, 1 },
    { "each his own", "Delivered-To: b@example.com\n" RECEIVED("AB12CD1") ID("m1@example.org"),
      "Delivered-To: c@example.com\n" RECEIVED("AB12CD1") ID("m1@example.org"), "hs---", 0, 0 },
    { "inner hop on top", RECEIVED("FFFFFFF") RECEIVED("AB12CD2") ID("m2@example.org"), NULL, "--h--", 0, 0 },
    { "a forged id below counts for nothing", RECEIVED("AB12CD2") RECEIVED("AB12CD1") ID("m2@example.org"), NULL, "--h--", 0, 0 },
    { "another Message-ID: the id was used again", RECEIVED("AB12CD2") ID("m9@example.org"), NULL, "-----", 1, 0 },
    { "no Message-ID", RECEIVED("AB12CD2") "\n", NULL, "--h--", 0, 0 },
    { "by Message-ID", ID("m2@example.org"), NULL, "--h--", 0, 0 },
    { "which two have", ID("twice@example.org"), NULL, "-----", 1, 0 },
    { "but not its queue id", RECEIVED("AB12CD4") ID("twice@example.org"), NULL, "----h", 0, 0 },
    { "ids that the log lacks are not joined by Message-ID", RECEIVED("FFFFFFF") ID("m2@example.org"), NULL, "-----", 1, 0 },
    { "spam", NULL, RECEIVED("AB12CD2") ID("m2@example.org"), "--s--", 0, 0 },
};
/* clang-format on */

static void add_mail(struct mailbox *mailbox, const char *text, bool is_ham)
{
    if (!text)
        return;
    FILE *from = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    ck_assert_uint_eq(mailbox_read_stream(mailbox, from, is_ham), 1);
    fclose(from);
}

START_TEST(test_joins)
{
    struct evidence evidence;
    struct sorted_mail sorted;
    struct mailbox *mailbox = mailbox_new();
    char got[8] = "";
    log_rebuild(&evidence, log_text);
    ck_assert_uint_eq(evidence.row_count, 5);
    add_mail(mailbox, joins[_i].ham, true);
    add_mail(mailbox, joins[_i].spam, false);
    sorted_mail_init(&sorted, &evidence, mailbox);
    for (uint32_t row = 0; row < evidence.row_count; row++)
        got[row] = "-hsx"[sorted.of_row[row]];
    ck_assert_msg(strcmp(got, joins[_i].rows) == 0, "%s: got %s, want %s", joins[_i].name, got,
                  joins[_i].rows);
    ck_assert_uint_eq(sorted.unused, joins[_i].unused);
    ck_assert_uint_eq(sorted.conflicts, joins[_i].conflicts);
    sorted_mail_release(&sorted);
    mailbox_free(mailbox);
    evidence_release(&evidence);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_heads, 0, COUNT(heads));
    tcase_add_test(tcase, test_folders);
    tcase_add_loop_test(tcase, test_joins, 0, COUNT(joins));
}

TEST_MAIN("mailbox", add)
