/* Lines of amavisd-new: the verdict line of its log template, its tag line, and its troubles. */
#include <string.h>

#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/shape_tables.h"

static const struct {
    struct slice category, verdict;
} verdicts[] = {
    { SLICE("CLEAN"), SLICE("ham") },         { SLICE("SPAMMY"), SLICE("spam") },
    { SLICE("SPAM"), SLICE("spam") },         { SLICE("INFECTED"), SLICE("virus") },
    { SLICE("BANNED"), SLICE("banned") },     { SLICE("BAD-HEADER"), SLICE("bad-header") },
    { SLICE("UNCHECKED"), SLICE("skip") },    { SLICE("OVERSIZED"), SLICE("skip") },
    { SLICE("MTA-BLOCKED"), SLICE("error") }, { SLICE("TEMPFAIL"), SLICE("error") },
};

static void set_category(struct slice category, struct event *event)
{
    event_set(event, FIELD_CATEGORY, category);
    for (size_t i = 0; i < COUNT(verdicts); i++)
        if (category.len >= verdicts[i].category.len &&
            memcmp(category.at, verdicts[i].category.at, verdicts[i].category.len) == 0) {
            event_set(event, FIELD_VERDICT, verdicts[i].verdict);
            return;
        }
}

/* "INFECTED (NAMES) {ACTIONS}, " in front of the addresses. */
static struct slice take_head(struct slice rest, struct event *event)
{
    size_t len = 0;
    while (len < rest.len && rest.at[len] != ' ' && rest.at[len] != ',')
        len++;
    set_category(slice_head(rest, len), event);
    bool infected = slice_starts(rest, "INFECTED");
    rest = slice_skip(rest, len);
    if (slice_starts(rest, " (")) {
        size_t close = slice_find(rest, (struct slice)SLICE(") {"));
        if (close == rest.len)
            close = slice_find(rest, (struct slice)SLICE("), "));
        struct slice names = slice_make(rest.at + 2, close > 2 ? close - 2 : 0);
        event_set(event, infected ? FIELD_VIRUS : FIELD_REASON, names);
        rest = slice_skip(rest, close + 1);
    }
    if (slice_starts(rest, " {")) {
        size_t close = slice_index(rest, '}');
        event_set(event, FIELD_ACTIONS, slice_make(rest.at + 2, close - 2));
        rest = slice_skip(rest, close + 1);
    }
    return slice_starts(rest, ", ") ? slice_skip(rest, 2) : rest;
}

/* "[BANK/ ][LOCAL ][A]:P [ORIGIN] " in front of the sender. */
static void take_origin(struct slice text, struct event *event)
{
    struct slice word;
    while (slice_next_word(&text, " ", &word)) {
        if (word.at[0] == '[' || word.at[0] == '(') {
            if (!event_has(event, FIELD_CLIENT_ADDRESS) && word.at[0] == '[') {
                const char *end = word.at + word.len;
                slot_endpoint(word.at, end, event);
            }
        } else if (slice_is(word, "LOCAL")) {
            event_set(event, FIELD_LOCAL, (struct slice)SLICE("true"));
        } else {
            event_set(event, FIELD_POLICY_BANK, word);
        }
    }
}

static const struct {
    struct slice name;
    enum event_field field;
} keys[] = {
    { SLICE("Queue-ID: "), FIELD_QUEUE_ID },   { SLICE("Message-ID: "), FIELD_MESSAGE_ID },
    { SLICE("Hits: "), FIELD_SCORE },          { SLICE("size: "), FIELD_SIZE },
    { SLICE("queued_as: "), FIELD_QUEUED_AS }, { SLICE("Tests: "), FIELD_TEST_SCORES },
};

/* Length of a value: what is in "", <> or [] is passed over. */
static size_t value_length(struct slice text)
{
    char close = text.len == 0 ? 0 : text.at[0] == '<' ? '>' : text.at[0] == '[' ? ']' : 0;
    size_t at = 0;
    if (text.len && text.at[0] == '"') {
        for (at = 1; at < text.len && text.at[at] != '"'; at++)
            at += text.at[at] == '\\' && at + 1 < text.len;
    } else if (close) {
        char ends[] = { close, ',', ' ' };
        at = slice_find(text, slice_make(ends, sizeof ends));
        at = at == text.len ? 0 : at;
    }
    struct slice rest = slice_skip(text, at);
    return at + slice_find(rest, (struct slice)SLICE(", "));
}

