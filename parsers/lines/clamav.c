/* Lines of ClamAV: clamd, freshclam, clamav-milter, and the proxy clamsmtpd. */
#include "base/xalloc.h"
#include "parsers/lines/daemon_rows.h"
#include "parsers/lines/shape_tables.h"

#define UPDATE(pattern, sample, ok)                                                                \
    {                                                                                              \
        EVENT_DEFS_UPDATE, pattern, sample, "ok=" ok, 0                                            \
    }

/* clang-format off */
static const struct line_shape clamd[] = {
    { EVENT_VIRUS_VERDICT, "{*}: {virus} FOUND", "stream: Eicar-Test-Signature FOUND", "verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "{*}: OK", "stream: OK", "verdict=ham", 0 },
    UPDATE("SelfCheck: Database status OK.", "SelfCheck: Database status OK.", "1"),
    UPDATE("SelfCheck: Database modification detected. Forcing reload.", "SelfCheck: Database modification detected. Forcing reload.", "1"),
    UPDATE("Database correctly reloaded ({count:int} signatures)", "Database correctly reloaded (8673000 signatures)", "1"),
    UPDATE("Database correctly reloaded ({count:int} viruses)", "Database correctly reloaded (35138 viruses)", "1"),
    UPDATE("Reading databases from {*}", "Reading databases from /var/lib/clamav", "null"),
    UPDATE("Database modification detected. Forcing reload.", "Database modification detected. Forcing reload.", "1"),
    UPDATE("Activating the newly loaded database{*}", "Activating the newly loaded database...", "1"),
    NOTE("SelfCheck: {text}", "SelfCheck: x"),
    NOTE("Loaded {count:int} signatures.", "Loaded 8673000 signatures."),
    WARN("ERROR: {reason}", "ERROR: accept() failed"),
    WARN("WARNING: {reason}", "WARNING: lstat() failed on: /x"),
    WARN("{*}: {reason} ERROR", "/tmp/x: lstat() failed: No such file or directory. ERROR"),
    NOTE("Limits: {text}", "Limits: Global time limit set to 120000 milliseconds."),
    NOTE("clamd daemon {text}", "clamd daemon 1.0.3 (OS: Linux, ARCH: x86_64, CPU: x86_64)"),
    NOTE("Log file size limited to {text}", "Log file size limited to 4294967295 bytes."),
    NOTE("Listening daemon: {text}", "Listening daemon: PID: 4711"),
    NOTE("LOCAL: {text}", "LOCAL: Unix socket file /run/clamav/clamd.ctl"),
    NOTE("TCP: {text}", "TCP: Bound to [127.0.0.1]:3310"),
    NOTE("+++ {text}", "+++ Started at Sun Nov 22 10:00:00 2026"),
    NOTE("--- {text}", "--- Stopped at Sun Nov 22 10:00:00 2026"),
    NOTE("Self checking every {text}", "Self checking every 3600 seconds."),
    NOTE("{what:word} support enabled.", "Archive: support enabled."),
    NOTE("{what} support {what:word}", "Heuristic alerts support enabled."),
    NOTE("{what} enabled.", "Detection of broken executables enabled."),
    NOTE("{what} disabled.", "Not loading PUA signatures disabled."),
    NOTE("Not loading {text}", "Not loading PUA signatures."),
    NOTE("Bytecode: {text}", "Bytecode: Security mode set to \"TrustSigned\"."),
    NOTE("Waiting for {text}", "Waiting for all threads to finish"),
    NOTE("Shutting down {text}", "Shutting down the main socket."),
    NOTE("Closing {text}", "Closing the main socket."),
    NOTE("Pid file removed.", "Pid file removed."),
    NOTE("Socket file removed.", "Socket file removed."),
    NOTE("Exiting (clean)", "Exiting (clean)"),
    NOTE("Received {*} from {text}", "Received 1 file descriptor(s) from systemd."),
    NOTE("Unix socket support {text}", "Unix socket support enabled on /x"),
    NOTE("Using {text}", "Using new command set"),
    NOTE("SIGHUP caught: re-opening log file.", "SIGHUP caught: re-opening log file."),
    NOTE("No stats for Database check{text}", "No stats for Database check - forcing reload"),
    NOTE("Finished scanthread", "Finished scanthread"),
};

static const struct line_shape freshclam[] = {
    UPDATE("{*} database is up-to-date {*}", "daily.cld database is up-to-date (version: 27460, sigs: 2067000, f-level: 90, builder: raynman)", "1"),
    UPDATE("{*} is up to date {*}", "daily.cld is up to date (version: 27460, sigs: 2067000, f-level: 90, builder: raynman)", "1"),
    UPDATE("{*} updated (version: {version},{*}", "daily.cld updated (version: 27460, sigs: 2067000, f-level: 90, builder: raynman)", "1"),
    UPDATE("Database updated {*}", "Database updated (8673000 signatures) from database.clamav.net (IP: 192.0.2.1)", "1"),
    UPDATE("Database test passed.", "Database test passed.", "1"),
    UPDATE("Update failed.", "Update failed.", "0"),
    UPDATE("Update process terminated", "Update process terminated", "0"),
    UPDATE("ERROR: {reason}", "ERROR: Can't download daily.cvd from db.local.clamav.net", "0"),
    UPDATE("^{reason}", "^getpatch: Can't download daily-1.cdiff from database.clamav.net", "0"),
    UPDATE("!{reason}", "!Can't query current.cvd.clamav.net", "0"),
    UPDATE("WARNING: Your ClamAV installation is OUTDATED!", "WARNING: Your ClamAV installation is OUTDATED!", "0"),
    UPDATE("WARNING: {reason}", "WARNING: Can't query current.cvd.clamav.net", "0"),
    UPDATE("Can't {reason}", "Can't query current.cvd.clamav.net", "0"),
    UPDATE("Giving up on {*}", "Giving up on https://database.clamav.net...", "0"),
    UPDATE("ClamAV update process started at {*}", "ClamAV update process started at Sun Nov 22 10:00:00 2026", "null"),
    NOTE("Clamd successfully notified about the update.", "Clamd successfully notified about the update."),
    NOTE("Downloading {text}", "Downloading daily-27460.cdiff [100%]"),
    NOTE("Retrieving {text}", "Retrieving http://database.clamav.net/daily-27460.cdiff"),
    NOTE("Received signal: {text}", "Received signal: wake up"),
    NOTE("Testing database: {text}", "Testing database: '/var/lib/clamav/tmp/x.cld' ..."),
    NOTE("Time: {text}", "Time:    1.2s, ETA:    0.0s [========================>]  1.00MiB/1.00MiB"),
    NOTE("{*} database available for {text}", "daily database available for update (local version: 27459, remote version: 27460)"),
    NOTE("Current database is {text}", "Current database is 1 version behind."),
    NOTE("Local version: {text}", "Local version: 0.103.8 Recommended version: 0.103.9"),
    NOTE("DON'T PANIC! Read {text}", "DON'T PANIC! Read https://docs.clamav.net/manual/Installing.html"),
    NOTE("freshclam daemon {text}", "freshclam daemon 1.0.3 (OS: Linux, ARCH: x86_64, CPU: x86_64)"),
    NOTE("Trying {text}", "Trying again in 5 secs..."),
    NOTE("Ignoring mirror {text}", "Ignoring mirror 192.0.2.1 (due to previous errors)"),
    NOTE("Reading CVD header {text}", "Reading CVD header (main.cvd):"),
    NOTE("--------------------------------------", "--------------------------------------"),
    NOTE("Incremental update failed, {text}", "Incremental update failed, trying to download daily.cvd"),
    NOTE("*{text}", "*Current working dir is /var/lib/clamav/"),
    NOTE("nonblock_{text}", "nonblock_connect: connect timing out (30 secs)"),
};

static const struct line_shape milter[] = {
    { EVENT_VIRUS_VERDICT, "Message {queue_id:qid} from <{sender:address}> to <{recipient}> with subject '{*}' message-id '<{message_id}>' date '{*}' infected by {virus}",
      "Message 4jY4Wd0VKsz39 from <a@example.org> to <b@example.com> with subject 'x' message-id '<m1@example.org>' date 'Sun, 22 Nov 2026 10:00:00 +0100' infected by Eicar-Test-Signature", "verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "Message {queue_id:qid} from <{sender:address}> to <{recipient}> {*}infected by {virus}",
      "Message 4jY4Wd0VKsz39 from <a@example.org> to <b@example.com> infected by Eicar-Test-Signature", "verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "Message from <{sender:address}> to <{recipient}> {*}infected by {virus}",
      "Message from <a@example.org> to <b@example.com> infected by Eicar-Test-Signature", "verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "Clean message {queue_id:qid} from <{sender:address}> to <{recipient}>{*}", "Clean message 4jY4Wd0VKsz39 from <a@example.org> to <b@example.com>", "verdict=ham", 0 },
    { EVENT_VIRUS_VERDICT, "Clean message from <{sender:address}> to <{recipient}>{*}", "Clean message from <a@example.org> to <b@example.com>", "verdict=ham", 0 },
    { EVENT_VIRUS_VERDICT, "{queue_id}: {*} Intercepted virus from <{sender:address}> to <{recipient}>", "0FCEE9247A9: stream: Eicar FOUND Intercepted virus from <a@example.org> to <b@example.com>", "verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "{queue_id}: clean message from <{sender}>{*}", "0FCEE9247A9: clean message from <a@example.org>", "verdict=ham", 0 },
    WARN("ERROR: {reason}", "ERROR: Failed to connect to clamd"),
    WARN("WARNING: {reason}", "WARNING: No clamd server appears to be available"),
    WARN("No clamd server appears to be available", "No clamd server appears to be available"),
    NOTE("+++ {text}", "+++ Started at Sun Nov 22 10:00:00 2026"),
    NOTE("clamav-milter: {text}", "clamav-milter: x"),
    NOTE("Probe for {text}", "Probe for slot 1 returned: success"),
};

static const struct line_shape clamsmtp[] = {
    { EVENT_VIRUS_VERDICT, "{queue_id}: from={sender:address}, to={recipients}, status=VIRUS:{virus}", "100A01: from=a@example.org, to=b@example.com, status=VIRUS:Eicar-Test-Signature", "queue_id=null,verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "{queue_id}: from={sender:address}, to={recipients}, status=CLEAN", "100A02: from=a@example.org, to=b@example.com, to=c@example.com, status=CLEAN", "queue_id=null,verdict=ham", 0 },
    { EVENT_VIRUS_VERDICT, "{queue_id}: from={sender:address}, to={recipients}, status={status}", "100A02: from=a@example.org, to=b@example.com, status=PASSED", "queue_id=null,verdict=skip", 0 },
    WARN("{queue_id}: {*}couldn't {reason}", "100A02: couldn't connect to: 127.0.0.1:10026"),
    NOTE("{queue_id}: accepted connection from: {text}", "100A02: accepted connection from: 127.0.0.1"),
    NOTE("{queue_id}: {what:word} {text}", "100A02: connected to server"),
    NOTE("starting up {text}", "starting up (clamsmtp 1.10)..."),
    NOTE("accepting connections", "accepting connections"),
    NOTE("configured cleanup {text}", "configured cleanup x"),
};
/* clang-format on */

const struct shape_table clamd_shapes = { "clamd_shapes", SERVICE_FILTER, clamd, COUNT(clamd) };
const struct shape_table freshclam_shapes = { "freshclam_shapes", SERVICE_FILTER, freshclam,
                                              COUNT(freshclam) };
const struct shape_table clamav_milter_shapes = { "clamav_milter_shapes", SERVICE_FILTER, milter,
                                                  COUNT(milter) };
const struct shape_table clamsmtp_shapes = { "clamsmtp_shapes", SERVICE_FILTER, clamsmtp,
                                             COUNT(clamsmtp) };
