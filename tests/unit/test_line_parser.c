/* The dispatch from programs to shapes, the counts by class and by shape, and --shapes files. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "parsers/lines/program_table.h"
#include "tests/support/suite.h"

static struct line_parser *parser_with(const char *syslog_name, const char *shapes_file)
{
    struct fault fault = { .kind = FAULT_NONE };
    const struct line_parser_options options = { syslog_name, shapes_file };
    struct line_parser *parser = line_parser_new(&options, &fault);
    ck_assert_msg(parser != NULL, "%s", fault.what);
    return parser;
}

static struct log_line line_of(const char *program, const char *text)
{
    return (struct log_line){ .program = slice_of(program),
                              .text = slice_of(text),
                              .raw = slice_of(text),
                              .time_us = TIME_NONE,
                              .repeats = 1,
                              .number = 1 };
}

static enum line_class parse(struct line_parser *parser, const char *program, const char *text,
                             struct event *event)
{
    static struct log_line line;
    line = line_of(program, text);
    line_parse(parser, &line, event);
    return event->line_class;
}

/* --- programs ---------------------------------------------------------------------------------- */

#define CONNECT "connect from mail.example.org[192.0.2.7]"
#define REMOVED "4Sxyz12bBCz1234: removed"

static const struct {
    const char *program, *text;
    enum line_class line_class;
    enum service service;
    const char *instance, *label;
} programs[] = {
    { "postfix/smtpd", CONNECT, LINE_UNDERSTOOD, SERVICE_SMTPD, "postfix", "" },
    { "postfix/submission/smtpd", CONNECT, LINE_UNDERSTOOD, SERVICE_SMTPD, "postfix",
      "submission" },
    { "postfix-out/smtpd", CONNECT, LINE_UNDERSTOOD, SERVICE_SMTPD, "postfix-out", "" },
    { "postfix-out/a/b/smtpd", CONNECT, LINE_UNDERSTOOD, SERVICE_SMTPD, "postfix-out", "a/b" },
    { "mx7/smtpd", CONNECT, LINE_UNDERSTOOD, SERVICE_SMTPD, "mx7", "" },
    { "mx7", CONNECT, LINE_UNDERSTOOD, SERVICE_SMTPD, "", "" },
    { "site/smtpd", CONNECT, LINE_UNDERSTOOD, SERVICE_SMTPD, "site", "" },
    { "postfix/myown", CONNECT, LINE_UNDERSTOOD, SERVICE_SMTPD, "postfix", "" },
    { "postfix/myown", "hello there", LINE_UNKNOWN, SERVICE_POSTFIX_OTHER, "postfix", "" },
    { "postfix/smtpd", "hello there", LINE_UNKNOWN, SERVICE_SMTPD, "postfix", "" },
    { "postfix/smtpd", "", LINE_UNKNOWN, SERVICE_SMTPD, "postfix", "" },
    { "postfix/smtpd", " ", LINE_UNKNOWN, SERVICE_SMTPD, "postfix", "" },
    { "postfix/qmgr", REMOVED, LINE_UNDERSTOOD, SERVICE_QMGR, "postfix", "" },
    { "cyrus/smtpd", "hello there", LINE_FOREIGN, SERVICE_FOREIGN, "", "" },
    { "kernel", CONNECT, LINE_FOREIGN, SERVICE_FOREIGN, "", "" },
    { "kernel", "", LINE_FOREIGN, SERVICE_FOREIGN, "", "" },
    { "neverheardof", "hello there", LINE_FOREIGN, SERVICE_FOREIGN, "", "" },
    { "neverheardof", "connect from somewhere", LINE_FOREIGN, SERVICE_FOREIGN, "", "" },
    { "rspamd", "hello there", LINE_UNKNOWN, SERVICE_FILTER, "", "" },
    { "/", "hello", LINE_FOREIGN, SERVICE_FOREIGN, "", "" },
    { "postfix/", "hello", LINE_UNKNOWN, SERVICE_POSTFIX_OTHER, "postfix", "" },
    { "/smtpd", "hello", LINE_UNKNOWN, SERVICE_SMTPD, "", "" },
};

