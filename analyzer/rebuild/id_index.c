#include "analyzer/rebuild/id_index.h"

#include <stdlib.h>

#include "base/text_hash.h"
#include "base/xalloc.h"

uint64_t id_hash(const struct rebuild *r, struct slice id)
{
    return text_hash(id, r->seed);
}

void id_index_build(struct id_index *index, const struct rebuild *r, enum id_kind kind)
{
    const struct evidence *e = r->evidence;
    hash_map_init(&index->first);
    index->next = xcalloc((size_t)e->message_count + 1, sizeof *index->next);
    for (uint32_t i = e->message_count; i-- > 0;) {
        const char *id =
            kind == ID_QUEUE ? e->message_details[i].queue_id : e->message_details[i].message_id;
        if (!id || r->notes[i].marks & MARK_GONE ||
            (kind == ID_QUEUE && r->notes[i].marks & MARK_NOQUEUE))
            continue;
        uint64_t hash = id_hash(r, slice_of(id));
        uint32_t first = hash_map_find(&index->first, hash);
        index->next[i] = first == HASH_MAP_NONE ? 0 : first + 1;
        hash_map_set(&index->first, hash, i);
    }
}

void id_index_release(struct id_index *index)
{
    hash_map_release(&index->first);
    free(index->next);
    *index = (struct id_index){ .next = NULL };
}

uint32_t id_index_first(const struct id_index *index, uint64_t hash)
{
    return hash_map_find(&index->first, hash);
}

/* How near a message's queue is to another: the same, of the same host, of another host. */
static int nearness(const struct rebuild *r, uint16_t a, uint16_t b)
{
    return a == b ? 2 : r->realms[a].host == r->realms[b].host ? 1 : 0;
}

uint32_t id_index_born_before(const struct id_index *index, const struct rebuild *r, uint64_t hash,
                              int64_t time_us, uint16_t realm, uint32_t except)
{
    uint32_t best = NONE;
    int best_near = -1;
    for (uint32_t i = id_index_first(index, hash); i != NONE; i = index->next[i] - 1) {
        int near = nearness(r, r->notes[i].realm, realm);
        int64_t born = r->evidence->messages[i].time_us;
        if (i == except || born > time_us + HOST_CLOCKS_US || near < best_near)
            continue;
        if (near > best_near || born >= r->evidence->messages[best].time_us)
            best = i;
        best_near = near;
    }
    return best;
}

uint32_t id_index_born_after(const struct id_index *index, const struct rebuild *r, uint64_t hash,
                             int64_t time_us, uint16_t realm)
{
    uint32_t best = NONE;
    int best_near = -1;
    for (uint32_t i = id_index_first(index, hash); i != NONE; i = index->next[i] - 1) {
        int near = nearness(r, r->notes[i].realm, realm);
        int64_t born = r->evidence->messages[i].time_us;
        if (born < time_us - DISORDER_US || near < best_near)
            continue;
        if (near > best_near || born < r->evidence->messages[best].time_us)
            best = i;
        best_near = near;
    }
    return best;
}
