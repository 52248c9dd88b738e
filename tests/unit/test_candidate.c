/* The candidate's configuration: where --enable puts what, what is refused, what lies over what. */
#include "analyzer/candidate.h"

#include <unistd.h>

#include "tests/support/suite.h"

/* clang-format off */
static const struct {
    const char *text;
    const char *restriction, *argument, *list; /* restriction NULL: refused */
    unsigned position;
} spots[] = {
    { "reject_unknown_client_hostname", "reject_unknown_client_hostname", NULL, NULL, 0 },
    { " reject_unknown_client ", "reject_unknown_client", NULL, NULL, 0 },
    { "reject_rbl_client zen.example@smtpd_client_restrictions:2", "reject_rbl_client zen.example", "zen.example", "smtpd_client_restrictions", 2 },
    { "reject_rbl_client zen.example@client", "reject_rbl_client zen.example", "zen.example", "smtpd_client_restrictions", 0 },
    { "check_sender_access inline:{a@b.example=REJECT}", "check_sender_access inline:{a@b.example=REJECT}", "inline:{a@b.example=REJECT}", NULL, 0 },
    { "check_sender_access inline:{a@b.example=REJECT}@sender:1", "check_sender_access inline:{a@b.example=REJECT}", "inline:{a@b.example=REJECT}", "smtpd_sender_restrictions", 1 },
    { "my_class@recipient", "my_class", NULL, "smtpd_recipient_restrictions", 0 },
    { "", NULL, NULL, NULL, 0 },
    { "@client", NULL, NULL, NULL, 0 },
    { "reject_nonsense", NULL, NULL, NULL, 0 },
    { "other_class", NULL, NULL, NULL, 0 },
    { "postscreen_dnsbl_action", NULL, NULL, NULL, 0 },
    { "reject_rbl_client", NULL, NULL, NULL, 0 },
    { "reject_unknown_client_hostname now", NULL, NULL, NULL, 0 },
    { "reject_unknown_client_hostname@smtpd_foo_restrictions", NULL, NULL, NULL, 0 },
    { "reject_unknown_client_hostname@client:0", NULL, NULL, NULL, 0 },
    { "reject_unknown_client_hostname@client:x", NULL, NULL, NULL, 0 },
    { "reject_unknown_client_hostname@client:-1", NULL, NULL, NULL, 0 },
    { "reject_unknown_client_hostname@client:99999999999999999999", NULL, NULL, NULL, 0 },
};

/* --enable over a list: what it becomes. */
static const struct {
    const char *list, *before, *enable, *after;
} inserts[] = {
    { "smtpd_client_restrictions", "", "reject_unknown_client_hostname", "reject_unknown_client_hostname" },
    { "smtpd_client_restrictions", "permit_mynetworks, permit_sasl_authenticated", "reject_unknown_client_hostname",
      "permit_mynetworks, permit_sasl_authenticated, reject_unknown_client_hostname" },
    { "smtpd_client_restrictions", "permit_mynetworks reject", "reject_unknown_client_hostname",
      "permit_mynetworks, reject_unknown_client_hostname, reject" },
    { "smtpd_client_restrictions", "permit_mynetworks,permit", "reject_unknown_client_hostname",
      "permit_mynetworks, reject_unknown_client_hostname, permit" },
    { "smtpd_client_restrictions", "reject, permit_mynetworks", "reject_unknown_client_hostname",
      "reject, permit_mynetworks, reject_unknown_client_hostname" },
    { "smtpd_client_restrictions", "permit_mynetworks, reject_rbl_client a.example", "reject_unknown_client_hostname@client:1",
      "reject_unknown_client_hostname, permit_mynetworks, reject_rbl_client a.example" },
    { "smtpd_client_restrictions", "permit_mynetworks, reject_rbl_client a.example", "reject_unknown_client_hostname@client:2",
      "permit_mynetworks, reject_unknown_client_hostname, reject_rbl_client a.example" },
    { "smtpd_client_restrictions", "permit_mynetworks", "reject_unknown_client_hostname@client:9",
      "permit_mynetworks, reject_unknown_client_hostname" },
    { "smtpd_client_restrictions", "warn_if_reject reject_rbl_client a.example, permit", "reject_unknown_client_hostname@client:1",
      "reject_unknown_client_hostname, warn_if_reject reject_rbl_client a.example, permit" },
    { "smtpd_client_restrictions", "my_class, permit", "reject_unknown_client_hostname@client:3",
      "my_class, reject_unknown_client_hostname, permit" },
    { "smtpd_client_restrictions", "check_client_access cidr:{{192.0.2.0/24 550 no, $$5}}", "reject_unknown_client_hostname",
      "check_client_access cidr:{{192.0.2.0/24 550 no, $5}}, reject_unknown_client_hostname" },
    { "smtpd_helo_restrictions", "", "reject_unknown_helo_hostname", "reject_unknown_helo_hostname" },
    { "smtpd_sender_restrictions", "", "reject_unknown_sender_domain", "reject_unknown_sender_domain" },
    { "smtpd_sender_restrictions", "", "reject_rhsbl_sender a.example", "reject_rhsbl_sender a.example" },
    { "smtpd_recipient_restrictions", "", "reject_non_fqdn_recipient", "reject_non_fqdn_recipient" },
    { "smtpd_recipient_restrictions", "", "check_policy_service unix:x", "check_policy_service unix:x" },
    { "smtpd_recipient_restrictions", "", "my_class", "my_class" },
    { "smtpd_data_restrictions", "", "reject_unauth_pipelining", "reject_unauth_pipelining" },
    { "smtpd_helo_restrictions", "", "reject_unknown_client_hostname@helo", "reject_unknown_client_hostname" },
};
/* clang-format on */

