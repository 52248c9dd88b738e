/* pcre and regexp tables of any bytes, asked for a few keys. */
#include "tests/fuzz/table_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = { "a", "user+x@mail.example.org", "192.0.2.1", "\xff\xfe" };
    if (size > 400)
        return 0;
    table_fuzz("pcre", data, size, keys, sizeof keys / sizeof keys[0]);
    /* The C library takes hours and all memory for a{1,9999}{1,9999}; such a table is the
     * administrator's own trouble, in Postfix as here. */
    for (size_t i = 0; i < size; i++)
        if (data[i] == '{' || data[i] == '*' || data[i] == '+')
            return 0;
    return table_fuzz("regexp", data, size, keys, sizeof keys / sizeof keys[0]);
}
