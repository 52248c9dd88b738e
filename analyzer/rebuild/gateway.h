#ifndef ANALYZER_REBUILD_GATEWAY_H
#define ANALYZER_REBUILD_GATEWAY_H
/*
 * Mail that comes by a gateway: fetchmail on this machine, an own or a provider's relay, a backup MX.
 * Its client is not the sender's, so rules that look at the client say nothing of the sender. Who the
 * client was, the Received headers tell that header_checks or a filter wrote into the log: a header
 * is believed as far as its writer is this host or a gateway. Which clients are gateways the
 * administrator says (rebuild_options.gateways); loopback is one always.
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* Takes in a header line of a message, in the order of the headers. */
void gateway_header(struct rebuild *r, struct mail *mail, struct slice header);
/* The true client in a filter's list of quoted headers, topmost first; 0 when none is told. *helo is
 * set with it. */
uint32_t gateway_quoted_headers(struct rebuild *r, struct slice list, sym *helo);
/* Marks the messages that came by a gateway. Call when every message has its client. */
void gateway_mark(struct rebuild *r);

#endif