/* --disable takes the checks outside the lists by their parameters. */
static const struct {
    const char *text;
    bool good;
} parameters[] = {
    { "postscreen_dnsbl_action", true }, { "smtpd_helo_required", true },
    { "message_size_limit", true },      { "sender_syntax", false }, /* nobody can switch it off */
    { "postscreen_nonsense", false },
};

START_TEST(parameters_are_disabled)
{
    struct restriction_spot spot;
    struct fault fault = { 0 };
    ck_assert_int_eq(
        restriction_spot_parse(&spot, parameters[_i].text, "--disable", slice_of(""), &fault),
        parameters[_i].good);
    ck_assert_int_eq(fault_is_set(&fault), !parameters[_i].good);
}
END_TEST

START_TEST(test_spots)
{
    struct restriction_spot spot;
    struct fault fault = { 0 };
    bool good =
        restriction_spot_parse(&spot, spots[_i].text, "--enable", slice_of("my_class, x"), &fault);
    ck_assert_msg(good == (spots[_i].restriction != NULL), "'%s': %s", spots[_i].text, fault.what);
    ck_assert(good || fault.kind == FAULT_USAGE);
    if (!good)
        return;
    ck_assert_slice(spot.restriction, spots[_i].restriction);
    ck_assert(slice_equal(spot.argument, slice_of(spots[_i].argument)));
    ck_assert_pstr_eq(spot.list, spots[_i].list);
    ck_assert_uint_eq(spot.position, spots[_i].position);
}
END_TEST

/* A baseline that holds one list and a class of two checks. */
static struct config *make_baseline(const char *list, const char *value)
{
    struct config *config = config_new_default();
    config_overlay_set(config, "smtpd_restriction_classes", slice_of("my_class"), "test");
    config_overlay_set(config, "my_class", slice_of("reject_rbl_client a.example, reject"), "test");
    config_overlay_set(config, list, slice_of(value), "test");
    return config;
}

START_TEST(test_inserts)
{
    struct config *baseline = make_baseline(inserts[_i].list, inserts[_i].before);
    struct candidate_options options = { .enables = &inserts[_i].enable, .enable_count = 1 };
    struct diagnostics remarks;
    struct fault fault = { 0 };
    bool adds;
    diagnostics_init(&remarks);
    struct config *config = candidate_build(baseline, &options, &adds, &remarks, &fault);
    ck_assert_msg(config != NULL, "%s", fault.what);
    ck_assert(!adds);
    ck_assert_slice(config_value(config, inserts[_i].list), inserts[_i].after);
    ck_assert(slice_equal(config_raw(baseline, inserts[_i].list), slice_of(inserts[_i].before)));
    config_free(config);
    config_free(baseline);
    diagnostics_release(&remarks);
}
END_TEST

static struct config *build(const struct config *baseline, const struct candidate_options *options,
                            bool *adds, struct diagnostics *remarks)
{
    struct fault fault = { 0 };
    diagnostics_init(remarks);
    struct config *config = candidate_build(baseline, options, adds, remarks, &fault);
    ck_assert_msg(config != NULL, "%s", fault.what);
    return config;
}

static bool has_remark(const struct diagnostics *remarks, const char *code)
{
    for (uint32_t i = 0; i < remarks->count; i++)
        if (strcmp(remarks->items[i].code, code) == 0)
            return true;
    return false;
}

/* clang-format off */
static const struct { const char *before, *enable; bool warned; } own[] = {
    { "permit_mynetworks, permit_sasl_authenticated", "reject_unknown_client_hostname", false },
    { "permit_mynetworks", "reject_unknown_client_hostname", true },
    { "permit_sasl_authenticated", "reject_unknown_client_hostname", true },
    { "permit_mynetworks, permit_sasl_authenticated", "reject_unknown_client_hostname@client:2", true },
    { "", "reject_unknown_client_hostname", true },
    { "", "permit_mynetworks", false },
};
/* clang-format on */