static void take_pair(struct slice pair, size_t key, struct event *event)
{
    struct slice value = slice_skip(pair, keys[key].name.len);
    if (value.len >= 2 && (value.at[0] == '<' || value.at[0] == '['))
        value = slice_make(value.at + 1, value.len - 2);
    if (keys[key].field == FIELD_QUEUED_AS)
        value = slice_head(value, slice_index(value, '/'));
    if (keys[key].field == FIELD_SCORE && slice_is(value, "-"))
        value = (struct slice){ NULL, 0 };
    event_set(event, keys[key].field, value);
}

/* "quarantine: X, Queue-ID: Q, ..., N ms" */
static void take_pairs(struct slice rest, struct event *event)
{
    while (rest.len) {
        size_t colon = slice_find(rest, (struct slice)SLICE(": "));
        size_t comma = slice_find(rest, (struct slice)SLICE(", "));
        size_t len = colon < comma ? colon + 2 + value_length(slice_skip(rest, colon + 2)) : comma;
        struct slice pair = slice_head(rest, len);
        for (size_t i = 0; i < COUNT(keys); i++)
            if (pair.len > keys[i].name.len &&
                memcmp(pair.at, keys[i].name.at, keys[i].name.len) == 0)
                take_pair(pair, i, event);
        rest = slice_skip(rest, len + 2);
    }
}

/* Index of "> -> " behind a sender; a quoted local part is passed over. */
static size_t find_arrow(struct slice rest)
{
    static const struct slice arrow = SLICE("> -> ");
    size_t quoted = slice_find(rest, (struct slice)SLICE("<\""));
    size_t first = slice_find(rest, arrow);
    if (quoted < first) {
        struct slice behind = slice_skip(rest, quoted + 2);
        size_t at = slice_find(behind, (struct slice)SLICE("\"@"));
        struct slice tail = slice_skip(behind, at);
        return (size_t)(tail.at - rest.at) + slice_find(tail, arrow);
    }
    return first;
}

/* Length of "<R>,<R>..." in front of ", Key: ..."; quoted local parts are passed over. */
static size_t recipients_length(struct slice text)
{
    size_t at = 0;
    while (at < text.len && text.at[at] == '<') {
        struct slice rest = slice_skip(text, at);
        if (slice_starts(rest, "<\""))
            rest = slice_skip(rest, slice_find(rest, (struct slice)SLICE("\"@")));
        size_t behind = (size_t)(rest.at - text.at) + slice_index(rest, '>') + 1;
        if (behind >= text.len)
            return text.len;
        at = behind + (text.at[behind] == ',');
        if (text.at[behind] != ',' || at == text.len || text.at[at] != '<')
            return behind;
    }
    size_t stop = slice_find(text, (struct slice)SLICE(">, ")); /* not only addresses in <> */
    return stop < text.len ? stop + 1 : text.len;
}

const char *slot_amavis(const char *at, const char *end, struct event *event)
{
    struct slice rest = take_head(slice_make(at, (size_t)(end - at)), event);
    size_t arrow = find_arrow(rest);
    if (arrow >= rest.len) { /* cut off, or a site's own log template: the category is known */
        event_set(event, FIELD_TEXT, rest);
        return end;
    }
    struct slice left = slice_head(rest, arrow);
    size_t quoted = slice_find(left, (struct slice)SLICE("<\""));
    size_t open = quoted < left.len ? quoted : slice_last_index(left, '<');
    if (open == left.len)
        return end;
    event_set(event, FIELD_SENDER, slice_skip(left, open + 1));
    take_origin(slice_head(left, open), event);
    struct slice right = slice_skip(rest, arrow + 5);
    size_t take = recipients_length(right);
    event_set(event, FIELD_RECIPIENTS, slice_head(right, take));
    take_pairs(slice_skip(right, take + 2), event);
    return end;
}

