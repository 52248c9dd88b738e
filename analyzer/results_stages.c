/*
 * What leaks: the share of spam that each stage of the chain lets through. A stage is judged by
 * labels that do not rest on it; spam that no stage caught is seen by labels given by hand alone, so
 * that without these there are bounds, and one scenario with its assumption.
 */
#include <math.h>
#include <stdlib.h>

#include "analyzer/estimate/hit_count.h"
#include "analyzer/results_history_internal.h"
#include "base/xalloc.h"

enum { STAGES_MAX = 16 };

enum stage_kind { STAGE_RESTRICTIONS, STAGE_FILTER, STAGE_MAILBOX, STAGE_CHAIN };

static const char *const kind_names[] = { "restrictions", "filter", "mailbox", "chain" };

/* A stage while it is counted. */
struct stage_work {
    enum stage_kind kind;
    sym program;    /* of a filter; SYM_NONE else */
    bool says_spam; /* a filter of spam, not of viruses only */
    bool silent;
    uint64_t reached, caught, given, circular, unlabelled;
    uint64_t labelled_caught; /* of what it caught: labelled, and counted */
    uint64_t spam_passed, spam, open_passed, open_caught;
    struct hit_count spam_count, ham_count;
};

struct chain {
    const struct results *results;
    struct stage_work stages[STAGES_MAX];
    size_t count;
};

/* ---- what a message met ---- */

/* Who sorts into folders on delivery: "dovecot", "dovecot: lmtp(...)", one for each user. */
#define MAILBOX (UINT32_MAX - 1)
#define ANYBODY UINT32_MAX

/* The stage that a verdict is of; SYM_NONE for what users say themselves, which is a label. */
static sym stage_of(const struct evidence *evidence, const struct filter_verdict *verdict)
{
    struct slice name = intern_text(&evidence->text, verdict->program);
    if (slice_is(name, FILTER_USER))
        return SYM_NONE;
    return slice_starts(name, "dovecot") ? MAILBOX : verdict->program;
}

/* True when the filter called the message spam or a virus; *seen: it said anything. */
static bool is_caught(const struct results *results, const struct message *message, sym program,
                      bool *seen)
{
    const struct evidence *evidence = results->parts.evidence;
    bool caught = false;
    *seen = false;
    for (uint32_t i = evidence_extra(evidence, message)->filters; i;
         i = evidence->filters[i - 1].next) {
        const struct filter_verdict *verdict = &evidence->filters[i - 1];
        sym stage = stage_of(evidence, verdict);
        if (stage == SYM_NONE || (program != ANYBODY && stage != program))
            continue;
        *seen = true;
        caught |= verdict->answer == FILTER_SPAM || verdict->answer == FILTER_VIRUS;
    }
    return caught;
}

/* True when mail of which the stage says nothing went through it: it only speaks of what it
 * catches. */
static bool slips_by(const struct stage_work *stage, unsigned facts)
{
    unsigned behind = stage->kind == STAGE_MAILBOX ? FACT_SENT : FACT_HOPPED;
    return stage->silent && !(facts & FACT_REFUSED) && facts & behind;
}

/* True when the restrictions, or the whole chain, kept the mail out without a filter's word. */
static bool is_kept_out(const struct stage_work *stage, unsigned facts)
{
    return stage->kind == STAGE_RESTRICTIONS ? facts & FACT_REFUSED : !(facts & FACT_SENT);
}

/* Did the message reach the stage, and what did the stage do? */
static bool meets(const struct results *results, const struct stage_work *stage, uint32_t number,
                  bool *caught)
{
    const struct message *message = &results->parts.evidence->messages[number];
    unsigned facts = results->facts[number];
    bool seen = false;
    if (stage->kind == STAGE_FILTER || stage->kind == STAGE_MAILBOX) {
        *caught = is_caught(results, message, stage->program, &seen);
        return seen || slips_by(stage, facts);
    }
    *caught = is_kept_out(stage, facts) ||
              (stage->kind == STAGE_CHAIN && is_caught(results, message, ANYBODY, &seen));
    return true;
}

/* ---- labels ---- */

/* True when a guessed label rests on what the stage did: on a filter's verdict ("rspamd:spam", not
 * "mailbox:spam", which is what a user did) for filters and the chain, on block lists and tried names
 * for the restrictions. */
static bool is_circular(const struct results *results, const struct stage_work *stage,
                        const struct label *label)
{
    size_t count;
    if (label->given)
        return false;
    const char *const *sources = label_sources(&results->labels, label->sources, &count);
    bool restrictions = stage->kind == STAGE_RESTRICTIONS;
    for (size_t i = 0; i < count; i++) {
        struct slice source = slice_of(sources[i]);
        bool by_filter =
            slice_index(source, ':') < source.len && !slice_starts(source, FILTER_USER ":");
        bool by_smtpd = slice_is(source, "blocklist") || slice_is(source, "dictionary");
        if (restrictions ? by_smtpd : by_filter || by_smtpd)
            return true;
    }
    return false;
}

