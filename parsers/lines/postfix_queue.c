/* Lines of Postfix's queue: qmgr, pickup, bounce and the operator's postsuper. */
#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/shape_tables.h"

/* Takes "TAIL" with a number in front of it off the end; NULL when it is not there. */
static inline const char *take_back(const char *at, const char *end, const char *tail, size_t len,
                                    struct slice *number)
{
    if ((size_t)(end - at) < len + 1 || !bytes_equal(end - len, tail, len))
        return NULL;
    const char *stop = end - len, *p = stop;
    while (p > at && ascii_is_digit(p[-1]))
        p--;
    *number = slice_make(p, (size_t)(stop - p));
    return p < stop ? p : NULL;
}

const char *slot_queue_entry(const char *at, const char *end, struct event *event)
{
    static const char active[] = " (queue active)", nrcpt[] = ", nrcpt=", size[] = ">, size=";
    struct slice recipients, bytes;
    const char *stop = take_back(at, end, active, sizeof active - 1, &recipients);
    stop = stop ? take_back(at, stop, nrcpt, sizeof nrcpt - 1, &bytes) : NULL;
    if (!stop || (size_t)(stop - at) < sizeof size - 1 ||
        !bytes_equal(stop - (sizeof size - 1), size, sizeof size - 1))
        return NULL;
    event_set(event, FIELD_NRCPT, recipients);
    event_set(event, FIELD_SIZE, bytes);
    event_set(event, FIELD_SENDER, slice_make(at, (size_t)(stop - at) - (sizeof size - 1)));
    return end;
}

/* clang-format off */
static const struct line_shape qmgr[] = {
    { EVENT_QMGR_ACTIVE, "{queue_id}: from=<{queue_entry}",
      "4jY4Wd0VKsz39: from=<a@example.org>, size=276, nrcpt=1 (queue active)\n"
      "4jY4Wd0VKsz39: from=<>, size=2195, nrcpt=1 (queue active)\n"
      "4jY4Wd0VKsz39: from=<\"odd, size=1, user\"@example.org>, size=692, nrcpt=2 (queue active)", NULL, SHAPE_STRONG },
    { EVENT_QMGR_ACTIVE, "{queue_id}: from={sender:address}, size={size:int}, nrcpt={nrcpt:int} (queue active)",
      "4jY4Wd0VKsz39: from=a@example.org, size=276, nrcpt=1 (queue active)", NULL, 0 },
    { EVENT_QMGR_REMOVED, "{queue_id}: removed", "4jY4Wd0VKsz39: removed", NULL, SHAPE_STRONG },
    { EVENT_QMGR_EXPIRED, "{queue_id}: from=<{sender:address}>, status={status}, returned to sender",
      "4jY4Wd0VKsz39: from=<a@example.org>, status=expired, returned to sender", NULL, SHAPE_STRONG },
    { EVENT_QMGR_SKIPPED, "{queue_id}: skipped, still being delivered",
      "ED06590130AA1C9D6D862: skipped, still being delivered", NULL, 0 },
    { EVENT_QMGR_TROUBLE, "warning: mail for {nexthop} is using up {used:int} of {of:int} active queue entries",
      "warning: mail for 127.0.0.1:10024 is using up 4001 of 5000 active queue entries", NULL, 0 },
    { EVENT_QMGR_TROUBLE, "warning: transport {transport:word} failure -- see a previous warning/fatal/panic logfile record for the problem description",
      "warning: transport bdfilter failure -- see a previous warning/fatal/panic logfile record for the problem description", NULL, 0 },
    { EVENT_QMGR_TROUBLE, "warning: connect to transport private/{transport}: {reason}",
      "warning: connect to transport private/scan: Connection refused", NULL, 0 },
};

static const struct line_shape pickup[] = {
    { EVENT_PICKUP, "{queue_id}: uid={uid:int} from=<{sender:address}> orig_id={orig_id:word}",
      "4jY4XK3603z5M: uid=102 from=<a@example.org> orig_id=4jY4Wd1Lscz4T", NULL, SHAPE_STRONG },
    { EVENT_PICKUP, "{queue_id}: uid={uid:int} from=<{sender}>",
      "4jY4Wd0VKsz39: uid=0 from=<root@example.com>", NULL, SHAPE_STRONG },
};

