#ifndef ANALYZER_POLICY_DNS_STATUS_H
#define ANALYZER_POLICY_DNS_STATUS_H
/*
 * DNS questions as smtpd asks them, answered from the snapshot. Statuses are Postfix's, ranked as
 * dns/dns.h ranks them; a question that nobody recorded has every status at once.
 */
#include "analyzer/policy/restriction.h"

enum dns_status { /* bits, the higher the rank the higher the bit */
                  DNS_STATUS_NOT_FOUND = 1,
                  DNS_STATUS_NULL_MX = 2,
                  DNS_STATUS_FAIL = 4,
                  DNS_STATUS_MALFORMED = 8,
                  DNS_STATUS_RETRY = 16,
                  DNS_STATUS_POLICY = 32, /* smtpd_dns_reply_filter left nothing */
                  DNS_STATUS_OK = 64,
};

/* What an unknown answer may be. FAIL and MALFORMED reject as NOT_FOUND does and are left out. */
enum {
    DNS_STATUS_ANY = DNS_STATUS_NOT_FOUND | DNS_STATUS_NULL_MX | DNS_STATUS_RETRY | DNS_STATUS_OK
};

/* Asks one question as getaddrinfo(3) does. Gives the set of possible statuses: one bit when it is known.
 * *answer (may be NULL) is the snapshot's, for DNS_STATUS_OK. */
unsigned dns_ask(struct leaf *leaf, enum dns_type type, struct slice name,
                 struct dns_answer *answer);
/* The name as DNS knows it: folded and in ASCII when it is not (smtputf8_enable = yes). Lives in the
 * leaf's scratch, or is name. */
struct slice dns_ascii_name(struct leaf *leaf, struct slice name);
/* Asks one question as smtpd's dns_lookup() does: as dns_ask, by the ASCII form of the name, and less
 * what smtpd_dns_reply_filter takes away. */
unsigned dns_lookup(struct leaf *leaf, enum dns_type type, struct slice name,
                    struct dns_answer *answer);
/* Asks a DNS list for an A record. An answer in 127.255.255.0/24 says that the list refused to answer
 * whoever recorded it (open resolver, too many questions): nothing is known then. */
unsigned dns_ask_list(struct leaf *leaf, struct slice name, struct dns_answer *answer);
/* Asks several types until one of `stop` turns up (dns_lookup_rl): the set of highest statuses. */
unsigned dns_ask_all(struct leaf *leaf, const enum dns_type *types, size_t count, struct slice name,
                     unsigned stop);
/* "10 mx.example.org" -> "mx.example.org". */
struct slice dns_mx_host(struct slice answer);

/* The addresses (DNS_A or DNS_AAAA) that getaddrinfo(3) finds for a host: /etc/hosts has localhost
 * everywhere, a final dot does not matter, and "12345" or "1.2.3" is an address to inet_aton(3). An
 * answer that was not recorded has the rcode DNS_UNKNOWN and is noted as a need. */
void dns_host_addresses(struct leaf *leaf, enum dns_type type, struct slice host,
                        struct dns_answer *answer);

#endif
