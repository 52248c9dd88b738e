/* Lines of the other programs around a mail server: mimedefang, dspam, bogofilter, postsrsd,
 * fetchmail, procmail and maildrop; and the logger's own repeat markers. */
#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/shape_tables.h"

#define NOTE(pattern, sample)                                                                      \
    {                                                                                              \
        EVENT_DAEMON_NOTE, pattern, sample, NULL, 0                                                \
    }
#define WARN(pattern, sample)                                                                      \
    {                                                                                              \
        EVENT_DAEMON_WARNING, pattern, sample, NULL, 0                                             \
    }

/* clang-format off */
static const struct line_shape mimedefang[] = {
    { EVENT_MIMEDEFANG, "MDLOG,{queue_id:word_comma},spam,{score:float},{client_address},<{sender:address}>,<{recipient:address}>,{*}",
      "MDLOG,4jY4Wd0VKsz39,spam,7.9,192.0.2.9,<a@example.org>,<b@example.com>,offer%2c now", "action=spam,verdict=spam", 0 },
    { EVENT_MIMEDEFANG, "MDLOG,{queue_id:word_comma},virus,{virus},{client_address},<{sender:address}>,<{recipient:address}>,{*}",
      "MDLOG,4jY4Wd0VKsz39,virus,Eicar-Test,192.0.2.9,<a@example.org>,<b@example.com>,x", "action=virus,verdict=virus", 0 },
    { EVENT_MIMEDEFANG, "MDLOG,{queue_id:word_comma},{action},{text},<{sender:address}>,<{recipient:address}>,{*}",
      "MDLOG,4jY4Wd0VKsz39,mail_in,,,<a@example.org>,<b@example.com>,x", NULL, 0 },
    { EVENT_MIMEDEFANG, "{queue_id}: Filter time is {*}ms", "4jY4Wd0VKsz39: Filter time is 120ms", "action=time", 0 },
    NOTE("{queue_id}: {text}", "4jY4Wd0VKsz39: relay: mail.example.org"),
    NOTE("{text}", "started; minSlaves=2, maxSlaves=10, maxRequests=200, maxIdleTime=300, busyTimeout=120, clientTimeout=10"),
};

static const struct line_shape dspam[] = {
    { EVENT_SPAM_VERDICT, "spam detected from {client_address}", "spam detected from 192.0.2.9", "verdict=spam", 0 },
    { EVENT_SPAM_VERDICT, "innocent message from {client_address}", "innocent message from 192.0.2.7", "verdict=ham", 0 },
    NOTE("{text}", "Daemon process starting"),
};

static const struct line_shape bogofilter[] = {
    { EVENT_SPAM_VERDICT, "X-Bogosity: Spam{text}", "X-Bogosity: Spam, tests=bogofilter, spamicity=0.999999, version=1.2.5", "verdict=spam", 0 },
    { EVENT_SPAM_VERDICT, "X-Bogosity: Ham{text}", "X-Bogosity: Ham, tests=bogofilter, spamicity=0.000001, version=1.2.5", "verdict=ham", 0 },
    { EVENT_SPAM_VERDICT, "X-Bogosity: Unsure{text}", "X-Bogosity: Unsure, tests=bogofilter, spamicity=0.5, version=1.2.5", "verdict=skip", 0 },
    NOTE("{text}", "register-s, 100 words, 1 messages"),
};