START_TEST(programs_are_told_apart)
{
    struct line_parser *parser = parser_with(NULL, NULL);
    struct event event;
    enum line_class got = parse(parser, programs[_i].program, programs[_i].text, &event);
    ck_assert_str_eq(line_class_name(got), line_class_name(programs[_i].line_class));
    ck_assert_int_eq(event.service, programs[_i].service);
    ck_assert_slice(event.instance, programs[_i].instance);
    ck_assert_slice(event.label, programs[_i].label);
    line_parser_free(parser);
}
END_TEST

START_TEST(syslog_name_stands_for_postfix)
{
    struct event event;
    struct line_parser *parser = parser_with("gate", NULL);
    ck_assert_int_eq(parse(parser, "gate/smtpd", "hello there", &event), LINE_UNKNOWN);
    ck_assert_int_eq(parse(parser, "gate/in/smtpd", "hello there", &event), LINE_UNKNOWN);
    ck_assert_slice(event.label, "in");
    ck_assert_int_eq(parse(parser, "gate/odd", "hello there", &event), LINE_UNKNOWN);
    line_parser_free(parser);
    parser = parser_with("mail/gate", NULL);
    ck_assert_int_eq(parse(parser, "mail/gate/odd", "hello there", &event), LINE_UNKNOWN);
    line_parser_free(parser);
    parser = parser_with(NULL, NULL);
    ck_assert_int_eq(parse(parser, "gate/odd", "hello there", &event), LINE_FOREIGN);
    line_parser_free(parser);
}
END_TEST

/* More names than are kept apart: the rest is one stranger, and nothing grows without bound. */
START_TEST(names_without_end_are_bounded)
{
    struct line_parser *parser = parser_with(NULL, NULL);
    struct event event;
    char name[200], long_name[600];
    for (int i = 0; i < 6000; i++) {
        snprintf(name, sizeof name, "stranger%d", i);
        ck_assert_int_eq(parse(parser, name, "hello", &event), LINE_FOREIGN);
    }
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    parse(parser, long_name, "hello", &event);
    uint64_t counts[LINE_CLASSES], listed = 0;
    size_t rows;
    line_parser_counts(parser, counts);
    ck_assert_uint_eq(counts[LINE_FOREIGN] + counts[LINE_UNKNOWN], 6001);
    const struct shape_count *shapes = line_parser_shapes(parser, &rows);
    ck_assert_uint_lt(rows, 5000);
    for (size_t i = 0; i < rows; i++)
        listed += shapes[i].count;
    ck_assert_uint_eq(listed, 6001);
    line_parser_free(parser);
}
END_TEST

/* --- lines ------------------------------------------------------------------------------------- */

START_TEST(cut_lines_say_so)
{
    struct line_parser *parser = parser_with(NULL, NULL);
    struct event event;
    struct log_line line =
        line_of("postfix/smtpd", "4Sxyz12bBCz1234: client=mail.example.org[192.0.2.7], sasl_me");
    line.truncated = true;
    line_parse(parser, &line, &event);
    ck_assert(event_has(&event, FIELD_TRUNCATED));
    ck_assert_slice(event_get(&event, FIELD_CLIENT_ADDRESS), "192.0.2.7");
    ck_assert(!event_has(&event, FIELD_SASL_METHOD));
    line_parser_free(parser);
}
END_TEST

START_TEST(markers_and_malformed_lines_have_their_classes)
{
    struct line_parser *parser = parser_with(NULL, NULL);
    struct event event;
    struct log_line line = line_of("", "message repeated 3 times: [ " CONNECT "]");
    line.marker = true;
    line_parse(parser, &line, &event);
    ck_assert_int_eq(event.kind, EVENT_REPEAT);
    ck_assert_int_eq(event.line_class, LINE_UNDERSTOOD);
    line = line_of("", "-- MARK --");
    line.marker = true;
    line_parse(parser, &line, &event);
    ck_assert_int_eq(event.line_class, LINE_FOREIGN);
    line = line_of("", "\x01\x02");
    line.malformed = true;
    line_parse(parser, &line, &event);
    ck_assert_int_eq(event.line_class, LINE_MALFORMED);
    uint64_t counts[LINE_CLASSES];
    line_parser_counts(parser, counts);
    ck_assert_uint_eq(counts[LINE_UNDERSTOOD], 1);
    ck_assert_uint_eq(counts[LINE_FOREIGN], 1);
    ck_assert_uint_eq(counts[LINE_MALFORMED], 1);
    line_parser_free(parser);
}
END_TEST

