#ifndef PARSERS_LINES_USER_SHAPES_H
#define PARSERS_LINES_USER_SHAPES_H
/*
 * Line shapes that the user gives (--shapes FILE), so that any filter can be taught without C:
 *
 *     program bdlived,BDLIVED kind=defs_update ok=1
 *       "INFO: {*}pdate{*}successful{*}"
 *
 * A program line names programs, the kind, and constant fields; the indented lines below it are
 * patterns as in line_shape.h, compared from the first byte of the program's text. The first that
 * matches wins, before the built-in shapes. '#' begins a comment line.
 */
#include "base/arena.h"
#include "base/fault.h"
#include "parsers/lines/shape_set.h"

/* The shapes of one program. */
struct user_shapes {
    struct slice program;
    struct shape_set *set;
};

struct user_shape_file;

/* Reads the file; lives in arena. NULL and fault (with the line) when it is wrong. */
struct user_shape_file *user_shapes_load(struct arena *arena, const char *path,
                                         struct fault *fault);
/* The shapes given for a program, NULL when there are none. */
const struct user_shapes *user_shapes_of(const struct user_shape_file *file, struct slice program);

#endif
