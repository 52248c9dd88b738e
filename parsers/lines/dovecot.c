/* Lines of Dovecot: what its delivery agents did with a message (the folder is a label), what the
 * user did with it (mail_log plugin), and the rest, which is known and not ours. */
#include <string.h>

#include "base/xalloc.h"
#include "parsers/lines/daemon_rows.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/shape_tables.h"

/* What a delivery agent says last. The message-id before it is the sender's text and may hold any
 * of these, so the last one in the line counts. */
static const struct {
    struct slice words;
    const char *action;
    char close; /* behind the folder; 0: to the end */
} phrases[] = {
    { SLICE("stored mail into mailbox '"), "store", '\'' },
    { SLICE("copied mail to mailbox '"), "store", '\'' },
    { SLICE("saved mail to "), "store", 0 },
    { SLICE("save failed to "), "fail", ':' },
    { SLICE("failed to store into mailbox '"), "fail", '\'' },
    { SLICE("forwarded to "), "forward", 0 },
    { SLICE("redirect action: "), "forward", 0 },
    { SLICE("discarded duplicate forward to "), "discard", 0 },
    { SLICE("marked message to be discarded"), "discard", 0 },
    { SLICE("discard action: "), "discard", 0 },
    { SLICE("discarding message"), "discard", 0 },
    { SLICE("discarded vacation "), "vacation", 0 },
    { SLICE("sent vacation response to "), "vacation", 0 },
    { SLICE("sent vacation reply to "), "vacation", 0 },
    { SLICE("discarding vacation response"), "vacation", 0 },
    { SLICE("rejected"), "reject", 0 },
    { SLICE("sent notification"), "notify", 0 },
};

static void set_message_id(struct slice text, struct event *event)
{
    static const struct slice key = SLICE("msgid=");
    size_t at = slice_find(text, key);
    if (at == text.len)
        return;
    struct slice id = slice_skip(text, at + key.len);
    size_t close = id.len && id.at[0] == '<' ? slice_find_last(id, (struct slice)SLICE(">: "))
                                             : slice_find_last(id, (struct slice)SLICE(": "));
    id = slice_head(id, close);
    event_set(event, FIELD_MESSAGE_ID, id.len && id.at[0] == '<' ? slice_skip(id, 1) : id);
}

const char *slot_mailbox(const char *at, const char *end, struct event *event)
{
    struct slice text = slice_make(at, (size_t)(end - at));
    size_t best = 0, row = COUNT(phrases);
    for (size_t i = 0; i < COUNT(phrases); i++) {
        size_t found = slice_find_last(text, phrases[i].words);
        if (found < text.len && (row == COUNT(phrases) || found > best)) {
            best = found;
            row = i;
        }
    }
    if (row == COUNT(phrases))
        return NULL;
    struct slice object = slice_skip(text, best + phrases[row].words.len);
    if (phrases[row].close)
        object = slice_head(object, slice_last_index(object, phrases[row].close));
    struct slice action = slice_of(phrases[row].action);
    event_set(event, FIELD_ACTION, action);
    if (slice_is(action, "store") || slice_is(action, "fail"))
        event_set(event, FIELD_FOLDER, object);
    else if (slice_is(action, "forward"))
        event_set(event, FIELD_TO, object);
    set_message_id(slice_head(text, best), event);
    return end;
}

#define OTHER(pattern, sample)                                                                     \
    {                                                                                              \
        EVENT_FOREIGN, pattern, sample, NULL, 0                                                    \
    }
