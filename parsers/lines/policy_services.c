/* Lines of policy services: greylisting, SPF, policyd-weight, postfwd, cbpolicyd. */
#include <string.h>

#include "base/xalloc.h"
#include "parsers/lines/daemon_rows.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/shape_tables.h"

/* --- SPF --------------------------------------------------------------------------------------- */

struct slice spf_result(struct slice word)
{
    static const struct slice results[] = {
        SLICE("pass"), SLICE("fail"),      SLICE("softfail"),  SLICE("neutral"),
        SLICE("none"), SLICE("temperror"), SLICE("permerror"),
    };
    for (size_t i = 0; i < COUNT(results); i++)
        if (slice_equal_fold(word, results[i]))
            return results[i];
    return (struct slice){ NULL, 0 };
}

static void set_between(struct slice text, struct slice from, size_t stop, enum event_field field,
                        struct event *event)
{
    size_t at = slice_find_last(slice_head(text, stop), from);
    if (at < stop && at + from.len <= stop)
        event_set(event, field, slice_make(text.at + at + from.len, stop - at - from.len));
}

/* "identity=I; client-ip=A; helo=H; envelope-from=S; receiver=R": from the right, because the
 * client chose H and S. */
static void take_spf_facts(struct slice text, struct event *event)
{
    static const struct slice identity = SLICE("identity="), ip = SLICE("client-ip=");
    static const struct slice helo = SLICE("; helo="), from = SLICE("; envelope-from=");
    static const struct slice receiver = SLICE("; receiver=");
    size_t end = slice_find_last(text, receiver);
    size_t sender = slice_find_last(slice_head(text, end), from);
    if (sender < end)
        set_between(text, from, end, FIELD_SENDER, event);
    size_t name = slice_find(text, helo);
    if (name < sender)
        event_set(event, FIELD_HELO_NAME,
                  slice_make(text.at + name + helo.len, sender - name - helo.len));
    size_t at = slice_find(text, ip);
    struct slice rest = slice_skip(text, at + ip.len);
    if (at < text.len)
        event_set(event, FIELD_CLIENT_ADDRESS, slice_head(rest, slice_index(rest, ';')));
    at = slice_find(text, identity);
    rest = slice_skip(text, at + identity.len);
    if (at < text.len)
        event_set(event, FIELD_IDENTITY, slice_head(rest, slice_index(rest, ';')));
}

/* {spf}: "Pass (mailfrom) identity=...", "None; identity=..." or "...spf=pass (...)...". */
const char *slot_spf(const char *at, const char *end, struct event *event)
{
    static const struct slice key = SLICE("spf=");
    struct slice text = slice_make(at, (size_t)(end - at));
    size_t found = slice_find(text, key);
    struct slice word = found < text.len ? slice_skip(text, found + key.len) : text;
    size_t len = 0;
    while (len < word.len && ascii_is_alnum(word.at[len]))
        len++;
    struct slice result = spf_result(slice_head(word, len));
    if (!result.at)
        return NULL;
    event_set(event, FIELD_SPF, result);
    take_spf_facts(text, event);
    return end;
}

/* --- postgrey ---------------------------------------------------------------------------------- */

static const struct slice grey_client = SLICE(", client_name="),
                          grey_ip = SLICE(", client_address=");
static const struct slice grey_sender = SLICE(", sender="), grey_rcpt = SLICE(", recipient=");

/* "early-retry (122s missing)", "triplet found, delay=613" */
static void take_grey_reason(struct slice reason, struct event *event)
{
    static const struct slice delay = SLICE(", delay="), early = SLICE("early-retry (");
    size_t at = slice_find(reason, delay);
    if (at < reason.len)
        event_set(event, FIELD_DELAY_SECONDS, slice_skip(reason, at + delay.len));
    reason = slice_head(reason, at);
    if (slice_starts(reason, early.at)) {
        struct slice missing = slice_skip(reason, early.len);
        event_set(event, FIELD_MISSING, slice_head(missing, slice_index(missing, 's')));
        reason = slice_head(reason, early.len - 2);
    }
    event_set(event, FIELD_REASON, reason);
}

