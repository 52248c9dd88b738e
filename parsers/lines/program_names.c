#include "parsers/lines/program_names.h"

#include "base/xalloc.h"
#include "parsers/lines/shape_tables.h"

#define TABLES(...)                                                                                \
    (const struct shape_table *const[])                                                            \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define NO_TABLES                                                                                  \
    (const struct shape_table *const[])                                                            \
    {                                                                                              \
        NULL                                                                                       \
    }

/* clang-format off */
static const struct shape_table *const postfix_tables[] = {
    &postfix_smtpd_shapes, &postfix_cleanup_shapes, &postfix_qmgr_shapes, &postfix_delivery_shapes,
    &postfix_pickup_shapes, &postfix_bounce_shapes, &postfix_postsuper_shapes, &postfix_postscreen_shapes,
    &postfix_dnsblog_shapes, &postfix_tlsproxy_shapes, &postfix_tls_shapes, &postfix_service_shapes,
    &postfix_tables_shapes, &postfix_config_shapes, &postfix_master_shapes, &postfix_statistics_shapes,
    &postfix_daemon_shapes, &postfix_script_shapes, &postfix_notes_shapes, &postfix_verbose_shapes,
    &postfix_debug_shapes, &postfix_severity_shapes, NULL,
};

/* Known and not ours. */
static const char foreign_programs[] =
    "kernel systemd systemd-logind systemd-resolved systemd-timesyncd systemd-networkd systemd-journald systemd-udevd init "
    "CRON cron crond /usr/sbin/cron anacron atd run-parts sshd sudo su login useradd usermod groupadd passwd pam_unix "
    "rsyslogd syslogd syslog-ng klogd logger newsyslog journal logrotate auditd audispd polkitd dbus dbus-daemon "
    "named unbound dnsmasq nscd nslcd nsd pdns pdns_recursor ntpd chronyd ntpdate dhclient dhcpcd dhcpd NetworkManager avahi-daemon "
    "nginx apache2 httpd lighttpd php php-fpm roundcube squirrelmail horde HORDE mailman mailgraph pflogsumm logwatch "
    "fail2ban fail2ban.actions fail2ban.filter fail2ban.server fail2ban-server crowdsec "
    "zmconfigd zmmailboxd zmcontrol zmlogger zimbramon slapd munin munin-node snmpd snmptrapd nrpe zabbix_agentd collectd monit "
    "authdaemond imapd pop3d imapd-ssl pop3d-ssl imaplogin pop3login courierd courieresmtp courierlocal courierpop3d courierpop3login "
    "imapproxyd perdition saslauthd mysqld mariadbd postgres redis-server memcached "
    "smartd mdadm acpid irqbalance thermald udevd vsftpd proftpd pure-ftpd ftpd xinetd in.ftpd rpcbind docker dockerd containerd "
    "sendmail-msp sm-mta sm-msp-queue exim exim4 qmail opensmtpd smtpctl vpopmail procmail maildrop vacation mlmmj "
    "p0f stunnel stunnel4 haproxy keepalived pmg-smtp-filter pmgpolicy pmgdaemon pmgproxy pmgtunnel pvestatd zmstat";

