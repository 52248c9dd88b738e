/* Lines of Postfix's master and start scripts, and those that any of its programs may write. */
#include "base/xalloc.h"
#include "parsers/lines/shape_tables.h"

/* clang-format off */
static const struct line_shape master[] = {
    { EVENT_MASTER_START, "daemon started -- version {version}, configuration {config_file}",
      "daemon started -- version 3.7.11, configuration /etc/postfix", NULL, 0 },
    { EVENT_MASTER_START, "daemon started -- version {version}",
      "daemon started -- version 2.3.0", NULL, 0 },
    { EVENT_MASTER_RELOAD, "reload -- version {version}, configuration {config_file}",
      "reload -- version 3.7.11, configuration /etc/postfix", NULL, 0 },
    { EVENT_MASTER_RELOAD, "reload configuration {config_file}",
      "reload configuration /etc/postfix", NULL, 0 },
    { EVENT_MASTER_EXIT, "terminating on signal {signal:int}", "terminating on signal 15", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: process {process:program} pid {child_pid:int} killed by signal {signal:int}",
      "warning: process /usr/lib/postfix/sbin/smtpd pid 4711 killed by signal 11", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: process {process:program} pid {child_pid:int} exit status {code:int}",
      "warning: process /usr/lib/postfix/sbin/smtpd pid 4711 exit status 1", NULL, 0 },
    { EVENT_MASTER_TROUBLE, "warning: {process:program}: bad command startup -- throttling",
      "warning: /usr/lib/postfix/sbin/smtpd: bad command startup -- throttling", "reason=bad command startup", 0 },
    { EVENT_MASTER_TROUBLE, "warning: service \"{service}\" ({*}) has reached its process limit \"{limit:int}\": {reason}",
      "warning: service \"smtp\" (25) has reached its process limit \"100\": new clients may experience noticeable delays", NULL, 0 },
};

static const struct line_shape common[] = {
    { EVENT_PROCESS_DEATH, "fatal: {reason}", "fatal: open database /etc/postfix/access.db: No such file or directory", "level=fatal", 0 },
    { EVENT_PROCESS_DEATH, "panic: {reason}", "panic: myfree: corrupt or unallocated memory block", "level=panic", 0 },
};
/* clang-format on */

const struct shape_table postfix_master_shapes = { "postfix_master_shapes", SERVICE_MASTER, master,
                                                   COUNT(master) };
const struct shape_table postfix_common_shapes = { "postfix_common_shapes", SERVICE_NONE, common,
                                                   COUNT(common) };
