#include "cli/presets.h"

#include <string.h>

#include "base/xalloc.h"

static const char *const rdns_helo[] = {
    "smtpd_helo_required = yes",
    "smtpd_client_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_unknown_client_hostname",
    "smtpd_helo_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname,"
    " reject_unknown_helo_hostname",
    NULL,
};

static const char *const canned_meat_2009[] = {
    "smtpd_client_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_rbl_client zen.spamhaus.org, reject_rbl_client bl.spamcop.net,"
    " reject_rbl_client dnsbl.njabl.org, reject_rbl_client dnsbl.sorbs.net,"
    " reject_rhsbl_client rhsbl.sorbs.net",
    "smtpd_recipient_restrictions = reject_non_fqdn_recipient, permit_sasl_authenticated,"
    " permit_mynetworks, reject_unlisted_recipient, reject_unauth_destination,"
    " reject_invalid_hostname, check_policy_service unix:private/policyd-spf,"
    " check_policy_service unix:postgrey/socket",
    NULL,
};

static const char *const postfix_default[] = {
    "smtpd_client_restrictions =",
    "smtpd_helo_restrictions =",
    "smtpd_sender_restrictions =",
    "smtpd_recipient_restrictions =",
    "smtpd_data_restrictions =",
    "smtpd_end_of_data_restrictions =",
    "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " defer_unauth_destination",
    NULL,
};

static const char *const postfix_access_readme[] = {
    "smtpd_helo_restrictions = reject_unknown_helo_hostname",
    "smtpd_sender_restrictions = reject_unknown_sender_domain",
    "smtpd_recipient_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_unauth_destination, reject_rbl_client zen.spamhaus.org,"
    " reject_rhsbl_reverse_client dbl.spamhaus.org, reject_rhsbl_helo dbl.spamhaus.org,"
    " reject_rhsbl_sender dbl.spamhaus.org",
    "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_unauth_destination",
    "smtpd_data_restrictions = reject_unauth_pipelining",
    NULL,
};

static const char *const anti_uce_2005[] = {
    "smtpd_helo_required = yes",
    "smtpd_recipient_restrictions = reject_invalid_hostname, reject_non_fqdn_hostname,"
    " reject_non_fqdn_sender, reject_non_fqdn_recipient, reject_unknown_sender_domain,"
    " reject_unknown_recipient_domain, permit_mynetworks, reject_unauth_destination,"
    " reject_rbl_client relays.ordb.org, reject_rbl_client opm.blitzed.org,"
    " reject_rbl_client list.dsbl.org, reject_rbl_client sbl.spamhaus.org,"
    " reject_rbl_client cbl.abuseat.org, reject_rbl_client dul.dnsbl.sorbs.net, permit",
    "smtpd_data_restrictions = reject_unauth_pipelining, permit",
    NULL,
};

static const char *const iredmail[] = {
    "smtpd_helo_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_non_fqdn_helo_hostname, reject_unknown_helo_hostname",
    "smtpd_sender_restrictions = reject_non_fqdn_sender, reject_unlisted_sender,"
    " permit_mynetworks, permit_sasl_authenticated, reject_unknown_sender_domain",
    "smtpd_recipient_restrictions = reject_non_fqdn_recipient, reject_unlisted_recipient,"
    " permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination",
    "smtpd_data_restrictions = reject_unauth_pipelining",
    NULL,
};

static const char *const mail_in_a_box[] = {
    "smtpd_relay_restrictions = permit_sasl_authenticated, permit_mynetworks,"
    " reject_unauth_destination",
    "smtpd_sender_restrictions = reject_non_fqdn_sender, reject_unknown_sender_domain,"
    " reject_authenticated_sender_login_mismatch,"
    " reject_rhsbl_sender dbl.spamhaus.org=127.0.1.[2..99]",
    "smtpd_recipient_restrictions = permit_sasl_authenticated, permit_mynetworks,"
    " reject_rbl_client zen.spamhaus.org=127.0.0.[2..11], reject_unlisted_recipient,"
    " check_policy_service inet:127.0.0.1:10023",
    NULL,
};

static const char *const docker_mailserver[] = {
    "smtpd_helo_restrictions = permit_mynetworks, reject_invalid_helo_hostname, permit",
    "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " defer_unauth_destination",
    "smtpd_recipient_restrictions = permit_sasl_authenticated, permit_mynetworks,"
    " reject_unauth_destination, reject_invalid_helo_hostname,"
    " reject_non_fqdn_helo_hostname, reject_unknown_recipient_domain",
    "smtpd_client_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_unauth_destination",
    "smtpd_sender_restrictions = permit_sasl_authenticated, permit_mynetworks,"
    " reject_unknown_sender_domain",
    "smtpd_data_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_unauth_pipelining",
    NULL,
};

