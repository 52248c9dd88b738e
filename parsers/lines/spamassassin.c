/* Lines of SpamAssassin's daemon and of what speaks to it: spamd, spampd, spamass-milter. */
#include "base/xalloc.h"
#include "parsers/lines/daemon_rows.h"
#include "parsers/lines/shape_tables.h"

/* spamd says these behind "spamd: " since 3.1, before that without it. */
#define SPAMD(prefix)                                                                              \
    { EVENT_SPAM_VERDICT,                                                                          \
      prefix "identified spam ({score:float}/{required:float}) for {user}:{*} in {*} seconds, "    \
             "{size:int} bytes.",                                                                  \
      prefix "identified spam (12.3/5.0) for debian-spamd:113 in 1.8 seconds, 7875 bytes.",        \
      "verdict=spam", 0 },                                                                         \
        { EVENT_SPAM_VERDICT,                                                                      \
          prefix "clean message ({score:float}/{required:float}) for {user}:{*} in {*} seconds, "  \
                 "{size:int} bytes.",                                                              \
          prefix "clean message (-1.8/5.0) for (unknown):113 in 1.8 seconds, 7875 bytes.",         \
          "verdict=ham", 0 },                                                                      \
        RESULT(prefix, "Y", "spam"), RESULT(prefix, ".", "ham"),                                   \
        { EVENT_SPAMD_BEGIN, prefix "processing message <{message_id}> for {user}:{*}",            \
          prefix "processing message <m1@example.org> for debian-spamd:113", NULL, 0 },            \
        { EVENT_SPAMD_BEGIN, prefix "checking message <{message_id}> for {user}:{*}",              \
          prefix "checking message <m1@example.org> for debian-spamd:113", NULL, 0 },              \
        { EVENT_SPAMD_BEGIN, prefix "processing message {*} for {user}:{*}",                       \
          prefix "processing message (unknown) for debian-spamd:113", NULL, 0 },                   \
        { EVENT_SPAMD_BEGIN, prefix "checking message {*} for {user}:{*}",                         \
          prefix "checking message (unknown) for debian-spamd:113", NULL, 0 },                     \
        { EVENT_SPAMD_BEGIN, prefix "connection from {*}",                                         \
          prefix "connection from localhost [127.0.0.1]:33770 to port 783, fd 5", NULL, 0 },       \
    {                                                                                              \
        EVENT_SPAMD_BEGIN, prefix "got connection over {*}",                                       \
            prefix "got connection over /var/run/spamd.sock", NULL, 0                              \
    }
#define RESULT(prefix, flag, verdict_word)                                                         \
    { EVENT_SPAM_VERDICT,                                                                          \
      prefix "result: " flag " {score_int:blank_int} - {tests} "                                   \
             "scantime={*},size={size:int},user={user},uid={*},required_score={"                   \
             "required:float},{*}mid=<{message_id}>,{*}",                                          \
      prefix "result: " flag " 12 - BAYES_99,HTML_MESSAGE,RDNS_NONE "                              \
             "scantime=1.8,size=7875,user=debian-spamd,uid=113,required_score=5.0,rhost="          \
             "localhost,raddr=127.0.0.1,rport=/run/"                                               \
             "spamd.sock,mid=<m1@example.org>,bayes=0.999999,autolearn=no autolearn_force=no",     \
      "verdict=" verdict_word, 0 },                                                                \
        { EVENT_SPAM_VERDICT,                                                                      \
          prefix                                                                                   \
          "result: " flag " {score_int:blank_int} - {tests} "                                      \
          "scantime={*},size={size:int},user={user},uid={*},required_score={required:float},{*}",  \
          prefix "result: " flag " 12 - MISSING_MID "                                              \
                 "scantime=1.8,size=7875,user=u,uid=113,required_score=5.0,rhost=localhost,raddr=" \
                 "127.0.0.1,rport=4000,mid=(unknown),autolearn=no",                                \
          "verdict=" verdict_word, 0 },                                                            \
    {                                                                                              \
        EVENT_SPAM_VERDICT,                                                                        \
            prefix "result: " flag " {score_int:blank_int} - {tests} "                             \
                   "scantime={*},size={size:int},mid=<{message_id}>,{*}",                          \
            prefix "result: " flag                                                                 \
                   "  8 - INFO_TLD scantime=4.2,size=1432,mid=<m1@example.org>,autolearn=no",      \
            "verdict=" verdict_word, 0                                                             \
    }

