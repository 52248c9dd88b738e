#ifndef PARSERS_DATA_ADDRESS_LIST_H
#define PARSERS_DATA_ADDRESS_LIST_H
/*
 * A list of mail addresses from a file (--spamtraps): one on a line, `user@example.com` or
 * `@example.com` for everybody there; `#` begins a comment. Case does not count. Constant once read.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/slice.h"

struct address_list;

/* Reads a file. NULL with fault when it cannot be read, or a line is no address. Free with
 * address_list_free. */
struct address_list *address_list_read(const char *path, struct fault *fault);
/* Gives all memory back; NULL is allowed. */
void address_list_free(struct address_list *list);
/* True when the address, or its whole domain, stands in the list. */
bool address_list_has(const struct address_list *list, struct slice address);

#endif
