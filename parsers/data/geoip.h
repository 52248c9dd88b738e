#ifndef PARSERS_DATA_GEOIP_H
#define PARSERS_DATA_GEOIP_H
/*
 * Countries and networks of addresses from MaxMind DB files (--geoip, repeatable: a country, a city
 * and an ASN file complete each other; the first file that knows a thing says it). About 0.2 us a
 * question. Constant after geoip_open: any number of threads may ask.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/ip_address.h"
#include "base/slice.h"

struct geoip;

/* Texts live in the files; "no text" where no file knows. */
struct geoip_place {
    struct slice country;      /* ISO 3166 code: "NL" */
    struct slice city;         /* English name */
    struct slice organisation; /* of the autonomous system */
    uint32_t asn;              /* 0: not known */
};

/* Opens the files; NULL with fault when one cannot be read. Free with geoip_close. */
struct geoip *geoip_open(const char *const *paths, size_t count, struct fault *fault);
/* Closes all; NULL is allowed. */
void geoip_close(struct geoip *geoip);
/* What the files know of an address; false (place all empty) when nothing, or geoip is NULL. */
bool geoip_find(const struct geoip *geoip, const struct ip_address *address,
                struct geoip_place *place);

#endif
