#include "analyzer/estimate/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/estimate/estimate.h"
#include "analyzer/estimate/refused.h"
#include "analyzer/estimate/retry.h"
#include "base/xalloc.h"

enum { SIZE_TABLES = 4 }; /* ham, spam, unlabelled, left out */

/* A labelled message that counts and that the baseline let in, at least in part. */
struct subject {
    uint32_t first_row, row_count;
    sym cluster;
};

/* All subjects of one label. */
struct side {
    struct subject *subjects;
    uint32_t count, capacity;
    uint64_t clusters;
    double effective_n;
};

struct tally {
    struct tally_inputs inputs;
    struct side ham, spam, unlabelled;
    struct retries retries; /* of ham */
    uint32_t *classes;      /* by row, of the view at hand: written by begin() */
    uint8_t *baseline;      /* enum verdict_kind by row; never unknown: the log tells */
    uint64_t disagreements;
    struct results_population population;
    struct results_group refused; /* not spam, and not let in */
    double ham_doubt;             /* mean of 1 - label over the wanted mail that was let in */
    double spam_doubt;            /* mean of the label over the spam that was let in */
};

bool tally_is_accepted(enum verdict_kind kind)
{
    return kind == VERDICT_ACCEPT || kind == VERDICT_HOLD || kind == VERDICT_REDIRECT;
}

const struct verdict *tally_verdict(const struct tally_view *view, uint32_t row)
{
    if (view->from_log && view->from_log[row])
        return replay_verdict(view->logged, row);
    return replay_verdict(view->replay, row);
}

/* Classes of a view: those of its replay, then those of the log. */
static uint32_t view_class(const struct tally_view *view, uint32_t row)
{
    if (view->from_log && view->from_log[row])
        return replay_class_count(view->replay) + replay_class(view->logged, row);
    return replay_class(view->replay, row);
}

static uint32_t view_class_count(const struct tally_view *view)
{
    uint32_t count = replay_class_count(view->replay);
    return view->from_log ? count + replay_class_count(view->logged) : count;
}

static const struct verdict *view_class_verdict(const struct tally_view *view, uint32_t row_class)
{
    uint32_t count = replay_class_count(view->replay);
    return row_class < count ? replay_class_verdict(view->replay, row_class)
                             : replay_class_verdict(view->logged, row_class - count);
}

/* ---- the baseline, once ---- */

static void judge_baseline(struct tally *tally)
{
    const struct evidence *evidence = tally->inputs.evidence;
    const struct tally_view *view = &tally->inputs.baseline;
    for (uint32_t row = 0; row < evidence->row_count; row++) {
        enum verdict_kind kind = tally_verdict(view, row)->kind;
        enum verdict_kind logged = replay_verdict(view->logged, row)->kind;
        if (kind == VERDICT_UNKNOWN)
            kind = logged;
        else
            tally->disagreements += tally_is_accepted(kind) != tally_is_accepted(logged);
        tally->baseline[row] = (uint8_t)(kind == VERDICT_UNKNOWN ? VERDICT_ACCEPT : kind);
    }
}

bool tally_baseline_accepts(const struct tally *tally, uint32_t row)
{
    return tally_is_accepted((enum verdict_kind)tally->baseline[row]);
}

uint64_t tally_disagreements(const struct tally *tally)
{
    return tally->disagreements;
}

static bool is_let_in(const struct tally *tally, const struct message *message)
{
    for (uint32_t i = 0; i < message->row_count; i++)
        if (tally_baseline_accepts(tally, message->first_row + i))
            return true;
    return false;
}

static void add_subject(struct side *side, const struct message *message, sym cluster)
{
    GROW(side->subjects, side->count, side->capacity);
    side->subjects[side->count++] =
        (struct subject){ message->first_row, message->row_count, cluster };
}

/* Sorts every message into its group, and the labelled ones that the baseline lets in into the
 * sides. sizes: per group and cluster, to count the clusters of each group. is_refused: not spam, and
 * not let in. */
