#include "analyzer/policy/access_search.h"
#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/program.h"

/* The size that qmgr logs is that of the queue file: with our Received: line, without carriage
 * returns. Within these of the limit nobody can tell. */
enum { SIZE_SLACK_BYTES = 4096, SIZE_SLACK_SHARE = 16 };

static struct leaf_text fact_text(const struct leaf *leaf, sym number)
{
    if (!leaf->facts || number == SYM_NONE)
        return (struct leaf_text){ .state = LEAF_UNKNOWN };
    if (number == SYM_EMPTY)
        return (struct leaf_text){ .state = LEAF_ABSENT };
    return (struct leaf_text){ LEAF_KNOWN, intern_text(&leaf->evidence->text, number) };
}

static uint32_t by_tri(struct leaf *leaf, unsigned fact, uint32_t yes, uint32_t no,
                       const char *need)
{
    if (fact == TRI_UNKNOWN)
        return leaf_unknown(leaf, need, yes, no);
    return fact == TRI_YES ? yes : no;
}

uint32_t restrict_tls_required(struct leaf *leaf, const struct question *question)
{
    if (!leaf->settings->tls_required)
        return OUTCOME_NUMBER_DUNNO;
    return by_tri(leaf, leaf->facts ? leaf->facts->tls : TRI_UNKNOWN, OUTCOME_NUMBER_DUNNO,
                  leaf_reject(leaf, question), "tls");
}

uint32_t restrict_plaintext(struct leaf *leaf, const struct question *question)
{
    return by_tri(leaf, leaf->facts ? leaf->facts->tls : TRI_UNKNOWN, OUTCOME_NUMBER_DUNNO,
                  leaf_reject(leaf, question), "tls");
}

/* smtpd looks at a flag, which it sets when the client talks out of turn: at DATA it may be set of a
 * mail whose recipients were named before. */
uint32_t restrict_pipelining(struct leaf *leaf, const struct question *question)
{
    const struct session_facts *facts = leaf->facts;
    bool late = question->list == LIST_DATA || question->list == LIST_END_OF_DATA;
    enum tri early = facts ? (enum tri)facts->pipelining : TRI_UNKNOWN;

    return by_tri(leaf, late && facts ? tri_or(early, (enum tri)facts->late_pipelining) : early,
                  leaf_reject(leaf, question), OUTCOME_NUMBER_DUNNO, "pipelining");
}

uint32_t restrict_sasl(struct leaf *leaf, const struct question *question)
{
    struct leaf_text user, method;

    (void)question;
    if (!leaf->settings->sasl_enabled && leaf->settings->version < 310)
        return OUTCOME_NUMBER_DUNNO;
    user = fact_text(leaf, leaf_login(leaf));
    method = fact_text(leaf, leaf->facts ? leaf->facts->sasl_method : SYM_NONE);
    if (user.state == LEAF_UNKNOWN)
        return leaf_unknown(leaf, "sasl_username", OUTCOME_NUMBER_DUNNO, OUTCOME_NUMBER_OK);
    if (user.state == LEAF_ABSENT ||
        (method.state == LEAF_KNOWN && slice_equal_fold(method.text, slice_of("anonymous")))) {
        leaf_explain(leaf, "not logged in");
        return OUTCOME_NUMBER_DUNNO;
    }
    leaf_explain(leaf, "logged in as %.*s", SLICE_FMT(user.text));
    return OUTCOME_NUMBER_OK;
}

/* permit_tls_clientcerts: the fingerprint stands in relay_clientcerts. The log tells the
 * certificate's fingerprint, not that of its public key. */
uint32_t restrict_clientcerts(struct leaf *leaf, const struct question *question)
{
    struct leaf_text print =
        fact_text(leaf, leaf->facts ? leaf->facts->ccert_fingerprint : SYM_NONE);
    bool any_trusted = question->restriction->detail;
    struct slice result;

    if (leaf->facts && leaf->facts->tls == TRI_NO)
        return OUTCOME_NUMBER_DUNNO;
    if (print.state == LEAF_ABSENT)
        return OUTCOME_NUMBER_DUNNO;
    if (!any_trusted && leaf->settings->relay_clientcerts.count == 0)
        return OUTCOME_NUMBER_DUNNO;
    if (print.state == LEAF_KNOWN) {
        enum lookup_status status = table_list_find(&leaf->settings->relay_clientcerts, print.text,
                                                    false, leaf->scratch, &result, leaf->needs);
        if (status == LOOKUP_FOUND)
            return OUTCOME_NUMBER_OK;
        if (status == LOOKUP_ERROR)
            return outcome_lookup_failure(&leaf->program->outcomes);
        if (status == LOOKUP_CONFIG_ERROR)
            return outcome_server_error(&leaf->program->outcomes);
    }
    return leaf_unknown(leaf, "ccert", OUTCOME_NUMBER_DUNNO, OUTCOME_NUMBER_OK);
}

