#ifndef ANALYZER_ESTIMATE_LABEL_MODEL_H
#define ANALYZER_ESTIMATE_LABEL_MODEL_H
/*
 * From what several sources say to a probability. Sources that fail for the same reason are one
 * family and speak once; families are taken as independent given what the mail really is. A guess
 * counts when as many families agree as the rules ask for (two, if nothing else is said) and none
 * contradicts. Where three families or more speak often enough, a latent-class model (Dawid and
 * Skene, by EM, held near the assumed rates) finds their error rates in the log itself, and then also
 * decides between families that contradict each other.
 */
#include <stdbool.h>
#include <stdint.h>

/* X(constant, "name", silence says something, P(says ham | ham), P(says ham | spam),
 *   P(says spam | ham), P(says spam | spam)): the defaults; sources in docs/method.md */
#define LABEL_FAMILIES(X)                                                                          \
    X(CONTENT, "content", false, 0.998, 0.05, 0.002, 0.95)                                         \
    X(VIRUS, "virus", true, 0, 0, 0.0001, 0.03)                                                    \
    X(MAILBOX, "mailbox", true, 0.01, 0.0005, 0.003, 0.1)                                          \
    X(CORRESPONDENCE, "correspondence", true, 0.3, 0.002, 0, 0)                                    \
    X(HISTORY, "history", true, 0.5, 0.03, 0, 0)                                                   \
    X(LISTED, "blocklist", true, 0, 0, 0.005, 0.4)                                                 \
    X(DIRECTORY, "dictionary", true, 0, 0, 0.002, 0.15)                                            \
    X(TRAP, "spamtrap", true, 0, 0, 0.001, 0.1)
#define LABEL_FAMILY_ENUM(constant, name, silence, hh, hs, sh, ss) FAMILY_##constant,
enum label_family { LABEL_FAMILIES(LABEL_FAMILY_ENUM) FAMILY_COUNT };

/* What each family says of one message. */
enum label_word { WORD_SILENT, WORD_HAM, WORD_SPAM, WORDS };
struct label_votes {
    uint8_t word[FAMILY_COUNT]; /* enum label_word */
};

enum { LABEL_PATTERNS = 6561 }; /* WORDS to the power FAMILY_COUNT */

/* How often a family is taken to err; replaces the defaults where `given`. */
struct label_error {
    bool given;
    double wanted_as_spam, spam_as_wanted; /* of the wanted mail, of the spam */
};

enum { LABEL_SOURCES_DEFAULT = 2 };
struct label_rules {
    unsigned sources; /* so many families must agree */
    struct label_error errors[FAMILY_COUNT];
};

struct label_model {
    double rates[2][FAMILY_COUNT][WORDS]; /* [0 ham, 1 spam]: P(word | what it is) */
    double spam_share;                    /* prior: even, or fitted */
    double apparent_share;         /* of spam, by what the content filters say and how they err */
    bool fitted;                   /* by EM; else the defaults */
    uint64_t spoken[FAMILY_COUNT]; /* messages of which the family said something */
    unsigned families;             /* that speak often enough to be fitted */
};

/* The number of a pattern of votes, below LABEL_PATTERNS. */
uint32_t label_pattern(const struct label_votes *votes);
/* The name of a family; static storage. */
const char *label_family_name(enum label_family family);
/* Reads "NAME=FP,FN": how often a family calls wanted mail spam, and spam wanted (fractions, or with
 * %). False when it is not in this form, there is no such family, or a number is not in [0, 0.5). */
bool label_error_parse(struct label_error errors[FAMILY_COUNT], const char *text);
/* The model for the patterns counted in a log. */
void label_model_fit(struct label_model *model, const struct label_rules *rules,
                     const uint64_t counts[LABEL_PATTERNS]);
/* The probability that mail with these votes is ham; NAN when the rules do not let it be a label. */
double label_model_ham(const struct label_model *model, const struct label_rules *rules,
                       const struct label_votes *votes);

#endif
