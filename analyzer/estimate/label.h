#ifndef ANALYZER_ESTIMATE_LABEL_H
#define ANALYZER_ESTIMATE_LABEL_H
/*
 * Was it wanted? Takes the evidence and the given labels; gives every row the probability that it is
 * ham, and who says so. A given label (--labels, --mailbox) is decisive. Otherwise the log's own
 * sources speak
 * (label_votes.h) and are weighed against each other (label_model.h). Everything else is unlabelled:
 * nothing is concluded from the verdicts that are to be judged.
 */
#include <stdint.h>

#include "analyzer/estimate/cluster.h"
#include "analyzer/estimate/label_model.h"
#include "analyzer/evidence/evidence.h"
#include "base/fault.h"
#include "parsers/data/address_list.h"
#include "parsers/data/labels_file.h"
#include "parsers/data/mailbox.h"

/* DESIGN.md section 4: ham is a label of 0.9 or more, spam of 0.1 or less. */
#define LABEL_HAM_MIN  0.9
#define LABEL_SPAM_MAX 0.1

enum label_kind { LABEL_NONE, LABEL_HAM, LABEL_SPAM };

struct label {
    double ham;       /* NAN: unlabelled */
    uint32_t sources; /* number of a set of sources; 0 is the empty set */
    bool given;       /* somebody said so; else a guess */
};

struct labels {
    struct arena arena;
    struct label *distinct; /* 0: unlabelled */
    uint32_t distinct_count, distinct_capacity;
    uint32_t *of_row;     /* number of the label */
    uint32_t *of_message; /* the rows' greatest: who loses one wanted copy loses wanted mail */
    struct label_source_set *sets;
    uint32_t set_count, set_capacity;
    struct intern set_index;
    struct label_model model;
    uint64_t alone; /* messages that too few sources speak of: unlabelled for that alone */
    uint64_t
        circular; /* messages on which a filter was not heard: its score may be the rule's own */
};

/* What labels are made of; borrowed while they are made. */
struct label_inputs {
    const struct evidence *evidence;
    const struct labels_file *given; /* NULL: none */
    const struct mailbox *mailbox;   /* NULL: none */
    const struct clusters *clusters;
    const uint8_t *reasons;   /* population_sort */
    const uint32_t *replies;  /* by row: what the server answered (evidence.replies) */
    unsigned evidence_tested; /* enum label_evidence of the rules under test */
    int offset_minutes;       /* the log's own zone */
    struct label_rules rules;
    const struct address_list *traps; /* NULL: none */
};

/* Labels all rows. Given labels that meet no row, circular words, mail of which one source alone
 * speaks, bounces and the model's assumptions become remarks ("labels_unused", "mailbox_unused",
 * "mailbox_conflict", "label_circular", "label_alone", "bounces", "label_model"); may be NULL. */
void labels_init(struct labels *labels, const struct label_inputs *inputs,
                 struct diagnostics *remarks);
/* Gives all memory back. */
void labels_release(struct labels *labels);
/* The label of a row. */
static inline const struct label *label_of_row(const struct labels *labels, uint32_t row)
{
    return &labels->distinct[labels->of_row[row]];
}
/* The label of a message. */
static inline const struct label *label_of_message(const struct labels *labels, uint32_t message)
{
    return &labels->distinct[labels->of_message[message]];
}
/* The probability that a labelled message is wanted, as label.ham, but for a log with as much spam as
 * this one seems to have: what is called ham is spam more often where most mail is. */
double label_ham_here(const struct labels *labels, uint32_t message, uint32_t first_row);
/* Ham, spam or neither. */
static inline enum label_kind label_kind_of(double ham)
{
    if (ham >= LABEL_HAM_MIN)
        return LABEL_HAM;
    return ham <= LABEL_SPAM_MAX ? LABEL_SPAM : LABEL_NONE;
}
/* The same of a message. */
static inline enum label_kind label_kind_of_message(const struct labels *labels, uint32_t message)
{
    uint32_t number = labels->of_message[message];
    return number ? label_kind_of(labels->distinct[number].ham) : LABEL_NONE;
}
/* The names of a set of sources ("mailscanner:clean"), in a fixed order; live in labels. */
const char *const *label_sources(const struct labels *labels, uint32_t set, size_t *count);

#endif
