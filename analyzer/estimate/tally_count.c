/*
 * Counts a view, group by group of its plan (tally_plan.c): what runs again with each toggle.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/estimate/estimate.h"
#include "analyzer/estimate/tally_internal.h"
#include "base/xalloc.h"

/* ---- classes ---- */

/* What is known of a class of rows, looked up once per view. */
struct class_facts {
    enum tally_effect effect;
    bool accepts;
    uint32_t check; /* that decides; CHECK_NONE */
};

/* The work of counting one view. */
struct count_work {
    const struct tally *tally;
    const struct tally_plan *plan;
    uint32_t check_count, mask_words; /* 0: nobody asks about the checks */
    struct class_facts *classes;
    uint64_t *maybe; /* by class with an unknown effect: bit set of checks that may act */
    uint8_t *healed; /* bit set by row; NULL: none is */
};

static enum tally_effect effect_of(const struct verdict *verdict)
{
    const unsigned stops = 1 << VERDICT_REJECT | 1 << VERDICT_DEFER | 1 << VERDICT_DISCARD;
    switch (verdict->kind) {
    case VERDICT_REJECT:
    case VERDICT_DISCARD:
        return EFFECT_REFUSED;
    case VERDICT_DEFER:
        if (verdict->cause == CAUSE_PASSING)
            return EFFECT_DELAYED;
        return verdict->cause == CAUSE_LASTING ? EFFECT_DEFERRED : EFFECT_UNKNOWN;
    case VERDICT_UNKNOWN:
        return verdict->possible && !(verdict->possible & stops) ? EFFECT_NONE : EFFECT_UNKNOWN;
    case VERDICT_ACCEPT:
    case VERDICT_HOLD:
    case VERDICT_REDIRECT:
    case VERDICT_KINDS:
        break;
    }
    return EFFECT_NONE;
}

/* The checks that may be the one that decides an unknown class. */
static void find_maybe(struct count_work *work, const struct results_restriction *restrictions,
                       uint32_t row_class)
{
    if (work->classes[row_class].effect != EFFECT_UNKNOWN ||
        row_class >= replay_class_count(work->plan->view.replay))
        return;
    uint64_t *mask = work->maybe + (size_t)row_class * work->mask_words;
    uint32_t decides = work->classes[row_class].check;
    for (uint32_t c = 0; c < work->check_count; c++)
        if (decides == CHECK_NONE
                ? restrictions[c].enabled && !restrictions[c].warn_only &&
                      replay_class_acts(work->plan->view.replay, row_class, c) != TRI_NO
                : decides == c)
            mask[c / 64] |= (uint64_t)1 << (c % 64);
}

static void look_up_classes(struct count_work *work, const struct results_restriction *restrictions)
{
    const struct tally_view *view = &work->plan->view;
    uint32_t simulated = work->check_count ? replay_class_count(view->replay) : 0;
    for (uint32_t k = 0; k < work->plan->class_count; k++) {
        const struct verdict *verdict = tally_class_verdict(view, k);
        work->classes[k].effect = effect_of(verdict);
        work->classes[k].accepts = tally_is_accepted(verdict->kind);
        work->classes[k].check = k < simulated ? verdict->check : CHECK_NONE;
        if (work->check_count)
            find_maybe(work, restrictions, k);
    }
}

static bool row_is_accepted(void *context, uint32_t row)
{
    struct count_work *work = context;
    return work->classes[work->plan->classes[row]].accepts;
}

static void heal_row(void *context, uint32_t row)
{
    struct count_work *work = context;
    work->healed[row / 8] |= (uint8_t)(1 << (row % 8));
}

/* Looks up what the switches made of the classes, and which rows heal. restrictions: as many as
 * check_count; NULL with 0. */
static void begin(struct count_work *work, const struct tally *tally, const struct tally_view *view,
                  const struct results_restriction *restrictions, uint32_t check_count)
{
    *work = (struct count_work){ .tally = tally,
                                 .plan = tally_plan_of(tally, view),
                                 .check_count = check_count,
                                 .mask_words = (check_count + 63) / 64 };
    uint32_t classes = work->plan->class_count;
    work->classes = xcalloc(classes + (size_t)1, sizeof *work->classes);
    work->maybe = xcalloc((size_t)classes * work->mask_words + 1, sizeof *work->maybe);
    look_up_classes(work, restrictions);
    if (work->plan->retries.count == 0)
        return;
    work->healed = xcalloc(tally->inputs.evidence->row_count / 8 + (size_t)1, 1);
    retries_heal(&work->plan->retries, row_is_accepted, heal_row, work);
}

