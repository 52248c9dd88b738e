#ifndef PARSERS_DATA_DNS_LINE_H
#define PARSERS_DATA_DNS_LINE_H
/*
 * One line of a DNS snapshot, JSON to fields. Flat objects without escapes, which is what nearly all
 * lines are, are read in place; everything else goes through jansson.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct dns_line {
    struct slice name, type, rcode;
    struct slice *answers; /* heap */
    uint32_t count;
    uint32_t ttl;    /* seconds, 0 when not told */
    int64_t time_us; /* TIME_NONE when not told */
    void *document;  /* what texts live in when they do not live in the line */
};

/* Parses a line; texts borrow it, or live in the result. False when it is no object with the strings
 * name and type, and the string rcode (default NOERROR), of the right types; nothing to release
 * then. */
bool dns_line_parse(struct slice line, struct dns_line *fields);
/* Gives back what dns_line_parse took. */
void dns_line_release(struct dns_line *fields);

#endif
