#ifndef ANALYZER_POLICY_SCREEN_SETTINGS_H
#define ANALYZER_POLICY_SCREEN_SETTINGS_H
/*
 * What postscreen(8) on port 25 is told: its access list, block lists with filters and weights,
 * actions, and the tests after the greeting. Taken from the configuration as postscreen sees it,
 * with its own -o in master.cf. Source: postscreen(8), postscreen.c, postscreen_dnsbl.c,
 * server_acl.c.
 */
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/policy/name_list.h"
#include "parsers/config/config.h"

enum screen_action { SCREEN_IGNORE, SCREEN_ENFORCE, SCREEN_DROP };

/* The tests that have an action. */
enum screen_test {
    SCREEN_DENYLIST,
    SCREEN_GREET,
    SCREEN_DNSBL,
    SCREEN_BARE_NEWLINE,
    SCREEN_NON_SMTP,
    SCREEN_PIPELINING,
    SCREEN_TESTS,
};

/* One item of postscreen_dnsbl_sites: "zone=filter*weight". */
struct screen_site {
    struct slice zone, filter; /* filter "no text": any answer counts */
    int64_t weight;
};

struct screen_settings {
    bool active;                         /* some postscreen listens on port 25 */
    unsigned families;                   /* set of enum master_family: whose clients come to it */
    struct slice *access;                /* the words of postscreen_access_list */
    struct policy_table **access_tables; /* by word; NULL where it is no table */
    size_t access_count;
    struct name_list interfaces;
    bool all_interfaces; /* postscreen_allowlist_interfaces = static:all */
    struct screen_site *sites;
    size_t site_count;
    int64_t threshold, allow_threshold; /* allow_threshold 0: off */
    enum screen_action actions[SCREEN_TESTS];
    bool enabled[SCREEN_TESTS]; /* is the test made of a client that failed none before? */
    int64_t cache_us;           /* how long a client that passed the tests after the greeting is
                                   taken at once */
    int64_t wait_us;            /* postscreen_greet_wait */
};

/* Reads everything; texts live in arena, tables in `tables`. False with fault when postscreen would
 * not start. Without a postscreen on port 25 only `active` (false) counts. */
bool screen_settings_init(struct screen_settings *settings, const struct config *config,
                          struct arena *arena, struct table_set *tables,
                          struct diagnostics *remarks, struct fault *fault);
/* What a server's log can be read by. */
struct screen_outline {
    struct slice zones; /* of postscreen_dnsbl_sites, blanks between; lives in the arena */
    bool deep_tests;    /* some test after the greeting is switched on */
    bool drops[SCREEN_TESTS];
};
/* The outline of the postscreen on port 25; nothing when there is none. */
struct screen_outline screen_outline_of(const struct config *config, struct arena *arena);
/* "postscreen_dnsbl_action"...: static storage. */
const char *screen_action_name(enum screen_test test);
/* "postscreen_pipelining_enable"...; NULL for the tests before the greeting. Static storage. */
const char *screen_enable_name(enum screen_test test);

#endif
