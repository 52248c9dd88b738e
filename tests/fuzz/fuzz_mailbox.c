/* Mailboxes: anybody may write what stands in them. */
#include "parsers/data/mailbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FILE *from = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
    if (!from)
        return 0;
    struct mailbox *mailbox = mailbox_new();
    mailbox_read_stream(mailbox, from, true);
    mailbox_free(mailbox);
    fclose(from);
    return 0;
}
