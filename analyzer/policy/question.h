#ifndef ANALYZER_POLICY_QUESTION_H
#define ANALYZER_POLICY_QUESTION_H
/*
 * Questions: a restriction with one argument, asked by any number of items and answered once per
 * value. Part of the compiler (program.c).
 */
#include "analyzer/policy/program.h"

/* A question to a row of the registry; parses the argument. Copies. */
void question_init(struct program *program, const struct restriction *row, struct slice argument,
                   struct question *question);
/* A question whose answer is "Server configuration error": an unknown name, a bad argument. */
void question_error(struct program *program, struct slice name, struct slice argument,
                    struct question *question);
/* A question outside the lists, by the name of its row in restriction_outside. */
void question_outside(struct program *program, const char *name, struct question *question);
/* The number of the question, added when it is new. */
uint32_t question_add(struct program *program, const struct question *question, unsigned list);

#endif