/* An event of the line before must not show through. */
START_TEST(nothing_is_left_from_the_line_before)
{
    struct line_parser *parser = parser_with(NULL, NULL);
    struct event event;
    parse(parser, "postfix/smtpd",
          "NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 554 5.7.1 <a@example.org>: Relay access "
          "denied; from=<b@example.net> to=<a@example.org> proto=ESMTP helo=<h.example.net>",
          &event);
    ck_assert(event_has(&event, FIELD_HELO_NAME));
    const char *const texts[] = { "hello there", "connect from", "NOQUEUE: reject: ", "" };
    for (size_t i = 0; i < COUNT(texts); i++) {
        parse(parser, "postfix/smtpd", texts[i], &event);
        ck_assert_int_eq(event.kind, EVENT_NONE);
        for (int field = 0; field < EVENT_FIELD_COUNT; field++)
            ck_assert_msg(!event_has(&event, (enum event_field)field), "'%s' has %s", texts[i],
                          event_field_name((enum event_field)field));
    }
    line_parser_free(parser);
}
END_TEST

/* --- the account ------------------------------------------------------------------------------- */

static const struct shape_count *find(const struct shape_count *rows, size_t count,
                                      const char *program, const char *shape)
{
    for (size_t i = 0; i < count; i++)
        if (slice_is(rows[i].program, program) && slice_is(rows[i].shape, shape))
            return &rows[i];
    ck_abort_msg("no row for %s '%s'", program, shape);
    return NULL;
}

START_TEST(unknown_lines_are_listed_by_mask)
{
    static const char *const alike[] = {
        "frobnicated 17 of 20 for 192.0.2.1 in 4Sxyz12bBCz1234: <a b@example.org>",
        "frobnicated 3 of 200 for 198.51.100.77 in 4Sxyz12bBCz9999: <other text>",
    };
    struct line_parser *parser = parser_with(NULL, NULL);
    struct event event;
    size_t count;
    for (size_t i = 0; i < COUNT(alike); i++)
        ck_assert_int_eq(parse(parser, "postfix/smtpd", alike[i], &event), LINE_UNKNOWN);
    const struct shape_count *rows = line_parser_shapes(parser, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_slice(rows[0].program, "postfix/smtpd");
    ck_assert_slice(rows[0].example, alike[0]);
    ck_assert_int_eq(rows[0].line_class, LINE_UNKNOWN);
    line_parser_free(parser);
}
END_TEST

START_TEST(account_is_ordered_by_count)
{
    struct line_parser *parser = parser_with(NULL, NULL);
    struct event event;
    size_t count;
    for (int i = 0; i < 5; i++)
        parse(parser, "postfix/smtpd", CONNECT, &event);
    for (int i = 0; i < 3; i++)
        parse(parser, "kernel", "oops", &event);
    parse(parser, "postfix/qmgr", "what is this", &event);
    const struct shape_count *rows = line_parser_shapes(parser, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(rows[0].count, 5);
    ck_assert_slice(rows[0].shape, "connect from {client}");
    ck_assert_slice(rows[0].example, CONNECT);
    ck_assert_uint_eq(rows[1].count, 3);
    ck_assert_int_eq(rows[1].line_class, LINE_FOREIGN);
    ck_assert_ptr_nonnull(find(rows, count, "postfix/qmgr", "what is this"));
    line_parser_free(parser);
}
END_TEST

START_TEST(unknown_forms_without_end_are_bounded)
{
    struct line_parser *parser = parser_with(NULL, NULL);
    struct event event;
    char text[64];
    uint64_t listed = 0;
    size_t count;
    for (int i = 0; i < 12000; i++) {
        snprintf(text, sizeof text, "%c%c%c%c zzz", 'a' + i % 26, 'a' + i / 26 % 26,
                 'a' + i / 676 % 26, 'a' + i / 17576);
        ck_assert_int_eq(parse(parser, "postfix/smtpd", text, &event), LINE_UNKNOWN);
    }
    const struct shape_count *rows = line_parser_shapes(parser, &count);
    ck_assert_uint_le(count, 10001);
    for (size_t i = 0; i < count; i++)
        listed += rows[i].count;
    ck_assert_uint_eq(listed, 12000);
    ck_assert_slice(rows[0].shape, "(other forms)");
    line_parser_free(parser);
}
END_TEST

/* --- user-given shapes ------------------------------------------------------------------------- */

static struct line_parser *parse_shapes(const char *text, size_t len, char *path,
                                        struct fault *fault)
{
    strcpy(path, "/tmp/shapes-XXXXXX");
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text, len), (ssize_t)len);
    close(descriptor);
    struct line_parser *parser =
        line_parser_new(&(struct line_parser_options){ NULL, path }, fault);
    unlink(path);
    return parser;
}

