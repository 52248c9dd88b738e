#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/config/config.h"
#include "parsers/config/config_listing.h"
#include "parsers/config/parameter_table.h"
#include "tests/support/suite.h"

static const char main_text[] = "compatibility_level = 3.6\n"
                                "myhostname = mx.example.com\n"
                                "mydomain = example.com\n"
                                "mynetworks = 127.0.0.0/8\n"
                                "smtpd_helo_required = YES\n"
                                "soft_bounce = maybe\n"
                                "smtpd_timeout = 5m\n"
                                "bounce_queue_lifetime = 2\n"
                                "message_size_limit = 1000\n"
                                "access_map_reject_code = 5x4\n"
                                "classes = $strict,more\n"
                                "strict =\n"
                                "  reject_unknown_client_hostname,\n"
                                "  permit\n"
                                "strict = last\n"
                                "empty =\n";
static const char master_text[] =
    "# comment\n"
    "smtp      inet  n       -       y       -       1       postscreen\n"
    "smtpd     pass  -       -       y       -       -       smtpd\n"
    "  -o smtpd_helo_required=no -o mynetworks=192.0.2.0/24\n"
    "submission inet n       -       y       -       -       smtpd\n"
    "  -o { myhostname = sub.$mydomain }\n"
    "  -o mydomain=example.net -o mydomain=example.org\n"
    "127.0.0.1:10025 inet n - - - - smtpd -v -o empty=x\n";

/* A folder with these two files; path is a template and gets its name. */
static void make_folder(char *path, const char *main_cf, const char *master_cf)
{
    char name[128];
    ck_assert(mkdtemp(path));
    snprintf(name, sizeof name, "%s/main.cf", path);
    FILE *file = fopen(name, "w");
    ck_assert(file && fputs(main_cf, file) >= 0 && fclose(file) == 0);
    if (!master_cf)
        return;
    snprintf(name, sizeof name, "%s/master.cf", path);
    file = fopen(name, "w");
    ck_assert(file && fputs(master_cf, file) >= 0 && fclose(file) == 0);
}

static void remove_folder(const char *path)
{
    char name[128];
    snprintf(name, sizeof name, "%s/main.cf", path);
    unlink(name);
    snprintf(name, sizeof name, "%s/master.cf", path);
    unlink(name);
    rmdir(path);
}

static struct config *open_text(const char *main_cf, const char *master_cf, struct fault *fault)
{
    char path[] = "/tmp/test_config.XXXXXX";
    make_folder(path, main_cf, master_cf);
    *fault = (struct fault){ .kind = FAULT_NONE };
    struct config *config = config_open(path, NULL, fault);
    remove_folder(path);
    return config;
}

static struct config *open_sample(void)
{
    struct fault fault;
    struct config *config = open_text(main_text, master_text, &fault);
    ck_assert_msg(config != NULL, "%s", fault.what);
    return config;
}

START_TEST(values_are_expanded_and_defaulted)
{
    struct config *config = open_sample();
    ck_assert_slice(config_value(config, "mydestination"),
                    "mx.example.com, localhost.example.com, localhost");
    ck_assert_slice(config_raw(config, "mydestination"),
                    "$myhostname, localhost.$mydomain, localhost");
    ck_assert_slice(config_value(config, "classes"), "last,more");
    ck_assert_slice(config_value(config, "relay_domains"), "");
    ck_assert_slice(config_value(config, "no_such_parameter"), "");
    ck_assert(config_raw(config, "no_such_parameter").at == NULL);
    ck_assert(config_is_set(config, "empty"));
    ck_assert(!config_is_set(config, "relay_domains"));
    ck_assert_slice(config_value(config, "default_rbl_reply"),
                    "$rbl_code Service unavailable; $rbl_class [$rbl_what] blocked using "
                    "$rbl_domain${rbl_reason?; $rbl_reason}"); /* not expanded when read */
    ck_assert_slice(config_expand(config, slice_of("<$mydomain>")), "<example.com>");
    config_free(config);
}
END_TEST