static const struct line_shape srs[] = {
    { EVENT_SRS_REWRITE, "srs_forward: <{sender:address}> rewritten as <{to}>", "srs_forward: <a@example.org> rewritten as <SRS0=abcd=AB=example.org=a@example.com>", "action=forward", 0 },
    { EVENT_SRS_REWRITE, "srs_reverse: <{sender:address}> rewritten as <{to}>", "srs_reverse: <SRS0=abcd=AB=example.org=a@example.com> rewritten as <a@example.org>", "action=reverse", 0 },
    { EVENT_SRS_REWRITE, "srs_{action:word} <{sender:address}> not rewritten: {reason}", "srs_forward: <a@example.org> not rewritten: No at sign in sender address", NULL, 0 },
    { EVENT_SRS_REWRITE, "srs_{action:word} {text}", "srs_reverse: x", NULL, 0 },
    { EVENT_SRS_REWRITE, "<{sender:address}> forwarded as <{to}>", "<a@example.org> forwarded as <SRS0=abcd=AB=example.org=a@example.com>", "action=forward", 0 },
    { EVENT_SRS_REWRITE, "<{sender:address}> reversed to <{to}>", "<SRS0=abcd=AB=example.org=a@example.com> reversed to <a@example.org>", "action=reverse", 0 },
    { EVENT_SRS_REWRITE, "<{sender:address}> {reason}", "<a@example.org> not forwarded: x", NULL, 0 },
    WARN("warning: {reason}", "warning: no domain"),
    WARN("warn: {reason}", "warn: seccomp sandbox is unavailable"),
    NOTE("debug: {text}", "debug: inotify: watching '/etc/postsrsd.conf' [wd=3]"),
    WARN("error: {reason}", "error: no domain"),
    NOTE("{what} domain{text}", "Using 1 domains"),
    { EVENT_SRS_REWRITE, "{queue_id}: <{sender:address}> forwarded as <{to}>", "4jY4Wd0VKsz39: <a@example.org> forwarded as <SRS0=abcd=AB=example.org=a@example.com>", "action=forward", 0 },
    { EVENT_SRS_REWRITE, "{queue_id}: <{sender:address}> reversed to <{to}>", "4jY4Wd0VKsz39: <SRS0=abcd=AB=example.org=a@example.com> reversed to <a@example.org>", "action=reverse", 0 },
    { EVENT_SRS_REWRITE, "{queue_id}: <{sender:address}> {reason}", "4jY4Wd0VKsz39: <a@example.org> not rewritten: database error", NULL, 0 },
    NOTE("file change detected, reloading configuration.", "file change detected, reloading configuration."),
    NOTE("inotify: watch event [wd={*}, mask={*}, name=NULL]", "inotify: watch event [wd=3, mask=3, name=NULL]"),
    NOTE("Signal {*} received, reloading configuration.", "Signal 3 received, reloading configuration."),
    NOTE("inotify: watch event [wd={*}, mask={*}, name=\"{*}\"]", "inotify: watch event [wd=3, mask=3, name=\"x\"]"),
    NOTE("{queue_id}: MTA aborted transaction", "4jY4Wd0VKsz39: MTA aborted transaction"),
    NOTE("inotify: removing entries for [wd={*}]", "inotify: removing entries for [wd=3]"),
    NOTE("Signal {*} received. shutting down.", "Signal 3 received. shutting down."),
    NOTE("inotify: directory event for '{*}'", "inotify: directory event for 'x'"),
    NOTE("inotify: watching '{*}' [wd={*}]", "inotify: watching 'x' [wd=3]"),
};

static const struct line_shape fetchmail[] = {
    { EVENT_POP_FETCH, "reading message {*}:{count:int} of {*}", "reading message anna@pop.example.net:3 of 7 (3027 octets) flushed", NULL, 0 },
    NOTE("starting fetchmail {text}", "starting fetchmail 6.4.37 daemon"),
    NOTE("awakened {text}", "awakened at Sun Nov 22 10:00:00 2026"),
    NOTE("sleeping {text}", "sleeping at Sun Nov 22 10:00:00 2026 for 300 seconds"),
    NOTE("{count:int} message{text}", "7 messages for anna at pop.example.net (21000 octets)."),
    NOTE("{text}", "Query status=2 (SOCKET)"),
};

static const struct line_shape repeat[] = {
    { EVENT_REPEAT, "last message repeated {count:int} times{*}", "last message repeated 3 times", NULL, 0 },
    { EVENT_REPEAT, "message repeated {count:int} times: [ {text}", "message repeated 2 times: [ 4jY4Wd0VKsz39: removed]", NULL, 0 },
    { EVENT_REPEAT, "above message repeats {count:int} times{*}", "above message repeats 3 times", NULL, 0 },
    { EVENT_FOREIGN, "{text}", "-- MARK --", NULL, 0 },
};
/* clang-format on */

const struct shape_table mimedefang_shapes = { "mimedefang_shapes", SERVICE_FILTER, mimedefang,
                                               COUNT(mimedefang) };
const struct shape_table dspam_shapes = { "dspam_shapes", SERVICE_FILTER, dspam, COUNT(dspam) };
const struct shape_table bogofilter_shapes = { "bogofilter_shapes", SERVICE_FILTER, bogofilter,
                                               COUNT(bogofilter) };
const struct shape_table srs_shapes = { "srs_shapes", SERVICE_FILTER, srs, COUNT(srs) };
const struct shape_table fetchmail_shapes = { "fetchmail_shapes", SERVICE_FILTER, fetchmail,
                                              COUNT(fetchmail) };
const struct shape_table repeat_shapes = { "repeat_shapes", SERVICE_NONE, repeat, COUNT(repeat) };