/* {postgrey}: "ACTION, reason=REASON, client_name=...": an empty sender is left out. */
const char *slot_postgrey(const char *at, const char *end, struct event *event)
{
    static const struct slice why = SLICE(", reason=");
    struct slice text = slice_make(at, (size_t)(end - at));
    size_t reason = slice_find(text, why), client = slice_find(text, grey_client);
    if (reason >= client || client == text.len)
        return NULL;
    event_set(event, FIELD_ACTION, slice_head(text, reason));
    take_grey_reason(slice_make(at + reason + why.len, client - reason - why.len), event);
    size_t rcpt = slice_find_last(text, grey_rcpt);
    if (rcpt < text.len)
        event_set(event, FIELD_RECIPIENT, slice_skip(text, rcpt + grey_rcpt.len));
    size_t ip = slice_find(text, grey_ip);
    struct slice head = slice_head(text, rcpt);
    size_t sender = slice_find_last(head, grey_sender);
    if (ip == text.len || ip < client)
        return NULL;
    struct slice name = slice_make(at + client + grey_client.len, ip - client - grey_client.len);
    event_set(event, FIELD_CLIENT_NAME, name_or_null(name.at, name.at + name.len));
    struct slice address = slice_skip(head, ip + grey_ip.len);
    event_set(event, FIELD_CLIENT_ADDRESS, slice_head(address, slice_index(address, ',')));
    if (rcpt < text.len)
        event_set(event, FIELD_SENDER,
                  sender < head.len ? slice_skip(head, sender + grey_sender.len)
                                    : (struct slice)SLICE(""));
    return end;
}

#define SPF(pattern, sample)                                                                       \
    {                                                                                              \
        EVENT_SPF_ANSWER, pattern, sample, NULL, 0                                                 \
    }
#define RECEIVED_SPF                                                                               \
    "Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.7; "                       \
    "helo=mail.example.org; envelope-from=a@example.org; receiver=<UNKNOWN>"

/* clang-format off */
static const struct line_shape postgrey[] = {
    { EVENT_GREYLIST_ANSWER, "{queue_id?}: action={postgrey}",
      "action=greylist, reason=early-retry (122s missing), client_name=unknown, client_address=192.0.2.9, sender=a@example.org, recipient=b@example.com\n"
      "4jY4Wd0VKsz39: action=pass, reason=triplet found, delay=613, client_name=mail.example.org, client_address=192.0.2.7, recipient=b@example.com", NULL, 0 },
    { EVENT_GREYLIST_ANSWER, "whitelisted: {client_address}", "whitelisted: 192.0.2.7", "action=whitelist", 0 },
    { EVENT_GREYLIST_ANSWER, "delayed {delay:int} seconds: client={client_name}, from={sender}, to={recipient}",
      "delayed 603 seconds: client=mail.example.org, from=a@example.org, to=b@example.com", "action=pass,reason=triplet found", 0 },
    WARN("Couldn't {reason}", "Couldn't unlink \"/var/run/postgrey.pid\" [Permission denied]"),
    WARN("{*} Pid_file already exists {reason}", "2026/11/22-10:00:00 Pid_file already exists for running process (4711)... aborting"),
    NOTE("cleaning {text}", "cleaning up old logs..."),
    NOTE("rm {text}", "rm /var/lib/postgrey/log.0000000001"),
    NOTE("Process Backgrounded", "Process Backgrounded"),
    NOTE("{*} postgrey (type Net::Server::{*}) starting! {*}", "2026/11/22-10:00:00 postgrey (type Net::Server::Multiplex) starting! pid(4711)"),
    NOTE("{*} Server closing!", "2026/11/22-10:00:00 Server closing!"),
    NOTE("Binding to {text}", "Binding to TCP port 10023 on host 127.0.0.1 with IPv4"),
    NOTE("Setting {text}", "Setting gid to \"65534 65534\""),
    NOTE("Exiting!", "Exiting!"),
    NOTE("HUP received: {text}", "HUP received: reloading whitelists..."),
    NOTE("Resolved {text}", "Resolved [localhost]:10023 to [127.0.0.1]:10023, IPv4"),
    NOTE("correcting date for first seen in the future!", "correcting date for first seen in the future!"),
    WARN("WARNING: {reason}", "WARNING: x"),
    WARN("FATAL: {reason}", "FATAL: ERROR: can't create DB environment: No such file or directory"),
    WARN("fatal: {reason}", "fatal: ERROR: x"),
    WARN("warning: {reason}", "warning: x"),
    WARN("ignoring garbage: {text}", "ignoring garbage: <x>"),
    WARN("unrecognized request type: {text}", "unrecognized request type: 'x'"),
};

