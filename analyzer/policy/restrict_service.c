#include "analyzer/evidence/spf_eval.h"

#include "analyzer/policy/access_action.h"
#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/leaf.h"
#include "analyzer/policy/program.h"
#include "analyzer/policy/service_model.h"
#include "base/domain_name.h"

/* What one SPF identity leads to. */
enum spf_action { SPF_GO_ON, SPF_REJECTS, SPF_REJECTS_ERROR, SPF_DEFERS, SPF_DEPENDS };

/* policyd-spf: which result is refused (spf_engine: _get_resultcodes). */
static enum spf_action action_of(const struct spf_settings *settings,
                                 enum spf_strictness strictness, enum spf_result result)
{
    bool softfail = strictness == SPF_REJECT_SOFTFAIL || strictness == SPF_REJECT_NOT_PASS;
    if (result == SPF_UNKNOWN)
        return SPF_DEPENDS;
    if (strictness == SPF_REJECT_NEVER)
        return SPF_GO_ON;
    if (result == SPF_FAIL || (result == SPF_SOFTFAIL && softfail) ||
        (result == SPF_NEUTRAL && strictness == SPF_REJECT_NOT_PASS))
        return SPF_REJECTS;
    if (result == SPF_PERMERROR && settings->permerror_rejects)
        return SPF_REJECTS_ERROR;
    return result == SPF_TEMPERROR && settings->temperror_defers ? SPF_DEFERS : SPF_GO_ON;
}

static enum spf_action check_identity(struct leaf *leaf, const struct spf_settings *settings,
                                      enum spf_strictness strictness, struct spf_query *query)
{
    size_t at = slice_last_index(query->sender, '@');
    query->domain = at == query->sender.len ? query->sender : slice_skip(query->sender, at + 1);
    struct spf_answer answer = { .result = SPF_NONE };
    /* Literals and names that cannot have a policy are not asked for. */
    if (domain_is_valid_hostname(query->domain))
        answer = spf_check_host(leaf->dns, query, leaf->scratch);
    if (answer.result == SPF_UNKNOWN) {
        struct buffer need;
        buffer_init(&need, 512);
        dns_need_text(&need, answer.missing_type, answer.missing_name);
        need_set_add(leaf->needs, buffer_slice(&need));
        buffer_release(&need);
    }
    leaf_explain(leaf, "SPF of %.*s: %s", SLICE_FMT(query->domain), spf_result_name(answer.result));
    return action_of(settings, strictness, answer.result);
}

/* policyd-spf answers for further recipients of a mail from memory, and forgets that it was an error. */
static bool is_first_recipient(const struct leaf *leaf)
{
    const struct evidence *evidence = leaf->evidence;
    return leaf->row == evidence->messages[evidence->rows[leaf->row].message].first_row;
}

static uint32_t outcome_of(struct leaf *leaf, const struct spf_settings *settings,
                           enum spf_action action)
{
    static const char *const dsn[] = {
        [SPF_REJECTS] = "5.7.23", [SPF_REJECTS_ERROR] = "5.7.24", [SPF_DEFERS] = "4.7.24"
    };
    struct outcomes *outcomes = &leaf->program->outcomes;
    if (action == SPF_REJECTS_ERROR && !is_first_recipient(leaf))
        action = SPF_REJECTS;
    /* Postfix's own for a reply without one */
    struct slice shown = slice_of(settings->plain_codes ? "5.7.1" : dsn[action]);
    if (action == SPF_REJECTS || action == SPF_REJECTS_ERROR)
        return outcome_reply(outcomes, OUTCOME_REJECT, 550, shown, CAUSE_LASTING, 0);
    if (action == SPF_DEFERS)
        return outcome_reply(outcomes, OUTCOME_DEFER_IF_PERMIT, leaf->settings->access_defer_code,
                             shown, CAUSE_PASSING, 0);
    return OUTCOME_NUMBER_DUNNO;
}

/* Unknown: it may refuse, or go on to what comes after it. */
static uint32_t outcome_or(struct leaf *leaf, const struct spf_settings *settings, uint32_t after)
{
    const uint32_t either[] = { outcome_of(leaf, settings, SPF_REJECTS), after };
    return outcome_any_of(&leaf->program->outcomes, either, 2);
}

/* The HELO identity: of the name the client gave, else of the sender's domain. */
static enum spf_action check_helo(struct leaf *leaf, const struct spf_settings *settings,
                                  struct spf_query *query)
{
    if (settings->helo == SPF_NO_CHECK ||
        (settings->helo == SPF_REJECT_NULL && leaf->sender.state == LEAF_KNOWN))
        return SPF_GO_ON;
    if (leaf->helo.state == LEAF_UNKNOWN) {
        need_set_add(leaf->needs, slice_of("helo_name"));
        return SPF_DEPENDS;
    }
    if (!query->helo.len)
        return SPF_GO_ON;
    struct spf_query helo = *query;
    helo.sender = arena_format(leaf->scratch, "postmaster@%.*s", SLICE_FMT(query->helo));
    enum spf_strictness strictness =
        settings->helo == SPF_REJECT_NULL ? SPF_REJECT_FAIL : settings->helo;
    return check_identity(leaf, settings, strictness, &helo);
}

