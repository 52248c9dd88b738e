#ifndef ANALYZER_POLICY_ADDRESS_FILTER_H
#define ANALYZER_POLICY_ADDRESS_FILTER_H
/*
 * The reply filter of a DNS list: "127.0.0.2", "127.0.[0..1].[2;4;9..11]" (util/ip_match.c).
 */
#include <stdbool.h>

#include "base/slice.h"

/* True when Postfix would take the filter. */
bool address_filter_is_valid(struct slice filter);
/* True when an IPv4 address in text form matches. A filter that Postfix would not take matches
 * nothing. */
bool address_filter_matches(struct slice filter, struct slice address);

#endif
