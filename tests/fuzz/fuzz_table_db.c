/* Berkeley DB files of any bytes, as hash: and btree: tables: read or left, and asked for a key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/table_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = { "hash", "btree" }, *const keys[] = { "192.0.2.1", "" };
    char path[] = "/tmp/fuzz_table.XXXXXX.db", name[64];
    int fd = mkstemps(path, 3);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    close(fd);
    for (size_t i = 0; i < 2; i++) {
        int len = snprintf(name, sizeof name, "%s:%.*s", types[i], (int)strlen(path) - 3, path);
        table_fuzz_ask(name, (size_t)len, false, keys, 2);
    }
    unlink(path);
    return 0;
}