START_TEST(numbers_and_words)
{
    struct config *config = open_sample();
    ck_assert(config_bool(config, "smtpd_helo_required"));
    ck_assert(!config_bool(config, "soft_bounce")); /* no yes/no: the default */
    ck_assert_int_eq(config_int(config, "smtpd_timeout"), 300);
    ck_assert_int_eq(config_int(config, "bounce_queue_lifetime"),
                     2 * 86400); /* the default's unit */
    ck_assert_int_eq(config_int(config, "smtpd_starttls_timeout"), 300);
    ck_assert_int_eq(config_int(config, "message_size_limit"), 1000);
    ck_assert_int_eq(config_int(config, "access_map_reject_code"), 554);
    ck_assert_int_eq(config_int(config, "smtpd_hard_error_limit"), 20);
    ck_assert_int_eq(config_compatibility_level(config), 3006000);
    ck_assert(config_bool(config, "smtputf8_enable"));
    config_free(config);
}
END_TEST

static const struct {
    const char *service;
    bool good;
    const char *name, *type, *helo_required, *networks, *hostname;
} services[] = {
    { NULL, true, "smtpd", "pass", "no", "192.0.2.0/24", "mx.example.com" },
    { "smtpd", true, "smtpd", "pass", "no", "192.0.2.0/24", "mx.example.com" },
    { "submission", true, "submission", "inet", "YES", "127.0.0.0/8", "sub.example.org" },
    { "submission/inet", true, "submission", "inet", "YES", "127.0.0.0/8", "sub.example.org" },
    { "587", true, "submission", "inet", "YES", "127.0.0.0/8", "sub.example.org" },
    { "127.0.0.1:10025", true, "127.0.0.1:10025", "inet", "YES", "127.0.0.0/8", "mx.example.com" },
    { "smtp", true, "smtp", "inet", "YES", "127.0.0.0/8", "mx.example.com" },
    { "smtps", false, "", "", "YES", "127.0.0.0/8", "mx.example.com" },
    { "submission/unix", false, "", "", "YES", "127.0.0.0/8", "mx.example.com" },
    { "", false, "", "", "YES", "127.0.0.0/8", "mx.example.com" },
};

START_TEST(services_have_their_own_values)
{
    struct config *config = open_sample();
    struct fault fault = { .kind = FAULT_NONE };
    unsigned families;
    struct config *postscreen = config_for_postscreen(config, &families);
    ck_assert(postscreen != NULL);
    config_free(postscreen);
    ck_assert_int_eq(config_choose_service(config, services[_i].service, &fault),
                     services[_i].good);
    ck_assert_int_eq(fault_is_set(&fault), !services[_i].good);
    ck_assert_slice(config_service_name(config), services[_i].name);
    ck_assert_slice(config_service_type(config), services[_i].type);
    ck_assert_slice(config_value(config, "smtpd_helo_required"), services[_i].helo_required);
    ck_assert_slice(config_value(config, "mynetworks"), services[_i].networks);
    ck_assert_slice(config_value(config, "myhostname"), services[_i].hostname);
    /* what the other daemons see stays */
    ck_assert_slice(config_value_global(config, "mynetworks"), "127.0.0.0/8");
    ck_assert_slice(config_value_global(config, "myhostname"), "mx.example.com");
    config_free(config);
}
END_TEST

START_TEST(overlays_win_and_copies_are_apart)
{
    struct config *config = open_sample();
    struct fault fault = { .kind = FAULT_NONE };
    const char *file;
    uint64_t line;
    ck_assert(config_choose_service(config, NULL, &fault));
    struct config *copy = config_copy(config);
    ck_assert(config_overlay_line(copy, slice_of(" mynetworks = $strict "), "-o", &fault));
    config_overlay_set(copy, "strict", slice_of("new"), "--enable");
    ck_assert_slice(config_value(copy, "mynetworks"), "new");
    ck_assert_slice(config_value_global(copy, "mynetworks"), "new");
    ck_assert_slice(config_value(config, "mynetworks"), "192.0.2.0/24");
    ck_assert_slice(config_service_name(copy), "smtpd");
    config_origin(copy, "mynetworks", &file, &line);
    ck_assert_str_eq(file, "-o");
    config_origin(config, "strict", &file, &line);
    ck_assert(strstr(file, "/main.cf") != NULL);
    ck_assert_uint_eq(line, 15);
    config_origin(config, "mynetworks", &file, &line);
    ck_assert(strstr(file, "/master.cf") != NULL);
    ck_assert_uint_eq(line, 3);
    config_origin(config, "relayhost", &file, &line);
    ck_assert_str_eq(file, "default");
    config_free(config);
    ck_assert_slice(config_value(copy, "smtpd_helo_required"), "no");
    ck_assert(!config_overlay_line(copy, slice_of("nonsense"), "-o", &fault));
    ck_assert_int_eq(fault.kind, FAULT_USAGE);
    config_free(copy);
}
END_TEST

