#ifndef ANALYZER_POLICY_CLIENT_NAME_H
#define ANALYZER_POLICY_CLIENT_NAME_H
/*
 * What smtpd knew about a client's name (smtpd_peer.c): the log tells some, the DNS snapshot some
 * more. Takes a client of the evidence, gives every state of affairs that is still possible; name
 * and reverse name go together, so that one choice settles both. What the log proves outranks DNS.
 */
#include "analyzer/policy/restriction.h"

enum { CLIENT_VARIANTS_MAX = 5 };

/* Fills variants; gives their number, 1 to CLIENT_VARIANTS_MAX. Texts live in the evidence, the
 * snapshot or leaf->scratch. leaf: for DNS and needs. peername_lookup: as configured. */
size_t client_name_variants(struct leaf *leaf, const struct client *client, bool peername_lookup,
                            struct leaf_client variants[CLIENT_VARIANTS_MAX]);

#endif
