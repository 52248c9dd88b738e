#ifndef PARSERS_DATA_DNS_IMPORT_H
#define PARSERS_DATA_DNS_IMPORT_H
/*
 * DNS answers that other programs recorded, into a snapshot: the text of dig (any number of replies
 * in one file), JSON answers in the form of DNS over HTTPS services (`Status`, `Question`,
 * `Answer`), and snapshot lines. A reply without a question section is skipped; a time-out that dig
 * reports becomes TIMEOUT.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "parsers/data/dns_snapshot.h"

/* Reads all replies of a text; gives their number. Copies. */
size_t dns_import_text(struct dns_snapshot *snapshot, struct slice text);
/* Reads a file ("-": standard input) of at most 256 MiB; false with fault when it cannot be read or
 * holds no reply. */
bool dns_import_file(struct dns_snapshot *snapshot, const char *path, size_t *replies,
                     struct fault *fault);

#endif
