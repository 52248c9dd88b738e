/* Text tables of any bytes: texthash, a hash source, an inline table. */
#include "tests/fuzz/table_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = { "a", "key", "A@Example.org", "\"quoted key\"", "\xc3\x84" };
    table_fuzz("texthash", data, size, keys, sizeof keys / sizeof keys[0]);
    table_fuzz("hash", data, size, keys, sizeof keys / sizeof keys[0]);
    return table_fuzz_name(data, size, keys, sizeof keys / sizeof keys[0]);
}
