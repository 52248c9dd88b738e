#include "analyzer/policy/screen_tests.h"

#include <stdlib.h>

#include "analyzer/evidence/screening.h"
#include "analyzer/policy/evaluators.h"
#include "base/hash_map.h"
#include "base/xalloc.h"

/* ---- compiling ---- */

static struct screen_item *add(struct program *program, const char *name)
{
    struct screen *screen = &program->screen;

    if (screen->count == SCREEN_ITEMS_MAX)
        bug("more tests than postscreen has");
    struct screen_item *added = &screen->items[screen->count++];
    *added = (struct screen_item){ .item = program_outside_item(program, name, true) };
    return added;
}

static void add_test(struct program *program, enum screen_test test)
{
    const struct screen_settings *settings = &program->screen.settings;
    bool deep = screen_enable_name(test) != NULL;

    if (settings->actions[test] == SCREEN_IGNORE || (!deep && !settings->enabled[test]))
        return;
    struct screen_item *added = add(program, screen_action_name(test));
    added->drops = settings->actions[test] == SCREEN_DROP;
    added->if_failed = deep && !settings->enabled[test];
    if (added->drops)
        program->questions[added->item.question].code = 521;
}

void screen_compile(struct program *program)
{
    struct screen *screen = &program->screen;
    const struct screen_settings *settings = &screen->settings;

    if (!settings->active)
        return;
    if (settings->access_count)
        add(program, "postscreen_access_list");
    if (!settings->all_interfaces)
        add(program, "postscreen_allowlist_interfaces");
    add_test(program, SCREEN_DENYLIST);
    if (settings->allow_threshold < 0 && settings->site_count)
        add(program, "postscreen_dnsbl_allowlist_threshold")->if_clean = true;
    add_test(program, SCREEN_GREET);
    add_test(program, SCREEN_DNSBL);
    for (unsigned test = SCREEN_BARE_NEWLINE; test < SCREEN_TESTS; test++)
        add_test(program, (enum screen_test)test);
    for (unsigned test = SCREEN_BARE_NEWLINE; test < SCREEN_TESTS && !screen->meets_clients; test++)
        if (settings->enabled[test]) {
            add(program, screen_enable_name((enum screen_test)test))->if_clean = true;
            screen->meets_clients = true;
        }
}

/* ---- one connection ---- */

enum status screen_run(struct run *run)
{
    const struct screen *screen = &run->evaluation->program->screen;
    bool failed = false;

    run->presence = (struct presence){ .stage = STAGE_CONNECT };
    for (unsigned i = 0; i < screen->count; i++) {
        const struct screen_item *one = &screen->items[i];
        if (!list_run_is_enabled(run, &one->item) || (one->if_failed && !failed) ||
            (one->if_clean && failed))
            continue;
        enum status status = list_run_check(run, &one->item);
        if (status == STATUS_OK)
            return STATUS_DUNNO;
        if (status != STATUS_REJECT)
            continue;
        failed = true;
        if (one->drops)
            return STATUS_REJECT;
        run->rejected.stage = STAGE_RCPT;
    }
    return failed ? STATUS_REJECT : STATUS_DUNNO;
}

/* ---- first contacts ---- */

/* A client begins to be tested at `met`, and is let in at once from `passed` to `expires`. */
struct acquaintance {
    int64_t met, passed, expires;
};

/* What a client needs beyond the greeting's delay until it has named a recipient. */
#define DIALOG_US ((int64_t)5 * 1000 * 1000)

struct meeting {
    const struct program *program;
    const struct evidence *evidence;
    struct hash_map map; /* by address */
    struct acquaintance *items;
    uint32_t count, capacity;
};

static struct acquaintance *meet(struct meeting *meeting, sym address)
{
    uint32_t found = hash_map_find(&meeting->map, address);

    if (found == HASH_MAP_NONE) {
        GROW(meeting->items, meeting->count, meeting->capacity);
        meeting->items[meeting->count] =
            (struct acquaintance){ .expires = INT64_MIN, .met = INT64_MIN };
        hash_map_set(&meeting->map, address, found = meeting->count++);
    }
    return &meeting->items[found];
}

static enum tri is_first(struct meeting *meeting, const struct message *message, int64_t now)
{
    const struct screen_settings *settings = &meeting->program->screen.settings;
    const struct evidence *evidence = meeting->evidence;
    sym address = evidence->clients[message->client].address;
    struct slice record = intern_text(&evidence->text, evidence->facts[message->facts].screening);

    if (!address || screening_has(record, "other_port"))
        return TRI_UNKNOWN; /* nobody asks about the latter */
    struct acquaintance *known = meet(meeting, address);
    bool cached = screening_has(record, "cached") && screening_has(record, "deep");
    if (cached || now > known->expires) {
        known->met = now;
        known->passed = cached ? now : now + settings->wait_us + DIALOG_US;
        known->expires = known->passed + settings->cache_us;
        return cached ? TRI_NO : TRI_YES;
    }
    return now >= known->passed ? TRI_NO : TRI_UNKNOWN;
}

void screen_meet_clients(struct program *program, const struct evidence *evidence)
{
    struct meeting meeting = { .program = program, .evidence = evidence };
    uint8_t *contacts;

    free(program->screen.contacts);
    program->screen.contacts = NULL;
    if (!program->screen.meets_clients)
        return;
    contacts = xcalloc((size_t)evidence->session_count + 1, sizeof *contacts);
    memset(contacts, UINT8_MAX, evidence->session_count);
    hash_map_init(&meeting.map);
    /* Messages are in the order of time. */
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        const struct message *message = &evidence->messages[m];
        uint32_t session = message->session;
        if (session < evidence->session_count && contacts[session] == UINT8_MAX)
            contacts[session] =
                (uint8_t)is_first(&meeting, message, evidence->sessions[session].time_us);
    }
    hash_map_release(&meeting.map);
    free(meeting.items);
    program->screen.contacts = contacts;
}

/* ---- what is taken for granted ---- */

static bool asks_caught(const struct program *program)
{
    for (unsigned i = 0; i < program->screen.count; i++)
        if (!program->screen.items[i].if_failed &&
            program->questions[program->screen.items[i].item.question].restriction->evaluate ==
                restrict_screen_caught)
            return true;
    return false;
}

void screen_remark(const struct program *program, const struct evidence *evidence,
                   struct diagnostics *remarks)
{
    uint64_t silent = 0;

    if (!remarks || !program->screen.count)
        return;
    for (uint32_t m = 0; m < evidence->message_count; m++)
        silent += evidence->messages[m].source == MESSAGE_SMTP &&
                  !evidence->facts[evidence->messages[m].facts].screening;
    if (silent && asks_caught(program))
        diagnostics_add(remarks, silent, "assumed_good_manners",
                        "messages of which the log does not tell whether the client waited for the "
                        "greeting and for replies: it is taken to have done so. A postscreen with "
                        "its actions at `ignore' would log who does not");
    if (program->screen.meets_clients)
        diagnostics_add(
            remarks, 1, "assumed_empty_cache",
            "postscreen's tests after the greeting defer the first mail of every client: "
            "its cache is taken to be empty when the log begins");
}