static const struct {
    int major, minor;
    const char *name, *want;
} versions[] = {
    { 3, 7, "smtpd_forbid_unauth_pipelining", "no" },
    { 3, 9, "smtpd_forbid_unauth_pipelining", "yes" },
    { 3, 11, "smtpd_forbid_bare_newline", "normalize" },
    { 2, 9, "smtpd_recipient_restrictions", "permit_mynetworks, reject_unauth_destination" },
    { 2, 10, "smtpd_recipient_restrictions", "" },
    { 2, 10, "smtpd_relay_restrictions",
      "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination" },
    { 2, 9, "smtpd_relay_restrictions", "" }, /* unknown then */
    { 2, 11, "relay_domains", "$mydestination" },
    { 3, 0, "relay_domains", "${{$compatibility_level} < {2} ? {$mydestination} : {}}" },
    { 2, 3, "mynetworks_style", "subnet" },
    { 3, 7, "alias_maps", "hash:/etc/aliases, nis:mail.aliases" },
};

START_TEST(defaults_follow_the_version)
{
    struct config *config = config_new_default();
    ck_assert_int_eq(config_version(config), 307);
    config_set_version(config, versions[_i].major, versions[_i].minor);
    struct slice raw = config_raw(config, versions[_i].name);
    ck_assert_slice(raw.at ? raw : slice_make("", 0), versions[_i].want);
    config_free(config);
}
END_TEST

START_TEST(machine_defaults_are_known_as_such)
{
    struct fault fault;
    struct config *config = open_text("mydomain = example.com\n", NULL, &fault);
    ck_assert(config_rests_on_machine(config, "mydestination"));
    ck_assert_str_eq(config_machine_name(config, "mydestination"), "myhostname");
    ck_assert(config_rests_on_machine(config, "smtpd_client_event_limit_exceptions"));
    ck_assert(!config_rests_on_machine(config, "mydomain"));
    ck_assert(!config_rests_on_machine(config, "smtpd_client_restrictions"));
    config_free(config);
    config = open_text("myhostname = mx.example.org\nmynetworks = 192.0.2.0/24\n", NULL, &fault);
    ck_assert(!config_rests_on_machine(config, "mydestination"));
    ck_assert_slice(config_value(config, "mydomain"), "example.org");
    ck_assert(!config_rests_on_machine(config, "smtpd_client_event_limit_exceptions"));
    config_free(config);
}
END_TEST

static const struct {
    const char *text;
    unsigned line;
    const char *what; /* NULL: good */
} checks[] = {
    { "smtpd_helo_required = yes\n", 0, NULL },
    { "smtpd_helo_required = ${x?y}yes\n", 0, NULL },
    { "#\nsmtpd_helo_required = on\n", 2, "bad boolean configuration: smtpd_helo_required = on" },
    { "smtpd_helo_required =\n", 1, "bad boolean configuration: smtpd_helo_required = " },
    { "reject_code = 5oo\n", 1, "bad numerical configuration: reject_code = 5oo" },
    { "reject_code = 99999999999\n", 1, "bad numerical configuration: reject_code = 99999999999" },
    { "message_size_limit = 99999999999\n", 0, NULL },
    { "inet_protocols = ipv4, ipv5\n", 1,
      "unknown inet_protocols value \"ipv5\" in \"ipv4, ipv5\"" },
    { "receive_override_options = no_milters,foo\n", 1,
      "unknown receive_override_options value \"foo\" in \"no_milters,foo\"" },
    { "smtpd_tls_security_level = May\n", 0, NULL },
    { "smtpd_tls_security_level = sometimes\n", 1, "Invalid TLS level \"sometimes\"" },
    { "smtpd_tls_wrappermode = yes\nsmtpd_tls_security_level = sometimes\n", 0, NULL },
    { "smtpd_sasl_type = foo\n", 0, NULL },
    { "smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = foo\n", 2,
      "unsupported SASL server implementation: foo" },
    { "mynetworks_style = foo\n", 1, "unknown mynetworks_style value \"foo\" in \"foo\"" },
    { "mynetworks =\nmynetworks_style = foo\n", 0, NULL },
    { "smtpd_forbid_bare_newline = foo\n", 1,
      "bad parameter value: 'smtpd_forbid_bare_newline = foo'" },
    { "smtpd_timeout = 5x\n", 1, "parameter smtpd_timeout: bad time value or unit: 5x" },
    { "smtpd_timeout = 0\n", 1, "invalid smtpd_timeout: 0 (min 1)" },
    { "smtpd_recipient_limit = 0\n", 1, "invalid smtpd_recipient_limit parameter value 0 < 1" },
    { "myorigin =\n", 1, "bad string length 0 < 1: myorigin = " },
    { "myorigin = a b\n", 1, "myorigin parameter setting must not contain multiple values: a b" },
    { "myhostname = -x-\n", 1, "parameter myhostname: bad parameter value: -x-" },
    { "compatibility_level = x\n", 1, "malformed compatibility level syntax: \"x\"" },
    { "myhostname = a.example\nrelayhost = A.example\n", 2,
      "myhostname and relayhost parameter settings must not be identical: A.example" },
    { "smtpd_banner = ${x\n", 0, "truncated macro reference: \"${x\"" },
    { "smtp_helo_timeout = x\n", 0, NULL }, /* not smtpd's */
};

