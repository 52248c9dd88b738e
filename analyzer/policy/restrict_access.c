#include "analyzer/policy/access_search.h"
#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"

static uint32_t result_or_nothing(const struct access_search *search, bool found)
{
    if (found)
        return search->outcome;
    leaf_explain(search->leaf, "%s: nothing found", search->question->argument);
    return OUTCOME_NUMBER_DUNNO;
}

/* Name first; any hit there, even DUNNO, hides the address (check_namadr_access). */
static uint32_t access_client(struct access_search *search, const struct leaf_text *name,
                              const char *need)
{
    struct leaf *leaf = search->leaf;
    const struct question *question = search->question;
    bool takes_names = !question->table || table_takes_names(question->table);
    uint32_t by_name = OUTCOME_NUMBER_DUNNO;

    if (takes_names && name->state == LEAF_KNOWN && access_search_domain(search, name->text))
        return search->outcome;
    bool name_unknown = takes_names && name->state != LEAF_KNOWN;
    if (name_unknown)
        by_name = access_search_unknown(search, need);
    if (leaf->client.address.state != LEAF_KNOWN)
        return access_search_unknown(search, need);
    bool found = access_search_address(search, leaf->client.address.text);
    uint32_t by_address = result_or_nothing(search, found);
    if (name_unknown && question->table && table_is_static(question->table))
        return by_name;
    return name_unknown ? leaf_unknown(leaf, NULL, by_name, by_address) : by_address;
}

static uint32_t access_helo(struct access_search *search)
{
    const struct leaf_text *helo = &search->leaf->helo;

    if (helo->state == LEAF_ABSENT)
        return OUTCOME_NUMBER_DUNNO;
    if (helo->state == LEAF_UNKNOWN)
        return access_search_unknown(search, "helo_name");
    return result_or_nothing(search, access_search_domain(search, helo->text));
}

static uint32_t access_mail(struct access_search *search, const struct resolved_address *address)
{
    struct leaf *leaf = search->leaf;

    if (address->failed)
        return outcome_lookup_failure(&leaf->program->outcomes);
    if (!address->domain.at)
        return OUTCOME_NUMBER_DUNNO;
    return result_or_nothing(search, access_search_mail(search, address->address));
}

static uint32_t access_sender(struct access_search *search)
{
    struct leaf *leaf = search->leaf;

    if (leaf->sender.state == LEAF_UNKNOWN)
        return access_search_unknown(search, "sender");
    if (leaf->sender.state == LEAF_ABSENT)
        return result_or_nothing(search,
                                 access_search_key(search, leaf->settings->null_access_key, false));
    return access_mail(search, leaf_resolve_sender(leaf));
}

static uint32_t access_recipient(struct access_search *search)
{
    struct leaf *leaf = search->leaf;

    if (leaf->recipient.state != LEAF_KNOWN)
        return access_search_unknown(search, "recipient");
    const struct resolved_address *address = leaf_resolve_recipient(leaf);
    search->context.ok_is_dunno = address->routed && !leaf->settings->untrusted_routing;
    return access_mail(search, address);
}

static uint32_t access_fact(struct access_search *search, sym fact, const char *need)
{
    struct leaf *leaf = search->leaf;

    if (!leaf->facts || fact == SYM_NONE)
        return access_search_unknown(search, need);
    if (fact == SYM_EMPTY)
        return OUTCOME_NUMBER_DUNNO;
    return result_or_nothing(
        search, access_search_key(search, intern_text(&leaf->evidence->text, fact), false));
}

/* The log tells the certificate's fingerprint; the public key's, asked next, stays unknown. */
static uint32_t access_ccert(struct access_search *search)
{
    struct leaf *leaf = search->leaf;
    uint8_t order = search->question->ccert_search;
    bool is_absent =
        leaf->facts && (leaf->facts->tls == TRI_NO || leaf->facts->ccert_fingerprint == SYM_EMPTY);

    if (order == CCERT_MALFORMED)
        return outcome_server_error(&leaf->program->outcomes);
    if (order == CCERT_NOTHING || is_absent)
        return OUTCOME_NUMBER_DUNNO;
    if (order == CCERT_KEY_FIRST)
        return access_search_unknown(search, "ccert");
    uint32_t outcome =
        access_fact(search, leaf->facts ? leaf->facts->ccert_fingerprint : SYM_NONE, "ccert");
    if (outcome != OUTCOME_NUMBER_DUNNO || !leaf->facts || order == CCERT_ALONE)
        return outcome;
    return access_search_unknown(search, "ccert");
}

static uint32_t access_sasl(struct access_search *search)
{
    struct leaf *leaf = search->leaf;

    if (!leaf->settings->sasl_enabled)
        return OUTCOME_NUMBER_DUNNO; /* "ignored: no SASL support" */
    return access_fact(search, leaf_login(leaf), "sasl_username");
}

uint32_t restrict_access(struct leaf *leaf, const struct question *question)
{
    struct access_search search = access_search_begin(leaf, question, REPLY_OTHER);

    switch ((enum access_subject)question->restriction->detail) {
    case SUBJECT_CLIENT:
        return access_client(&search, &leaf->client.name, "client_name");
    case SUBJECT_REVERSE_CLIENT:
        search.context.ok_forbidden = true;
        return access_client(&search, &leaf->client.reverse_name, "reverse_client_name");
    case SUBJECT_HELO:
        return access_helo(&search);
    case SUBJECT_SENDER:
        search.context.reply = REPLY_SENDER;
        return access_sender(&search);
    case SUBJECT_RECIPIENT:
        search.context.reply = REPLY_RECIPIENT;
        return access_recipient(&search);
    case SUBJECT_SASL:
        return access_sasl(&search);
    case SUBJECT_CCERT:
        return access_ccert(&search);
    case SUBJECT_ETRN:
        break;
    }
    return OUTCOME_NUMBER_DUNNO;
}
