#ifndef ANALYZER_RESULTS_INTERNAL_H
#define ANALYZER_RESULTS_INTERNAL_H
/*
 * What stands behind analyzer/results.h: all stages of one run, kept together for as long as
 * somebody looks at the numbers. Made by analyzer/pipeline.c (and by tests, from hand-made
 * evidence); read by the results_*.c files.
 */
#include "analyzer/estimate/cluster.h"
#include "analyzer/estimate/label.h"
#include "analyzer/estimate/tally.h"
#include "analyzer/evidence/evidence.h"
#include "analyzer/policy/policy.h"
#include "analyzer/results_advice.h"
#include "base/fault.h"
#include "parsers/input/input.h"

/* What the results are made of. Borrowed but for what is said; the caller's arena-like scope
 * (struct pipeline, a test) outlives the results. */
struct results_parts {
    const struct evidence *evidence;
    struct input *reader;            /* for raw lines; NULL: there are none */
    const struct policy *baseline;   /* NULL: what the log shows */
    const struct policy *candidate;  /* NULL: what the log shows */
    bool candidate_adds;             /* mail that the log refused stays refused */
    const bool *disabled;            /* by check of the candidate; NULL: none */
    const struct labels_file *given; /* may be NULL */
    const struct mailbox *mailbox;   /* may be NULL */
    struct label_rules label_rules;
    const struct address_list *traps; /* may be NULL */
    const struct geoip *geoip;        /* may be NULL */
    const struct own_network *own_networks;
    size_t own_network_count;
    struct slice client_list;     /* smtpd_client_restrictions of today; "no text": not known */
    double budget;                /* of wanted mail that may be lost; NAN: none */
    uint64_t seed;                /* of everything that is drawn */
    struct results_input input;   /* counts of what was read; `files` borrowed */
    struct diagnostics *remarks;  /* become the warnings */
    void (*release)(void *owner); /* called last by results_free, with owner; may be NULL */
    void *owner;
};

/* One set of restrictions with its verdicts and numbers. */
struct results_side {
    struct replay *replay;
    struct tally_view view;
    uint8_t *from_log;
    struct results_restriction *restrictions;
    struct results_set set;
};

/* What is true of a message, whatever the candidate says. */
enum message_fact {
    FACT_COUNTS = 1,  /* it is part of the rates */
    FACT_LET_IN = 2,  /* the baseline let one of its recipients in */
    FACT_REFUSED = 4, /* the server let none of them in, by the log */
    FACT_HAM = 8,
    FACT_SPAM = 16,
    FACT_SENT = 32,   /* some recipient got it */
    FACT_HOPPED = 64, /* it came back from a filter, under another queue id */
    FACT_APART = 128, /* a filter spoke of it, or it has no row: no other message is quite alike */
};

struct results_memo;   /* results_facts.c */
struct results_hits;   /* results_hits.c */
struct results_losses; /* results_losers.c */

/* Messages, and how many of them are labelled so. */
struct mail_count {
    uint32_t messages, ham, spam;
};

/* Counts a message with these facts. */
static inline void mail_count_add(struct mail_count *count, unsigned facts)
{
    count->messages++;
    count->ham += (facts & FACT_HAM) != 0;
    count->spam += (facts & FACT_SPAM) != 0;
}

struct results {
    struct arena arena;
    struct results_parts parts;
    struct policy *logged_policy;
    struct replay *logged;
    struct results_side baseline, candidate;
    bool baseline_is_log, candidate_is_log;
    struct labels labels;
    struct clusters clusters;
    uint8_t *reasons; /* enum population_reason by message */
    uint8_t *facts;   /* set of enum message_fact, by message */
    struct results_memo *memo;
    struct results_hits *hits;
    struct results_losses *losses;
    struct tally *tally;
    struct results_population population;
    struct results_excluded excluded[POPULATION_REASON_COUNT]; /* [0] counts nothing */
    struct results_changes changes;
    struct results_warning *warnings;
    size_t warning_count;
    uint32_t *order;          /* rows in order of time */
    uint32_t *row_message;    /* by row, packed: what top lists read a hundred times */
    uint32_t *message_client; /* by message */
    struct intern domains;    /* of senders */
    sym *sender_domain;       /* by sender */
};