static const struct line_shape sqlgrey[] = {
    { EVENT_GREYLIST_ANSWER, "grey: new: {*}({client_address}), {sender} -> {recipient}", "grey: new: 192.0.2(192.0.2.9), a@example.org -> b@example.com", "action=greylist,reason=new", 0 },
    { EVENT_GREYLIST_ANSWER, "grey: early reconnect: {*}({client_address}), {sender} -> {recipient}", "grey: early reconnect: 192.0.2(192.0.2.9), a@example.org -> b@example.com", "action=greylist,reason=early", 0 },
    { EVENT_GREYLIST_ANSWER, "grey: throttling: {*}({client_address}), {sender} -> {recipient}", "grey: throttling: 192.0.2(192.0.2.9), a@example.org -> b@example.com", "action=greylist,reason=throttling", 0 },
    { EVENT_GREYLIST_ANSWER, "grey: reconnect ok: {*}({client_address}), {sender} -> {recipient} ({delay:hms})", "grey: reconnect ok: 192.0.2(192.0.2.7), a@example.org -> b@example.com (00:12:31)", "action=pass,reason=reconnect ok", 0 },
    { EVENT_GREYLIST_ANSWER, "grey: from awl match: updating {*}({client_address}), {sender}({*})", "grey: from awl match: updating 192.0.2(192.0.2.7), a@example.org(a@example.org)", "action=pass,reason=from awl", 0 },
    { EVENT_GREYLIST_ANSWER, "grey: domain awl match: updating {*}({client_address}), {domain}", "grey: domain awl match: updating 192.0.2(192.0.2.7), example.org", "action=pass,reason=domain awl", 0 },
    { EVENT_GREYLIST_ANSWER, "grey: domain awl: {text}", "grey: domain awl: 192.0.2, example.org added", "action=whitelist", 0 },
    { EVENT_GREYLIST_ANSWER, "grey: from awl: {text}", "grey: from awl: 192.0.2, a@example.org added", "action=whitelist", 0 },
    NOTE("grey: identified {text}", "grey: identified dynamic pattern (name): x.example.org, 192.0.2.9: Using full IP."),
    NOTE("grey: unknown {text}", "grey: unknown RDNS: 192.0.2.9"),
    NOTE("grey: error: {text}", "grey: error: unexpected SQL result (get_first_seen_in_from_awl)"),
    NOTE("grey: get_reconnect_delay error: {text}", "grey: get_reconnect_delay error: no connect in database for a@example.org, 192.0.2, 192.0.2.9"),
    { EVENT_GREYLIST_ANSWER, "spam: {*}: {sender} -> {recipient} at {*}", "spam: 192.0.2: a@example.org -> b@example.com at 2026-11-22 09:00:00", "action=never came back,label=spam", 0 },
    { EVENT_GREYLIST_ANSWER, "whitelist: {text}", "whitelist: 192.0.2.7, mail.example.org(192.0.2.7) -> b@example.com", "action=pass,reason=whitelist", 0 },
    NOTE("mail: {text}", "mail: failed to send: Connection refused"),
    NOTE("optin: {text}", "optin: greylisting active for b@example.com"),
    NOTE("martians: {text}", "martians: undefined domain, from is 'a'"),
    NOTE("system: {text}", "system: couldn't fork child: no cleanup!"),
    NOTE("perf: {text}", "perf: spent 1s cleaning: from_awl (0) domain_awl (0) connect (3)"),
    NOTE("conf: {text}", "conf: reloading whitelists"),
    NOTE("dbaccess: {text}", "dbaccess: can't connect to DB"),
    NOTE("dbmaint: {text}", "dbmaint: cleaned"),
    NOTE("maint: {text}", "maint: cleaning db"),
    NOTE("startup: {text}", "startup: x"),
    NOTE("smtp: {text}", "smtp: x"),
    NOTE("warning: {text}", "warning: x"),
    NOTE("fatal: {text}", "fatal: no database"),
    NOTE("Couldn't unlink {text}", "Couldn't unlink \"/run/sqlgrey.pid\" [Permission denied]"),
    NOTE("Process Backgrounded", "Process Backgrounded"),
    NOTE("{*} sqlgrey (type Net::Server::{*}) starting! {*}", "2026/11/22-10:00:00 sqlgrey (type Net::Server::Multiplex) starting! pid(4711)"),
};

