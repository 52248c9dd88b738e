#include "reports/json_who.h"

#include "analyzer/results_advice.h"
#include "base/arena.h"
#include "base/xalloc.h"
#include "reports/json_estimate.h"
#include "reports/json_value.h"

enum { LOSERS_MAX = 20 };

static const struct {
    const char *key;
    enum results_dimension dimension;
} dimensions[] = {
    { "organisations", BY_ORGANISATION },
    { "networks", BY_NETWORK },
    { "clients", BY_CLIENT },
    { "senders", BY_SENDER },
    { "sender_domains", BY_SENDER_DOMAIN },
    { "recipients", BY_RECIPIENT },
    { "countries", BY_COUNTRY },
    { "asns", BY_ASN },
};

static json_t *loser_json(const struct results_loser *loser, int offset)
{
    json_t *object = json_object();
    json_value_set(object, "key", json_value_text(loser->key));
    json_value_set(object, "ham_lost", json_value_whole(loser->lost));
    json_value_set(object, "ham_delayed", json_value_whole(loser->delayed));
    json_value_set(object, "ham", json_value_whole(loser->came));
    json_value_set(object, "spam_stopped", json_value_whole(loser->spam));
    json_value_set(object, "days", json_value_whole(loser->days));
    json_value_set(object, "last", json_value_time(loser->last_us, offset));
    return object;
}

json_t *json_who_losers(const struct results *results)
{
    struct arena arena;
    arena_init(&arena);
    json_t *object = json_object();
    for (size_t d = 0; d < COUNT(dimensions); d++) {
        size_t count;
        const struct results_loser *losers =
            results_losers(results, dimensions[d].dimension, LOSERS_MAX, &arena, &count, NULL);
        json_t *array = json_array();
        for (size_t i = 0; i < count; i++)
            json_value_append(array, loser_json(&losers[i], results_input(results)->first_offset));
        json_value_set(object, dimensions[d].key, array);
    }
    arena_release(&arena);
    return object;
}

/* key_name: "address" or "domain". */
static json_t *entries_json(const struct results_allow_list *list, const char *key_name, int offset)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++) {
        const struct results_allow *allow = &list->entries[i];
        json_t *entry = json_object();
        json_value_set(entry, key_name, json_value_text(allow->key));
        json_value_set(entry, "organisation", json_value_text(allow->organisation));
        json_value_set(entry, "ham", json_value_whole(allow->messages));
        json_value_set(entry, "spam", json_value_whole(allow->spam));
        json_value_set(entry, "days", json_value_whole(allow->days));
        json_value_set(entry, "last", json_value_time(allow->last_us, offset));
        json_value_append(array, entry);
    }
    return array;
}

json_t *json_who_allow(const struct results *results)
{
    struct arena arena;
    arena_init(&arena);
    struct results_rescue rescue = results_rescue(results, &arena);
    int offset = results_input(results)->first_offset;
    json_t *object = json_null();
    if (rescue.list) {
        object = json_object();
        json_t *senders = json_object();
        json_value_set(object, "list", json_value_word(rescue.list));
        json_value_set(object, "action", json_value_word(rescue.action));
        json_value_set(object, "clients", entries_json(&rescue.clients, "address", offset));
        json_value_set(object, "of", json_value_whole(rescue.clients.of));
        json_value_set(object, "ham_lost", json_estimate(&rescue.clients.ham_lost));
        json_value_set(object, "spam_stopped", json_estimate(&rescue.clients.spam_stopped));
        json_value_set(senders, "forgeable", json_true());
        json_value_set(senders, "domains", entries_json(&rescue.senders, "domain", offset));
        json_value_set(senders, "of", json_value_whole(rescue.senders.of));
        json_value_set(senders, "ham_lost", json_estimate(&rescue.senders.ham_lost));
        json_value_set(senders, "spam_stopped", json_estimate(&rescue.senders.spam_stopped));
        json_value_set(object, "senders", senders);
    }
    arena_release(&arena);
    return object;
}