static void sort_messages(struct tally *tally, uint32_t *sizes[SIZE_TABLES], uint8_t *is_ham,
                          uint8_t *is_refused)
{
    const struct tally_inputs *inputs = &tally->inputs;
    struct results_group *groups[4] = {
        &tally->population.unlabelled,
        &tally->population.ham,
        &tally->population.spam,
        &tally->population.excluded,
    };
    for (uint32_t m = 0; m < inputs->evidence->message_count; m++) {
        const struct message *message = &inputs->evidence->messages[m];
        sym cluster = inputs->clusters->of_client[message->client];
        enum label_kind kind = label_kind_of(label_of_message(inputs->labels, m)->ham);
        bool counts = inputs->reasons[m] == POPULATION_COUNTED;
        int group = counts ? (int)kind : 3;
        groups[group]->messages++;
        groups[group]->rows += message->row_count;
        groups[group]->clusters += sizes[group][cluster]++ == 0;
        bool let_in = is_let_in(tally, message);
        is_refused[m] = counts && kind != LABEL_SPAM && !let_in;
        if (!counts || !let_in)
            continue;
        double ham = label_ham_here(inputs->labels, m, message->first_row);
        if (kind == LABEL_HAM)
            tally->ham_doubt += 1 - ham;
        else if (kind == LABEL_SPAM)
            tally->spam_doubt += ham;
        struct side *sides[] = { &tally->unlabelled, &tally->ham, &tally->spam };
        add_subject(sides[kind], message, cluster);
        is_ham[m] = kind == LABEL_HAM;
    }
    if (tally->ham.count)
        tally->ham_doubt /= tally->ham.count;
    if (tally->spam.count)
        tally->spam_doubt /= tally->spam.count;
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
    tally->classes = xcalloc(evidence->row_count + (size_t)1, sizeof *tally->classes);
    judge_baseline(tally);
    uint32_t keys = inputs->clusters->keys.count;
    uint32_t *sizes[SIZE_TABLES];
    for (int i = 0; i < SIZE_TABLES; i++)
        sizes[i] = xcalloc(keys, sizeof *sizes[i]);
    uint8_t *is_ham = xcalloc(evidence->message_count + (size_t)1, 1);
    uint8_t *is_refused = xcalloc(evidence->message_count + (size_t)1, 1);
    sort_messages(tally, sizes, is_ham, is_refused);
    tally->refused = refused_count(evidence, inputs->clusters, is_refused, baseline_accepts, tally);
    weigh_side(&tally->ham, sizes[0], keys);
    weigh_side(&tally->spam, sizes[0], keys);
    retries_init(&tally->retries, evidence, is_ham, NULL);
    free(is_ham);
    free(is_refused);
    for (int i = 0; i < SIZE_TABLES; i++)
        free(sizes[i]);
    return tally;
}

void tally_free(struct tally *tally)
{
    if (!tally)
        return;
    free(tally->ham.subjects);
    free(tally->spam.subjects);
    free(tally->unlabelled.subjects);
    retries_release(&tally->retries);
    free(tally->baseline);
    free(tally->classes);
    free(tally);
}

struct results_population tally_population(const struct tally *tally)
{
    return tally->population;
}

/* ---- one view: rows ---- */

/* What is known of a class of rows, looked up once per view. */
struct class_facts {
    enum tally_effect effect;
    bool accepts;
    uint32_t check; /* that decides; CHECK_NONE */
};

/* The work of counting one view. */
struct count_work {
    const struct tally *tally;
    const struct tally_view *view;
    uint32_t class_count, check_count, mask_words;
    struct class_facts *classes;
    uint64_t *maybe; /* by class with an unknown effect: bit set of checks that may act */
    uint8_t *healed; /* bit set by row */
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
        row_class >= replay_class_count(work->view->replay))
        return;
    uint64_t *mask = work->maybe + (size_t)row_class * work->mask_words;
    uint32_t decides = work->classes[row_class].check;
    for (uint32_t c = 0; c < work->check_count; c++)
        if (decides == CHECK_NONE
                ? restrictions[c].enabled && !restrictions[c].warn_only &&
                      replay_class_acts(work->view->replay, row_class, c) != TRI_NO
                : decides == c)
            mask[c / 64] |= (uint64_t)1 << (c % 64);
}

static void look_up_classes(struct count_work *work, const struct results_restriction *restrictions)
{
    for (uint32_t k = 0; k < work->class_count; k++) {
        const struct verdict *verdict = view_class_verdict(work->view, k);
        bool simulated = k < replay_class_count(work->view->replay);
        work->classes[k].effect = effect_of(verdict);
        work->classes[k].accepts = tally_is_accepted(verdict->kind);
        work->classes[k].check = simulated ? verdict->check : CHECK_NONE;
        find_maybe(work, restrictions, k);
    }
}

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

/* Counts the rows by baseline verdict and class, and books set and changes. by_class gets the rows
 * of each class, asked the rows of each class of the replay that a check could be asked about. */
