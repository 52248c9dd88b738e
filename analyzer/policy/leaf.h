#ifndef ANALYZER_POLICY_LEAF_H
#define ANALYZER_POLICY_LEAF_H
/*
 * What evaluators do with a leaf: the resolved addresses, the usual replies, "not known", and the
 * words of the explanation. The leaf itself is declared beside the registry (restriction.h).
 */
#include "analyzer/policy/restriction.h"

/* The resolved sender of the leaf; computed once per value. Lives in the leaf. */
const struct resolved_address *leaf_resolve_sender(struct leaf *leaf);
/* The resolved recipient; the same. */
const struct resolved_address *leaf_resolve_recipient(struct leaf *leaf);
/* The login name: SYM_NONE when it is not known. Where the log has one without TLS, and AUTH is no
 * longer offered without (smtpd_tls_auth_only), the client may use TLS or stay anonymous. */
sym leaf_login(const struct leaf *leaf);
/* One of the values that a restriction is about, as replies and `needs` call it. */
struct leaf_subject {
    const struct leaf_text *text;
    const char *label, *need;
    bool is_client;
};
/* The value of this leaf for an enum access_subject; the recipient for one that is no text of its own. */
struct leaf_subject leaf_subject_of(const struct leaf *leaf, unsigned subject);
/* True when nothing is asked about a value: there is none, or the client's name is "unknown". */
bool leaf_subject_is_skipped(const struct leaf_subject *subject);
/* The reply of a question: its code and the row's dsn. */
uint32_t leaf_reject(struct leaf *leaf, const struct question *question);
/* A temporary failure of a question: 450 with the row's dsn, as note or at once. */
uint32_t leaf_tempfail(struct leaf *leaf, const struct question *question);
/* "not known": notes the word (NULL: none) and gives an outcome that is any of the two. */
uint32_t leaf_unknown(struct leaf *leaf, const char *need, uint32_t one, uint32_t other);
/* The outcome of what is asked about a sender's domain, or nothing where it may have had none (it is not
 * asked then, or not found). */
uint32_t leaf_or_nothing(struct leaf *leaf, const struct question *question, uint32_t outcome);
/* Adds to the explanation, when somebody wants one. */
void leaf_explain(struct leaf *leaf, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
