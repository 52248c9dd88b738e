#ifndef ANALYZER_POLICY_ADDRESS_CLASS_H
#define ANALYZER_POLICY_ADDRESS_CLASS_H
/*
 * What trivial-rewrite(8) makes of an envelope address: its canonical text (completed, operators
 * resolved, case folded), which of the five address classes its domain belongs to, and whether its
 * transport refuses it. Takes the internal form (mail_address.h). Where a list cannot be read, more
 * than one class stays possible. The parameters are those of main.cf: what master.cf gives to smtpd
 * with -o does not reach trivial-rewrite (trivial-rewrite/{rewrite,resolve}.c).
 */
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/policy/mail_address.h"
#include "analyzer/policy/name_list.h"
#include "analyzer/policy/table_set.h"
#include "parsers/config/config.h"

enum address_class { /* bits: a set of classes that are possible */
                     ADDRESS_LOCAL = 1,
                     ADDRESS_VIRTUAL_ALIAS = 2,
                     ADDRESS_VIRTUAL_MAILBOX = 4,
                     ADDRESS_RELAY = 8,
                     ADDRESS_DEFAULT = 16,
                     ADDRESS_FINAL =
                         ADDRESS_LOCAL | ADDRESS_VIRTUAL_ALIAS | ADDRESS_VIRTUAL_MAILBOX,
                     ADDRESS_CLASSES = 31,
};

enum address_transport {
    TRANSPORT_DELIVERS, /* any transport that tries */
    TRANSPORT_ERROR,    /* error(8): undeliverable, the next hop is the reason */
    TRANSPORT_RETRY,    /* retry(8) */
    TRANSPORT_UNKNOWN,  /* a table that cannot be read has its say */
};

struct address_rules {
    struct slice myorigin, mydomain, myhostname, empty_address;
    bool origin_unknown; /* myorigin is the name of a file that is not here */
    bool swap_bangpath, percent_hack, append_at_myorigin, append_dot_mydomain, dequote;
    bool null_domain, numeric_domain, allow_min_user, show_table;
    struct name_list mydestination, alias_domains, mailbox_domains, relay_domains;
    struct slice interfaces, proxy_interfaces; /* expanded values */
    struct slice local_transport, virtual_transport, relay_transport, default_transport;
    struct table_list transport_maps, relocated_maps;
    struct extension_rules extension; /* as trivial-rewrite(8) has them: main.cf's */
    bool transport_parent_style;
};

struct resolved_address {
    struct slice address; /* canonical and folded; empty when there is no "@" in the end */
    struct slice domain;
    uint8_t classes;   /* set of enum address_class */
    bool syntax_error; /* 501 at command level */
    bool failed;       /* a list answered with an error: "Temporary lookup failure" */
    bool routed;       /* an operator is left in the local part */
    enum address_transport transport;
    struct slice nexthop; /* of TRANSPORT_ERROR and TRANSPORT_RETRY */
};

/* myorigin's value, or the first line of the file that it names ("/etc/mailname", mail_params.c); "no
 * text", and a remark, when that is not to be found. Lives in tables->arena. */
struct slice address_origin(struct slice value, struct table_set *tables);
/* Reads the parameters; tables live in tables, everything else in arena. */
void address_rules_init(struct address_rules *rules, struct config *config,
                        struct table_set *tables, struct arena *arena);
/* Resolves an address. Everything lives in scratch. needs may be NULL. */
struct resolved_address address_resolve(const struct address_rules *rules, struct slice address,
                                        struct arena *scratch, struct need_set *needs);
/* True when "1.2.3.4" is an address of inet_interfaces or proxy_interfaces. */
enum match_answer address_is_own(const struct address_rules *rules, struct slice address,
                                 bool with_proxies, struct need_set *needs);
/* True for a domain in mydestination, or "[address]" of this machine: resolve_local. scratch is for
 * the look-up; needs may be NULL. */
enum match_answer address_is_local(const struct address_rules *rules,
                                   const struct name_list *mydestination, struct slice domain,
                                   struct arena *scratch, struct need_set *needs);
/* True when NAME stands in parent_domain_matches_subdomains. */
bool address_parent_style(struct config *config, const char *name);

#endif
