/* Restriction sets, tables and mails of any bytes, as a script of tests/support/policy_script.h:
 * compiled or refused, and then judged; what the script expects does not matter here. */
#include <stdint.h>

#include "tests/support/policy_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice script = slice_make((const char *)data, size);
    struct buffer complaints;
    /* A table in /dev or /proc has no end, and the C library's regular expressions neither. */
    if (size > 4000 || slice_find(script, slice_of("/dev")) < size ||
        slice_find(script, slice_of("/proc")) < size ||
        slice_find(script, slice_of("regexp")) < size)
        return 0;
    buffer_init(&complaints, 1 << 20);
    policy_script_run("fuzz", script, &complaints);
    buffer_release(&complaints);
    return 0;
}
