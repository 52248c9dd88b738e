#ifndef ANALYZER_EVIDENCE_POSTGREY_WHITELIST_H
#define ANALYZER_EVIDENCE_POSTGREY_WHITELIST_H
/*
 * postgrey's white lists of clients and of recipients, read as postgrey(8) reads them: one entry a
 * line, # begins a comment; /regular expressions/ (Perl's, without case), host names that match
 * themselves and every name below, IPv4 addresses whole, with /bits or cut after two or three
 * octets, IPv6 addresses; recipients as user@domain, user@ or domain, extensions ignored.
 */
#include <stdbool.h>

#include "base/fault.h"
#include "base/ip_address.h"
#include "base/slice.h"

struct postgrey_whitelist;

/* Empty lists. */
struct postgrey_whitelist *postgrey_whitelist_new(void);
/* Gives them back; NULL is allowed. */
void postgrey_whitelist_free(struct postgrey_whitelist *list);
/* Adds one line of a clients file; bad ones go to notes and are skipped, as postgrey does. */
void postgrey_whitelist_add_client(struct postgrey_whitelist *list, struct slice line,
                                   struct diagnostics *notes);
/* Adds one line of a recipients file. */
void postgrey_whitelist_add_recipient(struct postgrey_whitelist *list, struct slice line,
                                      struct diagnostics *notes);
/* Reads a file of clients or recipients; false with fault when it cannot be read. */
bool postgrey_whitelist_read(struct postgrey_whitelist *list, const char *path, bool recipients,
                             struct diagnostics *notes, struct fault *fault);
/* True when the client is on a list; name is "unknown" for one without a verified name. */
bool postgrey_whitelist_has_client(const struct postgrey_whitelist *list, struct slice name,
                                   const struct ip_address *address);
/* True when the recipient is on a list. */
bool postgrey_whitelist_has_recipient(const struct postgrey_whitelist *list,
                                      struct slice recipient);

#endif