/* Messages of which a stage knows no label that it did not make itself. */
static void count_open(struct stage_work *stage, uint64_t messages, bool caught)
{
    stage->reached += messages;
    stage->caught += caught ? messages : 0;
    stage->open_passed += caught ? 0 : messages;
    stage->open_caught += caught ? messages : 0;
}

/* Counts so many messages without label, of which no filter spoke. */
static void count_alike(struct stage_work *stage, unsigned facts, uint64_t messages)
{
    bool filter = stage->kind == STAGE_FILTER || stage->kind == STAGE_MAILBOX;
    if (filter && !slips_by(stage, facts))
        return;
    count_open(stage, messages, !filter && is_kept_out(stage, facts));
    stage->unlabelled += messages;
}

/* Counts a message, whose label is known, for one stage. */
static void count_message(const struct results *results, struct stage_work *stage, uint32_t number,
                          const struct label *label)
{
    enum label_kind kind = label_kind_of(label->ham);
    bool caught;
    if (!meets(results, stage, number, &caught))
        return;
    if (kind == LABEL_NONE || is_circular(results, stage, label)) {
        count_open(stage, 1, caught);
        stage->unlabelled += kind == LABEL_NONE;
        stage->circular += kind != LABEL_NONE;
        return;
    }
    sym cluster = results->clusters.of_client[results->message_client[number]];
    stage->reached++;
    stage->caught += caught;
    stage->given += label->given;
    stage->labelled_caught += caught;
    if (kind == LABEL_HAM) {
        hit_count_add(&stage->ham_count, cluster, caught ? TRI_YES : TRI_NO);
        return;
    }
    stage->spam++;
    stage->spam_passed += !caught;
    hit_count_add(&stage->spam_count, cluster, caught ? TRI_NO : TRI_YES);
}

/* ---- the chain ---- */

static struct stage_work *find_filter(struct chain *chain, sym program)
{
    for (size_t i = 0; i < chain->count; i++)
        if (chain->stages[i].program == program)
            return &chain->stages[i];
    if (chain->count + 2 > STAGES_MAX)
        return NULL;
    chain->stages[chain->count] =
        (struct stage_work){ .kind = program == MAILBOX ? STAGE_MAILBOX : STAGE_FILTER,
                             .program = program,
                             .silent = true };
    return &chain->stages[chain->count++];
}

static void find_filters(struct chain *chain)
{
    const struct evidence *evidence = chain->results->parts.evidence;
    uint32_t messages = evidence->filter_count ? evidence->message_count : 0;
    for (uint32_t m = 0; m < messages; m++)
        for (uint32_t i = evidence_extra(evidence, &evidence->messages[m])->filters; i;
             i = evidence->filters[i - 1].next) {
            const struct filter_verdict *verdict = &evidence->filters[i - 1];
            sym program = stage_of(evidence, verdict);
            struct stage_work *stage = program != SYM_NONE ? find_filter(chain, program) : NULL;
            if (!stage)
                continue;
            stage->says_spam |= verdict->answer == FILTER_SPAM;
            stage->silent &= verdict->answer == FILTER_SPAM || verdict->answer == FILTER_VIRUS;
        }
}

/* The mailbox behind the filters; scanners that only look for viruses are no stage for spam. */
static void order_filters(struct chain *chain)
{
    struct stage_work ordered[STAGES_MAX];
    size_t used = 1;
    ordered[0] = chain->stages[0];
    for (int mailbox = 0; mailbox < 2; mailbox++)
        for (size_t i = 1; i < chain->count; i++)
            if (chain->stages[i].says_spam && (chain->stages[i].kind == STAGE_MAILBOX) == mailbox)
                ordered[used++] = chain->stages[i];
    memcpy(chain->stages, ordered, used * sizeof *ordered);
    chain->count = used;
}

/* Labels that only exist for what passed say nothing about how much was caught. */
static void finish_spam(const struct stage_work *stage, struct results_stage *out)
{
    double passed = (double)stage->spam_passed, spam = (double)stage->spam;
    double open_passed = (double)stage->open_passed, open_caught = (double)stage->open_caught;
    out->spam_passed = hit_count_estimate(&stage->spam_count);
    out->ham_caught = hit_count_estimate(&stage->ham_count);
    out->spam_passed_bounds = (struct results_range){
        spam + open_caught > 0 ? passed / (spam + open_caught) : 0,
        spam + open_passed > 0 ? (passed + open_passed) / (spam + open_passed) : 1,
    };
    if (stage->caught && stage->labelled_caught == 0) {
        estimate_refuse(&out->spam_passed, "labels_of_passed_mail");
        estimate_refuse(&out->ham_caught, "labels_of_passed_mail");
    }
}

