#include "reports/verdict_words.h"

const struct verdict_word *verdict_words(void)
{
    static const struct verdict_word words[RESULTS_VERDICTS] = {
        { RESULT_ACCEPT, "accept" },   { RESULT_REJECT, "reject" },
        { RESULT_DEFER, "defer" },     { RESULT_HOLD, "hold" },
        { RESULT_DISCARD, "discard" }, { RESULT_REDIRECT, "redirect" },
        { RESULT_UNKNOWN, "unknown" },
    };

    return words;
}
