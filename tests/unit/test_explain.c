/*
 * A row explained step by step: which checks the mail came to, what they answered, which of them
 * decides. One hand-made mail of two recipients; each case a configuration and the steps in words:
 *     NAME=ANSWER[ CODE DSN], with * decides, ? may decide, (not asked), ~ asked in some cases,
 *     ! switched off, and > for each table's result it stands in.
 */
#include "analyzer/policy/explain.h"

#include <stdio.h>

#include "analyzer/candidate.h"
#include "tests/support/suite.h"

enum { OVERLAYS_MAX = 4, ROWS = 2 };

struct example {
    const char *name;
    const char *overlays[OVERLAYS_MAX];
    bool no_name; /* the client's address has no name; else nobody knows */
    bool no_helo;
    const char *off; /* a check that is switched off */
    uint32_t row;
    const char *steps;
};

#define QUIET    "smtpd_reject_unlisted_recipient=no"
#define NO_LIMIT "message_size_limit=0"

static const struct example examples[] = {
    { "what comes after a refusal is not asked",
      { "smtpd_client_restrictions=permit_mynetworks,reject_unknown_client_hostname,reject" },
      .no_name = true,
      .steps = "permit_mynetworks=dunno *reject_unknown_client_hostname=defer 450 4.7.25 "
               "(reject=reject 554 5.7.1) (reject_unauth_destination=dunno)" },
    { "a permit ends its list only",
      { "smtpd_client_restrictions=permit,reject", "smtpd_recipient_restrictions=defer" },
      .steps = "permit=ok (reject=reject 554 5.7.1) *defer=defer 450 4.3.2 "
               "(reject_unauth_destination=dunno)" },
    { "what is unknown may decide, and what follows may be asked",
      { "smtpd_client_restrictions=reject_unknown_client_hostname,reject" },
      .steps = "?reject_unknown_client_hostname=unknown ?~reject=reject 554 5.7.1 "
               "(reject_unauth_destination=dunno)" },
    { "switched off",
      { "smtpd_client_restrictions=reject,defer" },
      .off = "reject",
      .steps = "!(reject=reject 554 5.7.1) *defer=defer 450 4.3.2 "
               "(reject_unauth_destination=dunno)" },
    { "a warning does not decide",
      { "smtpd_client_restrictions=warn_if_reject,reject,defer" },
      .steps = "warn:reject=reject 554 5.7.1 *defer=defer 450 4.3.2 "
               "(reject_unauth_destination=dunno)" },
    { "a warning covers its whole class",
      { "smtpd_client_restrictions=warn_if_reject,mine,defer", "smtpd_restriction_classes=mine",
        "mine=permit_mynetworks,reject" },
      .steps = "warn:permit_mynetworks=dunno warn:reject=reject 554 5.7.1 "
               "*defer=defer 450 4.3.2 (reject_unauth_destination=dunno)" },
    { "a note decides at the end",
      { "smtpd_client_restrictions=defer_if_permit",
        "smtpd_relay_restrictions=permit_auth_destination,reject" },
      .steps = "*defer_if_permit=defer_if_permit 450 4.7.0 permit_auth_destination=ok "
               "(reject=reject 554 5.7.1)" },
    { "a list in a table's result stands one deeper",
      { "smtpd_client_restrictions=check_client_access inline:{{192.0.2.7="
        "permit_mynetworks,reject}},defer" },
      .no_name = true,
      .steps = "check_client_access=list >permit_mynetworks=dunno *>reject=reject 554 5.7.1 "
               "(defer=defer 450 4.3.2) (reject_unauth_destination=dunno)" },
    { "an access table's reply",
      { "smtpd_client_restrictions=check_client_access inline:{{192.0.2.7=521 5.7.9 no}}" },
      .no_name = true,
      .steps = "*check_client_access=reject 521 5.7.9 "
               "(reject_unauth_destination=dunno)" },
    { "HELO checks without HELO are not come to",
      { "smtpd_helo_restrictions=reject_invalid_helo_hostname",
        "smtpd_recipient_restrictions=reject_non_fqdn_helo_hostname,reject" },
      .no_helo = true,
      .steps = "(reject_invalid_helo_hostname=dunno) reject_non_fqdn_helo_hostname=dunno "
               "*reject=reject 554 5.7.1 (reject_unauth_destination=dunno)" },
    { "each recipient has its own steps",
      { "smtpd_recipient_restrictions=check_recipient_access inline:{{b@example.com=REJECT}},"
        "defer" },
      .row = 1,
      .steps = "check_recipient_access=dunno *defer=defer 450 4.3.2 "
               "(reject_unauth_destination=dunno)" },
    { "data lists are asked about accepted mail",
      { "smtpd_relay_restrictions=permit_auth_destination,reject",
        "smtpd_data_restrictions=reject" },
      .steps = "permit_auth_destination=ok (reject=reject 554 5.7.1) *reject=reject 554 5.7.1" },
    { "without delay the client list comes first",
      { "smtpd_delay_reject=no", "smtpd_helo_required=yes", "smtpd_client_restrictions=reject" },
      .no_helo = true,
      .steps = "*reject=reject 554 5.7.1 (smtpd_helo_required=reject 503 5.5.1) "
               "(reject_unauth_destination=dunno)" },
    { "with delay HELO is required before",
      { "smtpd_helo_required=yes", "smtpd_client_restrictions=reject" },
      .no_helo = true,
      .steps = "*smtpd_helo_required=reject 503 5.5.1 (reject=reject 554 5.7.1) "
               "(reject_unauth_destination=dunno)" },
};

