#ifndef ANALYZER_REBUILD_CLIENT_IDENTITY_H
#define ANALYZER_REBUILD_CLIENT_IDENTITY_H
/*
 * What log lines prove about a client's names, after Postfix's smtpd_peer.c: a name in `connect`
 * is verified; `hostname N does not resolve to address A` gives the reverse name of an `unknown`
 * client and why it is not verified; an answer of the two name restrictions narrows the rest down.
 */
#include "analyzer/evidence/evidence.h"

/* The client of a `connect from NAME[ADDRESS]`; name "no text": `unknown`. Without a warning about
 * its name before, an unknown client has no reverse name or the look-up failed, both alike. */
struct client client_of_connect(struct evidence *evidence, struct slice name, struct slice address);
/* The client whose address or name another server gave (XCLIENT): an unknown name is anything. */
struct client client_of_proxy(struct evidence *evidence, struct slice name, struct slice address);
/* Adds `hostname NAME does not resolve to address ...[: REASON]`. */
void client_name_warned(struct evidence *evidence, struct client *client, struct slice name,
                        struct slice reason);
/* Adds that the restriction (canonical name) acted, with a reply code. configured: the server's
 * unknown_client_reject_code, 0 unknown. Other restrictions change nothing. */
void client_name_refused(struct client *client, struct slice restriction, unsigned code,
                         int configured, enum evidence_origin origin);

#endif