static const char shapes_text[] =
    "# what our filter says\n"
    "program bdmaild,BDMAILD kind=virus_verdict verdict=virus\n"
    "  \"VIRUS: sender: {sender}, recipients: {recipients:list;}, {*}threat: {virus}, {*}\"\n"
    "\n"
    "program bdlived,BDLIVED kind=defs_update ok=1\r\n"
    "\t\"INFO: {*}pdate{*}successful{*}\"\r\n"
    "program scanner kind=spam_verdict\n"
    "  \"score {score:float} of {required:int} for {message_id} from {client_address:ip} in "
    "{queue_id:qid} by "
    "{sender:addr}\"\n"
    "  \"score {*}\"\n"
    "  \"warning: {queue_id}: odd {reason}\"\n"
    "  \"{*}: {queue_id}: odd {reason}\"\n";

static const struct {
    const char *program, *text, *kind;
    enum event_field field;
    const char *want;
} taught[] = {
    { "BDMAILD",
      "VIRUS: sender: a@example.org, recipients: b@example.net;c@example.net, x: 1, threat: "
      "EICAR, action: drop",
      "virus_verdict", FIELD_VIRUS, "EICAR" },
    { "bdmaild", "VIRUS: sender: a@example.org, recipients: b@example.net, threat: EICAR, x",
      "virus_verdict", FIELD_VERDICT, "virus" },
    { "bdlived", "INFO: the Update was successful today", "defs_update", FIELD_OK, "1" },
    { "scanner", "score 12.5 of 5 for 17 from 192.0.2.9 in 4Sxyz12bBCz1234 by <a@example.org>",
      "spam_verdict", FIELD_SCORE, "12.5" },
    { "scanner", "warning: 4Sxyz12bBCz1234: odd day", "spam_verdict", FIELD_REASON, "day" },
    { "scanner", "fatal: 4Sxyz12bBCz1234: odd day", "spam_verdict", FIELD_QUEUE_ID,
      "4Sxyz12bBCz1234" },
    { "scanner", "score high", "spam_verdict", FIELD_SCORE, NULL },
};

START_TEST(taught_lines_are_understood)
{
    char path[32];
    struct fault fault = { .kind = FAULT_NONE };
    struct event event;
    struct line_parser *parser = parse_shapes(shapes_text, sizeof shapes_text - 1, path, &fault);
    ck_assert_msg(parser != NULL, "%s", fault.what);
    ck_assert_int_eq(parse(parser, taught[_i].program, taught[_i].text, &event), LINE_UNDERSTOOD);
    ck_assert_str_eq(event_kind_name(event.kind), taught[_i].kind);
    ck_assert_int_eq(event.service, SERVICE_FILTER);
    ck_assert(event_has(&event, taught[_i].field) == (taught[_i].want != NULL));
    if (taught[_i].want)
        ck_assert_slice(event_get(&event, taught[_i].field), taught[_i].want);
    uint64_t counts[LINE_CLASSES];
    size_t count;
    line_parser_counts(parser, counts);
    ck_assert_uint_eq(counts[LINE_UNDERSTOOD], 1);
    ck_assert_slice(line_parser_shapes(parser, &count)->example, taught[_i].text);
    line_parser_free(parser);
}
END_TEST

START_TEST(taught_programs_keep_their_other_lines)
{
    char path[32];
    struct fault fault = { .kind = FAULT_NONE };
    struct event event;
    struct line_parser *parser = parse_shapes(shapes_text, sizeof shapes_text - 1, path, &fault);
    ck_assert_int_eq(parse(parser, "scanner", "no such text", &event), LINE_UNKNOWN);
    ck_assert_int_eq(parse(parser, "postfix/smtpd", CONNECT, &event), LINE_UNDERSTOOD);
    ck_assert_int_eq(parse(parser, "rspamd", "score high", &event), LINE_UNKNOWN);
    line_parser_free(parser);
}
END_TEST

