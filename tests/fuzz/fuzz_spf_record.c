/* SPF records from hostile zones: parsed, and evaluated with the record as every domain's policy. */
#include "analyzer/evidence/spf_eval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_snapshot *dns = dns_snapshot_new();
    struct slice record = slice_make((const char *)data, size);
    struct dns_answer answer = { .rcode = DNS_NOERROR, .count = 1, .answers = &record };
    struct spf_query query = { .domain = SLICE("example.org"),
                               .sender = SLICE("a@example.org"),
                               .helo = SLICE("example.org") };
    struct arena arena;
    arena_init(&arena);
    ip_address_parse(slice_of("192.0.2.1"), &query.client);
    dns_snapshot_add(dns, DNS_TXT, query.domain, &answer);
    dns_snapshot_add_line(
        dns, slice_of("{\"name\":\"*\",\"type\":\"*\",\"rcode\":\"NXDOMAIN\",\"answers\":[]}"));
    spf_check_host(dns, &query, &arena);
    arena_release(&arena);
    dns_snapshot_free(dns);
    return 0;
}
