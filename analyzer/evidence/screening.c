#include "analyzer/evidence/screening.h"

bool screening_has(struct slice record, const char *word)
{
    struct slice rest = record, next;

    while (slice_next_word(&rest, SCREENING_BLANK, &next))
        if (slice_is(next, word))
            return true;
    return false;
}

bool screening_next(struct slice *rest, struct slice name, struct slice *value)
{
    struct slice word;

    while (slice_next_word(rest, SCREENING_BLANK, &word)) {
        size_t equals = slice_index(word, '=');
        if (equals == word.len || !slice_equal_fold(slice_head(word, equals), name))
            continue;
        *value = slice_skip(word, equals + 1);
        return true;
    }
    return false;
}
