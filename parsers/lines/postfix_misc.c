/* Lines of Postfix's master, its start scripts, and the daemons that keep counts. */
#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/shape_tables.h"

/* anvil/anvil.c prints "(SERVICE:ADDRESS) at TIME"; a service "host:port" and an IPv6 address both
 * hold colons. The address is the longest tail that looks like one and leaves a service. */
const char *slot_anvil_client(const char *at, const char *end, struct event *event)
{
    struct slice all = slice_make(at, (size_t)(end - at));
    size_t close = slice_find(all, (struct slice)SLICE(") at "));
    if (all.len < 2 || at[0] != '(' || close == all.len)
        return NULL;
    struct slice ident = slice_make(at + 1, close - 1);
    size_t split = slice_last_index(ident, ':');
    if (split == ident.len)
        return NULL;
    if (slice_index(slice_skip(ident, split), '.') == ident.len - split) {
        /* IPv6: the service is a word of master.cf or "host:port" with a dot or bracket */
        size_t first = slice_index(ident, ':');
        bool host = slice_index(slice_head(ident, first), '.') < first || ident.at[0] == '[';
        split = first;
        if (host)
            split = first + 1 + slice_index(slice_skip(ident, first + 1), ':');
    }
    if (split >= ident.len)
        return NULL;
    event_set(event, FIELD_SERVICE, slice_head(ident, split));
    event_set(event, FIELD_CLIENT_ADDRESS, slice_skip(ident, split + 1));
    return end;
}

#define STATISTIC(words)                                                                           \
    {                                                                                              \
        EVENT_ANVIL_MAX,                                                                           \
            "statistics: max " words " rate {value:int}/{period:period} for {anvil_client}",       \
            "statistics: max " words " rate 6/60s for (smtp:192.0.2.9) at Nov 22 10:07:52\n"       \
            "statistics: max " words                                                               \
            " rate 6/60s for (127.0.0.1:25:2001:db8::9) at Nov 22 10:07:52",                       \
            "what=" words " rate", 0                                                               \
    }
#define SCRIPT(words, action)                                                                      \
    {                                                                                              \
        EVENT_POSTFIX_SCRIPT, words, words, "action=" action, 0                                    \
    }
#define SCRIPT_WARNING(words, rest)                                                                \
    {                                                                                              \
        EVENT_POSTFIX_SCRIPT, "warning: " words "{text}", "warning: " words rest, "action=check",  \
            0                                                                                      \
    }

/* clang-format off */
static const struct line_shape master[] = {
    { EVENT_MASTER_START, "daemon started -- version {version}, configuration {config_file}",
      "daemon started -- version 3.7.11, configuration /etc/postfix", NULL, 0 },
    { EVENT_MASTER_START, "daemon started -- version {version}", "daemon started -- version 2.3.0", NULL, 0 },
    { EVENT_MASTER_RELOAD, "reload -- version {version}, configuration {config_file}",
      "reload -- version 3.7.11, configuration /etc/postfix", NULL, 0 },
    { EVENT_MASTER_RELOAD, "reload configuration {config_file}", "reload configuration /etc/postfix", NULL, 0 },
    { EVENT_MASTER_RELOAD, "reload configuration", "reload configuration", NULL, 0 },
    { EVENT_MASTER_EXIT, "terminating on signal {signal:int}", "terminating on signal 15", NULL, 0 },
    { EVENT_MASTER_EXIT, "master exit time has arrived", "master exit time has arrived", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: process {process:program} pid {child_pid:int} killed by signal {signal:int}",
      "warning: process /usr/lib/postfix/sbin/smtpd pid 4711 killed by signal 11", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: process {process:program} pid {child_pid:int} exit status {code:int}",
      "warning: process /usr/lib/postfix/sbin/smtpd pid 4711 exit status 1", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: {process:program}: bad command startup -- throttling",
      "warning: /usr/lib/postfix/sbin/smtpd: bad command startup -- throttling", "reason=bad command startup", 0 },
    { EVENT_MASTER_TROUBLE, "warning: {process:program}: fork: {reason} -- throttling",
      "warning: /usr/lib/postfix/sbin/smtpd: fork: Cannot allocate memory -- throttling", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: service \"{service}\" ({*}) has reached its process limit \"{limit:int}\": {reason}",
      "warning: service \"smtp\" (25) has reached its process limit \"100\": new clients may experience noticeable delays", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: to avoid this condition, increase the process count in master.cf or reduce the service time per client",
      "warning: to avoid this condition, increase the process count in master.cf or reduce the service time per client", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: see {*}STRESS_README.html for examples of stress-{*}",
      "warning: see https://www.postfix.org/STRESS_README.html for examples of stress-adapting configuration settings", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: service {service}: child (pid {child_pid:int}) {reason}",
      "warning: service smtp(25): child (pid 4711) sent partial status update (4 bytes)", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: master_{process:word} {reason}", "warning: master_wakeup_timer_event: service pickup(private/pickup): Connection refused", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: service {service}: ignoring {what} change", "warning: service 127.0.0.1:25: ignoring inet_interfaces change", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: ignoring {what:word} change", "warning: ignoring inet_protocols change", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: ignoring {what:word} parameter value change", "warning: ignoring inet_protocols parameter value change", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: old value: \"{*}\", new value: \"{*}\"", "warning: old value: \"ipv4\", new value: \"all\"", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: to change {what:word} stop and start Postfix", "warning: to change inet_interfaces, stop and start Postfix", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: lost {what} exit status -- {*}", "warning: lost child process exit status -- see above", NULL, 0 },
};

