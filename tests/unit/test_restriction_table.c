#include "analyzer/policy/restriction.h"

#include <glob.h>
#include <stdio.h>

#include "tests/support/suite.h"

/* The registry itself, and that tests/policy/ tries each row: a case in which it acts, one in which
 * it does not, and, where evidence can be missing, one in which nobody knows. */

enum { SCRIPTS_MAX = 1 << 18 };

static char *read_all_scripts(size_t *len)
{
    char *bytes = xmalloc(SCRIPTS_MAX);
    glob_t found;

    *len = 0;
    ck_assert_int_eq(glob("tests/policy/*.script", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        FILE *file = fopen(found.gl_pathv[i], "rb");
        ck_assert_msg(file != NULL, "cannot read %s", found.gl_pathv[i]);
        *len += fread(bytes + *len, 1, SCRIPTS_MAX - *len, file);
        fclose(file);
    }
    globfree(&found);
    ck_assert_uint_lt(*len, SCRIPTS_MAX);
    return bytes;
}

static bool is_tried(struct slice scripts, const char *name, const char *answer)
{
    char line[200];
    snprintf(line, sizeof line, "\nacts %s %s\n", name, answer);
    return slice_find(scripts, slice_of(line)) < scripts.len;
}

/* Rows that answer the same whatever the evidence, or that no mail ever asks. */
static bool is_constant(const struct restriction *row)
{
    return row->reads == READS_NOTHING;
}

START_TEST(every_row_is_tried)
{
    size_t count, len;
    const struct restriction *rows = restriction_table(&count);
    char *bytes = read_all_scripts(&len);
    struct slice scripts = slice_make(bytes, len);

    for (size_t i = 0; i < count; i++) {
        if (is_constant(&rows[i]) || rows[i].argument == ARGUMENT_SERVICE)
            continue;
        ck_assert_msg(is_tried(scripts, rows[i].name, "yes"), "%s: no hit", rows[i].name);
        ck_assert_msg(is_tried(scripts, rows[i].name, "no"), "%s: no miss", rows[i].name);
        ck_assert_msg(is_tried(scripts, rows[i].name, "unknown"), "%s: no unknown case",
                      rows[i].name);
    }
    free(bytes);
}
END_TEST

START_TEST(rows_are_in_order)
{
    size_t count;
    const struct restriction *rows = restriction_table(&count);

    for (size_t i = 0; i < count; i++) {
        const struct restriction *row = &rows[i];
        ck_assert_msg(row->name && row->evaluate && row->doc, "row %zu", i);
        ck_assert_ptr_eq(restriction_find(slice_of(row->name)), row);
        ck_assert_msg(!row->alias || restriction_find(slice_of(row->alias)) == row, "%s",
                      row->alias);
        ck_assert_msg(!row->until || row->since < row->until, "%s", row->name);
        ck_assert_msg(!row->code || (row->code >= 400 && row->code < 600), "%s", row->name);
        ck_assert_msg(!row->code || row->dsn, "%s", row->name);
        ck_assert_msg(!row->code_parameter || row->code, "%s", row->name);
    }
}
END_TEST

/* Spellings up to Postfix 3.11, from smtpd_check.c's names. */
static const char *const spellings[] = {
    "permit",
    "reject",
    "defer",
    "defer_if_permit",
    "defer_if_reject",
    "sleep",
    "reject_plaintext_session",
    "reject_unauth_pipelining",
    "check_policy_service",
    "reject_unknown_client_hostname",
    "reject_unknown_client",
    "reject_unknown_reverse_client_hostname",
    "permit_inet_interfaces",
    "permit_mynetworks",
    "check_client_access",
    "check_reverse_client_hostname_access",
    "reject_maps_rbl",
    "reject_rbl_client",
    "reject_rbl",
    "reject_rhsbl_client",
    "reject_rhsbl_reverse_client",
    "reject_rhsbl_helo",
    "reject_rhsbl_sender",
    "reject_rhsbl_recipient",
    "permit_dnswl_client",
    "permit_rhswl_client",
    "check_ccert_access",
    "check_sasl_access",
    "check_client_a_access",
    "check_client_mx_access",
    "check_client_ns_access",
    "check_reverse_client_hostname_a_access",
    "check_reverse_client_hostname_mx_access",
    "check_reverse_client_hostname_ns_access",
    "check_helo_a_access",
    "check_helo_mx_access",
    "check_helo_ns_access",
    "check_sender_a_access",
    "check_sender_mx_access",
    "check_sender_ns_access",
    "check_recipient_a_access",
    "check_recipient_mx_access",
    "check_recipient_ns_access",
    "check_helo_access",
    "reject_invalid_helo_hostname",
    "reject_invalid_hostname",
    "reject_non_fqdn_helo_hostname",
    "reject_non_fqdn_hostname",
    "reject_unknown_helo_hostname",
    "reject_unknown_hostname",
    "permit_naked_ip_address",
    "check_sender_access",
    "reject_unknown_sender_domain",
    "reject_unknown_address",
    "reject_unverified_sender",
    "reject_non_fqdn_sender",
    "reject_authenticated_sender_login_mismatch",
    "reject_known_sender_login_mismatch",
    "reject_unauthenticated_sender_login_mismatch",
    "reject_unlisted_sender",
    "check_recipient_access",
    "permit_mx_backup",
    "permit_auth_destination",
    "reject_unauth_destination",
    "defer_unauth_destination",
    "check_relay_domains",
    "permit_sasl_authenticated",
    "permit_tls_all_clientcerts",
    "permit_tls_clientcerts",
    "reject_unknown_recipient_domain",
    "reject_non_fqdn_recipient",
    "reject_unlisted_recipient",
    "check_recipient_maps",
    "reject_multi_recipient_bounce",
    "reject_unverified_recipient",
    "check_etrn_access",
};

START_TEST(spelling_is_known)
{
    ck_assert_msg(restriction_find(slice_of(spellings[_i])) != NULL, "%s", spellings[_i]);
}
END_TEST

START_TEST(other_names_are_not)
{
    static const char *const names[] = { "",
                                         "permit_",
                                         "reject_unknown_forward_client_hostname",
                                         "check_address_map",
                                         "warn_if_reject",
                                         "perm" };
    for (size_t i = 0; i < COUNT(names); i++)
        ck_assert_ptr_null(restriction_find(slice_of(names[i])));
    ck_assert_ptr_null(restriction_outside("permit"));
    ck_assert_ptr_nonnull(restriction_find(slice_of("ReJeCt")));
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, rows_are_in_order);
    tcase_add_loop_test(tcase, spelling_is_known, 0, COUNT(spellings));
    tcase_add_test(tcase, other_names_are_not);
    tcase_add_test(tcase, every_row_is_tried);
}

TEST_MAIN("restriction_table", add)
