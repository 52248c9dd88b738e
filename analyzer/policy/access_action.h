#ifndef ANALYZER_POLICY_ACCESS_ACTION_H
#define ANALYZER_POLICY_ACCESS_ACTION_H
/*
 * Results of access(5) tables and policy servers: the text on the right-hand side to an outcome.
 * Reference: access(5), smtpd_check.c: check_table_result, smtpd_dsn_fix.c.
 */
#include "analyzer/policy/program.h"

/* Whose address an x.1.z status in the table speaks about. */
enum reply_class { REPLY_OTHER, REPLY_SENDER, REPLY_RECIPIENT };

struct action_context {
    enum reply_class reply;
    enum list_kind list; /* where the check stands: what bare tables in classes mean */
    bool ok_forbidden;   /* OK is "Server configuration error": forbid_allowlist */
    bool ok_is_dunno;    /* OK counts for nothing: a source-routed recipient */
};

/* The outcome of a result. */
uint32_t access_action(struct program *program, struct slice value,
                       const struct action_context *context);
/* Splits "4.7.1 text" at its enhanced status code; the default stands when there is none. */
struct slice dsn_split(struct slice text, struct slice standard, struct slice *rest);
/* smtpd_dsn_fix: the x.1.z codes of another kind of address. out has 16 bytes. */
struct slice dsn_fix(struct slice dsn, enum reply_class reply, char *out);

#endif