static const struct line_shape statistics[] = {
    STATISTIC("connection"), STATISTIC("message"), STATISTIC("recipient"), STATISTIC("newtls"), STATISTIC("auth"),
    { EVENT_ANVIL_MAX, "statistics: max connection count {value:int} for {anvil_client}",
      "statistics: max connection count 1 for (127.0.0.1:2529:192.0.2.9) at Nov 22 10:07:52\n"
      "statistics: max connection count 2 for (smtp:2001:db8::9) at Nov 22 10:07:52", "what=connection count", 0 },
    { EVENT_ANVIL_MAX, "statistics: max cache size {value:int} at {*}", "statistics: max cache size 1 at Nov 22 10:07:52", "what=cache size", 0 },
    { EVENT_SCACHE_STATS, "statistics: {what} lookup hits={hits:int} miss={miss:int} success={*}%", "statistics: domain lookup hits=0 miss=6 success=0%", NULL, 0 },
    { EVENT_SCACHE_STATS, "statistics: max simultaneous domains={*} addresses={*} connection={count:int}", "statistics: max simultaneous domains=1 addresses=2 connection=3", "what=simultaneous", 0 },
    { EVENT_SCACHE_STATS, "statistics: start interval {*}", "statistics: start interval Nov 22 10:07:52", "what=start", 0 },
    { EVENT_CACHE_CLEANUP, "cache {table:word} {*} cleanup: retained={retained:int} dropped={dropped:int} entries",
      "cache btree:/var/lib/postfix/postscreen_cache full cleanup: retained=100 dropped=7 entries", NULL, 0 },
};

static const struct line_shape script[] = {
    SCRIPT("starting the Postfix mail system", "start"),
    SCRIPT("stopping the Postfix mail system", "stop"),
    SCRIPT("refreshing the Postfix mail system", "reload"),
    SCRIPT("aborting the Postfix mail system", "abort"),
    SCRIPT("waiting for the Postfix mail system to terminate", "stop"),
    SCRIPT("the Postfix mail system is not running", "status"),
    SCRIPT("fatal: the Postfix mail system is not running", "status"),
    SCRIPT("fatal: the Postfix mail system is already running", "status"),
    { EVENT_POSTFIX_SCRIPT, "the Postfix mail system is running: PID: {child_pid:int}", "the Postfix mail system is running: PID: 4711", "action=status", 0 },
    { EVENT_POSTFIX_SCRIPT, "the Postfix mail system is running: PID: {*}", "the Postfix mail system is running: PID:  4711", "action=status", 0 },
    { EVENT_POSTFIX_SCRIPT, "fatal: {reason}", "fatal: mail system startup failed", "action=fail", 0 },
    { EVENT_POSTFIX_SCRIPT, "warning: stopping the Postfix mail system with force", "warning: stopping the Postfix mail system with force", "action=stop", 0 },
    SCRIPT_WARNING("not owned by ", "root: /etc/postfix/main.cf"),
    SCRIPT_WARNING("not set-gid or ", "not owner+group+world executable: /usr/sbin/postdrop"),
    SCRIPT_WARNING("group or other writable: ", "/etc/postfix/main.cf"),
    SCRIPT_WARNING("damaged message: ", "corrupt/4jY4Wd0VKsz39"),
    SCRIPT_WARNING("symlink leaves directory: ", "/etc/postfix/./makedefs.out"),
    SCRIPT_WARNING("/usr/lib/sendmail and ", "/usr/sbin/sendmail differ"),
    { EVENT_POSTFIX_SCRIPT, "warning: /{*} and /{*} differ", "warning: /var/spool/postfix/etc/hosts and /etc/hosts differ", "action=check", 0 },
    { EVENT_POSTFIX_SCRIPT, "warning: Replace one by a symbolic link to the other", "warning: Replace one by a symbolic link to the other", "action=check", 0 },
    { EVENT_POSTFIX_SCRIPT, "warning: undeliverable mail{text}", "warning: undeliverable mail in the queue", "action=check", 0 },
    { EVENT_POSTFIX_SCRIPT, "Postfix is {*} with backwards-compatible default settings", "Postfix is running with backwards-compatible default settings", "action=start", 0 },
    { EVENT_POSTFIX_SCRIPT, "Postfix is using backwards-compatible default settings", "Postfix is using backwards-compatible default settings", "action=start", 0 },
    { EVENT_POSTFIX_SCRIPT, "See {*}COMPATIBILITY_README.html for details", "See https://www.postfix.org/COMPATIBILITY_README.html for details", "action=start", 0 },
    { EVENT_POSTFIX_SCRIPT, "To disable backwards compatibility use {text}", "To disable backwards compatibility use \"postconf compatibility_level=3.7\" and \"postfix reload\"", "action=start", 0 },
};
/* clang-format on */

const struct shape_table postfix_master_shapes = { "postfix_master_shapes", SERVICE_MASTER, master,
                                                   COUNT(master) };
const struct shape_table postfix_statistics_shapes = { "postfix_statistics_shapes",
                                                       SERVICE_POSTFIX_OTHER, statistics,
                                                       COUNT(statistics) };
const struct shape_table postfix_script_shapes = { "postfix_script_shapes", SERVICE_POSTFIX_OTHER,
                                                   script, COUNT(script) };