static void end(struct count_work *work)
{
    free(work->classes);
    free(work->maybe);
    free(work->healed);
}

/* What a class does to a row: its effect, but for a refusal that healed. */
static enum tally_effect row_effect(const struct count_work *work, uint32_t row)
{
    enum tally_effect effect = work->classes[work->plan->classes[row]].effect;
    bool healed = work->healed && work->healed[row / 8] >> (row % 8) & 1;
    return effect == EFFECT_DEFERRED && healed ? EFFECT_DELAYED : effect;
}

/* ---- rows ---- */

static enum results_verdict result_of(enum verdict_kind kind)
{
    return (enum results_verdict)kind;
}
static_assert((int)RESULT_ACCEPT == VERDICT_ACCEPT && (int)RESULT_REJECT == VERDICT_REJECT &&
                  (int)RESULT_DEFER == VERDICT_DEFER && (int)RESULT_DISCARD == VERDICT_DISCARD &&
                  (int)RESULT_HOLD == VERDICT_HOLD && (int)RESULT_REDIRECT == VERDICT_REDIRECT &&
                  (int)RESULT_UNKNOWN == VERDICT_UNKNOWN,
              "views and policies number the verdicts alike");

/* Books `rows` rows whose baseline was `before` and whose verdict now is `after`. */
static void add_change(struct results_changes *changes, enum verdict_kind before,
                       enum verdict_kind after, uint64_t rows)
{
    if (after == VERDICT_UNKNOWN)
        changes->unknown += rows;
    else if (after == before || (tally_is_accepted(before) && tally_is_accepted(after)))
        changes->unchanged += rows;
    else if (tally_is_accepted(after))
        changes->newly_accepted += rows;
    else if (after == VERDICT_DEFER)
        changes->newly_deferred += rows;
    else
        changes->newly_rejected += rows;
}

/* Books set and changes. by_class gets the rows of each class, asked the rows of each class of the
 * replay that a check could be asked about. */
static void count_rows(const struct count_work *work, struct results_set *set,
                       struct results_changes *changes, uint64_t *by_class, uint64_t *asked)
{
    const struct tally_plan *plan = work->plan;
    uint32_t row_count = work->tally->inputs.evidence->row_count;
    for (int before = 0; before < VERDICT_KINDS; before++)
        for (uint32_t k = 0; k < plan->class_count; k++) {
            uint64_t rows = plan->cells[(size_t)before * plan->class_count + k];
            enum verdict_kind after = tally_class_verdict(&plan->view, k)->kind;
            by_class[k] += rows;
            set->verdicts[result_of(after)] += rows;
            add_change(changes, (enum verdict_kind)before, after, rows);
        }
    for (uint32_t k = 0; k < replay_class_count(plan->view.replay); k++)
        asked[k] = plan->asked[k] + by_class[k];
    uint64_t definite = row_count - set->verdicts[RESULT_UNKNOWN];
    set->coverage = row_count ? (double)definite / row_count : 1;
}

/* hits, decides, unique and unknown of every check. */
static void count_checks(const struct count_work *work, struct results_restriction *restrictions,
                         const uint64_t *by_class, const uint64_t *asked)
{
    const struct replay *replay = work->plan->view.replay;
    for (uint32_t k = 0; k < replay_class_count(replay); k++) {
        if (asked[k] == 0)
            continue;
        for (uint32_t c = 0; c < work->check_count; c++) {
            enum tri acts = replay_class_acts(replay, k, c);
            restrictions[c].hits += acts == TRI_YES ? asked[k] : 0;
            restrictions[c].unknown += acts == TRI_UNKNOWN ? asked[k] : 0;
            if (by_class[k] && replay_class_unique(replay, k, c))
                restrictions[c].unique += by_class[k];
        }
        if (work->classes[k].check != CHECK_NONE)
            restrictions[work->classes[k].check].decides += by_class[k];
    }
}

/* ---- messages ---- */

/* Messages of one sender that are counted as one. */
struct lot {
    uint32_t number; /* of the lot in its side, from 1 */
    uint32_t messages;
    sym cluster;
};

