/* Which clients send together, and what their numbers are worth. */
#include "analyzer/estimate/cluster.h"

#include "tests/support/suite.h"

/* clang-format off */
static const struct { const char *address, *name; int status; const char *key, *network; } rows[] = {
    { "192.0.2.7",    "mail.example.org",      NAME_OK,        "example.org",      "192.0.2.0/24" },
    { "203.0.113.9",  "MX2.Example.ORG",       NAME_OK,        "example.org",      "203.0.113.0/24" },
    { "192.0.2.8",    "a.b.example.co.uk",     NAME_OK,        "example.co.uk",    "192.0.2.0/24" },
    { "192.0.2.9",    NULL,                    NAME_MISSING,   "192.0.2.0/24",     "192.0.2.0/24" },
    { "192.0.2.200",  NULL,                    NAME_FORGED,    "192.0.2.0/24",     "192.0.2.0/24" },
    { "192.0.2.201",  "mail.example.org",      NAME_TEMPORARY, "192.0.2.0/24",     "192.0.2.0/24" },
    { "192.0.2.202",  "mail.example.org",      NAME_OK | NAME_FORGED, "192.0.2.0/24", "192.0.2.0/24" },
    { "2001:db8:1:2::7", NULL,                 NAME_MISSING,   "2001:db8:1::/48",  "2001:db8:1::/48" },
    { "2001:db8:1:ffff::7", NULL,              NAME_MISSING,   "2001:db8:1::/48",  "2001:db8:1::/48" },
    { "2001:db8:2::7", NULL,                   NAME_MISSING,   "2001:db8:2::/48",  "2001:db8:2::/48" },
    { NULL,           NULL,                    0,              "unknown",          "unknown" },
    { "not-an-address", NULL,                  0,              "unknown",          "unknown" },
};
/* clang-format on */

START_TEST(test_keys)
{
    struct evidence evidence;
    evidence_init(&evidence);
    struct client client = {
        .address = intern_add(&evidence.text, slice_of(rows[_i].address)),
        .name = intern_add(&evidence.text, slice_of(rows[_i].name)),
        .name_status = (uint8_t)rows[_i].status,
    };
    uint32_t number = evidence_client(&evidence, &client);
    struct clusters clusters;
    clusters_init(&clusters, &evidence, NULL);
    ck_assert_slice(intern_text(&clusters.keys, clusters.of_client[number]), rows[_i].key);
    ck_assert_slice(intern_text(&clusters.keys, clusters.network[number]), rows[_i].network);
    ck_assert_uint_eq(clusters.country[number], SYM_NONE);
    clusters_release(&clusters);
    evidence_release(&evidence);
}
END_TEST

START_TEST(test_effective)
{
    uint64_t used = 99;
    static const uint32_t equal[] = { 0, 5, 5, 0, 5, 5 };
    ck_assert_double_eq_tol(cluster_effective(equal, COUNT(equal), &used), 4, 1e-12);
    ck_assert_uint_eq(used, 4);
    static const uint32_t giant[] = { 1000000, 1, 1, 1 };
    ck_assert_double_eq_tol(cluster_effective(giant, COUNT(giant), NULL), 1, 1e-5);
    static const uint32_t none[] = { 0, 0 };
    ck_assert_double_eq(cluster_effective(none, COUNT(none), &used), 0);
    ck_assert_uint_eq(used, 0);
    ck_assert_double_eq(cluster_effective(NULL, 0, NULL), 0);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_keys, 0, COUNT(rows));
    tcase_add_test(tcase, test_effective);
}

TEST_MAIN("cluster", add)
