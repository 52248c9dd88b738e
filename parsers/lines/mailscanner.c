/* Lines of MailScanner, and of the small programs that update what it needs. */
#include <string.h>

#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/queue_id.h"
#include "parsers/lines/shape_tables.h"

/* Sets ms_id, and the queue id in it: MailScanner puts ".A" and four hex digits (before 2009 five)
 * behind short ids. */
static void set_ms_id(struct slice id, struct event *event)
{
    event_set(event, FIELD_MS_ID, id);
    struct slice queue_id = slice_head(id, slice_index(id, '.'));
    if (queue_id_is_valid(queue_id))
        event_set(event, FIELD_QUEUE_ID, queue_id);
}

const char *slot_ms_id(const char *at, const char *end, struct event *event)
{
    const char *stop = at;
    while (stop < end && (ascii_is_alnum(*stop) || *stop == '.' || *stop == '-' || *stop == '_'))
        stop++;
    while (stop > at && stop[-1] == '.')
        stop--;
    if (stop - at < 5)
        return NULL;
    set_ms_id(slice_make(at, (size_t)(stop - at)), event);
    return stop;
}

const char *slot_ms_requeue(const char *at, const char *end, struct event *event)
{
    static const struct slice to = SLICE(" to ");
    const char *stop = slot_ms_id(at, end, event);
    if (!stop || end - stop < 9 || memcmp(stop, to.at, to.len) != 0)
        return NULL;
    struct slice new_id = slice_make(stop + to.len, (size_t)(end - stop) - to.len);
    if (slice_index(new_id, ' ') < new_id.len)
        return NULL;
    event_set(event, FIELD_NEW_QUEUE_ID, new_id);
    if (slice_equal(event_get(event, FIELD_QUEUE_ID), new_id))
        event_set(event, FIELD_SAME, (struct slice)SLICE("true"));
    return end;
}

/* Takes "WORD=1.2" or "WORD 1.2": the words are of the site's language file. */
static bool take_value(struct slice part, char between, struct slice *value)
{
    size_t at = slice_last_index(part, between);
    double number;
    *value = slice_skip(part, at + 1);
    return at < part.len && slice_to_double(*value, &number);
}

/* "not cached, score=12.3, required 5, autolearn=x, TEST 1.2, ..." */
static bool take_scores(struct slice inside, struct event *event)
{
    struct slice rest = inside, score = { NULL, 0 }, required = { NULL, 0 };
    while (rest.len && !required.at) {
        size_t comma = slice_index(rest, ',');
        struct slice part = slice_trim(slice_head(rest, comma)), value;
        if (!score.at && take_value(part, '=', &value))
            score = value;
        else if (score.at && take_value(part, ' ', &value))
            required = value;
        rest = slice_skip(rest, comma + 1);
    }
    if (!required.at)
        return false;
    event_set(event, FIELD_SCORE, score);
    event_set(event, FIELD_REQUIRED, required);
    while (rest.len) { /* what stands between the threshold and the tests has no blank inside */
        struct slice first = slice_trim(slice_head(rest, slice_index(rest, ',')));
        if (slice_index(first, ' ') < first.len || slice_index(first, '=') == first.len)
            break;
        rest = slice_skip(rest, slice_index(rest, ',') + 1);
    }
    event_set(event, FIELD_TEST_SCORES, slice_trim(rest));
    return true;
}

/* The verdict by the numbers, whatever the language. */
static void set_verdict(struct event *event)
{
    double score = 0, required = 0;
    slice_to_double(event_get(event, FIELD_SCORE), &score);
    slice_to_double(event_get(event, FIELD_REQUIRED), &required);
    event_set(event, FIELD_VERDICT,
              score >= required ? (struct slice)SLICE("spam") : (struct slice)SLICE("ham"));
}

/* {ms_report}: "[LIST, LIST, ]SpamAssassin (...)"; the lists found the client. */
const char *slot_ms_report(const char *at, const char *end, struct event *event)
{
    static const struct slice words = SLICE("SpamAssassin (");
    struct slice all = slice_make(at, (size_t)(end - at));
    size_t found = slice_find_last(all, words);
    struct slice lists = slice_head(all, found);
    if (found < all.len) {
        struct slice inside = slice_skip(all, found + words.len);
        if (inside.len && inside.at[inside.len - 1] == ')')
            inside.len--;
        else
            event_set(event, FIELD_TRUNCATED, (struct slice)SLICE("true"));
        if (take_scores(inside, event))
            set_verdict(event);
        else
            event_set(event, FIELD_REASON, inside);
    }
    lists = slice_trim(lists);
    if (lists.len && lists.at[lists.len - 1] == ',')
        lists.len--;
    if (lists.len)
        event_set(event, FIELD_RBL, lists);
    return end;
}

#define NOTE(pattern, sample)                                                                      \
    {                                                                                              \
        EVENT_MS_STEP, pattern, sample, NULL, 0                                                    \
    }
#define TROUBLE(pattern, sample, what)                                                             \
    {                                                                                              \
        EVENT_MS_TROUBLE, pattern, sample, "what=" what, 0                                         \
    }
