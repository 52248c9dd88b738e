#ifndef ANALYZER_REBUILD_HOP_FOLD_H
#define ANALYZER_REBUILD_HOP_FOLD_H
/*
 * Folds the hops of a message into its first: each recipient's row takes over the end that it came
 * to behind the filter; recipients that only a later hop's log names become rows of the first.
 */
#include "analyzer/rebuild/rebuild_internal.h"

/* A row of a hop that went on, to which address, as which message. */
struct hop_part {
    uint32_t row; /* of the parent; NONE: the whole message */
    uint32_t child;
    sym to; /* 0: whatever the child did is the row's end */
};

struct hop_fold {
    struct rebuild *r;
    struct hop_part *parts;
    uint32_t part_count, part_capacity;
    uint8_t *flags;         /* by message */
    uint8_t *taken;         /* by row: its end is one of a later hop */
    struct hash_map relays; /* set of programs on this machine that hand mail back to Postfix */
    uint32_t *first_child, *next_child; /* by message, + 1 */
    uint32_t *first_part, *next_part;   /* by child message and by part, + 1 */
    uint32_t *last_row, *last_hop; /* by message, + 1: the ends of its chains; 0: to be found */
};

/* A folder for the rebuilder's messages. Borrows it. */
void hop_fold_init(struct hop_fold *fold, struct rebuild *r);
/* `row` went on as message `child`, handed to the address `to`. */
void hop_fold_part(struct hop_fold *fold, uint32_t row, uint32_t child, sym to);
/* `row` was handed to a program on this machine that hands mail back. */
void hop_fold_relay(struct hop_fold *fold, uint32_t row);
/* All of the parent moved to `child`, with every recipient. */
void hop_fold_moved(struct hop_fold *fold, uint32_t child);
/* Folds; parent[message] is the parent + 1, 0 for messages of their own. */
void hop_fold_run(struct hop_fold *fold, const uint32_t *parent);
/* True when the relay of a delivery is a program on this machine: one that is spoken to (loopback),
 * or, by_pipe, one that is run. Local mailboxes are none. */
bool relay_is_local(struct slice relay, bool by_pipe);
/* Gives the memory back. */
void hop_fold_release(struct hop_fold *fold);

#endif