#define SAVE(agent)                                                                                \
    { EVENT_MAILBOX_SAVE, agent "({*}, {user}): {mailbox}",                                        \
      agent "(22587, b@example.com): 5GjrDafY: msgid=<m4@example.org>: saved mail to INBOX", NULL, \
      0 },                                                                                         \
        { EVENT_MAILBOX_SAVE, agent "({user})<{*}>: {mailbox}",                                    \
          agent "(b@example.com)<16063><N2hL>: sieve: msgid=<m1@example.org>: stored mail into "   \
                "mailbox 'Junk'",                                                                  \
          NULL, 0 },                                                                               \
        { EVENT_MAILBOX_SAVE, agent "({user}): {mailbox}",                                         \
          agent "(b@example.com): msgid=<m1@example.org>: saved mail to INBOX", NULL, 0 },         \
        NOTE(agent "({*}): Connect{text}", agent "(4711): Connect from local"),                    \
        NOTE(agent "({*}): Disconnect{text}",                                                      \
             agent "(4711): Disconnect from local: Client has quit the connection (state=READY)"), \
        { EVENT_DAEMON_WARNING, agent "({user}){*}: Error: {reason}",                              \
          agent "(b@example.com)<1><x>: Error: Mailbox INBOX: x", NULL, 0 },                       \
        { EVENT_DAEMON_WARNING, agent "({user}){*}: Fatal: {reason}",                              \
          agent "(b@example.com)<1><x>: Fatal: x", NULL, 0 },                                      \
        { EVENT_DAEMON_WARNING, agent "({user}){*}: Panic: {reason}",                              \
          agent "(b@example.com)<1><x>: Panic: x", NULL, 0 },                                      \
        { EVENT_DAEMON_WARNING, agent "({user}){*}: Warning: {reason}",                            \
          agent "(b@example.com)<1><x>: Warning: x", NULL, 0 },                                    \
        NOTE(agent "({user}){*}: Debug: {text}", agent "(b@example.com)<1><x>: Debug: x"),         \
        NOTE(agent "({user}){*}: sieve: {text}", agent "(b@example.com)<1><x>: sieve: x")
#define USER_DID(what)                                                                             \
    { EVENT_MAILBOX_SAVE,                                                                          \
      "imap({user}): " what ": box={folder}, uid={*}, msgid={message_id}, {*}",                    \
      "imap(b@example.com): " what ": box=Junk, uid=7, msgid=<m1@example.org>, size=3027",         \
      "action=" what, 0 },                                                                         \
    {                                                                                              \
        EVENT_MAILBOX_SAVE,                                                                        \
            "imap({user})<{*}>: " what ": box={folder}, uid={*}, msgid={message_id}, {*}",         \
            "imap(b@example.com)<1><x>: " what                                                     \
            ": box=Junk, uid=7, msgid=<m1@example.org>, size=3027",                                \
            "action=" what, 0                                                                      \
    }

