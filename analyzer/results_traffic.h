#ifndef ANALYZER_RESULTS_TRAFFIC_H
#define ANALYZER_RESULTS_TRAFFIC_H
/*
 * Lines of the log by what they tell of mail, as pflogsumm(1) counts them; a part of
 * results_input. analyzer/traffic.h counts.
 */
#include <stdint.h>

struct results_traffic {
    uint64_t received, delivered, forwarded;
    uint64_t deferred, deferrals; /* messages; lines */
    uint64_t bounced, rejected, reject_warnings, held, discarded;
};

#endif
