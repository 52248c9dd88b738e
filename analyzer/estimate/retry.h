#ifndef ANALYZER_ESTIMATE_RETRY_H
#define ANALYZER_ESTIMATE_RETRY_H
/*
 * Deferred, and then? A sender's queue tries again for days. When the log shows that the same client
 * was let in later with the same sender and recipient, the fault had healed: the mail came late, it
 * was not lost. Takes the evidence once; then, for any set of verdicts, one backward walk.
 *
 * The client must be the same address: that a neighbour in its network is in order does not bring
 * the mail back.
 */
#include <stdbool.h>

#include "analyzer/evidence/evidence.h"

/* Postfix, maximal_queue_lifetime: 5 days; RFC 5321 4.5.4.1 asks for 4 to 5. */
#define RETRY_WINDOW_US (5 * DAY_US)

/* A row of a triplet (client, sender, recipient) that occurs more than once; a triplet's rows follow
 * each other in order of time. */
struct retry {
    int64_t time_us;
    uint32_t row;
    bool is_last; /* of its triplet */
};

struct retries {
    struct retry *items;
    size_t count;
};

/* Finds the repeated triplets that contain a row of a message with wanted[message] set. same_client:
 * by client, what makes two of them one (its network: pools try again from next door); NULL: the
 * address. */
void retries_init(struct retries *retries, const struct evidence *evidence, const uint8_t *wanted,
                  const sym *same_client);
/* Those of triplets whose rows are of several classes (by row): only there is one row refused and
 * another accepted. */
void retries_pick(const struct retries *retries, const uint32_t *classes, struct retries *picked);
/* Gives all memory back. */
void retries_release(struct retries *retries);
/* Calls heal(context, row) for every row that `is_accepted` refuses and whose triplet it accepts
 * later, within RETRY_WINDOW_US. */
void retries_heal(const struct retries *retries, bool (*is_accepted)(void *context, uint32_t row),
                  void (*heal)(void *context, uint32_t row), void *context);
/* Calls fold(context, row) for every row that is no mail of its own: `is_accepted` refuses it, and its
 * triplet comes in later, or was refused before, within RETRY_WINDOW_US of the first attempt. */
void retries_fold(const struct retries *retries, bool (*is_accepted)(void *context, uint32_t row),
                  void (*fold)(void *context, uint32_t row), void *context);

#endif
