/* Lines of the other programs around a mail server: mimedefang, dspam, bogofilter, postsrsd,
 * fetchmail, procmail and maildrop; and the logger's own repeat markers. */
#include "base/xalloc.h"
#include "parsers/lines/daemon_rows.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/shape_tables.h"

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
    NOTE("postsrsd: {text}", "postsrsd: warn: seccomp sandbox is unavailable"),
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
    WARN("POSTSRSD_FAKETIME={*} overrides system clock. DO NOT USE IN PRODUCTION!", "POSTSRSD_FAKETIME=x overrides system clock. DO NOT USE IN PRODUCTION!"),
    WARN("{queue_id}: MTA exceeded the recipient limit per mail transaction", "4jY4Wd0VKsz39: MTA exceeded the recipient limit per mail transaction"),
    WARN("{queue_id}: MTA initiated unexpected milter option negotiation", "4jY4Wd0VKsz39: MTA initiated unexpected milter option negotiation"),
    WARN("child process {*} was terminated due to a sandbox violation", "child process 3 was terminated due to a sandbox violation"),
    WARN("{queue_id}: MTA sent unexpected milter MAIL command", "4jY4Wd0VKsz39: MTA sent unexpected milter MAIL command"),
    WARN("{queue_id}: MTA sent unexpected milter RCPT command", "4jY4Wd0VKsz39: MTA sent unexpected milter RCPT command"),
    WARN("{queue_id}: MTA sent oversized milter MAIL command", "4jY4Wd0VKsz39: MTA sent oversized milter MAIL command"),
    WARN("{queue_id}: MTA sent malformed milter MAIL command", "4jY4Wd0VKsz39: MTA sent malformed milter MAIL command"),
    WARN("{queue_id}: MTA sent oversized milter RCPT command", "4jY4Wd0VKsz39: MTA sent oversized milter RCPT command"),
    WARN("{queue_id}: MTA sent unexpected milter EOM command", "4jY4Wd0VKsz39: MTA sent unexpected milter EOM command"),
    WARN("trying to reload configuration after unsafe update", "trying to reload configuration after unsafe update"),
    WARN("failed to enable sandboxing for worker processes", "failed to enable sandboxing for worker processes"),
    WARN("{queue_id}: MTA sent empty milter MAIL command", "4jY4Wd0VKsz39: MTA sent empty milter MAIL command"),
    WARN("{queue_id}: MTA sent unexpected milter command", "4jY4Wd0VKsz39: MTA sent unexpected milter command"),
    WARN("failed to allocate database connection handle", "failed to allocate database connection handle"),
    WARN("invalid socketmap query, closing connection", "invalid socketmap query, closing connection"),
    WARN("inotify API is not supported on this system", "inotify API is not supported on this system"),
    WARN("Worker process was terminated with signal {*}", "Worker process was terminated with signal 3"),
    WARN("MTA does not support CHGFROM milter action", "MTA does not support CHGFROM milter action"),
    WARN("MTA does not support ADDRCPT milter action", "MTA does not support ADDRCPT milter action"),
    WARN("MTA does not support DELRCPT milter action", "MTA does not support DELRCPT milter action"),
    WARN("failed to prepare sqlite expire statement", "failed to prepare sqlite expire statement"),
    WARN("failed to allocate endpoint socket handle", "failed to allocate endpoint socket handle"),
    WARN("failed to make socket connection blocking", "failed to make socket connection blocking"),
    WARN("configuration error, rolling back changes", "configuration error, rolling back changes"),
    WARN("failed to prepare sqlite write statement", "failed to prepare sqlite write statement"),
    WARN("expected ':' separator in socket address", "expected ':' separator in socket address"),
    WARN("child process {*} was terminated by signal {*}", "child process 3 was terminated by signal 3"),
    WARN("failed to prepare sqlite read statement", "failed to prepare sqlite read statement"),
    WARN("child process {*} exited with status code {*}", "child process 3 exited with status code 3"),
    WARN("hash-minimum ({*}) exceeds hash-length ({*})", "hash-minimum (3) exceeds hash-length (3)"),
    WARN("unknown or invalid unprivileged user: {*}", "unknown or invalid unprivileged user: x"),
    WARN("expected closing ']' in socket address", "expected closing ']' in socket address"),
    WARN("chroot is not supported on this system", "chroot is not supported on this system"),
    WARN("{queue_id}: no sender envelope address", "4jY4Wd0VKsz39: no sender envelope address"),
    WARN("failed to connect to redis instance: {*}", "failed to connect to redis instance: x"),
    WARN("file path for unix socket is too long", "file path for unix socket is too long"),
    WARN("expected portnumber in socket address", "expected portnumber in socket address"),
    WARN("failed to activate seccomp sandboxing", "failed to activate seccomp sandboxing"),
    WARN("POSTSRSD_FAKETIME must be an integer", "POSTSRSD_FAKETIME must be an integer"),
    WARN("expected file path for unix socket", "expected file path for unix socket"),
    WARN("{queue_id}: no recipient address", "4jY4Wd0VKsz39: no recipient address"),
    WARN("malformed configuration file '{*}'", "malformed configuration file 'x'"),
    WARN("failed to allocate redis handle", "failed to allocate redis handle"),
    WARN("{queue_id}: invalid recipient: {*}", "4jY4Wd0VKsz39: invalid recipient: x"),
    WARN("invalid key in socketmap query", "invalid key in socketmap query"),
    WARN("seccomp sandbox is unavailable", "seccomp sandbox is unavailable"),
    WARN("failed to setup inotify watch", "failed to setup inotify watch"),
    WARN("NOTIFY_SOCKET path is too big", "NOTIFY_SOCKET path is too big"),
    WARN("failed to create endpoint '{*}'", "failed to create endpoint 'x'"),
    WARN("not database uri configured", "not database uri configured"),
    WARN("redis connection failure: {*}", "redis connection failure: x"),
    WARN("socketmap query is too big", "socketmap query is too big"),
    WARN("cannot read secrets from {*}", "cannot read secrets from x"),
    WARN("too many endpoint sockets", "too many endpoint sockets"),
    WARN("need at least one secret", "need at least one secret"),
    WARN("cannot open {*} for writing", "cannot open x for writing"),
    WARN("connection limit reached", "connection limit reached"),
    WARN("failed to connect to '{*}'", "failed to connect to 'x'"),
    WARN("invalid database uri '{*}'", "invalid database uri 'x'"),
    WARN("unsupported database '{*}'", "unsupported database 'x'"),
    WARN("unsupported endpoint '{*}'", "unsupported endpoint 'x'"),
    WARN("socket dispatch error", "socket dispatch error"),
    WARN("sqlite write error: {*}", "sqlite write error: x"),
    WARN("sqlite read error: {*}", "sqlite read error: x"),
    WARN("redis write error: {*}", "redis write error: x"),
    WARN("redis read error: {*}", "redis read error: x"),
    WARN("cannot read '{*}': {*}", "cannot read 'x': Connection refused"),
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
