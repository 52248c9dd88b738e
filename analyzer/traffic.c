#include "analyzer/traffic.h"

#include <inttypes.h>

void traffic_init(struct traffic *traffic)
{
    traffic->totals = (struct results_traffic){ 0 };
    intern_init(&traffic->deferred, 0x7af);
}

void traffic_release(struct traffic *traffic)
{
    intern_release(&traffic->deferred);
}

static void add_delivery(struct traffic *traffic, const struct event *event)
{
    struct results_traffic *totals = &traffic->totals;
    struct slice status = event_get(event, FIELD_STATUS);
    if (slice_is(status, "sent")) {
        if (event_get(event, FIELD_FORWARDED_AS).at)
            totals->forwarded++;
        else
            totals->delivered++;
    } else if (slice_is(status, "deferred")) {
        sym last = intern_add(&traffic->deferred, event_get(event, FIELD_QUEUE_ID));
        totals->deferrals++;
        if (last > SYM_EMPTY && last - SYM_EMPTY > totals->deferred)
            totals->deferred = last - SYM_EMPTY;
    } else if (slice_is(status, "bounced")) {
        totals->bounced++;
    }
}

/* What smtpd, cleanup or a milter did to a message or a recipient; the words of access(5) and
 * header_checks(5), a milter's with "milter-" in front. */
static void add_action(struct results_traffic *totals, struct slice action)
{
    if (slice_starts(action, "milter-"))
        action = slice_skip(action, slice_last_index(action, '-') + 1);
    if (slice_is(action, "reject"))
        totals->rejected++;
    else if (slice_is(action, "warning"))
        totals->reject_warnings++;
    else if (slice_is(action, "hold"))
        totals->held++;
    else if (slice_is(action, "discard"))
        totals->discarded++;
}

enum role { ROLE_NONE, ROLE_RECEIVED, ROLE_DELIVERY, ROLE_REJECTED, ROLE_WARNED, ROLE_ACTION };

static const uint8_t role_of[EVENT_KIND_COUNT] = {
    [EVENT_SMTPD_CLIENT] = ROLE_RECEIVED, [EVENT_PICKUP] = ROLE_RECEIVED,
    [EVENT_DELIVERY] = ROLE_DELIVERY,     [EVENT_SMTPD_REJECT] = ROLE_REJECTED,
    [EVENT_PS_REJECT] = ROLE_REJECTED,    [EVENT_CLEANUP_MIME_ERROR] = ROLE_REJECTED,
    [EVENT_SMTPD_ACTION] = ROLE_ACTION,   [EVENT_SMTPD_REJECT_WARNING] = ROLE_WARNED,
    [EVENT_SMTPD_MILTER] = ROLE_ACTION,   [EVENT_CLEANUP_ACTION] = ROLE_ACTION,
    [EVENT_CLEANUP_MILTER] = ROLE_ACTION,
};

void traffic_add(struct traffic *traffic, const struct event *event)
{
    struct results_traffic *totals = &traffic->totals;
    switch ((enum role)role_of[event->kind]) {
    case ROLE_NONE:
        break;
    case ROLE_RECEIVED:
        totals->received++;
        break;
    case ROLE_DELIVERY:
        add_delivery(traffic, event);
        break;
    case ROLE_REJECTED:
        totals->rejected++;
        break;
    case ROLE_WARNED:
        totals->reject_warnings++;
        break;
    case ROLE_ACTION:
        add_action(totals, event_get(event, FIELD_ACTION));
        break;
    }
}

void traffic_print(const struct results_traffic *t, FILE *to)
{
    fprintf(to,
            "traffic: received %" PRIu64 ", delivered %" PRIu64 ", forwarded %" PRIu64
            ", deferred %" PRIu64 " (deferrals %" PRIu64 "), bounced %" PRIu64 ", rejected %" PRIu64
            ", reject warnings %" PRIu64 ", held %" PRIu64 ", discarded %" PRIu64 "\n",
            t->received, t->delivered, t->forwarded, t->deferred, t->deferrals, t->bounced,
            t->rejected, t->reject_warnings, t->held, t->discarded);
}
