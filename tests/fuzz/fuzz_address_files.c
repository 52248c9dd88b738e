/* Lists of addresses of any bytes: --spamtraps, and postgrey's lists of clients and of recipients
 * with their regular expressions. Read or refused, and asked for a few. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analyzer/evidence/postgrey_whitelist.h"
#include "parsers/data/address_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_traps(const char *path)
{
    struct fault fault = { .kind = FAULT_NONE };
    struct address_list *list = address_list_read(path, &fault);
    if (!list && fault.kind == FAULT_NONE)
        abort();
    if (list) {
        address_list_has(list, slice_of("a@example.com"));
        address_list_has(list, slice_of("@"));
        address_list_has(list, slice_of(""));
    }
    address_list_free(list);
}

static void ask_postgrey(const char *path)
{
    struct fault fault = { .kind = FAULT_NONE };
    struct diagnostics notes;
    struct ip_address address;
    diagnostics_init(&notes);
    struct postgrey_whitelist *list = postgrey_whitelist_new();
    for (int recipients = 0; recipients < 2; recipients++)
        if (!postgrey_whitelist_read(list, path, recipients, &notes, &fault) &&
            fault.kind == FAULT_NONE)
            abort();
    ip_address_parse(slice_of("2001:db8::1"), &address);
    postgrey_whitelist_has_client(list, slice_of("unknown"), &address);
    ip_address_parse(slice_of("192.0.2.7"), &address);
    postgrey_whitelist_has_client(list, slice_of("mail.example.org"), &address);
    postgrey_whitelist_has_recipient(list, slice_of("a+b@example.com"));
    postgrey_whitelist_has_recipient(list, slice_of("@"));
    postgrey_whitelist_has_recipient(list, slice_of(""));
    postgrey_whitelist_free(list);
    diagnostics_release(&notes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/fuzz_addresses.XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    close(fd);
    ask_traps(path);
    ask_postgrey(path);
    unlink(path);
    return 0;
}
