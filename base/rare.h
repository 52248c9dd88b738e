#ifndef BASE_RARE_H
#define BASE_RARE_H
/*
 * A mark for functions beside the common path of a line. The compiler keeps them out of their
 * callers, which then need fewer registers, no large frame and no guard of it: with a few hundred
 * instructions a line, what a function saves and restores counts.
 */
#define RARE __attribute__((cold, noinline))
/* The same for functions that are called often enough to be made fast. */
#define APART __attribute__((noinline))

#endif
