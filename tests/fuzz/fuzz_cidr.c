/* A cidr table of any bytes, asked for addresses: with its index and without it, the answer is one. */
#include <stdlib.h>
#include <string.h>

#include "parsers/tables/lookup.h"
#include "tests/fuzz/table_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {
        "192.0.2.1", "10.0.0.1",         "2001:db8::1", "::1",
        "0.0.0.0",   "255.255.255.255",  "x",           "1.2.3",
        "::",        "::ffff:192.0.2.1", "2001:db8::",  "fe80::1%a"
    };
    return table_fuzz("cidr", data, size, keys, sizeof keys / sizeof keys[0]);
}
