#ifndef ANALYZER_ESTIMATE_CLUSTER_H
#define ANALYZER_ESTIMATE_CLUSTER_H
/*
 * Who sends together: all mail of one organisation shares its names, its network and its faults, so
 * a thousand messages of one sender are one fact. Takes the clients of the evidence, gives each the
 * number of its cluster: the registrable domain of the verified client name; else the autonomous
 * system of the address (--geoip); else its /24, or /48 for IPv6. Clients without an address share
 * one cluster. A forged or merely reversed name never counts: anybody may write it.
 */
#include <stdint.h>

#include "analyzer/evidence/evidence.h"
#include "base/intern.h"
#include "parsers/data/geoip.h"

struct clusters {
    struct intern keys; /* "example.org", "AS64500", "192.0.2.0/24", "unknown" */
    sym *of_client;     /* key of each client of the evidence */
    sym *network;       /* "192.0.2.0/24" of each client, in keys */
    sym *country;       /* "NL" or SYM_NONE, in keys */
    sym *asn;           /* "AS64500" or SYM_NONE, in keys */
    uint32_t client_count;
};

/* Clusters all clients of the evidence. geoip may be NULL. */
void clusters_init(struct clusters *clusters, const struct evidence *evidence,
                   const struct geoip *geoip);
/* Gives all memory back. */
void clusters_release(struct clusters *clusters);
/* Kish's effective number of clusters: (sum n)^2 / sum n^2 over the sizes that are not zero, 0 when
 * all are. *clusters (may be NULL) gets how many are not zero. */
double cluster_effective(const uint32_t *sizes, size_t count, uint64_t *clusters);

#endif