static bool lists_name(struct slice owners, struct slice name)
{
    struct slice rest = owners, word;

    while (slice_next_word(&rest, ", \t\r\n", &word))
        if (slice_equal_fold(word, name))
            return true;
    return false;
}

/* The owners of the sender address: TRI_UNKNOWN when nobody knows. False with *error when the
 * look-up itself is the answer. */
static bool find_owners(struct leaf *leaf, struct slice *owners, enum tri *found, uint32_t *error)
{
    const struct resolved_address *sender = leaf_resolve_sender(leaf);

    *found = TRI_UNKNOWN;
    *error = outcome_lookup_failure(&leaf->program->outcomes);
    if (sender->failed)
        return false;
    switch (mail_address_find(leaf, &leaf->settings->login_maps, sender->address, owners)) {
    case LOOKUP_FOUND:
        *found = TRI_YES;
        return true;
    case LOOKUP_ABSENT:
        *found = TRI_NO;
        return true;
    case LOOKUP_UNREADABLE:
        return true;
    case LOOKUP_CONFIG_ERROR:
        *error = outcome_server_error(&leaf->program->outcomes);
        break;
    case LOOKUP_ERROR:
        break;
    }
    return false;
}

/* One of the three: what a logged-in and what an anonymous client may not do. */
enum { MISMATCH_AUTHENTICATED = 1, MISMATCH_UNAUTHENTICATED = 2, MISMATCH_KNOWN = 3 };

static uint32_t judge_login(const struct leaf_text *user, unsigned which, enum tri found,
                            struct slice owners, uint32_t reject)
{
    if (user->state == LEAF_KNOWN) {
        if (which == MISMATCH_UNAUTHENTICATED)
            return OUTCOME_NUMBER_DUNNO;
        if (found == TRI_NO)
            return which == MISMATCH_KNOWN ? OUTCOME_NUMBER_DUNNO : reject;
        return lists_name(owners, user->text) ? OUTCOME_NUMBER_DUNNO : reject;
    }
    if (which == MISMATCH_AUTHENTICATED)
        return OUTCOME_NUMBER_DUNNO;
    return found == TRI_YES ? reject : OUTCOME_NUMBER_DUNNO;
}

uint32_t restrict_login_mismatch(struct leaf *leaf, const struct question *question)
{
    struct leaf_text user = fact_text(leaf, leaf_login(leaf));
    unsigned which = question->restriction->detail;
    uint32_t reject = leaf_reject(leaf, question), error;
    struct slice owners = { NULL, 0 };
    enum tri found;

    if (!leaf->settings->sasl_enabled || leaf->sender.state == LEAF_ABSENT)
        return OUTCOME_NUMBER_DUNNO;
    if (user.state == LEAF_UNKNOWN)
        return leaf_unknown(leaf, "sasl_username", OUTCOME_NUMBER_DUNNO, reject);
    if (which == (user.state == LEAF_KNOWN ? MISMATCH_UNAUTHENTICATED : MISMATCH_AUTHENTICATED))
        return OUTCOME_NUMBER_DUNNO;
    if (leaf->sender.state == LEAF_UNKNOWN)
        return leaf_unknown(leaf, "sender", OUTCOME_NUMBER_DUNNO, reject);
    if (!find_owners(leaf, &owners, &found, &error))
        return error;
    if (found == TRI_UNKNOWN)
        return leaf_unknown(leaf, NULL, OUTCOME_NUMBER_DUNNO, reject);
    return judge_login(&user, which, found, owners, reject);
}

uint32_t restrict_message_size(struct leaf *leaf, const struct question *question)
{
    uint64_t limit = leaf->settings->message_size_limit;
    uint64_t slack = SIZE_SLACK_BYTES + leaf->size / SIZE_SLACK_SHARE;

    if (limit == 0 || leaf->size == 0 || leaf->size + slack < limit)
        return OUTCOME_NUMBER_DUNNO;
    if (leaf->size > limit + SIZE_SLACK_BYTES)
        return leaf_reject(leaf, question);
    return leaf_unknown(leaf, "size", OUTCOME_NUMBER_DUNNO, leaf_reject(leaf, question));
}
