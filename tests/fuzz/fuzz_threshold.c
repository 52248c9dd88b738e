/* Conditions of --fail-on of any bytes: refused with a reason, or asked of a set of numbers. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "cli/threshold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct results_set set = { .coverage = 0.5,
                                            .ham_delayed = { .rate = (double)NAN } };
    struct fault fault = { .kind = FAULT_NONE };
    struct threshold threshold;
    struct buffer why;
    char *text = xstrndup((const char *)data, size);
    buffer_init(&why, 1000);
    if (threshold_parse(&threshold, text, "--fail-on", &fault)) {
        if (threshold_is_crossed(&threshold, &set, &why) != (why.len > 0))
            abort();
    } else if (fault.kind != FAULT_USAGE) {
        abort();
    }
    buffer_release(&why);
    free(text);
    return 0;
}