struct world {
    struct evidence evidence;
    struct config *config;
    struct policy_inputs inputs;
    struct policy *policy;
    struct replay *replay;
    struct diagnostics remarks;
    struct arena arena;
};

static void add_mail(struct evidence *evidence, const struct example *example)
{
    static const char *const recipients[ROWS] = { "b@example.com", "c@example.com" };
    struct client client = {
        .address = intern_add(&evidence->text, slice_of("192.0.2.7")),
        .name_status = example->no_name ? NAME_MISSING : 0,
        .reverse_status = example->no_name ? NAME_MISSING : 0,
    };
    uint32_t number = evidence_add_message(evidence);
    evidence->messages[number] = (struct message){
        .session = SESSION_NONE,
        .client = evidence_client(evidence, &client),
        .helo = example->no_helo ? SYM_EMPTY : intern_add(&evidence->helos, slice_of("[x")),
        .sender = intern_add(&evidence->senders, slice_of("a@example.org")),
        .row_count = ROWS,
    };
    for (size_t i = 0; i < ROWS; i++) {
        uint32_t row = evidence_add_row(evidence);
        evidence->rows[row] = (struct row){
            .recipient = intern_add(&evidence->recipients, slice_of(recipients[i])),
        };
    }
}

static void build(struct world *world, const struct example *example)
{
    const char *overlays[OVERLAYS_MAX + 5] = {
        QUIET,
        NO_LIMIT,
        "mynetworks=127.0.0.0/8",
        "mydestination=",
        "smtpd_relay_restrictions=reject_unauth_destination",
    };
    size_t count = 5;
    struct fault fault = { 0 };
    bool adds;

    memset(world, 0, sizeof *world);
    evidence_init(&world->evidence);
    diagnostics_init(&world->remarks);
    arena_init(&world->arena);
    add_mail(&world->evidence, example);
    for (size_t i = 0; i < OVERLAYS_MAX && example->overlays[i]; i++)
        overlays[count++] = example->overlays[i];
    struct candidate_options options = { .overlays = overlays, .overlay_count = count };
    world->config = candidate_build(NULL, &options, &adds, &world->remarks, &fault);
    ck_assert_msg(world->config != NULL, "%s", fault.what);
    world->policy = policy_compile(world->config, &world->inputs, &world->remarks, &fault);
    ck_assert_msg(world->policy != NULL, "%s: %s", example->name, fault.what);
    world->replay = replay_new(world->policy, &world->evidence, &world->remarks);
    const struct policy_check *checks = policy_checks(world->policy, &count);
    for (size_t i = 0; example->off && i < count; i++)
        if (strcmp(checks[i].name, example->off) == 0)
            replay_set_enabled(world->replay, (uint32_t)i, false);
}

