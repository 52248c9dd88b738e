#ifndef PARSERS_LINES_SHAPE_ACCOUNT_H
#define PARSERS_LINES_SHAPE_ACCOUNT_H
/*
 * The account of lines that met no shape of ours: unknown ones by masked text (digits, addresses
 * and ids taken out), so that a row or a user-given shape can be written from the list; foreign and
 * malformed ones by program. Bounded: past SHAPE_ACCOUNT_MAX forms the rest is counted together.
 */
#include "base/arena.h"
#include "base/intern.h"
#include "parsers/lines/program_table.h"

enum {
    SHAPE_ACCOUNT_MAX = 10000,
    SHAPE_MASK_MAX = 160,
    SHAPE_PROGRAM_MAX = 128,
    SHAPE_EXAMPLE_MAX = 2000
};

struct shape_account {
    struct intern forms;
    struct shape_count *rows; /* by form */
    uint32_t *row_of;         /* sym -> index + 1 */
    uint32_t count, capacity, mapped;
};

/* An empty account. */
void shape_account_init(struct shape_account *account);
/* Gives all memory back. */
void shape_account_release(struct shape_account *account);
/* Counts a line under (class, program, form). Copies what it keeps. */
void shape_account_add(struct shape_account *account, enum line_class line_class,
                       const struct log_line *line, struct slice form);
/* The masked form of a text: numbers become N, addresses A, queue ids and other long words with
 * digits ID, quoted and bracketed texts <...>. Written into out (SHAPE_MASK_MAX bytes). */
struct slice shape_mask(struct slice text, char *out);

#endif
