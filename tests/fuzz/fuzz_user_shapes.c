/* A --shapes file of any bytes, up to the first NUL; what follows are texts for its first program: a
 * file is read whole or refused with a place, and every field of a match lies in the text. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/lines/user_shapes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void match(const struct shape_set *set, struct slice text)
{
    struct log_line line = { .raw = text, .text = text, .repeats = 1 };
    struct event event = { .line = &line };
    unsigned shape = shape_set_match(set, text, SHAPE_USUAL, &event);
    if (shape != SHAPE_NO_MATCH && shape >= set->count)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/fuzz_shapes.XXXXXX";
    struct slice all = slice_make((const char *)data, size);
    struct slice given = slice_head(all, slice_index(all, '\0'));
    struct slice texts = slice_skip(all, given.len + 1);
    struct fault fault = { .kind = FAULT_NONE };
    struct arena arena;
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, given.at, given.len) != (ssize_t)given.len)
        abort();
    close(fd);
    arena_init(&arena);
    struct user_shape_file *file = user_shapes_load(&arena, path, &fault);
    if (!file && fault.kind == FAULT_NONE)
        abort();
    const struct user_shapes *shapes = file ? user_shapes_of(file, slice_of("filterd")) : NULL;
    while (shapes && texts.len) {
        struct slice text = slice_head(texts, slice_index(texts, '\n'));
        texts = slice_skip(texts, text.len + 1);
        match(shapes->set, text);
    }
    arena_release(&arena);
    unlink(path);
    return 0;
}