/* clang-format off */
static const struct line_shape shapes[] = {
    SAVE("lmtp"), SAVE("lda"), SAVE("deliver"), SAVE("local"),
    { EVENT_MAILBOX_SAVE, "imap({user})<{*}>: copy from {old_folder}: box={folder}, uid={*}, msgid={message_id}, {*}", "imap(b@example.com)<1><x>: copy from INBOX: box=Junk, uid=7, msgid=<m1@example.org>, size=3027", "action=copy", 0 },
    { EVENT_MAILBOX_SAVE, "imap({user}): copy from {old_folder}: box={folder}, uid={*}, msgid={message_id}, {*}", "imap(b@example.com): copy from INBOX: box=Junk, uid=7, msgid=<m1@example.org>, size=3027", "action=copy", 0 },
    USER_DID("expunge"), USER_DID("delete"), USER_DID("undelete"), USER_DID("save"), USER_DID("append"), USER_DID("copy"),
    NOTE("lmtp: {text}", "lmtp: Connect from local"),
    NOTE("lda: {text}", "lda: Error: x"),
    NOTE("lda({user}){text}", "lda(b@example.com): x"),
    OTHER("imap-login: {text}", "imap-login: Login: user=<b@example.com>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, mpid=1, TLS"),
    OTHER("pop3-login: {text}", "pop3-login: Login: user=<b@example.com>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, mpid=1, TLS"),
    OTHER("submission-login: {text}", "submission-login: Login: user=<b@example.com>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, mpid=1, TLS"),
    OTHER("managesieve-login: {text}", "managesieve-login: Login: user=<b@example.com>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, mpid=1, TLS"),
    OTHER("imap-urlauth{text}", "imap-urlauth-login: x"),
    OTHER("imap-hibernate{text}", "imap-hibernate: x"),
    OTHER("imap({text}", "imap(b@example.com)<1><x>: Disconnected: Logged out in=1 out=2"),
    OTHER("imap: {text}", "imap: Error: x"),
    OTHER("IMAP({text}", "IMAP(b@example.com): Disconnected: Logged out bytes=1/2"),
    OTHER("POP3({text}", "POP3(b@example.com): Disconnected: Logged out top=0/0, retr=0/0, del=0/0, size=0"),
    OTHER("pop3({text}", "pop3(b@example.com)<1><x>: Disconnected: Logged out top=0/0, retr=0/0, del=0/0, size=0"),
    OTHER("pop3: {text}", "pop3: Error: x"),
    OTHER("submission({text}", "submission(b@example.com)<1><x>: Disconnected"),
    OTHER("managesieve({text}", "managesieve(b@example.com)<1><x>: Disconnected: Logged out"),
    OTHER("MANAGESIEVE({text}", "MANAGESIEVE(b@example.com): Disconnected: Logged out"),
    OTHER("auth{text}", "auth: Error: passwd-file(b@example.com,192.0.2.7): x"),
    OTHER("Warning: {text}", "Warning: x"),
    OTHER("Error: {text}", "Error: x"),
    OTHER("Fatal: {text}", "Fatal: x"),
    OTHER("Info: {text}", "Info: x"),
    OTHER("master: {text}", "master: Dovecot v2.3.19.1 (9b53102964) starting up for imap, lmtp"),
    OTHER("Dovecot v{text}", "Dovecot v1.2.15 starting up (core dumps disabled)"),
    OTHER("dovecot: {text}", "dovecot: x"),
    OTHER("anvil: {text}", "anvil: Error: x"),
    OTHER("log: {text}", "log: Warning: Killed with signal 15 (by pid=1 uid=0 code=kill)"),
    OTHER("log({text}", "log(4711): x"),
    OTHER("config: {text}", "config: Warning: x"),
    OTHER("doveconf: {text}", "doveconf: Warning: x"),
    OTHER("doveadm{text}", "doveadm(b@example.com): x"),
    OTHER("dsync{text}", "dsync-local(b@example.com): x"),
    OTHER("director: {text}", "director: x"),
    OTHER("dict{text}", "dict: Error: x"),
    OTHER("indexer{text}", "indexer-worker(b@example.com): Indexed 1 messages in INBOX"),
    OTHER("quota-status: {text}", "quota-status: Warning: x"),
    OTHER("replicator: {text}", "replicator: x"),
    OTHER("aggregator: {text}", "aggregator: x"),
    OTHER("stats: {text}", "stats: x"),
    OTHER("old-stats: {text}", "old-stats: x"),
    OTHER("ssl-params: {text}", "ssl-params: Generating SSL parameters"),
    OTHER("ssl-build-param: {text}", "ssl-build-param: SSL parameters regeneration completed"),
    OTHER("ipc: {text}", "ipc: x"),
    OTHER("script{text}", "script-login: x"),
    OTHER("child {text}", "child 4711 (imap) killed with signal 11"),
    OTHER("Killed with signal {text}", "Killed with signal 15 (by pid=1 uid=0 code=kill)"),
    OTHER("SSL parameters regeneration completed", "SSL parameters regeneration completed"),
    OTHER("Generating {text}", "Generating Diffie-Hellman parameters. This may take a while.."),
    OTHER("Time just moved {text}", "Time just moved backwards by 1 seconds. This might cause a lot of problems, so I'll just kill myself now."),
};

/* dovecot-lda and deliver under their own names. */
static const struct line_shape lda[] = {
    { EVENT_MAILBOX_SAVE, "{*}({user})<{*}>: {mailbox}", "lda(b@example.com)<16063><N2hL>: msgid=<m1@example.org>: saved mail to INBOX", NULL, 0 },
    { EVENT_MAILBOX_SAVE, "{*}({user}): {mailbox}", "deliver(b@example.com): msgid=<m1@example.org>: saved mail to INBOX", NULL, 0 },
    { EVENT_MAILBOX_SAVE, "{mailbox}", "msgid=<m1@example.org>: saved mail to INBOX", NULL, 0 },
    { EVENT_DAEMON_WARNING, "Error: {reason}", "Error: x", NULL, 0 },
    { EVENT_DAEMON_WARNING, "Fatal: {reason}", "Fatal: x", NULL, 0 },
    { EVENT_DAEMON_WARNING, "{*}: Error: {reason}", "lda(b@example.com): Error: x", NULL, 0 },
    { EVENT_DAEMON_WARNING, "{*}: Fatal: {reason}", "lda(b@example.com): Fatal: x", NULL, 0 },
};
/* clang-format on */

const struct shape_table dovecot_shapes = { "dovecot_shapes", SERVICE_MAILBOX, shapes,
                                            COUNT(shapes) };
const struct shape_table dovecot_lda_shapes = { "dovecot_lda_shapes", SERVICE_MAILBOX, lda,
                                                COUNT(lda) };