static void release(struct world *world)
{
    replay_free(world->replay);
    policy_free(world->policy);
    config_free(world->config);
    arena_release(&world->arena);
    diagnostics_release(&world->remarks);
    evidence_release(&world->evidence);
}

static void put_step(struct buffer *out, const struct explained_step *step)
{
    buffer_add_text(out, out->len ? " " : "");
    buffer_add_text(out, step->decides == TRI_YES ? "*" : step->decides == TRI_NO ? "" : "?");
    buffer_add_text(out, step->enabled ? "" : "!");
    buffer_add_text(out, step->asked == TRI_YES ? "" : step->asked == TRI_NO ? "(" : "~");
    for (unsigned i = 0; i < step->depth; i++)
        buffer_add_text(out, ">");
    buffer_format(out, "%s%s=%s", step->warn_only ? "warn:" : "", step->name,
                  explained_answer_name(step->reply.answer));
    if (step->reply.code)
        buffer_format(out, " %u %s", step->reply.code, step->reply.dsn);
    buffer_add_text(out, step->asked == TRI_NO ? ")" : "");
}

START_TEST(steps)
{
    const struct example *example = &examples[_i];
    struct world world;
    struct buffer got;

    build(&world, example);
    buffer_init(&got, 1 << 16);
    struct explanation explanation = explain_row(world.replay, example->row, &world.arena);
    ck_assert(explanation.complete);
    for (size_t i = 0; i < explanation.count; i++)
        put_step(&got, &explanation.steps[i]);
    ck_assert_msg(slice_is(buffer_slice(&got), example->steps), "%s:\n%s\nnot\n%s", example->name,
                  buffer_text(&got), example->steps);
    buffer_release(&got);
    release(&world);
}
END_TEST

/* What was looked at stands in the reasons, and only an unknown answer needs anything. */
START_TEST(reasons)
{
    const struct example example = { .overlays = { "smtpd_client_restrictions=permit_mynetworks,"
                                                   "reject_unknown_client_hostname" } };
    struct world world;

    build(&world, &example);
    struct explanation explanation = explain_row(world.replay, 0, &world.arena);
    ck_assert_uint_ge(explanation.count, 2);
    ck_assert_slice(explanation.steps[0].why, "client 192.0.2.7; 192.0.2.7 is not in mynetworks");
    ck_assert_uint_eq(explanation.steps[0].need_count, 0);
    const struct explained_step *step = &explanation.steps[1];
    ck_assert_int_eq(step->reply.answer, ANSWERED_UNKNOWN);
    ck_assert_uint_eq(step->possible_count, 2); /* not three: temporary and lasting read the same */
    ck_assert_uint_eq(step->need_count, 2);
    ck_assert_slice(step->needs[0], "client_name_status");
    ck_assert_slice(step->needs[1], "dns:PTR 7.2.0.192.in-addr.arpa");
    release(&world);
}
END_TEST

START_TEST(as_logged)
{
    struct evidence evidence;
    struct arena arena;
    const struct example example = { 0 };
    struct explained_client client;

    evidence_init(&evidence);
    arena_init(&arena);
    add_mail(&evidence, &example);
    struct policy *policy = policy_as_logged();
    struct replay *replay = replay_new(policy, &evidence, NULL);
    struct explanation explanation = explain_row(replay, 0, &arena);
    ck_assert_uint_eq(explanation.count, 0);
    ck_assert(explanation.complete);
    ck_assert(!explain_client(replay, 0, &arena, &client));
    replay_free(replay);
    policy_free(policy);
    arena_release(&arena);
    evidence_release(&evidence);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, steps, 0, COUNT(examples));
    tcase_add_test(tcase, reasons);
    tcase_add_test(tcase, as_logged);
}

TEST_MAIN("explain", add)
