#include "base/xalloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_die(void *got)
{
    if (!got) {
        fputs("mailwhatif: out of memory\n", stderr);
        exit(3); /* NOLINT(concurrency-mt-unsafe): the end of the program in any case */
    }
    return got;
}

void *xcalloc(size_t n, size_t size)
{
    return or_die(calloc(n ? n : 1, size ? size : 1));
}

void *xmalloc(size_t size)
{
    return or_die(malloc(size ? size : 1));
}

void *xrealloc_array(void *old, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / 2 / size)
        return or_die(NULL);
    return or_die(realloc(old, (n && size) ? n * size : 1));
}

char *xstrndup(const char *at, size_t len)
{
    char *copy = xmalloc(len + 1);
    if (len)
        memcpy(copy, at, len);
    copy[len] = '\0';
    return copy;
}

_Noreturn void bug_at(const char *file, int line, const char *what)
{
    fprintf(stderr, "mailwhatif: bug at %s:%d: %s\n", file, line, what);
    abort();
}
