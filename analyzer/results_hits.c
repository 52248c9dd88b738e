/*
 * Which rows a restriction acts on, and whose mail that is. The views ask for several lists of one
 * restriction, then for the next: what was found for the last one is kept, until the next toggle.
 */
#include <assert.h>
#include <stdlib.h>

#include "analyzer/results_internal.h"
#include "base/xalloc.h"

static_assert(FACT_COUNTS == 1, "counted by adding it up");

struct results_hits {
    const struct results_side *side; /* NULL: nothing is kept */
    size_t restriction;
    uint32_t *rows;
    size_t row_count, row_capacity;
    struct mail_count *by_client; /* NULL: not counted yet */
};

void results_hits_init(struct results *results)
{
    results->hits = xcalloc(1, sizeof *results->hits);
}

void results_hits_forget(const struct results *results)
{
    free(results->hits->by_client);
    results->hits->by_client = NULL;
    results->hits->side = NULL;
}

void results_hits_release(struct results *results)
{
    results_hits_forget(results);
    free(results->hits->rows);
    free(results->hits);
}

/* ---- rows ---- */

enum { BLOCK_ROWS = 4096 }; /* are looked at together */

static void make_room(struct results_hits *hits)
{
    if (hits->row_capacity - hits->row_count >= BLOCK_ROWS)
        return;
    hits->row_capacity = 2 * hits->row_capacity + BLOCK_ROWS;
    hits->rows = xrealloc_array(hits->rows, hits->row_capacity, sizeof *hits->rows);
}

/* The rows first .. end - 1 of an acting class; gives their number. Nobody can tell from one row
 * what the next is: no branch. */
static size_t sieve(const uint32_t *classes, const uint8_t *acting, uint32_t first, uint32_t end,
                    uint32_t *rows)
{
    size_t used = 0;
    for (uint32_t row = first; row < end; row++) {
        rows[used] = row;
        used += acting[classes[row]];
    }
    return used;
}

/* What no smtpd saw does not count. */
static void find_hit(struct results_hits *hits, const struct results *results)
{
    const struct results_side *side = hits->side;
    const uint32_t *classes = replay_row_classes(side->view.replay);
    uint32_t row_count = classes ? results->parts.evidence->row_count : 0;
    uint8_t *acting = results_acting_classes(side, hits->restriction);
    for (uint32_t first = 0; first < row_count; first += BLOCK_ROWS) {
        uint32_t end = row_count - first < BLOCK_ROWS ? row_count : first + BLOCK_ROWS;
        make_room(hits);
        uint32_t *rows = hits->rows + hits->row_count;
        size_t found = sieve(classes, acting, first, end, rows), kept = 0;
        for (size_t i = 0; i < found; i++) {
            uint32_t row = rows[i];
            rows[kept] = row;
            kept += results->facts[results->row_message[row]] & FACT_COUNTS;
        }
        hits->row_count += kept;
    }
    free(acting);
}

static void find_stopped(struct results_hits *hits, const struct results *results)
{
    for (uint32_t row = 0; row < results->parts.evidence->row_count; row++) {
        if (!(results->facts[results->row_message[row]] & FACT_COUNTS) ||
            !results_row_is_stopped(results, row))
            continue;
        make_room(hits);
        hits->rows[hits->row_count++] = row;
    }
}

const uint32_t *results_hit_rows(const struct results *results, const struct results_side *side,
                                 size_t restriction, size_t *count)
{
    struct results_hits *hits = results->hits;
    if (hits->side != side || hits->restriction != restriction) {
        results_hits_forget(results);
        hits->side = side;
        hits->restriction = restriction;
        hits->row_count = 0;
        if (restriction == SIZE_MAX)
            find_stopped(hits, results);
        else
            find_hit(hits, results);
    }
    *count = hits->row_count;
    return hits->rows;
}

/* ---- messages ---- */

const struct mail_count *results_hit_clients(const struct results *results,
                                             const struct results_side *side, size_t restriction)
{
    struct results_hits *hits = results->hits;
    size_t row_count;
    const uint32_t *rows = results_hit_rows(results, side, restriction, &row_count);
    if (hits->by_client)
        return hits->by_client;
    hits->by_client =
        xcalloc(results->parts.evidence->client_count + (size_t)1, sizeof *hits->by_client);
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < row_count; i++) {
        uint32_t message = results->row_message[rows[i]];
        if (message != last)
            mail_count_add(&hits->by_client[results->message_client[message]],
                           results->facts[message]);
        last = message;
    }
    return hits->by_client;
}
