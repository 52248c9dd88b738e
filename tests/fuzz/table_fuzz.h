#ifndef TESTS_FUZZ_TABLE_FUZZ_H
#define TESTS_FUZZ_TABLE_FUZZ_H
/*
 * What the fuzz targets of the lookup tables share: the input as a table's file, or as its inline
 * form, asked for a few keys. Every answer that is found must be one that the table lists, when it
 * claims to list them all.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/tables/lookup.h"

struct table_fuzz_search {
    struct slice value;
    bool found;
};

static bool table_fuzz_visit(void *context, struct slice value)
{
    struct table_fuzz_search *search = context;
    search->found = search->found || slice_equal(search->value, value);
    return !search->found;
}

static void table_fuzz_ask(const char *name, size_t name_len, bool utf8, const char *const *keys,
                           size_t count)
{
    struct lookup_options options = { .fold = true, .utf8 = utf8, .keep_first = utf8 };
    struct lookup_table *table = lookup_open(slice_make(name, name_len), &options, NULL);
    struct arena scratch;
    arena_init(&scratch);
    for (size_t i = 0; i < count; i++) {
        struct table_fuzz_search search = { .found = false };
        if (lookup_find(table, slice_of(keys[i]), &scratch, &search.value) != LOOKUP_FOUND ||
            !lookup_is_enumerable(table))
            continue;
        lookup_each_result(table, table_fuzz_visit, &search);
        if (!search.found)
            abort();
    }
    arena_release(&scratch);
    lookup_close(table);
}

/* The input is the contents of the file. */
static inline int table_fuzz(const char *type, const uint8_t *data, size_t size,
                             const char *const *keys, size_t count)
{
    char path[] = "/tmp/fuzz_table.XXXXXX", name[64];
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    close(fd);
    int len = snprintf(name, sizeof name, "%s:%s", type, path);
    table_fuzz_ask(name, (size_t)len, false, keys, count);
    table_fuzz_ask(name, (size_t)len, true, keys, count);
    unlink(path);
    return 0;
}

/* The input is what stands behind "inline:{". */
static inline int table_fuzz_name(const uint8_t *data, size_t size, const char *const *keys,
                                  size_t count)
{
    static const char *const types[] = { "inline:{", "pipemap:{", "unionmap:{", "cidr:{", "" };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t len = strlen(types[i]);
        char *name = malloc(len + size + 1);
        if (!name)
            abort();
        memcpy(name, types[i], len);
        if (size)
            memcpy(name + len, data, size);
        table_fuzz_ask(name, len + size, i % 2, keys, count);
        free(name);
    }
    return 0;
}

#endif
