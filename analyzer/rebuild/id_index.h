#ifndef ANALYZER_REBUILD_ID_INDEX_H
#define ANALYZER_REBUILD_ID_INDEX_H
/*
 * Messages by queue id or by message-id, when all are read: ids come back, so one id may name
 * several messages. Keys are hashes of the texts; a caller that could be fooled by two texts with
 * one hash compares the texts.
 */
#include "analyzer/rebuild/rebuild_internal.h"

struct id_index {
    struct hash_map first; /* hash of the id -> message */
    uint32_t *next;        /* message -> message + 1 with the same hash, 0 at the end */
};

enum id_kind { ID_QUEUE, ID_MESSAGE };

/* The hash of an id's text. */
uint64_t id_hash(const struct rebuild *r, struct slice id);
/* Indexes all messages that are still there (those without queue id of their own aside). */
void id_index_build(struct id_index *index, const struct rebuild *r, enum id_kind kind);
/* Gives the memory back. */
void id_index_release(struct id_index *index);
/* The messages with an id, the first in order of birth first: walk with index->next[message] - 1.
 * NONE when there is none. */
uint32_t id_index_first(const struct id_index *index, uint64_t hash);
/* The one that a line at time_us means by the id: the last that was born until then, rather one of
 * the same queue or host than another. except: never this one. NONE when there is none. */
uint32_t id_index_born_before(const struct id_index *index, const struct rebuild *r, uint64_t hash,
                              int64_t time_us, uint16_t realm, uint32_t except);
/* The first that was born at time_us or later (MailScanner names the id before qmgr sees it). */
uint32_t id_index_born_after(const struct id_index *index, const struct rebuild *r, uint64_t hash,
                             int64_t time_us, uint16_t realm);

#endif
