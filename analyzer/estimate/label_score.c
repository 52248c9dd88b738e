#include "analyzer/estimate/label_score.h"

#include <string.h>

#include "base/xalloc.h"

/* Restrictions by a part of their name; the sets of all rows that fit are joined. */
static const struct {
    const char *part;
    unsigned evidence;
} restrictions[] = {
    { "unknown_client", EVIDENCE_CLIENT_NAME },
    { "reverse_client", EVIDENCE_CLIENT_NAME },
    { "client_access", EVIDENCE_CLIENT_NAME },
    { "helo", EVIDENCE_HELO },
    { "sender_domain", EVIDENCE_SENDER_DOMAIN },
    { "rbl", EVIDENCE_LISTS }, /* reject_rbl_client, reject_maps_rbl */
    { "rhsbl", EVIDENCE_LISTS },
    { "dnswl", EVIDENCE_LISTS },
    { "rhswl", EVIDENCE_LISTS },
    { "policy_service", EVIDENCE_SPF },
    { "unlisted_recipient", EVIDENCE_RECIPIENT },
};

/*
 * Tests of SpamAssassin and rspamd by the beginning of their names, with the points that they usually
 * get (SpamAssassin 3.4's 50_scores.cf, rspamd's metrics, rounded up) for logs that hold names only.
 */
static const struct {
    const char *prefix;
    unsigned evidence;
    double usual;
} tests[] = {
    { "RDNS_", EVIDENCE_CLIENT_NAME, 1.3 },
    { "RCVD_IN_", EVIDENCE_LISTS, 2.7 },
    { "RCVD_HELO_", EVIDENCE_HELO, 1.5 },
    { "HELO_", EVIDENCE_HELO, 3.6 },
    { "FH_HELO_", EVIDENCE_HELO, 1.0 },
    { "KHOP_HELO_FCRDNS", EVIDENCE_HELO | EVIDENCE_CLIENT_NAME, 0.4 },
    { "FSL_HELO_", EVIDENCE_HELO, 2.0 },
    { "HFILTER_HELO_", EVIDENCE_HELO, 4.0 },
    { "HFILTER_HOSTNAME_", EVIDENCE_CLIENT_NAME, 4.0 },
    { "HFILTER_FROMHOST_", EVIDENCE_SENDER_DOMAIN, 3.0 },
    { "TVD_RCVD_", EVIDENCE_CLIENT_NAME, 2.7 },
    { "DYN_RDNS_", EVIDENCE_CLIENT_NAME, 0.1 },
    { "PDS_RDNS_", EVIDENCE_CLIENT_NAME, 0.8 },
    { "R_SPF_", EVIDENCE_SPF, 1.0 },
    { "SPF_", EVIDENCE_SPF, 0.9 },
    { "T_SPF_", EVIDENCE_SPF, 0.1 },
    { "NO_DNS_FOR_FROM", EVIDENCE_SENDER_DOMAIN, 0.4 },
    { "FROMHOST_", EVIDENCE_SENDER_DOMAIN, 3.0 },
    { "RBL_", EVIDENCE_LISTS, 4.0 },
    { "DBL_", EVIDENCE_LISTS, 7.5 },
    { "URIBL_DBL_", EVIDENCE_LISTS, 2.5 },
    { "DNS_FROM_", EVIDENCE_LISTS, 2.6 },
    { "SENDER_IN_", EVIDENCE_LISTS, 0 },
    { "RECEIVED_SPAMHAUS_", EVIDENCE_LISTS, 1.0 },
};

unsigned label_evidence_of(const char *restriction)
{
    unsigned evidence = 0;
    for (size_t i = 0; i < COUNT(restrictions); i++)
        if (strstr(restriction, restrictions[i].part))
            evidence |= restrictions[i].evidence;
    return evidence;
}

static bool is_name_byte(char byte)
{
    return ascii_is_alnum(byte) || byte == '_';
}

/* The points behind a test's name: "=3.5", " 3.50", "(-0.20)". False when there are none. */
static bool read_points(struct slice *rest, double *points)
{
    struct slice text = *rest;
    if (text.len < 2 || !memchr("= (", text.at[0], 3))
        return false;
    text = slice_skip(text, 1);
    size_t len = 0;
    while (len < text.len && (ascii_is_digit(text.at[len]) || memchr("+-.", text.at[len], 3)))
        len++;
    if (!slice_to_double(slice_head(text, len), points))
        return false;
    *rest = slice_skip(text, len);
    return true;
}

/* The row of a test; COUNT(tests) for one that rests on nothing we test. */
static size_t find_test(struct slice name, unsigned evidence)
{
    size_t i = 0;
    while (i < COUNT(tests) &&
           !(slice_starts(name, tests[i].prefix) && (tests[i].evidence & evidence)))
        i++;
    return i;
}

struct left_out label_leave_out(struct slice text, unsigned evidence)
{
    struct left_out left = { 0 };
    while (text.len) {
        size_t len = 0;
        while (len < text.len && is_name_byte(text.at[len]))
            len++;
        struct slice name = slice_head(text, len);
        text = slice_skip(text, len ? len : 1);
        if (len == 0 || ascii_is_digit(name.at[0]))
            continue;
        double points;
        bool priced = read_points(&text, &points);
        size_t row = find_test(name, evidence);
        if (row == COUNT(tests))
            continue;
        left.tests++;
        left.unpriced += !priced;
        left.usual += priced ? 0 : tests[row].usual;
        left.points += priced ? points : tests[row].usual;
    }
    return left;
}