START_TEST(test_own_users_are_warned_of)
{
    struct config *baseline = make_baseline("smtpd_client_restrictions", own[_i].before);
    struct candidate_options options = { .enables = &own[_i].enable, .enable_count = 1 };
    struct diagnostics remarks;
    bool adds;
    struct config *config = build(baseline, &options, &adds, &remarks);
    ck_assert(has_remark(&remarks, "own_users_hit") == own[_i].warned);
    config_free(config);
    config_free(baseline);
    diagnostics_release(&remarks);
}
END_TEST

/* Without a baseline nothing refuses by itself; what the user lays over it counts. */
START_TEST(test_without_baseline)
{
    static const char *const overlay = "smtpd_relay_restrictions=permit_mynetworks, reject";
    static const char *const enable = "reject_unknown_helo_hostname";
    struct candidate_options options = { .enables = &enable, .enable_count = 1 };
    struct diagnostics remarks;
    bool adds;
    struct config *config = build(NULL, &options, &adds, &remarks);
    ck_assert(adds);
    ck_assert_slice(config_value(config, "relay_domains"), "static:all");
    ck_assert_slice(config_value(config, "smtpd_relay_restrictions"), "reject_unauth_destination");
    ck_assert_slice(config_value(config, "smtpd_helo_restrictions"), enable);
    config_free(config);
    diagnostics_release(&remarks);
    options.overlays = &overlay;
    options.overlay_count = 1;
    config = build(NULL, &options, &adds, &remarks);
    ck_assert_slice(config_value(config, "smtpd_relay_restrictions"), "permit_mynetworks, reject");
    config_free(config);
    diagnostics_release(&remarks);
}
END_TEST

/* Preset, then --candidate FILE, then -o, then --enable. */
START_TEST(test_order_of_layers)
{
    static const char *const preset[] = { "a = 1", "b = 1", "c = 1", NULL };
    static const char text[] = "b = 2\nc = 2\nsmtpd_client_restrictions = permit_mynetworks\n";
    static const char *const overlay = "c=3";
    static const char *const enable = "reject_unknown_client_hostname";
    char path[] = "/tmp/test_candidate_XXXXXX";
    int fd = mkstemp(path);
    ck_assert(fd >= 0 && write(fd, text, sizeof text - 1) == sizeof text - 1);
    close(fd);
    struct candidate_options options = { .preset_lines = preset,
                                         .candidate = path,
                                         .overlays = &overlay,
                                         .overlay_count = 1,
                                         .enables = &enable,
                                         .enable_count = 1 };
    ck_assert(candidate_is_asked(&options));
    struct diagnostics remarks;
    bool adds;
    struct config *config = build(NULL, &options, &adds, &remarks);
    unlink(path);
    ck_assert_slice(config_value(config, "a"), "1");
    ck_assert_slice(config_value(config, "b"), "2");
    ck_assert_slice(config_value(config, "c"), "3");
    ck_assert_slice(config_value(config, "smtpd_client_restrictions"),
                    "permit_mynetworks, reject_unknown_client_hostname");
    config_free(config);
    diagnostics_release(&remarks);
}
END_TEST

START_TEST(test_refusals)
{
    static const char *const overlays[] = { "no assignment", "=x" };
    struct candidate_options options = { 0 };
    struct fault fault = { 0 };
    bool adds;
    ck_assert(!candidate_is_asked(&options));
    options.candidate = "/nonexistent/candidate";
    ck_assert(!candidate_build(NULL, &options, &adds, NULL, &fault) && fault_is_set(&fault));
    for (size_t i = 0; i < COUNT(overlays); i++) {
        options = (struct candidate_options){ .overlays = &overlays[i], .overlay_count = 1 };
        fault = (struct fault){ 0 };
        ck_assert(!candidate_build(NULL, &options, &adds, NULL, &fault) && fault_is_set(&fault));
    }
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, parameters_are_disabled, 0, COUNT(parameters));
    tcase_add_loop_test(tcase, test_spots, 0, COUNT(spots));
    tcase_add_loop_test(tcase, test_inserts, 0, COUNT(inserts));
    tcase_add_loop_test(tcase, test_own_users_are_warned_of, 0, COUNT(own));
    tcase_add_test(tcase, test_without_baseline);
    tcase_add_test(tcase, test_order_of_layers);
    tcase_add_test(tcase, test_refusals);
}

TEST_MAIN("candidate", add)