/* clang-format off */
static const struct line_shape shapes[] = {
    { EVENT_AMAVIS_VERDICT, "({*}) Passed {amavis}",
      "(15303-02) Passed CLEAN {RelayedInbound}, [192.0.2.7]:48512 [192.0.2.7] <a@example.org> -> <b@example.com>, Queue-ID: 4jY4Wd0VKsz39, Message-ID: <m1@example.org>, mail_id: LTo-eHGIVjxE, Hits: -1.899, size: 1587, queued_as: 4jY4TG2kLfz3L, 1841 ms", "passed=true", 0 },
    { EVENT_AMAVIS_VERDICT, "({*}) Blocked {amavis}",
      "(4051607-09) Blocked INFECTED (Eicar-Test-Signature) {DiscardedInbound,Quarantined}, [192.0.2.9]:1434 [192.0.2.9] <a@example.org> -> <b@example.com>, quarantine: 2/virus-x, Queue-ID: 83B741009CD35, Message-ID: <m3@example.org>, mail_id: x, Hits: -, size: 28646, 104 ms", "passed=false", 0 },
    { EVENT_AMAVIS_TAG, "({*}) SPAM-TAG, <{sender:address}> -> {recipients}, Yes, score={score:float} {*}required={required:float} tests=[{tests}]{*}",
      "(12345-06) SPAM-TAG, <a@example.org> -> <b@example.com>, Yes, score=7.1 tagged_above=-999 required=6.2 tests=[BAYES_99=3.5, RDNS_NONE=1.3] autolearn=no", "verdict=spam", 0 },
    { EVENT_AMAVIS_TAG, "({*}) SPAM-TAG, <{sender:address}> -> {recipients}, No, score={score:float} {*}required={required:float} tests=[{tests}]{*}",
      "(12345-06) SPAM-TAG, <a@example.org> -> <b@example.com>, No, score=1.1 tagged_above=-999 required=6.2 tests=[BAYES_00=-1.9] autolearn=no", "verdict=ham", 0 },
    { EVENT_AMAVIS_TAG, "({*}) SPAM{*}, <{sender:address}> -> {recipients}, Yes, {*}hits={score:float} {*}required={required:float}{*}",
      "(12345-06) SPAM, <a@example.org> -> <b@example.com>, Yes, hits=7.1 tag1=0.0 tag2=5.0 kill=6.3 required=6.2 tests=[BAYES_99=3.5]", "verdict=spam", 0 },
    { EVENT_AMAVIS_TAG, "({*}) spam-tag, <{sender:address}> -> {recipients}, Yes, score={score:float} {*}required={required:float} tests=[{tests}]{*}",
      "(12345-06) spam-tag, <a@example.org> -> <b@example.com>, Yes, score=7.1 tagged_above=-999 required=6.2 tests=[BAYES_99=3.5, RDNS_NONE=1.3] autolearn=no", "verdict=spam", 0 },
    { EVENT_AMAVIS_TAG, "({*}) SPAM, <{sender:address}> -> {recipients}, Yes, score={score:float} {*}kill={required:float} tests=[{tests}]{*}",
      "(12345-06) SPAM, <a@example.org> -> <b@example.com>, Yes, score=17.7 tag=-10 tag2=6.31 kill=6.31 tests=[AWL=-0.7, BAYES_99=4], autolearn=spam, quarantine x (spam-quarantine)", "verdict=spam", 0 },
    { EVENT_AMAVIS_TAG, "({*}) spam-tag, <{sender:address}> -> {recipients}, No, score={score:float} {*}required={required:float} tests=[{tests}]{*}",
      "(12345-06) spam-tag, <a@example.org> -> <b@example.com>, No, score=7.1 tagged_above=-999 required=6.2 tests=[BAYES_99=3.5, RDNS_NONE=1.3] autolearn=no", "verdict=ham", 0 },
    { EVENT_AMAVIS_TAG, "({*}) SPAM, <{sender:address}> -> {recipients}, No, score={score:float} {*}kill={required:float} tests=[{tests}]{*}",
      "(12345-06) SPAM, <a@example.org> -> <b@example.com>, No, score=17.7 tag=-10 tag2=6.31 kill=6.31 tests=[AWL=-0.7, BAYES_99=4], autolearn=spam, quarantine x (spam-quarantine)", "verdict=ham", 0 },
    { EVENT_AMAVIS_TROUBLE, "({*}) (!{*}ALL VIRUS SCANNERS FAILED{reason}", "(12345-07) (!!)AV: ALL VIRUS SCANNERS FAILED", "what=no scanner", 0 },
    { EVENT_AMAVIS_TROUBLE, "({*}) (!){reason}", "(12345-07) (!)connect to /run/clamav/clamd.ctl failed, attempt #1", NULL, 0 },
    { EVENT_AMAVIS_TROUBLE, "({*}) (!!){reason}", "(12345-07) (!!)TROUBLE in check_mail: x", NULL, 0 },
    { EVENT_AMAVIS_TROUBLE, "(!{*}){reason}", "(!)Net::Server: 2026/11/22-10:00:00 Server closing!", NULL, 0 },
    { EVENT_AMAVIS_TROUBLE, "({*}) WARN{reason}", "(12345-07) WARN: all primary virus scanners failed, considering backups", NULL, 0 },
    { EVENT_AMAVIS_TROUBLE, "({*}) TROUBLE{reason}", "(12345-07) TROUBLE in check_mail: x", NULL, 0 },
    { EVENT_AMAVIS_TROUBLE, "({*}) TempFailed{reason}", "(12345-07) TempFailed, <a@example.org> -> <b@example.com>", NULL, 0 },
    { EVENT_DAEMON_NOTE, "({*}) {text}", "(12345-07) extra modules loaded: unicore/lib/Perl/SpacePer.pl", NULL, 0 },
    { EVENT_DAEMON_NOTE, "starting. {text}", "starting. /usr/sbin/amavisd-new at mx.example.com amavisd-new-2.11.0 (20160426), Unicode aware", NULL, 0 },
    { EVENT_DAEMON_NOTE, "perl={text}", "perl=5.036000, user=, EUID: 117 (117);  group=(), EGID: 117 117 (117 117)", NULL, 0 },
    { EVENT_DAEMON_NOTE, "DKIM {text}", "DKIM signature verification disabled, corresponding features not available. If not intentional, consider enabling it by setting: $enable_dkim_verification to 1, or explicitly disable it by setting it to 0 to mute this warning.", NULL, 0 },
    { EVENT_DAEMON_NOTE, "sd_notify {text}", "sd_notify (no socket): STATUS=Starting child process(es), ready for work.", NULL, 0 },
    { EVENT_DAEMON_NOTE, "Starting worker {text}", "Starting worker process for POP3", NULL, 0 },
    { EVENT_DAEMON_NOTE, "Net::Server: {text}", "Net::Server: Group Not Defined.  Defaulting to EGID '117 117'", NULL, 0 },
    { EVENT_DAEMON_NOTE, "Module {text}", "Module Amavis::Conf        2.404", NULL, 0 },
    { EVENT_DAEMON_NOTE, "Found {text}", "Found decoder for    .zip at /usr/bin/7z", NULL, 0 },
    { EVENT_DAEMON_NOTE, "No {text}", "No decoder for       .F tried: unfreeze, freeze -d, melt, fcat", NULL, 0 },
    { EVENT_DAEMON_NOTE, "Using {text}", "Using primary internal av scanner code for ClamAV-clamd", NULL, 0 },
    { EVENT_DAEMON_NOTE, "Creating {text}", "Creating db in /var/lib/amavis/db/; BerkeleyDB 0.64, libdb 5.3", NULL, 0 },
    { EVENT_DAEMON_NOTE, "Deleting db files {text}", "Deleting db files __db.001,__db.002 in /var/lib/amavis/db", NULL, 0 },
    { EVENT_DAEMON_NOTE, "Internal decoder for {text}", "Internal decoder for .gz   (backup, not used)", NULL, 0 },
    { EVENT_DAEMON_NOTE, "Amavis::{text}", "Amavis::ZMQ code      NOT loaded", NULL, 0 },
    { EVENT_DAEMON_NOTE, "{what} code {*}loaded", "SpamControl: init_pre_chroot on SpamAssassin code loaded", NULL, 0 },
    { EVENT_DAEMON_NOTE, "SpamControl: {text}", "SpamControl: attempting to load scanner SpamAssassin, module x", NULL, 0 },
    { EVENT_DAEMON_NOTE, "SpamAssassin {text}", "SpamAssassin debug facilities: info", NULL, 0 },
    { EVENT_DAEMON_NOTE, "initializing Mail::SpamAssassin{text}", "initializing Mail::SpamAssassin (0)", NULL, 0 },
    { EVENT_DAEMON_NOTE, "logging initialized, {text}", "logging initialized, log level 0, syslog: amavis.mail", NULL, 0 },
    { EVENT_DAEMON_NOTE, "user={text}", "user=, EUID: 108 (108);  group=, EGID: 117 117 (117 117)", NULL, 0 },
    { EVENT_DAEMON_NOTE, "Perl version {text}", "Perl version               5.036000", NULL, 0 },
    { EVENT_DAEMON_NOTE, "INFO: {text}", "INFO: SA version: 3.4.6, 3.004006, no optional modules: x", NULL, 0 },
    { EVENT_DAEMON_NOTE, "INFO {text}", "INFO SA: version x", NULL, 0 },
    { EVENT_DAEMON_NOTE, "extra modules loaded{text}", "extra modules loaded after daemonizing: x", NULL, 0 },
    { EVENT_DAEMON_NOTE, "config: {text}", "config: no rules were found!  Do you need to run 'sa-update'?", NULL, 0 },
    { EVENT_DAEMON_NOTE, "rules: {text}", "rules: meta test X has undefined dependency 'Y'", NULL, 0 },
};
/* clang-format on */

SHAPE_TABLE(amavis_shapes, SERVICE_FILTER);