/* Counts for one question ("lost", "lost by check 3", "delayed") over the subjects of a side. */
struct counter {
    struct estimate_counts counts;
    uint64_t *clusters; /* bit set of the senders seen; made with the first hit */
    uint32_t hit_by;    /* the lot that was hit last */
    bool by_defer_only; /* this hit so far */
};

/* One row of each message of a lot is hit. */
static void hit(struct counter *counter, const struct lot *lot, uint32_t cluster_limit,
                bool is_defer)
{
    struct estimate_counts *counts = &counter->counts;
    counts->rows += lot->messages;
    if (counter->hit_by == lot->number) {
        counts->deferred -= counter->by_defer_only && !is_defer ? lot->messages : 0;
        counter->by_defer_only = counter->by_defer_only && is_defer;
        return;
    }
    counter->hit_by = lot->number;
    counter->by_defer_only = is_defer;
    counts->count += lot->messages;
    counts->deferred += is_defer ? lot->messages : 0;
    if (!counter->clusters)
        counter->clusters = xcalloc(cluster_limit / 64 + 1, sizeof *counter->clusters);
    uint64_t bit = (uint64_t)1 << (lot->cluster % 64);
    counts->clusters += !(counter->clusters[lot->cluster / 64] & bit);
    counter->clusters[lot->cluster / 64] |= bit;
}

static struct estimate finish(struct counter *counter, const struct side *side)
{
    free(counter->clusters);
    counter->counts.of = side->count;
    counter->counts.of_clusters = side->clusters;
    counter->counts.effective_n = side->effective_n;
    return estimate_make(&counter->counts);
}

/* The counters of one side, and what the lot at hand has shown so far. */
struct side_count {
    struct counter lost, delayed;
    struct counter *by_check;
    uint64_t *maybe; /* checks that may act on it */
    uint32_t delayed_rows;
    bool has_unknown;
    enum tally_effect worst;
};

static void count_row(const struct count_work *work, struct side_count *sums, const struct lot *lot,
                      uint32_t row_class, enum tally_effect effect)
{
    uint32_t limit = work->tally->inputs.clusters->keys.count;
    const struct class_facts *facts = &work->classes[row_class];
    sums->worst = effect > sums->worst ? effect : sums->worst;
    if (effect == EFFECT_REFUSED || effect == EFFECT_DEFERRED) {
        hit(&sums->lost, lot, limit, effect == EFFECT_DEFERRED);
        if (facts->check != CHECK_NONE)
            hit(&sums->by_check[facts->check], lot, limit, effect == EFFECT_DEFERRED);
    } else if (effect == EFFECT_DELAYED) {
        sums->delayed_rows++;
    } else if (effect == EFFECT_UNKNOWN) {
        sums->has_unknown = true;
        const uint64_t *mask = work->maybe + (size_t)row_class * work->mask_words;
        for (uint32_t w = 0; w < work->mask_words; w++)
            sums->maybe[w] |= mask[w];
    }
}

/* Closes a lot of which some row is unknown. */
static void book_unknown(const struct count_work *work, struct side_count *sums,
                         const struct lot *lot)
{
    bool is_lost = sums->lost.hit_by == lot->number;
    bool is_delayed = sums->delayed.hit_by == lot->number;
    sums->lost.counts.unknown += is_lost ? 0 : lot->messages;
    sums->delayed.counts.unknown += is_lost || is_delayed ? 0 : lot->messages;
    for (uint32_t w = 0; w < work->mask_words; w++)
        for (uint64_t left = sums->maybe[w]; left; left &= left - 1) {
            struct counter *check = &sums->by_check[w * 64 + (uint32_t)__builtin_ctzll(left)];
            check->counts.unknown += check->hit_by == lot->number ? 0 : lot->messages;
        }
    memset(sums->maybe, 0, work->mask_words * sizeof *sums->maybe);
}

/* Books a lot with its sender. */
static void book_cluster(const struct side_count *sums, const struct lot *lot,
                         struct tally_loss *loss)
{
    bool is_lost = sums->worst >= EFFECT_DEFERRED;
    loss->messages += lot->messages;
    loss->lost += is_lost ? lot->messages : 0;
    loss->delayed += sums->worst == EFFECT_DELAYED ? lot->messages : 0;
    loss->unknown += !is_lost && sums->has_unknown ? lot->messages : 0;
}