static const struct program_rule rules[] = {
    { "smtpd", PROGRAM_POSTFIX, SERVICE_SMTPD, TABLES(&postfix_smtpd_shapes, &postfix_tls_shapes, &postfix_service_shapes) },
    { "cleanup", PROGRAM_POSTFIX, SERVICE_CLEANUP, TABLES(&postfix_cleanup_shapes) },
    { "qmgr nqmgr oqmgr", PROGRAM_POSTFIX, SERVICE_QMGR, TABLES(&postfix_qmgr_shapes, &postfix_delivery_shapes) },
    { "smtp lmtp relay local virtual pipe error retry discard uucp maildrop ifmail bsmtp scalemail-backend mailman",
      PROGRAM_POSTFIX, SERVICE_DELIVERY, TABLES(&postfix_delivery_shapes, &postfix_tls_shapes) },
    { "pickup", PROGRAM_POSTFIX, SERVICE_PICKUP, TABLES(&postfix_pickup_shapes) },
    { "bounce defer trace", PROGRAM_POSTFIX, SERVICE_BOUNCE, TABLES(&postfix_bounce_shapes) },
    { "postsuper", PROGRAM_POSTFIX, SERVICE_POSTSUPER, TABLES(&postfix_postsuper_shapes) },
    { "master", PROGRAM_POSTFIX, SERVICE_MASTER, TABLES(&postfix_master_shapes, &postfix_daemon_shapes) },
    { "postscreen", PROGRAM_POSTFIX, SERVICE_POSTSCREEN, TABLES(&postfix_postscreen_shapes) },
    { "dnsblog", PROGRAM_POSTFIX, SERVICE_DNSBLOG, TABLES(&postfix_dnsblog_shapes) },
    { "tlsproxy", PROGRAM_POSTFIX, SERVICE_POSTFIX_OTHER, TABLES(&postfix_tlsproxy_shapes, &postfix_tls_shapes) },
    { "anvil scache verify tlsmgr", PROGRAM_POSTFIX, SERVICE_POSTFIX_OTHER, TABLES(&postfix_statistics_shapes, &postfix_tls_shapes) },
    { "postfix-script postfix", PROGRAM_POSTFIX, SERVICE_POSTFIX_OTHER, TABLES(&postfix_script_shapes) },
    { "trivial-rewrite proxymap proxywrite flush showq spawn qmqpd postlogd postlog postmap postalias nbdb_reindexd "
      "postconf postqueue postcat postkick postlock postmulti sendmail newaliases mailq postdrop posttls-finger",
      PROGRAM_POSTFIX, SERVICE_POSTFIX_OTHER,
      TABLES(&postfix_tables_shapes, &postfix_config_shapes, &postfix_service_shapes, &postfix_daemon_shapes, &postfix_notes_shapes,
             &postfix_verbose_shapes, &postfix_debug_shapes, &postfix_severity_shapes) },
    { "MailScanner MSMilter mailscanner", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&mailscanner_shapes, &mailscanner_texts) },
    { "ClamAV-autoupdate BitDefender-autoupdate Sophos-autoupdate Generic-autoupdate Avg-autoupdate F-Prot-autoupdate "
      "F-Prot-6-autoupdate F-Secure-autoupdate KSE-autoupdate McAfee-autoupdate Kaspersky-autoupdate Antivir-autoupdate "
      "update.bad.phishing.sites update.phishing.sites update_spamassassin ms-update-phishing ms-update-sa ms-update-vs ms-cron "
      "update.virus.scanners update_virus_scanners", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&scanner_update_shapes) },
    { "BDMAILD BDLIVED BDSCAND BDSMTPD BDMOND BDLOGD BDFILED bdmaild bdlived bdscand bdsmtpd bdmond bdlogd bdfiled BDREGD bdregd",
      PROGRAM_OTHER, SERVICE_FILTER, TABLES(&bitdefender_shapes) },
    { "amavis amavisd amavisd-new", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&amavis_shapes) },
    { "rspamd rspamd_proxy rmilter", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&rspamd_shapes) },
    { "spamd", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&spamd_shapes) },
    { "spampd", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&spampd_shapes) },
    { "spamass-milter", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&spamass_milter_shapes) },
    { "clamd clamav", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&clamd_shapes, &clamd_texts) },
    { "freshclam", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&freshclam_shapes, &freshclam_texts) },
    { "clamav-milter", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&clamav_milter_shapes, &clamav_milter_texts) },
    { "clamsmtpd", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&clamsmtp_shapes) },
    { "mimedefang mimedefang.pl mimedefang-multiplexor", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&mimedefang_shapes) },
    { "dspam", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&dspam_shapes) },
    { "bogofilter", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&bogofilter_shapes) },
    { "opendkim dkim-filter dkimproxy.in dkimproxy.out dkimproxy", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&dkim_shapes) },
    { "opendmarc", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&dmarc_shapes) },
    { "openarc", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&arc_shapes) },
    { "postgrey", PROGRAM_OTHER, SERVICE_POLICY, TABLES(&postgrey_shapes) },
    { "sqlgrey", PROGRAM_OTHER, SERVICE_POLICY, TABLES(&sqlgrey_shapes) },
    { "milter-greylist", PROGRAM_OTHER, SERVICE_POLICY, TABLES(&milter_greylist_shapes, &milter_greylist_texts) },
    { "policyd-spf python-policyd-spf postfix/policy-spf policy-spf pyspf-milter pypolicyd-spf postfix/policyd-spf", PROGRAM_OTHER, SERVICE_POLICY, TABLES(&policyd_spf_shapes) },
    { "policyd-weight postfix/policyd-weight", PROGRAM_OTHER, SERVICE_POLICY, TABLES(&policyd_weight_shapes, &policyd_weight_texts) },
    { "postfwd postfwd2 postfwd3 postfwd/master postfwd/policy postfwd/cache postfwd2/master postfwd2/policy postfwd2/cache "
      "postfwd3/master postfwd3/policy postfwd3/cache postfix/postfwd", PROGRAM_OTHER, SERVICE_POLICY, TABLES(&postfwd_shapes, &postfwd_texts) },
    { "cbpolicyd", PROGRAM_OTHER, SERVICE_POLICY, TABLES(&cbpolicyd_shapes) },
    { "dovecot", PROGRAM_OTHER, SERVICE_MAILBOX, TABLES(&dovecot_shapes) },
    { "dovecot-lda deliver dovecot/lda", PROGRAM_OTHER, SERVICE_MAILBOX, TABLES(&dovecot_lda_shapes) },
    { "postsrsd postsrs", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&srs_shapes) },
    { "fetchmail getmail", PROGRAM_OTHER, SERVICE_FILTER, TABLES(&fetchmail_shapes) },
    { foreign_programs, PROGRAM_FOREIGN, SERVICE_FOREIGN, NO_TABLES },
};

