#ifndef ANALYZER_POLICY_CHOICES_H
#define ANALYZER_POLICY_CHOICES_H
/*
 * Which of its possible answers an unknown one takes in a run of the evaluation: a run notes the
 * choices that it meets, the next run takes the next combination, until all were taken. A choice met
 * twice in a run is taken the same way both times.
 */
#include <stdbool.h>
#include <stdint.h>

enum { CHOICES_MAX = 64 };

/* The choices of one run, in the order in which they were met. */
struct choice {
    uint64_t key;
    uint32_t count, taken;
    uint32_t question, slot; /* whose answer is unknown; or one of these */
    uint32_t met_in_row;
};
#define CHOICE_CLIENT UINT32_MAX
#define CHOICE_ORDER  (UINT32_MAX - 1)
#define CHOICE_MARK   (UINT32_MAX - 2) /* was the sender checked in an earlier mail? */
#define CHOICE_SIZE   (UINT32_MAX - 3) /* did the client announce the size at MAIL? */
#define CHOICE_UTF8   (UINT32_MAX - 4) /* did it say SMTPUTF8 at MAIL, where that is not supported? */
#define CHOICE_FIRST  CHOICE_UTF8      /* from here on no question */

struct choices {
    struct choice items[CHOICES_MAX];
    uint32_t count;
    bool overflow;
};

/* Forgets all choices. */
void choices_reset(struct choices *choices);
/* Goes on to the next combination; false when all were taken. */
bool choices_advance(struct choices *choices);
/* The alternative that this run takes at a point, of `count`; noted when it is met first. row: of
 * the unit, at hand. */
uint32_t choices_take(struct choices *choices, uint32_t question, uint32_t slot, uint32_t count,
                      uint32_t row);
/* What an earlier run chose at a point; 0 when it was never met. */
uint32_t choices_taken(const struct choices *choices, uint32_t question, uint32_t slot);

#endif
