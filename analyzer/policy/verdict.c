#include "analyzer/policy/verdict.h"

#include "base/xalloc.h"

const char *verdict_kind_name(enum verdict_kind kind)
{
    static const char *const names[VERDICT_KINDS] = {
        [VERDICT_ACCEPT] = "accept",   [VERDICT_REJECT] = "reject", [VERDICT_DEFER] = "defer",
        [VERDICT_DISCARD] = "discard", [VERDICT_HOLD] = "hold",     [VERDICT_REDIRECT] = "redirect",
        [VERDICT_UNKNOWN] = "unknown",
    };
    if ((unsigned)kind >= VERDICT_KINDS)
        bug("verdict kind out of range");
    return names[kind];
}
