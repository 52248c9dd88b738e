#ifndef ANALYZER_POLICY_EVALUATORS_H
#define ANALYZER_POLICY_EVALUATORS_H
/*
 * The functions that rows of the registry name, one family per restrict_*.c. Each answers one
 * question for one leaf with the number of an outcome; postconf(5) says what each restriction does.
 * `detail` of a row chooses between the members of a family.
 */
#include "analyzer/policy/restriction.h"

/* detail of the access and dns-list families: what is looked at */
enum access_subject {
    SUBJECT_CLIENT,
    SUBJECT_REVERSE_CLIENT,
    SUBJECT_HELO,
    SUBJECT_SENDER,
    SUBJECT_RECIPIENT,
    SUBJECT_SASL,
    SUBJECT_CCERT,
    SUBJECT_ETRN,
};
/* detail of check_*_{a,mx,ns}_access: the subject plus the record type */
enum server_type { SERVER_A = 16, SERVER_MX = 32, SERVER_NS = 48, SERVER_TYPES = 48 };

/* restrict_generic.c */
restriction_fn restrict_permit, restrict_nothing, restrict_reject, restrict_defer_if_permit,
    restrict_defer_if_reject, restrict_server_error;
/* restrict_client.c */
restriction_fn restrict_unknown_client, restrict_unknown_reverse_client, restrict_mynetworks,
    restrict_inet_interfaces;
/* restrict_session.c */
restriction_fn restrict_plaintext, restrict_pipelining, restrict_sasl, restrict_clientcerts,
    restrict_login_mismatch, restrict_message_size;
/* restrict_helo.c */
restriction_fn restrict_tls_required, restrict_helo_required, restrict_invalid_helo,
    restrict_non_fqdn_helo, restrict_unknown_helo, restrict_naked_ip;
/* restrict_address.c, restrict_unlisted.c */
restriction_fn restrict_non_fqdn_address, restrict_unknown_address, restrict_unverified_address,
    restrict_address_syntax, restrict_multi_recipient_bounce, restrict_unlisted;
/* restrict_relay.c, restrict_mx_backup.c */
restriction_fn restrict_auth_destination, restrict_unauth_destination, restrict_relay_domains,
    restrict_recipient_exempt, restrict_mx_backup;
/* restrict_dnsbl.c */
restriction_fn restrict_rbl, restrict_maps_rbl, restrict_rhsbl, restrict_dnswl, restrict_rhswl;
/* restrict_screen.c; detail of restrict_screen_caught: enum screen_test */
restriction_fn restrict_screen_access, restrict_screen_denylist, restrict_screen_caught,
    restrict_screen_dnsbl, restrict_screen_allow, restrict_screen_interfaces, restrict_screen_first;
/* restrict_access.c */
restriction_fn restrict_access;
/* restrict_server.c */
restriction_fn restrict_server_access;
/* restrict_service.c */
restriction_fn restrict_policy_service;
struct service_model;
/* The outcome of being greylisted by a model of postgrey. */
uint32_t service_greylists(struct leaf *leaf, const struct service_model *model);

#endif
