#ifndef BASE_DOMAIN_NAME_H
#define BASE_DOMAIN_NAME_H
/*
 * Host and domain names as text: the syntax Postfix accepts (util/valid_hostname.c), parents, and
 * the registrable domain (libpsl). Names are compared without ASCII case; nothing is resolved here.
 */
#include <stdbool.h>

#include "base/slice.h"

enum { DOMAIN_MAX = 255 };

/* Postfix's valid_hostname(): labels of letters, digits, _ and - (not first or last in a label), at
 * most 63 bytes, no empty label, no trailing dot, 255 in all, at least one byte that is no digit or
 * dot. Bytes above 0x7f are refused. */
bool domain_is_valid_hostname(struct slice name);
/* Postfix's valid_hostaddr(): an IPv4 (four octets, first not 0 but for 0.0.0.0) or IPv6 text. */
bool domain_is_valid_address(struct slice text);
/* Postfix's valid_mailhost_literal() without the brackets: "1.2.3.4" or "IPv6:2001:db8::1". */
bool domain_is_valid_literal(struct slice inside_brackets);
/* The parent: "a.b.c" -> "b.c"; false when there is none. */
bool domain_parent(struct slice name, struct slice *parent);
/* Lower-cases into out (size bytes, truncated names give an empty slice). */
struct slice domain_fold(struct slice name, char *out, size_t size);
/* Registrable domain by the public suffix list: "mail.example.co.uk" -> "example.co.uk". The name
 * itself when it is a suffix or one label; addresses and empty names give an empty slice. Result
 * points into out (DOMAIN_MAX + 1 bytes), lower case, no final dot. About 1 us: once per name. */
struct slice domain_registrable(struct slice name, char *out);

#endif
