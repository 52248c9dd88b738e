/*
 * Who carries the loss of wanted mail: what results_losers tells of organisations, but only what the
 * answer in words needs after each toggle. No message is looked at.
 */
#include <stdlib.h>

#include "analyzer/results_internal.h"
#include "base/xalloc.h"

struct carrier {
    struct tally_loss sums;
    sym key;
};

static int compare_carriers(const void *left, const void *right)
{
    const struct carrier *a = left, *b = right;
    if (a->sums.lost != b->sums.lost)
        return a->sums.lost > b->sums.lost ? -1 : 1;
    if (a->sums.delayed != b->sums.delayed)
        return a->sums.delayed > b->sums.delayed ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

struct results_loser *results_carriers(const struct results *results, size_t limit,
                                       struct arena *arena, size_t *count)
{
    uint32_t keys = results->clusters.keys.count;
    struct tally_loss *losses = tally_losses(results->tally, &results->candidate.view);
    struct carrier *carriers = xcalloc(keys + (size_t)1, sizeof *carriers);
    size_t used = 0;
    for (sym key = 0; key < keys; key++)
        if (losses[key].lost + losses[key].delayed)
            carriers[used++] = (struct carrier){ losses[key], key };
    qsort(carriers, used, sizeof *carriers, compare_carriers);
    *count = used < limit ? used : limit;
    struct results_loser *list = ARENA_ARRAY(arena, struct results_loser, *count + 1);
    for (size_t i = 0; i < *count; i++)
        list[i] = (struct results_loser){
            .key = results_key_text(results, BY_ORGANISATION, carriers[i].key),
            .lost = carriers[i].sums.lost,
            .delayed = carriers[i].sums.delayed,
            .came = carriers[i].sums.messages,
        };
    free(carriers);
    free(losses);
    return list;
}
