/* Sorting what is nearly in order, against a plain insertion sort. */
#include "base/key_order.h"
#include "base/xalloc.h"
#include "tests/support/suite.h"

enum { MOST = 300 };

/* A small generator, the same everywhere. */
static uint32_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

/* Nearly sorted keys: every number near its place, some equal, now and then one far away. */
static void make_keys(int64_t *keys, uint32_t count, uint32_t spread, uint64_t *state)
{
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = (int64_t)(i / 2) + (int64_t)(spread ? draw(state) % spread : 0);
        if (draw(state) % 50 == 0)
            keys[i] = draw(state) % 7 == 0 ? INT64_MIN : (int64_t)(draw(state) % MOST);
    }
}

static void sort_slowly(uint32_t *order, uint32_t count, const int64_t *keys)
{
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = i; k > 0 && keys[order[k - 1]] > keys[order[k]]; k--) {
            uint32_t swap = order[k];
            order[k] = order[k - 1];
            order[k - 1] = swap;
        }
}

START_TEST(sorts_as_an_insertion_sort_does)
{
    uint64_t state = 1;
    for (uint32_t round = 0; round < 600; round++) {
        uint32_t count = round < 20 ? round : draw(&state) % MOST, order[MOST], wanted[MOST];
        int64_t keys[MOST];
        make_keys(keys, count, round % 5 * 4, &state);
        for (uint32_t i = 0; i < count; i++)
            order[i] = wanted[i] = i;
        key_order(order, count, keys);
        sort_slowly(wanted, count, keys);
        for (uint32_t i = 0; i < count; i++)
            ck_assert_msg(order[i] == wanted[i], "round %u, place %u: %u instead of %u", round, i,
                          order[i], wanted[i]);
    }
}
END_TEST

START_TEST(moves_every_item_to_its_place)
{
    struct item {
        uint32_t number;
        char filling[20];
    } items[MOST];
    uint64_t beside[MOST];
    uint32_t goes_to[MOST], wanted[MOST];
    uint64_t state = 2;
    for (uint32_t i = 0; i < MOST; i++) {
        items[i] = (struct item){ .number = i };
        beside[i] = i;
        goes_to[i] = i;
    }
    for (uint32_t i = MOST - 1; i > 0; i--) {
        uint32_t other = draw(&state) % (i + 1), swap = goes_to[i];
        goes_to[i] = goes_to[other];
        goes_to[other] = swap;
    }
    memcpy(wanted, goes_to, sizeof wanted);
    const struct key_column columns[] = { { items, sizeof items[0] },
                                          { beside, sizeof beside[0] } };
    key_permute(columns, 2, goes_to, MOST);
    for (uint32_t i = 0; i < MOST; i++)
        ck_assert_msg(items[wanted[i]].number == i && beside[wanted[i]] == i,
                      "item %u is not at %u", i, wanted[i]);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, sorts_as_an_insertion_sort_does);
    tcase_add_test(tcase, moves_every_item_to_its_place);
}

TEST_MAIN("key_order", add)
