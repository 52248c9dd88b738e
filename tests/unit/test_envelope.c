#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "parsers/input/envelope.h"
#include "parsers/input/envelope_forms.h"
#include "tests/support/suite.h"

#define T      "connect from mail.example.org[192.0.2.7]"
#define TAGGED "postfix/smtpd[1234]: " T
#define STAMP  "2026-11-22T10:15:01+00:00"

/* text NULL: T. host NULL: "mx1". time NULL: STAMP; "" none. pid -1: 1234. */
static const struct {
    const char *name, *line;
    enum envelope_kind kind;
    const char *time, *host, *program, *text;
    int pid;
} good[] = {
    { "plain", "Nov 22 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3164, NULL, NULL, NULL, NULL, -1 },
    { "day with a blank", "Nov  2 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3164,
      "2026-11-02T10:15:01+00:00", NULL, NULL, NULL, -1 },
    { "day of one digit", "Nov 2 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3164,
      "2026-11-02T10:15:01+00:00", NULL, NULL, NULL, -1 },
    { "day with zero", "Nov 02 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3164, "2026-11-02T10:15:01+00:00",
      NULL, NULL, NULL, -1 },
    { "short-precise", "Nov 22 10:15:01.123456 mx1 " TAGGED, ENVELOPE_RFC3164,
      "2026-11-22T10:15:01.123456+00:00", NULL, NULL, NULL, -1 },
    { "year behind", "Nov 22 10:15:01 2025 mx1 " TAGGED, ENVELOPE_RFC3164,
      "2025-11-22T10:15:01+00:00", NULL, NULL, NULL, -1 },
    { "year inside", "Nov 22 2025 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3164,
      "2025-11-22T10:15:01+00:00", NULL, NULL, NULL, -1 },
    { "year before", "2025 Nov 22 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3164,
      "2025-11-22T10:15:01+00:00", NULL, NULL, NULL, -1 },
    { "weekday", "Sun Nov 22 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3164, NULL, NULL, NULL, NULL, -1 },
    { "zone name", "Nov 22 11:15:01 CET mx1 " TAGGED, ENVELOPE_RFC3164, "2026-11-22T11:15:01+01:00",
      NULL, NULL, NULL, -1 },
    { "zone number", "Nov 22 11:15:01 +0100 mx1 " TAGGED, ENVELOPE_RFC3164,
      "2026-11-22T11:15:01+01:00", NULL, NULL, NULL, -1 },
    { "priority", "<22>Nov 22 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3164, NULL, NULL, NULL, NULL, -1 },
    { "no pid", "Nov 22 10:15:01 mx1 kernel: oops", ENVELOPE_RFC3164, NULL, NULL, "kernel", "oops",
      0 },
    { "no blank behind the tag", "Nov 22 10:15:01 mx1 postfix/smtpd[1234]:" T, ENVELOPE_RFC3164,
      NULL, NULL, NULL, NULL, -1 },
    { "no colon behind the pid", "Nov 22 10:15:01 mx1 postfix/smtpd[1234] " T, ENVELOPE_RFC3164,
      NULL, NULL, NULL, NULL, -1 },
    { "text keeps its blanks", "Nov 22 10:15:01 mx1 a[1]:   b ", ENVELOPE_RFC3164, NULL, NULL, "a",
      "  b ", 1 },
    { "empty text", "Nov 22 10:15:01 mx1 postfix/qmgr[7]:", ENVELOPE_RFC3164, NULL, NULL,
      "postfix/qmgr", "", 7 },
    { "program with dots", "Nov 22 10:15:01 mx1 update.bad.phishing.sites: done", ENVELOPE_RFC3164,
      NULL, NULL, "update.bad.phishing.sites", "done", 0 },
    { "pid that is none", "Nov 22 10:15:01 mx1 spamd[12/3]: x", ENVELOPE_RFC3164, NULL, NULL,
      "spamd", "x", 0 },
    { "pid that is none, in a long line", "Nov 22 10:15:01 mx1 postfix/smtpd[12/345]: " T,
      ENVELOPE_RFC3164, NULL, NULL, NULL, NULL, 0 },
    { "pid with a sign", "Nov 22 10:15:01 mx1 postfix/smtpd[+234]: " T, ENVELOPE_RFC3164, NULL,
      NULL, NULL, NULL, 0 },
    { "pid too large", "Nov 22 10:15:01 mx1 spamd[99999999999]: x", ENVELOPE_RFC3164, NULL, NULL,
      "spamd", "x", 0 },
    { "pid just too large", "Nov 22 10:15:01 mx1 spamd[4294967296]: x", ENVELOPE_RFC3164, NULL,
      NULL, "spamd", "x", 0 },
    { "colon inside the name", "Nov 22 10:15:01 mx1 a:b[5]: x", ENVELOPE_RFC3164, NULL, NULL, "a:b",
      "x", 5 },
    { "no tag", "Nov 22 10:15:01 mx1 something else", ENVELOPE_RFC3164, NULL, NULL, "",
      "something else", 0 },
    { "no host, no tag", "2026-11-22 10:15:01 H=x [192.0.2.7] F=<a@example.org> rejected",
      ENVELOPE_RFC3339, NULL, "", "", "H=x [192.0.2.7] F=<a@example.org> rejected", 0 },
    { "no host (container)", "Nov 22 10:15:01 " TAGGED, ENVELOPE_RFC3164, NULL, "", NULL, NULL,
      -1 },
    { "IPv6 host", "Nov 22 10:15:01 2001:db8::7 " TAGGED, ENVELOPE_RFC3164, NULL, "2001:db8::7",
      NULL, NULL, -1 },
    { "FreeBSD -v", "Nov 22 10:15:01 <mail.info> mx1 " TAGGED, ENVELOPE_RFC3164, NULL, NULL, NULL,
      NULL, -1 },
    { "FreeBSD -vv", "Nov 22 10:15:01 <2.6> mx1 " TAGGED, ENVELOPE_RFC3164, NULL, NULL, NULL, NULL,
      -1 },
    { "level column", "Nov 22 10:15:01 mx1 mail.info " TAGGED, ENVELOPE_RFC3164, NULL, NULL, NULL,
      NULL, -1 },
    { "AIX", "Nov 22 10:15:01 mx1 mail:info " TAGGED, ENVELOPE_RFC3164, NULL, NULL, NULL, NULL,
      -1 },
    { "AIX, forwarded", "Nov 22 10:15:01 Message forwarded from mx1: " TAGGED, ENVELOPE_RFC3164,
      NULL, NULL, NULL, NULL, -1 },
    { "Solaris", "Nov 22 10:15:01 mx1 postfix/smtpd[1234]: [ID 197553 mail.info] " T,
      ENVELOPE_RFC3164, NULL, NULL, NULL, NULL, -1 },
    { "relayed", "Nov 22 10:15:09 loghost Nov 22 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3164, NULL,
      NULL, NULL, NULL, -1 },
    { "relayed by rsyslog", "2025-11-22T10:15:09Z loghost Nov 22 10:15:01 mx1 " TAGGED,
      ENVELOPE_RFC3339, "2025-11-22T10:15:01+00:00", NULL, NULL, NULL, -1 },
    { "relayed over new year", "2026-01-01T00:00:01Z loghost Dec 31 23:59:59 mx1 " TAGGED,
      ENVELOPE_RFC3339, "2025-12-31T23:59:59+00:00", NULL, NULL, NULL, -1 },
    { "relayed host names", "Nov 22 10:15:01 src@mx1/relay " TAGGED, ENVELOPE_RFC3164, NULL, NULL,
      NULL, NULL, -1 },
    { "leap day", "Feb 29 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3164, "2026-03-01T10:15:01+00:00",
      NULL, NULL, NULL, -1 },
    { "leap second", "Nov 22 10:14:60 mx1 " TAGGED, ENVELOPE_RFC3164, "2026-11-22T10:15:00+00:00",
      NULL, NULL, NULL, -1 },

    { "iso", "2026-11-22T10:15:01.123456+01:00 mx1 " TAGGED, ENVELOPE_RFC3339,
      "2026-11-22T10:15:01.123456+01:00", NULL, NULL, NULL, -1 },
    { "iso Z", "2026-11-22T10:15:01Z mx1 " TAGGED, ENVELOPE_RFC3339, NULL, NULL, NULL, NULL, -1 },
    { "iso short zone", "2026-11-22T11:15:01+0100 mx1 " TAGGED, ENVELOPE_RFC3339,
      "2026-11-22T11:15:01+01:00", NULL, NULL, NULL, -1 },
    { "iso blank, comma, no zone", "2026-11-22 10:15:01,5 mx1 " TAGGED, ENVELOPE_RFC3339,
      "2026-11-22T10:15:01.500000+00:00", NULL, NULL, NULL, -1 },
    { "iso nanoseconds", "2026-11-22T10:15:01.123456789Z mx1 " TAGGED, ENVELOPE_RFC3339,
      "2026-11-22T10:15:01.123456+00:00", NULL, NULL, NULL, -1 },
    { "short-full", "Sun 2026-11-22 11:15:01 CET mx1 " TAGGED, ENVELOPE_RFC3339,
      "2026-11-22T11:15:01+01:00", NULL, NULL, NULL, -1 },
    { "short-full, zone without a name", "Sun 2026-11-22 10:15:01 +03 mx1 " TAGGED,
      ENVELOPE_RFC3339, "2026-11-22T10:15:01+03:00", NULL, NULL, NULL, -1 },
    { "short-full UTC", "Sun 2026-11-22 10:15:01 UTC mx1 " TAGGED, ENVELOPE_RFC3339, NULL, NULL,
      NULL, NULL, -1 },
    { "iso with priority", "<22>2026-11-22T10:15:01Z mx1 " TAGGED, ENVELOPE_RFC3339, NULL, NULL,
      NULL, NULL, -1 },
    { "short-unix", "1795342501.123456 mx1 " TAGGED, ENVELOPE_JOURNAL,
      "2026-11-22T10:15:01.123456+00:00", NULL, NULL, NULL, -1 },
    { "short-monotonic", "[ 1234.567890] mx1 " TAGGED, ENVELOPE_JOURNAL, "", NULL, NULL, NULL, -1 },
    { "short-delta", "[ 1234.567890 <    0.000123 >] mx1 " TAGGED, ENVELOPE_JOURNAL, "", NULL, NULL,
      NULL, -1 },
    { "TAI64N", "@400000006b02c0af075bca00 " TAGGED, ENVELOPE_CONTAINER,
      "2026-11-22T10:15:01.123456+00:00", "", NULL, NULL, -1 },
    { "TAI64N, stamp inside", "@400000006b02c0af075bca00 Nov 22 11:15:01 mx1 " TAGGED,
      ENVELOPE_CONTAINER, "2026-11-22T10:15:01.123456+00:00", NULL, NULL, NULL, -1 },

    { "5424, octet counting", "143 <22>1 2026-11-22T10:15:01Z mx1 postfix/smtpd 1234 - - " T,
      ENVELOPE_RFC5424, NULL, NULL, NULL, NULL, -1 },
    { "5424 without priority", "1 2026-11-22T10:15:01Z mx1 postfix/smtpd 1234 - - " T,
      ENVELOPE_RFC5424, NULL, NULL, NULL, NULL, -1 },
    { "5424", "<22>1 2026-11-22T10:15:01Z mx1 postfix/smtpd 1234 - - " T, ENVELOPE_RFC5424, NULL,
      NULL, NULL, NULL, -1 },
    { "5424 with data and mark",
      "<22>1 2026-11-22T10:15:01Z mx1 postfix/smtpd 1234 ID1 [a b=\"c ] \\\" d\"][e] "
      "\xEF\xBB\xBF" T,
      ENVELOPE_RFC5424, NULL, NULL, NULL, NULL, -1 },
    { "5424 nil", "<22>1 - - postfix/smtpd - - - " T, ENVELOPE_RFC5424, "", "", NULL, NULL, 0 },
    { "5424 without text", "<22>1 2026-11-22T10:15:01Z mx1 postfix/smtpd 1234 - -",
      ENVELOPE_RFC5424, NULL, NULL, NULL, "", -1 },

    { "journal json",
      "{\"__CURSOR\":\"s=1\",\"__REALTIME_TIMESTAMP\":\"1795342501000000\",\"_HOSTNAME\":\"mx1\","
      "\"SYSLOG_IDENTIFIER\":\"postfix/smtpd\",\"_PID\":\"9\",\"SYSLOG_PID\":\"1234\","
      "\"_COMM\":\"smtpd\",\"MESSAGE\":\"" T "\"}",
      ENVELOPE_JOURNAL, NULL, NULL, NULL, NULL, -1 },
    { "journal json, bytes",
      "{ \"MESSAGE\" : [99,97,102,233], \"_HOSTNAME\":\"mx1\",\"SYSLOG_IDENTIFIER\":\"x\","
      "\"__REALTIME_TIMESTAMP\":\"1795342501000000\"}",
      ENVELOPE_JOURNAL, NULL, NULL, "x", "caf\xE9", 0 },
    { "journal json, escapes",
      "{\"__REALTIME_TIMESTAMP\":\"1795342501000000\",\"_HOSTNAME\":\"mx1\",\"_COMM\":\"x\","
      "\"MESSAGE\":\"a\\u00e9\\ud83d\\udce7\\t\\\"\\\\\\/\"}",
      ENVELOPE_JOURNAL, NULL, NULL, "x", "a\xC3\xA9\xF0\x9F\x93\xA7\t\"\\/", 0 },
    { "journal json, field twice and nested",
      "{\"__REALTIME_TIMESTAMP\":\"1795342501000000\",\"_HOSTNAME\":[\"mx1\",\"mx2\"],\"_COMM\":"
      "\"x\""
      ",\"o\":{\"a\":[1,{\"}\":\"]\"}]},\"t\":true,\"n\":-1.5e3,\"MESSAGE\":\"m\"}",
      ENVELOPE_JOURNAL, NULL, NULL, "x", "m", 0 },
    { "json of a shipper",
      "{\"@timestamp\":\"2026-11-22T10:15:01Z\",\"host\":\"mx1\",\"program\":\"postfix/smtpd\","
      "\"pid\":1234,\"message\":\"" T "\"}",
      ENVELOPE_CONTAINER, NULL, NULL, NULL, NULL, -1 },
    { "docker",
      "{\"log\":\"Nov 22 10:15:01 mx1 " TAGGED "\\n\",\"stream\":\"stdout\","
      "\"time\":\"2026-11-22T10:15:01.000000000Z\"}",
      ENVELOPE_CONTAINER, NULL, NULL, NULL, NULL, -1 },
    { "docker, bare",
      "{\"log\":\"" TAGGED "\\r\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-22T10:15:01Z\"}",
      ENVELOPE_CONTAINER, NULL, "", NULL, NULL, -1 },
    { "docker, plain text", "{\"log\":\"hello\\n\",\"time\":\"2026-11-22T10:15:01Z\"}",
      ENVELOPE_CONTAINER, NULL, "", "", "hello", 0 },
    { "cri", "2026-11-22T10:15:01.123456789Z stdout F " TAGGED, ENVELOPE_CONTAINER,
      "2026-11-22T10:15:01.123456+00:00", "", NULL, NULL, -1 },
    { "cri with stamp inside", "2026-11-22T10:15:01Z stderr F Nov 22 11:15:01 mx1 " TAGGED,
      ENVELOPE_CONTAINER, NULL, NULL, NULL, NULL, -1 },
    { "cri with zone inside", "2026-11-22T10:15:09Z stdout F 2026-11-22T11:15:01+01:00 mx1 " TAGGED,
      ENVELOPE_CONTAINER, "2026-11-22T11:15:01+01:00", NULL, NULL, NULL, -1 },
    { "docker logs -t", "2026-11-22T10:15:09Z Nov 22 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3339, NULL,
      NULL, NULL, NULL, -1 },
    { "compose", "mail-1  | Nov 22 10:15:01 mx1 " TAGGED, ENVELOPE_CONTAINER, NULL, NULL, NULL,
      NULL, -1 },
    { "compose, coloured", "\x1b[36mmail-1  | \x1b[0mNov 22 10:15:01 mx1 " TAGGED,
      ENVELOPE_CONTAINER, NULL, NULL, NULL, NULL, -1 },
    { "compose, coloured bar", "\x1b[33;1mmail-1  |\x1b[0m Nov 22 10:15:01 mx1 " TAGGED,
      ENVELOPE_CONTAINER, NULL, NULL, NULL, NULL, -1 },
    { "compose, bare", "mail_1 | " TAGGED, ENVELOPE_CONTAINER, "", "", NULL, NULL, -1 },
    { "bracket", "[2026-11-22 10:15:01] " TAGGED, ENVELOPE_CONTAINER, NULL, "", NULL, NULL, -1 },
    { "bare", TAGGED, ENVELOPE_CONTAINER, "", "", NULL, NULL, -1 },
    { "bare, postfix without pid", "postfix/master: daemon started", ENVELOPE_CONTAINER, "", "",
      "postfix/master", "daemon started", 0 },
    { "bdlogd", "11/22/2026 10:15:01 BDMAILD SPAM: sender: a@example.org", ENVELOPE_BDLOG, NULL, "",
      "BDMAILD", "SPAM: sender: a@example.org", 0 },
    { "grep", "mail.log.1.gz:Nov 22 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3164, NULL, NULL, NULL, NULL,
      -1 },
    { "grep -n", "/var/log/mail.log:17:Nov 22 10:15:01 mx1 " TAGGED, ENVELOPE_RFC3164, NULL, NULL,
      NULL, NULL, -1 },
    { "grep -A", "mail.log-20261122-2026-11-22T10:15:01Z mx1 " TAGGED, ENVELOPE_RFC3339, NULL, NULL,
      NULL, NULL, -1 },
};

static struct envelope fresh(const char *format)
{
    struct envelope envelope;
    envelope_init(&envelope, format);
    year_clock_start(&envelope.clock, 2026, INT64_MAX);
    return envelope;
}

/* As fuzzers do: the line in a block of exactly its size. */
static struct slice exact(const char *text)
{
    size_t len = strlen(text);
    char *copy = malloc(len ? len : 1);
    memcpy(copy, text, len);
    return slice_make(copy, len);
}

static void check_row(size_t i, const struct log_line *line)
{
    char out[TIME_TEXT_MAX];
    const char *time = good[i].time ? good[i].time : STAMP;
    struct slice got = civil_format_rfc3339(line->time_us, line->offset_minutes, out);
    ck_assert_msg(slice_is(got, time), "%s: time '%s', want '%s'", good[i].name, out, time);
    ck_assert_msg(line->envelope == good[i].kind, "%s: kind %d", good[i].name, (int)line->envelope);
    ck_assert_msg(!line->malformed && !line->marker && !line->truncated && line->repeats == 1, "%s",
                  good[i].name);
    ck_assert_slice(line->host, good[i].host ? good[i].host : "mx1");
    ck_assert_slice(line->program, good[i].program ? good[i].program : "postfix/smtpd");
    ck_assert_slice(line->text, good[i].text ? good[i].text : T);
    ck_assert_uint_eq(line->pid, good[i].pid < 0 ? 1234u : (unsigned)good[i].pid);
}

START_TEST(every_form_is_read)
{
    struct envelope envelope = fresh(NULL);
    struct slice raw = exact(good[_i].line);
    struct log_line line;
    ck_assert(envelope_parse(&envelope, raw, &line));
    check_row((size_t)_i, &line);
    ck_assert_slice(line.raw, good[_i].line);
    /* Again: now what was remembered is compared. */
    ck_assert(envelope_parse(&envelope, raw, &line));
    check_row((size_t)_i, &line);
    free((void *)(uintptr_t)raw.at);
    envelope_release(&envelope);
}
END_TEST

START_TEST(forms_may_change_from_line_to_line)
{
    struct envelope envelope = fresh(NULL);
    struct log_line line;
    for (size_t i = 0; i < COUNT(good); i++) {
        ck_assert(envelope_parse(&envelope, slice_of(good[i].line), &line));
        if (good[i].time && slice_starts(slice_of(good[i].time), "2025"))
            continue; /* moves the clock's year */
        year_clock_start(&envelope.clock, 2026, INT64_MAX);
        envelope.memory = (struct envelope_memory){ .head_len = 0 };
        ck_assert(envelope_parse(&envelope, slice_of(good[i].line), &line));
        check_row(i, &line);
    }
    envelope_release(&envelope);
}
END_TEST

static const char *const broken[] = {
    "1 - mx1 postfix/smtpd 1234 - - " T,
    "1 2026-11-22T10:15:01Z mx1 - 1234 - - " T,
    "@400000006b02c0af075bca0g " TAGGED,
    "@400000006b02c0af3b9aca00 " TAGGED,
    "@3fffffffffffffff075bca00 " TAGGED,
    "hello world",
    "Nov",
    "Nov 22",
    "Nov 22 10:15",
    "Nov 22 10:15:01",
    "Nov 22 10:15:01 ",
    "Nov 32 10:15:01 mx1 " TAGGED,
    "Nov 0 10:15:01 mx1 " TAGGED,
    "Feb 30 10:15:01 mx1 " TAGGED,
    "Nov 22 24:15:01 mx1 " TAGGED,
    "Nov 22 10:60:01 mx1 " TAGGED,
    "Nov 22 10:15:61 mx1 " TAGGED,
    "Nov 22 1:15:01 mx1 " TAGGED,
    "Nov 22 10:15:01mx1 " TAGGED,
    "Nov22 10:15:01 mx1 " TAGGED,
    "nov 22 10:15:01 mx1 " TAGGED,
    "Nvo 22 10:15:01 mx1 " TAGGED,
    "Nov 222 10:15:01 mx1 " TAGGED,
    "2026-11-22T10:15:01",
    "2026-11-22T10:15:01Z",
    "2026-11-22T10:15 mx1 " TAGGED,
    "2026-13-22T10:15:01Z mx1 " TAGGED,
    "2026-11-22T10:15:01Zmx1 " TAGGED,
    "2026-11-22T10:15:01+9 mx1 " TAGGED,
    "2026-11-22T10:15:01. mx1 " TAGGED,
    "2026-11-22T10:15:01.Z mx1 " TAGGED,
    "Nov 22 10:15:01. mx1 " TAGGED,
    "<22>",
    "<22>1",
    "<22>1 2026-11-22T10:15:01Z mx1",
    "<22>1 2026-11-22T10:15:01Z mx1 p 1 -",
    "<22>1 2026-11-22T10:15:01Z mx1 p 1 - [x y=\"z",
    "<22>1 2026-11-22T10:15:01Z mx1 p 1 - x",
    "<22>1 yesterday mx1 p 1 - - x",
    "<22>2 2026-11-22T10:15:01Z mx1 p 1 - - x",
    "<2222>Nov 22 10:15:01 mx1 " TAGGED,
    "{",
    "{}",
    "{\"a\":1}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"MESSAGE\"",
    "{\"message\":\"x\"} y",
    "{\"message\":\"x\",}",
    "{\"message\" \"x\"}",
    "[\"message\"]",
    "11/22/2026 10:15:01",
    "11/22/2026 10:15:01 BDMAILD",
    "11/22/2026 10:15:01 BDMAILD no level",
    "22/11/2026 10:15:01 BDMAILD INFO: x",
    "11/22/26 10:15:01 BDMAILD INFO: x",
    "1795342501 mx1 " TAGGED,
    "1.5 mx1 " TAGGED,
    "[1234] mx1 " TAGGED,
    "[2026-11-22 10:15:01 " TAGGED,
    "smtpd[x]: " T,
    "smtpd: " T,
    "[]: x",
    ": x",
    "mail | hello",
    "mail.log:hello",
    "mail.log 17:Nov 22 10:15:01 mx1 " TAGGED,
    "\tcontinued",
    "\xff\xfe\xfd",
};

START_TEST(broken_lines_are_malformed_and_kept)
{
    struct envelope envelope = fresh(NULL);
    for (int pass = 0; pass < 2; pass++) {
        struct slice raw = exact(broken[_i]);
        struct log_line line;
        ck_assert(envelope_parse(&envelope, raw, &line));
        ck_assert_msg(line.malformed && !line.marker, "'%s' is not malformed: %d '%.*s'",
                      broken[_i], (int)line.envelope, SLICE_FMT(line.text));
        ck_assert_int_eq(line.envelope, ENVELOPE_NONE);
        ck_assert_slice(line.text, broken[_i]);
        ck_assert(line.time_us == TIME_NONE && line.pid == 0 && line.host.len == 0);
        free((void *)(uintptr_t)raw.at);
        /* Once more, while another form is remembered. */
        envelope_parse(&envelope, slice_of("Nov 22 10:15:01 mx1 " TAGGED), &line);
    }
    envelope_release(&envelope);
}
END_TEST

START_TEST(prefixes_of_good_lines_are_safe)
{
    for (size_t len = 0; len <= strlen(good[_i].line); len++) {
        struct envelope envelope = fresh(NULL);
        struct log_line line;
        char *copy = malloc(len + 1);
        memcpy(copy, good[_i].line, len);
        struct slice raw = slice_make(realloc(copy, len ? len : 1), len);
        envelope_parse(&envelope, slice_of(good[_i].line), &line);
        envelope_parse(&envelope, raw, &line);
        free((void *)(uintptr_t)raw.at);
        envelope_release(&envelope);
    }
}
END_TEST

static const char *const markers[] = {
    "",
    "--",
    "-- MARK --",
    "Nov 22 10:15:01 mx1 -- MARK --",
    "-- Journal begins at Sun 2026-11-01 00:00:00 UTC, ends at Sun 2026-11-22 10:15:01 UTC. --",
    "-- Logs begin at Sun 2026-11-01 00:00:00 UTC. --",
    "-- Boot 0123456789abcdef0123456789abcdef --",
    "-- Reboot --",
    "-- No entries --",
    "--- more",
    "==> /var/log/mail.log <==",
    "Nov 22 10:15:01 mx1 last message repeated 3 times",
    "Nov 22 10:15:01 mx1 syslogd 1.5.0: restart.",
};

START_TEST(remarks_of_the_logger_are_markers)
{
    struct envelope envelope = fresh(NULL);
    struct log_line line;
    ck_assert(envelope_parse(&envelope, slice_of(markers[_i]), &line));
    ck_assert_msg(line.marker && !line.malformed, "'%s'", markers[_i]);
    envelope_release(&envelope);
}
END_TEST

static const struct {
    const char *line;
    uint32_t repeats, of_last;
    const char *text;
    bool truncated;
} repeats[] = {
    { "Nov 22 10:15:01 mx1 a[1]: message repeated 3 times: [ x [y] z]", 3, 0, "x [y] z", false },
    { "Nov 22 10:15:01 mx1 a[1]: message repeated 2 times: [x]", 2, 0, "x", false },
    { "Nov 22 10:15:01 mx1 a[1]: message repeated 3 times: [ x", 3, 0, "x", true },
    { "Nov 22 10:15:01 mx1 a[1]: message repeated 1 time: [ x]", 1, 0, "x", false },
    { "Nov 22 10:15:01 mx1 a[1]: message repeated 0 times: [ x]", 1, 0,
      "message repeated 0 times: [ x]", false },
    { "Nov 22 10:15:01 mx1 a[1]: message repeated 99999999999 times: [ x]", 1, 0,
      "message repeated 99999999999 times: [ x]", false },
    { "Nov 22 10:15:01 mx1 a[1]: message repeated times: [ x]", 1, 0,
      "message repeated times: [ x]", false },
    { "Nov 22 10:15:01 mx1 a[1]: message repeated 3 times", 1, 0, "message repeated 3 times",
      false },
    { "Nov 22 10:15:01 mx1 last message repeated 3 times", 1, 3, "last message repeated 3 times",
      false },
    { "Nov 22 10:15:01 last message repeated 2 times", 1, 2, "last message repeated 2 times",
      false },
    { "Nov 22 10:15:01 mx1 last message repeated once", 1, 0, "last message repeated once", false },
    { "Nov 22 10:15:01 mx1 above message repeats 4 times", 1, 4, "above message repeats 4 times",
      false },
    { "Nov 22 10:15:01 mx1 --- last message repeated 1 time ---", 1, 1,
      "--- last message repeated 1 time ---", false },
    { "Nov 22 10:15:01 mx1 syslogd: last message repeated 3 times", 1, 3,
      "last message repeated 3 times", false },
    { "Nov 22 10:15:01 mx1 a[1]: last message repeated 3 times", 1, 0,
      "last message repeated 3 times", false },
};

START_TEST(repeat_markers_tell_their_count)
{
    struct envelope envelope = fresh(NULL);
    struct log_line line;
    ck_assert(envelope_parse(&envelope, slice_of(repeats[_i].line), &line));
    ck_assert_uint_eq(line.repeats, repeats[_i].repeats);
    ck_assert_uint_eq(envelope.repeat_of_last, repeats[_i].of_last);
    ck_assert_slice(line.text, repeats[_i].text);
    ck_assert_int_eq(line.truncated, repeats[_i].truncated);
    envelope_release(&envelope);
}
END_TEST

START_TEST(the_samples_of_the_table_are_of_their_form)
{
    size_t count, names_count;
    const struct envelope_form *forms = envelope_forms(&count);
    const char *const *names = envelope_format_names(&names_count);
    ck_assert_uint_eq(names_count, count + 1);
    ck_assert_str_eq(names[count], "export");
    ck_assert_ptr_null(envelope_format_sample("export"));
    for (size_t i = 0; i < count; i++) {
        struct envelope envelope = fresh(NULL), forced = fresh(names[i]);
        struct log_line line;
        ck_assert_str_eq(names[i], forms[i].name);
        ck_assert_str_eq(envelope_format_sample(names[i]), forms[i].sample);
        ck_assert(envelope_parse(&envelope, slice_of(forms[i].sample), &line));
        ck_assert(!line.malformed);
        ck_assert_msg(envelope.form == i, "%s is read as %s", names[i], forms[envelope.form].name);
        ck_assert(envelope_parse(&forced, slice_of(forms[i].sample), &line));
        ck_assert(!line.malformed);
        ck_assert(envelope_parse(&forced, slice_of(forms[(i + 1) % count].sample), &line));
        ck_assert_msg(line.malformed, "%s reads %s", names[i], forms[(i + 1) % count].name);
        envelope_release(&envelope);
        envelope_release(&forced);
    }
}
END_TEST

/* What is compared instead of parsed must give what parsing gives. */
START_TEST(the_short_way_equals_the_long_way)
{
    static const char *const hosts[] = { "mx1", "mx12", "m", "a-very-long-host-name.example.com" };
    static const char *const stamps[][2] = {
        { "Nov 22 10:15:", "" },
        { "Nov 22 10:16:", "" },
        { "2026-11-22T10:15:", "+01:00" },
        { "2026-11-22T10:16:", "+01:00" },
        { "2026-11-22T10:15:", ".123456+01:00" },
        { "2026-11-22T10:15:", ".98765\x3a+01:00" },
        { "2026-11-22T10:15:", ".5Z" },
        { "2026-11-22T10:15:", ",678Z" },
        { "2026-11-22T10:15:", ".6789-05:00" },
        { "2026-11-22T10:15:", ".000001Z" },
        { "2026-11-22T10:15:", ".1234567Z" },
        { "2026-11-22T10:15:", ".123456789Z" },
        { "2026-11-22T10:15:", "." },
        { "Nov 22 10:15:", " 2025" },
        { "Nov 22 10:15:", ".25" },
        { "Nov 22 10:15:", " CET" },
    };
    static const char *const tails[] = {
        "postfix/smtpd[1]: x",
        "mail.info a[2]: y",
        "no tag at all",
        "a: [ID 1 mail.info] z",
        "-- MARK --",
        "",
        "postfix/smtpd[1]: connect from unknown[192.0.2.1]",
        "postfix/smtpd[1234567]: connect from unknown[192.0.2.1]",
        "postfix/smtpd[12345678]: connect from unknown[192.0.2.1]",
        "postfix/smtpd[0]: connect from unknown[192.0.2.1]",
        "postfix/smtpd[]: connect from unknown[192.0.2.1]",
        "postfix/smtpd[12x]: connect from unknown[192.0.2.1]",
        "postfix/smtpd[12]:connect from unknown[192.0.2.1]",
        "postfix/smtpd[12] connect from unknown[192.0.2.1]",
        "postfix/smtpd[12\xb1]: connect from unknown[192.0.2.1]",
        "postfix/smtpd: connect from unknown[192.0.2.1]",
        "postfix/smtpd [12]: connect from unknown[192.0.2.1]",
        "[12]: connect from unknown[192.0.2.1], and away",
        "postfix/sixteens[12]: connect from unknown[192.0.2.1]",
        "postfix/seventeen[12]: connect from unknown[192.0.2.1]",
        "postfix/submission/smtpd[12]: connect from unknown[192.0.2.1]",
        "postfix/thirty-one-bytes-of-it-[12]: connect from unknown[192.0.2.1]",
        "postfix/thirty-two-bytes-of-it--[12]: connect from unknown[192.0.2.1]",
        "postfix/submission smtpd[12]: connect from unknown[192.0.2.1]",
        "postfix/submission/smtpd[12]: x",
        "a:b[12]: connect from unknown[192.0.2.1], and away",
        "postfix/smtpd[12]: [ID 197553 mail.info] connect from x",
        "postfix/smtpd[12]: message repeated 3 times: [ connect from x]",
        "postfix/smtpd[12]: last message repeated 3 times",
        "syslogd[12]: last message repeated 3 times",
        "syslogd[12]: lost it",
        "postfix/smtpd[12]: lost connection after RCPT from unknown[192.0.2.1]",
        "postfix/smtpd[12]: connect from unknown[192.0.2.1]\r",
    };
    struct envelope quick = fresh(NULL);
    uint32_t seed = 7;
    const char *const *stamp = stamps[0], *host = hosts[0];
    for (int round = 0; round < 100000; round++) {
        char text[200];
        seed = seed * 1664525 + 1013904223;
        if ((seed >> 12 & 7) == 0) { /* most lines begin like the one before, as in a log */
            stamp = stamps[(seed >> 26) % COUNT(stamps)];
            host = hosts[seed >> 16 & 3];
        }
        snprintf(text, sizeof text, "%s%02u%s %s %s", stamp[0], seed >> 8 & 63, stamp[1], host,
                 tails[(seed >> 20) % COUNT(tails)]);
        struct envelope slow = fresh(NULL);
        struct log_line a = { .pid = 0 }, b = { .pid = 0 };
        year_clock_start(&quick.clock, 2026, INT64_MAX);
        envelope_parse(&quick, slice_of(text), &a);
        envelope_parse(&slow, slice_of(text), &b);
        ck_assert_msg(a.time_us == b.time_us, "%s", text);
        ck_assert(a.offset_minutes == b.offset_minutes && a.envelope == b.envelope);
        ck_assert(slice_equal(a.host, b.host) && slice_equal(a.program, b.program));
        ck_assert(slice_equal(a.text, b.text) && a.pid == b.pid && a.malformed == b.malformed);
        ck_assert(a.marker == b.marker && a.repeats == b.repeats && a.truncated == b.truncated);
        ck_assert(quick.repeat_of_last == slow.repeat_of_last);
        envelope_release(&slow);
    }
    envelope_release(&quick);
}
END_TEST

START_TEST(parts_of_container_lines_are_joined)
{
    struct envelope envelope = fresh(NULL);
    struct log_line line;
    ck_assert(!envelope_parse(
        &envelope, slice_of("2026-11-22T10:15:01Z stdout P Nov 22 10:15:01 mx1 a[1]: be"), &line));
    ck_assert(!envelope_parse(&envelope, slice_of("2026-11-22T10:15:01Z stdout P gin"), &line));
    ck_assert(envelope_parse(&envelope, slice_of("2026-11-22T10:15:01Z stdout F ning"), &line));
    ck_assert_slice(line.text, "beginning");
    ck_assert_slice(line.program, "a");
    ck_assert(envelope_parse(&envelope, slice_of("2026-11-22T10:15:01Z stdout F b[2]: x"), &line));
    ck_assert_slice(line.text, "x");
    ck_assert(!envelope_flush(&envelope, slice_of(""), &line));
    ck_assert(!envelope_parse(&envelope, slice_of("2026-11-22T10:15:01Z stdout P c[3]: y"), &line));
    ck_assert(envelope_flush(&envelope, slice_of(""), &line));
    ck_assert_slice(line.program, "c");
    ck_assert(line.truncated);
    envelope_release(&envelope);
}
END_TEST

START_TEST(cut_lines_are_flagged)
{
    char text[9000];
    static const struct {
        size_t text_len;
        bool truncated;
    } lengths[] = { { 900, false }, { 1999, false }, { 2000, true },
                    { 2009, true }, { 2010, false }, { 8192 - 39, true } };
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct envelope envelope = fresh(NULL);
        struct log_line line;
        int head = snprintf(text, sizeof text, "Nov 22 10:15:01 mx1 postfix/smtpd[12]: ");
        ck_assert_int_eq(head, 39);
        memset(text + head, 'x', lengths[i].text_len);
        envelope_parse(&envelope, slice_make(text, (size_t)head + lengths[i].text_len), &line);
        ck_assert_msg(line.truncated == lengths[i].truncated, "%zu", lengths[i].text_len);
        envelope_release(&envelope);
    }
}
END_TEST

START_TEST(a_cut_json_record_keeps_its_beginning)
{
    struct envelope envelope = fresh(NULL);
    struct log_line line;
    ck_assert(envelope_parse(&envelope,
                             slice_of("{\"__REALTIME_TIMESTAMP\":\"1795342501000000\",\"_COMM\":"
                                      "\"a\",\"MESSAGE\":\"beginn"),
                             &line));
    ck_assert(line.truncated && !line.malformed);
    ck_assert_slice(line.text, "beginn");
    ck_assert(envelope_parse(&envelope,
                             slice_of("{\"__REALTIME_TIMESTAMP\":\"1795342501000000\",\"_COMM\":"
                                      "\"a\",\"MESSAGE\":null}"),
                             &line));
    ck_assert(line.truncated && !line.malformed);
    ck_assert_slice(line.text, "");
    envelope_release(&envelope);
}
END_TEST

static void add(TCase *tcase)
{
    setenv("TZ", "UTC", 1);
    tzset();
    tcase_add_loop_test(tcase, every_form_is_read, 0, COUNT(good));
    tcase_add_test(tcase, forms_may_change_from_line_to_line);
    tcase_add_loop_test(tcase, broken_lines_are_malformed_and_kept, 0, COUNT(broken));
    tcase_add_loop_test(tcase, prefixes_of_good_lines_are_safe, 0, COUNT(good));
    tcase_add_loop_test(tcase, remarks_of_the_logger_are_markers, 0, COUNT(markers));
    tcase_add_loop_test(tcase, repeat_markers_tell_their_count, 0, COUNT(repeats));
    tcase_add_test(tcase, the_samples_of_the_table_are_of_their_form);
    tcase_add_test(tcase, the_short_way_equals_the_long_way);
    tcase_add_test(tcase, parts_of_container_lines_are_joined);
    tcase_add_test(tcase, cut_lines_are_flagged);
    tcase_add_test(tcase, a_cut_json_record_keeps_its_beginning);
}

TEST_MAIN("envelope", add)
