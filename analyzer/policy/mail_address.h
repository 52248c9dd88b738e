#ifndef ANALYZER_POLICY_MAIL_ADDRESS_H
#define ANALYZER_POLICY_MAIL_ADDRESS_H
/*
 * Envelope addresses in their two spellings: the external form with RFC 5321 quoting, as logs show
 * it, and the internal form without, which Postfix compares, completes and looks up. Pure text
 * work; what a domain means is address_class.h's business.
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/slice.h"

/* Which local parts are never cut at the recipient delimiter. */
struct extension_rules {
    struct slice delimiters;    /* recipient_delimiter, a set of bytes */
    struct slice double_bounce; /* double_bounce_sender */
    bool owner_request_special;
};

/* The internal form: quotes and backslashes of the local part are removed. Lives in arena. */
struct slice mail_address_unquote(struct arena *arena, struct slice external);
/* The external form: a local part that is no dot-string is quoted (global/quote_822_local.c). With
 * bare the text is a local part without a domain. Lives in arena; the text itself when nothing has
 * to be quoted. */
struct slice mail_address_quote(struct arena *arena, struct slice internal, bool bare);
/* True when the local part (no domain) would be quoted in the external form. */
bool mail_address_needs_quotes(struct slice local_part);
/* What stands behind the last "@"; "no text" when there is none. */
struct slice mail_address_domain(struct slice address);
/* What stands before the last "@"; everything when there is none. */
struct slice mail_address_local_part(struct slice address);
/* Cuts the extension off: "user+ext@dom" -> "user@dom". False (and *bare untouched) when there is
 * none (global/split_addr.c). Lives in arena. */
bool mail_address_strip_extension(struct arena *arena, struct slice address,
                                  const struct extension_rules *rules, struct slice *bare);
/* "host.example." -> "host.example"; a name that is a dot, or ends in two, stays as it is. */
struct slice mail_domain_strip_dot(struct slice name);
/* ASCII lower case of all bytes. Lives in arena. */
struct slice mail_address_fold(struct arena *arena, struct slice text);

#endif
