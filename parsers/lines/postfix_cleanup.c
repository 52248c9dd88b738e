/* Lines of Postfix's cleanup: message-ids, header and body checks, milters at end of message. */
#include <string.h>

#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/postfix_attributes.h"
#include "parsers/lines/shape_tables.h"

static const struct slice from_word = SLICE(" from ");

/* cleanup_message.c prints at most 200 bytes of a header or body line. */
enum { CONTENT_MAX = 200 };

/* End of the origin at `at` ("N[A]", "local", "unknown") when ';' follows; NULL when it is none. */
static const char *origin_end(const char *at, const char *end)
{
    const char *p = at;
    while (p < end && *p != ';' && *p != ' ')
        p++;
    return p < end && p > at && *p == ';' ? p : NULL;
}

static void set_origin(struct slice origin, struct event *event)
{
    const char *end = origin.at + origin.len;
    if (slice_index(origin, '[') == origin.len || !slot_client(origin.at, end, event))
        event_set(event, FIELD_CLIENT_NAME, name_or_null(origin.at, end));
}

/* Reads the line with the content ending at `at[0..found)`; false when that is not its form. */
static bool take_origin(const char *at, size_t found, const char *end, struct event *event)
{
    const char *origin = at + found + from_word.len;
    const char *stop = origin_end(origin, end);
    const char *tail = stop ? stop + 1 : NULL;
    if (tail && tail < end && *tail == ' ')
        tail = attributes_forward(tail + 1, end, event);
    if (!tail || (tail < end && (*tail != ':' || end - tail < 2)))
        return false;
    struct slice content = slice_make(at, found);
    event_set(event, FIELD_CONTENT, content);
    set_origin(slice_make(origin, (size_t)(stop - origin)), event);
    if (tail < end)
        event_set(event, FIELD_TEXT, slice_make(tail + 2, (size_t)(end - tail - 2)));
    return true;
}

const char *slot_header_action(const char *at, const char *end, struct event *event)
{
    /* the content is the client's text and may itself hold " from N[A]; from=<..>": the last
     * " from " within its greatest length counts, and only then one behind */
    struct slice all = slice_make(at, (size_t)(end - at));
    struct slice head = slice_head(all, CONTENT_MAX + from_word.len);
    for (int pass = 0; pass < 2; pass++, head = all)
        for (size_t found; (found = slice_find_last(head, from_word)) < head.len; head.len = found)
            if (take_origin(at, found, end, event))
                return end;
    if (!event->line->truncated)
        return NULL;
    event_set(event, FIELD_CONTENT, all);
    event_set(event, FIELD_TRUNCATED, (struct slice)SLICE("true"));
    return end;
}

/* MailScanner's way in: everything is held by a header check on Received. */
const char *slot_header_hold(const char *at, const char *end, struct event *event)
{
    const char *stop = slot_header_action(at, end, event);
    if (stop && slice_starts(event_get(event, FIELD_CONTENT), "Received:"))
        event_set(event, FIELD_MAILSCANNER, (struct slice)SLICE("true"));
    return stop;
}

#define CONTEXT                                                                                    \
    "from mail.example.org[192.0.2.7]; from=<a@example.org> to=<b@example.com> proto=ESMTP "       \
    "helo=<mail.example.org>"
/* An action of header_checks and its sisters on a part of the message. */
#define CHECK(action)                                                                              \
    {                                                                                              \
        EVENT_CLEANUP_ACTION, "{queue_id}: " action ": {part:word} {header_action}",               \
            "4jY4Wd0VKsz39: " action ": header X-T: " action " " CONTEXT ": own text",             \
            "action=" action, 0                                                                    \
    }
/* The same done by milter_header_checks. */
#define MILTER_CHECK(action)                                                                       \
    {                                                                                              \
        EVENT_CLEANUP_ACTION, "{queue_id}: milter-header-" action ": {part:word} {header_action}", \
            "4jY4Wd0VKsz39: milter-header-" action ": header X-T: x " CONTEXT ": own text",        \
            "action=milter-header-" action, 0                                                      \
    }