/* clang-format off */
static const struct line_shape spamd[] = {
    SPAMD("spamd: "),
    SPAMD(""),
    NOTE("spamd: {text}", "spamd: setuid to debian-spamd succeeded"),
    NOTE("prefork: {text}", "prefork: child states: II"),
    NOTE("logger: {text}", "logger: removing stderr method"),
    NOTE("config: {text}", "config: failed to parse line, skipping: x"),
    NOTE("plugin: {text}", "plugin: failed to parse plugin: x"),
    NOTE("rules: {text}", "rules: meta test X has undefined dependency 'Y'"),
    NOTE("bayes: {text}", "bayes: cannot open bayes databases /x/bayes_* R/W: lock failed"),
    NOTE("auto-whitelist: {text}", "auto-whitelist: open of auto-whitelist file failed"),
    NOTE("dns: {text}", "dns: sendto() to [192.0.2.1]:53 failed: Connection refused, failing over to [192.0.2.2]:53"),
    NOTE("util: {text}", "util: setuid: ruid=1000 euid=1000"),
    NOTE("spf: {text}", "spf: lookup failed: x"),
    NOTE("dkim: {text}", "dkim: x"),
    NOTE("pyzor: {text}", "pyzor: check failed: x"),
    NOTE("razor2: {text}", "razor2: razor2 check failed: x"),
    NOTE("dcc: {text}", "dcc: check failed: x"),
    NOTE("async: {text}", "async: aborting after 3.379 s, deadline shrunk: URIBL"),
    NOTE("Did not receive a response from {text}", "Did not receive a response from the pyzor server pyzor.example.org:24441 for 5 seconds!"),
    NOTE("mkdir {text}", "mkdir /var/www/.spamassassin: Permission denied at x line 1"),
    NOTE("Use of uninitialized value {text}", "Use of uninitialized value $x in y at z line 1."),
    NOTE("Tell: {text}", "Tell: Setting local Removing local for anna:1000 in 0.3 seconds, 4711 bytes"),
    NOTE("info: {text}", "info: setuid to anna succeeded, reading scores from SQL"),
    NOTE("reporter: {text}", "reporter: spam reported to Razor"),
    NOTE("FuzzyOcr: {text}", "FuzzyOcr: FuzzyOcr stopped, message got 12 points by other FuzzyOcr tests (12.0>10.0)."),
    NOTE("failed sanity check, {text}", "failed sanity check, 4711 bytes claimed, 4700 bytes seen"),
    NOTE("Cannot open {text}", "Cannot open bayes databases /var/lib/anna/.spamassassin/bayes_* R/W: lock failed: File exists"),
    NOTE("creating default_prefs: {text}", "creating default_prefs: /var/lib/anna/.spamassassin/user_prefs"),
    NOTE("using default config for {text}", "using default config for anna: /var/lib/anna/.spamassassin/user_prefs"),
    NOTE("handled cleanup of child pid {text}", "handled cleanup of child pid 4711 due to SIGCHLD"),
    NOTE("timing: {text}", "timing: total 1200 ms - parse: 0.9 (0.1%)"),
    NOTE("ldap: {text}", "ldap: entering handle_user_ldap(anna)"),
    NOTE("waitpid failed: {text}", "waitpid failed: 4711 No child processes"),
    NOTE("server {text}", "server killed by SIGTERM, shutting down"),
};