#define FROM        "Message {ms_id} from {client_address:ip} ({sender:address}) to {recipient_domains} "
#define FROM_SAMPLE "Message BA166C00C0.A9BEF from 192.0.2.9 (a@example.org) to example.com "

/* clang-format off */
static const struct line_shape mailscanner[] = {
    { EVENT_MS_BATCH, "New Batch: Scanning {messages:int} messages, {bytes:int} bytes", "New Batch: Scanning 1 messages, 3027 bytes", NULL, 0 },
    { EVENT_MS_WAITING, "New Batch: Found {messages:int} messages waiting", "New Batch: Found 120 messages waiting", NULL, 0 },
    { EVENT_MS_BATCH, "New Batch: Forwarding {messages:int} unscanned messages, {bytes:int} bytes", "New Batch: Forwarding 2 unscanned messages, 9000 bytes", "unscanned=true", 0 },
    { EVENT_MS_REQUEUE, "Requeue: {ms_requeue}", "Requeue: BA166C00C0.A9BEF to 0921EC00A8\nRequeue: 4bsM5k4xJmz4rT6 to 4bsM5k4xJmz4rT6", NULL, 0 },
    { EVENT_SPAM_VERDICT, FROM "is spam, {ms_report}", FROM_SAMPLE "is spam, spamhaus-ZEN, SpamAssassin (not cached, score=12.3, required 5, BAYES_99 3.50, RDNS_NONE 0.79)", "verdict=spam", 0 },
    { EVENT_SPAM_VERDICT, FROM "is not spam, {ms_report}", FROM_SAMPLE "is not spam, SpamAssassin (cached, score=-1.9, required 5, BAYES_00 -1.90)", "verdict=ham", 0 },
    { EVENT_SPAM_VERDICT, FROM "is spam ({reason})", FROM_SAMPLE "is spam (blacklisted)", "verdict=spam", 0 },
    { EVENT_SPAM_VERDICT, FROM "is not spam ({reason})", FROM_SAMPLE "is not spam (whitelisted)", "verdict=skip", 0 },
    { EVENT_SPAM_VERDICT, FROM "is too big for spam checks ({reason})", FROM_SAMPLE "is too big for spam checks (300000 > 150000 bytes)", "verdict=skip", 0 },
    { EVENT_SPAM_VERDICT, FROM "is spam", FROM_SAMPLE "is spam", "verdict=spam", 0 },
    { EVENT_SPAM_VERDICT, FROM "is not spam", FROM_SAMPLE "is not spam", "verdict=ham", 0 },
    { EVENT_SPAM_VERDICT, FROM "is whitelisted", FROM_SAMPLE "is whitelisted", "reason=whitelisted,verdict=skip", 0 },
    { EVENT_SPAM_VERDICT, FROM "is banned ({reason})", FROM_SAMPLE "is banned (MCP blacklisted)", "verdict=spam", 0 },
    { EVENT_SPAM_VERDICT, FROM "is {*}, {ms_report}", FROM_SAMPLE "is kein Spam, SpamAssassin (nicht zwischen gespeichert, Wertung=1.1, benoetigt 5, BAYES_00 -1.90)", NULL, 0 },
    { EVENT_SPAM_VERDICT, FROM "is {reason}", FROM_SAMPLE "is junk", NULL, 0 },
    { EVENT_SPAM_VERDICT, "Message {ms_id} from {client_address:ip} ({sender:address}) is whitelisted", "Message 5ctN6m5yKmz5sU7 from 192.0.2.9 (a@example.org) is whitelisted", "reason=whitelisted,verdict=skip", 0 },
    NOTE("Message {ms_id} from {client_address:ip} ({sender:address}) ignored whitelist, {reason}", "Message BA166C00C0.A9BEF from 192.0.2.9 (a@example.org) ignored whitelist, had 30 recipients (>20)"),
    { EVENT_SPAM_VERDICT, "Message {ms_id} from {client_address:ip} has no (or invalid) watermark or sender address, marked as {reason}", "Message BA166C00C0.A9BEF from 192.0.2.9 has no (or invalid) watermark or sender address, marked as spam", "verdict=spam", 0 },
    NOTE("Message {ms_id} from {client_address:ip} has {reason}", "Message BA166C00C0.A9BEF from 192.0.2.9 has valid watermark"),
    NOTE("Message {ms_id} had {reason}", "Message BA166C00C0.A9BEF had bad watermark, added 5 to spam score"),
    NOTE("Message {ms_id} added {reason}", "Message BA166C00C0.A9BEF added HTML doc 'a.html' text as a.txt"),
    NOTE("Message {ms_id} has had {reason}", "Message BA166C00C0.A9BEF has had TNEF winmail.dat removed"),
    TROUBLE("Message {ms_id} is too big for available disk space {reason}", "Message BA166C00C0.A9BEF is too big for available disk space in /var/spool/MailScanner, skipping it", "disk space"),
    TROUBLE("Message {ms_id} is currently invalid, retrying", "Message BA166C00C0.A9BEF is currently invalid, retrying", "queue file"),
    TROUBLE("Message {ms_id} produced illegal {reason}", "Message BA166C00C0.A9BEF produced illegal Spam Action \"x\", so message is being delivered", "configuration"),
    NOTE("Message is external, prepending warning for {ms_id}", "Message is external, prepending warning for BA166C00C0.A9BEF"),
    NOTE("Custom Spam Scanner for message {ms_id} {reason}", "Custom Spam Scanner for message BA166C00C0.A9BEF from 192.0.2.9 (a@example.org) to example.com report is 1 x"),
    { EVENT_MS_ACTION, "Spam Actions: message {ms_id} actions are {actions}", "Spam Actions: message BA166C00C0.A9BEF actions are store,delete", NULL, 0 },
    { EVENT_MS_ACTION, "MCP Actions: message {ms_id} actions are {actions}", "MCP Actions: message BA166C00C0.A9BEF actions are deliver", NULL, 0 },
    NOTE("Spam Actions: {*} to {recipient}", "Spam Actions: (SpamAssassin) Bounce to a@example.org"),
    NOTE("Spam Actions: Notify {recipient}", "Spam Actions: Notify b@example.com"),
    NOTE("MCP Actions: {*} to {recipient}", "MCP Actions: (SpamAssassin) Bounce to a@example.org"),
    NOTE("MCP Actions: Notify {recipient}", "MCP Actions: Notify b@example.com"),
    NOTE("SpamAssassin Rule Actions: rule {what:word} caused action {action:word} in message {ms_id}", "SpamAssassin Rule Actions: rule SPAMMY caused action delete in message BA166C00C0.A9BEF"),
    { EVENT_MS_ACTION, "Non-delivery of {what}: message {ms_id} from {sender} to {recipients} with subject {*}", "Non-delivery of Spam: message BA166C00C0.A9BEF from a@example.org to b@example.com with subject offer", "actions=delete", 0 },
    { EVENT_MS_ACTION, "Delivery of {what}: message {ms_id} from {sender} to {recipients} with subject {*}", "Delivery of Spam: message BA166C00C0.A9BEF from a@example.org to b@example.com with subject offer", "actions=deliver", 0 },
    NOTE("Reject message {ms_id} from {sender} with report {*}", "Reject message BA166C00C0.A9BEF from a@example.org with report /etc/MailScanner/reports/en/rejection.report.txt"),
    { EVENT_DNSBL_HIT, "RBL checks: {ms_id} found in {dnsbl:list}", "RBL checks: BA166C00C0.A9BEF found in spamhaus-ZEN, spamcop.net", NULL, 0 },
    { EVENT_DNSBL_ERROR, "Disabled RBL {dnsbl:word} as reached {reason}", "Disabled RBL spamhaus-ZEN as reached 7/10 timeouts", NULL, 0 },
    { EVENT_DNSBL_ERROR, "RBL Check {dnsbl:word} timed out and was killed, {reason}", "RBL Check spamhaus-ZEN timed out and was killed, failure 1 of 7", NULL, 0 },
    { EVENT_VIRUS_VERDICT, "Infected message {ms_id} came from {client_address}", "Infected message BA166C00C0.A9BEF came from 192.0.2.9", "verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "{scanner}::INFECTED:: {virus} :: ./{ms_id}{*}", "Clamd::INFECTED:: Eicar-Test-Signature :: ./BA166C00C0.A9BEF/eicar.com", "verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "{scanner}::INFECTED::{virus}", "Avast::INFECTED::EICAR-Test", "verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "{ms_id}/{*}:infected: {virus}", "BA166C00C0.A9BEF/file.exe:infected: EICAR-Test-File", "scanner=bitdefender,verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "Found spam based virus {virus} in {ms_id}", "Found spam based virus X.Spam.1 in BA166C00C0.A9BEF", "verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "Other Checks: Found Happy virus in {ms_id}", "Other Checks: Found Happy virus in BA166C00C0.A9BEF", "verdict=virus,virus=Happy", 0 },
    { EVENT_VIRUS_VERDICT, "Viruses marked as silent: {virus}", "Viruses marked as silent: Eicar-Test", "verdict=virus", 0 },
    { EVENT_VIRUS_VERDICT, "Virus Scanning: F-Secure found virus {virus}", "Virus Scanning: F-Secure found virus Eicar", "scanner=f-secure,verdict=virus", 0 },
    { EVENT_MS_COUNT, "Virus Scanning: {scanner} found {infections:int} infections", "Virus Scanning: Clamd found 1 infections", NULL, 0 },
    { EVENT_MS_COUNT, "Virus Scanning: Found {viruses:int} viruses", "Virus Scanning: Found 1 viruses", NULL, 0 },
    { EVENT_MS_COUNT, "Spam Checks: Found {spam:int} spam messages", "Spam Checks: Found 3 spam messages", NULL, 0 },
    { EVENT_MS_COUNT, "MCP Checks: Found {count:int} MCP messages", "MCP Checks: Found 3 MCP messages", NULL, 0 },
    { EVENT_MS_COUNT, "{what:word} Checks: Found {count:int} problems", "Other Checks: Found 3 problems", NULL, 0 },
    { EVENT_MS_COUNT, "Uninfected: Delivered {delivered:int} message{*}", "Uninfected: Delivered 1 messages", "what=uninfected", 0 },
    { EVENT_MS_COUNT, "Unscanned: Delivered {delivered:int} message{*}", "Unscanned: Delivered 1 messages", "what=unscanned", 0 },
    { EVENT_MS_COUNT, "Cleaned: Delivered {delivered:int} cleaned message{*}", "Cleaned: Delivered 1 cleaned messages", "what=cleaned", 0 },
    { EVENT_MS_COUNT, "Silent: Delivered {delivered:int} messages containing silent viruses", "Silent: Delivered 1 messages containing silent viruses", "what=silent", 0 },
    { EVENT_MS_COUNT, "Sender Warnings: Delivered {count:int} warnings to virus senders", "Sender Warnings: Delivered 1 warnings to virus senders", NULL, 0 },
    { EVENT_MS_COUNT, "Notices: Warned about {count:int} messages", "Notices: Warned about 2 messages", NULL, 0 },
    { EVENT_MS_COUNT, "Disinfection: {*} {count:int} {*}", "Disinfection: Attempting to disinfect 3 messages", NULL, 0 },
    { EVENT_MS_SPEED, "Batch ({messages:int} message{*}) processed in {seconds:float} seconds", "Batch (1 message) processed in 3.10 seconds", NULL, 0 },
    { EVENT_MS_SPEED, "Batch completed at {*} bytes per second ({bytes:int} / {seconds:int})", "Batch completed at 1009 bytes per second (3027 / 3)", NULL, 0 },
    { EVENT_MS_SPEED, "{what:word} Checks completed at {*} bytes per second", "Spam Checks completed at 1009 bytes per second", NULL, 0 },
    { EVENT_MS_SPEED, "Virus Scanning completed at {*} bytes per second", "Virus Scanning completed at 1009 bytes per second", NULL, 0 },
    { EVENT_MS_SPEED, "{*} Processing completed at {*} bytes per second", "Virus Processing completed at 1009 bytes per second", NULL, 0 },
    TROUBLE("Virus Scanning: No virus scanners worked, {reason}", "Virus Scanning: No virus scanners worked, so message batch was abandoned and retried!", "no scanner"),
    TROUBLE("Virus Scanning: {reason}", "Virus Scanning: Batch scan timed out, retry attempt 1", "virus scanning"),
    TROUBLE("Process did not exit cleanly, returned {code:int} with signal {signal:int}", "Process did not exit cleanly, returned 0 with signal 9", "crash"),
    TROUBLE("SpamAssassin timed out{reason}", "SpamAssassin timed out and was killed, failure 1 of 10", "spamassassin timeout"),
    TROUBLE("Message Content Protection SpamAssassin {reason}", "Message Content Protection SpamAssassin timed out and was killed", "spamassassin timeout"),
    TROUBLE("SpamAssassin Bayes database rebuild failed {reason}", "SpamAssassin Bayes database rebuild failed with error: x", "bayes"),
    TROUBLE("Generic Spam Scanner timed out and was killed{reason}", "Generic Spam Scanner timed out and was killed, failure 1 of 10", "spam scanner timeout"),
    TROUBLE("ERROR:: COULD NOT CONNECT TO CLAMD, {reason}", "ERROR:: COULD NOT CONNECT TO CLAMD, RECOMMEND RESTARTING DAEMON :: ./BA166C00C0.A9BEF", "clamd down"),
    TROUBLE("{scanner}::ERROR:: {reason}", "Clamd::ERROR:: UNKNOWN CLAMD RETURN x :: ./", "scanner error"),
    TROUBLE("ERROR:: {reason}", "ERROR:: CLAMD PING TIMED OUT! :: ./", "clamd down"),
    TROUBLE("ERROR: {reason}", "ERROR: Could not connect to SQLite database", "error"),
    TROUBLE("ERROR {reason}", "ERROR generating long queue ID (x), back to short ID (y)", "error"),
    TROUBLE("Error: {reason}", "Error: could not open message dir x", "error"),
    TROUBLE("Commercial scanner {scanner:word} timed out!", "Commercial scanner bitdefender timed out!", "scanner timeout"),
    TROUBLE("AV engine {scanner:word} timed out", "AV engine clamd timed out", "scanner timeout"),
    TROUBLE("{scanner:word} Failed to complete, timed out", "bitdefender: Failed to complete, timed out", "scanner timeout"),
    TROUBLE("clam{what}daemon {reason}", "clamav daemon timed out", "clamd down"),
    TROUBLE("Avastd Timed Out!", "Avastd Timed Out!", "scanner timeout"),
    TROUBLE("Denial Of Service attack {reason}", "Denial Of Service attack in message BA166C00C0.A9BEF", "denial of service"),
    TROUBLE("Either you've found a bug in MailScanner's {reason}", "Either you've found a bug in MailScanner's Sophos output parser, or Sophos' output format has changed!", "parser"),
    TROUBLE("Cannot {reason}", "Cannot open message file x, No such file or directory", "system"),
    TROUBLE("Could not {reason}", "Could not connect to clamd", "system"),
    TROUBLE("Can't {reason}", "Can't set GID 100", "system"),
    TROUBLE("Unable to {reason}", "Unable to kick message x, will retry soon...", "system"),
    TROUBLE("Failed to {reason}", "Failed to link message body between queues (a --> b)", "system"),
    TROUBLE("WARNING: {reason}", "WARNING: Your Processing Attempts Database name is not set!", "configuration"),
    TROUBLE("Warning: {reason}", "Warning: skipping message BA166C00C0.A9BEF as it has been attempted too many times", "message"),
    TROUBLE("Dropping message {ms_id} as {reason}", "Dropping message BA166C00C0.A9BEF as it caused MailScanner to crash several times", "message"),
    TROUBLE("Quarantined message {ms_id} as {reason}", "Quarantined message BA166C00C0.A9BEF as it caused MailScanner to crash several times", "message"),
    TROUBLE("New Batch: Found invalid queue files: {reason}", "New Batch: Found invalid queue files: 0921EC00A8", "queue file"),
    TROUBLE("Syntax error{reason}", "Syntax error(s) in configuration file:", "configuration"),
    TROUBLE("Possible syntax error on line {reason}", "Possible syntax error on line 3 of /etc/MailScanner/MailScanner.conf", "configuration"),
    TROUBLE("Unrecognised keyword \"{name}\" {reason}", "Unrecognised keyword \"foo\" at line 3", "configuration"),
    TROUBLE("Configuration: {reason}", "Configuration: Could not read configuration file x, skipping.", "configuration"),
    TROUBLE("ConfigSQL {reason}", "ConfigSQL statement error x", "configuration"),
    TROUBLE("IPBlock: {reason}", "IPBlock: Cannot open x for writing", "ipblock"),
    TROUBLE("Disabling {reason}", "Disabling SpamAssassin network checks", "configuration"),
    TROUBLE("You {reason}", "You want to use SpamAssassin but have not installed it.", "configuration"),
    TROUBLE("Your {reason}", "Your \"Incoming Work Directory\" should be specified as an absolute path", "configuration"),
    TROUBLE("User's home directory {reason}", "User's home directory /var/spool/postfix is not writable", "configuration"),
    TROUBLE("Illegal {reason}", "Illegal value for Read IP Address From Received Header, should be a number", "configuration"),
    TROUBLE("Does not make sense to {reason}", "Does not make sense to bounce non-spam", "configuration"),
    TROUBLE("Domain name \"{domain}\" in {reason}", "Domain name \"a.b.c.example\" in x is deeper than third-level, ignoring it", "configuration"),
    TROUBLE("Unknown {reason}", "Unknown socket type, check MailScanner.conf MSMail Socket Type.", "configuration"),
    TROUBLE("I {reason}", "I will run without SpamAssassin for now, you will not detect much spam until you install SpamAssassin.", "configuration"),
    TROUBLE("Corrupt {reason}", "Corrupt TNEF winmail.dat that cannot be analysed in message BA166C00C0.A9BEF", "message"),
    TROUBLE("No end-of-message record found in {reason}", "No end-of-message record found in 0921EC00A8, retrying", "queue file"),
    TROUBLE("p record handling: {reason}", "p record handling: Loop condition found, aborting file.", "queue file"),
    TROUBLE("KickMessage {reason}", "KickMessage could not write to FIFO > /var/spool/postfix/public/pickup", "postfix"),
    TROUBLE("Postfix {reason}", "Postfix record too long in ReadRecord()", "postfix"),
    TROUBLE("S{what:word} in Message.pm : {reason}", "Safepipe in Message.pm : tnef timed out!", "unpacker"),
    NOTE("Virus and Content Scanning: Starting", "Virus and Content Scanning: Starting"),
    NOTE("{what:word} Checks: Starting", "Spam Checks: Starting"),
    NOTE("Content Checks: {reason}", "Content Checks: Detected and have disarmed web bug tags in HTML message in BA166C00C0.A9BEF from a@example.org"),
    NOTE("Other Checks: {reason}", "Other Checks: Found multipart boundary violation of RFC 2046 limit of 70 charaters in BA166C00C0.A9BEF"),
    NOTE("Filename Checks: {reason}", "Filename Checks: Windows/DOS Executable (BA166C00C0.A9BEF x.exe)"),
    NOTE("Filetype Checks: {reason}", "Filetype Checks: No executables (BA166C00C0.A9BEF x.exe)"),
    NOTE("Deleted {count:int} messages from processing-database", "Deleted 1 messages from processing-database"),
    NOTE("Deleted {reason}", "Deleted infected \"x.exe\""),
    NOTE("MailScanner child {reason}", "MailScanner child dying of old age"),
    NOTE("MailScanner setting {reason}", "MailScanner setting UID to postfix (101)"),
    NOTE("MailScanner {reason}", "MailScanner Email Processor version 5.4.4 starting..."),
    NOTE("Using {reason}", "Using SpamAssassin results cache"),
    NOTE("Connected to {reason}", "Connected to SpamAssassin cache database"),
    NOTE("Enabling {reason}", "Enabling SpamAssassin auto-whitelist functionality..."),
    NOTE("Expired {reason} records from the SpamAssassin cache", "Expired 3 records from the SpamAssassin cache"),
    NOTE("SpamAssassin cache hit for message {ms_id}", "SpamAssassin cache hit for message BA166C00C0.A9BEF"),
    NOTE("SpamAssassin Bayes database rebuild {reason}", "SpamAssassin Bayes database rebuild starting"),
    NOTE("SpamAssassin temp dir = {*}", "SpamAssassin temp dir = /var/spool/MailScanner/incoming/SpamAssassin-Temp"),
    NOTE("SpamAssassin temporary working directory is {*}", "SpamAssassin temporary working directory is /var/spool/MailScanner/incoming/SpamAssassin-Temp"),
    NOTE("SpamAssassin returned {*}", "SpamAssassin returned 0"),
    NOTE("Skipping {reason}", "Skipping SpamAssassin while waiting for Bayes database to rebuild"),
    NOTE("Bayes {reason}", "Bayes database rebuild is due"),
    NOTE("Read {reason}", "Read 869 hostnames from the phishing whitelist"),
    NOTE("Reading {reason}", "Reading configuration file /etc/MailScanner/MailScanner.conf"),
    { EVENT_SPAM_VERDICT, "Message {ms_id} is spam according to SpamAssassin (score={score:float}, required {required:float}{*})",
      "Message BA166C00C0.A9BEF is spam according to SpamAssassin (score=10.5, required 5, FROM_MALFORMED)", "verdict=spam", 0 },
    NOTE("Finished {reason}", "Finished initialising database connection"),
    NOTE("Found {reason}", "Found 3 messages in the Processing Attempts Database"),
    NOTE("Making attempt {count:int} at processing message {ms_id}", "Making attempt 2 at processing message BA166C00C0.A9BEF"),
    NOTE("Auto: Found virus scanners: {scanner}", "Auto: Found virus scanners: clamd"),
    NOTE("Config: {reason}", "Config: calling custom end function MailWatchLogging"),
    NOTE("Initialising {reason}", "Initialising IP blocking"),
    NOTE("Ending {reason}", "Ending SpamList"),
    NOTE("Closing down {reason}", "Closing down by-domain spam whitelist"),
    NOTE("Shutting down {reason}", "Shutting down internal accounts list"),
    NOTE("Started {reason}", "Started SQL Logging child"),
    NOTE("Logging message {ms_id} to {reason}", "Logging message BA166C00C0.A9BEF to SQL"),
    NOTE("{ms_id}: Logged to {reason}", "BA166C00C0.A9BEF: Logged to MailWatch SQL"),
    NOTE("MailWatch: {reason}", "MailWatch: Logging message BA166C00C0.A9BEF to SQL"),
    NOTE("Saved {reason}", "Saved archive copies of BA166C00C0.A9BEF"),
    NOTE("Archived message {ms_id} to {reason}", "Archived message BA166C00C0.A9BEF to mbox file /var/mail/x"),
    NOTE("Archiving message {ms_id} to {reason}", "Archiving message BA166C00C0.A9BEF to /var/spool/x"),
    NOTE("Quarantining {reason}", "Quarantining modified message for BA166C00C0.A9BEF"),
    NOTE("Unpack{reason}", "Unpacking RAR archive: x.rar"),
    NOTE("Clearing temporary work area.", "Clearing temporary work area."),
    NOTE("Partially clearing temporary work area.", "Partially clearing temporary work area."),
    NOTE("Valid {what:word} {*} in Message {ms_id}{reason}", "Valid RET hash found in Message BA166C00C0.A9BEF, skipping Spam Checks"),
    NOTE("{what:word} tag found in message {ms_id} from {sender}", "HTML-Form tag found in message BA166C00C0.A9BEF from a@example.org\nHTML-IFrame tag found in message BA166C00C0.A9BEF from a@example.org"),
    NOTE("HTML Img tag found in message {ms_id} from {sender}", "HTML Img tag found in message BA166C00C0.A9BEF from a@example.org"),
    NOTE("HTML disarming died, {reason}", "HTML disarming died, status = 9"),
    NOTE("{what}assword Protected {reason}", "Password Protected archive Found"),
    NOTE("lock.pl sees {reason}", "lock.pl sees have_module = 0"),
    NOTE("Generated line: {text}", "Generated line: Received: from 127.0.0.1"),
    NOTE("Waiting for {reason}", "Waiting for rebuild start request to disappear"),
    NOTE("Authenticated user auto whitelisted", "Authenticated user auto whitelisted"),
    NOTE("Sender was authenticated - Not checking RBLs", "Sender was authenticated - Not checking RBLs"),
    NOTE("Noticed update of {reason}", "Noticed update of ruleset for x"),
    NOTE("SophosSAVI{reason}", "SophosSAVI using 100 IDE files"),
    NOTE("ProcessClamAVOutput: {text}", "ProcessClamAVOutput: x"),
    NOTE("Adding zip member name \"{text}\"", "Adding zip member name \"x\""),
    NOTE("Creating hardcoded struct_flock subroutine {text}", "Creating hardcoded struct_flock subroutine for linux (Linux-type)"),
    NOTE("ZM: message {text}", "ZM: message x renamed into y"),
    NOTE("{what} library update{text}", "Sophos library update detected, resetting SAVI"),
    NOTE("{what} update of {text} detected, resetting SAVI", "Sophos update of /usr/local/Sophos detected, resetting SAVI"),
    NOTE("{what:word} configuration has changed, killing this child", "SQL configuration has changed, killing this child"),
    NOTE("Sophos SAVI library has been updated, killing this child", "Sophos SAVI library has been updated, killing this child"),
    NOTE("Starting up {text}", "Starting up by-domain spam whitelist, reading from /etc/MailScanner/x"),
    NOTE("Database flush completed", "Database flush completed"),
    NOTE("Internal Account List read {text}", "Internal Account List read 3 domains and 3 accounts"),
    TROUBLE("Internal-only account {reason}", "Internal-only account a attempted to send mail to external address a@example.org", "account"),
    TROUBLE("Config Error: {reason}", "Config Error: Cannot match against destination IP address when resolving configuration option \"x\"", "configuration"),
    TROUBLE("Looked up unknown string {reason}", "Looked up unknown string x in language translation file y", "configuration"),
    TROUBLE("LDAP {reason}", "LDAP binding error: x", "configuration"),
    TROUBLE("Making LDAP connection error: {reason}", "Making LDAP connection error: x", "configuration"),
    TROUBLE("Remember to separate fields with {reason}", "Remember to separate fields with tab characters!", "configuration"),
    TROUBLE("Possible syntax error in first keyword {reason}", "Possible syntax error in first keyword on line 3 of x", "configuration"),
    TROUBLE("For the incoming queue directory {reason}", "For the incoming queue directory x, please supply the absolute path not including any links", "configuration"),
    TROUBLE("File containing list of {reason}", "File containing list of incoming queue dirs (x) does not exist", "configuration"),
    TROUBLE("Incoming queue dir {reason}", "Incoming queue dir x does not exist (listed in directory list file y)", "configuration"),
    TROUBLE("Invalid {reason}", "Invalid rule of type x, rule is \"y\"", "configuration"),
    TROUBLE("Value of {name} cannot be a ruleset, only a simple value", "Value of x cannot be a ruleset, only a simple value", "configuration"),
    TROUBLE("Error in {reason}", "Error in line 3, file \"x\" for y does not exist (or can not be read)", "configuration"),
    TROUBLE("First Check must be set to MCP or spam", "First Check must be set to MCP or spam", "configuration"),
    TROUBLE("Calling CustomAction returned {reason}", "Calling CustomAction returned x", "configuration"),
    TROUBLE("Header {reason}", "Header too long! -- using it anyway!!", "queue file"),
    TROUBLE("Apparently invalid line in queue file!- {reason}", "Apparently invalid line in queue file!- continuing anyway.", "queue file"),
    TROUBLE("Don't know what to do with line {reason}", "Don't know what to do with line 'x' in header array!", "queue file"),
    TROUBLE("Pipe creation failed in WriteHeader, {reason}", "Pipe creation failed in WriteHeader, Too many open files", "system"),
    TROUBLE("WriteMIMEBody to {reason}", "WriteMIMEBody to x possibly failed, No space left on device", "system"),
    TROUBLE("Unlinking {reason}", "Unlinking x failed: No such file", "system"),
    TROUBLE("At start of SA checks could not {reason}", "At start of SA checks could not open x, y", "bayes"),
    TROUBLE("In Start {reason}", "In Start didn't find a C record when I wanted one x y", "queue file"),
    TROUBLE("Zip file {reason}", "Zip file x for message BA166C00C0.A9BEF could not be created", "unpacker"),
    TROUBLE("Too many attachments {reason}", "Too many attachments (300) in BA166C00C0.A9BEF", "message"),
    TROUBLE("Un{what:word} {reason}", "Unrar: Error in file: x -> y", "unpacker"),
    TROUBLE("7z{reason}", "7zipUnpacker : Encrypted Or Extract Error Creating 0 length x", "unpacker"),
    TROUBLE("7Z{reason}", "7ZipUnpacker: (x)", "unpacker"),
    TROUBLE("Trying to unpack {reason}", "Trying to unpack winmail.dat in message BA166C00C0.A9BEF, could not create subdirectory x, failed to unpack TNEF message", "unpacker"),
    TROUBLE("File magic error {reason}", "File magic error (x)", "unpacker"),
    TROUBLE("File checker {reason} timed out!", "File checker /usr/bin/file timed out!", "unpacker"),
    TROUBLE("Ignored Sophos{reason}", "Ignored Sophos 'x' error", "scanner error"),
    TROUBLE("FATAL: {reason}", "FATAL: Encountered code that does not meet configured acceptable stability", "scanner error"),
    TROUBLE("ClamD {reason}", "ClamD Timed Out During PING Check!", "clamd down"),
    TROUBLE("Lock File {reason}", "Lock File x Not Found, Assuming Clamd Is Not Running", "clamd down"),
    TROUBLE("UNKNOWN ERROR HAS OCCURED {reason}", "UNKNOWN ERROR HAS OCCURED WITH THE KSE DAEMON SUGGEST YOU RESTART KSE!", "scanner error"),
    TROUBLE("{scanner:word} failed to process directory {reason}", "KSE: failed to process directory x", "scanner error"),
    NOTE("{scanner:word} sleeping for {text}", "KSE: sleeping for 5 second(s) before, retrying connection, attempt: 1"),
    TROUBLE("Batch: {reason}", "Batch: There are authenticated users without domain but 'Default Domain Without Auth' is not defined", "configuration"),
    NOTE("Attachment size check: {text}", "Attachment size check: 300 > 200 (x) in BA166C00C0.A9BEF"),
    NOTE("Filetype Mime Checks: {text}", "Filetype Mime Checks: Allowing BA166C00C0.A9BEF x.txt"),
    NOTE("{what} archive ({*}) in {ms_id}", "Password-protected archive (x.zip) in BA166C00C0.A9BEF"),
    NOTE("Files hidden in very deeply nested archive in {ms_id}", "Files hidden in very deeply nested archive in BA166C00C0.A9BEF"),
    NOTE("Expanding TNEF archive at {text}", "Expanding TNEF archive at /x/BA166C00C0.A9BEF/winmail.dat"),
    NOTE("Delete bayes lockfile for {text}", "Delete bayes lockfile for 4711"),
    NOTE("Will not bounce high-scoring spam", "Will not bounce high-scoring spam"),
    NOTE("HTML disarming, {text}", "HTML disarming, can't open file x: y"),
    NOTE("Ignore Denial of Service is enabled, proceeding", "Ignore Denial of Service is enabled, proceeding"),
    NOTE("\"{what}\" took {seconds:float} seconds", "\"Always Looked Up Last\" took 1.50 seconds"),
    NOTE("{what} completed at {*} bytes per second", "Virus and Content Scanning completed at 1009 bytes per second"),
    NOTE("SafePipe : failed to execute {text}", "SafePipe : failed to execute x"),
};

#define UPDATE(text, ok) { EVENT_DEFS_UPDATE, text, text, "ok=" ok, 0 }
#define UPDATE_OF(pattern, sample, ok) { EVENT_DEFS_UPDATE, pattern, sample, "ok=" ok, 0 }
static const struct line_shape updates[] = {
    UPDATE_OF("{*}master file is corrupt, update failed.", "Downloaded bad phishing site master file is corrupt, update failed.", "0"),
    UPDATE_OF("Phishing {scanner} list updated", "Phishing bad sites list updated", "1"),
    UPDATE_OF("{scanner} updated", "ClamAV updated", "1"),
    UPDATE_OF("{scanner} did not need updating", "ClamAV did not need updating", "1"),
    UPDATE_OF("{scanner} update not needed", "Bitdefender update not needed", "1"),
    UPDATE_OF("{scanner} starting update", "BitDefender starting update", "null"),
    UPDATE_OF("{scanner} updater failed", "Sophos V5 updater failed", "0"),
    UPDATE_OF("WARNING {scanner} update timed out", "WARNING ClamAV update timed out", "0"),
    UPDATE_OF("{scanner} update timed out", "BitDefender update timed out", "0"),
    UPDATE_OF("{scanner} updater {reason} cannot be run", "ClamAV updater /usr/bin/freshclam cannot be run", "0"),
    UPDATE_OF("{scanner} update{reason} failed{*}", "F-Prot updates failed with code 2", "0"),
    UPDATE_OF("{scanner} update{reason} succeeded{*}", "Kaspersky update succeeded", "1"),
    UPDATE_OF("Delaying cron job up to {*} seconds", "Delaying cron job up to 600 seconds", "null"),
    UPDATE_OF("Delaying cronjob up to {*} seconds", "Delaying cronjob up to 600 seconds", "null"),
    UPDATE("Update completed", "1"),
    UPDATE_OF("Found {scanner} installed", "Found clamav installed", "null"),
    UPDATE_OF("Updating {scanner}", "Updating clamav", "null"),
    UPDATE_OF("Running autoupdate for {scanner}", "Running autoupdate for clamav", "null"),
    UPDATE_OF("{scanner}: Already up to date", "Sophos: Already up to date", "1"),
    UPDATE_OF("Failed to {reason}", "Failed to retrieve the phishing list", "0"),
    UPDATE_OF("Unable to {reason}", "Unable to retrieve http://example.com/phishing.bad.sites.conf", "0"),
    UPDATE_OF("Cannot {reason}", "Cannot run /usr/bin/freshclam", "0"),
    UPDATE_OF("Could not {reason}", "Could not find the update program", "0"),
};
/* clang-format on */

const struct shape_table mailscanner_shapes = { "mailscanner_shapes", SERVICE_FILTER, mailscanner,
                                                COUNT(mailscanner) };
const struct shape_table scanner_update_shapes = { "scanner_update_shapes", SERVICE_FILTER, updates,
                                                   COUNT(updates) };
