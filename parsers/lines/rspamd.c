/* Lines of rspamd: the verdict line (src/libserver/task.c, conf/logging.inc). */
#include <string.h>

#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/shape_tables.h"

/* Takes ", NAME: VALUE" in front of the metric; <values> without their <>. */
static void take_pair(struct slice pair, struct event *event)
{
    static const struct {
        struct slice name;
        enum event_field field;
    } keys[] = {
        { SLICE("id: "), FIELD_MESSAGE_ID },     { SLICE("qid: "), FIELD_QUEUE_ID },
        { SLICE("ip: "), FIELD_CLIENT_ADDRESS }, { SLICE("user: "), FIELD_USER },
        { SLICE("from: "), FIELD_SENDER },
    };
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (pair.len < keys[i].name.len || memcmp(pair.at, keys[i].name.at, keys[i].name.len) != 0)
            continue;
        struct slice value = slice_skip(pair, keys[i].name.len);
        if (value.len >= 2 && value.at[0] == '<' && value.at[value.len - 1] == '>')
            value = slice_make(value.at + 1, value.len - 2);
        if (slice_is(value, "undef") || slice_is(value, "unknown"))
            value = (struct slice){ NULL, 0 };
        event_set(event, keys[i].field, value);
    }
}

/* "len: N, time: ..., rcpts: <R,R>, mime_rcpts: <...>" behind the symbols. */
static void take_rest(struct slice text, struct event *event)
{
    static const struct slice len = SLICE("len: "), rcpts = SLICE(", rcpts: <");
    if (slice_starts(text, len.at)) {
        struct slice size = slice_skip(text, len.len);
        event_set(event, FIELD_SIZE, slice_head(size, slice_index(size, ',')));
    }
    size_t at = slice_find(text, rcpts);
    struct slice list = slice_skip(text, at + rcpts.len);
    size_t close = slice_find(list, (struct slice)SLICE(">, mime_rcpts: <"));
    if (close == list.len) /* the last of the line */
        close = slice_last_index(list, '>');
    if (at < text.len && close < list.len)
        event_set(event, FIELD_RECIPIENTS, slice_head(list, close));
}

/* "NAME: T (ACTION): [score/threshold] [SYMBOLS]" */
static bool take_metric(struct slice text, struct event *event)
{
    size_t colon = slice_find(text, (struct slice)SLICE(": "));
    struct slice rest = slice_skip(text, colon + 2);
    if (rest.len < 4 || rest.at[1] != ' ' || rest.at[2] != '(')
        return false;
    char flag = rest.at[0];
    event_set(event, FIELD_VERDICT,
              flag == 'T'   ? (struct slice)SLICE("spam")
              : flag == 'F' ? (struct slice)SLICE("ham")
                            : (struct slice)SLICE("skip"));
    rest = slice_skip(rest, 3);
    size_t close = slice_index(rest, ')');
    event_set(event, FIELD_ACTION, slice_head(rest, close));
    rest = slice_skip(rest, close);
    struct slice numbers = slice_skip(rest, slice_index(rest, '[') + 1);
    size_t slash = slice_index(numbers, '/'), end = slice_index(numbers, ']');
    if (slash > end || end == numbers.len)
        return false;
    event_set(event, FIELD_SCORE, slice_head(numbers, slash));
    event_set(event, FIELD_REQUIRED, slice_make(numbers.at + slash + 1, end - slash - 1));
    struct slice symbols = slice_skip(numbers, slice_find(numbers, (struct slice)SLICE("] [")) + 3);
    size_t last = slice_find(symbols, (struct slice)SLICE("]), "));
    event_set(event, FIELD_TEST_SCORES, slice_head(symbols, last));
    take_rest(slice_skip(symbols, last + 4), event);
    return true;
}

/* "F" with an action that marks mail as spam is spam all the same. */
static void correct_verdict(struct event *event)
{
    struct slice action = event_get(event, FIELD_ACTION);
    if (slice_is(event_get(event, FIELD_VERDICT), "ham") &&
        (slice_is(action, "add header") || slice_is(action, "rewrite subject") ||
         slice_is(action, "reject") || slice_is(action, "quarantine")))
        event_set(event, FIELD_VERDICT, (struct slice)SLICE("spam"));
}

/* Length of "NAME: <VALUE>" or "NAME: VALUE" in front of ", "; a quoted local part is passed over. */
static size_t pair_length(struct slice text)
{
    static const struct slice close = SLICE(">, ");
    size_t open = slice_find(text, (struct slice)SLICE(": <"));
    if (open > slice_index(text, ','))
        return slice_find(text, (struct slice)SLICE(", "));
    size_t quote = slice_starts(slice_skip(text, open), ": <\"")
                       ? slice_find(text, (struct slice)SLICE("\"@"))
                       : open;
    quote = quote < text.len ? quote : open;
    return quote + slice_find(slice_skip(text, quote), close) + 1;
}

const char *slot_rspamd(const char *at, const char *end, struct event *event)
{
    struct slice rest = slice_make(at, (size_t)(end - at));
    while (rest.len && rest.at[0] != '(') {
        size_t len = pair_length(rest);
        take_pair(slice_head(rest, len), event);
        rest = slice_skip(rest, len + 2);
    }
    if (!take_metric(slice_skip(rest, 1), event))
        return NULL;
    correct_verdict(event);
    return end;
}

/* clang-format off */
static const struct line_shape shapes[] = {
    { EVENT_SPAM_VERDICT, "{*}rspamd_task_write_log: {rspamd}",
      "<7d1c5f>; task; rspamd_task_write_log: id: <m1@example.org>, qid: <4jY4Wd0VKsz39>, ip: 192.0.2.7, from: <a@example.org>, (default: F (no action): [1.20/15.00] [BAYES_HAM(-3.00){99.9%;},R_SPF_ALLOW(-0.20){+ip4:192.0.2.0/24;}]), len: 3027, time: 211.5ms, dns req: 12, digest: <0123abcd>, rcpts: <b@example.com>, mime_rcpts: <b@example.com>\n"
      "<7d1c60>; task; rspamd_task_write_log: id: <undef>, qid: <4jY4Wd0VKsz39>, ip: 2001:db8::9, from: <>, (default: T (reject): [22.10/15.00] [RBL_X(7.00){192.0.2.9:from;}]), len: 900, time: 80.1ms real, 3.2ms virtual, dns req: 3, digest: <0>", NULL, 0 },
    { EVENT_DAEMON_NOTE, "<{*}>; {text}", "<7d1c60>; proxy; proxy_accept_socket: accepted milter connection from 127.0.0.1 port 40000", NULL, 0 },
    { EVENT_DAEMON_NOTE, "({*}) <{*}>; {text}", "(normal) <7d1c60>; task; accept_socket: accepted connection from 127.0.0.1 port 40000", NULL, 0 },
    { EVENT_DAEMON_NOTE, "{*}; {*}; {text}", "main; rspamd_main; rspamd_worker_main: x", NULL, 0 },
};
/* clang-format on */

SHAPE_TABLE(rspamd_shapes, SERVICE_FILTER);