static void count_rows(const struct count_work *work, struct results_set *set,
                       struct results_changes *changes, uint64_t *by_class, uint64_t *asked)
{
    const struct tally_view *view = work->view;
    uint32_t row_count = work->tally->inputs.evidence->row_count;
    uint32_t *cells = xcalloc((size_t)VERDICT_KINDS * work->class_count + 1, sizeof *cells);
    for (uint32_t row = 0; row < row_count; row++) {
        cells[(size_t)work->tally->baseline[row] * work->class_count + work->tally->classes[row]]++;
        if (view->from_log && view->from_log[row] == FROM_LOG_REFUSED)
            asked[replay_class(view->replay, row)]++;
    }
    for (int before = 0; before < VERDICT_KINDS; before++)
        for (uint32_t k = 0; k < work->class_count; k++) {
            uint64_t rows = cells[(size_t)before * work->class_count + k];
            enum verdict_kind after = view_class_verdict(view, k)->kind;
            by_class[k] += rows;
            set->verdicts[result_of(after)] += rows;
            add_change(changes, (enum verdict_kind)before, after, rows);
        }
    for (uint32_t k = 0; k < replay_class_count(view->replay); k++)
        asked[k] += by_class[k];
    uint64_t definite = row_count - set->verdicts[RESULT_UNKNOWN];
    set->coverage = row_count ? (double)definite / row_count : 1;
    free(cells);
}