/* Replays, labels, clusters and counts: everything that results.h hands out. Never NULL. Free with
 * results_free. */
struct results *results_new(const struct results_parts *parts);

/* Makes facts and memo: a step of results_new. */
void results_facts_init(struct results *results);
/* Gives them back: a step of results_free. */
void results_facts_release(struct results *results);
/* Forgets what rests on the candidate's switches, as they are about to change. */
void results_facts_forget(const struct results *results);
/* What the candidate does to each row (enum tally_effect). Borrowed until the next toggle. */
const uint8_t *results_effects(const struct results *results);
/* The worst of these by message. Borrowed until the next toggle. */
const uint8_t *results_worst_effects(const struct results *results);
/* The rows of mail that counts on which a restriction of a side acts; SIZE_MAX: that the candidate
 * stops. In the order of their numbers; borrowed until the next call or toggle. */
const uint32_t *results_hit_rows(const struct results *results, const struct results_side *side,
                                 size_t restriction, size_t *count);
/* The messages that these rows are of, by client. Borrowed as the rows are. */
const struct mail_count *results_hit_clients(const struct results *results,
                                             const struct results_side *side, size_t restriction);
/* Makes room for what is kept of losses: a step of results_facts_init. */
void results_losses_init(struct results *results);
/* Gives it back: a step of results_facts_release. */
void results_losses_release(struct results *results);
/* Forgets what rests on switches: a step of results_facts_forget. */
void results_losses_forget(const struct results *results);
/* Makes room for what is kept of rows hit: a step of results_facts_init. */
void results_hits_init(struct results *results);
/* Gives it back: a step of results_facts_release. */
void results_hits_release(struct results *results);
/* Forgets what is kept: a step of results_facts_forget. */
void results_hits_forget(const struct results *results);
/* How long the list of results_audit would be, without making it: at most limit. */
size_t results_audit_count(const struct results *results, size_t limit);
/* True when the baseline lets the row in and the candidate does not. */
bool results_row_is_stopped(const struct results *results, uint32_t row);
/* By class of the side's replay, one byte each: does the restriction act on its rows? The caller
 * frees it. */
uint8_t *results_acting_classes(const struct results_side *side, size_t restriction);
/* True when a restriction with these acting classes acts on the row. */
bool results_row_is_hit(const struct results_side *side, const uint8_t *acting, uint32_t row);
/* The key of a row in a dimension; below results_key_limit. */
sym results_row_key(const struct results *results, uint32_t row, enum results_dimension dimension);
/* The same of a message, which all its rows share; not for BY_RECIPIENT. */
sym results_message_key(const struct results *results, uint32_t message,
                        enum results_dimension dimension);
/* How many keys a dimension has at most: their numbers lie below. */
uint32_t results_key_limit(const struct results *results, enum results_dimension dimension);
/* The text of a key; "no text" when it is not known. */
struct slice results_key_text(const struct results *results, enum results_dimension dimension,
                              sym key);
/* The organisations that lose most wanted mail, as results_losers, without what takes a walk over all
 * messages: spam and times are not filled. Lives in arena. */
struct results_loser *results_carriers(const struct results *results, size_t limit,
                                       struct arena *arena, size_t *count);
/* True when `top`, who loses most (NULL: nobody does), carries more than half of the loss. */
bool results_is_carried(const struct results *results, const struct results_loser *top);
/* Adds to `out` the cheapest evidence that would decide an open question, and fills `days`, `judge`
 * and `main_cf` of the assessment. */
void results_remedy(const struct results *results, const struct results_loser *top,
                    struct results_assessment *a, struct buffer *out, struct arena *arena);
/* results_assess without `typical` and `without`, which take a walk over all senders: what the answer
 * needs after each toggle. top: who loses most (results_carriers); NULL: nobody. */
struct results_assessment results_assess_rates(const struct results *results,
                                               const struct results_loser *top,
                                               struct arena *arena);

#endif
