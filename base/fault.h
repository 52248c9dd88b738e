#ifndef BASE_FAULT_H
#define BASE_FAULT_H
/*
 * What went wrong with a file, a flag or a configuration, where, and how to mend it. The caller
 * supplies the fault; the first one set wins, later ones are ignored, so a function can go on to
 * its clean-up without care. cli/ prints it as `mailwhatif: FILE:LINE: what; mend`.
 * Diagnostics are the repeated, non-fatal kind: merged by code and counted (`warnings` in JSON).
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/slice.h"

/* Which exit status the fault leads to (DESIGN.md section 3). */
enum fault_kind { FAULT_NONE = 0, FAULT_USAGE = 2, FAULT_INPUT = 3 };

struct fault {
    enum fault_kind kind;
    char where[512]; /* file or option, printable; empty when there is none */
    uint64_t line;   /* 0 when there is none */
    char what[1024]; /* what is wrong, and the mend; printable */
};

/* Sets the fault unless one is set already; always returns false, for `return fault_set(...)`.
 * where may be NULL. Text is made printable (base/escape.h). */
bool fault_set(struct fault *fault, enum fault_kind kind, const char *where, uint64_t line,
               const char *format, ...) __attribute__((format(printf, 5, 6)));
/* True when a fault was set. */
static inline bool fault_is_set(const struct fault *fault)
{
    return fault->kind != FAULT_NONE;
}
/* Prints `mailwhatif: WHERE:LINE: WHAT`. */
void fault_print(const struct fault *fault, FILE *to);

/* One kind of remark with its count. */
struct diagnostic {
    const char *code;  /* stable word, static storage: "assumed_year" */
    struct slice text; /* of the first occurrence; lives in the list's arena */
    uint64_t count;
};

/* Bounded: one entry per (code, text), at most DIAGNOSTICS_MAX; more are counted in the last. */
enum { DIAGNOSTICS_MAX = 200 };
struct diagnostics {
    struct arena arena;
    struct diagnostic *items;
    uint32_t count, capacity;
};

/* An empty list. */
void diagnostics_init(struct diagnostics *list);
/* Gives all memory back. */
void diagnostics_release(struct diagnostics *list);
/* Adds `count` occurrences of a remark; equal (code, text) pairs are merged. code borrows.
 * A NULL list takes nothing. */
void diagnostics_add(struct diagnostics *list, uint64_t count, const char *code, const char *format,
                     ...) __attribute__((format(printf, 4, 5)));

#endif