/* A Postfix service of master.cf whose name we do not know: told by the shape of its lines. */
/* Lines without a program: the logger's repeat markers. */
static const struct program_rule nobody = { "", PROGRAM_OTHER, SERVICE_NONE, TABLES(&repeat_shapes) };
static const struct program_rule any_postfix = { "", PROGRAM_POSTFIX, SERVICE_POSTFIX_OTHER, NO_TABLES };
static const struct program_rule stranger = { "", PROGRAM_STRANGER, SERVICE_FOREIGN, NO_TABLES };

/* Names before a '/' that are not Postfix's, whatever stands behind it. */
static const char foreign_prefixes[] = "outbound inbound cyrus courier mailman dovecot imap pop3 kernel lmtpunix exim spamd";
/* clang-format on */

static bool in_list(const char *list, struct slice name)
{
    struct slice rest = slice_of(list), word;
    while (slice_next_word(&rest, " ", &word))
        if (slice_equal(word, name))
            return true;
    return false;
}

static const struct program_rule *find_rule(struct slice name, bool postfix)
{
    for (size_t i = 0; i < COUNT(rules); i++)
        if ((rules[i].origin == PROGRAM_POSTFIX) == postfix && in_list(rules[i].names, name))
            return &rules[i];
    return NULL;
}

/* The rule whose service name ends `name` behind a '-' or '_' ("mx-in-smtpd"). */
static const struct program_rule *find_suffix(struct slice name)
{
    for (size_t at = 1; at + 1 < name.len; at++)
        if (name.at[at] == '-' || name.at[at] == '_') {
            const struct program_rule *rule = find_rule(slice_skip(name, at + 1), true);
            if (rule)
                return rule;
        }
    return NULL;
}

static bool is_postfix_name(struct slice name, struct slice syslog_name)
{
    return slice_starts(name, "postfix") || (syslog_name.len && slice_equal(name, syslog_name));
}

static void resolve_path(struct slice name, size_t slash, struct slice syslog_name,
                         struct program_facts *facts)
{
    struct slice service = slice_skip(name, slash + 1);
    size_t first = slice_index(name, '/');
    struct slice instance = slice_head(name, first);
    bool ours = is_postfix_name(instance, syslog_name) ||
                (syslog_name.len && slice_equal(slice_head(name, slash), syslog_name));
    const struct program_rule *rule = find_rule(service, true);
    if (!ours && in_list(foreign_prefixes, instance)) {
        facts->rule = &stranger;
        return;
    }
    facts->instance = instance;
    if (slash > first)
        facts->label = slice_make(name.at + first + 1, slash - first - 1);
    facts->rule = rule ? rule : ours ? &any_postfix : &stranger;
}

void program_resolve(struct slice name, struct slice syslog_name, struct program_facts *facts)
{
    *facts = (struct program_facts){ .rule = &stranger, .instance = SLICE(""), .label = SLICE("") };
    const struct program_rule *rule = find_rule(name, false);
    size_t slash = slice_last_index(name, '/');
    if (name.len == 0) {
        facts->rule = &nobody;
    } else if (rule) {
        facts->rule = rule;
    } else if (slash < name.len) {
        resolve_path(name, slash, syslog_name, facts);
    } else if (is_postfix_name(name, syslog_name)) {
        facts->instance = name;
        rule = find_rule(name, true);
        rule = rule ? rule : find_suffix(name);
        facts->rule = rule ? rule : &any_postfix;
    } else {
        /* postsuper and its sisters log under their own name when run by hand; "sendmail" alone is
         * the other mail server, Postfix's own says "postfix/sendmail" */
        rule = find_rule(name, true);
        bool tool = rule && slice_starts(name, "post");
        rule = tool ? rule : find_suffix(name);
        facts->rule = rule ? rule : &stranger;
    }
}

const struct program_rule *program_rules(size_t *count)
{
    *count = COUNT(rules);
    return rules;
}

const struct shape_table *const *program_postfix_tables(void)
{
    return postfix_tables;
}
