#include <stdlib.h>
#include <string.h>

#include "analyzer/estimate/refused.h"
#include "analyzer/estimate/tally_internal.h"
#include "base/xalloc.h"

enum { LEFT_OUT = SIDES, GROUPS }; /* groups of messages: by enum label_kind, then this */

const struct verdict *tally_verdict(const struct tally_view *view, uint32_t row)
{
    if (view->from_log && view->from_log[row])
        return replay_verdict(view->logged, row);
    return replay_verdict(view->replay, row);
}

/* ---- the baseline, once ---- */

/* By class of a view, one byte each: enum verdict_kind. */
static uint8_t *find_kinds(const struct tally_view *view)
{
    uint32_t count = tally_class_count(view);
    uint8_t *kinds = xcalloc(count + (size_t)1, 1);
    for (uint32_t k = 0; k < count; k++)
        kinds[k] = (uint8_t)tally_class_verdict(view, k)->kind;
    return kinds;
}

static void judge_baseline(struct tally *tally)
{
    const struct tally_view *view = &tally->inputs.baseline;
    const struct tally_view log = { view->logged, view->logged, NULL };
    const uint32_t *classes = replay_row_classes(view->replay);
    const uint32_t *replies = replay_row_classes(view->logged);
    uint8_t *kinds = find_kinds(view), *logged_kinds = find_kinds(&log), *out = tally->baseline;
    const uint8_t *from_log = view->from_log;
    uint32_t row_count = tally->inputs.evidence->row_count;
    uint64_t disagreements = 0;
    for (uint32_t row = 0; row < row_count; row++) {
        enum verdict_kind logged = (enum verdict_kind)logged_kinds[replies[row]];
        bool told = from_log && from_log[row];
        enum verdict_kind kind = told ? logged : (enum verdict_kind)kinds[classes[row]];
        if (kind == VERDICT_UNKNOWN)
            kind = logged;
        else
            disagreements += tally_is_accepted(kind) != tally_is_accepted(logged);
        out[row] = (uint8_t)(kind == VERDICT_UNKNOWN ? VERDICT_ACCEPT : kind);
    }
    tally->disagreements = disagreements;
    free(kinds);
    free(logged_kinds);
}

bool tally_baseline_accepts(const struct tally *tally, uint32_t row)
{
    return tally_lets_in(tally, row);
}

uint64_t tally_disagreements(const struct tally *tally)
{
    return tally->disagreements;
}

static bool is_let_in(const uint8_t *baseline, const struct message *message)
{
    uint32_t end = message->first_row + message->row_count;
    for (uint32_t row = message->first_row; row < end; row++)
        if (tally_is_accepted((enum verdict_kind)baseline[row]))
            return true;
    return false;
}

static void add_subject(struct side *side, const struct message *message, sym cluster)
{
    GROW(side->subjects, side->count, side->capacity);
    side->subjects[side->count++] =
        (struct subject){ message->first_row, message->row_count, cluster };
}

/* Sorts every message into its group, and those that count and that the baseline lets in into the
 * sides. is_refused: not spam, and not let in. */
static void sort_messages(struct tally *tally, uint8_t *is_ham, uint8_t *is_refused)
{
    const struct tally_inputs *inputs = &tally->inputs;
    const struct message *messages = inputs->evidence->messages;
    const sym *of_client = inputs->clusters->of_client;
    const uint8_t *reasons = inputs->reasons, *baseline = tally->baseline;
    uint32_t message_count = inputs->evidence->message_count;
    struct results_group groups[GROUPS] = { 0 };
    uint8_t *met = xcalloc(inputs->clusters->keys.count, 1); /* groups of each cluster */
    for (uint32_t m = 0; m < message_count; m++) {
        const struct message *message = &messages[m];
        sym cluster = of_client[message->client];
        enum label_kind kind = label_kind_of_message(inputs->labels, m);
        bool counts = reasons[m] == POPULATION_COUNTED;
        struct results_group *group = &groups[counts ? (int)kind : LEFT_OUT];
        unsigned bit = 1U << (group - groups);
        group->messages++;
        group->rows += message->row_count;
        group->clusters += !(met[cluster] & bit);
        met[cluster] |= (uint8_t)bit;
        bool let_in = is_let_in(baseline, message);
        is_refused[m] = counts && kind != LABEL_SPAM && !let_in;
        if (!counts || !let_in)
            continue;
        if (kind == LABEL_HAM)
            tally->ham_doubt += 1 - label_ham_here(inputs->labels, m, message->first_row);
        else if (kind == LABEL_SPAM)
            tally->spam_doubt += label_ham_here(inputs->labels, m, message->first_row);
        add_subject(&tally->sides[kind], message, cluster);
        is_ham[m] = kind == LABEL_HAM;
    }
    free(met);
    if (tally->sides[LABEL_HAM].count)
        tally->ham_doubt /= tally->sides[LABEL_HAM].count;
    if (tally->sides[LABEL_SPAM].count)
        tally->spam_doubt /= tally->sides[LABEL_SPAM].count;
    tally->population.ham = groups[LABEL_HAM];
    tally->population.spam = groups[LABEL_SPAM];
    tally->population.unlabelled = groups[LABEL_NONE];
    tally->population.excluded = groups[LEFT_OUT];
}

static void weigh_side(struct side *side, uint32_t *sizes, uint32_t size_count)
{
    memset(sizes, 0, size_count * sizeof *sizes);
    for (uint32_t i = 0; i < side->count; i++)
        sizes[side->subjects[i].cluster]++;
    side->effective_n = cluster_effective(sizes, size_count, &side->clusters);
}

static bool baseline_accepts(void *context, uint32_t row)
{
    return tally_baseline_accepts(context, row);
}

struct tally *tally_new(const struct tally_inputs *inputs)
{
    const struct evidence *evidence = inputs->evidence;
    struct tally *tally = xcalloc(1, sizeof *tally);
    tally->inputs = *inputs;
    tally->baseline = xcalloc(evidence->row_count + (size_t)1, 1);
    tally->plan = xcalloc(1, sizeof *tally->plan);
    judge_baseline(tally);
    uint32_t keys = inputs->clusters->keys.count;
    uint32_t *sizes = xcalloc(keys, sizeof *sizes);
    uint8_t *is_ham = xcalloc(evidence->message_count + (size_t)1, 1);
    uint8_t *is_refused = xcalloc(evidence->message_count + (size_t)1, 1);
    sort_messages(tally, is_ham, is_refused);
    tally->refused = refused_count(evidence, inputs->clusters, is_refused, baseline_accepts, tally);
    weigh_side(&tally->sides[LABEL_HAM], sizes, keys);
    weigh_side(&tally->sides[LABEL_SPAM], sizes, keys);
    retries_init(&tally->retries, evidence, is_ham, NULL);
    free(is_ham);
    free(is_refused);
    free(sizes);
    return tally;
}

void tally_free(struct tally *tally)
{
    if (!tally)
        return;
    for (int i = 0; i < SIDES; i++)
        free(tally->sides[i].subjects);
    retries_release(&tally->retries);
    free(tally->baseline);
    tally_plan_release(tally->plan);
    free(tally->plan);
    free(tally);
}

struct results_population tally_population(const struct tally *tally)
{
    return tally->population;
}

struct results_group tally_refused(const struct tally *tally)
{
    return tally->refused;
}