static const struct line_shape milter_greylist[] = {
    { EVENT_GREYLIST_ANSWER, "{queue_id}: addr {client} from <{sender:address}> to <{recipient:address}> delayed{*} for {delay:hms}{*}", "0FCEE9247A9: addr mail.example.org[192.0.2.7] from <a@example.org> to <b@example.com> delayed for 00:05:00 (ACL 123)", "action=greylist", 0 },
    { EVENT_GREYLIST_ANSWER, "{queue_id}: addr {client} from <{sender:address}> rcpt <{recipient:address}>: autowhitelisted for {*}", "0FCEE9247A9: addr mail.example.org[192.0.2.7] from <a@example.org> rcpt <b@example.com>: autowhitelisted for another 24:00:00 (ACL 123)", "action=pass,reason=autowhitelisted", 0 },
    { EVENT_GREYLIST_ANSWER, "{queue_id}: addr {client} from <{sender:address}> {*}<{recipient:address}>{reason}", "0FCEE9247A9: addr mail.example.org[192.0.2.7] from <a@example.org> to <b@example.com> blacklisted (ACL 12)", NULL, 0 },
    { EVENT_GREYLIST_ANSWER, "{queue_id}: skipping greylist because {reason}", "0FCEE9247A9: skipping greylist because address 192.0.2.7 is whitelisted, (from=<a@example.org>, rcpt=<b@example.com>, addr=mail.example.org[192.0.2.7]) ACL 45", "action=pass", 0 },
    { EVENT_GREYLIST_ANSWER, "{queue_id}: Sender IP {client_address} and address {sender} are SPF-compliant, bypassing greylist", "0FCEE9247A9: Sender IP 192.0.2.7 and address <a@example.org> are SPF-compliant, bypassing greylist", "action=pass,reason=SPF-compliant,spf=pass", 0 },
    { EVENT_GREYLIST_ANSWER, "skipping greylist because {reason}", "skipping greylist because sender authenticated", "action=pass", 0 },
    NOTE("{queue_id}: {what:word} skipping greylist{text}", "0FCEE9247A9: x skipping greylist x"),
    { EVENT_GREYLIST_ANSWER, "(unknown id): addr {client} from <{sender:address}> to <{recipient:address}> delayed{*} for {delay:hms}{*}", "(unknown id): addr mail.example.org[192.0.2.7] from <a@example.org> to <b@example.com> delayed for 00:05:00 (ACL 123)", "action=greylist", 0 },
    { EVENT_GREYLIST_ANSWER, "(unknown id): addr {client} from <{sender:address}> rcpt <{recipient:address}>: autowhitelisted for {*}", "(unknown id): addr mail.example.org[192.0.2.7] from <a@example.org> rcpt <b@example.com>: autowhitelisted for 72:00:00", "action=pass,reason=autowhitelisted", 0 },
    { EVENT_GREYLIST_ANSWER, "(unknown id): addr {client} from <{sender:address}> {*}<{recipient:address}>{reason}", "(unknown id): addr mail.example.org[192.0.2.7] from <a@example.org> to <b@example.com> blacklisted (ACL 12)", NULL, 0 },
    { EVENT_GREYLIST_ANSWER, "(unknown id): skipping greylist because {reason}", "(unknown id): skipping greylist because address 192.0.2.7 is whitelisted", "action=pass", 0 },
    NOTE("reload{*} config file {text}", "reloading config file \"/etc/mail/greylist.conf\"\nreloaded config file \"/etc/mail/greylist.conf\" in 0.012000s"),
    NOTE("GeoIP failed to lookup ip {text}", "GeoIP failed to lookup ip 192.0.2.7"),
    NOTE("Final database dump{text}", "Final database dump"),
    NOTE("milter-greylist-{text}", "milter-greylist-4.5.11 starting up"),
    NOTE("dump_{text}", "dump_acl: x"),
    NOTE("(local): {text}", "(local): Peer sync x"),
    NOTE("Exiting", "Exiting"),
};