/* hits, decides, unique and unknown of every check. */
static void count_checks(const struct count_work *work, struct results_restriction *restrictions,
                         const uint64_t *by_class, const uint64_t *asked)
{
    const struct replay *replay = work->view->replay;
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

/* ---- one view: messages ---- */

/* Counts for one question ("lost", "lost by check 3", "delayed") over the subjects of a side. */
struct counter {
    struct estimate_counts counts;
    uint64_t *clusters; /* bit set of the senders seen; made with the first hit */
    uint32_t hit_by;    /* number + 1 of the subject that was hit last */
    bool by_defer_only; /* this hit so far */
};

static void hit(struct counter *counter, uint32_t subject, sym cluster, uint32_t cluster_limit,
                bool is_defer)
{
    counter->counts.rows++;
    if (counter->hit_by == subject + 1) {
        counter->counts.deferred -= counter->by_defer_only && !is_defer;
        counter->by_defer_only = counter->by_defer_only && is_defer;
        return;
    }
    counter->hit_by = subject + 1;
    counter->by_defer_only = is_defer;
    counter->counts.count++;
    counter->counts.deferred += is_defer;
    if (!counter->clusters)
        counter->clusters = xcalloc(cluster_limit / 64 + 1, sizeof *counter->clusters);
    uint64_t bit = (uint64_t)1 << (cluster % 64);
    counter->counts.clusters += !(counter->clusters[cluster / 64] & bit);
    counter->clusters[cluster / 64] |= bit;
}

static struct estimate finish(struct counter *counter, const struct side *side)
{
    free(counter->clusters);
    counter->counts.of = side->count;
    counter->counts.of_clusters = side->clusters;
    counter->counts.effective_n = side->effective_n;
    return estimate_make(&counter->counts);
}

/* The counters of one side, and what the message at hand has shown so far. */
struct side_count {
    struct counter lost, delayed;
    struct counter *by_check;
    uint64_t *maybe; /* checks that may act on it */
    uint32_t delayed_rows;
    bool has_unknown;
};

/* What the view does to a row: its class's effect, but for a refusal that healed. */
static enum tally_effect row_effect(const struct count_work *work, uint32_t row)
{
    enum tally_effect effect = work->classes[work->tally->classes[row]].effect;
    bool healed = work->healed[row / 8] >> (row % 8) & 1;
    return effect == EFFECT_DEFERRED && healed ? EFFECT_DELAYED : effect;
}

static void count_row(const struct count_work *work, struct side_count *sums, uint32_t subject,
                      sym cluster, uint32_t row)
{
    uint32_t limit = work->tally->inputs.clusters->keys.count;
    uint32_t row_class = work->tally->classes[row];
    const struct class_facts *facts = &work->classes[row_class];
    enum tally_effect effect = row_effect(work, row);
    if (effect == EFFECT_REFUSED || effect == EFFECT_DEFERRED) {
        hit(&sums->lost, subject, cluster, limit, effect == EFFECT_DEFERRED);
        if (facts->check != CHECK_NONE)
            hit(&sums->by_check[facts->check], subject, cluster, limit, effect == EFFECT_DEFERRED);
    } else if (effect == EFFECT_DELAYED) {
        sums->delayed_rows++;
    } else if (effect == EFFECT_UNKNOWN) {
        sums->has_unknown = true;
        const uint64_t *mask = work->maybe + (size_t)row_class * work->mask_words;
        for (uint32_t w = 0; w < work->mask_words; w++)
            sums->maybe[w] |= mask[w];
    }
}

/* Closes a message of which some row is unknown. */
static void book_unknown(const struct count_work *work, struct side_count *sums, uint32_t subject)
{
    bool is_lost = sums->lost.hit_by == subject + 1;
    sums->lost.counts.unknown += !is_lost;
    sums->delayed.counts.unknown += !is_lost && sums->delayed.hit_by != subject + 1;
    for (uint32_t w = 0; w < work->mask_words; w++)
        for (uint64_t left = sums->maybe[w]; left; left &= left - 1) {
            uint32_t check = w * 64 + (uint32_t)__builtin_ctzll(left);
            sums->by_check[check].counts.unknown += sums->by_check[check].hit_by != subject + 1;
        }
    memset(sums->maybe, 0, work->mask_words * sizeof *sums->maybe);
}

/* Books a message that was counted with its sender. */
static void book_cluster(const struct side_count *sums, uint32_t subject, struct cluster_rate *rate)
{
    bool is_lost = sums->lost.hit_by == subject + 1;
    rate->messages++;
    rate->lost += is_lost;
    rate->unknown += !is_lost && sums->has_unknown;
}

/* Counts all subjects of a side. by_cluster (by key, or NULL) gets its counts too. The caller
 * finishes the counters and frees the arrays. */
static struct side_count count_side(const struct count_work *work, const struct side *side,
                                    struct cluster_rate *by_cluster)
{
    struct side_count sums = {
        .by_check = xcalloc(work->check_count + (size_t)1, sizeof *sums.by_check),
        .maybe = xcalloc(work->mask_words + (size_t)1, sizeof *sums.maybe),
    };
    uint32_t limit = work->tally->inputs.clusters->keys.count;
    for (uint32_t s = 0; s < side->count; s++) {
        const struct subject *subject = &side->subjects[s];
        sums.delayed_rows = 0;
        sums.has_unknown = false;
        for (uint32_t i = 0; i < subject->row_count; i++)
            if (tally_baseline_accepts(work->tally, subject->first_row + i))
                count_row(work, &sums, s, subject->cluster, subject->first_row + i);
        /* What is lost is not delayed as well. */
        if (sums.lost.hit_by != s + 1)
            for (uint32_t i = 0; i < sums.delayed_rows; i++)
                hit(&sums.delayed, s, subject->cluster, limit, false);
        if (sums.has_unknown)
            book_unknown(work, &sums, s);
        if (by_cluster)
            book_cluster(&sums, s, &by_cluster[subject->cluster]);
    }
    return sums;
}

/* ---- one view: all of it ---- */

static bool row_is_accepted(void *context, uint32_t row)
{
    struct count_work *work = context;
    return work->classes[work->tally->classes[row]].accepts;
}

static void heal_row(void *context, uint32_t row)
{
    struct count_work *work = context;
    work->healed[row / 8] |= (uint8_t)(1 << (row % 8));
}

static void count_messages(const struct count_work *work, struct results_restriction *restrictions,
                           struct results_set *set)
{
    const struct tally *tally = work->tally;
    struct side_count ham = count_side(work, &tally->ham, NULL);
    struct side_count spam = count_side(work, &tally->spam, NULL);
    set->ham_lost = finish(&ham.lost, &tally->ham);
    set->ham_delayed = finish(&ham.delayed, &tally->ham);
    set->spam_stopped = finish(&spam.lost, &tally->spam);
    free(spam.delayed.clusters);
    for (uint32_t c = 0; c < work->check_count; c++) {
        restrictions[c].ham_lost = finish(&ham.by_check[c], &tally->ham);
        restrictions[c].spam_stopped = finish(&spam.by_check[c], &tally->spam);
        restrictions[c].so_ratio =
            estimate_so_ratio(&restrictions[c].ham_lost, &restrictions[c].spam_stopped);
    }
    free(ham.by_check);
    free(ham.maybe);
    free(spam.by_check);
    free(spam.maybe);
}

static void find_classes(const struct tally *tally, const struct tally_view *view)
{
    const uint32_t *simulated = replay_row_classes(view->replay);
    for (uint32_t row = 0; row < tally->inputs.evidence->row_count; row++)
        tally->classes[row] = simulated && !(view->from_log && view->from_log[row])
                                  ? simulated[row]
                                  : view_class(view, row);
}

/* Looks everything up that depends on the view. A tally counts one view at a time. */
static void begin(struct count_work *work, const struct results_restriction *restrictions)
{
    const struct tally *tally = work->tally;
    work->class_count = view_class_count(work->view);
    work->mask_words = (work->check_count + 63) / 64;
    work->classes = xcalloc(work->class_count + (size_t)1, sizeof *work->classes);
    work->maybe = xcalloc((size_t)work->class_count * work->mask_words + 1, sizeof *work->maybe);
    work->healed = xcalloc(tally->inputs.evidence->row_count / 8 + (size_t)1, 1);
    look_up_classes(work, restrictions);
    find_classes(tally, work->view);
    retries_heal(&tally->retries, row_is_accepted, heal_row, work);
}

static void end(struct count_work *work)
{
    free(work->classes);
    free(work->maybe);
    free(work->healed);
}

void tally_count(const struct tally *tally, const struct tally_view *view,
                 struct results_restriction *restrictions, struct results_set *set,
                 struct results_changes *changes)
{
    struct count_work work = { .tally = tally,
                               .view = view,
                               .check_count = (uint32_t)set->restriction_count };
    begin(&work, restrictions);
    uint64_t *by_class = xcalloc(work.class_count + (size_t)1, sizeof *by_class);
    uint64_t *asked = xcalloc(work.class_count + (size_t)1, sizeof *asked);
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

static void free_side_count(struct side_count *sums, uint32_t check_count)
{
    for (uint32_t c = 0; c < check_count; c++)
        free(sums->by_check[c].clusters);
    free(sums->delayed.clusters);
    free(sums->by_check);
    free(sums->maybe);
}

struct cluster_rate *tally_by_cluster(const struct tally *tally, const struct tally_view *view,
                                      const struct results_set *set, size_t *count)
{
    uint32_t keys = tally->inputs.clusters->keys.count;
    struct cluster_rate *rates = xcalloc(keys + (size_t)1, sizeof *rates);
    struct count_work work = { .tally = tally,
                               .view = view,
                               .check_count = (uint32_t)set->restriction_count };
    begin(&work, set->restrictions);
    struct side_count sums = count_side(&work, &tally->ham, rates);
    free(sums.lost.clusters);
    free_side_count(&sums, work.check_count);
    end(&work);
    *count = 0;
    for (sym key = 0; key < keys; key++)
        if (rates[key].messages) {
            rates[key].cluster = key;
            rates[(*count)++] = rates[key];
        }
    return rates;
}

uint8_t *tally_effects(const struct tally *tally, const struct tally_view *view,
                       const struct results_set *set)
{
    uint32_t rows = tally->inputs.evidence->row_count;
    uint8_t *effects = xcalloc(rows + (size_t)1, 1);
    struct count_work work = { .tally = tally,
                               .view = view,
                               .check_count = (uint32_t)set->restriction_count };
    begin(&work, set->restrictions);
    for (uint32_t row = 0; row < rows; row++)
        if (tally_baseline_accepts(tally, row))
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
        bool has_unknown = false;
        for (uint32_t i = 0; i < subject->row_count; i++) {
            uint8_t effect = effects[subject->first_row + i];
            has_unknown |= effect == EFFECT_UNKNOWN;
            if (effect == EFFECT_REFUSED || effect == EFFECT_DEFERRED)
                hit(&lost, s, subject->cluster, limit, effect == EFFECT_DEFERRED);
        }
        lost.counts.unknown += has_unknown && lost.hit_by != s + 1;
    }
    return finish(&lost, side);
}

void tally_estimates(const struct tally *tally, const uint8_t *effects, struct estimate *ham_lost,
                     struct estimate *spam_stopped)
{
    *ham_lost = estimate_of_effects(tally, &tally->ham, effects);
    *spam_stopped = estimate_of_effects(tally, &tally->spam, effects);
}

struct tally_doubts tally_doubts(const struct tally *tally, const struct tally_view *view,
                                 const struct results_set *set)
{
    struct tally_doubts doubts = { .spam_share = tally->ham_doubt,
                                   .ham_share = tally->spam_doubt,
                                   .unlabelled = tally->unlabelled.count };
    if (tally->unlabelled.count == 0)
        return doubts;
    struct count_work work = { .tally = tally,
                               .view = view,
                               .check_count = (uint32_t)set->restriction_count };
    begin(&work, set->restrictions);
    struct side_count sums = count_side(&work, &tally->unlabelled, NULL);
    doubts.unlabelled_lost = sums.lost.counts.count;
    doubts.unlabelled_unknown = sums.lost.counts.unknown;
    free(sums.lost.clusters);
    free_side_count(&sums, work.check_count);
    end(&work);
    return doubts;
}

struct results_group tally_refused(const struct tally *tally)
{
    return tally->refused;
}
