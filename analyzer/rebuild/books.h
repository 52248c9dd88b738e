#ifndef ANALYZER_REBUILD_BOOKS_H
#define ANALYZER_REBUILD_BOOKS_H
/*
 * The account of what came in: everything is a message or says why it is none, every recipient has
 * exactly one end or is open.
 */
#include <stdio.h>

#include "analyzer/evidence/evidence.h"
#include "base/fault.h"

/* Counts the finished store into evidence->books. False when a message and its rows contradict each
 * other. */
bool books_fill(struct evidence *evidence);
/* True when in = out; else fault says which sum does not balance. */
bool books_balance(const struct evidence *evidence, struct fault *fault);
/* Prints the account, a line per sum (`-v`). */
void books_print(const struct books *books, FILE *to);

#endif