static const struct line_shape policyd_spf[] = {
    SPF("{queue_id?}: prepend Received-SPF: {spf}", "prepend " RECEIVED_SPF),
    SPF("{queue_id?}: prepend Authentication-Results: {spf}", "prepend Authentication-Results: mx.example.com; spf=pass (sender SPF authorized) smtp.mailfrom=example.org (client-ip=192.0.2.7; helo=mail.example.org; envelope-from=a@example.org; receiver=b@example.com)"),
    SPF(": prepend Received-SPF: {spf}", ": prepend " RECEIVED_SPF),
    SPF(": prepend Authentication-Results: {spf}", ": prepend Authentication-Results: mx.example.com; spf=none (no SPF record) smtp.mailfrom=example.org (client-ip=192.0.2.7; helo=mail.example.org; envelope-from=a@example.org; receiver=b@example.com)"),
    SPF("{code:code} {dsn:word} Message rejected due to: SPF {spf:spf_word} - {reason}", "550 5.7.23 Message rejected due to: SPF fail - not authorized. Please see http://www.openspf.example/Why"),
    SPF("{code:code} {dsn:word} Message {*}SPF {spf:spf_word}{reason}", "451 4.7.24 Message temporarily deferred due to: SPF temperror (x)"),
    SPF("{queue_id}: {code:code} {dsn:word} Message {*}SPF {spf:spf_word}{reason}", "4jY4Wd0VKsz39: 550 5.7.23 Message rejected due to: SPF fail - not authorized."),
    SPF(": {code:code} {dsn:word} Message {*}SPF {spf:spf_word}{reason}", ": 550 5.7.23 Message rejected due to: SPF fail - not authorized."),
    SPF("Policy action=PREPEND Received-SPF: {spf}", "Policy action=PREPEND Received-SPF: pass (example.org: 192.0.2.7 is authorized to use 'a@example.org' in 'mfrom' identity) receiver=mx.example.com; identity=mailfrom; envelope-from=\"a@example.org\"; helo=mail.example.org; client-ip=192.0.2.7"),
    SPF("{queue_id?}: Policy action={action}", "Policy action=DUNNO"),
    SPF(": Policy action={action}", ": Policy action=DUNNO"),
    { EVENT_SPF_ANSWER, "SPF {spf:spf_word}{*}: Envelope-from: {sender}, IP Address: {client_address}, Recipient: {recipient}", "SPF pass (Mechanism 'ip4:192.0.2.7' matched): Envelope-from: a@example.org, IP Address: 192.0.2.7, Recipient: b@example.com", "identity=mailfrom", 0 },
    { EVENT_SPF_ANSWER, ": SPF {spf:spf_word}{*}: Envelope-from: {sender}, IP Address: {client_address}, Recipient: {recipient}", ": SPF pass (Mechanism 'ip4:192.0.2.7' matched): Envelope-from: a@example.org, IP Address: 192.0.2.7, Recipient: b@example.com", "identity=mailfrom", 0 },
    { EVENT_SPF_ANSWER, "SPF {spf:spf_word}{*}: HELO/EHLO: {helo_name}, IP Address: {client_address}, Recipient: {recipient}", "SPF none (No applicable sender policy available): HELO/EHLO: mail.example.org, IP Address: 192.0.2.7, Recipient: b@example.com", "identity=helo", 0 },
    { EVENT_SPF_ANSWER, ": SPF {spf:spf_word}{*}: HELO/EHLO: {helo_name}, IP Address: {client_address}, Recipient: {recipient}", ": SPF none (No applicable sender policy available): HELO/EHLO: mail.example.org, IP Address: 192.0.2.7, Recipient: b@example.com", "identity=helo", 0 },
    { EVENT_SPF_ANSWER, "SPF {spf:spf_word}{*}: Envelope-from: {sender}", "SPF fail (Mechanism '-all' matched): Envelope-from: a@example.org", "identity=mailfrom", 0 },
    { EVENT_SPF_ANSWER, ": SPF {spf:spf_word}{*}: Envelope-from: {sender}", ": SPF fail (Mechanism '-all' matched): Envelope-from: a@example.org", "identity=mailfrom", 0 },
    { EVENT_SPF_ANSWER, "SPF {spf:spf_word}{*}: HELO/EHLO{*}: {helo_name}", "SPF pass (Mechanism 'ip4:192.0.2.7' matched): HELO/EHLO (Null Sender): mail.example.org", "identity=helo", 0 },
    { EVENT_SPF_ANSWER, ": SPF {spf:spf_word}{*}: HELO/EHLO{*}: {helo_name}", ": SPF pass (Mechanism 'ip4:192.0.2.7' matched): HELO/EHLO (Null Sender): mail.example.org", "identity=helo", 0 },
    SPF(": SPF {spf:spf_word}{reason}", ": SPF pass (Mechanism 'ip4:192.0.2.7' matched): x"),
    SPF("{queue_id?}: SPF {spf:spf_word}: {reason}", "SPF none: smtp_comment=SPF: domain of sender a@example.org does not designate mailers, header_comment=mx.example.com: x"),
    SPF(": : SPF {spf:spf_word}: {reason}", ": : SPF none: smtp_comment=SPF: domain of sender does not designate mailers, header_comment=mx.example.com: x"),
    SPF("decided action={action}", "decided action=DUNNO"),
    WARN("{what} check failed - Mail::SPF->new({*}) failed: {reason}", "HELO check failed - Mail::SPF->new(192.0.2.7, a@example.org, x) failed: Missing required 'identity' option"),
    NOTE("SPF not applicable to {text}", "SPF not applicable to localhost connection - skipped check"),
    WARN("fatal_exit: {reason}", "fatal_exit: x"),
    SPF("{queue_id?}: testing: {text}", "testing: stripped sender=a@example.org, stripped rcpt=b@example.com"),
    SPF(": testing: {text}", ": testing: stripped sender=a@example.org, stripped rcpt=b@example.com"),
    SPF("{queue_id?}: Header field not prepended: {text}", "Header field not prepended: x"),
    SPF("{queue_id?}: result_only {text}", "result_only x"),
    SPF("{queue_id?}: dunno {text}", "dunno x"),
    SPF("{spf}", "None; identity=helo; client-ip=192.0.2.9; helo=pc94; envelope-from=a@example.org; receiver=b@example.com"),
    NOTE("spfcheck: {text}", "spfcheck: pyspf result: \"['Pass', 'sender SPF authorized', 'helo']\""),
    NOTE("SPFcheck: {text}", "SPFcheck: No sender or helo, exiting"),
    NOTE("{what:word} unused results: {text}", "Scope unused results: x"),
    NOTE("Scope {text}", "Scope helo unused results: x"),
    NOTE("Action: {text}", "Action: prepend: Text: x Reject action: 550 5.7.23"),
    NOTE("Config: {text}", "Config: {'debugLevel': 4}"),
    NOTE("Read line: {text}", "Read line: \"request=smtpd_access_policy\""),
    NOTE("Found the end of entry", "Found the end of entry"),
    NOTE("Starting", "Starting"),
    NOTE("Normal exit", "Normal exit"),
    NOTE("Cached data for this instance: {text}", "Cached data for this instance: []"),
    NOTE("skip_addresses {text}", "skip_addresses enabled."),
    NOTE("{what} enabled.", "Whitelist enabled."),
    NOTE("_get_resultcodes: {text}", "_get_resultcodes: scope: helo"),
    NOTE("{what} policy {*} results: {text}", "helo policy true results: actions: x"),
    NOTE("Per user configuration data in use for: {text}", "Per user configuration data in use for: b@example.com"),
    NOTE("connect from {text}", "connect from mail.example.org at ('192.0.2.7', 40000) EXTERNAL"),
    NOTE("mail from: {text}", "mail from: a@example.org ()"),
    NOTE("pyspf-milter started:{text}", "pyspf-milter started:/etc/x user:y"),
    NOTE("handler {text}", "handler sender_policy_framework: is decisive."),
    NOTE("{*}: handler {text}", "0: handler exempt_localhost: is decisive."),
    NOTE("Attribute: {text}", "Attribute: client_address=192.0.2.7"),
    WARN("ERROR: {reason}", "ERROR: Could not match line \"x\""),
    WARN("WARNING: {reason}", "WARNING: Unknown name \"x\" in file \"y\""),
    WARN("Traceback (most recent call last):{text}", "Traceback (most recent call last):"),
    WARN("  File \"{*}\", line {text}", "  File \"/usr/bin/policyd-spf\", line 45, in <module>"),
    WARN("    {text}", "    import spf"),
    WARN("{what:word} No module named {text}", "ImportError: No module named spf"),
    WARN("Ouch, caught exc: {reason}", "Ouch, caught exc: x"),
    WARN("Authserv_Id {reason}", "Authserv_Id not set for authentication results header"),
    WARN("warning: {reason}", "warning: ignoring garbage: x"),
    WARN("fatal: {reason}", "fatal: no database"),
};

