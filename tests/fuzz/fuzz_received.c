/* Received: headers that anybody may have written: what is read of them lies in the header, and the
 * address that is told is the one that stands there. */
#include <stdlib.h>

#include "analyzer/rebuild/received_header.h"
#include "base/xalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_lie_in(struct slice inner, struct slice outer)
{
    if (inner.len && (inner.at < outer.at || inner.at + inner.len > outer.at + outer.len))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice header = slice_make((const char *)data, size);
    struct received_from from;
    struct ip_address again;
    if (!received_header_parse(header, &from))
        return 0;
    must_lie_in(from.text, header);
    must_lie_in(from.name, header);
    must_lie_in(from.helo, header);
    if (!ip_address_parse(from.text, &again) || memcmp(&again, &from.address, sizeof again) != 0)
        abort();
    return 0;
}
