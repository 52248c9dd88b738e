#include "analyzer/estimate/population.h"

#include <stdlib.h>

#include "base/xalloc.h"

#define POPULATION_REASON_NAME(constant, word) word,
static const char *const reason_names[POPULATION_REASON_COUNT] = { POPULATION_REASONS(
    POPULATION_REASON_NAME) };

/* Service labels (the middle of "postfix/submission/smtpd") of ports that only users speak to. */
static const char *const submission_labels[] = { "submission/", "submissions/", "smtps/" };

const char *population_reason_name(enum population_reason reason)
{
    return reason_names[reason];
}

static bool is_own(const struct ip_address *address, const struct own_network *networks,
                   size_t count)
{
    if (ip_is_loopback(address))
        return true;
    for (size_t i = 0; i < count; i++)
        if (ip_prefix_contains(&networks[i].prefix, address))
            return !networks[i].negated;
    return false;
}

/* One byte per client: it stands in the own networks. */
static uint8_t *find_own_clients(const struct evidence *evidence,
                                 const struct own_network *networks, size_t count)
{
    uint8_t *own = xcalloc(evidence->client_count + (size_t)1, 1);
    for (uint32_t i = 0; i < evidence->client_count; i++) {
        struct ip_address address;
        sym text = evidence->clients[i].address;
        own[i] = text != SYM_NONE &&
                 ip_address_parse(intern_text(&evidence->text, text), &address) &&
                 is_own(&address, networks, count);
    }
    return own;
}

/* One byte per entrance: only users speak to it. */
static uint8_t *find_submission(const struct evidence *evidence)
{
    uint8_t *submission = xcalloc(evidence->entrance_count + (size_t)1, 1);
    for (uint32_t e = 0; e < evidence->entrance_count; e++) {
        struct slice service = intern_text(&evidence->text, evidence->entrances[e].service);
        for (size_t i = 0; i < COUNT(submission_labels); i++)
            submission[e] |= slice_starts(service, submission_labels[i]);
    }
    return submission;
}

static enum population_reason reason_of(const struct evidence *evidence,
                                        const struct message *message, const uint8_t *own,
                                        const uint8_t *submission)
{
    if (message->source == MESSAGE_LOCAL || message->source == MESSAGE_INTERNAL)
        return POPULATION_LOCAL;
    if (message->source == MESSAGE_GATEWAY)
        return POPULATION_GATEWAY;
    if (evidence->facts[message->facts].sasl_username > SYM_EMPTY)
        return POPULATION_AUTHENTICATED;
    if (own[message->client])
        return POPULATION_OWN_NETWORK;
    bool is_submitted = message->session != SESSION_NONE &&
                        submission[evidence->sessions[message->session].entrance];
    return is_submitted ? POPULATION_SUBMISSION : POPULATION_COUNTED;
}

uint8_t *population_sort(const struct evidence *evidence, const struct own_network *networks,
                         size_t network_count)
{
    uint8_t *own = find_own_clients(evidence, networks, network_count);
    uint8_t *submission = find_submission(evidence);
    uint8_t *reasons = xcalloc(evidence->message_count + (size_t)1, 1);
    for (uint32_t i = 0; i < evidence->message_count; i++)
        reasons[i] = (uint8_t)reason_of(evidence, &evidence->messages[i], own, submission);
    free(own);
    free(submission);
    return reasons;
}