static const struct line_shape policyd_weight[] = {
    { EVENT_WEIGHT_ANSWER, "decided action={code:code} {text}; <client={client}> <helo={helo_name}> <from={sender:address}> <to={recipient:address}>; delay: {delay:float}s",
      "decided action=550 Mail appeared to be SPAM or forged.; <client=unknown[192.0.2.9]> <helo=pc94> <from=a@example.org> <to=b@example.com>; delay: 1s", NULL, 0 },
    { EVENT_WEIGHT_ANSWER, "decided action={action}; <client={client}> <helo={helo_name}> <from={sender:address}> <to={recipient:address}>; delay: {delay:float}s",
      "decided action=PREPEND X-policyd-weight: using cached result; rate: -6.1; <client=mail.example.org[192.0.2.7]> <helo=mail.example.org> <from=a@example.org> <to=b@example.com>; delay: 0s", NULL, 0 },
    { EVENT_WEIGHT_ANSWER, "decided action={action}; {text}", "decided action=DUNNO multirecipient-mail - already accepted by previous query; delay: 0s", NULL, 0 },
    { EVENT_WEIGHT_ANSWER, "decided action={action}", "decided action=DUNNO", NULL, 0 },
    NOTE("weighted check: {text}", "weighted check:  NOT_IN_SBL_XBL_SPAMHAUS=-1.5 CL_IP_EQ_HELO_IP=-2 (check from: .example. - helo: .mail.example.); rate: -3.5"),
    NOTE("child: {text}", "child: spawned"),
    NOTE("cache: {text}", "cache: spawned"),
    NOTE("master: {text}", "master: starting"),
    NOTE("policyd-weight {text}", "policyd-weight 0.1.15 started and daemonized. conf:/etc/policyd-weight.conf; GID:112 112 EGID:112 112 UID:110 EUID:110; taint mode: 0"),
    NOTE("{*} scored {text}", "x scored 3"),
    WARN("warning: {reason}", "warning: cache_query: $csock couln't be created: connect: No such file or directory"),
    WARN("err: {reason}", "err: init: x"),
    WARN("error: {reason}", "error: no database"),
    WARN("fatal: {reason}", "fatal: no database"),
};

