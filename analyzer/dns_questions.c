#include "analyzer/dns_questions.h"

#include <stdlib.h>

#include "base/xalloc.h"

void dns_questions_init(struct dns_questions *questions)
{
    *questions = (struct dns_questions){ 0 };
    intern_init(&questions->seen);
}

void dns_questions_release(struct dns_questions *questions)
{
    intern_release(&questions->seen);
    free(questions->items);
}

static void add_need(struct dns_questions *questions, struct slice need)
{
    if (!slice_starts(need, "dns:") || intern_find(&questions->seen, need) != SYM_NONE)
        return;
    struct slice kept =
        slice_skip(intern_text(&questions->seen, intern_add(&questions->seen, need)), 4);
    size_t blank = slice_index(kept, ' ');
    GROW(questions->items, questions->count, questions->capacity);
    questions->items[questions->count++] =
        (struct resolver_question){ dns_type_parse(slice_head(kept, blank)),
                                    slice_skip(kept, blank + 1) };
}

static void add_decision(struct dns_questions *questions, const struct results_decision *decision)
{
    for (size_t i = 0; i < decision->need_count; i++)
        add_need(questions, decision->needs[i]);
}

void dns_questions_collect(struct dns_questions *questions, const struct results *results)
{
    struct arena arena;
    size_t rows = results_row_count(results);
    arena_init(&arena);
    for (size_t i = 0; i < rows; i++) {
        struct results_row row = results_row_at(results, i, &arena);
        add_decision(questions, &row.baseline);
        add_decision(questions, &row.candidate);
        arena_release(&arena);
    }
    arena_release(&arena);
}
