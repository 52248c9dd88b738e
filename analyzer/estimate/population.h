#ifndef ANALYZER_ESTIMATE_POPULATION_H
#define ANALYZER_ESTIMATE_POPULATION_H
/*
 * Which messages count. A what-if asks what a rule does to mail that arrives from outside: mail of
 * authenticated users, of the own networks, of gateways that hide the sender, and mail that Postfix
 * made itself would only pad the denominator. Such messages keep their verdicts and stand in the
 * totals; they are left out of the rates, and counted by reason.
 */
#include <stdbool.h>

#include "analyzer/evidence/evidence.h"
#include "base/ip_address.h"

/* X(constant, "word in JSON") */
#define POPULATION_REASONS(X)                                                                      \
    X(COUNTED, "counted")                                                                          \
    X(LOCAL, "local")                                                                              \
    X(GATEWAY, "gateway")                                                                          \
    X(AUTHENTICATED, "authenticated")                                                              \
    X(OWN_NETWORK, "own_network")                                                                  \
    X(SUBMISSION, "submission")
#define POPULATION_REASON_ENUM(constant, word) POPULATION_##constant,
enum population_reason { POPULATION_REASONS(POPULATION_REASON_ENUM) POPULATION_REASON_COUNT };

/* The own networks: the first item that contains the address decides (mynetworks, postconf(5)). */
struct own_network {
    struct ip_prefix prefix;
    bool negated;
};

/* The reason for every message, one byte each (enum population_reason). Loopback clients always are
 * own network. The caller frees it. */
uint8_t *population_sort(const struct evidence *evidence, const struct own_network *networks,
                         size_t network_count);
/* "authenticated" ...; static storage. */
const char *population_reason_name(enum population_reason reason);

#endif