static const struct line_shape postfwd[] = {
    { EVENT_WEIGHT_ANSWER, "[RULES] {*}rule={*}, {*}client={client}, {*}sender=<{sender:address}>, recipient=<{recipient:address}>, helo=<{helo_name}>, {*}action={action}",
      "[RULES] rule=7, id=R007, client=unknown[192.0.2.9], sender=<a@example.org>, recipient=<b@example.com>, helo=<pc94>, proto=ESMTP, state=RCPT, delay=0s, hits=R007, action=REJECT no", NULL, 0 },
    { EVENT_WEIGHT_ANSWER, "[CACHE] {*}rule={*}, {*}client={client}, {*}sender=<{sender:address}>, recipient=<{recipient:address}>, helo=<{helo_name}>, {*}action={action}",
      "[CACHE] rule=7, id=R007, client=unknown[192.0.2.9], sender=<a@example.org>, recipient=<b@example.com>, helo=<pc94>, proto=ESMTP, state=RCPT, delay=0s, hits=R007, action=DUNNO", NULL, 0 },
    NOTE("[{what:word} {text}", "[STATS] postfwd 1.35: up since 10 days"),
    NOTE("postfwd{text}", "postfwd 1.35 ready for input"),
    WARN("warning: {reason}", "warning: x"),
};

