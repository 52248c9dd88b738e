/* master.cf of any bytes; every service that is read can be found again by its name. */
#include <stdlib.h>

#include "parsers/config/master_cf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct master_cf master;
    struct fault fault = { .kind = FAULT_NONE };
    arena_init(&arena);
    if (master_cf_parse(&arena, slice_make((const char *)data, size), "fuzz", &master, NULL,
                        &fault)) {
        for (size_t i = 0; i < master.count; i++)
            if (slice_index(master.services[i].name, '/') == master.services[i].name.len &&
                !master_cf_find(&master, master.services[i].name))
                abort();
        master_cf_port_25(&master);
    }
    arena_release(&arena);
    return 0;
}
