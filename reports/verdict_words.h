#ifndef REPORTS_VERDICT_WORDS_H
#define REPORTS_VERDICT_WORDS_H
/*
 * The verdicts in the order in which every report counts them, each with its word: a key in JSON, the
 * head of a line in the text.
 */
#include "analyzer/results.h"

struct verdict_word {
    enum results_verdict verdict;
    const char *word;
};

/* All of them, in order. */
const struct verdict_word *verdict_words(void);

#endif
