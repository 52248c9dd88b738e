#ifndef TESTS_SCREENS_FAKE_RESULTS_H
#define TESTS_SCREENS_FAKE_RESULTS_H
/*
 * analyzer/results.h over made-up mail, for tests of views without the analyzer: a fixed small world
 * of senders (some of them hostile) and a set of checks, the same on every run. Documentation
 * addresses only.
 */
#include <stddef.h>

#include "analyzer/results.h"

/* Results over `rows` recipients. Give back with results_free. */
struct results *fake_results_new(size_t rows);

#endif
