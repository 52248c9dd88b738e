#ifndef ANALYZER_ESTIMATE_LABEL_H
#define ANALYZER_ESTIMATE_LABEL_H
/*
 * Was it wanted? Takes the evidence and the given labels; gives every row the probability that it is
 * ham, and who says so. A given label (--labels) is decisive. Otherwise the content filters' verdicts
 * speak, each program by the worst it said of the message; when they contradict each other nobody
 * knows. A virus scanner that finds nothing has said nothing.
 * Everything else is unlabelled: nothing is concluded from the verdicts that are to be judged.
 *
 * How often each source errs are parameters with documented defaults (docs/method.md): see
 * label_trust.
 */
#include <stdint.h>

#include "analyzer/evidence/evidence.h"
#include "base/fault.h"
#include "parsers/data/labels_file.h"

/* DESIGN.md section 4: ham is a label of 0.9 or more, spam of 0.1 or less. */
#define LABEL_HAM_MIN  0.9
#define LABEL_SPAM_MAX 0.1

enum label_kind { LABEL_NONE, LABEL_HAM, LABEL_SPAM };

/* What a verdict of a content filter is worth: the probability that the mail is ham. */
struct label_trust {
    double ham, spam, virus;
};

struct label {
    double ham;       /* NAN: unlabelled */
    uint32_t sources; /* number of a set of sources; 0 is the empty set */
};

struct labels {
    struct arena arena;
    struct label *of_row;
    double *of_message; /* the rows' greatest: who loses one wanted copy loses wanted mail */
    struct label_source_set *sets;
    uint32_t set_count, set_capacity;
    struct intern set_index;
};

/* Labels all rows. `given` and trust may be NULL (no given labels; the defaults). Given labels that
 * meet no row are counted in remarks ("labels_unused"). */
void labels_init(struct labels *labels, const struct evidence *evidence,
                 const struct labels_file *given, const struct label_trust *trust,
                 struct diagnostics *remarks);
/* Gives all memory back. */
void labels_release(struct labels *labels);
/* Ham, spam or neither. */
enum label_kind label_kind_of(double ham);
/* The names of a set of sources ("mailscanner:clean"), in a fixed order; live in labels. */
const char *const *label_sources(const struct labels *labels, uint32_t set, size_t *count);

#endif