static const struct line_shape bounce[] = {
    { EVENT_BOUNCE_NOTIFY, "{queue_id}: sender {what}: {new_queue_id:qid}",
      "4jY4Wd0VKsz39: sender non-delivery notification: 4jY4XK36Nkz5N\n"
      "4jY4Wd0VKsz39: sender delivery status notification: 4jY4XK36Nkz5N", "to=sender", 0 },
    { EVENT_BOUNCE_NOTIFY, "{queue_id}: postmaster {what}: {new_queue_id:qid}",
      "4jY4Wd0VKsz39: postmaster non-delivery notification: 4jY4XK36Nkz5N", "to=postmaster", 0 },
    { EVENT_BOUNCE_FAILED, "warning: {queue_id}: sender notification failed to {recipient}: {reason}",
      "warning: 4jY4Wd0VKsz39: sender notification failed to a@example.org: queue file write error", NULL, 0 },
    { EVENT_BOUNCE_FAILED, "warning: {queue_id}: sender notification failed to {recipient}",
      "warning: 4jY4Wd0VKsz39: sender notification failed to a@example.org", NULL, 0 },
    { EVENT_BOUNCE_FAILED, "warning: {queue_id}: postmaster noti{*} failed{*}",
      "warning: 4jY4Wd0VKsz39: postmaster notice failed while bouncing to a@example.org", NULL, 0 },
    { EVENT_BOUNCE_FAILED, "warning: {queue_id}: undeliverable postmaster notification discarded",
      "warning: 4jY4Wd0VKsz39: undeliverable postmaster notification discarded", NULL, 0 },
    { EVENT_BOUNCE_FAILED, "warning: {queue_id}: trace logfile update error",
      "warning: 4jY4Wd0VKsz39: trace logfile update error", NULL, 0 },
    { EVENT_BOUNCE_FAILED, "warning: {queue_id}: verify service update error",
      "warning: 4jY4Wd0VKsz39: verify service update error", NULL, 0 },
    { EVENT_BOUNCE_FAILED, "warning: {what:word} removed spurious {queue_id:qid} log",
      "warning: example: removed spurious 4jY4Wd0VKsz39 log", NULL, 0 },
};

static const struct line_shape postsuper[] = {
    { EVENT_POSTSUPER_ACTION, "{queue_id}: removed", "4jY4Wd0VKsz39: removed", "action=delete", 0 },
    { EVENT_POSTSUPER_ACTION, "{queue_id}: requeued", "4jY4Wd0VKsz39: requeued", "action=requeue", 0 },
    { EVENT_POSTSUPER_ACTION, "{queue_id}: placed on hold", "4jY4Wd0VKsz39: placed on hold", "action=hold", 0 },
    { EVENT_POSTSUPER_ACTION, "{queue_id}: released from hold", "4jY4Wd0VKsz39: released from hold", "action=release", 0 },
    { EVENT_POSTSUPER_ACTION, "{queue_id}: expired", "4jY4Wd0VKsz39: expired", "action=expire", 0 },
    { EVENT_POSTSUPER_TOTAL, "Deleted: {count:int} message{*}", "Deleted: 1 message", "action=delete", 0 },
    { EVENT_POSTSUPER_TOTAL, "Requeued: {count:int} message{*}", "Requeued: 2 messages", "action=requeue", 0 },
    { EVENT_POSTSUPER_TOTAL, "Placed on hold: {count:int} message{*}", "Placed on hold: 2 messages", "action=hold", 0 },
    { EVENT_POSTSUPER_TOTAL, "Released from hold: {count:int} message{*}", "Released from hold: 0 messages", "action=release", 0 },
    { EVENT_POSTSUPER_TOTAL, "Force-expired: {count:int} message{*}", "Force-expired: 2 messages", "action=expire", 0 },
};
/* clang-format on */

const struct shape_table postfix_qmgr_shapes = { "postfix_qmgr_shapes", SERVICE_QMGR, qmgr,
                                                 COUNT(qmgr) };
const struct shape_table postfix_pickup_shapes = { "postfix_pickup_shapes", SERVICE_PICKUP, pickup,
                                                   COUNT(pickup) };
const struct shape_table postfix_bounce_shapes = { "postfix_bounce_shapes", SERVICE_BOUNCE, bounce,
                                                   COUNT(bounce) };
const struct shape_table postfix_postsuper_shapes = { "postfix_postsuper_shapes", SERVICE_POSTSUPER,
                                                      postsuper, COUNT(postsuper) };
