#ifndef ANALYZER_ESTIMATE_TALLY_H
#define ANALYZER_ESTIMATE_TALLY_H
/*
 * Verdicts to counts. Takes the evidence, its labels and clusters, and the baseline's verdicts once;
 * then, for any candidate, gives every number of struct results_set: the step that runs again with
 * each toggle. What no switch changes is found out when a view is first met: rows and messages that no
 * set of verdicts can tell apart are counted together (tally_plan.c).
 *
 * A message is lost when one of its recipients that the baseline let in is refused for good: a
 * reject, a discard, or a defer whose cause lasts and that did not heal. It is delayed when it is
 * not lost and such a recipient is deferred otherwise. A row without a definite verdict, or a defer
 * of which nobody knows whether it lasts, is unknown and widens the bounds.
 */
#include "analyzer/estimate/cluster.h"
#include "analyzer/estimate/forecast.h"
#include "analyzer/estimate/label.h"
#include "analyzer/estimate/population.h"
#include "analyzer/evidence/evidence.h"
#include "analyzer/policy/policy.h"
#include "analyzer/results.h"

/* Why a row keeps the verdict that the log shows. */
enum from_log {
    FROM_LOG_NOT,
    FROM_LOG_REFUSED, /* the log refused it, and the candidate only adds checks to an unknown set */
    FROM_LOG_NO_SMTPD /* it did not come by smtpd: no restriction ever saw it */
};

/* A set of verdicts over all rows: a replay, but for rows that keep what the log says. Of a view that
 * a tally met only the verdicts may change. */
struct tally_view {
    const struct replay *replay;
    const struct replay *logged; /* of policy_as_logged */
    const uint8_t *from_log;     /* enum from_log by row; NULL: none */
};

/* The verdict of a view on a row. */
const struct verdict *tally_verdict(const struct tally_view *view, uint32_t row);
/* True when mail with this verdict gets in (hold and redirect do). */
static inline bool tally_is_accepted(enum verdict_kind kind)
{
    return kind == VERDICT_ACCEPT || kind == VERDICT_HOLD || kind == VERDICT_REDIRECT;
}

struct tally;

/* What a tally rests on; borrowed for its life. reasons: population_sort. */
struct tally_inputs {
    const struct evidence *evidence;
    const struct labels *labels;
    const struct clusters *clusters;
    const uint8_t *reasons;
    struct tally_view baseline;
};

/* A tally; free with tally_free. */
struct tally *tally_new(const struct tally_inputs *inputs);
/* Gives all memory back; NULL is allowed. */
void tally_free(struct tally *tally);
/* Ham, spam, unlabelled and excluded mail. */
struct results_population tally_population(const struct tally *tally);
/* True when the baseline let the row in. A baseline that cannot tell is told by the log. */
bool tally_baseline_accepts(const struct tally *tally, uint32_t row);
/* Rows on which a definite verdict of the baseline's replay is not what the log shows. */
uint64_t tally_disagreements(const struct tally *tally);

/* Counts a view. `set` has its restriction_count set, and `restrictions` (as many, texts and enabled
 * filled) receive their numbers. */
void tally_count(const struct tally *tally, const struct tally_view *view,
                 struct results_restriction *restrictions, struct results_set *set,
                 struct results_changes *changes);
/* The wanted mail of a sender that the baseline lets in, and what a view does to it. */
struct tally_loss {
    uint32_t messages;
    uint32_t lost, delayed; /* by what is done to the worst of a message's recipients */
    uint32_t unknown;       /* not lost for certain, but perhaps */
};
/* The losses of all senders, by key of the clusters. The caller frees it. */
struct tally_loss *tally_losses(const struct tally *tally, const struct tally_view *view);
/* The same for the senders of wanted mail alone, in the order of the keys. The caller frees it. */
struct cluster_rate *tally_by_cluster(const struct tally *tally, const struct tally_view *view,
                                      size_t *count);
/* What a view does to mail that the baseline let in, from the mildest to the worst; a message, whose
 * worst recipient counts, is lost from EFFECT_DEFERRED on. */
enum tally_effect {
    EFFECT_NONE,
    EFFECT_DELAYED,
    EFFECT_UNKNOWN,
    EFFECT_DEFERRED, /* for a reason that lasts */
    EFFECT_REFUSED,  /* reject, discard */
};
/* The effect on every row (enum tally_effect), none on rows that the baseline kept out. The caller
 * frees it. */
uint8_t *tally_effects(const struct tally *tally, const struct tally_view *view);
/* The estimates for effects by row, wherever these come from. */
void tally_estimates(const struct tally *tally, const uint8_t *effects, struct estimate *ham_lost,
                     struct estimate *spam_stopped);
/* What the labels leave open about the mail that the baseline lets in. */
struct tally_doubts {
    double
        spam_share; /* of what is labelled wanted: may be spam, by the labels' own probabilities */
    double ham_share; /* of what is labelled spam: may be wanted */
    uint64_t unlabelled, unlabelled_lost,
        unlabelled_unknown; /* messages; lost and perhaps by the view */
};
/* The doubts about a view. */
struct tally_doubts tally_doubts(const struct tally *tally, const struct tally_view *view);
/* Mail that the baseline keeps out, that did not come in later and that nobody labelled as spam:
 * perhaps wanted, too. Every mail once, however often it was tried. */
struct results_group tally_refused(const struct tally *tally);

#endif