START_TEST(what_postfix_refuses_to_start_with)
{
    struct fault fault;
    struct config *config = open_text(checks[_i].text, NULL, &fault);
    ck_assert(config != NULL);
    bool good = config_check(config, &fault);
    ck_assert_msg(good == (checks[_i].what == NULL), "%s: %s", checks[_i].text, fault.what);
    if (!good) {
        ck_assert_msg(strncmp(fault.what, checks[_i].what, strlen(checks[_i].what)) == 0, "%s",
                      fault.what);
        ck_assert_uint_eq(fault.line, checks[_i].line);
    }
    config_free(config);
}
END_TEST

static const struct {
    const char *main_cf, *master_cf;
    unsigned line;
} broken[] = {
    { "a = b\nnonsense\n", NULL, 2 },
    { "= b\n", NULL, 1 },
    { "a = b\n", "smtp inet n\n", 1 },
    { "a = b\n", "\nsmtp inet n - n - - smtpd\nsmtp tcp n - n - - smtpd\n", 3 },
    { "a = b\n", "smtp inet x - n - - smtpd\n", 1 },
    { "a = b\n", "smtp inet n - n 6o - smtpd\n", 1 },
    { "a = b\n", "smtp inet n - n - ? smtpd\n", 1 },
};

START_TEST(broken_files_are_faults_with_their_line)
{
    struct fault fault;
    ck_assert(open_text(broken[_i].main_cf, broken[_i].master_cf, &fault) == NULL);
    ck_assert_int_eq(fault.kind, FAULT_INPUT);
    ck_assert_uint_eq(fault.line, broken[_i].line);
}
END_TEST

START_TEST(missing_files_are_faults)
{
    struct fault fault = { .kind = FAULT_NONE };
    ck_assert(config_open("/nonexistent", NULL, &fault) == NULL);
    ck_assert_int_eq(fault.kind, FAULT_INPUT);
    char path[] = "/tmp/test_config.XXXXXX";
    ck_assert(mkdtemp(path));
    fault = (struct fault){ .kind = FAULT_NONE };
    ck_assert(config_open(path, NULL, &fault) == NULL);
    ck_assert(strstr(fault.what, "no main.cf") != NULL);
    rmdir(path);
}
END_TEST

START_TEST(a_file_of_postconf_output_will_do)
{
    char path[] = "/tmp/test_config.XXXXXX", name[128];
    struct fault fault = { .kind = FAULT_NONE };
    struct diagnostics notes;
    diagnostics_init(&notes);
    make_folder(path,
                "postconf: warning: /etc/postfix/main.cf: unused parameter: x=y\n"
                "/usr/sbin/postconf: warning: something\n"
                "mydomain = example.com\nmydomain = example.net\n",
                master_text);
    snprintf(name, sizeof name, "%s/main.cf", path);
    struct config *config = config_open(name, &notes, &fault);
    ck_assert_msg(config != NULL, "%s", fault.what);
    ck_assert_slice(config_value(config, "mydomain"), "example.net");
    ck_assert_uint_eq(notes.count, 1);                      /* the duplicate */
    ck_assert(config_choose_service(config, NULL, &fault)); /* master.cf lies beside it */
    ck_assert_slice(config_service_name(config), "smtpd");
    ck_assert_slice(config_directory(config), path);
    config_free(config);
    remove_folder(path);
    diagnostics_release(&notes);
}
END_TEST

