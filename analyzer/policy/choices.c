#include "analyzer/policy/choices.h"

void choices_reset(struct choices *choices)
{
    choices->count = 0;
    choices->overflow = false;
}

bool choices_advance(struct choices *choices)
{
    while (choices->count) {
        struct choice *last = &choices->items[choices->count - 1];
        if (++last->taken < last->count)
            return true;
        choices->count--;
    }
    return false;
}

uint32_t choices_take(struct choices *choices, uint32_t question, uint32_t slot, uint32_t count,
                      uint32_t row)
{
    uint64_t key = (uint64_t)question << 32 | slot;

    for (uint32_t i = 0; i < choices->count; i++)
        if (choices->items[i].key == key)
            return choices->items[i].taken;
    if (choices->count == CHOICES_MAX) {
        choices->overflow = true;
        return 0;
    }
    choices->items[choices->count++] = (struct choice){
        .key = key, .count = count, .question = question, .slot = slot, .met_in_row = row
    };
    return 0;
}

uint32_t choices_taken(const struct choices *choices, uint32_t question, uint32_t slot)
{
    uint64_t key = (uint64_t)question << 32 | slot;

    for (uint32_t i = 0; i < choices->count; i++)
        if (choices->items[i].key == key)
            return choices->items[i].taken;
    return 0;
}