/* Counts a lot whose rows were counted. by_cluster (by key, or NULL) gets its counts too. */
static void close_lot(const struct count_work *work, struct side_count *sums, const struct lot *lot,
                      struct tally_loss *by_cluster)
{
    uint32_t limit = work->tally->inputs.clusters->keys.count;
    /* What is lost is not delayed as well. */
    if (sums->lost.hit_by != lot->number)
        for (uint32_t i = 0; i < sums->delayed_rows; i++)
            hit(&sums->delayed, lot, limit, false);
    if (sums->has_unknown)
        book_unknown(work, sums, lot);
    if (by_cluster)
        book_cluster(sums, lot, &by_cluster[lot->cluster]);
    sums->delayed_rows = 0;
    sums->has_unknown = false;
    sums->worst = EFFECT_NONE;
}

/* A group: the classes of its rows, from the last to the first. */
static void count_group(const struct count_work *work, struct side_count *sums,
                        const struct lot *lot, uint32_t node)
{
    const struct tally_plan *plan = work->plan;
    while (node >= plan->class_count) {
        const struct class_node *at = &plan->nodes[node - plan->class_count];
        count_row(work, sums, lot, at->last, work->classes[at->last].effect);
        node = at->rest;
    }
    count_row(work, sums, lot, node, work->classes[node].effect);
}

/* A message of which a row may heal. */
static void count_loose(const struct count_work *work, struct side_count *sums,
                        const struct lot *lot, const struct subject *subject)
{
    for (uint32_t i = 0; i < subject->row_count; i++) {
        uint32_t row = subject->first_row + i;
        if (tally_lets_in(work->tally, row))
            count_row(work, sums, lot, work->plan->classes[row], row_effect(work, row));
    }
}

/* Counts all subjects of a side. by_cluster (by key, or NULL) gets its counts too. The caller
 * finishes the counters and frees the arrays. */
static struct side_count count_side(const struct count_work *work, enum label_kind kind,
                                    struct tally_loss *by_cluster)
{
    struct side_count sums = {
        .by_check = xcalloc(work->check_count + (size_t)1, sizeof *sums.by_check),
        .maybe = xcalloc(work->mask_words + (size_t)1, sizeof *sums.maybe),
    };
    const struct side_plan *plan = tally_plan_side(work->tally, kind);
    struct lot lot = { .number = 0 };
    for (uint32_t g = 0; g < plan->group_count; g++) {
        const struct tally_group *group = &plan->groups[g];
        lot = (struct lot){ lot.number + 1, group->messages, group->cluster };
        count_group(work, &sums, &lot, group->node);
        close_lot(work, &sums, &lot, by_cluster);
    }
    for (uint32_t i = 0; i < plan->loose_count; i++) {
        const struct subject *subject = &work->tally->sides[kind].subjects[plan->loose[i]];
        lot = (struct lot){ lot.number + 1, 1, subject->cluster };
        count_loose(work, &sums, &lot, subject);
        close_lot(work, &sums, &lot, by_cluster);
    }
    return sums;
}

/* ---- all of it ---- */

static void count_messages(const struct count_work *work, struct results_restriction *restrictions,
                           struct results_set *set)
{
    const struct side *ham_side = &work->tally->sides[LABEL_HAM];
    const struct side *spam_side = &work->tally->sides[LABEL_SPAM];
    struct side_count ham = count_side(work, LABEL_HAM, NULL);
    struct side_count spam = count_side(work, LABEL_SPAM, NULL);
    set->ham_lost = finish(&ham.lost, ham_side);
    set->ham_delayed = finish(&ham.delayed, ham_side);
    set->spam_stopped = finish(&spam.lost, spam_side);
    free(spam.delayed.clusters);
    for (uint32_t c = 0; c < work->check_count; c++) {
        restrictions[c].ham_lost = finish(&ham.by_check[c], ham_side);
        restrictions[c].spam_stopped = finish(&spam.by_check[c], spam_side);
        restrictions[c].so_ratio =
            estimate_so_ratio(&restrictions[c].ham_lost, &restrictions[c].spam_stopped);
    }
    free(ham.by_check);
    free(ham.maybe);
    free(spam.by_check);
    free(spam.maybe);
}