static const struct {
    const char *text;
    unsigned line;
    const char *words;
} broken[] = {
    { "rubbish\n", 1, "neither `program" },
    { "program\n", 1, "neither `program" },
    { "program \n", 1, "neither `program" },
    { "program x\n", 1, "no kind" },
    { "program x kind=\n", 1, "no kind" },
    { "program x kind=nosuch\n", 1, "no kind" },
    { "# c\n\n\"text\"\n", 3, "needs a line `program" },
    { "program x kind=smtpd_connect\ntext\n", 2, "neither `program" },
    { "program x kind=smtpd_connect\n\"text\n", 2, "in double quotes" },
    { "program x kind=smtpd_connect\n\"\n", 2, "in double quotes" },
    { "program x kind=smtpd_connect\n\"\"\n", 2, "in double quotes" },
    { "program x kind=smtpd_connect\n\"{nosuch}\"\n", 2, "{nosuch}" },
    { "program x kind=smtpd_connect\n\"{client\"\n", 2, "{client" },
    { "program x kind=smtpd_connect\n\"{client:nosuch}\"\n", 2, "{client:nosuch}" },
    { "program x kind=smtpd_connect\n\"{}\"\n", 2, "pattern {}" },
    { "program x kind=smtpd_connect\n\"a {from}{to} b\"\n", 2, "{from}{to}" },
    { "program x kind=smtpd_connect nosuch=1\n\"text\"\n", 2, "pattern text" },
    { "program x kind=smtpd_connect =1\n\"text\"\n", 2, "pattern text" },
    { "program x kind=smtpd_connect ok\n\"text\"\n", 2, "pattern text" },
};

START_TEST(broken_shapes_are_named_by_line)
{
    char path[32];
    struct fault fault = { .kind = FAULT_NONE };
    struct line_parser *parser =
        parse_shapes(broken[_i].text, strlen(broken[_i].text), path, &fault);
    ck_assert_msg(parser == NULL, "row %d is taken", _i);
    ck_assert_int_ne(fault.kind, FAULT_NONE);
    ck_assert_str_eq(fault.where, path);
    ck_assert_uint_eq(fault.line, broken[_i].line);
    ck_assert_msg(strstr(fault.what, broken[_i].words) != NULL, "'%s' lacks %s", fault.what,
                  broken[_i].words);
}
END_TEST

START_TEST(a_shapes_file_must_be_there_and_small)
{
    struct fault fault = { .kind = FAULT_NONE };
    struct line_parser_options options = { NULL, "/nonexistent/shapes" };
    ck_assert_ptr_null(line_parser_new(&options, &fault));
    ck_assert_ptr_nonnull(strstr(fault.what, "cannot be opened"));
    fault = (struct fault){ FAULT_NONE };
    options.shapes_file = "/tmp";
    ck_assert_ptr_null(line_parser_new(&options, &fault));
    fault = (struct fault){ FAULT_NONE };
    options.shapes_file = "/dev/zero";
    ck_assert_ptr_null(line_parser_new(&options, &fault));
    ck_assert_ptr_nonnull(strstr(fault.what, "longer than 1 MB"));
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, programs_are_told_apart, 0, COUNT(programs));
    tcase_add_test(tcase, syslog_name_stands_for_postfix);
    tcase_add_test(tcase, names_without_end_are_bounded);
    tcase_add_test(tcase, cut_lines_say_so);
    tcase_add_test(tcase, markers_and_malformed_lines_have_their_classes);
    tcase_add_test(tcase, nothing_is_left_from_the_line_before);
    tcase_add_test(tcase, unknown_lines_are_listed_by_mask);
    tcase_add_test(tcase, account_is_ordered_by_count);
    tcase_add_test(tcase, unknown_forms_without_end_are_bounded);
    tcase_add_loop_test(tcase, taught_lines_are_understood, 0, COUNT(taught));
    tcase_add_test(tcase, taught_programs_keep_their_other_lines);
    tcase_add_loop_test(tcase, broken_shapes_are_named_by_line, 0, COUNT(broken));
    tcase_add_test(tcase, a_shapes_file_must_be_there_and_small);
}

TEST_MAIN("line_parser", add)
