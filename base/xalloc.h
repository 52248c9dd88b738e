#ifndef BASE_XALLOC_H
#define BASE_XALLOC_H
/*
 * Memory that is there, or the program ends: prints one line and exits with status 3. Sizes that
 * come from input are bounded by the caller before they reach these. Give back with free().
 */
#include <stdbool.h>
#include <stddef.h>

/* n * size zeroed bytes, never NULL; overflow of the product ends the program. */
__attribute__((returns_nonnull)) void *xcalloc(size_t n, size_t size);
/* size bytes, undefined contents, never NULL. */
__attribute__((returns_nonnull)) void *xmalloc(size_t size);
/* Resizes old (or NULL) to n * size bytes, never NULL. */
__attribute__((returns_nonnull)) void *xrealloc_array(void *old, size_t n, size_t size);
/* A NUL-terminated copy of at[0..len). */
__attribute__((returns_nonnull)) char *xstrndup(const char *at, size_t len);

#ifdef __clang_analyzer__ /* does not know that where there is capacity there are items */
#define GROW_HAS(items) ((items) != NULL)
#else
#define GROW_HAS(items) true
#endif

/* Makes room for one more element in an (items, count, capacity) array; doubles when full. An
 * expression, for it does not nest. The elements may be pointers, which clang-tidy takes for a slip:
 * hence the NOLINT. */
#define GROW(items, count, capacity)                                                               \
    ((void)((GROW_HAS(items) && (count) != (capacity)) ||                                          \
            ((capacity) =                                                                          \
                 (capacity) ? (capacity)*2 : 16, /* NOLINTNEXTLINE(bugprone-sizeof-expression) */  \
             (items) = xrealloc_array((items), (capacity), sizeof *(items)))))

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Our own contradiction: prints where and aborts. For places where a wrong number would follow. */
_Noreturn void bug_at(const char *file, int line, const char *what);
#define bug(what) bug_at(__FILE__, __LINE__, (what))

#endif
