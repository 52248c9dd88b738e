#include "analyzer/rebuild/policy_note.h"

#include <stdlib.h>

#include "base/text_hash.h"
#include "base/xalloc.h"

/* A policy service answers while the client waits: so far apart may its line and the mail's be. */
#define ANSWER_US ((int64_t)60 * 1000 * 1000)

/* So many answers at one time about one client and sender are looked at. */
enum { ANSWERS_MAX = 64 };

struct policy_note {
    uint64_t key; /* client address and sender */
    int64_t time_us;
    sym helo;
};

struct policy_notes {
    struct policy_note *items;
    uint32_t count, capacity;
};

/* The sender without ASCII case and quoting: what smtpd, cleanup and services write alike. */
static uint64_t note_key(const struct rebuild *r, struct slice address, struct slice sender)
{
    char plain[256];
    size_t len = 0;
    for (size_t i = 0; i < sender.len && len < sizeof plain; i++)
        if (sender.at[i] != '"' && sender.at[i] != '\\')
            plain[len++] = ascii_lower(sender.at[i]);
    return text_hash(address, text_hash(slice_make(plain, len), r->seed));
}

void policy_line(struct rebuild *r, const struct event *event)
{
    struct slice helo = event_get(event, FIELD_HELO_NAME);
    struct slice address = event_get(event, FIELD_CLIENT_ADDRESS);
    struct slice sender = event_get(event, FIELD_SENDER);
    if (!helo.len || !address.len || !sender.at)
        return;
    if (slice_is(sender, "<>"))
        sender = slice_of("");
    if (!r->policy_notes)
        r->policy_notes = xcalloc(1, sizeof *r->policy_notes);
    struct policy_notes *notes = r->policy_notes;
    GROW(notes->items, notes->count, notes->capacity);
    notes->items[notes->count++] =
        (struct policy_note){ .key = note_key(r, address, sender),
                              .time_us = r->now_us,
                              .helo = intern_add(&r->evidence->helos, helo) };
}

static int by_key_and_time(const void *a, const void *b)
{
    const struct policy_note *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->time_us < y->time_us ? -1 : x->time_us > y->time_us;
}

/* The one HELO name that the services name for a message; 0 when none, or several. */
static sym helo_of(const struct policy_notes *notes, uint64_t key, int64_t time_us)
{
    const struct policy_note from = { .key = key, .time_us = time_us - ANSWER_US };
    uint32_t low = 0, high = notes->count;
    sym helo = 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (by_key_and_time(&notes->items[middle], &from) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (uint32_t i = low; i < notes->count && i < low + ANSWERS_MAX; i++) {
        const struct policy_note *note = &notes->items[i];
        if (note->key != key || note->time_us > time_us + ANSWER_US)
            break;
        if (helo && helo != note->helo)
            return 0;
        helo = note->helo;
    }
    return helo;
}

void policy_notes_finish(struct rebuild *r)
{
    struct evidence *e = r->evidence;
    if (!r->policy_notes)
        return;
    qsort(r->policy_notes->items, r->policy_notes->count, sizeof *r->policy_notes->items,
          by_key_and_time);
    for (uint32_t i = 0; i < e->message_count; i++) {
        struct message *message = &e->messages[i];
        if (message->helo || !message->sender || !message->client)
            continue;
        uint64_t key = note_key(r, intern_text(&e->text, e->clients[message->client].address),
                                intern_text(&e->senders, message->sender));
        message->helo = helo_of(r->policy_notes, key, message->time_us);
        message->helo_origin = message->helo ? ORIGIN_POLICY : ORIGIN_UNKNOWN;
    }
}

void policy_notes_free(struct rebuild *r)
{
    if (!r->policy_notes)
        return;
    free(r->policy_notes->items);
    free(r->policy_notes);
    r->policy_notes = NULL;
}
