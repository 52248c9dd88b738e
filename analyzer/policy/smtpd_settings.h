#ifndef ANALYZER_POLICY_SMTPD_SETTINGS_H
#define ANALYZER_POLICY_SMTPD_SETTINGS_H
/*
 * The parameters that the evaluation and the evaluators read, taken from a configuration once.
 * Reply codes and temp-fail actions of single restrictions are in their questions.
 */
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/policy/address_class.h"
#include "analyzer/policy/mail_address.h"
#include "analyzer/policy/name_list.h"
#include "analyzer/policy/table_set.h"
#include "parsers/config/config.h"

struct smtpd_settings {
    struct arena arena;
    struct table_set tables;
    struct address_rules addresses;
    struct extension_rules extension;
    int version; /* 307 */
    bool delay_reject, helo_required, tls_required, tls_auth_only, relay_first, soft_bounce,
        peername_lookup;
    bool reject_unlisted_sender, reject_unlisted_recipient, no_unknown_recipient_checks;
    bool strict_envelopes, sasl_enabled, asks_ccert, untrusted_routing, show_table;
    bool access_parent_style, uses_proxy_filter, smtputf8;
    uint16_t access_reject_code, access_defer_code, invalid_hostname_code, rbl_code;
    uint16_t unverified_sender_defer_code, unverified_recipient_defer_code;
    uint16_t unknown_local_code, unknown_alias_code, unknown_mailbox_code, unknown_relay_code;
    uint64_t message_size_limit; /* 0: none */
    uint64_t recipient_limit, hard_error_limit;
    bool asks_v4, asks_v6; /* inet_protocols */
    struct slice null_access_key, maps_rbl_domains, default_rbl_reply, myorigin;
    struct slice verify_sender; /* address_verify_sender, complete */
    struct slice policy_default_action;
    struct name_list mynetworks, relay_domains, mx_backup_networks, mydestination;
    bool mynetworks_known; /* false: mynetworks_style and the machine's interfaces */
    struct table_list recipient_canonical, sender_canonical, canonical, virtual_alias;
    struct table_list local_recipients, virtual_mailbox, relay_recipients, login_maps;
    struct table_list rbl_reply, relay_clientcerts, dns_filter;
};

/* Reads everything. answers: what was recorded of tables, or NULL. Remarks of tables go to remarks, which may be NULL. */
void smtpd_settings_init(struct smtpd_settings *settings, struct config *config,
                         const struct lookup_options *options, const struct answers_file *answers,
                         struct diagnostics *remarks);
/* Closes the tables and gives all memory back. */
void smtpd_settings_release(struct smtpd_settings *settings);

#endif