START_TEST(overlay_files)
{
    char path[] = "/tmp/test_config.XXXXXX", name[128];
    struct fault fault = { .kind = FAULT_NONE };
    struct config *config = open_sample();
    make_folder(path, "mynetworks = 192.0.2.0/24,\n  198.51.100.0/24\n", NULL);
    snprintf(name, sizeof name, "%s/main.cf", path);
    ck_assert(config_overlay_file(config, name, NULL, &fault));
    ck_assert_slice(config_value(config, "mynetworks"), "192.0.2.0/24,  198.51.100.0/24");
    ck_assert(!config_overlay_file(config, "/nonexistent", NULL, &fault));
    config_free(config);
    remove_folder(path);
}
END_TEST

static bool count_setting(void *context, struct slice name, struct slice raw)
{
    (void)name;
    (void)raw;
    ++*(unsigned *)context;
    return true;
}

START_TEST(settings_are_listed_once)
{
    struct config *config = open_sample();
    unsigned before = 0, after = 0;
    config_each_setting(config, count_setting, &before);
    config_overlay_set(config, "mynetworks", slice_of("x"), "-o");
    config_overlay_set(config, "new_name", slice_of("x"), "-o");
    config_each_setting(config, count_setting, &after);
    ck_assert_uint_eq(before, 14); /* and config_directory */
    ck_assert_uint_eq(after, 15);
    config_free(config);
}
END_TEST

START_TEST(the_listing_is_postconfs)
{
    char text[4096] = { 0 };
    struct fault fault;
    struct config *config = open_text("mydomain = example.com\nb = $mydomain   x\nunused = 1\n"
                                      "smtpd_banner = $b\n",
                                      NULL, &fault);
    FILE *out = fmemopen(text, sizeof text, "w");
    ck_assert(config_listing(out, config, false, true, &fault));
    fclose(out);
    /* config_directory = /tmp/... comes between b and mydomain */
    ck_assert(strncmp(text, "b = example.com x\nconfig_directory = ", 37) == 0);
    ck_assert(strstr(text, "\nmydomain = example.com\nsmtpd_banner = example.com x\n") != NULL);
    ck_assert(strstr(text, "unused") == NULL);
    config_free(config);
}
END_TEST

START_TEST(the_table_is_sorted_and_whole)
{
    size_t count;
    const struct parameter *rows = parameter_rows(&count);
    ck_assert_uint_gt(count, 880);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(i == 0 || strcmp(rows[i - 1].name, rows[i].name) < 0, "%s", rows[i].name);
        ck_assert_ptr_eq(parameter_find(slice_of(rows[i].name)), &rows[i]);
        ck_assert(rows[i].value && parameter_default(&rows[i], 307));
    }
    ck_assert(parameter_find(slice_of("no_such")) == NULL);
    ck_assert(parameter_find(slice_of("")) == NULL);
    const struct parameter *late = parameter_find(slice_of("smtpd_reject_filter_maps"));
    ck_assert(late && !parameter_is_known(late, 307) && parameter_is_known(late, 311));
    const struct parameter *gone = parameter_find(slice_of("tls_dane_digest_agility"));
    ck_assert(gone && parameter_is_known(gone, 303) && !parameter_is_known(gone, 307));
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, values_are_expanded_and_defaulted);
    tcase_add_test(tcase, numbers_and_words);
    tcase_add_loop_test(tcase, services_have_their_own_values, 0, COUNT(services));
    tcase_add_test(tcase, overlays_win_and_copies_are_apart);
    tcase_add_loop_test(tcase, defaults_follow_the_version, 0, COUNT(versions));
    tcase_add_test(tcase, machine_defaults_are_known_as_such);
    tcase_add_loop_test(tcase, what_postfix_refuses_to_start_with, 0, COUNT(checks));
    tcase_add_loop_test(tcase, broken_files_are_faults_with_their_line, 0, COUNT(broken));
    tcase_add_test(tcase, missing_files_are_faults);
    tcase_add_test(tcase, a_file_of_postconf_output_will_do);
    tcase_add_test(tcase, overlay_files);
    tcase_add_test(tcase, settings_are_listed_once);
    tcase_add_test(tcase, the_listing_is_postconfs);
    tcase_add_test(tcase, the_table_is_sorted_and_whole);
}

TEST_MAIN("config", add)