void tally_count(const struct tally *tally, const struct tally_view *view,
                 struct results_restriction *restrictions, struct results_set *set,
                 struct results_changes *changes)
{
    struct count_work work;
    begin(&work, tally, view, restrictions, (uint32_t)set->restriction_count);
    uint64_t *by_class = xcalloc(work.plan->class_count + (size_t)1, sizeof *by_class);
    uint64_t *asked = xcalloc(work.plan->class_count + (size_t)1, sizeof *asked);
    for (uint32_t c = 0; c < work.check_count; c++) {
        struct results_restriction *r = &restrictions[c];
        r->hits = r->decides = r->unique = r->unknown = 0;
    }
    *set =
        (struct results_set){ .restrictions = restrictions, .restriction_count = work.check_count };
    *changes = (struct results_changes){ 0 };
    count_rows(&work, set, changes, by_class, asked);
    count_checks(&work, restrictions, by_class, asked);
    count_messages(&work, restrictions, set);
    end(&work);
    free(by_class);
    free(asked);
}

/* Gives back what nobody finishes. */
static void drop(struct side_count *sums)
{
    free(sums->lost.clusters);
    free(sums->delayed.clusters);
    free(sums->by_check);
    free(sums->maybe);
}

struct tally_loss *tally_losses(const struct tally *tally, const struct tally_view *view)
{
    struct tally_loss *losses =
        xcalloc(tally->inputs.clusters->keys.count + (size_t)1, sizeof *losses);
    struct count_work work;
    begin(&work, tally, view, NULL, 0);
    struct side_count sums = count_side(&work, LABEL_HAM, losses);
    drop(&sums);
    end(&work);
    return losses;
}

struct cluster_rate *tally_by_cluster(const struct tally *tally, const struct tally_view *view,
                                      size_t *count)
{
    uint32_t keys = tally->inputs.clusters->keys.count;
    struct tally_loss *losses = tally_losses(tally, view);
    struct cluster_rate *rates = xcalloc(keys + (size_t)1, sizeof *rates);
    *count = 0;
    for (sym key = 0; key < keys; key++)
        if (losses[key].messages)
            rates[(*count)++] = (struct cluster_rate){ key, losses[key].messages, losses[key].lost,
                                                       losses[key].unknown };
    free(losses);
    return rates;
}

uint8_t *tally_effects(const struct tally *tally, const struct tally_view *view)
{
    uint32_t rows = tally->inputs.evidence->row_count;
    uint8_t *effects = xcalloc(rows + (size_t)1, 1);
    struct count_work work;
    begin(&work, tally, view, NULL, 0);
    for (uint32_t row = 0; row < rows; row++)
        if (tally_lets_in(tally, row))
            effects[row] = (uint8_t)row_effect(&work, row);
    end(&work);
    return effects;
}

/* The estimate of what is lost among the subjects of a side. */
static struct estimate estimate_of_effects(const struct tally *tally, const struct side *side,
                                           const uint8_t *effects)
{
    struct counter lost = { 0 };
    uint32_t limit = tally->inputs.clusters->keys.count;
    for (uint32_t s = 0; s < side->count; s++) {
        const struct subject *subject = &side->subjects[s];
        const struct lot lot = { s + 1, 1, subject->cluster };
        bool has_unknown = false;
        for (uint32_t i = 0; i < subject->row_count; i++) {
            uint8_t effect = effects[subject->first_row + i];
            has_unknown |= effect == EFFECT_UNKNOWN;
            if (effect == EFFECT_REFUSED || effect == EFFECT_DEFERRED)
                hit(&lost, &lot, limit, effect == EFFECT_DEFERRED);
        }
        lost.counts.unknown += has_unknown && lost.hit_by != lot.number;
    }
    return finish(&lost, side);
}

void tally_estimates(const struct tally *tally, const uint8_t *effects, struct estimate *ham_lost,
                     struct estimate *spam_stopped)
{
    *ham_lost = estimate_of_effects(tally, &tally->sides[LABEL_HAM], effects);
    *spam_stopped = estimate_of_effects(tally, &tally->sides[LABEL_SPAM], effects);
}

struct tally_doubts tally_doubts(const struct tally *tally, const struct tally_view *view)
{
    const struct side *unlabelled = &tally->sides[LABEL_NONE];
    struct tally_doubts doubts = { .spam_share = tally->ham_doubt,
                                   .ham_share = tally->spam_doubt,
                                   .unlabelled = unlabelled->count };
    if (unlabelled->count == 0)
        return doubts;
    struct count_work work;
    begin(&work, tally, view, NULL, 0);
    struct side_count sums = count_side(&work, LABEL_NONE, NULL);
    doubts.unlabelled_lost = sums.lost.counts.count;
    doubts.unlabelled_unknown = sums.lost.counts.unknown;
    drop(&sums);
    end(&work);
    return doubts;
}
