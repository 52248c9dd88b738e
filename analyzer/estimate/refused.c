#include "analyzer/estimate/refused.h"

#include <stdlib.h>

#include "analyzer/estimate/retry.h"
#include "base/xalloc.h"

struct fold_work {
    bool (*is_accepted)(void *context, uint32_t row);
    void *context;
    uint8_t *folded; /* by row */
};

static bool row_is_accepted(void *context, uint32_t row)
{
    struct fold_work *work = context;
    return work->is_accepted(work->context, row);
}

static void fold_row(void *context, uint32_t row)
{
    struct fold_work *work = context;
    work->folded[row] = 1;
}

struct results_group refused_count(const struct evidence *evidence, const struct clusters *clusters,
                                   const uint8_t *is_refused,
                                   bool (*is_accepted)(void *context, uint32_t row), void *context)
{
    struct results_group group = { 0 };
    struct fold_work work = { is_accepted, context, xcalloc(evidence->row_count + (size_t)1, 1) };
    uint8_t *seen = xcalloc(clusters->keys.count + (size_t)1, 1);
    struct retries attempts;
    retries_init(&attempts, evidence, is_refused, clusters->network);
    retries_fold(&attempts, row_is_accepted, fold_row, &work);
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        const struct message *message = &evidence->messages[m];
        uint32_t rows = 0;
        for (uint32_t i = 0; is_refused[m] && i < message->row_count; i++)
            rows += !work.folded[message->first_row + i];
        if (rows == 0)
            continue;
        sym cluster = clusters->of_client[message->client];
        group.messages++;
        group.rows += rows;
        group.clusters += !seen[cluster];
        seen[cluster] = 1;
    }
    retries_release(&attempts);
    free(work.folded);
    free(seen);
    return group;
}