static const struct line_shape cbpolicyd[] = {
    { EVENT_WEIGHT_ANSWER, "module={what}, {*}action={action}, {text}", "module=Greylisting, action=defer, host=192.0.2.9, helo=pc94, from=a@example.org, to=b@example.com, reason=greylisted", NULL, 0 },
    { EVENT_WEIGHT_ANSWER, "module={what}, {*}action={action}", "module=AccessControl, action=pass", NULL, 0 },
    NOTE("[{*}] [{*}] {text}", "[CBPOLICYD] [4711] INFO: x"),
    NOTE("Process Backgrounded", "Process Backgrounded"),
    NOTE("Initializing {text}", "Initializing system modules."),
};
/* clang-format on */

const struct shape_table postgrey_shapes = { "postgrey_shapes", SERVICE_POLICY, postgrey,
                                             COUNT(postgrey) };
const struct shape_table sqlgrey_shapes = { "sqlgrey_shapes", SERVICE_POLICY, sqlgrey,
                                            COUNT(sqlgrey) };
const struct shape_table milter_greylist_shapes = { "milter_greylist_shapes", SERVICE_POLICY,
                                                    milter_greylist, COUNT(milter_greylist) };
const struct shape_table policyd_spf_shapes = { "policyd_spf_shapes", SERVICE_POLICY, policyd_spf,
                                                COUNT(policyd_spf) };
const struct shape_table policyd_weight_shapes = { "policyd_weight_shapes", SERVICE_POLICY,
                                                   policyd_weight, COUNT(policyd_weight) };
const struct shape_table postfwd_shapes = { "postfwd_shapes", SERVICE_POLICY, postfwd,
                                            COUNT(postfwd) };
const struct shape_table cbpolicyd_shapes = { "cbpolicyd_shapes", SERVICE_POLICY, cbpolicyd,
                                              COUNT(cbpolicyd) };