/* clang-format off */
static const struct line_shape shapes[] = {
    { EVENT_CLEANUP_MESSAGE_ID, "{queue_id}: message-id={message_id:msgid}",
      "4jY4Wd0VKsz39: message-id=<m1@example.org>\n"
      "4jY4Wd0VKsz39: message-id=<>\n"
      "4jY4Wd0VKsz39: message-id==?UTF-8?B?PDE5?= =?UTF-8?B?MTIyMDEx?=", NULL, SHAPE_STRONG },
    { EVENT_CLEANUP_RESENT_ID, "{queue_id}: resent-message-id={message_id:msgid}",
      "4jY4Wd0VKsz39: resent-message-id=<r1@example.org>", NULL, SHAPE_STRONG },
    { EVENT_CLEANUP_MIME_ERROR, "{queue_id}: reject: mime-error {reason}: {header_action}",
      "4jY4Wd0VKsz39: reject: mime-error improper use of 8-bit data in message header: X-B: ? from mail.example.org[192.0.2.7]; from=<a@example.org> to=<b@example.com>", "action=reject", 0 },
    { EVENT_CLEANUP_ACTION, "{queue_id}: hold: {part:word} {header_hold}",
      "4jY4Wd0VKsz39: hold: header X-T: hold " CONTEXT ": header hold text\n"
      "BA166C00C0: hold: header Received: from mail.example.org (mail.example.org [192.0.2.7])??by mx.example.com (Postfix) with ESMTPS id BA166C0 " CONTEXT, "action=hold", 0 },
    CHECK("reject"), CHECK("warning"), CHECK("info"), CHECK("discard"), CHECK("redirect"), CHECK("filter"),
    CHECK("prepend"), CHECK("replace"), CHECK("strip"), CHECK("bcc"), CHECK("delay"), CHECK("pass"),
    MILTER_CHECK("reject"), MILTER_CHECK("warning"), MILTER_CHECK("info"), MILTER_CHECK("discard"), MILTER_CHECK("redirect"),
    MILTER_CHECK("filter"), MILTER_CHECK("prepend"), MILTER_CHECK("replace"), MILTER_CHECK("strip"), MILTER_CHECK("bcc"),
    MILTER_CHECK("hold"), MILTER_CHECK("delay"), MILTER_CHECK("pass"),
    { EVENT_CLEANUP_MILTER, "{queue_id}: milter-reject: {stage:word} from {client}: {milter_reply}",
      "4jY4Wd0VKsz39: milter-reject: END-OF-MESSAGE from unknown[192.0.2.9]: 5.7.1 Spam message rejected; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=milter-reject", 0 },
    { EVENT_CLEANUP_MILTER, "{queue_id}: milter-hold: {stage:word} from {client}: {milter_reply}",
      "4jY4Wd0VKsz39: milter-hold: END-OF-MESSAGE from unknown[192.0.2.9]: milter triggers HOLD action; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=milter-hold", 0 },
    { EVENT_CLEANUP_MILTER, "{queue_id}: milter-discard: {stage:word} from {client}: {milter_reply}",
      "4jY4Wd0VKsz39: milter-discard: END-OF-MESSAGE from unknown[192.0.2.9]: milter triggers DISCARD action; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<mail.example.org>", "action=milter-discard", 0 },
    { EVENT_CLEANUP_CANCELED, "{queue_id}: removed (canceled)", "4jY4Wd0VKsz39: removed (canceled)", "reason=canceled", 0 },
    { EVENT_CLEANUP_CANCELED, "{queue_id}: removed (discarded)", "4jY4Wd0VKsz39: removed (discarded)", "reason=discarded", 0 },
    { EVENT_CLEANUP_CANCELED, "{queue_id}: removed ({reason})", "4jY4Wd0VKsz39: removed (rejected)", NULL, 0 },
    { EVENT_CLEANUP_CANCELED, "{queue_id}: canceled", "4jY4Wd0VKsz39: canceled", "reason=canceled", 0 },
    { EVENT_CLEANUP_TROUBLE, "warning: {queue_id}: {table:word} map lookup problem for {recipient} -- {reason}",
      "warning: 4jY4Wd0VKsz39: virtual_alias_maps map lookup problem for b@example.com -- message not accepted, try again later", NULL, 0 },
    { EVENT_CLEANUP_TROUBLE, "warning: {queue_id}: {table:word} map lookup problem for {recipient}",
      "warning: 0FCEE9247A9: virtual_alias_maps map lookup problem for b@example.com", NULL, 0 },
    { EVENT_CLEANUP_TROUBLE, "warning: {queue_id}: queue file size limit exceeded",
      "warning: 4jY4Wd0VKsz39: queue file size limit exceeded", "reason=queue file size limit exceeded", 0 },
    { EVENT_CLEANUP_TROUBLE, "warning: {queue_id}: message rejected: {reason}",
      "warning: 4jY4Wd0VKsz39: message rejected: hopcount exceeded", NULL, 0 },
    { EVENT_CLEANUP_TROUBLE, "warning: {queue_id}: read timeout on {what}",
      "warning: 4jY4Wd0VKsz39: read timeout on cleanup socket", "reason=read timeout", 0 },
    { EVENT_CLEANUP_TROUBLE, "warning: {queue_id}: write queue file: {reason}",
      "warning: 4jY4Wd0VKsz39: write queue file: No space left on device", NULL, 0 },
    { EVENT_CLOCK_NOTE, "warning: file system clock is {count:int} seconds {*} of local clock",
      "warning: file system clock is 1 seconds ahead of local clock", NULL, 0 },
};
/* clang-format on */

SHAPE_TABLE(postfix_cleanup_shapes, SERVICE_CLEANUP);
