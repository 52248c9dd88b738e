/* Snapshot lines of any bytes; what was read is written and read again, and says the same. */
#include <stdlib.h>

#include "parsers/data/dns_snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool check(void *context, enum dns_type type, struct slice name,
                  const struct dns_answer *answer)
{
    const struct dns_snapshot *snapshot = context;
    struct dns_answer found = dns_snapshot_find(snapshot, type, name);
    struct buffer line;
    if (found.rcode != answer->rcode || found.count != answer->count)
        abort();
    buffer_init(&line, 64 << 20);
    dns_snapshot_format_line(&line, type, name, answer);
    struct dns_snapshot *again = dns_snapshot_new();
    /* Broken UTF-8 grows when it is written, and a name has its limit. */
    if (type != DNS_OTHER && name.len < 300 &&
        !dns_snapshot_add_line(again, slice_trim(buffer_slice(&line))))
        abort();
    dns_snapshot_free(again);
    buffer_release(&line);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_snapshot *snapshot = dns_snapshot_new();
    struct slice rest = slice_make((const char *)data, size), line;
    while (slice_next_word(&rest, "\n", &line))
        dns_snapshot_add_line(snapshot, line);
    dns_snapshot_each(snapshot, check, snapshot);
    dns_snapshot_free(snapshot);
    return 0;
}
