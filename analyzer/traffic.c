#include "analyzer/traffic.h"

#include <inttypes.h>

void traffic_init(struct traffic *traffic)
{
    *traffic = (struct traffic){ .lines = { 0 } };
    intern_init(&traffic->deferred);
}

void traffic_release(struct traffic *traffic)
{
    intern_release(&traffic->deferred);
}

static void add_delivery(struct traffic *traffic, const struct event *event)
{
    struct results_traffic *totals = &traffic->told;
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

const uint8_t traffic_roles[EVENT_KIND_COUNT] = {
    [EVENT_SMTPD_CLIENT] = TRAFFIC_RECEIVED, [EVENT_PICKUP] = TRAFFIC_RECEIVED,
    [EVENT_DELIVERY] = TRAFFIC_DELIVERY,     [EVENT_SMTPD_REJECT] = TRAFFIC_REJECTED,
    [EVENT_PS_REJECT] = TRAFFIC_REJECTED,    [EVENT_CLEANUP_MIME_ERROR] = TRAFFIC_REJECTED,
    [EVENT_SMTPD_ACTION] = TRAFFIC_ACTION,   [EVENT_SMTPD_REJECT_WARNING] = TRAFFIC_WARNED,
    [EVENT_SMTPD_MILTER] = TRAFFIC_ACTION,   [EVENT_CLEANUP_ACTION] = TRAFFIC_ACTION,
    [EVENT_CLEANUP_MILTER] = TRAFFIC_ACTION,
};

void traffic_add_told(struct traffic *traffic, const struct event *event)
{
    if (traffic_roles[event->kind] == TRAFFIC_DELIVERY)
        add_delivery(traffic, event);
    else
        add_action(&traffic->told, event_get(event, FIELD_ACTION));
}

struct results_traffic traffic_totals(const struct traffic *traffic)
{
    struct results_traffic totals = traffic->told;
    totals.received = traffic->lines[TRAFFIC_RECEIVED];
    totals.rejected += traffic->lines[TRAFFIC_REJECTED];
    totals.reject_warnings += traffic->lines[TRAFFIC_WARNED];
    return totals;
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