static const struct line_shape spampd[] = {
    { EVENT_SPAM_VERDICT, "clean message <{message_id}> ({score:float}/{required:float}) from <{sender:address}> for <{recipient}> in {*}s, {size:int} bytes.",
      "clean message <m1@example.org> (0.10/5.00) from <a@example.org> for <b@example.com> in 1.20s, 3027 bytes.", "verdict=ham", 0 },
    { EVENT_SPAM_VERDICT, "identified spam <{message_id}> ({score:float}/{required:float}) from <{sender:address}> for <{recipient}> in {*}s, {size:int} bytes.",
      "identified spam <m1@example.org> (9.10/5.00) from <a@example.org> for <b@example.com> in 1.20s, 3027 bytes.", "verdict=spam", 0 },
    { EVENT_SPAM_VERDICT, "clean message {*} ({score:float}/{required:float}) from <{sender:address}> for <{recipient}> in {*}s, {size:int} bytes.",
      "clean message (unknown) (0.10/5.00) from <a@example.org> for <b@example.com> in 1.20s, 3027 bytes.", "verdict=ham", 0 },
    { EVENT_SPAM_VERDICT, "identified spam {*} ({score:float}/{required:float}) from <{sender:address}> for <{recipient}> in {*}s, {size:int} bytes.",
      "identified spam (unknown) (9.10/5.00) from <a@example.org> for <b@example.com> in 1.20s, 3027 bytes.", "verdict=spam", 0 },
    { EVENT_SPAM_VERDICT, "skipped large message <{message_id}> {reason}", "skipped large message <m1@example.org> (512.00KB) from <a@example.org> for <b@example.com>", "verdict=skip", 0 },
    { EVENT_SPAM_VERDICT, "skipped large message ({reason}", "skipped large message (512.00KB)", "verdict=skip", 0 },
    { EVENT_SPAM_VERDICT, "rules hit for <{message_id}>: {tests}", "rules hit for <m1@example.org>: ALL_TRUSTED,BAYES_50", NULL, 0 },
    NOTE("rules hit for {text}", "rules hit for (unknown): ALL_TRUSTED"),
    { EVENT_SPAMD_BEGIN, "processing message {*} for <{recipient}> ORCPT={*}", "processing message <m1@example.org> for <b@example.com> ORCPT=rfc822;b@example.com", NULL, 0 },
    { EVENT_SPAMD_BEGIN, "processing message {*} for <{recipient}>", "processing message <m1@example.org> for <b@example.com>", NULL, 0 },
    { EVENT_DAEMON_WARNING, "WARNING!! {reason}", "WARNING!! Error in process_request eval block: x", NULL, 0 },
    NOTE("{*} Process Backgrounded", "2026/11/22-10:00:00 Process Backgrounded"),
    NOTE("{*} SpamPD (type Net::Server::{*}) starting! {*}", "2026/11/22-10:00:00 SpamPD (type Net::Server::PreForkSimple) starting! pid(4711)"),
    NOTE("{*} starting! {*}", "2026/11/22-10:00:00 SpamPD starting! pid(4711)"),
    NOTE("{*} Server closing!", "2026/11/22-10:00:00 Server closing!"),
    NOTE("{*} CONNECT TCP Peer: {text}", "2026/11/22-10:00:00 CONNECT TCP Peer: \"127.0.0.1:36479\" Local: \"127.0.0.1:10025\""),
    NOTE("Starting \"{*}\" children", "Starting \"5\" children"),
    NOTE("Child {text}", "Child Preforked (8023)"),
    NOTE("Parent {text}", "Parent process id: 4711"),
    NOTE("Initiated Server", "Initiated Server"),
    NOTE("Beginning prefork ({*} processes)", "Beginning prefork (5 processes)"),
    NOTE("Binding to {text}", "Binding to TCP port 10025 on host 127.0.0.1 with IPv4"),
    NOTE("Setting {text}", "Setting uid to \"112\""),
    NOTE("{what:word} Not Defined.  Defaulting to {text}", "Group Not Defined.  Defaulting to EGID '117 117'"),
};

static const struct line_shape milter[] = {
    { EVENT_DAEMON_WARNING, "Could not {reason}", "Could not retrieve sendmail macro \"i\"!.  Please add it to confMILTER_MACROS_ENVFROM for better spamassassin results", NULL, 0 },
    { EVENT_DAEMON_WARNING, "{*}: Could not {reason}", "spamass-milter[1]: Could not connect to spamd", NULL, 0 },
    NOTE("spamass-milter {text}", "spamass-milter 0.4.0 starting"),
    NOTE("Thrown error: {text}", "Thrown error: poll error"),
    NOTE("Unknown error", "Unknown error"),
    NOTE("queueid={text}", "queueid=4jY4Wd0VKsz39"),
};
/* clang-format on */

const struct shape_table spamd_shapes = { "spamd_shapes", SERVICE_FILTER, spamd, COUNT(spamd) };
const struct shape_table spampd_shapes = { "spampd_shapes", SERVICE_FILTER, spampd, COUNT(spampd) };
const struct shape_table spamass_milter_shapes = { "spamass_milter_shapes", SERVICE_FILTER, milter,
                                                   COUNT(milter) };
