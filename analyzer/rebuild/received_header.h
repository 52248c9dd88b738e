#ifndef ANALYZER_REBUILD_RECEIVED_HEADER_H
#define ANALYZER_REBUILD_RECEIVED_HEADER_H
/*
 * What a Received: header says of the client that its writer spoke to (RFC 5321 4.4). Only the
 * address is read of every writer; names only where Postfix wrote them, for its form says which of
 * them it verified. Whether the writer is to be believed is the caller's question.
 */
#include <stdbool.h>

#include "base/ip_address.h"
#include "base/slice.h"

struct received_from {
    struct ip_address address;
    struct slice text;       /* the address as it stands, without brackets and "IPv6:" */
    struct slice name, helo; /* "no text": not told, or not verified */
    bool fetched;            /* no client: a mailbox that fetchmail read */
};

/* Reads "Received: from ..."; line breaks within may stand as "?", as Postfix logs them. False when
 * no address stands where the writer puts the client's: none is guessed. Borrows the header. */
bool received_header_parse(struct slice header, struct received_from *from);

#endif
