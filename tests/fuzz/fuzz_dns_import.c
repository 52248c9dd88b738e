/* Texts of dig and JSON answers from anywhere. */
#include "parsers/data/dns_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_snapshot *snapshot = dns_snapshot_new();
    dns_import_text(snapshot, slice_make((const char *)data, size));
    dns_snapshot_free(snapshot);
    return 0;
}
