/* DNS packets from anywhere, read as an answer to each type of question. */
#include "analyzer/evidence/resolver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    arena_init(&arena);
    for (int type = 0; type < DNS_TYPES; type++)
        resolver_parse_reply((enum dns_type)type, data, size, &arena);
    arena_release(&arena);
    return 0;
}
