/*
 * Asks a name server questions and prints snapshot lines, for tests/oracle/check_resolver.
 * usage: resolver_driver SERVER[:PORT] < QUESTIONS, a question is "TYPE NAME"
 */
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/evidence/resolver.h"
#include "base/xalloc.h"

static bool print_answer(void *context, const struct resolver_question *question,
                         const struct dns_answer *answer)
{
    struct buffer *line = context;
    struct dns_answer undated = *answer;
    undated.time_us = TIME_NONE;
    undated.ttl = 0;
    buffer_clear(line);
    dns_snapshot_format_line(line, question->type, question->name, &undated);
    fputs(buffer_text(line), stdout);
    return true;
}

int main(int argc, char **argv)
{
    struct resolver_question *questions = NULL;
    size_t count = 0, room = 0;
    char text[1024];
    struct arena arena;
    struct buffer line;
    struct fault fault = { .kind = FAULT_NONE };
    struct resolver_options options = resolver_default_options();
    options.servers = argc > 1 ? argv[1] : NULL;
    options.per_second = 0;
    options.timeout_ms = 300;
    arena_init(&arena);
    buffer_init(&line, 1 << 20);
    while (fgets(text, sizeof text, stdin)) {
        struct slice whole = slice_trim(arena_copy(&arena, slice_of(text)));
        size_t blank = slice_index(whole, ' ');
        GROW(questions, count, room);
        questions[count++] = (struct resolver_question){ dns_type_parse(slice_head(whole, blank)),
                                                         slice_skip(whole, blank + 1) };
    }
    bool good = resolver_ask(&options, questions, count, print_answer, &line, &fault);
    if (!good)
        fault_print(&fault, stderr);
    free(questions);
    buffer_release(&line);
    arena_release(&arena);
    return good ? 0 : 3;
}