static struct results_stage finish_stage(const struct results *results, struct stage_work *stage)
{
    struct results_stage out = {
        .kind = kind_names[stage->kind],
        .name = stage->program == MAILBOX
                    ? slice_of(NULL)
                    : intern_text(&results->parts.evidence->text, stage->program),
        .silent = stage->silent,
        .reached = stage->reached,
        .caught = stage->caught,
        .given = stage->given,
        .circular = stage->circular,
        .unlabelled = stage->unlabelled,
    };
    finish_spam(stage, &out);
    hit_count_release(&stage->spam_count);
    hit_count_release(&stage->ham_count);
    return out;
}

/* ---- two filters on the same mail ---- */

static void count_pair(const struct results *results, sym first, sym second,
                       struct results_recapture *out)
{
    const struct evidence *evidence = results->parts.evidence;
    struct hit_count by_first, by_second; /* misses among what the other caught */
    hit_count_init(&by_first, results->clusters.keys.count);
    hit_count_init(&by_second, results->clusters.keys.count);
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        const struct message *message = &evidence->messages[m];
        if ((results->facts[m] & (FACT_COUNTS | FACT_APART)) != (FACT_COUNTS | FACT_APART))
            continue;
        sym cluster = results->clusters.of_client[message->client];
        bool seen_first, seen_second;
        bool one = is_caught(results, message, first, &seen_first);
        bool two = is_caught(results, message, second, &seen_second);
        if (!seen_first || !seen_second)
            continue;
        out->both += one && two;
        out->only_first += one && !two;
        out->only_second += two && !one;
        if (two)
            hit_count_add(&by_first, cluster, one ? TRI_NO : TRI_YES);
        if (one)
            hit_count_add(&by_second, cluster, two ? TRI_NO : TRI_YES);
    }
    out->first_misses = hit_count_estimate(&by_first);
    out->second_misses = hit_count_estimate(&by_second);
    out->missed = (struct results_range){ out->first_misses.low * out->second_misses.low,
                                          out->first_misses.high * out->second_misses.high };
    out->missed_middle = out->first_misses.rate * out->second_misses.rate;
    hit_count_release(&by_first);
    hit_count_release(&by_second);
}

/* The first two filters that both say what they pass. */
static void find_pair(const struct chain *chain, struct results_recapture *out)
{
    sym pair[2];
    size_t found = 0;
    for (size_t i = 1; i < chain->count && found < 2; i++)
        if (chain->stages[i].program != MAILBOX && !chain->stages[i].silent)
            pair[found++] = chain->stages[i].program;
    out->missed = (struct results_range){ (double)NAN, (double)NAN };
    out->missed_middle = (double)NAN;
    if (found < 2)
        return;
    count_pair(chain->results, pair[0], pair[1], out);
    if (out->both + out->only_first + out->only_second == 0)
        return;
    out->first = intern_text(&chain->results->parts.evidence->text, pair[0]);
    out->second = intern_text(&chain->results->parts.evidence->text, pair[1]);
}

/* Counts the messages that count, once for all stages: those with a label or a filter's word one by
 * one, the others by their facts. */
static void count_messages(struct chain *chain)
{
    const struct results *results = chain->results;
    const struct evidence *evidence = results->parts.evidence;
    const unsigned single = FACT_HAM | FACT_SPAM | FACT_APART;
    uint64_t alike[UINT8_MAX + 1] = { 0 };
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        unsigned facts = results->facts[m];
        alike[facts]++;
        if (!(facts & single) || !(facts & FACT_COUNTS) || evidence->messages[m].row_count == 0)
            continue;
        const struct label *label = label_of_message(&results->labels, m);
        for (size_t i = 0; i < chain->count; i++)
            count_message(results, &chain->stages[i], m, label);
    }
    for (unsigned facts = 0; facts < COUNT(alike); facts++)
        for (size_t i = 0; facts & FACT_COUNTS && !(facts & single) && i < chain->count; i++)
            count_alike(&chain->stages[i], facts, alike[facts]);
}

struct results_stages results_stages(const struct results *results, struct arena *arena)
{
    struct chain chain = { .results = results, .count = 1 };
    struct results_stages out = { 0 };
    chain.stages[0] = (struct stage_work){ .kind = STAGE_RESTRICTIONS };
    find_filters(&chain);
    order_filters(&chain);
    find_pair(&chain, &out.recapture);
    chain.stages[chain.count++] = (struct stage_work){ .kind = STAGE_CHAIN };
    struct results_stage *stages = ARENA_ARRAY(arena, struct results_stage, chain.count);
    for (size_t i = 0; i < chain.count; i++) {
        struct stage_work *stage = &chain.stages[i];
        hit_count_init(&stage->spam_count, results->clusters.keys.count);
        hit_count_init(&stage->ham_count, results->clusters.keys.count);
    }
    count_messages(&chain);
    for (size_t i = 0; i < chain.count; i++)
        stages[i] = finish_stage(results, &chain.stages[i]);
    out.stages = stages;
    out.count = chain.count;
    return out;
}