/* The question as policyd-spf puts it; false when the log lacks a part of it. */
static bool make_spf_query(struct leaf *leaf, const struct spf_settings *settings,
                           struct spf_query *query)
{
    *query = (struct spf_query){ .helo = slice_of(""),
                                 .failures_are_void = !settings->dnspython,
                                 .has_void_limit = settings->has_void_limit,
                                 .void_limit = settings->void_limit };
    if (leaf->client.address.state != LEAF_KNOWN ||
        !ip_address_parse(leaf->client.address.text, &query->client)) {
        need_set_add(leaf->needs, slice_of("client_address"));
        return false;
    }
    if (leaf->sender.state == LEAF_UNKNOWN) {
        need_set_add(leaf->needs, slice_of("sender"));
        return false;
    }
    query->sender = leaf->sender.state == LEAF_KNOWN ? leaf->sender.text : slice_of("");
    if (leaf->helo.state == LEAF_KNOWN)
        query->helo = leaf->helo.text;
    size_t at = slice_index(query->sender, '@');
    if (leaf->helo.state == LEAF_ABSENT && query->sender.len)
        query->helo =
            at < query->sender.len ? slice_skip(query->sender, at + 1) : slice_of("unknown");
    return true;
}

static bool is_skipped(const struct leaf *leaf, const struct spf_settings *settings)
{
    struct ip_address client;
    if (leaf->client.address.state != LEAF_KNOWN ||
        !ip_address_parse(leaf->client.address.text, &client))
        return false;
    for (size_t i = 0; i < settings->skipped_count; i++)
        if (ip_prefix_contains(&settings->skipped[i], &client))
            return true;
    return false;
}

static uint32_t policyd_spf(struct leaf *leaf, const struct spf_settings *settings)
{
    struct spf_query query;
    if (is_skipped(leaf, settings))
        return OUTCOME_NUMBER_DUNNO;
    if (!make_spf_query(leaf, settings, &query))
        return outcome_or(leaf, settings, OUTCOME_NUMBER_DUNNO);
    enum spf_action helo = check_helo(leaf, settings, &query), mail_from = SPF_GO_ON;
    if (helo != SPF_GO_ON && helo != SPF_DEPENDS)
        return outcome_of(leaf, settings, helo);
    if (query.sender.len && settings->mail_from != SPF_NO_CHECK)
        mail_from = check_identity(leaf, settings, settings->mail_from, &query);
    uint32_t outcome = mail_from == SPF_DEPENDS ? outcome_or(leaf, settings, OUTCOME_NUMBER_DUNNO)
                                                : outcome_of(leaf, settings, mail_from);
    return helo == SPF_DEPENDS ? outcome_or(leaf, settings, outcome) : outcome;
}

uint32_t service_greylists(struct leaf *leaf, const struct service_model *model)
{
    return outcome_reply(&leaf->program->outcomes,
                         model->immediate ? OUTCOME_REJECT : OUTCOME_DEFER_IF_PERMIT,
                         leaf->settings->access_defer_code, slice_of("4.2.0"), CAUSE_PASSING, 0);
}

/* postgrey before its memory was asked (service_postgrey.h does that, in order of time). */
static uint32_t postgrey(struct leaf *leaf, const struct question *question,
                         const struct service_model *model)
{
    const uint32_t either[] = { service_greylists(leaf, model), OUTCOME_NUMBER_DUNNO };
    need_set_add_pair(leaf->needs, "policy", slice_of(question->argument));
    return outcome_any_of(&leaf->program->outcomes, either, 2);
}

static struct slice known(const struct leaf_text *text)
{
    return text->state == LEAF_KNOWN ? text->text : slice_make("", 0);
}

/* The label of the list decides how x.1.z codes are mended (the server answers for the list), or that
 * of the table which led here. */
static uint32_t act(struct leaf *leaf, const struct question *question, struct slice action)
{
    struct action_context context = { .list = (enum list_kind)question->list };

    leaf_explain(leaf, "%s answers \"%.*s\"", question->argument, SLICE_FMT(action));
    if (question->subject)
        context.reply = (enum reply_class)(question->subject - 1);
    else if (question->list == LIST_SENDER)
        context.reply = REPLY_SENDER;
    else if (question->list == LIST_RELAY || question->list == LIST_RECIPIENT)
        context.reply = REPLY_RECIPIENT;
    if (slice_trim(action).len == 0)
        return OUTCOME_NUMBER_OK; /* "action=" and nothing else */
    return access_action(leaf->program, slice_trim(action), &context);
}

/* What --answers holds about a service that no model stands for. */
static uint32_t recorded(struct leaf *leaf, const struct question *question)
{
    struct slice argument = slice_of(question->argument), action;
    struct answer_request request = {
        .service = service_name(argument),
        .client_address = known(&leaf->client.address),
        .helo_name = known(&leaf->helo),
        .sender = known(&leaf->sender),
        .recipient = known(&leaf->recipient),
    };

    if (answers_file_service(leaf->program->answers, &request, &action) == ANSWER_RECORDED)
        return act(leaf, question, action);
    need_set_add_pair(leaf->needs, "policy", request.service);
    return OUTCOME_NUMBER_ANYTHING;
}

uint32_t restrict_policy_service(struct leaf *leaf, const struct question *question)
{
    const struct service_model *model = question->service < leaf->program->services.count
                                            ? &leaf->program->services.items[question->service]
                                            : NULL;
    if (model && model->kind == MODEL_DUNNO)
        return OUTCOME_NUMBER_DUNNO;
    if (model && model->kind == MODEL_POSTGREY)
        return postgrey(leaf, question, model);
    if (model && model->kind == MODEL_POLICYD_SPF && model->spf.test_only)
        return OUTCOME_NUMBER_DUNNO;
    if (model && model->kind == MODEL_POLICYD_SPF && !model->spf.has_unmodelled)
        return leaf_or_nothing(leaf, question, policyd_spf(leaf, &model->spf));
    return recorded(leaf, question);
}
