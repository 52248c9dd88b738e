#include "base/hash_map.h"
#include "tests/support/suite.h"

START_TEST(keys_come_and_go)
{
    struct hash_map map;
    hash_map_init(&map);
    ck_assert_uint_eq(hash_map_find(&map, 0), HASH_MAP_NONE);
    hash_map_remove(&map, 0);
    hash_map_set(&map, 0, 0);
    hash_map_set(&map, UINT64_MAX, 7);
    ck_assert_uint_eq(hash_map_find(&map, 0), 0);
    ck_assert_uint_eq(hash_map_find(&map, UINT64_MAX), 7);
    hash_map_set(&map, 0, 9);
    ck_assert_uint_eq(hash_map_find(&map, 0), 9);
    ck_assert_uint_eq(map.count, 2);
    hash_map_remove(&map, 0);
    ck_assert_uint_eq(hash_map_find(&map, 0), HASH_MAP_NONE);
    ck_assert_uint_eq(hash_map_find(&map, UINT64_MAX), 7);
    hash_map_release(&map);
}
END_TEST

/* A long random life beside a plain array that cannot be wrong. */
START_TEST(agrees_with_an_array)
{
    enum { KEYS = 2000 };
    static uint32_t truth[KEYS];
    uint64_t state = (uint64_t)_i * 77 + 1;
    memset(truth, 0xff, sizeof truth);
    struct hash_map map;
    hash_map_init(&map);
    for (uint32_t step = 0; step < 60000; step++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint32_t number = (uint32_t)(state >> 33) % KEYS;
        uint64_t key = _i == 0 ? number : (uint64_t)number << (8 * _i);
        if (state >> 62 == 0 || (step > 40000 && state >> 62 != 3)) {
            hash_map_remove(&map, key);
            truth[number] = HASH_MAP_NONE;
        } else {
            hash_map_set(&map, key, step);
            truth[number] = step;
        }
    }
    uint32_t count = 0;
    for (uint32_t number = 0; number < KEYS; number++) {
        uint64_t key = _i == 0 ? number : (uint64_t)number << (8 * _i);
        ck_assert_uint_eq(hash_map_find(&map, key), truth[number]);
        count += truth[number] != HASH_MAP_NONE;
    }
    ck_assert_uint_eq(map.count, count);
    hash_map_release(&map);
}
END_TEST

/* Keys that differ in a few bits only, wherever those are: no long run of full slots to walk. */
START_TEST(packed_numbers_are_spread)
{
    enum { KEYS = 60000 };
    struct hash_map map;
    hash_map_init(&map);
    for (uint64_t number = 0; number < KEYS; number++)
        hash_map_set(&map, number << _i | 1, (uint32_t)number);
    uint32_t run = 0, longest = 0;
    for (uint32_t i = 0; i <= map.mask; i++) {
        run = map.slots[i].value ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    ck_assert_msg(longest < 1000, "shifted by %d: %u full slots in a row", _i, longest);
    hash_map_release(&map);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, keys_come_and_go);
    tcase_add_loop_test(tcase, agrees_with_an_array, 0, 7);
    tcase_add_loop_test(tcase, packed_numbers_are_spread, 0, 49);
}

TEST_MAIN("hash_map", add)