static const char *const docker_mailserver_11_2[] = {
    "smtpd_helo_restrictions = permit_mynetworks, reject_invalid_helo_hostname, permit",
    "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " defer_unauth_destination",
    "smtpd_recipient_restrictions = permit_sasl_authenticated, permit_mynetworks,"
    " reject_unauth_destination, reject_invalid_helo_hostname,"
    " reject_non_fqdn_helo_hostname, reject_unknown_recipient_domain",
    "smtpd_client_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_unauth_destination",
    "smtpd_sender_restrictions = permit_sasl_authenticated, permit_mynetworks,"
    " reject_unknown_sender_domain, reject_unknown_client_hostname",
    "smtpd_data_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_unauth_pipelining",
    NULL,
};

static const char *const yunohost[] = {
    "smtpd_client_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_rbl_client bl.spamcop.net, reject_rbl_client cbl.abuseat.org,"
    " reject_rbl_client zen.spamhaus.org, permit",
    "smtpd_helo_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_non_fqdn_hostname, reject_invalid_hostname, permit",
    "smtpd_sender_restrictions = reject_sender_login_mismatch, permit_mynetworks,"
    " permit_sasl_authenticated, reject_non_fqdn_sender, reject_unknown_sender_domain,"
    " permit",
    "smtpd_recipient_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_non_fqdn_recipient, reject_unknown_recipient_domain,"
    " reject_unauth_destination, permit",
    "strict_rfc821_envelopes = yes",
    NULL,
};

static const char *const anonaddy[] = {
    "smtpd_helo_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname,"
    " reject_unknown_helo_hostname",
    "smtpd_sender_restrictions = permit_mynetworks, permit_sasl_authenticated,"
    " reject_non_fqdn_sender, reject_unknown_sender_domain,"
    " reject_unknown_reverse_client_hostname",
    "smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination,"
    " reject_rbl_client zen.spamhaus.org=127.0.0.[2..11],"
    " reject_rhsbl_sender dbl.spamhaus.org=127.0.1.[2..99],"
    " reject_rhsbl_helo dbl.spamhaus.org=127.0.1.[2..99],"
    " reject_rhsbl_reverse_client dbl.spamhaus.org=127.0.1.[2..99],"
    " warn_if_reject reject_rbl_client zen.spamhaus.org=127.255.255.[1..255]",
    "smtpd_data_restrictions = reject_unauth_pipelining",
    NULL,
};

static const char *const sovereign_2021[] = {
    "smtpd_helo_restrictions = permit_mynetworks, reject_invalid_hostname",
    "smtpd_sender_restrictions = reject_unknown_address",
    "smtpd_client_restrictions = permit_sasl_authenticated",
    "smtpd_recipient_restrictions = permit_sasl_authenticated, permit_mynetworks,"
    " reject_unauth_pipelining, reject_unauth_destination, reject_invalid_hostname,"
    " reject_non_fqdn_hostname, reject_non_fqdn_recipient,"
    " reject_unknown_recipient_domain",
    "unknown_address_reject_code = 554",
    "unknown_client_reject_code = 554",
    "unknown_hostname_reject_code = 554",
    "unverified_sender_reject_code = 554",
    "unverified_recipient_reject_code = 554",
    NULL,
};

static const struct preset presets[] = {
    { "rdns-helo",
      "forward and reverse DNS for the client, a HELO name that exists: what anti-spam guides "
      "around 2009 asked for",
      rdns_helo },
    { "canned-meat-2009",
      "block lists, SPF and greylisting on the border server of a published experience report, "
      "2009",
      canned_meat_2009 },
    { "postfix-default", "Postfix as installed: relay control and nothing else", postfix_default },
    { "postfix-access-readme", "the examples of Postfix's SMTPD_ACCESS_README, 2026",
      postfix_access_readme },
    { "anti-uce-2005",
      "Jim Seymour's anti-UCE cheat sheet for Postfix 2.x, June 2005; five of its six lists are "
      "gone",
      anti_uce_2005 },
    { "iredmail", "iRedMail, May 2026, without its tables and policy services", iredmail },
    { "mail-in-a-box", "Mail-in-a-Box, April 2026, without its quota service", mail_in_a_box },
    { "docker-mailserver", "docker-mailserver, August 2026", docker_mailserver },
    { "docker-mailserver-11.2",
      "docker-mailserver as it was from October 2022 to April 2023: refuses unknown clients by "
      "default",
      docker_mailserver_11_2 },
    { "yunohost", "YunoHost, September 2025, with its block lists switched on", yunohost },
    { "anonaddy", "anonaddy for Docker, July 2026, without its policy service", anonaddy },
    { "sovereign-2021", "Sovereign, 2021: temporary DNS trouble refused for good, a stress test",
      sovereign_2021 },
};

const struct preset *preset_find(const char *name)
{
    for (size_t i = 0; i < COUNT(presets); i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}

void preset_print_list(FILE *to)
{
    for (size_t i = 0; i < COUNT(presets); i++) {
        fprintf(to, "%s# %s: %s\n", i ? "\n" : "", presets[i].name, presets[i].title);
        for (const char *const *line = presets[i].lines; *line; line++)
            fprintf(to, "%s\n", *line);
    }
}
